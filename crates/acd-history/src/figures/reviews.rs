//! What reviewers thought of conversations.

use std::collections::BTreeMap;

use acd_core::ids::TimeMs;

use super::ask::{Place, whole};
use super::queues::of;
use super::{FiguresError, Reading, Spans, check};

/// Conversations that were reviewed in a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewed {
    /// The queue.
    pub queue: String,
    /// The channel.
    pub channel: String,
    /// The agent.
    pub agent: String,
    /// When the range began.
    pub began_at: TimeMs,
    /// How many.
    pub reviews: u64,
    /// Their scores in millionths of the best, added up.
    pub score_sum: u64,
}

/// Whether a review counts: its reviewer is the first one of that conversation by that form, and has not reviewed it again.
/// `v_reviews` says the same.
const COUNTS: &str = "NOT EXISTS (\
     SELECT 1 FROM reviews AS o WHERE o.tenant = r.tenant AND o.handling = r.handling AND o.form = r.form \
     AND (CASE WHEN o.reviewer = r.reviewer THEN o.seq > r.seq ELSE o.seq < (\
     SELECT min(f.seq) FROM reviews AS f WHERE f.tenant = r.tenant AND f.handling = r.handling \
     AND f.form = r.form AND f.reviewer = r.reviewer) END))";

impl Reading<'_, '_> {
    /// What reviewers thought of conversations, by when they said so. Of several reviews of one conversation by one form, one
    /// counts.
    ///
    /// # Errors
    /// [`FiguresError`].
    pub fn reviews(&mut self, spans: Spans<'_>) -> Result<Vec<Reviewed>, FiguresError> {
        let sql = format!(
            "SELECT queue, channel, agent, reviewed_at, score FROM reviews AS r \
             WHERE tenant = ?1 AND reviewed_at >= ?2 AND reviewed_at < ?3 AND {COUNTS} ORDER BY reviewed_at"
        );
        let (rows_max, only) = (self.rows_max, self.only.clone());
        let mut sums: BTreeMap<(String, String, String, TimeMs), (u64, u64)> = BTreeMap::new();
        check(sums.len(), rows_max)?;
        let parameters = of(self.tenant, &[], &whole(spans));
        let mut place = Place::before(spans);
        self.ask(&sql, &parameters, &mut |row| {
            let Some(at) = place.of(row.int(3)) else {
                return Ok(());
            };
            if !only.has_queue(row.text(0)) || !only.has_agent(row.text(2)) {
                return Ok(());
            }
            let [queue, channel, agent] = [0, 1, 2].map(|at| row.text(at).to_owned());
            let sum = sums.entry((queue, channel, agent, spans[at].start));
            let (reviews, score_sum) = sum.or_default();
            *reviews += 1;
            *score_sum += row.int(4).unsigned_abs();
            check(sums.len(), rows_max)
        })?;
        let row = |((queue, channel, agent, began_at), (reviews, score_sum))| Reviewed {
            queue,
            channel,
            agent,
            began_at,
            reviews,
            score_sum,
        };
        Ok(sums.into_iter().map(row).collect())
    }
}
