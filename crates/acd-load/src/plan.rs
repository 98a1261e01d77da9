//! What the centre is made of, and how its contacts come.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::profile::Profile;

/// A load. [`Plan::check`] says what cannot be.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Agents, all logged in and ready before the first contact.
    pub agents: u32,
    /// Queues; contacts come to each of them equally often.
    pub queues: u32,
    /// How many queues an agent serves.
    pub queues_per_agent: u32,
    /// Skills; each queue asks for one of them, and an agent has those that their queues ask for. 0: nobody asks.
    pub skills: u32,
    /// Adapters, each with a stream of its own, between which the contacts are spread.
    pub adapters: u32,
    /// Contacts per second.
    pub rate: Profile,
    /// How long contacts arrive.
    pub length: Duration,
    /// How much of that, at the begin, is not measured.
    pub warm_up: Duration,
    /// How long contacts that are open may go on after the last arrival.
    pub drain: Duration,
    /// Mean talk time.
    pub talk: Duration,
    /// Standard deviation of the talk time's logarithm (it is lognormal); 0: all talk equally long.
    pub talk_spread: f64,
    /// Wrap-up after each talk.
    pub wrap_up: Duration,
    /// Mean patience (it is exponential) of who waits; none: they wait for ever.
    pub patience: Option<Duration>,
    /// The longest an agent lets an offer ring; how long is drawn anew for each.
    pub ring: Duration,
    /// How many agents share an HTTP/2 connection.
    pub agents_per_connection: NonZeroUsize,
    /// What is drawn depends on it alone.
    pub seed: u64,
}

/// Why a plan cannot be played: the option at fault, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("--{option}: {problem}; {remedy}")]
pub struct PlanError {
    /// The option of `acd load`, without its dashes.
    pub option: &'static str,
    /// What is wrong with it.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

/// The most agents of a plan; a server takes no more in one tenant.
pub const AGENTS_MAX: u32 = 200_000;
/// The most queues of a plan; a server takes no more in one tenant.
pub const QUEUES_MAX: u32 = 10_000;
/// The most adapters of a plan.
pub const ADAPTERS_MAX: u32 = 64;
/// The longest run.
pub const LENGTH_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest talk time, wrap-up and patience.
pub const TIME_MAX: Duration = Duration::from_secs(24 * 60 * 60);

impl Default for Plan {
    fn default() -> Self {
        const SHARE: NonZeroUsize = NonZeroUsize::new(200).expect("not zero");
        Self {
            agents: 100,
            queues: 10,
            queues_per_agent: 3,
            skills: 5,
            adapters: 1,
            rate: Profile::constant(10.0),
            length: Duration::from_secs(60),
            warm_up: Duration::from_secs(10),
            drain: Duration::from_secs(30),
            talk: Duration::from_secs(5),
            talk_spread: 0.7,
            wrap_up: Duration::from_secs(1),
            patience: None,
            ring: Duration::ZERO,
            agents_per_connection: SHARE,
            seed: 1,
        }
    }
}

impl Plan {
    /// Says what cannot be, the first thing of it.
    ///
    /// # Errors
    /// The option at fault and its remedy.
    pub fn check(&self) -> Result<(), PlanError> {
        let range = |option, value: u32, min: u32, max: u32| {
            let problem = format!("{value} is out of range");
            let remedy = format!("give a number from {min} to {max}");
            is((min..=max).contains(&value), option, problem, remedy)
        };
        range("agents", self.agents, 1, AGENTS_MAX)?;
        range("queues", self.queues, 1, QUEUES_MAX)?;
        range("adapters", self.adapters, 1, ADAPTERS_MAX)?;
        range("queues-per-agent", self.queues_per_agent, 1, self.queues)?;
        range("skills", self.skills, 0, self.queues)?;
        let places = u64::from(self.agents) * u64::from(self.queues_per_agent);
        is(
            places >= u64::from(self.queues),
            "queues",
            format!(
                "{places} places of agents cannot serve {} queues",
                self.queues
            ),
            "take fewer queues, more agents, or more --queues-per-agent".to_owned(),
        )?;
        is(
            !self.length.is_zero() && self.length <= LENGTH_MAX,
            "for",
            "a run takes some time".to_owned(),
            "give a time from 1ms to 24h".to_owned(),
        )?;
        is(
            self.warm_up < self.length,
            "warm-up",
            "nothing would be left to measure".to_owned(),
            "let it be shorter than --for".to_owned(),
        )?;
        for (option, time) in [
            ("talk", self.talk),
            ("wrap-up", self.wrap_up),
            ("ring", self.ring),
            ("drain", self.drain),
            ("patience", self.patience.unwrap_or_default()),
        ] {
            let remedy = "give a time up to 24h".to_owned();
            is(
                time <= TIME_MAX,
                option,
                "it is too long".to_owned(),
                remedy,
            )?;
        }
        is(
            self.patience.is_none_or(|patience| !patience.is_zero()),
            "patience",
            "nobody would wait at all".to_owned(),
            "give a time, or leave it out: they wait for ever".to_owned(),
        )?;
        is(
            (0.0..=3.0).contains(&self.talk_spread),
            "talk-spread",
            format!("{} is out of range", self.talk_spread),
            "give a number from 0 (all equal) to 3".to_owned(),
        )
    }

    /// How many HTTP/2 connections the agents share.
    #[must_use]
    pub fn connections(&self) -> NonZeroUsize {
        let agents = usize::try_from(self.agents).unwrap_or(usize::MAX);
        let connections = agents.div_ceil(self.agents_per_connection.get());
        NonZeroUsize::new(connections).unwrap_or(NonZeroUsize::MIN)
    }

    /// How many agents are busy on average, when none has to wait for another: what the field counts in erlangs.
    #[must_use]
    pub fn erlangs(&self) -> f64 {
        let each = self.talk + self.wrap_up + self.ring / 2;
        self.rate.mean() * each.as_secs_f64()
    }

    /// The queues of an agent, by number from 0.
    pub(crate) fn queues_of(&self, agent: u32) -> impl Iterator<Item = u32> {
        let queues = self.queues;
        // The agents' first queues are spread over all, whatever the numbers divide by.
        let first = u64::from(agent) * u64::from(queues) / u64::from(self.agents.max(1));
        (0..u64::from(self.queues_per_agent)).map(move |next| {
            u32::try_from((first + next) % u64::from(queues)).expect("below the number of queues")
        })
    }

    /// The skill that a queue asks for, by number from 0.
    pub(crate) fn skill_of(&self, queue: u32) -> Option<u32> {
        queue.checked_rem(self.skills)
    }
}

fn is(holds: bool, option: &'static str, problem: String, remedy: String) -> Result<(), PlanError> {
    if holds {
        return Ok(());
    }
    Err(PlanError {
        option,
        problem,
        remedy,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_default_is_a_plan() {
        assert_eq!(Plan::default().check(), Ok(()));
        assert_eq!(Plan::default().erlangs(), 60.0);
    }

    #[test]
    fn what_cannot_be_names_its_option_and_a_remedy() {
        let plan = Plan::default;
        let wrong = [
            (
                "agents",
                Plan {
                    agents: 0,
                    ..plan()
                },
            ),
            (
                "queues",
                Plan {
                    queues: 10_001,
                    ..plan()
                },
            ),
            (
                "queues",
                Plan {
                    agents: 3,
                    ..plan()
                },
            ),
            (
                "queues-per-agent",
                Plan {
                    queues_per_agent: 11,
                    ..plan()
                },
            ),
            (
                "skills",
                Plan {
                    skills: 11,
                    ..plan()
                },
            ),
            (
                "adapters",
                Plan {
                    adapters: 0,
                    ..plan()
                },
            ),
            (
                "for",
                Plan {
                    length: Duration::ZERO,
                    ..plan()
                },
            ),
            (
                "warm-up",
                Plan {
                    warm_up: Duration::from_secs(60),
                    ..plan()
                },
            ),
            (
                "talk",
                Plan {
                    talk: Duration::MAX,
                    ..plan()
                },
            ),
            (
                "patience",
                Plan {
                    patience: Some(Duration::ZERO),
                    ..plan()
                },
            ),
            (
                "talk-spread",
                Plan {
                    talk_spread: f64::NAN,
                    ..plan()
                },
            ),
        ];
        for (option, plan) in wrong {
            let error = plan.check().expect_err(option);
            assert_eq!(error.option, option);
            assert!(
                error.to_string().starts_with(&format!("--{option}: ")),
                "{error}"
            );
        }
    }

    #[test]
    fn every_queue_has_its_agents_and_every_agent_their_queues() {
        for (agents, queues, queues_per_agent) in [(100, 10, 3), (7, 20, 3), (10_000, 1_000, 2)] {
            let plan = Plan {
                agents,
                queues,
                queues_per_agent,
                ..Plan::default()
            };
            assert_eq!(plan.check(), Ok(()));
            let mut served = BTreeSet::new();
            for agent in 0..agents {
                let queues: BTreeSet<u32> = plan.queues_of(agent).collect();
                assert_eq!(queues.len(), queues_per_agent as usize);
                served.extend(queues);
            }
            assert_eq!(
                served.len(),
                queues as usize,
                "{agents} agents, {queues} queues"
            );
        }
    }
}
