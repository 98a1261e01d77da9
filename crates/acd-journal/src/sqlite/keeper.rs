//! [`SqliteKeeper`]: a connection beside the writer's, for reading and for what keeps the journal short.
//!
//! Readers of a write-ahead log do not hold up its writer. What is changed here is changed in short transactions without
//! a flush, because the writer waits for their end. The flush comes after each, when the writer need not wait, and before
//! the next: so at most one such transaction is not on disk when the writer begins its own ([`super::wal`]).

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use super::row::{COLUMNS, StoredEntry};
use super::snapshots::FileKey;
use super::{
    KEPT_AFTER_OF_DELETED, Shared, Tenant, is_busy, is_corruption, schema, set_kept_after, wal_path,
};
use crate::log::{
    Damage, Entry, LogError, LogKeeper, LogReader, SNAPSHOTS_KEPT, Snapshot, SnapshotMark, Standing,
};
use crate::rules;
use crate::volume::VolumeFile;

/// Pages in the write-ahead log from which it is worth moving them into the database (4 MiB).
const CHECKPOINT_PAGES: u64 = 1_000;
/// Pages from which the writer is held up for a moment so that all are moved and the write-ahead log begins anew
/// (64 MiB): under load that never pauses it would grow for ever.
const RESTART_PAGES: u64 = 16_000;
/// How many pages are few enough to be moved while the writer stands still.
const LAST_PAGES: u64 = 16;
/// How often it is tried to get there.
const CATCH_UPS_MAX: usize = 4;
/// Entries and bytes removed in one transaction: a millisecond, which the writer may have to wait.
const REMOVE_ENTRIES: usize = 200;
const REMOVE_BYTES: i64 = 1 << 20;

const GIVEN_UP: &str = "SELECT position, length(payload) FROM tenants CROSS JOIN entries ON tenant_id = id \
                        WHERE last_seq <= kept_after LIMIT ?1";

/// See [`LogKeeper`].
#[derive(Debug)]
pub(super) struct SqliteKeeper {
    conn: Connection,
    shared: Arc<Shared>,
    /// The write-ahead log, to flush it.
    wal: Box<dyn VolumeFile>,
    /// Pages that a reader kept the last checkpoint from moving: counting starts above them, or it would be tried again
    /// and again.
    stuck_wal_pages: u64,
}

impl LogReader for SqliteKeeper {
    fn tenants(&self) -> Vec<Arc<str>> {
        self.shared.tenants()
    }

    fn standing(&self, tenant: &str) -> Option<Standing> {
        self.shared.standing(tenant)
    }

    fn read(
        &self,
        tenant: &str,
        after_seq: u64,
        visit: &mut dyn FnMut(Entry) -> ControlFlow<()>,
    ) -> Result<(), LogError> {
        let Some((name, known)) = self.shared.find(tenant) else {
            return Ok(());
        };
        rules::check_kept(&name, after_seq, known.kept_after)?;
        let last_seq = known.head.last_seq;
        if after_seq >= last_seq {
            return Ok(());
        }
        let mut reading = Reading {
            shared: &self.shared,
            tenant: &name,
            next_seq: after_seq + 1,
            is_first: true,
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM entries WHERE tenant_id = ?1 AND last_seq > ?2 AND last_seq <= ?3 ORDER BY last_seq"
        );
        let mut statement = self
            .conn
            .prepare_cached(&sql)
            .map_err(|error| reading.failed(error))?;
        let mut rows = statement
            .query(params![known.id, after_seq as i64, last_seq as i64])
            .map_err(|error| reading.failed(error))?;
        let mut row = rows.next().map_err(|error| reading.failed(error))?;
        // From its first row on the statement sees one state of the file. What was given up until now may be missing.
        match self.shared.find(tenant) {
            Some((_, now)) if now.id == known.id => {
                rules::check_kept(&name, after_seq, now.kept_after)?;
            }
            _ => return Ok(()),
        }
        while let Some(found) = row {
            if visit(reading.next(found)?).is_break() {
                return Ok(());
            }
            row = rows.next().map_err(|error| reading.failed(error))?;
        }
        reading.ended(last_seq)
    }

    fn snapshots(&self, tenant: &str) -> Result<Vec<Snapshot>, LogError> {
        let _turn = self.shared.turn();
        let Some((name, known)) = self.shared.find(tenant) else {
            return Ok(Vec::new());
        };
        let dir = &self.shared.snapshots;
        let load = |mark: &SnapshotMark| {
            let key = FileKey::new(known.id, *mark);
            let loaded = dir
                .read(key, &name)
                .map_err(|error| LogError::storage("read a snapshot", error))?;
            loaded.ok_or_else(|| {
                LogError::from(Box::new(Damage {
                    path: dir.file(key),
                    tenant: name.to_string(),
                    seq: mark.seq,
                    what: "the checksum of the snapshot taken there does not match".to_owned(),
                }))
            })
        };
        known.snapshots.iter().map(load).collect()
    }

    fn last_seq_before(&self, tenant: &str, at_ms: i64) -> Result<u64, LogError> {
        let Some((_, known)) = self.shared.find(tenant) else {
            return Ok(0);
        };
        last_seq_before(&self.conn, &known, at_ms)
            .map_err(|error| LogError::storage("look for the time of an entry", error))
    }
}

impl LogKeeper for SqliteKeeper {
    fn save_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), LogError> {
        let _turn = self.shared.turn();
        let found = self.shared.find(&snapshot.tenant);
        let last_seq = found.as_ref().map_or(0, |(_, known)| known.head.last_seq);
        let kept = found
            .as_ref()
            .map_or(&[][..], |(_, known)| &known.snapshots);
        rules::check_snapshot(snapshot, last_seq, kept)?;
        let Some((name, known)) = found else {
            return Ok(());
        };
        let failed = |error| LogError::storage("save the snapshot", error);
        let dir = &self.shared.snapshots;
        dir.write(known.id, snapshot).map_err(failed)?;
        let mut marks = known.snapshots;
        marks.retain(|kept| kept.seq != snapshot.seq);
        marks.insert(0, SnapshotMark::of(snapshot));
        let dropped = marks.split_off(marks.len().min(SNAPSHOTS_KEPT));
        self.shared
            .update(&name, known.id, |tenant| tenant.snapshots = marks);
        for mark in dropped {
            let path = dir.file(FileKey::new(known.id, mark));
            dir.remove(&path).map_err(failed)?;
        }
        Ok(())
    }

    fn truncate(&mut self, tenant: &str, up_to_seq: u64) -> Result<(), LogError> {
        let shared = self.shared.clone();
        let _turn = shared.turn();
        let found = shared.find(tenant);
        let kept = found
            .as_ref()
            .map_or(&[][..], |(_, known)| &known.snapshots);
        rules::check_truncate(tenant, up_to_seq, kept)?;
        let Some((name, known)) = found else {
            return Ok(());
        };
        for mark in &known.snapshots {
            let path = shared.snapshots.file(FileKey::new(known.id, *mark));
            if shared.volume.look(&path).is_err() {
                return Err(LogError::Gone { path });
            }
        }
        shared.settle(&mut self.conn)?;
        let failed = |error| shared.failed("truncate the log", error);
        let kept_after = give_up(&mut self.conn, &name, &known, up_to_seq).map_err(failed)?;
        shared.update(&name, known.id, |tenant| tenant.kept_after = kept_after);
        shared.index().has_removed = true;
        self.flush()
    }

    fn maintain(&mut self) -> Result<bool, LogError> {
        let shared = self.shared.clone();
        let _turn = shared.turn();
        shared.settle(&mut self.conn)?;
        if self.waiting_wal_pages() >= self.stuck_wal_pages + CHECKPOINT_PAGES {
            self.checkpoint()?;
            return Ok(shared.index().has_removed);
        }
        let deleted = {
            let mut index = shared.index();
            if !index.has_removed {
                return Ok(false);
            }
            // What is given up from here on says so again.
            index.has_removed = false;
            index.deleted.clone()
        };
        let is_done = self.remove_some(&deleted);
        let mut index = shared.index();
        index.has_removed |= !matches!(is_done, Ok(true));
        if is_done? {
            index.deleted.retain(|id| !deleted.contains(id));
        }
        Ok(index.has_removed)
    }
}

impl SqliteKeeper {
    pub(super) fn open(shared: Arc<Shared>) -> Result<Self, LogError> {
        let open = || {
            let mut conn = super::open::connect(&*shared.volume, &shared.path)?;
            schema::configure_keeper(&mut conn).map(|()| conn)
        };
        let conn = open().map_err(|error| LogError::storage("open the journal again", error))?;
        let wal = shared
            .volume
            .open(&wal_path(&shared.path))
            .map_err(|error| LogError::storage("open the write-ahead log", error))?;
        Ok(Self {
            conn,
            shared,
            wal,
            stuck_wal_pages: 0,
        })
    }

    /// Removes some entries that were given up; when there are none the last traces of these deleted tenants. Returns
    /// whether all is done.
    fn remove_some(&mut self, deleted: &[i64]) -> Result<bool, LogError> {
        let shared = self.shared.clone();
        let failed = |error| shared.failed("remove entries that were given up", error);
        let removed = remove_entries(&mut self.conn).map_err(failed)?;
        if removed == 0 && !deleted.is_empty() {
            self.remove_snapshots(deleted)
                .map_err(|error| LogError::storage("remove snapshots", error))?;
            remove_tenants(&mut self.conn, deleted).map_err(failed)?;
        }
        self.flush()?;
        Ok(removed == 0)
    }

    /// Removes the snapshots of these tenants. They are gone for good before the tenants are: one of a tenant that is
    /// not in the list would be taken for damage to the list.
    fn remove_snapshots(&self, of: &[i64]) -> std::io::Result<()> {
        let dir = &self.shared.snapshots;
        for key in dir.list()?.files {
            if of.contains(&key.tenant_id) {
                dir.remove(&dir.file(key))?;
            }
        }
        dir.sync()
    }

    /// Moves committed pages from the write-ahead log into the database, as far as readers allow.
    fn checkpoint(&mut self) -> Result<(), LogError> {
        self.move_pages()
            .map_err(|error| self.shared.failed("checkpoint the journal", error))?;
        self.stuck_wal_pages = self.waiting_wal_pages();
        Ok(())
    }

    fn move_pages(&mut self) -> rusqlite::Result<()> {
        let checkpoint = |conn: &Connection, mode| conn.wal_checkpoint_v2(Some("main"), mode);
        let (logged, _) = checkpoint(&self.conn, CheckpointMode::PASSIVE)?;
        if u64::from(logged.unsigned_abs()) < RESTART_PAGES {
            return Ok(());
        }
        // The writer stands still while the last pages are moved and flushed, so they should be few: what came while the
        // others were flushed is moved beforehand.
        for _ in 0..CATCH_UPS_MAX {
            if self.waiting_wal_pages() <= LAST_PAGES {
                break;
            }
            checkpoint(&self.conn, CheckpointMode::PASSIVE)?;
        }
        // Waits for nobody: with a reader or the writer at work it does what a passive one does.
        self.conn.busy_timeout(Duration::ZERO)?;
        let done = checkpoint(&self.conn, CheckpointMode::FULL);
        schema::wait_patiently(&mut self.conn)?;
        match done {
            Err(error) if !is_busy(&error) => Err(error),
            _ => Ok(()),
        }
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

    /// Brings what was written here to the disk.
    fn flush(&self) -> Result<(), LogError> {
        self.wal
            .sync()
            .map_err(|error| self.shared.failed("flush the write-ahead log", error))
    }
}

impl Drop for SqliteKeeper {
    fn drop(&mut self) {
        self.shared.leave(&self.conn);
    }
}

/// The state of one [`LogReader::read`]: it trusts neither a row nor the index that led to it.
struct Reading<'l> {
    shared: &'l Shared,
    tenant: &'l Arc<str>,
    /// The event the next entry must begin with.
    next_seq: u64,
    /// The first entry may begin earlier, when the reader starts in its middle.
    is_first: bool,
}

impl Reading<'_> {
    fn next(&mut self, row: &Row<'_>) -> Result<Entry, LogError> {
        let stored = StoredEntry::read(self.tenant, row)
            .ok_or_else(|| self.damaged("the entry does not match its checksum"))?;
        let follows = if self.is_first {
            stored.first_seq <= self.next_seq
        } else {
            stored.first_seq == self.next_seq
        };
        if !follows {
            return Err(self.damaged("the entry that begins there is missing"));
        }
        self.next_seq = stored.last_seq + 1;
        self.is_first = false;
        Ok(Entry {
            tenant: self.tenant.clone(),
            first_seq: stored.first_seq,
            last_seq: stored.last_seq,
            at_ms: stored.at_ms,
            payload: Bytes::copy_from_slice(stored.payload),
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
        LogError::from(Box::new(Damage {
            path: self.shared.path.clone(),
            tenant: self.tenant.to_string(),
            seq: self.next_seq,
            what: what.to_owned(),
        }))
    }
}

/// Looks for the end of the older part by halves: time never goes back within a tenant.
fn last_seq_before(conn: &Connection, known: &Tenant, at_ms: i64) -> rusqlite::Result<u64> {
    let mut entry_after = conn.prepare_cached(
        "SELECT last_seq, at_ms FROM entries WHERE tenant_id = ?1 AND last_seq > ?2 ORDER BY last_seq LIMIT 1",
    )?;
    let mut older = known.kept_after;
    let mut younger = known.head.last_seq;
    while older < younger {
        let middle = older + (younger - older) / 2;
        let entry = entry_after
            .query_row(params![known.id, middle as i64], |row| {
                Ok((row.get::<_, i64>(0)? as u64, row.get::<_, i64>(1)?))
            })
            .optional()?;
        match entry {
            Some((last_seq, stamped)) if stamped < at_ms => older = last_seq,
            _ => younger = middle,
        }
    }
    Ok(if older == known.kept_after { 0 } else { older })
}

/// Marks the entries that end at or before `up_to_seq` as given up; returns the last event given up by now.
fn give_up(
    conn: &mut Connection,
    name: &str,
    known: &Tenant,
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

/// Removes some entries that have been given up; returns how many. They are looked for before the writer has to wait.
fn remove_entries(conn: &mut Connection) -> rusqlite::Result<usize> {
    let mut positions = Vec::new();
    {
        let mut statement = conn.prepare_cached(GIVEN_UP)?;
        let mut rows = statement.query(params![REMOVE_ENTRIES as i64])?;
        let mut bytes = 0;
        while let Some(row) = rows.next()?
            && bytes < REMOVE_BYTES
        {
            positions.push(row.get::<_, i64>(0)?);
            bytes += row.get::<_, i64>(1)?;
        }
    }
    if !positions.is_empty() {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut remove = tx.prepare_cached("DELETE FROM entries WHERE position = ?1")?;
            for position in &positions {
                remove.execute(params![position])?;
            }
        }
        tx.commit()?;
    }
    Ok(positions.len())
}

/// Removes the rows of deleted tenants without entries.
fn remove_tenants(conn: &mut Connection, deleted: &[i64]) -> rusqlite::Result<()> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for id in deleted {
        tx.execute(
            "DELETE FROM tenants WHERE id = ?1 AND kept_after = ?2",
            params![id, KEPT_AFTER_OF_DELETED as i64],
        )?;
    }
    tx.commit()
}
