//! A random day with all rules on: queues of every kind, agents who come and go, contacts that come, are served, are
//! rejected, or hang up.

use std::collections::{BTreeMap, BTreeSet};

use acd_core::command::{AgentAct, Arrival};
use acd_core::config::{
    AbsentFactor, AgentConfig, AgentOrder, LastAgent, Membership, Preferred, ProfileConfig,
    ProfileQueue, QueueConfig, ReserveThreshold, Step, TenantConfig, TierConfig, Who, WrapUpBlocks,
};
use acd_core::ids::{Channel, ContactName};
use acd_core::requirement::Requirement;

use crate::ADAPTER;
use crate::centre::{Centre, NoMatching};

const SECOND: i64 = 1_000;
const SKILLS: [&str; 8] = [
    "de", "en", "fr", "it", "cards", "loans", "phones", "repairs",
];

/// The day.
pub struct RandomDay {
    centre: Centre,
    dice: Dice,
    queues: Vec<String>,
    /// Who waits, as far as is known here.
    waiting: Vec<ContactName>,
}

impl RandomDay {
    /// With so many agents, a third of whom are away at first, and so many waiting contacts.
    pub fn begin(agents: usize, waiting: usize) -> Self {
        let queues = queues();
        let names = queues.iter().map(|queue| queue.name.as_str().to_owned());
        let names: Vec<String> = names.collect();
        let mut centre: Centre<NoMatching> = Centre::open(config(queues, agents));
        let mut dice = Dice(20_260_105);
        let comes = (0..waiting).map(|_| {
            centre.pass(20);
            centre.arrive(&arrival(&mut dice, &names, agents))
        });
        let waiting = comes.collect();
        let mut day = Self {
            centre: centre.with_matcher(),
            dice,
            queues: names,
            waiting,
        };
        let ready = (0..agents).filter(|no| no % 3 != 0);
        day.centre.all_ready(ready);
        day.live(agents / 10);
        day
    }

    /// The centre.
    pub fn centre(&mut self) -> &mut Centre {
        &mut self.centre
    }

    /// So many times something happens.
    pub fn live(&mut self, times: usize) {
        for _ in 0..times {
            self.centre.pass(self.dice.below(100) as i64);
            self.happen();
        }
    }

    fn happen(&mut self) {
        let agent = self.dice.below(self.centre.agents());
        match self.dice.below(20) {
            0..8 => {
                let arrival = arrival(&mut self.dice, &self.queues, self.centre.agents());
                let contact = self.centre.arrive(&arrival);
                self.waiting.push(contact);
            }
            8..12 if !self.waiting.is_empty() => {
                let at = self.dice.below(self.waiting.len());
                let contact = self.waiting.swap_remove(at);
                if self.centre.waits(&contact) {
                    self.centre.hang_up(&contact);
                }
            }
            12..16 => self.centre.serve(),
            16 => {
                if let Some((offer, agent)) = self.centre.rings() {
                    self.centre.act("reject", agent, AgentAct::Reject(offer));
                }
            }
            17 => self.centre.set_outside_busy(agent, self.dice.below(2) == 0),
            18 => self.centre.reconnect(agent),
            _ => self.centre.set_ready(agent, self.dice.below(3) > 0),
        }
    }
}

/// A queue for each rule.
fn queues() -> Vec<QueueConfig> {
    let named = |name: &str| QueueConfig {
        wrap_up_ms: 5 * SECOND,
        max_wait_ms: Some(1_800 * SECOND),
        ..QueueConfig::named(name)
    };
    let skilled = |name: &str, skill: &str| QueueConfig {
        requirement: Requirement::all_of([(skill, 4)]),
        ..named(name)
    };
    let step = |for_ms, level| Step {
        requirement: Some(Requirement::all_of([("de", level)])),
        for_ms,
        ..Step::default()
    };
    let orders = AgentOrder::ALL
        .into_iter()
        .filter(|order| *order != AgentOrder::default());
    let ordered = orders.into_iter().map(|agent_order| QueueConfig {
        agent_order,
        ..skilled(&format!("{agent_order:?}"), "en")
    });
    let mut queues: Vec<QueueConfig> = ordered.collect();
    queues.extend([
        skilled("plain", "cards"),
        QueueConfig {
            tiers: TierConfig {
                delays: BTreeMap::from([(2, 30 * SECOND), (3, 90 * SECOND)]),
                ..TierConfig::default()
            },
            ..skilled("tiers with delays", "loans")
        },
        skilled("tiers", "phones"),
        QueueConfig {
            plan: vec![
                step(Some(20 * SECOND), 8),
                step(Some(20 * SECOND), 4),
                step(None, 1),
            ],
            ..named("plan")
        },
        QueueConfig {
            pools: BTreeSet::from(["desk".into()]),
            ..skilled("pool", "repairs")
        },
        QueueConfig {
            wrap_up_blocks: WrapUpBlocks::Queue,
            ..named("wrap-up")
        },
        QueueConfig {
            broadcast: 3,
            ..skilled("broadcast", "fr")
        },
        QueueConfig {
            reserve: Some(ReserveThreshold {
                wait_ms: Some(60 * SECOND),
                predicted_wait_ms: None,
            }),
            ..skilled("reserve", "it")
        },
        QueueConfig {
            leave_empty: BTreeSet::from([AbsentFactor::NotReady]),
            ..skilled("leave", "de")
        },
        QueueConfig {
            last_agent: Some(LastAgent {
                within_ms: 3_600 * SECOND,
                for_ms: 20 * SECOND,
            }),
            ..named("last agent")
        },
    ]);
    queues
}

fn config(queues: Vec<QueueConfig>, agents: usize) -> TenantConfig {
    let rank = |no: usize| ProfileQueue {
        queue: queues[no].name.clone(),
        rank: 1 + (no % 3) as u32,
        delay_ms: (no % 2) as i64 * 15 * SECOND,
    };
    let profile = |first: usize| ProfileConfig {
        name: format!("profile{first}").as_str().into(),
        queues: (0..3)
            .map(|at| rank((first + 7 * at) % queues.len()))
            .collect(),
    };
    let profiles = (0..queues.len()).map(profile).collect();
    let mut config = TenantConfig {
        skills: SKILLS.map(Into::into).to_vec(),
        adapters: vec![ADAPTER.into()],
        profiles,
        agents: (0..agents).map(|no| agent(no, &queues)).collect(),
        queues,
        ..TenantConfig::default()
    };
    config.limits.open_contacts = 2_000_000;
    config.limits.unacknowledged_directives = 10_000_000;
    config
}

/// Two of three serve three queues themselves, the others as their profile says.
fn agent(no: usize, queues: &[QueueConfig]) -> AgentConfig {
    let serves = |at: usize| {
        let queue = &queues[(no + 7 * at) % queues.len()];
        Membership {
            tier: 1 + (no / queues.len() % 3) as u32,
            position: (no * 31 % 97) as u32,
            share: 1 + (no % 5) as u32,
            reserve: no % 10 == 9 && queue.reserve.is_some(),
            ..Membership::of(queue.name.as_str())
        }
    };
    let mut agent = AgentConfig::named(&format!("agent{no}"), []);
    match no % 3 {
        0 => agent.profile = Some(format!("profile{}", no % queues.len()).as_str().into()),
        _ => agent.queues = (0..3).map(serves).collect(),
    }
    agent.capacity = BTreeMap::from([(Channel::Voice, 1), (Channel::Chat, 2)]);
    agent.pools = BTreeMap::from([("desk".into(), 1)]);
    let skills = SKILLS.into_iter().enumerate();
    let has = skills.filter(|(at, _)| (no >> at) & 1 == 0);
    agent.with_skills(has.map(|(at, skill)| (skill, 1 + ((no * 7 + at * 3) % 10) as u8)))
}

fn arrival(dice: &mut Dice, queues: &[String], agents: usize) -> Arrival {
    let queue = queues[dice.below(queues.len())].as_str();
    let channel = match dice.below(4) {
        0 => Channel::Chat,
        _ => Channel::Voice,
    };
    let mut arrival = Arrival {
        priority: dice.below(5) as i32,
        customer: Some(format!("customer{}", dice.below(10_000)).into()),
        ..Arrival::of("", ADAPTER, channel, queue)
    };
    match dice.below(10) {
        0 => {
            let skills = [0, 1].map(|_| SKILLS[dice.below(SKILLS.len())]);
            let levels = [0, 1].map(|_| 1 + dice.below(10) as u8);
            let terms = skills.into_iter().zip(levels);
            arrival.requirement = Some(Requirement::all_of(terms));
        }
        1 => {
            let agent = format!("agent{}", dice.below(agents));
            arrival.preferred = vec![Preferred {
                who: Who::Agent(agent.as_str().into()),
                for_ms: Some(30 * SECOND),
            }];
        }
        _ => {}
    }
    arrival
}

/// Numbers that look random and are the same in every run (the middle of a 64-bit multiplication).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_day_can_be_lived() {
        let mut day = RandomDay::begin(60, 60);
        day.live(300);
        day.centre().state().check_invariants().expect("they hold");
    }
}
