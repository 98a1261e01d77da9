//! Rows in PostgreSQL.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use acd_core::ids::TimeMs;
use acd_core::personal::Personal;
use postgres::config::SslMode;
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::{ToSql, Type};
use postgres::{CancelToken, Client, Config, GenericClient, NoTls, Row as PgRow, Transaction};

use tokio_postgres_rustls::MakeRustlsConnect;

use super::statements::{self, Dialect};
use super::{
    Commit, Known, Life, Position, SavedState, Source, Store, StoreError, check_current,
    check_version,
};
use crate::changes::{Changes, Gap, Pending};
use crate::erasing::{Erasure, Left, by_table};
use crate::returns::{self, Returned};
use crate::schema::TABLES;
use crate::table::{LOST, Table};
use crate::value::{Kind, Text, Value, int};

mod migrations {
    refinery::embed_migrations!("migrations/postgres");
}

/// How long a server may be silent, if the URL does not say.
const PATIENCE: Duration = Duration::from_secs(30);

/// Rows in PostgreSQL. A connection that broke is made anew by the next call.
pub struct PostgresStore {
    config: Config,
    client: Option<Client>,
    numbers: BTreeMap<Life, i64>,
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// A store at this URL or in these words: `postgresql://acd@db/history?sslmode=require`, `host=/run/postgresql
    /// dbname=history`. It is encrypted if the URL says so. It is
    /// connected to at once, and its schema brought up to date; that takes the owner of the tables, everything else whoever may
    /// write them.
    ///
    /// The password stands in the URL or in a file of its own.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn connect(url: &str, password_file: Option<&Path>) -> Result<Self, StoreError> {
        let config = config(url, password_file)?;
        let mut store = Self {
            config,
            client: None,
            numbers: BTreeMap::new(),
        };
        store.with(|_| Ok(()))?;
        Ok(store)
    }

    /// Lets a role read the views, and nothing else: what a program that evaluates needs.
    ///
    /// # Errors
    /// [`StoreError`]; only the owner of the views may.
    pub fn grant_views(&mut self, role: &str) -> Result<(), StoreError> {
        let role = quoted(role);
        self.with(|client| {
            let tables = TABLES.iter().map(|table| table.name);
            let views = tables
                .chain(["tenants", "gaps"])
                .map(|name| format!("v_{name}"));
            let known = "SELECT viewname FROM pg_views WHERE schemaname = current_schema()";
            let known: Vec<String> = client
                .query(known, &[])?
                .iter()
                .map(|row| row.get(0))
                .collect();
            for view in views.filter(|view| known.contains(view)) {
                client.batch_execute(&format!("GRANT SELECT ON {view} TO {role}"))?;
            }
            Ok(())
        })
    }

    /// A client, for questions of one's own.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn client(&mut self) -> Result<&mut Client, StoreError> {
        if self.client.as_ref().is_none_or(Client::is_closed) {
            let mut client = connect(&self.config)?;
            migrate(&mut client)?;
            self.client = Some(client);
        }
        match &mut self.client {
            Some(client) => Ok(client),
            None => Err(StoreError::Retry("no connection".into())),
        }
    }

    fn with<T>(
        &mut self,
        mut act: impl FnMut(&mut Client) -> Result<T, postgres::Error>,
    ) -> Result<T, StoreError> {
        act(self.client()?).map_err(failed)
    }

    fn number(&mut self, life: &Life) -> Result<Option<i64>, StoreError> {
        if let Some(number) = self.numbers.get(life) {
            return Ok(Some(*number));
        }
        self.with(|client| number(client, life))
    }
}

/// How to connect to a server.
pub(crate) fn config(url: &str, password_file: Option<&Path>) -> Result<Config, StoreError> {
    let mut config: Config = url.parse().map_err(failed)?;
    if let Some(file) = password_file {
        let password = std::fs::read_to_string(file)
            .map_err(|error| StoreError::Refused(format!("{}: {error}", file.display()).into()))?;
        config.password(password.trim_end_matches(['\r', '\n']));
    }
    config.application_name("acd-history");
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(PATIENCE);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(PATIENCE);
    }
    Ok(config)
}

/// Encrypted if the URL asks for it (`sslmode=require`); then the server's certificate must be one that this machine trusts.
fn connect(config: &Config) -> Result<Client, StoreError> {
    if is_encrypted(config) {
        config.connect(tls()?).map_err(failed)
    } else {
        config.connect(NoTls).map_err(failed)
    }
}

fn is_encrypted(config: &Config) -> bool {
    config.get_ssl_mode() == SslMode::Require
}

fn tls() -> Result<MakeRustlsConnect, StoreError> {
    let (tls, _) = MakeRustlsConnect::with_native_certs().map_err(|errors| {
        let no_authorities = format!("this machine has no authorities to trust: {errors:?}");
        StoreError::Refused(no_authorities.into())
    })?;
    Ok(tls)
}

/// A connection that reads tables as this program makes them; until whoever writes has made them they are awaited.
pub(crate) fn connect_to_read(config: &Config) -> Result<Client, StoreError> {
    let mut client = connect(config)?;
    let applied = applied(&mut client).map_err(failed)?;
    check_current(&migrations::migrations::runner(), applied)?;
    Ok(client)
}

/// Ends what a connection to this server does at present. It blocks for as long as connecting takes.
pub(crate) fn cancel(config: &Config, token: &CancelToken) -> Result<(), StoreError> {
    match is_encrypted(config) {
        true => token.cancel_query(tls()?).map_err(failed),
        false => token.cancel_query(NoTls).map_err(failed),
    }
}

/// A name within a statement.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn migrate(client: &mut Client) -> Result<(), StoreError> {
    let runner = migrations::migrations::runner();
    let applied = applied(client).map_err(failed)?;
    check_version(&runner, applied)?;
    let newest = runner.get_migrations().iter().map(|it| it.version()).max();
    if applied == newest {
        // Whoever only writes rows may not so much as look whether tables could be made.
        return Ok(());
    }
    let migrated = runner.run(client).map(drop);
    migrated.map_err(|error| match std::error::Error::source(&error) {
        Some(source) if source.is::<postgres::Error>() => StoreError::Refused(error.into()),
        _ => StoreError::Foreign(error.to_string()),
    })
}

/// The version of the schema.
fn applied(client: &mut Client) -> Result<Option<i32>, postgres::Error> {
    let known = "SELECT to_regclass('refinery_schema_history') IS NOT NULL";
    if !client.query_one(known, &[])?.get::<_, bool>(0) {
        return Ok(None);
    }
    let newest = "SELECT max(version) FROM refinery_schema_history";
    Ok(client.query_one(newest, &[])?.get(0))
}

fn number(client: &mut impl GenericClient, life: &Life) -> Result<Option<i64>, postgres::Error> {
    let sql = "SELECT tenant FROM tenants WHERE name = $1 AND journal_id = $2 AND life = $3";
    let row = client.query_opt(sql, &[&life.name, &life.journal_id, &int(life.life)])?;
    Ok(row.map(|row| row.get(0)))
}

/// What failed, and whether it is of use to try again: a connection that broke or is refused, a server that starts, stops or is
/// out of room, a transaction that lost against another one.
pub(crate) fn failed(error: postgres::Error) -> StoreError {
    let state = error.code().map(SqlState::code);
    let passes = match state {
        // Classes: connection, rollback of a transaction, no resources, an operator's intervention, a system's error.
        Some(code) => ["08", "40", "53", "57", "58"]
            .iter()
            .any(|class| code.starts_with(class)),
        None => error.is_closed() || has_io(&error),
    };
    let text = text(error);
    match passes {
        true => StoreError::Retry(text),
        false => StoreError::Refused(text),
    }
}

/// Whether the network is the cause.
fn has_io(error: &postgres::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.is::<std::io::Error>() {
            return true;
        }
        source = cause.source();
    }
    false
}

/// The error with what the server said, but for values of rows.
fn text(error: postgres::Error) -> Source {
    match error.as_db_error() {
        Some(said) => format!("{}: {}", said.code().code(), said.message()).into(),
        None => error.into(),
    }
}

impl Store for PostgresStore {
    fn tenants(&mut self) -> Result<Vec<Known>, StoreError> {
        self.with(|client| {
            let sql = "SELECT name, journal_id, life, applied_seq, applied_at, deleted_at FROM tenants \
                       ORDER BY name COLLATE \"C\", life";
            let rows = client.query(sql, &[])?;
            let known = rows.iter().map(|row| Known {
                life: Life {
                    name: row.get(0),
                    journal_id: row.get(1),
                    life: row.get::<_, i64>(2).unsigned_abs(),
                },
                position: Position {
                    seq: row.get::<_, i64>(3).unsigned_abs(),
                    at_ms: row.get(4),
                },
                deleted_at: row.get(5),
            });
            Ok(known.collect())
        })
    }

    fn commit(&mut self, commit: Commit<'_>) -> Result<(), StoreError> {
        let life = commit.life;
        let mut transaction = self.client()?.transaction().map_err(failed)?;
        let sql = "SELECT tenant, applied_seq FROM tenants \
                   WHERE name = $1 AND journal_id = $2 AND life = $3 FOR UPDATE";
        let key: [&(dyn ToSql + Sync); 3] = [&life.name, &life.journal_id, &int(life.life)];
        let known = transaction.query_opt(sql, &key).map_err(failed)?;
        let found = known
            .as_ref()
            .map_or(0, |row| row.get::<_, i64>(1).unsigned_abs());
        if !commit.is_needed_at(found)? {
            return Ok(());
        }
        let write = || {
            let tenant: i64 = match known {
                Some(row) => row.get(0),
                None => {
                    let sql = "INSERT INTO tenants (name, journal_id, life, applied_seq, applied_at) \
                               VALUES ($1, $2, $3, 0, 0) RETURNING tenant";
                    transaction.query_one(sql, &key)?.get(0)
                }
            };
            write(&mut transaction, tenant, commit.changes)?;
            let sql = "UPDATE tenants SET applied_seq = $2, applied_at = $3 WHERE tenant = $1";
            transaction.execute(sql, &[&tenant, &int(commit.to.seq), &commit.to.at_ms])?;
            if let Some(state) = commit.state {
                let sql = "INSERT INTO states (tenant, seq, state_at, payload) VALUES ($1, $2, $3, $4) \
                           ON CONFLICT (tenant) DO UPDATE SET seq = excluded.seq, \
                           state_at = excluded.state_at, payload = excluded.payload";
                let seq = int(state.seq);
                transaction.execute(sql, &[&tenant, &seq, &state.at_ms, &state.payload])?;
            }
            Ok(tenant)
        };
        let tenant = write().map_err(failed)?;
        transaction.commit().map_err(failed)?;
        self.numbers.insert(life.clone(), tenant);
        Ok(())
    }

    fn saved_state(&mut self, life: &Life) -> Result<Option<SavedState>, StoreError> {
        let Some(tenant) = self.number(life)? else {
            return Ok(None);
        };
        self.with(|client| {
            let sql = "SELECT seq, state_at, payload FROM states WHERE tenant = $1";
            let row = client.query_opt(sql, &[&tenant])?;
            Ok(row.map(|row| SavedState {
                seq: row.get::<_, i64>(0).unsigned_abs(),
                at_ms: row.get(1),
                payload: row.get(2),
            }))
        })
    }

    fn note_deleted(&mut self, life: &Life, at_ms: TimeMs) -> Result<(), StoreError> {
        self.with(|client| {
            let sql = "UPDATE tenants SET deleted_at = $4 \
                       WHERE name = $1 AND journal_id = $2 AND life = $3 AND deleted_at IS NULL";
            client.execute(
                sql,
                &[&life.name, &life.journal_id, &int(life.life), &at_ms],
            )?;
            Ok(())
        })
    }

    fn clear(&mut self, life: &Life) -> Result<(), StoreError> {
        let Some(tenant) = self.number(life)? else {
            return Ok(());
        };
        self.numbers.remove(life);
        self.with(|client| {
            let mut transaction = client.transaction()?;
            for table in statements::of_tenants() {
                let sql = format!("DELETE FROM {table} WHERE tenant = $1");
                transaction.execute(&sql, &[&tenant])?;
            }
            transaction.commit()
        })
    }

    fn rows(
        &mut self,
        life: &Life,
        table: &'static Table,
        visit: &mut dyn FnMut(Vec<Value>),
    ) -> Result<(), StoreError> {
        let Some(tenant) = self.number(life)? else {
            return Ok(());
        };
        self.with(|client| {
            let sql = statements::select(table, Dialect::Postgres);
            let mut rows = client.query_raw(&sql, [tenant])?;
            while let Some(row) = rows.next()? {
                let columns = table.columns.iter().enumerate();
                visit(
                    columns
                        .map(|(at, column)| value(column.kind, &row, at))
                        .collect(),
                );
            }
            Ok(())
        })
    }

    fn gaps(&mut self, life: &Life) -> Result<Vec<Gap>, StoreError> {
        let Some(tenant) = self.number(life)? else {
            return Ok(Vec::new());
        };
        self.with(|client| {
            let sql = "SELECT from_seq, to_seq, from_at, to_at FROM gaps WHERE tenant = $1 ORDER BY from_seq";
            let rows = client.query(sql, &[&tenant])?;
            let gaps = rows.iter().map(|row| Gap {
                from_seq: row.get::<_, i64>(0).unsigned_abs(),
                to_seq: row.get::<_, Option<i64>>(1).map(i64::unsigned_abs),
                from_at: row.get(2),
                to_at: row.get(3),
            });
            Ok(gaps.collect())
        })
    }
}

fn write(
    transaction: &mut Transaction<'_>,
    tenant: i64,
    changes: &Changes,
) -> Result<(), postgres::Error> {
    if let Some(gap) = changes.gap() {
        lose(transaction, tenant, gap)?;
    }
    for close in changes.closes() {
        let sql = statements::close(close.table, close.key.len(), Dialect::Postgres);
        let head = [Value::Int(close.ended_at), Value::Int(tenant)];
        let parameters: Vec<&(dyn ToSql + Sync)> = head
            .iter()
            .chain(&close.key)
            .map(|value| value as _)
            .collect();
        transaction.execute(&sql, &parameters)?;
    }
    for erasure in changes.erasures() {
        erase(transaction, tenant, erasure)?;
    }
    for (table, rows) in changes.tables() {
        let whole: Vec<&Pending> = rows.clone().filter(|row| row.is_whole).collect();
        if !whole.is_empty() {
            let sql = statements::upsert(table, Dialect::Postgres);
            let columns = 0..table.columns.len();
            write_columns(transaction, &sql, tenant, table, columns.collect(), &whole)?;
        }
        // Rows of which the same columns are written go together.
        let mut parts: BTreeMap<Vec<usize>, Vec<&Pending>> = BTreeMap::new();
        for row in rows.filter(|row| !row.is_whole) {
            let given = row
                .cells
                .iter()
                .enumerate()
                .filter(|(_, cell)| cell.is_some());
            let given = given.map(|(at, _)| at).collect();
            parts.entry(given).or_default().push(row);
        }
        for (columns, rows) in parts {
            let sql = statements::update(table, &rows[0].cells, Dialect::Postgres);
            write_columns(transaction, &sql, tenant, table, columns, &rows)?;
        }
    }
    match changes.came() {
        [] => Ok(()),
        came => {
            let counted = returned(transaction, tenant, came)?;
            write(transaction, tenant, &counted)
        }
    }
}

/// Marks the contacts whose customers have come back, and counts them.
fn returned(
    transaction: &mut Transaction<'_>,
    tenant: i64,
    came: &[i64],
) -> Result<Changes, postgres::Error> {
    let sql = statements::returned(Dialect::Postgres);
    let rows = transaction.query(&sql, &[&tenant, &came])?;
    let text = |row: &PgRow, at: usize| row.get::<_, Option<&str>>(at).map(Text::from);
    let found = rows.iter().map(|row| Returned {
        agent: text(row, 0),
        queue: text(row, 1),
        channel: text(row, 2).unwrap_or_default(),
        answered_at: row.get(3),
    });
    Ok(returns::counted(found))
}

fn erase(
    transaction: &mut Transaction<'_>,
    tenant: i64,
    erasure: &Erasure,
) -> Result<(), postgres::Error> {
    let (first, last): (Vec<i64>, Vec<i64>) = erasure.ranges().iter().copied().unzip();
    let customer = erasure.stand_in();
    for columns in by_table() {
        let has_customer = columns.iter().any(|it| it.left == Left::Customer);
        for sql in statements::erase(columns, Dialect::Postgres) {
            match has_customer {
                true => transaction.execute(&sql, &[&tenant, &first, &last, &customer])?,
                false => transaction.execute(&sql, &[&tenant, &first, &last])?,
            };
        }
    }
    Ok(())
}

/// Runs a statement on arrays of these columns.
fn write_columns(
    transaction: &mut Transaction<'_>,
    sql: &str,
    tenant: i64,
    table: &Table,
    columns: Vec<usize>,
    rows: &[&Pending],
) -> Result<(), postgres::Error> {
    let arrays: Vec<Box<dyn ToSql + Sync + '_>> = columns
        .into_iter()
        .map(|at| {
            let cells = rows.iter().map(|row| row.cells[at].as_ref());
            array(table.columns[at].kind, cells)
        })
        .collect();
    let mut parameters: Vec<&(dyn ToSql + Sync)> = vec![&tenant];
    parameters.extend(arrays.iter().map(|array| &**array as &(dyn ToSql + Sync)));
    transaction.execute(sql, &parameters)?;
    Ok(())
}

fn array<'c>(
    kind: Kind,
    cells: impl Iterator<Item = Option<&'c Value>>,
) -> Box<dyn ToSql + Sync + 'c> {
    match kind {
        Kind::Int => {
            let numbers = cells.map(|cell| cell.and_then(Value::as_int));
            Box::new(numbers.collect::<Vec<Option<i64>>>())
        }
        Kind::Bool => {
            let answers = cells.map(|cell| match cell {
                Some(Value::Bool(yes)) => Some(*yes),
                _ => None,
            });
            Box::new(answers.collect::<Vec<Option<bool>>>())
        }
        Kind::Text | Kind::Personal => {
            let texts = cells.map(|cell| match cell {
                Some(Value::Text(text)) => Some(text.as_str()),
                Some(Value::Personal(text)) => Some(text.reveal()),
                _ => None,
            });
            Box::new(texts.collect::<Vec<Option<&str>>>())
        }
    }
}

fn lose(transaction: &mut Transaction<'_>, tenant: i64, gap: Gap) -> Result<(), postgres::Error> {
    let sql =
        "INSERT INTO gaps (tenant, from_seq, to_seq, from_at, to_at) VALUES ($1, $2, $3, $4, $5)";
    let (from, to) = (int(gap.from_seq), gap.to_seq.map(int));
    transaction.execute(sql, &[&tenant, &from, &to, &gap.from_at, &gap.to_at])?;
    for table in TABLES.iter().filter(|table| table.has(LOST)) {
        transaction.execute(&statements::lose(table, Dialect::Postgres), &[&tenant])?;
    }
    for (table, from) in statements::not_complete(gap.from_at) {
        let sql = statements::lose_since(table, Dialect::Postgres);
        transaction.execute(&sql, &[&tenant, &from])?;
    }
    Ok(())
}

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut postgres::types::private::BytesMut,
    ) -> Result<postgres::types::IsNull, Source> {
        match self {
            Value::Null => Ok(postgres::types::IsNull::Yes),
            Value::Int(number) => number.to_sql(kind, out),
            Value::Bool(yes) => yes.to_sql(kind, out),
            Value::Text(text) => text.as_str().to_sql(kind, out),
            Value::Personal(text) => text.reveal().to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::BOOL, Type::TEXT].contains(kind)
    }

    postgres::types::to_sql_checked!();
}

pub(crate) fn value(kind: Kind, row: &PgRow, at: usize) -> Value {
    match kind {
        Kind::Int => row
            .get::<_, Option<i64>>(at)
            .map_or(Value::Null, Value::Int),
        Kind::Bool => row
            .get::<_, Option<bool>>(at)
            .map_or(Value::Null, Value::Bool),
        Kind::Text => {
            let text = row.get::<_, Option<&str>>(at);
            text.map_or(Value::Null, |text| Value::Text(text.into()))
        }
        Kind::Personal => {
            let text = row.get::<_, Option<&str>>(at);
            text.map_or(Value::Null, |text| Value::Personal(Personal::from(text)))
        }
    }
}
