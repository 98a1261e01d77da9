//! Call logs: our own CSV, the bank's table, either of them compressed.

use acd_core::config::DURATION_MAX_MS;
use acd_replay::call_log::{self, ReadLimits};
use acd_replay::play::InProcess;
use acd_replay::report::{ClosingReport, Tally, Thresholds};
use acd_replay::script::from_log;
use acd_replay::shifts::DEFAULT_SHIFT_GAP_MS;

/// How much of a log is read.
const LIMITS: ReadLimits = ReadLimits {
    max_line_bytes: 1_024,
    max_rows: 200,
};
/// The longest log that is played, from its first arrival to its last.
const PLAYED_MS_MAX: i64 = 7 * 86_400_000;

/// A log is refused with a reason, or its calls stand in their order, and it can be played and reported.
pub fn run(bytes: &[u8]) {
    let log = match call_log::read(bytes, LIMITS) {
        Ok(log) => log,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert!(log.calls.len() as u64 <= LIMITS.max_rows);
    assert!(log.calls.is_sorted_by_key(|call| call.arrived_at_ms));
    let Ok(script) = from_log(&log, DEFAULT_SHIFT_GAP_MS, 1) else {
        return;
    };
    let arrivals = log.calls.iter().map(|call| call.arrived_at_ms);
    let length = arrivals.clone().max().unwrap_or(0) - arrivals.min().unwrap_or(0);
    let is_short = |length: i64| (0..=DURATION_MAX_MS).contains(&length);
    if length > PLAYED_MS_MAX || !log.calls.iter().all(|call| is_short(call.waited_ms)) {
        return;
    }
    // The engine may refuse what a log says; what it takes adds up.
    if let Ok(tally) = InProcess::new(&script).run(&mut |_, _| {}) {
        let report = ClosingReport::new(Thresholds::default(), &tally, None::<&Tally>, Vec::new());
        assert!(report.adds_up);
        report.to_json().expect("a report can be written");
    }
}
