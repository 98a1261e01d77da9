//! Random days of the engine, with quarters of an hour that end in them, and journals that hold them.

use std::collections::BTreeSet;
use std::ops::Range;

use acd_core::command::{
    AskedBy, Command, ContactAct, GivenAnswer, Reference, Score, ScoreReport, SubmitReview,
};
use acd_core::config::TenantConfig;
use acd_core::event::Recorded;
use acd_core::ids::{Channel, ContactId, HandlingId, TenantName};
use acd_core::state::State;
use acd_history::{Changes, Life, Position, Projection};
use acd_journal::codec::{encode_input, encode_snapshot};
use acd_journal::{EventLog as _, LogKeeper, MemoryLog};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::centre::{Centre, on};
use crate::dice;

/// The tenant of all tests.
pub const TENANT: &str = "test";
/// Days begin at some time after the epoch.
const BEGIN_MS: i64 = 1_790_000_000_000;

/// One step of a random day.
#[derive(Clone, Debug)]
pub enum Step {
    /// So many milliseconds pass.
    Wait(i64),
    /// What the numbers stand for.
    Command(Vec<u16>),
}

/// The numbers of a configuration, and the steps of a day.
pub type Day = (Vec<u16>, Vec<Step>);

/// The numbers of a configuration, and the steps of a day.
pub fn day() -> impl Strategy<Value = Day> {
    day_of(1..150)
}

/// The same, with so many steps.
pub fn day_of(steps: Range<usize>) -> impl Strategy<Value = Day> {
    let config = proptest::collection::vec(any::<u16>(), 0..400);
    let numbers = proptest::collection::vec(any::<u16>(), 1..40);
    let step = prop_oneof![
        2 => (0_i64..4_000).prop_map(Step::Wait),
        1 => (0_i64..2_400_000).prop_map(Step::Wait),
        20 => numbers.prop_map(Step::Command),
    ];
    (config, proptest::collection::vec(step, steps))
}

/// What happened on a day.
pub struct Happened {
    /// The events.
    pub events: Vec<Recorded>,
    /// How many events there were at the end of each step: a journal has entries of whole inputs.
    pub ends: Vec<usize>,
}

impl Happened {
    /// The ends of some steps, for these numbers.
    pub fn cuts(&self, numbers: &[usize]) -> Vec<usize> {
        let ends = numbers
            .iter()
            .map(|number| self.ends[number % self.ends.len()]);
        ends.collect()
    }

    /// The events by step, up to the one that ends at or after this number of events, and those after it.
    pub fn split(&self, at: usize) -> (Vec<&[Recorded]>, Vec<&[Recorded]>) {
        let mut begin = 0;
        let steps = self.ends.iter().map(|end| {
            let step = &self.events[begin..*end];
            begin = *end;
            (*end, step)
        });
        let steps = steps
            .filter(|(_, step)| !step.is_empty())
            .collect::<Vec<_>>();
        let first = steps.iter().take_while(|(end, step)| end - step.len() < at);
        let first: Vec<_> = first.map(|(_, step)| *step).collect();
        let later = steps[first.len()..].iter().map(|(_, step)| *step).collect();
        (first, later)
    }
}

/// A long day, always the same, on which everything happens that rows tell of.
pub fn long_day() -> Happened {
    let mut runner = TestRunner::deterministic();
    let day = day_of(2_000..2_001).new_tree(&mut runner);
    let (config, steps) = day.expect("a day").current();
    happened(&dice::tenant(&config), &steps)
}

/// What happens on such a day.
pub fn events((config, steps): &Day) -> Happened {
    happened(&dice::tenant(config), steps)
}

fn happened(config: &TenantConfig, steps: &[Step]) -> Happened {
    let mut centre = Centre::of(config.clone());
    let mut ends = vec![centre.log.len()];
    centre.checks = false;
    centre.wait(BEGIN_MS);
    ends.push(centre.log.len());
    for agent in 0..dice::AGENTS / 2 {
        centre.ready(&format!("a{agent}"));
        ends.push(centre.log.len());
    }
    for (nth, step) in steps.iter().enumerate() {
        match step {
            Step::Wait(length) => centre.wait(*length),
            Step::Command(numbers) => {
                if let Some(command) = command(numbers, &centre, nth) {
                    // What is refused changes nothing.
                    _ = centre.command(command);
                }
            }
        }
        ends.push(centre.log.len());
    }
    refer(&mut centre);
    ends.push(centre.log.len());
    score(&mut centre);
    ends.push(centre.log.len());
    review(&mut centre);
    ends.push(centre.log.len());
    Happened {
        events: centre.log,
        ends,
    }
}

/// A recording is found of a contact, if there is one.
fn refer(centre: &mut Centre) {
    let contacts = centre.state().facts().contacts.values();
    let mut its = contacts.filter(|contact| contact.adapter.0 == 0);
    let contact = its.next().map(|contact| contact.name.clone());
    drop(its);
    if let Some(contact) = contact {
        let recording = Reference {
            kind: "recording".into(),
            location: "file:1".into(),
        };
        _ = centre.command(on(contact, ContactAct::Refer(recording)));
    }
}

/// Customers say what they think: of a contact that is known, if there is one, and of one that is forgotten.
fn score(centre: &mut Centre) {
    let contacts = centre.state().facts().contacts.values();
    let mut its = contacts.filter(|contact| contact.adapter.0 == 0);
    let known = its.next().map(|contact| contact.name.clone());
    drop(its);
    for contact in known.into_iter().chain(["long ago".into()]) {
        let report = ScoreReport {
            score: Score {
                points: 3,
                scale_max: 7,
                asked_by: AskedBy::Message,
                question: "solved".into(),
                comment: "not yet".into(),
            },
            queue: Some("q0".into()),
            channel: Some(Channel::Voice),
            agent: Some("a0".into()),
        };
        _ = centre.command(on(contact, ContactAct::ReportScore(report)));
    }
}

/// Somebody reviews a conversation, and somebody else, too.
fn review(centre: &mut Centre) {
    for (reviewer, points) in [("quentin", Some(1)), ("rita", None)] {
        let given = |question: &str, points| GivenAnswer {
            question: question.into(),
            points,
            note: "why".into(),
        };
        let review = SubmitReview {
            reviewer: reviewer.into(),
            form: "form".into(),
            handling: HandlingId(2),
            contact: ContactId(1),
            name: "c1".into(),
            agent: "a0".into(),
            queue: "q0".into(),
            channel: Channel::Voice,
            answers: vec![given("first", Some(1)), given("second", points)],
            comment: "calm".into(),
        };
        _ = centre.command(Command::SubmitReview(review));
    }
}

fn command(numbers: &[u16], centre: &Centre, nth: usize) -> Option<Command> {
    dice::command(numbers, centre.state(), nth)
}

/// A journal with these inputs.
pub fn journal(inputs: &[&[Recorded]]) -> MemoryLog {
    let mut log = MemoryLog::new().expect("a log");
    append(&mut log, inputs);
    log
}

/// Appends inputs to a journal.
pub fn append(log: &mut MemoryLog, inputs: &[&[Recorded]]) {
    let tenant = TenantName::from(TENANT);
    for events in inputs {
        let entries = encode_input(&tenant, None, events);
        log.append(&entries).expect("appended");
    }
}

/// Makes a snapshot of the state after this event.
pub fn snapshot(keeper: &mut dyn LogKeeper, events: &[Recorded], seq: u64) {
    let mut state = State::default();
    let until = events.iter().take_while(|recorded| recorded.seq <= seq);
    until.for_each(|recorded| state.replay(recorded));
    let facts = state.facts();
    let snapshot = encode_snapshot(&TENANT.into(), facts.seq, facts.now, facts.clone(), 0);
    keeper
        .save_snapshot(&snapshot.expect("encoded"))
        .expect("saved");
}

/// The changes of these events in pieces that end after these many events, the last one at the end, each made by a projection that
/// goes on from the state of the one before and nothing else.
pub fn pieces(events: &[Recorded], cuts: &[usize]) -> Vec<(Changes, Position)> {
    let mut pieces = Vec::new();
    let mut projection = Projection::of(State::default());
    let mut begin = 0;
    let ends = cuts.iter().copied().chain([events.len()]);
    for end in ends.collect::<BTreeSet<_>>() {
        while begin < end {
            begin += projection.follow(&events[begin..end]);
            pieces.push((projection.take(), projection.position()));
            let facts = projection.state().facts().clone();
            projection = Projection::of(State::from_facts(facts));
        }
    }
    pieces
}

/// The life of the tenant in tests that have no journal.
pub fn life() -> Life {
    Life {
        name: TENANT.to_owned(),
        journal_id: "0".repeat(32),
        life: 1,
    }
}
