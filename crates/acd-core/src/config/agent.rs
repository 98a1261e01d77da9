//! Agents, their teams and routing profiles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::queue::Alerting;
use crate::ids::{
    AdapterName, AgentName, Channel, DurationMs, PoolName, ProfileName, QueueName, SkillName,
    TeamName,
};
use crate::personal::Personal;

/// One agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AgentConfig {
    /// The agent's name, unique in the tenant.
    pub name: AgentName,
    /// Where an adapter reaches them (an extension, a SIP address); empty: their name.
    pub address: Personal,
    /// The teams they belong to; the first is their own.
    pub teams: Vec<TeamName>,
    /// Where they work, for views and reports.
    pub site: Option<Arc<str>>,
    /// What else is said of them, for views and reports.
    pub attributes: BTreeMap<Arc<str>, Arc<str>>,
    /// The queues they serve, besides those of their profile.
    pub queues: Vec<Membership>,
    /// Their routing profile.
    pub profile: Option<ProfileName>,
    /// Their skills with their levels, 1..=10.
    pub skills: BTreeMap<SkillName, u8>,
    /// How many contacts of each channel they may hold at the same time; a channel that is not named has no slot. A
    /// callback takes a voice slot, unless callbacks are named here.
    pub capacity: BTreeMap<Channel, u32>,
    /// How many contacts of all channels they may hold at the same time; none: no bound.
    pub total_capacity: Option<u32>,
    /// How many contacts they may hold at the same time that draw on a pool; a pool that is not named has no bound.
    pub pools: BTreeMap<PoolName, u32>,
    /// Their own wrap-up time; none: the queue's.
    pub wrap_up_ms: Option<DurationMs>,
    /// How they are told of offers; none: as the queue says.
    pub alerting: Option<Alerting>,
    /// Whether they work at a desktop, whose session must be present. Otherwise a login alone makes them present, or the
    /// adapter that owns their phone.
    pub desktop: bool,
    /// The adapter that owns the phone of an agent without a desktop: it may log them in, set their presence and pause
    /// them, and while it is away they are unreachable.
    pub adapter: Option<AdapterName>,
    /// Whether they get a contact only when they ask for the next one.
    pub on_demand: bool,
    /// What holds while they are in training.
    pub training: Option<Training>,
}

impl Default for AgentConfig {
    fn default() -> Self {
        Self {
            name: AgentName::from(""),
            address: Personal::from(""),
            teams: Vec::new(),
            site: None,
            attributes: BTreeMap::new(),
            queues: Vec::new(),
            profile: None,
            skills: BTreeMap::new(),
            capacity: BTreeMap::from([(Channel::Voice, 1)]),
            total_capacity: None,
            pools: BTreeMap::new(),
            wrap_up_ms: None,
            alerting: None,
            desktop: true,
            adapter: None,
            on_demand: false,
            training: None,
        }
    }
}

impl AgentConfig {
    /// An agent of this name with one voice slot, who serves these queues.
    pub fn named<'a>(name: &str, queues: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            name: name.into(),
            queues: queues.into_iter().map(Membership::of).collect(),
            ..Self::default()
        }
    }

    /// The same agent with these skills.
    pub fn with_skills<'a>(mut self, skills: impl IntoIterator<Item = (&'a str, u8)>) -> Self {
        self.skills = skills
            .into_iter()
            .map(|(skill, level)| (skill.into(), level))
            .collect();
        self
    }

    /// Where an adapter reaches them: their address, or else their name.
    pub fn reached_at(&self) -> &str {
        match self.address.reveal() {
            "" => self.name.as_str(),
            address => address,
        }
    }

    /// Whether they are one of these agents (none: all), and in one of these teams (none: all).
    pub fn is_named(&self, agents: &BTreeSet<AgentName>, teams: &BTreeSet<TeamName>) -> bool {
        (agents.is_empty() || agents.contains(&self.name))
            && (teams.is_empty() || self.teams.iter().any(|team| teams.contains(team)))
    }
}

/// How an agent serves a queue.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// The queue.
    pub queue: QueueName,
    /// Their tier in it, from 1; lower ones are offered contacts first.
    #[serde(default = "one")]
    pub tier: u32,
    /// Their place in the queue's list, for the linear order; equal places go by agent sequence.
    #[serde(default)]
    pub position: u32,
    /// Their share of the queue's contacts, for the percent order, relative to the shares of the others.
    #[serde(default = "one")]
    pub share: u32,
    /// Whether they join only when the queue's reserve threshold is reached.
    #[serde(default)]
    pub reserve: bool,
}

fn one() -> u32 {
    1
}

impl Membership {
    /// A plain membership of this queue.
    pub fn of(queue: &str) -> Self {
        Self {
            queue: queue.into(),
            tier: 1,
            position: 0,
            share: 1,
            reserve: false,
        }
    }
}

/// A team of agents.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamConfig {
    /// Its name, unique in the tenant.
    pub name: TeamName,
    /// Its head, who need not be in it.
    #[serde(default)]
    pub head: Option<AgentName>,
}

/// A routing profile: which queues its agents serve, in which order and after which wait.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileConfig {
    /// Its name, unique in the tenant.
    pub name: ProfileName,
    /// Its queues. A queue that an agent serves besides has rank 1 and no delay for them.
    pub queues: Vec<ProfileQueue>,
}

/// A queue of a routing profile.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileQueue {
    /// The queue.
    pub queue: QueueName,
    /// An agent who becomes free serves queues of a lower rank first.
    #[serde(default = "one")]
    pub rank: u32,
    /// How long a contact must have waited before these agents are offered it.
    #[serde(default)]
    pub delay_ms: DurationMs,
}

/// What holds while an agent is in training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Training {
    /// Their levels count as at most this; none: as they are.
    pub level_cap: Option<u8>,
    /// How many contacts they may handle in a day of the tenant; none: no bound.
    pub contacts_per_day: Option<u32>,
}
