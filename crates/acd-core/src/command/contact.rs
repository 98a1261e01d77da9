//! What adapters say about contacts.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::Preferred;
use crate::ids::{
    AdapterName, AgentName, Channel, ContactName, DurationMs, OfferId, PlanName, QueueName, TimeMs,
};
use crate::personal::Personal;
use crate::requirement::Requirement;

/// What an adapter says about a contact it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactCommand {
    /// The adapter.
    pub adapter: AdapterName,
    /// The contact.
    pub contact: ContactName,
    /// What it says.
    pub act: ContactAct,
}

/// What an adapter says about a contact it holds.
#[derive(Clone, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
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
    /// The agent's phone was answered: they take this offer.
    PhoneAnswered(OfferId),
    /// The phone of the agent of this offer was hung up, or its line was lost: they are out of the conversation.
    AgentLeft(OfferId),
    /// The agent has answered the customer.
    FirstResponse,
    /// Whether its conversation is recorded has changed at the switch.
    RecordingChanged(RecordingState),
    /// The customer made a choice while they wait.
    Exit(Arc<str>),
    /// The customer wants to be called back.
    RequestCallback(CallbackRequest),
    /// The customer of a parked contact is back.
    Return,
    /// Where a recording, a transcript or the like of it is found.
    Refer(Reference),
    /// What its customer thinks of how they were served. Also of a contact that is forgotten.
    ReportScore(ScoreReport),
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

/// What a customer answered to one question about how they were served.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Score {
    /// What they answered, from 0.
    pub points: u32,
    /// The most that could be answered, and the best; from 1.
    pub scale_max: u32,
    /// How they were asked.
    pub asked_by: AskedBy,
    /// Which question of several it was; empty: there is one.
    pub question: Arc<str>,
    /// What they said besides; empty: nothing.
    pub comment: Personal,
}

/// How a customer was asked for a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedBy {
    /// By keys of their phone.
    Keypad,
    /// By a message they answered.
    Message,
    /// By a link to a form.
    Link,
    /// By the agent.
    Agent,
}

/// A score as an adapter reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreReport {
    /// The score.
    pub score: Score,
    /// The queue that answered the contact, if the engine has forgotten the contact.
    pub queue: Option<QueueName>,
    /// The kind of work it was, if the engine has forgotten it.
    pub channel: Option<Channel>,
    /// The agent who handled it, if the engine has forgotten it.
    pub agent: Option<AgentName>,
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

impl Arrival {
    /// A contact of which nothing more is said than who holds it, and where it arrives.
    pub fn of(
        contact: impl Into<ContactName>,
        adapter: impl Into<AdapterName>,
        channel: Channel,
        queue: impl Into<QueueName>,
    ) -> Self {
        Self {
            contact: contact.into(),
            adapter: adapter.into(),
            channel,
            queue: queue.into(),
            priority: 0,
            head_start_ms: 0,
            requirement: None,
            customer: None,
            attributes: Arc::from([]),
            plan: None,
            preferred: Vec::new(),
            dedicated: false,
            deadline: None,
            not_before: None,
            dial: None,
        }
    }
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

/// A value of a contact that the configuration may mask.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaskedItem {
    /// The attribute of this key.
    Attribute(Arc<str>),
    /// Who the customer is.
    CustomerKey,
    /// The number that is dialled.
    Dial,
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

/// Whether a conversation is recorded.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum RecordingState {
    /// It is not.
    #[default]
    Off,
    /// It is.
    On,
    /// It is not now, and must not go on by itself.
    Paused,
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
    /// The agent refused at their phone.
    Rejected,
    /// The customer was dialled and not reached; nobody's fault.
    CustomerNotReached,
    /// Anything else; not the agent's doing.
    System,
}
