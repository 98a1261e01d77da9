//! Lengths of time as people read them.

use std::fmt::Write;

use crate::ids::DurationMs;

/// The units of a length of time in milliseconds, the largest first.
pub const DURATION_UNITS: [(&str, DurationMs); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// A length of time as configuration writes it: `20s`, `1m30s`, `0s`.
pub fn duration_text(duration: DurationMs) -> String {
    let mut text = String::new();
    let mut rest = duration.unsigned_abs();
    if duration < 0 {
        text.push('-');
    }
    for (unit, ms) in DURATION_UNITS {
        let count = rest / ms.unsigned_abs();
        rest %= ms.unsigned_abs();
        if count > 0 {
            // Writing to a string cannot fail.
            let _ = write!(text, "{count}{unit}");
        }
    }
    if duration == 0 {
        text.push_str("0s");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::duration_text;

    #[test]
    fn a_length_of_time_reads_in_the_largest_units() {
        for (ms, text) in [
            (0, "0s"),
            (1_500, "1s500ms"),
            (20_000, "20s"),
            (90_000, "1m30s"),
            (366 * 86_400_000, "366d"),
            (-5_000, "-5s"),
        ] {
            assert_eq!(duration_text(ms), text);
        }
    }
}
