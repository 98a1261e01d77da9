//! A contact, open or over.

use acd_core::ids::{ContactName, TimeMs};
use acd_core::state::{Contact, HandlingState, Place, State, VisitRecord};
use acd_proto::v1;

use super::{requirement, words};

/// Who looks at a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Audience {
    /// The agent who handles it, or may.
    Handling,
    /// Everybody else: what is marked sensitive stays hidden.
    Watching,
}

/// The contact of this name, open or ended, if its record is still kept.
pub fn find_contact<'s>(state: &'s State, name: &ContactName) -> Option<&'s Contact> {
    let ended = || {
        state
            .ended_named(name, state.facts().now)
            .and_then(|(_, ended)| ended.record.as_deref())
    };
    state.contact_named(name).or_else(ended)
}

/// Where an open contact stands.
pub fn contact_state(state: &State, contact: &Contact) -> v1::ContactState {
    let mut shown = described(state, contact);
    if let Place::Queue(id) = contact.place {
        let visit = &state.facts().visits[&id];
        let offer = visit.offer.map(|offer| &state.facts().offers[&offer]);
        let stands = offer.map_or(v1::VisitState::Waiting, |_| v1::VisitState::Offered);
        shown.set_visit_state(stands);
        shown.order_at_ms = visit.order_time;
        shown.requirement = Some(requirement(state.facts().requirement_of(visit)));
        shown.offered_to = offer
            .iter()
            .map(|offer| state.agent(offer.agent).config.name.to_string())
            .collect();
    }
    if let Place::Handling(id) = contact.place {
        shown.handling_id = id.0;
        if let Some(live) = state.facts().handlings.get(&id) {
            shown.agent = state.agent(live.agent).config.name.to_string();
        }
    }
    shown
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

/// What is the same for an open contact and an ended one.
fn described(state: &State, contact: &Contact) -> v1::ContactState {
    let last = contact.visits.last();
    let outcome = last
        .and_then(|visit| visit.end.as_ref())
        .map(|end| words::outcome(end.outcome));
    v1::ContactState {
        contact_id: contact.name.to_string(),
        adapter: state.adapter(contact.adapter).name.to_string(),
        channel: contact.channel.as_str().to_owned(),
        arrived_at_ms: contact.accepted_at,
        priority: contact.priority,
        head_start_ms: contact.head_start_ms,
        attributes: attributes(contact, Audience::Watching),
        queue: last.map_or_else(String::new, |visit| {
            state.queue(visit.queue).config.name.to_string()
        }),
        visit_id: last.map_or(0, |visit| visit.visit.0),
        visit_state: outcome
            .map_or(v1::VisitState::Unspecified, |_| v1::VisitState::Ended)
            .into(),
        outcome: outcome.unwrap_or_default().into(),
        enqueued_at_ms: last.map_or(0, |visit| visit.enqueued_at),
        requirement: contact.requirement.as_ref().map(requirement),
        offers_made: last.map_or(0, |visit| offers_of(contact, visit)),
        ..Default::default()
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
        Some(Outcome::Abandoned(EndCause::System) | Outcome::TimedOut) => v1::EndCause::System,
        Some(Outcome::Answered | Outcome::Transferred) | None => v1::EndCause::Unspecified,
    }
}

pub(super) fn attributes(contact: &Contact, audience: Audience) -> Vec<v1::Attribute> {
    let shown = contact.attributes.iter().map(|attribute| {
        let hidden = attribute.sensitive && audience == Audience::Watching;
        v1::Attribute {
            key: attribute.key.to_string(),
            value: if hidden {
                String::new()
            } else {
                attribute.value.reveal().to_owned()
            },
            sensitive: attribute.sensitive,
        }
    });
    shown.collect()
}
