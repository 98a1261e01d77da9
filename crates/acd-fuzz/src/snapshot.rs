//! Snapshots: the bytes are the payload of one.

use std::sync::Arc;

use crate::journal_records::values;
use acd_core::ids::TenantName;
use acd_core::state::Facts;
use acd_journal::Snapshot;
use acd_journal::codec::{decode_snapshot, encode_snapshot};
use acd_proto::journal::v1 as pb;
use prost::Message as _;

/// The bytes are refused, or become a state that is the same when it is written and read again.
pub fn run(bytes: &[u8]) {
    // Filed under what the payload itself says.
    let stored = pb::Snapshot::decode(bytes).unwrap_or_default();
    let snapshot = Snapshot {
        tenant: Arc::from(stored.tenant),
        seq: stored.seq,
        at_ms: stored.at_ms,
        payload: bytes.to_vec().into(),
        personal: values(),
    };
    let Ok(facts) = decode_snapshot(&snapshot) else {
        return;
    };
    let tenant = TenantName::from(&*snapshot.tenant);
    let written = encode_snapshot(
        &tenant,
        snapshot.seq,
        snapshot.at_ms,
        facts.clone(),
        bytes.len(),
    );
    let written = written.expect("every state can be written");
    let again: Facts = decode_snapshot(&written).expect("what was written can be read");
    assert_eq!(again, facts);
}
