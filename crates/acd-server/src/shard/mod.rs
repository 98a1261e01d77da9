//! Shards: each one thread that owns the engines of its tenants and their log.
//!
//! A shard takes what has queued in its mailbox, decides each call, appends one batch to the log, and only when that
//! is durable hands it over to its follower, which shows it, and releases the answers. If the log does not take a batch, nothing further is decided and nothing let out; the same batch is tried again, and if that does not help
//! the shard stops for good: it never undoes and decides again.

mod call;
mod civil;
mod compactor;
mod failure;
mod follower;
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
mod turn;
mod worker;

pub use call::{Answered, BUSY_RETRY_AFTER, CallError, Pending, STORAGE_RETRY_AFTER};
pub use failure::ShardError;
pub use health::Health;
pub use options::{Options, Setup};
pub use shards::Shards;
