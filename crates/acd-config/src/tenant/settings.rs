//! Settings and limits: what each key says, and how it is read and written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use acd_core::config::{BackOffTimes, DURATION_MAX_MS, Limits, PriorityMode, Settings};
use acd_core::ids::{Channel, DurationMs};

use super::keys::{
    Apart, Calendar, Choice, Choices, Duration, Flag, Form, Keyed, Maybe, Number, Own, keys,
};
use super::lines::Lines;
use super::mask::Mask;
use super::names::Known;
use super::value::{Shown, Value};
use crate::element::{Element, Section};
use crate::schema::{MAY_INTERRUPT, PRIORITY_MODE, Schema};
use crate::zone::zone;

/// The largest whole number of TOML.
const SEED_MAX: u64 = i64::MAX.unsigned_abs();

keys! { Settings = "tenants.NAME.settings" {
    "priority_mode" = priority_mode: Own(|it, _| priority_mode(it), |it, _| priority_mode_value(*it)),
    "objective" = objective: Flag,
    "connect" = connect_ms: Duration,
    "dial" = dial_ms: Duration,
    "back_off" = back_off: Apart,
    "session_grace" = session_grace_ms: Duration,
    "after_session_loss" = after_session_loss: Choice,
    "adapter_grace" = adapter_grace_ms: Duration,
    "request_window" = request_window_ms: Duration,
    "ended_contact_window" = ended_contact_window_ms: Duration,
    "transfer_age" = transfer_age: Choice,
    "transfer_to_agent" = transfer_to_agent_ms: Duration,
    "one_offer_at_a_time" = one_offer_at_a_time: Flag,
    "may_interrupt" = may_interrupt: Own(|it, _| Some(may_interrupt(it)), |it, _| may_interrupt_value(it)),
    "auto_return" = auto_return: Own(|it, _| Some(auto_return(it)), |it, _| auto_return_value(it)),
    "only_configured_codes" = only_configured_codes: Flag,
    "mask_customer_key" = mask_customer_key: Mask,
    "mask_dial" = mask_dial: Mask,
    "asynchronous" = asynchronous: Choices,
    "asynchronous_return" = asynchronous_return_ms: Maybe(Duration),
    "calendar" = calendar: Maybe(Calendar),
    "zone" = zone: Own(|it, _| zone(it), |it, _| Value::text(it)),
    "week_begins" = week_begins: Choice,
    "resolved_after" = resolved_after_ms: Duration,
    "keep_personal" = keep_personal_ms: Maybe(Duration),
    "seed" = seed: Own(|it, _| it.integer(0..=SEED_MAX), |it, _| (*it).into()),
} }

keys! { BackOffTimes = "tenants.NAME.settings.back_off" {
    "rejected" = rejected_ms: Duration,
    "no_answer" = no_answer_ms: Duration,
    "busy" = busy_ms: Duration,
    "unreachable" = unreachable_ms: Duration,
} }

keys! { Limits = "tenants.NAME.limits" {
    "open_contacts" = open_contacts: Number(1..=10_000_000),
    "attributes" = attributes: Number(0..=1_000),
    "attribute_bytes" = attribute_bytes: Number(0..=1_048_576),
    "note_bytes" = note_bytes: Number(0..=1_048_576),
    "remembered_requests" = remembered_requests: Number(1..=100_000_000),
    "remembered_requests_per_caller" = remembered_requests_per_caller: Number(1..=100_000_000),
    "unacknowledged_directives" = unacknowledged_directives: Number(1..=10_000_000),
    "unconfirmed_refusals" = unconfirmed_refusals: Number(1..=100_000),
    "ended_records" = ended_records: Number(0..=10_000_000),
    "ended_contacts" = ended_contacts: Number(0..=10_000_000),
    "queue_hops" = queue_hops: Number(0..=100),
    "offers_per_contact" = offers_per_contact: Number(1..=10_000),
    "remembered_customers" = remembered_customers: Number(0..=10_000_000),
    "acts" = acts: Number(0..=100_000),
    "slice_events" = slice_events: Number(1..=100_000),
} }

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

fn priority_mode_value(mode: PriorityMode) -> Value {
    match mode {
        PriorityMode::Strict => Value::text("strict"),
        PriorityMode::Aging { point_ms } => Value::table([("aging", Value::duration(point_ms))]),
    }
}

/// What each channel may interrupt; a channel that is not named keeps its default.
fn may_interrupt(element: &Element<'_>) -> BTreeMap<Channel, BTreeSet<Channel>> {
    let mut all = Channel::default_interruptions();
    if let Some(section) = element.section(&MAY_INTERRUPT) {
        for channel in Channel::ALL {
            if let Some(others) = section.words(channel.as_str()) {
                all.insert(channel, others);
            }
        }
    }
    all
}

fn may_interrupt_value(all: &BTreeMap<Channel, BTreeSet<Channel>>) -> Value {
    let interrupted = |channel: Channel| {
        let others = all.get(&channel).into_iter().flatten();
        (channel.as_str(), Value::words(others))
    };
    Value::table(Channel::ALL.map(interrupted))
}

fn auto_return(element: &Element<'_>) -> BTreeMap<Arc<str>, DurationMs> {
    let entries = element.entries("{ break = \"15m\" }").unwrap_or_default();
    let time = |(reason, element): (&str, Element<'_>)| {
        Some((Arc::from(reason), element.duration_in(1..=DURATION_MAX_MS)?))
    };
    entries.into_iter().filter_map(time).collect()
}

fn auto_return_value(times: &BTreeMap<Arc<str>, DurationMs>) -> Value {
    let time =
        |(reason, after): (&Arc<str>, &DurationMs)| (Arc::clone(reason), Value::duration(*after));
    Value::table(times.iter().map(time))
}
