//! Lengths of time.

use acd_core::ids::DurationMs;

const UNITS: [(&str, DurationMs); 3] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000)];

/// A length of time as it is shown: `1m30s`, `9.999s`.
pub fn length(length_ms: DurationMs) -> String {
    if length_ms < 0 {
        return format!("-{}", length(-length_ms));
    }
    let (mut rest, mut text) = (length_ms, String::new());
    for (name, unit_ms) in UNITS {
        if rest >= unit_ms {
            text.push_str(&format!("{}{name}", rest / unit_ms));
            rest %= unit_ms;
        }
    }
    match (rest / 1_000, rest % 1_000) {
        (0, 0) if !text.is_empty() => {}
        (seconds, 0) => text.push_str(&format!("{seconds}s")),
        (seconds, ms) => text.push_str(&format!("{seconds}.{ms:03}s")),
    }
    text
}
