//! A connection that only reads, and what it is asked.

use std::fmt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use acd_core::ids::TimeMs;
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::ToSql;
use postgres::{Client, Config, IsolationLevel};
use rusqlite::{Connection, ErrorCode, params_from_iter};

use super::{Patience, Where};
use crate::store::{Life, Position, StoreError, postgres as pg, sqlite};
use crate::table::Row;
use crate::value::{Kind, Value};

/// How many steps of SQLite pass until others may have the processor, and it is looked whether somebody still waits: some
/// tenth of a millisecond.
const STEPS: i32 = 10_000;

/// How long a server may be silent.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It took longer than somebody waited.
    #[error("the question was given up: it took too long, or nobody waits for the answer")]
    GivenUp,
    /// What stands in a row is not what this program writes.
    #[error("a row of {0} is not what this program writes")]
    Foreign(&'static str),
}

/// Reads the rows of a store, beside whoever writes them. It connects when it is first asked, and anew after the connection broke.
pub struct Reader {
    source: Source,
    open: Option<Open>,
}

enum Source {
    Sqlite(PathBuf),
    Postgres(Box<Config>),
}

enum Open {
    Sqlite(Connection),
    Postgres(Client),
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

impl Reader {
    /// Of a SQLite file.
    pub fn of_sqlite(path: &Path) -> Self {
        Self {
            source: Source::Sqlite(path.to_owned()),
            open: None,
        }
    }

    /// Of a PostgreSQL server, as [`crate::PostgresStore::connect`] reaches it; it needs `SELECT` on the tables.
    ///
    /// # Errors
    /// [`StoreError`]; the URL is none, or the password cannot be read.
    pub fn of_postgres(url: &str, password_file: Option<&Path>) -> Result<Self, StoreError> {
        let mut config = pg::config(url, password_file)?;
        config.application_name("acd-history-questions");
        for_questions(&mut config);
        Ok(Self {
            source: Source::Postgres(Box::new(config)),
            open: None,
        })
    }

    /// What ends a question that another thread asks this at present, where looking at the patience alone does not.
    pub fn stopper(&self) -> Option<Stopper> {
        match (&self.source, &self.open) {
            (Source::Postgres(config), Some(Open::Postgres(client))) => Some(Stopper {
                config: config.clone(),
                token: client.cancel_token(),
            }),
            _ => None,
        }
    }

    /// Asks a question: all of it sees the rows of one instant.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn ask<T>(
        &mut self,
        patience: &Patience,
        question: impl FnOnce(&mut Ask<'_>) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let answer = self.try_ask(patience, question);
        let is_broken = match &self.open {
            Some(Open::Postgres(client)) => client.is_closed(),
            _ => matches!(answer, Err(ReadError::Store(_))),
        };
        if is_broken {
            self.open = None;
        }
        answer
    }

    fn try_ask<T>(
        &mut self,
        patience: &Patience,
        question: impl FnOnce(&mut Ask<'_>) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let left = patience.left().ok_or(ReadError::GivenUp)?;
        let open = match self.open.take() {
            Some(open) => open,
            None => match &self.source {
                Source::Sqlite(path) => Open::Sqlite(sqlite::connect_to_read(path)?),
                Source::Postgres(config) => Open::Postgres(pg::connect_to_read(config)?),
            },
        };
        match self.open.insert(open) {
            Open::Sqlite(conn) => {
                let waits = patience.clone();
                let gone = move || {
                    thread::yield_now();
                    waits.left().is_none()
                };
                conn.progress_handler(STEPS, Some(gone))
                    .map_err(of_sqlite)?;
                let transaction = conn.transaction().map_err(of_sqlite)?;
                question(&mut Ask {
                    rows: Rows::Sqlite(transaction),
                    patience,
                })
            }
            Open::Postgres(client) => {
                let transaction = client
                    .build_transaction()
                    .isolation_level(IsolationLevel::RepeatableRead)
                    .read_only(true)
                    .start();
                let mut transaction = transaction.map_err(of_postgres)?;
                let timeout = format!("SET LOCAL statement_timeout = {}", left.as_millis().max(1));
                transaction.batch_execute(&timeout).map_err(of_postgres)?;
                question(&mut Ask {
                    rows: Rows::Postgres(transaction),
                    patience,
                })
            }
        }
    }
}

/// Nobody waits for the answer to a question as long as for rows to be written.
fn for_questions(config: &mut Config) {
    let shorter = |timeout: Option<&Duration>| timeout.map_or(PATIENCE, |it| PATIENCE.min(*it));
    let connect = shorter(config.get_connect_timeout());
    let silence = shorter(config.get_tcp_user_timeout());
    config.connect_timeout(connect).tcp_user_timeout(silence);
}

/// Ends what a reader is asked at present.
pub struct Stopper {
    config: Box<Config>,
    token: postgres::CancelToken,
}

impl fmt::Debug for Stopper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stopper").finish_non_exhaustive()
    }
}

impl Stopper {
    /// Ends it: [`ReadError::GivenUp`]. It blocks for as long as connecting takes. If the question is over, the next one may
    /// end by it; whoever asked that asks again.
    ///
    /// # Errors
    /// [`StoreError`]; then it ends when its time is over.
    pub fn stop(&self) -> Result<(), StoreError> {
        pg::cancel(&self.config, &self.token)
    }
}

pub(crate) enum Rows<'r> {
    Sqlite(rusqlite::Transaction<'r>),
    Postgres(postgres::Transaction<'r>),
}

/// One question, on the rows of one instant.
pub struct Ask<'r> {
    pub(crate) rows: Rows<'r>,
    pub(crate) patience: &'r Patience,
}

impl fmt::Debug for Ask<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask").finish_non_exhaustive()
    }
}

/// A tenant whose rows are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its number in the rows.
    pub(crate) number: i64,
    /// Which life of it.
    pub life: Life,
    /// How far the rows tell.
    pub position: Position,
    /// How many gaps they have.
    pub gaps: u64,
}

impl Ask<'_> {
    /// The last life of a tenant in this journal (32 hexadecimal digits), if the rows know one.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn tenant(&mut self, name: &str, journal_id: &str) -> Result<Option<Tenant>, ReadError> {
        let sql = "SELECT tenant, life, applied_seq, applied_at, \
                   (SELECT count(*) FROM gaps WHERE gaps.tenant = tenants.tenant) \
                   FROM tenants WHERE name = $1 AND journal_id = $2 ORDER BY life DESC LIMIT 1";
        let mut found = None;
        let key = [Value::Text(name.into()), Value::Text(journal_id.into())];
        self.each(sql, &key, &[Kind::Int; 5], &mut |values| {
            let number = |at: usize| values[at].as_int().unwrap_or_default();
            let at_ms: TimeMs = number(3);
            found = Some(Tenant {
                number: number(0),
                life: Life {
                    name: name.to_owned(),
                    journal_id: journal_id.to_owned(),
                    life: number(1).unsigned_abs(),
                },
                position: Position {
                    seq: number(2).unsigned_abs(),
                    at_ms,
                },
                gaps: number(4).unsigned_abs(),
            });
        })?;
        Ok(found)
    }

    /// Rows of a table: those that the rest of the statement says.
    pub(crate) fn all<R: Row>(&mut self, rest: &Where) -> Result<Vec<R>, ReadError> {
        let columns = R::TABLE.columns;
        let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
        let sql = format!(
            "SELECT {} FROM {} {}",
            names.join(", "),
            R::TABLE.name,
            rest.sql()
        );
        let kinds: Vec<Kind> = columns.iter().map(|column| column.kind).collect();
        let mut rows = Vec::new();
        self.each(&sql, rest.parameters(), &kinds, &mut |values| {
            rows.push(R::from_values(values));
        })?;
        let rows: Option<Vec<R>> = rows.into_iter().collect();
        rows.ok_or(ReadError::Foreign(R::TABLE.name))
    }

    /// The number in the first row of the answer to this statement.
    pub(crate) fn number(&mut self, sql: &str, rest: &Where) -> Result<Option<i64>, ReadError> {
        let sql = format!("{sql} {}", rest.sql());
        let mut found = None;
        self.each(&sql, rest.parameters(), &[Kind::Int], &mut |values| {
            found = values[0].as_int();
        })?;
        Ok(found)
    }

    /// How a text is compared by its bytes.
    pub(crate) fn by_bytes(&self) -> &'static str {
        match self.rows {
            Rows::Sqlite(_) => "",
            Rows::Postgres(_) => " COLLATE \"C\"",
        }
    }

    /// Each row of the answer to a statement, whose columns are of these kinds. Parameters are `$1`, `$2`, ... in the order
    /// in which they stand.
    pub(crate) fn each(
        &mut self,
        sql: &str,
        parameters: &[Value],
        kinds: &[Kind],
        visit: &mut dyn FnMut(Vec<Value>),
    ) -> Result<(), ReadError> {
        if self.patience.left().is_none() {
            return Err(ReadError::GivenUp);
        }
        match &mut self.rows {
            Rows::Sqlite(transaction) => {
                let mut statement = transaction.prepare_cached(sql).map_err(of_sqlite)?;
                let parameters = params_from_iter(parameters);
                let mut rows = statement.query(parameters).map_err(of_sqlite)?;
                while let Some(row) = rows.next().map_err(of_sqlite)? {
                    let values = kinds.iter().enumerate().map(|(at, kind)| {
                        let stored = row.get_ref(at)?;
                        sqlite::value(*kind, stored)
                    });
                    let values: rusqlite::Result<_> = values.collect();
                    visit(values.map_err(of_sqlite)?);
                }
            }
            Rows::Postgres(transaction) => {
                let parameters = parameters.iter().map(|value| value as &(dyn ToSql + Sync));
                let parameters: Vec<_> = parameters.collect();
                let rows = transaction.query_raw(sql, parameters.iter().copied());
                let mut rows = rows.map_err(of_postgres)?;
                while let Some(row) = rows.next().map_err(of_postgres)? {
                    let kinds = kinds.iter().enumerate();
                    visit(kinds.map(|(at, kind)| pg::value(*kind, &row, at)).collect());
                }
            }
        }
        Ok(())
    }
}

pub(crate) fn of_sqlite(error: rusqlite::Error) -> ReadError {
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => ReadError::GivenUp,
        _ => sqlite::failed(error).into(),
    }
}

pub(crate) fn of_postgres(error: postgres::Error) -> ReadError {
    match error.code() {
        Some(code) if *code == SqlState::QUERY_CANCELED => ReadError::GivenUp,
        _ => pg::failed(error).into(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::SqliteStore;

    #[test]
    fn a_question_without_end_is_given_up_when_nobody_waits_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.db");
        drop(SqliteStore::open(&path).unwrap());
        let mut reader = Reader::of_sqlite(&path);
        let looks = Arc::new(AtomicUsize::new(0));
        let looked = looks.clone();
        let patience = Patience::new(move || {
            let looks = looked.fetch_add(1, Ordering::Relaxed);
            (looks < 10).then_some(Duration::from_secs(1))
        });
        let endless =
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
        let answer = reader.ask(&patience, |ask| {
            ask.each(endless, &[], &[Kind::Int], &mut |_| {})
        });
        assert!(matches!(answer, Err(ReadError::GivenUp)), "{answer:?}");
        assert!(looks.load(Ordering::Relaxed) > 10);
        // The connection answers the next question.
        let answer = reader.ask(&Patience::endless(), |ask| {
            ask.tenant("bank", &"0".repeat(32))
        });
        assert_eq!(answer.unwrap(), None);
    }
}
