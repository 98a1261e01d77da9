//! Queues: what each key says, and how it is read and written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use acd_core::config::{
    ATTEMPTS_MAX, AfterFailure, Announcements, BROADCAST_MAX, CallbackConfig, DIVERT_MILLI_MAX,
    GOAL_MAX, LastAgent, MISSES_MAX, Overflow, QueueConfig, RANK_MAX, ReserveThreshold, Step,
    Target, TierConfig,
};
use acd_core::ids::{Channel, DurationMs, PoolName};
use acd_core::requirement::Requirement;

use super::desk::{Script, Wording};
use super::keys::{
    Calendar, Choice, Choices, Duration, Flag, Form, Keyed, Maybe, Number, Own, Table, Text, Whole,
    keys,
};
use super::lines::{Lines, asked, duration, filled, list, overflow::target, routing::step};
use super::names::{Entries, Known};
use super::read::{overflow, plan};
use super::requirement::read_requirement;
use super::value::{Shown, Value};
use crate::element::{Element, Section};
use crate::schema::{AFTER_FAILURE, LAST_AGENT, RING_BY_CHANNEL, Schema, WRAP_UP};

/// The pools that queues draw on; what is wrong with them is told when the queues are read.
pub(super) fn pools<'a>(queues: &Entries<'a>) -> impl Iterator<Item = &'a str> {
    queues
        .iter()
        .flat_map(|(_, queue)| queue.quiet_names("pools"))
}

pub(super) fn queue(name: &str, element: &Element<'_>, known: &Known<'_>) -> QueueConfig {
    let mut queue = QueueConfig::named(name);
    if let Some(section) = element.section(QueueConfig::SCHEMA) {
        queue.read_keys(&section, known);
    }
    queue
}

keys! { QueueConfig = "tenants.NAME.queues.NAME"
    beside name, wrap_up_mode, wrap_up_ms, wrap_up_ceiling_ms, wrap_up_blocks {
    "label" = label: Wording,
    "rank" = rank: Number(0..=RANK_MAX),
    "objective" = objective_ms: Maybe(Duration),
    "requirement" = requirement: Own(|it, known| Some(read_requirement(it, known)), |it, _| asked_or_absent(it)),
    "plan" = plan: Own(|it, known| Some(plan::steps(it, known)), |it, _| steps(it)),
    "agent_order" = agent_order: Choice,
    "broadcast" = broadcast: Number(1..=BROADCAST_MAX),
    "tiers" = tiers: Table,
    "reserve" = reserve: Maybe(Table),
    "last_agent" = last_agent: Maybe(Own(last_agent, |it, _| last_agent_value(*it))),
    "preferred_waits_after_miss" = preferred_waits_after_miss: Flag,
    "pools" = pools: Own(|it, _| Some(drawn_pools(it)), |it, _| filled(Value::texts(it))),
    "alerting" = alerting: Choice,
    "ring" = ring_ms: Duration,
    "ring_by_channel" = ring_by_channel: Own(|it, _| rings(it), |it, _| rings_value(it)),
    "after_failure" = after_failure: Own(|it, _| after_failure(it), |it, _| after_failure_value(*it)),
    "offer_when_busy_outside" = offer_when_busy_outside: Flag,
    "max_wait" = max_wait_ms: Maybe(Duration),
    "let_ring_finish" = let_ring_finish: Flag,
    "alert_wait" = alert_wait_ms: Maybe(Duration),
    "max_length" = max_length: Maybe(Number(1..=u32::MAX)),
    "join_empty" = join_empty: Choices,
    "leave_empty" = leave_empty: Choices,
    "divert_above" = divert_above_milli: Maybe(Own(
        |it, _| it.thousandths(DIVERT_MILLI_MAX),
        |it, _| Value::bare(format_args!("{}.{:03}", it / 1_000, it % 1_000)),
    )),
    "max_predicted_wait" = max_predicted_wait_ms: Maybe(Duration),
    "calendar" = calendar: Maybe(Calendar),
    "leave_at_close" = leave_at_close: Flag,
    "overflow" = overflow: Own(overflow::chain, chain),
    "exits" = exits: Own(|it, known| Some(overflow::exits(it, known)), exits),
    "announcements" = announcements: Table,
    "return_within" = return_within_ms: Maybe(Duration),
    "callback" = callback: Table,
    "first_response" = first_response_ms: Maybe(Duration),
    "recording" = recording: Choice,
    "script" = script: Script,
    "dispositions" = dispositions: Own(|it, known| Some(dispositions(it, known)), |it, _| filled(Value::texts(it))),
    "disposition_required" = disposition_required: Flag,
    "wrap_up": Whole(wrap_up, wrap_up_value),
    "max_talk" = max_talk_ms: Maybe(Duration),
    "free_stuck" = free_stuck: Flag,
    "service_level" = service_level_ms: Duration,
    "service_level_goal" = service_level_goal: Maybe(Number(1..=GOAL_MAX)),
    "short_abandon" = short_abandon_ms: Duration,
    "expected_handling" = expected_handling_ms: Duration,
} }

keys! { TierConfig = "tenants.NAME.queues.NAME.tiers" {
    "delay_per_level" = delay_per_level_ms: Maybe(Duration),
    "delays" = delays: Own(|it, _| Some(delays(it)), |it, _| delays_value(it)),
    "no_agent_no_wait" = no_agent_no_wait: Flag,
    "no_answer_opens_next" = no_answer_opens_next: Flag,
} }

keys! { ReserveThreshold = "tenants.NAME.queues.NAME.reserve" {
    "wait" = wait_ms: Maybe(Duration),
    "predicted_wait" = predicted_wait_ms: Maybe(Duration),
} }

keys! { Announcements = "tenants.NAME.queues.NAME.announcements" {
    "greeting" = greeting: Maybe(Text("welcome")),
    "music" = music: Maybe(Text("jazz")),
    "position_every" = position_every_ms: Maybe(Duration),
    "wait_every" = wait_every_ms: Maybe(Duration),
    "periodic" = periodic: Maybe(Text("please-hold")),
    "periodic_every" = periodic_every_ms: Maybe(Duration),
    "minimum_gap" = minimum_gap_ms: Duration,
} }

keys! { CallbackConfig = "tenants.NAME.queues.NAME.callback" {
    "mode" = mode: Choice,
    "attempts" = attempts: Number(1..=ATTEMPTS_MAX),
    "gap" = gap_ms: Duration,
    "expires" = expires_ms: Maybe(Duration),
    "calendar" = calendar: Maybe(Calendar),
    "max_open" = max_open: Maybe(Number(1..=u32::MAX)),
    "wrap_up" = wrap_up: Flag,
    "end_when_served" = end_when_served: Flag,
} }

fn dispositions(element: &Element<'_>, known: &Known<'_>) -> Vec<Arc<str>> {
    let elements = element.list("[\"solved\"]").unwrap_or_default();
    let code = |element: &Element<'_>| element.name("solved", &known.dispositions);
    elements.iter().filter_map(code).collect()
}

fn asked_or_absent(requirement: &Requirement) -> Value {
    match requirement.is_none() {
        true => Value::Absent,
        false => asked(requirement),
    }
}

fn steps(plan: &[Step]) -> Value {
    filled(list(plan, step))
}

fn delays(element: &Element<'_>) -> BTreeMap<u32, DurationMs> {
    let mut delays = BTreeMap::new();
    for (tier, element) in element.entries("{ 2 = \"15s\" }").unwrap_or_default() {
        let Ok(tier) = tier.parse() else {
            let message = format!("{tier:?} is no tier");
            element.report_key(message, "give the number of a tier, as in { 2 = \"15s\" }");
            continue;
        };
        if let Some(delay_ms) = element.duration() {
            delays.insert(tier, delay_ms);
        }
    }
    delays
}

fn delays_value(delays: &BTreeMap<u32, DurationMs>) -> Value {
    let delay = |(tier, delay): (&u32, &DurationMs)| (tier.to_string(), Value::duration(*delay));
    filled(Value::table(delays.iter().map(delay)))
}

fn last_agent(element: &Element<'_>, _: &Known<'_>) -> Option<LastAgent> {
    let section = element.section(&LAST_AGENT)?;
    let within = section.required(
        "within",
        "say how long they are remembered, as in within = \"1d\"",
    );
    let wait = section.required(
        "for",
        "say how long the contact waits for them, as in for = \"30s\"",
    );
    Some(LastAgent {
        within_ms: within?.duration()?,
        for_ms: wait?.duration()?,
    })
}

fn last_agent_value(last_agent: LastAgent) -> Value {
    let LastAgent { within_ms, for_ms } = last_agent;
    let (within, wait) = (Value::duration(within_ms), Value::duration(for_ms));
    Value::table([("within", within), ("for", wait)])
}

fn drawn_pools(element: &Element<'_>) -> BTreeSet<PoolName> {
    let names = element.names("high").unwrap_or_default();
    let names = names.into_iter();
    names.map(|(name, _)| PoolName::from(name)).collect()
}

fn rings(element: &Element<'_>) -> Option<BTreeMap<Channel, DurationMs>> {
    let section = element.section(&RING_BY_CHANNEL)?;
    let ring = |channel: Channel| Some((channel, section.optional_duration(channel.as_str())?));
    Some(Channel::ALL.into_iter().filter_map(ring).collect())
}

fn rings_value(rings: &BTreeMap<Channel, DurationMs>) -> Value {
    let ring =
        |(channel, ring): (&Channel, &DurationMs)| (channel.as_str(), Value::duration(*ring));
    filled(Value::table(rings.iter().map(ring)))
}

fn after_failure(element: &Element<'_>) -> Option<AfterFailure> {
    let section = element.section(&AFTER_FAILURE)?;
    Some(AfterFailure {
        not_ready_after: Some(section.integer("not_ready_after", 1..=MISSES_MAX, 1)),
        scope: section.word("scope", AfterFailure::default().scope),
        return_ms: section.optional_duration("return"),
    })
}

/// Nothing where agents stay ready; nothing else is said then.
fn after_failure_value(after: AfterFailure) -> Value {
    let AfterFailure {
        not_ready_after,
        scope,
        return_ms,
    } = after;
    not_ready_after.map_or(Value::Absent, |misses| {
        Value::table([
            ("not_ready_after", misses.into()),
            ("scope", Value::word(scope)),
            ("return", duration(return_ms)),
        ])
    })
}

fn chain(chain: &Vec<Overflow>, shown: Shown) -> Value {
    let entry = |entry| super::lines::overflow::overflow(entry, shown);
    filled(list(chain, entry))
}

fn exits(exits: &BTreeMap<Arc<str>, Vec<Target>>, shown: Shown) -> Value {
    let exit = |(choice, targets): (&Arc<str>, &Vec<Target>)| {
        (Arc::clone(choice), list(targets, |it| target(it, shown)))
    };
    filled(Value::table(exits.iter().map(exit)))
}

/// A time, or a table.
fn wrap_up(element: &Element<'_>, queue: &mut QueueConfig) {
    if !element.is_table() {
        queue.wrap_up_ms = element.duration().unwrap_or(queue.wrap_up_ms);
    } else if let Some(section) = element.section(&WRAP_UP) {
        queue.wrap_up_mode = section.word("mode", queue.wrap_up_mode);
        queue.wrap_up_ms = section.duration("time", queue.wrap_up_ms);
        queue.wrap_up_ceiling_ms = section.optional_duration("ceiling");
        queue.wrap_up_blocks = section.word("blocks", queue.wrap_up_blocks);
    }
}

fn wrap_up_value(queue: &QueueConfig) -> Value {
    Value::table([
        ("mode", Value::word(queue.wrap_up_mode)),
        ("time", Value::duration(queue.wrap_up_ms)),
        ("ceiling", duration(queue.wrap_up_ceiling_ms)),
        ("blocks", Value::word(queue.wrap_up_blocks)),
    ])
}
