//! The check of the complete log at open: one scan in log order.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, Row};

use super::{KEPT_AFTER_OF_DELETED, OpenError, Tenant, is_corruption};
use crate::checksum;
use crate::log::{BATCH_MAX_ENTRIES, Damage};
use crate::rules::Head;

/// What the scan found, before anything is changed.
#[derive(Debug, Default)]
pub(super) struct Verified {
    /// The tenants that are not deleted, with the end of their intact log.
    pub(super) tenants: BTreeMap<Arc<str>, Tenant>,
    /// Intact entries.
    pub(super) entries: u64,
    /// The latest time of any intact entry, milliseconds.
    pub(super) last_at_ms: Option<i64>,
    /// Bad entries after which nothing good follows.
    pub(super) torn: Vec<BadEntry>,
    /// Snapshots that are not what was written.
    pub(super) bad_snapshots: Vec<BadSnapshot>,
    /// Whether some entries are given up but still in the file.
    pub(super) has_removed: bool,
}

/// An entry that fails its checksum.
#[derive(Debug)]
pub(super) struct BadEntry {
    pub(super) position: i64,
    /// The tenant it says it belongs to.
    pub(super) tenant: String,
    /// The last intact event of that tenant.
    pub(super) after_seq: u64,
    /// Whether it says it is one that has been given up.
    pub(super) is_removed: bool,
}

/// A snapshot that fails its checksum.
#[derive(Debug)]
pub(super) struct BadSnapshot {
    pub(super) tenant_id: i64,
    pub(super) tenant: String,
    pub(super) seq: i64,
}

/// One row of `tenants` and what the scan has seen of it.
struct Seen {
    name: Arc<str>,
    kept_after: u64,
    head: Head,
}

impl Seen {
    fn is_deleted(&self) -> bool {
        self.kept_after == KEPT_AFTER_OF_DELETED
    }
}

/// Checks every row.
pub(super) fn verify(conn: &Connection, path: &Path) -> Result<Verified, OpenError> {
    let mut scan = Scan {
        path,
        tenants: HashMap::new(),
        found: Verified::default(),
    };
    scan.tenants(conn)?;
    scan.entries(conn)?;
    let intact_snapshots = scan.snapshots(conn)?;
    scan.check_against_snapshots(&intact_snapshots)?;
    Ok(scan.finish())
}

struct Scan<'p> {
    path: &'p Path,
    tenants: HashMap<i64, Seen>,
    found: Verified,
}

impl Scan<'_> {
    fn tenants(&mut self, conn: &Connection) -> Result<(), OpenError> {
        let rows = tenant_rows(conn).map_err(|error| self.failed(error))?;
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
            self.tenants.insert(
                id,
                Seen {
                    name: name.into(),
                    kept_after,
                    head,
                },
            );
        }
        Ok(())
    }

    fn entries(&mut self, conn: &Connection) -> Result<(), OpenError> {
        let sql = "SELECT position, tenant_id, first_seq, last_seq, at_ms, crc, payload \
                   FROM entries ORDER BY position";
        let mut statement = conn.prepare(sql).map_err(|error| self.failed(error))?;
        let mut rows = statement.query([]).map_err(|error| self.failed(error))?;
        while let Some(row) = rows.next().map_err(|error| self.failed(error))? {
            self.entry(row)?;
        }
        Ok(())
    }

    fn entry(&mut self, row: &Row<'_>) -> Result<(), OpenError> {
        let tenant_id = row.get(1).unwrap_or(-1);
        if !self.tenants.contains_key(&tenant_id) {
            return Err(self.unlisted(tenant_id, row.get(2).unwrap_or(0)));
        }
        let Some((first_seq, last_seq, at_ms)) = self.intact(tenant_id, row) else {
            return self.bad_entry(tenant_id, row);
        };
        // Something good follows: what was bad before it is no torn end.
        match self.found.torn.iter().find(|bad| !bad.is_removed) {
            Some(bad) => {
                return Err(self.damaged(
                    &bad.tenant,
                    bad.after_seq + 1,
                    "its checksum does not match",
                ));
            }
            None => self.found.torn.clear(),
        }
        self.found.entries += 1;
        self.found.last_at_ms = self.found.last_at_ms.max(Some(at_ms));
        let Some(seen) = self.tenants.get_mut(&tenant_id) else {
            return Ok(());
        };
        if last_seq <= seen.kept_after {
            self.found.has_removed = true;
            return Ok(());
        }
        let expected = seen.head.last_seq + 1;
        if first_seq != expected {
            let what = format!(
                "the entry that begins there is missing, the next found begins at seq {first_seq}"
            );
            let name = seen.name.clone();
            return Err(self.damaged(&name, expected, &what));
        }
        seen.head = Head {
            last_seq,
            last_at_ms: at_ms,
        };
        Ok(())
    }

    /// First and last sequence and time of the entry in `row`, if it is what was written.
    fn intact(&self, tenant_id: i64, row: &Row<'_>) -> Option<(u64, u64, i64)> {
        let name = &self.tenants.get(&tenant_id)?.name;
        let first_seq = u64::try_from(row.get::<_, i64>(2).ok()?).ok()?;
        let last_seq = u64::try_from(row.get::<_, i64>(3).ok()?).ok()?;
        let at_ms = row.get(4).ok()?;
        let crc: i64 = row.get(5).ok()?;
        let payload = row.get_ref(6).ok()?.as_blob().ok()?;
        let is_intact = crc
            == i64::from(checksum::of_entry(
                name, first_seq, last_seq, at_ms, payload,
            ));
        is_intact.then_some((first_seq, last_seq, at_ms))
    }

    fn bad_entry(&mut self, tenant_id: i64, row: &Row<'_>) -> Result<(), OpenError> {
        let last_seq = row
            .get::<_, i64>(3)
            .ok()
            .and_then(|seq| u64::try_from(seq).ok());
        let Some(seen) = self.tenants.get(&tenant_id) else {
            return Ok(());
        };
        let is_removed = last_seq.is_some_and(|seq| seq <= seen.kept_after);
        let (tenant, after_seq) = (seen.name.to_string(), seen.head.last_seq);
        if self.found.torn.len() == BATCH_MAX_ENTRIES {
            let what = format!(
                "more than {BATCH_MAX_ENTRIES} entries in a row do not match their checksums"
            );
            return Err(self.damaged(&tenant, after_seq + 1, &what));
        }
        let position = row.get(0).map_err(|error| self.failed(error))?;
        self.found.torn.push(BadEntry {
            position,
            tenant,
            after_seq,
            is_removed,
        });
        Ok(())
    }

    /// Sorts out bad snapshots and returns where the intact ones of each tenant stand.
    fn snapshots(&mut self, conn: &Connection) -> Result<HashMap<i64, Vec<u64>>, OpenError> {
        let sql = "SELECT tenant_id, seq, at_ms, crc, payload FROM snapshots";
        let mut intact: HashMap<i64, Vec<u64>> = HashMap::new();
        let mut statement = conn.prepare(sql).map_err(|error| self.failed(error))?;
        let mut rows = statement.query([]).map_err(|error| self.failed(error))?;
        while let Some(row) = rows.next().map_err(|error| self.failed(error))? {
            let (tenant_id, seq, is_intact) =
                self.snapshot(row).map_err(|error| self.failed(error))?;
            let Some(seen) = self.tenants.get(&tenant_id) else {
                return Err(self.unlisted(tenant_id, seq));
            };
            match u64::try_from(seq) {
                Ok(seq) if is_intact => intact.entry(tenant_id).or_default().push(seq),
                _ => self.found.bad_snapshots.push(BadSnapshot {
                    tenant_id,
                    tenant: seen.name.to_string(),
                    seq,
                }),
            }
        }
        Ok(intact)
    }

    /// Number of the tenant and sequence of the snapshot in `row`, and whether it is what was written.
    fn snapshot(&self, row: &Row<'_>) -> rusqlite::Result<(i64, i64, bool)> {
        let (tenant_id, seq): (i64, i64) = (row.get(0)?, row.get(1)?);
        let (at_ms, crc): (i64, i64) = (row.get(2)?, row.get(3)?);
        let payload = row.get_ref(4)?.as_blob().map_err(rusqlite::Error::from)?;
        let written = |seen: &Seen| {
            let seq = u64::try_from(seq).ok()?;
            Some(i64::from(checksum::of_snapshot(
                &seen.name, seq, at_ms, payload,
            )))
        };
        let expected = self.tenants.get(&tenant_id).and_then(written);
        Ok((tenant_id, seq, expected == Some(crc)))
    }

    /// A tenant's log must reach its intact snapshots, and begin no later than one of them.
    fn check_against_snapshots(&self, intact: &HashMap<i64, Vec<u64>>) -> Result<(), OpenError> {
        for (tenant_id, seen) in self.tenants.iter().filter(|(_, seen)| !seen.is_deleted()) {
            let newest = intact
                .get(tenant_id)
                .and_then(|seqs| seqs.iter().max())
                .copied();
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
        for (id, seen) in self.tenants {
            if seen.is_deleted() {
                self.found.has_removed = true;
            } else {
                self.found.tenants.insert(
                    seen.name,
                    Tenant {
                        id,
                        head: seen.head,
                        kept_after: seen.kept_after,
                    },
                );
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

/// Number, name, `kept_after` and checksum of every tenant.
fn tenant_rows(conn: &Connection) -> rusqlite::Result<Vec<(i64, String, i64, i64)>> {
    conn.prepare("SELECT id, name, kept_after, crc FROM tenants")?
        .query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect()
}
