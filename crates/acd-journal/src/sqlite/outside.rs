//! [`OutsideReader`]: reads a journal that is not ours, as it lies on the disk. A server may be at work in it.

use std::cmp::Reverse;
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::doubt::Doubt;
use super::open::{
    connect_untouched, connect_with, has_content, inspect_wal, is_blank, journal_row,
};
use super::reader::SqliteReader;
use super::snapshots::SnapshotDir;
use super::verify::tenant_rows;
use super::{Index, KEPT_AFTER_OF_DELETED, OpenError, Shared, Tenant, schema, wal_path};
use crate::checksum;
use crate::keys::{Keys, KeysError};
use crate::log::{
    Damage, Entry, JournalId, LogError, LogReader, SNAPSHOTS_KEPT, Snapshot, Standing,
};
use crate::rules::Head;
use crate::volume::{self, Volume};

/// Reads, and keeps up with a writer: what each call tells is as it stands then.
#[derive(Debug)]
pub(crate) struct OutsideReader {
    reader: SqliteReader,
    id: JournalId,
    /// Whether the file is read as one that nobody writes.
    is_still: bool,
}

/// Who else may have the file open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Others {
    /// A server does.
    Server,
    /// Nobody now; a server may be started.
    Perhaps,
    /// Nobody: the directory is locked.
    Nobody,
}

impl OutsideReader {
    /// Opens the journal at `path`. Nothing in it is changed. Where a crash left a write-ahead log and others may come,
    /// SQLite makes the index of it beside it, as a start does.
    pub(crate) fn open(
        volume: &Arc<dyn Volume>,
        path: &Path,
        others: Others,
    ) -> Result<Self, OpenError> {
        let missing = || OpenError::Missing {
            path: path.to_owned(),
        };
        if !has_content(&**volume, path)? {
            return Err(missing());
        }
        let wal = wal_path(path);
        let is_still = others != Others::Server && !has_content(&**volume, &wal)?;
        if others != Others::Server {
            // SQLite would drop what stands behind damage without a word.
            inspect_wal(&**volume, &wal)?;
        }
        let failed = |error| OpenError::of_sqlite(path, "open", error);
        let mut conn = match others {
            _ if is_still => connect_still(&**volume, path),
            Others::Nobody => connect_untouched(&**volume, path),
            Others::Server | Others::Perhaps => connect(&**volume, path),
        }
        .map_err(failed)?;
        schema::wait_in_short_steps(&mut conn).map_err(failed)?;
        if is_blank(&conn, path)? {
            return Err(missing());
        }
        let (id, _) = journal_row(&conn, path)?;
        let snapshots = SnapshotDir::of(volume, path, id);
        let tenants = tenants(&conn, path, &snapshots)?;
        // Without them it reads as if all personal data were erased; who looks says so.
        let keys = match Keys::read(volume, path, id) {
            Err(error @ KeysError::Io { .. }) => return Err(error.into()),
            keys => keys.unwrap_or_else(|_| Keys::empty(volume, path, id)),
        };
        let shared = Shared {
            volume: volume.clone(),
            path: path.to_owned(),
            database: None,
            snapshots,
            keys,
            index: Mutex::new(Index {
                tenants: tenants.into_iter().collect(),
                has_removed: false,
                deleted: Vec::new(),
            }),
            doubt: Doubt::default(),
            turn: Mutex::default(),
            _lock: None,
        };
        Ok(Self {
            reader: SqliteReader {
                conn,
                shared: Arc::new(shared),
            },
            id,
            is_still,
        })
    }

    /// The journal's name.
    pub(crate) fn journal_id(&self) -> JournalId {
        self.id
    }

    /// Looks where a tenant stands now.
    fn look(&self, tenant: &str) -> Result<(), LogError> {
        let shared = &self.reader.shared;
        let Some((name, known)) = shared.find(tenant) else {
            return Ok(());
        };
        let looked = standing(&self.reader.conn, known.id, &name, &shared.snapshots);
        match looked.map_err(|error| LogError::storage("look at the tenant", error))? {
            Some(now) => shared.update(&name, known.id, |tenant| *tenant = now),
            None => _ = shared.index().tenants.remove(&name),
        }
        Ok(())
    }

    /// What looks like damage is none where somebody began to write to a file that is read as a still one.
    fn told(&self, error: LogError) -> LogError {
        let shared = &self.reader.shared;
        let began = || {
            self.is_still && has_content(&*shared.volume, &wal_path(&shared.path)).unwrap_or(true)
        };
        match error {
            LogError::Damaged(_) if began() => LogError::storage(
                "read the log",
                "a server was started on it meanwhile; ask again",
            ),
            error => error,
        }
    }
}

impl LogReader for OutsideReader {
    fn tenants(&self) -> Vec<Arc<str>> {
        self.reader.tenants()
    }

    fn standing(&self, tenant: &str) -> Option<Standing> {
        // What cannot be looked at now is told by the next read.
        let _ = self.look(tenant);
        self.reader.standing(tenant)
    }

    fn read(
        &self,
        tenant: &str,
        after_seq: u64,
        visit: &mut dyn FnMut(Entry) -> ControlFlow<()>,
    ) -> Result<(), LogError> {
        // What is kept and what is read are seen as of one instant.
        let instant = self.reader.conn.unchecked_transaction();
        let _instant = instant.map_err(|error| LogError::storage("read the log", error))?;
        self.look(tenant)?;
        let read = self.reader.read(tenant, after_seq, visit);
        read.map_err(|error| self.told(error))
    }

    /// Damaged ones are passed over, as a start does.
    fn snapshots(&self, tenant: &str) -> Result<Vec<Snapshot>, LogError> {
        let Some((name, known)) = self.reader.shared.find(tenant) else {
            return Ok(Vec::new());
        };
        let dir = &self.reader.shared.snapshots;
        let failed = |error| LogError::storage("read a snapshot", error);
        let mut files = dir.list().map_err(failed)?.files;
        files.retain(|key| key.tenant_id == known.id);
        files.sort_by_key(|key| Reverse(key.seq));
        let mut found = Vec::new();
        for key in files {
            match dir.read(key, &name) {
                // Replaced by a newer one meanwhile.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                read => {
                    let read = read.map_err(failed)?;
                    found.extend(read.and_then(|it| self.reader.shared.opened(known.id, &it)));
                }
            }
        }
        found.truncate(SNAPSHOTS_KEPT);
        Ok(found)
    }

    fn sealed(&self, snapshot: &Snapshot) -> Snapshot {
        self.reader.sealed(snapshot)
    }

    fn opened(&self, sealed: &Snapshot) -> Option<Snapshot> {
        self.reader.opened(sealed)
    }

    fn last_seq_before(&self, tenant: &str, at_ms: i64) -> Result<u64, LogError> {
        self.look(tenant)?;
        self.reader.last_seq_before(tenant, at_ms)
    }
}

/// A connection that never writes to the database.
fn connect(volume: &dyn Volume, path: &Path) -> rusqlite::Result<Connection> {
    connect_with(volume, path, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

/// A connection to a file that nobody writes and that has no write-ahead log: not even the files beside it are made.
pub(super) fn connect_still(volume: &dyn Volume, path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let mut address = "file:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                address.push(char::from(*byte));
            }
            byte => address += &format!("%{byte:02X}"),
        }
    }
    address += "?mode=ro&immutable=1";
    connect_with(volume, Path::new(&address), flags)
}

/// The tenants that are not deleted.
fn tenants(
    conn: &Connection,
    path: &Path,
    snapshots: &SnapshotDir,
) -> Result<Vec<(Arc<str>, Tenant)>, OpenError> {
    let failed = |error| OpenError::of_sqlite(path, "read the list of tenants of", error);
    let mut tenants = Vec::new();
    for (id, name, kept_after, crc) in tenant_rows(conn).map_err(failed)? {
        if crc != i64::from(checksum::of_tenant(&name, kept_after as u64)) {
            return Err(OpenError::Damaged(Box::new(Damage {
                path: path.to_owned(),
                tenant: name,
                seq: 1,
                what: "its row in the list of tenants does not match its checksum".to_owned(),
            })));
        }
        let name: Arc<str> = name.into();
        if let Some(tenant) = standing(conn, id, &name, snapshots).map_err(failed)? {
            tenants.push((name, tenant));
        }
    }
    Ok(tenants)
}

/// Where a tenant stands now; none if it is deleted.
fn standing(
    conn: &Connection,
    id: i64,
    name: &str,
    snapshots: &SnapshotDir,
) -> rusqlite::Result<Option<Tenant>> {
    let kept_after: Option<i64> = conn
        .prepare_cached("SELECT kept_after FROM tenants WHERE id = ?1 AND name = ?2")?
        .query_row(params![id, name], |row| row.get(0))
        .optional()?;
    let kept_after = kept_after.map(|kept_after| kept_after as u64);
    let Some(kept_after) = kept_after.filter(|it| *it != KEPT_AFTER_OF_DELETED) else {
        return Ok(None);
    };
    let last =
        "SELECT last_seq, at_ms FROM entries WHERE tenant_id = ?1 ORDER BY last_seq DESC LIMIT 1";
    let head = conn
        .prepare_cached(last)?
        .query_row(params![id], |row| {
            Ok(Head {
                last_seq: row.get::<_, i64>(0)? as u64,
                last_at_ms: row.get(1)?,
            })
        })
        .optional()?;
    // Of a directory that cannot be listed nothing is known; who reads a snapshot is told.
    let listed = snapshots.list().unwrap_or_default().files;
    let own = listed.into_iter().rev().filter(|key| key.tenant_id == id);
    let marks = own.filter_map(|key| snapshots.mark(key).ok().flatten());
    Ok(Some(Tenant {
        id,
        head: head
            .filter(|head| head.last_seq > kept_after)
            .unwrap_or(Head {
                last_seq: kept_after,
                ..Head::EMPTY
            }),
        kept_after,
        snapshots: marks.take(SNAPSHOTS_KEPT).collect(),
    }))
}

/// Where the log of each tenant would end if its write-ahead log were gone: for whoever has to choose.
///
/// # Errors
/// [`OpenError`].
pub fn ends_without_wal(path: &Path) -> Result<Vec<(Arc<str>, u64)>, OpenError> {
    let volume = volume::system();
    let conn = connect_still(&*volume, path);
    let conn = conn.map_err(|error| OpenError::of_sqlite(path, "open", error))?;
    let (id, _) = journal_row(&conn, path)?;
    let tenants = tenants(&conn, path, &SnapshotDir::of(&volume, path, id))?;
    let ends = tenants
        .into_iter()
        .map(|(name, it)| (name, it.head.last_seq));
    Ok(ends.collect())
}
