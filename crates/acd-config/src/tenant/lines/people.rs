//! Teams, routing profiles and agents.

use acd_core::config::{
    AgentConfig, Membership, ProfileConfig, ProfileQueue, TeamConfig, Training,
};

use super::{Lines, duration, filled, list, text};
use crate::tenant::value::{Shown, Value};

pub(crate) fn team(team: &TeamConfig) -> Lines {
    let TeamConfig { name: _, head } = team;
    vec![("head", text(head.as_ref()))]
}

pub(crate) fn profile(profile: &ProfileConfig) -> Lines {
    let ProfileConfig { name: _, queues } = profile;
    let entry = |entry: &ProfileQueue| {
        let ProfileQueue {
            queue,
            rank,
            delay_ms,
        } = entry;
        Value::table([
            ("queue", Value::text(queue)),
            ("rank", (*rank).into()),
            ("delay", Value::duration(*delay_ms)),
        ])
    };
    vec![("queues", list(queues, entry))]
}

pub(crate) fn agent(agent: &AgentConfig, shown: Shown) -> Lines {
    let AgentConfig {
        name: _,
        address,
        teams,
        site,
        attributes,
        queues,
        profile,
        skills,
        capacity,
        total_capacity,
        pools,
        wrap_up_ms,
        alerting,
        desktop,
        adapter,
        on_demand,
        training,
    } = agent;
    let has_address = !address.reveal().is_empty();
    let attributes = attributes
        .iter()
        .map(|(key, value)| (key, Value::text(value)));
    let levels = skills
        .iter()
        .map(|(skill, level)| (skill.as_str(), (*level).into()));
    let slots = capacity
        .iter()
        .map(|(channel, slots)| (channel.as_str(), (*slots).into()));
    let pools = pools
        .iter()
        .map(|(pool, most)| (pool.as_str(), (*most).into()));
    vec![
        (
            "address",
            if has_address {
                Value::Plain(shown.personal(address))
            } else {
                Value::Absent
            },
        ),
        ("teams", filled(Value::texts(teams))),
        ("site", text(site.as_ref())),
        ("attributes", filled(Value::table(attributes))),
        ("queues", filled(list(queues, membership))),
        ("profile", text(profile.as_ref())),
        ("skills", filled(Value::table(levels))),
        ("capacity", Value::table(slots)),
        ("total_capacity", (*total_capacity).into()),
        ("pools", filled(Value::table(pools))),
        ("wrap_up", duration(*wrap_up_ms)),
        ("alerting", alerting.map_or(Value::Absent, Value::word)),
        ("desktop", (*desktop).into()),
        ("adapter", text(adapter.as_ref())),
        ("on_demand", (*on_demand).into()),
        ("training", training.map_or(Value::Absent, self::training)),
    ]
}

/// A queue that an agent serves; a plain one is its name.
pub(crate) fn membership(membership: &Membership) -> Value {
    let Membership {
        queue,
        tier,
        position,
        share,
        reserve,
    } = membership;
    if *membership == Membership::of(queue.as_str()) {
        return Value::text(queue);
    }
    Value::table([
        ("queue", Value::text(queue)),
        ("tier", (*tier).into()),
        ("position", (*position).into()),
        ("share", (*share).into()),
        ("reserve", (*reserve).into()),
    ])
}

fn training(training: Training) -> Value {
    let Training {
        level_cap,
        contacts_per_day,
    } = training;
    let (cap, contacts) = (level_cap.into(), contacts_per_day.into());
    Value::table([("level_cap", cap), ("contacts_per_day", contacts)])
}
