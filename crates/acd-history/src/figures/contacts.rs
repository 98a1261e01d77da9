//! What only single contacts tell: callbacks, and whether customers came back.

use std::collections::BTreeMap;
use std::ops::Range;

use acd_core::ids::{DurationMs, TimeMs};

use super::ask::{Place, whole};
use super::queues::of;
use super::{FiguresError, Reading, Spans, check};
use crate::value::Value;

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
    /// known, for that time is over. A callback and a consultation of the contact is no coming back.
    ///
    /// # Errors
    /// [`FiguresError`].
    pub fn resolved(
        &mut self,
        spans: Spans<'_>,
        within_ms: DurationMs,
    ) -> Result<Vec<Resolved>, FiguresError> {
        let sql = "SELECT h.agent, h.queue, h.channel, c.answered_at, \
                   (SELECT CAST(1 AS BIGINT) FROM contacts AS n WHERE n.tenant = c.tenant AND n.customer = c.customer \
                   AND n.origin = 'arrived' AND n.accepted_at > c.answered_at \
                   AND n.accepted_at <= c.answered_at + ?4 LIMIT 1) \
                   FROM contacts AS c JOIN handlings AS h ON h.tenant = c.tenant AND h.contact = c.contact \
                   AND h.connected_at = c.answered_at \
                   WHERE c.tenant = ?1 AND c.answered_at >= ?2 AND c.answered_at < ?3 \
                   AND c.customer IS NOT NULL AND c.origin <> 'consult_of'";
        let rows_max = self.rows_max;
        let mut sums: BTreeMap<(String, String, String, TimeMs), (u64, u64)> = BTreeMap::new();
        let (tenant, applied_at) = (self.tenant, self.applied_at);
        check(sums.len(), self.rows_max)?;
        let range = whole(spans);
        let known = range.start..range.end.min(applied_at - within_ms);
        let mut parameters = of(tenant, &[], &known);
        parameters.push(Value::Int(within_ms));
        let mut place = Place::before(spans);
        self.ask(sql, &parameters, &mut |row| {
            let Some(at) = place.of(row.int(3)) else {
                return Ok(());
            };
            let [agent, queue, channel] = [0, 1, 2].map(|at| row.text(at).to_owned());
            let sum = sums.entry((agent, queue, channel, spans[at].start));
            let (judged, resolved) = sum.or_default();
            *judged += 1;
            *resolved += u64::from(row.maybe(4).is_none());
            check(sums.len(), rows_max)
        })?;
        let row = |((agent, queue, channel, began_at), (judged, resolved))| Resolved {
            agent,
            queue,
            channel,
            began_at,
            judged,
            resolved,
        };
        Ok(sums.into_iter().map(row).collect())
    }
}

fn ending(outcome: &str, reason: &str) -> CallbackEnding {
    match (outcome, reason) {
        ("withdrawn", "served") => CallbackEnding::Served,
        ("overflowed" | "timed_out", _) => CallbackEnding::GivenUp,
        _ => CallbackEnding::Withdrawn,
    }
}
