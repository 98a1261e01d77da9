//! What a chunk of events changes in the rows of a tenant, gathered in memory: each row is written once.

use std::collections::btree_map::{Entry, Values};
use std::collections::{BTreeMap, VecDeque};

use acd_core::ids::TimeMs;

use crate::erasing::Erasure;
use crate::schema::TABLES;
use crate::table::{self, At, Column, ENDED_AT, Merge, Row, Table};
use crate::value::Value;

/// What changes in the rows of one tenant.
#[derive(Clone, Debug)]
pub struct Changes {
    gap: Option<Gap>,
    /// Stretches that end and began before.
    closes: Vec<Close>,
    /// By the place of the table in [`TABLES`].
    tables: Vec<BTreeMap<Key, Pending>>,
    /// What is erased.
    erasures: Vec<Erasure>,
    /// Contacts that customers may have come back with, in order.
    came: Vec<i64>,
}

/// Events of which there will be no rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The first of them.
    pub from_seq: u64,
    /// The last of them; none: not known, the tenant is deleted.
    pub to_seq: Option<u64>,
    /// When the last event before it happened.
    pub from_at: TimeMs,
    /// When the last of them happened; none: not known.
    pub to_at: Option<TimeMs>,
}

/// The end of the open stretch whose key begins like this.
#[derive(Clone, Debug)]
pub struct Close {
    /// The table.
    pub table: &'static Table,
    /// The first values of its key.
    pub key: Vec<Value>,
    /// When it ended.
    pub ended_at: TimeMs,
}

/// A row to write.
#[derive(Clone, Debug)]
pub struct Pending {
    /// Whether all of it is here; else some columns of a row that is there.
    pub is_whole: bool,
    /// The values by column, those of the key included; none: as it is.
    pub cells: Vec<Option<Value>>,
}

/// The rows of a table that are to be written, by key.
pub type PendingRows<'c> = Values<'c, Key, Pending>;

/// The key of a row, in the order of keys. Most are one or two numbers, and are compared often.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A number.
    Number(i64),
    /// Two numbers.
    Numbers(i64, i64),
    /// Anything else.
    Values(Box<[Value]>),
}

impl Key {
    fn of(values: &[Value]) -> Self {
        match values {
            [Value::Int(number)] => Self::Number(*number),
            [Value::Int(one), Value::Int(other)] => Self::Numbers(*one, *other),
            values => Self::Values(values.into()),
        }
    }

    /// No key that begins with these values, of a longer one, is before this.
    fn before(beginning: &[Value]) -> Self {
        match beginning {
            [Value::Int(number)] => Self::Numbers(*number, i64::MIN),
            values => Self::Values(values.into()),
        }
    }
}

impl Pending {
    /// Whether the values of its key begin like this.
    fn begins_with(&self, key: &[Value]) -> bool {
        let mut its = self.cells.iter().zip(key);
        its.all(|(cell, value)| cell.as_ref() == Some(value))
    }
}

impl Default for Changes {
    fn default() -> Self {
        Self {
            gap: None,
            closes: Vec::new(),
            tables: TABLES.iter().map(|_| BTreeMap::new()).collect(),
            erasures: Vec::new(),
            came: Vec::new(),
        }
    }
}

impl Changes {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.gap.is_none()
            && self.closes.is_empty()
            && self.tables.iter().all(BTreeMap::is_empty)
            && self.erasures.is_empty()
            && self.came.is_empty()
    }

    /// How many rows are written.
    pub fn rows(&self) -> usize {
        self.closes.len() + self.tables.iter().map(BTreeMap::len).sum::<usize>()
    }

    /// The gap before these changes: it is written first, and what was open is marked as lost.
    pub fn gap(&self) -> Option<Gap> {
        self.gap
    }

    /// The stretches that end: they are written second.
    pub fn closes(&self) -> &[Close] {
        &self.closes
    }

    /// The rows of each table by key: whole ones are written before parts.
    pub fn tables(&self) -> impl Iterator<Item = (&'static Table, PendingRows<'_>)> {
        let tables = TABLES.iter().copied().zip(&self.tables);
        let changed = tables.filter(|(_, rows)| !rows.is_empty());
        changed.map(|(table, rows)| (table, rows.values()))
    }

    /// What is erased of rows that are there: before rows are written.
    pub fn erasures(&self) -> &[Erasure] {
        &self.erasures
    }

    /// The contacts that customers may have come back with: after rows are written.
    pub(crate) fn came(&self) -> &[i64] {
        &self.came
    }

    /// Erases the personal data of contacts in rows that are there: what was to be written before must have been.
    pub(crate) fn erase(&mut self, erasure: Erasure) {
        debug_assert!(
            self.tables.iter().all(BTreeMap::is_empty) && self.came.is_empty(),
            "what changed before an erasure is written before it"
        );
        if !erasure.ranges().is_empty() {
            self.erasures.push(erasure);
        }
    }

    /// Takes out what is erased of more than so many contacts, in parts of as many: in any order, and again, it is the same, as
    /// long as it is before all else.
    pub(crate) fn split_erasures(&mut self, most: usize) -> VecDeque<Changes> {
        let parts: Vec<Erasure> = self.erasures.iter().flat_map(|it| it.parts(most)).collect();
        if parts.len() == self.erasures.len() {
            return VecDeque::new();
        }
        self.erasures.clear();
        let parts = parts.into_iter().map(|part| Changes {
            erasures: vec![part],
            ..Changes::default()
        });
        parts.collect()
    }

    /// Notes that a customer may have come back with these contacts.
    pub(crate) fn note_coming(&mut self, contacts: impl IntoIterator<Item = i64>) {
        self.came.extend(contacts);
    }

    pub(crate) fn note_gap(&mut self, gap: Gap) {
        self.gap = Some(gap);
    }

    /// Writes a whole row.
    pub(crate) fn put<R: Row>(&mut self, row: R) {
        let table = R::TABLE;
        let values = row.into_values();
        let key = Key::of(&values[..table.key_len()]);
        let cells = values.into_iter().map(Some).collect();
        match self.tables[R::PLACE].entry(key) {
            Entry::Vacant(vacant) => {
                let is_whole = true;
                vacant.insert(Pending { is_whole, cells });
            }
            Entry::Occupied(mut occupied) => {
                let pending = occupied.get_mut();
                pending.is_whole = true;
                merge(table, &mut pending.cells, cells);
            }
        }
    }

    /// Writes some columns of the row of this key, if there is one.
    pub(crate) fn update<R: Row, const N: usize>(
        &mut self,
        key: &[Value],
        columns: [(At<R>, Value); N],
    ) {
        self.merge_columns(key, columns, false);
    }

    /// Adds to the numbers of the row of this key; what is not named is 0 in a new one.
    pub(crate) fn add<R: Row, const N: usize>(
        &mut self,
        key: &[Value],
        columns: [(At<R>, i64); N],
    ) {
        let columns = columns.map(|(at, number)| (at, Value::Int(number)));
        self.merge_columns(key, columns, true);
    }

    fn merge_columns<R: Row, const N: usize>(
        &mut self,
        key: &[Value],
        columns: [(At<R>, Value); N],
        is_whole: bool,
    ) {
        let table = R::TABLE;
        match self.tables[R::PLACE].entry(Key::of(key)) {
            Entry::Occupied(mut occupied) => {
                let pending = occupied.get_mut();
                pending.is_whole |= is_whole;
                for (at, value) in columns {
                    let cell = &mut pending.cells[at.place()];
                    *cell = merged(&table.columns[at.place()], cell.take(), Some(value));
                }
            }
            Entry::Vacant(vacant) => {
                let others = is_whole.then_some(Value::Int(0));
                let mut cells = vec![others; table.columns.len()];
                for (cell, part) in cells.iter_mut().zip(key) {
                    *cell = Some(part.clone());
                }
                for (at, value) in columns {
                    cells[at.place()] = Some(value);
                }
                vacant.insert(Pending { is_whole, cells });
            }
        }
    }

    /// Ends the open stretch whose key begins like this.
    pub(crate) fn close<R: Row>(&mut self, key: Vec<Value>, ended_at: TimeMs) {
        let table = R::TABLE;
        let at = table.column(ENDED_AT);
        let rows = self.tables[R::PLACE].range_mut(Key::before(&key)..);
        let its = rows.take_while(|(_, row)| row.begins_with(&key));
        let mut open = its.filter(|(_, row)| row.cells[at] == Some(Value::Null));
        match open.next() {
            Some((_, row)) => row.cells[at] = Some(Value::Int(ended_at)),
            None => self.closes.push(Close {
                table,
                key,
                ended_at,
            }),
        }
    }
}

/// The place of a table among all.
pub(crate) fn place(table: &Table) -> usize {
    table::place(TABLES, table.name)
}

/// Writes a row over a row.
pub(crate) fn merge(table: &Table, old: &mut [Option<Value>], new: Vec<Option<Value>>) {
    for ((column, old), new) in table.columns.iter().zip(old).zip(new) {
        *old = merged(column, old.take(), new);
    }
}

fn merged(column: &Column, old: Option<Value>, new: Option<Value>) -> Option<Value> {
    match (column.merge, old, new) {
        (_, old, None) => old,
        (Merge::Keep, old @ Some(_), Some(Value::Null)) => old,
        (Merge::Add, Some(Value::Int(old)), Some(Value::Int(new))) => Some(Value::Int(old + new)),
        (_, _, new) => new,
    }
}
