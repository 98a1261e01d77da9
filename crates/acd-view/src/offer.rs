//! An offer, open or over, and the decision behind it.

use acd_core::config::{AgentOrder, Viewer};
use acd_core::event::{AgentKey, Decision};
use acd_core::ids::{AgentName, OfferId};
use acd_core::state::{Contact, OfferRecord, OfferState, State};
use acd_proto::v1;

use super::{contact, handling, words};

/// One offer of a contact with all that the agent's screen shows; none if its record is no longer kept.
pub fn offer(state: &State, contact: &Contact, id: OfferId) -> Option<v1::Offer> {
    let record = contact.offers.iter().rfind(|record| record.offer == id)?;
    let shown = v1::Offer {
        customer_key: contact::masked(&contact.customer, state.customer_mask(Viewer::Agent)),
        attributes: contact::attributes(state, contact, Viewer::Agent),
        dial: contact::masked(&contact.dial, state.dial_mask(Viewer::Agent)),
        consult_of_agent: handling::asking_agent(state, contact),
        ..stands(state, contact, record)
    };
    Some(shown)
}

/// One offer as the contact's record tells it, with the decision; customer key and attributes are left out.
pub fn offer_record(state: &State, contact: &Contact, record: &OfferRecord) -> v1::OfferRecord {
    v1::OfferRecord {
        offer: Some(stands(state, contact, record)),
        decision: Some(decision(state, contact, record)),
    }
}

/// Where an offer stands.
fn stands(state: &State, contact: &Contact, record: &OfferRecord) -> v1::Offer {
    let visit = contact
        .visits
        .iter()
        .rfind(|visit| visit.visit == record.visit);
    let mut shown = v1::Offer {
        offer_id: record.offer.0,
        contact_id: contact.name.to_string(),
        visit_id: record.visit.0,
        agent: state.agent(record.agent).config.name.to_string(),
        queue: visit.map_or_else(String::new, |visit| {
            state.queue(visit.queue).config.name.to_string()
        }),
        channel: contact.channel.as_str().to_owned(),
        made_at_ms: record.made_at,
        priority: contact.priority,
        waited_ms: visit.map_or(0, |visit| record.made_at - visit.enqueued_at),
        answer_until_ms: contact.deadline.unwrap_or(0),
        consult_of_handling_id: handling::consult_of(contact),
        ..Default::default()
    };
    if let Some((at, result)) = record.end {
        let (end, reason, fault) = words::offer_result(result);
        shown.set_state(end);
        shown.set_end_reason(reason);
        shown.set_fault(fault);
        shown.ended_at_ms = at;
    }
    let open = state.facts().offers.get(&record.offer);
    if let Some(open) = open {
        shown.set_alerting(words::alerting(open.alerting));
        shown.assigned = open.forced;
    }
    match open.map(|open| open.state) {
        Some(OfferState::Pending { ring_until }) => {
            shown.set_state(v1::OfferState::Pending);
            shown.ring_until_ms = ring_until;
        }
        Some(OfferState::Connecting {
            accepted_at,
            connect_until,
            directive,
            dials: _,
        }) => {
            let told = directive.map_or(v1::OfferState::Accepted, |_| v1::OfferState::Connecting);
            shown.set_state(told);
            shown.accepted_at_ms = accepted_at;
            shown.connect_until_ms = connect_until;
        }
        None => {}
    }
    shown
}

/// Why this contact and this agent.
fn decision(state: &State, contact: &Contact, record: &OfferRecord) -> v1::Decision {
    let decision: &Decision = &record.decision;
    let visits = &contact.visits;
    let visit = visits.iter().find(|visit| visit.visit == record.visit);
    let order = visit.map(|visit| state.queue(visit.queue).config.agent_order);
    let name = |key: &AgentKey| &state.agent(key.agent).config.name;
    let runner_up = decision.runner_up.as_ref().map(name);
    decided(order, decision, name(&decision.winner), runner_up)
}

/// The same of a decision whose agents are known by name only.
pub fn decided(
    order: Option<AgentOrder>,
    decision: &Decision,
    agent: &AgentName,
    next: Option<&AgentName>,
) -> v1::Decision {
    let winner = ranked(agent, &decision.winner);
    let runner_up = decision.runner_up.as_ref().zip(next);
    let runner_up = runner_up.map(|(key, next)| ranked(next, key));
    let contact = &decision.contact;
    let part = |name: &str, value: i64| v1::SortKeyPart {
        name: name.to_owned(),
        value,
    };
    v1::Decision {
        config_version: decision.config_version,
        step: decision.step.into(),
        contact_key: vec![
            part("open_to_others", contact.open.into()),
            part("profile_rank", contact.profile_rank.into()),
            part("queue_rank", contact.queue_rank.into()),
            part("priority_rank", contact.priority_rank),
            part("wait_rank", contact.wait_rank),
            part("virtual_start_at_ms", contact.virtual_start),
            part("enqueue_sequence", number(contact.visit.0)),
        ],
        candidates: decision.candidates,
        order: order.map(words::agent_order).unwrap_or_default().into(),
        decided_by: runner_up
            .as_ref()
            .and_then(|other| decided_by(&winner, other))
            .unwrap_or_default(),
        winner: Some(winner),
        runner_up,
    }
}

/// The name of the first part in which two keys differ.
fn decided_by(one: &v1::RankedAgent, other: &v1::RankedAgent) -> Option<String> {
    let mut pairs = one.key.iter().zip(&other.key);
    let (differs, _) = pairs.find(|(one, other)| one.value != other.value)?;
    Some(differs.name.clone())
}

fn ranked(agent: &AgentName, key: &AgentKey) -> v1::RankedAgent {
    let part = |name: &str, value: i64| v1::SortKeyPart {
        name: name.to_owned(),
        value,
    };
    v1::RankedAgent {
        agent: agent.to_string(),
        key: vec![
            part("place_behind", key.behind.into()),
            part("tier", key.tier.into()),
            part("order_rank", key.rank),
            part("leases", key.leases.into()),
            part("idle_since_at_ms", key.idle_since),
            part("agent_number", key.agent.0.into()),
        ],
    }
}

fn number(sequence: u64) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}
