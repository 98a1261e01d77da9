//! Agents, teams and routing profiles: how they are read and written.

use std::collections::BTreeMap;
use std::sync::Arc;

use acd_core::config::{
    AgentConfig, CAPACITY_MAX, Membership, ProfileConfig, ProfileQueue, RANK_MAX, SHARE_MAX,
    TIER_MAX, TeamConfig, Training,
};
use acd_core::ids::{Channel, PoolName, QueueName, SkillName, TeamName};
use acd_core::personal::Personal;
use acd_core::requirement::LEVEL_MAX;

use super::keys::{Choice, Duration, Flag, Form, Keyed, Maybe, Number, Own, Table, Text, keys};
use super::lines::{Lines, filled, list, text};
use super::names::Known;
use super::value::{Shown, Value};
use crate::element::{Element, Section};
use crate::schema::{CAPACITY, MEMBERSHIP, PROFILE, PROFILE_QUEUE, Schema, TEAM};

keys! { AgentConfig = "tenants.NAME.agents.NAME" beside name {
    "address" = address: Own(|it, _| it.text("sip:anna@pbx1").map(Personal::from), address_value),
    "teams" = teams: Own(|it, known| Some(teams(it, known)), |it, _| filled(Value::texts(it))),
    "site" = site: Maybe(Text("Berlin")),
    "attributes" = attributes: Own(|it, _| Some(attributes(it)), |it, _| table(it, |text| Value::text(text))),
    "queues" = queues: Own(|it, known| Some(memberships(it, known)), |it, _| filled(list(it, membership_value))),
    "profile" = profile: Maybe(Own(|it, known| it.name("senior", &known.profiles), |it, _| Value::text(it))),
    "skills" = skills: Own(|it, known| Some(skills(it, known)), |it, _| table(it, |level| (*level).into())),
    "capacity" = capacity: Own(|it, _| capacity(it), |it, _| capacity_value(it)),
    "total_capacity" = total_capacity: Maybe(Number(1..=CAPACITY_MAX)),
    "pools" = pools: Own(|it, known| Some(pools(it, known)), |it, _| table(it, |most| (*most).into())),
    "wrap_up" = wrap_up_ms: Maybe(Duration),
    "alerting" = alerting: Maybe(Choice),
    "desktop" = desktop: Flag,
    "adapter" = adapter: Maybe(Own(|it, known| it.name("pbx", &known.adapters), |it, _| Value::text(it))),
    "on_demand" = on_demand: Flag,
    "training" = training: Maybe(Table),
} }

keys! { Training = "tenants.NAME.agents.NAME.training" {
    "level_cap" = level_cap: Maybe(Own(|it, _| it.integer(1..=LEVEL_MAX), |it, _| (*it).into())),
    "contacts_per_day" = contacts_per_day: Maybe(Number(1..=u32::MAX)),
} }

pub(super) fn team(name: &str, element: &Element<'_>, known: &Known<'_>) -> TeamConfig {
    let section = element.section(&TEAM);
    TeamConfig {
        name: TeamName::from(name),
        head: section.and_then(|section| section.name("head", "anna", &known.agents)),
    }
}

pub(super) fn profile(name: &str, element: &Element<'_>, known: &Known<'_>) -> ProfileConfig {
    let queues = element.section(&PROFILE).and_then(|section| {
        let queues = section.required("queues", "give its queues, as in queues = [\"support\"]")?;
        queues.list("[\"support\", { queue = \"sales\", delay = \"30s\" }]")
    });
    let queues = queues.unwrap_or_default();
    ProfileConfig {
        name: name.into(),
        queues: queues
            .iter()
            .map(|element| profile_queue(element, known))
            .collect(),
    }
}

fn profile_queue(element: &Element<'_>, known: &Known<'_>) -> ProfileQueue {
    let mut entry = ProfileQueue {
        queue: QueueName::from(""),
        rank: 1,
        delay_ms: 0,
    };
    if !element.is_table() {
        entry.queue = element
            .name("support", &known.queues)
            .unwrap_or(entry.queue);
    } else if let Some(section) = element.section(&PROFILE_QUEUE) {
        entry.queue = queue_of(&section, known).unwrap_or(entry.queue);
        entry.rank = section.integer("rank", 0..=RANK_MAX, entry.rank);
        entry.delay_ms = section.duration("delay", entry.delay_ms);
    }
    entry
}

fn queue_of(section: &Section<'_>, known: &Known<'_>) -> Option<QueueName> {
    let element = section.required("queue", "name the queue, as in { queue = \"support\" }")?;
    element.name("support", &known.queues)
}

pub(super) fn agent(name: &str, element: &Element<'_>, known: &Known<'_>) -> AgentConfig {
    let mut agent = AgentConfig::named(name, []);
    if let Some(section) = element.section(AgentConfig::SCHEMA) {
        agent.read_keys(&section, known);
    }
    agent
}

fn address_value(address: &Personal, shown: Shown) -> Value {
    match address.reveal() {
        "" => Value::Absent,
        _ => Value::Plain(shown.personal(address)),
    }
}

/// A table of names that is left out if it is empty.
fn table<K: std::fmt::Display, V>(entries: &BTreeMap<K, V>, write: impl Fn(&V) -> Value) -> Value {
    let entries = entries.iter();
    filled(Value::table(
        entries.map(|(key, value)| (key.to_string(), write(value))),
    ))
}

fn teams(element: &Element<'_>, known: &Known<'_>) -> Vec<TeamName> {
    let elements = element.list("[\"north\"]").unwrap_or_default();
    elements
        .iter()
        .filter_map(|element| element.name("north", &known.teams))
        .collect()
}

fn attributes(element: &Element<'_>) -> BTreeMap<Arc<str>, Arc<str>> {
    let entries = element
        .entries("{ language = \"german\" }")
        .unwrap_or_default();
    let attribute = |(key, element): (&str, Element<'_>)| {
        Some((Arc::from(key), Arc::from(element.text("german")?)))
    };
    entries.into_iter().filter_map(attribute).collect()
}

fn memberships(element: &Element<'_>, known: &Known<'_>) -> Vec<Membership> {
    let elements = element.list("[\"support\", { queue = \"sales\", tier = 2 }]");
    let elements = elements.unwrap_or_default();
    elements
        .iter()
        .map(|element| membership(element, known))
        .collect()
}

fn membership(element: &Element<'_>, known: &Known<'_>) -> Membership {
    let default = Membership::of("");
    if !element.is_table() {
        return Membership {
            queue: element
                .name("support", &known.queues)
                .unwrap_or_else(|| default.queue.clone()),
            ..default
        };
    }
    let Some(section) = element.section(&MEMBERSHIP) else {
        return default;
    };
    Membership {
        queue: queue_of(&section, known).unwrap_or(default.queue),
        tier: section.integer("tier", 1..=TIER_MAX, default.tier),
        position: section.integer("position", 0..=SHARE_MAX, default.position),
        share: section.integer("share", 0..=SHARE_MAX, default.share),
        reserve: section.boolean("reserve", default.reserve),
    }
}

fn skills(element: &Element<'_>, known: &Known<'_>) -> BTreeMap<SkillName, u8> {
    let entries = element.entries("{ german = 4 }").unwrap_or_default();
    let mut skills = BTreeMap::new();
    for (name, element) in entries {
        known.skills.check_key(name, &element);
        if let Some(level) = element.integer(1..=LEVEL_MAX) {
            skills.insert(SkillName::from(name), level);
        }
    }
    skills
}

fn pools(element: &Element<'_>, known: &Known<'_>) -> BTreeMap<PoolName, u32> {
    let entries = element.entries("{ high = 2 }").unwrap_or_default();
    let mut pools = BTreeMap::new();
    for (name, element) in entries {
        known.pools.check_key(name, &element);
        if let Some(most) = element.integer(0..=CAPACITY_MAX) {
            pools.insert(PoolName::from(name), most);
        }
    }
    pools
}

fn capacity(element: &Element<'_>) -> Option<BTreeMap<Channel, u32>> {
    let section = element.section(&CAPACITY)?;
    let slots = |channel: Channel| {
        let slots = section.get(channel.as_str())?.integer(0..=CAPACITY_MAX)?;
        Some((channel, slots))
    };
    Some(Channel::ALL.into_iter().filter_map(slots).collect())
}

fn capacity_value(capacity: &BTreeMap<Channel, u32>) -> Value {
    let slots = |(channel, slots): (&Channel, &u32)| (channel.as_str(), (*slots).into());
    Value::table(capacity.iter().map(slots))
}

/// A queue that an agent serves; a plain one is its name.
pub(super) fn membership_value(membership: &Membership) -> Value {
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

pub(super) fn team_lines(team: &TeamConfig) -> Lines {
    let TeamConfig { name: _, head } = team;
    vec![("head", text(head.as_ref()))]
}

pub(super) fn profile_lines(profile: &ProfileConfig) -> Lines {
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
