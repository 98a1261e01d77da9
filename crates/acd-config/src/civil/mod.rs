//! What civil times mean in engine time: opening hours, holidays and days, with the zone rules that are built in.
//!
//! - Hours count on the clock of their zone, so that a day may have 23 or 25 hours.
//! - A time that the clock skips (it is put forward) is the first instant after the gap. Of a time that comes twice (it
//!   is put back) the first one opens and the last one closes.
//! - Hours that end before they begin end on the next day. Hours that overlap or meet are one.
//! - A holiday replaces all hours of its day, from midnight to midnight, those included that began the evening before.
//!   Hours of the holiday itself may run into the next day. While such a day is closed, it is so as a holiday.

use std::collections::BTreeMap;

use acd_core::command::{CalendarTimes, CivilTime, Opening};
use acd_core::config::{CalendarConfig, Holiday, MINUTES_OF_DAY, TenantConfig, Weekday};
use acd_core::ids::{DurationMs, TimeMs};
use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, civil};

use crate::zone;

/// The furthest that is ever looked ahead; what is asked beyond is left out.
pub const AHEAD_MAX_MS: DurationMs = 400 * 86_400_000;

const MINUTES_OF_HOUR: u16 = 60;

/// What the calendars and days of this tenant are at `now_ms` and when they change, up to and including `until_ms`.
///
/// A zone without rules cannot come from a document that was read: a calendar in it is left out, and days are then those
/// of UTC.
pub fn resolve(config: &TenantConfig, now_ms: TimeMs, until_ms: TimeMs) -> CivilTime {
    let until_ms = until_ms.min(now_ms.saturating_add(AHEAD_MAX_MS));
    let calendars = config.calendars.iter();
    let zone = zone::rules(&config.settings.zone).unwrap_or(TimeZone::UTC);
    CivilTime {
        calendars: calendars
            .filter_map(|it| calendar(it, now_ms, until_ms))
            .collect(),
        days: Clock { zone }.days(now_ms, until_ms),
    }
}

fn calendar(config: &CalendarConfig, now_ms: TimeMs, until_ms: TimeMs) -> Option<CalendarTimes> {
    let clock = Clock {
        zone: zone::rules(&config.zone)?,
    };
    let turns = Hours::of(config).turns(&clock, now_ms, until_ms);
    let mut state = State::default();
    let mut times = CalendarTimes {
        calendar: config.name.clone(),
        now: state.opening(),
        changes: Vec::new(),
    };
    let mut last = times.now;
    for (at_ms, turns) in turns {
        state.turn(&turns);
        let opening = state.opening();
        if at_ms <= now_ms {
            times.now = opening;
        } else if at_ms <= until_ms && opening != last {
            times.changes.push((at_ms, opening));
        }
        last = opening;
    }
    Some(times)
}

/// What happens at an instant.
#[derive(Clone, Copy)]
enum Turn {
    HoursBegin,
    HoursEnd,
    HolidayBegins,
    HolidayEnds,
}

/// How many hours and holidays an instant lies in.
#[derive(Default)]
struct State {
    hours: u32,
    holidays: u32,
}

impl State {
    fn turn(&mut self, turns: &[Turn]) {
        let count = |wanted: fn(&Turn) -> bool| turns.iter().filter(|it| wanted(it)).count() as u32;
        self.hours += count(|it| matches!(it, Turn::HoursBegin));
        self.hours -= count(|it| matches!(it, Turn::HoursEnd));
        self.holidays += count(|it| matches!(it, Turn::HolidayBegins));
        self.holidays -= count(|it| matches!(it, Turn::HolidayEnds));
    }

    fn opening(&self) -> Opening {
        match (self.hours, self.holidays) {
            (0, 0) => Opening::Hours,
            (0, _) => Opening::Holiday,
            _ => Opening::Open,
        }
    }
}

/// The hours of a calendar by weekday and by date.
struct Hours<'c> {
    config: &'c CalendarConfig,
    holidays: BTreeMap<Date, &'c Holiday>,
}

impl<'c> Hours<'c> {
    fn of(config: &'c CalendarConfig) -> Self {
        let date = |holiday: &Holiday| {
            let (year, month, day) = holiday.date;
            Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()
        };
        let holidays = config.holidays.iter();
        Self {
            config,
            holidays: holidays
                .filter_map(|holiday| Some((date(holiday)?, holiday)))
                .collect(),
        }
    }

    /// Everything that happens around these instants, by instant.
    fn turns(
        &self,
        clock: &Clock,
        now_ms: TimeMs,
        until_ms: TimeMs,
    ) -> BTreeMap<TimeMs, Vec<Turn>> {
        let mut turns: BTreeMap<TimeMs, Vec<Turn>> = BTreeMap::new();
        let mut span = |from: Option<TimeMs>, to: Option<TimeMs>, begin, end| {
            if let (Some(from), Some(to)) = (from, to)
                && from < to
            {
                turns.entry(from).or_default().push(begin);
                turns.entry(to).or_default().push(end);
            }
        };
        // The hours of yesterday may last until today.
        for date in clock.dates(now_ms, until_ms, 1) {
            let midnight = date
                .tomorrow()
                .ok()
                .and_then(|tomorrow| clock.day_begin(tomorrow));
            if self.holidays.contains_key(&date) {
                span(
                    clock.day_begin(date),
                    midnight,
                    Turn::HolidayBegins,
                    Turn::HolidayEnds,
                );
            }
            let before_holiday = date
                .tomorrow()
                .is_ok_and(|tomorrow| self.holidays.contains_key(&tomorrow));
            for (from, to) in self.of_day(date) {
                let (from, mut to) = clock.span(date, from, to);
                if before_holiday {
                    to = to.min(midnight);
                }
                span(from, to, Turn::HoursBegin, Turn::HoursEnd);
            }
        }
        turns
    }

    /// The hours that begin on this day, in minutes.
    fn of_day(&self, date: Date) -> Vec<(u16, u16)> {
        if let Some(holiday) = self.holidays.get(&date) {
            return holiday.hours.clone();
        }
        let weekday = weekday(date);
        let weekly = self
            .config
            .hours
            .iter()
            .filter(|hours| hours.days.contains(&weekday));
        weekly.map(|hours| (hours.from, hours.to)).collect()
    }
}

fn weekday(date: Date) -> Weekday {
    match date.weekday() {
        civil::Weekday::Monday => Weekday::Mon,
        civil::Weekday::Tuesday => Weekday::Tue,
        civil::Weekday::Wednesday => Weekday::Wed,
        civil::Weekday::Thursday => Weekday::Thu,
        civil::Weekday::Friday => Weekday::Fri,
        civil::Weekday::Saturday => Weekday::Sat,
        civil::Weekday::Sunday => Weekday::Sun,
    }
}

/// Which of two instants a time means that comes twice.
#[derive(Clone, Copy)]
enum Edge {
    First,
    Last,
}

/// The clock on the wall of a zone.
struct Clock {
    zone: TimeZone,
}

impl Clock {
    /// The dates from some days before one instant up to another.
    fn dates(&self, from_ms: TimeMs, to_ms: TimeMs, before: usize) -> Vec<Date> {
        let date = |ms| {
            Some(
                self.zone
                    .to_datetime(Timestamp::from_millisecond(ms).ok()?)
                    .date(),
            )
        };
        let (Some(first), Some(last)) = (date(from_ms), date(to_ms)) else {
            return Vec::new();
        };
        let first = (0..before).fold(first, |date, _| date.yesterday().unwrap_or(date));
        let days = std::iter::successors(Some(first), |date| date.tomorrow().ok());
        days.take_while(|date| *date <= last).collect()
    }

    /// The instants after one and up to another at which days begin.
    fn days(&self, after_ms: TimeMs, to_ms: TimeMs) -> Vec<TimeMs> {
        let begins = self.dates(after_ms, to_ms, 0).into_iter();
        let begins = begins.filter_map(|date| self.day_begin(date));
        begins
            .filter(|at_ms| (after_ms + 1..=to_ms).contains(at_ms))
            .collect()
    }

    /// The first instant of a day.
    fn day_begin(&self, date: Date) -> Option<TimeMs> {
        self.instant(date, 0, Edge::First)
    }

    /// When hours of a day begin and end; those that end before they begin end on the next day.
    fn span(&self, date: Date, from: u16, to: u16) -> (Option<TimeMs>, Option<TimeMs>) {
        let begin = self.instant(date, from, Edge::First);
        let tomorrow = date.tomorrow().ok();
        let end = match to {
            // Midnight is where the day ends, also where it comes twice.
            0 | MINUTES_OF_DAY => tomorrow.and_then(|date| self.day_begin(date)),
            to if to <= from => tomorrow.and_then(|date| self.instant(date, to, Edge::Last)),
            to => self.instant(date, to, Edge::Last),
        };
        (begin, end)
    }

    /// The instant at which the clock shows this minute of a day.
    fn instant(&self, date: Date, minute: u16, edge: Edge) -> Option<TimeMs> {
        let [hour, minute] = [minute / MINUTES_OF_HOUR, minute % MINUTES_OF_HOUR];
        let shown = date.at(hour.try_into().ok()?, minute.try_into().ok()?, 0, 0);
        let instant = match self.zone.to_ambiguous_timestamp(shown).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(shown).ok()?,
            AmbiguousOffset::Fold { before, after } => match edge {
                Edge::First => before.to_timestamp(shown).ok()?,
                Edge::Last => after.to_timestamp(shown).ok()?,
            },
            AmbiguousOffset::Gap { after, .. } => {
                let before_gap = after.to_timestamp(shown).ok()?;
                self.zone.following(before_gap).next()?.timestamp()
            }
        };
        Some(instant.as_millisecond())
    }
}

#[cfg(test)]
mod tests;
