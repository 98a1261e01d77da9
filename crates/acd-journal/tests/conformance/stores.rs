//! Where each implementation of this crate keeps its log in a test, and how a test gets it back after a restart.

use acd_journal::{MemoryLog, OpenReport, SqliteLog};
use tempfile::TempDir;

use crate::store::Store;

/// Has no restart: the log goes on.
pub(crate) struct Memory;

impl Store for Memory {
    type Log = MemoryLog;

    fn make() -> (Self, MemoryLog) {
        (Self, MemoryLog::new().expect("random bytes"))
    }

    fn reopen(&self, log: MemoryLog) -> MemoryLog {
        log
    }
}

pub(crate) struct Sqlite(TempDir);

impl Store for Sqlite {
    type Log = SqliteLog;

    fn make() -> (Self, SqliteLog) {
        let dir = TempDir::new().expect("a temporary directory");
        let (log, report) =
            SqliteLog::open_or_create(&dir.path().join("shard.db")).expect("a new journal");
        assert!(report.is_created);
        (Self(dir), log)
    }

    fn reopen(&self, log: SqliteLog) -> SqliteLog {
        drop(log);
        let path = self.0.path().join("shard.db");
        let all = SqliteLog::verify(&path).expect("an intact journal");
        let (log, report) = SqliteLog::open(&path).expect("an intact journal");
        for report in [all, report] {
            assert_eq!(
                report,
                OpenReport {
                    entries: report.entries,
                    ..OpenReport::default()
                }
            );
        }
        log
    }
}
