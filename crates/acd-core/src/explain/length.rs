//! Lengths of time as people read them.

use crate::ids::DurationMs;

/// The two largest units of a length of time: `40 s`, `1 min 2 s`, `3 h 20 min`, `2 d 5 h`.
pub fn length(ms: DurationMs) -> String {
    let seconds = ms / 1_000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => format!("{minutes} min {} s", seconds % 60),
        3_600..86_400 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn a_length_is_told_in_its_two_largest_units() {
        let told = [999, 59_999, 62_000, 3_600_000, 86_399_999, 190_800_000].map(length);
        let expected = [
            "0 s",
            "59 s",
            "1 min 2 s",
            "1 h 0 min",
            "23 h 59 min",
            "2 d 5 h",
        ];
        assert_eq!(told, expected);
    }
}
