//! The state of a tenant after an event: `Snapshot` of `record.proto`.

use std::io::{self, Write};
use std::sync::Arc;
use std::{mem, thread};

use acd_core::ids::{TenantName, TimeMs};
use acd_core::personal::Personal;
use acd_core::state::Facts;
use acd_proto::journal::v1 as pb;
use bytes::Bytes;
use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint};

use super::error::{CodecError, Fault, FieldError};
use super::{SCHEMA_VERSION, check_version};
use crate::{PersonalValue, Snapshot};

/// The snapshot of a state that holds the effect of every event up to `seq`, which happened at `at_ms`. The state is
/// MessagePack with named fields; personal values of contacts stand beside it. About so many bytes are expected: a state of some megabytes is not to be copied
/// whenever there are more.
///
/// # Errors
/// [`CodecError::StateUnwritable`] if the state has a form that MessagePack has not.
pub fn encode_snapshot(
    tenant: &TenantName,
    seq: u64,
    at_ms: TimeMs,
    mut state: Facts,
    expected_bytes: usize,
) -> Result<Snapshot, CodecError> {
    let personal = take_apart(&mut state);
    let mut head = pb::Snapshot {
        schema_version: SCHEMA_VERSION,
        tenant: tenant.as_str().to_owned(),
        seq,
        at_ms,
        state: Vec::new(),
    }
    .encode_to_vec();
    encode_key(STATE, WireType::LengthDelimited, &mut head);
    // What comes before the state says how long it is, and has its place kept free.
    let kept_free = head.len() + encoded_len_varint(u64::MAX);
    let mut bytes = Yielding {
        written: Vec::with_capacity(kept_free + expected_bytes),
        yielded_at: kept_free,
    };
    bytes.written.resize(kept_free, 0);
    rmp_serde::encode::write_named(&mut bytes, &state)?;
    let mut payload = bytes.written;
    encode_varint((payload.len() - kept_free) as u64, &mut head);
    let begin = kept_free - head.len();
    payload[begin..kept_free].copy_from_slice(&head);
    Ok(Snapshot {
        tenant: Arc::from(tenant.as_str()),
        seq,
        at_ms,
        payload: Bytes::from(payload).slice(begin..),
        personal: personal.into(),
    })
}

/// Takes the personal values of contacts out of a state: each has its place among them in it.
fn take_apart(state: &mut Facts) -> Vec<PersonalValue> {
    let mut values = Vec::new();
    state.visit_personal(&mut |contact, value| {
        let place = Personal::from(values.len().to_string());
        values.push(PersonalValue {
            contact: contact.0,
            value: mem::replace(value, place),
        });
    });
    values
}

/// Puts them back.
fn put_together(state: &mut Facts, values: &[PersonalValue]) -> Result<(), FieldError> {
    let mut wrong = None;
    state.visit_personal(&mut |_, value| {
        let place = value.reveal().parse::<usize>();
        match place.ok().and_then(|place| values.get(place)) {
            Some(known) => *value = known.value.clone(),
            None => wrong = Some(Fault::Misfiled.at("state")),
        }
    });
    state.forget_erased_customers();
    wrong.map_or(Ok(()), Err)
}

/// The number of the state's field.
const STATE: u32 = 5;

/// Bytes that are written by a thread which lets others have their turn now and then: a large state takes long.
struct Yielding {
    written: Vec<u8>,
    /// How many of them there were at the last turn of others.
    yielded_at: usize,
}

/// How many bytes are written in one turn.
const BYTES_AT_ONCE: usize = 16 << 10;

impl Write for Yielding {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.written.extend_from_slice(bytes);
        if self.written.len() - self.yielded_at >= BYTES_AT_ONCE {
            self.yielded_at = self.written.len();
            thread::yield_now();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The state in a snapshot.
///
/// # Errors
/// [`CodecError`] names what cannot be read; an older snapshot, or the events from the first on, do as well.
pub fn decode_snapshot(snapshot: &Snapshot) -> Result<Facts, CodecError> {
    let stored = pb::Snapshot::decode(snapshot.payload.as_ref())?;
    check_version(stored.schema_version)?;
    for (same, name) in [
        (*stored.tenant == *snapshot.tenant, "tenant"),
        (stored.seq == snapshot.seq, "seq"),
        (stored.at_ms == snapshot.at_ms, "at_ms"),
    ] {
        if !same {
            return Err(Fault::Misfiled.at(name).into());
        }
    }
    let mut state = rmp_serde::from_slice(&stored.state)?;
    put_together(&mut state, &snapshot.personal)?;
    Ok(state)
}
