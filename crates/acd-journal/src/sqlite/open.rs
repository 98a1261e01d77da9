//! Creating and opening a shard's file: what it is, whether it is whole, what had to be cut.

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, params};

use super::end_mark::{self, End, EndMark};
use super::place::Place;
use super::schema::{self, SCHEMA_VERSION, Stamp};
use super::verify::{self, Verified};
use super::wal::{self, WalState};
use super::{SqliteLog, is_corruption};
use crate::log::{Damage, JournalId};

/// What [`SqliteLog::open`] found and did; worth a log line when anything but `entries` is set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenReport {
    /// Whether the journal was made just now.
    pub is_created: bool,
    /// Intact entries in the file.
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
    pub(super) fn storage(
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
    fn of_sqlite(path: &Path, action: &'static str, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotAJournal { path },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse { path },
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
    /// Opens the journal at `path` and verifies all of it.
    ///
    /// # Errors
    /// [`OpenError`]; [`OpenError::Missing`] if the file is absent or holds nothing.
    pub fn open(path: &Path) -> Result<(Self, OpenReport), OpenError> {
        if !has_content(path)? {
            return Err(OpenError::Missing {
                path: path.to_owned(),
            });
        }
        open_file(path, false)
    }

    /// Opens the journal at `path`, making an empty one if the file is absent.
    ///
    /// # Errors
    /// [`OpenError`]; [`OpenError::Missing`] if the file is absent or empty but its write-ahead log is not.
    pub fn open_or_create(path: &Path) -> Result<(Self, OpenReport), OpenError> {
        if !has_content(path)? {
            // SQLite would throw this log away.
            if has_content(&wal_path(path))? {
                return Err(OpenError::Missing {
                    path: path.to_owned(),
                });
            }
            create_private(path).map_err(|error| OpenError::storage(path, "create", error))?;
        }
        open_file(path, true)
    }
}

fn open_file(path: &Path, may_create: bool) -> Result<(SqliteLog, OpenReport), OpenError> {
    let torn_wal_pages = inspect_wal(&wal_path(path))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let failed = |action| move |error| OpenError::of_sqlite(path, action, error);
    let mut conn = Connection::open_with_flags(path, flags).map_err(failed("open"))?;
    // A file that is refused is left as it is; SQLite would tidy up.
    let keep =
        |conn: &Connection, on| conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on);
    keep(&conn, true).map_err(failed("open"))?;
    let is_created = is_blank(&conn, path)?;
    if is_created && !may_create {
        return Err(OpenError::Missing {
            path: path.to_owned(),
        });
    }
    let mark = end_mark::path(path);
    let (end, acknowledged) =
        EndMark::open(&mark).map_err(|error| OpenError::storage(&mark, "open", error))?;
    if let Some(acknowledged) = &acknowledged {
        // Before anything is moved out of the write-ahead log: what is left of it may still be of use.
        check_reach(&conn, acknowledged, path)?;
    }
    schema::configure(&conn).map_err(failed("configure"))?;
    if is_created {
        let id = JournalId::random().map_err(|error| OpenError::storage(path, "create", error))?;
        schema::create(&mut conn, id).map_err(failed("create the tables of"))?;
    }
    conn.wal_checkpoint_v2(Some("main"), CheckpointMode::TRUNCATE)
        .map_err(failed("empty the write-ahead log of"))?;

    let (id, deleted_at_ms) = journal_row(&conn, path)?;
    let found = verify::verify(&conn, path)?;
    if let Some(acknowledged) = acknowledged {
        check_verified(&found, &acknowledged, path)?;
    }
    cut(&mut conn, &found).map_err(failed("cut the torn end of"))?;
    keep(&conn, false).map_err(failed("open"))?;
    let report = report(&found, is_created, torn_wal_pages);
    let log = SqliteLog {
        conn,
        path: path.to_owned(),
        id,
        tenants: found.tenants,
        last_at_ms: found.last_at_ms.max(deleted_at_ms),
        stuck_wal_pages: 0,
        has_removed: found.has_removed,
        place: Place::of([path.to_owned(), wal_path(path)])
            .map_err(|error| OpenError::storage(path, "look at", error))?,
        end,
        lock: None,
    };
    Ok((log, report))
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
fn inspect_wal(path: &Path) -> Result<u64, OpenError> {
    match wal::inspect(path).map_err(|error| OpenError::storage(path, "read", error))? {
        WalState::Whole => Ok(0),
        WalState::TornEnd { frames } => Ok(frames),
        WalState::Damaged { frame } => Err(OpenError::WalDamaged {
            path: path.to_owned(),
            page: frame,
        }),
    }
}

/// Refuses what is not a journal of our format; returns whether the file is blank.
fn is_blank(conn: &Connection, path: &Path) -> Result<bool, OpenError> {
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

fn journal_row(conn: &Connection, path: &Path) -> Result<(JournalId, Option<i64>), OpenError> {
    schema::journal_row(conn)
        .map_err(|error| OpenError::of_sqlite(path, "read the id of", error))?
        .ok_or_else(|| {
            let reason = "it does not match its checksum; restore the file from a backup";
            OpenError::storage(path, "read the id of", reason)
        })
}

/// Removes what the scan found bad but dispensable. The index is made anew: it may name what cannot be read.
fn cut(conn: &mut Connection, found: &Verified) -> rusqlite::Result<()> {
    if found.torn.is_empty() && found.bad_snapshots.is_empty() {
        return Ok(());
    }
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for bad in &found.bad_snapshots {
        tx.execute(
            "DELETE FROM snapshots WHERE tenant_id = ?1 AND seq = ?2",
            params![bad.tenant_id, bad.seq],
        )?;
    }
    if !found.torn.is_empty() {
        tx.execute_batch("DROP INDEX entries_by_tenant")?;
        for bad in &found.torn {
            tx.execute(
                "DELETE FROM entries WHERE position = ?1",
                params![bad.position],
            )?;
        }
        tx.execute_batch(schema::ENTRIES_BY_TENANT)?;
    }
    tx.commit()
}

fn report(found: &Verified, is_created: bool, torn_wal_pages: u64) -> OpenReport {
    let cut = found.torn.iter().filter(|bad| !bad.is_removed);
    OpenReport {
        is_created,
        entries: found.entries,
        cut: cut
            .map(|bad| CutEntry {
                tenant: bad.tenant.clone(),
                after_seq: bad.after_seq,
            })
            .collect(),
        dropped_snapshots: found
            .bad_snapshots
            .iter()
            .map(|bad| DroppedSnapshot {
                tenant: bad.tenant.clone(),
                seq: u64::try_from(bad.seq).unwrap_or(0),
            })
            .collect(),
        torn_wal_pages,
    }
}

fn has_content(path: &Path) -> Result<bool, OpenError> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.len() > 0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(OpenError::storage(path, "open", error)),
    }
}

/// Makes the file readable by its owner only: callers' numbers are in it. SQLite gives its other files the same mode.
fn create_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// SQLite's write-ahead log of a database file.
fn wal_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}
