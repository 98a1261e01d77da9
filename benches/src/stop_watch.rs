//! The one place where benchmarks read the clock.

use std::time::Instant;

/// What the work gave, and how many nanoseconds it took.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let begin = Instant::now();
    let result = work();
    (result, begin.elapsed().as_nanos() as f64)
}
