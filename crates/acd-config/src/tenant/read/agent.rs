//! Agents, teams and routing profiles.

use std::collections::BTreeMap;
use std::sync::Arc;

use acd_core::config::{
    AgentConfig, CAPACITY_MAX, Membership, ProfileConfig, ProfileQueue, RANK_MAX, SHARE_MAX,
    TIER_MAX, TeamConfig, Training,
};
use acd_core::ids::{Channel, PoolName, QueueName, SkillName, TeamName};
use acd_core::requirement::LEVEL_MAX;

use super::Known;
use crate::element::{Element, Section};
use crate::schema::{AGENT, CAPACITY, MEMBERSHIP, PROFILE, PROFILE_QUEUE, TEAM, TRAINING};

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
    let default = AgentConfig::named(name, []);
    let Some(section) = element.section(&AGENT) else {
        return default;
    };
    let address = section
        .get("address")
        .and_then(|it| it.text("sip:anna@pbx1"));
    let teams = section.get("teams").map(|it| teams(&it, known));
    let queues = section.get("queues").map(|it| memberships(&it, known));
    let skills = section.get("skills").map(|it| skills(&it, known));
    let capacity = section.get("capacity").and_then(|it| capacity(&it));
    AgentConfig {
        name: default.name,
        address: address.map_or(default.address, Into::into),
        teams: teams.unwrap_or_default(),
        site: section.optional_text("site", "Berlin"),
        attributes: section
            .get("attributes")
            .map(|it| attributes(&it))
            .unwrap_or_default(),
        queues: queues.unwrap_or_default(),
        profile: section.name("profile", "senior", &known.profiles),
        skills: skills.unwrap_or_default(),
        capacity: capacity.unwrap_or(default.capacity),
        total_capacity: section.optional_integer("total_capacity", 1..=CAPACITY_MAX),
        pools: section
            .get("pools")
            .map(|it| pools(&it, known))
            .unwrap_or_default(),
        wrap_up_ms: section.optional_duration("wrap_up"),
        alerting: section.get("alerting").and_then(|it| it.word()),
        desktop: section.boolean("desktop", default.desktop),
        adapter: section.name("adapter", "pbx", &known.adapters),
        on_demand: section.boolean("on_demand", default.on_demand),
        training: section
            .section("training", &TRAINING)
            .map(|it| training(&it)),
    }
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

fn training(section: &Section<'_>) -> Training {
    Training {
        level_cap: section
            .get("level_cap")
            .and_then(|it| it.integer(1..=LEVEL_MAX)),
        contacts_per_day: section.optional_integer("contacts_per_day", 1..=u32::MAX),
    }
}
