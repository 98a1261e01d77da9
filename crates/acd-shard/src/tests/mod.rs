//! What shards promise.

mod bench;
mod compactor;
mod durability;
mod expiry;
mod extremes;
mod mailbox;
mod rebuild;
mod recovery;
mod streams;
mod tenants;
mod time;
