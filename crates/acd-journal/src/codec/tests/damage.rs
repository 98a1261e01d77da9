//! What is no record is refused with a reason, whatever it is.

use std::sync::Arc;

use acd_core::command::{Command, Request};
use acd_core::state::Facts;
use acd_proto::journal::v1 as pb;
use pb::event::Kind as EventKind;
use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message;

use super::samples::{Sample, entry_of, some_events};
use crate::codec::{
    CodecError, Fault, decode_events, decode_record, decode_snapshot, encode_snapshot,
};
use crate::{Entry, Snapshot};

fn entry(payload: Vec<u8>) -> Entry {
    Entry {
        tenant: Arc::from("hotline"),
        first_seq: 1,
        last_seq: 1,
        at_ms: 0,
        payload: payload.into(),
        ..Entry::default()
    }
}

/// Reads in every way; what comes out does not matter here.
fn read_all(entry: &Entry) {
    let _ = decode_record(entry);
    let _ = decode_events(entry);
    let snapshot = Snapshot {
        tenant: entry.tenant.clone(),
        seq: 1,
        at_ms: 0,
        payload: entry.payload.clone(),
        ..Snapshot::default()
    };
    let _ = decode_snapshot(&snapshot);
}

proptest! {
    #[test]
    fn no_bytes_at_all_make_the_reader_panic(bytes in vec(any::<u8>(), 0..200)) {
        read_all(&entry(bytes));
    }

    #[test]
    fn no_altered_record_makes_the_reader_panic(
        command in Command::sample(),
        events in some_events(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let whole = entry_of(&"hotline".into(), Some(&Request::internal(command)), &events);
        let mut bytes = whole.payload.to_vec();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        read_all(&Entry { payload: bytes.clone().into(), ..whole.clone() });
        bytes.truncate(cut.index(bytes.len()));
        read_all(&Entry { payload: bytes.into(), ..whole });
    }

    #[test]
    fn no_altered_snapshot_makes_the_reader_panic(at in any::<prop::sample::Index>(), value in any::<u8>()) {
        let snapshot = encode_snapshot(&"hotline".into(), 1, 0, Facts::default(), 0).expect("a state can be written");
        let mut bytes = snapshot.payload.to_vec();
        let at = at.index(bytes.len());
        bytes[at] = value;
        let _ = decode_snapshot(&Snapshot { payload: bytes.into(), ..snapshot });
    }
}

fn abandoned(cause: i32) -> pb::Outcome {
    pb::Outcome {
        kind: Some(pb::outcome::Kind::Abandoned(cause)),
    }
}

/// A record of one visit's end, to be spoilt.
fn record() -> pb::Record {
    let ended = pb::VisitEnded {
        visit: 4,
        outcome: Some(abandoned(pb::EndCause::Customer.into())),
        next: Some(pb::Next {
            kind: Some(pb::next::Kind::Outcome(pb::Empty {})),
        }),
    };
    pb::Record {
        schema_version: 1,
        tenant: "hotline".to_owned(),
        first_seq: 1,
        events: vec![pb::Event {
            at_ms: 0,
            kind: Some(EventKind::VisitEnded(ended)),
        }],
        request: None,
        continues: false,
    }
}

/// The same with the end of the visit spoilt.
fn record_with(spoil: impl FnOnce(&mut pb::VisitEnded)) -> pb::Record {
    let mut record = record();
    if let Some(EventKind::VisitEnded(ended)) = &mut record.events[0].kind {
        spoil(ended);
    }
    record
}

fn error(record: &pb::Record) -> CodecError {
    let entry = entry(record.encode_to_vec());
    let error = decode_record(&entry).expect_err("it is no record");
    if record.request.is_none() {
        let of_events = decode_events(&entry).expect_err("it is no record");
        assert_eq!(of_events.to_string(), error.to_string());
    }
    error
}

fn assert_fault(record: &pb::Record, expected_path: &str, expected: &Fault) {
    match error(record) {
        CodecError::Field { path, fault } => {
            assert_eq!((path.as_str(), &fault), (expected_path, expected))
        }
        other => panic!("{other}"),
    }
}

#[test]
fn the_record_to_be_spoilt_is_sound() {
    decode_record(&entry(record().encode_to_vec())).expect("a record");
}

#[test]
fn a_record_of_a_later_schema_is_refused_with_the_remedy() {
    let error = error(&pb::Record {
        schema_version: 2,
        ..record()
    });
    assert!(matches!(error, CodecError::NewerSchema { found: 2 }));
    assert!(
        error
            .to_string()
            .contains("start the version of acd that wrote this journal"),
        "{error}"
    );
}

#[test]
fn a_record_without_a_schema_version_is_refused() {
    assert_fault(
        &pb::Record {
            schema_version: 0,
            ..record()
        },
        "schema_version",
        &Fault::Missing,
    );
}

#[test]
fn a_snapshot_of_a_later_schema_is_refused() {
    let stored = pb::Snapshot {
        schema_version: 2,
        tenant: "hotline".to_owned(),
        ..Default::default()
    };
    let snapshot = Snapshot {
        tenant: Arc::from("hotline"),
        seq: 0,
        at_ms: 0,
        payload: stored.encode_to_vec().into(),
        ..Snapshot::default()
    };
    assert!(matches!(
        decode_snapshot(&snapshot),
        Err(CodecError::NewerSchema { found: 2 })
    ));
}

#[test]
fn an_unknown_or_unspecified_value_is_refused_by_name() {
    for value in [0, 99] {
        let record = record_with(|ended| ended.outcome = Some(abandoned(value)));
        assert_fault(
            &record,
            "events[0].VisitEnded.outcome.Abandoned",
            &Fault::UnknownValue(value),
        );
    }
}

#[test]
fn a_variant_of_which_nothing_is_known_is_refused_by_name() {
    let record = record_with(|ended| ended.next = Some(pb::Next { kind: None }));
    assert_fault(&record, "events[0].VisitEnded.next", &Fault::Missing);
    let event = pb::Event {
        at_ms: 0,
        kind: None,
    };
    assert_fault(
        &pb::Record {
            events: vec![event],
            ..self::record()
        },
        "events[0]",
        &Fault::Missing,
    );
}

#[test]
fn a_missing_message_is_refused_by_name() {
    assert_fault(
        &record_with(|ended| ended.next = None),
        "events[0].VisitEnded.next",
        &Fault::Missing,
    );
    let request = Some(pb::Request::default());
    assert_fault(
        &pb::Record {
            request,
            ..record()
        },
        "request.origin",
        &Fault::Missing,
    );
}

#[test]
fn an_unknown_reason_and_a_number_out_of_range_are_refused_by_name() {
    let refusal = pb::Refusal {
        reason: "NO_SUCH_REASON".to_owned(),
        ..Default::default()
    };
    let answer = pb::Answer {
        kind: Some(pb::answer::Kind::Refusal(refusal)),
    };
    let answered = pb::RequestAnswered {
        answer: Some(answer),
        ..Default::default()
    };
    let skills = vec![pb::Term {
        skill: "german".to_owned(),
        level: 256,
    }];
    let skills_set = pb::AgentSkillsSet {
        skills,
        ..Default::default()
    };
    let step_began = pb::StepBegan {
        step: 65_536,
        ..Default::default()
    };
    let config_applied = pb::ConfigApplied {
        source: 1,
        config: br#"{"quues":[]}"#.to_vec(),
        ..Default::default()
    };
    let with = |kind| pb::Record {
        events: vec![pb::Event {
            at_ms: 0,
            kind: Some(kind),
        }],
        ..record()
    };

    assert_fault(
        &with(EventKind::RequestAnswered(answered)),
        "events[0].RequestAnswered.answer.Refusal.reason",
        &Fault::UnknownCode("NO_SUCH_REASON".to_owned()),
    );
    assert_fault(
        &with(EventKind::AgentSkillsSet(skills_set)),
        "events[0].AgentSkillsSet.skills[0].level",
        &Fault::OutOfRange(256),
    );
    assert_fault(
        &with(EventKind::StepBegan(step_began)),
        "events[0].StepBegan.step",
        &Fault::OutOfRange(65_536),
    );
    let error = error(&with(EventKind::ConfigApplied(config_applied))).to_string();
    assert!(
        error.starts_with("events[0].ConfigApplied.config: ") && error.contains("quues"),
        "{error}"
    );
}

#[test]
fn a_record_under_another_name_or_number_is_refused() {
    assert_fault(
        &pb::Record {
            tenant: "other".to_owned(),
            ..record()
        },
        "tenant",
        &Fault::Misfiled,
    );
    assert_fault(
        &pb::Record {
            first_seq: 2,
            ..record()
        },
        "first_seq",
        &Fault::Misfiled,
    );
    assert_fault(
        &pb::Record {
            events: Vec::new(),
            ..record()
        },
        "events",
        &Fault::Misfiled,
    );
    let wrong_way_round = Entry {
        last_seq: 0,
        ..entry(record().encode_to_vec())
    };
    assert!(matches!(
        decode_events(&wrong_way_round),
        Err(CodecError::Field {
            fault: Fault::Misfiled,
            ..
        })
    ));
}

#[test]
fn an_error_shows_no_personal_data() {
    let record = record_with(|ended| {
        let target = pb::Target {
            kind: Some(pb::target::Kind::External(0)),
        };
        ended.next = Some(pb::Next {
            kind: Some(pb::next::Kind::Overflow(target)),
        });
        ended.outcome = Some(abandoned(99));
    });
    let error = error(&record);
    assert!(!format!("{error} {error:?}").contains("4930"), "{error}");
}
