//! What the engine counts as it goes is what a fold over the log gives: the time of agents, and deadlines.

use std::collections::{BTreeMap, BTreeSet};

use acd_core::event::{Event, Outcome, Recorded};
use acd_core::ids::{ContactId, QueueNo, VisitId};
use acd_core::state::{Agent, Facts, LeaseHolder, Presence, State};
use proptest::prelude::*;

use crate::agreement::{Both, step};

/// Whether the agent holds anything that is not suspended.
fn is_leased(facts: &Facts, agent: &Agent) -> bool {
    agent.leases.iter().any(|lease| match lease.holder {
        LeaseHolder::Offer(_) => true,
        LeaseHolder::Handling(id) => facts.handlings[&id].suspended_since.is_none(),
    })
}

/// Ready, without a lease, and in no call outside.
fn is_idle(agent: &Agent) -> bool {
    agent.in_config
        && agent.presence == Presence::Ready
        && agent.leases.is_empty()
        && !agent.busy_outside
}

/// A fold over the log.
#[derive(Default)]
struct Fold {
    state: State,
    leased_ms: i64,
    idle_ms: i64,
    /// The contacts of the log, with their deadlines and whether nothing was counted of them yet.
    deadlines: BTreeMap<ContactId, (Option<i64>, bool)>,
    visits: BTreeMap<VisitId, ContactId>,
    met: u64,
    missed: u64,
    missed_by_ms: u64,
}

impl Fold {
    fn take(&mut self, recorded: &Recorded) {
        let facts = self.state.facts();
        let length = recorded.at_ms - facts.now;
        if length > 0 {
            let many = |counts: &dyn Fn(&Agent) -> bool| {
                facts.agents.iter().filter(|agent| counts(agent)).count() as i64
            };
            self.leased_ms += length * many(&|agent| is_leased(facts, agent));
            self.idle_ms += length * many(&is_idle);
        }
        let seq = recorded.seq;
        match &recorded.event {
            Event::ContactAccepted(contact) => {
                let known = (contact.deadline, true);
                self.deadlines.insert(ContactId(seq), known);
            }
            Event::VisitOpened(visit) => {
                self.visits.insert(VisitId(seq), visit.contact);
            }
            Event::VisitEnded(ended) => {
                let contact = self.visits[&ended.visit];
                self.visit_ended(contact, ended.outcome, recorded.at_ms);
            }
            _ => {}
        }
        self.state.apply(recorded);
    }

    fn visit_ended(&mut self, contact: ContactId, outcome: Outcome, at: i64) {
        let Some((Some(deadline), open)) = self.deadlines.get_mut(&contact) else {
            return;
        };
        let (is_late, is_answered) = (at > *deadline, outcome == Outcome::Answered);
        if std::mem::replace(open, *open && !is_late && !is_answered) {
            self.met += u64::from(is_answered && !is_late);
            self.missed += u64::from(is_late);
            self.missed_by_ms += (at - *deadline).max(0).unsigned_abs();
        }
    }

    fn check(&self) {
        let facts = self.state.facts();
        let (occupancy, now) = (&facts.occupancy, facts.now);
        assert_eq!(occupancy.leased.until(now), self.leased_ms);
        assert_eq!(occupancy.idle.until(now), self.idle_ms);
        let all = facts.queues.iter().flat_map(|queue| queue.figures.values());
        let sums = all.fold((0, 0, 0), |(met, missed, by), figures| {
            (
                met + figures.deadlines_met,
                missed + figures.deadlines_missed,
                by + figures.deadlines_missed_by_ms,
            )
        });
        assert_eq!(sums, (self.met, self.missed, self.missed_by_ms));
    }

    /// Who is in it now is counted, too.
    fn check_after(&self, length: i64) {
        let facts = self.state.facts();
        let later = facts.now + length;
        let leased = facts.agents.iter().filter(|it| is_leased(facts, it));
        let idle = facts.agents.iter().filter(|it| is_idle(it));
        assert_eq!(
            facts.occupancy.leased.until(later),
            self.leased_ms + length * leased.count() as i64
        );
        assert_eq!(
            facts.occupancy.idle.until(later),
            self.idle_ms + length * idle.count() as i64
        );
        for no in (0..facts.queues.len()).map(|no| QueueNo(no as u32)) {
            let open = facts.visits.values().filter(|visit| visit.queue == no);
            let answered = |contact: &ContactId| {
                let visits = &facts.contacts[contact].visits;
                let ends = visits.iter().filter_map(|visit| visit.end.as_ref());
                ends.clone().any(|end| end.outcome == Outcome::Answered)
            };
            let still = open.filter(|visit| !answered(&visit.contact));
            let deadlines = still.filter_map(|visit| {
                let deadline = facts.contacts[&visit.contact].deadline?;
                Some((deadline, visit.id))
            });
            assert_eq!(
                *self.state.deadlines(no),
                deadlines.collect::<BTreeSet<_>>()
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn agent_time_and_deadlines_are_a_fold_over_the_log(
        first in proptest::collection::vec(any::<u16>(), 0..400),
        steps in proptest::collection::vec(step(), 1..120),
    ) {
        let mut both = Both::of(&first);
        let mut fold = Fold::default();
        let mut read = 0;
        for (nth, step) in steps.iter().enumerate() {
            both.take(nth + 1, step);
            for recorded in &both.fast.log[read..] {
                fold.take(recorded);
            }
            read = both.fast.log.len();
            fold.check();
            fold.check_after(1_234);
        }
    }
}
