//! One handled input as one entry of the log: `record.proto`.

use std::sync::Arc;

use acd_core::command::Request;
use acd_core::event::Recorded;
use acd_core::ids::TenantName;
use acd_proto::journal::v1 as pb;
use pb::command::Kind as CommandKind;
use pb::event::Kind as EventKind;
use prost::Message;

use super::error::{CodecError, Fault, FieldError};
use super::mapping::{Wire, field};
use super::{SCHEMA_VERSION, check_version};
use crate::Entry;

/// A record as it was encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodedRecord {
    /// What was asked; none: time itself was the input.
    pub request: Option<Request>,
    /// What happened, in order.
    pub events: Vec<Recorded>,
}

/// The entry for one handled input: what was asked, if anything, and the events it caused. An entry's time is that of
/// its last event.
///
/// # Panics
/// If there is no event, or their sequences are not consecutive: the engine never does that, and a log that claims
/// other sequences than were told to clients would be worse than a stop.
pub fn encode_record(tenant: &TenantName, request: Option<&Request>, events: &[Recorded]) -> Entry {
    let (Some(first), Some(last)) = (events.first(), events.last()) else {
        panic!("a record holds at least one event");
    };
    assert!(
        events
            .windows(2)
            .all(|pair| pair[0].seq.checked_add(1) == Some(pair[1].seq)),
        "the events of a record have consecutive sequences"
    );

    let events: Vec<pb::Event> = events.iter().map(stored_event).collect();
    let request = request.map(|request| {
        let mut stored = request.to_wire();
        omit_repeated_config(&mut stored, &events);
        stored
    });
    let record = pb::Record {
        schema_version: SCHEMA_VERSION,
        tenant: tenant.as_str().to_owned(),
        first_seq: first.seq,
        events,
        request,
    };
    Entry {
        tenant: Arc::from(tenant.as_str()),
        first_seq: first.seq,
        last_seq: last.seq,
        at_ms: last.at_ms,
        payload: record.encode_to_vec().into(),
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
    let request = field(record.request, "request")?;
    let events = read_events(entry, &record.tenant, record.first_seq, record.events)?;
    Ok(DecodedRecord { request, events })
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

fn stored_event(recorded: &Recorded) -> pb::Event {
    pb::Event {
        at_ms: recorded.at_ms,
        kind: recorded.event.to_wire(),
    }
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
    let read = |(index, event): (usize, pb::Event)| {
        let at = |error: FieldError| error.within_element(index).within("events");
        let happened = Wire::from_wire(event.kind).map_err(at)?;
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
