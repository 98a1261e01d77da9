//! On random runs over the whole model the index and the naive matcher decide alike, byte for byte, and after every
//! step the invariants hold. More runs: `PROPTEST_CASES=100000`.

use std::collections::BTreeSet;

use acd_core::Engine;
use acd_core::event::Event;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::centre::Centre;
use crate::dice;
use crate::naive::NaiveMatcher;

/// One step of a random run.
#[derive(Clone, Debug)]
enum Step {
    Wait(i64),
    Restart(i64),
    Command(Vec<u16>),
}

fn step() -> impl Strategy<Value = Step> {
    let numbers = proptest::collection::vec(any::<u16>(), 1..40);
    prop_oneof![
        30 => (0i64..4_000).prop_map(Step::Wait),
        1 => (0i64..20_000).prop_map(Step::Restart),
        160 => numbers.prop_map(Step::Command),
    ]
}

/// Both engines, which must never differ.
struct Both {
    fast: Centre,
    naive: Centre<NaiveMatcher>,
}

impl Both {
    fn of(numbers: &[u16]) -> Self {
        let config = dice::tenant(numbers);
        let mut both = Both {
            fast: Centre::of(config.clone()),
            naive: Centre::with_matcher(config),
        };
        for agent in 0..dice::AGENTS / 2 {
            both.fast.ready(&format!("a{agent}"));
            both.naive.ready(&format!("a{agent}"));
        }
        both
    }

    fn take(&mut self, nth: usize, step: &Step) {
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
                let Some(request) = dice::request(numbers, self.fast.state(), nth) else {
                    return;
                };
                let handled = self.fast.ask(request.clone());
                assert_eq!(handled, self.naive.ask(request));
            }
        }
        assert_eq!(self.fast.log.len(), self.naive.log.len());
        assert_eq!(self.fast.log.last(), self.naive.log.last());
    }
}

/// So many runs reach everything that random runs can reach.
const RUNS: usize = 400;

/// What the random runs are worth: together they reach every kind of event, offer end, outcome and refusal to join.
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
            both.take(nth, step);
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

/// The name of an event, with its closed reason where it has one.
fn kind(event: &Event) -> String {
    let all = match event {
        Event::VisitEnded { outcome, .. } => format!("{outcome:?}"),
        Event::OfferEnded { end, .. } => format!("{end:?}"),
        Event::ContactRefused { reason, .. } => format!("Refused{reason:?}"),
        Event::DirectiveIssued { directive, .. } => format!("{directive:?}"),
        Event::GateOpened { gate, .. } => {
            let gate = format!("{gate:?}");
            return gate.split('(').next().unwrap_or_default().to_owned();
        }
        Event::ContactAccepted(_) => "ContactAccepted".to_owned(),
        other => format!("{other:?}"),
    };
    all.split([' ', '{']).next().unwrap_or_default().to_owned()
}

/// Every event that routing can lead to, with the closed reasons of visits, offers and refusals, and every directive.
/// Only a consultation that is completed needs more luck than so few runs have; scenario files complete them.
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
    "AttemptFailed",
    "BackOffEnded",
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
    "ConnectFailed(System)",
    "ConnectFailed(Unreachable)",
    "ConsultStarted",
    "ContactAccepted",
    "ContactChanged",
    "ContactEnded",
    "ContactParked",
    "DayBegan",
    "Delay",
    "Dial",
    "DirectiveAcknowledged",
    "DirectiveClosed",
    "EmergencyChanged",
    "ExitChoice",
    "HandlingEnded",
    "HandlingHeld",
    "HandlingResumed",
    "HandlingStarted",
    "HandlingStuck",
    "HandlingSuspended",
    "Hold",
    "JoinRefused",
    "LiveEntryRefused",
    "Monitor",
    "NextRequested",
    "NoStaff",
    "NotBefore",
    "OfferAccepted",
    "OfferMade",
    "OutsideBusyChanged",
    "Overflowed(AttemptLimit)",
    "Overflowed(Closed)",
    "Overflowed(OfferLimit)",
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
    "SessionAttached",
    "SessionLost",
    "StepBegan",
    "SupervisorActed",
    "TalkEnded",
    "Tier",
    "TierBounded",
    "TimedOut",
    "Transferred",
    "VisitDeferred",
    "VisitOpened",
    "Voicemail",
    "WaitAlerted",
    "WindowBegan",
    "Withdrawn",
    "WrapUpEntered",
    "WrapUpExtended",
    "WrapUpRequested",
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
            both.take(nth, step);
        }
    }
}
