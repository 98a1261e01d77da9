//! The server: shards that decide and journal, streams, gRPC services, authorisation, metrics.

pub mod clock;
pub mod shard;
pub mod stream;
