//! Hours on ordinary days, on holidays and on the days on which clocks are changed. Instants are written in UTC.

use acd_core::command::Opening::{self, Holiday as OnHoliday, Hours as OutOfHours, Open};

use super::*;
use crate::parse_tenant;

fn utc(text: &str) -> TimeMs {
    format!("{text}Z")
        .parse::<Timestamp>()
        .expect(text)
        .as_millisecond()
}

fn shown(at_ms: TimeMs) -> String {
    let at = Timestamp::from_millisecond(at_ms).expect("an instant");
    at.strftime("%m-%d %H:%M").to_string()
}

/// What a calendar is at an instant, and what it becomes until another.
fn times(calendar: &str, now: &str, until: &str) -> (Opening, Vec<(String, Opening)>) {
    let text = format!("[calendars.office]\n{calendar}");
    let config = parse_tenant(&text, "t.toml").unwrap_or_else(|problems| panic!("{problems}"));
    let civil = resolve(&config, utc(now), utc(until));
    let [times] = civil.calendars.try_into().expect("one calendar");
    let changes = times
        .changes
        .into_iter()
        .map(|(at_ms, opening)| (shown(at_ms), opening));
    (times.now, changes.collect())
}

fn told(changes: &[(&str, Opening)]) -> Vec<(String, Opening)> {
    changes
        .iter()
        .map(|(at, opening)| ((*at).to_owned(), *opening))
        .collect()
}

/// When days begin.
fn days(zone: &str, now: &str, until: &str) -> Vec<String> {
    let text = format!("[settings]\nzone = \"{zone}\"");
    let config = parse_tenant(&text, "t.toml").unwrap_or_else(|problems| panic!("{problems}"));
    resolve(&config, utc(now), utc(until))
        .days
        .into_iter()
        .map(shown)
        .collect()
}

const WEEK: &str = "zone = 'Europe/Berlin'\nhours = ['mon-fri 08:00-18:00', 'sat 09:00-12:00']";

#[test]
fn an_ordinary_week() {
    // 20 November 2026 is a Friday.
    assert_eq!(
        times(WEEK, "2026-11-20T12:00:00", "2026-11-23T12:00:00"),
        (
            Open,
            told(&[
                ("11-20 17:00", OutOfHours),
                ("11-21 08:00", Open),
                ("11-21 11:00", OutOfHours),
                ("11-23 07:00", Open)
            ])
        )
    );
}

#[test]
fn a_change_has_happened_at_its_instant() {
    let (now, changes) = times(WEEK, "2026-11-20T17:00:00", "2026-11-21T08:00:00");
    assert_eq!((now, changes), (OutOfHours, told(&[("11-21 08:00", Open)])));
    let (now, changes) = times(WEEK, "2026-11-20T16:59:59", "2026-11-20T17:00:00");
    assert_eq!((now, changes), (Open, told(&[("11-20 17:00", OutOfHours)])));
    let (_, changes) = times(WEEK, "2026-11-20T16:59:59", "2026-11-20T16:59:59.999");
    assert_eq!(changes, []);
}

#[test]
fn hours_over_midnight_and_hours_that_meet() {
    let night =
        "zone = 'Europe/Berlin'\nhours = ['fri 22:00-06:00', 'sat 06:00-08:00', 'sat 07:00-09:00']";
    assert_eq!(
        times(night, "2026-11-20T20:00:00", "2026-11-22T00:00:00"),
        (
            OutOfHours,
            told(&[("11-20 21:00", Open), ("11-21 08:00", OutOfHours)])
        )
    );
    let (now, _) = times(night, "2026-11-21T02:00:00", "2026-11-21T03:00:00");
    assert_eq!(now, Open, "it began yesterday");
    let always = "zone = 'Europe/Berlin'\nhours = ['mon-sun 00:00-24:00']";
    assert_eq!(
        times(always, "2026-03-01T00:00:00", "2026-11-30T00:00:00"),
        (Open, vec![])
    );
}

#[test]
fn a_holiday_replaces_the_hours_of_its_day() {
    let calendar = "zone = 'Europe/Berlin'\nhours = ['mon-sun 08:00-18:00', 'thu 22:00-06:00']\n\
                    holidays = ['2026-12-24 09:00-12:00', '2026-12-25', '2026-12-31 22:00-02:00']";
    assert_eq!(
        times(calendar, "2026-12-24T00:00:00", "2026-12-26T20:00:00"),
        (
            OnHoliday,
            told(&[
                ("12-24 08:00", Open),
                ("12-24 11:00", OnHoliday),
                ("12-25 23:00", OutOfHours),
                ("12-26 07:00", Open),
                ("12-26 17:00", OutOfHours)
            ])
        )
    );
    // The hours of the holiday itself run into the next day.
    let (_, changes) = times(calendar, "2026-12-31T00:00:00", "2027-01-01T06:00:00");
    assert_eq!(
        changes,
        told(&[("12-31 21:00", Open), ("01-01 01:00", OutOfHours)])
    );
}

#[test]
fn hours_of_the_evening_end_when_a_holiday_begins() {
    let calendar =
        "zone = 'Europe/Berlin'\nhours = ['mon-sun 22:00-06:00']\nholidays = ['2026-12-25']";
    let (_, changes) = times(calendar, "2026-12-24T12:00:00", "2026-12-26T12:00:00");
    assert_eq!(
        changes,
        told(&[
            ("12-24 21:00", Open),
            ("12-24 23:00", OnHoliday),
            ("12-25 23:00", OutOfHours)
        ])
    );
}

#[test]
fn the_clock_is_put_forward_in_berlin() {
    // 29 March 2026, 02:00 -> 03:00, at 01:00 UTC.
    let hours = |hours: &str| {
        let calendar = format!("zone = 'Europe/Berlin'\nhours = ['sun {hours}']");
        times(&calendar, "2026-03-28T12:00:00", "2026-03-29T20:00:00").1
    };
    assert_eq!(
        hours("08:00-18:00"),
        told(&[("03-29 06:00", Open), ("03-29 16:00", OutOfHours)])
    );
    assert_eq!(
        hours("02:30-04:00"),
        told(&[("03-29 01:00", Open), ("03-29 02:00", OutOfHours)])
    );
    assert_eq!(
        hours("01:00-02:30"),
        told(&[("03-29 00:00", Open), ("03-29 01:00", OutOfHours)])
    );
    assert_eq!(
        hours("02:10-02:50"),
        [],
        "the clock never shows these hours"
    );
    let whole_day = days(
        "Europe/Berlin",
        "2026-03-28T12:00:00",
        "2026-03-30T00:00:00",
    );
    assert_eq!(
        whole_day,
        ["03-28 23:00", "03-29 22:00"],
        "a day of 23 hours"
    );
}

#[test]
fn the_clock_is_put_back_in_new_york() {
    // 1 November 2026, 02:00 -> 01:00, at 06:00 UTC.
    let hours = |hours: &str| {
        let calendar = format!("zone = 'America/New_York'\nhours = ['sun {hours}']");
        times(&calendar, "2026-10-31T12:00:00", "2026-11-01T23:00:00").1
    };
    assert_eq!(
        hours("09:00-17:00"),
        told(&[("11-01 14:00", Open), ("11-01 22:00", OutOfHours)])
    );
    assert_eq!(
        hours("01:30-03:00"),
        told(&[("11-01 05:30", Open), ("11-01 08:00", OutOfHours)])
    );
    assert_eq!(
        hours("00:00-01:30"),
        told(&[("11-01 04:00", Open), ("11-01 06:30", OutOfHours)])
    );
    assert_eq!(
        hours("01:10-01:20"),
        told(&[("11-01 05:10", Open), ("11-01 06:20", OutOfHours)])
    );
    let whole_day = days(
        "America/New_York",
        "2026-11-01T00:00:00",
        "2026-11-02T12:00:00",
    );
    assert_eq!(
        whole_day,
        ["11-01 04:00", "11-02 05:00"],
        "a day of 25 hours"
    );
}

#[test]
fn the_clock_is_put_forward_in_new_york() {
    // 8 March 2026, 02:00 -> 03:00, at 07:00 UTC.
    let calendar = "zone = 'America/New_York'\nhours = ['sun 02:00-03:00', 'sun 03:30-04:00']";
    let (_, changes) = times(calendar, "2026-03-08T00:00:00", "2026-03-08T20:00:00");
    assert_eq!(
        changes,
        told(&[("03-08 07:30", Open), ("03-08 08:00", OutOfHours)])
    );
}

#[test]
fn half_an_hour_of_daylight_saving_on_lord_howe() {
    // 5 April 2026, 02:00 -> 01:30 at 15:00 UTC the day before; 4 October 2026, 02:00 -> 02:30 at 15:30 UTC.
    let hours = |hours: &str, now, until| {
        let calendar = format!("zone = 'Australia/Lord_Howe'\nhours = ['sun {hours}']");
        times(&calendar, now, until).1
    };
    assert_eq!(
        hours("01:45-02:15", "2026-04-04T00:00:00", "2026-04-05T20:00:00"),
        told(&[("04-04 14:45", Open), ("04-04 15:45", OutOfHours)])
    );
    assert_eq!(
        hours("02:10-03:00", "2026-10-03T00:00:00", "2026-10-04T20:00:00"),
        told(&[("10-03 15:30", Open), ("10-03 16:00", OutOfHours)])
    );
}

#[test]
fn a_zone_that_is_three_quarters_of_an_hour_off_and_never_changes() {
    let calendar = "zone = 'Asia/Kathmandu'\nhours = ['mon-fri 10:00-17:00']";
    assert_eq!(
        times(calendar, "2026-03-27T00:00:00", "2026-03-30T06:00:00").1,
        told(&[
            ("03-27 04:15", Open),
            ("03-27 11:15", OutOfHours),
            ("03-30 04:15", Open)
        ])
    );
    assert_eq!(
        days(
            "Asia/Kathmandu",
            "2026-03-27T00:00:00",
            "2026-03-28T00:00:00"
        ),
        ["03-27 18:15"]
    );
}

#[test]
fn a_day_that_begins_in_a_gap_begins_after_it() {
    // In Cairo the clock is put forward at midnight: 24 April 2026, 00:00 -> 01:00, at 22:00 UTC the day before.
    let begins = days("Africa/Cairo", "2026-04-23T12:00:00", "2026-04-25T12:00:00");
    assert_eq!(begins, ["04-23 22:00", "04-24 21:00"]);
}

#[test]
fn midnight_that_comes_twice_ends_the_day_once() {
    // In Havana the clock is put back at 01:00: 1 November 2026 has 00:00 twice, at 04:00 and 05:00 UTC.
    let calendar = "zone = 'America/Havana'\nhours = ['sat 20:00-24:00', 'sun 12:00-00:00']";
    let (_, changes) = times(calendar, "2026-10-31T12:00:00", "2026-11-02T12:00:00");
    assert_eq!(
        changes,
        told(&[
            ("11-01 00:00", Open),
            ("11-01 04:00", OutOfHours),
            ("11-01 17:00", Open),
            ("11-02 05:00", OutOfHours)
        ])
    );
}

#[test]
fn no_more_than_the_furthest_is_looked_ahead() {
    let text = format!("[settings]\nzone = 'Europe/Berlin'\n[calendars.office]\n{WEEK}");
    let config = parse_tenant(&text, "t.toml").expect("a calendar");
    let now = utc("2026-01-01T12:00:00");
    let civil = resolve(&config, now, TimeMs::MAX);
    assert_eq!(civil.days.len(), 400);
    assert!(civil.days.is_sorted());
    let changes = &civil.calendars[0].changes;
    assert!(changes.is_sorted_by(|one, next| one.0 < next.0 && one.1 != next.1));
    assert!(
        changes
            .iter()
            .all(|(at_ms, _)| (now + 1..=now + AHEAD_MAX_MS).contains(at_ms))
    );
}
