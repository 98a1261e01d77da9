//! What a configuration must satisfy, and what to say when it does not.
//!
//! A *problem* keeps a configuration from being applied: it says something that has no meaning, or that cannot be meant.
//! A *warning* tells what is allowed and yet looks like a slip, because it may change without the configuration: a step
//! that nobody satisfies today finds its agent when their skills change.

mod agent;
mod calendar;
mod desk;
mod overflow;
mod plan;
mod queue;
mod report;
mod review;
mod settings;
mod warnings;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Arguments};
use std::ops::RangeInclusive;

use super::{TenantConfig, duration_text};
use crate::ids::{DurationMs, SkillName};
use crate::requirement::{GROUPS_MAX, LEVEL_MAX, Requirement, TERMS_MAX};

/// The longest a name may be, in bytes.
pub const NAME_BYTES_MAX: usize = 128;
/// The longest a configured duration may be: a year.
pub const DURATION_MAX_MS: DurationMs = 366 * 86_400_000;
/// How long personal data may be kept.
pub const KEEP_PERSONAL_MS: RangeInclusive<DurationMs> = 86_400_000..=3_650 * 86_400_000;
/// The most queues of one tenant.
pub const QUEUES_MAX: usize = 10_000;
/// The most agents of one tenant.
pub const AGENTS_MAX: usize = 200_000;
/// The most skills of one tenant.
pub const SKILLS_MAX: usize = 10_000;
/// The most adapters of one tenant.
pub const ADAPTERS_MAX: usize = 1_000;
/// The most calendars of one tenant.
pub const CALENDARS_MAX: usize = 1_000;
/// The most teams of one tenant.
pub const TEAMS_MAX: usize = 10_000;
/// The most routing profiles of one tenant.
pub const PROFILES_MAX: usize = 10_000;
/// The most named routing plans of one tenant.
pub const PLANS_MAX: usize = 10_000;
/// The most customer class rules of one tenant.
pub const RULES_MAX: usize = 1_000;
/// The most targets of one tenant.
pub const TARGETS_MAX: usize = 10_000;
/// The most tariffs of one tenant.
pub const TARIFFS_MAX: usize = 1_000;
/// The most forms of reviews.
pub const REVIEW_FORMS_MAX: usize = 100;
/// The most questions of a form.
pub const QUESTIONS_MAX: usize = 100;
/// The heaviest weight of a question.
pub const QUESTION_WEIGHT_MAX: u32 = 100;
/// The most points of a question.
pub const QUESTION_POINTS_MAX: u32 = 100;
/// The most steps of a routing plan.
pub const STEPS_MAX: usize = 32;
/// The most agents or teams of one step.
pub const STEP_MEMBERS_MAX: usize = 1_000;
/// The most conditions of a rule, and the most values of one condition.
pub const CONDITIONS_MAX: usize = 32;
/// The most entries of a list of preferred agents.
pub const PREFERRED_MAX: usize = 16;
/// The most weekly hours of a calendar.
pub const HOURS_MAX: usize = 64;
/// The most holidays of a calendar.
pub const HOLIDAYS_MAX: usize = 1_000;
/// How often all calendars together may open in a month: what they mean in engine time goes into one event.
const OPENINGS_MAX: usize = 100_000;
/// The most targets of an overflow chain, and of an exit choice.
pub const OVERFLOW_TARGETS_MAX: usize = 16;
/// The most exit choices of a queue.
pub const EXITS_MAX: usize = 32;
/// The most capacity pools that one contact draws on, or that bound one agent.
pub const POOLS_MAX: usize = 32;
/// The most reason codes that are configured, and that have a time of their own.
pub const REASONS_MAX: usize = 1_000;
/// The most dispositions of one tenant.
pub const DISPOSITIONS_MAX: usize = 1_000;
/// The most attributes of contacts that are shown in a way of their own.
pub const ATTRIBUTES_MAX: usize = 1_000;
/// The most attributes of an agent.
pub const AGENT_ATTRIBUTES_MAX: usize = 64;
/// The most slots an agent may have on one channel.
pub const CAPACITY_MAX: u32 = 1_000;
/// The highest queue rank.
pub const RANK_MAX: u32 = 1_000_000;
/// The highest goal of the service level, in percent.
pub const GOAL_MAX: u32 = 100;
/// The longest service objective: up to it, waits that differ by a millisecond differ in the matching order.
pub const OBJECTIVE_MAX_MS: DurationMs = 7 * 86_400_000;
/// The highest priority of a contact; the lowest is its negative.
pub const PRIORITY_MAX: i32 = 1_000_000;
/// The highest tier.
pub const TIER_MAX: u32 = 1_000;
/// The largest share of an agent in a queue, and the last position in its list.
pub const SHARE_MAX: u32 = 1_000_000;
/// The most agents that a contact is offered to at once.
pub const BROADCAST_MAX: u32 = 1_000;
/// The highest ratio of diversion, in thousandths.
pub const DIVERT_MILLI_MAX: u32 = 1_000_000;
/// The most attempts of a callback.
pub const ATTEMPTS_MAX: u32 = 100;
/// The most offers that an agent may miss before it has a consequence.
pub const MISSES_MAX: u32 = 1_000;
/// The shortest time between two announcements of a kind.
pub const ANNOUNCEMENT_MIN_MS: DurationMs = 1_000;

/// The least back-off of an unreachable agent.
const UNREACHABLE_MIN_MS: DurationMs = 5_000;

/// One thing to say about a configuration.
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
            known: Known::of(self),
            problems: Vec::new(),
        };
        checker.settings();
        checker.lists();
        checker.desk();
        checker.calendars();
        checker.people();
        checker.plans();
        checker.rules();
        checker.queues();
        checker.reports();
        checker.review_forms();
        checker.problems
    }
}

/// The names that others may refer to.
struct Known<'a> {
    adapters: BTreeSet<&'a str>,
    calendars: BTreeSet<&'a str>,
    teams: BTreeSet<&'a str>,
    profiles: BTreeSet<&'a str>,
    plans: BTreeSet<&'a str>,
    queues: BTreeSet<&'a str>,
    agents: BTreeSet<&'a str>,
    skills: BTreeSet<&'a str>,
    dispositions: BTreeSet<&'a str>,
    /// The pools that contacts of some queue draw on.
    pools: BTreeSet<&'a str>,
}

impl<'a> Known<'a> {
    fn of(config: &'a TenantConfig) -> Self {
        let pools = config.queues.iter().flat_map(|queue| &queue.pools);
        Self {
            adapters: config.adapters.iter().map(|it| it.as_str()).collect(),
            calendars: config.calendars.iter().map(|it| it.name.as_str()).collect(),
            teams: config.teams.iter().map(|it| it.name.as_str()).collect(),
            profiles: config.profiles.iter().map(|it| it.name.as_str()).collect(),
            plans: config.plans.iter().map(|it| it.name.as_str()).collect(),
            queues: config.queues.iter().map(|it| it.name.as_str()).collect(),
            agents: config.agents.iter().map(|it| it.name.as_str()).collect(),
            skills: config.skills.iter().map(|name| name.as_str()).collect(),
            dispositions: config.dispositions.iter().map(|it| &*it.name).collect(),
            pools: pools.map(|name| name.as_str()).collect(),
        }
    }
}

/// A path that is written only if there is something to say about it.
type Path<'p> = Arguments<'p>;

struct Checker<'a> {
    config: &'a TenantConfig,
    known: Known<'a>,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn report(&mut self, path: Path<'_>, message: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(Problem {
            path: path.to_string(),
            message: message.into(),
            remedy: remedy.into(),
        });
    }

    fn duration(&mut self, path: Path<'_>, value: DurationMs, least: DurationMs) {
        self.duration_in(path, value, least..=DURATION_MAX_MS);
    }

    fn duration_in(
        &mut self,
        path: Path<'_>,
        value: DurationMs,
        range: RangeInclusive<DurationMs>,
    ) {
        if !range.contains(&value) {
            let [least, most] = [*range.start(), *range.end()].map(duration_text);
            let message = format!("{} is out of range", duration_text(value));
            self.report(path, message, format!("give {least}..={most}"));
        }
    }

    fn optional_duration(&mut self, path: Path<'_>, value: Option<DurationMs>, least: DurationMs) {
        if let Some(value) = value {
            self.duration(path, value, least);
        }
    }

    fn number(&mut self, path: Path<'_>, value: u32, range: RangeInclusive<u32>) {
        if !range.contains(&value) {
            let remedy = format!("give {}..={}", range.start(), range.end());
            self.report(path, format!("{value} is out of range"), remedy);
        }
    }

    fn optional_number(&mut self, path: Path<'_>, value: Option<u32>, range: RangeInclusive<u32>) {
        if let Some(value) = value {
            self.number(path, value, range);
        }
    }

    fn count(&mut self, path: Path<'_>, count: usize, most: usize) {
        if count > most {
            let remedy = format!("at most {most} are allowed");
            self.report(path, format!("{count} entries"), remedy);
        }
    }

    /// A text that people or adapters give: a name, a prompt, a destination.
    fn name(&mut self, path: Path<'_>, what: &str, text: &str) {
        if let Err(wrong) = check_name(text) {
            let message = format!("the {what} cannot be used: {wrong}");
            self.report(path, message, format!("give another {what}"));
        }
    }

    /// A name of something else of the tenant.
    fn known<'k>(
        &mut self,
        path: Path<'_>,
        kind: &str,
        name: &str,
        known: impl FnOnce(&Self) -> &BTreeSet<&'k str>,
    ) {
        if !known(self).contains(name) {
            let remedy = format!("name a {kind} of this tenant");
            self.report(path, format!("there is no {kind} {name:?}"), remedy);
        }
    }

    /// Checks the lists of things with names: how many, each well formed, none twice.
    fn lists(&mut self) {
        let config = self.config;
        self.names(
            "skills",
            SKILLS_MAX,
            config.skills.iter().map(|it| it.as_str()),
        );
        self.names(
            "adapters",
            ADAPTERS_MAX,
            config.adapters.iter().map(|it| it.as_str()),
        );
        self.names(
            "calendars",
            CALENDARS_MAX,
            config.calendars.iter().map(|it| it.name.as_str()),
        );
        self.names(
            "teams",
            TEAMS_MAX,
            config.teams.iter().map(|it| it.name.as_str()),
        );
        self.names(
            "profiles",
            PROFILES_MAX,
            config.profiles.iter().map(|it| it.name.as_str()),
        );
        self.names(
            "plans",
            PLANS_MAX,
            config.plans.iter().map(|it| it.name.as_str()),
        );
        self.names(
            "reasons",
            REASONS_MAX,
            config.reasons.iter().map(|it| &*it.name),
        );
        self.names(
            "dispositions",
            DISPOSITIONS_MAX,
            config.dispositions.iter().map(|it| &*it.name),
        );
        self.names(
            "attributes",
            ATTRIBUTES_MAX,
            config.attributes.iter().map(|it| &*it.name),
        );
        self.names("rules", RULES_MAX, config.rules.iter().map(|it| &*it.name));
        self.names(
            "targets",
            TARGETS_MAX,
            config.targets.iter().map(|it| &*it.name),
        );
        self.names(
            "tariffs",
            TARIFFS_MAX,
            config.tariffs.iter().map(|it| &*it.name),
        );
        self.names(
            "review_forms",
            REVIEW_FORMS_MAX,
            config.review_forms.iter().map(|it| &*it.name),
        );
        self.names(
            "queues",
            QUEUES_MAX,
            config.queues.iter().map(|it| it.name.as_str()),
        );
        self.names(
            "agents",
            AGENTS_MAX,
            config.agents.iter().map(|it| it.name.as_str()),
        );
    }

    fn names<'n>(
        &mut self,
        list: &str,
        most: usize,
        names: impl ExactSizeIterator<Item = &'n str>,
    ) {
        self.count(format_args!("{list}"), names.len(), most);
        let mut first_at: BTreeMap<&str, usize> = BTreeMap::new();
        for (i, name) in names.enumerate() {
            self.name(format_args!("{list}[{i}]"), "name", name);
            if let Some(first) = first_at.insert(name, i) {
                let message =
                    format!("{name:?} stands here a second time, first at {list}[{first}]");
                self.report(
                    format_args!("{list}[{i}]"),
                    message,
                    "remove or rename one of them",
                );
            }
        }
    }

    fn requirement(&mut self, path: Path<'_>, requirement: &Requirement) {
        if let Err(wrong) = requirement.check_size() {
            let remedy = "leave the requirement out to ask nothing, or make it smaller";
            self.report(path, wrong, remedy);
        }
        for term in requirement.terms() {
            self.skill_level(path, &term.skill, term.level);
        }
    }

    fn skill(&mut self, path: Path<'_>, skill: &SkillName) {
        if !self.known.skills.contains(skill.as_str()) {
            let remedy = "add it to the tenant's skills, or correct the name";
            self.report(path, format!("there is no skill {skill:?}"), remedy);
        }
    }

    fn skill_level(&mut self, path: Path<'_>, skill: &SkillName, level: u8) {
        self.skill(path, skill);
        if !(1..=LEVEL_MAX).contains(&level) {
            let message = format!("level {level} is out of range");
            self.report(path, message, format!("give 1..={LEVEL_MAX}"));
        }
    }
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
mod tests;
