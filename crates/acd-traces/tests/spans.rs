//! What traces tell of contacts, from their events alone.

#[allow(
    dead_code,
    unused_imports,
    reason = "the engine's and the server's tests use all of it"
)]
#[path = "../../acd-shard/src/random_days.rs"]
mod random_days;

use std::collections::{BTreeMap, BTreeSet};

use acd_core::command::{
    AgentAct, Arrival, Attribute, Command, LiveContact, LivePage, ReconcileAdapter,
};
use acd_core::config::{AgentConfig, QueueConfig, TenantConfig};
use acd_core::event::{Event, Recorded};
use acd_core::ids::{Channel, TenantName};
use acd_core::state::{Facts, State};
use acd_traces::{
    Came, Input, Lapse, Origin, Sampling, Span, SpanId, TraceId, Traceparent, Traces, Value,
};
use proptest::prelude::*;

use random_days::Centre;

const MS: u64 = 1_000_000;
/// How long an adapter may be away.
const GRACE_MS: i64 = 600_000;

fn traces(milli: u32) -> Traces {
    let tenant: TenantName = "bank".into();
    let origin = Origin {
        journal: "j",
        tenant: &tenant,
        life: 1,
    };
    Traces::of(origin, Sampling::thousandths(milli))
}

/// Each event as an input of its own that came half a millisecond after the instant began, was decided in 10 us, committed
/// in 100 us, and told 50 us later.
fn input(recorded: &Recorded) -> (Input, Lapse, u64) {
    let at = recorded.at_ms as u64 * MS;
    let decided = Lapse {
        begun_at: at + 600_000,
        ended_at: at + 610_000,
    };
    let commit = Lapse {
        begun_at: at + 620_000,
        ended_at: at + 720_000,
    };
    let caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let input = Input {
        command: Some("asked"),
        came: Some(Came {
            at: at + 500_000,
            caller: Traceparent::parse(caller.as_bytes()),
        }),
        decided,
        events: (recorded.seq, recorded.seq),
    };
    (input, commit, at + 770_000)
}

/// What is told of these events, which follow the state.
fn follow(traces: &mut Traces, state: &mut State, log: &[Recorded]) -> Vec<Span> {
    let mut spans = Vec::new();
    for recorded in log {
        let (input, commit, now) = input(recorded);
        traces.note(&[input], state, recorded);
        state.replay(recorded);
        spans.extend(traces.told(&[input], Some(commit), now));
    }
    spans
}

fn told(log: &[Recorded], milli: u32) -> Vec<Span> {
    let mut state = State::from_facts(Facts::default());
    follow(&mut traces(milli), &mut state, log)
}

fn said<'s>(span: &'s Span, key: &str) -> Option<&'s Value> {
    let mut attributes = span.attributes.iter();
    attributes.find_map(|(name, value)| (*name == key).then_some(value))
}

/// A centre with two agents, and a word that must not be told anywhere.
fn centre() -> Centre {
    let agent = |name: &str| AgentConfig {
        address: "+49-secret".into(),
        ..AgentConfig::named(name, ["support"])
    };
    Centre::of(TenantConfig {
        adapters: vec!["pbx".into()],
        queues: vec![QueueConfig::named("support")],
        agents: vec![agent("anna"), agent("bob")],
        ..TenantConfig::default()
    })
}

fn arrive(centre: &mut Centre, contact: &str) {
    let mut arrival = Arrival::of(contact, "pbx", Channel::Voice, "support");
    arrival.customer = Some("secret".into());
    arrival.attributes = [Attribute {
        key: "account".into(),
        value: "secret".into(),
        sensitive: true,
    }]
    .into();
    centre.command(Command::Arrive(arrival)).expect("it joins");
}

/// A call that anna does not take and bob does, put on hold, and wrapped up.
fn call(centre: &mut Centre) {
    arrive(centre, "c1");
    centre.wait(1_000);
    centre.ready("anna");
    centre.wait(2_000);
    centre.reject("c1").expect("rejected");
    centre.wait(3_000);
    centre.ready("bob");
    centre.wait(1_000);
    let handling = centre.answer("c1");
    centre.wait(5_000);
    centre.act("bob", AgentAct::Hold(handling)).expect("held");
    centre.wait(7_000);
    centre
        .act("bob", AgentAct::Resume(handling))
        .expect("resumed");
    centre.wait(11_000);
    centre.hang_up("c1").expect("over");
    centre.wait(500);
}

/// The lasting spans by name, with what they say, their parents' names, and how long they took in milliseconds.
fn lasting(spans: &[Span]) -> Vec<(&str, Option<&str>, u64, Vec<String>)> {
    let names: BTreeMap<SpanId, &str> = spans.iter().map(|span| (span.id, span.name)).collect();
    let steps = ["asked", "decide", "commit", "tell"];
    let lasting = spans.iter().filter(|span| !steps.contains(&span.name));
    let told = lasting.map(|span| {
        let parent = span.parent.map(|parent| names[&parent]);
        let lasted = (span.lapse.ended_at - span.lapse.begun_at) / MS;
        let keys = ["acd.agent", "acd.queue", "acd.outcome", "acd.fault"];
        let says = keys.iter().filter_map(|key| match said(span, key)? {
            Value::Name(name) => Some(name.to_string()),
            Value::Word(word) => Some((*word).to_owned()),
            _ => None,
        });
        (span.name, parent, lasted, says.collect())
    });
    told.collect()
}

#[test]
fn a_call_is_told_with_all_that_became_of_it() {
    let mut centre = centre();
    call(&mut centre);
    let spans = told(&centre.log, 1_000);
    let text = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        lasting(&spans),
        [
            (
                "offer",
                Some("visit"),
                2_000,
                text(&["anna", "support", "rejected", "agent"])
            ),
            (
                "offer",
                Some("visit"),
                1_000,
                text(&["bob", "support", "connected"])
            ),
            ("connect", Some("offer"), 0, vec![]),
            (
                "visit",
                Some("contact"),
                7_000,
                text(&["support", "answered"])
            ),
            ("hold", Some("conversation"), 7_000, vec![]),
            ("conversation", Some("handling"), 23_000, vec![]),
            (
                "handling",
                Some("contact"),
                23_000,
                text(&["bob", "support"])
            ),
            ("contact", None, 30_000, text(&["answered"])),
        ]
        .into_iter()
        .collect::<Vec<_>>()
    );
    let traces: BTreeSet<TraceId> = spans.iter().map(|span| span.trace).collect();
    assert_eq!(traces.len(), 1, "one contact, one trace");
}

#[test]
fn an_input_is_told_with_its_steps_and_its_caller() {
    let mut centre = centre();
    call(&mut centre);
    let spans = told(&centre.log, 1_000);
    let accepted = spans
        .iter()
        .find(|span| said(span, "acd.happened") == Some(&Value::Words(vec!["offer_accepted"])));
    let accepted = accepted.expect("the accept");
    assert!(accepted.link.is_some());
    assert_eq!(
        said(accepted, "acd.contact"),
        Some(&Value::Name("c1".into()))
    );
    let offer = spans.iter().find(|span| Some(span.id) == accepted.parent);
    assert_eq!(offer.map(|span| span.name), Some("offer"));
    let steps = spans.iter().filter(|span| span.parent == Some(accepted.id));
    let begun_at = accepted.lapse.begun_at;
    let steps = steps.map(|step| {
        let Lapse {
            begun_at: from,
            ended_at: until,
        } = step.lapse;
        (step.name, from - begun_at, until - begun_at)
    });
    assert_eq!(
        steps.collect::<Vec<_>>(),
        [
            ("decide", 100_000, 110_000),
            ("commit", 120_000, 220_000),
            ("tell", 220_000, 270_000),
        ]
    );
}

#[test]
fn nothing_personal_is_told() {
    let mut centre = centre();
    call(&mut centre);
    let spans = format!("{:?}", told(&centre.log, 1_000));
    assert!(spans.contains("bob"), "what may show shows");
    assert!(!spans.contains("secret"), "{spans}");
}

#[test]
fn after_a_restart_the_trace_goes_on_as_itself() {
    let mut centre = centre();
    call(&mut centre);
    let whole = told(&centre.log, 1_000);
    let ids = |spans: &[Span]| -> BTreeSet<(TraceId, SpanId, Option<SpanId>, &'static str)> {
        let told = spans.iter();
        told.map(|span| (span.trace, span.id, span.parent, span.name))
            .collect()
    };
    let instants = centre.log.windows(2).enumerate();
    // An engine stops between two inputs.
    let stops = instants.filter(|(_, pair)| pair[0].at_ms < pair[1].at_ms);
    for stop in stops.map(|(first, _)| first + 1) {
        let mut state = State::from_facts(Facts::default());
        let (before, after) = centre.log.split_at(stop);
        let mut spans = follow(&mut traces(1_000), &mut state, before);
        let mut state = State::from_facts(state.into_facts());
        spans.extend(follow(&mut traces(1_000), &mut state, after));
        assert_eq!(ids(&spans), ids(&whole), "stopped after {stop} events");
    }
}

#[test]
fn who_is_refused_has_a_trace_of_their_own() {
    let mut centre = Centre::of(TenantConfig {
        adapters: vec!["pbx".into()],
        queues: vec![QueueConfig {
            max_length: Some(1),
            ..QueueConfig::named("support")
        }],
        ..TenantConfig::default()
    });
    for contact in ["c1", "c2"] {
        // The second one finds no room.
        let _ = centre.arrive(contact, "support");
    }
    let spans = told(&centre.log, 1_000);
    let refused: Vec<&Span> = spans.iter().filter(|span| span.name == "contact").collect();
    let [refused] = *refused else {
        panic!("{refused:?}")
    };
    assert_eq!(
        said(refused, "acd.contact"),
        Some(&Value::Name("c2".into()))
    );
    assert_eq!(said(refused, "acd.reason"), Some(&Value::Word("full")));
    let of_it = spans.iter().filter(|span| span.trace == refused.trace);
    assert!(of_it.count() > 1, "its input is told, too");
}

/// What began and ended of a kind, by the number of the event that began it.
fn ended(log: &[Recorded], pick: impl Fn(&Event) -> Option<u64>) -> BTreeSet<u64> {
    log.iter()
        .filter_map(|recorded| pick(&recorded.event))
        .collect()
}

fn numbers(spans: &[Span], name: &str, key: &str) -> Vec<u64> {
    let told = spans.iter().filter(|span| span.name == name);
    let numbers = told.map(|span| match said(span, key) {
        Some(Value::Number(number)) => *number as u64,
        other => panic!("{other:?}"),
    });
    numbers.collect()
}

fn check(log: &[Recorded]) {
    let spans = told(log, 1_000);
    let ids: BTreeSet<(TraceId, SpanId)> = spans.iter().map(|span| (span.trace, span.id)).collect();
    assert_eq!(ids.len(), spans.len(), "every id is told once");
    let begun: BTreeMap<(TraceId, SpanId), u64> = spans
        .iter()
        .map(|span| ((span.trace, span.id), span.lapse.begun_at))
        .collect();
    for span in &spans {
        assert!(span.lapse.begun_at <= span.lapse.ended_at, "{span:?}");
        let parent = span.parent.and_then(|id| begun.get(&(span.trace, id)));
        assert!(
            parent.is_none_or(|at| *at <= span.lapse.begun_at),
            "{span:?}"
        );
    }
    let visits = ended(log, |event| match event {
        Event::VisitEnded(it) => Some(it.visit.0),
        _ => None,
    });
    let told_visits = numbers(&spans, "visit", "acd.visit");
    assert_eq!(told_visits.len(), visits.len());
    assert_eq!(BTreeSet::from_iter(told_visits), visits);
    let offers = ended(log, |event| match event {
        Event::OfferEnded(it) => Some(it.offer.0),
        Event::HandlingStarted(it) => Some(it.offer.0),
        _ => None,
    });
    let told_offers = numbers(&spans, "offer", "acd.offer");
    assert_eq!(told_offers.len(), offers.len());
    assert_eq!(BTreeSet::from_iter(told_offers), offers);
    let handlings = ended(log, |event| match event {
        Event::HandlingEnded(it) => Some(it.handling.0),
        _ => None,
    });
    let told_handlings = numbers(&spans, "handling", "acd.handling");
    assert_eq!(BTreeSet::from_iter(told_handlings), handlings);

    let half = told(log, 500);
    let included: BTreeSet<TraceId> = half.iter().map(|span| span.trace).collect();
    let of_included = spans
        .into_iter()
        .filter(|span| included.contains(&span.trace));
    assert_eq!(
        half,
        of_included.collect::<Vec<_>>(),
        "a trace is told whole"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_each_thing_is_told_once_and_whole(
        numbers in random_days::numbers(),
        steps in random_days::steps(),
    ) {
        let mut centre = random_days::begin(&numbers);
        for (nth, step) in steps.iter().enumerate() {
            random_days::take(&mut centre, nth, step);
        }
        check(&centre.log);
    }
}

#[test]
fn a_contact_that_was_given_up_and_is_alive_goes_on_in_its_trace() {
    let mut centre = centre();
    arrive(&mut centre, "c1");
    centre.disconnect_adapter();
    centre.wait(GRACE_MS);
    centre.wait(GRACE_MS);
    centre.connect_adapter();
    let live = LiveContact {
        arrival: Arrival::of("c1", "pbx", Channel::Voice, "support"),
        arrived_at: 0,
        agent: None,
    };
    let list = ReconcileAdapter {
        adapter: "pbx".into(),
        as_of: None,
        held: Vec::new(),
        page: LivePage {
            contacts: vec![live],
            malformed: Vec::new(),
        },
        busy_outside: Vec::new(),
    };
    centre
        .command(Command::ReconcileAdapter(list))
        .expect("it holds");
    centre.wait(1_000);
    centre.hang_up("c1").expect("over");
    let spans = told(&centre.log, 1_000);
    let of = |name: &str| {
        let mut named = spans.iter().filter(|span| span.name == name);
        let span = named.next().expect(name);
        assert_eq!(named.next(), None, "told once");
        span
    };
    let (given_up, taken_up) = (of("contact"), of("taken_up"));
    assert!(given_up.failure.is_some());
    assert_eq!(taken_up.parent, Some(given_up.id));
    assert_eq!(taken_up.trace, given_up.trace);
    check(&centre.log);
}
