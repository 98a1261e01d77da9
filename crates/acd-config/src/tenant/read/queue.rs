//! Queues.

use std::collections::BTreeMap;

use acd_core::config::{
    ATTEMPTS_MAX, AfterFailure, Announcements, BROADCAST_MAX, CallbackConfig, DIVERT_MILLI_MAX,
    LastAgent, MISSES_MAX, QueueConfig, RANK_MAX, ReserveThreshold, TierConfig,
};
use acd_core::ids::{Channel, DurationMs, PoolName};

use super::{Entries, Known, overflow, plan, requirement};
use crate::element::{Element, Section};
use crate::schema::{
    AFTER_FAILURE, ANNOUNCEMENTS, CALLBACK, LAST_AGENT, QUEUE, RESERVE, RING_BY_CHANNEL, TIERS,
    WRAP_UP,
};

/// The pools that queues draw on; what is wrong with them is told when the queues are read.
pub(super) fn pools<'a>(queues: &Entries<'a>) -> impl Iterator<Item = &'a str> {
    queues
        .iter()
        .flat_map(|(_, queue)| queue.quiet_names("pools"))
}

pub(super) fn queue(name: &str, element: &Element<'_>, known: &Known<'_>) -> QueueConfig {
    let mut queue = QueueConfig::named(name);
    if let Some(section) = element.section(&QUEUE) {
        choice(&section, known, &mut queue);
        offering(&section, &mut queue);
        waiting(&section, known, &mut queue);
        handling(&section, &mut queue);
    }
    queue
}

/// Who is offered which contact.
fn choice(section: &Section<'_>, known: &Known<'_>, queue: &mut QueueConfig) {
    queue.rank = section.integer("rank", 0..=RANK_MAX, queue.rank);
    queue.objective_ms = section.optional_duration("objective");
    if let Some(element) = section.get("requirement") {
        queue.requirement = requirement(&element, known);
    }
    if let Some(element) = section.get("plan") {
        queue.plan = plan::steps(&element, known);
    }
    queue.agent_order = section.word("agent_order", queue.agent_order);
    queue.broadcast = section.integer("broadcast", 1..=BROADCAST_MAX, queue.broadcast);
    if let Some(section) = section.section("tiers", &TIERS) {
        queue.tiers = tiers(&section);
    }
    queue.reserve = section
        .section("reserve", &RESERVE)
        .map(|section| ReserveThreshold {
            wait_ms: section.optional_duration("wait"),
            predicted_wait_ms: section.optional_duration("predicted_wait"),
        });
    queue.last_agent = section
        .section("last_agent", &LAST_AGENT)
        .and_then(|it| last_agent(&it));
    queue.preferred_waits_after_miss = section.boolean(
        "preferred_waits_after_miss",
        queue.preferred_waits_after_miss,
    );
    if let Some(element) = section.get("pools") {
        let names = element.names("high").unwrap_or_default();
        queue.pools = names
            .into_iter()
            .map(|(name, _)| PoolName::from(name))
            .collect();
    }
}

fn tiers(section: &Section<'_>) -> TierConfig {
    let default = TierConfig::default();
    TierConfig {
        delays: section
            .get("delays")
            .map(|element| delays(&element))
            .unwrap_or_default(),
        delay_per_level_ms: section.optional_duration("delay_per_level"),
        no_agent_no_wait: section.boolean("no_agent_no_wait", default.no_agent_no_wait),
        no_answer_opens_next: section.boolean("no_answer_opens_next", default.no_answer_opens_next),
    }
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

fn last_agent(section: &Section<'_>) -> Option<LastAgent> {
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

/// How an offer is made, and what follows when it fails.
fn offering(section: &Section<'_>, queue: &mut QueueConfig) {
    queue.alerting = section.word("alerting", queue.alerting);
    queue.ring_ms = section.duration("ring", queue.ring_ms);
    if let Some(section) = section.section("ring_by_channel", &RING_BY_CHANNEL) {
        let ring = |channel: Channel| Some((channel, section.optional_duration(channel.as_str())?));
        queue.ring_by_channel = Channel::ALL.into_iter().filter_map(ring).collect();
    }
    if let Some(section) = section.section("after_failure", &AFTER_FAILURE) {
        let default = AfterFailure::default();
        queue.after_failure = AfterFailure {
            not_ready_after: Some(section.integer("not_ready_after", 1..=MISSES_MAX, 1)),
            scope: section.word("scope", default.scope),
            return_ms: section.optional_duration("return"),
        };
    }
    queue.offer_when_busy_outside =
        section.boolean("offer_when_busy_outside", queue.offer_when_busy_outside);
}

/// How contacts join, wait and leave.
fn waiting(section: &Section<'_>, known: &Known<'_>, queue: &mut QueueConfig) {
    queue.max_wait_ms = section.optional_duration("max_wait");
    queue.let_ring_finish = section.boolean("let_ring_finish", queue.let_ring_finish);
    queue.alert_wait_ms = section.optional_duration("alert_wait");
    queue.max_length = section.optional_integer("max_length", 1..=u32::MAX);
    queue.join_empty = section.words("join_empty").unwrap_or_default();
    queue.leave_empty = section.words("leave_empty").unwrap_or_default();
    queue.divert_above_milli = section
        .get("divert_above")
        .and_then(|element| element.thousandths(DIVERT_MILLI_MAX));
    queue.max_predicted_wait_ms = section.optional_duration("max_predicted_wait");
    queue.calendar = section.name("calendar", "office", &known.calendars);
    queue.leave_at_close = section.boolean("leave_at_close", queue.leave_at_close);
    if let Some(chain) = section
        .get("overflow")
        .and_then(|it| overflow::chain(&it, known))
    {
        queue.overflow = chain;
    }
    if let Some(element) = section.get("exits") {
        queue.exits = overflow::exits(&element, known);
    }
    if let Some(section) = section.section("announcements", &ANNOUNCEMENTS) {
        queue.announcements = announcements(&section);
    }
    queue.return_within_ms = section.optional_duration("return_within");
    if let Some(section) = section.section("callback", &CALLBACK) {
        queue.callback = callback(&section, known);
    }
}

fn announcements(section: &Section<'_>) -> Announcements {
    Announcements {
        greeting: section.optional_text("greeting", "welcome"),
        music: section.optional_text("music", "jazz"),
        position_every_ms: section.optional_duration("position_every"),
        wait_every_ms: section.optional_duration("wait_every"),
        periodic: section.optional_text("periodic", "please-hold"),
        periodic_every_ms: section.optional_duration("periodic_every"),
        minimum_gap_ms: section.duration("minimum_gap", 0),
    }
}

fn callback(section: &Section<'_>, known: &Known<'_>) -> CallbackConfig {
    let default = CallbackConfig::default();
    CallbackConfig {
        mode: section.word("mode", default.mode),
        attempts: section.integer("attempts", 1..=ATTEMPTS_MAX, default.attempts),
        gap_ms: section.duration("gap", default.gap_ms),
        expires_ms: section.optional_duration("expires"),
        calendar: section.name("calendar", "office", &known.calendars),
        max_open: section.optional_integer("max_open", 1..=u32::MAX),
        wrap_up: section.boolean("wrap_up", default.wrap_up),
        end_when_served: section.boolean("end_when_served", default.end_when_served),
    }
}

/// What follows an answer, and what is measured.
fn handling(section: &Section<'_>, queue: &mut QueueConfig) {
    queue.first_response_ms = section.optional_duration("first_response");
    if let Some(element) = section.get("wrap_up") {
        wrap_up(&element, queue);
    }
    queue.max_talk_ms = section.optional_duration("max_talk");
    queue.free_stuck = section.boolean("free_stuck", queue.free_stuck);
    queue.service_level_ms = section.duration("service_level", queue.service_level_ms);
    queue.short_abandon_ms = section.duration("short_abandon", queue.short_abandon_ms);
    queue.expected_handling_ms = section.duration("expected_handling", queue.expected_handling_ms);
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
