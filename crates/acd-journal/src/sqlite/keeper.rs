//! [`SqliteKeeper`]: a connection beside the writer's, for reading and for what keeps the journal short.
//!
//! What is changed here is changed in short transactions without a flush, because the writer waits for their end. The flush
//! comes after each, when the writer need not wait, and before the next: so at most one such transaction is not on disk when
//! the writer begins its own ([`super::wal`]).

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, TransactionBehavior, params};

use super::reader::SqliteReader;
use super::snapshots::FileKey;
use super::{KEPT_AFTER_OF_DELETED, Shared, Tenant, is_busy, schema, set_kept_after, wal_path};
use crate::log::{
    Entry, LogError, LogKeeper, LogReader, SNAPSHOTS_KEPT, Snapshot, SnapshotMark, Standing,
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
/// Free pages from which a file is made shorter (16 MiB), where they are more than a share of it: what is free is used
/// again, so a little is worth keeping.
const FREE_PAGES: u64 = 4_096;
const FREE_SHARE: u64 = 4;
/// How many are given back in one transaction: a millisecond, which the writer may have to wait.
const GIVE_BACK_PAGES: u64 = 128;

const GIVEN_UP: &str = "SELECT position, length(payload) FROM tenants CROSS JOIN entries ON tenant_id = id \
                        WHERE last_seq <= kept_after LIMIT ?1";

/// See [`LogKeeper`].
#[derive(Debug)]
pub(super) struct SqliteKeeper {
    reader: SqliteReader,
    /// The write-ahead log, to flush it.
    wal: Box<dyn VolumeFile>,
    /// Pages that a reader kept the last checkpoint from moving: counting starts above them, or it would be tried again
    /// and again.
    stuck_wal_pages: u64,
}

impl LogReader for SqliteKeeper {
    fn tenants(&self) -> Vec<Arc<str>> {
        self.reader.tenants()
    }

    fn standing(&self, tenant: &str) -> Option<Standing> {
        self.reader.standing(tenant)
    }

    fn read(
        &self,
        tenant: &str,
        after_seq: u64,
        visit: &mut dyn FnMut(Entry) -> ControlFlow<()>,
    ) -> Result<(), LogError> {
        self.reader.read(tenant, after_seq, visit)
    }

    fn snapshots(&self, tenant: &str) -> Result<Vec<Snapshot>, LogError> {
        self.reader.snapshots(tenant)
    }

    fn sealed(&self, snapshot: &Snapshot) -> Snapshot {
        self.reader.sealed(snapshot)
    }

    fn opened(&self, sealed: &Snapshot) -> Option<Snapshot> {
        self.reader.opened(sealed)
    }

    fn last_seq_before(&self, tenant: &str, at_ms: i64) -> Result<u64, LogError> {
        self.reader.last_seq_before(tenant, at_ms)
    }
}

impl LogKeeper for SqliteKeeper {
    fn save_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), LogError> {
        let _turn = self.reader.shared.turn();
        let found = self.reader.shared.find(&snapshot.tenant);
        let last_seq = found.as_ref().map_or(0, |(_, known)| known.head.last_seq);
        let kept = found
            .as_ref()
            .map_or(&[][..], |(_, known)| &known.snapshots);
        rules::check_snapshot(snapshot, last_seq, kept)?;
        let Some((name, known)) = found else {
            return Ok(());
        };
        let failed = |error| LogError::storage("save the snapshot", error);
        let dir = &self.reader.shared.snapshots;
        let sealed = self.reader.shared.sealed(known.id, snapshot);
        dir.write(known.id, &sealed).map_err(failed)?;
        let mut marks = known.snapshots;
        marks.retain(|kept| kept.seq != snapshot.seq);
        marks.insert(0, SnapshotMark::of(snapshot));
        let dropped = marks.split_off(marks.len().min(SNAPSHOTS_KEPT));
        self.reader
            .shared
            .update(&name, known.id, |tenant| tenant.snapshots = marks);
        for mark in dropped {
            let path = dir.file(FileKey::new(known.id, mark));
            dir.remove(&path).map_err(failed)?;
        }
        Ok(())
    }

    fn truncate(&mut self, tenant: &str, up_to_seq: u64) -> Result<(), LogError> {
        let shared = self.reader.shared.clone();
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
        shared.settle(&mut self.reader.conn)?;
        let failed = |error| shared.failed("truncate the log", error);
        let kept_after =
            give_up(&mut self.reader.conn, &name, &known, up_to_seq).map_err(failed)?;
        shared.update(&name, known.id, |tenant| tenant.kept_after = kept_after);
        shared.index().has_removed = true;
        self.flush()
    }

    fn bytes(&self) -> Result<u64, LogError> {
        let pages = Pages::of(&self.reader.conn)
            .map_err(|error| LogError::storage("look how much entries take", error))?;
        Ok((pages.all - pages.free) * pages.bytes)
    }

    fn erase(&mut self, tenant: &str, contacts: &[u64]) -> Result<(), LogError> {
        let shared = &self.reader.shared;
        let Some((_, known)) = shared.find(tenant) else {
            return Ok(());
        };
        let destroyed = shared.keys.destroy(known.id, contacts);
        destroyed.map_err(|error| LogError::storage("destroy keys", error))
    }

    fn erase_through(&mut self, tenant: &str, contact: u64, kept: &[u64]) -> Result<(), LogError> {
        let shared = &self.reader.shared;
        let Some((_, known)) = shared.find(tenant) else {
            return Ok(());
        };
        let destroyed = shared.keys.destroy_through(known.id, contact, kept);
        destroyed.map_err(|error| LogError::storage("destroy keys", error))
    }

    fn maintain(&mut self) -> Result<bool, LogError> {
        let shared = self.reader.shared.clone();
        let _turn = shared.turn();
        shared.settle(&mut self.reader.conn)?;
        shared.move_again(&self.reader.conn)?;
        if self.waiting_wal_pages() >= self.stuck_wal_pages + CHECKPOINT_PAGES {
            self.checkpoint()?;
            return Ok(shared.index().has_removed || self.has_much_free()?);
        }
        let deleted = {
            let mut index = shared.index();
            if !index.has_removed {
                drop(index);
                return self.give_back();
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
        let is_more = index.has_removed;
        drop(index);
        Ok(is_more || self.has_much_free()?)
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
            reader: SqliteReader { conn, shared },
            wal,
            stuck_wal_pages: 0,
        })
    }

    /// Makes the file shorter by some of the pages that hold nothing, if they are many. Returns whether more are.
    fn give_back(&mut self) -> Result<bool, LogError> {
        if !self.has_much_free()? {
            return Ok(false);
        }
        let shared = &self.reader.shared;
        give_back(&self.reader.conn)
            .map_err(|error| shared.failed("make the journal shorter", error))?;
        self.flush()?;
        self.has_much_free()
    }

    /// Whether so many pages hold nothing that they are given back.
    fn has_much_free(&self) -> Result<bool, LogError> {
        let pages = Pages::of(&self.reader.conn)
            .map_err(|error| LogError::storage("look how much of the journal is free", error))?;
        Ok(pages.free > FREE_PAGES.max(pages.all / FREE_SHARE))
    }

    /// Removes some entries that were given up; when there are none the last traces of these deleted tenants. Returns
    /// whether all is done.
    fn remove_some(&mut self, deleted: &[i64]) -> Result<bool, LogError> {
        let shared = self.reader.shared.clone();
        let failed = |error| shared.failed("remove entries that were given up", error);
        let removed = remove_entries(&mut self.reader.conn).map_err(failed)?;
        if removed == 0 && !deleted.is_empty() {
            self.remove_snapshots(deleted)
                .map_err(|error| LogError::storage("remove snapshots", error))?;
            remove_tenants(&mut self.reader.conn, deleted).map_err(failed)?;
        }
        self.flush()?;
        Ok(removed == 0)
    }

    /// Removes the snapshots of these tenants. They are gone for good before the tenants are: one of a tenant that is
    /// not in the list would be taken for damage to the list.
    fn remove_snapshots(&self, of: &[i64]) -> std::io::Result<()> {
        let dir = &self.reader.shared.snapshots;
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
            .map_err(|error| self.reader.shared.failed_to_move(error))?;
        self.stuck_wal_pages = self.waiting_wal_pages();
        Ok(())
    }

    fn move_pages(&mut self) -> rusqlite::Result<()> {
        let checkpoint = |conn: &Connection, mode| conn.wal_checkpoint_v2(Some("main"), mode);
        let (logged, _) = checkpoint(&self.reader.conn, CheckpointMode::PASSIVE)?;
        if u64::from(logged.unsigned_abs()) < RESTART_PAGES {
            return Ok(());
        }
        // The writer stands still while the last pages are moved and flushed, so they should be few: what came while the
        // others were flushed is moved beforehand.
        for _ in 0..CATCH_UPS_MAX {
            if self.waiting_wal_pages() <= LAST_PAGES {
                break;
            }
            checkpoint(&self.reader.conn, CheckpointMode::PASSIVE)?;
        }
        // Waits for nobody: with a reader or the writer at work it does what a passive one does.
        self.reader.conn.busy_timeout(Duration::ZERO)?;
        let done = checkpoint(&self.reader.conn, CheckpointMode::FULL);
        schema::wait_patiently(&mut self.reader.conn)?;
        match done {
            Err(error) if !is_busy(&error) => Err(error),
            _ => Ok(()),
        }
    }

    /// Pages that are durable in the write-ahead log but not yet in the database.
    fn waiting_wal_pages(&self) -> u64 {
        match self
            .reader
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
        self.wal.sync().map_err(|error| {
            self.reader
                .shared
                .failed("flush the write-ahead log", error)
        })
    }
}

/// How many pages a file has, as this connection sees it.
#[derive(Debug, Clone, Copy)]
struct Pages {
    /// All of them.
    all: u64,
    /// Those that hold nothing.
    free: u64,
    /// How long each is.
    bytes: u64,
}

impl Pages {
    fn of(conn: &Connection) -> rusqlite::Result<Self> {
        let number = |name| -> rusqlite::Result<u64> {
            let value: i64 = conn.pragma_query_value(None, name, |row| row.get(0))?;
            Ok(value.unsigned_abs())
        };
        Ok(Self {
            all: number("page_count")?,
            free: number("freelist_count")?,
            bytes: number("page_size")?,
        })
    }
}

impl Drop for SqliteKeeper {
    fn drop(&mut self) {
        self.reader.shared.leave(&self.reader.conn);
    }
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

/// Makes the file shorter by some of its free pages, one with each step of the statement.
fn give_back(conn: &Connection) -> rusqlite::Result<()> {
    let pragma = format!("PRAGMA incremental_vacuum({GIVE_BACK_PAGES})");
    let mut statement = conn.prepare_cached(&pragma)?;
    let mut pages = statement.query([])?;
    while pages.next()?.is_some() {}
    Ok(())
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
