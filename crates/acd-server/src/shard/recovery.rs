//! Bringing a tenant back: the newest good snapshot, then the events after it. Nothing is decided again.

use std::ops::ControlFlow;

use acd_core::Engine;
use acd_core::event::Recorded;
use acd_core::ids::TenantName;
use acd_core::state::Facts;
use acd_journal::codec::{CodecError, decode_events, decode_snapshot};
use acd_journal::{EventLog, LogError};
use tracing::{info, warn};

use super::failure::ShardError;
use super::follower::Followed;
use super::tenant::Tenant;
use crate::stream::StreamSettings;

/// Applied events after which the log says how far recovery has come.
const PROGRESS_EVERY: u64 = 1_000_000;

/// A tenant as the log tells it, for those who decide and for those who show.
pub(crate) fn recover(
    shard: usize,
    log: &dyn EventLog,
    name: &TenantName,
    settings: StreamSettings,
) -> Result<(Tenant, Followed), ShardError> {
    let facts = newest_snapshot(log, name).map_err(|source| ShardError::Log { shard, source })?;
    let facts = facts.unwrap_or_default();
    let snapshot_seq = facts.seq;
    let mut followed = Followed::restore(name.clone(), facts.clone(), settings);
    let mut tenant = Tenant::new(Engine::restore(name.clone(), facts));
    replay(shard, log, name, snapshot_seq, |recorded| {
        tenant.engine.apply(recorded);
        followed.recover(recorded);
        tenant.unsaved_events += 1;
        if tenant.unsaved_events.is_multiple_of(PROGRESS_EVERY) {
            info!(tenant = %name, applied = tenant.unsaved_events, "recovering");
        }
    })?;
    let sequence = tenant.engine.state().facts().seq;
    info!(tenant = %name, snapshot_seq, sequence, "tenant recovered");
    Ok((tenant, followed))
}

/// Hands out the tenant's events after this sequence, in order.
fn replay(
    shard: usize,
    log: &dyn EventLog,
    name: &TenantName,
    after: u64,
    mut apply: impl FnMut(&Recorded),
) -> Result<(), ShardError> {
    let mut unreadable: Option<(u64, CodecError)> = None;
    let read = log.read(
        name.as_str(),
        after,
        &mut |entry| match decode_events(&entry) {
            Ok(events) => {
                let later = events.iter().filter(|recorded| recorded.seq > after);
                later.for_each(&mut apply);
                ControlFlow::Continue(())
            }
            Err(source) => {
                unreadable = Some((entry.first_seq, source));
                ControlFlow::Break(())
            }
        },
    );
    read.map_err(|source| ShardError::Log { shard, source })?;
    match unreadable {
        Some((sequence, source)) => Err(ShardError::Record {
            shard,
            tenant: name.clone(),
            sequence,
            source,
        }),
        None => Ok(()),
    }
}

/// The facts of the newest snapshot that can be read.
fn newest_snapshot(log: &dyn EventLog, name: &TenantName) -> Result<Option<Facts>, LogError> {
    for snapshot in log.snapshots(name.as_str())? {
        match decode_snapshot::<Facts>(&snapshot) {
            Ok(facts) => return Ok(Some(facts)),
            Err(error) => {
                warn!(tenant = %name, seq = snapshot.seq, %error, "snapshot passed over");
            }
        }
    }
    Ok(None)
}
