//! Settings and limits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use acd_core::config::{BackOffTimes, DURATION_MAX_MS, Limits, PriorityMode, Settings};
use acd_core::ids::{Channel, DurationMs};

use super::Known;
use crate::element::{Element, Section};
use crate::schema::{BACK_OFF, MAY_INTERRUPT, PRIORITY_MODE};
use crate::zone::zone;

/// The largest whole number of TOML.
const SEED_MAX: u64 = i64::MAX.unsigned_abs();

pub(super) fn settings(section: &Section<'_>, known: &Known<'_>) -> Settings {
    let default = Settings::default();
    let priority_mode = section
        .get("priority_mode")
        .and_then(|it| priority_mode(&it));
    let may_interrupt = section.get("may_interrupt").map(|it| may_interrupt(&it));
    Settings {
        priority_mode: priority_mode.unwrap_or(default.priority_mode),
        objective: section.boolean("objective", default.objective),
        connect_ms: section.duration("connect", default.connect_ms),
        dial_ms: section.duration("dial", default.dial_ms),
        back_off: section
            .section("back_off", &BACK_OFF)
            .map(|it| back_off(&it))
            .unwrap_or_default(),
        session_grace_ms: section.duration("session_grace", default.session_grace_ms),
        after_session_loss: section.word("after_session_loss", default.after_session_loss),
        adapter_grace_ms: section.duration("adapter_grace", default.adapter_grace_ms),
        request_window_ms: section.duration("request_window", default.request_window_ms),
        ended_contact_window_ms: section
            .duration("ended_contact_window", default.ended_contact_window_ms),
        transfer_age: section.word("transfer_age", default.transfer_age),
        transfer_to_agent_ms: section.duration("transfer_to_agent", default.transfer_to_agent_ms),
        one_offer_at_a_time: section.boolean("one_offer_at_a_time", default.one_offer_at_a_time),
        may_interrupt: may_interrupt.unwrap_or(default.may_interrupt),
        auto_return: section
            .get("auto_return")
            .map(|it| auto_return(&it))
            .unwrap_or_default(),
        asynchronous: section
            .words("asynchronous")
            .unwrap_or(default.asynchronous),
        asynchronous_return_ms: section.optional_duration("asynchronous_return"),
        calendar: section.name("calendar", "office", &known.calendars),
        zone: section
            .get("zone")
            .and_then(|it| zone(&it))
            .unwrap_or(default.zone),
        seed: section
            .get("seed")
            .and_then(|it| it.integer(0..=SEED_MAX))
            .unwrap_or(default.seed),
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
        rejected_ms: section.duration("rejected", default.rejected_ms),
        no_answer_ms: section.duration("no_answer", default.no_answer_ms),
        busy_ms: section.duration("busy", default.busy_ms),
        unreachable_ms: section.duration("unreachable", default.unreachable_ms),
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

fn auto_return(element: &Element<'_>) -> BTreeMap<Arc<str>, DurationMs> {
    let entries = element.entries("{ break = \"15m\" }").unwrap_or_default();
    let time = |(reason, element): (&str, Element<'_>)| {
        Some((Arc::from(reason), element.duration_in(1..=DURATION_MAX_MS)?))
    };
    entries.into_iter().filter_map(time).collect()
}

pub(super) fn limits(section: &Section<'_>) -> Limits {
    let default = Limits::default();
    let limit = |key, range, default| section.integer(key, range, default);
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
        remembered_requests_per_caller: limit(
            "remembered_requests_per_caller",
            1..=100_000_000,
            default.remembered_requests_per_caller,
        ),
        unacknowledged_directives: limit(
            "unacknowledged_directives",
            1..=10_000_000,
            default.unacknowledged_directives,
        ),
        unconfirmed_refusals: limit(
            "unconfirmed_refusals",
            1..=100_000,
            default.unconfirmed_refusals,
        ),
        ended_records: limit("ended_records", 0..=10_000_000, default.ended_records),
        ended_contacts: limit("ended_contacts", 0..=10_000_000, default.ended_contacts),
        queue_hops: limit("queue_hops", 0..=100, default.queue_hops),
        offers_per_contact: limit("offers_per_contact", 1..=10_000, default.offers_per_contact),
        remembered_customers: limit(
            "remembered_customers",
            0..=10_000_000,
            default.remembered_customers,
        ),
        slice_events: limit("slice_events", 1..=100_000, default.slice_events),
    }
}
