//! Queues.

use std::collections::BTreeMap;

use super::plan::Members;
use super::warnings::queues_of;
use super::{
    ANNOUNCEMENT_MIN_MS, ATTEMPTS_MAX, BROADCAST_MAX, Checker, DIVERT_MILLI_MAX, GOAL_MAX,
    MISSES_MAX, OBJECTIVE_MAX_MS, POOLS_MAX, Path, RANK_MAX, TIER_MAX,
};
use crate::config::{
    AfterFailure, AgentOrder, Alerting, Announcements, CallbackConfig, FailureScope, QueueConfig,
    ReserveThreshold, TenantConfig, TierConfig,
};

impl Checker<'_> {
    pub(super) fn queues(&mut self) {
        let members = members(self.config);
        for (i, queue) in self.config.queues.iter().enumerate() {
            let path = format_args!("queues[{i}]");
            self.shown(path, queue);
            self.choice(path, queue);
            self.offering(path, queue);
            self.waiting(path, queue);
            self.chains(path, queue);
            self.handling(path, queue);
            if let Some(members) = members.get(queue.name.as_str()) {
                self.step_members(format_args!("{path}.plan"), &queue.plan, members);
            }
        }
        self.overflow_loops();
        self.shares();
    }

    /// Who is offered which contact.
    fn choice(&mut self, path: Path<'_>, queue: &QueueConfig) {
        self.number(format_args!("{path}.rank"), queue.rank, 0..=RANK_MAX);
        self.optional_duration(format_args!("{path}.objective_ms"), queue.objective_ms, 1);
        if queue
            .objective_ms
            .is_some_and(|objective| objective > OBJECTIVE_MAX_MS)
        {
            let message = "the service objective is too long to compare waits by";
            self.report(
                format_args!("{path}.objective_ms"),
                message,
                "give at most 7d",
            );
        }
        self.requirement(format_args!("{path}.requirement"), &queue.requirement);
        self.steps(format_args!("{path}.plan"), &queue.plan);
        self.number(
            format_args!("{path}.broadcast"),
            queue.broadcast,
            1..=BROADCAST_MAX,
        );
        if queue.broadcast > 1 && queue.alerting == Alerting::Auto {
            self.report(
                format_args!("{path}.broadcast"),
                "a contact that is an agent's without asking cannot be offered to several",
                "choose another alerting, or leave broadcast out",
            );
        }
        self.tiers(format_args!("{path}.tiers"), &queue.tiers);
        if let Some(threshold) = queue.reserve {
            self.reserve(format_args!("{path}.reserve"), threshold);
        }
        if let Some(last_agent) = queue.last_agent {
            let path = format_args!("{path}.last_agent");
            self.duration(format_args!("{path}.within_ms"), last_agent.within_ms, 1);
            self.duration(format_args!("{path}.for_ms"), last_agent.for_ms, 1);
        }
        self.count(format_args!("{path}.pools"), queue.pools.len(), POOLS_MAX);
        for pool in &queue.pools {
            self.name(format_args!("{path}.pools"), "name", pool.as_str());
        }
    }

    fn tiers(&mut self, path: Path<'_>, tiers: &TierConfig) {
        let per_level = tiers.delay_per_level_ms;
        self.optional_duration(format_args!("{path}.delay_per_level_ms"), per_level, 0);
        for (tier, delay_ms) in &tiers.delays {
            if !(2..=TIER_MAX).contains(tier) {
                self.report(
                    format_args!("{path}.delays.{tier}"),
                    format!("tier {tier} cannot have a delay"),
                    format!("give tiers 2..={TIER_MAX}; the first is always open"),
                );
            }
            self.duration(format_args!("{path}.delays.{tier}"), *delay_ms, 0);
        }
    }

    fn reserve(&mut self, path: Path<'_>, threshold: ReserveThreshold) {
        let ReserveThreshold {
            wait_ms,
            predicted_wait_ms,
        } = threshold;
        self.optional_duration(format_args!("{path}.wait_ms"), wait_ms, 1);
        self.optional_duration(
            format_args!("{path}.predicted_wait_ms"),
            predicted_wait_ms,
            1,
        );
        if wait_ms.is_none() && predicted_wait_ms.is_none() {
            self.report(
                path,
                "the reserve agents never join",
                "say when, as in { wait = \"1m\" } or { predicted_wait = \"2m\" }",
            );
        }
    }

    /// How an offer is made, and what follows when it fails.
    fn offering(&mut self, path: Path<'_>, queue: &QueueConfig) {
        self.duration(format_args!("{path}.ring_ms"), queue.ring_ms, 1);
        for (channel, ring_ms) in &queue.ring_by_channel {
            self.duration(
                format_args!("{path}.ring_by_channel.{channel}"),
                *ring_ms,
                1,
            );
        }
        let path = format_args!("{path}.after_failure");
        let AfterFailure {
            not_ready_after,
            scope,
            return_ms,
        } = queue.after_failure;
        self.optional_number(
            format_args!("{path}.not_ready_after"),
            not_ready_after,
            1..=MISSES_MAX,
        );
        self.optional_duration(format_args!("{path}.return_ms"), return_ms, 1);
        if not_ready_after.is_none() && (scope != FailureScope::All || return_ms.is_some()) {
            self.report(
                path,
                "an agent who stays ready needs neither a scope nor a return",
                "say after how many misses they are made not ready, as in not_ready_after = 1",
            );
        }
    }

    /// How contacts join, wait and leave.
    fn waiting(&mut self, path: Path<'_>, queue: &QueueConfig) {
        for (key, value) in [
            ("max_wait_ms", queue.max_wait_ms),
            ("alert_wait_ms", queue.alert_wait_ms),
            ("max_predicted_wait_ms", queue.max_predicted_wait_ms),
            ("return_within_ms", queue.return_within_ms),
        ] {
            self.optional_duration(format_args!("{path}.{key}"), value, 1);
        }
        if queue.max_length == Some(0) {
            self.report(
                format_args!("{path}.max_length"),
                "a queue of length 0 takes nobody",
                "give at least 1, or leave it out for no bound",
            );
        }
        let ratio = queue.divert_above_milli;
        if ratio.is_some_and(|ratio| ratio > DIVERT_MILLI_MAX) {
            let remedy = format!("give 0..={} contacts per agent", DIVERT_MILLI_MAX / 1_000);
            self.report(
                format_args!("{path}.divert_above_milli"),
                "the ratio is out of range",
                remedy,
            );
        }
        if let Some(calendar) = &queue.calendar {
            let path = format_args!("{path}.calendar");
            self.known(path, "calendar", calendar.as_str(), |it| {
                &it.known.calendars
            });
        }
        self.announcements(format_args!("{path}.announcements"), &queue.announcements);
        self.callback(format_args!("{path}.callback"), &queue.callback);
    }

    fn announcements(&mut self, path: Path<'_>, announcements: &Announcements) {
        for (key, prompt) in [
            ("greeting", &announcements.greeting),
            ("music", &announcements.music),
            ("periodic", &announcements.periodic),
        ] {
            if let Some(prompt) = prompt {
                self.name(format_args!("{path}.{key}"), "prompt", prompt);
            }
        }
        for (key, every) in [
            ("position_every_ms", announcements.position_every_ms),
            ("wait_every_ms", announcements.wait_every_ms),
            ("periodic_every_ms", announcements.periodic_every_ms),
        ] {
            self.optional_duration(format_args!("{path}.{key}"), every, ANNOUNCEMENT_MIN_MS);
        }
        self.duration(
            format_args!("{path}.minimum_gap_ms"),
            announcements.minimum_gap_ms,
            0,
        );
        if announcements.periodic.is_some() != announcements.periodic_every_ms.is_some() {
            self.report(
                path,
                "a periodic announcement has a prompt and a time",
                "give both periodic and periodic_every, or neither",
            );
        }
    }

    fn callback(&mut self, path: Path<'_>, callback: &CallbackConfig) {
        self.number(
            format_args!("{path}.attempts"),
            callback.attempts,
            1..=ATTEMPTS_MAX,
        );
        self.duration(format_args!("{path}.gap_ms"), callback.gap_ms, 0);
        self.optional_duration(format_args!("{path}.expires_ms"), callback.expires_ms, 1);
        if let Some(calendar) = &callback.calendar {
            let path = format_args!("{path}.calendar");
            self.known(path, "calendar", calendar.as_str(), |it| {
                &it.known.calendars
            });
        }
        self.optional_number(
            format_args!("{path}.max_open"),
            callback.max_open,
            1..=u32::MAX,
        );
    }

    /// What follows an answer, and what is measured.
    fn handling(&mut self, path: Path<'_>, queue: &QueueConfig) {
        self.optional_duration(
            format_args!("{path}.first_response_ms"),
            queue.first_response_ms,
            1,
        );
        self.duration(format_args!("{path}.wrap_up_ms"), queue.wrap_up_ms, 0);
        let ceiling = queue.wrap_up_ceiling_ms;
        self.optional_duration(format_args!("{path}.wrap_up_ceiling_ms"), ceiling, 1);
        if ceiling.is_some_and(|ceiling| ceiling < queue.wrap_up_ms) {
            self.report(
                format_args!("{path}.wrap_up_ceiling_ms"),
                "the ceiling is below the wrap-up time",
                "make it at least as long, or leave it out",
            );
        }
        self.optional_duration(format_args!("{path}.max_talk_ms"), queue.max_talk_ms, 1);
        if queue.free_stuck && queue.max_talk_ms.is_none() {
            self.report(
                format_args!("{path}.free_stuck"),
                "without a longest talk no conversation counts as stuck",
                "give max_talk, or leave free_stuck out",
            );
        }
        for (key, value, least) in [
            ("service_level_ms", queue.service_level_ms, 1),
            ("short_abandon_ms", queue.short_abandon_ms, 0),
            ("expected_handling_ms", queue.expected_handling_ms, 1),
        ] {
            self.duration(format_args!("{path}.{key}"), value, least);
        }
        self.optional_number(
            format_args!("{path}.service_level_goal"),
            queue.service_level_goal,
            1..=GOAL_MAX,
        );
    }

    /// Percent allocation needs somebody with a share.
    fn shares(&mut self) {
        let config = self.config;
        let mut shares: BTreeMap<&str, u64> = BTreeMap::new();
        for membership in config.agents.iter().flat_map(|agent| &agent.queues) {
            let share = u64::from(membership.share);
            *shares.entry(membership.queue.as_str()).or_default() += share;
        }
        for (i, queue) in config.queues.iter().enumerate() {
            let is_percent = queue.agent_order == AgentOrder::Percent;
            if is_percent && shares.get(queue.name.as_str()) == Some(&0) {
                self.report(
                    format_args!("queues[{i}].agent_order"),
                    "no agent of the queue has a share of its contacts",
                    "give at least one of them a share above 0",
                );
            }
        }
    }
}

/// Who serves each queue whose plan names agents or teams.
fn members(config: &TenantConfig) -> BTreeMap<&str, Members<'_>> {
    let names_members = |queue: &&QueueConfig| {
        let mut steps = queue.plan.iter();
        steps.any(|step| !step.agents.is_empty() || !step.teams.is_empty())
    };
    let asking = config.queues.iter().filter(names_members);
    let mut members: BTreeMap<&str, Members<'_>> = asking
        .map(|queue| (queue.name.as_str(), Members::default()))
        .collect();
    if members.is_empty() {
        return members;
    }
    let profiles = config.profiles_by_name();
    for agent in &config.agents {
        for (queue, _) in queues_of(agent, &profiles) {
            if let Some(members) = members.get_mut(queue.as_str()) {
                members.agents.insert(agent.name.as_str());
                let teams = agent.teams.iter().map(|team| team.as_str());
                members.teams.extend(teams);
            }
        }
    }
    members
}
