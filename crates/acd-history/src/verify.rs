//! [`verify`]: the rows of a store compared with the journal, folded anew, and with the engine's counters.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use acd_core::ids::TimeMs;
use acd_core::state::{Facts, State};
use acd_journal::codec::decode_snapshot;
use acd_journal::{JournalId, LogReader};

use crate::follow::{FollowError, Pace, read};
use crate::projection::Projection;
use crate::quarter;
use crate::schema::{AgentIntervalRow, ContactRow, QueueIntervalRow, TABLES, WaitRow};
use crate::store::memory::MemoryStore;
use crate::store::{Commit, Life, Position, Store};
use crate::table::{Merge, Row, Table};
use crate::value::{Text, Value};

/// What a comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// What began up to this event was not compared, for the journal holds it no longer, or the store has a gap there.
    pub after_seq: u64,
    /// The event at which the store stands.
    pub up_to: u64,
    /// How many rows were compared.
    pub rows: u64,
    /// The first differences, each in a sentence.
    pub differences: Vec<String>,
    /// How many there are in all.
    pub differing: u64,
}

impl Verified {
    /// Whether everything agrees.
    pub fn agrees(&self) -> bool {
        self.differing == 0
    }
}

/// What is told of differences, and how many of them.
struct Report {
    found: Verified,
    told_at_most: usize,
}

impl Report {
    fn differs(&mut self, what: impl FnOnce() -> String) {
        self.found.differing += 1;
        if self.found.differences.len() < self.told_at_most {
            self.found.differences.push(what());
        }
    }
}

/// Folds the journal of a tenant over again, up to where the store is, and compares every row, and the sums of intervals with
/// the counters of the engine. It takes memory for all rows of what the journal holds.
///
/// # Errors
/// [`FollowError`].
pub fn verify(
    journal: JournalId,
    reader: &dyn LogReader,
    store: &mut dyn Store,
    tenant: &str,
    told_at_most: usize,
) -> Result<Verified, FollowError> {
    let name: Arc<str> = tenant.into();
    let mut report = Report {
        found: Verified::default(),
        told_at_most,
    };
    let Some(stands) = reader.standing(tenant) else {
        return Ok(report.found);
    };
    let life = Life::of(tenant, journal, stands.life);
    let position = store.position(&life)?;
    report.found.up_to = position.seq;
    let base = match stands.kept_after {
        0 => Some(Facts::default()),
        _ => {
            let snapshots = reader.snapshots(tenant)?;
            let mut decoded = snapshots.iter().rev().flat_map(decode_snapshot);
            decoded.find(|facts| facts.seq <= position.seq)
        }
    };
    let Some(base) = base else {
        report.found.after_seq = position.seq;
        return Ok(report.found);
    };
    let gap = store.gaps(&life)?.pop();
    let gap = gap.and_then(|gap| Some((gap.to_seq?, gap.to_at?)));
    let (after_seq, after_at) = gap.unwrap_or_default().max((base.seq, base.now));
    report.found.after_seq = after_seq;
    let mut expected = MemoryStore::default();
    let state = fold(reader, &name, &life, base, position, &mut expected)?;
    // Who was forgotten by age is nobody in the journal: that they came back is known to the rows alone.
    let unknown: &[&str] = match state.facts().expiry.through.0 {
        0 => &[],
        _ => &[
            ContactRow::returned_at.name(),
            AgentIntervalRow::customers_returned.name(),
        ],
    };
    for table in TABLES {
        compare(
            (table, unknown),
            &life,
            store,
            &mut expected,
            (after_seq, after_at),
            &mut report,
        )?;
    }
    if after_seq == 0 {
        compare_counters(&state, &life, store, &mut report)?;
    }
    Ok(report.found)
}

/// Brings the events after this state into rows in memory. Returns the state after the last of them.
fn fold(
    reader: &dyn LogReader,
    name: &Arc<str>,
    life: &Life,
    base: Facts,
    position: Position,
    rows: &mut MemoryStore,
) -> Result<State, FollowError> {
    let mut projection = Projection::of(State::from_facts(base));
    let begin = projection.position();
    let mut after_seq = 0;
    loop {
        read(
            reader,
            name,
            projection.position().seq,
            &Pace::default(),
            |events| {
                let wanted = events.partition_point(|recorded| recorded.seq <= position.seq);
                let taken = projection.follow(&events[..wanted]);
                match taken == events.len() && projection.position().seq < position.seq {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                }
            },
        )?;
        let to = projection.position();
        if to.seq == after_seq.max(begin.seq) {
            return Ok(projection.state().clone());
        }
        rows.commit(Commit {
            life,
            after_seq,
            changes: &projection.take(),
            to,
            state: None,
        })?;
        after_seq = to.seq;
    }
}

/// Compares the rows of a table that are about what began later, but for some columns.
fn compare(
    (table, unknown): (&'static Table, &[&str]),
    life: &Life,
    store: &mut dyn Store,
    expected: &mut MemoryStore,
    after: (u64, TimeMs),
    report: &mut Report,
) -> Result<(), FollowError> {
    let mut rows = BTreeMap::new();
    let key_len = table.key_len();
    expected.rows(life, table, &mut |row| {
        if is_later(table, &row, after) {
            rows.insert(row[..key_len].to_vec(), row);
        }
    })?;
    store.rows(life, table, &mut |row| {
        if !is_later(table, &row, after) {
            return;
        }
        report.found.rows += 1;
        let key = &row[..key_len];
        match rows.remove(key) {
            None => report.differs(|| {
                let key = shown(table, key);
                format!(
                    "{} has a row of {key}, of which the journal knows nothing",
                    table.name
                )
            }),
            Some(expected) => {
                let columns = table.columns.iter().zip(row.iter().zip(&expected));
                let columns = columns.filter(|(column, _)| !unknown.contains(&column.name));
                for (column, (found, expected)) in columns.filter(|(_, (a, b))| a != b) {
                    report.differs(|| {
                        let key = shown(table, key);
                        format!(
                            "{} of {key} in {} is {found}, and {expected} by the journal",
                            column.name, table.name
                        )
                    });
                }
            }
        }
    })?;
    for key in rows.keys() {
        report.found.rows += 1;
        report.differs(|| format!("{} has no row of {}", table.name, shown(table, key)));
    }
    Ok(())
}

/// Whether a row is about what began after this event, or in a quarter that did.
fn is_later(table: &Table, row: &[Value], (after_seq, after_at): (u64, TimeMs)) -> bool {
    if after_seq == 0 {
        return true;
    }
    let column = ["seq", "began_seq"]
        .into_iter()
        .find(|name| table.has(name));
    let (place, after) = match (column, row.first()) {
        (Some(column), _) => (table.column(column), crate::value::int(after_seq)),
        (None, Some(Value::Int(_))) => (0, crate::value::int(after_seq)),
        (None, _) => (table.column("began_at"), quarter::begin(after_at)),
    };
    row[place].as_int().is_some_and(|at| at > after)
}

fn shown(table: &Table, key: &[Value]) -> String {
    let parts = table.columns.iter().zip(key);
    let parts: Vec<String> = parts
        .map(|(column, value)| format!("{} {value}", column.name))
        .collect();
    parts.join(", ")
}

/// Compares the sums of all intervals with the counters.
fn compare_counters(
    state: &State,
    life: &Life,
    store: &mut dyn Store,
    report: &mut Report,
) -> Result<(), FollowError> {
    let table = QueueIntervalRow::TABLE;
    let mut sums: BTreeMap<(Value, Value), Vec<i64>> = BTreeMap::new();
    store.rows(life, table, &mut |row| {
        let sums = sums.entry((row[0].clone(), row[1].clone()));
        let sums = sums.or_insert_with(|| vec![0; row.len()]);
        let numbers = row.iter().map(|value| value.as_int().unwrap_or_default());
        sums.iter_mut()
            .zip(numbers)
            .for_each(|(sum, number)| *sum += number);
    })?;
    let mut waits: BTreeMap<[Value; 4], i64> = BTreeMap::new();
    store.rows(life, WaitRow::TABLE, &mut |row| {
        if let [queue, channel, _, outcome, edge, count] = row.as_slice() {
            let key = [queue, channel, outcome, edge].map(Value::clone);
            *waits.entry(key).or_default() += count.as_int().unwrap_or_default();
        }
    })?;
    for queue in &state.facts().queues {
        let name = Value::Text(Text::from(&queue.config.name));
        for (channel, figures) in &queue.figures {
            let channel = Value::Text(Text::from(*channel));
            let counters = QueueIntervalRow::growth(&Default::default(), figures).into_values();
            let summed = sums.get(&(name.clone(), channel.clone()));
            for (at, column) in table.columns.iter().enumerate() {
                let sum = summed.map_or(0, |sums| sums[at]);
                let counter = counters[at].as_int().unwrap_or_default();
                if column.merge == Merge::Add && sum != counter {
                    report.differs(|| {
                        format!(
                            "{} of queue {name}, channel {channel}, adds up to {sum} over all intervals, and the engine counted \
                             {counter}",
                            column.name
                        )
                    });
                }
            }
            let histograms = [
                ("answered", &figures.answered_wait),
                ("abandoned", &figures.abandoned_wait),
            ];
            for (outcome, counted) in histograms {
                let edges = counted.edges_ms.iter().copied().chain([-1]);
                for (edge, count) in edges.zip(&counted.counts) {
                    let outcome = Value::Text(outcome.into());
                    let key = [name.clone(), channel.clone(), outcome, Value::Int(edge)];
                    let sum = waits.get(&key).copied().unwrap_or_default();
                    if sum != crate::value::int(*count) {
                        report.differs(|| {
                            format!(
                                "the waits of queue {name}, channel {channel}, up to {edge} ms add up to {sum}, and the engine \
                                 counted {count}"
                            )
                        });
                    }
                }
            }
        }
    }
    Ok(())
}
