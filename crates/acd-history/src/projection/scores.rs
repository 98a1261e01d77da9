//! What customers thought of how they were served.

use acd_core::command::Score;
use acd_core::event::{Recorded, ScoreReported};

use super::{Projection, known};
use crate::quarter;
use crate::schema::{ScoreIntervalRow, ScoreRow};
use crate::value::{Field, Text, int};
use crate::words;

/// A score of one is the best of its scale.
pub(crate) const ONE: i64 = 1_000_000;

impl Projection {
    pub(super) fn score_reported(&mut self, event: &ScoreReported, recorded: &Recorded) {
        let adapter = event.adapter.map(|no| &self.state.adapter(no).name);
        let row = ScoreRow {
            seq: int(recorded.seq),
            contact: event.contact.map(|id| int(id.0)),
            name: Text::from(&event.name),
            adapter: adapter.map(Text::from),
            handling: event.handling.map(|id| int(id.0)),
            queue: event.queue.map(|no| self.queue_name(no)),
            channel: event.channel.map(Text::from),
            agent: event.agent.map(|no| self.agent_name(no)),
            reported_at: recorded.at_ms,
            asked_by: words::one_word(&event.score.asked_by),
            question: event.score.question.clone().into(),
            points: event.score.points.into(),
            scale_max: event.score.scale_max.into(),
            comment: known(Some(&event.score.comment)).filter(|it| !it.reveal().is_empty()),
        };
        let key = [
            row.queue.clone().unwrap_or_default().into_value(),
            row.channel.clone().unwrap_or_default().into_value(),
            row.agent.clone().unwrap_or_default().into_value(),
            quarter::begin(recorded.at_ms).into_value(),
        ];
        let counts = [
            (ScoreIntervalRow::scores, 1),
            (ScoreIntervalRow::score_sum, share(&event.score)),
        ];
        self.changes.add(&key, counts);
        self.changes.put(row);
    }
}

/// A score as its share of its scale, in millionths.
fn share(score: &Score) -> i64 {
    let (points, scale_max) = (i64::from(score.points), i64::from(score.scale_max));
    (points * ONE + scale_max / 2)
        .checked_div(scale_max)
        .unwrap_or_default()
}
