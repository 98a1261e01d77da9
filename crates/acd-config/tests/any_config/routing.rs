//! Requirements, routing plans and customer class rules.

use std::collections::BTreeSet;
use std::sync::Arc;

use acd_core::config::{
    AgentCount, Comparison, Fact, PRIORITY_MAX, PlanConfig, Preferred, RuleCondition, RuleConfig,
    SkipIf, Step, TIER_MAX, TierBounds, Who,
};
use acd_core::ids::{AgentName, Channel, TeamName};
use acd_core::requirement::{LEVEL_MAX, Requirement, Term};
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{Names, awkward, duration, one_of, optional_duration, some_of};

pub(super) fn requirement(names: &Names) -> BoxedStrategy<Requirement> {
    if names.skills.is_empty() {
        return Just(Requirement::none()).boxed();
    }
    let term = (select(names.skills.clone()), 1..=LEVEL_MAX).prop_map(|(skill, level)| Term {
        skill: skill.into(),
        level,
    });
    vec(vec(term, 1..=3), 0..=3)
        .prop_map(|any_of| Requirement { any_of })
        .boxed()
}

pub(super) fn plans(names: &Names) -> Vec<impl Strategy<Value = PlanConfig> + use<>> {
    let plan = |name: &String| {
        let name = name.clone();
        steps(names, 1).prop_map(move |steps| PlanConfig {
            name: name.as_str().into(),
            steps,
        })
    };
    names.plans.iter().map(plan).collect()
}

/// Steps of which all but the last end.
pub(super) fn steps(names: &Names, least: usize) -> impl Strategy<Value = Vec<Step>> + use<> {
    let lasting =
        (step(names), optional_duration(1)).prop_map(|(step, for_ms)| Step { for_ms, ..step });
    let timed = (step(names), duration(1)).prop_map(|(step, for_ms)| Step {
        for_ms: Some(for_ms),
        ..step
    });
    (vec(timed.boxed(), 0..=2), vec(lasting.boxed(), least..=1)).prop_map(|(mut steps, last)| {
        steps.extend(last);
        steps
    })
}

fn step(names: &Names) -> impl Strategy<Value = Step> + use<> {
    let whom = (some_of(&names.agents), some_of(&names.teams), tiers());
    let skip_if = option::of(skip_if());
    let asked = (option::of(requirement(names)), some_of(&names.skills));
    (asked, whom, skip_if, any::<bool>()).prop_map(|(asked, whom, skip_if, end_on_miss)| {
        let ((requirement, drop), (agents, teams, tiers)) = (asked, whom);
        Step {
            requirement,
            drop,
            agents,
            teams,
            tiers,
            for_ms: None,
            skip_if,
            end_on_miss,
        }
    })
}

fn tiers() -> impl Strategy<Value = TierBounds> {
    let sorted = vec(1..=TIER_MAX, 3).prop_map(|mut tiers| {
        tiers.sort_unstable();
        tiers
    });
    (sorted, any::<[bool; 3]>()).prop_map(|(tiers, [min, raise, max])| TierBounds {
        min: min.then_some(tiers[0]),
        raise: raise.then_some(tiers[1]),
        max: max.then_some(tiers[2]),
    })
}

fn skip_if() -> impl Strategy<Value = SkipIf> {
    let counts = vec![
        AgentCount::LoggedIn,
        AgentCount::Available,
        AgentCount::Free,
    ];
    let signs = vec![
        Comparison::Below,
        Comparison::AtMost,
        Comparison::Equal,
        Comparison::AtLeast,
        Comparison::Above,
    ];
    (select(counts), select(signs), 1..=u32::MAX).prop_map(|(count, is, value)| SkipIf {
        count,
        is,
        value,
    })
}

/// Rules of which all but the last have a condition.
pub(super) fn rules(names: &Names) -> Vec<impl Strategy<Value = RuleConfig> + use<>> {
    let last = names.rules.len().saturating_sub(1);
    let rules = names.rules.iter().enumerate();
    rules
        .map(|(i, name)| rule(name.clone(), usize::from(i < last), names))
        .collect()
}

fn rule(
    name: String,
    conditions: usize,
    names: &Names,
) -> impl Strategy<Value = RuleConfig> + use<> {
    let given = (
        one_of(&names.queues),
        one_of(&names.plans),
        option::of(requirement(names)),
    );
    let figures = (
        option::of(-PRIORITY_MAX..=PRIORITY_MAX),
        optional_duration(0),
        any::<bool>(),
    );
    (
        vec(condition(names), conditions..=2),
        given.boxed(),
        figures,
        preferred(names).boxed(),
    )
        .prop_map(
            move |(
                when,
                (queue, plan, requirement),
                (priority, head_start_ms, dedicated),
                preferred,
            )| {
                RuleConfig {
                    name: name.as_str().into(),
                    when,
                    queue,
                    priority,
                    head_start_ms,
                    requirement,
                    plan,
                    dedicated: dedicated && !preferred.is_empty(),
                    preferred,
                }
            },
        )
}

fn condition(names: &Names) -> BoxedStrategy<RuleCondition> {
    let texts = |texts: Vec<String>, least: usize| {
        btree_set(select(texts), least..=2).prop_map(|texts| {
            texts
                .into_iter()
                .map(Arc::from)
                .collect::<BTreeSet<Arc<str>>>()
        })
    };
    let fact = |fact: Fact| {
        move |is| RuleCondition {
            fact: fact.clone(),
            is,
        }
    };
    let channels = Channel::ALL
        .map(|channel| channel.as_str().to_owned())
        .to_vec();
    let channel = texts(channels, 1).prop_map(fact(Fact::Channel));
    let attribute =
        (awkward(), btree_set(awkward().prop_map(Arc::from), 0..=2)).prop_map(|(key, is)| {
            RuleCondition {
                fact: Fact::Attribute(key.into()),
                is,
            }
        });
    if names.queues.is_empty() {
        return prop_oneof![channel, attribute].boxed();
    }
    let queue = texts(names.queues[..1].to_vec(), 1);
    prop_oneof![channel, attribute, queue.prop_map(fact(Fact::Queue))].boxed()
}

/// A list that begins with an attribute, so that a team of an agent has a meaning.
fn preferred(names: &Names) -> impl Strategy<Value = Vec<Preferred>> + use<> {
    let agents: Vec<Who> = names
        .agents
        .iter()
        .map(|name| Who::Agent(AgentName::from(name.as_str())))
        .collect();
    let teams = names.teams.iter().map(|name| TeamName::from(name.as_str()));
    let teams: Vec<Who> = teams
        .flat_map(|name| [Who::Team(name.clone()), Who::Head(name)])
        .collect();
    let others = [vec![Who::SameTeam, Who::HeadOfTeam], agents, teams].concat();
    let entry = |(who, for_ms)| Preferred { who, for_ms };
    let first = (
        awkward().prop_map(|key| Who::Attribute(key.into())),
        optional_duration(1),
    );
    let others = vec(
        (select(others), optional_duration(1)).prop_map(entry),
        0..=2,
    );
    option::of((first.prop_map(entry), others)).prop_map(|list| {
        list.map(|(first, others)| [vec![first], others].concat())
            .unwrap_or_default()
    })
}
