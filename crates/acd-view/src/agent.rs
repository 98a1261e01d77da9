//! An agent and their slots.

use std::collections::BTreeSet;

use acd_core::config::WrapUpBlocks;
use acd_core::ids::{AgentNo, Channel, QueueNo};
use acd_core::state::{Agent, HandlingState, Lease, LeaseHolder, OfferState, Session, State};
use acd_proto::v1;

use super::{handling, requirement, words};

/// The full state of one agent.
pub fn agent_state(state: &State, no: AgentNo) -> v1::AgentState {
    let agent = state.agent(no);
    let (presence, reason_code) = words::presence(&agent.presence);
    let (pending_presence, pending_reason_code) = match agent
        .session
        .as_ref()
        .is_some_and(|session| session.given_up)
    {
        true => (v1::Presence::Offline, String::new()),
        false => words::pending_presence(agent.pending.as_ref()),
    };
    let session = agent.session.as_ref();
    v1::AgentState {
        agent: agent.config.name.to_string(),
        presence: presence.into(),
        reason_code,
        pending_presence: pending_presence.into(),
        pending_reason_code,
        presence_since_at_ms: agent.presence_since,
        idle_since_at_ms: agent.idle_since,
        session_id: session.map_or(0, |session| session.id.0),
        session_state: session_state(session).into(),
        logged_in_at_ms: session.map_or(0, |session| session.opened_at),
        back_off_until_ms: agent.back_off_until.unwrap_or(0),
        slots: slots(state, agent),
        queue_wrap_ups: queue_wrap_ups(state, agent),
        skills: requirement::skill_levels(&agent.config.skills),
        queues: agent
            .queues
            .keys()
            .map(|queue| queue_name(state, *queue))
            .collect(),
        return_at_ms: agent.return_at.unwrap_or(0),
        busy_outside: agent.busy_outside,
        paused: paused(state, agent),
        on_demand: agent.config.on_demand,
        next_requested: agent.asked,
        teams: agent.config.teams.iter().map(ToString::to_string).collect(),
        site: agent.config.site.as_deref().unwrap_or_default().to_owned(),
        misses: agent.misses,
        handled_since_login: agent.handled_since_login,
        handled_today: agent.today.handled,
        address: Some(agent.config.reached_at().into()),
        adapter: agent
            .config
            .adapter
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
    }
}

fn queue_name(state: &State, queue: QueueNo) -> String {
    state.queue(queue).config.name.to_string()
}

fn paused(state: &State, agent: &Agent) -> Vec<v1::QueuePause> {
    let paused = agent.paused.iter().map(|(queue, pause)| v1::QueuePause {
        queue: queue_name(state, *queue),
        reason_code: pause.reason.to_string(),
        return_at_ms: pause.return_at.unwrap_or(0),
    });
    paused.collect()
}

/// Whether the session of an agent has a stream.
pub(super) fn session_state(session: Option<&Session>) -> v1::SessionState {
    match session {
        None => v1::SessionState::None,
        Some(session) if session.connection.is_some() => v1::SessionState::Present,
        Some(_) => v1::SessionState::Lost,
    }
}

/// The wrap-ups that keep only their queue's contacts from the agent: they hold no slot.
fn queue_wrap_ups(state: &State, agent: &Agent) -> Vec<v1::Lease> {
    let leases = agent.leases.iter();
    let without_slot = leases.filter(|lease| lease.blocks == WrapUpBlocks::Queue);
    without_slot.map(|held| lease(state, held)).collect()
}

/// One entry for each channel the agent serves, and for those on which they still hold a slot.
fn slots(state: &State, agent: &Agent) -> Vec<v1::ChannelSlots> {
    let served = agent
        .config
        .capacity
        .iter()
        .filter(|(_, slots)| **slots > 0)
        .map(|(channel, _)| *channel);
    let channels: BTreeSet<Channel> = served
        .chain(agent.slot_leases().map(|lease| lease.channel))
        .collect();
    channels
        .into_iter()
        .map(|channel| v1::ChannelSlots {
            channel: channel.as_str().to_owned(),
            capacity: agent.config.capacity.get(&channel).copied().unwrap_or(0),
            leases: agent
                .slot_leases()
                .filter(|lease| lease.channel == channel)
                .map(|l| lease(state, l))
                .collect(),
        })
        .collect()
}

fn lease(state: &State, lease: &Lease) -> v1::Lease {
    let facts = state.facts();
    let queue = queue_name(state, lease.queue);
    match lease.holder {
        LeaseHolder::Offer(id) => {
            let offer = &facts.offers[&id];
            let (doing, since) = match offer.state {
                OfferState::Pending { .. } => (v1::LeaseState::Ringing, offer.made_at),
                OfferState::Connecting { accepted_at, .. } => {
                    (v1::LeaseState::Connecting, accepted_at)
                }
            };
            v1::Lease {
                holder: Some(v1::lease::Holder::OfferId(id.0)),
                contact_id: facts.contacts[&offer.contact].name.to_string(),
                since_at_ms: offer.made_at,
                queue,
                state: doing.into(),
                state_since_at_ms: since,
                stuck: false,
            }
        }
        LeaseHolder::Handling(id) => {
            let live = &facts.handlings[&id];
            let (doing, since) = match live.state {
                HandlingState::Connected => (v1::LeaseState::Talking, handling::talks_since(live)),
                HandlingState::Held { since } => (v1::LeaseState::Held, since),
                HandlingState::WrapUp { since, .. } => (v1::LeaseState::WrapUp, since),
            };
            v1::Lease {
                holder: Some(v1::lease::Holder::HandlingId(id.0)),
                contact_id: live.contact_name.to_string(),
                since_at_ms: live.connected_at,
                queue,
                state: doing.into(),
                state_since_at_ms: since,
                stuck: live.stuck,
            }
        }
    }
}
