//! Creating and opening a shard's file: what it is, whether it is whole, what had to be cut.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, params};

use super::doubt::{self, Doubt};
use super::end_mark::{self, End, EndMark};
use super::outside::connect_still;
use super::place::Place;
use super::schema::{self, SCHEMA_VERSION, Stamp};
use super::snapshots::SnapshotDir;
use super::verify::{self, Extent, Verified};
use super::wal::{self, WalState};
use super::{Index, Shared, SqliteLog, is_busy, is_corruption, wal_path};
use crate::dir_lock::DirLock;
use crate::keys::{Keys, KeysError, Sealer};
use crate::log::{Damage, JournalId};
use crate::volume::{self, Volume, if_there};

/// What [`SqliteLog::open`] found and did, or [`SqliteLog::verify`] found; worth a log line when anything but `entries` is
/// set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenReport {
    /// Whether the journal was made just now.
    pub is_created: bool,
    /// Entries that were verified and are intact.
    pub entries: u64,
    /// Entries at the very end that did not match their checksums and were removed.
    pub cut: Vec<CutEntry>,
    /// Damaged snapshots that were removed; the older one, or the whole log, rebuilds the state.
    pub dropped_snapshots: Vec<DroppedSnapshot>,
    /// Pages of one unfinished transaction at the end of SQLite's write-ahead log: the mark of a crash while a batch
    /// was being written.
    pub torn_wal_pages: u64,
}

/// An entry removed from the very end of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutEntry {
    /// The tenant it named, as far as it could be read.
    pub tenant: String,
    /// The last event of that tenant that is intact; its log ends there now.
    pub after_seq: u64,
}

/// A damaged snapshot that was removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedSnapshot {
    /// The tenant it named, as far as it could be read.
    pub tenant: String,
    /// Where it said it had been taken.
    pub seq: u64,
}

/// Why a shard's file cannot be opened. Nothing in it has been removed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file is absent or holds nothing where a journal should be.
    #[error(
        "there is no journal at {}; restore the file from a backup, or start with an empty data directory",
        path.display()
    )]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("{} is not a journal of this program; name another data directory", path.display())]
    NotAJournal {
        /// The file.
        path: PathBuf,
    },
    /// The journal was written by another version of this program.
    #[error(
        "{} is a journal of format {found}, this program reads format {SCHEMA_VERSION}; start the version of the \
         program that wrote it",
        path.display()
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i32,
    },
    /// Another process holds the file.
    #[error("{} is in use by another process, such as a backup; end it and start again", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// Acknowledged batches stand behind a damaged place of SQLite's write-ahead log.
    #[error(
        "{} is damaged at page {page} and whole batches follow; opening it would lose them, so nothing was touched. \
         Copy the data directory aside and check the disk; then restore it from a backup, or remove this one file to \
         go on without the batches in it",
        path.display()
    )]
    WalDamaged {
        /// The write-ahead log.
        path: PathBuf,
        /// The damaged page, counted from 1; 0 is the file's header.
        page: u64,
    },
    /// The log ends before what was acknowledged.
    #[error(
        "the log of tenant {tenant:?} in {} ends at seq {last_seq}, and seq {acknowledged} was acknowledged: the write-ahead \
         log beside it was removed or cut, or an older copy of the file was put in its place. Nothing was touched. Copy \
         the data directory aside and look for the lost files; then restore them, or remove {} to go on without what \
         is missing",
        path.display(), mark.display()
    )]
    Lost {
        /// The file.
        path: PathBuf,
        /// The file that names the last entry that was acknowledged.
        mark: PathBuf,
        /// The tenant of that entry.
        tenant: String,
        /// The last event of the tenant that is there.
        last_seq: u64,
        /// The last event that was acknowledged.
        acknowledged: u64,
    },
    /// The structure of the file is damaged, so that not all entries can be reached.
    #[error(
        "the structure of {} is damaged ({source}); {entries} entries before that are intact. Copy the data directory \
         aside and check the disk; then restore the file from a backup, or rescue it with `sqlite3 FILE .recover`",
        path.display()
    )]
    Structure {
        /// The file.
        path: PathBuf,
        /// Entries found intact before the damage.
        entries: u64,
        /// What SQLite says.
        source: Box<dyn Error + Send + Sync>,
    },
    /// An entry that is not at the very end is not what was written, or is gone.
    #[error(transparent)]
    Damaged(Box<Damage>),
    /// The keys of its personal data are not there.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The store failed.
    #[error("cannot {action} {}: {source}", path.display())]
    Storage {
        /// The file.
        path: PathBuf,
        /// What was being done to it.
        action: &'static str,
        /// Why it failed.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl OpenError {
    pub(crate) fn storage(
        path: &Path,
        action: &'static str,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self::Storage {
            path: path.to_owned(),
            action,
            source: source.into(),
        }
    }

    /// What an error of SQLite means while the file is being opened.
    pub(crate) fn of_sqlite(path: &Path, action: &'static str, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotAJournal { path },
            _ if is_busy(&source) => Self::InUse { path },
            _ if is_corruption(&source) => Self::Structure {
                path,
                entries: 0,
                source: Box::new(source),
            },
            _ => Self::Storage {
                path,
                action,
                source: Box::new(source),
            },
        }
    }
}

impl SqliteLog {
    /// Opens the journal at `path` and verifies what recovery will read of it.
    ///
    /// # Errors
    /// [`OpenError`]; [`OpenError::Missing`] if the file is absent or holds nothing.
    pub fn open(path: &Path) -> Result<(Self, OpenReport), OpenError> {
        Self::open_on(&volume::system(), path)
    }

    /// The same, on this volume.
    ///
    /// # Errors
    /// Those of [`SqliteLog::open`].
    pub fn open_on(volume: &Arc<dyn Volume>, path: &Path) -> Result<(Self, OpenReport), OpenError> {
        Self::open_held(volume, path, None)
    }

    /// The same, and keeps the directory locked until the last handle is gone.
    pub(crate) fn open_held(
        volume: &Arc<dyn Volume>,
        path: &Path,
        lock: Option<Arc<DirLock>>,
    ) -> Result<(Self, OpenReport), OpenError> {
        let examined = Examined::of(volume, path, Extent::Recovery, connect)?;
        let torn_wal_pages = examined.torn_wal_pages;
        let report = report(&examined.found, false, torn_wal_pages);
        Ok((examined.open(volume, path, lock)?, report))
    }

    /// Opens the journal at `path`, making an empty one if the file is absent.
    ///
    /// # Errors
    /// [`OpenError`]; [`OpenError::Missing`] if the file is absent or empty but its write-ahead log is not.
    pub fn open_or_create(path: &Path) -> Result<(Self, OpenReport), OpenError> {
        Self::open_or_create_on(&volume::system(), path)
    }

    /// The same, on this volume.
    ///
    /// # Errors
    /// Those of [`SqliteLog::open_or_create`].
    pub fn open_or_create_on(
        volume: &Arc<dyn Volume>,
        path: &Path,
    ) -> Result<(Self, OpenReport), OpenError> {
        let is_created = create(&**volume, path)?;
        let (log, report) = Self::open_on(volume, path)?;
        let report = OpenReport {
            is_created,
            ..report
        };
        Ok((log, report))
    }

    /// Verifies everything that is kept in the journal at `path`, and changes nothing. No process may have it open.
    ///
    /// # Errors
    /// What would stop a start, and what a start would not look at.
    pub fn verify(path: &Path) -> Result<OpenReport, OpenError> {
        Self::verify_on(&volume::system(), path)
    }

    /// The same, on this volume.
    ///
    /// # Errors
    /// Those of [`SqliteLog::verify`].
    pub fn verify_on(volume: &Arc<dyn Volume>, path: &Path) -> Result<OpenReport, OpenError> {
        let examined = Examined::of(volume, path, Extent::All, connect_untouched)?;
        Ok(report(&examined.found, false, examined.torn_wal_pages))
    }

    /// Looks what [`SqliteLog::open`] would do with the journal at `path`, and changes nothing, not even a file beside it.
    /// No process may have it open.
    ///
    /// # Errors
    /// What would stop a start.
    pub fn examine(path: &Path) -> Result<OpenReport, OpenError> {
        let examined = Examined::of(&volume::system(), path, Extent::Recovery, connect_untouched)?;
        Ok(report(&examined.found, false, examined.torn_wal_pages))
    }

    /// Copies what [`SqliteLog::open`] would remove from the journal at `path` into the directory `aside`; returns whether
    /// there is anything. No process may have it open.
    ///
    /// # Errors
    /// What would stop a start, and [`OpenError::Storage`] if it cannot be copied.
    pub(crate) fn copy_aside(path: &Path, aside: &Path) -> Result<bool, OpenError> {
        let examined = Examined::of(&volume::system(), path, Extent::Recovery, connect_untouched)?;
        let failed = |error| OpenError::storage(path, "copy what is to be removed from", error);
        examined.copy_aside(path, aside).map_err(failed)
    }
}

/// A journal that has been looked at and may be opened.
struct Examined {
    conn: Connection,
    id: JournalId,
    /// The latest time of any tenant deleted so far.
    deleted_at_ms: Option<i64>,
    snapshots: SnapshotDir,
    found: Verified,
    /// None if they were not asked for.
    keys: Option<Keys>,
    torn_wal_pages: u64,
}

impl Examined {
    /// Looks at a journal. Nothing is changed.
    fn of(
        volume: &Arc<dyn Volume>,
        path: &Path,
        extent: Extent,
        connect: Connect,
    ) -> Result<Self, OpenError> {
        let missing = || OpenError::Missing {
            path: path.to_owned(),
        };
        if !has_content(&**volume, path)? {
            return Err(missing());
        }
        let torn_wal_pages = inspect_wal(&**volume, &wal_path(path))?;
        let failed = |error| OpenError::of_sqlite(path, "open", error);
        let conn = connect(&**volume, path).map_err(failed)?;
        // A file that is refused is left as it is; SQLite would tidy up.
        keep_wal(&conn, true).map_err(failed)?;
        if is_blank(&conn, path)? {
            return Err(missing());
        }
        let acknowledged = end_mark::acknowledged(&**volume, &end_mark::path(path))
            .map_err(|error| OpenError::storage(&end_mark::path(path), "read", error))?;
        if let Some(acknowledged) = &acknowledged {
            check_reach(&conn, acknowledged, path)?;
        }
        let (id, deleted_at_ms) = journal_row(&conn, path)?;
        let snapshots = SnapshotDir::of(volume, path, id);
        let found = verify::verify(&conn, path, &snapshots, extent)?;
        if let Some(acknowledged) = acknowledged {
            check_verified(&found, &acknowledged, path)?;
        }
        let keys = match extent {
            Extent::Recovery => Some(keys(volume, path, id, &found)?),
            Extent::All => None,
        };
        Ok(Self {
            conn,
            id,
            deleted_at_ms,
            snapshots,
            found,
            keys,
            torn_wal_pages,
        })
    }

    /// Copies what [`Examined::open`] removes into the directory `aside`; false if that is nothing.
    fn copy_aside(&self, path: &Path, aside: &Path) -> Result<bool, Box<dyn Error + Send + Sync>> {
        let has_torn_pages = self.torn_wal_pages > 0;
        let snapshots = self.found.bad_snapshots.iter().map(|bad| &bad.file);
        let files = has_torn_pages.then(|| wal_path(path));
        let files: Vec<_> = files.iter().chain(snapshots).collect();
        let torn = &self.found.torn;
        if files.is_empty() && torn.is_empty() {
            return Ok(false);
        }
        let volume = volume::system();
        volume.make_directory(aside)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for file in files {
            // In the place where it was, so that snapshots of two shards do not meet.
            let copy = aside.join(file.strip_prefix(folder)?);
            if let Some(beside) = copy.parent() {
                volume.make_directory(beside)?;
                fs::copy(file, &copy)?;
                File::open(&copy)?.sync_all()?;
                File::open(beside)?.sync_all()?;
            }
        }
        if !torn.is_empty() {
            let mut name = path.file_name().unwrap_or_default().to_owned();
            name.push("-entries.jsonl");
            let mut copy = File::create(aside.join(name))?;
            for bad in torn {
                writeln!(copy, "{}", self.row(bad.position)?)?;
            }
            copy.sync_all()?;
        }
        File::open(aside)?.sync_all()?;
        Ok(true)
    }

    /// A row of `entries` as it is, intact or not.
    fn row(&self, position: i64) -> rusqlite::Result<serde_json::Value> {
        let sql = "SELECT * FROM entries WHERE position = ?1";
        let mut statement = self.conn.prepare(sql)?;
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        statement.query_row(params![position], |row| {
            let values = columns.iter().enumerate().map(|(at, column)| {
                let value = match row.get_ref(at)? {
                    ValueRef::Null => serde_json::Value::Null,
                    ValueRef::Integer(number) => number.into(),
                    ValueRef::Real(number) => number.into(),
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => hexadecimal(bytes).into(),
                };
                Ok((column.clone(), value))
            });
            values.collect::<rusqlite::Result<_>>()
        })
    }

    /// Makes it ready for a writer: removes what is torn and damaged, and empties the write-ahead log, so that the next
    /// start can trust what it finds there.
    fn open(
        self,
        volume: &Arc<dyn Volume>,
        path: &Path,
        lock: Option<Arc<DirLock>>,
    ) -> Result<SqliteLog, OpenError> {
        let Self {
            mut conn,
            id,
            deleted_at_ms,
            snapshots,
            found,
            keys,
            ..
        } = self;
        let keys = keys.unwrap_or_else(|| Keys::empty(volume, path, id));
        settle_keys(&keys, &found)?;
        let failed = |action| move |error| OpenError::of_sqlite(path, action, error);
        schema::configure(&mut conn).map_err(failed("configure"))?;
        let wal = wal_path(path);
        if has_content(&**volume, &wal)? {
            volume
                .create(&wal)
                .and_then(|file| doubt::write_again(&*file))
                .map_err(|error| OpenError::storage(&wal, "write again", error))?;
        }
        conn.wal_checkpoint_v2(Some("main"), CheckpointMode::TRUNCATE)
            .map_err(failed("empty the write-ahead log of"))?;
        cut(&mut conn, &found).map_err(failed("cut the torn end of"))?;
        tidy(&snapshots, &found)
            .map_err(|error| OpenError::storage(snapshots.path(), "tidy", error))?;
        keep_wal(&conn, false).map_err(failed("open"))?;
        let mark = end_mark::path(path);
        let mut end = EndMark::open(&**volume, &mark)
            .map_err(|error| OpenError::storage(&mark, "open", error))?;
        let tenants = found.tenants.iter();
        if let Some((last, known)) = tenants.max_by_key(|(_, known)| known.head.last_at_ms) {
            end.note(last, known.head.last_seq)
                .map_err(|error| OpenError::storage(&mark, "write", error))?;
        }
        let has_truncated = found.tenants.values().any(|known| known.kept_after > 0);
        let index = Index {
            has_removed: has_truncated || !found.deleted.is_empty(),
            tenants: found.tenants,
            deleted: found.deleted,
        };
        let place = Place::of(volume, [path.to_owned(), wal_path(path)])
            .map_err(|error| OpenError::storage(path, "look at", error))?;
        let database = volume
            .create(path)
            .map_err(|error| OpenError::storage(path, "open", error))?;
        let shared = Shared {
            volume: volume.clone(),
            path: path.to_owned(),
            database: Some(database),
            snapshots,
            keys,
            index: Mutex::new(index),
            doubt: Doubt::default(),
            turn: Mutex::default(),
            _lock: lock,
        };
        Ok(SqliteLog {
            conn,
            shared: Arc::new(shared),
            id,
            last_at_ms: found.last_at_ms.max(deleted_at_ms),
            place,
            end,
            sealer: Sealer::new(),
        })
    }
}

/// The keys of a journal. One that holds nothing yet has none.
fn keys(
    volume: &Arc<dyn Volume>,
    path: &Path,
    journal: JournalId,
    found: &Verified,
) -> Result<Keys, KeysError> {
    let has_entries = found.tenants.values().any(|it| it.head.last_seq > 0);
    match Keys::read(volume, path, journal) {
        Err(KeysError::Missing { .. }) if !has_entries => Ok(Keys::empty(volume, path, journal)),
        keys => keys,
    }
}

/// Each tenant that is there has keys, and none that is deleted: of one without any, what was sealed before is erased.
fn settle_keys(keys: &Keys, found: &Verified) -> Result<(), KeysError> {
    for tenant in found.tenants.values() {
        keys.grant(tenant.id, tenant.head.last_seq)?;
    }
    found
        .deleted
        .iter()
        .try_for_each(|tenant| keys.destroy_all(*tenant))
}

/// Makes an empty journal if there is none.
fn create(volume: &dyn Volume, path: &Path) -> Result<bool, OpenError> {
    let failed = |error| OpenError::of_sqlite(path, "create", error);
    if !has_content(volume, path)? {
        // SQLite would throw this log away.
        if has_content(volume, &wal_path(path))? {
            return Err(OpenError::Missing {
                path: path.to_owned(),
            });
        }
        // For its owner only: callers' numbers are in it. SQLite gives its other files the same mode.
        volume
            .create(path)
            .map_err(|error| OpenError::storage(path, "create", error))?;
    }
    let mut conn = connect(volume, path).map_err(failed)?;
    keep_wal(&conn, true).map_err(failed)?;
    if !is_blank(&conn, path)? {
        return Ok(false);
    }
    let id = JournalId::draw(volume).map_err(|error| OpenError::storage(path, "create", error))?;
    schema::configure(&mut conn).map_err(failed)?;
    schema::create(&mut conn, id).map_err(failed)?;
    keep_wal(&conn, false).map_err(failed)?;
    Ok(true)
}

/// A connection to a file that is there.
pub(super) fn connect(volume: &dyn Volume, path: &Path) -> rusqlite::Result<Connection> {
    connect_with(volume, path, OpenFlags::SQLITE_OPEN_READ_WRITE)
}

/// A connection with these flags, to be used by one thread at a time.
pub(super) fn connect_with(
    volume: &dyn Volume,
    path: &Path,
    flags: OpenFlags,
) -> rusqlite::Result<Connection> {
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    match volume.sqlite_vfs() {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs),
        None => Connection::open_with_flags(path, flags),
    }
}

/// How a file is opened to be looked at.
type Connect = fn(&dyn Volume, &Path) -> rusqlite::Result<Connection>;

/// A connection to a file that no process has open, by which nothing is changed, and nothing made beside it.
pub(super) fn connect_untouched(volume: &dyn Volume, path: &Path) -> rusqlite::Result<Connection> {
    let has_wal = volume.look(&wal_path(path)).is_ok_and(|wal| wal.length > 0);
    if !has_wal {
        return connect_still(volume, path);
    }
    let conn = connect(volume, path)?;
    keep_wal(&conn, true)?;
    // Who has the file alone needs no index of the write-ahead log that others could read.
    conn.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
    Ok(conn)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether the write-ahead log stays as it is when the connection is closed.
pub(super) fn keep_wal(conn: &Connection, on: bool) -> rusqlite::Result<()> {
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on)
        .map(drop)
}

/// Refuses a log that ends before what was acknowledged, as far as that shows without verifying it.
fn check_reach(conn: &Connection, acknowledged: &End, path: &Path) -> Result<(), OpenError> {
    let last_seq = |tenant: &str| -> rusqlite::Result<Option<i64>> {
        let sql =
            "SELECT max(last_seq) FROM tenants JOIN entries ON tenant_id = id WHERE name = ?1";
        conn.query_row(sql, params![tenant], |row| row.get(0))
    };
    // Without tables, with damaged ones or without the tenant there is more to tell: the scan does.
    match last_seq(&acknowledged.tenant) {
        Ok(Some(last_seq)) => {
            let last_seq = u64::try_from(last_seq).unwrap_or(0);
            check_end(last_seq, acknowledged, path)
        }
        Ok(None) | Err(_) => Ok(()),
    }
}

/// Refuses a log that does not reach what was acknowledged; what is bad there is no torn end.
fn check_verified(found: &Verified, acknowledged: &End, path: &Path) -> Result<(), OpenError> {
    let known = found.tenants.get(acknowledged.tenant.as_str());
    let last_seq = known.map_or(0, |known| known.head.last_seq);
    let is_torn = found.torn.iter().any(|bad| !bad.is_removed);
    if is_torn && last_seq < acknowledged.last_seq {
        return Err(OpenError::Damaged(Box::new(Damage {
            path: path.to_owned(),
            tenant: acknowledged.tenant.clone(),
            seq: last_seq + 1,
            what: format!(
                "its checksum does not match, and seq {} was acknowledged",
                acknowledged.last_seq
            ),
        })));
    }
    check_end(last_seq, acknowledged, path)
}

fn check_end(last_seq: u64, acknowledged: &End, path: &Path) -> Result<(), OpenError> {
    if last_seq >= acknowledged.last_seq {
        return Ok(());
    }
    Err(OpenError::Lost {
        path: path.to_owned(),
        mark: end_mark::path(path),
        tenant: acknowledged.tenant.clone(),
        last_seq,
        acknowledged: acknowledged.last_seq,
    })
}

/// Refuses a write-ahead log whose middle is damaged; returns how many pages of an unfinished transaction end it.
pub(super) fn inspect_wal(volume: &dyn Volume, path: &Path) -> Result<u64, OpenError> {
    match wal::inspect(volume, path).map_err(|error| OpenError::storage(path, "read", error))? {
        WalState::Whole => Ok(0),
        WalState::TornEnd { frames } => Ok(frames),
        WalState::Damaged { frame } => Err(OpenError::WalDamaged {
            path: path.to_owned(),
            page: frame,
        }),
    }
}

/// Refuses what is not a journal of our format; returns whether the file is blank.
pub(super) fn is_blank(conn: &Connection, path: &Path) -> Result<bool, OpenError> {
    let path_buf = || path.to_owned();
    match schema::stamp(conn).map_err(|error| OpenError::of_sqlite(path, "read", error))? {
        Stamp::Blank => Ok(true),
        Stamp::Current => Ok(false),
        Stamp::OtherVersion(found) => Err(OpenError::Format {
            path: path_buf(),
            found,
        }),
        Stamp::Foreign => Err(OpenError::NotAJournal { path: path_buf() }),
    }
}

pub(super) fn journal_row(
    conn: &Connection,
    path: &Path,
) -> Result<(JournalId, Option<i64>), OpenError> {
    schema::journal_row(conn)
        .map_err(|error| OpenError::of_sqlite(path, "read the id of", error))?
        .ok_or_else(|| {
            let reason = "it does not match its checksum; restore the file from a backup";
            OpenError::storage(path, "read the id of", reason)
        })
}

/// Removes the torn end. The index is made anew: it may name what cannot be read.
fn cut(conn: &mut Connection, found: &Verified) -> rusqlite::Result<()> {
    if found.torn.is_empty() {
        return Ok(());
    }
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch("DROP INDEX entries_by_tenant")?;
    for bad in &found.torn {
        tx.execute(
            "DELETE FROM entries WHERE position = ?1",
            params![bad.position],
        )?;
    }
    tx.execute_batch(schema::ENTRIES_BY_TENANT)?;
    tx.commit()
}

/// Makes the directory of the snapshots, and removes from it what is damaged or of no use.
fn tidy(snapshots: &SnapshotDir, found: &Verified) -> io::Result<()> {
    snapshots.make()?;
    let damaged = found.bad_snapshots.iter().map(|bad| &bad.file);
    for file in damaged.chain(&found.leftovers) {
        snapshots.remove(file)?;
    }
    Ok(())
}

fn report(found: &Verified, is_created: bool, torn_wal_pages: u64) -> OpenReport {
    let cut = found.torn.iter().filter(|bad| !bad.is_removed);
    OpenReport {
        is_created,
        entries: found.entries,
        cut: cut
            .map(|bad| CutEntry {
                tenant: bad.tenant.to_string(),
                after_seq: bad.after_seq,
            })
            .collect(),
        dropped_snapshots: found
            .bad_snapshots
            .iter()
            .map(|bad| DroppedSnapshot {
                tenant: bad.tenant.to_string(),
                seq: bad.seq,
            })
            .collect(),
        torn_wal_pages,
    }
}

pub(super) fn has_content(volume: &dyn Volume, path: &Path) -> Result<bool, OpenError> {
    let found = if_there(volume.look(path));
    let found = found.map_err(|error| OpenError::storage(path, "open", error))?;
    Ok(found.is_some_and(|found| found.length > 0))
}
