//! The clocks of an input: time passes when the input says so, and a little whenever somebody looks.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant as Alarm};

use acd_core::ids::TimeMs;
use acd_shard::clock::TimeSource;
use crossbeam_channel::{Receiver, never};
use tokio::time::Instant;

/// What the wall clock shows at the begin: a Monday, 08:00 in UTC.
const BEGIN_MS: TimeMs = 1_767_600_000_000;

/// The time of the paused runtime, and a millisecond for each look at it: who works until their time is over comes to an
/// end, and always at the same place.
#[derive(Debug)]
pub(super) struct CountedTime {
    origin: Instant,
    looks: AtomicU64,
}

impl CountedTime {
    pub(super) fn begin() -> Self {
        Self {
            origin: Instant::now(),
            looks: AtomicU64::new(0),
        }
    }

    fn passed(&self) -> Duration {
        let looks = self.looks.fetch_add(1, Ordering::Relaxed);
        self.origin.elapsed() + Duration::from_millis(looks)
    }
}

impl TimeSource for CountedTime {
    fn monotone(&self) -> Duration {
        self.passed()
    }

    fn wall_ms(&self) -> TimeMs {
        BEGIN_MS + i64::try_from(self.passed().as_millis()).unwrap_or(i64::MAX)
    }

    /// Never: nobody waits in a thread.
    fn alarm(&self, _: Duration) -> Receiver<Alarm> {
        never()
    }
}
