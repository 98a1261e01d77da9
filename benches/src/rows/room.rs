//! Rows of agents who are there and have no room: pools, interruption, calls outside, wrap-up, back-offs.

use std::collections::{BTreeMap, BTreeSet};

use acd_core::command::{AgentAct, Arrival};
use acd_core::config::{AgentConfig, QueueConfig, WrapUpBlocks, WrapUpMode};
use acd_core::ids::Channel;

use super::{Row, Scene, agents, call, config, queue};
use crate::ADAPTER;
use crate::busy;
use crate::centre::{Centre, NoMatching};

pub(super) const ROWS: &[Row] = &[
    Row {
        key: "backlog",
        what: "a contact rings at every agent, others wait; 1,000 demands",
        build: backlog,
    },
    Row {
        key: "pools",
        what: "every agent's pool is full with a chat; as many calls wait",
        build: pools,
    },
    Row {
        key: "interruption",
        what: "every agent talks; as many chats wait, which may not interrupt",
        build: interruption,
    },
    Row {
        key: "busy_outside",
        what: "every agent ready and busy outside; as many wait",
        build: busy_outside,
    },
    Row {
        key: "queue_wrap_up",
        what: "every agent in wrap-up of the queue only; as many wait in it",
        build: queue_wrap_up,
    },
    Row {
        key: "back_offs",
        what: "each has been rejected by all 4 of the queue; others idle",
        build: back_offs,
    },
];

fn chat(queue: &str) -> Arrival {
    Arrival::of("", ADAPTER, Channel::Chat, queue)
}

/// Agents of both queues with a slot for a call and one for a chat.
fn versatile(count: usize) -> Vec<AgentConfig> {
    let mut agents = agents(count, &["calls", "chats"]);
    for agent in &mut agents {
        agent.capacity = BTreeMap::from([(Channel::Voice, 1), (Channel::Chat, 1)]);
    }
    agents
}

fn backlog(count: usize) -> Scene {
    let mut centre: Centre<NoMatching> = Centre::open(busy::config(count));
    centre.arrive_many(2 * count, busy::arrival);
    let mut centre = centre.with_matcher();
    centre.all_ready(0..count);
    Scene {
        centre,
        kinds: (0..2).map(busy::arrival).collect(),
        begin: |_| (),
    }
}

fn pools(count: usize) -> Scene {
    let pooled = |name| QueueConfig {
        pools: BTreeSet::from(["desk".into()]),
        ..queue(name)
    };
    let mut agents = versatile(count);
    for agent in &mut agents {
        agent.pools = BTreeMap::from([("desk".into(), 1)]);
    }
    let mut centre = Centre::open(config(vec![pooled("calls"), pooled("chats")], agents));
    centre.all_ready(0..count);
    for agent in 0..count {
        centre.talk(&chat("chats"), agent);
    }
    centre.arrive_many(count, |_| call("calls"));
    Scene::of(centre, vec![call("calls")])
}

fn interruption(count: usize) -> Scene {
    let queues = ["calls", "chats"].map(queue);
    let mut centre = Centre::open(config(queues.into(), versatile(count)));
    centre.all_ready(0..count);
    for agent in 0..count {
        centre.talk(&call("calls"), agent);
    }
    centre.arrive_many(count, |_| chat("chats"));
    Scene::of(centre, vec![chat("chats")])
}

fn busy_outside(count: usize) -> Scene {
    let mut centre = Centre::open(config(vec![queue("support")], agents(count, &["support"])));
    centre.arrive_many(count, |_| call("support"));
    centre.all_ready(0..count);
    for agent in 0..count {
        centre.set_outside_busy(agent, true);
    }
    Scene::of(centre, vec![call("support")])
}

fn queue_wrap_up(count: usize) -> Scene {
    let wraps_up = QueueConfig {
        wrap_up_blocks: WrapUpBlocks::Queue,
        wrap_up_mode: WrapUpMode::Manual,
        ..queue("support")
    };
    let agents = agents(count, &["support", "sales"]);
    let mut centre = Centre::open(config(vec![wraps_up, queue("sales")], agents));
    centre.all_ready(0..count);
    for agent in 0..count {
        let contact = centre.talk(&call("support"), agent);
        centre.hang_up(&contact);
    }
    centre.arrive_many(count, |_| call("support"));
    Scene::of(centre, vec![call("support"), call("sales")])
}

fn back_offs(count: usize) -> Scene {
    let mut agents = agents(count, &["sales"]);
    for agent in &mut agents[..4] {
        agent.queues[0].queue = "support".into();
    }
    let mut centre = Centre::open(config(vec![queue("support"), queue("sales")], agents));
    centre.all_ready(0..count);
    for _ in 0..count / 2 {
        let contact = centre.arrive(&call("support"));
        for agent in 0..4 {
            let offer = centre.assign(&contact, agent);
            centre.act("reject", agent, AgentAct::Reject(offer));
        }
    }
    Scene::of(centre, vec![call("support"), call("sales")])
}
