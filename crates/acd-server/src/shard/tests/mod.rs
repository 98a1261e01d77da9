//! What shards promise.
