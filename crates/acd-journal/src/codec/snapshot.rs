//! The state of a tenant after an event: `Snapshot` of `record.proto`.

use std::sync::Arc;

use acd_core::ids::{TenantName, TimeMs};
use acd_proto::journal::v1 as pb;
use prost::Message;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{CodecError, Fault};
use super::{SCHEMA_VERSION, check_version};
use crate::Snapshot;

/// The snapshot of a state that holds the effect of every event up to `seq`, which happened at `at_ms`. The state is
/// MessagePack with named fields.
///
/// # Errors
/// [`CodecError::StateUnwritable`] if the state has a form that MessagePack has not.
pub fn encode_snapshot<T: Serialize>(
    tenant: &TenantName,
    seq: u64,
    at_ms: TimeMs,
    state: &T,
) -> Result<Snapshot, CodecError> {
    let stored = pb::Snapshot {
        schema_version: SCHEMA_VERSION,
        tenant: tenant.as_str().to_owned(),
        seq,
        at_ms,
        state: rmp_serde::to_vec_named(state)?,
    };
    Ok(Snapshot {
        tenant: Arc::from(tenant.as_str()),
        seq,
        at_ms,
        payload: stored.encode_to_vec().into(),
    })
}

/// The state in a snapshot.
///
/// # Errors
/// [`CodecError`] names what cannot be read; an older snapshot, or the events from the first on, do as well.
pub fn decode_snapshot<T: DeserializeOwned>(snapshot: &Snapshot) -> Result<T, CodecError> {
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
    Ok(rmp_serde::from_slice(&stored.state)?)
}
