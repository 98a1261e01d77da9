//! What happened to contacts outside of their visits.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Next;
use crate::command::{Attribute, ContactChange, Reference, Score};
use crate::config::{OverflowReason, Preferred, TierBounds};
use crate::ids::{
    AdapterNo, AgentNo, Channel, ContactId, ContactName, DurationMs, HandlingId, PlanName, QueueNo,
    TimeMs,
};
use crate::personal::Personal;
use crate::requirement::Requirement;

/// A contact was refused: it never joined a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactRefused {
    /// The adapter's id of it.
    pub contact: ContactName,
    /// The queue it arrived for.
    pub queue: QueueNo,
    /// The kind of work.
    pub channel: Channel,
    /// Why.
    pub reason: JoinRefusal,
}

/// An accepted contact could not join a queue and goes elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinRefused {
    /// The contact.
    pub contact: ContactId,
    /// The queue.
    pub queue: QueueNo,
    /// Why.
    pub reason: JoinRefusal,
    /// Where it goes.
    pub next: Next,
}

/// Where something about a contact is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceAdded {
    /// The contact.
    pub contact: ContactId,
    /// What and where.
    pub reference: Reference,
}

/// What a customer thinks of how they were served, maybe days after the contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreReported {
    /// The adapter that reports it; none: the agent does.
    pub adapter: Option<AdapterNo>,
    /// The adapter's id of the contact.
    pub name: ContactName,
    /// The contact; none: it was forgotten already.
    pub contact: Option<ContactId>,
    /// The conversation it is about; none: there was none, or it is not known.
    pub handling: Option<HandlingId>,
    /// The queue whose service it is about; none: it is not known.
    pub queue: Option<QueueNo>,
    /// The kind of work; none: it is not known.
    pub channel: Option<Channel>,
    /// The agent of that conversation; none: there was none, or they are not known.
    pub agent: Option<AgentNo>,
    /// The score.
    pub score: Score,
}

/// Whom the contact prefers, or is dedicated to, from now on: an agent gave it away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreferredChanged {
    /// The contact.
    pub contact: ContactId,
    /// Whom it waits for in each queue, one after the other, before it is open to all.
    pub preferred: Arc<[Preferred]>,
    /// Whether it is dedicated to the agents of `preferred`.
    pub dedicated: bool,
}

/// The contact is for agents of these tiers from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierBounded {
    /// The contact.
    pub contact: ContactId,
    /// The tiers.
    pub tiers: TierBounds,
}

/// Something about a contact changed; a move is told by the visits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactChanged {
    /// The contact.
    pub contact: ContactId,
    /// What changed.
    pub change: ContactChange,
}

/// The contact waits for its time: it is in no queue before it, and has no visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactScheduled {
    /// The contact.
    pub contact: ContactId,
    /// The queue it joins then.
    pub queue: QueueNo,
    /// The instant at which it joins.
    pub due_at: TimeMs,
    /// The agent for whom alone it waits then; none: as any contact of the queue.
    pub agent: Option<AgentNo>,
}

/// A contact is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactEnded {
    /// The contact.
    pub contact: ContactId,
}

/// A contact is over only because its adapter was away for too long: it may turn out to be alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactGivenUp {
    /// The contact.
    pub contact: ContactId,
}

/// A contact that was given up is alive after all, and goes on as itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactTakenUp {
    /// The contact.
    pub contact: ContactId,
    /// When it was given up.
    pub given_up_at: TimeMs,
}

/// The personal data of contacts is erased: nobody knows it any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonalErased {
    /// The contacts; all are over.
    pub contacts: Arc<[ContactId]>,
    /// All of them are of one customer, who is known by this contact from now on; none: of anybody.
    pub customer: Option<ContactId>,
}

/// The personal data of old contacts is forgotten: nobody knows it any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonalExpired {
    /// That of all contacts up to this number. It never falls.
    pub through: ContactId,
    /// But of these, by number: they were not over, or have become too young since. A later event has them no longer.
    pub kept: Arc<[ContactId]>,
}

/// A contact as it was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewContact {
    /// The adapter's id of it.
    pub name: ContactName,
    /// The adapter that holds it.
    pub adapter: AdapterNo,
    /// The kind of work.
    pub channel: Channel,
    /// Higher goes first.
    pub priority: i32,
    /// Added to the virtual wait.
    pub head_start_ms: DurationMs,
    /// What it asks of an agent; none: what its queue asks.
    pub requirement: Option<Requirement>,
    /// Which customer it is.
    pub customer: Option<Personal>,
    /// What the agent may want to see.
    pub attributes: Arc<[Attribute]>,
    /// When it arrived; another instant than that of the event if the adapter was lost meanwhile.
    pub arrived_at: TimeMs,
    /// Where it comes from.
    pub origin: ContactOrigin,
    /// The class rule that applied.
    pub rule: Option<Arc<str>>,
    /// A routing plan of the tenant; none: the queue's.
    pub plan: Option<PlanName>,
    /// Whom it waits for in each queue, one after the other, before it is open to all.
    pub preferred: Arc<[Preferred]>,
    /// Whether it is dedicated to the agents of `preferred`.
    pub dedicated: bool,
    /// By when it is to be answered.
    pub deadline: Option<TimeMs>,
    /// The number to dial when an agent has it.
    pub dial: Option<Personal>,
}

/// Where a contact comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactOrigin {
    /// It arrived.
    #[default]
    Arrived,
    /// It calls the customer of this contact back.
    CallbackOf(ContactId),
    /// The agent of this conversation asks another one.
    ConsultOf(HandlingId),
}

/// Why a contact did not join, in the order in which it is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinRefusal {
    /// The queue is closed.
    Closed(Closed),
    /// Every agent is absent.
    NoStaff,
    /// The queue has its greatest length.
    Full,
    /// Too many wait for the agents there are.
    Diverted,
    /// The predicted wait is too long.
    PredictedWait,
}

impl JoinRefusal {
    /// The reason as overflow chains know it.
    pub fn overflow_reason(self) -> OverflowReason {
        match self {
            JoinRefusal::Closed(_) => OverflowReason::Closed,
            JoinRefusal::NoStaff => OverflowReason::NoStaff,
            JoinRefusal::Full => OverflowReason::Full,
            JoinRefusal::Diverted => OverflowReason::Diverted,
            JoinRefusal::PredictedWait => OverflowReason::PredictedWait,
        }
    }
}

/// Why a queue is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closed {
    /// An emergency.
    Emergency,
    /// A holiday.
    Holiday,
    /// Outside of its hours.
    Hours,
}

impl Closed {
    /// Why, in a few words.
    pub fn describe(self) -> &'static str {
        match self {
            Closed::Emergency => "an emergency",
            Closed::Holiday => "a holiday",
            Closed::Hours => "outside of its hours",
        }
    }
}
