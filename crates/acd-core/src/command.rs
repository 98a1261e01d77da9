//! What may be asked of a tenant's engine, and what it answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::TenantConfig;
use crate::ids::{
    AdapterName, AgentName, CallerName, Channel, ConnectionId, ContactId, ContactName, DirectiveId,
    DurationMs, HandlingId, OfferId, QueueName, SessionId, SkillName, VisitId,
};
use crate::personal::Personal;
use crate::refusal::Refusal;
use crate::requirement::Requirement;

/// A command with what makes its repetition recognisable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// How a repetition is recognised.
    pub origin: Origin,
    /// What is asked.
    pub command: Command,
}

impl Request {
    /// A command that nobody repeats: a stream that came or went.
    pub fn internal(command: Command) -> Self {
        Self {
            origin: Origin::Internal,
            command,
        }
    }
}

/// How a repetition of a request is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The server itself; a repetition does no harm.
    Internal,
    /// A unary call: the same id of the same caller gets the first answer.
    Unary {
        /// Who asks.
        caller: CallerName,
        /// The caller's own id of this request.
        request_id: Arc<str>,
        /// A hash of the request's content: the same id with another one is refused.
        fingerprint: u64,
    },
    /// An event on an adapter's stream: its sequence grows by one with each event of an incarnation.
    Stream {
        /// The adapter.
        adapter: AdapterName,
        /// The stream that carries it.
        connection: ConnectionId,
        /// The event's own sequence, from 1.
        sequence: u64,
    },
}

/// What may be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Replace the routing configuration.
    ApplyConfig(ApplyConfig),
    /// Replace the skills of one agent, at once.
    SetAgentSkills(SetAgentSkills),
    /// Give the tenant up; refused while contacts are open.
    DeleteTenant {
        /// Who asks.
        author: CallerName,
    },

    /// An adapter's stream began. It fences any earlier one.
    AdapterConnect {
        /// The adapter's configured name.
        adapter: AdapterName,
        /// The run of the adapter; a new one starts its event sequence again.
        incarnation: Arc<str>,
    },
    /// An adapter's stream ended; without effect if a later one has taken its place.
    AdapterDisconnect {
        /// The adapter.
        adapter: AdapterName,
        /// The stream that ended.
        connection: ConnectionId,
    },
    /// The adapter has taken note of these directives.
    AcknowledgeDirectives {
        /// The adapter.
        adapter: AdapterName,
        /// The directives; unknown ones are passed over.
        directives: Vec<DirectiveId>,
    },

    /// A contact arrived for a queue.
    Arrive(Arrival),
    /// What an adapter says about a contact it holds.
    Contact {
        /// The adapter.
        adapter: AdapterName,
        /// The contact.
        contact: ContactName,
        /// What it says.
        act: ContactAct,
    },

    /// An agent logs in; a second login takes over the first.
    Login {
        /// The agent.
        agent: AgentName,
    },
    /// The stream of an agent's session began (first, or again after a drop).
    AttachSession {
        /// The agent.
        agent: AgentName,
        /// His session.
        session: SessionId,
    },
    /// The stream of an agent's session ended; without effect if a later one has taken its place.
    DetachSession {
        /// The agent.
        agent: AgentName,
        /// The stream that ended.
        connection: ConnectionId,
    },
    /// What an agent asks in his session.
    Agent {
        /// The agent.
        agent: AgentName,
        /// His session.
        session: SessionId,
        /// What he asks.
        act: AgentAct,
    },
}

/// A new routing configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplyConfig {
    /// The whole of it.
    pub config: Arc<TenantConfig>,
    /// Where it came from.
    pub source: ConfigSource,
    /// Who applies it.
    pub author: CallerName,
    /// Why, in the author's words.
    pub comment: Arc<str>,
    /// The version it was made for; another one in force refuses it. None: whatever is in force.
    pub expected_version: Option<u64>,
}

/// New skills of one agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAgentSkills {
    /// The agent.
    pub agent: AgentName,
    /// All his skills with their levels.
    pub skills: BTreeMap<SkillName, u8>,
    /// Who asks.
    pub author: CallerName,
}

/// Where a configuration came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfigSource {
    /// The configuration file, read at the start.
    File,
    /// The configuration service.
    Api,
}

/// What an adapter says about a contact it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContactAct {
    /// Something about it changed.
    Change(ContactChange),
    /// It is over on the adapter's side. Two reports count once.
    End(EndCause),
    /// It is connected with the agent of this accepted offer.
    Connected(OfferId),
    /// It could not be connected with the agent of this accepted offer.
    ConnectFailed(OfferId, ConnectFailure),
    /// The switch put the conversation on hold (true), or took it off (false).
    Hold(bool),
}

/// A contact that arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The adapter's own id of the contact.
    pub contact: ContactName,
    /// The adapter that holds the contact and gets its directives.
    pub adapter: AdapterName,
    /// The kind of work.
    pub channel: Channel,
    /// The queue it arrives for.
    pub queue: QueueName,
    /// Higher goes first.
    pub priority: i32,
    /// Added to the virtual wait.
    pub head_start_ms: DurationMs,
    /// What it asks of an agent; none: what the queue asks.
    pub requirement: Option<Requirement>,
    /// Which customer it is.
    pub customer: Option<Personal>,
    /// What the agent may want to see.
    pub attributes: Arc<[Attribute]>,
}

/// A key with a value that travels with a contact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Attribute {
    /// The key.
    pub key: Arc<str>,
    /// The value; never in a log.
    pub value: Personal,
    /// Whether only those who handle the contact may see the value.
    pub sensitive: bool,
}

/// What changes about a contact; a part that is none stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ContactChange {
    /// The new priority.
    pub priority: Option<i32>,
    /// The new requirement of this contact.
    pub requirement: Option<Requirement>,
    /// The new age offset: added to the virtual wait, never to a reported one.
    pub age_offset_ms: Option<DurationMs>,
    /// Attributes to set, replacing those of the same keys.
    pub attributes: Vec<Attribute>,
    /// The queue to move to: a waiting contact opens a new visit there and keeps its age.
    pub queue: Option<QueueName>,
}

/// Who ended a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    /// The customer left.
    Customer,
    /// A failure, or the adapter itself.
    System,
}

/// Why an accepted offer could not be connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectFailure {
    /// The agent's line was busy.
    Busy,
    /// The agent's line rang and nobody answered.
    NoAnswer,
    /// The agent's line could not be reached.
    Unreachable,
    /// Anything else; not the agent's doing.
    System,
}

/// What an agent asks in his session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentAct {
    /// Go ready or not ready; takes effect when the last slot clears.
    SetPresence(Availability),
    /// Log out; takes effect when the last slot clears.
    Logout,
    /// Take the offer.
    Accept(OfferId),
    /// Leave the offer to others.
    Reject(OfferId),
    /// Put the conversation on hold.
    Hold(HandlingId),
    /// Take it off hold.
    Resume(HandlingId),
    /// End the conversation; wrap-up begins.
    EndTalk(HandlingId, Option<Disposition>),
    /// End the wrap-up.
    EndWrapUp(HandlingId, Option<Disposition>),
}

/// The presence an agent may ask for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Ready for offers.
    Ready,
    /// Not ready, with the reason code.
    NotReady(Arc<str>),
}

/// What became of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Disposition {
    /// The disposition code.
    pub code: Arc<str>,
    /// The agent's notes.
    pub notes: Personal,
}

/// The engine's answer to a request.
pub type Answer = Result<Reply, Refusal>;

/// What the engine answers when it does as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// It is done.
    Done,
    /// The contact waits in the queue.
    Joined {
        /// The contact.
        contact: ContactId,
        /// Its visit.
        visit: VisitId,
    },
    /// The agent is logged in.
    LoggedIn {
        /// His session.
        session: SessionId,
    },
    /// The stream is attached.
    Attached {
        /// The stream.
        connection: ConnectionId,
        /// For an adapter: the highest sequence applied of its incarnation.
        last_sequence: u64,
    },
    /// The configuration is in force.
    Applied {
        /// Its version.
        version: u64,
    },
    /// An adapter's event that was applied before.
    Repeated,
}
