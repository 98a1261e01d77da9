//! A handling, live or over.

use acd_core::command::Disposition;
use acd_core::config::Viewer;
use acd_core::event::ContactOrigin;
use acd_core::ids::{AgentNo, HandlingId, QueueNo, TimeMs};
use acd_core::state::{
    Contact, Handling, HandlingKind, HandlingRecord, HandlingRef, HandlingState, OfferResult,
    Place, State,
};
use acd_proto::v1;

use super::{contact, words};

/// A handling, open or over, as its agent is shown it: with who the customer is.
pub fn handling(state: &State, reference: &HandlingRef) -> v1::Handling {
    let known = state.known_handling(reference.handling);
    // One that was given another contact is of that.
    let contact = known.map_or(reference.contact.contact, |known| known.contact);
    let contact = state.contact_of(contact);
    let open = state.facts().handlings.get(&reference.handling);
    let mut shown = match open {
        Some(live) => open_handling(state, contact, live),
        None => over(state, contact, reference),
    };
    shown.unfinished = open.is_none() && known.is_some_and(|over| state.is_unfinished(over));
    let said = known.and_then(|known| known.disposition.as_ref());
    let said = said.or_else(|| {
        record_of(contact?, reference.handling)?
            .disposition
            .as_ref()
    });
    shown.disposition = said.map(|said| v1::Disposition {
        code: said.code.to_string(),
        notes: Some(said.notes.reveal().into()),
    });
    if let Some(contact) = contact {
        tell_customer(state, contact, reference, &mut shown);
    }
    if let Some(live) = open {
        shown.callback_open = live.callback_open;
        tell_consultation(state, live, &mut shown);
    }
    shown
}

fn record_of(contact: &Contact, id: HandlingId) -> Option<&HandlingRecord> {
    let mut records = contact.handlings.iter();
    records.rfind(|record| record.handling == id)
}

/// One handling that holds a slot.
fn open_handling(state: &State, contact: Option<&Contact>, live: &Handling) -> v1::Handling {
    let record = contact.and_then(|contact| record_of(contact, live.id));
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
            disposition: live.disposition.as_ref().and_then(outcome),
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
            shown.state_since_at_ms = talks_since(live);
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

/// Since when the two talk. The start of the present stretch is not kept; counted from here, talk and hold still add up.
pub(super) fn talks_since(live: &Handling) -> TimeMs {
    live.connected_at + live.held_ms + live.suspended_ms
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

/// One handling as the contact's record tells it, live or over, to who watches: without what is told to its agent alone.
pub fn handling_record(state: &State, contact: &Contact, record: &HandlingRecord) -> v1::Handling {
    match state.facts().handlings.get(&record.handling) {
        Some(live) => open_handling(state, Some(contact), live),
        None => from_record(state, contact, record),
    }
}

/// A handling that is over, as far as it is still on record.
fn over(state: &State, contact: Option<&Contact>, reference: &HandlingRef) -> v1::Handling {
    let record = contact.and_then(|contact| record_of(contact, reference.handling));
    if let Some((contact, record)) = contact.zip(record) {
        return from_record(state, contact, record);
    }
    let ended = v1::Handling {
        handling_id: reference.handling.0,
        contact_id: reference.contact.name.to_string(),
        agent: state.agent(reference.agent).config.name.to_string(),
        state: v1::HandlingState::Ended.into(),
        // Its end is not on record any more: it is over by now.
        ended_at_ms: state.facts().now,
        ..Default::default()
    };
    match state.known_handling(reference.handling) {
        Some(known) => v1::Handling {
            connected_at_ms: known.connected_at,
            queue: state.queue(known.queue).config.name.to_string(),
            channel: known.channel.as_str().to_owned(),
            wrap_up_mode: wrap_up_mode(state, known.queue).into(),
            ..ended
        },
        None => ended,
    }
}

/// Who the customer is, and what becomes of their contact.
fn tell_customer(
    state: &State,
    contact: &Contact,
    reference: &HandlingRef,
    shown: &mut v1::Handling,
) {
    shown.customer_key = contact::masked(&contact.customer, state.customer_mask(Viewer::Agent));
    shown.priority = contact.priority;
    shown.attributes = contact::attributes(state, contact, Viewer::Agent);
    shown.dial = contact::masked(&contact.dial, state.dial_mask(Viewer::Agent));
    shown.answer_until_ms = contact.deadline.unwrap_or(0);
    shown.references = contact.references.iter().map(contact::reference).collect();
    let mut offers = contact.offers.iter();
    if let Some(offer) = offers.rfind(|offer| offer.offer.0 == shown.offer_id) {
        let visit = contact.visits.iter().find(|it| it.visit == offer.visit);
        shown.waited_ms = visit.map_or(0, |visit| offer.made_at - visit.enqueued_at);
    }
    if !state.facts().contacts.contains_key(&contact.id) {
        return;
    }
    match contact.place {
        Place::Handling(talk) if talk == reference.handling => {
            shown.consult_of_agent = asking_agent(state, contact);
            let owns = shown.takes_part_in_handling_id == 0;
            shown.escalates = owns && state.next_tier(contact, reference.agent).is_some();
        }
        Place::Scheduled(schedule) if is_kept(contact, reference.handling) => {
            shown.scheduled_at_ms = schedule.due_at;
        }
        _ => {}
    }
}

/// Whether an open contact comes back to the agent of this handling, their last one of it.
fn is_kept(contact: &Contact, id: HandlingId) -> bool {
    let kept = contact.kept_handling();
    kept.is_some_and(|record| record.handling == id)
}

/// Whom the agent asks, and how far that is.
fn tell_consultation(state: &State, live: &Handling, shown: &mut v1::Handling) {
    let facts = state.facts();
    let asked = live.consult.and_then(|asked| facts.contacts.get(&asked));
    let Some(asked) = asked else { return };
    let name = |agent: AgentNo| state.agent(agent).config.name.to_string();
    let queue = asked.visits.last().map(|visit| visit.queue);
    match asked.place {
        Place::Queue(visit) => {
            let visit = &facts.visits[&visit];
            let rings = visit.offers.last().map(|offer| facts.offers[offer].agent);
            shown.set_consult_state(match rings {
                Some(_) => v1::ConsultState::Ringing,
                None => v1::ConsultState::Waiting,
            });
            let agent = rings.or_else(|| contact::awaited_agent(visit));
            shown.consulted_agent = agent.map(name).unwrap_or_default();
        }
        Place::Handling(talk) => {
            shown.set_consult_state(v1::ConsultState::Connected);
            let talk = facts.handlings.get(&talk);
            shown.consulted_agent = talk.map(|talk| name(talk.agent)).unwrap_or_default();
        }
        Place::Arriving | Place::Parked(_) | Place::Scheduled(_) | Place::Leaving(_) => return,
    }
    shown.consulted_queue = queue
        .map(|queue| state.queue(queue).config.name.to_string())
        .unwrap_or_default();
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
        disposition: record.disposition.as_ref().and_then(outcome),
        first_response_at_ms: record.first_response_at.unwrap_or(0),
        no_response: record.kind == HandlingKind::NoResponse,
        attempt: record.kind == HandlingKind::Attempt,
        wrap_up_mode: wrap_up_mode(state, record.queue).into(),
        consult_of_handling_id: consult_of(contact),
        parked: contact.place == Place::Parked(record.agent)
            && state.facts().contacts.contains_key(&contact.id)
            && is_kept(contact, record.handling),
        ..Default::default()
    }
}

/// What an agent has decided; their notes are theirs.
fn outcome(said: &Disposition) -> Option<v1::Disposition> {
    (!said.code.is_empty()).then(|| v1::Disposition {
        code: said.code.to_string(),
        notes: None,
    })
}

fn wrap_up_mode(state: &State, queue: QueueNo) -> v1::WrapUpMode {
    words::wrap_up_mode(state.queue(queue).config.wrap_up_mode)
}

/// The agent in whose conversation this open contact is asked, or takes part; empty if it is no consultation that goes on.
pub(super) fn asking_agent(state: &State, contact: &Contact) -> String {
    let handlings = &state.facts().handlings;
    let own = match contact.place {
        Place::Handling(talk) => handlings.get(&talk),
        _ => None,
    };
    let asking = match (own.and_then(|own| own.owner), contact.origin) {
        (Some(owner), _) => handlings.get(&owner),
        (None, ContactOrigin::ConsultOf(asking)) => handlings.get(&asking),
        (None, ContactOrigin::Arrived | ContactOrigin::CallbackOf(_)) => None,
    };
    let goes_on = |asking: &&Handling| {
        asking.consult == Some(contact.id) || own.is_some_and(|own| own.owner == Some(asking.id))
    };
    let agent = asking.filter(goes_on).map(|asking| asking.agent);
    agent.map_or_else(String::new, |agent| {
        state.agent(agent).config.name.to_string()
    })
}

/// The conversation whose agent asks for help by this contact; 0 if it is no consultation.
pub(super) fn consult_of(contact: &Contact) -> u64 {
    match contact.origin {
        ContactOrigin::ConsultOf(handling) => handling.0,
        ContactOrigin::Arrived | ContactOrigin::CallbackOf(_) => 0,
    }
}
