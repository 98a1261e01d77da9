//! Buckets of civil time: where intervals, hours, days, weeks and months of a zone begin, and the period before another.
//!
//! - Days begin with their first instant, which is not midnight where the clock skips midnight. They last 23 or 25 hours
//!   where it is put forward or back, and half an hour less or more where the zone does so.
//! - Intervals and hours begin where the clock shows a multiple of them, and where it is put forward or back: one that
//!   comes twice is two buckets.
//! - A day that a zone left out has no bucket.

use std::ops::Range;

use acd_core::ids::TimeMs;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// The most buckets of one period: fifteen minutes of two years, and more.
pub const BUCKETS_MAX: usize = 100_000;

/// How long the buckets of a report are, on the clock of its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A quarter of an hour.
    Interval,
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week, from the day on which the tenant's begins.
    Week,
    /// A month.
    Month,
}

impl Step {
    /// All of them, the shortest first.
    pub const ALL: [Self; 5] = [
        Self::Interval,
        Self::Hour,
        Self::Day,
        Self::Week,
        Self::Month,
    ];

    /// Its name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Interval => "interval",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

/// Why there is no such period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// The zone has no rules here.
    #[error("there is no time zone {0}: name one of the IANA database, for example Europe/Berlin")]
    UnknownZone(String),
    /// It ends where it begins, or before.
    #[error("the period ends before it begins")]
    Empty,
    /// It has more buckets than [`BUCKETS_MAX`].
    #[error("the period has more than {BUCKETS_MAX} buckets: take longer ones")]
    TooLong,
    /// It lies outside of the years that the calendar knows.
    #[error("the calendar does not reach so far")]
    OutOfCalendar,
}

/// The clock and the calendar of a zone.
#[derive(Clone, Debug)]
pub struct Civil {
    zone: TimeZone,
    week_begins: Weekday,
}

impl Civil {
    /// This zone, with weeks that begin on this day.
    ///
    /// # Errors
    /// [`PeriodError::UnknownZone`].
    pub fn new(zone: &str, week_begins: Weekday) -> Result<Self, PeriodError> {
        let found = TimeZone::get(zone);
        let zone = found.map_err(|_| PeriodError::UnknownZone(zone.to_owned()))?;
        Ok(Self { zone, week_begins })
    }

    /// The name of the zone.
    pub fn zone(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The day on which weeks begin.
    pub fn week_begins(&self) -> Weekday {
        self.week_begins
    }

    /// What clock and calendar show at an instant.
    pub(crate) fn shown(&self, at: TimeMs) -> Option<jiff::civil::DateTime> {
        let at = Timestamp::from_millisecond(at).ok()?;
        Some(self.zone.to_datetime(at))
    }

    /// The edges of the buckets of this range: its ends, and between them wherever a bucket begins. They rise; a bucket that
    /// the range cuts is shorter.
    ///
    /// # Errors
    /// A range that is empty, has too many buckets or lies beyond the calendar.
    pub fn edges(&self, step: Step, range: &Range<TimeMs>) -> Result<Vec<TimeMs>, PeriodError> {
        if range.is_empty() {
            return Err(PeriodError::Empty);
        }
        let mut edges = vec![range.start];
        let mut at = range.start;
        loop {
            at = self.after(step, at).ok_or(PeriodError::OutOfCalendar)?;
            if at >= range.end {
                break;
            }
            if edges.len() == BUCKETS_MAX {
                return Err(PeriodError::TooLong);
            }
            edges.push(at);
        }
        edges.push(range.end);
        Ok(edges)
    }

    /// The period before this one, of as many buckets, ending where this begins. Where this begins or ends within a bucket,
    /// that one does so as far within its own; it is empty where its bucket is too short for that.
    ///
    /// Without a step it is counted in the longest of months, days, hours and intervals that the range is whole ones of;
    /// another range lasts as long before.
    ///
    /// # Errors
    /// As [`Self::edges`].
    pub fn before(
        &self,
        step: Option<Step>,
        range: &Range<TimeMs>,
    ) -> Result<Range<TimeMs>, PeriodError> {
        if range.is_empty() {
            return Err(PeriodError::Empty);
        }
        let whole = |step: &Step| {
            let begins = |at| self.begin(*step, at) == Some(at);
            begins(range.start) && begins(range.end)
        };
        let lengths = [Step::Month, Step::Day, Step::Hour, Step::Interval];
        let Some(step) = step.or_else(|| lengths.into_iter().find(whole)) else {
            return Ok(range.start - (range.end - range.start)..range.start);
        };
        let buckets = self.edges(step, range)?.len() - 1;
        let earlier = |at| self.earlier(step, at, buckets);
        let (start, end) = (earlier(range.start), earlier(range.end));
        let far = PeriodError::OutOfCalendar;
        Ok(start.ok_or(far.clone())?..end.ok_or(far)?)
    }

    fn earlier(&self, step: Step, at: TimeMs, buckets: usize) -> Option<TimeMs> {
        let mut begin = self.begin(step, at)?;
        let within = at - begin;
        for _ in 0..buckets {
            begin = self.begin(step, begin - 1)?;
        }
        Some((begin + within).min(self.after(step, begin)?))
    }

    /// The beginning of the bucket that holds an instant; none beyond the calendar.
    fn begin(&self, step: Step, at: TimeMs) -> Option<TimeMs> {
        if let Some(length) = length_of_clock(step) {
            let into = (at + self.offset(at)?).rem_euclid(length);
            let changed = self.change(at, Side::Before);
            return Some(changed.map_or(at - into, |changed| changed.max(at - into)));
        }
        let date = self.shown(at)?.date();
        let first = match step {
            Step::Week => date
                .checked_sub(i64::from(date.weekday().since(self.week_begins)).days())
                .ok()?,
            Step::Month => date.first_of_month(),
            _ => date,
        };
        let mut begin = self.day(first)?;
        // A date comes twice where the clock is put back over midnight.
        loop {
            let next = self.after(step, begin)?;
            if next > at {
                return Some(begin);
            }
            begin = next;
        }
    }

    /// The beginning of the next bucket; none beyond the calendar.
    fn after(&self, step: Step, at: TimeMs) -> Option<TimeMs> {
        if let Some(length) = length_of_clock(step) {
            let into = (at + self.offset(at)?).rem_euclid(length);
            let next = at - into + length;
            let changes = self.change(at, Side::After);
            return Some(changes.map_or(next, |changes| changes.min(next)));
        }
        let mut date = self.shown(at)?.date();
        loop {
            date = match step {
                Step::Week => {
                    let gone = i64::from(date.weekday().since(self.week_begins));
                    date.checked_add((7 - gone).days()).ok()?
                }
                Step::Month => date.last_of_month().tomorrow().ok()?,
                _ => date.tomorrow().ok()?,
            };
            let begin = self.day(date)?;
            if begin > at {
                return Some(begin);
            }
        }
    }

    pub(crate) fn time_zone(&self) -> TimeZone {
        self.zone.clone()
    }

    /// The first instant of a day.
    pub(crate) fn day(&self, date: Date) -> Option<TimeMs> {
        let zoned = date.to_zoned(self.zone.clone()).ok()?;
        Some(zoned.start_of_day().ok()?.timestamp().as_millisecond())
    }

    /// How far the clock is ahead of UTC.
    fn offset(&self, at: TimeMs) -> Option<i64> {
        let at = Timestamp::from_millisecond(at).ok()?;
        Some(i64::from(self.zone.to_offset(at).seconds()) * 1_000)
    }

    /// When the clock was last put forward or back until an instant, or is next after it.
    fn change(&self, at: TimeMs, side: Side) -> Option<TimeMs> {
        let moved = |change: TimeMs| self.offset(change - 1) != self.offset(change);
        let instant = |at| Timestamp::from_millisecond(at).ok();
        match side {
            Side::Before => {
                let changes = self.zone.preceding(instant(at + 1)?);
                let mut changes = changes.map(|it| it.timestamp().as_millisecond());
                changes.find(|it| moved(*it))
            }
            Side::After => {
                let changes = self.zone.following(instant(at)?).take(CHANGES_MAX);
                let mut changes = changes.map(|it| it.timestamp().as_millisecond());
                changes.find(|it| moved(*it))
            }
        }
    }
}

/// How many changes of a zone's rules in a row may leave the clock as it is: some rename the time only.
const CHANGES_MAX: usize = 16;

enum Side {
    Before,
    After,
}

fn length_of_clock(step: Step) -> Option<i64> {
    match step {
        Step::Interval => Some(15 * 60_000),
        Step::Hour => Some(60 * 60_000),
        Step::Day | Step::Week | Step::Month => None,
    }
}

/// The period of a report in its buckets, and the one before it.
#[derive(Clone, Debug)]
pub struct Period {
    civil: Civil,
    step: Option<Step>,
    edges: Vec<TimeMs>,
    before: Vec<TimeMs>,
}

/// Where an instant lies in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// In the period before.
    pub(crate) is_before: bool,
    /// Which of its buckets.
    pub(crate) bucket: usize,
}

impl Period {
    /// This range in buckets of this length; without a step it is one bucket.
    ///
    /// # Errors
    /// As [`Civil::edges`].
    pub fn new(
        civil: Civil,
        range: Range<TimeMs>,
        step: Option<Step>,
    ) -> Result<Self, PeriodError> {
        let edges = |range: &Range<TimeMs>| match step {
            _ if range.is_empty() => Ok(Vec::new()),
            Some(step) => civil.edges(step, range),
            None => Ok(vec![range.start, range.end]),
        };
        let before = civil.before(step, &range)?;
        Ok(Self {
            edges: edges(&range)?,
            before: edges(&before)?,
            step,
            civil,
        })
    }

    /// The same range in other buckets.
    ///
    /// # Errors
    /// As [`Civil::edges`].
    pub fn in_steps(&self, step: Option<Step>) -> Result<Self, PeriodError> {
        Self::new(self.civil.clone(), self.range(), step)
    }

    /// The clock and calendar of its zone.
    pub fn civil(&self) -> &Civil {
        &self.civil
    }

    /// How long its buckets are; none: it is one.
    pub fn step(&self) -> Option<Step> {
        self.step
    }

    /// From when until when.
    pub fn range(&self) -> Range<TimeMs> {
        ends(&self.edges)
    }

    /// From when until when the period before it lasts; figures of both are needed.
    pub fn before(&self) -> Range<TimeMs> {
        ends(&self.before)
    }

    /// Its buckets in order.
    pub fn buckets(&self) -> impl ExactSizeIterator<Item = Range<TimeMs>> + '_ {
        self.edges.windows(2).map(|it| it[0]..it[1])
    }

    /// The bucket that holds an instant, of this period or of the one before.
    pub(crate) fn place(&self, at: TimeMs) -> Option<Place> {
        let within = |edges: &[TimeMs], is_before| {
            let holds = ends(edges).contains(&at);
            holds.then(|| Place {
                is_before,
                bucket: edges.partition_point(|edge| *edge <= at) - 1,
            })
        };
        within(&self.edges, false).or_else(|| within(&self.before, true))
    }
}

fn ends(edges: &[TimeMs]) -> Range<TimeMs> {
    match edges {
        [first, .., last] => *first..*last,
        _ => 0..0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: i64 = 3_600_000;
    const ZONES: [&str; 8] = [
        "Europe/Berlin",
        "Asia/Tehran",
        "America/Sao_Paulo",
        "Australia/Lord_Howe",
        "America/St_Johns",
        "Asia/Kathmandu",
        "Pacific/Apia",
        "UTC",
    ];

    fn civil(zone: &str) -> Civil {
        Civil::new(zone, Weekday::Monday).expect("a zone")
    }

    fn at(text: &str) -> TimeMs {
        text.parse::<Timestamp>()
            .expect("an instant")
            .as_millisecond()
    }

    fn day(zone: &str, date: &str) -> TimeMs {
        let date: Date = date.parse().expect("a date");
        civil(zone).day(date).expect("a day")
    }

    fn hours_of_days(zone: &str, from: &str, to: &str) -> Vec<f64> {
        let range = day(zone, from)..day(zone, to);
        let edges = civil(zone).edges(Step::Day, &range).expect("edges");
        let days = edges.windows(2);
        days.map(|it| (it[1] - it[0]) as f64 / HOUR as f64)
            .collect()
    }

    #[test]
    fn days_have_as_many_hours_as_the_clock_gives_them() {
        assert_eq!(
            hours_of_days("Europe/Berlin", "2026-03-28", "2026-03-31"),
            [24.0, 23.0, 24.0]
        );
        assert_eq!(
            hours_of_days("Europe/Berlin", "2026-10-24", "2026-10-27"),
            [24.0, 25.0, 24.0]
        );
        // The clock skips midnight, and comes back to eleven at midnight.
        assert_eq!(
            hours_of_days("America/Sao_Paulo", "2018-11-03", "2018-11-06"),
            [24.0, 23.0, 24.0]
        );
        assert_eq!(
            hours_of_days("America/Sao_Paulo", "2018-02-16", "2018-02-19"),
            [24.0, 25.0, 24.0]
        );
        assert_eq!(
            day("America/Sao_Paulo", "2018-11-04"),
            at("2018-11-04T03:00:00Z")
        );
        // Tehran changed at midnight, until it gave it up.
        assert_eq!(
            hours_of_days("Asia/Tehran", "2022-03-21", "2022-03-24"),
            [24.0, 23.0, 24.0]
        );
        assert_eq!(
            hours_of_days("Asia/Tehran", "2022-09-20", "2022-09-23"),
            [24.0, 25.0, 24.0]
        );
        assert_eq!(
            hours_of_days("Asia/Tehran", "2023-03-21", "2023-03-24"),
            [24.0, 24.0, 24.0]
        );
        assert_eq!(
            hours_of_days("Australia/Lord_Howe", "2026-04-04", "2026-04-07"),
            [24.0, 24.5, 24.0]
        );
        assert_eq!(
            hours_of_days("Australia/Lord_Howe", "2026-10-03", "2026-10-06"),
            [24.0, 23.5, 24.0]
        );
        // Apia left out the 30th.
        assert_eq!(
            hours_of_days("Pacific/Apia", "2011-12-29", "2012-01-01"),
            [24.0, 24.0]
        );
    }

    #[test]
    fn an_hour_that_comes_twice_is_two_and_one_that_is_cut_is_short() {
        let hours = |zone, from, to| {
            let range = day(zone, from)..day(zone, to);
            civil(zone).edges(Step::Hour, &range).expect("edges").len() - 1
        };
        assert_eq!(hours("Europe/Berlin", "2026-10-25", "2026-10-26"), 25);
        assert_eq!(hours("Europe/Berlin", "2026-03-29", "2026-03-30"), 23);
        assert_eq!(hours("Asia/Tehran", "2026-01-01", "2026-01-02"), 24);
        let lord_howe = civil("Australia/Lord_Howe");
        let back = day("Australia/Lord_Howe", "2026-04-05");
        let edges = lord_howe.edges(Step::Hour, &(back..back + 4 * HOUR));
        let minutes: Vec<_> = edges
            .expect("edges")
            .windows(2)
            .map(|it| (it[1] - it[0]) / 60_000)
            .collect();
        assert_eq!(
            minutes,
            [60, 60, 30, 60, 30],
            "half an hour comes twice at two"
        );
    }

    #[test]
    fn weeks_begin_on_the_day_that_is_set() {
        let saturday = Civil::new("Asia/Tehran", Weekday::Saturday).expect("a zone");
        let range = day("Asia/Tehran", "2026-11-01")..day("Asia/Tehran", "2026-11-30");
        let edges = saturday.edges(Step::Week, &range).expect("edges");
        let weekdays = edges[1..edges.len() - 1]
            .iter()
            .map(|edge| saturday.shown(*edge).expect("a day").weekday());
        assert_eq!(weekdays.collect::<Vec<_>>(), [Weekday::Saturday; 4]);
    }

    #[test]
    fn the_period_before_has_as_many_buckets() {
        let zone = "Europe/Berlin";
        let range = |from, to| day(zone, from)..day(zone, to);
        let before = |step, from, to| civil(zone).before(step, &range(from, to)).expect("before");
        let (march, february) = (
            before(None, "2026-03-01", "2026-04-01"),
            range("2026-02-01", "2026-03-01"),
        );
        assert_eq!(march, february, "a month has a month before it");
        assert_eq!(
            before(Some(Step::Day), "2026-03-01", "2026-04-01"),
            range("2026-01-29", "2026-03-01"),
            "by day it has 31 days"
        );
        assert_eq!(
            before(None, "2026-03-23", "2026-03-30"),
            range("2026-03-16", "2026-03-23")
        );
        // Twenty-three hours, and the twenty-three before.
        let short = before(Some(Step::Hour), "2026-03-29", "2026-03-30");
        assert_eq!(
            short,
            day(zone, "2026-03-28") + HOUR..day(zone, "2026-03-29")
        );
        let cut = day(zone, "2026-03-02") + 7 * 60_000..day(zone, "2026-03-02") + 140 * 60_000;
        let shifted = cut.start - 3 * HOUR..cut.end - 3 * HOUR;
        assert_eq!(
            civil(zone).before(Some(Step::Hour), &cut).expect("before"),
            shifted
        );
    }

    #[test]
    fn what_is_no_period_is_told() {
        let new = |zone: &str| Civil::new(zone, Weekday::Monday);
        let unknown = new("Europe/Atlantis").err();
        assert_eq!(
            unknown,
            Some(PeriodError::UnknownZone("Europe/Atlantis".to_owned()))
        );
        let utc = civil("UTC");
        assert_eq!(utc.edges(Step::Day, &(5..5)), Err(PeriodError::Empty));
        let century = 0..100 * 365 * 24 * HOUR;
        assert_eq!(
            utc.edges(Step::Interval, &century),
            Err(PeriodError::TooLong)
        );
        assert_eq!(
            Period::new(utc, i64::MAX - 5..i64::MAX, Some(Step::Day)).err(),
            Some(PeriodError::OutOfCalendar)
        );
    }

    proptest! {
        #[test]
        fn edges_rise_and_cover_the_range_exactly(
            zone in 0..ZONES.len(),
            step in 0..Step::ALL.len(),
            from in -1_000_000_000_000_i64..2_500_000_000_000,
            length in 1..60 * 24 * HOUR,
        ) {
            let (civil, step) = (civil(ZONES[zone]), Step::ALL[step]);
            let range = from..from + length;
            let edges = civil.edges(step, &range).expect("edges");
            prop_assert!(edges.is_sorted_by(|a, b| a < b));
            prop_assert_eq!((edges[0], edges[edges.len() - 1]), (range.start, range.end));
            for edge in &edges[1..edges.len() - 1] {
                prop_assert_eq!(civil.begin(step, *edge), Some(*edge), "an edge begins its own bucket");
                prop_assert_eq!(
                    civil.after(step, civil.begin(step, edge - 1).expect("a bucket")),
                    Some(*edge),
                    "and ends the one before"
                );
            }
            let before = civil.before(Some(step), &range).expect("before");
            prop_assert!(before.end <= range.start);
        }

        #[test]
        fn every_day_has_23_24_or_25_hours(zone in 0..ZONES.len(), from in 0..20_000_i64) {
            let civil = civil(ZONES[zone]);
            let start = civil.begin(Step::Day, from * 24 * HOUR).expect("a day");
            let end = civil.begin(Step::Day, start + 40 * 24 * HOUR).expect("a day");
            let edges = civil.edges(Step::Day, &(start..end)).expect("edges");
            for day in edges.windows(2) {
                let minutes = (day[1] - day[0]) / 60_000;
                // Lord Howe moves by half an hour; some zones have moved by two, or by minutes, once.
                prop_assert!((22 * 60..=26 * 60).contains(&minutes), "{minutes} minutes in {}", ZONES[zone]);
                if ["Europe/Berlin", "Asia/Tehran", "America/Sao_Paulo"].contains(&ZONES[zone]) && from > 8_000 {
                    prop_assert!([23 * 60, 24 * 60, 25 * 60].contains(&minutes), "{minutes} minutes in {}", ZONES[zone]);
                }
                let quarters = civil.edges(Step::Interval, &(day[0]..day[1])).expect("edges");
                let hours = civil.edges(Step::Hour, &(day[0]..day[1])).expect("edges");
                prop_assert!(hours.iter().all(|hour| quarters.contains(hour)), "hours are whole intervals");
            }
        }
    }
}
