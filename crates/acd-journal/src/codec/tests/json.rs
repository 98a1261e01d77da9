//! What is written of events for people and other programs.

use acd_core::event::{Event, Recorded};
use acd_core::ids::TenantName;
use proptest::prelude::*;

use super::samples::{PERSONAL, Variants, entry_of, recorded};
use crate::codec::EventForm;

/// Each event as text, with or without personal data.
fn written(reveals: bool, events: &[Recorded]) -> Vec<String> {
    let entry = entry_of(&TenantName::from("bank"), None, events);
    let form = EventForm::new(reveals).expect("the definitions are there");
    let written = form.events(&entry).expect("a record");
    let fields = written.into_iter().map(serde_json::Value::Object);
    fields.map(|event| event.to_string()).collect()
}

proptest! {
    /// A field of the schema that holds personal data, and does not say so, is found here.
    #[test]
    fn personal_data_is_written_only_where_it_is_asked_for(events in recorded(Event::variants())) {
        let shown = written(true, &events);
        let hidden = written(false, &events);
        prop_assert_eq!(shown.len(), events.len());
        for ((recorded, shown), hidden) in events.iter().zip(&shown).zip(&hidden) {
            prop_assert!(!hidden.contains(PERSONAL), "{}", hidden);
            if !matches!(recorded.event, Event::ConfigApplied(_)) {
                // Of a configuration nothing is shown.
                let redacted = hidden.matches("\"[redacted]\"").count();
                prop_assert_eq!(shown.matches(PERSONAL).count(), redacted, "{}", shown);
            }
        }
    }

    #[test]
    fn every_event_stands_under_its_name_with_its_instant(events in recorded(Event::variants())) {
        let entry = entry_of(&TenantName::from("bank"), None, &events);
        let form = EventForm::new(false).expect("the definitions are there");
        let written = form.events(&entry).expect("a record");
        prop_assert_eq!(written.len(), events.len());
        for (recorded, fields) in events.iter().zip(written) {
            prop_assert_eq!(fields["at_ms"].as_i64(), Some(recorded.at_ms));
            prop_assert!(fields.contains_key(recorded.event.name()), "{:?}", fields);
            prop_assert_eq!(fields.len(), 2);
        }
    }
}
