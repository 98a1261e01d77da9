//! The check of a journal before it is used: of what recovery will read, or of all that is kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::row::{COLUMNS, StoredEntry};
use super::snapshots::{FileKey, SnapshotDir};
use super::{KEPT_AFTER_OF_DELETED, OpenError, Tenant, is_corruption};
use crate::checksum;
use crate::log::{BATCH_MAX_ENTRIES, Damage, SNAPSHOTS_KEPT, SnapshotMark};
use crate::rules::Head;

/// How many entries in log order are read in the time of one that is looked up.
const LOOK_UP_COST: i64 = 4;

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
    /// Where its log has been followed to.
    head: Head,
    /// Whether an entry of it has been followed.
    is_followed: bool,
    /// The intact snapshots, newest first.
    snapshots: Vec<SnapshotMark>,
}

/// Where the entries of a tenant that are to be checked begin.
struct Start {
    position: i64,
    tenant_id: i64,
    /// How many events they hold, at most.
    events: i64,
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
    scan.tail()?;
    scan.entries(extent)?;
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
                is_followed: false,
                snapshots: Vec::new(),
            };
            self.tenants.insert(id, seen);
        }
        Ok(())
    }

    /// Refuses entries of tenants that the list does not have. Asks the index for one number after the other; where it is
    /// damaged, which may be at entries that nobody needs any more, the table itself.
    fn unlisted_entries(&self) -> Result<(), OpenError> {
        let next_in = |source: &str, last: i64| {
            let sql = format!("SELECT min(tenant_id) FROM {source} WHERE tenant_id > ?1");
            let mut next = self.conn.prepare_cached(&sql)?;
            next.query_row(params![last], |row| row.get::<_, Option<i64>>(0))
        };
        let mut last = i64::MIN;
        loop {
            let id = match next_in("entries", last) {
                Err(error) if is_corruption(&error) => next_in("entries NOT INDEXED", last),
                found => found,
            };
            let id = id.map_err(|error| self.failed(error))?;
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

    /// Looks at the end in log order: bad entries after which nothing good follows are a torn end. More than a batch has
    /// are none; where the damage begins is found by following the log.
    fn tail(&mut self) -> Result<(), OpenError> {
        let sql = format!("SELECT {COLUMNS}, tenant_id FROM entries ORDER BY position DESC");
        let mut statement = self
            .conn
            .prepare(&sql)
            .map_err(|error| self.failed(error))?;
        let mut rows = statement.query([]).map_err(|error| self.failed(error))?;
        let mut torn = Vec::new();
        while let Some(row) = rows.next().map_err(|error| self.failed(error))? {
            let (_, seen) = self.listed(row)?;
            if StoredEntry::read(&seen.name, row).is_some() {
                break;
            }
            torn.push(bad_entry(seen, row).map_err(|error| self.failed(error))?);
            if torn.len() > BATCH_MAX_ENTRIES {
                torn.clear();
                break;
            }
        }
        self.found.torn = torn;
        Ok(())
    }

    /// Follows the logs of all tenants up to the torn end. In log order this is quick, but may come by much that need not
    /// be checked, where a tenant has rested for long; tenant by tenant it jumps to and fro in the file. So those that
    /// begin far before the others are brought up to where these begin, and all go on from there in log order.
    fn entries(&mut self, extent: Extent) -> Result<(), OpenError> {
        let mut starts = Vec::new();
        let ids: Vec<i64> = self.tenants.keys().copied().collect();
        for tenant_id in ids {
            starts.extend(self.start(tenant_id, extent)?);
        }
        starts.sort_by_key(|start| start.position);
        let Some(last) = starts.last().map(|start| start.position) else {
            return Ok(());
        };
        let mut looked_up = 0_i64;
        let mut best = (i64::MAX, 0);
        for (at, start) in starts.iter().enumerate() {
            let cost = (last - start.position).saturating_add(looked_up);
            best = best.min((cost, at));
            looked_up = looked_up.saturating_add(start.events.saturating_mul(LOOK_UP_COST));
        }
        let meet = starts[best.1].position;
        for start in &starts[..best.1] {
            self.one_by_one(start.tenant_id, meet)?;
        }
        self.in_log_order(meet)
    }

    /// Where the entries of a tenant begin that are to be checked; none if there are none.
    fn start(&mut self, tenant_id: i64, extent: Extent) -> Result<Option<Start>, OpenError> {
        let Some(seen) = self.tenants.get_mut(&tenant_id) else {
            return Ok(None);
        };
        if seen.is_deleted() {
            return Ok(None);
        }
        let older = seen.snapshots.get(SNAPSHOTS_KEPT - 1);
        if let (Extent::Recovery, Some(older)) = (extent, older) {
            seen.head.last_seq = older.seq.max(seen.kept_after);
        }
        let after_seq = seen.head.last_seq as i64;
        let look = || -> rusqlite::Result<Option<Start>> {
            let first = "SELECT position FROM entries WHERE tenant_id = ?1 AND last_seq > ?2 \
                         ORDER BY last_seq LIMIT 1";
            let last = "SELECT max(last_seq) FROM entries WHERE tenant_id = ?1";
            let position = self
                .conn
                .prepare_cached(first)?
                .query_row(params![tenant_id, after_seq], |row| row.get(0))
                .optional()?;
            let Some(position) = position else {
                return Ok(None);
            };
            let last_seq: i64 = self
                .conn
                .prepare_cached(last)?
                .query_row(params![tenant_id], |row| row.get(0))?;
            Ok(Some(Start {
                position,
                tenant_id,
                events: last_seq.saturating_sub(after_seq),
            }))
        };
        look().map_err(|error| self.failed(error))
    }

    /// Follows the log of one tenant to this position.
    fn one_by_one(&mut self, tenant_id: i64, to: i64) -> Result<(), OpenError> {
        let sql = format!(
            "SELECT {COLUMNS}, tenant_id FROM entries WHERE tenant_id = ?1 AND last_seq > ?2 ORDER BY last_seq"
        );
        let conn = self.conn;
        let after_seq = self.tenants[&tenant_id].head.last_seq as i64;
        let mut statement = conn
            .prepare_cached(&sql)
            .map_err(|error| self.failed(error))?;
        let mut rows = statement
            .query(params![tenant_id, after_seq])
            .map_err(|error| self.failed(error))?;
        while let Some(row) = rows.next().map_err(|error| self.failed(error))? {
            if row.get(0).unwrap_or(i64::MIN) >= to {
                break;
            }
            self.entry(row)?;
        }
        Ok(())
    }

    /// Follows the logs of all tenants from this position up to the torn end.
    fn in_log_order(&mut self, from: i64) -> Result<(), OpenError> {
        let torn_from = self.found.torn.last().map_or(i64::MAX, |bad| bad.position);
        let sql = format!(
            "SELECT {COLUMNS}, tenant_id FROM entries WHERE position >= ?1 AND position < ?2 ORDER BY position"
        );
        let conn = self.conn;
        let mut statement = conn.prepare(&sql).map_err(|error| self.failed(error))?;
        let mut rows = statement
            .query(params![from, torn_from])
            .map_err(|error| self.failed(error))?;
        while let Some(row) = rows.next().map_err(|error| self.failed(error))? {
            let (_, seen) = self.listed(row)?;
            // Of a tenant that is deleted, or before what is to be checked.
            let last_seq = row.get::<_, i64>(2).ok();
            let is_before =
                last_seq.is_some_and(|seq| seq >= 0 && seq as u64 <= seen.head.last_seq);
            if !seen.is_deleted() && !is_before {
                self.entry(row)?;
            }
        }
        Ok(())
    }

    /// Takes the next entry of a tenant, which must follow what has been seen of it.
    fn entry(&mut self, row: &Row<'_>) -> Result<(), OpenError> {
        let (tenant_id, seen) = self.listed(row)?;
        let expected = seen.head.last_seq + 1;
        let Some(entry) = StoredEntry::read(&seen.name, row) else {
            return Err(self.damaged(&seen.name, expected, "its checksum does not match"));
        };
        // A snapshot may have been taken within an entry.
        let reaches_over =
            !seen.is_followed && seen.head.last_seq > seen.kept_after && entry.first_seq < expected;
        if entry.first_seq != expected && !reaches_over {
            let what = format!(
                "the entry that begins there is missing, the next found begins at seq {}",
                entry.first_seq
            );
            return Err(self.damaged(&seen.name, expected, &what));
        }
        let head = Head {
            last_seq: entry.last_seq,
            last_at_ms: entry.at_ms,
        };
        self.found.entries += 1;
        self.found.last_at_ms = self.found.last_at_ms.max(Some(head.last_at_ms));
        if let Some(seen) = self.tenants.get_mut(&tenant_id) {
            seen.head = head;
            seen.is_followed = true;
        }
        Ok(())
    }

    /// The number of the tenant that an entry says it belongs to, and what was seen of it.
    fn listed(&self, row: &Row<'_>) -> Result<(i64, &Seen), OpenError> {
        let tenant_id = row.get(6).unwrap_or(-1);
        match self.tenants.get(&tenant_id) {
            Some(seen) => Ok((tenant_id, seen)),
            None => Err(self.unlisted(tenant_id, row.get(1).unwrap_or(0))),
        }
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
pub(super) fn tenant_rows(conn: &Connection) -> rusqlite::Result<Vec<(i64, String, i64, i64)>> {
    conn.prepare("SELECT id, name, kept_after, crc FROM tenants")?
        .query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect()
}
