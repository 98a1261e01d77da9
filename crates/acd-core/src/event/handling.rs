//! What happened in conversations, consultations and wrap-ups.

use serde::{Deserialize, Serialize};

use crate::command::{Disposition, RecordingState};
use crate::config::WrapUpBlocks;
use crate::ids::{AgentNo, ContactId, HandlingId, OfferId, TimeMs, VisitId};

/// The agent whose dial reached nobody wraps the attempt up. The event's sequence is the handling, which has no
/// conversation and is not counted as handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptWrapUpBegan {
    /// The offer that has failed.
    pub offer: OfferId,
    /// The visit, which goes on.
    pub visit: VisitId,
    /// The agent.
    pub agent: AgentNo,
    /// The wrap-up.
    pub wrap_up: WrapUp,
    /// Whether a supervisor had made the offer, whatever the agent's capacity.
    pub forced: bool,
}

/// Contact and agent are connected. The event's sequence is the handling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandlingStarted {
    /// The offer that led here.
    pub offer: OfferId,
    /// By when the agent must have answered the customer; none: no such time.
    pub respond_until: Option<TimeMs>,
    /// Whether the customer has an open callback in the queue.
    pub callback_open: bool,
}

/// The agent has answered the customer for the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstResponded {
    /// The handling.
    pub handling: HandlingId,
}

/// The agent has more time to answer the customer: the adapter that would report it was away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseAwaited {
    /// The handling.
    pub handling: HandlingId,
    /// By when they must have.
    pub until: TimeMs,
}

/// The agent did not answer the customer in time: the contact is taken back, and joins its queue again. The
/// handling ends without wrap-up, and is not counted as handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseMissed {
    /// The handling.
    pub handling: HandlingId,
}

/// The conversation was put on hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandlingHeld {
    /// The handling.
    pub handling: HandlingId,
}

/// The conversation goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandlingResumed {
    /// The handling.
    pub handling: HandlingId,
}

/// An asynchronous conversation is suspended, for its agent is away, or no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandlingSuspended {
    /// The handling.
    pub handling: HandlingId,
    /// Whether it is.
    pub suspended: bool,
}

/// Whether the conversation is recorded has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingSet {
    /// The handling.
    pub handling: HandlingId,
    /// How it is from now on.
    pub state: RecordingState,
}

/// The conversation is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TalkEnded {
    /// The handling.
    pub handling: HandlingId,
    /// Who ended it.
    pub by: Party,
    /// The wrap-up that begins; none: there is none.
    pub wrap_up: Option<WrapUp>,
}

/// What became of the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DispositionSet {
    /// The handling.
    pub handling: HandlingId,
    /// Its contact.
    pub contact: ContactId,
    /// The agent's words.
    pub disposition: Disposition,
}

/// The agent keeps the open callback of the customer they talk to: it does not end with the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackKept {
    /// The handling.
    pub handling: HandlingId,
}

/// Wrap-up was asked for before the end of the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrapUpRequested {
    /// The handling.
    pub handling: HandlingId,
}

/// The agent entered the optional wrap-up of a conversation that had ended. The handling is open again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrapUpEntered {
    /// The handling.
    pub handling: HandlingId,
    /// The agent.
    pub agent: AgentNo,
    /// The contact, which may have ended.
    pub contact: ContactId,
    /// When it ends; none: only by the agent.
    pub until: Option<TimeMs>,
}

/// The wrap-up takes longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrapUpExtended {
    /// The handling.
    pub handling: HandlingId,
    /// When it ends.
    pub until: TimeMs,
}

/// A conversation has lasted for so long that it may be stuck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandlingStuck {
    /// The handling.
    pub handling: HandlingId,
}

/// The contact was set aside; its handling ends without wrap-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactParked {
    /// The handling.
    pub handling: HandlingId,
}

/// The agent asks another one; the contact of that consultation was accepted before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsultStarted {
    /// The conversation with the customer.
    pub handling: HandlingId,
    /// The contact of the consultation.
    pub consult: ContactId,
    /// Whether it is joined as soon as the one who is asked is connected.
    pub joins: bool,
}

/// A consultation was joined: the one who is asked takes part in the conversation with the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsultJoined {
    /// The conversation with the customer.
    pub owner: HandlingId,
    /// The handling of the one who takes part, which stays one of the consultation.
    pub participant: HandlingId,
}

/// The customer goes to one who was asked, or takes part: their handling of the consultation becomes one of the
/// customer, without a new visit. Others who take part stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsultCompleted {
    /// The handling of the agent who leaves.
    pub from: HandlingId,
    /// The handling of the one who goes on.
    pub to: HandlingId,
}

/// The slot is released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandlingEnded {
    /// The handling.
    pub handling: HandlingId,
}

/// A wrap-up that begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WrapUp {
    /// When it ends; none: only by the agent.
    pub until: Option<TimeMs>,
    /// What it keeps from the agent.
    pub blocks: WrapUpBlocks,
}

/// Who ended a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The customer.
    Customer,
    /// The agent.
    Agent,
    /// A failure, or the adapter itself.
    System,
}
