//! [`SqliteLog`]: the log of one shard in one SQLite file, with its snapshots beside it.

mod doubt;
mod end_mark;
mod keeper;
mod open;
mod outside;
mod place;
mod reader;
mod row;
mod schema;
mod snapshots;
mod verify;
mod wal;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, ErrorCode, TransactionBehavior, params};

pub use open::{CutEntry, DroppedSnapshot, OpenError, OpenReport};
pub use outside::ends_without_wal;
pub(crate) use outside::{Others, OutsideReader};
pub(crate) use snapshots::{is_unfinished, path as snapshots_beside};

use crate::checksum;
use crate::dir_lock::DirLock;
use crate::keys::{self, Keys, KeysError, Sealer};
use crate::log::{
    Entry, EventLog, JournalId, LogError, LogKeeper, SEQ_MAX, SnapshotMark, Standing,
};
use crate::rules::{self, Head};
use crate::volume::{Volume, VolumeFile, beside};
use doubt::Doubt;
use end_mark::EndMark;
use keeper::SqliteKeeper;
use place::Place;
use snapshots::SnapshotDir;

/// What `tenants.kept_after` holds once the tenant is deleted: no entry is kept.
const KEPT_AFTER_OF_DELETED: u64 = SEQ_MAX;

const INSERT_TENANT: &str = "INSERT INTO tenants (name, kept_after, crc) VALUES (?1, 0, ?2)";
const INSERT_ENTRY: &str = "INSERT INTO entries (tenant_id, first_seq, last_seq, at_ms, crc, payload) \
                            VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

/// The durable [`EventLog`]: one SQLite file in WAL mode, `synchronous=FULL`, one transaction per batch.
///
/// It does not guard against a second process; [`crate::DataDir`] does.
#[derive(Debug)]
pub struct SqliteLog {
    conn: Connection,
    shared: Arc<Shared>,
    id: JournalId,
    last_at_ms: Option<i64>,
    /// Where the files were when they were opened.
    place: Place,
    /// The last entry that was acknowledged.
    end: EndMark,
    sealer: Sealer,
}

/// What all handles onto one journal share.
#[derive(Debug)]
struct Shared {
    volume: Arc<dyn Volume>,
    path: PathBuf,
    /// The same file, to write pages of it again; none for who only reads. Whoever closes it takes SQLite's locks on the file with
    /// it, so it is open for as long as SQLite has it.
    database: Option<Box<dyn VolumeFile>>,
    snapshots: SnapshotDir,
    keys: Keys,
    /// Held for moments only: the writer waits for it.
    index: Mutex<Index>,
    doubt: Doubt,
    /// Held by the keeper that changes something. The writer never waits for it.
    turn: Mutex<()>,
    /// The directory stays locked for as long as something is written to it.
    _lock: Option<Arc<DirLock>>,
}

/// What is known of the file without reading it. Changed only after the transaction that changes the file has committed.
#[derive(Debug)]
struct Index {
    /// The tenants that are not deleted.
    tenants: BTreeMap<Arc<str>, Tenant>,
    /// Whether entries that have been given up, or traces of deleted tenants, may still be there.
    has_removed: bool,
    /// The numbers of deleted tenants of which something may still be there.
    deleted: Vec<i64>,
}

/// One tenant that is not deleted.
#[derive(Debug, Clone)]
struct Tenant {
    /// Its number in the file.
    id: i64,
    head: Head,
    /// Events up to here have been truncated.
    kept_after: u64,
    /// The kept snapshots, newest first.
    snapshots: Vec<SnapshotMark>,
}

impl EventLog for SqliteLog {
    fn journal_id(&self) -> JournalId {
        self.id
    }

    fn append(&mut self, batch: &[Entry]) -> Result<(), LogError> {
        let (heads, ids) = {
            let index = self.shared.index();
            let heads = rules::check_batch(batch, |tenant| {
                index.tenants.get(tenant).map(|known| known.head)
            })?;
            let ids = heads
                .keys()
                .filter_map(|name| Some((*name, index.tenants.get(*name)?.id)));
            let ids: BTreeMap<_, _> = ids.collect();
            (heads, ids)
        };
        let Some(last) = batch.last() else {
            return Ok(());
        };
        self.place.check()?;
        self.shared.settle(&mut self.conn)?;
        let keys = (&self.shared.keys, &mut self.sealer);
        let ids =
            insert_batch(&mut self.conn, keys, batch, ids).map_err(|failure| match failure {
                Failure::Batch(error) => self.shared.failed("append the batch", error),
                Failure::Keys(error) => LogError::storage("make the keys of a tenant", error),
            })?;
        self.end
            .note(&last.tenant, last.last_seq)
            .map_err(|_| LogError::ReadOnly {
                path: self.shared.path.clone(),
            })?;
        let mut index = self.shared.index();
        for (name, head) in heads {
            let known = index.tenants.entry(name.clone());
            known.or_insert_with(|| Tenant::new(ids[name])).head = head;
            self.last_at_ms = self.last_at_ms.max(Some(head.last_at_ms));
        }
        Ok(())
    }

    fn tenants(&self) -> Vec<Arc<str>> {
        self.shared.tenants()
    }

    fn standing(&self, tenant: &str) -> Option<Standing> {
        self.shared.standing(tenant)
    }

    fn last_at_ms(&self) -> Option<i64> {
        self.last_at_ms
    }

    fn delete_tenant(&mut self, tenant: &str) -> Result<(), LogError> {
        let Some((name, known)) = self.shared.find(tenant) else {
            return Ok(());
        };
        self.shared.settle(&mut self.conn)?;
        // Before: a mark of what is deleted would be taken for a loss.
        self.end
            .clear()
            .map_err(|error| LogError::storage("clear the mark of the end", error))?;
        delete_tenant(&mut self.conn, &name, known.id, (self.id, self.last_at_ms))
            .map_err(|error| self.shared.failed("delete the tenant", error))?;
        let mut index = self.shared.index();
        index.tenants.remove(&name);
        index.deleted.push(known.id);
        index.has_removed = true;
        drop(index);
        // The tenant is gone, whatever becomes of this: keys that are left behind, the next open destroys.
        let _ = self.shared.keys.destroy_all(known.id);
        Ok(())
    }

    fn check_place(&self) -> Result<(), LogError> {
        self.place.check()
    }

    fn keeper(&self) -> Result<Box<dyn LogKeeper>, LogError> {
        Ok(Box::new(SqliteKeeper::open(self.shared.clone())?))
    }
}

impl Drop for SqliteLog {
    fn drop(&mut self) {
        self.shared.leave(&self.conn);
    }
}

impl Shared {
    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tenants(&self) -> Vec<Arc<str>> {
        let index = self.index();
        let with_entries = index
            .tenants
            .iter()
            .filter(|(_, known)| known.head.last_seq > 0);
        with_entries.map(|(name, _)| name.clone()).collect()
    }

    /// A tenant as it stands now.
    fn find(&self, tenant: &str) -> Option<(Arc<str>, Tenant)> {
        let index = self.index();
        let (name, known) = index.tenants.get_key_value(tenant)?;
        Some((name.clone(), known.clone()))
    }

    fn standing(&self, tenant: &str) -> Option<Standing> {
        let (_, known) = self.find(tenant)?;
        (known.head.last_seq > 0).then_some(Standing {
            life: known.id as u64,
            kept_after: known.kept_after,
            last_seq: known.head.last_seq,
            last_at_ms: known.head.last_at_ms,
            snapshots: known.snapshots,
        })
    }

    /// Changes what is known of a tenant, unless it was deleted meanwhile.
    fn update(&self, name: &str, id: i64, change: impl FnOnce(&mut Tenant)) {
        if let Some(known) = self.index().tenants.get_mut(name)
            && known.id == id
        {
            change(known);
        }
    }
}

impl Tenant {
    /// A tenant without entries.
    fn new(id: i64) -> Self {
        Self {
            id,
            head: Head::EMPTY,
            kept_after: 0,
            snapshots: Vec::new(),
        }
    }
}

/// Why a batch was not written.
enum Failure {
    Batch(rusqlite::Error),
    Keys(KeysError),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Batch(error)
    }
}

/// Writes a checked batch in one transaction, with its personal values sealed. Tenants without a number get one, and keys;
/// returns all numbers.
fn insert_batch<'b>(
    conn: &mut Connection,
    (keys, sealer): (&Keys, &mut Sealer),
    batch: &'b [Entry],
    mut ids: BTreeMap<&'b Arc<str>, i64>,
) -> Result<BTreeMap<&'b Arc<str>, i64>, Failure> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut insert = tx.prepare_cached(INSERT_ENTRY)?;
        for entry in batch {
            let &Entry {
                ref tenant,
                first_seq,
                last_seq,
                at_ms,
                ref payload,
                ref personal,
            } = entry;
            let id = match ids.get(tenant) {
                Some(id) => *id,
                None => {
                    let crc = checksum::of_tenant(tenant, 0);
                    let mut insert = tx.prepare_cached(INSERT_TENANT)?;
                    let id = insert.insert(params![&**tenant, crc])?;
                    ids.insert(tenant, id);
                    // On the disk before anything is sealed with them.
                    keys.grant(id, 0).map_err(Failure::Keys)?;
                    id
                }
            };
            let sealed = sealer.seal(keys, id, keys::Place::Entry(first_seq), payload, personal);
            let crc = checksum::of_entry(tenant, first_seq, last_seq, at_ms, &sealed);
            insert.execute(params![
                id,
                first_seq as i64,
                last_seq as i64,
                at_ms,
                crc,
                sealed
            ])?;
        }
    }
    tx.commit()?;
    Ok(ids)
}

/// Gives up all of a tenant and keeps the journal's time from going back.
fn delete_tenant(
    conn: &mut Connection,
    name: &str,
    tenant_id: i64,
    (journal, last_at_ms): (JournalId, Option<i64>),
) -> rusqlite::Result<()> {
    let crc = checksum::of_journal(&journal.to_string(), last_at_ms);
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute(
        "UPDATE journal SET last_at_ms = ?1, crc = ?2",
        params![last_at_ms, crc],
    )?;
    set_kept_after(&tx, name, tenant_id, KEPT_AFTER_OF_DELETED)?;
    tx.commit()
}

/// Gives up events. A tenant that has been deleted meanwhile stays so.
fn set_kept_after(conn: &Connection, name: &str, id: i64, kept_after: u64) -> rusqlite::Result<()> {
    let crc = checksum::of_tenant(name, kept_after);
    conn.execute(
        "UPDATE tenants SET kept_after = ?2, crc = ?3 WHERE id = ?1 AND kept_after < ?2",
        params![id, kept_after as i64, crc],
    )?;
    Ok(())
}

/// Whether SQLite says that somebody else is at work.
fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

/// SQLite's write-ahead log of a database file.
pub(crate) fn wal_path(path: &Path) -> PathBuf {
    beside(path, "-wal")
}

/// Whether SQLite says that the file is not as SQLite writes it, or reads from it what was never written: a page that is
/// gone from a cut file is empty, and its rows hold other kinds of values; one that is there in part cannot be read.
fn is_corruption(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType};
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    ) || matches!(
        error,
        rusqlite::Error::SqliteFailure(failure, _)
            if failure.extended_code == rusqlite::ffi::SQLITE_IOERR_SHORT_READ
    ) || matches!(
        error,
        InvalidColumnType(..) | FromSqlConversionFailure(..) | IntegralValueOutOfRange(..)
    )
}
