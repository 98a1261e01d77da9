//! What shards promise.

mod bench;
mod durability;
mod mailbox;
mod recovery;
mod streams;
mod tenants;
