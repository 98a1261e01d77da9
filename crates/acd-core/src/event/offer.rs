//! What happened to offers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Decision;
use crate::command::ConnectFailure;
use crate::config::Alerting;
use crate::ids::{AgentNo, OfferId, TimeMs, VisitId};

/// A visit was offered to an agent. The event's sequence is the offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferMade {
    /// The visit.
    pub visit: VisitId,
    /// The agent.
    pub agent: AgentNo,
    /// When the offer has rung long enough.
    pub ring_until: TimeMs,
    /// How the agent is told of it.
    pub alerting: Alerting,
    /// Whether a supervisor made it, whatever the agent's capacity.
    pub forced: bool,
    /// Why this contact and this agent.
    pub decision: Arc<Decision>,
}

/// The agent accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferAccepted {
    /// The offer.
    pub offer: OfferId,
    /// When it must be connected.
    pub connect_until: TimeMs,
    /// Whether the customer is dialled: only that counts as an attempt.
    pub dials: bool,
}

/// The clock of an accepted offer, which stood still while its adapter was away, starts anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectClockStarted {
    /// The offer.
    pub offer: OfferId,
    /// When it must be connected.
    pub connect_until: TimeMs,
}

/// An offer is over without a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferEnded {
    /// The offer.
    pub offer: OfferId,
    /// How.
    pub end: OfferEnd,
    /// Whose doing it was.
    pub fault: Fault,
    /// What the agent is not offered for a while.
    pub back_off: Option<BackOff>,
    /// The agent failed, and comes after all others for this visit until then, but in this instant at least. None:
    /// they did not fail.
    pub behind_until: Option<TimeMs>,
    /// Whether it is one more of the offers in a row that the agent missed.
    pub missed: bool,
    /// Whether the agent's idle clock starts anew.
    pub idle_clock: bool,
}

/// A visit is kept from an agent who did not answer its customer in the visit before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackOffBegan {
    /// The agent.
    pub agent: AgentNo,
    /// The visit.
    pub visit: VisitId,
    /// Until when.
    pub until: TimeMs,
}

/// A back-off ran out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackOffEnded {
    /// The agent.
    pub agent: AgentNo,
    /// The visit it held from them; none: every contact.
    pub visit: Option<VisitId>,
}

/// How an offer ended without a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferEnd {
    /// The agent rejected it.
    Rejected,
    /// It rang as long as it may.
    TimedOut,
    /// The visit is gone.
    Canceled(CancelReason),
    /// The agent is gone, or the engine took it back.
    Rescinded(RescindReason),
    /// It was accepted, but not connected.
    ConnectFailed(ConnectFailure),
}

impl OfferEnd {
    /// The end in a few words, for refusals and explanations.
    pub fn describe(self) -> &'static str {
        match self {
            OfferEnd::Rejected => "rejected",
            OfferEnd::TimedOut => "it rang too long",
            OfferEnd::Canceled(CancelReason::CustomerGone) => "canceled, the customer is gone",
            OfferEnd::Canceled(CancelReason::Moved) => "canceled, the contact was moved",
            OfferEnd::Canceled(CancelReason::QueueTimeout) => {
                "canceled, the queue's longest wait was over"
            }
            OfferEnd::Rescinded(RescindReason::AgentGone) => {
                "rescinded, the agent went not ready or logged out"
            }
            OfferEnd::Rescinded(RescindReason::SessionLost) => {
                "rescinded, the agent's session was lost"
            }
            OfferEnd::Canceled(CancelReason::Withdrawn) => {
                "canceled, the contact was taken out of the queue"
            }
            OfferEnd::Rescinded(RescindReason::LostRace) => "rescinded, another agent was faster",
            OfferEnd::Rescinded(RescindReason::StateForced) => {
                "rescinded, the agent's state was forced"
            }
            OfferEnd::Rescinded(RescindReason::OutsideBusy) => {
                "rescinded, the agent is busy outside"
            }
            OfferEnd::Rescinded(RescindReason::System) => "rescinded, the system failed",
            OfferEnd::ConnectFailed(ConnectFailure::Busy) => {
                "accepted, but the agent's line was busy"
            }
            OfferEnd::ConnectFailed(ConnectFailure::NoAnswer) => {
                "accepted, but the agent's line was not answered"
            }
            OfferEnd::ConnectFailed(ConnectFailure::Unreachable) => {
                "accepted, but the agent's line was unreachable"
            }
            OfferEnd::ConnectFailed(ConnectFailure::Rejected) => {
                "accepted, but the agent refused at their phone"
            }
            OfferEnd::ConnectFailed(ConnectFailure::CustomerNotReached) => {
                "accepted, but the customer was not reached"
            }
            OfferEnd::ConnectFailed(ConnectFailure::System) => "accepted, but not connected",
        }
    }
}

/// Why a visit is gone from under an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The contact ended.
    CustomerGone,
    /// It was moved to another queue.
    Moved,
    /// The queue's longest wait was over.
    QueueTimeout,
    /// It was taken out of the queue.
    Withdrawn,
}

/// Why an offer was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RescindReason {
    /// The agent asked to go not ready or to log out.
    AgentGone,
    /// The agent's session was lost or taken over.
    SessionLost,
    /// Another agent was faster.
    LostRace,
    /// A supervisor, or the consequence of a missed offer, set their presence.
    StateForced,
    /// The agent began a call that is no contact of a queue.
    OutsideBusy,
    /// The adapter was lost, or the engine was down when it became due.
    System,
}

/// Whose doing the end of an offer was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The agent's.
    Agent,
    /// Nobody's.
    None,
    /// The system's.
    System,
}

/// What an agent is not offered for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BackOff {
    /// This visit, or everything.
    pub scope: BackOffScope,
    /// Until when.
    pub until: TimeMs,
}

/// How far a back-off reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackOffScope {
    /// The visit of the failed offer.
    Visit,
    /// Every contact.
    Agent,
}
