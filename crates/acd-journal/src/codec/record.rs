//! One handled input as entries of the log: `record.proto`.

use std::sync::Arc;

use acd_core::command::Request;
use acd_core::event::Recorded;
use acd_core::ids::TenantName;
use acd_proto::journal::v1 as pb;
use pb::command::Kind as CommandKind;
use pb::event::Kind as EventKind;
use prost::Message;

use super::apart::{Apart, Known};
use super::error::{CodecError, Fault, FieldError};
use super::mapping::{Wire, field};
use super::{SCHEMA_VERSION, check_version};
use crate::log::plain_bytes;
use crate::{ENTRY_MAX_BYTES, Entry, PersonalValue};

/// The bytes of events after which an input's events go on in the next record. Only an event that is larger by itself
/// makes a record larger.
pub const RECORD_CUT_BYTES: usize = 1 << 20;

/// A record as it was encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodedRecord {
    /// What was asked, without personal values; none: time itself was the input, or it stands in the record that this one continues.
    pub request: Option<Request>,
    /// Whether these events were caused by the input of the record before.
    pub continues: bool,
    /// What happened, in order.
    pub events: Vec<Recorded>,
}

/// The entries for one handled input: what was asked, if anything, and the events it caused, cut where an entry would
/// grow beyond [`RECORD_CUT_BYTES`]. They belong into one batch, which is durable whole or not at all. The first one
/// holds what was asked, unless it would not fit: recovery needs the events only. The time of an entry is that of its
/// last event. No event, no entry.
///
/// Personal values stand beside the payload, each with the contact it belongs to. Those of the request are left out: what
/// came of it stands in the events, and what was refused belongs to no contact.
///
/// # Panics
/// If their sequences are not consecutive: the engine never does that, and a log that claims other sequences than were
/// told to clients would be worse than a stop.
pub fn encode_input(
    tenant: &TenantName,
    request: Option<&Request>,
    events: &[Recorded],
) -> Vec<Entry> {
    assert!(
        events
            .windows(2)
            .all(|pair| pair[0].seq.checked_add(1) == Some(pair[1].seq)),
        "the events of an input have consecutive sequences"
    );
    let mut entries = Vec::new();
    let mut rest = events;
    while !rest.is_empty() {
        let (stored, personal) = stored_events(rest);
        let (of_record, after) = rest.split_at(stored.len());
        let record = pb::Record {
            schema_version: SCHEMA_VERSION,
            tenant: tenant.as_str().to_owned(),
            first_seq: of_record[0].seq,
            request: None,
            events: stored,
            continues: !entries.is_empty(),
        };
        let request = request.filter(|_| entries.is_empty());
        entries.push(entry(tenant, request, of_record, record, personal));
        rest = after;
    }
    entries
}

/// The first of these events as they are stored, at least one and as many as one record takes, and their personal values.
fn stored_events(events: &[Recorded]) -> (Vec<pb::Event>, Vec<PersonalValue>) {
    let mut bytes = 0;
    let mut stored = Vec::new();
    let mut personal = Vec::new();
    for event in events {
        let mut apart = Apart::after(personal);
        let had = apart.values().len();
        apart.belong_to(event.personal_of().map_or(0, |contact| contact.0));
        let event = pb::Event {
            at_ms: event.at_ms,
            kind: event.event.to_wire(&mut apart),
        };
        personal = apart.into_values();
        bytes += event.encoded_len() + plain_bytes(&personal[had..]);
        if bytes > RECORD_CUT_BYTES && !stored.is_empty() {
            personal.truncate(had);
            break;
        }
        stored.push(event);
    }
    (stored, personal)
}

fn entry(
    tenant: &TenantName,
    request: Option<&Request>,
    events: &[Recorded],
    mut record: pb::Record,
    personal: Vec<PersonalValue>,
) -> Entry {
    record.request = request.map(|request| {
        let mut asked = request.to_wire(&mut Apart::omitted());
        omit_repeated_config(&mut asked, &record.events);
        asked
    });
    if record.encoded_len() > ENTRY_MAX_BYTES {
        // A refused request of any size leaves its refusal behind.
        record.request = None;
    }
    Entry {
        tenant: Arc::from(tenant.as_str()),
        first_seq: record.first_seq,
        last_seq: events.last().map_or(record.first_seq, |event| event.seq),
        at_ms: events.last().map_or(0, |event| event.at_ms),
        payload: record.encode_to_vec().into(),
        personal: personal.into(),
    }
}

/// All of a record.
///
/// # Errors
/// [`CodecError`] names the field that cannot be read.
pub fn decode_record(entry: &Entry) -> Result<DecodedRecord, CodecError> {
    let mut record = pb::Record::decode(entry.payload.as_ref())?;
    check_version(record.schema_version)?;
    if let Some(request) = &mut record.request {
        restore_repeated_config(request, &record.events);
    }
    let request = field(record.request, "request", &Known::Omitted)?;
    let events = read_events(entry, &record.tenant, record.first_seq, record.events)?;
    Ok(DecodedRecord {
        request,
        events,
        continues: record.continues,
    })
}

/// The events of a record; the request is skipped unread. This is what recovery applies.
///
/// # Errors
/// [`CodecError`] names the field that cannot be read.
pub fn decode_events(entry: &Entry) -> Result<Vec<Recorded>, CodecError> {
    let record = pb::RecordEvents::decode(entry.payload.as_ref())?;
    check_version(record.schema_version)?;
    Ok(read_events(
        entry,
        &record.tenant,
        record.first_seq,
        record.events,
    )?)
}

fn read_events(
    entry: &Entry,
    tenant: &str,
    first_seq: u64,
    stored: Vec<pb::Event>,
) -> Result<Vec<Recorded>, FieldError> {
    if *tenant != *entry.tenant {
        return Err(Fault::Misfiled.at("tenant"));
    }
    if first_seq != entry.first_seq {
        return Err(Fault::Misfiled.at("first_seq"));
    }
    let count = entry
        .last_seq
        .checked_sub(first_seq)
        .and_then(|after_first| after_first.checked_add(1));
    if count != Some(stored.len() as u64) {
        return Err(Fault::Misfiled.at("events"));
    }
    let known = Known::Values(&entry.personal);
    let read = |(index, event): (usize, pb::Event)| {
        let at = |error: FieldError| error.within_element(index).within("events");
        let happened = Wire::from_wire(event.kind, &known).map_err(at)?;
        Ok(Recorded {
            seq: first_seq + index as u64,
            at_ms: event.at_ms,
            event: happened,
        })
    };
    stored.into_iter().enumerate().map(read).collect()
}

/// Drops the configuration from a request to apply it when an event of the same record holds the same bytes.
fn omit_repeated_config(request: &mut pb::Request, events: &[pb::Event]) {
    if let Some(config) = requested_config(request)
        && config.as_deref() == applied_config(events)
    {
        *config = None;
    }
}

/// Puts the configuration back that [`omit_repeated_config`] dropped.
fn restore_repeated_config(request: &mut pb::Request, events: &[pb::Event]) {
    if let Some(config @ None) = requested_config(request) {
        *config = applied_config(events).map(<[u8]>::to_vec);
    }
}

fn requested_config(request: &mut pb::Request) -> Option<&mut Option<Vec<u8>>> {
    match request.command.as_mut()?.kind.as_mut()? {
        CommandKind::ApplyConfig(change) => Some(&mut change.config),
        _ => None,
    }
}

fn applied_config(events: &[pb::Event]) -> Option<&[u8]> {
    events.iter().find_map(|event| match &event.kind {
        Some(EventKind::ConfigApplied(applied)) => Some(applied.config.as_slice()),
        _ => None,
    })
}
