//! Calendars.

use std::sync::Arc;

use acd_core::config::{CalendarConfig, Holiday, MINUTES_OF_DAY, WeeklyHours};
use acd_core::ids::CalendarName;

use crate::element::Element;
use crate::schema::CALENDAR;
use crate::tenant::hours::{parse_holiday, parse_weekly};
use crate::text_error::TextError;
use crate::zone::zone;

pub(super) fn calendar(name: &str, element: &Element<'_>) -> CalendarConfig {
    let mut calendar = CalendarConfig {
        name: CalendarName::from(name),
        zone: Arc::from("UTC"),
        hours: Vec::new(),
        holidays: Vec::new(),
    };
    let Some(section) = element.section(&CALENDAR) else {
        return calendar;
    };
    const ZONE: &str = "say where its hours count, as in zone = \"Europe/Berlin\"";
    if let Some(zone) = section
        .required("zone", ZONE)
        .and_then(|element| zone(&element))
    {
        calendar.zone = zone;
    }
    if let Some(element) = section.get("hours") {
        calendar.hours = texts(&element, "mon-fri 08:00-18:00", &ALWAYS, parse_weekly);
    }
    if let Some(element) = section.get("holidays") {
        calendar.holidays = texts(&element, "2026-12-25", &NEVER, parse_holiday);
    }
    calendar
}

/// What stands for hours that cannot be read, so that those after them keep their places.
static ALWAYS: WeeklyHours = WeeklyHours {
    days: Vec::new(),
    from: 0,
    to: MINUTES_OF_DAY,
};

/// What stands for a holiday that cannot be read.
static NEVER: Holiday = Holiday {
    date: (0, 0, 0),
    hours: Vec::new(),
};

/// A list of texts of a language of their own.
fn texts<T: Clone>(
    element: &Element<'_>,
    example: &str,
    unreadable: &T,
    parse: impl Fn(&str) -> Result<T, TextError>,
) -> Vec<T> {
    let elements = element.list(&format!("[{example:?}]")).unwrap_or_default();
    let read = |element: &Element<'_>| match parse(element.text(example)?) {
        Ok(read) => Some(read),
        Err(wrong) => {
            element.report_within(wrong.at, wrong.message, wrong.remedy);
            None
        }
    };
    elements
        .iter()
        .map(|element| read(element).unwrap_or_else(|| unreadable.clone()))
        .collect()
}
