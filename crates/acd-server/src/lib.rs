//! The server: gRPC services over the shards, authorisation, metrics, listeners, start and drain.

pub mod auth;
pub mod error;
#[cfg(test)]
mod gated_log;
pub mod metrics;
#[cfg(test)]
#[path = "../../acd-shard/src/random_days.rs"]
mod random_days;
mod sampling;
pub mod server;
pub mod service;
pub mod tasks;
