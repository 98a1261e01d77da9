//! The clocks of a simulated machine: they move when all of its tasks wait.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant as Alarm};

use acd_core::ids::TimeMs;
use acd_shard::clock::TimeSource;
use crossbeam_channel::{Receiver, never};
use tokio::time::Instant;

/// The clocks of the machine: the monotone one is that of the paused runtime, the one on the wall may be set.
#[derive(Debug)]
pub(crate) struct SimulatedTime {
    origin: Instant,
    /// What the wall clock showed as the run began.
    begun_ms: TimeMs,
    /// What the wall clock shows more than time has passed, in milliseconds.
    steps_ms: AtomicI64,
}

impl SimulatedTime {
    /// Clocks that begin now, at this instant of civil time.
    pub(crate) fn begin(begun_ms: TimeMs) -> Self {
        Self {
            origin: Instant::now(),
            begun_ms,
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
        self.begun_ms + passed + self.steps_ms.load(Ordering::Relaxed)
    }

    /// Never: no thread of a simulated machine waits.
    fn alarm(&self, _: Duration) -> Receiver<Alarm> {
        never()
    }
}
