//! Bringing a tenant back: the newest good snapshot, then the events after it. Nothing is decided again. The same gives
//! its state at any earlier instant that is still kept ([`rebuild`]), and shows whether its snapshots are what the events
//! make of it ([`compare`]).

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use acd_core::Engine;
use acd_core::event::{Event, OfferEnd, OfferEnded, Outcome, Recorded, RescindReason, VisitEnded};
use acd_core::ids::{DurationMs, TenantName, TimeMs};
use acd_core::state::{Facts, State};
use acd_journal::codec::{CodecError, decode_events, decode_snapshot};
use acd_journal::{LogKeeper, LogReader, Snapshot, SnapshotMark};
use tracing::{info, warn};

use super::expired::Expired;
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

/// A tenant's engine as the log tells it. What was erased since the newest snapshot is erased again: whoever did may have
/// ended before the keys were destroyed.
pub(crate) fn engine(
    shard: usize,
    log: &mut dyn LogKeeper,
    name: &TenantName,
) -> Result<Engine, ShardError> {
    let facts = newest_snapshot(shard, log, name)?;
    let snapshot_seq = facts.seq;
    // The matcher need not follow event by event.
    let mut state = State::from_facts(facts);
    let mut applied = 0;
    let mut erased = Erased::default();
    replay(shard, log, name, snapshot_seq, &mut |recorded| {
        state.replay(recorded);
        erased.note(&recorded.event);
        applied += 1;
        if applied % PROGRESS_EVERY == 0 {
            info!(tenant = %name, applied, "recovering");
        }
        ControlFlow::Continue(())
    })?;
    erased.destroy_keys(shard, log, name)?;
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
        ControlFlow::Continue(())
    })?;
    Ok(followed)
}

/// A tenant's state as the log tells it.
pub(crate) fn state(
    shard: usize,
    log: &dyn LogReader,
    name: &TenantName,
) -> Result<State, ShardError> {
    state_and_erased(shard, log, name).map(|(state, _)| state)
}

/// The same for a snapshot of it, before which the keys of all that was erased have to be destroyed: no start looks for
/// that before a snapshot.
pub(crate) fn state_to_keep(
    shard: usize,
    log: &mut dyn LogKeeper,
    name: &TenantName,
) -> Result<State, ShardError> {
    let (state, erased) = state_and_erased(shard, log, name)?;
    erased.destroy_keys(shard, log, name)?;
    Ok(state)
}

fn state_and_erased(
    shard: usize,
    log: &dyn LogReader,
    name: &TenantName,
) -> Result<(State, Erased), ShardError> {
    let facts = newest_snapshot(shard, log, name)?;
    let snapshot_seq = facts.seq;
    let mut state = State::from_facts(facts);
    let mut erased = Erased::default();
    replay(shard, log, name, snapshot_seq, &mut |recorded| {
        state.replay(recorded);
        erased.note(&recorded.event);
        ControlFlow::Continue(())
    })?;
    Ok((state, erased))
}

/// The contacts whose personal data events have erased.
#[derive(Default)]
struct Erased {
    contacts: Vec<u64>,
    /// The last event of its kind says all that those before it said.
    expired: Option<Expired>,
}

impl Erased {
    fn note(&mut self, event: &Event) {
        match event {
            Event::PersonalErased(event) => {
                self.contacts.extend(event.contacts.iter().map(|it| it.0));
            }
            Event::PersonalExpired(event) => self.expired = Some(Expired::of(event)),
            _ => {}
        }
    }

    fn destroy_keys(
        &self,
        shard: usize,
        log: &mut dyn LogKeeper,
        name: &TenantName,
    ) -> Result<(), ShardError> {
        let failed = |source| ShardError::Log { shard, source };
        if !self.contacts.is_empty() {
            log.erase(name.as_str(), &self.contacts).map_err(failed)?;
        }
        match &self.expired {
            Some(expired) => expired.destroy_keys(log, name.as_str()).map_err(failed),
            None => Ok(()),
        }
    }
}

/// Up to where a tenant's state is rebuilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpTo {
    /// All there is.
    End,
    /// This event, and no later one.
    Seq(u64),
    /// All that happened at this instant of engine time or before, in milliseconds since the Unix epoch.
    Time(TimeMs),
}

/// A tenant's state, and how it came about.
#[derive(Debug)]
pub struct Rebuilt {
    /// The state.
    pub state: State,
    /// The event after which the snapshot was taken from which it was rebuilt; 0: it was rebuilt from the first event on.
    pub snapshot_seq: u64,
    /// How many events were applied after that.
    pub applied: u64,
}

/// Why a state cannot be rebuilt.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// What it takes has been given up.
    #[error(
        "what tenant {tenant} was at that time is no longer kept: its events up to sequence {kept_after} are given up, and \
         {}. Take a back-up of that time, or keep events for longer (server.keep_journal)",
        match oldest {
            Some(oldest) => format!("its oldest snapshot was taken at sequence {}", oldest.seq),
            None => "it has no snapshot".to_owned(),
        }
    )]
    NotKept {
        /// The tenant.
        tenant: TenantName,
        /// The last event that is not kept.
        kept_after: u64,
        /// The earliest instant that can still be rebuilt.
        oldest: Option<SnapshotMark>,
    },
    /// There is no such event yet.
    #[error("the log of tenant {tenant} ends at sequence {last_seq}; name one up to that")]
    Ahead {
        /// The tenant.
        tenant: TenantName,
        /// Its last event.
        last_seq: u64,
    },
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] ShardError),
}

/// A tenant's state as it was, from the newest snapshot before that and the events between.
///
/// # Errors
/// [`RebuildError`].
pub fn rebuild(
    shard: usize,
    log: &dyn LogReader,
    name: &TenantName,
    up_to: UpTo,
) -> Result<Rebuilt, RebuildError> {
    let stands = log.standing(name.as_str());
    let (kept_after, last_seq) = stands.map_or((0, 0), |it| (it.kept_after, it.last_seq));
    if let UpTo::Seq(seq) = up_to
        && seq > last_seq
    {
        let tenant = name.clone();
        return Err(RebuildError::Ahead { tenant, last_seq });
    }
    let is_before = |snapshot: &Snapshot| match up_to {
        UpTo::End => true,
        UpTo::Seq(seq) => snapshot.seq <= seq,
        UpTo::Time(at_ms) => snapshot.at_ms <= at_ms,
    };
    let kept = decoded_snapshots(shard, log, name)?;
    let oldest = kept.last().map(|(snapshot, _)| mark(snapshot));
    let begin = kept.into_iter().find(|(snapshot, _)| is_before(snapshot));
    if begin.is_none() && kept_after > 0 {
        return Err(RebuildError::NotKept {
            tenant: name.clone(),
            kept_after,
            oldest,
        });
    }
    let facts = begin.map_or_else(Facts::default, |(_, facts)| facts);
    let mut rebuilt = Rebuilt {
        snapshot_seq: facts.seq,
        state: State::from_facts(facts),
        applied: 0,
    };
    let is_included = |recorded: &Recorded| match up_to {
        UpTo::End => true,
        UpTo::Seq(seq) => recorded.seq <= seq,
        UpTo::Time(at_ms) => recorded.at_ms <= at_ms,
    };
    let after = rebuilt.snapshot_seq;
    replay(shard, log, name, after, &mut |recorded| {
        if !is_included(recorded) {
            return ControlFlow::Break(());
        }
        rebuilt.state.replay(recorded);
        rebuilt.applied += 1;
        ControlFlow::Continue(())
    })?;
    Ok(rebuilt)
}

/// Whether the snapshots of a tenant are what its events make of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Its snapshots, the oldest first.
    pub snapshots: Vec<(SnapshotMark, Agreement)>,
    /// How many events were applied.
    pub applied: u64,
    /// The digest of its state at the end of its log.
    pub digest: u64,
}

/// What a snapshot is, compared with the one before it, or nothing, and the events up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// There is nothing to compare it with: the events before it are given up.
    Alone,
    /// The same.
    Same,
    /// Another state.
    Differs {
        /// The digest of the snapshot.
        snapshot: u64,
        /// The digest of what the events make.
        events: u64,
    },
    /// The same, but the events after it lead to another end from here than from there.
    EndDiffers {
        /// The digest of the end, from the snapshot.
        snapshot: u64,
        /// The digest of the end, from what the events made.
        events: u64,
    },
}

impl Agreement {
    /// Whether nothing speaks against the snapshot.
    pub fn holds(self) -> bool {
        matches!(self, Self::Alone | Self::Same)
    }
}

/// Rebuilds a tenant's state from the first event that is kept on, and compares it with each snapshot on the way, and the
/// end with the one that the newest snapshot leads to.
///
/// # Errors
/// [`ShardError`] if the log cannot be read.
///
/// # Panics
/// As [`State::apply`], if what is read is no log of this tenant.
pub fn compare(
    shard: usize,
    log: &dyn LogReader,
    name: &TenantName,
) -> Result<Compared, ShardError> {
    let kept_after = log.standing(name.as_str()).map_or(0, |it| it.kept_after);
    let mut kept = decoded_snapshots(shard, log, name)?;
    let mut compared = Compared {
        snapshots: Vec::new(),
        applied: 0,
        digest: 0,
    };
    let oldest = if kept_after > 0 { kept.pop() } else { None };
    let mut state = State::default();
    if let Some((snapshot, facts)) = oldest {
        compared.snapshots.push((mark(&snapshot), Agreement::Alone));
        state = State::from_facts(facts);
    }
    // What the newest snapshot leads to.
    let mut other: Option<State> = None;
    let mut meet = |state: &State, other: &mut Option<State>, compared: &mut Compared| {
        while let Some((snapshot, facts)) =
            kept.pop_if(|(snapshot, _)| snapshot.seq == state.facts().seq)
        {
            let restored = State::from_facts(facts);
            let [snapshot_digest, events] = [restored.digest(), state.digest()];
            let agreement = match snapshot_digest == events {
                true => Agreement::Same,
                false => Agreement::Differs {
                    snapshot: snapshot_digest,
                    events,
                },
            };
            compared.snapshots.push((mark(&snapshot), agreement));
            // One that is another state may even panic on what follows.
            *other = agreement.holds().then_some(restored);
        }
    };
    let after = state.facts().seq;
    replay(shard, log, name, after, &mut |recorded| {
        state.replay(recorded);
        if let Some(other) = &mut other {
            other.replay(recorded);
        }
        compared.applied += 1;
        meet(&state, &mut other, &mut compared);
        ControlFlow::Continue(())
    })?;
    compared.digest = state.digest();
    let end = other.map_or(compared.digest, |other| other.digest());
    if let Some((_, agreement)) = compared.snapshots.last_mut()
        && end != compared.digest
    {
        *agreement = Agreement::EndDiffers {
            snapshot: end,
            events: compared.digest,
        };
    }
    Ok(compared)
}

fn mark(snapshot: &Snapshot) -> SnapshotMark {
    SnapshotMark {
        seq: snapshot.seq,
        at_ms: snapshot.at_ms,
    }
}

/// The snapshots that can be read, the newest first.
fn decoded_snapshots(
    shard: usize,
    log: &dyn LogReader,
    name: &TenantName,
) -> Result<Vec<(Snapshot, Facts)>, ShardError> {
    let snapshots = log.snapshots(name.as_str());
    let snapshots = snapshots.map_err(|source| ShardError::Log { shard, source })?;
    let decoded = snapshots.into_iter().filter_map(|snapshot| {
        let facts = readable(name, &snapshot)?;
        Some((snapshot, facts))
    });
    Ok(decoded.collect())
}

/// The facts of a snapshot, unless it cannot be read.
fn readable(name: &TenantName, snapshot: &Snapshot) -> Option<Facts> {
    let facts = decode_snapshot(snapshot);
    let told = |error| warn!(tenant = %name, seq = snapshot.seq, %error, "snapshot passed over");
    facts.map_err(told).ok()
}

/// The facts of the newest snapshot that can be read; those of a tenant of which nothing is known if there is none.
fn newest_snapshot(
    shard: usize,
    log: &dyn LogReader,
    name: &TenantName,
) -> Result<Facts, ShardError> {
    let snapshots = log.snapshots(name.as_str());
    let snapshots = snapshots.map_err(|source| ShardError::Log { shard, source })?;
    let newest = snapshots.iter().find_map(|it| readable(name, it));
    Ok(newest.unwrap_or_default())
}

/// Hands out the tenant's events after this sequence, in order, up to where the log stands now or it is enough.
fn replay(
    shard: usize,
    log: &dyn LogReader,
    name: &TenantName,
    after: u64,
    apply: &mut dyn FnMut(&Recorded) -> ControlFlow<()>,
) -> Result<(), ShardError> {
    let last_seq = log.last_seq(name.as_str());
    let mut known = after;
    let mut is_enough = false;
    while known < last_seq && !is_enough {
        let before = known;
        let mut left = ENTRIES_AT_ONCE;
        let mut unreadable: Option<(u64, CodecError)> = None;
        let read = log.read(name.as_str(), known, &mut |entry| {
            match decode_events(&entry) {
                Ok(events) => {
                    let mut new = events.iter().filter(|recorded| recorded.seq > known);
                    if new.try_for_each(&mut *apply).is_break() {
                        is_enough = true;
                        return ControlFlow::Break(());
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
        if known == before && !is_enough {
            // Deleted meanwhile.
            break;
        }
    }
    Ok(())
}
