//! Rows say what the engine's own records say.

use std::collections::BTreeMap;

use acd_core::event::{Fault, Party};
use acd_core::state::{Contact, HandlingKind, OfferResult, State};
use acd_history::{
    ContactRow, HandlingRow, OfferRow, Row as _, SegmentRow, Table, Value, VisitRow,
};
use proptest::prelude::*;

use crate::days::{day, events, life, pieces};
use crate::rows::{Rows, in_memory};

/// The rows of a table by their number.
fn numbered(rows: &Rows, table: &'static Table) -> BTreeMap<u64, BTreeMap<&'static str, Value>> {
    let rows = rows[table.name].iter().map(|row| {
        let number = row[0].as_int().unwrap_or_default().unsigned_abs();
        let names = table.columns.iter().map(|column| column.name);
        (number, names.zip(row.iter().cloned()).collect())
    });
    rows.collect()
}

fn instant(at: Option<i64>) -> Value {
    at.map_or(Value::Null, Value::Int)
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn rows_say_what_the_records_say(day in day()) {
        let day = events(&day);
        let rows = in_memory(&life(), &pieces(&day.events, &day.ends));
        let mut state = State::default();
        day.events.iter().for_each(|recorded| state.replay(recorded));
        let facts = state.facts();
        let over = facts.ended.values().filter_map(|ended| ended.record.as_deref());
        let all: Vec<&Contact> = facts.contacts.values().chain(over).collect();
        let (contacts, visits) = (numbered(&rows, ContactRow::TABLE), numbered(&rows, VisitRow::TABLE));
        let (offers, handlings) = (numbered(&rows, OfferRow::TABLE), numbered(&rows, HandlingRow::TABLE));
        for contact in all {
            let row = &contacts[&contact.id.0];
            prop_assert_eq!(&row["name"], &text(contact.name.as_str()));
            prop_assert_eq!(&row["priority"], &Value::Int(contact.priority.into()));
            prop_assert_eq!(&row["offers"], &Value::Int(contact.offers_made.into()));
            let is_open = facts.contacts.contains_key(&contact.id);
            prop_assert_eq!(row["ended_at"] == Value::Null, is_open);
            for record in &contact.visits {
                let row = &visits[&record.visit.0];
                prop_assert_eq!(&row["enqueued_at"], &Value::Int(record.enqueued_at));
                prop_assert_eq!(&row["ended_at"], &instant(record.end.as_ref().map(|end| end.at_ms)));
                let wait = record.end.as_ref().map(|end| end.at_ms - record.enqueued_at);
                prop_assert_eq!(&row["wait_ms"], &instant(wait));
            }
            for record in &contact.offers {
                let row = &offers[&record.offer.0];
                prop_assert_eq!(&row["made_at"], &Value::Int(record.made_at));
                prop_assert_eq!(&row["ended_at"], &instant(record.end.map(|(at, _)| at)));
                let fault = match record.end {
                    Some((_, OfferResult::Ended { fault, .. })) => text(match fault {
                        Fault::Agent => "agent",
                        Fault::None => "none",
                        Fault::System => "system",
                    }),
                    Some((_, OfferResult::Connected)) | None => Value::Null,
                };
                prop_assert_eq!(&row["fault"], &fault);
            }
            for record in &contact.handlings {
                let row = &handlings[&record.handling.0];
                let agent = state.agent(record.agent).config.name.as_str();
                prop_assert_eq!(&row["agent"], &text(agent));
                prop_assert_eq!(&row["connected_at"], &Value::Int(record.connected_at));
                if row["contact"] != Value::Int(i64::try_from(contact.id.0).expect("small")) {
                    // The customer of a consultation has it now.
                    prop_assert_eq!(&row["consult_contact"], &Value::Int(i64::try_from(contact.id.0).expect("small")));
                    continue;
                }
                prop_assert_eq!(&row["ended_at"], &instant(record.ended_at));
                prop_assert_eq!(&row["first_response_at"], &instant(record.first_response_at));
                if record.kind != HandlingKind::Attempt {
                    let (at, by) = record.talk_end.unzip();
                    prop_assert_eq!(&row["talk_ended_at"], &instant(at));
                    let by = by.map_or(Value::Null, |by| text(match by {
                        Party::Customer => "customer",
                        Party::Agent => "agent",
                        Party::System => "system",
                    }));
                    prop_assert_eq!(&row["talk_ended_by"], &by);
                }
                let code = record.disposition.as_ref().map(|it| &*it.code).filter(|it| !it.is_empty());
                prop_assert_eq!(&row["disposition"], &code.map_or(Value::Null, text));
            }
        }
    }

    /// The stretches of a handling that is over make up its whole length, and what is said of talk, hold and wrap-up.
    #[test]
    fn segments_make_up_handlings(day in day()) {
        let day = events(&day);
        let rows = in_memory(&life(), &pieces(&day.events, &day.ends));
        let handlings = numbered(&rows, HandlingRow::TABLE);
        let table = SegmentRow::TABLE;
        let mut lengths: BTreeMap<(u64, String), i64> = BTreeMap::new();
        for row in &rows[table.name] {
            let of = |column: &str| row[table.column(column)].as_int();
            let handling = of("handling").unwrap_or_default().unsigned_abs();
            let is_over = handlings[&handling]["ended_at"] != Value::Null;
            prop_assert!(!is_over || of("ended_at").is_some(), "{:?}", row);
            let length = of("ended_at").zip(of("began_at")).map_or(0, |(end, begin)| end - begin);
            let kind = row[table.column("kind")].to_string();
            *lengths.entry((handling, kind)).or_default() += length;
        }
        for (number, row) in handlings.iter().filter(|(_, row)| row["ended_at"] != Value::Null) {
            for (kind, column) in [
                ("talk", "talk_ms"),
                ("hold", "hold_ms"),
                ("suspended", "suspended_ms"),
                ("wrap_up", "wrap_up_ms"),
            ] {
                let length = lengths.get(&(*number, format!("{kind:?}"))).copied().unwrap_or_default();
                prop_assert_eq!(&row[column], &Value::Int(length), "{} of {}: {:?}", kind, number, row);
            }
        }
    }
}
