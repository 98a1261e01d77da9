//! Settings, limits and calendars.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use acd_core::config::{
    AfterSessionLoss, Age, BackOffTimes, CalendarConfig, Holiday, KEEP_PERSONAL_MS, Limits,
    PriorityMode, Settings, Weekday, WeeklyHours,
};
use acd_core::ids::{Channel, DurationMs};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::desk::mask;
use super::{Names, awkward, duration, one_of, some};

const DAYS: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

pub(super) fn settings(names: &Names) -> impl Strategy<Value = Settings> + use<> {
    let mode = prop_oneof![
        Just(PriorityMode::Strict),
        duration(1).prop_map(|point_ms| PriorityMode::Aging { point_ms })
    ];
    let times = (
        [duration(1), duration(1), duration(1)],
        vec(duration(0), 4),
        back_off(),
    );
    let choices = (
        mode,
        select(vec![AfterSessionLoss::LogOut, AfterSessionLoss::NotReady]),
        select(vec![Age::Keep, Age::New]),
        any::<[bool; 3]>(),
    );
    let asynchronous = (some(&Channel::ALL), option::of(duration(1)));
    let masks = [mask(), mask()];
    let tables = (
        interruptions(),
        returns(),
        asynchronous,
        one_of(&names.calendars),
        (
            zone(),
            select(DAYS.to_vec()),
            duration(60_000),
            option::of(KEEP_PERSONAL_MS),
        ),
        masks,
    );
    (times, choices, tables, any::<u32>()).prop_map(
        |(
            ([connect_ms, dial_ms, transfer_to_agent_ms], times, back_off),
            choices,
            tables,
            seed,
        )| {
            let (
                priority_mode,
                after_session_loss,
                transfer_age,
                [objective, one_offer, only_configured_codes],
            ) = choices;
            let (may_interrupt, auto_return, asynchronous, calendar, days, masks) = tables;
            let (zone, week_begins, resolved_after_ms, keep_personal_ms) = days;
            let [mask_customer_key, mask_dial] = masks;
            let (asynchronous, asynchronous_return_ms) = asynchronous;
            Settings {
                priority_mode,
                objective,
                connect_ms,
                dial_ms,
                back_off,
                session_grace_ms: times[0],
                after_session_loss,
                adapter_grace_ms: times[1],
                request_window_ms: times[2],
                ended_contact_window_ms: times[3],
                transfer_age,
                transfer_to_agent_ms,
                one_offer_at_a_time: one_offer,
                may_interrupt,
                auto_return,
                only_configured_codes,
                mask_customer_key,
                mask_dial,
                asynchronous,
                asynchronous_return_ms,
                calendar,
                zone,
                week_begins,
                resolved_after_ms,
                keep_personal_ms,
                seed: seed.into(),
            }
        },
    )
}

fn zone() -> impl Strategy<Value = Arc<str>> {
    select(vec![
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kathmandu",
    ])
    .prop_map(Arc::from)
}

fn back_off() -> impl Strategy<Value = BackOffTimes> {
    (duration(0), duration(0), duration(0), duration(5_000)).prop_map(
        |(rejected_ms, no_answer_ms, busy_ms, unreachable_ms)| BackOffTimes {
            rejected_ms,
            no_answer_ms,
            busy_ms,
            unreachable_ms,
        },
    )
}

fn interruptions() -> impl Strategy<Value = BTreeMap<Channel, BTreeSet<Channel>>> {
    let one = some(&Channel::ALL);
    vec(one, Channel::ALL.len()).prop_map(|all| Channel::ALL.into_iter().zip(all).collect())
}

fn returns() -> impl Strategy<Value = BTreeMap<Arc<str>, DurationMs>> {
    btree_map(awkward().prop_map(Arc::from), duration(1), 0..=2)
}

pub(super) fn limits() -> impl Strategy<Value = Limits> {
    vec(1..=100_u32, 15).prop_map(|n| Limits {
        open_contacts: n[0],
        attributes: n[1],
        attribute_bytes: n[2],
        note_bytes: n[3],
        remembered_requests: n[4],
        unacknowledged_directives: n[5],
        ended_records: n[6],
        queue_hops: n[7],
        offers_per_contact: n[8],
        remembered_customers: n[9],
        unconfirmed_refusals: n[10],
        remembered_requests_per_caller: n[11],
        ended_contacts: n[12],
        slice_events: n[13],
        acts: n[14],
    })
}

pub(super) fn calendars(names: &Names) -> Vec<impl Strategy<Value = CalendarConfig> + use<>> {
    names
        .calendars
        .iter()
        .map(|name| calendar(name.clone()))
        .collect()
}

fn calendar(name: String) -> impl Strategy<Value = CalendarConfig> {
    let days = btree_set(2026..=2030_i16, 0..=3);
    let holidays = days.prop_flat_map(|years| {
        let holiday = |year| {
            let date = (1..=12_u8, 1..=28_u8).prop_map(move |(month, day)| (year, month, day));
            (date, vec(span(), 0..=2)).prop_map(|(date, hours)| Holiday { date, hours })
        };
        years.into_iter().map(holiday).collect::<Vec<_>>()
    });
    (zone(), vec(weekly(), 1..=3), holidays).prop_map(move |(zone, hours, holidays)| {
        CalendarConfig {
            name: name.as_str().into(),
            zone,
            hours,
            holidays,
        }
    })
}

fn weekly() -> impl Strategy<Value = WeeklyHours> {
    let days = subsequence(DAYS.to_vec(), 1..=7).prop_shuffle();
    (days, span()).prop_map(|(days, (from, to))| WeeklyHours { days, from, to })
}

fn span() -> impl Strategy<Value = (u16, u16)> {
    (0..1_440_u16, 0..=1_440_u16).prop_filter("hours of no length", |(from, to)| from != to)
}
