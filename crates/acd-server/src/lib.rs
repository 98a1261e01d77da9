//! The server: shards that decide and journal, streams, gRPC services, authorisation, metrics.

pub mod auth;
pub mod clock;
pub mod error;
pub mod metrics;
#[cfg(test)]
mod random_days;
mod sampling;
pub mod server;
pub mod service;
pub mod shard;
mod stable_hash;
pub mod stream;
mod trace;
pub mod view;
