//! The journal on a simulated disk keeps every promise that it keeps on a real one.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use acd_journal::{OpenReport, SqliteLog};
use acd_sim::disk::SimDisk;

use store::Store;

#[path = "../../acd-journal/tests/conformance/model.rs"]
mod model;
#[path = "../../acd-journal/tests/conformance/promises.rs"]
mod promises;
#[path = "../../acd-journal/tests/conformance/store.rs"]
mod store;
#[path = "../../acd-journal/tests/conformance/suite.rs"]
mod suite;

const JOURNAL: &str = "/shard.db";

/// How many disks were made.
static MADE: AtomicU64 = AtomicU64::new(0);

struct Simulated(SimDisk);

impl Store for Simulated {
    type Log = SqliteLog;

    fn make() -> (Self, SqliteLog) {
        // What a machine draws follows from its seed; no two are the same one.
        let disk = SimDisk::new(MADE.fetch_add(1, Ordering::Relaxed));
        let opened = SqliteLog::open_or_create_on(&disk.volume(), Path::new(JOURNAL));
        let (log, report) = opened.expect("a new journal");
        assert!(report.is_created);
        (Self(disk), log)
    }

    fn reopen(&self, log: SqliteLog) -> SqliteLog {
        drop(log);
        let volume = self.0.volume();
        let path = Path::new(JOURNAL);
        let all = SqliteLog::verify_on(&volume, path).expect("an intact journal");
        let (log, report) = SqliteLog::open_on(&volume, path).expect("an intact journal");
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

suite::conformance! {
    simulated: crate::Simulated,
}
