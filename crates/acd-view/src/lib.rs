//! What the engine knows, in the messages of the public API.
//!
//! Pure functions of a tenant's state: they read and compute nothing that could be decided. Every message holds the
//! whole of an entity, so that the newest replaces what was known of it.

mod act;
mod adapter;
mod agent;
mod contact;
mod desk;
mod directive;
mod effects;
mod explain;
mod figures;
mod filter;
mod handling;
mod offer;
mod past;
mod performance;
mod queue;
mod requirement;
mod snapshot;
mod story;
mod targets;
mod unknown;
mod words;

pub use act::{ActsPage, supervisor_act};
pub use adapter::adapter_states;
pub use agent::agent_state;
pub use contact::{contact_state, ended_contact_record, ended_contact_state};
pub use desk::{agent_day, desk, labels, script};
pub use directive::directive;
pub use effects::{contact_effects, effects};
pub use explain::{AgentExplainer, ContactExplainer};
pub use figures::{begin, figures};
pub use filter::ViewFilter;
pub use handling::{handling, handling_record};
pub use offer::{decided, offer, offer_record};
pub use past::{PastMasks, past_attributes};
pub use performance::{performance, performances};
pub use queue::{Tallies, counters, queue_state, queue_states};
pub use requirement::{requirement, requirement_from, skill_levels};
pub use snapshot::{
    shows_agent, shows_contact, shows_performance, shows_queue, tenant_snapshot, view_filter,
};
pub use story::{Story, ended};
pub use targets::{TargetSearch, Wanted};
pub use unknown::Unknown;
pub use words::{
    alerting, config_source, connect_failure, end_cause, offer_result, outcome, overflowed, party,
    turned_away,
};

#[cfg(test)]
mod tests;
