//! What agents ask.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{MaskedItem, RecordingState, Score};
use crate::ids::{
    AgentName, CallerName, ConnectionId, ContactName, DurationMs, HandlingId, OfferId, QueueName,
    SessionId, TimeMs,
};
use crate::personal::Personal;

/// An agent logs in; a second login takes over the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The agent.
    pub agent: AgentName,
}

/// The stream of an agent's session began (first, or again after a drop).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachSession {
    /// The agent.
    pub agent: AgentName,
    /// Their session.
    pub session: SessionId,
}

/// The stream of an agent's session ended; without effect if a later one has taken its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetachSession {
    /// The agent.
    pub agent: AgentName,
    /// The stream that ended.
    pub connection: ConnectionId,
}

/// What an agent asks in their session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentCommand {
    /// The agent.
    pub agent: AgentName,
    /// Their session.
    pub session: SessionId,
    /// What they ask.
    pub act: AgentAct,
}

/// What an agent asks in their session.
#[derive(Clone, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
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
    /// Record the conversation, pause or stop.
    SetRecording(HandlingId, RecordingState),
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
    /// Say what the customer thinks of how they were served, whatever the state of the conversation.
    ReportScore(HandlingId, Score),
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
    /// Have a masked value revealed of a contact with which they have to do.
    Reveal {
        /// Who asks.
        author: CallerName,
        /// Why, as they say; may be empty.
        reason: Arc<str>,
        /// The contact.
        contact: ContactName,
        /// The value.
        item: MaskedItem,
    },
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
            | AgentAct::SetRecording(id, _)
            | AgentAct::EndTalk(id, _)
            | AgentAct::EndWrapUp(id, _)
            | AgentAct::RequestWrapUp(id)
            | AgentAct::KeepCallback(id)
            | AgentAct::EnterWrapUp(id)
            | AgentAct::ExtendWrapUp(id, _)
            | AgentAct::SetDisposition(id, _)
            | AgentAct::ReportScore(id, _)
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
            | AgentAct::Reveal { .. }
            | AgentAct::PauseQueue(..)
            | AgentAct::ResumeQueue(_) => None,
        }
    }
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
