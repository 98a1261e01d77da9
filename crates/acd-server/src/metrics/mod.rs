//! What the server tells Prometheus.
//!
//! Two sources, one text: the engine's health is counted by handles that are made once and cost an atomic operation
//! each ([`Metrics`]); the figures of queues are read from the tenants' state at scrape time (`reading`), since they
//! are facts of the journal that survive a restart. Every family stands in `families` and in `docs/metrics.md`; a
//! test compares both with what a scrape shows.

mod exposition;
mod families;
mod handles;
mod http;
mod process;
mod reading;
mod recorder;
mod refusals;
mod samples;
mod scrape;
#[cfg(test)]
mod tests;
mod turned;

pub use families::{ALL, Family, Kind};
pub use http::routes;
pub use recorder::Metrics;
pub(crate) use recorder::{HistoryHealth, HistoryQuestions};
pub use refusals::Refusals;
pub use scrape::Scraper;
pub use turned::Turned;
