//! Questions to a store that are answered row by row, in words that both understand.

use std::ops::Range;

use acd_core::ids::TimeMs;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::ToSql;

use super::{FiguresError, Reading};
use crate::read::ReadError;
use crate::read::reader::{Rows, of_postgres, of_sqlite};
use crate::value::Value;

/// What stands in a row of an answer.
pub(super) trait Cells {
    /// A number; 0 where nothing stands.
    fn int(&self, at: usize) -> i64;

    /// A number, if one stands there.
    fn maybe(&self, at: usize) -> Option<i64>;

    /// A text; empty where nothing stands.
    fn text(&self, at: usize) -> &str;
}

impl Cells for rusqlite::Row<'_> {
    fn int(&self, at: usize) -> i64 {
        self.maybe(at).unwrap_or_default()
    }

    fn maybe(&self, at: usize) -> Option<i64> {
        self.get_ref(at).ok()?.as_i64().ok()
    }

    fn text(&self, at: usize) -> &str {
        let cell = self.get_ref(at).ok();
        cell.and_then(|cell| cell.as_str().ok()).unwrap_or_default()
    }
}

impl Cells for postgres::Row {
    fn int(&self, at: usize) -> i64 {
        self.maybe(at).unwrap_or_default()
    }

    fn maybe(&self, at: usize) -> Option<i64> {
        self.try_get(at).ok().flatten()
    }

    fn text(&self, at: usize) -> &str {
        self.try_get::<_, Option<&str>>(at)
            .ok()
            .flatten()
            .unwrap_or_default()
    }
}

/// What is done with each row.
pub(super) type Visit<'v> = dyn FnMut(&dyn Cells) -> Result<(), FiguresError> + 'v;

/// Whether a server answers, to which each question takes a way there and back.
pub(super) fn is_served(rows: &Rows<'_>) -> bool {
    matches!(rows, Rows::Postgres(_))
}

/// How many rows pass until it is looked whether somebody still waits.
const ROWS_AT_ONCE: usize = 4_096;

impl Reading<'_, '_> {
    /// Asks this, with `?1`, `?2` for the parameters.
    pub(super) fn ask(
        &mut self,
        sql: &str,
        parameters: &[Value],
        visit: &mut Visit<'_>,
    ) -> Result<(), FiguresError> {
        let patience = self.ask.patience;
        let go_on = || match patience.left() {
            Some(_) => Ok(()),
            None => Err(ReadError::GivenUp),
        };
        go_on()?;
        match &mut self.ask.rows {
            Rows::Sqlite(transaction) => {
                let mut statement = transaction.prepare_cached(sql).map_err(of_sqlite)?;
                let parameters = rusqlite::params_from_iter(parameters);
                let mut rows = statement.query(parameters).map_err(of_sqlite)?;
                while let Some(row) = rows.next().map_err(of_sqlite)? {
                    visit(row)?;
                }
            }
            Rows::Postgres(transaction) => {
                let sql = sql.replace('?', "$");
                let parameters = parameters.iter().map(|value| value as &(dyn ToSql + Sync));
                let parameters: Vec<_> = parameters.collect();
                let rows = transaction.query_raw(&sql, parameters.iter().copied());
                let mut rows = rows.map_err(of_postgres)?;
                let mut passed = 0_usize;
                while let Some(row) = rows.next().map_err(of_postgres)? {
                    visit(&row)?;
                    passed += 1;
                    if passed.is_multiple_of(ROWS_AT_ONCE) {
                        go_on()?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The values that the first columns of the key of a table have, each found without reading what is between; a server is
    /// asked once.
    pub(super) fn keys<const N: usize>(
        &mut self,
        table: &str,
        columns: [&str; N],
    ) -> Result<Vec<[String; N]>, FiguresError> {
        let list = columns.join(", ");
        let of_tenant = format!("SELECT {list} FROM {table} WHERE tenant = ?1");
        let read = |row: &dyn Cells| std::array::from_fn(|at| row.text(at).to_owned());
        let mut keys: Vec<[String; N]> = Vec::new();
        if is_served(&self.ask.rows) {
            let last = columns.map(|column| format!("k.{column}")).join(", ");
            let order = format!("ORDER BY {list} LIMIT 1");
            let sql = format!(
                "WITH RECURSIVE k AS (({of_tenant} {order}) UNION ALL SELECT n.* FROM k, \
                 LATERAL ({of_tenant} AND ({list}) > ({last}) {order}) AS n) SELECT * FROM k"
            );
            self.ask(&sql, &[Value::Int(self.tenant)], &mut |row| {
                keys.push(read(row));
                Ok(())
            })?;
            return Ok(keys);
        }
        let after: Vec<String> = (0..N).map(|at| format!("?{}", at + 2)).collect();
        let first = format!("{of_tenant} ORDER BY {list} LIMIT 1");
        let next = format!(
            "{of_tenant} AND ({list}) > ({}) ORDER BY {list} LIMIT 1",
            after.join(", ")
        );
        loop {
            let mut parameters = vec![Value::Int(self.tenant)];
            let sql = match keys.last() {
                None => &first,
                Some(last) => {
                    let last = last.iter().map(|key| Value::Text(key.as_str().into()));
                    parameters.extend(last);
                    &next
                }
            };
            let mut found = None;
            self.ask(sql, &parameters, &mut |row| {
                found = Some(read(row));
                Ok(())
            })?;
            match found {
                Some(key) => keys.push(key),
                None => return Ok(keys),
            }
        }
    }
}

/// Ranges of time that follow each other, with what was added up in them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'s> {
    spans: &'s [Range<TimeMs>],
    at: usize,
}

impl<'s> Place<'s> {
    pub(super) fn before(spans: &'s [Range<TimeMs>]) -> Self {
        Self { spans, at: 0 }
    }

    /// The range that holds an instant; instants are asked in any order, best as they rise.
    pub(super) fn of(&mut self, at: TimeMs) -> Option<usize> {
        let here = self.spans.get(self.at)?;
        if !here.contains(&at) {
            let place = self.spans.partition_point(|span| span.end <= at);
            self.spans.get(place).filter(|span| span.contains(&at))?;
            self.at = place;
        }
        Some(self.at)
    }
}

/// From the first of these ranges to the last.
pub(super) fn whole(spans: &[Range<TimeMs>]) -> Range<TimeMs> {
    match spans {
        [first, .., last] => first.start..last.end,
        [only] => only.clone(),
        [] => 0..0,
    }
}
