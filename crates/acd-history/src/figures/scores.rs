//! What customers thought of how they were served.

use std::collections::BTreeMap;

use acd_core::ids::TimeMs;

use super::ask::{Place, whole};
use super::queues::of;
use super::{FiguresError, Reading, Spans, check};

/// Scores that were reported in a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scored {
    /// The queue; empty: it is not known.
    pub queue: String,
    /// The channel; empty: it is not known.
    pub channel: String,
    /// The agent; empty: they are not known.
    pub agent: String,
    /// When the range began.
    pub began_at: TimeMs,
    /// How many.
    pub scores: u64,
    /// Each as its share of its scale, in millionths, added up.
    pub score_sum: u64,
}

impl Reading<'_, '_> {
    /// What customers thought of how they were served, by when they said so.
    ///
    /// # Errors
    /// [`FiguresError`].
    pub fn scores(&mut self, spans: Spans<'_>) -> Result<Vec<Scored>, FiguresError> {
        let sql = "SELECT queue, channel, agent, began_at, scores, score_sum FROM score_intervals \
                   WHERE tenant = ?1 AND began_at >= ?2 AND began_at < ?3 ORDER BY began_at";
        let (rows_max, only) = (self.rows_max, self.only.queues.clone());
        let mut sums: BTreeMap<(String, String, String, TimeMs), (u64, u64)> = BTreeMap::new();
        check(sums.len(), rows_max)?;
        let parameters = of(self.tenant, &[], &whole(spans));
        let mut place = Place::before(spans);
        self.ask(sql, &parameters, &mut |row| {
            let Some(at) = place.of(row.int(3)) else {
                return Ok(());
            };
            let [queue, channel, agent] = [0, 1, 2].map(|at| row.text(at).to_owned());
            if !only.is_empty() && !only.contains(&queue) {
                return Ok(());
            }
            let sum = sums.entry((queue, channel, agent, spans[at].start));
            let (scores, score_sum) = sum.or_default();
            *scores += row.int(4).unsigned_abs();
            *score_sum += row.int(5).unsigned_abs();
            check(sums.len(), rows_max)
        })?;
        let row = |((queue, channel, agent, began_at), (scores, score_sum))| Scored {
            queue,
            channel,
            agent,
            began_at,
            scores,
            score_sum,
        };
        Ok(sums.into_iter().map(row).collect())
    }
}
