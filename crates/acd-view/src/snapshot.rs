//! The whole of a tenant, or the part a supervisor asks for.

use acd_core::ids::{AgentName, AgentNo, QueueName, QueueNo, TimeMs};
use acd_core::state::{Contact, State};
use acd_proto::v1;

use super::{Tallies, Unknown, ViewFilter};
use super::{adapter_states, agent_state, contact_state, performances, queue_states};

/// The part of a tenant that was asked for; absent: queues and agents.
///
/// # Errors
/// [`Unknown`] if it names a queue or an agent that the tenant has not.
pub fn view_filter(state: &State, asked: Option<&v1::ViewFilter>) -> Result<ViewFilter, Unknown> {
    let Some(asked) = asked else {
        return Ok(ViewFilter {
            queues: true,
            agents: true,
            ..Default::default()
        });
    };
    for name in &asked.queue_names {
        let name = QueueName::from(name.as_str());
        state.queue_no(&name).ok_or(Unknown::Queue(name))?;
    }
    for name in &asked.agent_names {
        let name = AgentName::from(name.as_str());
        state.agent_no(&name).ok_or(Unknown::Agent(name))?;
    }
    Ok(ViewFilter {
        queues: asked.queues,
        agents: asked.agents,
        contacts: asked.contacts,
        acts: asked.acts,
        performance: asked.performance,
        queue_names: asked
            .queue_names
            .iter()
            .map(|name| name.as_str().into())
            .collect(),
        agent_names: asked
            .agent_names
            .iter()
            .map(|name| name.as_str().into())
            .collect(),
    })
}

/// Whether the view shows this queue.
pub fn shows_queue(state: &State, filter: &ViewFilter, no: QueueNo) -> bool {
    filter.queues && includes_queue(state, filter, no)
}

/// Whether the view shows how this queue has done.
pub fn shows_performance(state: &State, filter: &ViewFilter, no: QueueNo) -> bool {
    filter.performance && includes_queue(state, filter, no)
}

/// Whether the view shows this agent.
pub fn shows_agent(state: &State, filter: &ViewFilter, no: AgentNo) -> bool {
    filter.agents
        && (filter.agent_names.is_empty()
            || filter.agent_names.contains(&state.agent(no).config.name))
}

/// Whether the view shows this contact: by the queue of its last visit.
pub fn shows_contact(state: &State, filter: &ViewFilter, contact: &Contact) -> bool {
    let in_queue = || {
        contact
            .queue()
            .is_some_and(|queue| includes_queue(state, filter, queue))
    };
    filter.contacts && (filter.queue_names.is_empty() || in_queue())
}

fn includes_queue(state: &State, filter: &ViewFilter, no: QueueNo) -> bool {
    filter.queue_names.is_empty() || filter.queue_names.contains(&state.queue(no).config.name)
}

/// The state of a tenant at an instant, as far as the view shows it; none if its agents and contacts are more bytes than
/// may be sent. No more is looked at than that.
pub fn tenant_snapshot(
    state: &State,
    filter: &ViewFilter,
    now: TimeMs,
    bytes_max: usize,
) -> Option<v1::TenantSnapshot> {
    let facts = state.facts();
    let agents = (0..)
        .map(AgentNo)
        .zip(&facts.agents)
        .filter(|(_, agent)| agent.in_config);
    let agents = agents.filter(|(no, _)| shows_agent(state, filter, *no));
    let contacts = facts
        .contacts
        .values()
        .filter(|contact| shows_contact(state, filter, contact));
    let mut left = bytes_max;
    let agents = agents.map(|(no, _)| within(&mut left, agent_state(state, no)));
    let agents = agents.collect::<Option<_>>()?;
    let contacts = contacts.map(|contact| within(&mut left, contact_state(state, contact)));
    let contacts = contacts.collect::<Option<_>>()?;
    let tallies = filter.queues.then(|| Tallies::of(state));
    let tallied = tallies.iter();
    let queues = tallied
        .flat_map(|tallies| queue_states(state, tallies, |no| shows_queue(state, filter, no)));
    Some(v1::TenantSnapshot {
        config_version: facts.config_version,
        queues: queues.collect(),
        agent_counts: tallies.as_ref().map(Tallies::agents),
        performance: performances(state, now, |no| shows_performance(state, filter, no)),
        agents,
        contacts,
        adapters: adapter_states(state, |_| true),
        emergency: facts.emergency,
        ..Default::default()
    })
}

/// A part of an answer for which so many bytes are left; none if it is more.
fn within<T: prost::Message>(left: &mut usize, part: T) -> Option<T> {
    *left = left.checked_sub(part.encoded_len())?;
    Some(part)
}
