//! The one place that reads the time of this machine.

/// Milliseconds since the Unix epoch, by the clock of this machine: only for the ends of sessions and tokens. What pages
/// show is engine time.
pub(crate) fn wall_ms() -> i64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed();
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}
