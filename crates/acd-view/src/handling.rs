//! A handling, live or over.

use acd_core::command::Disposition;
use acd_core::event::ContactOrigin;
use acd_core::ids::{HandlingId, QueueNo, TimeMs};
use acd_core::state::{
    Contact, Handling, HandlingKind, HandlingRecord, HandlingState, OfferResult, Place, State,
};
use acd_proto::v1;

use super::words;

/// One handling that holds a slot.
pub fn handling(state: &State, live: &Handling) -> v1::Handling {
    let contact = state
        .recorded_contact(&live.contact_name)
        .filter(|contact| contact.id == live.contact);
    let record = contact.and_then(|contact| {
        contact
            .handlings
            .iter()
            .rfind(|record| record.handling == live.id)
    });
    let mut shown = match contact.zip(record) {
        Some((contact, record)) => from_record(state, contact, record),
        None => v1::Handling {
            handling_id: live.id.0,
            contact_id: live.contact_name.to_string(),
            agent: state.agent(live.agent).config.name.to_string(),
            queue: state.queue(live.queue).config.name.to_string(),
            channel: live.channel.as_str().to_owned(),
            connected_at_ms: live.connected_at,
            wrap_up_mode: wrap_up_mode(state, live.queue).into(),
            disposition: live.disposition.as_ref().map(disposition),
            ..Default::default()
        },
    };
    shown.offer_id = live.offer.0;
    shown.hold_ms = live.held_ms;
    shown.suspended_since_at_ms = live.suspended_since.unwrap_or(0);
    shown.suspended_ms = live.suspended_ms;
    shown.wrap_up_requested = live.wrap_up_requested;
    shown.stuck = live.stuck;
    shown.respond_until_ms = live.respond_until.unwrap_or(0);
    shown.keeps_callback = live.keeps_callback;
    let asked = live
        .consult
        .and_then(|consult| state.facts().contacts.get(&consult));
    shown.consult_contact_id = asked
        .map(|asked| asked.name.to_string())
        .unwrap_or_default();
    shown.consult_joins = live.joins;
    let participants = live.participants.iter();
    shown.participants = participants.map(|id| participant(state, *id)).collect();
    shown.takes_part_in_handling_id = live.owner.map_or(0, |owner| owner.0);
    shown.set_recording(recording(state, live));
    match live.state {
        HandlingState::Connected => {
            shown.set_state(v1::HandlingState::Connected);
            // The start of the present stretch is not kept; counted from here, talk and hold still add up.
            shown.state_since_at_ms = live.connected_at + live.held_ms + live.suspended_ms;
            shown.talk_ms = 0;
        }
        HandlingState::Held { since } => {
            shown.set_state(v1::HandlingState::Held);
            shown.state_since_at_ms = since;
            shown.talk_ms = live.talked_ms(since);
        }
        HandlingState::WrapUp { since, until } => {
            shown.set_state(v1::HandlingState::WrapUp);
            shown.state_since_at_ms = since;
            shown.talk_ms = live.talked_ms(since);
            shown.talk_ended_at_ms = since;
            shown.wrap_up_until_ms = until.unwrap_or(0);
        }
    }
    shown
}

/// Whether the conversation is recorded in which the agent talks.
fn recording(state: &State, live: &Handling) -> v1::RecordingState {
    let facts = state.facts();
    let talk = live.owner.map_or(live, |owner| &facts.handlings[&owner]);
    let contact = facts.contacts.get(&talk.contact);
    let talking = contact.filter(|contact| contact.place == Place::Handling(talk.id));
    talking.map_or(v1::RecordingState::Unspecified, |contact| {
        words::recording_state(contact.recording)
    })
}

fn participant(state: &State, id: HandlingId) -> v1::Participant {
    let handling = &state.facts().handlings[&id];
    v1::Participant {
        agent: state.agent(handling.agent).config.name.to_string(),
        handling_id: id.0,
        contact_id: handling.contact_name.to_string(),
    }
}

/// One handling as the contact's record tells it, live or over.
pub fn handling_record(state: &State, contact: &Contact, record: &HandlingRecord) -> v1::Handling {
    match state.facts().handlings.get(&record.handling) {
        Some(live) => handling(state, live),
        None => from_record(state, contact, record),
    }
}

fn from_record(state: &State, contact: &Contact, record: &HandlingRecord) -> v1::Handling {
    let connected = |end: &Option<(TimeMs, OfferResult)>| {
        *end == Some((record.connected_at, OfferResult::Connected))
    };
    let offer = contact
        .offers
        .iter()
        .find(|offer| offer.agent == record.agent && connected(&offer.end));
    let talk_ended = record.talk_end.map(|(at, _)| at);
    v1::Handling {
        handling_id: record.handling.0,
        contact_id: contact.name.to_string(),
        visit_id: offer.map_or(0, |offer| offer.visit.0),
        offer_id: offer.map_or(0, |offer| offer.offer.0),
        agent: state.agent(record.agent).config.name.to_string(),
        queue: state.queue(record.queue).config.name.to_string(),
        channel: contact.channel.as_str().to_owned(),
        state: v1::HandlingState::Ended.into(),
        state_since_at_ms: record.ended_at.unwrap_or(0),
        connected_at_ms: record.connected_at,
        talk_ms: talk_ended.map_or(0, |at| {
            at - record.connected_at - record.held_ms - record.suspended_ms
        }),
        hold_ms: record.held_ms,
        suspended_ms: record.suspended_ms,
        talk_ended_at_ms: talk_ended.unwrap_or(0),
        end_cause: record
            .talk_end
            .map_or(v1::EndCause::Unspecified, |(_, by)| words::party(by))
            .into(),
        wrap_up_until_ms: 0,
        ended_at_ms: record.ended_at.unwrap_or(0),
        disposition: record.disposition.as_ref().map(disposition),
        first_response_at_ms: record.first_response_at.unwrap_or(0),
        no_response: record.kind == HandlingKind::NoResponse,
        attempt: record.kind == HandlingKind::Attempt,
        wrap_up_mode: wrap_up_mode(state, record.queue).into(),
        consult_of_handling_id: consult_of(contact),
        parked: contact.place == Place::Parked(record.agent)
            && contact.handlings.last().map(|last| last.handling) == Some(record.handling),
        ..Default::default()
    }
}

fn disposition(said: &Disposition) -> v1::Disposition {
    v1::Disposition {
        code: said.code.to_string(),
        notes: Some(said.notes.reveal().into()),
    }
}

fn wrap_up_mode(state: &State, queue: QueueNo) -> v1::WrapUpMode {
    words::wrap_up_mode(state.queue(queue).config.wrap_up_mode)
}

/// The conversation whose agent asks for help by this contact; 0 if it is no consultation.
pub(super) fn consult_of(contact: &Contact) -> u64 {
    match contact.origin {
        ContactOrigin::ConsultOf(handling) => handling.0,
        ContactOrigin::Arrived | ContactOrigin::CallbackOf(_) => 0,
    }
}
