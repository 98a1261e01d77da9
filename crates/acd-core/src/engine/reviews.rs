//! What reviewers say of conversations. Nothing is decided by it, and the conversation may have been long ago: a review is
//! checked against its form, and told with what the form says now.

use std::sync::Arc;

use super::Engine;
use crate::command::{Answer, GivenAnswer, Reply, SubmitReview};
use crate::config::{QuestionConfig, ReviewFormConfig};
use crate::event::{Event, ReviewAnswer, ReviewSubmitted};
use crate::ids::TimeMs;
use crate::matching::Matcher;
use crate::refusal::{Reason, Refusal};

/// A whole, in the parts in which reviews are scored.
const ONE: u64 = 1_000_000;
/// The most forms that are named to somebody who looks for one.
const TOLD_MAX: usize = 16;

impl<M: Matcher> Engine<M> {
    pub(super) fn submit_review(&mut self, now: TimeMs, review: SubmitReview) -> Answer {
        let agent = self.known_agent(&review.agent)?;
        let queue = self.queue_once_known(&review.queue)?;
        let form = self.review_form(&review.form)?;
        let answers = self.answered(form, &review.answers)?;
        self.check_remark("comment", review.comment.reveal())?;
        let scored = scored(&answers)?;
        self.emit(
            now,
            Event::ReviewSubmitted(ReviewSubmitted {
                reviewer: review.reviewer,
                form: review.form,
                handling: review.handling,
                contact: review.contact,
                name: review.name,
                agent,
                queue,
                channel: review.channel,
                answers,
                score: scored.score,
                knocked_out: scored.knocked_out,
                comment: review.comment,
            }),
        );
        Ok(Reply::Done)
    }

    fn review_form(&self, name: &str) -> Result<&ReviewFormConfig, Refusal> {
        let forms = &self.state.facts().review_forms;
        let found = forms.iter().find(|form| &*form.name == name);
        found.ok_or_else(|| {
            let known = forms.iter().take(TOLD_MAX).map(|form| &*form.name);
            let remedy = match forms.is_empty() {
                true => "add [review_forms.NAME] to the configuration of the tenant".to_owned(),
                false => format!("name one of {}", known.collect::<Vec<_>>().join(", ")),
            };
            let detail = format!("there is no review form {name:?}");
            Refusal::new(Reason::InvalidArgument, "form", detail).with_remedy(remedy)
        })
    }

    /// An answer to each question of the form, in its order.
    fn answered(
        &self,
        form: &ReviewFormConfig,
        given: &[GivenAnswer],
    ) -> Result<Vec<ReviewAnswer>, Refusal> {
        for (at, answer) in given.iter().enumerate() {
            let field = format!("answers[{at}]");
            let of = |field: &str, detail: String| {
                Err(Refusal::new(Reason::InvalidArgument, field, detail))
            };
            if !form.questions.iter().any(|it| it.name == answer.question) {
                let detail = format!("form {} has no question {:?}", form.name, answer.question);
                return of(&format!("{field}.question"), detail);
            }
            if given[..at].iter().any(|it| it.question == answer.question) {
                let detail = format!("{:?} is answered a second time", answer.question);
                return of(&format!("{field}.question"), detail);
            }
            self.check_remark(&format!("{field}.note"), answer.note.reveal())?;
        }
        let answers = form.questions.iter().map(|question| {
            let at = given.iter().position(|it| it.question == question.name);
            answer(question, at.map(|at| (at, &given[at])))
        });
        answers.collect()
    }

    /// Whether what somebody says in their own words is short enough.
    pub(super) fn check_remark(&self, field: &str, text: &str) -> Result<(), Refusal> {
        let (bytes, longest) = (text.len(), self.state.facts().limits.note_bytes as usize);
        if bytes <= longest {
            return Ok(());
        }
        let detail = format!("it has {bytes} bytes, at most {longest} are allowed");
        Err(Refusal::new(Reason::InvalidArgument, field, detail))
    }
}

/// What was answered to a question, with its place among the answers.
fn answer(
    question: &QuestionConfig,
    given: Option<(usize, &GivenAnswer)>,
) -> Result<ReviewAnswer, Refusal> {
    let Some((at, given)) = given else {
        let detail = format!("question {:?} is not answered", question.name);
        let remedy = "answer it, or say that it does not apply";
        return Err(Refusal::new(Reason::InvalidArgument, "answers", detail).with_remedy(remedy));
    };
    let most = question.scale_max;
    if let Some(points) = given.points.filter(|points| *points > most) {
        let detail = format!("{points} is not within the scale from 0 to {most}");
        let field = format!("answers[{at}].points");
        return Err(Refusal::new(Reason::InvalidArgument, &field, detail));
    }
    Ok(ReviewAnswer {
        question: Arc::clone(&question.name),
        points: given.points,
        scale_max: most,
        weight: question.weight,
        knock_out: question.knock_out,
        note: given.note.clone(),
    })
}

/// What answers add up to.
struct Scored {
    score: u32,
    knocked_out: bool,
}

/// The mean of the answers, each as its share of its scale, by their weights. Nothing, if one without a point knocks out.
fn scored(answers: &[ReviewAnswer]) -> Result<Scored, Refusal> {
    let (mut sum, mut weights) = (0_u64, 0_u64);
    let mut knocked_out = false;
    for answer in answers {
        let Some(points) = answer.points else {
            continue;
        };
        let (weight, most) = (u64::from(answer.weight), u64::from(answer.scale_max));
        sum += weight * ONE * u64::from(points) / most.max(1);
        weights += weight;
        knocked_out |= answer.knock_out && points == 0;
    }
    if weights == 0 {
        let detail = "no question that counts applies";
        let remedy = "answer one that has a weight";
        return Err(Refusal::new(Reason::InvalidArgument, "answers", detail).with_remedy(remedy));
    }
    let score = match knocked_out {
        true => 0,
        false => (sum + weights / 2) / weights,
    };
    Ok(Scored {
        score: u32::try_from(score).unwrap_or(u32::MAX),
        knocked_out,
    })
}
