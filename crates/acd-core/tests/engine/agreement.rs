//! On random runs over the whole model the index and the naive matcher decide alike, byte for byte, and after every
//! step the invariants hold. More runs: `PROPTEST_CASES=100000`.

use std::collections::BTreeSet;

use acd_core::Engine;
use acd_core::config::{Limits, WrapUpBlocks};
use acd_core::event::{
    Awaited, ContactRefused, DirectiveIssued, Event, GateOpened, OfferEnded, Recorded,
    RequestAnswered, VisitEnded,
};
use acd_core::ids::{AgentNo, CallerName};
use acd_core::refusal::{Reason, Refusal};
use acd_core::state::{Facts, State};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::centre::Centre;
use crate::dice;
use crate::naive::NaiveMatcher;

/// One step of a random run.
#[derive(Clone, Debug)]
pub enum Step {
    Wait(i64),
    Restart(i64),
    Command(Vec<u16>),
}

pub fn step() -> impl Strategy<Value = Step> {
    let numbers = proptest::collection::vec(any::<u16>(), 1..40);
    prop_oneof![
        300 => (0i64..4_000).prop_map(Step::Wait),
        // Now and then a day passes.
        3 => (80_000_000i64..90_000_000).prop_map(Step::Wait),
        10 => (0i64..20_000).prop_map(Step::Restart),
        1_600 => numbers.prop_map(Step::Command),
    ]
}

/// Both engines, which must never differ.
pub struct Both {
    pub fast: Centre,
    naive: Centre<NaiveMatcher>,
}

impl Both {
    pub fn of(numbers: &[u16]) -> Self {
        let config = dice::tenant(numbers);
        let mut both = Both {
            fast: Centre::of(config.clone()),
            naive: Centre::with_matcher(config),
        };
        both.naive.checks = false;
        for agent in 0..dice::AGENTS / 2 {
            both.fast.ready(&format!("a{agent}"));
            both.naive.ready(&format!("a{agent}"));
        }
        both
    }

    /// Takes a step; gives the refusal of a command.
    pub fn take(&mut self, nth: usize, step: &Step) -> Option<Refusal> {
        let mut refused = None;
        match step {
            Step::Wait(length) => {
                self.fast.wait(*length);
                self.naive.wait(*length);
            }
            Step::Restart(down) => {
                self.fast.now += down;
                self.naive.now += down;
                let snapshot = self.fast.state().facts().clone();
                self.fast.engine = Engine::restore("test".into(), snapshot.clone());
                self.naive.engine = Engine::restore("test".into(), snapshot);
                let events = self.fast.engine.recover(self.fast.now);
                assert_eq!(events, self.naive.engine.recover(self.naive.now));
                self.fast.follow(&events);
                self.naive.follow(&events);
            }
            Step::Command(numbers) => {
                let request = dice::request(numbers, self.fast.state(), nth)?;
                let handled = self.fast.ask(request.clone());
                assert_eq!(handled, self.naive.ask(request));
                refused = handled.answer.err();
            }
        }
        assert_eq!(self.fast.log.len(), self.naive.log.len());
        assert_eq!(self.fast.log.last(), self.naive.log.last());
        refused
    }
}

/// So many runs reach everything that random runs can reach.
const RUNS: usize = 1_200;

/// What the random runs are worth: together they reach every kind of event, offer end, outcome and refusal to join, and
/// everything that can lie between a visit and an agent.
#[test]
fn random_runs_reach_everything() {
    let numbers = proptest::collection::vec(any::<u16>(), 400);
    let steps = proptest::collection::vec(step(), 120);
    let mut runner = TestRunner::deterministic();
    let mut reached = BTreeSet::new();
    for _ in 0..RUNS {
        let first = numbers.new_tree(&mut runner).expect("numbers").current();
        let steps = steps.new_tree(&mut runner).expect("steps").current();
        let mut both = Both::of(&first);
        for (nth, step) in steps.iter().enumerate() {
            let before = both.fast.state().facts().clone();
            let mark = both.fast.log.len();
            let refused = both.take(nth + 1, step);
            reached.extend(refused.and_then(|it| limit_of(&it)).map(str::to_owned));
            reached.extend(obstacles(both.fast.state()).map(str::to_owned));
            let events = &both.fast.log[mark..];
            reached.extend(limits_met(&before, events).map(str::to_owned));
        }
        reached.extend(both.fast.log.iter().map(|recorded| kind(&recorded.event)));
    }
    let missing: Vec<_> = KINDS
        .iter()
        .filter(|kind| !reached.contains(**kind))
        .collect();
    assert!(
        missing.is_empty(),
        "never reached: {missing:?}\nreached: {reached:?}"
    );
}

/// What keeps open visits from agents who are free, or from all.
fn obstacles(state: &State) -> impl Iterator<Item = &'static str> {
    let visits = state.facts().visits.values();
    visits.flat_map(|visit| {
        let contact = &state.facts().contacts[&visit.contact];
        let terms = state.terms_of(visit);
        let agents: Vec<AgentNo> = state.members_of(visit.queue).to_vec();
        let free = agents
            .iter()
            .copied()
            .filter(|no| state.is_available(state.agent(*no), terms.channel));
        let any = |holds: &dyn Fn(AgentNo) -> bool| free.clone().any(holds);
        let could: Vec<AgentNo> = free
            .clone()
            .filter(|no| state.could_but_for_back_off(*no, &terms))
            .collect();
        let tiered = state.tiers_of(visit.queue).len() > 1 && terms.personal.is_none();
        let open = state.open_tiers(visit, &terms, &could);
        let is_closed = |no: &AgentNo| !open.contains(&state.tier_of(*no, &terms));
        let config = &state.queue(visit.queue).config;
        let pool_is_full = |no: AgentNo| {
            let free = |pool| state.free_in_pool(state.agent(no), pool) == 0;
            config.pools.iter().any(free)
        };
        let leases = |no: AgentNo| state.agent(no).leases.iter();
        let wraps_up =
            |no| leases(no).any(|it| it.blocks == WrapUpBlocks::Queue && it.queue == visit.queue);
        let talks = |no: &AgentNo| {
            let agent = state.agent(*no);
            let slot = agent.slot_of(terms.channel);
            agent.free_slots(slot) > 0
                && agent
                    .slot_leases()
                    .any(|it| !state.may_interrupt(slot, it.channel))
        };
        let member = |no| state.member(no, visit.queue);
        let reserve = |no| member(no).is_some_and(|it| state.is_in_reserve(it, visit.queue));
        let delayed = |no| member(no).is_some_and(|it| it.delay_ms > terms.delay_open);
        let is_behind = |no| state.place_behind(visit, no) > 0;
        let backs_off = |no| visit.back_offs.iter().any(|(held, _)| *held == no);
        let is_over = visit
            .max_wait_until
            .is_some_and(|until| until <= state.facts().now);
        let awaits_team = matches!(terms.awaited, Some(Awaited::Team(_)));
        [
            ("a closed tier", tiered && could.iter().any(is_closed)),
            (
                "an open second tier",
                tiered && open.len() > 1 && !could.is_empty(),
            ),
            (
                "a tier opened by time",
                tiered && !visit.tiers_open.is_empty(),
            ),
            (
                "raised tiers",
                tiered && terms.tiers.raise.is_some() && !could.is_empty(),
            ),
            (
                "a personal visit in tiers",
                !tiered && state.tiers_of(visit.queue).len() > 1,
            ),
            (
                "profile ranks",
                state.ranks_of(visit.queue).len() > 1 && !could.is_empty(),
            ),
            ("a profile delay", any(&delayed)),
            ("a full pool", any(&pool_is_full)),
            ("busy outside", any(&|no| state.agent(no).busy_outside)),
            ("queue wrap-up", any(&wraps_up)),
            ("no interruption", agents.iter().any(talks)),
            ("the reserve", any(&reserve)),
            (
                "a pause",
                any(&|no| state.agent(no).paused.contains_key(&visit.queue)),
            ),
            ("a back-off", any(&backs_off)),
            (
                "behind and in no back-off",
                any(&|no| is_behind(no) && !backs_off(no)),
            ),
            (
                "an awaited agent",
                terms.only().is_some() && terms.first.is_none(),
            ),
            (
                "a dedicated visit",
                terms.first.is_some() && !visit.meant_for.is_personal(),
            ),
            ("a personal visit", terms.personal.is_some()),
            ("an awaited team", awaits_team && !could.is_empty()),
            (
                "a broadcast",
                !visit.offers.is_empty() && state.wants_offer(visit),
            ),
            (
                "a lost adapter",
                !state.adapter(contact.adapter).is_present(),
            ),
            (
                "hours of callbacks",
                contact.is_callback() && !state.may_call_back(visit.queue),
            ),
            ("between attempts", visit.next_attempt_at.is_some()),
            ("a wait that is over", is_over),
            ("a question", !state.asking(visit).is_empty()),
        ]
        .into_iter()
        .filter_map(|(what, is_met)| is_met.then_some(what))
    })
}

/// The limit that a request is too large for.
fn limit_of(refusal: &Refusal) -> Option<&'static str> {
    let limits = [
        ("bytes of attributes", "limit attribute_bytes"),
        (" attributes, at most", "limit attributes"),
        ("the notes have", "limit note_bytes"),
    ];
    let met = limits
        .iter()
        .find(|(told, _)| refusal.detail.contains(told));
    met.map(|(_, limit)| *limit)
}

/// The limits at which something gave way or was refused, by these events after this state.
fn limits_met<'a>(
    before: &'a Facts,
    events: &'a [Recorded],
) -> impl Iterator<Item = &'static str> + 'a {
    let Limits {
        open_contacts,
        attributes: _, // refused without an event
        attribute_bytes: _,
        note_bytes: _,
        remembered_requests,
        remembered_requests_per_caller,
        unacknowledged_directives,
        unconfirmed_refusals: _, // an event of its own
        ended_records,
        ended_contacts,
        queue_hops,
        offers_per_contact: _, // an outcome of its own
        remembered_customers,
        acts,
        slice_events: _, // an event of its own
    } = before.limits;
    let records = before.ended.values().filter(|ended| ended.record.is_some());
    let records = records.count();
    let of_caller = |name: &CallerName| {
        let own = before.answers.values().filter(|it| it.caller == *name);
        own.count()
    };
    let hopped = before
        .contacts
        .values()
        .any(|it| it.queue_hops >= queue_hops);
    events.iter().flat_map(move |recorded| {
        let met = |is_met: bool, what| is_met.then_some(what);
        match &recorded.event {
            Event::ContactEnded(_) => [
                met(records >= ended_records as usize, "limit ended_records"),
                met(
                    before.ended.len() >= ended_contacts as usize,
                    "limit ended_contacts",
                ),
            ],
            Event::VisitEnded(_) => [
                met(
                    before.returns.len() >= remembered_customers as usize,
                    "limit returns",
                ),
                met(hopped, "limit queue_hops"),
            ],
            Event::SupervisorActed(_) => [
                met(before.acts.kept.len() >= acts as usize, "limit acts"),
                None,
            ],
            Event::TalkEnded(_) => [
                met(
                    before.last_agents.len() >= remembered_customers as usize,
                    "limit last_agents",
                ),
                None,
            ],
            Event::RequestAnswered(RequestAnswered {
                caller,
                answer: Ok(_),
                ..
            }) => [
                met(
                    before.answers.len() >= remembered_requests as usize,
                    "limit answers",
                ),
                met(
                    of_caller(caller) >= remembered_requests_per_caller as usize,
                    "limit answers of a caller",
                ),
            ],
            Event::RequestAnswered(RequestAnswered {
                answer: Err(refusal),
                ..
            }) => {
                let at = |most: u32| refusal.detail.ends_with(&format!("at most {most}"));
                let is_limit = refusal.reason == Reason::LimitReached;
                let open = refusal.detail.starts_with("open");
                [
                    met(is_limit && open && at(open_contacts), "limit open_contacts"),
                    met(
                        is_limit && !open && at(unacknowledged_directives),
                        "limit directives",
                    ),
                ]
            }
            _ => [None, None],
        }
        .into_iter()
        .flatten()
    })
}

/// The name of an event, with its closed reason where it has one.
fn kind(event: &Event) -> String {
    let all = match event {
        Event::VisitEnded(VisitEnded { outcome, .. }) => format!("{outcome:?}"),
        Event::OfferEnded(OfferEnded { end, .. }) => format!("{end:?}"),
        Event::ContactRefused(ContactRefused { reason, .. }) => format!("Refused{reason:?}"),
        Event::DirectiveIssued(DirectiveIssued { directive, .. }) => format!("{directive:?}"),
        Event::GateOpened(GateOpened { gate, .. }) => {
            let gate = format!("{gate:?}");
            return gate.split('(').next().unwrap_or_default().to_owned();
        }
        other => {
            let other = format!("{other:?}");
            return other.split('(').next().unwrap_or_default().to_owned();
        }
    };
    all.split([' ', '{']).next().unwrap_or_default().to_owned()
}

/// Every event that routing can lead to, with the closed reasons of visits, offers and refusals, every directive, and every
/// obstacle.
const KINDS: &[&str] = &[
    "Abandoned(Customer)",
    "Abandoned(System)",
    "AdapterConnected",
    "AdapterGivenUp",
    "AdapterLost",
    "AgentLoggedIn",
    "AgentLoggedOut",
    "AgentSkillsSet",
    "Announce",
    "Answered",
    "Attempt",
    "AttemptFailed",
    "AttemptWrapUpBegan",
    "BackOffBegan",
    "BackOffEnded",
    "Bridge",
    "CalendarChanged",
    "Callback",
    "CancelConnect",
    "CancelRing",
    "Canceled(CustomerGone)",
    "Canceled(Moved)",
    "Canceled(QueueTimeout)",
    "Canceled(Withdrawn)",
    "CivilTimeResolved",
    "Conference",
    "ConfigApplied",
    "ConfigFileNoted",
    "Connect",
    "ConnectClockStarted",
    "ConnectFailed(Busy)",
    "ConnectFailed(CustomerNotReached)",
    "ConnectFailed(NoAnswer)",
    "ConnectFailed(Rejected)",
    "ConnectFailed(System)",
    "ConnectFailed(Unreachable)",
    "ConsultCompleted",
    "ConsultJoined",
    "ConsultStarted",
    "ContactAccepted",
    "ContactChanged",
    "ContactEnded",
    "ContactGivenUp",
    "ContactParked",
    "ContactScheduled",
    "DayBegan",
    "Delay",
    "Dial",
    "DirectiveAcknowledged",
    "DirectiveClosed",
    "EmergencyChanged",
    "FirstResponded",
    "ExitChoice",
    "HandlingEnded",
    "HandlingHeld",
    "HandlingResumed",
    "HandlingStarted",
    "HandlingStuck",
    "HandlingSuspended",
    "RecordingSet",
    "Record",
    "Hold",
    "JoinRefused",
    "LiveEntryRefused",
    "Monitor",
    "NextRequested",
    "NoStaff",
    "OfferAccepted",
    "OfferMade",
    "OutsideBusyChanged",
    "Overflowed(AttemptLimit)",
    "Overflowed(Closed)",
    "Overflowed(OfferLimit)",
    "PersonalErased",
    "PersonalExpired",
    "PreferredChanged",
    "PresenceChanged",
    "PresencePending",
    "QueueDrained",
    "QueuePaused",
    "Recovered",
    "RefusalForgotten",
    "RefusalsConfirmed",
    "RefusedClosed(Emergency)",
    "RefusedClosed(Holiday)",
    "RefusedClosed(Hours)",
    "RefusedDiverted",
    "RefusedFull",
    "RefusedNoStaff",
    "RefusedPredictedWait",
    "Rejected",
    "ResponseMissed",
    "Release",
    "Rescinded(AgentGone)",
    "Rescinded(LostRace)",
    "Rescinded(OutsideBusy)",
    "Rescinded(SessionLost)",
    "Rescinded(StateForced)",
    "Rescinded(System)",
    "ReserveChanged",
    "Resume",
    "Ring",
    "Route",
    "ScoreReported",
    "SessionAttached",
    "SessionLost",
    "StepBegan",
    "SupervisorActed",
    "TalkEnded",
    "Tier",
    "TierBounded",
    "TimedOut",
    "Transferred",
    "VisitOpened",
    "Voicemail",
    "WaitAlerted",
    "WindowBegan",
    "Withdrawn(Deferred)",
    "Withdrawn(TakenOut)",
    "WorkDone",
    "WorkPutOff",
    "WrapUpEntered",
    "WrapUpExtended",
    "WrapUpRequested",
    "limit acts",
    "limit answers",
    "limit answers of a caller",
    "limit attribute_bytes",
    "limit attributes",
    "limit directives",
    "limit ended_contacts",
    "limit ended_records",
    "limit last_agents",
    "limit note_bytes",
    "limit open_contacts",
    "limit queue_hops",
    "limit returns",
    "a closed tier",
    "an open second tier",
    "a tier opened by time",
    "raised tiers",
    "a personal visit in tiers",
    "profile ranks",
    "a profile delay",
    "a full pool",
    "busy outside",
    "queue wrap-up",
    "no interruption",
    "the reserve",
    "a pause",
    "a back-off",
    "behind and in no back-off",
    "an awaited agent",
    "a dedicated visit",
    "a personal visit",
    "an awaited team",
    "a broadcast",
    "a lost adapter",
    "hours of callbacks",
    "between attempts",
    "a wait that is over",
    "a question",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn the_index_decides_as_the_naive_matcher(
        first in proptest::collection::vec(any::<u16>(), 0..400),
        steps in proptest::collection::vec(step(), 1..120),
    ) {
        let mut both = Both::of(&first);
        for (nth, step) in steps.iter().enumerate() {
            both.take(nth + 1, step);
        }
    }
}
