//! What the program fixes and no configuration says: where waits are counted, and how much of some things is kept. It
//! stands in the event of each configuration, so that older events go on meaning what they meant when another program
//! measures otherwise.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ids::DurationMs;

/// Upper edges of the wait buckets of this program, in milliseconds; a queue's service-level threshold is added to them.
pub const WAIT_EDGES_MS: [DurationMs; 17] = [
    1_000, 2_000, 5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 45_000, 60_000, 90_000, 120_000,
    180_000, 240_000, 300_000, 600_000, 1_800_000,
];

/// What the program fixes, as it was when a configuration was applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measures {
    /// Upper edges of the wait buckets in milliseconds, rising; a queue's service-level threshold is added to them.
    pub wait_edges_ms: Arc<[DurationMs]>,
    /// Configuration versions whose description is kept.
    pub versions: u32,
    /// Offers of one contact whose records are kept.
    pub offers_of_contact: u32,
    /// Ended offers an agent's desktop may still ask about.
    pub offers_of_agent: u32,
    /// Ended handlings of an agent to which they may still come back: to say what became of it, and for an optional
    /// wrap-up.
    pub handlings_of_agent: u32,
    /// Reasons of not ready of an agent that are counted apart on a day.
    pub reasons_of_day: u32,
    /// Ended handlings of a queue from which the predicted wait learns.
    pub handling_times: u32,
    /// Length of the steps in which the recent past of a queue is counted.
    pub recent_step_ms: DurationMs,
    /// How many steps the recent past is, beside the one under way.
    pub recent_steps: u32,
    /// Length of the intervals of a day, in each of which the most who wait are kept.
    pub day_interval_ms: DurationMs,
    /// The most intervals of a day that are kept: one more hour than a day has at the end of summer time is 100.
    pub day_intervals: u32,
    /// Runs of an adapter that are known beside the one that is there: one of them may come back.
    pub runs_of_adapter: u32,
}

impl Measures {
    /// Those of this program.
    pub fn of_this_program() -> Self {
        Self {
            wait_edges_ms: Arc::from(WAIT_EDGES_MS),
            versions: 1_000,
            offers_of_contact: 64,
            offers_of_agent: 16,
            handlings_of_agent: 8,
            reasons_of_day: 32,
            handling_times: 50,
            recent_step_ms: 60_000,
            recent_steps: 30,
            day_interval_ms: 900_000,
            day_intervals: 100,
            runs_of_adapter: 64,
        }
    }
}
