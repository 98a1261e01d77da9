//! Bringing a tenant back: the newest good snapshot, then the events after it. Nothing is decided again.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use acd_core::Engine;
use acd_core::event::{Event, OfferEnd, OfferEnded, Outcome, Recorded, RescindReason, VisitEnded};
use acd_core::ids::{DurationMs, TenantName, TimeMs};
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

/// What a stop has left behind in a tenant, before it is worked off.
pub(crate) struct Absence {
    length_ms: DurationMs,
    overdue: BTreeMap<&'static str, usize>,
}

/// What a start has done about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Return {
    /// Since the tenant's last event: at least as long as the server was down.
    pub(crate) absent_ms: DurationMs,
    /// The timers that had passed, by kind: `max_wait 3, ring 1`.
    pub(crate) overdue: String,
    /// Offers that rang out unseen.
    pub(crate) offers_rescinded: usize,
    /// Visits that had waited as long as they may.
    pub(crate) visits_timed_out: usize,
    /// Whether it was too much for one slice, and goes on while others are served.
    pub(crate) goes_on: bool,
}

impl Absence {
    /// What is overdue at this instant.
    pub(crate) fn before(engine: &Engine, now: TimeMs) -> Self {
        let state = engine.state();
        Self {
            length_ms: (now - state.facts().now).max(0),
            overdue: state.passed_timers(now),
        }
    }

    /// What has become of it by these events.
    pub(crate) fn over(self, engine: &Engine, events: &[Recorded]) -> Return {
        let count = |is: fn(&Event) -> bool| events.iter().filter(|it| is(&it.event)).count();
        let overdue = self.overdue.iter();
        let overdue: Vec<String> = overdue
            .map(|(kind, count)| format!("{kind} {count}"))
            .collect();
        Return {
            absent_ms: self.length_ms,
            overdue: overdue.join(", "),
            offers_rescinded: count(|event| {
                let end = OfferEnd::Rescinded(RescindReason::System);
                matches!(event, Event::OfferEnded(OfferEnded { end: it, .. }) if *it == end)
            }),
            visits_timed_out: count(|event| {
                let outcome = Outcome::TimedOut;
                matches!(event, Event::VisitEnded(VisitEnded { outcome: it, .. }) if *it == outcome)
            }),
            goes_on: !engine.is_at_rest(),
        }
    }
}

impl Return {
    /// Says it in one line of the log.
    pub(crate) fn tell(&self, tenant: &TenantName) {
        info!(
            %tenant,
            absent_ms = self.absent_ms,
            overdue = self.overdue,
            offers_rescinded = self.offers_rescinded,
            visits_timed_out = self.visits_timed_out,
            goes_on = self.goes_on,
            "tenant is back"
        );
    }
}

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
