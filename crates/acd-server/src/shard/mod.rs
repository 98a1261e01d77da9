//! Shards: each one thread that owns the engines of its tenants and their log.
//!
//! A shard takes what has queued in its mailbox, decides each call, appends one batch to the log, and only when that
//! is durable releases the answers and publishes to the streams. Reads see durable state only. If the log does not take
//! a batch, nothing further is decided and nothing let out; the same batch is tried again, and if that does not help
//! the shard stops for good: it never undoes and decides again.

mod batch;
mod call;
mod civil;
mod failure;
mod health;
mod mailbox;
mod options;
mod recovery;
mod registry;
mod shards;
mod tenant;
#[cfg(test)]
mod tests;
mod thread;
mod worker;

pub use call::{Answered, BUSY_RETRY_AFTER, CallError, Pending, STORAGE_RETRY_AFTER};
pub use failure::ShardError;
pub use health::Health;
pub use options::{Options, Setup};
pub use shards::Shards;
