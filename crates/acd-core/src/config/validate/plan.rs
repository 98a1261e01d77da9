//! Routing plans and customer class rules.

use std::collections::BTreeSet;

use super::{
    CONDITIONS_MAX, Checker, PREFERRED_MAX, PRIORITY_MAX, Path, STEP_MEMBERS_MAX, STEPS_MAX,
    TIER_MAX,
};
use crate::config::{
    Comparison, Fact, Preferred, RuleCondition, RuleConfig, SkipIf, Step, TierBounds, Who,
};
use crate::ids::Channel;

impl Checker<'_> {
    pub(super) fn plans(&mut self) {
        for (i, plan) in self.config.plans.iter().enumerate() {
            if plan.steps.is_empty() {
                self.report(
                    format_args!("plans[{i}]"),
                    "a plan without a step",
                    "give its steps, as in steps = [{ requirement = \"german >= 4\" }]",
                );
            }
            self.steps(format_args!("plans[{i}].steps"), &plan.steps);
        }
    }

    pub(super) fn steps(&mut self, path: Path<'_>, steps: &[Step]) {
        self.count(path, steps.len(), STEPS_MAX);
        for (i, step) in steps.iter().enumerate() {
            self.step(format_args!("{path}[{i}]"), step);
            let is_last = i + 1 == steps.len();
            let ends = step.for_ms.is_some() || step.end_on_miss || step.skip_if.is_some();
            if !is_last && !ends {
                self.report(
                    format_args!("{path}[{i}]"),
                    "this step never ends, so that those after it are never reached",
                    "say how long it lasts, as in for = \"30s\"",
                );
            }
        }
    }

    fn step(&mut self, path: Path<'_>, step: &Step) {
        if let Some(requirement) = &step.requirement {
            self.requirement(format_args!("{path}.requirement"), requirement);
        }
        for skill in &step.drop {
            self.skill(format_args!("{path}.drop"), skill);
        }
        self.count(
            format_args!("{path}.agents"),
            step.agents.len(),
            STEP_MEMBERS_MAX,
        );
        for agent in &step.agents {
            let path = format_args!("{path}.agents");
            self.known(path, "agent", agent.as_str(), |it| &it.known.agents);
        }
        self.count(
            format_args!("{path}.teams"),
            step.teams.len(),
            STEP_MEMBERS_MAX,
        );
        for team in &step.teams {
            let path = format_args!("{path}.teams");
            self.known(path, "team", team.as_str(), |it| &it.known.teams);
        }
        self.tier_bounds(format_args!("{path}.tiers"), step.tiers);
        self.optional_duration(format_args!("{path}.for_ms"), step.for_ms, 1);
        if let Some(skip_if) = step.skip_if {
            self.skip_if(format_args!("{path}.skip_if"), skip_if);
        }
    }

    fn tier_bounds(&mut self, path: Path<'_>, bounds: TierBounds) {
        let TierBounds { min, max, raise } = bounds;
        self.optional_number(format_args!("{path}.min"), min, 1..=TIER_MAX);
        self.optional_number(format_args!("{path}.max"), max, 1..=TIER_MAX);
        self.optional_number(format_args!("{path}.raise"), raise, 1..=TIER_MAX);
        let (least, most) = (min.unwrap_or(1), max.unwrap_or(TIER_MAX));
        if least > most {
            self.report(
                path,
                format!("no tier is from {least} to {most}, so that the step can never match"),
                "make min at most max",
            );
        } else if let Some(raise) = raise.filter(|raise| !(least..=most).contains(raise)) {
            let remedy = "give one from min to max, or leave it out";
            self.report(
                format_args!("{path}.raise"),
                format!("tier {raise} lies outside of the bounds {least} to {most}"),
                remedy,
            );
        }
    }

    fn skip_if(&mut self, path: Path<'_>, skip_if: SkipIf) {
        let always = matches!((skip_if.is, skip_if.value), (Comparison::AtLeast, 0));
        let never = matches!((skip_if.is, skip_if.value), (Comparison::Below, 0));
        if always {
            self.report(
                path,
                "this always holds, so that the step can never match",
                "compare with at least 1, or remove the step",
            );
        } else if never {
            self.report(
                path,
                "this never holds",
                "compare with at least 1, or leave it out",
            );
        }
    }

    pub(super) fn rules(&mut self) {
        let rules = &self.config.rules;
        for (i, rule) in rules.iter().enumerate() {
            self.rule(format_args!("rules[{i}]"), rule);
        }
        let takes_all = rules.iter().position(|rule| rule.when.is_empty());
        if let Some(last) = takes_all.filter(|at| at + 1 < rules.len()) {
            let name = &rules[last].name;
            self.report(
                format_args!("rules[{last}]"),
                format!("rules after {name:?} never apply, since it holds for every contact"),
                "say when it holds, or move it to the end",
            );
        }
    }

    fn rule(&mut self, path: Path<'_>, rule: &RuleConfig) {
        self.count(format_args!("{path}.when"), rule.when.len(), CONDITIONS_MAX);
        for (i, condition) in rule.when.iter().enumerate() {
            self.rule_condition(format_args!("{path}.when[{i}]"), condition);
        }
        if let Some(priority) = rule.priority
            && !(-PRIORITY_MAX..=PRIORITY_MAX).contains(&priority)
        {
            self.report(
                format_args!("{path}.priority"),
                format!("{priority} is out of range"),
                format!("give {}..={PRIORITY_MAX}", -PRIORITY_MAX),
            );
        }
        if let Some(queue) = &rule.queue {
            let path = format_args!("{path}.queue");
            self.known(path, "queue", queue.as_str(), |it| &it.known.queues);
        }
        self.optional_duration(format_args!("{path}.head_start_ms"), rule.head_start_ms, 0);
        if let Some(requirement) = &rule.requirement {
            self.requirement(format_args!("{path}.requirement"), requirement);
        }
        if let Some(plan) = &rule.plan {
            let path = format_args!("{path}.plan");
            self.known(path, "plan", plan.as_str(), |it| &it.known.plans);
        }
        self.preferred(format_args!("{path}.preferred"), &rule.preferred);
        if rule.dedicated && rule.preferred.is_empty() {
            self.report(
                format_args!("{path}.dedicated"),
                "the contact is dedicated to nobody",
                "say to whom with preferred, or remove dedicated",
            );
        }
    }

    fn rule_condition(&mut self, path: Path<'_>, condition: &RuleCondition) {
        let RuleCondition { fact, is } = condition;
        self.count(path, is.len(), CONDITIONS_MAX);
        if is.is_empty() && !matches!(fact, Fact::Attribute(_)) {
            self.report(
                path,
                "every contact has a queue and a channel",
                "say which ones, or leave the condition out",
            );
        }
        for value in is {
            match fact {
                Fact::Queue => self.known(path, "queue", value, |it| &it.known.queues),
                Fact::Channel if Channel::from_name(value).is_none() => {
                    let all = Channel::ALL.map(Channel::as_str).join(", ");
                    let message = format!("there is no channel {value:?}");
                    self.report(path, message, format!("give one of {all}"));
                }
                Fact::Channel => {}
                Fact::Attribute(_) => self.value(path, value),
            }
        }
        if let Fact::Attribute(key) = fact {
            self.name(path, "attribute", key);
        }
    }

    fn preferred(&mut self, path: Path<'_>, preferred: &[Preferred]) {
        self.count(path, preferred.len(), PREFERRED_MAX);
        let mut names_agent = false;
        for (i, entry) in preferred.iter().enumerate() {
            let path = format_args!("{path}[{i}]");
            self.optional_duration(format_args!("{path}.for_ms"), entry.for_ms, 1);
            match &entry.who {
                Who::Agent(agent) => {
                    self.known(path, "agent", agent.as_str(), |it| &it.known.agents);
                }
                Who::Attribute(key) => self.name(path, "attribute", key),
                Who::Team(team) | Who::Head(team) => {
                    self.known(path, "team", team.as_str(), |it| &it.known.teams);
                }
                Who::SameTeam | Who::HeadOfTeam if !names_agent => self.report(
                    path,
                    "no agent is named before whose team could be meant",
                    "name an agent or an attribute before it, or give the team",
                ),
                Who::SameTeam | Who::HeadOfTeam => {}
            }
            names_agent |= matches!(entry.who, Who::Agent(_) | Who::Attribute(_) | Who::Head(_));
        }
    }

    /// The value of an attribute: any text of a bounded length.
    pub(super) fn value(&mut self, path: Path<'_>, value: &str) {
        const BYTES_MAX: usize = 1_024;
        if value.len() > BYTES_MAX {
            let remedy = format!("give at most {BYTES_MAX} bytes");
            self.report(path, "the value is too long", remedy);
        }
    }

    /// Steps of a queue whose agents or teams do not serve it: nobody can ever match them.
    pub(super) fn step_members(&mut self, path: Path<'_>, steps: &[Step], members: &Members<'_>) {
        for (i, step) in steps.iter().enumerate() {
            let path = format_args!("{path}[{i}]");
            let agents = &step.agents;
            if !agents.is_empty() && !agents.iter().any(|it| members.agents.contains(it.as_str())) {
                self.report(
                    format_args!("{path}.agents"),
                    "none of these agents serves the queue, so that the step can never match",
                    "add the queue to one of them, or name others",
                );
            }
            // A queue that has no agent yet may get its teams later.
            let teams = &step.teams;
            let asks_teams = !teams.is_empty() && !members.agents.is_empty();
            if asks_teams && !teams.iter().any(|it| members.teams.contains(it.as_str())) {
                self.report(
                    format_args!("{path}.teams"),
                    "nobody of these teams serves the queue, so that the step can never match",
                    "add the queue to one of their agents, or name others",
                );
            }
        }
    }
}

/// Who serves a queue.
#[derive(Default)]
pub(super) struct Members<'a> {
    /// The agents' names.
    pub(super) agents: BTreeSet<&'a str>,
    /// The teams they belong to.
    pub(super) teams: BTreeSet<&'a str>,
}
