//! What is done with the bytes of strangers, and what must hold whatever they are: the targets of fuzzing
//! (docs/testing.md).
//!
//! A target takes any bytes and returns, or panics where something does not hold. `fuzz/` makes a program of each, which
//! libFuzzer calls again and again with other bytes; the tests of this crate call each with the bytes that are kept in
//! `fuzz/corpus`.

mod call_log;
mod configuration;
mod core_operations;
mod journal_records;
mod requests;
mod scenario;
mod seeds;
mod snapshot;
mod tokens;

pub use call_log::run as call_log;
pub use configuration::run as configuration;
pub use core_operations::run as core_operations;
pub use journal_records::run as journal_records;
pub use requests::run as requests;
pub use scenario::run as scenario;
pub use seeds::seeds;
pub use snapshot::run as snapshot;
pub use tokens::run as tokens;

/// What is done with bytes.
pub type Run = fn(&[u8]);

/// The targets by their names, which are also those of their folders in `fuzz/corpus`.
pub const TARGETS: [(&str, Run); 8] = [
    ("call_log", call_log),
    ("configuration", configuration),
    ("core_operations", core_operations),
    ("journal_records", journal_records),
    ("requests", requests),
    ("scenario", scenario),
    ("snapshot", snapshot),
    ("tokens", tokens),
];
