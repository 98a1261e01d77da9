//! Rows in a SQLite file of their own.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use acd_core::ids::TimeMs;
use acd_core::personal::Personal;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{
    Connection, ErrorCode, OpenFlags, OptionalExtension, ToSql, Transaction, TransactionBehavior,
    params, params_from_iter,
};

use super::statements::{self, Dialect};
use super::{
    Commit, Known, Life, Position, SavedState, Store, StoreError, check_current, check_version,
};
use crate::aside::Aside;
use crate::changes::{Changes, Gap};
use crate::erasing::{Erasure, Left, by_table};
use crate::returns::{self, Returned};
use crate::schema::TABLES;
use crate::table::{LOST, Table};
use crate::value::{Kind, Text, Value, int};

mod migrations {
    refinery::embed_migrations!("migrations/sqlite");
}

/// How long a call waits for a reader or another writer.
const BUSY: Duration = Duration::from_secs(5);
/// How many prepared statements are kept: those of every table, whole and in part.
const STATEMENTS: usize = 256;

/// Rows in a SQLite file of their own. Readers hold up nobody, nor are they held up.
#[derive(Debug)]
pub struct SqliteStore {
    conn: Connection,
    /// The number of each life in the rows.
    numbers: BTreeMap<Life, i64>,
    /// Whether the write-ahead log may hold what was erased.
    has_erased: bool,
}

impl SqliteStore {
    /// Opens the file, or makes it, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        make(path)?;
        let mut conn = Connection::open(path).map_err(failed)?;
        conn.busy_timeout(BUSY).map_err(failed)?;
        configure(&conn).map_err(failed)?;
        migrate(&mut conn)?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS);
        // It may have ended between an erasure and this.
        let has_erased = !emptied_log(&conn).map_err(failed)?;
        Ok(Self {
            conn,
            numbers: BTreeMap::new(),
            has_erased,
        })
    }

    /// Opens the file to read it.
    ///
    /// # Errors
    /// [`StoreError`]; there is no such file, or it is of another version.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        let (conn, _) = connect_read_only(path)?;
        Ok(Self {
            conn,
            numbers: BTreeMap::new(),
            has_erased: false,
        })
    }

    /// Copies the file as it is at one instant into another one, which is made, for its owner alone. Whoever writes may go on.
    ///
    /// # Errors
    /// [`StoreError`]; there is something at `copy` already.
    pub fn back_up(&self, copy: &Path) -> Result<(), StoreError> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(copy)
            .map_err(|error| StoreError::Refused(error.into()))?;
        let path = copy.to_string_lossy();
        let copied = self.conn.execute("VACUUM INTO ?1", [&*path]);
        copied.map_err(failed)?;
        file.sync_all()
            .map_err(|error| StoreError::Refused(error.into()))
    }

    /// The connection, for questions of one's own.
    pub fn connection(&self) -> &Connection {
        &self.conn
    }

    fn number(&self, life: &Life) -> rusqlite::Result<Option<i64>> {
        if let Some(number) = self.numbers.get(life) {
            return Ok(Some(*number));
        }
        number(&self.conn, life)
    }
}

/// A connection that only reads, and the version of the schema that it finds.
fn connect_read_only(path: &Path) -> Result<(Connection, Option<i32>), StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(path, flags).map_err(failed)?;
    conn.busy_timeout(BUSY).map_err(failed)?;
    let found = applied(&mut conn)?;
    check_version(&migrations::migrations::runner(), found)?;
    Ok((conn, found))
}

/// A connection that only reads tables as this program makes them; until whoever writes has made them they are awaited.
pub(crate) fn connect_to_read(path: &Path) -> Result<Connection, StoreError> {
    if !path.exists() {
        return Err(StoreError::Retry("it has not been made yet".into()));
    }
    let (conn, found) = connect_read_only(path)?;
    check_current(&migrations::migrations::runner(), found)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(conn)
}

/// Makes the file, for its owner alone, if it is not there; those that SQLite makes beside it are as it is.
fn make(path: &Path) -> Result<(), StoreError> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match made {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(StoreError::Refused(error.into()))
        }
        _ => Ok(()),
    }
}

/// The journal can make all of it anew: what a power failure takes is projected again, so nothing waits for the disk.
fn configure(conn: &Connection) -> rusqlite::Result<()> {
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "NORMAL")?;
    // What is erased is written over, and not only given free.
    conn.pragma_update(None, "secure_delete", "ON")?;
    conn.pragma_update(None, "cache_size", -65_536)
}

fn migrate(conn: &mut Connection) -> Result<(), StoreError> {
    let runner = migrations::migrations::runner();
    check_version(&runner, applied(conn)?)?;
    let migrated = runner.run(conn);
    migrated
        .map(drop)
        .map_err(|error| StoreError::Foreign(error.to_string()))
}

/// The version of the schema.
fn applied(conn: &mut Connection) -> Result<Option<i32>, StoreError> {
    let known = "SELECT 1 FROM sqlite_master WHERE name = 'refinery_schema_history'";
    let known = conn.query_row(known, [], |_| Ok(())).optional();
    if known.map_err(failed)?.is_none() {
        return Ok(None);
    }
    let newest = "SELECT max(version) FROM refinery_schema_history";
    conn.query_row(newest, [], |row| row.get(0)).map_err(failed)
}

fn number(conn: &Connection, life: &Life) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT tenant FROM tenants WHERE name = ? AND journal_id = ? AND life = ?";
    let mut statement = conn.prepare_cached(sql)?;
    let key = params![life.name, life.journal_id, int(life.life)];
    statement.query_row(key, |row| row.get(0)).optional()
}

/// What failed, and whether it is of use to try again.
pub(crate) fn failed(error: rusqlite::Error) -> StoreError {
    let passes = matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::OutOfMemory
        )
    );
    match passes {
        true => StoreError::Retry(error.into()),
        false => StoreError::Refused(error.into()),
    }
}

impl Store for SqliteStore {
    fn tenants(&mut self) -> Result<Vec<Known>, StoreError> {
        let read = || {
            let sql = "SELECT name, journal_id, life, applied_seq, applied_at, deleted_at FROM tenants \
                       ORDER BY name, life";
            let mut statement = self.conn.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| {
                Ok(Known {
                    life: Life {
                        name: row.get(0)?,
                        journal_id: row.get(1)?,
                        life: row.get::<_, i64>(2)?.unsigned_abs(),
                    },
                    position: Position {
                        seq: row.get::<_, i64>(3)?.unsigned_abs(),
                        at_ms: row.get(4)?,
                    },
                    deleted_at: row.get(5)?,
                })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(failed)
    }

    fn commit(&mut self, commit: Commit<'_>) -> Result<(), StoreError> {
        let behavior = TransactionBehavior::Immediate;
        let transaction = self
            .conn
            .transaction_with_behavior(behavior)
            .map_err(failed)?;
        let life = commit.life;
        let known = number(&transaction, life).map_err(failed)?;
        let found = known
            .map(|tenant| applied_seq(&transaction, tenant))
            .transpose();
        if !commit.is_needed_at(found.map_err(failed)?.unwrap_or_default())? {
            return Ok(());
        }
        let write = || {
            let tenant = match known {
                Some(tenant) => tenant,
                None => begin(&transaction, life)?,
            };
            write(&transaction, tenant, commit.changes)?;
            let mut moved = transaction.prepare_cached(
                "UPDATE tenants SET applied_seq = ?2, applied_at = ?3 WHERE tenant = ?1",
            )?;
            moved.execute(params![tenant, int(commit.to.seq), commit.to.at_ms])?;
            if let Some(state) = commit.state {
                let mut kept = transaction.prepare_cached(
                    "INSERT OR REPLACE INTO states (tenant, seq, state_at, payload) VALUES (?, ?, ?, ?)",
                )?;
                kept.execute(params![tenant, int(state.seq), state.at_ms, state.payload])?;
            }
            Ok(tenant)
        };
        let tenant = write().map_err(failed)?;
        transaction.commit().map_err(failed)?;
        self.numbers.insert(life.clone(), tenant);
        self.has_erased |= !commit.changes.erasures().is_empty();
        if self.has_erased {
            self.has_erased = !emptied_log(&self.conn).map_err(failed)?;
        }
        Ok(())
    }

    fn saved_state(&mut self, life: &Life) -> Result<Option<SavedState>, StoreError> {
        let read = || {
            let Some(tenant) = self.number(life)? else {
                return Ok(None);
            };
            let sql = "SELECT seq, state_at, payload FROM states WHERE tenant = ?";
            let read = self.conn.query_row(sql, [tenant], |row| {
                Ok(SavedState {
                    seq: row.get::<_, i64>(0)?.unsigned_abs(),
                    at_ms: row.get(1)?,
                    payload: row.get(2)?,
                })
            });
            read.optional()
        };
        read().map_err(failed)
    }

    fn note_deleted(&mut self, life: &Life, at_ms: TimeMs) -> Result<(), StoreError> {
        let sql = "UPDATE tenants SET deleted_at = ?4 \
                   WHERE name = ?1 AND journal_id = ?2 AND life = ?3 AND deleted_at IS NULL";
        let key = params![life.name, life.journal_id, int(life.life), at_ms];
        self.conn.execute(sql, key).map(drop).map_err(failed)
    }

    fn clear(&mut self, life: &Life) -> Result<(), StoreError> {
        let Some(tenant) = self.number(life).map_err(failed)? else {
            return Ok(());
        };
        self.numbers.remove(life);
        let mut clear = || {
            let transaction = self
                .conn
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            for table in statements::of_tenants() {
                transaction.execute(&format!("DELETE FROM {table} WHERE tenant = ?"), [tenant])?;
            }
            transaction.commit()
        };
        clear().map_err(failed)
    }

    fn rows(
        &mut self,
        life: &Life,
        table: &'static Table,
        visit: &mut dyn FnMut(Vec<Value>),
    ) -> Result<(), StoreError> {
        let Some(tenant) = self.number(life).map_err(failed)? else {
            return Ok(());
        };
        let mut read = || {
            let mut statement = self
                .conn
                .prepare_cached(&statements::select(table, Dialect::Sqlite))?;
            let mut rows = statement.query([tenant])?;
            while let Some(row) = rows.next()? {
                let columns = table.columns.iter().enumerate();
                let values = columns.map(|(at, column)| value(column.kind, row.get_ref(at)?));
                visit(values.collect::<rusqlite::Result<_>>()?);
            }
            Ok(())
        };
        read().map_err(failed)
    }

    fn gaps(&mut self, life: &Life) -> Result<Vec<Gap>, StoreError> {
        let Some(tenant) = self.number(life).map_err(failed)? else {
            return Ok(Vec::new());
        };
        let read = || {
            let mut statement = self.conn.prepare_cached(
                "SELECT from_seq, to_seq, from_at, to_at FROM gaps WHERE tenant = ? ORDER BY from_seq",
            )?;
            let rows = statement.query_map([tenant], |row| {
                Ok(Gap {
                    from_seq: row.get::<_, i64>(0)?.unsigned_abs(),
                    to_seq: row.get::<_, Option<i64>>(1)?.map(i64::unsigned_abs),
                    from_at: row.get(2)?,
                    to_at: row.get(3)?,
                })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(failed)
    }
}

/// Moves all of the write-ahead log into the file, and empties it: what was written over is in neither then. False if a
/// reader still needs it.
fn emptied_log(conn: &Connection) -> rusqlite::Result<bool> {
    let busy: i64 = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(busy == 0)
}

fn applied_seq(conn: &Connection, tenant: i64) -> rusqlite::Result<u64> {
    let mut statement = conn.prepare_cached("SELECT applied_seq FROM tenants WHERE tenant = ?")?;
    let seq: i64 = statement.query_row([tenant], |row| row.get(0))?;
    Ok(seq.unsigned_abs())
}

/// Begins a tenant.
fn begin(conn: &Connection, life: &Life) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO tenants (name, journal_id, life, applied_seq, applied_at) VALUES (?, ?, ?, 0, 0)";
    conn.execute(sql, params![life.name, life.journal_id, int(life.life)])?;
    Ok(conn.last_insert_rowid())
}

fn write(transaction: &Transaction<'_>, tenant: i64, changes: &Changes) -> rusqlite::Result<()> {
    if let Some(gap) = changes.gap() {
        lose(transaction, tenant, gap)?;
    }
    for close in changes.closes() {
        let sql = statements::close(close.table, close.key.len(), Dialect::Sqlite);
        let mut statement = transaction.prepare_cached(&sql)?;
        let head = [Value::Int(close.ended_at), Value::Int(tenant)];
        statement.execute(params_from_iter(head.iter().chain(&close.key)))?;
    }
    for erasure in changes.erasures() {
        erase(transaction, tenant, erasure)?;
    }
    let number = Value::Int(tenant);
    let mut aside = Aside::default();
    for (table, rows) in changes.tables() {
        let mut upsert = transaction.prepare_cached(&statements::upsert(table, Dialect::Sqlite))?;
        for row in rows.clone().filter(|row| row.is_whole) {
            let cells = row.cells.iter().flatten();
            upsert.execute(params_from_iter([&number].into_iter().chain(cells)))?;
            aside.did(1);
        }
        for row in rows.filter(|row| !row.is_whole) {
            let sql = statements::update(table, &row.cells, Dialect::Sqlite);
            let mut update = transaction.prepare_cached(&sql)?;
            let (key, others) = row.cells.split_at(table.key_len());
            let set = others.iter().flatten();
            let key = [&number].into_iter().chain(key.iter().flatten());
            update.execute(params_from_iter(set.chain(key)))?;
            aside.did(1);
        }
    }
    match changes.came() {
        [] => Ok(()),
        came => write(transaction, tenant, &returned(transaction, tenant, came)?),
    }
}

/// Marks the contacts whose customers have come back, and counts them.
fn returned(transaction: &Transaction<'_>, tenant: i64, came: &[i64]) -> rusqlite::Result<Changes> {
    let mut mark = transaction.prepare_cached(&statements::returned(Dialect::Sqlite))?;
    let mut found = Vec::new();
    for contact in came {
        let mut rows = mark.query(params![tenant, contact])?;
        while let Some(row) = rows.next()? {
            let text = |at| row.get::<_, Option<Arc<str>>>(at);
            found.push(Returned {
                agent: text(0)?.map(Text::from),
                queue: text(1)?.map(Text::from),
                channel: text(2)?.map(Text::from).unwrap_or_default(),
                answered_at: row.get(3)?,
            });
        }
    }
    Ok(returns::counted(found))
}

fn erase(transaction: &Transaction<'_>, tenant: i64, erasure: &Erasure) -> rusqlite::Result<()> {
    let customer = erasure.stand_in();
    for columns in by_table() {
        let has_customer = columns.iter().any(|it| it.left == Left::Customer);
        for sql in statements::erase(columns, Dialect::Sqlite) {
            let mut statement = transaction.prepare_cached(&sql)?;
            for (first, last) in erasure.ranges() {
                match has_customer {
                    true => statement.execute(params![tenant, first, last, customer])?,
                    false => statement.execute(params![tenant, first, last])?,
                };
            }
        }
    }
    Ok(())
}

fn lose(transaction: &Transaction<'_>, tenant: i64, gap: Gap) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT INTO gaps (tenant, from_seq, to_seq, from_at, to_at) VALUES (?, ?, ?, ?, ?)",
        params![
            tenant,
            int(gap.from_seq),
            gap.to_seq.map(int),
            gap.from_at,
            gap.to_at
        ],
    )?;
    for table in TABLES.iter().filter(|table| table.has(LOST)) {
        transaction.execute(&statements::lose(table, Dialect::Sqlite), [tenant])?;
    }
    for (table, from) in statements::not_complete(gap.from_at) {
        let sql = statements::lose_since(table, Dialect::Sqlite);
        transaction.execute(&sql, [tenant, from])?;
    }
    Ok(())
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Bool(yes) => ValueRef::Integer((*yes).into()),
            Value::Text(text) => ValueRef::Text(text.as_str().as_bytes()),
            Value::Personal(text) => ValueRef::Text(text.reveal().as_bytes()),
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

pub(crate) fn value(kind: Kind, stored: ValueRef<'_>) -> rusqlite::Result<Value> {
    Ok(match (kind, stored) {
        (_, ValueRef::Null) => Value::Null,
        (Kind::Int, stored) => Value::Int(stored.as_i64()?),
        (Kind::Bool, stored) => Value::Bool(stored.as_i64()? != 0),
        (Kind::Text, stored) => Value::Text(stored.as_str()?.into()),
        (Kind::Personal, stored) => Value::Personal(Personal::from(stored.as_str()?)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(store: &SqliteStore, sql: &str) -> Vec<String> {
        let explained = format!("EXPLAIN QUERY PLAN {sql}");
        let mut statement = store.conn.prepare(&explained).unwrap();
        let mut rows = statement.raw_query();
        let mut steps = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            steps.push(row.get("detail").unwrap());
        }
        steps
    }

    /// Who comes back is looked for among the contacts of that customer which may have been in vain.
    #[test]
    fn who_came_back_has_an_index() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("history.db")).unwrap();
        let steps = plan(&store, &statements::returned(Dialect::Sqlite));
        let [came, returned] = steps.as_slice() else {
            panic!("{steps:?}");
        };
        assert!(came.ends_with("(tenant=? AND contact=?)"), "{came}");
        let index =
            "contacts_to_return (tenant=? AND customer=? AND answered_at>? AND answered_at<?)";
        assert!(returned.ends_with(index), "{returned}");
    }

    /// A day is found among all others by a key that begins with the tenant and goes on with the number.
    #[test]
    fn no_table_is_read_whole_to_erase_a_range() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("history.db")).unwrap();
        let mut asked = 0;
        for columns in by_table() {
            for sql in statements::erase(columns, Dialect::Sqlite) {
                let number = match sql.contains("AND seq BETWEEN") {
                    true => "seq",
                    false => "contact",
                };
                for step in plan(&store, &sql) {
                    let key = format!("(tenant=? AND {number}>? AND {number}<?)");
                    assert!(
                        step.starts_with("SEARCH") && step.ends_with(&key),
                        "{sql}: {step}"
                    );
                    asked += 1;
                }
            }
        }
        assert_eq!(asked, 9, "each has one way");
    }
}
