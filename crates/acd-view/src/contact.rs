//! A contact, open or over.

use acd_core::command::{Attribute, Reference};
use acd_core::config::Viewer;
use acd_core::event::{Awaited, ContactOrigin, JoinRefusal, MeantFor};
use acd_core::ids::{AgentNo, TimeMs};
use acd_core::personal::Personal;
use acd_core::state::{Contact, HandlingState, Mask, Place, State, Visit, VisitRecord};
use acd_proto::v1;

use super::{requirement, words};

/// Where an open contact stands.
pub fn contact_state(state: &State, contact: &Contact) -> v1::ContactState {
    let mut shown = described(state, contact);
    match contact.place {
        Place::Queue(id) => in_queue(state, &state.facts().visits[&id], &mut shown),
        Place::Handling(id) => {
            shown.set_place(v1::ContactPlace::Handling);
            shown.handling_id = id.0;
            if let Some(live) = state.facts().handlings.get(&id) {
                shown.agent = agent_name(state, live.agent);
                let others = live.participants.iter();
                let others = others.map(|id| state.facts().handlings[id].agent);
                shown.participants = others.map(|agent| agent_name(state, agent)).collect();
            }
        }
        Place::Parked(agent) => {
            shown.set_place(v1::ContactPlace::Parked);
            shown.agent = agent_name(state, agent);
        }
        Place::Scheduled(schedule) => {
            shown.set_place(v1::ContactPlace::Scheduled);
            shown.queue = state.queue(schedule.queue).config.name.to_string();
            shown.scheduled_at_ms = schedule.due_at;
            shown.agent = schedule
                .agent
                .map_or_else(String::new, |agent| agent_name(state, agent));
        }
        Place::Leaving(_) => shown.set_place(v1::ContactPlace::Leaving),
        Place::Arriving => {}
    }
    shown
}

/// What holds of a contact while its visit is open.
fn in_queue(state: &State, visit: &Visit, shown: &mut v1::ContactState) {
    shown.set_place(v1::ContactPlace::Queue);
    let stands = match visit.offers.is_empty() {
        true => v1::VisitState::Waiting,
        false => v1::VisitState::Offered,
    };
    shown.set_visit_state(stands);
    shown.order_at_ms = visit.order_time;
    shown.requirement = Some(requirement(&state.terms_of(visit).requirement));
    let offers = visit
        .offers
        .iter()
        .map(|offer| &state.facts().offers[offer]);
    shown.offered_to = offers.map(|offer| agent_name(state, offer.agent)).collect();
    shown.position = state.position(visit);
    shown.announced_position = visit.told().position.unwrap_or(0);
    shown.step = visit.step.into();
    shown.step_until_ms = visit.step_until.unwrap_or(0);
    shown.tiers_open = visit.tiers_open.iter().copied().collect();
    shown.awaited = awaited(state, visit);
    shown.dedicated = visit.meant_for != MeantFor::All;
    shown.max_wait_until_ms = visit.max_wait_until.unwrap_or(0);
    shown.next_attempt_at_ms = visit.next_attempt_at.unwrap_or(0);
    shown.predicted = visit.predicted.map(words::prediction);
    shown.attempts = visit.attempts;
    shown.alerted = visit.alerted;
}

/// Whom a visit waits for alone now.
fn awaited(state: &State, visit: &Visit) -> Option<v1::Awaited> {
    let (at, until) = visit.window?;
    let who = match &visit.windows.get(usize::from(at))?.who {
        Awaited::Agent(agent) => v1::awaited::Who::Agent(agent_name(state, *agent)),
        Awaited::Team(team) => v1::awaited::Who::Team(team.to_string()),
    };
    Some(v1::Awaited {
        who: Some(who),
        until_ms: until.unwrap_or(0),
    })
}

/// The agent for whom alone a visit waits now.
pub(super) fn awaited_agent(visit: &Visit) -> Option<AgentNo> {
    let (at, _) = visit.window?;
    match visit.windows.get(usize::from(at))?.who {
        Awaited::Agent(agent) => Some(agent),
        Awaited::Team(_) => None,
    }
}

fn agent_name(state: &State, agent: AgentNo) -> String {
    state.agent(agent).config.name.to_string()
}

/// How a contact ended.
pub fn ended_contact_state(state: &State, contact: &Contact, ended_at: TimeMs) -> v1::ContactState {
    let mut shown = described(state, contact);
    shown.ended_at_ms = ended_at;
    shown.set_end_cause(end_cause(contact));
    let wraps_up = contact
        .handlings
        .last()
        .and_then(|record| state.facts().handlings.get(&record.handling));
    if let Some(live) = wraps_up.filter(|live| matches!(live.state, HandlingState::WrapUp { .. })) {
        shown.handling_id = live.id.0;
        shown.agent = state.agent(live.agent).config.name.to_string();
    }
    shown
}

/// The record of a contact that has ended, for a supervisor who asks for it: with its customer's key, unless the
/// configuration says otherwise.
pub fn ended_contact_record(
    state: &State,
    contact: &Contact,
    ended_at: TimeMs,
) -> v1::ContactState {
    let mut shown = ended_contact_state(state, contact, ended_at);
    if state.customer_mask(Viewer::Supervisor).is_none() {
        let customer = contact.customer.as_ref();
        shown.customer_key = customer.map(|customer| customer.reveal().into());
    }
    shown
}

/// What is the same for an open contact and an ended one.
fn described(state: &State, contact: &Contact) -> v1::ContactState {
    let mut shown = v1::ContactState {
        contact_id: contact.name.to_string(),
        adapter: state.adapter(contact.adapter).name.to_string(),
        channel: contact.channel.as_str().to_owned(),
        arrived_at_ms: contact.accepted_at,
        priority: contact.priority,
        head_start_ms: contact.head_start_ms,
        age_offset_ms: contact.age_offset_ms,
        attributes: attributes(state, contact, Viewer::Supervisor),
        customer_key: masked(&contact.customer, state.customer_mask(Viewer::Supervisor)),
        dial: masked(&contact.dial, state.dial_mask(Viewer::Supervisor)),
        requirement: contact.requirement.as_ref().map(requirement),
        answer_until_ms: contact.deadline.unwrap_or(0),
        plan: contact
            .plan
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        rule: contact.rule.as_deref().unwrap_or_default().to_owned(),
        references: contact.references.iter().map(reference).collect(),
        queue_hops: contact.queue_hops,
        ..Default::default()
    };
    let refused = contact.join_refused.map(JoinRefusal::overflow_reason);
    shown.set_turned_away(refused.map(words::turned_away).unwrap_or_default());
    match contact.origin {
        ContactOrigin::Arrived => {}
        ContactOrigin::CallbackOf(before) => shown.callback_of_sequence = before.0,
        ContactOrigin::ConsultOf(handling) => shown.consult_of_handling_id = handling.0,
    }
    if let Some(last) = contact.visits.last() {
        last_visit(state, contact, last, &mut shown);
    }
    shown
}

fn last_visit(state: &State, contact: &Contact, last: &VisitRecord, shown: &mut v1::ContactState) {
    shown.queue = state.queue(last.queue).config.name.to_string();
    shown.visit_id = last.visit.0;
    shown.enqueued_at_ms = last.enqueued_at;
    shown.offers_made = offers_of(contact, last);
    if let Some(end) = &last.end {
        shown.set_visit_state(v1::VisitState::Ended);
        shown.set_outcome(words::outcome(end.outcome));
        shown.set_overflow_reason(words::overflowed(end.outcome));
    }
}

pub(super) fn reference(reference: &Reference) -> v1::Reference {
    v1::Reference {
        kind: reference.kind.to_string(),
        location: Some(reference.location.reveal().into()),
    }
}

fn offers_of(contact: &Contact, visit: &VisitRecord) -> u32 {
    let offers = contact
        .offers
        .iter()
        .filter(|offer| offer.visit == visit.visit)
        .count();
    u32::try_from(offers).unwrap_or(u32::MAX)
}

/// Who ended the contact: the conversation's end says it, or the way its last visit ended.
fn end_cause(contact: &Contact) -> v1::EndCause {
    use acd_core::command::EndCause;
    use acd_core::event::Outcome;
    if let Some((_, by)) = contact
        .handlings
        .last()
        .and_then(|handling| handling.talk_end)
    {
        return words::party(by);
    }
    match contact
        .visits
        .last()
        .and_then(|visit| visit.end.as_ref())
        .map(|end| end.outcome)
    {
        Some(Outcome::Abandoned(EndCause::Customer)) => v1::EndCause::Customer,
        Some(Outcome::ExitChoice | Outcome::Callback) => v1::EndCause::Customer,
        Some(
            Outcome::Abandoned(EndCause::System)
            | Outcome::TimedOut
            | Outcome::Overflowed(_)
            | Outcome::NoStaff
            | Outcome::Withdrawn(_),
        ) => v1::EndCause::System,
        Some(Outcome::Answered | Outcome::Transferred) | None => v1::EndCause::Unspecified,
    }
}

/// The attributes of a contact as a viewer is shown them.
pub(super) fn attributes(state: &State, contact: &Contact, viewer: Viewer) -> Vec<v1::Attribute> {
    shown_attributes(state, &contact.attributes, viewer)
}

/// These attributes as a viewer is shown them.
pub(super) fn shown_attributes(
    state: &State,
    attributes: &[Attribute],
    viewer: Viewer,
) -> Vec<v1::Attribute> {
    let shown = attributes.iter().map(|attribute| {
        let mask = state.attribute_mask(attribute, viewer);
        let config = state.attribute_config(&attribute.key);
        let kind = config.map_or_else(Default::default, |config| config.kind);
        v1::Attribute {
            key: attribute.key.to_string(),
            value: mask.shown_of(attribute.value.reveal()).into_owned(),
            sensitive: attribute.sensitive,
            kind: words::attribute_kind(kind).into(),
            masked: mask.is_masked(),
            revealable: mask.is_masked() && mask.revealable,
        }
    });
    shown.collect()
}

/// A value as somebody is shown it; none if there is none, or they are not even told that there is.
pub(super) fn masked(value: &Option<Personal>, mask: Option<Mask>) -> Option<v1::Personal> {
    let (value, mask) = value.as_ref().zip(mask)?;
    Some(v1::Personal {
        value: mask.shown_of(value.reveal()).into_owned(),
        masked: mask.is_masked(),
        revealable: mask.is_masked() && mask.revealable,
    })
}
