//! Reviews of conversations.

use acd_core::event::{Recorded, ReviewSubmitted};
use acd_core::personal::Personal;

use super::{Projection, known};
use crate::schema::{ReviewAnswerRow, ReviewRow};
use crate::value::{Text, int};

impl Projection {
    pub(super) fn review_submitted(&mut self, event: &ReviewSubmitted, recorded: &Recorded) {
        self.changes.put(ReviewRow {
            seq: int(recorded.seq),
            handling: int(event.handling.0),
            contact: int(event.contact.0),
            name: Text::from(&event.name),
            agent: self.agent_name(event.agent),
            queue: self.queue_name(event.queue),
            channel: Text::from(event.channel),
            form: event.form.clone().into(),
            reviewer: Text::from(&event.reviewer),
            reviewed_at: recorded.at_ms,
            score: event.score.into(),
            knocked_out: event.knocked_out,
            comment: said(&event.comment),
        });
        for (at, answer) in event.answers.iter().enumerate() {
            self.changes.put(ReviewAnswerRow {
                seq: int(recorded.seq),
                place: int(at + 1),
                contact: int(event.contact.0),
                question: answer.question.clone().into(),
                points: answer.points.map(i64::from),
                scale_max: answer.scale_max.into(),
                weight: answer.weight.into(),
                knock_out: answer.knock_out,
                note: said(&answer.note),
            });
        }
    }
}

fn said(text: &Personal) -> Option<Personal> {
    known(Some(text)).filter(|it| !it.reveal().is_empty())
}
