//! Hours as people write them: `mon-fri 08:00-18:00`, `sat,sun 22:00-02:00`, and of a single date
//! `2026-12-24 09:00-12:00 14:00-16:00` or, where it is closed, `2026-12-25`.

use std::ops::Range;

use acd_core::config::{Holiday, MINUTES_OF_DAY, Weekday, WeeklyHours};

use super::words::Word;
use crate::text_error::TextError;

const WEEKLY: &str =
    "write days and times, as in \"mon-fri 08:00-18:00\" or \"sat,sun 09:00-12:00\"";
const DATE: &str =
    "write the date and its hours, if any, as in \"2026-12-25\" or \"2026-12-24 09:00-12:00\"";
const TIMES: &str = "write times as 08:00-18:00, from 00:00 to 24:00";
const MINUTES_OF_HOUR: u16 = 60;

/// Reads days with their hours.
pub(crate) fn parse_weekly(text: &str) -> Result<WeeklyHours, TextError> {
    let mut words = Words::of(text);
    let Some((first, at)) = words.next() else {
        return fail(0..0, "there are no hours here", WEEKLY);
    };
    let days = days(first, at)?;
    match spans(words)?.as_slice() {
        [] => fail(0..text.len(), format!("{text:?} says no times"), WEEKLY),
        [(from, to)] => Ok(WeeklyHours {
            days,
            from: *from,
            to: *to,
        }),
        _ => fail(
            0..text.len(),
            format!("{text:?} says several times"),
            "give each of them as an entry of its own",
        ),
    }
}

/// Reads a date with its hours.
pub(crate) fn parse_holiday(text: &str) -> Result<Holiday, TextError> {
    let mut words = Words::of(text);
    let Some((first, at)) = words.next() else {
        return fail(0..0, "there is no date here", DATE);
    };
    let Some(date) = date(first) else {
        return fail(at, format!("{first:?} is no date"), DATE);
    };
    Ok(Holiday {
        date,
        hours: spans(words)?,
    })
}

/// The text that reads as these hours.
pub(crate) fn weekly_text(hours: &WeeklyHours) -> String {
    let WeeklyHours { days, from, to } = hours;
    let follow = |pair: &[Weekday]| day_after(pair[0]) == pair[1];
    let days = match days.as_slice() {
        [first, .., last] if days.len() > 2 && days.windows(2).all(follow) => {
            format!("{}-{}", first.word(), last.word())
        }
        days => days
            .iter()
            .map(|day| day.word())
            .collect::<Vec<_>>()
            .join(","),
    };
    format!("{days} {}", span_text(*from, *to))
}

/// The text that reads as this holiday.
pub(crate) fn holiday_text(holiday: &Holiday) -> String {
    let (year, month, day) = holiday.date;
    let hours = holiday
        .hours
        .iter()
        .map(|(from, to)| format!(" {}", span_text(*from, *to)));
    format!("{year:04}-{month:02}-{day:02}{}", hours.collect::<String>())
}

fn span_text(from: u16, to: u16) -> String {
    let [from, to] = [from, to].map(|minute| {
        format!(
            "{:02}:{:02}",
            minute / MINUTES_OF_HOUR,
            minute % MINUTES_OF_HOUR
        )
    });
    format!("{from}-{to}")
}

/// The words of a text between blanks, with their bytes; a comma after a word belongs to none.
struct Words<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Words<'t> {
    fn of(text: &'t str) -> Self {
        Self { text, at: 0 }
    }
}

impl<'t> Iterator for Words<'t> {
    type Item = (&'t str, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.text[self.at..];
        let start = self.at + rest.find(|c: char| !c.is_whitespace())?;
        let rest = &self.text[start..];
        let end = start + rest.find(char::is_whitespace).unwrap_or(rest.len());
        self.at = end;
        let word = self.text[start..end].trim_end_matches(',');
        Some((word, start..start + word.len()))
    }
}

fn fail<T>(
    at: Range<usize>,
    message: impl Into<String>,
    remedy: &'static str,
) -> Result<T, TextError> {
    Err(TextError {
        at,
        message: message.into(),
        remedy,
    })
}

/// Days between commas, ranges among them; a range may go over the end of the week.
fn days(word: &str, at: Range<usize>) -> Result<Vec<Weekday>, TextError> {
    let mut days = Vec::new();
    let mut begin = at.start;
    for part in word.split(',') {
        let part_at = begin..begin + part.len();
        begin = part_at.end + 1;
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (Some(first), Some(last)) = (weekday(first), weekday(last)) else {
            return fail(part_at, format!("{part:?} is no day of the week"), WEEKLY);
        };
        let mut day = first;
        days.push(day);
        while day != last {
            day = day_after(day);
            days.push(day);
        }
    }
    Ok(days)
}

fn weekday(word: &str) -> Option<Weekday> {
    Weekday::from_word(&word.to_ascii_lowercase())
}

fn day_after(day: Weekday) -> Weekday {
    let at = Weekday::ALL
        .iter()
        .position(|known| *known == day)
        .unwrap_or(0);
    Weekday::ALL[(at + 1) % Weekday::ALL.len()]
}

/// The times of a day, in minutes. What makes no sense in them is found later, for every source of a configuration.
fn spans(words: Words<'_>) -> Result<Vec<(u16, u16)>, TextError> {
    let span = |(word, at): (&str, Range<usize>)| {
        let times = word
            .split_once('-')
            .and_then(|(from, to)| Some((minute(from)?, minute(to)?)));
        match times {
            Some((from, _)) if from == MINUTES_OF_DAY => fail(
                at,
                "no hours begin at 24:00",
                "write 00:00 and the day after",
            ),
            Some(times) => Ok(times),
            None => fail(at, format!("{word:?} are no hours of a day"), TIMES),
        }
    };
    words.map(span).collect()
}

fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let [hours, minutes] = [hours, minutes].map(|digits| {
        let is_number = digits.len() <= 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse::<u16>().ok()).flatten()
    });
    let (hours, minutes) = (
        hours?,
        minutes.filter(|minutes| *minutes < MINUTES_OF_HOUR)?,
    );
    Some(hours * MINUTES_OF_HOUR + minutes).filter(|minute| *minute <= MINUTES_OF_DAY)
}

fn date(text: &str) -> Option<(i16, u8, u8)> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let is_date = parts.next().is_none()
        && (year.len(), month.len(), day.len()) == (4, 2, 2)
        && [year, month, day]
            .iter()
            .all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    is_date
        .then(|| Some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)))
        .flatten()
}

#[cfg(test)]
mod tests {
    use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};

    use super::*;

    fn weekly(days: &[Weekday], from: u16, to: u16) -> WeeklyHours {
        WeeklyHours {
            days: days.to_vec(),
            from,
            to,
        }
    }

    #[test]
    fn weekly_hours_read_as_people_write_them_and_are_written_so() {
        for (text, days, from, to) in [
            (
                "mon-fri 08:00-18:00",
                &[Mon, Tue, Wed, Thu, Fri][..],
                480,
                1_080,
            ),
            ("sat 09:00-12:30", &[Sat], 540, 750),
            ("mon,wed 00:00-24:00", &[Mon, Wed], 0, 1_440),
            ("fri-mon 22:00-06:00", &[Fri, Sat, Sun, Mon], 1_320, 360),
            ("mon,tue,thu 08:00-00:00", &[Mon, Tue, Thu], 480, 0),
        ] {
            let hours = weekly(days, from, to);
            assert_eq!(parse_weekly(text), Ok(hours.clone()), "{text}");
            assert_eq!(weekly_text(&hours), text);
        }
        let weekend = weekly(&[Sat, Sun], 540, 720);
        assert_eq!(parse_weekly(" Sat,Sun  9:00-12:00 "), Ok(weekend));
    }

    #[test]
    fn a_date_is_closed_or_has_its_own_hours() {
        for (text, hours) in [
            ("2026-12-25", vec![]),
            ("2026-12-25 09:00-12:00", vec![(540, 720)]),
            (
                "2026-12-25 09:00-12:00 14:00-16:00",
                vec![(540, 720), (840, 960)],
            ),
        ] {
            let holiday = Holiday {
                date: (2026, 12, 25),
                hours,
            };
            assert_eq!(parse_holiday(text), Ok(holiday.clone()), "{text}");
            assert_eq!(holiday_text(&holiday), text);
        }
    }

    #[test]
    fn what_are_no_hours_is_pointed_at() {
        for (text, at, message) in [
            ("", 0..0, "there are no hours here"),
            ("mon-fri", 0..7, "\"mon-fri\" says no times"),
            (
                "mon 1:00-2:00 3:00-4:00",
                0..23,
                "\"mon 1:00-2:00 3:00-4:00\" says several times",
            ),
            ("mon,fry 08:00-18:00", 4..7, "\"fry\" is no day of the week"),
            (
                "08:00-18:00",
                0..11,
                "\"08:00-18:00\" is no day of the week",
            ),
            (
                "mon 08:00-25:00",
                4..15,
                "\"08:00-25:00\" are no hours of a day",
            ),
            ("mon 8-18", 4..8, "\"8-18\" are no hours of a day"),
            (
                "mon 08:60-18:00",
                4..15,
                "\"08:60-18:00\" are no hours of a day",
            ),
            ("mon 24:00-06:00", 4..15, "no hours begin at 24:00"),
        ] {
            let wrong = parse_weekly(text).expect_err(text);
            assert_eq!((wrong.at, wrong.message.as_str()), (at, message), "{text}");
        }
        for (text, at, message) in [
            ("", 0..0, "there is no date here"),
            ("25.12.2026", 0..10, "\"25.12.2026\" is no date"),
            ("2026-12-5", 0..9, "\"2026-12-5\" is no date"),
            (
                "2026-12-25 closed",
                11..17,
                "\"closed\" are no hours of a day",
            ),
        ] {
            let wrong = parse_holiday(text).expect_err(text);
            assert_eq!((wrong.at, wrong.message.as_str()), (at, message), "{text}");
        }
    }
}
