//! Quarters of an hour: the intervals in which figures are kept, and those in which they are added up.

use acd_core::ids::{DurationMs, TimeMs};

/// How long an interval is. Zones differ by multiples of it, so that the days of every zone are made of whole ones.
pub const QUARTER_MS: DurationMs = 15 * 60_000;

/// How long a block is: sums of quarters, of which long reports are made.
pub(crate) const BLOCK_MS: DurationMs = 24 * QUARTER_MS;

/// A day of UTC.
pub(crate) const DAY_MS: DurationMs = 4 * BLOCK_MS;

/// When the interval of this instant began.
pub(crate) fn begin(at_ms: TimeMs) -> TimeMs {
    begin_of(QUARTER_MS, at_ms)
}

/// When the block of this instant began.
pub(crate) fn block(at_ms: TimeMs) -> TimeMs {
    begin_of(BLOCK_MS, at_ms)
}

/// When that of this instant began, among intervals of such a length.
pub(crate) fn begin_of(length_ms: DurationMs, at_ms: TimeMs) -> TimeMs {
    at_ms.div_euclid(length_ms) * length_ms
}
