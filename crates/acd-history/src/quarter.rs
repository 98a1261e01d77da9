//! Quarters of an hour: the intervals in which figures are kept.

use acd_core::ids::{DurationMs, TimeMs};

/// How long an interval is. Zones differ by multiples of it, so that the days of every zone are made of whole ones.
pub const QUARTER_MS: DurationMs = 15 * 60_000;

/// When the interval of this instant began.
pub(crate) fn begin(at_ms: TimeMs) -> TimeMs {
    at_ms.div_euclid(QUARTER_MS) * QUARTER_MS
}
