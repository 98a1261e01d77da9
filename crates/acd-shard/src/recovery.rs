//! Bringing a tenant back: the newest good snapshot, then the events after it. Nothing is decided again.

use std::ops::ControlFlow;

use acd_core::Engine;
use acd_core::event::Recorded;
use acd_core::ids::TenantName;
use acd_core::state::{Facts, State};
use acd_journal::LogReader;
use acd_journal::codec::{CodecError, decode_events, decode_snapshot};
use tracing::{info, warn};

use super::failure::ShardError;
use super::follower::Followed;
use crate::stream::StreamSettings;

/// Applied events after which the log says how far recovery has come.
const PROGRESS_EVERY: u64 = 1_000_000;
/// Entries that are read in one go: a longer read would keep the store from being tidied.
const ENTRIES_AT_ONCE: usize = 1_000;

/// A tenant's engine as the log tells it.
pub(crate) fn engine(
    shard: usize,
    log: &dyn LogReader,
    name: &TenantName,
) -> Result<Engine, ShardError> {
    let facts = newest_snapshot(shard, log, name)?;
    let snapshot_seq = facts.seq;
    // The matcher need not follow event by event.
    let mut state = State::from_facts(facts);
    let mut applied = 0;
    replay(shard, log, name, snapshot_seq, &mut |recorded| {
        state.replay(recorded);
        applied += 1;
        if applied % PROGRESS_EVERY == 0 {
            info!(tenant = %name, applied, "recovering");
        }
    })?;
    let sequence = state.facts().seq;
    info!(tenant = %name, snapshot_seq, sequence, "tenant recovered");
    Ok(Engine::of(name.clone(), state))
}

/// A tenant for those who show it, as the log tells it.
pub(crate) fn followed(
    shard: usize,
    log: &dyn LogReader,
    name: &TenantName,
    settings: StreamSettings,
) -> Result<Followed, ShardError> {
    let life = log.standing(name.as_str()).map_or(0, |stands| stands.life);
    let facts = newest_snapshot(shard, log, name)?;
    let snapshot_seq = facts.seq;
    let mut followed = Followed::restore(name.clone(), life, facts, settings);
    replay(shard, log, name, snapshot_seq, &mut |recorded| {
        followed.recover(recorded);
    })?;
    Ok(followed)
}

/// A tenant's state as the log tells it.
pub(crate) fn state(
    shard: usize,
    log: &dyn LogReader,
    name: &TenantName,
) -> Result<State, ShardError> {
    let facts = newest_snapshot(shard, log, name)?;
    let snapshot_seq = facts.seq;
    let mut state = State::from_facts(facts);
    replay(shard, log, name, snapshot_seq, &mut |recorded| {
        state.replay(recorded);
    })?;
    Ok(state)
}

/// The facts of the newest snapshot that can be read; those of a tenant of which nothing is known if there is none.
fn newest_snapshot(
    shard: usize,
    log: &dyn LogReader,
    name: &TenantName,
) -> Result<Facts, ShardError> {
    let snapshots = log.snapshots(name.as_str());
    for snapshot in snapshots.map_err(|source| ShardError::Log { shard, source })? {
        match decode_snapshot::<Facts>(&snapshot) {
            Ok(facts) => return Ok(facts),
            Err(error) => {
                warn!(tenant = %name, seq = snapshot.seq, %error, "snapshot passed over");
            }
        }
    }
    Ok(Facts::default())
}

/// Hands out the tenant's events after this sequence, in order, up to where the log stands now.
fn replay(
    shard: usize,
    log: &dyn LogReader,
    name: &TenantName,
    after: u64,
    apply: &mut dyn FnMut(&Recorded),
) -> Result<(), ShardError> {
    let last_seq = log.last_seq(name.as_str());
    let mut known = after;
    while known < last_seq {
        let before = known;
        let mut left = ENTRIES_AT_ONCE;
        let mut unreadable: Option<(u64, CodecError)> = None;
        let read = log.read(name.as_str(), known, &mut |entry| {
            match decode_events(&entry) {
                Ok(events) => {
                    for recorded in events.iter().filter(|recorded| recorded.seq > known) {
                        apply(recorded);
                    }
                    known = entry.last_seq;
                }
                Err(source) => {
                    unreadable = Some((entry.first_seq, source));
                    return ControlFlow::Break(());
                }
            }
            left -= 1;
            match left {
                0 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        });
        read.map_err(|source| ShardError::Log { shard, source })?;
        if let Some((sequence, source)) = unreadable {
            return Err(ShardError::Record {
                shard,
                tenant: name.clone(),
                sequence,
                source,
            });
        }
        if known == before {
            // Deleted meanwhile.
            break;
        }
    }
    Ok(())
}
