//! The check of a journal before it is used: of what recovery will read, or of all that is kept.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::row::{COLUMNS, StoredEntry};
use super::snapshots::{FileKey, SnapshotDir};
use super::{KEPT_AFTER_OF_DELETED, OpenError, Tenant, is_corruption};
use crate::checksum;
use crate::log::{BATCH_MAX_ENTRIES, Damage, SNAPSHOTS_KEPT, SnapshotMark};
use crate::rules::Head;

/// So many of the last entries in log order must be found through the index, too.
const TAIL_ENTRIES: usize = 1_000;

/// How much is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// The snapshots, and of each tenant the entries after the older of two.
    Recovery,
    /// Everything that is kept, and the structure of the file.
    All,
}

/// What was found, before anything is changed.
#[derive(Debug, Default)]
pub(super) struct Verified {
    /// The tenants that are not deleted, with the end of their intact log.
    pub(super) tenants: BTreeMap<Arc<str>, Tenant>,
    /// The numbers of those that are.
    pub(super) deleted: Vec<i64>,
    /// Intact entries among those that were checked.
    pub(super) entries: u64,
    /// The latest time of any tenant that is not deleted, milliseconds.
    pub(super) last_at_ms: Option<i64>,
    /// Bad entries after which nothing good follows.
    pub(super) torn: Vec<BadEntry>,
    /// Snapshots that are not what was written.
    pub(super) bad_snapshots: Vec<BadSnapshot>,
    /// Files that nobody needs: unfinished snapshots, and those older than the kept ones.
    pub(super) leftovers: Vec<PathBuf>,
}

/// An entry that fails its checksum.
#[derive(Debug)]
pub(super) struct BadEntry {
    pub(super) position: i64,
    /// The tenant it says it belongs to.
    pub(super) tenant: Arc<str>,
    /// The last intact event of that tenant.
    pub(super) after_seq: u64,
    /// Whether it says it is one that has been given up.
    pub(super) is_removed: bool,
}

/// A snapshot that fails its checksum.
#[derive(Debug)]
pub(super) struct BadSnapshot {
    pub(super) file: PathBuf,
    pub(super) tenant: Arc<str>,
    pub(super) seq: u64,
}

/// One row of `tenants` and what was seen of it.
struct Seen {
    name: Arc<str>,
    kept_after: u64,
    head: Head,
    /// The intact snapshots, newest first.
    snapshots: Vec<SnapshotMark>,
}

impl Seen {
    fn is_deleted(&self) -> bool {
        self.kept_after == KEPT_AFTER_OF_DELETED
    }
}

/// Checks the file at `path` with the snapshots beside it.
pub(super) fn verify(
    conn: &Connection,
    path: &Path,
    snapshots: &SnapshotDir,
    extent: Extent,
) -> Result<Verified, OpenError> {
    let mut scan = Scan {
        conn,
        path,
        tenants: BTreeMap::new(),
        found: Verified::default(),
    };
    if extent == Extent::All {
        scan.structure()?;
    }
    scan.tenants()?;
    scan.unlisted_entries()?;
    scan.snapshots(snapshots)?;
    let tail = scan.tail()?;
    let torn_from = scan.found.torn.last().map_or(i64::MAX, |bad| bad.position);
    let ids: Vec<i64> = scan.tenants.keys().copied().collect();
    for id in ids {
        scan.entries(id, torn_from, extent)?;
    }
    scan.check_tail(&tail)?;
    scan.check_against_snapshots()?;
    Ok(scan.finish())
}

struct Scan<'s> {
    conn: &'s Connection,
    path: &'s Path,
    /// By their number in the file.
    tenants: BTreeMap<i64, Seen>,
    found: Verified,
}

impl Scan<'_> {
    /// Has SQLite look at every page, and whether table and index hold the same.
    fn structure(&self) -> Result<(), OpenError> {
        let sql = "PRAGMA integrity_check(1)";
        let said: String = self
            .conn
            .query_row(sql, [], |row| row.get(0))
            .map_err(|error| self.failed(error))?;
        match &*said {
            "ok" => Ok(()),
            _ => Err(OpenError::Structure {
                path: self.path.to_owned(),
                entries: 0,
                source: said.into(),
            }),
        }
    }

    fn tenants(&mut self) -> Result<(), OpenError> {
        let rows = tenant_rows(self.conn).map_err(|error| self.failed(error))?;
        for (id, name, kept_after, crc) in rows {
            let kept_after = kept_after as u64;
            if crc != i64::from(checksum::of_tenant(&name, kept_after)) {
                let what = "its row in the list of tenants does not match its checksum";
                return Err(self.damaged(&name, 1, what));
            }
            let head = Head {
                last_seq: kept_after,
                ..Head::EMPTY
            };
            let seen = Seen {
                name: name.into(),
                kept_after,
                head,
                snapshots: Vec::new(),
            };
            self.tenants.insert(id, seen);
        }
        Ok(())
    }

    /// Refuses entries of tenants that the list does not have. Asks the index for one number after the other.
    fn unlisted_entries(&self) -> Result<(), OpenError> {
        let next = "SELECT min(tenant_id) FROM entries WHERE tenant_id > ?1";
        let mut next = self
            .conn
            .prepare(next)
            .map_err(|error| self.failed(error))?;
        let mut last = i64::MIN;
        loop {
            let id: Option<i64> = next
                .query_row(params![last], |row| row.get(0))
                .map_err(|error| self.failed(error))?;
            let Some(id) = id else { return Ok(()) };
            if !self.tenants.contains_key(&id) {
                let sql =
                    "SELECT first_seq FROM entries WHERE tenant_id = ?1 ORDER BY last_seq LIMIT 1";
                let first_seq = self
                    .conn
                    .query_row(sql, params![id], |row| row.get::<_, i64>(0))
                    .optional()
                    .map_err(|error| self.failed(error))?;
                return Err(self.unlisted(id, first_seq.unwrap_or(0)));
            }
            last = id;
        }
    }

    /// Sorts out bad snapshots and leftovers.
    fn snapshots(&mut self, dir: &SnapshotDir) -> Result<(), OpenError> {
        let failed = |error| OpenError::storage(dir.path(), "list", error);
        let listing = dir.list().map_err(failed)?;
        self.found.leftovers = listing.unfinished;
        // The newest first.
        for key in listing.files.into_iter().rev() {
            let FileKey { tenant_id, seq } = key;
            let file = dir.file(key);
            let Some(seen) = self.tenants.get_mut(&tenant_id) else {
                return Err(self.unlisted(tenant_id, seq as i64));
            };
            if seen.is_deleted() {
                continue;
            }
            if seen.snapshots.len() == SNAPSHOTS_KEPT {
                self.found.leftovers.push(file);
                continue;
            }
            let read = dir
                .read(key, &seen.name)
                .map_err(|error| OpenError::storage(&file, "read", error))?;
            match read {
                Some(snapshot) => seen.snapshots.push(SnapshotMark::of(&snapshot)),
                None => self.found.bad_snapshots.push(BadSnapshot {
                    file,
                    tenant: seen.name.clone(),
                    seq,
                }),
            }
        }
        Ok(())
    }

    /// Looks at the end in log order: bad entries after which nothing good follows are a torn end. Returns number and
    /// end of each tenant that has good entries there.
    fn tail(&mut self) -> Result<HashMap<i64, u64>, OpenError> {
        let sql = format!("SELECT {COLUMNS}, tenant_id FROM entries ORDER BY position DESC");
        let mut statement = self
            .conn
            .prepare(&sql)
            .map_err(|error| self.failed(error))?;
        let mut rows = statement.query([]).map_err(|error| self.failed(error))?;
        let mut torn = Vec::new();
        let mut good = HashMap::new();
        let mut seen_entries = 0;
        while seen_entries < TAIL_ENTRIES
            && let Some(row) = rows.next().map_err(|error| self.failed(error))?
        {
            let tenant_id = row.get(6).unwrap_or(-1);
            let Some(seen) = self.tenants.get(&tenant_id) else {
                return Err(self.unlisted(tenant_id, row.get(1).unwrap_or(0)));
            };
            match StoredEntry::read(&seen.name, row) {
                Some(entry) => {
                    seen_entries += 1;
                    good.entry(tenant_id).or_insert(entry.last_seq);
                }
                None if seen_entries > 0 => seen_entries += 1,
                // More than a batch has is no torn end; where the damage begins is found below.
                None if torn.len() == BATCH_MAX_ENTRIES => {
                    torn.clear();
                    break;
                }
                None => torn.push(bad_entry(seen, row).map_err(|error| self.failed(error))?),
            }
        }
        self.found.torn = torn;
        Ok(good)
    }

    /// Follows the log of one tenant up to its end, or to where the torn end of the whole log begins.
    fn entries(&mut self, tenant_id: i64, torn_from: i64, extent: Extent) -> Result<(), OpenError> {
        let seen = &self.tenants[&tenant_id];
        if seen.is_deleted() {
            return Ok(());
        }
        let older = seen
            .snapshots
            .get(SNAPSHOTS_KEPT - 1)
            .map(|older| older.seq);
        let after_seq = match (extent, older) {
            (Extent::Recovery, Some(older)) => older.max(seen.kept_after),
            _ => seen.kept_after,
        };
        let (name, kept_after) = (seen.name.clone(), seen.kept_after);
        let sql = format!(
            "SELECT {COLUMNS} FROM entries WHERE tenant_id = ?1 AND last_seq > ?2 AND position < ?3 ORDER BY last_seq"
        );
        let mut statement = self
            .conn
            .prepare_cached(&sql)
            .map_err(|error| self.failed(error))?;
        let mut rows = statement
            .query(params![tenant_id, after_seq as i64, torn_from])
            .map_err(|error| self.failed(error))?;
        let mut head = Head {
            last_seq: after_seq,
            ..Head::EMPTY
        };
        let mut is_first = true;
        while let Some(row) = rows.next().map_err(|error| self.failed(error))? {
            let expected = head.last_seq + 1;
            let Some(entry) = StoredEntry::read(&name, row) else {
                return Err(self.damaged(&name, expected, "its checksum does not match"));
            };
            // A snapshot may have been taken within an entry.
            let reaches_over = is_first && after_seq > kept_after && entry.first_seq < expected;
            if entry.first_seq != expected && !reaches_over {
                let what = format!(
                    "the entry that begins there is missing, the next found begins at seq {}",
                    entry.first_seq
                );
                return Err(self.damaged(&name, expected, &what));
            }
            is_first = false;
            self.found.entries += 1;
            head = Head {
                last_seq: entry.last_seq,
                last_at_ms: entry.at_ms,
            };
        }
        if !is_first {
            self.found.last_at_ms = self.found.last_at_ms.max(Some(head.last_at_ms));
        }
        if let Some(seen) = self.tenants.get_mut(&tenant_id) {
            seen.head = head;
        }
        Ok(())
    }

    /// What stands at the end of the log must have been found through the index as well.
    fn check_tail(&self, tail: &HashMap<i64, u64>) -> Result<(), OpenError> {
        for (tenant_id, last_seq) in tail {
            let seen = &self.tenants[tenant_id];
            if !seen.is_deleted() && *last_seq > seen.head.last_seq {
                return Err(OpenError::Structure {
                    path: self.path.to_owned(),
                    entries: self.found.entries,
                    source: format!("the index lacks seq {last_seq} of tenant {:?}", seen.name)
                        .into(),
                });
            }
        }
        Ok(())
    }

    /// A tenant's log must reach its intact snapshots, and begin no later than one of them.
    fn check_against_snapshots(&self) -> Result<(), OpenError> {
        for seen in self.tenants.values().filter(|seen| !seen.is_deleted()) {
            let newest = seen.snapshots.first().map(|newest| newest.seq);
            if let Some(newest) = newest.filter(|newest| *newest > seen.head.last_seq) {
                let what = format!(
                    "its log ends there although a snapshot shows that it went on to seq {newest}"
                );
                return Err(self.damaged(&seen.name, seen.head.last_seq + 1, &what));
            }
            if newest.is_none_or(|newest| newest < seen.kept_after) && seen.kept_after > 0 {
                let what = "no intact snapshot is left from which the entries still kept continue";
                return Err(self.damaged(&seen.name, 1, what));
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Verified {
        for bad in &mut self.found.torn {
            let named = self.tenants.values().filter(|seen| !seen.is_deleted());
            let named = named.filter(|seen| seen.name == bad.tenant);
            bad.after_seq = named.map(|seen| seen.head.last_seq).max().unwrap_or(0);
        }
        // Log order.
        self.found.torn.reverse();
        for (id, seen) in self.tenants {
            if seen.is_deleted() {
                self.found.deleted.push(id);
            } else {
                let tenant = Tenant {
                    id,
                    head: seen.head,
                    kept_after: seen.kept_after,
                    snapshots: seen.snapshots,
                };
                self.found.tenants.insert(seen.name, tenant);
            }
        }
        self.found
    }

    /// Something of a tenant that the list of tenants does not have: the row there is gone, and without the name nothing
    /// of the tenant can be verified.
    fn unlisted(&self, tenant_id: i64, seq: i64) -> OpenError {
        let tenant = format!("(unknown, number {tenant_id})");
        let what = "its row in the list of tenants is missing";
        self.damaged(&tenant, u64::try_from(seq).unwrap_or(0), what)
    }

    fn damaged(&self, tenant: &str, seq: u64, what: &str) -> OpenError {
        let damage = Damage {
            path: self.path.to_owned(),
            tenant: tenant.to_owned(),
            seq,
            what: what.to_owned(),
        };
        OpenError::Damaged(Box::new(damage))
    }

    /// A statement failed: by damage to the structure of the file, or otherwise.
    fn failed(&self, source: rusqlite::Error) -> OpenError {
        if is_corruption(&source) {
            let entries = self.found.entries;
            return OpenError::Structure {
                path: self.path.to_owned(),
                entries,
                source: Box::new(source),
            };
        }
        OpenError::storage(self.path, "verify the journal", source)
    }
}

fn bad_entry(seen: &Seen, row: &Row<'_>) -> rusqlite::Result<BadEntry> {
    let last_seq = row.get::<_, i64>(2).ok();
    let last_seq = last_seq.and_then(|seq| u64::try_from(seq).ok());
    Ok(BadEntry {
        position: row.get(0)?,
        tenant: seen.name.clone(),
        after_seq: 0,
        is_removed: last_seq.is_some_and(|seq| seq <= seen.kept_after),
    })
}

/// Number, name, `kept_after` and checksum of every tenant.
fn tenant_rows(conn: &Connection) -> rusqlite::Result<Vec<(i64, String, i64, i64)>> {
    conn.prepare("SELECT id, name, kept_after, crc FROM tenants")?
        .query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect()
}
