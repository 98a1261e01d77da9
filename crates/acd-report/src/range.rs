//! A range of time in one text, as people write it.

use std::ops::Range;

use acd_core::ids::TimeMs;
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan as _};

use crate::civil::Civil;

/// Figures are kept for quarters of an hour of UTC.
const QUARTER_MS: i64 = 15 * 60_000;
/// The longest time up to now: ten years.
const LAST_MAX_HOURS: i64 = 87_840;
/// The longest text.
const BYTES_MAX: usize = 100;

/// The text is no range of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no range of time: write a day, month or year (2026-11-03, 2026-11, 2026), two of them or two instants with a \
     slash between (2026-11-01/2026-11-14, 2026-11-03T08:00/2026-11-03T12:00), or how long up to now (12h, 7d, 4w)"
)]
pub struct NoRange(pub String);

impl Civil {
    /// The range that a text means on this clock: a day, month or year; from the begin of one to the end of another one with
    /// a slash between; the same with instants, of which the second is not in it; or how long up to now. Its ends are put out
    /// to whole quarters of an hour.
    ///
    /// # Errors
    /// [`NoRange`].
    pub fn range(&self, text: &str, now: TimeMs) -> Result<Range<TimeMs>, NoRange> {
        let none = || NoRange(text.chars().take(BYTES_MAX).collect());
        if text.len() > BYTES_MAX {
            return Err(none());
        }
        let range = match text.split_once('/') {
            Some((from, to)) => {
                let (from, to) = (self.piece(from), self.piece(to));
                from.zip(to).map(|(from, to)| from.start..to.end)
            }
            None => last(text)
                .map(|length| now - length..now)
                .or_else(|| self.piece(text).filter(|piece| !piece.is_empty())),
        };
        let range = range.filter(|range| !range.is_empty()).ok_or_else(none)?;
        let begin = range.start.div_euclid(QUARTER_MS) * QUARTER_MS;
        let end = range.end + (-range.end).rem_euclid(QUARTER_MS);
        Ok(begin..end)
    }

    /// A day, month or year, or an instant, which is an empty range.
    fn piece(&self, text: &str) -> Option<Range<TimeMs>> {
        if text.contains(['T', 't', ' ']) {
            let at = match text.parse::<Timestamp>() {
                Ok(at) => at.as_millisecond(),
                Err(_) => self.local(text.parse().ok()?)?,
            };
            return Some(at..at);
        }
        let begin = |date: Date| self.day(date);
        match text.len() {
            4 => {
                let year: Date = format!("{text}-01-01").parse().ok()?;
                Some(begin(year)?..begin(year.checked_add(1.year()).ok()?)?)
            }
            7 => {
                let month: Date = format!("{text}-01").parse().ok()?;
                Some(begin(month)?..begin(month.checked_add(1.month()).ok()?)?)
            }
            _ => {
                let day: Date = text.parse().ok()?;
                Some(begin(day)?..begin(day.tomorrow().ok()?)?)
            }
        }
    }

    /// The first instant at which the clock shows this.
    fn local(&self, at: DateTime) -> Option<TimeMs> {
        let zoned = at.to_zoned(self.time_zone()).ok()?;
        Some(zoned.timestamp().as_millisecond())
    }
}

/// How long a text says, in milliseconds.
fn last(text: &str) -> Option<i64> {
    let unit = text.chars().last()?;
    let hours = match unit {
        'h' => 1,
        'd' => 24,
        'w' => 7 * 24,
        _ => return None,
    };
    let number = &text[..text.len() - unit.len_utf8()];
    let is_number = !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit());
    let hours = number
        .parse::<i64>()
        .ok()
        .filter(|_| is_number)?
        .checked_mul(hours)?;
    (1..=LAST_MAX_HOURS)
        .contains(&hours)
        .then_some(hours * 3_600_000)
}

#[cfg(test)]
mod tests {
    use jiff::civil::Weekday;

    use super::*;

    fn hours(zone: &str, text: &str) -> Result<(String, i64), NoRange> {
        let civil = Civil::new(zone, Weekday::Monday).expect("a zone");
        let now: Timestamp = "2026-11-30T20:07:00Z".parse().expect("an instant");
        let range = civil.range(text, now.as_millisecond())?;
        let from = Timestamp::from_millisecond(range.start).expect("an instant");
        Ok((from.to_string(), (range.end - range.start) / 3_600_000))
    }

    #[test]
    fn a_range_is_a_day_a_month_a_year_or_from_one_to_another() {
        let of = |text| hours("Europe/Berlin", text).expect("a range");
        let range = |from: &str, hours| (from.to_owned(), hours);
        assert_eq!(of("2026-10-25"), range("2026-10-24T22:00:00Z", 25));
        assert_eq!(of("2026-03-29"), range("2026-03-28T23:00:00Z", 23));
        assert_eq!(of("2026-02"), range("2026-01-31T23:00:00Z", 28 * 24));
        assert_eq!(of("2026"), range("2025-12-31T23:00:00Z", 365 * 24));
        assert_eq!(
            of("2026-11-02/2026-11-08"),
            range("2026-11-01T23:00:00Z", 7 * 24)
        );
        assert_eq!(
            of("2026-11-02/2026-12"),
            range("2026-11-01T23:00:00Z", 60 * 24)
        );
        assert_eq!(
            of("2026-11-02T08:00/2026-11-02T12:00"),
            range("2026-11-02T07:00:00Z", 4)
        );
        assert_eq!(
            of("2026-11-02T08:00:00Z/2026-11-02T12:00:00+01:00"),
            range("2026-11-02T08:00:00Z", 3)
        );
        assert_eq!(
            of("2026-11-02T22:00/2026-11-02"),
            range("2026-11-02T21:00:00Z", 2)
        );
    }

    #[test]
    fn how_long_up_to_now_ends_with_the_quarter_that_goes_on() {
        let civil = Civil::new("Asia/Tehran", Weekday::Saturday).expect("a zone");
        let minute = 60_000;
        let range = civil.range("12h", 100 * minute).expect("a range");
        assert_eq!(range, -630 * minute..105 * minute);
        assert_eq!(
            civil.range("12h", 105 * minute),
            Ok(-615 * minute..105 * minute)
        );
        let length = |text| civil.range(text, 0).map(|it| it.end - it.start);
        assert_eq!(length("1w"), length("7d"));
    }

    #[test]
    fn what_is_no_range_is_said_so() {
        let long = "9".repeat(200);
        for wrong in [
            "",
            "/",
            "h",
            "0d",
            "-1d",
            "99999999w",
            "yesterday",
            "2026-13",
            "2026-02-30",
            "2026-11-08/2026-11-02",
            "2026-11-02T08:00",
            "2026-11-02/",
            "9999-12-31",
            "d\u{e4}",
            &long,
        ] {
            assert!(hours("UTC", wrong).is_err(), "{wrong}");
        }
    }
}
