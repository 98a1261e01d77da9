//! What every event log promises, checked on every implementation of this crate: add a store to `stores.rs` and a line
//! below. A crate with a store of its own takes the other modules.

mod model;
mod promises;
mod store;
mod stores;
mod suite;

suite::conformance! {
    memory: crate::stores::Memory,
    sqlite: crate::stores::Sqlite,
}
