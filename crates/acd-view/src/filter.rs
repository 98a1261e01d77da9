//! Which part of a tenant a view shows.

use std::collections::BTreeSet;

use acd_core::ids::{AgentName, QueueName};

/// What part of a tenant a view shows. Adapters are always shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ViewFilter {
    /// Show queues.
    pub queues: bool,
    /// Show agents.
    pub agents: bool,
    /// Show open contacts.
    pub contacts: bool,
    /// Show what supervisors do.
    pub acts: bool,
    /// Show how queues have done of late and today.
    pub performance: bool,
    /// Only these queues and their contacts; empty: all.
    pub queue_names: BTreeSet<QueueName>,
    /// Only these agents; empty: all.
    pub agent_names: BTreeSet<AgentName>,
}
