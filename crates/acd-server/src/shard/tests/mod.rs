//! What shards promise.

mod bench;
mod durability;
mod extremes;
mod mailbox;
mod recovery;
mod streams;
mod tenants;
