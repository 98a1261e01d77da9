//! Lengths of time as people write them: `20s`, `1m30s`, `1500ms`, `2h`.

use acd_core::config::DURATION_UNITS;
use acd_core::ids::DurationMs;

use crate::text_error::TextError;

/// Reads whole numbers each with its unit, the larger unit first.
pub(crate) fn parse_duration(text: &str) -> Result<DurationMs, TextError> {
    let fail = |at: usize, length: usize, message: String, remedy| {
        Err(TextError {
            at: at..at + length,
            message,
            remedy,
        })
    };
    let mut total: DurationMs = 0;
    let mut units = &DURATION_UNITS[..];
    let mut at = 0;
    while at < text.len() || at == 0 {
        let rest = &text[at..];
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let name_length = rest[digits..]
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(rest.len() - digits);
        let name = &rest[digits..digits + name_length];
        if digits == 0 {
            let message = format!("{text:?} is no length of time");
            return fail(
                at,
                rest.len(),
                message,
                "write whole numbers with units, as in \"20s\" or \"1m30s\"",
            );
        }
        let Some(known) = DURATION_UNITS.iter().find(|(unit, _)| *unit == name) else {
            let message = match name {
                "" => format!("{} has no unit", &rest[..digits]),
                other => format!("there is no unit {other:?}"),
            };
            return fail(
                at,
                digits + name_length,
                message,
                "the units are d, h, m, s and ms, as in \"20s\"",
            );
        };
        let Some(place) = units.iter().position(|unit| unit == known) else {
            let message = format!("{:?} does not belong here", &rest[..digits + name_length]);
            return fail(
                at,
                digits + name_length,
                message,
                "write the larger unit first and each one once",
            );
        };
        let part = rest[..digits]
            .parse::<DurationMs>()
            .ok()
            .and_then(|count| count.checked_mul(known.1));
        let Some(sum) = part.and_then(|part| total.checked_add(part)) else {
            return fail(
                at,
                digits + name_length,
                format!("{text:?} is too long"),
                "give a year at most",
            );
        };
        total = sum;
        units = &units[place + 1..];
        at += digits + name_length;
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use acd_core::config::duration_text;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_read_as_people_write_them() {
        for (text, ms) in [
            ("20s", 20_000),
            ("1m30s", 90_000),
            ("1500ms", 1_500),
            ("2h", 7_200_000),
            ("0s", 0),
            ("1d12h", 129_600_000),
        ] {
            assert_eq!(parse_duration(text), Ok(ms), "{text}");
        }
    }

    #[test]
    fn a_bad_duration_is_pointed_at() {
        for (text, offset, message) in [
            ("", 0, "\"\" is no length of time"),
            ("20", 0, "20 has no unit"),
            ("1m30", 2, "30 has no unit"),
            ("20 s", 0, "20 has no unit"),
            ("20sec", 0, "there is no unit \"sec\""),
            ("30s1m", 3, "\"1m\" does not belong here"),
            ("1m1m", 2, "\"1m\" does not belong here"),
            ("-5s", 0, "\"-5s\" is no length of time"),
            ("1.5s", 0, "1 has no unit"),
            (
                "99999999999999999999s",
                0,
                "\"99999999999999999999s\" is too long",
            ),
            (
                "9223372036854775807s",
                0,
                "\"9223372036854775807s\" is too long",
            ),
        ] {
            let wrong = parse_duration(text).expect_err(text);
            assert_eq!(
                (wrong.at.start, wrong.message.as_str()),
                (offset, message),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(ms in 0..=i64::MAX) {
            prop_assert_eq!(parse_duration(&duration_text(ms)), Ok(ms));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,12}|[0-9dhms. -]{0,12}") {
            let _ = parse_duration(&text);
        }
    }
}
