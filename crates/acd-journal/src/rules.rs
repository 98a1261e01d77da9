//! What every store demands of a batch, a snapshot and a truncation before it touches anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::log::{
    BATCH_MAX_BYTES, BATCH_MAX_ENTRIES, ENTRY_MAX_BYTES, Entry, LogError, SEQ_MAX,
    SNAPSHOT_MAX_BYTES, SNAPSHOTS_KEPT, Snapshot, SnapshotMark, TENANT_NAME_MAX_BYTES,
};

/// Where the log of a tenant ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// Its last event; 0 before the first.
    pub(crate) last_seq: u64,
    /// The time of its last entry, milliseconds.
    pub(crate) last_at_ms: i64,
}

impl Head {
    /// The head of a log without entries.
    pub(crate) const EMPTY: Self = Self {
        last_seq: 0,
        last_at_ms: i64::MIN,
    };
}

/// Checks a whole batch against the heads of its tenants, and returns the heads they have once it is written.
pub(crate) fn check_batch(
    batch: &[Entry],
    head_of: impl Fn(&str) -> Option<Head>,
) -> Result<BTreeMap<&Arc<str>, Head>, LogError> {
    let bytes = batch.iter().map(Entry::bytes).sum();
    if batch.len() > BATCH_MAX_ENTRIES || bytes > BATCH_MAX_BYTES {
        return Err(LogError::BatchTooLarge {
            entries: batch.len(),
            bytes,
        });
    }
    let mut heads = BTreeMap::new();
    for entry in batch {
        let head = heads
            .entry(&entry.tenant)
            .or_insert_with(|| head_of(&entry.tenant).unwrap_or(Head::EMPTY));
        check_entry(entry, *head)?;
        *head = Head {
            last_seq: entry.last_seq,
            last_at_ms: entry.at_ms,
        };
    }
    Ok(heads)
}

fn check_entry(entry: &Entry, head: Head) -> Result<(), LogError> {
    let &Entry {
        ref tenant,
        first_seq,
        last_seq,
        at_ms,
        ..
    } = entry;
    let bytes = entry.bytes();
    if tenant.is_empty() || tenant.len() > TENANT_NAME_MAX_BYTES {
        return Err(LogError::TenantName {
            bytes: tenant.len(),
        });
    }
    if bytes > ENTRY_MAX_BYTES {
        return Err(LogError::EntryTooLarge {
            tenant: tenant.clone(),
            first_seq,
            bytes,
        });
    }
    if last_seq < first_seq || last_seq > SEQ_MAX {
        return Err(LogError::SequenceRange {
            tenant: tenant.clone(),
            first_seq,
            last_seq,
        });
    }
    if first_seq != head.last_seq + 1 {
        return Err(LogError::OutOfSequence {
            tenant: tenant.clone(),
            expected: head.last_seq + 1,
            first_seq,
        });
    }
    if at_ms < head.last_at_ms {
        let last_at_ms = head.last_at_ms;
        return Err(LogError::TimeWentBack {
            tenant: tenant.clone(),
            first_seq,
            at_ms,
            last_at_ms,
        });
    }
    Ok(())
}

/// Checks a snapshot against the end of its tenant's log and the kept ones, given newest first.
pub(crate) fn check_snapshot(
    snapshot: &Snapshot,
    last_seq: u64,
    kept: &[SnapshotMark],
) -> Result<(), LogError> {
    let &Snapshot {
        ref tenant, seq, ..
    } = snapshot;
    let bytes = snapshot.bytes();
    if bytes > SNAPSHOT_MAX_BYTES {
        return Err(LogError::SnapshotTooLarge {
            tenant: tenant.clone(),
            seq,
            bytes,
        });
    }
    if seq > last_seq || last_seq == 0 {
        return Err(LogError::SnapshotAhead {
            tenant: tenant.clone(),
            seq,
            last_seq,
        });
    }
    match kept.first() {
        Some(newest) if seq < newest.seq => Err(LogError::SnapshotStale {
            tenant: tenant.clone(),
            seq,
            newest_seq: newest.seq,
        }),
        _ => Ok(()),
    }
}

/// Checks a truncation against the kept snapshots, given newest first.
pub(crate) fn check_truncate(
    tenant: &str,
    up_to_seq: u64,
    kept: &[SnapshotMark],
) -> Result<(), LogError> {
    let older_seq = kept.get(SNAPSHOTS_KEPT - 1).map(|older| older.seq);
    match older_seq {
        Some(older_seq) if up_to_seq <= older_seq => Ok(()),
        _ => Err(LogError::TruncatePastSnapshot {
            tenant: tenant.into(),
            up_to_seq,
            older_seq,
        }),
    }
}

/// Checks that the events a reader asks for are still kept.
pub(crate) fn check_kept(tenant: &str, after_seq: u64, kept_after: u64) -> Result<(), LogError> {
    if after_seq >= kept_after {
        return Ok(());
    }
    Err(LogError::NoLongerKept {
        tenant: tenant.into(),
        after_seq,
        first_kept_seq: kept_after + 1,
    })
}
