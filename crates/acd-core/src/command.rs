//! What may be asked of a tenant's engine, and what it answers.

mod adapter;
mod agent;
mod contact;
mod reply;
mod review;
mod supervisor;
mod tenant;

use std::sync::Arc;

use strum::IntoStaticStr;

use crate::ids::{AdapterName, CallerName, ConnectionId};
use crate::refusal::Refusal;

pub use adapter::{
    AcknowledgeDirectives, ActForAgent, AdapterConnect, AdapterDisconnect, AdmitLive,
    ConfirmRefusals, LiveContact, LiveEntry, LivePage, LiveRefusal, PhoneAct, ReconcileAdapter,
    SetOutsideBusy,
};
pub use agent::{
    AgentAct, AgentCommand, AttachSession, Availability, Destination, DetachSession, Disposition,
    Login,
};
pub use contact::{
    Arrival, AskedBy, Attribute, CallbackRequest, ConnectFailure, ContactAct, ContactChange,
    ContactCommand, EndCause, MaskedItem, RecordingState, Reference, Score, ScoreReport,
};
pub use reply::{Answer, Reply};
pub use review::{GivenAnswer, SubmitReview};
pub use supervisor::{ACT_CONTACTS_MAX, MonitorMode, Supervise, SupervisorAct};
pub use tenant::{
    ApplyConfig, CalendarTimes, CivilTime, ConfigSource, DeleteTenant, NoteConfigFile, Opening,
    SetAgentSkills,
};

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
        /// The part of the message that says what happened: the field of a refusal is named within it.
        part: Arc<str>,
    },
    /// Anything else on an adapter's stream (directives are done, what it holds): a repetition does no harm, and on a
    /// stream that another one has replaced it does not hold.
    Connection {
        /// The adapter.
        adapter: AdapterName,
        /// The stream that carries it.
        connection: ConnectionId,
    },
}

/// What may be asked.
#[derive(Clone, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[allow(missing_docs, reason = "the struct of each variant says what it means")]
pub enum Command {
    ApplyConfig(ApplyConfig),
    SetAgentSkills(SetAgentSkills),
    /// What the tenant's civil times mean in engine time, for the days to come.
    ResolveCivilTime(Arc<CivilTime>),
    NoteConfigFile(NoteConfigFile),
    DeleteTenant(DeleteTenant),

    AdapterConnect(AdapterConnect),
    AdapterDisconnect(AdapterDisconnect),
    AcknowledgeDirectives(AcknowledgeDirectives),

    /// An event of an adapter's stream that says nothing the engine could decide: it takes its place in the sequence,
    /// and is refused for this.
    Malformed(Refusal),
    ConfirmRefusals(ConfirmRefusals),

    ReconcileAdapter(ReconcileAdapter),
    AdmitLive(AdmitLive),
    SetOutsideBusy(SetOutsideBusy),

    ActForAgent(ActForAgent),

    /// A contact arrived for a queue.
    Arrive(Arrival),
    /// What an adapter says about a contact it holds.
    Contact(ContactCommand),

    Login(Login),
    AttachSession(AttachSession),
    DetachSession(DetachSession),
    /// What an agent asks in their session.
    Agent(AgentCommand),
    Supervise(Supervise),
    SubmitReview(SubmitReview),
}

impl Command {
    /// The name of what is asked, such as `login`; of a contact, an agent or a supervisor that of the act.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Contact(ContactCommand { act, .. }) => act.into(),
            Command::Agent(AgentCommand { act, .. }) => act.into(),
            Command::Supervise(Supervise { act, .. }) => act.into(),
            other => other.into(),
        }
    }
}
