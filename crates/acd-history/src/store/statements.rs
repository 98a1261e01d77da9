//! The statements that both stores have in common, made of what is known of the tables.

use std::fmt::Write as _;

use acd_core::ids::TimeMs;

use crate::erasing::{CONSULTATION, ERASED, Erased, Left};
use crate::quarter;
use crate::schema::{AgentTimeBlockRow, AgentTimeRow, ScoreRow, TABLES};
use crate::table::{Column, ENDED_AT, LOST, Merge, Row, Table};
use crate::value::{Kind, Value};

/// In whose words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// A statement writes one row; parameters are in the order in which they stand.
    Sqlite,
    /// A statement writes many: the first parameter is the tenant, every other one an array of values of a column.
    Postgres,
}

impl Dialect {
    fn parameter(self, number: usize) -> String {
        match self {
            Dialect::Sqlite => "?".to_owned(),
            Dialect::Postgres => format!("${number}"),
        }
    }

    fn yes(self, is: bool) -> &'static str {
        match (self, is) {
            (Dialect::Sqlite, true) => "1",
            (Dialect::Sqlite, false) => "0",
            (Dialect::Postgres, true) => "TRUE",
            (Dialect::Postgres, false) => "FALSE",
        }
    }
}

/// Every table of which rows belong to a tenant; the list of tenants is the last one.
pub(super) fn of_tenants() -> impl Iterator<Item = &'static str> {
    let names = TABLES.iter().map(|table| table.name);
    names.chain(["gaps", "states", "tenants"])
}

/// Erases columns of a table in the rows of contacts, in statements that go by its keys. Parameters: the tenant, the first and
/// the last number (SQLite) or lists of them (PostgreSQL), and, for [`Left::Customer`], what stands for the customer.
pub(super) fn erase(columns: &[Erased], dialect: Dialect) -> Vec<String> {
    let mark = match dialect {
        Dialect::Sqlite => '?',
        Dialect::Postgres => '$',
    };
    let left = |erased: &Erased| match erased.left {
        Left::Nothing => "NULL".to_owned(),
        Left::Word => format!("'{ERASED}'"),
        Left::Customer => {
            format!("CASE WHEN origin = '{CONSULTATION}' THEN NULL ELSE {mark}4 END")
        }
    };
    let set = columns
        .iter()
        .map(|it| format!("{} = {}", it.column, left(it)));
    let set = set.collect::<Vec<_>>().join(", ");
    // What is erased is not written again.
    let differs = columns
        .iter()
        .map(|it| format!("{} IS DISTINCT FROM {}", it.column, left(it)));
    let differs = differs.collect::<Vec<_>>().join(" OR ");
    let (from, first, last) = match dialect {
        Dialect::Sqlite => ("", "?2", "?3"),
        Dialect::Postgres => (
            " FROM UNNEST($2::BIGINT[], $3::BIGINT[]) AS u (first, last)",
            "u.first",
            "u.last",
        ),
    };
    let table = columns.first().map_or("", |it| it.table);
    // As `Erasure::is_of` says.
    let numbers: &[&str] = match table == ScoreRow::TABLE.name {
        true => &["contact", "contact IS NULL AND seq"],
        false => &["contact"],
    };
    let statements = numbers.iter().map(|number| {
        format!(
            "UPDATE {table} SET {set}{from} \
             WHERE tenant = {mark}1 AND {number} BETWEEN {first} AND {last} AND ({differs})"
        )
    });
    statements.collect()
}

/// Marks the contacts `x` whose customers came back with the contact `y`, and tells who had answered them, where, of which kind,
/// and when. Parameters: the tenant, and `y` or a list of such (PostgreSQL).
pub(super) fn returned(dialect: Dialect) -> String {
    // As the index `contacts_to_return` has it.
    let came = format!(
        "x.tenant = y.tenant AND x.customer = y.customer AND x.answered_at < y.accepted_at \
         AND x.answered_at >= y.accepted_at - y.resolved_after_ms AND x.customer IS NOT NULL \
         AND x.answered_at IS NOT NULL AND x.returned_at IS NULL AND x.origin <> '{CONSULTATION}' \
         AND y.origin = 'arrived'"
    );
    let told = "answered_by, answered_queue, channel, answered_at";
    match dialect {
        Dialect::Sqlite => format!(
            "UPDATE contacts AS x SET returned_at = y.accepted_at FROM contacts AS y \
             WHERE y.tenant = ?1 AND y.contact = ?2 AND {came} RETURNING {told}"
        ),
        Dialect::Postgres => format!(
            "UPDATE contacts AS c SET returned_at = f.came_at FROM (\
             SELECT x.contact, min(y.accepted_at) AS came_at FROM UNNEST($2::BIGINT[]) AS u (contact) \
             JOIN contacts AS y ON y.tenant = $1 AND y.contact = u.contact \
             JOIN contacts AS x ON {came} GROUP BY x.contact) AS f (of, came_at) \
             WHERE c.tenant = $1 AND c.contact = f.of RETURNING {told}"
        ),
    }
}

/// All rows of a tenant, by key. Texts are compared by their bytes, as here.
pub(super) fn select(table: &Table, dialect: Dialect) -> String {
    let keys = table.columns[..table.key_len()].iter();
    let order: Vec<String> = keys
        .map(|column| match (dialect, column.kind) {
            (Dialect::Postgres, Kind::Text) => format!("{} COLLATE \"C\"", column.name),
            _ => column.name.to_owned(),
        })
        .collect();
    format!(
        "SELECT {} FROM {} WHERE tenant = {} ORDER BY {}",
        names(table.columns.iter()),
        table.name,
        dialect.parameter(1),
        order.join(", ")
    )
}

/// Writes whole rows, over those that are there.
pub(super) fn upsert(table: &Table, dialect: Dialect) -> String {
    let columns = table.columns;
    let values = match dialect {
        Dialect::Sqlite => format!("VALUES (?{})", ", ?".repeat(columns.len())),
        Dialect::Postgres => format!(
            "SELECT $1, u.* FROM UNNEST({}) AS u",
            arrays(columns.iter(), 2)
        ),
    };
    let keys = names(columns[..table.key_len()].iter());
    let set: Vec<String> = columns[table.key_len()..]
        .iter()
        .map(|column| merged(table, column, &format!("excluded.{}", column.name)))
        .collect();
    let conflict = match set.is_empty() {
        true => "DO NOTHING".to_owned(),
        false => format!("DO UPDATE SET {}", set.join(", ")),
    };
    format!(
        "INSERT INTO {} (tenant, {}) {values} ON CONFLICT (tenant, {keys}) {conflict}",
        table.name,
        names(columns.iter())
    )
}

/// Writes the columns that are given, of rows that are there. Parameters: those columns and then tenant and key (SQLite),
/// tenant and then arrays of the key and those columns (PostgreSQL).
pub(super) fn update(table: &Table, cells: &[Option<Value>], dialect: Dialect) -> String {
    let (keys, others) = table.columns.split_at(table.key_len());
    let given = others.iter().zip(&cells[keys.len()..]);
    let given = given
        .filter(|(_, cell)| cell.is_some())
        .map(|(column, _)| column);
    let new = |column: &Column| match dialect {
        Dialect::Sqlite => "?".to_owned(),
        Dialect::Postgres => format!("u.{}", column.name),
    };
    let set: Vec<String> = given
        .clone()
        .map(|column| merged(table, column, &new(column)))
        .collect();
    let mut sql = format!("UPDATE {} SET {}", table.name, set.join(", "));
    match dialect {
        Dialect::Sqlite => {
            sql += " WHERE tenant = ?";
            keys.iter()
                .for_each(|key| _ = write!(sql, " AND {} = ?", key.name));
        }
        Dialect::Postgres => {
            let columns = || keys.iter().chain(given.clone());
            let (arrays, names) = (arrays(columns(), 2), names(columns()));
            _ = write!(
                sql,
                " FROM UNNEST({arrays}) AS u ({names}) WHERE {}.tenant = $1",
                table.name
            );
            keys.iter()
                .for_each(|key| _ = write!(sql, " AND {0}.{1} = u.{1}", table.name, key.name));
        }
    }
    sql
}

/// Ends the open stretch whose key begins with so many values. Parameters: the instant, the tenant, the values.
pub(super) fn close(table: &Table, key_len: usize, dialect: Dialect) -> String {
    let mut sql = format!(
        "UPDATE {} SET {ENDED_AT} = {} WHERE tenant = {}",
        table.name,
        dialect.parameter(1),
        dialect.parameter(2)
    );
    for (number, key) in (3..).zip(&table.columns[..key_len]) {
        _ = write!(sql, " AND {} = {}", key.name, dialect.parameter(number));
    }
    sql + &format!(
        " AND {ENDED_AT} IS NULL AND {LOST} = {}",
        dialect.yes(false)
    )
}

/// Marks as lost what is open. Parameter: the tenant.
pub(super) fn lose(table: &Table, dialect: Dialect) -> String {
    format!(
        "UPDATE {} SET {LOST} = {} WHERE tenant = {} AND {ENDED_AT} IS NULL",
        table.name,
        dialect.yes(true),
        dialect.parameter(1)
    )
}

/// The tables of the time of agents, and from when on their rows are not complete where events are missing from an instant on.
pub(super) fn not_complete(from_at: TimeMs) -> [(&'static Table, TimeMs); 2] {
    [
        (AgentTimeRow::TABLE, quarter::begin(from_at)),
        (AgentTimeBlockRow::TABLE, quarter::block(from_at)),
    ]
}

/// Removes the rows of a table that begin at some instant or later. Parameters: the tenant, the instant.
pub(super) fn lose_since(table: &Table, dialect: Dialect) -> String {
    format!(
        "DELETE FROM {} WHERE tenant = {} AND began_at >= {}",
        table.name,
        dialect.parameter(1),
        dialect.parameter(2)
    )
}

/// A column as it becomes, by how its table is written again.
fn merged(table: &Table, column: &Column, new: &str) -> String {
    let name = column.name;
    let old = format!("{}.{name}", table.name);
    match column.merge {
        Merge::Key | Merge::Set => format!("{name} = {new}"),
        Merge::Keep => format!("{name} = COALESCE({new}, {old})"),
        Merge::Add => format!("{name} = {old} + {new}"),
    }
}

fn names<'c>(columns: impl Iterator<Item = &'c Column>) -> String {
    let names: Vec<&str> = columns.map(|column| column.name).collect();
    names.join(", ")
}

/// Arrays of columns as parameters from this number on.
fn arrays<'c>(columns: impl Iterator<Item = &'c Column>, from: usize) -> String {
    let arrays = (from..).zip(columns).map(|(number, column)| {
        let kind = match column.kind {
            Kind::Int => "BIGINT",
            Kind::Bool => "BOOLEAN",
            Kind::Text | Kind::Personal => "TEXT",
        };
        format!("${number}::{kind}[]")
    });
    arrays.collect::<Vec<_>>().join(", ")
}
