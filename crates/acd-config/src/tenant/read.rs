//! Reads a tenant's document. What is wrong is reported and read as its default, so that queues and agents keep their
//! places and one pass finds everything.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use acd_core::config::{
    AgentConfig, BackOffTimes, CAPACITY_MAX, DURATION_MAX_MS, Limits, PriorityMode, QueueConfig,
    RANK_MAX, Settings, Target, TenantConfig,
};
use acd_core::ids::{Channel, DurationMs, QueueName, SkillName};
use acd_core::requirement::{LEVEL_MAX, Requirement};

use super::names::Names;
use super::requirement::parse_requirement;
use crate::element::{Element, Section};
use crate::schema::{AGENT, BACK_OFF, CAPACITY, LIMITS, PRIORITY_MODE, QUEUE, SETTINGS, TARGET};

/// The document in this section.
pub(crate) fn tenant(section: &Section<'_>) -> TenantConfig {
    let skills = named(section, "skills", "german");
    let queues = tables(section, "queues", "[queues.support]");
    let agents = tables(section, "agents", "[agents.anna]");
    let known = Known {
        queues: Names::new("queue", queues.iter().map(|(name, _)| *name)),
        skills: Names::new("skill", skills.iter().copied()),
    };
    TenantConfig {
        settings: section
            .section("settings", &SETTINGS)
            .map(|settings| self::settings(&settings))
            .unwrap_or_default(),
        limits: section
            .section("limits", &LIMITS)
            .map(|limits| self::limits(&limits))
            .unwrap_or_default(),
        skills: skills.into_iter().map(SkillName::from).collect(),
        adapters: named(section, "adapters", "pbx1")
            .into_iter()
            .map(Into::into)
            .collect(),
        queues: queues
            .iter()
            .map(|(name, element)| queue(name, element, &known))
            .collect(),
        agents: agents
            .iter()
            .map(|(name, element)| agent(name, element, &known))
            .collect(),
    }
}

/// The names that others may refer to.
struct Known<'a> {
    queues: Names<'a>,
    skills: Names<'a>,
}

fn named<'a>(section: &Section<'a>, key: &'static str, example: &str) -> Vec<&'a str> {
    let names = section
        .get(key)
        .and_then(|element| element.names(example))
        .unwrap_or_default();
    names.into_iter().map(|(name, _)| name).collect()
}

fn tables<'a>(
    section: &Section<'a>,
    key: &'static str,
    example: &str,
) -> Vec<(&'a str, Element<'a>)> {
    section
        .get(key)
        .and_then(|element| element.entries(example))
        .unwrap_or_default()
}

fn settings(section: &Section<'_>) -> Settings {
    let default = Settings::default();
    Settings {
        priority_mode: section
            .get("priority_mode")
            .and_then(|e| priority_mode(&e))
            .unwrap_or(default.priority_mode),
        connect_ms: duration(section, "connect", default.connect_ms),
        back_off: section
            .section("back_off", &BACK_OFF)
            .map(|times| back_off(&times))
            .unwrap_or(default.back_off),
        session_grace_ms: duration(section, "session_grace", default.session_grace_ms),
        adapter_grace_ms: duration(section, "adapter_grace", default.adapter_grace_ms),
        request_window_ms: duration(section, "request_window", default.request_window_ms),
        ended_contact_window_ms: duration(
            section,
            "ended_contact_window",
            default.ended_contact_window_ms,
        ),
    }
}

fn priority_mode(element: &Element<'_>) -> Option<PriorityMode> {
    if element.is_table() {
        let section = element.section(&PRIORITY_MODE)?;
        let point = section.required(
            "aging",
            "say what a priority point is worth, as in { aging = \"30s\" }",
        )?;
        return Some(PriorityMode::Aging {
            point_ms: point.duration_in(1..=DURATION_MAX_MS)?,
        });
    }
    const REMEDY: &str =
        "give \"strict\", or { aging = \"30s\" } with what a priority point is worth";
    match element.as_text() {
        Some("strict") => return Some(PriorityMode::Strict),
        Some(other) => element.report(format!("{other:?} is no priority mode"), REMEDY),
        None => element.report("a priority mode is wanted here", REMEDY),
    }
    None
}

fn back_off(section: &Section<'_>) -> BackOffTimes {
    let default = BackOffTimes::default();
    BackOffTimes {
        rejected_ms: duration(section, "rejected", default.rejected_ms),
        no_answer_ms: duration(section, "no_answer", default.no_answer_ms),
        busy_ms: duration(section, "busy", default.busy_ms),
        unreachable_ms: duration(section, "unreachable", default.unreachable_ms),
    }
}

fn limits(section: &Section<'_>) -> Limits {
    let default = Limits::default();
    let limit = |key, range, default| integer(section, key, range, default);
    Limits {
        open_contacts: limit("open_contacts", 1..=10_000_000, default.open_contacts),
        attributes: limit("attributes", 0..=1_000, default.attributes),
        attribute_bytes: limit("attribute_bytes", 0..=1_048_576, default.attribute_bytes),
        note_bytes: limit("note_bytes", 0..=1_048_576, default.note_bytes),
        remembered_requests: limit(
            "remembered_requests",
            1..=100_000_000,
            default.remembered_requests,
        ),
        unacknowledged_directives: limit(
            "unacknowledged_directives",
            1..=10_000_000,
            default.unacknowledged_directives,
        ),
        ended_records: limit("ended_records", 0..=10_000_000, default.ended_records),
        queue_hops: limit("queue_hops", 0..=100, default.queue_hops),
    }
}

fn queue(name: &str, element: &Element<'_>, known: &Known<'_>) -> QueueConfig {
    let default = QueueConfig::named(name);
    let Some(section) = element.section(&QUEUE) else {
        return default;
    };
    QueueConfig {
        name: default.name,
        rank: integer(&section, "rank", 0..=RANK_MAX, default.rank),
        requirement: section
            .get("requirement")
            .map(|e| requirement(&e, known))
            .unwrap_or(default.requirement),
        ring_ms: duration(&section, "ring", default.ring_ms),
        max_wait_ms: section
            .get("max_wait")
            .and_then(|element| element.duration()),
        max_length: section
            .get("max_length")
            .and_then(|element| element.integer(1..=u32::MAX)),
        overflow: section
            .get("overflow")
            .and_then(|e| overflow(&e, known))
            .unwrap_or(default.overflow),
        wrap_up_ms: duration(&section, "wrap_up", default.wrap_up_ms),
        service_level_ms: duration(&section, "service_level", default.service_level_ms),
        short_abandon_ms: duration(&section, "short_abandon", default.short_abandon_ms),
    }
}

fn requirement(element: &Element<'_>, known: &Known<'_>) -> Requirement {
    let Some(text) = element.text("german >= 4") else {
        return Requirement::none();
    };
    let expression = match parse_requirement(text) {
        Ok(expression) => expression,
        Err(wrong) => {
            element.report_within(wrong.at, wrong.message, wrong.remedy);
            return Requirement::none();
        }
    };
    for (term, at) in expression.requirement.terms().zip(expression.skills) {
        if let Some((message, remedy)) = known
            .skills
            .unknown(term.skill.as_str(), element.collector())
        {
            element.report_within(at, message, remedy);
        }
    }
    expression.requirement
}

/// The overflow chain; none if a target cannot be read, for the chain without it would mean something else.
fn overflow(element: &Element<'_>, known: &Known<'_>) -> Option<Vec<Target>> {
    let targets = element.list("[{ queue = \"support\" }, \"end\"]")?;
    let targets: Vec<Option<Target>> = targets
        .iter()
        .map(|element| target(element, known))
        .collect();
    targets.into_iter().collect()
}

fn target(element: &Element<'_>, known: &Known<'_>) -> Option<Target> {
    const REMEDY: &str = "give { queue = \"name\" }, { external = \"+49301234\" } or \"end\"";
    if !element.is_table() {
        if element.as_text() == Some("end") {
            return Some(Target::End);
        }
        element.report("an overflow target is wanted here", REMEDY);
        return None;
    }
    let section = element.section(&TARGET)?;
    match (section.get("queue"), section.get("external")) {
        (Some(queue), None) => {
            let name = queue.text("support")?;
            known.queues.check(name, &queue);
            Some(Target::Queue(QueueName::from(name)))
        }
        (None, Some(external)) => Some(Target::External(external.text("+49301234")?.into())),
        (Some(_), Some(_)) => {
            element.report("a target is either a queue or external, not both", REMEDY);
            None
        }
        (None, None) => {
            element.report("the target says neither queue nor external", REMEDY);
            None
        }
    }
}

fn agent(name: &str, element: &Element<'_>, known: &Known<'_>) -> AgentConfig {
    let default = AgentConfig::named(name, []);
    let Some(section) = element.section(&AGENT) else {
        return default;
    };
    AgentConfig {
        name: default.name,
        address: section
            .get("address")
            .and_then(|e| e.text("sip:anna@pbx1"))
            .map_or(default.address, Into::into),
        queues: section
            .get("queues")
            .map(|element| served(&element, known))
            .unwrap_or_default(),
        skills: section
            .get("skills")
            .map(|element| skills(&element, known))
            .unwrap_or_default(),
        capacity: section
            .get("capacity")
            .and_then(|element| capacity(&element))
            .unwrap_or(default.capacity),
        wrap_up_ms: section
            .get("wrap_up")
            .and_then(|element| element.duration()),
    }
}

fn served(element: &Element<'_>, known: &Known<'_>) -> Vec<QueueName> {
    let names = element.names("support").unwrap_or_default();
    for (name, element) in &names {
        known.queues.check(name, element);
    }
    names
        .into_iter()
        .map(|(name, _)| QueueName::from(name))
        .collect()
}

fn skills(element: &Element<'_>, known: &Known<'_>) -> BTreeMap<SkillName, u8> {
    let entries = element.entries("{ german = 4 }").unwrap_or_default();
    let mut skills = BTreeMap::new();
    for (name, element) in entries {
        if let Some((message, remedy)) = known.skills.unknown(name, element.collector()) {
            element.report_key(message, remedy);
        }
        if let Some(level) = element.integer(1..=LEVEL_MAX) {
            skills.insert(SkillName::from(name), level);
        }
    }
    skills
}

fn capacity(element: &Element<'_>) -> Option<BTreeMap<Channel, u32>> {
    let section = element.section(&CAPACITY)?;
    let slots = |channel: Channel| {
        Some((
            channel,
            section.get(channel.as_str())?.integer(0..=CAPACITY_MAX)?,
        ))
    };
    Some(Channel::ALL.into_iter().filter_map(slots).collect())
}

fn duration(section: &Section<'_>, key: &'static str, default: DurationMs) -> DurationMs {
    section
        .get(key)
        .and_then(|element| element.duration())
        .unwrap_or(default)
}

fn integer(
    section: &Section<'_>,
    key: &'static str,
    range: RangeInclusive<u32>,
    default: u32,
) -> u32 {
    section
        .get(key)
        .and_then(|element| element.integer(range))
        .unwrap_or(default)
}
