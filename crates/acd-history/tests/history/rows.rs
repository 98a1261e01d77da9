//! All rows of a tenant, to be compared.

use std::collections::BTreeMap;

use acd_history::{Changes, Commit, Life, MemoryStore, Position, Store, TABLES, Table, Value};

/// The rows of each table.
pub type Rows = BTreeMap<&'static str, Vec<Vec<Value>>>;

/// All rows of a tenant.
pub fn rows(store: &mut dyn Store, life: &Life) -> Rows {
    let mut all = Rows::new();
    for table in TABLES {
        let rows = all.entry(table.name).or_default();
        store
            .rows(life, table, &mut |row| rows.push(row))
            .expect("rows");
    }
    all
}

/// Commits pieces one after the other.
pub fn commit(store: &mut dyn Store, life: &Life, pieces: &[(Changes, Position)]) {
    let mut after_seq = 0;
    for (changes, to) in pieces {
        let commit = Commit {
            life,
            after_seq,
            changes,
            to: *to,
            state: None,
        };
        store.commit(commit).expect("committed");
        after_seq = to.seq;
    }
}

/// The rows that pieces make in memory.
pub fn in_memory(life: &Life, pieces: &[(Changes, Position)]) -> Rows {
    let mut store = MemoryStore::default();
    commit(&mut store, life, pieces);
    rows(&mut store, life)
}

/// Where two stores differ, in a line each.
pub fn difference(one: &Rows, other: &Rows) -> Vec<String> {
    let mut lines = Vec::new();
    for (table, rows) in one {
        let others = &other[table];
        for row in rows.iter().filter(|row| !others.contains(row)) {
            lines.push(format!("{table}: only one has {row:?}"));
        }
        for row in others.iter().filter(|row| !rows.contains(row)) {
            lines.push(format!("{table}: only the other has {row:?}"));
        }
        if rows.len() == others.len() && rows != others && lines.is_empty() {
            lines.push(format!("{table}: in another order"));
        }
    }
    lines
}

/// A number in a row.
pub fn number(table: &Table, row: &[Value], column: &str) -> i64 {
    row[table.column(column)].as_int().unwrap_or_default()
}
