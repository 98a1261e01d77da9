//! The events of a record as JSON, by the schema they were written with.

use acd_proto::JsonForm;
use serde_json::{Map, Value};

use super::error::CodecError;
use crate::Entry;

/// Writes events as JSON.
#[derive(Debug)]
pub struct EventForm(JsonForm);

impl EventForm {
    /// The form with or without personal data; none if this program was built without its definitions.
    pub fn new(reveals: bool) -> Option<Self> {
        JsonForm::of("acd.journal.v1.RecordEvents", reveals).map(Self)
    }

    /// The events of an entry, in order: of each what its message in `acd.journal.v1` holds, that is `at_ms` and the fields
    /// of what happened under its name.
    ///
    /// # Errors
    /// The entry is no record.
    pub fn events(&self, entry: &Entry) -> Result<Vec<Map<String, Value>>, CodecError> {
        let text = |place: u32| Some(entry.personal.get(place as usize)?.value.reveal());
        let mut record = self.0.decode_with(entry.payload.as_ref(), &text)?;
        let events = record.get_mut("events").map(Value::take);
        let Some(Value::Array(events)) = events else {
            return Ok(Vec::new());
        };
        let objects = events.into_iter().map(|event| match event {
            Value::Object(fields) => fields,
            _ => Map::new(),
        });
        Ok(objects.collect())
    }
}
