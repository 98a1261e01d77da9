//! [`Follow`]: a journal on its way into a store, a bounded piece at a time.

use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;
use std::sync::Arc;

use acd_core::ids::{DurationMs, TenantName};
use acd_core::state::{Facts, State};
use acd_journal::codec::{CodecError, decode_events, decode_snapshot, encode_snapshot};
use acd_journal::{Hold, JournalId, LogError, LogReader, Snapshot, Standing};

use crate::aside::Aside;
use crate::changes::{Changes, Gap};
use crate::projection::Projection;
use crate::store::{Commit, Known, Life, Position, SavedState, Store, StoreError};

/// How much is done in one turn, and how often a state is kept.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// After how many events a turn ends. One entry is never cut.
    pub events: usize,
    /// After how many bytes of entries it does.
    pub bytes: usize,
    /// After how many events the state is kept beside the rows, if the journal's snapshots do not ask for it before: a restart
    /// applies at most so many again.
    pub state_every: u64,
    /// Of how many contacts the rows are erased in one transaction. More take several, before the one with the other rows.
    pub erased: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            events: 20_000,
            bytes: 8 << 20,
            state_every: 200_000,
            erased: 50_000,
        }
    }
}

/// What a turn has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// The tenant whose turn it was; none: there is nothing to do.
    pub tenant: Option<Arc<str>>,
    /// How many events became rows.
    pub events: u64,
    /// Events that had been given up before they were projected; the store knows.
    pub gap: Option<Gap>,
    /// How far behind the rows of all tenants are now.
    pub lag: Lag,
}

/// How far behind rows are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lag {
    /// Events that are durable and in no row.
    pub events: u64,
    /// From the last event in rows to the last durable one, of the tenant that is furthest behind.
    pub lag_ms: DurationMs,
}

impl Turn {
    /// Whether there is more to do at once.
    pub fn is_more(&self) -> bool {
        self.lag.events > 0
    }
}

/// Why a turn failed.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The store failed: [`StoreError::is_passing`] says whether to try again. What was read is kept and written then.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal cannot be read.
    #[error("the journal cannot be read: {0}")]
    Journal(#[from] LogError),
    /// An entry, a snapshot or a kept state is not what this program writes.
    #[error("the journal of tenant {tenant} cannot be understood: {source}")]
    Codec {
        /// The tenant.
        tenant: Arc<str>,
        /// What is wrong.
        source: CodecError,
    },
    /// The rows hold what the journal holds no longer.
    #[error(
        "the journal of tenant {tenant} begins after event {kept_after}: to make its rows anew would lose what happened before; \
         say that this is meant, or take a back-up of the journal of that time"
    )]
    WouldLose {
        /// The tenant.
        tenant: Arc<str>,
        /// The last event that is not in the journal.
        kept_after: u64,
    },
    /// The rows tell of events that the journal does not hold, and never did or does no longer.
    #[error(
        "the rows of tenant {tenant} tell up to event {rows_at} of another past: the journal was put back to an earlier state, or \
         lost its end. Put the rows of that time back, or make them anew from what the journal holds (acd history rebuild)"
    )]
    OtherPast {
        /// The tenant.
        tenant: Arc<str>,
        /// The last event in rows.
        rows_at: u64,
    },
    /// The events that are missing are in the journal no more, and there is no snapshot after them from which to go on.
    #[error(
        "events {from_seq} and following of tenant {tenant} are no longer in the journal, and no snapshot can be read that \
         stands after them: repair the journal (acd journal repair), or take a back-up"
    )]
    NothingToGoOnFrom {
        /// The tenant.
        tenant: Arc<str>,
        /// The first event that is missing.
        from_seq: u64,
    },
}

/// A journal on its way into a store. It owns no thread: each [`Follow::turn`] does a bounded piece and returns.
pub struct Follow {
    journal: JournalId,
    reader: Box<dyn LogReader>,
    store: Box<dyn Store>,
    pace: Pace,
    /// As long as it is there, nothing is truncated that has still to be read.
    hold: Option<Hold>,
    /// What the store knows of the tenants of this journal; none: it was not asked yet.
    known: Option<BTreeMap<Life, Known>>,
    tenants: BTreeMap<Arc<str>, Followed>,
}

/// A tenant on its way.
struct Followed {
    life: Life,
    projection: Projection,
    /// What the store has.
    position: Position,
    /// What it is about to get: kept until it has it.
    unsaved: Option<Unsaved>,
    /// Up to which event a state is kept.
    state_seq: u64,
}

struct Unsaved {
    /// Parts of what is erased, to be written before all else: each may be written again.
    erased: VecDeque<Changes>,
    changes: Changes,
    to: Position,
    state: Option<SavedState>,
}

impl std::fmt::Debug for Follow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tenants = self.tenants.keys();
        f.debug_struct("Follow")
            .field("tenants", &tenants)
            .finish_non_exhaustive()
    }
}

impl Follow {
    /// Follows this journal into this store, from where the store is.
    pub fn new(
        journal: JournalId,
        reader: Box<dyn LogReader>,
        store: Box<dyn Store>,
        hold: Option<Hold>,
        pace: Pace,
    ) -> Self {
        Self {
            journal,
            reader,
            store,
            pace,
            hold,
            known: None,
            tenants: BTreeMap::new(),
        }
    }

    /// The store.
    pub fn store(&mut self) -> &mut dyn Store {
        &mut *self.store
    }

    /// Keeps the journal back no longer: it has grown as much as it may while the store was away. What is truncated before it
    /// is read becomes a gap, and the store will say so.
    pub fn let_go(&mut self) {
        self.hold = None;
    }

    /// Whether the journal is kept back.
    pub fn holds(&self) -> bool {
        self.hold.is_some()
    }

    /// Keeps the journal back again: the store has caught up.
    pub fn hold_again(&mut self, hold: Hold) {
        for (name, tenant) in &self.tenants {
            hold.has_read(name, tenant.state_seq);
        }
        self.hold = Some(hold);
    }

    /// Brings some events of the tenant that is furthest behind into rows, and commits them.
    ///
    /// # Errors
    /// [`FollowError`]. After [`StoreError::Elsewhere`] it goes on from where the store is.
    ///
    /// # Panics
    /// If events do not follow from each other: the log is not this tenant's. Then this is to be made anew.
    pub fn turn(&mut self) -> Result<Turn, FollowError> {
        let turn = self.try_turn();
        if let Err(FollowError::Store(StoreError::Elsewhere { .. })) = turn {
            self.forget();
        }
        turn
    }

    /// Gives up all that is in memory, as after a defect: the next turn goes on from where the store is.
    pub fn forget(&mut self) {
        self.known = None;
        self.tenants.clear();
    }

    fn try_turn(&mut self) -> Result<Turn, FollowError> {
        let standings = self.standings();
        self.note_deleted(&standings)?;
        let mut done = Turn::default();
        let mut most = None;
        for (name, stands) in &standings {
            let rows_at = self.position(name, stands)?.seq;
            let Some(behind) = stands.last_seq.checked_sub(rows_at) else {
                let tenant = name.clone();
                return Err(FollowError::OtherPast { tenant, rows_at });
            };
            if behind > 0 {
                most = most.max(Some((behind, name.clone())));
            }
        }
        if let Some((_, name)) = most {
            self.advance(&name, &standings[&name], &mut done)?;
            done.tenant = Some(name);
        }
        done.lag = self.lag_of(&standings)?;
        Ok(done)
    }

    /// Takes turns until everything that is durable is in rows. Returns how many events that were.
    ///
    /// # Errors
    /// [`FollowError`].
    pub fn catch_up(&mut self, mut told: impl FnMut(&Turn)) -> Result<u64, FollowError> {
        let mut events = 0;
        loop {
            let turn = self.turn()?;
            events += turn.events;
            told(&turn);
            if !turn.is_more() {
                return Ok(events);
            }
        }
    }

    /// Removes the rows of a tenant: the next turns make them anew from the journal. What the journal holds no longer is lost
    /// by that, and so is refused unless it is meant.
    ///
    /// # Errors
    /// [`FollowError`].
    pub fn begin_again(&mut self, name: &str, loses: bool) -> Result<(), FollowError> {
        let Some(stands) = self.reader.standing(name) else {
            return Ok(());
        };
        if stands.kept_after > 0 && !loses {
            return Err(FollowError::WouldLose {
                tenant: name.into(),
                kept_after: stands.kept_after,
            });
        }
        let life = Life::of(name, self.journal, stands.life);
        self.tenants.remove(name);
        self.known = None;
        self.store.clear(&life)?;
        Ok(())
    }

    /// How far behind the rows are.
    ///
    /// # Errors
    /// [`FollowError`].
    pub fn lag(&mut self) -> Result<Lag, FollowError> {
        let standings = self.standings();
        self.lag_of(&standings)
    }

    fn lag_of(&mut self, standings: &BTreeMap<Arc<str>, Standing>) -> Result<Lag, FollowError> {
        let mut lag = Lag::default();
        for (name, stands) in standings {
            let position = self.position(name, stands)?;
            let behind = stands.last_seq.saturating_sub(position.seq);
            lag.events += behind;
            if behind > 0 && position.seq > 0 {
                lag.lag_ms = lag.lag_ms.max(stands.last_at_ms - position.at_ms);
            }
        }
        Ok(lag)
    }

    fn standings(&self) -> BTreeMap<Arc<str>, Standing> {
        let names = self.reader.tenants().into_iter();
        names
            .filter_map(|name| Some((name.clone(), self.reader.standing(&name)?)))
            .collect()
    }

    /// What the store knows of the tenants of this journal.
    fn known(&mut self) -> Result<&mut BTreeMap<Life, Known>, StoreError> {
        if self.known.is_none() {
            let journal = self.journal.to_string();
            let known = self.store.tenants()?.into_iter();
            let its = known.filter(|known| known.life.journal_id == journal);
            self.known = Some(its.map(|known| (known.life.clone(), known)).collect());
        }
        Ok(self.known.get_or_insert_default())
    }

    /// How far a tenant is in the store.
    fn position(&mut self, name: &str, stands: &Standing) -> Result<Position, StoreError> {
        let life = Life::of(name, self.journal, stands.life);
        let known = self.known()?.get(&life);
        Ok(known.map(|known| known.position).unwrap_or_default())
    }

    /// Notes which tenants are gone from the journal, and what went with them.
    fn note_deleted(
        &mut self,
        standings: &BTreeMap<Arc<str>, Standing>,
    ) -> Result<(), FollowError> {
        let is_gone = |life: &Life| {
            let stands = standings.get(life.name.as_str());
            stands.is_none_or(|stands| stands.life != life.life)
        };
        let known = self.known()?.values();
        let gone = known.filter(|known| known.deleted_at.is_none() && is_gone(&known.life));
        for Known { life, position, .. } in gone.cloned().collect::<Vec<_>>() {
            // Its last events went with it.
            let mut changes = Changes::default();
            changes.note_gap(Gap {
                from_seq: position.seq + 1,
                to_seq: None,
                from_at: position.at_ms,
                to_at: None,
            });
            let to = Position {
                seq: position.seq + 1,
                ..position
            };
            self.store.commit(Commit {
                life: &life,
                after_seq: position.seq,
                changes: &changes,
                to,
                state: None,
            })?;
            self.deleted(&life, to)?;
        }
        Ok(())
    }

    /// A tenant is deleted, and nothing more will come of it.
    fn deleted(&mut self, life: &Life, position: Position) -> Result<(), FollowError> {
        self.store.note_deleted(life, position.at_ms)?;
        if let Some(known) = self.known()?.get_mut(life) {
            known.position = position;
            known.deleted_at = Some(position.at_ms);
        }
        let name = life.name.as_str();
        if self
            .tenants
            .get(name)
            .is_some_and(|known| known.life == *life)
        {
            self.tenants.remove(name);
        }
        if let Some(hold) = &self.hold {
            hold.forget(name);
        }
        Ok(())
    }

    /// Brings some events of a tenant into rows.
    fn advance(
        &mut self,
        name: &Arc<str>,
        stands: &Standing,
        done: &mut Turn,
    ) -> Result<(), FollowError> {
        let followed = self.tenants.get(name);
        if followed.is_none_or(|followed| followed.life.life != stands.life) {
            let (followed, gap) = self.resume(name, stands)?;
            done.gap = gap;
            self.tenants.insert(name.clone(), followed);
        }
        let Some(tenant) = self.tenants.get_mut(name) else {
            return Ok(());
        };
        if tenant.unsaved.is_none() {
            let after_seq = tenant.projection.position().seq;
            let projection = &mut tenant.projection;
            let read = read(
                &*self.reader,
                name,
                after_seq,
                &self.pace,
                |events| match projection.follow(events) < events.len() {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                },
            );
            match read {
                Ok(()) => {}
                Err(FollowError::Journal(LogError::NoLongerKept { .. })) => {
                    let position = tenant.position;
                    let (followed, gap) = self.go_on(name, stands, position)?;
                    done.gap = Some(gap);
                    self.tenants.insert(name.clone(), followed);
                    return self.save(name, done);
                }
                Err(error) => return Err(error),
            }
            let mut changes = tenant.projection.take();
            tenant.unsaved = Some(Unsaved {
                to: tenant.projection.position(),
                state: kept_state(&*self.reader, name, tenant, stands, self.pace.state_every)?,
                erased: changes.split_erasures(self.pace.erased),
                changes,
            });
        }
        self.save(name, done)
    }

    /// Commits what a tenant has unsaved.
    fn save(&mut self, name: &Arc<str>, done: &mut Turn) -> Result<(), FollowError> {
        let Some(tenant) = self.tenants.get_mut(name) else {
            return Ok(());
        };
        let Some(unsaved) = &mut tenant.unsaved else {
            return Ok(());
        };
        while let Some(part) = unsaved.erased.front() {
            self.store.commit(Commit {
                life: &tenant.life,
                after_seq: tenant.position.seq,
                changes: part,
                to: tenant.position,
                state: None,
            })?;
            unsaved.erased.pop_front();
        }
        self.store.commit(Commit {
            life: &tenant.life,
            after_seq: tenant.position.seq,
            changes: &unsaved.changes,
            to: unsaved.to,
            state: unsaved.state.as_ref(),
        })?;
        done.events = unsaved.to.seq - tenant.position.seq;
        tenant.position = unsaved.to;
        if let Some(state) = &unsaved.state {
            tenant.state_seq = state.seq;
        }
        tenant.unsaved = None;
        if let Some(hold) = &self.hold {
            hold.has_read(name, tenant.state_seq);
        }
        let (life, position) = (tenant.life.clone(), tenant.position);
        let is_deleted = tenant.projection.state().facts().deleted;
        self.known()?.insert(
            life.clone(),
            Known {
                life: life.clone(),
                position,
                deleted_at: None,
            },
        );
        match is_deleted {
            true => self.deleted(&life, position),
            false => Ok(()),
        }
    }

    /// A tenant as the rows know it, rebuilt from the newest state before that and the events between; a gap if that cannot be.
    fn resume(
        &mut self,
        name: &Arc<str>,
        stands: &Standing,
    ) -> Result<(Followed, Option<Gap>), FollowError> {
        let life = Life::of(name, self.journal, stands.life);
        let position = self.store.position(&life)?;
        self.check_past(name, stands, position)?;
        let kept = self.store.saved_state(&life)?;
        let state_seq = kept.as_ref().map_or(0, |state| state.seq);
        let mut bases: Vec<Facts> = Vec::new();
        if let Some(kept) = kept {
            let sealed = Snapshot {
                tenant: name.clone(),
                seq: kept.seq,
                at_ms: kept.at_ms,
                payload: kept.payload.into(),
                ..Snapshot::default()
            };
            let snapshot = self.reader.opened(&sealed);
            bases.extend(snapshot.and_then(|it| decode_snapshot(&it).ok()));
        }
        let snapshots = self.snapshots(name)?;
        bases.extend(
            snapshots
                .into_iter()
                .filter(|facts| facts.seq <= position.seq),
        );
        if stands.kept_after == 0 {
            bases.push(Facts::default());
        }
        let usable = |facts: &&Facts| {
            let is_kept = facts.seq >= stands.kept_after || facts.seq == position.seq;
            facts.seq <= position.seq && is_kept
        };
        let newest = bases.iter().filter(usable).max_by_key(|facts| facts.seq);
        let Some(base) = newest.cloned() else {
            let (followed, gap) = self.go_on(name, stands, position)?;
            return Ok((followed, Some(gap)));
        };
        let state = replayed(&*self.reader, name, base, position.seq, &self.pace)?;
        let followed = Followed {
            life,
            projection: Projection::of(state),
            position,
            unsaved: None,
            state_seq,
        };
        Ok((followed, None))
    }

    /// Checks that the last event in rows is that of the journal, where it still holds it.
    fn check_past(
        &self,
        name: &Arc<str>,
        stands: &Standing,
        position: Position,
    ) -> Result<(), FollowError> {
        if position.seq <= stands.kept_after {
            return Ok(());
        }
        let mut at_ms = None;
        read(
            &*self.reader,
            name,
            position.seq - 1,
            &self.pace,
            |events| {
                let mut events = events.iter();
                at_ms = events.find(|it| it.seq == position.seq).map(|it| it.at_ms);
                ControlFlow::Break(())
            },
        )?;
        match at_ms == Some(position.at_ms) {
            true => Ok(()),
            false => Err(FollowError::OtherPast {
                tenant: name.clone(),
                rows_at: position.seq,
            }),
        }
    }

    /// A tenant as it goes on after a gap: from the oldest snapshot after what the rows know.
    fn go_on(
        &mut self,
        name: &Arc<str>,
        stands: &Standing,
        position: Position,
    ) -> Result<(Followed, Gap), FollowError> {
        let snapshots = self.snapshots(name)?;
        let later = snapshots
            .into_iter()
            .filter(|facts| facts.seq > position.seq);
        let Some(facts) = later.min_by_key(|facts| facts.seq) else {
            return Err(FollowError::NothingToGoOnFrom {
                tenant: name.clone(),
                from_seq: position.seq + 1,
            });
        };
        let gap = Gap {
            from_seq: position.seq + 1,
            to_seq: Some(facts.seq),
            from_at: if position.seq == 0 {
                facts.now
            } else {
                position.at_ms
            },
            to_at: Some(facts.now),
        };
        let mut projection = Projection::after_gap(State::from_facts(facts), gap);
        let mut changes = projection.take();
        let unsaved = Unsaved {
            to: projection.position(),
            state: Some(saved(&*self.reader, name, projection.state())?),
            erased: changes.split_erasures(self.pace.erased),
            changes,
        };
        let followed = Followed {
            life: Life::of(name, self.journal, stands.life),
            projection,
            position,
            unsaved: Some(unsaved),
            state_seq: 0,
        };
        Ok((followed, gap))
    }

    /// The states of the journal's snapshots that can be read, newest first.
    fn snapshots(&self, name: &Arc<str>) -> Result<Vec<Facts>, FollowError> {
        let snapshots = self.reader.snapshots(name)?;
        let decoded = snapshots.iter().map(decode_snapshot);
        Ok(decoded.filter_map(Result::ok).collect())
    }
}

/// The state to keep beside the rows, if it is time: after so many events, or when nothing else keeps the journal from being
/// truncated up to the older of its snapshots.
fn kept_state(
    reader: &dyn LogReader,
    name: &Arc<str>,
    tenant: &Followed,
    stands: &Standing,
    every: u64,
) -> Result<Option<SavedState>, FollowError> {
    let state = tenant.projection.state();
    let seq = state.facts().seq;
    let is_far = seq >= tenant.state_seq.saturating_add(every);
    let older = stands.snapshots.get(1).map_or(0, |older| older.seq);
    let is_in_the_way = (tenant.state_seq + 1..=seq).contains(&older);
    (is_far || is_in_the_way)
        .then(|| saved(reader, name, state))
        .transpose()
}

/// A state as it is kept beside rows: its personal values are sealed as in the journal.
fn saved(
    reader: &dyn LogReader,
    name: &Arc<str>,
    state: &State,
) -> Result<SavedState, FollowError> {
    let facts = state.facts();
    let tenant = TenantName::from(&**name);
    let snapshot = encode_snapshot(&tenant, facts.seq, facts.now, facts.clone(), 0);
    let snapshot = snapshot.map_err(|source| FollowError::Codec {
        tenant: name.clone(),
        source,
    })?;
    let snapshot = reader.sealed(&snapshot);
    Ok(SavedState {
        seq: snapshot.seq,
        at_ms: snapshot.at_ms,
        payload: snapshot.payload.to_vec(),
    })
}

/// The state after this event, from an earlier one.
pub(crate) fn replayed(
    reader: &dyn LogReader,
    name: &Arc<str>,
    base: Facts,
    up_to: u64,
    pace: &Pace,
) -> Result<State, FollowError> {
    let mut state = State::from_facts(base);
    while state.facts().seq < up_to {
        let after_seq = state.facts().seq;
        read(reader, name, after_seq, pace, |events| {
            for recorded in events.iter().filter(|it| it.seq <= up_to) {
                state.replay(recorded);
            }
            match state.facts().seq < up_to {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        })?;
        if state.facts().seq == after_seq {
            break;
        }
    }
    Ok(state)
}

/// Reads a bounded piece of a log after this event: of each entry the events that follow.
pub(crate) fn read(
    reader: &dyn LogReader,
    name: &Arc<str>,
    after_seq: u64,
    pace: &Pace,
    mut take: impl FnMut(&[acd_core::event::Recorded]) -> ControlFlow<()>,
) -> Result<(), FollowError> {
    let (mut events, mut bytes) = (0, 0);
    let mut aside = Aside::default();
    let mut failed = None;
    reader.read(name, after_seq, &mut |entry| {
        let mut decoded = match decode_events(&entry) {
            Ok(decoded) => decoded,
            Err(source) => {
                failed = Some(source);
                return ControlFlow::Break(());
            }
        };
        decoded.retain(|recorded| recorded.seq > after_seq);
        events += decoded.len();
        bytes += entry.bytes();
        take(&decoded)?;
        aside.did(decoded.len());
        match events < pace.events && bytes < pace.bytes {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    })?;
    match failed {
        Some(source) => Err(FollowError::Codec {
            tenant: name.clone(),
            source,
        }),
        None => Ok(()),
    }
}
