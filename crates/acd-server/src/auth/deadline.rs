//! Until when the answer to a call is of use to its caller.

use std::time::Duration;

use acd_shard::clock::{Clock, Deadline};
use tonic::codegen::http::HeaderMap;

/// The deadline of a call that came just now with these headers; none: its caller waits for as long as it takes.
pub(super) fn deadline(headers: &HeaderMap, clock: &Clock) -> Option<Deadline> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    timeout(text).map(|timeout| clock.deadline(timeout))
}

/// The time a caller gives, as HTTP/2 carries it: up to eight digits and a unit.
fn timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(count * 3_600)),
        "M" => Some(Duration::from_secs(count * 60)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_read_in_every_unit_and_garbage_is_none() {
        for (text, expected) in [
            ("2H", Some(Duration::from_secs(7_200))),
            ("3M", Some(Duration::from_secs(180))),
            ("4S", Some(Duration::from_secs(4))),
            ("5m", Some(Duration::from_millis(5))),
            ("6u", Some(Duration::from_micros(6))),
            ("99999999n", Some(Duration::from_nanos(99_999_999))),
            ("100000000n", None),
            ("", None),
            ("m", None),
            ("5", None),
            ("5x", None),
            ("-5m", None),
            ("5é", None),
        ] {
            assert_eq!(timeout(text), expected, "{text:?}");
        }
    }
}
