//! What is allowed and yet looks like a slip: nobody serves a queue, or satisfies a step of its plan, as the
//! configuration stands. Skills change while the engine runs, so it may be meant.

use std::collections::{BTreeMap, BTreeSet};

use super::Problem;
use crate::config::{AgentConfig, ProfileConfig, QueueConfig, Step, TenantConfig};
use crate::ids::{QueueName, SkillName};
use crate::requirement::Requirement;

/// An agent of a queue.
struct Member<'a> {
    agent: &'a AgentConfig,
    tier: u32,
}

impl TenantConfig {
    /// What may be applied and yet looks like a slip.
    pub fn warnings(&self) -> Vec<Problem> {
        let members = self.members();
        let mut warnings = Vec::new();
        let settings = &self.settings;
        if settings
            .keep_personal_ms
            .is_some_and(|keep_ms| keep_ms < settings.resolved_after_ms)
        {
            warnings.push(Problem {
                path: "settings.keep_personal_ms".to_owned(),
                message: "it is less than resolved_after: first contact resolution is never told"
                    .to_owned(),
                remedy: "keep personal data for longer, or judge a contact earlier".to_owned(),
            });
        }
        for (i, queue) in self.queues.iter().enumerate() {
            let path = format!("queues[{i}]");
            match members.get(queue.name.as_str()) {
                Some(members) => self.unmatched(&path, queue, members, &mut warnings),
                None if self.agents.is_empty() => {}
                None => warnings.push(Problem {
                    path,
                    message: "no agent serves this queue".to_owned(),
                    remedy: "add it to the queues or to the routing profile of an agent".to_owned(),
                }),
            }
        }
        warnings
    }

    fn unmatched(
        &self,
        path: &str,
        queue: &QueueConfig,
        members: &[Member<'_>],
        warnings: &mut Vec<Problem>,
    ) {
        let single = [Step::default()];
        let steps = if queue.plan.is_empty() {
            &single[..]
        } else {
            &queue.plan
        };
        for (i, step) in steps.iter().enumerate() {
            let asked = step.requirement.as_ref().unwrap_or(&queue.requirement);
            let asked = asked.without(|skill| step.drop.contains(skill));
            if members.iter().any(|member| member.matches(step, &asked)) {
                continue;
            }
            let (path, what) = if queue.plan.is_empty() {
                (format!("{path}.requirement"), "what the queue asks")
            } else {
                (format!("{path}.plan[{i}]"), "this step")
            };
            warnings.push(Problem {
                path,
                message: format!("no agent of the queue satisfies {what} as configured"),
                remedy: "check the levels, tiers, agents and teams, or the skills of the agents"
                    .to_owned(),
            });
        }
    }

    fn members(&self) -> BTreeMap<&str, Vec<Member<'_>>> {
        let mut members: BTreeMap<&str, Vec<Member<'_>>> = BTreeMap::new();
        let profiles = self.profiles_by_name();
        for agent in &self.agents {
            for (queue, tier) in queues_of(agent, &profiles) {
                members
                    .entry(queue.as_str())
                    .or_default()
                    .push(Member { agent, tier });
            }
        }
        members
    }

    /// The routing profiles by name.
    pub(super) fn profiles_by_name(&self) -> BTreeMap<&str, &ProfileConfig> {
        self.profiles
            .iter()
            .map(|profile| (profile.name.as_str(), profile))
            .collect()
    }
}

/// The queues an agent serves, by themselves or by their profile, with their tier in each.
pub(super) fn queues_of<'a>(
    agent: &'a AgentConfig,
    profiles: &BTreeMap<&str, &'a ProfileConfig>,
) -> impl Iterator<Item = (&'a QueueName, u32)> {
    let own = agent
        .queues
        .iter()
        .map(|member| (&member.queue, member.tier));
    let named: BTreeSet<&QueueName> = own.clone().map(|(queue, _)| queue).collect();
    let profile = agent
        .profile
        .as_ref()
        .and_then(|name| profiles.get(name.as_str()));
    let of_profile = profile.into_iter().flat_map(|profile| &profile.queues);
    let others = of_profile.filter(move |entry| !named.contains(&entry.queue));
    own.chain(others.map(|entry| (&entry.queue, 1)))
}

impl Member<'_> {
    fn matches(&self, step: &Step, asked: &Requirement) -> bool {
        let agent = self.agent;
        let tier = self.tier.max(step.tiers.raise.unwrap_or(1));
        step.tiers.admit(tier) && agent.is_named(&step.agents, &step.teams) && self.satisfies(asked)
    }

    fn satisfies(&self, asked: &Requirement) -> bool {
        let level = |skill: &SkillName| {
            let cap = self.agent.training.and_then(|training| training.level_cap);
            let level = self.agent.skills.get(skill).copied();
            level.map(|level| level.min(cap.unwrap_or(u8::MAX)))
        };
        let mut groups = asked.any_of.iter();
        asked.is_none()
            || groups.any(|group| {
                let mut terms = group.iter();
                terms.all(|term| level(&term.skill).is_some_and(|level| level >= term.level))
            })
    }
}
