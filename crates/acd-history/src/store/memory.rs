//! Rows in memory: what the others must hold.

use std::collections::{BTreeMap, BTreeSet};

use acd_core::ids::TimeMs;

use super::statements::not_complete;
use super::{Commit, Known, Life, Position, SavedState, Store, StoreError};
use crate::changes::{Changes, Gap, merge, place};
use crate::erasing::{COLUMNS, CONSULTATION, Erasure};
use crate::returns::{self, Returned};
use crate::schema::{ContactRow, TABLES};
use crate::table::{ENDED_AT, LOST, Row as _, Table};
use crate::value::{Text, Value};

/// Rows in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    lives: BTreeMap<Life, Rows>,
}

#[derive(Debug)]
struct Rows {
    position: Position,
    deleted_at: Option<TimeMs>,
    state: Option<SavedState>,
    gaps: Vec<Gap>,
    /// By the place of the table.
    tables: Vec<BTreeMap<Vec<Value>, Vec<Value>>>,
    /// The contacts of each customer, and some that were theirs once.
    of_customers: BTreeMap<Text, BTreeSet<i64>>,
}

impl Default for Rows {
    fn default() -> Self {
        Self {
            position: Position::default(),
            deleted_at: None,
            state: None,
            gaps: Vec::new(),
            tables: TABLES.iter().map(|_| BTreeMap::new()).collect(),
            of_customers: BTreeMap::new(),
        }
    }
}

impl Rows {
    fn write(&mut self, changes: &Changes) {
        if let Some(gap) = changes.gap() {
            self.lose(gap);
        }
        for close in changes.closes() {
            let (ended_at, lost) = (close.table.column(ENDED_AT), close.table.column(LOST));
            let rows = self.tables[place(close.table)].range_mut(close.key.clone()..);
            let its = rows.take_while(|(key, _)| key.starts_with(&close.key));
            let open = its
                .filter(|(_, row)| row[ended_at] == Value::Null && row[lost] == Value::Bool(false));
            open.for_each(|(_, row)| row[ended_at] = Value::Int(close.ended_at));
        }
        for erasure in changes.erasures() {
            self.erase(erasure);
        }
        for (table, pending) in changes.tables() {
            let rows = &mut self.tables[place(table)];
            for pending in pending {
                let new = pending.cells.clone();
                let key = new[..table.key_len()].iter().flatten().cloned();
                let key: Vec<Value> = key.collect();
                match rows.get_mut(&key) {
                    Some(row) => {
                        let mut cells: Vec<_> = row.drain(..).map(Some).collect();
                        merge(table, &mut cells, new);
                        row.extend(cells.into_iter().map(Option::unwrap_or_default));
                    }
                    None if pending.is_whole => {
                        let row = new.into_iter().map(Option::unwrap_or_default);
                        rows.insert(key.clone(), row.collect());
                    }
                    None => {}
                }
                if table.name == ContactRow::TABLE.name
                    && let Some(row) = rows.get(&key)
                {
                    note_customer(&mut self.of_customers, row);
                }
            }
        }
        if !changes.came().is_empty() {
            let counted = self.returned(changes.came());
            self.write(&counted);
        }
    }

    /// Marks the contacts whose customers have come back, and counts them.
    fn returned(&mut self, came: &[i64]) -> Changes {
        let rows = &mut self.tables[ContactRow::PLACE];
        let contact = |row: &Vec<Value>| ContactRow::from_values(row.clone());
        let came = came
            .iter()
            .filter_map(|it| contact(rows.get(&vec![Value::Int(*it)])?));
        let mut by_customer: BTreeMap<Text, Vec<ContactRow>> = BTreeMap::new();
        for came in came.filter(|it| it.origin.as_str() == "arrived") {
            if let Some(customer) = &came.customer {
                let its = by_customer.entry(customer.reveal().into()).or_default();
                its.push(came);
            }
        }
        let mut found = Vec::new();
        let of_customers = &self.of_customers;
        let known = by_customer.iter().flat_map(|(customer, came)| {
            let its = of_customers.get(customer).into_iter().flatten();
            its.map(move |it| (customer, came, *it))
        });
        for (customer, came, number) in known {
            let row = rows.get_mut(&vec![Value::Int(number)]);
            let Some(row) = row.filter(|row| customer_of(row).as_ref() == Some(customer)) else {
                continue;
            };
            let Some(it) = contact(row) else { continue };
            let (Some(answered_at), None) = (it.answered_at, it.returned_at) else {
                continue;
            };
            let mut came = came.iter().filter(|came| {
                let since = came.accepted_at - came.resolved_after_ms.unwrap_or_default();
                (since..came.accepted_at).contains(&answered_at)
            });
            let first = came.next().filter(|_| it.origin.as_str() != CONSULTATION);
            if let Some(first) = first {
                found.push(Returned {
                    agent: it.answered_by,
                    queue: it.answered_queue,
                    channel: it.channel,
                    answered_at,
                });
                row[ContactRow::returned_at.place()] = Value::Int(first.accepted_at);
            }
        }
        returns::counted(found)
    }

    fn erase(&mut self, erasure: &Erasure) {
        for erased in &COLUMNS {
            let named = TABLES.iter().zip(&mut self.tables);
            for (table, rows) in named.filter(|(table, _)| table.name == erased.table) {
                let column = table.column(erased.column);
                let origin = table.has("origin").then(|| table.column("origin"));
                let its = rows
                    .values_mut()
                    .filter(|row| erasure.is_of(table, |at| Some(&row[at])));
                for row in its {
                    let origin = origin.map(|at| row[at].clone());
                    row[column] = erasure.left(erased.left, origin.as_ref());
                    if erased.table == ContactRow::TABLE.name {
                        note_customer(&mut self.of_customers, row);
                    }
                }
            }
        }
    }

    fn lose(&mut self, gap: Gap) {
        self.gaps.push(gap);
        for (table, rows) in TABLES.iter().zip(&mut self.tables) {
            if table.has(LOST) {
                let (ended_at, lost) = (table.column(ENDED_AT), table.column(LOST));
                let open = rows.values_mut().filter(|row| row[ended_at] == Value::Null);
                open.for_each(|row| row[lost] = Value::Bool(true));
            }
        }
        for (table, from) in not_complete(gap.from_at) {
            let (began_at, from) = (table.column("began_at"), Value::Int(from));
            self.tables[place(table)].retain(|_, row| row[began_at] < from);
        }
    }
}

/// The customer of a contact, as its row has them.
fn customer_of(row: &[Value]) -> Option<Text> {
    match &row[ContactRow::customer.place()] {
        Value::Personal(customer) => Some(customer.reveal().into()),
        _ => None,
    }
}

/// Notes whose contact a row is.
fn note_customer(of_customers: &mut BTreeMap<Text, BTreeSet<i64>>, row: &[Value]) {
    if let (Some(customer), Value::Int(contact)) =
        (customer_of(row), &row[ContactRow::contact.place()])
    {
        of_customers.entry(customer).or_default().insert(*contact);
    }
}

impl Store for MemoryStore {
    fn tenants(&mut self) -> Result<Vec<Known>, StoreError> {
        let lives = self.lives.iter();
        let known = lives.map(|(life, rows)| Known {
            life: life.clone(),
            position: rows.position,
            deleted_at: rows.deleted_at,
        });
        Ok(known.collect())
    }

    fn commit(&mut self, commit: Commit<'_>) -> Result<(), StoreError> {
        let rows = self.lives.entry(commit.life.clone()).or_default();
        if commit.is_needed_at(rows.position.seq)? {
            rows.write(commit.changes);
            rows.position = commit.to;
            if let Some(state) = commit.state {
                rows.state = Some(state.clone());
            }
        }
        Ok(())
    }

    fn saved_state(&mut self, life: &Life) -> Result<Option<SavedState>, StoreError> {
        Ok(self.lives.get(life).and_then(|rows| rows.state.clone()))
    }

    fn note_deleted(&mut self, life: &Life, at_ms: TimeMs) -> Result<(), StoreError> {
        if let Some(rows) = self.lives.get_mut(life) {
            rows.deleted_at.get_or_insert(at_ms);
        }
        Ok(())
    }

    fn clear(&mut self, life: &Life) -> Result<(), StoreError> {
        self.lives.remove(life);
        Ok(())
    }

    fn rows(
        &mut self,
        life: &Life,
        table: &'static Table,
        visit: &mut dyn FnMut(Vec<Value>),
    ) -> Result<(), StoreError> {
        let rows = self.lives.get(life).into_iter();
        let rows = rows.flat_map(|rows| rows.tables[place(table)].values());
        rows.cloned().for_each(visit);
        Ok(())
    }

    fn gaps(&mut self, life: &Life) -> Result<Vec<Gap>, StoreError> {
        let rows = self.lives.get(life);
        Ok(rows.map(|rows| rows.gaps.clone()).unwrap_or_default())
    }
}
