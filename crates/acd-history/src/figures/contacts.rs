//! What only single contacts tell: callbacks, and whether customers came back.

use std::collections::BTreeMap;
use std::ops::Range;

use acd_core::ids::{DurationMs, TimeMs};

use super::ask::Place;
use super::pieces::{Pieces, Summed};
use super::queues::of;
use super::{FiguresError, Reading, Spans, check};
use crate::quarter::{self, QUARTER_MS};

/// A callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackFigures {
    /// The queue.
    pub queue: String,
    /// When it was asked for.
    pub asked_at: TimeMs,
    /// Its dials in order: when, and whether it reached the customer.
    pub attempts: Vec<(TimeMs, bool)>,
    /// How it ended, and when; none: it is still owed.
    pub ended: Option<(TimeMs, CallbackEnding)>,
}

/// How a callback ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackEnding {
    /// The customer was reached.
    Reached,
    /// The customer was served meanwhile.
    Served,
    /// It was dialled as often as may be, or its time was over.
    GivenUp,
    /// Somebody took it back.
    Withdrawn,
}

/// Answered contacts of an agent, queue and channel in a range, by whether their customer came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The agent who answered first.
    pub agent: String,
    /// The queue.
    pub queue: String,
    /// The channel.
    pub channel: String,
    /// When the range began.
    pub began_at: TimeMs,
    /// Contacts with a customer key of which it is known.
    pub judged: u64,
    /// Of these, those whose customer did not come back.
    pub resolved: u64,
}

impl Reading<'_, '_> {
    /// The callbacks that were asked for in a range.
    ///
    /// # Errors
    /// [`FiguresError`].
    pub fn callbacks(
        &mut self,
        range: Range<TimeMs>,
    ) -> Result<Vec<CallbackFigures>, FiguresError> {
        let sql = "SELECT b.contact, b.queue, b.asked_at, b.reached_at, b.ended_at, c.outcome, c.outcome_reason \
                   FROM callbacks AS b JOIN contacts AS c ON c.tenant = b.tenant AND c.contact = b.contact \
                   WHERE b.tenant = ?1 AND b.asked_at >= ?2 AND b.asked_at < ?3 ORDER BY b.contact";
        let attempts = "SELECT a.contact, a.dialled_at, a.outcome \
                        FROM callbacks AS b JOIN callback_attempts AS a ON a.tenant = b.tenant AND a.contact = b.contact \
                        WHERE b.tenant = ?1 AND b.asked_at >= ?2 AND b.asked_at < ?3 ORDER BY a.offer";
        let rows_max = self.rows_max;
        let parameters = of(self.tenant, &[], &range);
        let mut found: BTreeMap<i64, CallbackFigures> = BTreeMap::new();
        self.ask(sql, &parameters, &mut |row| {
            check(found.len(), rows_max)?;
            let ended = match (row.maybe(3), row.maybe(4)) {
                (Some(at), _) => Some((at, CallbackEnding::Reached)),
                (None, Some(at)) => Some((at, ending(row.text(5), row.text(6)))),
                (None, None) => None,
            };
            found.insert(
                row.int(0),
                CallbackFigures {
                    queue: row.text(1).to_owned(),
                    asked_at: row.int(2),
                    attempts: Vec::new(),
                    ended,
                },
            );
            Ok(())
        })?;
        self.ask(attempts, &parameters, &mut |row| {
            if let Some(callback) = found.get_mut(&row.int(0)) {
                let is_reached = row.text(2) == "connected";
                callback.attempts.push((row.int(1), is_reached));
            }
            Ok(())
        })?;
        Ok(found.into_values().collect())
    }

    /// Whether the customers of contacts that were answered in each range came back within a time: contacts of which it is
    /// known, for that time is over since the end of their quarter of an hour, and whose customers are known for so long. Who
    /// came back within what was that time then did so. A callback and a consultation of the contact is no coming back.
    ///
    /// # Errors
    /// [`FiguresError`].
    pub fn resolved(
        &mut self,
        spans: Spans<'_>,
        within_ms: DurationMs,
        known_for_ms: Option<DurationMs>,
    ) -> Result<Vec<Resolved>, FiguresError> {
        let summed = Summed {
            quarters: "agent_intervals",
            blocks: "agent_blocks",
            key: &["agent", "queue", "channel"],
            columns: "customers_answered, customers_returned",
        };
        let until = quarter::begin(self.applied_at - within_ms);
        let since = known_for_ms.map_or(TimeMs::MIN, |length_ms| {
            quarter::begin(self.applied_at - length_ms + QUARTER_MS - 1)
        });
        let known: Vec<_> = spans
            .iter()
            .map(|span| span.start.max(since)..span.end)
            .collect();
        let pieces = Pieces::of(&known, until, &[]);
        let rows_max = self.rows_max;
        let mut found: Vec<Resolved> = Vec::new();
        for key in self.keys(summed.blocks, ["agent", "queue", "channel"])? {
            let mut sums: BTreeMap<usize, [u64; 2]> = BTreeMap::new();
            let mut place = Place::before(spans);
            let names = key.each_ref().map(String::as_str);
            self.summed(&summed, &names, &pieces, &mut |row| {
                if let Some(at) = place.of(row.int(0)) {
                    let sum = sums.entry(at).or_default();
                    sum[0] += row.int(1).unsigned_abs();
                    sum[1] += row.int(2).unsigned_abs();
                }
                Ok(())
            })?;
            let [agent, queue, channel] = key;
            let answered = sums.into_iter().filter(|(_, [judged, _])| *judged > 0);
            found.extend(answered.map(|(at, [judged, returned])| Resolved {
                agent: agent.clone(),
                queue: queue.clone(),
                channel: channel.clone(),
                began_at: spans[at].start,
                judged,
                // Whoever was answered in a gap is in one number only.
                resolved: judged.saturating_sub(returned),
            }));
            check(found.len(), rows_max)?;
        }
        Ok(found)
    }
}

fn ending(outcome: &str, reason: &str) -> CallbackEnding {
    match (outcome, reason) {
        ("withdrawn", "served") => CallbackEnding::Served,
        ("overflowed" | "timed_out", _) => CallbackEnding::GivenUp,
        _ => CallbackEnding::Withdrawn,
    }
}
