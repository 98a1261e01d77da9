//! Agents, teams and routing profiles.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    AGENT_ATTRIBUTES_MAX, CAPACITY_MAX, Checker, NAME_BYTES_MAX, POOLS_MAX, Path, RANK_MAX,
    SHARE_MAX, TIER_MAX,
};
use crate::config::{AgentConfig, Membership, ProfileConfig, QueueConfig};
use crate::requirement::LEVEL_MAX;

impl Checker<'_> {
    /// Teams, profiles and agents.
    pub(super) fn people(&mut self) {
        let config = self.config;
        for (i, team) in config.teams.iter().enumerate() {
            if let Some(head) = &team.head {
                let path = format_args!("teams[{i}].head");
                self.known(path, "agent", head.as_str(), |it| &it.known.agents);
            }
        }
        for (i, profile) in config.profiles.iter().enumerate() {
            self.profile(format_args!("profiles[{i}]"), profile);
        }
        let queues: BTreeMap<&str, &QueueConfig> = config
            .queues
            .iter()
            .map(|queue| (queue.name.as_str(), queue))
            .collect();
        for (i, agent) in config.agents.iter().enumerate() {
            self.agent(format_args!("agents[{i}]"), agent, &queues);
        }
    }

    fn profile(&mut self, path: Path<'_>, profile: &ProfileConfig) {
        let mut served = BTreeSet::new();
        for (i, entry) in profile.queues.iter().enumerate() {
            let path = format_args!("{path}.queues[{i}]");
            self.known(path, "queue", entry.queue.as_str(), |it| &it.known.queues);
            self.once(path, entry.queue.as_str(), &mut served);
            self.number(format_args!("{path}.rank"), entry.rank, 0..=RANK_MAX);
            self.duration(format_args!("{path}.delay_ms"), entry.delay_ms, 0);
        }
    }

    /// A name that may stand in a list once.
    fn once<'n>(&mut self, path: Path<'_>, name: &'n str, seen: &mut BTreeSet<&'n str>) {
        if !seen.insert(name) {
            let message = format!("{name:?} stands here a second time");
            self.report(path, message, "remove one of them");
        }
    }

    fn agent(
        &mut self,
        path: Path<'_>,
        agent: &AgentConfig,
        queues: &BTreeMap<&str, &QueueConfig>,
    ) {
        if agent.address.reveal().len() > NAME_BYTES_MAX {
            let remedy = format!("give at most {NAME_BYTES_MAX} bytes");
            self.report(
                format_args!("{path}.address"),
                "the address is too long",
                remedy,
            );
        }
        if let Some(adapter) = &agent.adapter {
            let path = format_args!("{path}.adapter");
            self.known(path, "adapter", adapter.as_str(), |it| &it.known.adapters);
            if agent.desktop {
                let message = "an adapter acts only for agents without a desktop";
                self.report(
                    path,
                    message,
                    "set desktop = false, or leave the adapter out",
                );
            }
        }
        self.belonging(path, agent);
        let mut served = BTreeSet::new();
        for (i, membership) in agent.queues.iter().enumerate() {
            let path = format_args!("{path}.queues[{i}]");
            let queue = membership.queue.as_str();
            self.known(path, "queue", queue, |it| &it.known.queues);
            self.once(path, queue, &mut served);
            self.membership(path, membership, queues.get(queue).copied());
        }
        for (skill, level) in &agent.skills {
            self.skill_level(format_args!("{path}.skills.{skill}"), skill, *level);
        }
        self.slots(path, agent);
        self.optional_duration(format_args!("{path}.wrap_up_ms"), agent.wrap_up_ms, 0);
        if let Some(training) = agent.training {
            let path = format_args!("{path}.training");
            let cap = training.level_cap.map(u32::from);
            self.optional_number(format_args!("{path}.level_cap"), cap, 1..=LEVEL_MAX.into());
            let contacts = training.contacts_per_day;
            self.optional_number(
                format_args!("{path}.contacts_per_day"),
                contacts,
                1..=u32::MAX,
            );
        }
    }

    fn belonging(&mut self, path: Path<'_>, agent: &AgentConfig) {
        let mut teams = BTreeSet::new();
        for (i, team) in agent.teams.iter().enumerate() {
            let path = format_args!("{path}.teams[{i}]");
            self.known(path, "team", team.as_str(), |it| &it.known.teams);
            self.once(path, team.as_str(), &mut teams);
        }
        if let Some(site) = &agent.site {
            self.name(format_args!("{path}.site"), "site", site);
        }
        let attributes = &agent.attributes;
        self.count(
            format_args!("{path}.attributes"),
            attributes.len(),
            AGENT_ATTRIBUTES_MAX,
        );
        for (key, value) in attributes {
            self.name(format_args!("{path}.attributes"), "attribute", key);
            if value.len() > NAME_BYTES_MAX {
                let remedy = format!("give at most {NAME_BYTES_MAX} bytes");
                self.report(
                    format_args!("{path}.attributes.{key}"),
                    "the value is too long",
                    remedy,
                );
            }
        }
        if let Some(profile) = &agent.profile {
            let path = format_args!("{path}.profile");
            self.known(path, "profile", profile.as_str(), |it| &it.known.profiles);
        }
    }

    fn membership(&mut self, path: Path<'_>, member: &Membership, queue: Option<&QueueConfig>) {
        self.number(format_args!("{path}.tier"), member.tier, 1..=TIER_MAX);
        self.number(
            format_args!("{path}.position"),
            member.position,
            0..=SHARE_MAX,
        );
        self.number(format_args!("{path}.share"), member.share, 0..=SHARE_MAX);
        if member.reserve && queue.is_some_and(|queue| queue.reserve.is_none()) {
            self.report(
                format_args!("{path}.reserve"),
                format!("queue {:?} never calls its reserve agents", member.queue),
                "give the queue a reserve threshold, as in reserve = { wait = \"1m\" }",
            );
        }
    }

    fn slots(&mut self, path: Path<'_>, agent: &AgentConfig) {
        for (channel, slots) in &agent.capacity {
            self.number(
                format_args!("{path}.capacity.{channel}"),
                *slots,
                0..=CAPACITY_MAX,
            );
        }
        self.optional_number(
            format_args!("{path}.total_capacity"),
            agent.total_capacity,
            1..=CAPACITY_MAX,
        );
        self.count(format_args!("{path}.pools"), agent.pools.len(), POOLS_MAX);
        for (pool, most) in &agent.pools {
            self.number(format_args!("{path}.pools.{pool}"), *most, 0..=CAPACITY_MAX);
            if !self.known.pools.contains(pool.as_str()) {
                self.report(
                    format_args!("{path}.pools.{pool}"),
                    format!("no queue draws on a pool {pool:?}"),
                    "name a pool of a queue's pools, or remove it",
                );
            }
        }
    }
}
