//! [`MemoryLog`]: the log without a disk, for tests, simulation and replay on the virtual clock.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use acd_core::personal::Personal;

use crate::keys::{Keys, Sealer};
use crate::log::{
    Entry, EventLog, JournalId, LogError, LogKeeper, LogReader, PersonalValue, SNAPSHOTS_KEPT,
    Snapshot, SnapshotMark, Standing,
};
use crate::rules::{self, Head};
use crate::volume::SystemVolume;

/// An [`EventLog`] that lives and ends with its handles. It keeps every rule of the traits but durability.
#[derive(Debug)]
pub struct MemoryLog {
    id: JournalId,
    journal: Shared,
    faults: AppendFaults,
}

/// Another handle onto a [`MemoryLog`].
#[derive(Debug)]
struct MemoryKeeper(Shared);

/// What the handles share.
#[derive(Debug, Clone)]
struct Shared(Arc<Mutex<Journal>>);

#[derive(Debug)]
struct Journal {
    /// For what is kept elsewhere: what is here needs no seal.
    keys: Keys,
    tenants: BTreeMap<Arc<str>, TenantLog>,
    /// The last number given to a life of a tenant.
    lives: u64,
    last_at_ms: Option<i64>,
}

#[derive(Debug)]
struct TenantLog {
    life: u64,
    head: Head,
    /// Events up to here have been truncated.
    kept_after: u64,
    entries: VecDeque<Entry>,
    /// Newest first.
    snapshots: VecDeque<Snapshot>,
    erased: Erased,
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
            id: JournalId::draw(&SystemVolume)
                .map_err(|source| LogError::storage("draw a journal id", source))?,
            journal: Shared(Arc::new(Mutex::new(Journal {
                keys: Keys::in_memory(),
                tenants: BTreeMap::new(),
                lives: 0,
                last_at_ms: None,
            }))),
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
        let mut journal = self.journal.lock();
        let heads = rules::check_batch(batch, |tenant| {
            journal.tenants.get(tenant).map(|log| log.head)
        })?;
        if !batch.is_empty() && self.faults.take() {
            return Err(LogError::storage(
                "append the batch",
                "a fault asked for by the test",
            ));
        }
        for (tenant, head) in heads {
            let log = journal.tenant(tenant);
            log.head = head;
            let life = log.life as i64;
            let granted = journal.keys.grant(life, 0);
            granted.map_err(|error| LogError::storage("make the keys of a tenant", error))?;
        }
        for entry in batch {
            journal.last_at_ms = journal.last_at_ms.max(Some(entry.at_ms));
            let log = journal.tenant(&entry.tenant);
            let mut entry = entry.clone();
            // What belongs to a contact that is erased is not taken in.
            log.erased.erase_in(&mut entry.personal);
            log.entries.push_back(entry);
        }
        Ok(())
    }

    fn tenants(&self) -> Vec<Arc<str>> {
        self.journal.tenants()
    }

    fn standing(&self, tenant: &str) -> Option<Standing> {
        self.journal.standing(tenant)
    }

    fn last_at_ms(&self) -> Option<i64> {
        self.journal.lock().last_at_ms
    }

    fn delete_tenant(&mut self, tenant: &str) -> Result<(), LogError> {
        self.journal.lock().tenants.remove(tenant);
        Ok(())
    }

    fn check_place(&self) -> Result<(), LogError> {
        Ok(())
    }

    fn keeper(&self) -> Result<Box<dyn LogKeeper>, LogError> {
        Ok(Box::new(MemoryKeeper(self.journal.clone())))
    }
}

impl LogReader for MemoryKeeper {
    fn tenants(&self) -> Vec<Arc<str>> {
        self.0.tenants()
    }

    fn standing(&self, tenant: &str) -> Option<Standing> {
        self.0.standing(tenant)
    }

    fn read(
        &self,
        tenant: &str,
        after_seq: u64,
        visit: &mut dyn FnMut(Entry) -> ControlFlow<()>,
    ) -> Result<(), LogError> {
        // Cheap copies, so that nobody waits for the visitor.
        let entries: Vec<Entry> = {
            let journal = self.0.lock();
            let Some(log) = journal.tenants.get(tenant) else {
                return Ok(());
            };
            rules::check_kept(tenant, after_seq, log.kept_after)?;
            log.entries
                .range(log.begin_of(after_seq)..)
                .cloned()
                .collect()
        };
        let _ = entries.into_iter().try_for_each(visit);
        Ok(())
    }

    fn snapshots(&self, tenant: &str) -> Result<Vec<Snapshot>, LogError> {
        let journal = self.0.lock();
        let log = journal.tenants.get(tenant);
        Ok(log.map_or_else(Vec::new, |log| log.snapshots.iter().cloned().collect()))
    }

    fn sealed(&self, snapshot: &Snapshot) -> Snapshot {
        let journal = self.0.lock();
        Sealer::new().seal_snapshot(&journal.keys, journal.number(&snapshot.tenant), snapshot)
    }

    fn opened(&self, sealed: &Snapshot) -> Option<Snapshot> {
        let journal = self.0.lock();
        Sealer::new().open_snapshot(&journal.keys, journal.number(&sealed.tenant), sealed)
    }

    fn last_seq_before(&self, tenant: &str, at_ms: i64) -> Result<u64, LogError> {
        let journal = self.0.lock();
        let older = journal.tenants.get(tenant).and_then(|log| {
            let begin = log.entries.partition_point(|entry| entry.at_ms < at_ms);
            log.entries.get(begin.checked_sub(1)?)
        });
        Ok(older.map_or(0, |entry| entry.last_seq))
    }
}

impl LogKeeper for MemoryKeeper {
    fn save_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), LogError> {
        let mut journal = self.0.lock();
        let log = journal.tenants.get_mut(&snapshot.tenant);
        let marks = log.as_ref().map_or_else(Vec::new, |log| log.marks());
        let last_seq = log.as_ref().map_or(0, |log| log.head.last_seq);
        rules::check_snapshot(snapshot, last_seq, &marks)?;
        if let Some(log) = log {
            if marks
                .first()
                .is_some_and(|newest| newest.seq == snapshot.seq)
            {
                log.snapshots.pop_front();
            }
            let mut snapshot = snapshot.clone();
            log.erased.erase_in(&mut snapshot.personal);
            log.snapshots.push_front(snapshot);
            log.snapshots.truncate(SNAPSHOTS_KEPT);
        }
        Ok(())
    }

    fn truncate(&mut self, tenant: &str, up_to_seq: u64) -> Result<(), LogError> {
        let mut journal = self.0.lock();
        let log = journal.tenants.get_mut(tenant);
        let marks = log.as_ref().map_or_else(Vec::new, |log| log.marks());
        rules::check_truncate(tenant, up_to_seq, &marks)?;
        if let Some(log) = log {
            while let Some(entry) = log
                .entries
                .pop_front_if(|entry| entry.last_seq <= up_to_seq)
            {
                log.kept_after = entry.last_seq;
            }
        }
        Ok(())
    }

    fn bytes(&self) -> Result<u64, LogError> {
        let journal = self.0.lock();
        let entries = journal.tenants.values().flat_map(|log| &log.entries);
        Ok(entries.map(|entry| entry.bytes() as u64).sum())
    }

    fn erase(&mut self, tenant: &str, contacts: &[u64]) -> Result<(), LogError> {
        let mut journal = self.0.lock();
        let Some(log) = journal.tenants.get_mut(tenant) else {
            return Ok(());
        };
        log.erased.contacts.extend(contacts);
        log.erase_known();
        let life = log.life as i64;
        let destroyed = journal.keys.destroy(life, contacts);
        destroyed.map_err(|error| LogError::storage("destroy keys", error))
    }

    fn erase_through(&mut self, tenant: &str, contact: u64, kept: &[u64]) -> Result<(), LogError> {
        let mut journal = self.0.lock();
        let Some(log) = journal.tenants.get_mut(tenant) else {
            return Ok(());
        };
        log.erased.through(contact, kept);
        log.erase_known();
        let life = log.life as i64;
        let destroyed = journal.keys.destroy_through(life, contact, kept);
        destroyed.map_err(|error| LogError::storage("destroy keys", error))
    }

    fn maintain(&mut self) -> Result<bool, LogError> {
        Ok(false)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Journal> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tenants(&self) -> Vec<Arc<str>> {
        self.lock().tenants.keys().cloned().collect()
    }

    fn standing(&self, tenant: &str) -> Option<Standing> {
        let journal = self.lock();
        let log = journal.tenants.get(tenant)?;
        Some(Standing {
            life: log.life,
            kept_after: log.kept_after,
            last_seq: log.head.last_seq,
            last_at_ms: log.head.last_at_ms,
            snapshots: log.marks(),
        })
    }
}

impl Journal {
    /// Which life a tenant leads; 0 if there is none.
    fn number(&self, tenant: &str) -> i64 {
        self.tenants.get(tenant).map_or(0, |log| log.life as i64)
    }

    /// The log of a tenant, a new one if there is none.
    fn tenant(&mut self, name: &Arc<str>) -> &mut TenantLog {
        let lives = &mut self.lives;
        self.tenants.entry(name.clone()).or_insert_with(|| {
            *lives += 1;
            TenantLog {
                life: *lives,
                head: Head::EMPTY,
                kept_after: 0,
                entries: VecDeque::new(),
                snapshots: VecDeque::new(),
                erased: Erased::default(),
            }
        })
    }
}

/// The contacts whose personal values are erased.
#[derive(Debug, Default)]
struct Erased {
    contacts: BTreeSet<u64>,
    /// Those up to this number,
    through: u64,
    /// but for these.
    kept: BTreeSet<u64>,
}

impl Erased {
    fn has(&self, contact: u64) -> bool {
        let is_named = self.contacts.contains(&contact);
        is_named || (1..=self.through).contains(&contact) && !self.kept.contains(&contact)
    }

    /// All up to this number are erased as well, but for some.
    fn through(&mut self, contact: u64, kept: &[u64]) {
        let named = kept.iter().copied().filter(|it| !self.has(*it));
        let others = self.kept.iter().copied().filter(|it| *it > contact);
        self.kept = named.chain(others).collect();
        self.through = self.through.max(contact);
    }

    /// Erases the values of these contacts.
    fn erase_in(&self, personal: &mut Arc<[PersonalValue]>) {
        if personal.iter().any(|it| self.has(it.contact)) {
            for value in Arc::make_mut(personal).iter_mut() {
                if self.has(value.contact) {
                    value.value = Personal::erased();
                }
            }
        }
    }
}

impl TenantLog {
    /// Erases what is known of contacts that are erased.
    fn erase_known(&mut self) {
        let entries = self.entries.iter_mut().map(|it| &mut it.personal);
        let snapshots = self.snapshots.iter_mut().map(|it| &mut it.personal);
        for personal in entries.chain(snapshots) {
            self.erased.erase_in(personal);
        }
    }

    /// Where the kept snapshots stand, newest first.
    fn marks(&self) -> Vec<SnapshotMark> {
        self.snapshots.iter().map(SnapshotMark::of).collect()
    }

    /// The first entry with an event after this one.
    fn begin_of(&self, after_seq: u64) -> usize {
        self.entries
            .partition_point(|entry| entry.last_seq <= after_seq)
    }
}
