//! Rows of the agent orders: all agents idle, so that each offer has all of them to choose from.

use acd_core::command::Arrival;
use acd_core::config::{AgentOrder, QueueConfig};
use acd_core::requirement::Requirement;

use super::{COMMON, Row, Scene, agents, call, config, queue, rare_call};
use crate::centre::Centre;

macro_rules! rows {
    ($($key:literal $order:ident),* $(,)?) => {
        pub(super) const ROWS: &[Row] = &[$(Row {
            key: concat!("order_", $key),
            what: concat!("agent order ", $key, ", all idle; as many wait for a skill"),
            build: |count| idle(count, AgentOrder::$order),
        }),*];
    };
}

rows! {
    "longest_idle" LongestIdle,
    "most_skilled" MostSkilled,
    "least_skilled" LeastSkilled,
    "least_occupied" LeastOccupied,
    "fewest_contacts" FewestContacts,
    "round_robin" RoundRobin,
    "linear" Linear,
    "most_spare_capacity" MostSpareCapacity,
    "least_loaded" LeastLoaded,
    "percent" Percent,
    "random" Random,
}

const QUEUE: &str = "support";

fn idle(count: usize, agent_order: AgentOrder) -> Scene {
    let queue = QueueConfig {
        agent_order,
        requirement: Requirement::all_of([(COMMON, 3)]),
        ..queue(QUEUE)
    };
    let mut agents = agents(count, &[QUEUE]);
    for (no, agent) in agents.iter_mut().enumerate() {
        agent.queues[0].position = (no * 31 % 997) as u32;
        agent.queues[0].share = 1 + (no % 5) as u32;
    }
    let mut centre = Centre::open(config(vec![queue], agents));
    centre.arrive_many(count, |_| rare_call(QUEUE));
    centre.all_ready(0..count);
    let other = Arrival {
        requirement: Some(Requirement::all_of([(COMMON, 7)])),
        ..call(QUEUE)
    };
    Scene::of(centre, vec![call(QUEUE), other])
}
