//! Calendars. Whether a time zone exists is not known here: who reads the document asks the zone rules.

use std::collections::BTreeSet;

use super::{Checker, HOLIDAYS_MAX, HOURS_MAX, OPENINGS_MAX, Path};
use crate::config::{CalendarConfig, Holiday, MINUTES_OF_DAY, WeeklyHours};

/// The most weeks, and days, that a month touches.
const WEEKS_OF_MONTH: usize = 5;
const DAYS_OF_MONTH: usize = 31;

impl Checker<'_> {
    pub(super) fn calendars(&mut self) {
        for (i, calendar) in self.config.calendars.iter().enumerate() {
            self.calendar(format_args!("calendars[{i}]"), calendar);
        }
        let calendars = self.config.calendars.iter();
        let openings: usize = calendars.map(CalendarConfig::openings_of_a_month).sum();
        if openings > OPENINGS_MAX {
            self.report(
                format_args!("calendars"),
                format!("all calendars together open {openings} times in a month"),
                format!("at most {OPENINGS_MAX} are allowed: let queues share calendars"),
            );
        }
    }

    fn calendar(&mut self, path: Path<'_>, calendar: &CalendarConfig) {
        self.name(format_args!("{path}.zone"), "time zone", &calendar.zone);
        self.count(
            format_args!("{path}.hours"),
            calendar.hours.len(),
            HOURS_MAX,
        );
        for (i, hours) in calendar.hours.iter().enumerate() {
            self.weekly(format_args!("{path}.hours[{i}]"), hours);
        }
        let holidays = &calendar.holidays;
        self.count(
            format_args!("{path}.holidays"),
            holidays.len(),
            HOLIDAYS_MAX,
        );
        let mut dates = BTreeSet::new();
        for (i, holiday) in holidays.iter().enumerate() {
            self.holiday(format_args!("{path}.holidays[{i}]"), holiday);
            if !dates.insert(holiday.date) {
                self.report(
                    format_args!("{path}.holidays[{i}]"),
                    "this date stands here a second time",
                    "give all hours of a date in one entry",
                );
            }
        }
        if calendar.hours.is_empty() && holidays.iter().all(|holiday| holiday.hours.is_empty()) {
            self.report(
                path,
                "this calendar is never open",
                "give its hours, as in hours = [\"mon-fri 08:00-18:00\"]",
            );
        }
    }

    fn weekly(&mut self, path: Path<'_>, hours: &WeeklyHours) {
        let days: BTreeSet<_> = hours.days.iter().collect();
        if days.is_empty() {
            self.report(
                path,
                "these hours have no day",
                "name the days, as in \"mon-fri\"",
            );
        }
        if days.len() < hours.days.len() {
            self.report(
                path,
                "a day stands here a second time",
                "name each day once",
            );
        }
        self.span(path, hours.from, hours.to);
    }

    fn holiday(&mut self, path: Path<'_>, holiday: &Holiday) {
        let (year, month, day) = holiday.date;
        if day == 0 || day > days_of(year, month) {
            let message = format!("there is no date {year:04}-{month:02}-{day:02}");
            self.report(
                path,
                message,
                "give year, month and day, as in \"2026-12-25\"",
            );
        }
        self.count(path, holiday.hours.len(), HOURS_MAX);
        for (from, to) in &holiday.hours {
            self.span(path, *from, *to);
        }
    }

    fn span(&mut self, path: Path<'_>, from: u16, to: u16) {
        if from >= MINUTES_OF_DAY || to > MINUTES_OF_DAY {
            self.report(
                path,
                "these hours lie outside of the day",
                "give times from 00:00 to 24:00; hours that end before they begin end on the next day",
            );
        } else if from == to {
            self.report(
                path,
                "these hours begin when they end",
                "for the whole day give 00:00-24:00, for no hours leave them out",
            );
        }
    }
}

impl CalendarConfig {
    /// How often it opens in any month, at most.
    fn openings_of_a_month(&self) -> usize {
        let weekly = self.hours.iter().map(|hours| hours.days.len());
        let mut holidays: Vec<usize> = self.holidays.iter().map(|it| it.hours.len()).collect();
        holidays.sort_unstable();
        let of_holidays: usize = holidays.iter().rev().take(DAYS_OF_MONTH).sum();
        weekly.sum::<usize>() * WEEKS_OF_MONTH + of_holidays
    }
}

/// How many days a month has; 0 if there is no such month.
fn days_of(year: i16, month: u8) -> u8 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}
