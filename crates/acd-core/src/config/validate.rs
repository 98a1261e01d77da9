//! What a configuration must satisfy, and what to say when it does not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{
    AgentConfig, PriorityMode, QueueConfig, Settings, Target, TenantConfig, duration_text,
};
use crate::ids::{DurationMs, QueueName, SkillName};
use crate::requirement::{GROUPS_MAX, LEVEL_MAX, Requirement, TERMS_MAX};

/// The longest a name may be, in bytes.
pub const NAME_BYTES_MAX: usize = 128;
/// The longest a configured duration may be: a year.
pub const DURATION_MAX_MS: DurationMs = 366 * 86_400_000;
/// The most queues of one tenant.
pub const QUEUES_MAX: usize = 10_000;
/// The most agents of one tenant.
pub const AGENTS_MAX: usize = 200_000;
/// The most skills of one tenant.
pub const SKILLS_MAX: usize = 10_000;
/// The most adapters of one tenant.
pub const ADAPTERS_MAX: usize = 1_000;
/// The most slots an agent may have on one channel.
pub const CAPACITY_MAX: u32 = 1_000;
/// The highest queue rank.
pub const RANK_MAX: u32 = 1_000_000;
/// The most targets of an overflow chain.
pub const OVERFLOW_TARGETS_MAX: usize = 16;
/// How many queues of an overflow loop are named.
const LOOP_NAMES_MAX: usize = 10;
/// The least back-off of an unreachable agent.
const UNREACHABLE_MIN_MS: DurationMs = 5_000;

/// One thing wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where it stands, in the words of the configuration: `queues[2].overflow[0]`.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.path, self.message, self.remedy)
    }
}

/// Checks a name that people and adapters give: 1..=128 bytes, no control characters.
///
/// # Errors
/// What is wrong with it.
pub fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("it is empty".to_owned());
    }
    if name.len() > NAME_BYTES_MAX {
        return Err(format!(
            "it has {} bytes, at most {NAME_BYTES_MAX} are allowed",
            name.len()
        ));
    }
    if name.chars().any(char::is_control) {
        return Err("it holds a control character".to_owned());
    }
    Ok(())
}

impl TenantConfig {
    /// Everything wrong with this configuration; empty when it may be applied.
    pub fn problems(&self) -> Vec<Problem> {
        let mut checker = Checker {
            config: self,
            problems: Vec::new(),
        };
        checker.settings(&self.settings);
        checker.names(
            "skills",
            SKILLS_MAX,
            self.skills.iter().map(|name| name.as_str()),
        );
        checker.names(
            "adapters",
            ADAPTERS_MAX,
            self.adapters.iter().map(|name| name.as_str()),
        );
        checker.names(
            "queues",
            QUEUES_MAX,
            self.queues.iter().map(|queue| queue.name.as_str()),
        );
        checker.names(
            "agents",
            AGENTS_MAX,
            self.agents.iter().map(|agent| agent.name.as_str()),
        );
        let known = Known::of(self);
        for (i, queue) in self.queues.iter().enumerate() {
            checker.queue(&format!("queues[{i}]"), queue, &known);
        }
        for (i, agent) in self.agents.iter().enumerate() {
            checker.agent(&format!("agents[{i}]"), agent, &known);
        }
        checker.overflow_loops();
        checker.problems
    }
}

/// The names that others may refer to.
struct Known<'a> {
    queues: BTreeSet<&'a QueueName>,
    skills: BTreeSet<&'a SkillName>,
}

impl<'a> Known<'a> {
    fn of(config: &'a TenantConfig) -> Self {
        Self {
            queues: config.queues.iter().map(|queue| &queue.name).collect(),
            skills: config.skills.iter().collect(),
        }
    }
}

struct Checker<'a> {
    config: &'a TenantConfig,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn report(&mut self, path: &str, message: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(Problem {
            path: path.to_owned(),
            message: message.into(),
            remedy: remedy.into(),
        });
    }

    fn duration(&mut self, path: &str, value: DurationMs, least: DurationMs) {
        if !(least..=DURATION_MAX_MS).contains(&value) {
            let message = format!("{} is out of range", duration_text(value));
            self.report(
                path,
                message,
                format!(
                    "give {}..={}",
                    duration_text(least),
                    duration_text(DURATION_MAX_MS)
                ),
            );
        }
    }

    fn settings(&mut self, settings: &Settings) {
        if let PriorityMode::Aging { point_ms } = settings.priority_mode {
            self.duration("settings.priority_mode.point_ms", point_ms, 1);
        }
        self.duration("settings.connect_ms", settings.connect_ms, 1);
        self.duration(
            "settings.back_off.rejected_ms",
            settings.back_off.rejected_ms,
            0,
        );
        self.duration(
            "settings.back_off.no_answer_ms",
            settings.back_off.no_answer_ms,
            0,
        );
        self.duration("settings.back_off.busy_ms", settings.back_off.busy_ms, 0);
        self.duration(
            "settings.back_off.unreachable_ms",
            settings.back_off.unreachable_ms,
            UNREACHABLE_MIN_MS,
        );
        self.duration("settings.session_grace_ms", settings.session_grace_ms, 0);
        self.duration("settings.adapter_grace_ms", settings.adapter_grace_ms, 0);
        self.duration("settings.request_window_ms", settings.request_window_ms, 0);
        self.duration(
            "settings.ended_contact_window_ms",
            settings.ended_contact_window_ms,
            0,
        );
    }

    /// Checks a list of things with names: how many, each well formed, none twice.
    fn names<'n>(
        &mut self,
        list: &str,
        most: usize,
        names: impl ExactSizeIterator<Item = &'n str>,
    ) {
        if names.len() > most {
            self.report(
                list,
                format!("{} entries", names.len()),
                format!("at most {most} are allowed"),
            );
        }
        let mut first_at: BTreeMap<&str, usize> = BTreeMap::new();
        for (i, name) in names.enumerate() {
            let path = format!("{list}[{i}]");
            if let Err(wrong) = check_name(name) {
                self.report(
                    &path,
                    format!("the name cannot be used: {wrong}"),
                    "give another name",
                );
            }
            if let Some(first) = first_at.insert(name, i) {
                let message =
                    format!("{name:?} stands here a second time, first at {list}[{first}]");
                self.report(&path, message, "remove or rename one of them");
            }
        }
    }

    fn queue(&mut self, path: &str, queue: &QueueConfig, known: &Known<'_>) {
        self.requirement(&format!("{path}.requirement"), &queue.requirement, known);
        if queue.rank > RANK_MAX {
            let message = format!("rank {} is out of range", queue.rank);
            self.report(
                &format!("{path}.rank"),
                message,
                format!("give 0..={RANK_MAX}"),
            );
        }
        self.duration(&format!("{path}.ring_ms"), queue.ring_ms, 1);
        if let Some(max_wait) = queue.max_wait_ms {
            self.duration(&format!("{path}.max_wait_ms"), max_wait, 1);
        }
        if queue.max_length == Some(0) {
            let remedy = "give at least 1, or leave it out for no bound";
            self.report(
                &format!("{path}.max_length"),
                "a queue of length 0 takes nobody",
                remedy,
            );
        }
        self.duration(&format!("{path}.wrap_up_ms"), queue.wrap_up_ms, 0);
        self.duration(
            &format!("{path}.service_level_ms"),
            queue.service_level_ms,
            1,
        );
        self.duration(
            &format!("{path}.short_abandon_ms"),
            queue.short_abandon_ms,
            0,
        );
        self.overflow(&format!("{path}.overflow"), queue, known);
    }

    fn overflow(&mut self, path: &str, queue: &QueueConfig, known: &Known<'_>) {
        if queue.overflow.len() > OVERFLOW_TARGETS_MAX {
            let message = format!("{} targets", queue.overflow.len());
            self.report(
                path,
                message,
                format!("at most {OVERFLOW_TARGETS_MAX} are allowed"),
            );
        }
        for (i, target) in queue.overflow.iter().enumerate() {
            let path = format!("{path}[{i}]");
            match target {
                Target::Queue(name) if !known.queues.contains(name) => {
                    self.report(
                        &path,
                        format!("there is no queue {name:?}"),
                        "name a queue of this tenant",
                    );
                }
                Target::Queue(_) | Target::End => {}
                Target::External(destination) => {
                    if let Err(wrong) = check_name(destination.reveal()) {
                        self.report(
                            &path,
                            format!("the destination cannot be used: {wrong}"),
                            "give another one",
                        );
                    }
                }
            }
        }
        let unconditional = queue
            .overflow
            .iter()
            .position(|target| !matches!(target, Target::Queue(_)));
        if let Some(last) = unconditional.filter(|at| at + 1 < queue.overflow.len()) {
            let message =
                format!("targets after [{last}] are never reached, since it takes every contact");
            self.report(
                path,
                message,
                format!("remove them or move [{last}] to the end"),
            );
        }
    }

    /// An overflow loop sends a contact that nobody serves around for ever. Each is told once, at its first queue.
    fn overflow_loops(&mut self) {
        for members in loops(&self.config.queues) {
            let queues = &self.config.queues;
            let mut names: Vec<&str> = members
                .iter()
                .take(LOOP_NAMES_MAX)
                .map(|i| queues[*i].name.as_str())
                .collect();
            if members.len() > LOOP_NAMES_MAX {
                names.push("...");
            }
            let first = members[0];
            let way = format!("{} -> {}", names.join(" -> "), queues[first].name);
            self.report(
                &format!("queues[{first}].overflow[0]"),
                format!("overflow loop {way}"),
                "let one queue of the loop overflow elsewhere",
            );
        }
    }

    fn agent(&mut self, path: &str, agent: &AgentConfig, known: &Known<'_>) {
        let mut served = BTreeSet::new();
        for (i, queue) in agent.queues.iter().enumerate() {
            let path = format!("{path}.queues[{i}]");
            if !known.queues.contains(queue) {
                self.report(
                    &path,
                    format!("there is no queue {queue:?}"),
                    "name a queue of this tenant",
                );
            }
            if !served.insert(queue) {
                self.report(
                    &path,
                    format!("{queue:?} stands here a second time"),
                    "remove one of them",
                );
            }
        }
        for (skill, level) in &agent.skills {
            self.skill_level(&format!("{path}.skills.{skill}"), skill, *level, known);
        }
        for (channel, slots) in &agent.capacity {
            if *slots > CAPACITY_MAX {
                let message = format!("{slots} slots are out of range");
                self.report(
                    &format!("{path}.capacity.{channel}"),
                    message,
                    format!("give 0..={CAPACITY_MAX}"),
                );
            }
        }
        if let Some(wrap_up) = agent.wrap_up_ms {
            self.duration(&format!("{path}.wrap_up_ms"), wrap_up, 0);
        }
        if agent.address.reveal().len() > NAME_BYTES_MAX {
            let remedy = format!("give at most {NAME_BYTES_MAX} bytes");
            self.report(
                &format!("{path}.address"),
                "the address is too long",
                remedy,
            );
        }
    }

    fn requirement(&mut self, path: &str, requirement: &Requirement, known: &Known<'_>) {
        if let Err(wrong) = requirement.check_size() {
            self.report(
                path,
                wrong,
                "leave the requirement out to ask nothing, or make it smaller",
            );
        }
        for term in requirement.terms() {
            self.skill_level(path, &term.skill, term.level, known);
        }
    }

    fn skill_level(&mut self, path: &str, skill: &SkillName, level: u8, known: &Known<'_>) {
        if !known.skills.contains(skill) {
            let remedy = "add it to the tenant's skills, or correct the name";
            self.report(path, format!("there is no skill {skill:?}"), remedy);
        }
        if !(1..=LEVEL_MAX).contains(&level) {
            self.report(
                path,
                format!("level {level} is out of range"),
                format!("give 1..={LEVEL_MAX}"),
            );
        }
    }
}

/// The loops of first overflow targets, each as the places of its queues from the lowest on. Follows every link once.
fn loops(queues: &[QueueConfig]) -> Vec<Vec<usize>> {
    let places: BTreeMap<&QueueName, usize> = queues
        .iter()
        .enumerate()
        .map(|(i, queue)| (&queue.name, i))
        .collect();
    let next = |i: usize| match queues[i].overflow.first() {
        Some(Target::Queue(to)) => places.get(to).copied(),
        _ => None,
    };
    let mut seen_from = vec![None; queues.len()];
    let mut found = Vec::new();
    for start in 0..queues.len() {
        let mut at = Some(start);
        while let Some(i) = at.filter(|i| seen_from[*i].is_none()) {
            seen_from[i] = Some(start);
            at = next(i);
        }
        let Some(entry) = at.filter(|i| seen_from[*i] == Some(start)) else {
            continue;
        };
        let mut members: Vec<usize> =
            std::iter::successors(Some(entry), |i| next(*i).filter(|to| *to != entry)).collect();
        let lowest = members
            .iter()
            .enumerate()
            .min_by_key(|(_, i)| **i)
            .map_or(0, |(at, _)| at);
        members.rotate_left(lowest);
        found.push(members);
    }
    found
}

impl Requirement {
    /// Checks the number of groups and terms.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_size(&self) -> Result<(), String> {
        if self.any_of.len() > GROUPS_MAX {
            return Err(format!(
                "{} groups, at most {GROUPS_MAX} are allowed",
                self.any_of.len()
            ));
        }
        for group in &self.any_of {
            if group.is_empty() {
                return Err("a group without a term".to_owned());
            }
            if group.len() > TERMS_MAX {
                return Err(format!(
                    "{} terms in a group, at most {TERMS_MAX} are allowed",
                    group.len()
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A queue `qN` that overflows to queue `qTO`.
    fn queue(n: usize, to: Option<usize>) -> QueueConfig {
        let overflow = to.map(|to| Target::Queue(format!("q{to}").into()));
        QueueConfig {
            overflow: overflow.into_iter().collect(),
            ..QueueConfig::named(&format!("q{n}"))
        }
    }

    #[test]
    fn an_overflow_loop_is_told_once_at_its_first_queue() {
        let links = [Some(2), None, Some(4), Some(3), Some(2), Some(0), Some(9)];
        let queues = links
            .iter()
            .enumerate()
            .map(|(n, to)| queue(n, *to))
            .collect();
        let config = TenantConfig {
            queues,
            ..TenantConfig::default()
        };
        let told: Vec<String> = config
            .problems()
            .into_iter()
            .filter(|problem| problem.message.starts_with("overflow loop"))
            .map(|problem| format!("{}: {}", problem.path, problem.message))
            .collect();
        assert_eq!(
            told,
            [
                "queues[2].overflow[0]: overflow loop q2 -> q4 -> q2",
                "queues[3].overflow[0]: overflow loop q3 -> q3"
            ]
        );
    }

    #[test]
    fn the_longest_allowed_overflow_chain_is_judged() {
        let queues: Vec<QueueConfig> = (0..QUEUES_MAX)
            .map(|n| queue(n, (n + 1 < QUEUES_MAX).then_some(n + 1)))
            .collect();
        let config = TenantConfig {
            queues,
            ..TenantConfig::default()
        };
        assert_eq!(config.problems(), []);
    }
}
