//! Queues now.

use acd_core::figures::Figures;
use acd_core::ids::QueueNo;
use acd_core::state::{HandlingState, Presence, State};
use acd_proto::v1;

/// What is counted over the whole tenant for one queue.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    connected: u32,
    in_wrap_up: u32,
    agents_logged_in: u32,
    agents_ready: u32,
    agents_idle: u32,
}

/// The queues of the configuration in force that `wanted` holds for. Counts in one pass over agents and handlings,
/// however many queues are asked for.
pub fn queue_states(state: &State, wanted: impl Fn(QueueNo) -> bool) -> Vec<v1::QueueState> {
    let tallies = tallies(state);
    (0..)
        .map(QueueNo)
        .zip(&tallies)
        .filter(|(no, _)| state.queue(*no).in_config && wanted(*no))
        .map(|(no, tally)| queue_state(state, no, tally))
        .collect()
}

fn tallies(state: &State) -> Vec<Tally> {
    let facts = state.facts();
    let mut tallies = vec![Tally::default(); facts.queues.len()];
    for handling in facts.handlings.values() {
        let tally = &mut tallies[handling.queue.index()];
        match handling.state {
            HandlingState::Connected | HandlingState::Held { .. } => tally.connected += 1,
            HandlingState::WrapUp { .. } => tally.in_wrap_up += 1,
        }
    }
    for agent in facts
        .agents
        .iter()
        .filter(|agent| agent.in_config && agent.presence != Presence::Offline)
    {
        let ready = u32::from(agent.presence == Presence::Ready);
        let idle = if agent.leases.is_empty() { ready } else { 0 };
        for queue in &agent.queues {
            let tally = &mut tallies[queue.index()];
            tally.agents_logged_in += 1;
            tally.agents_ready += ready;
            tally.agents_idle += idle;
        }
    }
    tallies
}

fn queue_state(state: &State, no: QueueNo, tally: &Tally) -> v1::QueueState {
    let queue = state.queue(no);
    let open = state.open_visits(no);
    let offered = open
        .iter()
        .filter(|(_, visit)| state.facts().visits[visit].offer.is_some())
        .count();
    v1::QueueState {
        queue: queue.config.name.to_string(),
        rank: queue.config.rank,
        waiting: count(open.len() - offered),
        offered: count(offered),
        oldest_enqueued_at_ms: open.first().map_or(0, |(enqueued_at, _)| *enqueued_at),
        connected: tally.connected,
        in_wrap_up: tally.in_wrap_up,
        agents_logged_in: tally.agents_logged_in,
        agents_ready: tally.agents_ready,
        agents_idle: tally.agents_idle,
        counters: Some(counters(queue.figures.values())),
    }
}

/// The counters of these figures, added up.
pub fn counters<'f>(figures: impl IntoIterator<Item = &'f Figures>) -> v1::Counters {
    let mut sum = v1::Counters::default();
    for figures in figures {
        sum.offered += figures.offered;
        sum.answered += figures.answered;
        sum.abandoned_customer += figures.abandoned_customer;
        sum.abandoned_system += figures.abandoned_system;
        sum.short_abandons += figures.short_abandons;
        sum.flowed_out += figures.flow_out();
        sum.refused += figures.refused_full;
        sum.in_queue += figures.in_queue();
        sum.handled += figures.handled;
    }
    sum
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
