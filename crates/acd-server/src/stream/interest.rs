//! Which part of a tenant a subscription shows.

use std::collections::BTreeSet;
use std::sync::Arc;

use acd_core::ids::{AdapterName, AgentName, QueueName, SessionId};

/// Who subscribes, and to what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interest {
    /// An agent's desktop: himself, his offers and his handlings. Subscribing attaches the session; the end of the
    /// subscription detaches it.
    Agent {
        /// The agent.
        agent: AgentName,
        /// His session, from the login.
        session: SessionId,
    },
    /// An adapter: its directives. Subscribing connects it and fences an earlier connection; the end of the
    /// subscription disconnects it. Its unacknowledged directives come first.
    Adapter {
        /// The adapter.
        adapter: AdapterName,
        /// The run of the adapter.
        incarnation: Arc<str>,
    },
    /// A view of the tenant.
    View(ViewFilter),
}

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
    /// Only these queues and their contacts; empty: all.
    pub queue_names: BTreeSet<QueueName>,
    /// Only these agents; empty: all.
    pub agent_names: BTreeSet<AgentName>,
}
