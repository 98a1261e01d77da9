//! A log in memory that stands still when a test wants it to, as a disk does that hangs.

use std::sync::Arc;

use acd_journal::{Entry, EventLog, JournalId, LogError, LogKeeper, MemoryLog, Standing};
use tokio::sync::{Mutex, Notify};

/// A log that takes a batch when its gate is open.
pub(crate) struct GatedLog {
    log: MemoryLog,
    gate: Arc<Gate>,
}

/// A gate before a log.
#[derive(Default)]
pub(crate) struct Gate {
    /// Whoever holds it keeps the gate closed.
    pub(crate) passage: Mutex<()>,
    /// A batch stands before the closed gate.
    pub(crate) stands: Notify,
}

impl GatedLog {
    /// An empty log behind this gate.
    pub(crate) fn behind(gate: Arc<Gate>) -> Self {
        let log = MemoryLog::new().expect("a random id");
        Self { log, gate }
    }
}

impl EventLog for GatedLog {
    fn journal_id(&self) -> JournalId {
        self.log.journal_id()
    }

    fn append(&mut self, batch: &[Entry]) -> Result<(), LogError> {
        if self.gate.passage.try_lock().is_err() {
            self.gate.stands.notify_one();
        }
        let _open = self.gate.passage.blocking_lock();
        self.log.append(batch)
    }

    fn tenants(&self) -> Vec<Arc<str>> {
        self.log.tenants()
    }

    fn standing(&self, tenant: &str) -> Option<Standing> {
        self.log.standing(tenant)
    }

    fn last_at_ms(&self) -> Option<i64> {
        self.log.last_at_ms()
    }

    fn delete_tenant(&mut self, tenant: &str) -> Result<(), LogError> {
        self.log.delete_tenant(tenant)
    }

    fn check_place(&self) -> Result<(), LogError> {
        self.log.check_place()
    }

    fn keeper(&self) -> Result<Box<dyn LogKeeper>, LogError> {
        self.log.keeper()
    }
}
