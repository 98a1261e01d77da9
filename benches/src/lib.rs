//! Benchmarks of the engine. `cargo xtask bench` runs them. Here is what they share.

pub mod asked;
pub mod attack;
pub mod bare;
pub mod busy;
pub mod centre;
pub mod flush;
pub mod gate;
pub mod instructions;
pub mod memory;
pub mod processor;
pub mod pump;
pub mod quantiles;
pub mod random_day;
pub mod report;
pub mod rows;
pub mod stop_watch;

use std::sync::Arc;

use acd_core::command::{
    ApplyConfig, Arrival, Attribute, Command, ConfigSource, ContactAct, ContactCommand,
};
use acd_core::config::TenantConfig;
use acd_core::ids::Channel;
use mimalloc::MiMalloc;

/// That of the binary, so that what is measured is what it does.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// The adapter of every contact.
pub const ADAPTER: &str = "pbx";

/// A caller who comes into a queue.
pub fn arrival(contact: &str, queue: &str, attributes: Arc<[Attribute]>) -> Command {
    Command::Arrive(Arrival {
        attributes,
        ..Arrival::of(contact, ADAPTER, Channel::Voice, queue)
    })
}

/// What the adapter says about a contact.
pub fn about(contact: &str, act: ContactAct) -> Command {
    Command::Contact(ContactCommand {
        adapter: ADAPTER.into(),
        contact: contact.into(),
        act,
    })
}

/// A configuration as it is applied.
pub fn apply(config: TenantConfig) -> ApplyConfig {
    ApplyConfig::of(config, ConfigSource::Api, "bench")
}
