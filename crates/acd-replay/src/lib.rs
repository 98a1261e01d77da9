//! Call logs and what is made of them.
//!
//! - [`call_log`]: reads a call log (the Anonymous Bank's TSV or our own CSV) into one model.
//! - [`shifts`]: who was on duty when, and which classes they served, derived from who served which call.
//! - [`talk_time`]: how long a replayed call talks, also when the log never saw it answered.
//! - [`script`]: what callers and agents do, from a call log or by chance.
//! - [`play`]: plays a script on the virtual clock, as fast as it goes, or against a running server ([`play::live`]).
//! - [`report`]: the closing report, which puts the engine's figures beside the recorded ones.
//!
//! Instants and durations are `i64` milliseconds, named `_ms`. Everything but [`play::live`] is deterministic: the same
//! log and seed give the same result on every machine.

pub mod call_log;
pub mod play;
pub mod report;
pub mod script;
pub mod shifts;
pub mod talk_time;
