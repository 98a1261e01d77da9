//! Calendars.

use acd_core::config::CalendarConfig;

use super::{Lines, filled};
use crate::tenant::hours::{holiday_text, weekly_text};
use crate::tenant::value::Value;

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
