//! Benchmarks of the engine. `cargo xtask bench` runs them. Here is what they share.

pub mod memory;

use std::sync::Arc;

use acd_core::command::{
    ApplyConfig, Arrival, Attribute, Command, ConfigSource, ContactAct, ContactCommand,
};
use acd_core::config::TenantConfig;
use acd_core::ids::Channel;

/// The adapter of every contact.
pub const ADAPTER: &str = "pbx";

/// A caller who comes into a queue.
pub fn arrival(contact: &str, queue: &str, attributes: Arc<[Attribute]>) -> Command {
    Command::Arrive(Arrival {
        contact: contact.into(),
        adapter: ADAPTER.into(),
        channel: Channel::Voice,
        queue: queue.into(),
        priority: 0,
        head_start_ms: 0,
        requirement: None,
        customer: None,
        attributes,
        plan: None,
        preferred: Vec::new(),
        dedicated: false,
        deadline: None,
        not_before: None,
        dial: None,
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
    ApplyConfig {
        config: Arc::new(config),
        source: ConfigSource::Api,
        author: "bench".into(),
        comment: "".into(),
        expected_version: None,
        civil: Arc::default(),
        document: None,
    }
}
