//! What the times of a scenario mean in engine time.

use acd_core::ids::{DurationMs, TimeMs};
/// A length of time as the timeline shows it.
pub(crate) use acd_narration::length as shown;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use crate::tokens::Token;

/// The zero of a scenario that does not say when it starts: Monday, 5 January 2026, 00:00 UTC.
const MONDAY_MS: TimeMs = 1_767_571_200_000;
/// The longest time a scenario may speak of: ten years.
const DURATION_MAX_MS: DurationMs = 10 * 366 * 86_400_000;

/// The units of a length of time, the largest first.
const UNITS: [(&str, DurationMs); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// What the times of a scenario mean.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    /// The instant that the file calls `0s`.
    pub(crate) zero_ms: TimeMs,
    /// The zone of its wall times.
    zone: TimeZone,
    /// Whether the file says when it starts, so that people think in wall times.
    is_stated: bool,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            zero_ms: MONDAY_MS,
            zone: TimeZone::UTC,
            is_stated: false,
        }
    }
}

/// An instant that was read, with the number of tokens it took; or what is wrong with it. None: it is no time at all.
type ReadTime = Option<Result<(TimeMs, usize), String>>;

impl Clock {
    /// Reads the header `start`: `2026-03-29 01:30 Europe/Berlin`.
    pub(crate) fn starting(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (date, time, zone) = match words[..] {
            [date, time] => (date, time, "UTC"),
            [date, time, zone] => (date, time, zone),
            _ => return Err("a start is a date, a time and a zone".to_owned()),
        };
        let zone = TimeZone::get(zone).map_err(|_| format!("there is no time zone {zone:?}"))?;
        let date: Date = date
            .parse()
            .map_err(|_| format!("{date:?} is no date such as 2026-03-29"))?;
        let (time, offset) =
            wall_time(time).ok_or_else(|| format!("{time:?} is no time such as 01:30"))?;
        let mut clock = Self {
            zero_ms: 0,
            zone,
            is_stated: true,
        };
        let at = DateTime::from_parts(date, time);
        clock.zero_ms = *clock
            .instants(at, offset)
            .first()
            .ok_or("there is no such instant")?;
        Ok(clock)
    }

    /// Reads a time as the first such instant that is not before `from`.
    pub(crate) fn not_before(&self, tokens: &[Token], from: TimeMs) -> ReadTime {
        self.read(tokens, from, |times| {
            times.iter().copied().find(|time| *time >= from)
        })
    }

    /// Reads a time as the last such instant that is not after `until`.
    pub(crate) fn not_after(&self, tokens: &[Token], until: TimeMs) -> ReadTime {
        self.read(tokens, until, |times| {
            times.iter().copied().rfind(|time| *time <= until)
        })
    }

    /// Reads a time as the instant nearest to `at`, past or to come.
    pub(crate) fn nearest(&self, tokens: &[Token], at: TimeMs) -> ReadTime {
        self.read(tokens, at, |times| {
            times.iter().copied().min_by_key(|time| (time - at).abs())
        })
    }

    fn read(
        &self,
        tokens: &[Token],
        near: TimeMs,
        choose: impl Fn(&[TimeMs]) -> Option<TimeMs>,
    ) -> ReadTime {
        let first = tokens.first().filter(|token| !token.quoted)?;
        let text = first.text.as_str();
        if text == "start" {
            return Some(Ok((self.zero_ms, 1)));
        }
        if let Some(after) = text.strip_prefix('+') {
            return duration(after).map(|after| Ok((near + after, 1)));
        }
        if let Some(after) = duration(text) {
            return Some(Ok((self.zero_ms + after, 1)));
        }
        if let Some((time, offset)) = wall_time(text) {
            let day = self.date_of(near);
            let days = [day.yesterday(), Ok(day), day.tomorrow()];
            let times: Vec<TimeMs> = days
                .into_iter()
                .flatten()
                .flat_map(|day| self.instants(DateTime::from_parts(day, time), offset))
                .collect();
            let found = choose(&times);
            return Some(
                found
                    .map(|time| (time, 1))
                    .ok_or_else(|| format!("there is no {text} near {}", self.shown(near))),
            );
        }
        let date: Date = text.parse().ok()?;
        let Some((time, offset)) = tokens.get(1).and_then(|token| wall_time(&token.text)) else {
            return Some(Err(format!(
                "after the date {text} comes a time such as 01:30"
            )));
        };
        let found = choose(&self.instants(DateTime::from_parts(date, time), offset));
        Some(
            found.map(|time| (time, 2)).ok_or_else(|| {
                format!("{text} {time} is on the wrong side of {}", self.shown(near))
            }),
        )
    }

    fn date_of(&self, at_ms: TimeMs) -> Date {
        let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        self.zone.to_datetime(at).date()
    }

    /// The instants at which the clocks of the zone show this: two when an hour comes twice, none when it is skipped.
    fn instants(&self, at: DateTime, offset: Option<Offset>) -> Vec<TimeMs> {
        if let Some(offset) = offset {
            let instant = offset.to_timestamp(at).ok();
            return instant.map(Timestamp::as_millisecond).into_iter().collect();
        }
        let ambiguous = || self.zone.to_ambiguous_timestamp(at);
        if matches!(ambiguous().offset(), AmbiguousOffset::Gap { .. }) {
            return Vec::new();
        }
        let mut instants: Vec<TimeMs> = [ambiguous().earlier(), ambiguous().later()]
            .into_iter()
            .flatten()
            .map(Timestamp::as_millisecond)
            .collect();
        instants.dedup();
        instants
    }

    /// An instant as the timeline shows it.
    pub(crate) fn shown(&self, at_ms: TimeMs) -> String {
        let since_start = shown(at_ms - self.zero_ms);
        if !self.is_stated {
            return since_start;
        }
        let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        let at = self.zone.to_datetime(at);
        if at.date() == self.date_of(self.zero_ms) {
            format!("{} ({since_start})", at.time())
        } else {
            format!("{} {} ({since_start})", at.date(), at.time())
        }
    }
}

/// Reads a length of time: `12s`, `1m30s`, `9.999s`, `-60s`.
pub(crate) fn duration(text: &str) -> Option<DurationMs> {
    if let Some(text) = text.strip_prefix('-') {
        return duration(text).map(|length| -length);
    }
    let (mut rest, mut units, mut total) = (text, &UNITS[..], 0_i64);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(digits);
        let letters = after
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(after.len());
        let (unit, next) = after.split_at(letters);
        let place = units.iter().position(|(name, _)| *name == unit)?;
        total = total.checked_add(milliseconds(number, units[place].1)?)?;
        units = &units[place + 1..];
        rest = next;
    }
    (!text.is_empty() && total <= DURATION_MAX_MS).then_some(total)
}

/// `number`, which may have a fraction, of a unit; none if that is no whole number of milliseconds.
fn milliseconds(number: &str, unit_ms: DurationMs) -> Option<DurationMs> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let mut total = whole.parse::<i64>().ok()?.checked_mul(unit_ms)?;
    let mut part_ms = unit_ms;
    for digit in fraction.chars() {
        let digit = i64::from(digit.to_digit(10)?);
        if digit != 0 && part_ms % 10 != 0 {
            return None;
        }
        part_ms /= 10;
        total += digit * part_ms;
    }
    Some(total)
}

/// `01:30`, `01:30:15`, `01:30:15.250`, with an offset from UTC where the hour comes twice: `02:30+01:00`.
fn wall_time(text: &str) -> Option<(Time, Option<Offset>)> {
    let sign = text.find(['+', '-']);
    let (time, offset) = match sign {
        Some(at) => (&text[..at], Some(offset(&text[at..])?)),
        None => (text, None),
    };
    let well_formed = time.contains(':') && time.starts_with(|c: char| c.is_ascii_digit());
    let time = well_formed.then(|| time.parse().ok())??;
    Some((time, offset))
}

fn offset(text: &str) -> Option<Offset> {
    let (hours, minutes) = text[1..].split_once(':')?;
    let seconds = hours.parse::<i32>().ok()? * 3_600 + minutes.parse::<i32>().ok()? * 60;
    let signed = if text.starts_with('-') {
        -seconds
    } else {
        seconds
    };
    Offset::from_seconds(signed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::tokens;

    #[test]
    fn lengths_of_time_may_have_fractions() {
        for (text, ms) in [
            ("0s", Some(0)),
            ("9.999s", Some(9_999)),
            ("1m30s", Some(90_000)),
            ("1h", Some(3_600_000)),
            ("1.5m", Some(90_000)),
            ("250ms", Some(250)),
            ("-60s", Some(-60_000)),
            ("1d2h", Some(93_600_000)),
            ("0.0001s", None),
            ("5", None),
            ("s", None),
            ("5x", None),
            ("30s1m", None),
            ("", None),
        ] {
            assert_eq!(duration(text), ms, "{text}");
        }
    }

    #[test]
    fn lengths_of_time_read_back_as_shown() {
        for ms in [
            0, 1, 999, 1_000, 9_999, 60_000, 90_500, 3_600_000, 90_061_001, -5_000,
        ] {
            assert_eq!(duration(&shown(ms)), Some(ms), "{}", shown(ms));
        }
    }

    fn at(clock: &Clock, text: &str, from: TimeMs) -> TimeMs {
        let tokens = tokens(text).expect("no quotes");
        let (time, _) = clock
            .not_before(&tokens, from)
            .expect("a time")
            .expect("within reach");
        time - clock.zero_ms
    }

    #[test]
    fn wall_times_follow_the_zone_through_the_change_of_clocks() {
        const HOUR: i64 = 3_600_000;
        let spring = Clock::starting("2026-03-29 01:30 Europe/Berlin").expect("a good start");
        assert_eq!(at(&spring, "03:00", spring.zero_ms), HOUR / 2);
        let skipped = tokens("02:30").expect("no quotes");
        assert_eq!(
            spring
                .not_before(&skipped, spring.zero_ms)
                .and_then(Result::ok)
                .map(|(at, _)| at - spring.zero_ms),
            Some(25 * HOUR - HOUR),
            "there is none on this day"
        );
        let autumn = Clock::starting("2026-10-25 02:00 Europe/Berlin").expect("a good start");
        assert_eq!(at(&autumn, "02:30", autumn.zero_ms), HOUR / 2);
        assert_eq!(at(&autumn, "02:30", autumn.zero_ms + HOUR), HOUR * 3 / 2);
        assert_eq!(at(&autumn, "02:30+01:00", autumn.zero_ms), HOUR * 3 / 2);
        assert_eq!(at(&autumn, "00:00", autumn.zero_ms), 23 * HOUR);
    }

    #[test]
    fn a_bad_start_says_what_is_wrong() {
        for (text, wrong) in [
            ("2026-03-29", "a start is a date, a time and a zone"),
            (
                "2026-02-30 01:00",
                "\"2026-02-30\" is no date such as 2026-03-29",
            ),
            ("2026-03-29 25:00", "\"25:00\" is no time such as 01:30"),
            ("2026-03-29 01:00 Mars", "there is no time zone \"Mars\""),
        ] {
            assert_eq!(Clock::starting(text).expect_err(text), wrong);
        }
    }
}
