//! Routing plans and customer class rules.

use acd_core::config::{
    Fact, PlanConfig, Preferred, RuleCondition, RuleConfig, Step, TierBounds, Who,
};

use super::{Lines, asked, duration, filled, list, one_or_all, text};
use crate::tenant::skip_if::skip_if_text;
use crate::tenant::value::Value;

pub(crate) fn plan(plan: &PlanConfig) -> Lines {
    let PlanConfig { name: _, steps } = plan;
    vec![("steps", list(steps, step))]
}

pub(in crate::tenant) fn step(step: &Step) -> Value {
    let Step {
        requirement,
        drop,
        agents,
        teams,
        tiers: TierBounds { min, max, raise },
        for_ms,
        skip_if,
        end_on_miss,
    } = step;
    let tiers = [
        ("min", (*min).into()),
        ("max", (*max).into()),
        ("raise", (*raise).into()),
    ];
    Value::table([
        (
            "requirement",
            requirement.as_ref().map_or(Value::Absent, asked),
        ),
        ("drop", filled(Value::texts(drop))),
        ("agents", filled(Value::texts(agents))),
        ("teams", filled(Value::texts(teams))),
        ("tiers", filled(Value::table(tiers))),
        ("for", duration(*for_ms)),
        (
            "skip_if",
            skip_if.map_or(Value::Absent, |it| Value::text(skip_if_text(it))),
        ),
        (
            "end_on_miss",
            Value::unless(*end_on_miss, false, Value::from),
        ),
    ])
}

pub(crate) fn rule(rule: &RuleConfig) -> Lines {
    let RuleConfig {
        name: _,
        when,
        queue,
        priority,
        head_start_ms,
        requirement,
        plan,
        preferred,
        dedicated,
    } = rule;
    vec![
        ("when", list(when, rule_condition)),
        ("queue", text(queue.as_ref())),
        ("priority", (*priority).into()),
        ("head_start", duration(*head_start_ms)),
        (
            "requirement",
            requirement.as_ref().map_or(Value::Absent, asked),
        ),
        ("plan", text(plan.as_ref())),
        ("preferred", filled(list(preferred, self::preferred))),
        ("dedicated", (*dedicated).into()),
    ]
}

fn rule_condition(condition: &RuleCondition) -> Value {
    let RuleCondition { fact, is } = condition;
    let values = one_or_all(is.iter());
    match fact {
        Fact::Queue => Value::table([("queue", values)]),
        Fact::Channel => Value::table([("channel", values)]),
        Fact::Attribute(key) => {
            Value::table([("attribute", Value::text(key)), ("is", filled(values))])
        }
    }
}

fn preferred(entry: &Preferred) -> Value {
    let Preferred { who, for_ms } = entry;
    let who = match who {
        Who::Agent(name) => ("agent", Value::text(name)),
        Who::Attribute(key) => ("attribute", Value::text(key)),
        Who::Team(name) => ("team", Value::text(name)),
        Who::Head(name) => ("head", Value::text(name)),
        Who::SameTeam => ("same_team", true.into()),
        Who::HeadOfTeam => ("head_of_team", true.into()),
    };
    Value::table([who, ("for", duration(*for_ms))])
}
