//! What a new configuration would mean for those who are in the house now.

use std::collections::{BTreeMap, BTreeSet};

use acd_core::config::{AgentConfig, TenantConfig};
use acd_core::ids::{QueueName, QueueNo};
use acd_core::requirement::Requirement;
use acd_core::state::{Presence, State};

/// One sentence for each effect that applying this configuration now would have on contacts and agents. Linear in the
/// open visits and, for each distinct requirement in a queue, in the agents.
pub fn effects(state: &State, new: &TenantConfig) -> Vec<String> {
    let mut effects = removed_queues(state, new);
    effects.extend(removed_adapters(state, new));
    effects.extend(removed_agents(state, new));
    effects.extend(served(state, new));
    effects
}

fn removed_queues(state: &State, new: &TenantConfig) -> Vec<String> {
    let kept: BTreeSet<&QueueName> = new.queues.iter().map(|queue| &queue.name).collect();
    let queues = (0..).map(QueueNo).zip(&state.facts().queues);
    queues
        .filter(|(no, queue)| !kept.contains(&queue.config.name) && !state.open_visits(*no).is_empty())
        .map(|(no, queue)| {
            let open = state.open_visits(no).len();
            format!("queue {} is removed but has {open} contacts: this would be refused until it is empty", queue.config.name)
        })
        .collect()
}

fn removed_adapters(state: &State, new: &TenantConfig) -> Vec<String> {
    let facts = state.facts();
    let mut open = vec![0_usize; facts.adapters.len()];
    for contact in facts.contacts.values() {
        open[contact.adapter.index()] += 1;
    }
    let adapters = facts.adapters.iter().zip(open);
    adapters
        .filter(|(adapter, open)| *open > 0 && !new.adapters.contains(&adapter.name))
        .map(|(adapter, open)| {
            format!("adapter {} is removed but has {open} open contacts: this would be refused until they end", adapter.name)
        })
        .collect()
}

fn removed_agents(state: &State, new: &TenantConfig) -> Vec<String> {
    let kept: BTreeSet<_> = new.agents.iter().map(|agent| &agent.name).collect();
    let removed = state
        .facts()
        .agents
        .iter()
        .filter(|agent| agent.in_config && !kept.contains(&agent.config.name));
    removed
        .filter(|agent| agent.presence != Presence::Offline)
        .map(|agent| match agent.leases.len() {
            0 => format!("agent {} would be logged out at once", agent.config.name),
            leases => format!(
                "agent {} would be logged out when his {leases} slots in use are released",
                agent.config.name
            ),
        })
        .collect()
}

/// Waiting contacts that nobody could serve any more, or somebody at last, whoever is logged in.
fn served(state: &State, new: &TenantConfig) -> Vec<String> {
    let old = state.facts().config();
    let mut effects = Vec::new();
    for (no, queue) in (0..).map(QueueNo).zip(&state.facts().queues) {
        for (requirement, waiting) in asked(state, no, new) {
            let name = &queue.config.name;
            let (before, after) = (
                anyone(&old, name, &requirement.0),
                anyone(new, name, &requirement.1),
            );
            let who = format!(
                "{waiting} contacts in queue {name} that ask for {}",
                requirement.1
            );
            match (before, after) {
                (true, false) => effects.push(format!("{who} could be served by nobody any more")),
                (false, true) => effects.push(format!("{who} could be served by somebody at last")),
                (true, true) | (false, false) => {}
            }
        }
    }
    effects
}

/// What the open visits of a queue ask of an agent, now and then, and how many ask it.
fn asked(
    state: &State,
    no: QueueNo,
    new: &TenantConfig,
) -> BTreeMap<(Requirement, Requirement), usize> {
    let facts = state.facts();
    let queue = &state.queue(no).config;
    let then = new
        .queues
        .iter()
        .find(|other| other.name == queue.name)
        .map(|other| &other.requirement);
    let mut asked = BTreeMap::new();
    for (_, visit) in state.open_visits(no) {
        let own = facts.contacts[&facts.visits[visit].contact]
            .requirement
            .as_ref();
        let before = own.unwrap_or(&queue.requirement);
        let after = own.or(then).unwrap_or(&queue.requirement);
        *asked.entry((before.clone(), after.clone())).or_default() += 1;
    }
    asked
}

fn anyone(config: &TenantConfig, queue: &QueueName, requirement: &Requirement) -> bool {
    config
        .agents
        .iter()
        .any(|agent| agent.queues.contains(queue) && satisfies(agent, requirement))
}

fn satisfies(agent: &AgentConfig, requirement: &Requirement) -> bool {
    let holds = |term: &acd_core::requirement::Term| {
        agent
            .skills
            .get(&term.skill)
            .is_some_and(|level| *level >= term.level)
    };
    requirement.is_none()
        || requirement
            .any_of
            .iter()
            .any(|group| group.iter().all(holds))
}
