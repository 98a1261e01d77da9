//! Which part of a tenant a subscription shows.

use std::sync::Arc;

use acd_core::ids::{AdapterName, AgentName, SessionId};
use acd_view::ViewFilter;

/// Who subscribes, and to what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interest {
    /// An agent's desktop: themselves, their offers and their handlings. Subscribing attaches the session; the end of
    /// the subscription detaches it.
    Agent {
        /// The agent.
        agent: AgentName,
        /// Their session, from the login.
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
