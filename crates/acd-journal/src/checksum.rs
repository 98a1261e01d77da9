//! The checksum every stored row carries: CRC-32 over all that identifies it and its payload.

use crc32fast::Hasher;

/// The checksum of an entry.
pub(crate) fn of_entry(
    tenant: &str,
    first_seq: u64,
    last_seq: u64,
    at_ms: i64,
    payload: &[u8],
) -> u32 {
    of(b'E', tenant, [first_seq, last_seq], at_ms, payload)
}

/// The checksum of a snapshot.
pub(crate) fn of_snapshot(tenant: &str, seq: u64, at_ms: i64, payload: &[u8]) -> u32 {
    of(b'S', tenant, [seq, seq], at_ms, payload)
}

/// The checksum of a tenant's row.
pub(crate) fn of_tenant(name: &str, kept_after: u64) -> u32 {
    of(b'T', name, [kept_after, 0], 0, &[])
}

/// The checksum of the journal's own row.
pub(crate) fn of_journal(id: &str, last_at_ms: Option<i64>) -> u32 {
    of(
        b'J',
        id,
        [u64::from(last_at_ms.is_some()), 0],
        last_at_ms.unwrap_or(0),
        &[],
    )
}

/// Fixed-width fields first, then the name with its length and the payload, so that no two records read alike.
fn of(kind: u8, tenant: &str, seqs: [u64; 2], at_ms: i64, payload: &[u8]) -> u32 {
    let mut hasher = Hasher::new();
    hasher.update(&[kind]);
    hasher.update(&seqs[0].to_le_bytes());
    hasher.update(&seqs[1].to_le_bytes());
    hasher.update(&at_ms.to_le_bytes());
    hasher.update(&(tenant.len() as u64).to_le_bytes());
    hasher.update(tenant.as_bytes());
    hasher.update(payload);
    hasher.finalize()
}
