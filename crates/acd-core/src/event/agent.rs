//! What happened to agents: sessions, presence, pauses.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::command::Availability;
use crate::ids::{AdapterNo, AgentNo, DurationMs, QueueNo, TimeMs};

/// An agent logged in. The event's sequence is the session. It replaces an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentLoggedIn {
    /// The agent.
    pub agent: AgentNo,
    /// The reason code with which they begin, not ready; all that is counted since the login begins anew. None: it
    /// takes over a session that was there or in its grace, with its presence and counts.
    pub begins: Option<Arc<str>>,
    /// By when its stream must begin; none: it needs none.
    pub grace_until: Option<TimeMs>,
}

/// The session's stream began. The event's sequence is the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionAttached {
    /// The agent.
    pub agent: AgentNo,
}

/// The session's stream was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionLost {
    /// The agent.
    pub agent: AgentNo,
    /// When they are logged out.
    pub grace_until: TimeMs,
}

/// A session was lost for longer than the grace while the agent had contacts: they are logged out when their last slot
/// clears, unless they resume it before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionGivenUp {
    /// The agent.
    pub agent: AgentNo,
}

/// The agent is logged out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentLoggedOut {
    /// The agent.
    pub agent: AgentNo,
    /// Why.
    pub cause: LogoutCause,
}

/// The agent is ready or not ready from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresenceChanged {
    /// The agent.
    pub agent: AgentNo,
    /// Their presence.
    pub presence: Availability,
    /// When they are made ready again by themselves.
    pub return_at: Option<TimeMs>,
    /// Whether it is the agent's own choice: the offers they missed in a row are counted anew.
    pub own: bool,
}

/// An agent takes no contacts of a queue, or takes them again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuePaused {
    /// The agent.
    pub agent: AgentNo,
    /// The queue.
    pub queue: QueueNo,
    /// Why; none: they take them again.
    pub reason: Option<Arc<str>>,
    /// When they take them again by themselves.
    pub return_at: Option<TimeMs>,
    /// Whether it is the agent's own choice: the offers of this queue that they missed in a row are counted anew.
    pub own: bool,
}

/// An agent began or ended a call that is no contact of a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideBusyChanged {
    /// The adapter that says so.
    pub adapter: AdapterNo,
    /// The agent.
    pub agent: AgentNo,
    /// Whether they are in one.
    pub busy: bool,
}

/// An agent who works on demand asked for the next contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextRequested {
    /// The agent.
    pub agent: AgentNo,
}

/// A change of presence waits for the agent's last slot to clear, or no longer (none).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresencePending {
    /// The agent.
    pub agent: AgentNo,
    /// What waits.
    pub pending: Option<PendingPresence>,
    /// How long after it took effect they are made ready again; none: as the tenant says for the reason.
    pub return_ms: Option<DurationMs>,
    /// Whether it is the agent's own choice.
    pub own: bool,
}

/// Why an agent was logged out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogoutCause {
    /// They asked.
    Asked,
    /// Their session was lost for longer than the grace.
    SessionLost,
    /// The configuration has them no longer.
    Removed,
    /// A supervisor did it.
    Forced,
}

/// A change of presence that waits for the last slot to clear.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingPresence {
    /// Not ready, with the reason code.
    NotReady(Arc<str>),
    /// Log out.
    Logout(LogoutCause),
}
