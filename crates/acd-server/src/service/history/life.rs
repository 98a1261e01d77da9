//! One contact's whole life: what rows tell of it, as messages and as sentences.

use acd_core::command::Attribute;
use acd_core::config::{AgentOrder, Alerting};
use acd_core::event::{Decision, Fault, OfferEnd, Party};
use acd_core::explain;
use acd_core::ids::{AgentName, ContactName, TimeMs};
use acd_core::state::OfferResult;
use acd_history::{
    ContactLife, ContactRow, HandlingRow, OfferRow, ScoreRow, Text, TransferRow, VisitRow, meant,
};
use acd_proto::v1;
use acd_view::{self as view, PastMasks, Story};

use super::told::{self, count, disposition, id, some, text};

/// The attributes of a contact, as the engine has them.
pub(super) fn attributes(life: &ContactLife) -> Vec<Attribute> {
    let attributes = life.attributes.iter().map(|row| Attribute {
        key: row.attribute.as_str().into(),
        value: row.value.clone(),
        sensitive: row.sensitive,
    });
    attributes.collect()
}

/// All that is told of a contact, but for position and attributes.
pub(super) fn told(life: &ContactLife, masks: &PastMasks, now: TimeMs) -> v1::GetContactResponse {
    let visits: Vec<v1::VisitRecord> = life.visits.iter().map(|row| visit(life, row)).collect();
    let handlings = life.handlings.iter().map(|row| handling(life, row));
    let handlings: Vec<v1::Handling> = handlings.collect();
    let references = life.references.iter().map(|row| v1::Reference {
        kind: text(&row.kind),
        location: Some(row.location.reveal().into()),
    });
    let stretches = life.segments.iter().map(|row| v1::HandlingStretch {
        handling_id: id(row.handling),
        kind: text(&row.kind),
        agent: text(&row.agent),
        began_at_ms: row.began_at,
        ended_at_ms: row.ended_at.unwrap_or(0),
    });
    let refusals = life.refusals.iter().map(|row| v1::PastRefusal {
        at_ms: row.refused_at,
        queue: text(&row.queue),
        reason: text(&row.reason),
    });
    let dials = life.attempts.iter().map(|row| v1::PastDial {
        offer_id: id(row.offer),
        agent: text(&row.agent),
        attempt: count(row.attempt),
        dialled_at_ms: row.dialled_at,
        ended_at_ms: row.ended_at,
        outcome: text(&row.outcome),
    });
    v1::GetContactResponse {
        contact: Some(told::contact(&life.contact, masks)),
        sentences: sentences(life, &visits, &handlings, now),
        references: references.collect(),
        visits,
        handlings,
        stretches: stretches.collect(),
        transfers: life.transfers.iter().map(transfer).collect(),
        refusals: refusals.collect(),
        dials: dials.collect(),
        callback_sequences: life.callbacks.iter().map(|row| id(row.contact)).collect(),
        acts: life.acts.iter().filter_map(told::act).collect(),
        scores: life.scores.iter().map(score).collect(),
        reviews: life.reviews.iter().map(told::review).collect(),
        ..Default::default()
    }
}

/// The same as `ExplainContact` tells it of a contact that the engine still knows; sequence and time are left to the caller.
pub(super) fn explained(told: v1::GetContactResponse) -> v1::ExplainContactResponse {
    let position = told.position.unwrap_or_default();
    let contact = told.contact.unwrap_or_default();
    let mut handlings = told.handlings;
    for disposition in handlings
        .iter_mut()
        .filter_map(|it| it.disposition.as_mut())
    {
        disposition.notes = None;
    }
    let last = told.visits.last();
    let mut state = v1::ContactState {
        contact_id: contact.contact_id,
        adapter: contact.adapter,
        channel: contact.channel,
        arrived_at_ms: contact.arrived_at_ms,
        ended_at_ms: contact.ended_at_ms,
        end_cause: handlings.last().map_or(0, |handling| handling.end_cause),
        priority: contact.priority,
        attributes: told.attributes,
        queue: contact.last_queue,
        outcome: contact.outcome,
        overflow_reason: contact.overflow_reason,
        turned_away: contact.turned_away,
        answer_until_ms: contact.answer_until_ms,
        plan: contact.plan,
        rule: contact.rule,
        callback_of_sequence: contact.callback_of_sequence,
        consult_of_handling_id: contact.consult_of_handling_id,
        references: told.references,
        customer_key: contact.customer_key,
        dial: contact.dial,
        ..Default::default()
    };
    if let Some(last) = last {
        state.visit_id = last.visit_id;
        state.visit_state = last.state;
        state.enqueued_at_ms = last.enqueued_at_ms;
        state.order_at_ms = last.order_at_ms;
        state.offers_made = u32::try_from(last.offers.len()).unwrap_or(u32::MAX);
    }
    v1::ExplainContactResponse {
        from_sequence: position.sequence,
        sentences: told.sentences,
        contact: Some(state),
        visits: told.visits,
        handlings,
        ..Default::default()
    }
}

fn visit(life: &ContactLife, row: &VisitRow) -> v1::VisitRecord {
    let (outcome, overflow_reason) =
        told::outcome(row.outcome.as_ref(), row.outcome_reason.as_ref());
    let offers = life.offers.iter().filter(|offer| offer.visit == row.visit);
    let is_offered = offers.clone().any(|offer| offer.ended_at.is_none());
    let state = match row.ended_at {
        Some(_) => v1::VisitState::Ended,
        None if row.lost => v1::VisitState::Ended,
        None if is_offered => v1::VisitState::Offered,
        None => v1::VisitState::Waiting,
    };
    let (next, next_name) = next(life, row);
    v1::VisitRecord {
        visit_id: id(row.visit),
        queue: text(&row.queue),
        state: state.into(),
        outcome: outcome.into(),
        enqueued_at_ms: row.enqueued_at,
        order_at_ms: row.ordered_at,
        ended_at_ms: row.ended_at.unwrap_or(0),
        offers: offers.map(|offer| offer_record(life, row, offer)).collect(),
        overflow_reason: overflow_reason.into(),
        next: next.into(),
        next_name,
    }
}

/// Where the contact went after a visit that was not answered: what kind of place, and its name if that is known.
fn next(life: &ContactLife, visit: &VisitRow) -> (v1::NextPlace, String) {
    let leads_on = |row: &&TransferRow| {
        matches!(row.kind.as_str(), "moved" | "overflow")
            && Some(row.transferred_at) == visit.ended_at
            && row.from_queue.as_ref() == Some(&visit.queue)
    };
    let Some(row) = life.transfers.iter().find(leads_on) else {
        return Default::default();
    };
    if let Some(queue) = &row.to_queue {
        return (v1::NextPlace::Queue, text(queue));
    }
    if let Some(agent) = &row.to_agent {
        return (v1::NextPlace::Agent, text(agent));
    }
    let place = match row.to_other.as_ref().map_or("", Text::as_str) {
        "external" => v1::NextPlace::External,
        "voicemail" => v1::NextPlace::Voicemail,
        "callback" => v1::NextPlace::Callback,
        "announcement" => v1::NextPlace::Announcement,
        "end" => v1::NextPlace::End,
        _ => v1::NextPlace::Unspecified,
    };
    (place, String::new())
}

/// The decision behind an offer, if the row has it, and the queue's order at that time.
fn decision_of(row: &OfferRow) -> Option<(Decision, Option<AgentOrder>)> {
    let decision = serde_json::from_str(row.decision.as_ref()?.as_str()).ok()?;
    let order = row.agent_order.as_ref();
    Some((decision, order.and_then(|word| meant(word.as_str(), None))))
}

fn agent(name: &Text) -> AgentName {
    name.as_str().into()
}

fn offer_record(life: &ContactLife, visit: &VisitRow, row: &OfferRow) -> v1::OfferRecord {
    let decision = decision_of(row).map(|(decision, order)| {
        let next = row.runner_up.as_ref().map(agent);
        view::decided(order, &decision, &agent(&row.agent), next.as_ref())
    });
    v1::OfferRecord {
        offer: Some(offer(&life.contact, visit, row)),
        decision,
    }
}

fn offer(contact: &ContactRow, visit: &VisitRow, row: &OfferRow) -> v1::Offer {
    let mut told = v1::Offer {
        offer_id: id(row.offer),
        contact_id: text(&contact.name),
        visit_id: id(row.visit),
        agent: text(&row.agent),
        queue: text(&row.queue),
        channel: text(&row.channel),
        made_at_ms: row.made_at,
        accepted_at_ms: row.accepted_at.unwrap_or(0),
        ended_at_ms: row.ended_at.unwrap_or(0),
        priority: i32::try_from(contact.priority).unwrap_or_default(),
        waited_ms: row.made_at - visit.enqueued_at,
        answer_until_ms: contact.deadline_at.unwrap_or(0),
        assigned: row.forced,
        ..Default::default()
    };
    let alerting: Option<Alerting> = meant(row.alerting.as_str(), None);
    told.set_alerting(alerting.map(view::alerting).unwrap_or_default());
    if let Some(result) = result(row) {
        let (state, reason, fault) = view::offer_result(result);
        told.set_state(state);
        told.set_end_reason(reason);
        told.set_fault(fault);
    } else if row.accepted_at.is_some() {
        told.set_state(v1::OfferState::Connecting);
    } else {
        told.set_state(v1::OfferState::Pending);
        told.ring_until_ms = row.ring_limit_ms.map_or(0, |limit| row.made_at + limit);
    }
    told
}

/// How an offer ended; none: it has not, or it is not known.
fn result(row: &OfferRow) -> Option<OfferResult> {
    let word = row.outcome.as_ref()?.as_str();
    if word == "connected" {
        return Some(OfferResult::Connected);
    }
    let end: OfferEnd = meant(word, row.outcome_reason.as_ref().map(Text::as_str))?;
    let fault: Fault = meant(row.fault.as_ref()?.as_str(), None)?;
    Some(OfferResult::Ended { end, fault })
}

fn handling(life: &ContactLife, row: &HandlingRow) -> v1::Handling {
    let offer = life.offers.iter().find(|offer| offer.offer == row.offer);
    let by = row.talk_ended_by.as_ref();
    let by = by.and_then(|word| meant::<Party>(word.as_str(), None));
    let state = match (row.ended_at, row.talk_ended_at) {
        (Some(_), _) => v1::HandlingState::Ended,
        (None, _) if row.lost => v1::HandlingState::Ended,
        (None, Some(_)) => v1::HandlingState::WrapUp,
        (None, None) => v1::HandlingState::Connected,
    };
    v1::Handling {
        handling_id: id(row.handling),
        contact_id: text(&life.contact.name),
        visit_id: offer.map_or(0, |offer| id(offer.visit)),
        offer_id: id(row.offer),
        agent: text(&row.agent),
        queue: text(&row.queue),
        channel: text(&row.channel),
        state: state.into(),
        state_since_at_ms: row
            .ended_at
            .or(row.talk_ended_at)
            .unwrap_or(row.connected_at),
        connected_at_ms: row.connected_at,
        talk_ms: row.talk_ms,
        hold_ms: row.hold_ms,
        suspended_ms: row.suspended_ms,
        talk_ended_at_ms: row.talk_ended_at.unwrap_or(0),
        end_cause: by.map(view::party).unwrap_or_default().into(),
        ended_at_ms: row.ended_at.unwrap_or(0),
        disposition: disposition(row.disposition.as_ref(), row.notes.as_ref()),
        first_response_at_ms: row.first_response_at.unwrap_or(0),
        no_response: row.kind.as_str() == "no_response",
        attempt: row.kind.as_str() == "attempt",
        ..Default::default()
    }
}

fn transfer(row: &TransferRow) -> v1::PastTransfer {
    v1::PastTransfer {
        sequence: id(row.seq),
        at_ms: row.transferred_at,
        kind: text(&row.kind),
        from_queue: some(row.from_queue.as_ref()),
        from_agent: some(row.from_agent.as_ref()),
        from_handling_id: row.from_handling.map_or(0, id),
        to_queue: some(row.to_queue.as_ref()),
        to_agent: some(row.to_agent.as_ref()),
        to_other: some(row.to_other.as_ref()),
        reason: some(row.reason.as_ref()),
    }
}

fn score(row: &ScoreRow) -> v1::PastScore {
    let asked_by = match row.asked_by.as_str() {
        "keypad" => v1::AskedBy::Keypad,
        "message" => v1::AskedBy::Message,
        "link" => v1::AskedBy::Link,
        "agent" => v1::AskedBy::Agent,
        _ => v1::AskedBy::Unspecified,
    };
    v1::PastScore {
        sequence: id(row.seq),
        at_ms: row.reported_at,
        score: Some(v1::Score {
            points: count(row.points),
            scale_max: count(row.scale_max),
            asked_by: asked_by.into(),
            question: text(&row.question),
            comment: row.comment.as_ref().map(|comment| comment.reveal().into()),
        }),
        handling_id: row.handling.map_or(0, id),
        queue: some(row.queue.as_ref()),
        agent: some(row.agent.as_ref()),
    }
}

/// The whole life for a person to read.
fn sentences(
    life: &ContactLife,
    visits: &[v1::VisitRecord],
    handlings: &[v1::Handling],
    now: TimeMs,
) -> Vec<String> {
    let contact = &life.contact;
    let name: ContactName = contact.name.as_str().into();
    let mut story = Story::default();
    story.step(contact.accepted_at, begin(contact));
    for row in &life.refusals {
        let (queue, why) = (row.queue.as_str(), row.reason.as_str().replace('_', " "));
        story.step(
            row.refused_at,
            format!("could not join queue {queue}: {why}"),
        );
    }
    visits.iter().for_each(|visit| story.visit(visit));
    for (row, told) in offers(life, visits) {
        story.offer(told, decided(&name, row));
    }
    for row in &life.attempts {
        let (agent, outcome) = (row.agent.as_str(), row.outcome.as_str().replace('_', " "));
        let attempt = row.attempt;
        story.step(
            row.dialled_at,
            format!("the customer was dialled for {agent}, attempt {attempt}: {outcome}"),
        );
    }
    for handling in handlings {
        story.handling(handling);
        if let Some(disposition) = &handling.disposition {
            let at = [handling.ended_at_ms, handling.talk_ended_at_ms];
            let at = at.into_iter().find(|at| *at != 0);
            let (agent, code) = (&handling.agent, &disposition.code);
            let at = at.unwrap_or(handling.connected_at_ms);
            story.step(at, format!("{agent} said what became of it: {code}"));
        }
    }
    for row in &life.transfers {
        if let Some(sentence) = given_away(row) {
            story.step(row.transferred_at, sentence);
        }
    }
    // Who looked at it is told with the acts, and is no part of what happened to it.
    let acts = life.acts.iter().filter_map(told::act);
    for act in acts.filter(|act| act.kind() != v1::ActKind::ReadPersonal) {
        let (author, done) = (act.author, act.sentence);
        story.step(act.at_ms, format!("{author} {done}"));
    }
    for row in &life.scores {
        let (points, most, asked_by) = (row.points, row.scale_max, row.asked_by.as_str());
        let question = match row.question.as_str() {
            "" => String::new(),
            question => format!(" for {question}"),
        };
        let sentence =
            format!("the customer gave {points} of {most}{question}, asked by {asked_by}");
        story.step(row.reported_at, sentence);
    }
    for row in life.reviews.iter().map(|review| &review.row) {
        let (reviewer, agent, form) =
            (row.reviewer.as_str(), row.agent.as_str(), row.form.as_str());
        let percent = row.score as f64 / 10_000.0;
        let sentence = format!("{reviewer} reviewed {agent} by form {form}: {percent:.1} of 100");
        story.step(row.reviewed_at, sentence);
    }
    let stands = match contact.ended_at {
        Some(at) => view::ended(&name, at, now),
        None if contact.lost => {
            format!("what became of {name} is not known: the history has a gap")
        }
        None => format!("{name} is open"),
    };
    [stands].into_iter().chain(story.told(now)).collect()
}

/// How a contact began.
fn begin(contact: &ContactRow) -> String {
    let (channel, adapter) = (contact.channel.as_str(), contact.adapter.as_str());
    match (contact.origin.as_str(), contact.origin_of) {
        ("callback_of", Some(of)) => format!("was asked for as a callback, in contact number {of}"),
        ("consult_of", Some(of)) => format!("an agent asked for help, in handling number {of}"),
        _ => format!("arrived as {channel} by adapter {adapter}"),
    }
}

/// The offers with the rows they come from.
fn offers<'l>(
    life: &'l ContactLife,
    visits: &'l [v1::VisitRecord],
) -> impl Iterator<Item = (&'l OfferRow, &'l v1::Offer)> {
    let told = visits.iter().flat_map(|visit| &visit.offers);
    let told = told.filter_map(|record| record.offer.as_ref());
    told.filter_map(|told| {
        let mut rows = life.offers.iter();
        let row = rows.find(|row| id(row.offer) == told.offer_id)?;
        Some((row, told))
    })
}

fn decided(contact: &ContactName, row: &OfferRow) -> String {
    let winner = agent(&row.agent);
    match decision_of(row) {
        Some((decision, order)) => {
            let next = row.runner_up.as_ref().map(agent);
            let order = order.unwrap_or_default();
            explain::decided(
                contact,
                order,
                &decision,
                row.made_at,
                &winner,
                next.as_ref(),
            )
        }
        None => format!("{contact} was offered to {winner}"),
    }
}

/// How an agent gave a contact away; none: what visits and handlings tell says it.
fn given_away(row: &TransferRow) -> Option<String> {
    let agent = row.from_agent.as_ref()?.as_str();
    let queue = some(row.to_queue.as_ref());
    let whom = some(row.to_agent.as_ref());
    Some(match row.kind.as_str() {
        "queue" => format!("{agent} transferred it to queue {queue}"),
        "agent" => format!("{agent} transferred it to {whom}"),
        "external" => format!("{agent} transferred it to a destination outside"),
        "consult" => format!("{agent} handed it over to {whom}, whom they had asked"),
        "requeue" => format!("{agent} put it back into queue {queue}"),
        "escalate" => format!("{agent} escalated it in queue {queue}"),
        _ => return None,
    })
}
