//! Settings, limits and calendars.

use acd_core::config::{BackOffTimes, CalendarConfig, Limits, PriorityMode, Settings};
use acd_core::ids::Channel;

use super::{Lines, duration, filled, text};
use crate::tenant::hours::{holiday_text, weekly_text};
use crate::tenant::value::Value;

pub(crate) fn settings(settings: &Settings) -> Lines {
    let Settings {
        priority_mode,
        objective,
        connect_ms,
        dial_ms,
        back_off: _,
        session_grace_ms,
        after_session_loss,
        adapter_grace_ms,
        request_window_ms,
        ended_contact_window_ms,
        transfer_age,
        transfer_to_agent_ms,
        one_offer_at_a_time,
        may_interrupt,
        auto_return,
        asynchronous,
        asynchronous_return_ms,
        calendar,
        zone,
        seed,
    } = settings;
    let priority_mode = match *priority_mode {
        PriorityMode::Strict => Value::text("strict"),
        PriorityMode::Aging { point_ms } => Value::table([("aging", Value::duration(point_ms))]),
    };
    let interrupted = |channel: Channel| {
        let others = may_interrupt.get(&channel).into_iter().flatten();
        (channel.as_str(), Value::words(others))
    };
    let returns = auto_return
        .iter()
        .map(|(reason, after)| (reason, Value::duration(*after)));
    vec![
        ("priority_mode", priority_mode),
        ("objective", (*objective).into()),
        ("connect", Value::duration(*connect_ms)),
        ("dial", Value::duration(*dial_ms)),
        ("session_grace", Value::duration(*session_grace_ms)),
        ("after_session_loss", Value::word(*after_session_loss)),
        ("adapter_grace", Value::duration(*adapter_grace_ms)),
        ("request_window", Value::duration(*request_window_ms)),
        (
            "ended_contact_window",
            Value::duration(*ended_contact_window_ms),
        ),
        ("transfer_age", Value::word(*transfer_age)),
        ("transfer_to_agent", Value::duration(*transfer_to_agent_ms)),
        ("one_offer_at_a_time", (*one_offer_at_a_time).into()),
        ("may_interrupt", Value::table(Channel::ALL.map(interrupted))),
        ("auto_return", Value::table(returns)),
        ("asynchronous", Value::words(asynchronous)),
        ("asynchronous_return", duration(*asynchronous_return_ms)),
        ("calendar", text(calendar.as_ref())),
        ("zone", Value::text(zone)),
        ("seed", (*seed).into()),
    ]
}

pub(crate) fn back_off(times: &BackOffTimes) -> Lines {
    let BackOffTimes {
        rejected_ms,
        no_answer_ms,
        busy_ms,
        unreachable_ms,
    } = times;
    vec![
        ("rejected", Value::duration(*rejected_ms)),
        ("no_answer", Value::duration(*no_answer_ms)),
        ("busy", Value::duration(*busy_ms)),
        ("unreachable", Value::duration(*unreachable_ms)),
    ]
}

pub(crate) fn limits(limits: &Limits) -> Lines {
    let Limits {
        open_contacts,
        attributes,
        attribute_bytes,
        note_bytes,
        remembered_requests,
        remembered_requests_per_caller,
        unacknowledged_directives,
        unconfirmed_refusals,
        ended_records,
        ended_contacts,
        queue_hops,
        offers_per_contact,
        remembered_customers,
        slice_events,
    } = *limits;
    vec![
        ("open_contacts", open_contacts.into()),
        ("attributes", attributes.into()),
        ("attribute_bytes", attribute_bytes.into()),
        ("note_bytes", note_bytes.into()),
        ("remembered_requests", remembered_requests.into()),
        (
            "remembered_requests_per_caller",
            remembered_requests_per_caller.into(),
        ),
        (
            "unacknowledged_directives",
            unacknowledged_directives.into(),
        ),
        ("unconfirmed_refusals", unconfirmed_refusals.into()),
        ("ended_records", ended_records.into()),
        ("ended_contacts", ended_contacts.into()),
        ("queue_hops", queue_hops.into()),
        ("offers_per_contact", offers_per_contact.into()),
        ("remembered_customers", remembered_customers.into()),
        ("slice_events", slice_events.into()),
    ]
}

pub(crate) fn calendar(calendar: &CalendarConfig) -> Lines {
    let CalendarConfig {
        name: _,
        zone,
        hours,
        holidays,
    } = calendar;
    vec![
        ("zone", Value::text(zone)),
        ("hours", Value::texts(hours.iter().map(weekly_text))),
        (
            "holidays",
            filled(Value::texts(holidays.iter().map(holiday_text))),
        ),
    ]
}
