//! Instants as people write and read them: civil time with a zone, or so long ago.

use std::str::FromStr;

use acd_core::ids::{DurationMs, TimeMs};
use acd_shard::clock::{MachineTime, TimeSource as _};
use anyhow::Context as _;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::output;

const FORMATS: [&str; 6] = [
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S%.f",
];

const NO_INSTANT: &str = "write an instant: 2026-12-01T09:30 in the zone of --zone, 2026-12-01T09:30:00Z, \
                          2026-12-01T09:30+01:00[Europe/Berlin], or how long ago, such as -2h or -90s";

/// In which zone instants are written and read.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct ZoneArgs {
    /// The time zone of instants, as IANA names it
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = zone)]
    zone: TimeZone,
}

/// An instant as it was given.
#[derive(Clone, Debug)]
pub(crate) enum Given {
    /// With its zone.
    Instant(Timestamp),
    /// In the zone of `--zone`.
    Civil(DateTime),
    /// So many milliseconds ago.
    Ago(DurationMs),
}

impl FromStr for Given {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(ago) = text.strip_prefix('-') {
            let ago = output::duration(ago).map_err(|_| NO_INSTANT)?;
            let ago = DurationMs::try_from(ago.as_millis()).map_err(|_| NO_INSTANT)?;
            return Ok(Self::Ago(ago));
        }
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(Self::Instant(at));
        }
        if let Ok(at) = text.parse::<Zoned>() {
            return Ok(Self::Instant(at.timestamp()));
        }
        let civil = FORMATS
            .iter()
            .find_map(|format| DateTime::strptime(format, text).ok());
        civil.map(Self::Civil).ok_or(NO_INSTANT)
    }
}

impl ZoneArgs {
    /// The instant that was given, in milliseconds since the Unix epoch.
    pub(crate) fn instant(&self, given: &Given) -> anyhow::Result<TimeMs> {
        Ok(match given {
            Given::Instant(at) => at.as_millisecond(),
            Given::Civil(civil) => {
                let at = self.zone.to_timestamp(*civil);
                at.with_context(|| format!("{civil} is out of range"))?
                    .as_millisecond()
            }
            Given::Ago(ago) => MachineTime::new().wall_ms().saturating_sub(*ago),
        })
    }

    /// An instant with its date, its milliseconds and its zone.
    pub(crate) fn shown(&self, at_ms: TimeMs) -> String {
        self.formatted(at_ms, "%Y-%m-%d %H:%M:%S%.3f %Z")
    }

    /// An instant for whoever knows the day: the time alone, with the date if that is another one.
    pub(crate) fn shown_on(&self, day_of_ms: TimeMs, at_ms: TimeMs) -> String {
        let format = match self.formatted(at_ms, "%F") == self.formatted(day_of_ms, "%F") {
            true => "%H:%M:%S",
            false => "%Y-%m-%d %H:%M:%S",
        };
        self.formatted(at_ms, format)
    }

    fn formatted(&self, at_ms: TimeMs, format: &str) -> String {
        Timestamp::from_millisecond(at_ms).map_or_else(
            |_| at_ms.to_string(),
            |at| at.to_zoned(self.zone.clone()).strftime(format).to_string(),
        )
    }
}

/// An instant for programs: UTC, as RFC 3339 writes it.
pub(crate) fn rfc3339(at_ms: TimeMs) -> String {
    Timestamp::from_millisecond(at_ms).map_or_else(
        |_| at_ms.to_string(),
        |at| at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
    )
}

fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| {
        format!("there is no time zone {name:?}; write one as in Europe/Berlin, or UTC")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, zone: &str) -> Option<TimeMs> {
        let zone = ZoneArgs {
            zone: TimeZone::get(zone).expect("a zone"),
        };
        let given = text.parse::<Given>().ok()?;
        Some(zone.instant(&given).expect("in range"))
    }

    #[test]
    fn an_instant_is_read_in_its_zone_or_in_the_one_that_is_said() {
        let nine = Some(1_796_115_600_000);
        for (text, zone) in [
            ("2026-12-01T09:00:00Z", "Asia/Tokyo"),
            ("2026-12-01T10:00+01:00", "UTC"),
            ("2026-12-01T10:00+01:00[Europe/Berlin]", "UTC"),
            ("2026-12-01T10:00", "Europe/Berlin"),
            ("2026-12-01 10:00:00", "Europe/Berlin"),
            ("2026-12-01 09:00:00.000", "UTC"),
        ] {
            assert_eq!(read(text, zone), nine, "{text}");
        }
        for wrong in ["", "yesterday", "10:00", "-2", "2h", "2026-13-01T10:00"] {
            assert_eq!(read(wrong, "UTC"), None, "{wrong}");
        }
    }

    #[test]
    fn how_long_ago_is_counted_from_now() {
        let now = MachineTime::new().wall_ms();
        let two_hours_ago = read("-2h", "UTC").expect("an instant");
        assert!(two_hours_ago + 7_200_000 >= now);
        assert!(two_hours_ago < now);
    }

    #[test]
    fn the_date_is_told_where_it_is_another_one() {
        let zone = ZoneArgs {
            zone: TimeZone::get("Europe/Berlin").expect("a zone"),
        };
        let nine = 1_796_115_600_000;
        assert_eq!(zone.shown(nine), "2026-12-01 10:00:00.000 CET");
        assert_eq!(zone.shown_on(nine, nine + 60_000), "10:01:00");
        let tomorrow = nine + 86_400_000;
        assert_eq!(zone.shown_on(nine, tomorrow), "2026-12-02 10:00:00");
        assert_eq!(rfc3339(nine), "2026-12-01T09:00:00.000Z");
    }
}
