//! The one clock. Engine time starts at the later of the wall clock and the last journaled time and then advances with
//! the monotone clock: it never goes back, whatever happens to the wall clock.

#![expect(clippy::disallowed_methods, reason = "the only place that reads time")]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use acd_core::ids::{DurationMs, TimeMs};

/// The least difference between engine time and wall clock that counts as one, in milliseconds.
const STEP_MS: DurationMs = 1_000;

/// Engine time. Copies of one clock agree.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// The monotone instant at which the engine's time was `start_ms`.
    origin: Instant,
    start_ms: TimeMs,
    behind_ms: DurationMs,
}

impl Clock {
    /// The clock of a server whose journal ends at `last_journaled`, in milliseconds since the Unix epoch.
    pub fn start(last_journaled: Option<TimeMs>) -> Self {
        Self::starting_at(wall_clock_ms(), last_journaled)
    }

    fn starting_at(wall_ms: TimeMs, last_journaled: Option<TimeMs>) -> Self {
        let start_ms = last_journaled.map_or(wall_ms, |last| last.max(wall_ms));
        Self {
            origin: Instant::now(),
            start_ms,
            behind_ms: start_ms - wall_ms,
        }
    }

    /// Engine time now.
    pub fn now(&self) -> TimeMs {
        self.start_ms + millis(self.origin.elapsed())
    }

    /// How far engine time is ahead of the wall clock now, in milliseconds; negative if it is behind. A difference of
    /// less than a second is none: it is the grain of reading two clocks, or of a clock that is being adjusted.
    pub fn ahead_of_wall_ms(&self) -> DurationMs {
        ahead_of(self.now(), wall_clock_ms())
    }

    /// How far the wall clock was behind the journal at the start, in milliseconds; 0 if it was not.
    pub fn wall_clock_behind_ms(&self) -> DurationMs {
        self.behind_ms
    }

    /// The monotone instant at which engine time will be (or was) `at`; none if it lies beyond what can be told.
    pub fn instant_of(&self, at: TimeMs) -> Option<Instant> {
        match u64::try_from(at - self.start_ms) {
            Ok(ahead) => self.origin.checked_add(Duration::from_millis(ahead)),
            Err(_) => Some(self.origin),
        }
    }
}

/// The instant by which a call must have been decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

impl Deadline {
    /// The deadline of a call that came just now and may take this long; none if that is beyond what can be told.
    pub fn after(timeout: Duration) -> Option<Self> {
        Instant::now().checked_add(timeout).map(Self)
    }

    /// Whether it has passed.
    pub fn has_passed(self) -> bool {
        Instant::now() >= self.0
    }
}

/// A stop-watch for metrics; no decision depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins to measure.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the begin.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

fn ahead_of(engine_ms: TimeMs, wall_ms: TimeMs) -> DurationMs {
    let ahead = engine_ms - wall_ms;
    if ahead.abs() < STEP_MS { 0 } else { ahead }
}

/// The wall clock in milliseconds since the Unix epoch: for tokens, whose times are civil times.
pub fn wall_clock_ms() -> TimeMs {
    // A machine that believes to be before 1970 has no usable wall clock; the journal or 1970 is the better start.
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, millis)
}

fn millis(duration: Duration) -> DurationMs {
    DurationMs::try_from(duration.as_millis()).unwrap_or(DurationMs::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engine_time_starts_at_the_later_of_wall_clock_and_journal() {
        assert!(Clock::starting_at(5_000, None).now() >= 5_000);
        let ahead = Clock::starting_at(5_000, Some(4_000));
        assert_eq!(ahead.wall_clock_behind_ms(), 0);
        assert!(ahead.now() >= 5_000);
        let behind = Clock::starting_at(5_000, Some(9_000));
        assert_eq!(behind.wall_clock_behind_ms(), 4_000);
        assert!(behind.now() >= 9_000);
    }

    #[test]
    fn engine_time_is_ahead_of_the_wall_clock_only_by_a_step() {
        for (wall_ms, ahead_ms) in [
            (50_000, 0),
            (49_001, 0),
            (50_999, 0),
            (49_000, 1_000),
            (54_000, -4_000),
        ] {
            assert_eq!(ahead_of(50_000, wall_ms), ahead_ms);
        }
    }

    #[test]
    fn an_instant_maps_to_the_engine_time_it_stands_for() {
        let clock = Clock::starting_at(1_000, None);
        let later = clock.instant_of(61_000).unwrap();
        assert_eq!(later - clock.origin, Duration::from_secs(60));
        assert_eq!(clock.instant_of(0), Some(clock.origin));
    }
}
