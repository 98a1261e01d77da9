//! Where each implementation keeps its log in a test, and how a test gets it back after a restart.

use std::ops::ControlFlow;
use std::sync::Arc;

use acd_journal::{Entry, EventLog, MemoryLog, OpenReport, Snapshot, SqliteLog};
use bytes::Bytes;
use tempfile::TempDir;

/// A place for one log.
pub(crate) trait Store: Sized {
    type Log: EventLog;

    /// A new place with an empty log.
    fn create() -> (Self, Self::Log);

    /// Ends the log as a clean stop does and starts it again.
    fn restart(&self, log: Self::Log) -> Self::Log;
}

/// Has no restart: the log goes on.
pub(crate) struct Memory;

impl Store for Memory {
    type Log = MemoryLog;

    fn create() -> (Self, MemoryLog) {
        (Self, MemoryLog::new().expect("random bytes"))
    }

    fn restart(&self, log: MemoryLog) -> MemoryLog {
        log
    }
}

pub(crate) struct Sqlite(TempDir);

impl Store for Sqlite {
    type Log = SqliteLog;

    fn create() -> (Self, SqliteLog) {
        let dir = TempDir::new().expect("a temporary directory");
        let (log, report) =
            SqliteLog::open_or_create(&dir.path().join("shard.db")).expect("a new journal");
        assert!(report.is_created);
        (Self(dir), log)
    }

    fn restart(&self, log: SqliteLog) -> SqliteLog {
        drop(log);
        let (log, report) =
            SqliteLog::open(&self.0.path().join("shard.db")).expect("an intact journal");
        assert_eq!(
            report,
            OpenReport {
                entries: report.entries,
                ..OpenReport::default()
            }
        );
        log
    }
}

/// An entry of `tenant` with the events `first_seq..=last_seq`, stamped with its last sequence number.
pub(crate) fn entry(tenant: &str, first_seq: u64, last_seq: u64) -> Entry {
    let payload = Bytes::from(format!("{tenant}:{first_seq}-{last_seq}"));
    Entry {
        tenant: tenant.into(),
        first_seq,
        last_seq,
        at_ms: last_seq as i64,
        payload,
    }
}

pub(crate) fn snapshot(tenant: &str, seq: u64) -> Snapshot {
    let payload = Bytes::from(format!("{tenant} at {seq}"));
    Snapshot {
        tenant: tenant.into(),
        seq,
        at_ms: seq as i64,
        payload,
    }
}

/// All entries of a tenant after `after_seq`.
pub(crate) fn read(log: &impl EventLog, tenant: &str, after_seq: u64) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut visit = |entry| {
        entries.push(entry);
        ControlFlow::Continue(())
    };
    log.read(tenant, after_seq, &mut visit)
        .expect("a readable log");
    entries
}

pub(crate) fn tenants(log: &impl EventLog) -> Vec<String> {
    log.tenants().iter().map(Arc::to_string).collect()
}

/// Where the kept snapshots stand, newest first.
pub(crate) fn snapshot_seqs(log: &impl EventLog, tenant: &str) -> Vec<u64> {
    log.snapshots(tenant)
        .expect("readable snapshots")
        .iter()
        .map(|kept| kept.seq)
        .collect()
}
