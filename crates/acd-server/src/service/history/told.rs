//! Rows in the messages of the API.

use acd_core::command::SupervisorAct;
use acd_core::event::{Outcome, SupervisorActed};
use acd_history::{
    ActRow, AgentIntervalRow, AgentTimeRow, CohortRow, ContactRow, QueueIntervalRow, Review,
    ReviewAnswerRow, ReviewRow, Stretch, StretchKind, Tenant, Text, meant,
};
use acd_proto::v1;
use acd_view::{self as view, PastMasks};

/// Up to where rows tell.
pub(super) fn position(tenant: &Tenant) -> v1::HistoryPosition {
    v1::HistoryPosition {
        sequence: tenant.position.seq,
        at_ms: tenant.position.at_ms,
        gaps: u32::try_from(tenant.gaps).unwrap_or(u32::MAX),
    }
}

pub(super) fn contact(row: &ContactRow, masks: &PastMasks) -> v1::PastContact {
    let (outcome, overflow_reason) = outcome(row.outcome.as_ref(), row.outcome_reason.as_ref());
    let (callback_of, consult_of) = match row.origin.as_str() {
        "callback_of" => (row.origin_of, None),
        "consult_of" => (None, row.origin_of),
        _ => (None, None),
    };
    v1::PastContact {
        contact_sequence: id(row.contact),
        contact_id: text(&row.name),
        adapter: text(&row.adapter),
        channel: text(&row.channel),
        arrived_at_ms: row.accepted_at,
        ended_at_ms: row.ended_at.unwrap_or(0),
        answered_at_ms: row.answered_at.unwrap_or(0),
        first_queue: some(row.first_queue.as_ref()),
        last_queue: some(row.last_queue.as_ref()),
        outcome: outcome.into(),
        overflow_reason: overflow_reason.into(),
        turned_away: turned_away(row.join_refused.as_ref()).into(),
        priority: i32::try_from(row.priority).unwrap_or_default(),
        rule: some(row.rule.as_ref()),
        plan: some(row.plan.as_ref()),
        answer_until_ms: row.deadline_at.unwrap_or(0),
        callback_of_sequence: callback_of.map_or(0, id),
        consult_of_handling_id: consult_of.map_or(0, id),
        given_up: row.given_up,
        wait_ms: row.wait_ms,
        visits: count(row.visits),
        offers: count(row.offers),
        handlings: count(row.handlings),
        transfers: count(row.transfers),
        talk_ms: row.talk_ms,
        hold_ms: row.hold_ms,
        suspended_ms: row.suspended_ms,
        wrap_up_ms: row.wrap_up_ms,
        disposition: disposition(row.disposition.as_ref(), row.notes.as_ref()),
        customer_key: masks.customer(&row.customer, row.ended_at.is_some()),
        dial: masks.dial(&row.dial),
        lost: row.lost,
    }
}

/// Whether a value of the customer's, or what was noted of them, is told as it is.
pub(super) fn is_personal(contact: &v1::PastContact) -> bool {
    let noted = contact
        .disposition
        .as_ref()
        .and_then(|it| it.notes.as_ref());
    let values = [contact.customer_key.as_ref(), contact.dial.as_ref(), noted];
    let mut values = values.into_iter().flatten();
    values.any(|value| !value.masked && !value.value.is_empty())
}

/// A disposition that is decided, with its notes. Drafts are their agent's alone.
pub(super) fn disposition(
    code: Option<&Text>,
    notes: Option<&acd_core::personal::Personal>,
) -> Option<v1::Disposition> {
    let code = code?;
    Some(v1::Disposition {
        code: text(code),
        notes: notes.map(|notes| notes.reveal().into()),
    })
}

/// How a visit ended, and why if that is an overflow.
pub(super) fn outcome(
    word: Option<&Text>,
    why: Option<&Text>,
) -> (v1::VisitOutcome, v1::OverflowReason) {
    let outcome = word.and_then(|word| meant::<Outcome>(word.as_str(), why.map(Text::as_str)));
    let outcome = outcome.map(|outcome| (view::outcome(outcome), view::overflowed(outcome)));
    outcome.unwrap_or_default()
}

/// Why a contact did not join, as one word says it.
pub(super) fn turned_away(word: Option<&Text>) -> v1::RefusedReason {
    match word.map_or("", Text::as_str) {
        "no_staff" => v1::RefusedReason::NoStaff,
        "full" => v1::RefusedReason::Full,
        "diverted" => v1::RefusedReason::Diverted,
        "predicted_wait" => v1::RefusedReason::PredictedWait,
        word if word.starts_with("closed") => v1::RefusedReason::Closed,
        _ => v1::RefusedReason::Unspecified,
    }
}

/// An act; none: it is of a kind that this program does not know.
pub(super) fn act(row: &ActRow) -> Option<v1::SupervisorAct> {
    let act: SupervisorAct = serde_json::from_str(row.detail.as_str()).ok()?;
    let acted = SupervisorActed {
        author: row.author.as_str().into(),
        reason: row.reason.as_str().into(),
        act,
    };
    Some(view::supervisor_act(id(row.seq), row.acted_at, &acted))
}

pub(super) fn stretch(stretch: Stretch) -> v1::AgentStretch {
    use v1::AgentStretchKind as Kind;
    let reason = some(stretch.reason.as_ref());
    let mut told = v1::AgentStretch {
        agent: stretch.key.agent,
        began_sequence: stretch.key.began_seq,
        began_at_ms: stretch.key.began_at,
        ended_at_ms: stretch.ended_at.unwrap_or(0),
        queue: stretch.key.queue,
        lost: stretch.lost,
        ..Default::default()
    };
    match stretch.key.kind {
        StretchKind::Login => {
            told.set_kind(Kind::Login);
            told.end_cause = reason;
        }
        StretchKind::Presence => {
            told.set_kind(Kind::Presence);
            told.state = text(&stretch.state);
            told.reason = reason;
        }
        StretchKind::Pause => {
            told.set_kind(Kind::Pause);
            told.reason = reason;
        }
        StretchKind::Outside => told.set_kind(Kind::Outside),
    }
    told
}

/// A message whose fields are called as the columns of a row: those of names, counts and lengths.
macro_rules! interval {
    ($function:ident: $row:ident => $message:ident {
        $($name:ident),+; $($count:ident),*; $($length:ident),*
    }) => {
        pub(super) fn $function(row: $row) -> v1::$message {
            v1::$message {
                began_at_ms: row.began_at,
                $($name: text(&row.$name),)+
                $($count: id(row.$count),)*
                $($length: row.$length,)*
            }
        }
    };
}

interval! { queue_interval: QueueIntervalRow => QueueInterval {
    queue, channel; offered, answered, abandoned_customer, abandoned_system, short_abandons,
    flow_out_timed_out, flow_out_transferred, flow_out_closed, flow_out_limit,
    flow_out_exit_choice, flow_out_callback, callbacks_within, flow_out_no_staff,
    flow_out_withdrawn, withdrawn_deferred, withdrawn_served, refused_closed, refused_no_staff,
    refused_full, refused_diverted, refused_predicted_wait, wait_alerts, deadlines_met,
    deadlines_missed, predictions, predictions_unbounded, predictions_within_p50,
    predictions_within_p80, answered_within, abandoned_within, offers_made, offers_connected,
    offers_rejected, offers_timed_out, offers_canceled, offers_rescinded,
    offers_connect_failed, first_responses, not_responded, handled; service_level_ms,
    short_abandon_ms, deadlines_missed_by_ms, prediction_error_ms,
    prediction_absolute_error_ms, answered_wait_ms, abandoned_wait_ms, first_response_ms,
    talk_ms, hold_ms, wrap_up_ms
} }
interval! { cohort_interval: CohortRow => CohortInterval {
    queue, channel; offered, answered, abandoned_customer, abandoned_system, short_abandons,
    flow_out, flow_out_callback, callbacks_within, answered_within, abandoned_within;
    answered_wait_ms, abandoned_wait_ms
} }
interval! { agent_interval: AgentIntervalRow => AgentInterval {
    agent, queue, channel; offers_made, offers_connected, offers_rejected, offers_timed_out,
    offers_canceled, offers_rescinded, offers_connect_failed, not_responded, first_responses,
    handled, customers_answered, customers_returned; ring_ms, first_response_ms, talk_ms, hold_ms, wrap_up_ms
} }
interval! { agent_time: AgentTimeRow => AgentTime {
    agent, state, reason; ; length_ms
} }

/// A review in short.
pub(in crate::service) fn review_summary(row: &ReviewRow) -> v1::ReviewSummary {
    v1::ReviewSummary {
        sequence: id(row.seq),
        at_ms: row.reviewed_at,
        reviewer: text(&row.reviewer),
        form: text(&row.form),
        score_millionths: count(row.score),
    }
}

/// A review, and how it stands beside others.
pub(in crate::service) fn review(review: &Review) -> v1::PastReview {
    let (row, counted) = (&review.row, &review.counted);
    let counts = counted.seq == row.seq;
    let difference = row.score - counted.score;
    v1::PastReview {
        review: Some(review_summary(row)),
        handling_id: id(row.handling),
        contact_sequence: id(row.contact),
        contact_id: text(&row.name),
        agent: text(&row.agent),
        queue: text(&row.queue),
        channel: text(&row.channel),
        answers: review.answers.iter().map(answer).collect(),
        comment: row.comment.as_ref().map(|it| it.reveal().into()),
        knocked_out: row.knocked_out,
        superseded: !review.holds,
        counts,
        difference_millionths: i32::try_from(difference).unwrap_or_default(),
    }
}

fn answer(row: &ReviewAnswerRow) -> v1::PastAnswer {
    v1::PastAnswer {
        answer: Some(v1::ReviewAnswer {
            question: text(&row.question),
            points: row.points.map_or(0, count),
            not_applicable: row.points.is_none(),
            note: row.note.as_ref().map(|it| it.reveal().into()),
        }),
        weight: count(row.weight),
        scale_max: count(row.scale_max),
        knock_out: row.knock_out,
    }
}

/// A number or a count, which is never negative.
pub(in crate::service) fn id(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

pub(super) fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(if number < 0 { 0 } else { u32::MAX })
}

pub(in crate::service) fn text(text: &Text) -> String {
    text.as_str().to_owned()
}

pub(in crate::service) fn some(text: Option<&Text>) -> String {
    text.map_or_else(String::new, self::text)
}
