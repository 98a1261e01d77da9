//! What a program may want to know beside the reason of a refusal, read from the state.

use acd_config::nearest::nearest;
use acd_core::command::{
    AgentAct, AgentCommand, Command, ContactAct, ContactCommand, Destination, Supervise,
    SupervisorAct,
};
use acd_core::ids::{AgentName, HandlingId, OfferId, QueueName, TenantName};
use acd_core::refusal::{Reason, Refusal};
use acd_core::state::{HandlingState, OfferState, State};
use acd_proto::v1;

use crate::error::ApiError;
use acd_shard::Shards;
use acd_view as view;

/// The refusal of this command, with what the state says about it. The state may have moved on since the decision; a
/// refusal whose state cannot be read is told without.
pub(super) async fn with_state(
    shards: &Shards,
    tenant: &TenantName,
    command: Command,
    refusal: Refusal,
) -> ApiError {
    if !says_more(refusal.reason) {
        return refusal.into();
    }
    let reason = refusal.reason;
    let read = shards
        .read(tenant, move |state| metadata(state, reason, &command))
        .await;
    let error = ApiError::from(refusal);
    read.unwrap_or_default()
        .into_iter()
        .fold(error, |error, (key, value)| error.with(key, value))
}

fn says_more(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::UnknownQueue
            | Reason::OfferNotPending
            | Reason::OfferNotAccepted
            | Reason::HandlingState
            | Reason::ConfigVersionConflict
            | Reason::AttributesTooLarge
            | Reason::LimitReached
    )
}

fn metadata(state: &State, reason: Reason, command: &Command) -> Vec<(&'static str, String)> {
    match (reason, command) {
        (Reason::UnknownQueue, _) => {
            named_queue(command).map_or_else(Vec::new, |queue| nearest_queue(state, queue.as_str()))
        }
        (Reason::AttributesTooLarge, _) => vec![("limit", attributes_limit(state, command))],
        (Reason::LimitReached, Command::Arrive(_)) => vec![("limit", arrival_limit(state))],
        (Reason::ConfigVersionConflict, _) => {
            vec![("version", state.facts().config_version.to_string())]
        }
        (
            _,
            Command::Agent(AgentCommand {
                agent,
                act: AgentAct::Accept(offer) | AgentAct::Reject(offer),
                ..
            }),
        ) => offer_of(state, agent, *offer),
        (
            _,
            Command::Contact(ContactCommand {
                contact,
                act:
                    ContactAct::Connected(offer)
                    | ContactAct::ConnectFailed(offer, _)
                    | ContactAct::PhoneAnswered(offer),
                ..
            }),
        ) => {
            let shown = state
                .recorded_contact(contact)
                .and_then(|contact| view::offer(state, contact, *offer));
            shown.map_or_else(Vec::new, |offer| {
                offer_state(offer.state(), offer.end_reason())
            })
        }
        (_, Command::Agent(AgentCommand { act, .. })) => act
            .handling()
            .map_or_else(Vec::new, |id| handling_state(state, id)),
        _ => Vec::new(),
    }
}

/// The queue that a command names.
fn named_queue(command: &Command) -> Option<&QueueName> {
    match command {
        Command::Arrive(arrival) => Some(&arrival.queue),
        Command::Contact(ContactCommand {
            act: ContactAct::Change(change),
            ..
        })
        | Command::Supervise(Supervise {
            act: SupervisorAct::ChangeContact(_, change),
            ..
        }) => change.queue.as_ref(),
        Command::Supervise(Supervise { act, .. }) => match act {
            SupervisorAct::PauseQueue(_, queue, _) => Some(queue),
            SupervisorAct::SetEmergency(queue, _) => queue.as_ref(),
            _ => None,
        },
        Command::Agent(AgentCommand {
            act:
                AgentAct::Transfer(_, Destination::Queue(queue))
                | AgentAct::Consult(_, Destination::Queue(queue))
                | AgentAct::PauseQueue(queue, _)
                | AgentAct::ResumeQueue(queue),
            ..
        }) => Some(queue),
        _ => None,
    }
}

fn attributes_limit(state: &State, command: &Command) -> String {
    let limits = &state.facts().limits;
    let sent = match command {
        Command::Arrive(arrival) => arrival.attributes.len(),
        Command::Contact(ContactCommand {
            act: ContactAct::Change(change),
            ..
        }) => change.attributes.len(),
        _ => 0,
    };
    match sent > limits.attributes as usize {
        true => format!("{} attributes", limits.attributes),
        false => format!("{} bytes", limits.attribute_bytes),
    }
}

/// The limit that keeps new contacts out, by its configuration key.
fn arrival_limit(state: &State) -> String {
    let facts = state.facts();
    let full = facts.contacts.len() >= facts.limits.open_contacts as usize;
    let limit = if full {
        "open_contacts"
    } else {
        "unacknowledged_directives"
    };
    limit.to_owned()
}

fn nearest_queue(state: &State, asked: &str) -> Vec<(&'static str, String)> {
    let known = state
        .facts()
        .queues
        .iter()
        .filter(|queue| queue.in_config)
        .map(|queue| queue.config.name.as_str());
    let nearest = nearest(asked, known);
    nearest.map_or_else(Vec::new, |name| vec![("nearest", name.to_owned())])
}

fn offer_of(state: &State, agent: &AgentName, offer: OfferId) -> Vec<(&'static str, String)> {
    if let Some(open) = state.facts().offers.get(&offer) {
        let stands = match open.state {
            OfferState::Pending { .. } => v1::OfferState::Pending,
            OfferState::Connecting { .. } => v1::OfferState::Connecting,
        };
        return offer_state(stands, v1::OfferEndReason::Unspecified);
    }
    let Some(no) = state.agent_no(agent) else {
        return Vec::new();
    };
    let ended = state
        .agent(no)
        .recent_offers
        .iter()
        .find(|(id, _)| *id == offer);
    ended.map_or_else(Vec::new, |(_, result)| {
        let (stands, reason, _) = view::offer_result(*result);
        offer_state(stands, reason)
    })
}

fn offer_state(state: v1::OfferState, reason: v1::OfferEndReason) -> Vec<(&'static str, String)> {
    let mut told = vec![("state", state.as_str_name().to_owned())];
    if reason != v1::OfferEndReason::Unspecified {
        told.push(("end_reason", reason.as_str_name().to_owned()));
    }
    told
}

fn handling_state(state: &State, id: HandlingId) -> Vec<(&'static str, String)> {
    let stands = match state
        .facts()
        .handlings
        .get(&id)
        .map(|handling| handling.state)
    {
        Some(HandlingState::Connected) => v1::HandlingState::Connected,
        Some(HandlingState::Held { .. }) => v1::HandlingState::Held,
        Some(HandlingState::WrapUp { .. }) => v1::HandlingState::WrapUp,
        None => v1::HandlingState::Ended,
    };
    vec![("state", stands.as_str_name().to_owned())]
}
