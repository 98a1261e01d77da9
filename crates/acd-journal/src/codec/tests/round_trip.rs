//! What is written is what is read.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use acd_core::Table;
use acd_core::command::{
    AgentAct, AgentCommand, Answer, ApplyConfig, Command, ConfigSource, ContactAct, ContactCommand,
    DeleteTenant, Origin, Reply, Request, Supervise, SupervisorAct,
};
use acd_core::config::{AgentConfig, QueueConfig, Target, TenantConfig};
use acd_core::event::{
    ConfigApplied, Directive, DirectiveIssued, Event, Next, Outcome, Recorded, RequestAnswered,
    VisitEnded,
};
use acd_core::ids::{AdapterNo, ContactId, DirectiveId, QueueNo, SessionId, TenantName, VisitId};
use acd_core::measures::Measures;
use acd_core::refusal::{Reason, Refusal};
use acd_core::state::{
    Adapter, ConfigFile, Facts, IssuedDirective, PastRun, RememberedAnswer, ReturnPlace,
};
use proptest::prelude::*;

use super::samples::{Sample, Variants, entry_of, recorded, some_events};
use crate::ENTRY_MAX_BYTES;
use crate::codec::{decode_events, decode_record, decode_snapshot, encode_input, encode_snapshot};

fn assert_round_trip(tenant: &TenantName, request: Option<&Request>, events: &[Recorded]) {
    let entry = entry_of(tenant, request, events);
    let record = decode_record(&entry).expect("what was written can be read");
    assert_eq!(spelled(&record.request), spelled(&request.cloned()));
    assert_eq!(record.events, events);
    assert_eq!(
        decode_events(&entry).expect("what was written can be read"),
        events
    );
}

/// A request but for its personal values, which are not stored.
fn spelled(request: &Option<Request>) -> String {
    format!("{request:?}")
}

fn answered(seq: u64, answer: Answer) -> Recorded {
    let event = Event::RequestAnswered(RequestAnswered {
        caller: "desk".into(),
        request_id: "r1".into(),
        fingerprint: seq,
        answer,
        forget_at: 900_000,
    });
    Recorded {
        seq,
        at_ms: 1,
        event,
    }
}

proptest! {
    #[test]
    fn every_event_reads_as_it_was_written(tenant in TenantName::sample(), events in recorded(Event::variants())) {
        assert_round_trip(&tenant, None, &events);
    }

    #[test]
    fn every_command_reads_as_it_was_written(
        origins in Origin::variants(),
        commands in Command::variants(),
        events in some_events(),
    ) {
        for (origin, command) in origins.into_iter().cycle().zip(commands) {
            assert_round_trip(&"hotline".into(), Some(&Request { origin, command }), &events);
        }
    }

    #[test]
    fn every_act_reads_as_it_was_written(
        of_contacts in ContactAct::variants(),
        of_agents in AgentAct::variants(),
        of_supervisors in SupervisorAct::variants(),
        events in some_events(),
    ) {
        let of_contacts = of_contacts
            .into_iter()
            .map(|act| Command::Contact(ContactCommand { adapter: "pbx".into(), contact: "call-1".into(), act }));
        let of_agents = of_agents
            .into_iter()
            .map(|act| Command::Agent(AgentCommand { agent: "ann".into(), session: SessionId(1), act }));
        let of_supervisors =
            of_supervisors.into_iter().map(|act| {
                Command::Supervise(Supervise { author: "sue".into(), reason: "too late".into(), act })
            });
        for command in of_contacts.chain(of_agents).chain(of_supervisors) {
            assert_round_trip(&"hotline".into(), Some(&Request::internal(command)), &events);
        }
    }

    #[test]
    fn every_directive_and_outcome_reads_as_it_was_written(
        directives in Directive::variants(),
        outcomes in Outcome::variants(),
        targets in Target::variants(),
    ) {
        let issued = directives.into_iter().map(|directive| Event::DirectiveIssued(DirectiveIssued {
            adapter: AdapterNo(0),
            contact: ContactId(1),
            directive,
        }));
        let ended = outcomes.into_iter().zip(targets.into_iter().cycle()).map(|(outcome, target)| {
            Event::VisitEnded(VisitEnded { visit: VisitId(1), outcome, next: Next::Overflow(target) })
        });
        let events: Vec<_> = (1..)
            .zip(issued.chain(ended))
            .map(|(seq, event)| Recorded { seq, at_ms: 1, event })
            .collect();
        assert_round_trip(&"hotline".into(), None, &events);
    }

    #[test]
    fn every_reply_reads_as_it_was_written(replies in Reply::variants()) {
        let events: Vec<_> = (1..).zip(replies).map(|(seq, reply)| answered(seq, Ok(reply))).collect();
        assert_round_trip(&"hotline".into(), None, &events);
    }
}

#[test]
fn every_reason_reads_as_it_was_written() {
    let refusal = |&reason| Err(Refusal::new(reason, "queue", "no queue \"x\""));
    let events: Vec<_> = (1..)
        .zip(Reason::ALL)
        .map(|(seq, reason)| answered(seq, refusal(reason)))
        .collect();
    assert_round_trip(&"hotline".into(), None, &events);
}

#[test]
fn an_entry_is_filed_under_its_sequences_and_its_last_instant() {
    let events = [
        answered(7, Ok(Reply::Done)),
        Recorded {
            at_ms: 5,
            ..answered(8, Ok(Reply::Repeated))
        },
    ];
    let entry = entry_of(&"hotline".into(), None, &events);
    assert_eq!(
        (&*entry.tenant, entry.first_seq, entry.last_seq, entry.at_ms),
        ("hotline", 7, 8, 5)
    );
}

#[test]
fn a_record_without_events_is_never_written() {
    assert_eq!(encode_input(&"hotline".into(), None, &[]), []);
}

/// An event of about so many bytes.
fn sized(seq: u64, bytes: usize) -> Recorded {
    let event = Event::ConfigApplied(ConfigApplied {
        version: 1,
        source: ConfigSource::Api,
        author: "admin".into(),
        comment: "x".repeat(bytes).into(),
        config: Arc::default(),
        document: None,
        measures: Measures::of_this_program(),
    });
    Recorded {
        seq,
        at_ms: 1,
        event,
    }
}

#[test]
fn the_events_of_a_large_input_are_cut_into_entries_of_which_the_first_holds_the_request() {
    let sizes = [400_000, 400_000, 600_000, 3_000_000, 10, 20];
    let events: Vec<_> = (7..)
        .zip(sizes)
        .map(|(seq, bytes)| sized(seq, bytes))
        .collect();
    let request = Request::internal(Command::DeleteTenant(DeleteTenant {
        author: "admin".into(),
    }));
    let entries = encode_input(&"hotline".into(), Some(&request), &events);
    let spans: Vec<_> = entries
        .iter()
        .map(|it| (it.first_seq, it.last_seq))
        .collect();
    assert_eq!(spans, [(7, 8), (9, 9), (10, 10), (11, 12)]);
    let records: Vec<_> = entries
        .iter()
        .map(|entry| decode_record(entry).expect("what was written can be read"))
        .collect();
    let asked: Vec<_> = records
        .iter()
        .map(|record| record.request.is_some())
        .collect();
    assert_eq!(asked, [true, false, false, false]);
    let continuing: Vec<_> = records.iter().map(|record| record.continues).collect();
    assert_eq!(continuing, [false, true, true, true]);
    let read: Vec<_> = records
        .into_iter()
        .flat_map(|record| record.events)
        .collect();
    assert_eq!(read, events);
}

#[test]
fn a_request_that_does_not_fit_is_left_out() {
    let request = apply(&Arc::new(TenantConfig {
        queues: vec![QueueConfig::named(&"q".repeat(ENTRY_MAX_BYTES))],
        ..TenantConfig::default()
    }));
    let entry = entry_of(
        &"hotline".into(),
        Some(&request),
        &[answered(1, Ok(Reply::Done))],
    );
    assert_eq!(decode_record(&entry).expect("it can be read").request, None);
}

#[test]
#[should_panic(expected = "consecutive")]
fn a_record_with_a_gap_is_never_written() {
    entry_of(
        &"hotline".into(),
        None,
        &[answered(7, Ok(Reply::Done)), answered(9, Ok(Reply::Done))],
    );
}

fn large_config() -> TenantConfig {
    TenantConfig {
        queues: vec![QueueConfig::named("sales")],
        agents: (0..100)
            .map(|n| AgentConfig::named(&format!("agent {n}"), ["sales"]))
            .collect(),
        ..TenantConfig::default()
    }
}

fn apply(config: &Arc<TenantConfig>) -> Request {
    Request::internal(Command::ApplyConfig(ApplyConfig {
        config: Arc::clone(config),
        source: ConfigSource::File,
        author: "admin".into(),
        comment: "more agents".into(),
        expected_version: None,
        civil: Arc::default(),
        document: None,
    }))
}

fn applied(config: &Arc<TenantConfig>) -> Recorded {
    let event = Event::ConfigApplied(ConfigApplied {
        version: 1,
        source: ConfigSource::File,
        author: "admin".into(),
        comment: "more agents".into(),
        config: Arc::clone(config),
        document: None,
        measures: Measures::of_this_program(),
    });
    Recorded {
        seq: 1,
        at_ms: 1,
        event,
    }
}

#[test]
fn a_configuration_that_was_applied_is_stored_once() {
    let config = Arc::new(large_config());
    let (request, events) = (apply(&config), [applied(&config)]);
    assert_round_trip(&"hotline".into(), Some(&request), &events);
    let alone = entry_of(&"hotline".into(), None, &events).payload.len();
    let with_request = entry_of(&"hotline".into(), Some(&request), &events)
        .payload
        .len();
    assert!(
        with_request < alone + 100,
        "{with_request} bytes with the request, {alone} without"
    );
}

#[test]
fn a_configuration_that_was_refused_or_amended_is_stored_as_it_was_asked() {
    let asked = apply(&Arc::new(large_config()));
    let refused = [answered(
        1,
        Err(Refusal::new(
            Reason::ConfigInvalid,
            "queues",
            "no such queue",
        )),
    )];
    assert_round_trip(&"hotline".into(), Some(&asked), &refused);
    assert_round_trip(
        &"hotline".into(),
        Some(&asked),
        &[applied(&Arc::new(TenantConfig::default()))],
    );
}

#[test]
fn a_stored_configuration_writes_out_every_default() {
    let config = TenantConfig {
        queues: vec![QueueConfig::named("sales")],
        agents: vec![AgentConfig::named("ann", ["sales"])],
        ..TenantConfig::default()
    };
    let entry = entry_of(&"hotline".into(), None, &[applied(&Arc::new(config))]);
    let stored = String::from_utf8_lossy(&entry.payload);
    for default in [
        r#""priority_mode":{"mode":"strict"}"#,
        r#""connect_ms":15000"#,
        r#""open_contacts":200000"#,
        r#""calendars":[]"#,
        r#""name":"sales","label":{},"rank":0,"objective_ms":null,"requirement":[],"plan":[],"agent_order":"longest_idle""#,
        r#""wrap_up_mode":"timed""#,
        r#""queue":"sales","tier":1,"position":0,"share":1,"reserve":false"#,
        r#""capacity":{"voice":1}"#,
    ] {
        assert!(stored.contains(default), "{default} is not in {stored}");
    }
}

/// A state with the parts whose form is not plain: enums with a tag, results, maps whose keys are pairs or numbers.
fn state_of(config: TenantConfig, answer: Answer, directive: Directive) -> Facts {
    let place = ReturnPlace {
        queue: QueueNo(2),
        contact: ContactId(6),
        customer: "C-17".into(),
        order_time: 7,
    };
    let remembered = RememberedAnswer {
        caller: "desk".into(),
        request_id: "r1".into(),
        fingerprint: u64::MAX,
        answer: answer.clone(),
        forget_at: 900_000,
    };
    let issued = IssuedDirective {
        contact: ContactId(5),
        issued_at: 6,
        directive,
    };
    let adapter = Adapter {
        name: "pbx".into(),
        in_config: true,
        incarnation: "a".into(),
        last_sequence: 4,
        connection: None,
        since: 8,
        grace_until: Some(9),
        refused: answer.clone().err().into_iter().map(|it| (4, it)).collect(),
        forgotten_up_to: 2,
        list_due: true,
        live_refused: BTreeMap::from([(Reason::UnknownQueue, 1)]),
        directives: Table::from_iter([(DirectiveId(3), issued.clone())]),
        in_force: Table::from_iter([(DirectiveId(2), issued)]),
        past_runs: VecDeque::from([PastRun {
            incarnation: "b".into(),
            last_sequence: 9,
            forgotten_up_to: 8,
        }]),
    };
    Facts {
        seq: 41,
        now: 1_000,
        config_version: 3,
        config_file: Some(ConfigFile {
            document: 7,
            version: 2,
            in_force: true,
        }),
        settings: config.settings,
        limits: config.limits,
        teams: config.teams,
        profiles: config.profiles,
        plans: config.plans,
        rules: config.rules,
        adapters: vec![adapter],
        answers: BTreeMap::from([(40, remembered)]),
        returns: BTreeMap::from([((8, VisitId(1)), place)]),
        ..Facts::default()
    }
}

proptest! {
    #[test]
    fn a_state_reads_as_it_was_written(
        config in TenantConfig::sample(),
        answer in Answer::sample(),
        directive in Directive::sample(),
    ) {
        let state = state_of(config, answer, directive);
        let snapshot = encode_snapshot(&"hotline".into(), state.seq, state.now, state.clone(), 0)
            .expect("a state can be written");
        prop_assert_eq!((&*snapshot.tenant, snapshot.seq, snapshot.at_ms), ("hotline", 41, 1_000));
        let read = decode_snapshot(&snapshot).expect("what was written can be read");
        prop_assert_eq!(read, state);
    }
}
