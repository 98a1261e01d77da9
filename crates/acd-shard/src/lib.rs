//! Shards. Each has a thread that decides, which owns the engines of its tenants and their log; a follower, which shows
//! what is durable; and a compactor, which keeps the log short.
//!
//! A shard takes what has queued in its mailbox, decides each call, appends one batch to the log, and only when that is
//! durable hands it over to its follower and releases the answers. If the log does not take a batch, nothing further is
//! decided and nothing let out; the same batch is tried again, and if that does not help the shard stops for good: it
//! never undoes and decides again.

mod background;
mod call;
mod civil;
pub mod clock;
mod compactor;
mod decider;
pub mod document_hash;
mod expired;
mod failure;
mod follower;
mod health;
mod mailbox;
mod options;
mod pace;
mod parts;
#[cfg(test)]
#[allow(dead_code, unused_imports, reason = "the server's tests use all of it")]
mod random_days;
pub mod recovery;
mod registry;
mod shards;
pub mod shares;
mod stepped;
pub mod stream;
mod tenant;
#[cfg(test)]
mod tests;
mod thread;
pub mod trace;
mod turn;
mod worker;

pub use background::{Background, give_way};
pub use call::{Answered, BUSY_RETRY_AFTER, CallError, Called, Pending, STORAGE_RETRY_AFTER};
pub use failure::ShardError;
pub use health::{Health, Progress, Waiting};
pub use options::{Options, Setup};
pub use shards::{Shards, at_once};
pub use stepped::{Part, Stepped, SteppedShards};
