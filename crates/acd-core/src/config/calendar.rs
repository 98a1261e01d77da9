//! When it is open, in civil time. What that means in engine time is resolved outside of the core, with real zone
//! rules: [`crate::command::CivilTime`].

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ids::CalendarName;

/// The minutes of a day; the end of the last hour.
pub const MINUTES_OF_DAY: u16 = 24 * 60;

/// When it is open.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarConfig {
    /// Its name, unique in the tenant.
    pub name: CalendarName,
    /// The IANA time zone, such as `Europe/Berlin`.
    pub zone: Arc<str>,
    /// The hours of ordinary days; where none is, it is closed.
    pub hours: Vec<WeeklyHours>,
    /// Days that are different.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
}

/// Hours of some days of the week.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeeklyHours {
    /// The days on which they begin.
    pub days: Vec<Weekday>,
    /// The first minute of the day that is open.
    pub from: u16,
    /// The first minute that is closed again, up to 1440; not after `from`: on the next day.
    pub to: u16,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// A day that is different.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// The date: year, month 1..=12, day 1..=31.
    pub date: (i16, u8, u8),
    /// The hours of that day, as minutes from and to; empty: closed.
    #[serde(default)]
    pub hours: Vec<(u16, u16)>,
}
