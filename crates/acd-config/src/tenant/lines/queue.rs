//! Queues.

use std::sync::Arc;

use acd_core::config::{
    AfterFailure, Announcements, CallbackConfig, LastAgent, QueueConfig, ReserveThreshold, Target,
    TierConfig,
};

use super::overflow::{overflow as entry, target};
use super::routing::step;
use super::{Lines, asked, duration, filled, list, text};
use crate::tenant::value::{Shown, Value};

pub(crate) fn queue(queue: &QueueConfig, shown: Shown) -> Lines {
    let QueueConfig {
        name: _,
        rank,
        objective_ms,
        requirement,
        plan,
        agent_order,
        broadcast,
        tiers,
        reserve,
        last_agent,
        preferred_waits_after_miss,
        pools,
        alerting,
        ring_ms,
        ring_by_channel,
        after_failure,
        offer_when_busy_outside,
        max_wait_ms,
        let_ring_finish,
        alert_wait_ms,
        max_length,
        join_empty,
        leave_empty,
        divert_above_milli,
        max_predicted_wait_ms,
        calendar,
        leave_at_close,
        overflow,
        exits,
        announcements,
        return_within_ms,
        callback,
        first_response_ms,
        wrap_up_mode: _,
        wrap_up_ms: _,
        wrap_up_ceiling_ms: _,
        wrap_up_blocks: _,
        max_talk_ms,
        free_stuck,
        service_level_ms,
        short_abandon_ms,
        expected_handling_ms,
    } = queue;
    let requirement = if requirement.is_none() {
        Value::Absent
    } else {
        asked(requirement)
    };
    let rings = ring_by_channel
        .iter()
        .map(|(channel, ring)| (channel.as_str(), Value::duration(*ring)));
    let exit = |(choice, targets): (&Arc<str>, &Vec<Target>)| {
        (Arc::clone(choice), list(targets, |it| target(it, shown)))
    };
    vec![
        ("rank", (*rank).into()),
        ("objective", duration(*objective_ms)),
        ("requirement", requirement),
        ("plan", filled(list(plan, step))),
        ("agent_order", Value::word(*agent_order)),
        ("broadcast", (*broadcast).into()),
        ("tiers", self::tiers(tiers)),
        ("reserve", reserve.map_or(Value::Absent, self::reserve)),
        (
            "last_agent",
            last_agent.map_or(Value::Absent, self::last_agent),
        ),
        (
            "preferred_waits_after_miss",
            (*preferred_waits_after_miss).into(),
        ),
        ("pools", filled(Value::texts(pools))),
        ("alerting", Value::word(*alerting)),
        ("ring", Value::duration(*ring_ms)),
        ("ring_by_channel", filled(Value::table(rings))),
        ("after_failure", self::after_failure(*after_failure)),
        ("offer_when_busy_outside", (*offer_when_busy_outside).into()),
        ("max_wait", duration(*max_wait_ms)),
        ("let_ring_finish", (*let_ring_finish).into()),
        ("alert_wait", duration(*alert_wait_ms)),
        ("max_length", (*max_length).into()),
        ("join_empty", Value::words(join_empty)),
        ("leave_empty", Value::words(leave_empty)),
        (
            "divert_above",
            divert_above_milli.map_or(Value::Absent, thousandths),
        ),
        ("max_predicted_wait", duration(*max_predicted_wait_ms)),
        ("calendar", text(calendar.as_ref())),
        ("leave_at_close", (*leave_at_close).into()),
        ("overflow", filled(list(overflow, |it| entry(it, shown)))),
        ("exits", filled(Value::table(exits.iter().map(exit)))),
        ("announcements", self::announcements(announcements)),
        ("return_within", duration(*return_within_ms)),
        ("callback", self::callback(callback)),
        ("first_response", duration(*first_response_ms)),
        ("wrap_up", wrap_up(queue)),
        ("max_talk", duration(*max_talk_ms)),
        ("free_stuck", (*free_stuck).into()),
        ("service_level", Value::duration(*service_level_ms)),
        ("short_abandon", Value::duration(*short_abandon_ms)),
        ("expected_handling", Value::duration(*expected_handling_ms)),
    ]
}

/// A number of thousandths as a decimal number.
fn thousandths(milli: u32) -> Value {
    Value::bare(format_args!("{}.{:03}", milli / 1_000, milli % 1_000))
}

fn tiers(tiers: &TierConfig) -> Value {
    let TierConfig {
        delays,
        delay_per_level_ms,
        no_agent_no_wait,
        no_answer_opens_next,
    } = tiers;
    let delays = delays
        .iter()
        .map(|(tier, delay)| (tier.to_string(), Value::duration(*delay)));
    Value::table([
        ("delay_per_level", duration(*delay_per_level_ms)),
        ("delays", filled(Value::table(delays))),
        ("no_agent_no_wait", (*no_agent_no_wait).into()),
        ("no_answer_opens_next", (*no_answer_opens_next).into()),
    ])
}

fn reserve(threshold: ReserveThreshold) -> Value {
    let ReserveThreshold {
        wait_ms,
        predicted_wait_ms,
    } = threshold;
    let (wait, predicted) = (duration(wait_ms), duration(predicted_wait_ms));
    Value::table([("wait", wait), ("predicted_wait", predicted)])
}

fn last_agent(last_agent: LastAgent) -> Value {
    let LastAgent { within_ms, for_ms } = last_agent;
    let (within, wait) = (Value::duration(within_ms), Value::duration(for_ms));
    Value::table([("within", within), ("for", wait)])
}

/// Nothing where agents stay ready; nothing else is said then.
fn after_failure(after: AfterFailure) -> Value {
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

fn announcements(announcements: &Announcements) -> Value {
    let Announcements {
        greeting,
        music,
        position_every_ms,
        wait_every_ms,
        periodic,
        periodic_every_ms,
        minimum_gap_ms,
    } = announcements;
    Value::table([
        ("greeting", text(greeting.as_ref())),
        ("music", text(music.as_ref())),
        ("position_every", duration(*position_every_ms)),
        ("wait_every", duration(*wait_every_ms)),
        ("periodic", text(periodic.as_ref())),
        ("periodic_every", duration(*periodic_every_ms)),
        ("minimum_gap", Value::duration(*minimum_gap_ms)),
    ])
}

fn callback(callback: &CallbackConfig) -> Value {
    let CallbackConfig {
        mode,
        attempts,
        gap_ms,
        expires_ms,
        calendar,
        max_open,
        wrap_up,
        end_when_served,
    } = callback;
    Value::table([
        ("mode", Value::word(*mode)),
        ("attempts", (*attempts).into()),
        ("gap", Value::duration(*gap_ms)),
        ("expires", duration(*expires_ms)),
        ("calendar", text(calendar.as_ref())),
        ("max_open", (*max_open).into()),
        ("wrap_up", (*wrap_up).into()),
        ("end_when_served", (*end_when_served).into()),
    ])
}

fn wrap_up(queue: &QueueConfig) -> Value {
    Value::table([
        ("mode", Value::word(queue.wrap_up_mode)),
        ("time", Value::duration(queue.wrap_up_ms)),
        ("ceiling", duration(queue.wrap_up_ceiling_ms)),
        ("blocks", Value::word(queue.wrap_up_blocks)),
    ])
}
