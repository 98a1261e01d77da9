//! Rows of who may be offered what: tiers, profiles, the reserve, windows.

use std::collections::BTreeMap;

use acd_core::command::{AgentAct, Arrival};
use acd_core::config::{
    Preferred, ProfileConfig, ProfileQueue, QueueConfig, ReserveThreshold, TierConfig, Who,
};

use super::{NEVER_MS, Row, Scene, agents, call, config, queue, rare_call};
use crate::centre::Centre;

pub(super) const ROWS: &[Row] = &[
    Row {
        key: "plain",
        what: "all agents idle; as many wait for a skill that none has",
        build: plain,
    },
    Row {
        key: "tiers_closed",
        what: "tier 2 idle and not yet open, tier 1 away; twice as many wait",
        build: tiers_closed,
    },
    Row {
        key: "tiers_open",
        what: "tier 1 away, so that tier 2 is open and idle; others wait",
        build: tiers_open,
    },
    Row {
        key: "tiers_held",
        what: "tier 2 idle, held closed by a back-off of tier 1 each",
        build: tiers_held,
    },
    Row {
        key: "profile_ranks",
        what: "all agents idle, with different ranks; others wait",
        build: profile_ranks,
    },
    Row {
        key: "profile_delays",
        what: "all agents idle; as many wait for the profile's delay",
        build: profile_delays,
    },
    Row {
        key: "reserve",
        what: "half are reserve that has not joined, half away; all wait",
        build: reserve,
    },
    Row {
        key: "windows",
        what: "each waits for an agent of their own, away; half idle",
        build: windows,
    },
];

const QUEUE: &str = "support";

fn plain(count: usize) -> Scene {
    let config = config(vec![queue(QUEUE)], agents(count, &[QUEUE]));
    let mut centre = Centre::open(config);
    centre.arrive_many(count, |_| rare_call(QUEUE));
    centre.all_ready(0..count);
    Scene::of(centre, vec![call(QUEUE), rare_call(QUEUE)])
}

/// A queue of tier 1, who are the first half of the agents or so many, and tier 2.
fn tiered(count: usize, first: usize, tiers: TierConfig) -> Centre<crate::centre::NoMatching> {
    let queue = QueueConfig {
        tiers,
        ..queue(QUEUE)
    };
    let mut agents = agents(count, &[QUEUE]);
    for agent in &mut agents[first..] {
        agent.queues[0].tier = 2;
    }
    Centre::open(config(vec![queue], agents))
}

fn tiers_closed(count: usize) -> Scene {
    let tiers = TierConfig {
        delays: BTreeMap::from([(2, NEVER_MS)]),
        ..TierConfig::default()
    };
    let mut centre = tiered(count, count / 2, tiers);
    centre.arrive_many(2 * count, |_| call(QUEUE));
    centre.all_ready(count / 2..count);
    Scene::of(centre, vec![call(QUEUE)])
}

fn tiers_open(count: usize) -> Scene {
    let mut centre = tiered(count, count / 2, TierConfig::default());
    centre.arrive_many(count, |_| rare_call(QUEUE));
    centre.all_ready(count / 2..count);
    Scene::of(centre, vec![call(QUEUE), rare_call(QUEUE)])
}

fn tiers_held(count: usize) -> Scene {
    let tiers = TierConfig {
        no_answer_opens_next: false,
        ..TierConfig::default()
    };
    let mut centre = tiered(count, 1, tiers);
    centre.all_ready(0..count);
    for _ in 0..count / 2 {
        let contact = centre.arrive(&call(QUEUE));
        let offer = centre.assign(&contact, 0);
        centre.act("reject", 0, AgentAct::Reject(offer));
    }
    Scene::of(centre, vec![call(QUEUE), rare_call(QUEUE)])
}

fn profile(name: &str, queues: &[(&str, u32, i64)]) -> ProfileConfig {
    let queues = queues.iter().map(|(queue, rank, delay_ms)| ProfileQueue {
        queue: (*queue).into(),
        rank: *rank,
        delay_ms: *delay_ms,
    });
    ProfileConfig {
        name: name.into(),
        queues: queues.collect(),
    }
}

fn profile_ranks(count: usize) -> Scene {
    let mut agents = agents(count, &[]);
    for (no, agent) in agents.iter_mut().enumerate() {
        agent.profile = Some(["sales first", "service first"][no % 2].into());
    }
    let mut config = config(vec![queue("sales"), queue("service")], agents);
    config.profiles = vec![
        profile("sales first", &[("sales", 1, 0), ("service", 2, 0)]),
        profile("service first", &[("sales", 2, 0), ("service", 1, 0)]),
    ];
    let mut centre = Centre::open(config);
    centre.arrive_many(count, |no| rare_call(["sales", "service"][no % 2]));
    centre.all_ready(0..count);
    let kinds = ["sales", "service"].map(call);
    Scene::of(centre, kinds.into())
}

fn profile_delays(count: usize) -> Scene {
    let mut agents = agents(count, &[]);
    for agent in &mut agents {
        agent.profile = Some("late".into());
    }
    let mut config = config(vec![queue(QUEUE)], agents);
    config.profiles = vec![profile("late", &[(QUEUE, 1, NEVER_MS)])];
    let mut centre = Centre::open(config);
    centre.arrive_many(count, |_| call(QUEUE));
    centre.all_ready(0..count);
    Scene::of(centre, vec![call(QUEUE)])
}

fn reserve(count: usize) -> Scene {
    let queue = QueueConfig {
        reserve: Some(ReserveThreshold {
            wait_ms: Some(NEVER_MS),
            predicted_wait_ms: None,
        }),
        ..queue(QUEUE)
    };
    let mut agents = agents(count, &[QUEUE]);
    for agent in &mut agents[count / 2..] {
        agent.queues[0].reserve = true;
    }
    let mut centre = Centre::open(config(vec![queue], agents));
    centre.arrive_many(count, |_| call(QUEUE));
    centre.all_ready(count / 2..count);
    Scene::of(centre, vec![call(QUEUE)])
}

fn windows(count: usize) -> Scene {
    let mut centre = Centre::open(config(vec![queue(QUEUE)], agents(count, &[QUEUE])));
    let prefers = |no: usize| Arrival {
        preferred: vec![Preferred {
            who: Who::Agent(format!("agent{}", no % (count / 2)).as_str().into()),
            for_ms: Some(NEVER_MS),
        }],
        ..call(QUEUE)
    };
    centre.arrive_many(count, prefers);
    centre.all_ready(count / 2..count);
    Scene::of(centre, vec![call(QUEUE), prefers(0)])
}
