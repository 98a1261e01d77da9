//! What waits for one reader: a single slot that the follower's thread fills and the reader empties.
//!
//! The slot holds everything the reader has not taken, coalesced: a newer state of an entity replaces an older one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use acd_core::ids::TimeMs;
use acd_proto::v1 as pb;

use super::budget::{Budget, Charge};
use super::departure::Departure;
use super::entity::{Entity, Rendered};
use super::update::{StreamEnd, UpdateKind};

/// At how many looks in a row a reader may be found not to have asked since the one before. They are one heartbeat
/// interval apart, and whoever has been told nothing for so long asks by themselves.
const LOOKS_MAX: u32 = 3;

/// How much may wait for one reader before it is cut off: states of distinct entities, and apart from them directives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) states: usize,
    pub(crate) directives: usize,
}

/// The point of a tenant's log at which something is exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AsOf {
    pub(crate) sequence: u64,
    pub(crate) at_ms: TimeMs,
}

/// Up to where all streams of one kind of a tenant have been told everything: for the heartbeats of those that had nothing
/// to be told. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct ToldUpTo(Arc<Mutex<AsOf>>);

impl ToldUpTo {
    pub(crate) fn get(&self) -> AsOf {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set(&self, as_of: AsOf) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = as_of;
    }
}

/// What the reader is to be told next.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    /// States, if there are any or the reader is to know how far it is.
    pub(crate) update: Option<States>,
    /// What they count for; none without them.
    pub(crate) charge: Option<Charge>,
    /// Directives, in order.
    pub(crate) directives: Vec<Arc<pb::Directive>>,
    /// The end of the stream, after everything else here.
    pub(crate) end: Option<StreamEnd>,
}

/// States of entities, each once.
#[derive(Debug)]
pub(crate) struct States {
    pub(crate) kind: UpdateKind,
    pub(crate) as_of: AsOf,
    pub(crate) config_version: u64,
    pub(crate) desk_version: u64,
    pub(crate) emergency: bool,
    pub(crate) states: BTreeMap<Entity, Rendered>,
    /// How many bytes the states are as they are sent.
    pub(crate) bytes: usize,
}

#[derive(Debug, Default)]
struct Slot {
    /// What waits, if anything does.
    waiting: Option<Waiting>,
    /// Whether a snapshot is on its way: until it is here the reader is not told that nothing has happened.
    awaits_snapshot: bool,
    /// Wakes the reader, who has taken all there was and waits for more.
    reader: Option<Waker>,
    /// How many looks there were since the reader asked for more.
    looks: u32,
    /// What the end of the stream is told by; none: it has been told.
    departure: Option<Departure>,
}

/// The slot of one reader.
#[derive(Debug)]
pub(crate) struct Outbox {
    slot: Mutex<Slot>,
    limits: Limits,
    budget: Budget,
    /// Whether the reader is cut off when the budget is used up. Who works with the stream is not: agents and adapters
    /// have few states, and whoever watches must not stop them.
    yields: bool,
}

impl Outbox {
    pub(crate) fn new(
        limits: Limits,
        budget: Budget,
        yields: bool,
        departure: Option<Departure>,
    ) -> Arc<Self> {
        let slot = Slot {
            departure,
            ..Slot::default()
        };
        Arc::new(Self {
            slot: Mutex::new(slot),
            limits,
            budget,
            yields,
        })
    }

    /// Adds states. False if the reader had too much waiting already: it has been cut off instead.
    #[must_use]
    pub(crate) fn put_states(&self, newer: States) -> bool {
        self.put(|slot| self.add_states(slot, newer))
    }

    /// Adds states without telling the reader, who gets them with what comes next, at the latest when [`Outbox::tell`] is
    /// called.
    #[must_use]
    pub(crate) fn put_states_quietly(&self, newer: States) -> bool {
        self.put_and_tell(false, |slot| self.add_states(slot, newer))
    }

    /// Tells the reader that something waits, if they have taken all there was.
    pub(crate) fn tell(&self) {
        let reader = self.slot().reader.take();
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    fn add_states(&self, slot: &mut Slot, newer: States) -> bool {
        slot.awaits_snapshot &= newer.kind == UpdateKind::Changes;
        let waiting = slot.waiting.get_or_insert_default();
        let lags = waiting.update.as_ref().is_some_and(|update| {
            update.kind == UpdateKind::Changes && update.states.len() >= self.limits.states
                || self.must_yield()
        });
        if !lags {
            let update = match waiting.update.take() {
                Some(update) => update.followed_by(newer),
                None => newer,
            };
            waiting.charge = Some(self.budget.charge(update.bytes));
            waiting.update = Some(update);
        }
        !lags
    }

    /// Adds directives. False if the reader had too many waiting already: it has been cut off instead.
    #[must_use]
    pub(crate) fn put_directives(&self, directives: Vec<Arc<pb::Directive>>) -> bool {
        self.put(|slot| {
            let waiting = slot.waiting.get_or_insert_default();
            let lags = waiting.directives.len() >= self.limits.directives;
            if !lags {
                waiting.directives.extend(directives);
            }
            !lags
        })
    }

    /// Ends the stream after what waits.
    pub(crate) fn end(&self, end: StreamEnd) {
        let mut departure = None;
        self.put(|slot| {
            slot.waiting.get_or_insert_default().end = Some(end);
            departure = slot.departure.take();
            true
        });
    }

    /// Looks whether the reader comes back for more. False if it has not for too long: it has been cut off.
    #[must_use]
    pub(crate) fn look(&self) -> bool {
        let mut slot = self.slot();
        slot.looks += 1;
        let is_here = slot.looks <= LOOKS_MAX;
        drop(slot);
        is_here || self.put(|_| false)
    }

    /// The reader is gone.
    pub(crate) fn leave(&self) {
        let mut slot = self.slot();
        let left = (slot.waiting.take(), slot.departure.take());
        drop(slot);
        drop(left);
    }

    /// Whether the reader is cut off if anything more waits for them, because the budget is used up.
    pub(crate) fn must_yield(&self) -> bool {
        self.yields && self.budget.used_up().is_some()
    }

    /// Takes note that a snapshot is on its way.
    pub(crate) fn await_snapshot(&self) {
        self.slot().awaits_snapshot = true;
    }

    /// Takes all that waits. If nothing does, the reader is woken when something will.
    pub(crate) fn poll_take(&self, context: &Context<'_>) -> Poll<Waiting> {
        let mut slot = self.slot();
        slot.looks = 0;
        match slot.waiting.take() {
            Some(waiting) => Poll::Ready(waiting),
            None => {
                let is_known = |reader: &Waker| reader.will_wake(context.waker());
                if !slot.reader.as_ref().is_some_and(is_known) {
                    slot.reader = Some(context.waker().clone());
                }
                Poll::Pending
            }
        }
    }

    /// Whether nothing waits and nothing is on its way.
    pub(crate) fn is_quiet(&self) -> bool {
        let slot = self.slot();
        slot.waiting.is_none() && !slot.awaits_snapshot
    }

    /// Adds to what waits, unless that is too much: then nothing waits but the end, which is told at once, whenever the
    /// reader takes it. Whether it was not.
    fn put(&self, add: impl FnOnce(&mut Slot) -> bool) -> bool {
        self.put_and_tell(true, add)
    }

    /// The same, and whether the reader is told that something waits. Of the end they always are.
    fn put_and_tell(&self, tells: bool, add: impl FnOnce(&mut Slot) -> bool) -> bool {
        let mut slot = self.slot();
        let keeps_up = add(&mut slot);
        let mut left = None;
        if !keeps_up {
            let waiting = slot.waiting.replace(Waiting::cut_off());
            left = Some((waiting, slot.departure.take()));
        }
        let reader = slot.reader.take_if(|_| tells || !keeps_up);
        drop(slot);
        drop(left);
        if let Some(reader) = reader {
            reader.wake();
        }
        keeps_up
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn cut_off() -> Self {
        Self {
            end: Some(StreamEnd::Resync),
            ..Self::default()
        }
    }
}

impl States {
    /// The two as one. A snapshot stays one, exact at the later sequence: what is over by then is not in it.
    fn followed_by(mut self, newer: States) -> States {
        if let UpdateKind::Snapshot(_) = newer.kind {
            return newer;
        }
        let is_snapshot = self.kind != UpdateKind::Changes;
        self.bytes += newer.bytes;
        for (entity, state) in newer.states {
            let replaced = if is_snapshot && state.is_over() {
                self.bytes = self.bytes.saturating_sub(state.bytes());
                self.states.remove(&entity)
            } else {
                self.states.insert(entity, state)
            };
            let replaced = replaced.map_or(0, |state| state.bytes());
            self.bytes = self.bytes.saturating_sub(replaced);
        }
        Self {
            kind: self.kind,
            as_of: newer.as_of,
            config_version: newer.config_version,
            desk_version: newer.desk_version,
            emergency: newer.emergency,
            states: self.states,
            bytes: self.bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use acd_config::ServerLimits;
    use acd_core::ids::OfferId;
    use proptest::prelude::*;

    use super::super::budget::Budgets;
    use super::*;

    const ROOMY: Limits = Limits {
        states: 1_000,
        directives: 1_000,
    };

    fn outbox(limits: Limits) -> Arc<Outbox> {
        let budgets = Budgets::new(&ServerLimits::default());
        Outbox::new(limits, budgets.of(&"bank".into()), true, None)
    }

    impl Outbox {
        /// What waits, taken.
        fn taken(&self) -> Option<Waiting> {
            match self.poll_take(&Context::from_waker(Waker::noop())) {
                Poll::Ready(waiting) => Some(waiting),
                Poll::Pending => None,
            }
        }
    }

    fn offer(id: u64, state: pb::OfferState) -> (Entity, Rendered) {
        let offer = pb::Offer {
            offer_id: id,
            state: state.into(),
            ended_at_ms: i64::from(state == pb::OfferState::Rejected),
            ..Default::default()
        };
        (Entity::Offer(OfferId(id)), Rendered::Offer(Arc::new(offer)))
    }

    fn states(
        kind: UpdateKind,
        sequence: u64,
        states: impl IntoIterator<Item = (Entity, Rendered)>,
    ) -> States {
        let states: BTreeMap<Entity, Rendered> = states.into_iter().collect();
        States {
            kind,
            as_of: AsOf { sequence, at_ms: 0 },
            config_version: 1,
            desk_version: 1,
            emergency: false,
            bytes: states.values().map(Rendered::bytes).sum(),
            states,
        }
    }

    fn changes(sequence: u64, id: u64, state: pb::OfferState) -> States {
        states(UpdateKind::Changes, sequence, [offer(id, state)])
    }

    fn directive(id: u64) -> Arc<pb::Directive> {
        Arc::new(pb::Directive {
            directive_id: id,
            ..Default::default()
        })
    }

    #[test]
    fn a_newer_state_replaces_the_one_not_taken() {
        let outbox = outbox(ROOMY);
        assert!(outbox.put_states(changes(1, 1, pb::OfferState::Pending)));
        assert!(outbox.put_states(changes(2, 2, pb::OfferState::Pending)));
        assert!(outbox.put_states(changes(3, 1, pb::OfferState::Rejected)));
        let update = outbox.taken().unwrap().update.unwrap();
        assert_eq!(update.as_of.sequence, 3);
        let expected = [
            offer(1, pb::OfferState::Rejected),
            offer(2, pb::OfferState::Pending),
        ];
        assert_eq!(update.states, expected.into());
        assert!(outbox.taken().is_none());
    }

    #[test]
    fn an_untaken_snapshot_stays_a_snapshot_and_holds_nothing_that_is_over() {
        let outbox = outbox(Limits {
            states: 1,
            directives: 1,
        });
        let snapshot = UpdateKind::Snapshot(pb::ResyncReason::TokenTooOld);
        let open = [1, 2].map(|id| offer(id, pb::OfferState::Pending));
        assert!(outbox.put_states(states(snapshot, 5, open)));
        assert!(outbox.put_states(changes(6, 1, pb::OfferState::Rejected)));
        assert!(outbox.put_states(changes(7, 3, pb::OfferState::Pending)));
        let update = outbox.taken().unwrap().update.unwrap();
        assert_eq!((update.kind, update.as_of.sequence), (snapshot, 7));
        let open = [2, 3].map(|id| offer(id, pb::OfferState::Pending));
        assert_eq!(update.states, open.into());
    }

    #[test]
    fn a_reader_that_leaves_too_much_is_cut_off_and_told_so() {
        let outbox = outbox(Limits {
            states: 2,
            directives: 2,
        });
        assert!(outbox.put_states(changes(1, 1, pb::OfferState::Pending)));
        assert!(outbox.put_states(changes(2, 2, pb::OfferState::Pending)));
        assert!(!outbox.put_states(changes(3, 3, pb::OfferState::Pending)));
        let waiting = outbox.taken().unwrap();
        assert_eq!(waiting.end, Some(StreamEnd::Resync));
        assert!(waiting.update.is_none());

        assert!(outbox.put_directives(vec![directive(1), directive(2), directive(3)]));
        assert!(!outbox.put_directives(vec![directive(4)]));
        assert_eq!(outbox.taken().unwrap().end, Some(StreamEnd::Resync));
    }

    #[test]
    fn a_reader_that_does_not_come_back_for_more_is_cut_off() {
        let outbox = outbox(ROOMY);
        assert!(outbox.put_states(changes(1, 1, pb::OfferState::Pending)));
        for _ in 0..LOOKS_MAX {
            assert!(outbox.look());
        }
        assert!(outbox.taken().is_some());
        assert!(outbox.put_states(changes(2, 2, pb::OfferState::Pending)));
        for _ in 0..LOOKS_MAX {
            assert!(outbox.look());
        }
        assert!(!outbox.look());
        let waiting = outbox.taken().unwrap();
        assert_eq!(waiting.end, Some(StreamEnd::Resync));
        assert!(waiting.update.is_none());
    }

    #[test]
    fn what_is_put_quietly_wakes_nobody_until_it_is_told_and_goes_with_what_comes_next() {
        struct Woken(AtomicUsize);
        impl std::task::Wake for Woken {
            fn wake(self: Arc<Self>) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let woken = Arc::new(Woken(AtomicUsize::new(0)));
        let waker = Waker::from(woken.clone());
        let times = || woken.0.load(Ordering::Relaxed);
        let outbox = outbox(ROOMY);
        let poll = || outbox.poll_take(&Context::from_waker(&waker));
        assert!(poll().is_pending());
        assert!(outbox.put_states_quietly(changes(1, 1, pb::OfferState::Accepted)));
        assert_eq!(times(), 0);
        outbox.tell();
        assert_eq!(times(), 1);
        assert!(poll().is_ready() && poll().is_pending());
        assert!(outbox.put_states_quietly(changes(2, 2, pb::OfferState::Accepted)));
        assert!(outbox.put_states(changes(3, 3, pb::OfferState::Pending)));
        assert_eq!(times(), 2);
        let Poll::Ready(waiting) = poll() else {
            panic!("both wait")
        };
        assert_eq!(waiting.update.unwrap().states.len(), 2);
    }

    #[test]
    fn the_end_comes_after_what_waits() {
        let outbox = outbox(ROOMY);
        assert!(outbox.put_states(changes(1, 1, pb::OfferState::Pending)));
        outbox.end(StreamEnd::LoggedOut);
        let waiting = outbox.taken().unwrap();
        assert!(waiting.update.is_some());
        assert_eq!(waiting.end, Some(StreamEnd::LoggedOut));
    }

    #[test]
    fn what_waits_is_charged_as_it_is_and_given_back() {
        let budgets = Budgets::new(&ServerLimits::default());
        let outbox = Outbox::new(ROOMY, budgets.of(&"bank".into()), true, None);
        let bytes = |id, state| offer(id, state).1.bytes();
        let pending = bytes(1, pb::OfferState::Pending);
        assert!(outbox.put_states(changes(1, 1, pb::OfferState::Pending)));
        assert_eq!(budgets.used(), pending);
        assert!(outbox.put_states(changes(2, 1, pb::OfferState::Rejected)));
        assert_eq!(
            budgets.used(),
            bytes(1, pb::OfferState::Rejected),
            "replaced"
        );
        assert!(outbox.put_states(changes(3, 2, pb::OfferState::Pending)));
        let both = bytes(1, pb::OfferState::Rejected) + bytes(2, pb::OfferState::Pending);
        let taken = outbox.taken();
        assert_eq!(budgets.used(), both, "whoever took it holds it");
        drop(taken);
        assert_eq!(budgets.used(), 0);
        let snapshot = UpdateKind::Snapshot(pb::ResyncReason::Unspecified);
        let open = [1, 2].map(|id| offer(id, pb::OfferState::Pending));
        assert!(outbox.put_states(states(snapshot, 5, open)));
        assert!(outbox.put_states(changes(6, 1, pb::OfferState::Rejected)));
        assert_eq!(budgets.used(), pending, "what is over is in no snapshot");
    }

    #[test]
    fn with_the_budget_used_up_a_watcher_who_has_something_waiting_is_cut_off_and_nobody_else() {
        let budgets = Budgets::new(&ServerLimits {
            stream_bytes_per_tenant: 1,
            ..ServerLimits::default()
        });
        let outbox = |yields| Outbox::new(ROOMY, budgets.of(&"bank".into()), yields, None);
        let (watcher, agent, fresh) = (outbox(true), outbox(false), outbox(true));
        for outbox in [&watcher, &agent] {
            assert!(outbox.put_states(changes(1, 1, pb::OfferState::Pending)));
        }
        assert!(fresh.put_states(changes(2, 1, pb::OfferState::Pending)));
        assert!(agent.put_states(changes(2, 2, pb::OfferState::Pending)));
        assert!(!watcher.put_states(changes(2, 2, pb::OfferState::Pending)));
        let before = budgets.used();
        assert_eq!(watcher.taken().unwrap().end, Some(StreamEnd::Resync));
        drop((agent.taken(), fresh.taken()));
        assert!(before > 0 && budgets.used() == 0);
    }

    /// What a writer does, and a reader that takes now and then.
    #[derive(Clone, Debug)]
    enum Step {
        State(u64, bool),
        Directive,
        Take,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            (1..6_u64, any::<bool>()).prop_map(|(id, is_over)| Step::State(id, is_over)),
            Just(Step::Directive),
            Just(Step::Take),
        ];
        proptest::collection::vec(step, 0..60)
    }

    proptest! {
        /// However slowly it reads, a reader ends with the newest state of every offer, having seen the end of each
        /// offer that is over, and has got every directive once and in order.
        #[test]
        fn coalescing_loses_no_offer_and_no_directive(steps in steps()) {
            let outbox = outbox(ROOMY);
            let mut truth = BTreeMap::new();
            let mut known = BTreeMap::new();
            let mut directives = Vec::new();
            let mut sent = 0;
            let mut up_to = 0;
            let mut read = |known: &mut BTreeMap<Entity, Rendered>| {
                let waiting = outbox.taken().unwrap_or_default();
                if let Some(update) = waiting.update {
                    assert!(update.as_of.sequence > up_to, "sequences only grow");
                    up_to = update.as_of.sequence;
                    known.extend(update.states);
                }
                directives.extend(waiting.directives.iter().map(|directive| directive.directive_id));
            };
            for (sequence, step) in (1..).zip(steps) {
                match step {
                    Step::State(id, is_over) => {
                        let state = if is_over { pb::OfferState::Rejected } else { pb::OfferState::Pending };
                        let (entity, rendered) = offer(id, state);
                        truth.insert(entity, rendered);
                        prop_assert!(outbox.put_states(changes(sequence, id, state)));
                    }
                    Step::Directive => {
                        sent += 1;
                        prop_assert!(outbox.put_directives(vec![directive(sent)]));
                    }
                    Step::Take => read(&mut known),
                }
            }
            read(&mut known);
            prop_assert_eq!(known, truth);
            prop_assert_eq!(directives, (1..=sent).collect::<Vec<_>>());
        }
    }

    /// The same across threads: the reader takes while the shard merges.
    #[test]
    fn a_reader_on_another_thread_misses_nothing() {
        const OFFERS: u64 = 20_000;
        let outbox = outbox(Limits {
            states: OFFERS as usize + 1,
            directives: OFFERS as usize + 1,
        });
        let writer = {
            let outbox = outbox.clone();
            std::thread::spawn(move || {
                for id in 1..=OFFERS {
                    assert!(outbox.put_states(changes(id, id, pb::OfferState::Pending)));
                    assert!(outbox.put_directives(vec![directive(id)]));
                }
            })
        };
        let mut offers = 0;
        let mut directives = Vec::new();
        while offers < OFFERS || (directives.len() as u64) < OFFERS {
            let Some(waiting) = outbox.taken() else {
                std::thread::yield_now();
                continue;
            };
            if let Some(update) = waiting.update {
                offers += update.states.len() as u64;
            }
            directives.extend(waiting.directives.iter().map(|d| d.directive_id));
        }
        writer.join().unwrap();
        assert_eq!(offers, OFFERS);
        assert!(directives.into_iter().eq(1..=OFFERS));
    }
}
