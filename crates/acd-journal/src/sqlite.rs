//! [`SqliteLog`]: the log of one shard in one SQLite file.

mod end_mark;
mod open;
mod place;
mod schema;
mod verify;
mod wal;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, ErrorCode, Row, TransactionBehavior, params};

pub use open::{CutEntry, DroppedSnapshot, OpenError, OpenReport};

use crate::checksum;
use crate::dir_lock::DirLock;
use crate::log::{
    Damage, Entry, EventLog, JournalId, LogError, SEQ_MAX, SNAPSHOTS_KEPT, Snapshot, Upkeep,
};
use crate::rules::{self, Head};
use end_mark::EndMark;
use place::Place;

/// Pages in the write-ahead log from which it is worth moving them into the database when the shard is idle (4 MiB).
const CHECKPOINT_IDLE_PAGES: u64 = 1_000;
/// Pages from which they are moved even under load (16 MiB): the more there are, the longer that one turn holds up the
/// shard, the slower reads get and the longer a restart takes.
const CHECKPOINT_NOW_PAGES: u64 = 4_000;
/// Entries removed in one piece of upkeep: some milliseconds, so that no input waits long behind it.
const REMOVE_ENTRIES: usize = 1_000;

/// What `tenants.kept_after` holds once the tenant is deleted: no entry is kept.
const KEPT_AFTER_OF_DELETED: u64 = SEQ_MAX;

const INSERT_TENANT: &str = "INSERT INTO tenants (name, kept_after, crc) VALUES (?1, 0, ?2)";
const INSERT_ENTRY: &str = "INSERT INTO entries (tenant_id, first_seq, last_seq, at_ms, crc, payload) \
                            VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const READ_ENTRIES: &str = "SELECT first_seq, last_seq, at_ms, crc, payload FROM entries \
                            WHERE tenant_id = ?1 AND last_seq > ?2 ORDER BY last_seq";
const REMOVE_GIVEN_UP: &str = "DELETE FROM entries WHERE position IN ( \
                                 SELECT position FROM tenants CROSS JOIN entries ON tenant_id = id \
                                 WHERE last_seq <= kept_after LIMIT ?1)";

/// The durable [`EventLog`]: one SQLite file in WAL mode, `synchronous=FULL`, one transaction per batch.
///
/// It does not guard against a second process; [`crate::DataDir`] does.
#[derive(Debug)]
pub struct SqliteLog {
    conn: Connection,
    path: PathBuf,
    id: JournalId,
    /// The tenants that are not deleted. Changed only after the transaction that changes the file has committed.
    tenants: BTreeMap<Arc<str>, Tenant>,
    last_at_ms: Option<i64>,
    /// Pages a reader in another process kept the last checkpoint from moving: counting starts above them, or the
    /// shard would try again and again.
    stuck_wal_pages: u64,
    /// Whether entries that have been given up are still in the file.
    has_removed: bool,
    /// Where the files were when they were opened.
    place: Place,
    /// The last entry that was acknowledged.
    end: EndMark,
    /// The directory stays locked for as long as something is written to it.
    lock: Option<Arc<DirLock>>,
}

/// One tenant as the shard's thread knows it.
#[derive(Debug, Clone, Copy)]
struct Tenant {
    /// Its number in the file.
    id: i64,
    head: Head,
    /// Events up to here have been truncated.
    kept_after: u64,
}

impl Tenant {
    /// A tenant without entries.
    fn new(id: i64) -> Self {
        Self {
            id,
            head: Head::EMPTY,
            kept_after: 0,
        }
    }
}

impl EventLog for SqliteLog {
    fn journal_id(&self) -> JournalId {
        self.id
    }

    fn append(&mut self, batch: &[Entry]) -> Result<(), LogError> {
        let heads = rules::check_batch(batch, |tenant| {
            self.tenants.get(tenant).map(|known| known.head)
        })?;
        let Some(last) = batch.last() else {
            return Ok(());
        };
        self.place.check()?;
        let new_tenants = insert_batch(&mut self.conn, batch, |tenant| {
            self.tenants.get(tenant).map(|known| known.id)
        })
        .map_err(|error| LogError::storage("append the batch", error))?;
        for (tenant, id) in new_tenants {
            self.tenants.insert(tenant.clone(), Tenant::new(id));
        }
        for (tenant, head) in heads {
            if let Some(known) = self.tenants.get_mut(tenant) {
                known.head = head;
            }
            self.last_at_ms = self.last_at_ms.max(Some(head.last_at_ms));
        }
        self.end.note(&last.tenant, last.last_seq);
        Ok(())
    }

    fn tenants(&self) -> Vec<Arc<str>> {
        self.tenants
            .iter()
            .filter(|(_, known)| known.head.last_seq > 0)
            .map(|(name, _)| name.clone())
            .collect()
    }

    fn last_seq(&self, tenant: &str) -> u64 {
        self.tenants
            .get(tenant)
            .map_or(0, |known| known.head.last_seq)
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
        let Some((name, known)) = self.tenants.get_key_value(tenant) else {
            return Ok(());
        };
        if after_seq < known.kept_after {
            let first_kept_seq = known.kept_after + 1;
            return Err(LogError::NoLongerKept {
                tenant: name.clone(),
                after_seq,
                first_kept_seq,
            });
        }
        if after_seq >= known.head.last_seq {
            return Ok(());
        }
        let mut reading = Reading {
            log: self,
            tenant: name,
            next_seq: after_seq + 1,
            is_first: true,
        };
        let mut statement = self
            .conn
            .prepare_cached(READ_ENTRIES)
            .map_err(|error| reading.failed(error))?;
        let mut rows = statement
            .query(params![known.id, after_seq as i64])
            .map_err(|error| reading.failed(error))?;
        while let Some(row) = rows.next().map_err(|error| reading.failed(error))? {
            if visit(reading.next(row)?).is_break() {
                return Ok(());
            }
        }
        reading.ended(known.head.last_seq)
    }

    fn save_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), LogError> {
        let kept = self.kept_seqs(&snapshot.tenant)?;
        rules::check_snapshot(
            snapshot,
            self.last_seq(&snapshot.tenant),
            kept.first().copied(),
        )?;
        let Some(known) = self.tenants.get(&snapshot.tenant).copied() else {
            return Ok(());
        };
        insert_snapshot(&mut self.conn, known.id, snapshot)
            .map_err(|error| LogError::storage("save the snapshot", error))
    }

    fn snapshots(&self, tenant: &str) -> Result<Vec<Snapshot>, LogError> {
        let Some((name, known)) = self.tenants.get_key_value(tenant) else {
            return Ok(Vec::new());
        };
        self.load_snapshots(name, known.id)
            .map_err(|error| LogError::storage("read the snapshots", error))?
    }

    fn truncate(&mut self, tenant: &str, up_to_seq: u64) -> Result<(), LogError> {
        rules::check_truncate(tenant, up_to_seq, &self.kept_seqs(tenant)?)?;
        let Some(known) = self.tenants.get_mut(tenant) else {
            return Ok(());
        };
        let kept_after = give_up(&mut self.conn, tenant, *known, up_to_seq)
            .map_err(|error| LogError::storage("truncate the log", error))?;
        self.has_removed |= kept_after > known.kept_after;
        known.kept_after = kept_after;
        Ok(())
    }

    fn delete_tenant(&mut self, tenant: &str) -> Result<(), LogError> {
        let Some(known) = self.tenants.get(tenant).copied() else {
            return Ok(());
        };
        // Before: a mark of what is deleted would be taken for a loss.
        self.end
            .clear()
            .map_err(|error| LogError::storage("clear the mark of the end", error))?;
        delete_tenant(&mut self.conn, tenant, known, (self.id, self.last_at_ms))
            .map_err(|error| LogError::storage("delete the tenant", error))?;
        self.tenants.remove(tenant);
        self.has_removed = true;
        Ok(())
    }

    fn check_place(&self) -> Result<(), LogError> {
        self.place.check()
    }

    fn upkeep(&self) -> Upkeep {
        let waiting = self
            .waiting_wal_pages()
            .saturating_sub(self.stuck_wal_pages);
        if waiting >= CHECKPOINT_NOW_PAGES {
            Upkeep::Now
        } else if waiting >= CHECKPOINT_IDLE_PAGES || self.has_removed {
            Upkeep::WhenIdle
        } else {
            Upkeep::None
        }
    }

    fn maintain(&mut self) -> Result<(), LogError> {
        if self.waiting_wal_pages() >= self.stuck_wal_pages + CHECKPOINT_IDLE_PAGES {
            return self.checkpoint();
        }
        if self.has_removed {
            self.has_removed = remove_given_up(&mut self.conn)
                .map_err(|error| LogError::storage("remove entries that were given up", error))?;
        }
        Ok(())
    }
}

impl SqliteLog {
    /// Keeps the directory locked until the log is closed.
    pub(crate) fn hold(&mut self, lock: Arc<DirLock>) {
        self.lock = Some(lock);
    }

    /// Moves committed pages from the write-ahead log into the database, as far as readers in other processes allow.
    fn checkpoint(&mut self) -> Result<(), LogError> {
        self.conn
            .wal_checkpoint_v2(Some("main"), CheckpointMode::PASSIVE)
            .map_err(|error| LogError::storage("checkpoint the journal", error))?;
        self.stuck_wal_pages = self.waiting_wal_pages();
        Ok(())
    }

    /// Pages that are durable in the write-ahead log but not yet in the database.
    fn waiting_wal_pages(&self) -> u64 {
        match self
            .conn
            .wal_checkpoint_v2(Some("main"), CheckpointMode::NOOP)
        {
            Ok((logged, moved)) => u64::try_from(logged - moved).unwrap_or(0),
            // Only a hint is lost: a real checkpoint reports what is wrong.
            Err(_) => 0,
        }
    }

    /// Where the kept snapshots of a tenant stand, newest first.
    fn kept_seqs(&self, tenant: &str) -> Result<Vec<u64>, LogError> {
        let Some(known) = self.tenants.get(tenant) else {
            return Ok(Vec::new());
        };
        let list = || -> rusqlite::Result<Vec<u64>> {
            let sql = "SELECT seq FROM snapshots WHERE tenant_id = ?1 ORDER BY seq DESC";
            let mut statement = self.conn.prepare_cached(sql)?;
            statement
                .query_map(params![known.id], |row| {
                    row.get::<_, i64>(0).map(|seq| seq as u64)
                })?
                .collect()
        };
        list().map_err(|error| LogError::storage("list the snapshots", error))
    }

    fn load_snapshots(
        &self,
        tenant: &Arc<str>,
        id: i64,
    ) -> rusqlite::Result<Result<Vec<Snapshot>, LogError>> {
        let sql =
            "SELECT seq, at_ms, crc, payload FROM snapshots WHERE tenant_id = ?1 ORDER BY seq DESC";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query(params![id])?;
        let mut snapshots = Vec::with_capacity(SNAPSHOTS_KEPT);
        while let Some(row) = rows.next()? {
            let (seq, at_ms, crc) = (
                row.get::<_, i64>(0)? as u64,
                row.get(1)?,
                row.get::<_, i64>(2)?,
            );
            let payload = Bytes::from(row.get::<_, Vec<u8>>(3)?);
            if crc != i64::from(checksum::of_snapshot(tenant, seq, at_ms, &payload)) {
                let what = "the checksum of the snapshot taken there does not match";
                return Ok(Err(self.damage(tenant, seq, what.to_owned())));
            }
            snapshots.push(Snapshot {
                tenant: tenant.clone(),
                seq,
                at_ms,
                payload,
            });
        }
        Ok(Ok(snapshots))
    }

    fn damage(&self, tenant: &str, seq: u64, what: String) -> LogError {
        LogError::from(Box::new(Damage {
            path: self.path.clone(),
            tenant: tenant.to_owned(),
            seq,
            what,
        }))
    }
}

/// The state of one [`EventLog::read`]: it trusts neither a row nor the index that led to it.
struct Reading<'l> {
    log: &'l SqliteLog,
    tenant: &'l Arc<str>,
    /// The event the next entry must begin with.
    next_seq: u64,
    /// The first entry may begin earlier, when the reader starts in its middle.
    is_first: bool,
}

impl Reading<'_> {
    fn next(&mut self, row: &Row<'_>) -> Result<Entry, LogError> {
        let entry = self
            .decode(row)
            .ok_or_else(|| self.damaged("the entry does not match its checksum"))?;
        let follows = if self.is_first {
            entry.first_seq <= self.next_seq
        } else {
            entry.first_seq == self.next_seq
        };
        if !follows {
            return Err(self.damaged("the entry that begins there is missing"));
        }
        self.next_seq = entry.last_seq + 1;
        self.is_first = false;
        Ok(entry)
    }

    fn decode(&self, row: &Row<'_>) -> Option<Entry> {
        let first_seq = u64::try_from(row.get::<_, i64>(0).ok()?).ok()?;
        let last_seq = u64::try_from(row.get::<_, i64>(1).ok()?).ok()?;
        let at_ms = row.get(2).ok()?;
        let crc: i64 = row.get(3).ok()?;
        let payload = Bytes::copy_from_slice(row.get_ref(4).ok()?.as_blob().ok()?);
        let is_intact = crc
            == i64::from(checksum::of_entry(
                self.tenant,
                first_seq,
                last_seq,
                at_ms,
                &payload,
            ));
        is_intact.then(|| Entry {
            tenant: self.tenant.clone(),
            first_seq,
            last_seq,
            at_ms,
            payload,
        })
    }

    /// Nothing more came: that must have been the end.
    fn ended(&self, last_seq: u64) -> Result<(), LogError> {
        if self.next_seq == last_seq + 1 {
            Ok(())
        } else {
            Err(self.damaged("the entry that begins there is missing"))
        }
    }

    fn failed(&self, error: rusqlite::Error) -> LogError {
        if is_corruption(&error) {
            return self.damaged(&format!("the structure of the file is damaged ({error})"));
        }
        LogError::storage("read the log", error)
    }

    fn damaged(&self, what: &str) -> LogError {
        self.log.damage(self.tenant, self.next_seq, what.to_owned())
    }
}

/// Writes a checked batch in one transaction; returns the numbers of tenants that were new.
fn insert_batch<'b>(
    conn: &mut Connection,
    batch: &'b [Entry],
    id_of: impl Fn(&str) -> Option<i64>,
) -> rusqlite::Result<BTreeMap<&'b Arc<str>, i64>> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut new_ids = BTreeMap::new();
    {
        let mut insert = tx.prepare_cached(INSERT_ENTRY)?;
        for entry in batch {
            let tenant_id =
                match id_of(&entry.tenant).or_else(|| new_ids.get(&entry.tenant).copied()) {
                    Some(id) => id,
                    None => {
                        let crc = checksum::of_tenant(&entry.tenant, 0);
                        let id = tx
                            .prepare_cached(INSERT_TENANT)?
                            .insert(params![&*entry.tenant, crc])?;
                        new_ids.insert(&entry.tenant, id);
                        id
                    }
                };
            let &Entry {
                ref tenant,
                first_seq,
                last_seq,
                at_ms,
                ref payload,
            } = entry;
            let crc = checksum::of_entry(tenant, first_seq, last_seq, at_ms, payload);
            insert.execute(params![
                tenant_id,
                first_seq as i64,
                last_seq as i64,
                at_ms,
                crc,
                &**payload
            ])?;
        }
    }
    tx.commit()?;
    Ok(new_ids)
}

/// Writes a checked snapshot and drops those beyond [`SNAPSHOTS_KEPT`].
fn insert_snapshot(
    conn: &mut Connection,
    tenant_id: i64,
    snapshot: &Snapshot,
) -> rusqlite::Result<()> {
    let &Snapshot {
        ref tenant,
        seq,
        at_ms,
        ref payload,
    } = snapshot;
    let crc = checksum::of_snapshot(tenant, seq, at_ms, payload);
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute(
        "INSERT OR REPLACE INTO snapshots (tenant_id, seq, at_ms, crc, payload) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![tenant_id, seq as i64, at_ms, crc, &**payload],
    )?;
    tx.execute(
        "DELETE FROM snapshots WHERE tenant_id = ?1 AND seq NOT IN \
         (SELECT seq FROM snapshots WHERE tenant_id = ?1 ORDER BY seq DESC LIMIT ?2)",
        params![tenant_id, SNAPSHOTS_KEPT as i64],
    )?;
    tx.commit()
}

/// Marks the entries that end at or before `up_to_seq` as given up; returns the last event given up by now.
fn give_up(
    conn: &mut Connection,
    name: &str,
    known: Tenant,
    up_to_seq: u64,
) -> rusqlite::Result<u64> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let last: Option<i64> = tx.query_row(
        "SELECT max(last_seq) FROM entries WHERE tenant_id = ?1 AND last_seq <= ?2",
        params![known.id, up_to_seq as i64],
        |row| row.get(0),
    )?;
    let kept_after = known.kept_after.max(last.unwrap_or(0) as u64);
    set_kept_after(&tx, name, known.id, kept_after)?;
    tx.commit()?;
    Ok(kept_after)
}

/// Gives up all of a tenant and keeps the journal's time from going back.
fn delete_tenant(
    conn: &mut Connection,
    name: &str,
    known: Tenant,
    journal: (JournalId, Option<i64>),
) -> rusqlite::Result<()> {
    let (id, last_at_ms) = journal;
    let crc = checksum::of_journal(&id.to_string(), last_at_ms);
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute(
        "UPDATE journal SET last_at_ms = ?1, crc = ?2",
        params![last_at_ms, crc],
    )?;
    set_kept_after(&tx, name, known.id, KEPT_AFTER_OF_DELETED)?;
    tx.execute(
        "DELETE FROM snapshots WHERE tenant_id = ?1",
        params![known.id],
    )?;
    tx.commit()
}

fn set_kept_after(conn: &Connection, name: &str, id: i64, kept_after: u64) -> rusqlite::Result<()> {
    let crc = checksum::of_tenant(name, kept_after);
    conn.execute(
        "UPDATE tenants SET kept_after = ?2, crc = ?3 WHERE id = ?1",
        params![id, kept_after as i64, crc],
    )?;
    Ok(())
}

/// Removes some entries that have been given up; returns whether more are left.
fn remove_given_up(conn: &mut Connection) -> rusqlite::Result<bool> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let removed = tx
        .prepare_cached(REMOVE_GIVEN_UP)?
        .execute(params![REMOVE_ENTRIES as i64])?;
    if removed < REMOVE_ENTRIES {
        tx.execute(
            "DELETE FROM tenants WHERE kept_after = ?1",
            params![KEPT_AFTER_OF_DELETED as i64],
        )?;
    }
    tx.commit()?;
    Ok(removed == REMOVE_ENTRIES)
}

/// Whether SQLite says that the file is not as SQLite writes it.
fn is_corruption(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}
