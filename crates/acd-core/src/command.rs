//! What may be asked of a tenant's engine, and what it answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::{OverflowReason, Preferred, TenantConfig};
use crate::ids::{
    AdapterName, AgentName, CalendarName, CallerName, Channel, ConnectionId, ContactId,
    ContactName, DirectiveId, DurationMs, HandlingId, OfferId, PlanName, QueueName, SessionId,
    SkillName, TimeMs, VisitId,
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
        /// The part of the message that says what happened: the field of a refusal is named within it.
        part: Arc<str>,
    },
}

/// What may be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Replace the routing configuration.
    ApplyConfig(ApplyConfig),
    /// Replace the skills of one agent, at once.
    SetAgentSkills(SetAgentSkills),
    /// What the tenant's civil times mean in engine time, for the days to come.
    ResolveCivilTime(Arc<CivilTime>),
    /// Remember what the configuration file says although it is not applied: what is in force stays.
    NoteConfigFile {
        /// The hash of its document.
        document: u64,
        /// Whether it says what is in force.
        in_force: bool,
    },
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

    /// An event of an adapter's stream that says nothing the engine could decide: it takes its place in the sequence,
    /// and is refused for this.
    Malformed(Refusal),
    /// The adapter knows which of its events were refused.
    ConfirmRefusals {
        /// The adapter.
        adapter: AdapterName,
        /// The stream on which it says so; without effect if a later one has taken its place.
        connection: ConnectionId,
        /// The refusals of all events up to this sequence.
        up_to: u64,
    },

    /// A reconnected adapter's complete list of what it holds: what it no longer has has ended, what the engine does
    /// not know joins. Each entry that cannot be admitted is answered by itself, and the others hold.
    ReconcileAdapter {
        /// The adapter.
        adapter: AdapterName,
        /// The names of contacts it holds beside those of the page; `AdmitLive` says what they are.
        held: Vec<ContactName>,
        /// Its live contacts, or the first of them.
        page: LivePage,
        /// The agents who are in a call that is no contact of a queue.
        busy_outside: Vec<AgentName>,
    },
    /// Further contacts of an adapter's complete list: what the engine does not know joins.
    AdmitLive {
        /// The adapter.
        adapter: AdapterName,
        /// The contacts.
        page: LivePage,
    },
    /// The adapter says whether an agent is in a call that is no contact of a queue.
    SetOutsideBusy {
        /// The adapter.
        adapter: AdapterName,
        /// The agent.
        agent: AgentName,
        /// Whether he is.
        busy: bool,
    },

    /// The adapter acts for an agent without a desktop whose phone it owns.
    ActForAgent {
        /// The adapter.
        adapter: AdapterName,
        /// The agent.
        agent: AgentName,
        /// What it asks.
        act: PhoneAct,
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
    /// What a supervisor does. Each act is recorded with who did it.
    Supervise {
        /// Who does it.
        author: CallerName,
        /// What he does.
        act: SupervisorAct,
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
    /// What its civil times mean in engine time.
    pub civil: Arc<CivilTime>,
    /// The hash of the document it was read from; none: it was made otherwise.
    pub document: Option<u64>,
}

/// What civil times mean in engine time, resolved outside of the core with real zone rules for some days ahead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CivilTime {
    /// The calendars; one that is not named keeps what was resolved last.
    pub calendars: Vec<CalendarTimes>,
    /// The instants at which the tenant's next days begin, rising.
    pub days: Vec<TimeMs>,
}

/// The hours of one calendar in engine time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarTimes {
    /// The calendar.
    pub calendar: CalendarName,
    /// What it is now.
    pub now: Opening,
    /// When it becomes what, rising; after the last it stays so.
    pub changes: Vec<(TimeMs, Opening)>,
}

/// Whether a calendar is open.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Opening {
    /// Open.
    #[default]
    Open,
    /// Closed: outside of its hours.
    Hours,
    /// Closed: a holiday.
    Holiday,
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
    /// The agent's phone was answered: he takes this offer.
    PhoneAnswered(OfferId),
    /// The agent has answered the customer.
    FirstResponse,
    /// The customer made a choice while he waits.
    Exit(Arc<str>),
    /// The customer wants to be called back.
    RequestCallback(CallbackRequest),
    /// The customer of a parked contact is back.
    Return,
    /// Where a recording, a transcript or the like of it is found.
    Refer(Reference),
}

/// A callback as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackRequest {
    /// Where the customer is called.
    pub number: Personal,
    /// Scheduled for this instant, which is then its order time; none: as soon as it is its turn, at its old place.
    pub not_before: Option<TimeMs>,
}

/// Where something about a contact is found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Reference {
    /// What it is: `recording`, `transcript`, ...
    pub kind: Arc<str>,
    /// Where it is.
    pub location: Personal,
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
    /// A routing plan of the tenant; none: the queue's.
    pub plan: Option<PlanName>,
    /// Whom it waits for, one after the other, before it is open to all.
    pub preferred: Vec<Preferred>,
    /// Whether it is dedicated to the agents of `preferred`: it goes before all others with them.
    pub dedicated: bool,
    /// By when it is to be answered: it is ordered by the time left.
    pub deadline: Option<TimeMs>,
    /// The instant at which it joins the queue; none, or in the past: now.
    pub not_before: Option<TimeMs>,
    /// The number to dial when an agent has it; none: it is connected as it is.
    pub dial: Option<Personal>,
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
    /// The queue to move to: a waiting contact opens a new visit there and keeps its age; a scheduled one joins it
    /// when its time has come.
    pub queue: Option<QueueName>,
    /// The instant to which a waiting, ringing or parked contact is put off, or a scheduled one moved.
    pub not_before: Option<TimeMs>,
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
    /// The customer was dialled and not reached; nobody's fault.
    CustomerNotReached,
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
    /// Ask for wrap-up after this conversation.
    RequestWrapUp(HandlingId),
    /// Keep the customer's open callback of the queue: it does not end with this conversation.
    KeepCallback(HandlingId),
    /// Enter the optional wrap-up of a conversation that has ended.
    EnterWrapUp(HandlingId),
    /// Take so much longer for the wrap-up.
    ExtendWrapUp(HandlingId, DurationMs),
    /// Say what became of the conversation, whatever its state.
    SetDisposition(HandlingId, Disposition),
    /// Ask for the next contact (an agent who works on demand).
    RequestNext,
    /// Give the contact away.
    Transfer(HandlingId, Destination),
    /// Ask another one while the customer holds.
    Consult(HandlingId, Destination),
    /// Give the contact to the one who is asked.
    CompleteTransfer(HandlingId),
    /// End the consultation and go back to the customer.
    EndConsult(HandlingId),
    /// Bring another one into the conversation: an agent, or one of a queue, who is offered a consultation that is joined
    /// once they are connected, or a party outside.
    Conference(HandlingId, Destination),
    /// Join the consultation: customer, agent and the one who is asked talk together.
    JoinConsult(HandlingId),
    /// Put the contact back into its queue, at its place.
    Requeue(HandlingId),
    /// Put the contact back into its queue for the next tier of expertise.
    Escalate(HandlingId),
    /// Set the contact aside; it holds no slot until the customer or the agent comes back to it.
    Park(HandlingId),
    /// Come back to a contact that is parked with this agent.
    Unpark(ContactName),
    /// Put a contact off to this instant: one that is parked with the agent, or waits or rings in a queue they serve.
    PutOff(ContactName, TimeMs),
    /// Take no contacts of this queue, with the reason.
    PauseQueue(QueueName, Arc<str>),
    /// Take contacts of this queue again.
    ResumeQueue(QueueName),
}

impl AgentAct {
    /// The handling it is about, if it is about one.
    pub fn handling(&self) -> Option<HandlingId> {
        match self {
            AgentAct::Hold(id)
            | AgentAct::Resume(id)
            | AgentAct::EndTalk(id, _)
            | AgentAct::EndWrapUp(id, _)
            | AgentAct::RequestWrapUp(id)
            | AgentAct::KeepCallback(id)
            | AgentAct::EnterWrapUp(id)
            | AgentAct::ExtendWrapUp(id, _)
            | AgentAct::SetDisposition(id, _)
            | AgentAct::Transfer(id, _)
            | AgentAct::Consult(id, _)
            | AgentAct::CompleteTransfer(id)
            | AgentAct::EndConsult(id)
            | AgentAct::Conference(id, _)
            | AgentAct::JoinConsult(id)
            | AgentAct::Requeue(id)
            | AgentAct::Escalate(id)
            | AgentAct::Park(id) => Some(*id),
            AgentAct::SetPresence(_)
            | AgentAct::Logout
            | AgentAct::Accept(_)
            | AgentAct::Reject(_)
            | AgentAct::RequestNext
            | AgentAct::Unpark(_)
            | AgentAct::PutOff(..)
            | AgentAct::PauseQueue(..)
            | AgentAct::ResumeQueue(_) => None,
        }
    }
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

/// Where an agent sends a contact or asks for help.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// A queue.
    Queue(QueueName),
    /// An agent.
    Agent(AgentName),
    /// A destination outside.
    External(Personal),
}

/// What a supervisor does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupervisorAct {
    /// Change a contact; a queue in the change moves it.
    ChangeContact(ContactName, ContactChange),
    /// Offer a waiting contact to this agent now, past his capacity if need be.
    Assign(ContactName, AgentName),
    /// Take a waiting contact out of its queue; its adapter is told to end it.
    Withdraw(ContactName),
    /// End whatever holds a contact, and the contact.
    FreeContact(ContactName),
    /// Set an agent's presence at once.
    SetPresence(AgentName, Availability),
    /// Log an agent out at once; what he is connected with goes on.
    LogOut(AgentName),
    /// Release every slot of an agent: his offers are taken back, his conversations and wrap-ups ended.
    FreeAgent(AgentName),
    /// Take an agent out of one queue, with the reason; none: let him back.
    PauseQueue(AgentName, QueueName, Option<Arc<str>>),
    /// Close a queue (none: all of them) in an emergency, or open it again.
    SetEmergency(Option<QueueName>, bool),
    /// Listen to a conversation, whisper to its agent, or join it. Alters no routing state.
    Monitor {
        /// The contact.
        contact: ContactName,
        /// How.
        mode: MonitorMode,
        /// Where the supervisor is reached.
        address: Personal,
    },
}

/// How a supervisor takes part in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonitorMode {
    /// He hears both.
    Listen,
    /// Only the agent hears him.
    Whisper,
    /// Both hear him.
    Barge,
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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// The contact waits for its time, and joins its queue then.
    Scheduled {
        /// The contact.
        contact: ContactId,
        /// The instant at which it joins.
        due_at: TimeMs,
    },
    /// The contact could not join, and goes elsewhere outside of the queues.
    Sent {
        /// The contact.
        contact: ContactId,
        /// Why it could not join.
        reason: OverflowReason,
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
    /// The adapter's list holds.
    Reconciled {
        /// The entries that were not taken.
        refused: Vec<LiveRefusal>,
    },
}
