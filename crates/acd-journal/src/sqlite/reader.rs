//! [`SqliteReader`]: a connection that reads a journal beside whoever writes it. Readers of a write-ahead log do not hold
//! up its writer.

use std::ops::ControlFlow;
use std::sync::Arc;

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::row::{COLUMNS, StoredEntry};
use super::snapshots::FileKey;
use super::{Shared, Tenant, is_corruption};
use crate::keys::{Place, Sealer};
use crate::log::{Damage, Entry, LogError, LogReader, Snapshot, SnapshotMark, Standing};
use crate::rules;

/// See [`LogReader`].
#[derive(Debug)]
pub(super) struct SqliteReader {
    pub(super) conn: Connection,
    pub(super) shared: Arc<Shared>,
}

impl LogReader for SqliteReader {
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
            tenant_id: known.id,
            sealer: Sealer::new(),
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
            let opened = loaded.and_then(|it| self.shared.opened(known.id, &it));
            opened.ok_or_else(|| {
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

    fn sealed(&self, snapshot: &Snapshot) -> Snapshot {
        self.shared
            .sealed(self.shared.number(&snapshot.tenant), snapshot)
    }

    fn opened(&self, sealed: &Snapshot) -> Option<Snapshot> {
        self.shared
            .opened(self.shared.number(&sealed.tenant), sealed)
    }

    fn last_seq_before(&self, tenant: &str, at_ms: i64) -> Result<u64, LogError> {
        let Some((_, known)) = self.shared.find(tenant) else {
            return Ok(0);
        };
        last_seq_before(&self.conn, &known, at_ms)
            .map_err(|error| LogError::storage("look for the time of an entry", error))
    }
}

impl Shared {
    /// The number of a tenant in the file; 0 if it has none, and so no keys.
    fn number(&self, tenant: &str) -> i64 {
        self.find(tenant).map_or(0, |(_, known)| known.id)
    }

    /// A snapshot, from what is stored of it; none if it is not what was sealed.
    pub(super) fn opened(&self, tenant_id: i64, stored: &Snapshot) -> Option<Snapshot> {
        Sealer::new().open_snapshot(&self.keys, tenant_id, stored)
    }

    /// What is stored of a snapshot.
    pub(super) fn sealed(&self, tenant_id: i64, snapshot: &Snapshot) -> Snapshot {
        Sealer::new().seal_snapshot(&self.keys, tenant_id, snapshot)
    }
}

/// The state of one [`LogReader::read`]: it trusts neither a row nor the index that led to it.
struct Reading<'l> {
    shared: &'l Shared,
    tenant: &'l Arc<str>,
    tenant_id: i64,
    sealer: Sealer,
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
        let place = Place::Entry(stored.first_seq);
        let sealed = Bytes::copy_from_slice(stored.payload);
        let keys = &self.shared.keys;
        let (payload, personal) = self
            .sealer
            .open(keys, self.tenant_id, place, &sealed)
            .map_err(|_| self.damaged("its personal data is not what was sealed"))?;
        self.next_seq = stored.last_seq + 1;
        self.is_first = false;
        Ok(Entry {
            tenant: self.tenant.clone(),
            first_seq: stored.first_seq,
            last_seq: stored.last_seq,
            at_ms: stored.at_ms,
            payload,
            personal,
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
