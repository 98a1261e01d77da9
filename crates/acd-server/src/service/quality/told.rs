//! Rows of reviews in the messages of the API.

use acd_core::command::SubmitReview;
use acd_core::config::Wording;
use acd_core::ids::{CallerName, Channel, ContactId, HandlingId};
use acd_core::state::State;
use acd_history::{HandlingRow, Sampled};
use acd_proto::v1::{self, ErrorReason};

use super::asked::Said;
use crate::error::ApiError;
use crate::service::history::{id, review_summary, some, text};

/// The forms of the configuration in force.
pub(super) fn forms(state: &State, language: &str) -> Vec<v1::ReviewForm> {
    let called = |wording: &Wording, name: &str| {
        let text = wording.in_language(language).unwrap_or(name);
        text.to_owned()
    };
    let forms = state.facts().review_forms.iter().map(|form| {
        let questions = form
            .questions
            .iter()
            .map(|question| v1::ReviewFormQuestion {
                name: question.name.to_string(),
                text: called(&question.text, &question.name),
                weight: question.weight,
                scale_max: question.scale_max,
                knock_out: question.knock_out,
            });
        v1::ReviewForm {
            name: form.name.to_string(),
            label: called(&form.label, &form.name),
            questions: questions.collect(),
        }
    });
    forms.collect()
}

/// What is said of a conversation, with what the history tells of it.
pub(super) fn submitted(
    reviewer: CallerName,
    said: Said,
    row: &HandlingRow,
    contact: &str,
) -> Result<SubmitReview, ApiError> {
    let channel = Channel::from_name(row.channel.as_str()).ok_or_else(|| {
        let detail = "the history tells of a channel that there is not";
        ApiError::new(ErrorReason::Internal, "", detail)
    })?;
    Ok(SubmitReview {
        reviewer,
        form: said.form.into(),
        handling: HandlingId(id(row.handling)),
        contact: ContactId(id(row.contact)),
        name: contact.into(),
        agent: row.agent.as_str().into(),
        queue: row.queue.as_str().into(),
        channel,
        answers: said.answers,
        comment: said.comment,
    })
}

pub(super) fn sampled(sampled: Sampled) -> v1::SampledConversation {
    let row = &sampled.handling;
    let references = sampled.references.iter().map(|row| v1::Reference {
        kind: text(&row.kind),
        location: Some(row.location.reveal().into()),
    });
    let rule = sampled.rule.map_or(0, |at| at + 1);
    v1::SampledConversation {
        handling_id: id(row.handling),
        contact_sequence: id(row.contact),
        contact_id: text(&sampled.contact),
        agent: text(&row.agent),
        queue: text(&row.queue),
        channel: text(&row.channel),
        connected_at_ms: row.connected_at,
        ended_at_ms: row.ended_at.unwrap_or(0),
        talk_ms: row.talk_ms,
        hold_ms: row.hold_ms,
        disposition: some(row.disposition.as_ref()),
        rule: u32::try_from(rule).unwrap_or(u32::MAX),
        references: references.collect(),
        reviews: sampled.reviews.iter().map(review_summary).collect(),
    }
}
