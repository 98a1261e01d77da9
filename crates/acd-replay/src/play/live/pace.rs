//! Virtual time on wall time.

use std::time::Duration;

use tokio::time::Instant;

/// Where an instant of the script lies on the wall clock, and how long a time of the script takes there.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The wall instant of `origin_ms`.
    start: Instant,
    origin_ms: i64,
    speed: f64,
}

impl Pace {
    /// The virtual instant `origin_ms` is now, and `speed` virtual seconds pass in a second.
    pub fn starting_now(origin_ms: i64, speed: f64) -> Self {
        Self {
            start: Instant::now(),
            origin_ms,
            speed,
        }
    }

    /// The wall instant of a virtual one; what lies before the begin is at the begin.
    pub fn instant_of(&self, virtual_ms: i64) -> Instant {
        self.start + wall(virtual_ms - self.origin_ms, self.speed)
    }

    /// The virtual time of this instant.
    pub fn now_ms(&self) -> i64 {
        self.origin_ms + self.virtual_ms(self.start.elapsed())
    }

    /// How long this wall time is in virtual milliseconds.
    pub fn virtual_ms(&self, wall: Duration) -> i64 {
        (wall.as_secs_f64() * 1_000.0 * self.speed).round() as i64
    }

    /// How long this virtual time is on the wall clock.
    pub fn wall(&self, virtual_ms: i64) -> Duration {
        wall(virtual_ms, self.speed)
    }
}

/// How long a virtual time takes at a speed; none takes less than nothing.
pub(super) fn wall(virtual_ms: i64, speed: f64) -> Duration {
    Duration::from_secs_f64(virtual_ms.max(0) as f64 / 1_000.0 / speed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_minute_takes_a_second_at_speed_60() {
        let pace = Pace::starting_now(1_000_000, 60.0);
        let later = pace.instant_of(1_060_000);
        assert_eq!(later - pace.instant_of(1_000_000), Duration::from_secs(1));
        assert_eq!(pace.instant_of(0), pace.instant_of(1_000_000));
        assert_eq!(pace.virtual_ms(Duration::from_millis(10)), 600);
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(pace.now_ms(), 1_120_000);
    }
}
