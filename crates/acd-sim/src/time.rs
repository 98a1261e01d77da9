//! The clocks of a simulated machine: they move when all of its tasks wait.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant as Alarm};

use acd_core::ids::TimeMs;
use acd_shard::clock::TimeSource;
use crossbeam_channel::{Receiver, never};
use tokio::time::Instant;

/// What the wall clock shows as a run begins: a Monday, 08:00 in UTC.
pub(crate) const BEGIN_MS: TimeMs = 1_767_600_000_000;

/// The clocks of the machine: the monotone one is that of the paused runtime, the one on the wall may be set.
#[derive(Debug)]
pub(crate) struct SimulatedTime {
    origin: Instant,
    /// What the wall clock shows more than time has passed, in milliseconds.
    steps_ms: AtomicI64,
}

impl SimulatedTime {
    /// Clocks that begin now.
    pub(crate) fn begin() -> Self {
        Self {
            origin: Instant::now(),
            steps_ms: AtomicI64::new(0),
        }
    }

    /// Sets the clock on the wall forward, or back.
    pub(crate) fn step_wall(&self, by_ms: i64) {
        self.steps_ms.fetch_add(by_ms, Ordering::Relaxed);
    }
}

impl TimeSource for SimulatedTime {
    fn monotone(&self) -> Duration {
        self.origin.elapsed()
    }

    fn wall_ms(&self) -> TimeMs {
        let passed = i64::try_from(self.origin.elapsed().as_millis()).unwrap_or(i64::MAX);
        BEGIN_MS + passed + self.steps_ms.load(Ordering::Relaxed)
    }

    /// Never: no thread of a simulated machine waits.
    fn alarm(&self, _: Duration) -> Receiver<Alarm> {
        never()
    }
}
