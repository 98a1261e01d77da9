//! What adapters ask: streams, acknowledgements, live lists, phones.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Arrival, Availability};
use crate::ids::{
    AdapterName, AgentName, ConnectionId, ContactName, DirectiveId, QueueName, TimeMs,
};
use crate::refusal::Refusal;

/// An adapter's stream began. It fences any earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterConnect {
    /// The adapter's configured name.
    pub adapter: AdapterName,
    /// The run of the adapter; a new one starts its event sequence again.
    pub incarnation: Arc<str>,
}

/// An adapter's stream ended; without effect if a later one has taken its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterDisconnect {
    /// The adapter.
    pub adapter: AdapterName,
    /// The stream that ended.
    pub connection: ConnectionId,
}

/// The adapter has taken note of these directives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcknowledgeDirectives {
    /// The adapter.
    pub adapter: AdapterName,
    /// The directives; unknown ones are passed over.
    pub directives: Vec<DirectiveId>,
}

/// The adapter knows which of its events were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmRefusals {
    /// The adapter.
    pub adapter: AdapterName,
    /// The stream on which it says so; without effect if a later one has taken its place.
    pub connection: ConnectionId,
    /// The refusals of all events up to this sequence.
    pub up_to: u64,
}

/// A reconnected adapter's complete list of what it holds: what it no longer has has ended, what the engine does
/// not know joins. Each entry that cannot be admitted is answered by itself, and the others hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReconcileAdapter {
    /// The adapter.
    pub adapter: AdapterName,
    /// The tenant's sequence when the list began: what was accepted after it goes on although the list does not name
    /// it. None: the list is of this instant.
    pub as_of: Option<u64>,
    /// The names of contacts it holds beside those of the page; `AdmitLive` says what they are.
    pub held: Vec<ContactName>,
    /// Its live contacts, or the first of them.
    pub page: LivePage,
    /// The agents who are in a call that is no contact of a queue.
    pub busy_outside: Vec<AgentName>,
}

/// Further contacts of an adapter's complete list: what the engine does not know joins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmitLive {
    /// The adapter.
    pub adapter: AdapterName,
    /// The contacts.
    pub page: LivePage,
}

/// The adapter says whether an agent is in a call that is no contact of a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetOutsideBusy {
    /// The adapter.
    pub adapter: AdapterName,
    /// The agent.
    pub agent: AgentName,
    /// Whether they are.
    pub busy: bool,
}

/// The adapter acts for an agent without a desktop whose phone it owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActForAgent {
    /// The adapter.
    pub adapter: AdapterName,
    /// The agent.
    pub agent: AgentName,
    /// What it asks.
    pub act: PhoneAct,
}

/// A contact that a reconnected adapter holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveContact {
    /// The contact as it arrives, if the engine does not know it.
    pub arrival: Arrival,
    /// When it arrived.
    pub arrived_at: TimeMs,
    /// The agent it talks with; none: it does not, or the adapter does not say.
    pub agent: Option<AgentName>,
}

/// Contacts of an adapter's complete list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LivePage {
    /// Those that are stated as they should be.
    pub contacts: Vec<LiveContact>,
    /// Those that are not: they go on if they are known, and are refused if they are not.
    pub malformed: Vec<LiveRefusal>,
}

/// An entry of an adapter's complete list that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LiveRefusal {
    /// Which entry.
    pub entry: LiveEntry,
    /// Why.
    pub refusal: Refusal,
}

/// An entry of an adapter's complete list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveEntry {
    /// A contact that the adapter holds.
    Contact(ContactName),
    /// An agent who is in a call that is no contact of a queue.
    Agent(AgentName),
}

/// What an adapter asks for an agent whose phone it owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhoneAct {
    /// Log in, not ready at first.
    LogIn,
    /// Log out; takes effect when the last slot clears.
    LogOut,
    /// Go ready or not ready; takes effect when the last slot clears.
    SetPresence(Availability),
    /// Take no contacts of this queue, with the reason.
    PauseQueue(QueueName, Arc<str>),
    /// Take contacts of this queue again.
    ResumeQueue(QueueName),
}
