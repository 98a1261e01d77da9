//! Queues: intervals added up, how long customers waited, and how long they talked.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use acd_core::figures::Figures;
use acd_core::ids::TimeMs;

use super::ask::{Place, whole};
use super::pieces::Pieces;
use super::{
    Counted, FiguresError, OF_COHORTS, OF_QUEUES, QueueRow, Reading, Spans, check, histogram,
};
use crate::quarter::DAY_MS;
use crate::value::Value;

/// Conversations of a queue and channel that were handled in a range of time, by their length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TalkRow {
    /// The queue.
    pub queue: String,
    /// The channel.
    pub channel: String,
    /// Talk and hold in milliseconds, up to the next whole second, with how many lasted so long.
    pub lengths: BTreeMap<u64, u64>,
}

/// How conversations are rounded up before they are charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    /// What is charged at least of one, in milliseconds.
    pub least_ms: u64,
    /// What lies beyond is charged in whole steps of this many milliseconds.
    pub step_ms: u64,
}

/// A column, and how it is added to figures.
type Added<'c> = (&'c str, fn(&mut Figures, i64));

impl Charge {
    fn of(self, length_ms: u64) -> u64 {
        match length_ms {
            0 => 0,
            length => {
                let step = self.step_ms.max(1);
                let beyond = length.saturating_sub(self.least_ms);
                self.least_ms + beyond.div_ceil(step) * step
            }
        }
    }
}

/// What is charged of a queue and channel.
struct Charged {
    charge: Charge,
    /// By range.
    sums: BTreeMap<usize, u64>,
}

impl Charged {
    fn by(charge: Charge) -> Self {
        let sums = BTreeMap::new();
        Self { charge, sums }
    }

    /// Whether they are the first in this range.
    fn add(&mut self, at: usize, length_ms: u64, count: u64) -> bool {
        let charged = self.charge.of(length_ms) * count;
        let sum = self.sums.entry(at);
        let is_first = matches!(sum, Entry::Vacant(_));
        *sum.or_default() += charged;
        is_first
    }
}

/// Something of each queue and channel, in their order. Who has millions of rows makes no names of them.
struct Lanes<T>(Vec<(String, String, T)>);

impl<T> Lanes<T> {
    fn of(&mut self, queue: &str, channel: &str, begin: impl FnOnce() -> T) -> &mut T {
        let key = (queue, channel);
        let known = |(queue, channel, _): &(String, String, T)| (&**queue, &**channel).cmp(&key);
        let at = self.0.binary_search_by(known);
        let at = at.unwrap_or_else(|at| {
            self.0
                .insert(at, (queue.to_owned(), channel.to_owned(), begin()));
            at
        });
        &mut self.0[at].2
    }
}

impl Reading<'_, '_> {
    /// Figures of queues by when things happened.
    ///
    /// # Errors
    /// [`FiguresError`].
    pub fn queues(&mut self, spans: Spans<'_>) -> Result<Vec<QueueRow>, FiguresError> {
        self.by_event(spans, false)
    }

    /// The same of all queues and channels together: a row for each range, without their names.
    ///
    /// # Errors
    /// [`FiguresError`].
    pub fn queues_together(&mut self, spans: Spans<'_>) -> Result<Vec<QueueRow>, FiguresError> {
        self.by_event(spans, true)
    }

    fn by_event(
        &mut self,
        spans: Spans<'_>,
        together: bool,
    ) -> Result<Vec<QueueRow>, FiguresError> {
        let more: &[Added<'_>] = &[("prediction_error_ms", |it, error| {
            it.prediction.error_sum_ms = it.prediction.error_sum_ms.saturating_add(error);
        })];
        let of_queues = OF_QUEUES.iter().map(|it| (it.column, it.add));
        let counted: Vec<_> = of_queues.chain(more.iter().copied()).collect();
        self.intervals("queue_intervals", &counted, spans, together)
    }

    /// Figures of queues by when visits joined.
    ///
    /// # Errors
    /// [`FiguresError`].
    pub fn cohorts(&mut self, spans: Spans<'_>) -> Result<Vec<QueueRow>, FiguresError> {
        let counted = |it: &Counted<Figures>| (it.column, it.add);
        let counted: Vec<_> = OF_COHORTS.iter().map(counted).collect();
        self.intervals("cohort_intervals", &counted, spans, false)
    }

    fn intervals(
        &mut self,
        table: &str,
        counted: &[Added<'_>],
        spans: Spans<'_>,
        together: bool,
    ) -> Result<Vec<QueueRow>, FiguresError> {
        let names: Vec<&str> = counted.iter().map(|(name, _)| *name).collect();
        let sql = format!(
            "SELECT began_at, {} FROM {table} \
             WHERE tenant = ?1 AND queue = ?2 AND channel = ?3 AND began_at >= ?4 AND began_at < ?5 \
             ORDER BY began_at",
            names.join(", ")
        );
        let (range, rows_max) = (whole(spans), self.rows_max);
        let mut found: BTreeMap<(usize, usize), QueueRow> = BTreeMap::new();
        let keys = self.keys(table, ["queue", "channel"])?;
        for (number, [queue, channel]) in keys.iter().enumerate() {
            if !self.only.has_queue(queue) {
                continue;
            }
            // Those of all queues stand under the first.
            let number = if together { 0 } else { number };
            let mut place = Place::before(spans);
            let parameters = of(self.tenant, &[queue, channel], &range);
            self.ask(&sql, &parameters, &mut |row| {
                let Some(at) = place.of(row.int(0)) else {
                    return Ok(());
                };
                let rows = found.len();
                let sum = match found.entry((number, at)) {
                    Entry::Occupied(sum) => sum.into_mut(),
                    Entry::Vacant(new) => {
                        check(rows + 1, rows_max)?;
                        let name = |name: &String| match together {
                            true => String::new(),
                            false => name.clone(),
                        };
                        new.insert(QueueRow {
                            queue: name(queue),
                            channel: name(channel),
                            began_at: spans[at].start,
                            figures: Figures::default(),
                        })
                    }
                };
                for (column, (_, add)) in counted.iter().enumerate() {
                    add(&mut sum.figures, row.int(column + 1));
                }
                Ok(())
            })?;
        }
        Ok(found.into_values().collect())
    }

    /// How long visits of each queue and channel waited that ended in a range, by the edges between lengths; nothing else
    /// is told of them.
    ///
    /// # Errors
    /// [`FiguresError`].
    pub fn waits(&mut self, range: Range<TimeMs>) -> Result<Vec<QueueRow>, FiguresError> {
        let table = "queue_interval_waits";
        let sql = "SELECT outcome, edge_ms, CAST(SUM(waits) AS BIGINT) FROM queue_interval_waits \
                   WHERE tenant = ?1 AND queue = ?2 AND channel = ?3 AND began_at >= ?4 AND began_at < ?5 \
                   GROUP BY outcome, edge_ms";
        let mut found = Vec::new();
        let tenant = self.tenant;
        for [queue, channel] in self.keys(table, ["queue", "channel"])? {
            check(found.len(), self.rows_max)?;
            if !self.only.has_queue(&queue) {
                continue;
            }
            let (mut answered, mut abandoned) = (BTreeMap::new(), BTreeMap::new());
            let parameters = of(tenant, &[&queue, &channel], &range);
            self.ask(sql, &parameters, &mut |row| {
                let buckets = match row.text(0) {
                    "answered" => &mut answered,
                    _ => &mut abandoned,
                };
                *buckets.entry(row.int(1)).or_default() += row.int(2).unsigned_abs();
                Ok(())
            })?;
            if !answered.is_empty() || !abandoned.is_empty() {
                found.push(QueueRow {
                    queue,
                    channel,
                    began_at: range.start,
                    figures: Figures {
                        answered_wait: histogram(&answered),
                        abandoned_wait: histogram(&abandoned),
                        ..Figures::default()
                    },
                });
            }
        }
        Ok(found)
    }

    /// How long conversations of each queue and channel were that were handled in a range.
    ///
    /// # Errors
    /// [`FiguresError`].
    pub fn talks(&mut self, range: Range<TimeMs>) -> Result<Vec<TalkRow>, FiguresError> {
        let mut talks: Lanes<BTreeMap<u64, u64>> = Lanes(Vec::new());
        let mut rows = 0;
        let range = std::slice::from_ref(&range);
        self.conversations(range, &mut |queue, channel, _, length_ms, count| {
            let lengths = talks.of(queue, channel, BTreeMap::new);
            let sum = lengths.entry(length_ms);
            rows += usize::from(matches!(sum, Entry::Vacant(_)));
            *sum.or_default() += count;
            rows
        })?;
        let row = |(queue, channel, lengths)| TalkRow {
            queue,
            channel,
            lengths,
        };
        Ok(talks.0.into_iter().map(row).collect())
    }

    /// What is charged of conversations that were handled in each range, in milliseconds by queue and channel; a queue for
    /// which nothing is given is left out.
    ///
    /// # Errors
    /// [`FiguresError`].
    pub fn charged(
        &mut self,
        spans: Spans<'_>,
        charge: &dyn Fn(&str) -> Option<Charge>,
    ) -> Result<BTreeMap<(String, String, TimeMs), u64>, FiguresError> {
        let mut charges: Lanes<Option<Charged>> = Lanes(Vec::new());
        let mut rows = 0;
        self.conversations(spans, &mut |queue, channel, at, length_ms, count| {
            let charged = charges.of(queue, channel, || charge(queue).map(Charged::by));
            if let Some(charged) = charged {
                rows += usize::from(charged.add(at, length_ms, count));
            }
            rows
        })?;
        let mut sums = BTreeMap::new();
        for (queue, channel, charged) in charges.0 {
            for (at, sum) in charged.into_iter().flat_map(|charged| charged.sums) {
                sums.insert((queue.clone(), channel.clone(), spans[at].start), sum);
            }
        }
        Ok(sums)
    }

    /// Goes through conversations that were handled in some ranges, whole days of UTC first: queue, channel, which range, how
    /// long, and how many. Told how many rows there are by now.
    fn conversations(
        &mut self,
        spans: Spans<'_>,
        visit: &mut dyn FnMut(&str, &str, usize, u64, u64) -> usize,
    ) -> Result<(), FiguresError> {
        let pieces = Pieces::in_blocks(DAY_MS, spans, TimeMs::MAX, &[]);
        let (tenant, rows_max) = (self.tenant, self.rows_max);
        check(0, rows_max)?;
        let days = "SELECT began_at, length_s, conversations FROM conversation_days \
                    WHERE tenant = ?1 AND queue = ?2 AND channel = ?3 AND began_at >= ?4 AND began_at < ?5";
        for [queue, channel] in self.keys("conversation_days", ["queue", "channel"])? {
            for piece in &pieces.blocks {
                let mut place = Place::before(spans);
                let parameters = of(tenant, &[&queue, &channel], piece);
                self.ask(days, &parameters, &mut |row| {
                    let Some(at) = place.of(row.int(0)) else {
                        return Ok(());
                    };
                    let [length_s, count] = [1, 2].map(|at| row.int(at).unsigned_abs());
                    let rows = visit(&queue, &channel, at, length_s * 1_000, count);
                    check(rows, rows_max)
                })?;
            }
        }
        let single = "SELECT queue, channel, handled_at, talk_ms + hold_ms FROM handlings \
                      WHERE tenant = ?1 AND handled_at >= ?2 AND handled_at < ?3 ORDER BY handled_at";
        for piece in &pieces.rest {
            let mut place = Place::before(spans);
            self.ask(single, &of(tenant, &[], piece), &mut |row| {
                let Some(at) = place.of(row.int(2)) else {
                    return Ok(());
                };
                let length_ms = row.int(3).unsigned_abs().next_multiple_of(1_000);
                let rows = visit(row.text(0), row.text(1), at, length_ms, 1);
                check(rows, rows_max)
            })?;
        }
        Ok(())
    }
}

/// A tenant, names, and from when until when.
pub(super) fn of(tenant: i64, names: &[&str], range: &Range<TimeMs>) -> Vec<Value> {
    let names = names.iter().map(|name| Value::Text((*name).into()));
    let range = [Value::Int(range.start), Value::Int(range.end)];
    std::iter::once(Value::Int(tenant))
        .chain(names)
        .chain(range)
        .collect()
}
