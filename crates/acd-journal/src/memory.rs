//! [`MemoryLog`]: the log without a disk, for tests, simulation and replay on the virtual clock.

use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::log::{Entry, EventLog, JournalId, LogError, SNAPSHOTS_KEPT, Snapshot, Upkeep};
use crate::rules::{self, Head};

/// An [`EventLog`] that lives and ends with the process. It keeps every rule of the trait but durability.
#[derive(Debug)]
pub struct MemoryLog {
    id: JournalId,
    tenants: BTreeMap<Arc<str>, TenantLog>,
    last_at_ms: Option<i64>,
    faults: AppendFaults,
}

#[derive(Debug)]
struct TenantLog {
    head: Head,
    /// Events up to here have been truncated.
    kept_after: u64,
    entries: VecDeque<Entry>,
    /// Newest first.
    snapshots: VecDeque<Snapshot>,
}

/// Makes appends of one [`MemoryLog`] fail, as a full or broken disk would; may be used from another thread.
#[derive(Debug, Clone, Default)]
pub struct AppendFaults(Arc<AtomicU32>);

impl AppendFaults {
    /// The next `count` non-empty appends fail with [`LogError::Storage`] and write nothing. Replaces what was asked
    /// before; 0 heals the log.
    pub fn fail_next(&self, count: u32) {
        self.0.store(count, Ordering::SeqCst);
    }

    fn take(&self) -> bool {
        self.0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            })
            .is_ok()
    }
}

impl MemoryLog {
    /// An empty log.
    ///
    /// # Errors
    /// [`LogError::Storage`] if the operating system gives no random bytes for the journal id.
    pub fn new() -> Result<Self, LogError> {
        Ok(Self {
            id: JournalId::random()?,
            tenants: BTreeMap::new(),
            last_at_ms: None,
            faults: AppendFaults::default(),
        })
    }

    /// The switch that makes appends fail.
    pub fn append_faults(&self) -> AppendFaults {
        self.faults.clone()
    }
}

impl EventLog for MemoryLog {
    fn journal_id(&self) -> JournalId {
        self.id
    }

    fn append(&mut self, batch: &[Entry]) -> Result<(), LogError> {
        let heads =
            rules::check_batch(batch, |tenant| self.tenants.get(tenant).map(|log| log.head))?;
        if !batch.is_empty() && self.faults.take() {
            return Err(LogError::storage(
                "append the batch",
                "a fault asked for by the test",
            ));
        }
        for (tenant, head) in heads {
            self.tenants
                .entry(tenant.clone())
                .or_insert_with(TenantLog::empty)
                .head = head;
        }
        for entry in batch {
            if let Some(log) = self.tenants.get_mut(&entry.tenant) {
                log.entries.push_back(entry.clone());
            }
            self.last_at_ms = self.last_at_ms.max(Some(entry.at_ms));
        }
        Ok(())
    }

    fn tenants(&self) -> Vec<Arc<str>> {
        self.tenants.keys().cloned().collect()
    }

    fn last_seq(&self, tenant: &str) -> u64 {
        self.tenants.get(tenant).map_or(0, |log| log.head.last_seq)
    }

    fn last_at_ms(&self) -> Option<i64> {
        self.last_at_ms
    }

    fn read(
        &self,
        tenant: &str,
        after_seq: u64,
        visit: &mut dyn FnMut(Entry) -> ControlFlow<()>,
    ) -> Result<(), LogError> {
        let Some(log) = self.tenants.get(tenant) else {
            return Ok(());
        };
        if after_seq < log.kept_after {
            return Err(LogError::NoLongerKept {
                tenant: tenant.into(),
                after_seq,
                first_kept_seq: log.kept_after + 1,
            });
        }
        let begin = log
            .entries
            .partition_point(|entry| entry.last_seq <= after_seq);
        for entry in log.entries.range(begin..) {
            if visit(entry.clone()).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn save_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), LogError> {
        let newest_seq = self.kept_seqs(&snapshot.tenant).first().copied();
        rules::check_snapshot(snapshot, self.last_seq(&snapshot.tenant), newest_seq)?;
        if let Some(log) = self.tenants.get_mut(&snapshot.tenant) {
            if newest_seq == Some(snapshot.seq) {
                log.snapshots.pop_front();
            }
            log.snapshots.push_front(snapshot.clone());
            log.snapshots.truncate(SNAPSHOTS_KEPT);
        }
        Ok(())
    }

    fn snapshots(&self, tenant: &str) -> Result<Vec<Snapshot>, LogError> {
        Ok(self
            .tenants
            .get(tenant)
            .map_or_else(Vec::new, |log| log.snapshots.iter().cloned().collect()))
    }

    fn truncate(&mut self, tenant: &str, up_to_seq: u64) -> Result<(), LogError> {
        rules::check_truncate(tenant, up_to_seq, &self.kept_seqs(tenant))?;
        if let Some(log) = self.tenants.get_mut(tenant) {
            while let Some(entry) = log
                .entries
                .pop_front_if(|entry| entry.last_seq <= up_to_seq)
            {
                log.kept_after = entry.last_seq;
            }
        }
        Ok(())
    }

    fn delete_tenant(&mut self, tenant: &str) -> Result<(), LogError> {
        self.tenants.remove(tenant);
        Ok(())
    }

    fn check_place(&self) -> Result<(), LogError> {
        Ok(())
    }

    fn upkeep(&self) -> Upkeep {
        Upkeep::None
    }

    fn maintain(&mut self) -> Result<(), LogError> {
        Ok(())
    }
}

impl MemoryLog {
    /// Where the kept snapshots of a tenant stand, newest first.
    fn kept_seqs(&self, tenant: &str) -> Vec<u64> {
        self.tenants.get(tenant).map_or_else(Vec::new, |log| {
            log.snapshots.iter().map(|kept| kept.seq).collect()
        })
    }
}

impl TenantLog {
    fn empty() -> Self {
        Self {
            head: Head::EMPTY,
            kept_after: 0,
            entries: VecDeque::new(),
            snapshots: VecDeque::new(),
        }
    }
}
