//! What a promise needs of the place where a store keeps its log, and how it looks at the log.

use std::ops::ControlFlow;
use std::sync::Arc;

use acd_journal::{Entry, EventLog, LogKeeper, Snapshot, Standing};
use bytes::Bytes;

/// A place for one log.
pub(crate) trait Store: Sized {
    type Log: EventLog;

    /// A new place with an empty log.
    fn make() -> (Self, Self::Log);

    /// Ends the log as a clean stop does and starts it again.
    fn reopen(&self, log: Self::Log) -> Self::Log;

    /// A new place, and both handles onto its empty log.
    fn create() -> (Self, Handles<Self::Log>) {
        let (store, writer) = Self::make();
        (store, Handles::of(writer))
    }

    fn restart(&self, log: Handles<Self::Log>) -> Handles<Self::Log> {
        let Handles { writer, keeper } = log;
        drop(keeper);
        Handles::of(self.reopen(writer))
    }
}

/// The writer's handle onto a log, and one for the rest.
pub(crate) struct Handles<L> {
    pub(crate) writer: L,
    pub(crate) keeper: Box<dyn LogKeeper>,
}

impl<L: EventLog> Handles<L> {
    fn of(writer: L) -> Self {
        let keeper = writer.keeper().expect("another handle");
        Self { writer, keeper }
    }

    /// Does all the upkeep there is.
    pub(crate) fn maintain(&mut self) {
        let mut pieces = 0;
        while self.keeper.maintain().expect("upkeep") {
            pieces += 1;
            assert!(pieces < 1_000, "upkeep must come to an end");
        }
    }

    /// Where a tenant stands: both handles say the same.
    pub(crate) fn standing(&self, tenant: &str) -> Option<Standing> {
        let standing = self.writer.standing(tenant);
        assert_eq!(standing, self.keeper.standing(tenant));
        standing
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
        ..Entry::default()
    }
}

pub(crate) fn snapshot(tenant: &str, seq: u64) -> Snapshot {
    let payload = Bytes::from(format!("{tenant} at {seq}"));
    Snapshot {
        tenant: tenant.into(),
        seq,
        at_ms: seq as i64,
        payload,
        ..Snapshot::default()
    }
}

/// All entries of a tenant after `after_seq`.
pub(crate) fn read<L>(log: &Handles<L>, tenant: &str, after_seq: u64) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut visit = |entry| {
        entries.push(entry);
        ControlFlow::Continue(())
    };
    log.keeper
        .read(tenant, after_seq, &mut visit)
        .expect("a readable log");
    entries
}

pub(crate) fn tenants<L: EventLog>(log: &Handles<L>) -> Vec<String> {
    let tenants = log.writer.tenants();
    assert_eq!(tenants, log.keeper.tenants());
    tenants.iter().map(Arc::to_string).collect()
}

/// Where the kept snapshots stand, newest first.
pub(crate) fn snapshot_seqs<L: EventLog>(log: &Handles<L>, tenant: &str) -> Vec<u64> {
    let seqs = |snapshot: &Snapshot| snapshot.seq;
    let snapshots = log.keeper.snapshots(tenant).expect("readable snapshots");
    let stands = log
        .standing(tenant)
        .map_or_else(Vec::new, |stands| stands.snapshots);
    let seqs: Vec<u64> = snapshots.iter().map(seqs).collect();
    assert_eq!(seqs, stands.iter().map(|mark| mark.seq).collect::<Vec<_>>());
    seqs
}
