//! Deterministic: no I/O, no clock, no randomness, no async.
//!
//! The engine of an automatic call distributor, one [`Engine`] per tenant.

mod bits;
pub mod command;
pub mod config;
pub mod engine;
pub mod event;
pub mod explain;
pub mod figures;
pub mod ids;
mod lookup;
pub mod matching;
pub mod measures;
pub mod performance;
pub mod personal;
mod ranked;
pub mod refusal;
pub mod requirement;
pub mod service_level;
pub mod stable_hash;
pub mod state;
mod table;

pub use engine::{ContactDifference, DryRun, Engine, Handled};
pub use table::{Number, Table};
