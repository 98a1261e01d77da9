//! Entries of the journal: the bytes are the payload of one.

use std::sync::{Arc, LazyLock};

use acd_core::ids::TenantName;
use acd_core::personal::Personal;
use acd_journal::codec::{DecodedRecord, EventForm, decode_events, decode_record, encode_input};
use acd_journal::{Entry, PersonalValue};
use acd_proto::journal::v1 as pb;
use prost::Message as _;

/// The bytes are refused, or become a record that is the same when it is written and read again.
pub fn run(bytes: &[u8]) {
    let entry = filed(bytes);
    // Whatever is in there: as JSON it is for eyes only.
    let _ = FORM.events(&entry);
    let record = decode_record(&entry);
    let events = decode_events(&entry);
    let Ok(record) = record else {
        return;
    };
    let events = events.expect("who reads all of it also reads its events");
    assert_eq!(events, record.events);
    if record.events.is_empty() {
        return;
    }
    let tenant = TenantName::from(&*entry.tenant);
    let written = encode_input(&tenant, record.request.as_ref(), &record.events);
    let mut again = DecodedRecord {
        request: None,
        continues: record.continues,
        events: Vec::new(),
    };
    for entry in &written {
        let part = decode_record(entry).expect("what was written can be read");
        again.request = again.request.or(part.request);
        again.events.extend(part.events);
    }
    assert_eq!(again, record);
}

static FORM: LazyLock<EventForm> =
    LazyLock::new(|| EventForm::new(true).expect("its definitions are built in"));

/// Personal values for the places that a payload may name.
pub(crate) fn values() -> Arc<[PersonalValue]> {
    let value = |place: u64| PersonalValue {
        contact: place,
        value: Personal::from(format!("value {place}")),
    };
    (0..64).map(value).collect()
}

/// The entry with this payload, filed under what the payload itself says.
fn filed(payload: &[u8]) -> Entry {
    let record = pb::RecordEvents::decode(payload).unwrap_or_default();
    let after_first = (record.events.len() as u64).saturating_sub(1);
    Entry {
        tenant: Arc::from(record.tenant),
        first_seq: record.first_seq,
        last_seq: record.first_seq.saturating_add(after_first),
        at_ms: record.events.last().map_or(0, |event| event.at_ms),
        payload: payload.to_vec().into(),
        personal: values(),
    }
}
