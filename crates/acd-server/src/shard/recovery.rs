//! Bringing a tenant back: the newest good snapshot, then the events after it. Nothing is decided again.

use std::ops::ControlFlow;

use acd_core::Engine;
use acd_core::ids::TenantName;
use acd_core::state::Facts;
use acd_journal::codec::{decode_events, decode_snapshot};
use acd_journal::{Entry, EventLog, LogError};
use tracing::{info, warn};

use super::failure::ShardError;
use super::tenant::Tenant;
use crate::stream::StreamSettings;

/// Applied events after which the log says how far recovery has come.
const PROGRESS_EVERY: u64 = 1_000_000;

/// The tenant as the log tells it.
pub(crate) fn recover(
    shard: usize,
    log: &dyn EventLog,
    name: &TenantName,
    settings: StreamSettings,
) -> Result<Tenant, ShardError> {
    let of_log = |source: LogError| ShardError::Log { shard, source };
    let engine = match newest_snapshot(log, name).map_err(of_log)? {
        Some(facts) => Engine::restore(name.clone(), facts),
        None => Engine::new(name.clone()),
    };
    let mut tenant = Tenant::new(engine, settings);
    let snapshot_seq = tenant.engine.state().facts().seq;
    let mut unreadable = None;
    log.read(
        name.as_str(),
        snapshot_seq,
        &mut |entry| match apply(&mut tenant, &entry) {
            Ok(()) => ControlFlow::Continue(()),
            Err(source) => {
                unreadable = Some(ShardError::Record {
                    shard,
                    tenant: name.clone(),
                    sequence: entry.first_seq,
                    source,
                });
                ControlFlow::Break(())
            }
        },
    )
    .map_err(of_log)?;
    if let Some(error) = unreadable {
        return Err(error);
    }
    let sequence = tenant.engine.state().facts().seq;
    info!(tenant = %name, snapshot_seq, sequence, "tenant recovered");
    Ok(tenant)
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

/// Applies the events of an entry that the state does not hold yet.
fn apply(tenant: &mut Tenant, entry: &Entry) -> Result<(), acd_journal::codec::CodecError> {
    let known = tenant.engine.state().facts().seq;
    for recorded in decode_events(entry)? {
        if recorded.seq <= known {
            continue;
        }
        tenant.engine.apply(&recorded);
        let facts = tenant.engine.state().facts();
        tenant.streams.follow(&recorded, facts);
        tenant.unsaved_events += 1;
        if tenant.unsaved_events.is_multiple_of(PROGRESS_EVERY) {
            info!(tenant = %tenant.name(), applied = tenant.unsaved_events, "recovering");
        }
    }
    Ok(())
}
