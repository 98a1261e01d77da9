//! What happened to visits: the time in a queue.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::command::EndCause;
use crate::config::{OverflowReason, Target};
use crate::ids::{AgentNo, ContactId, DurationMs, QueueNo, TeamName, TimeMs, VisitId};

/// A contact joined a queue. The event's sequence is the visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitOpened {
    /// The contact.
    pub contact: ContactId,
    /// The queue.
    pub queue: QueueNo,
    /// The instant that counts for ordering: now, or inherited from an earlier visit.
    pub order_time: TimeMs,
    /// When the visit ends if it is not answered.
    pub max_wait_until: Option<TimeMs>,
    /// Whom it waits for before it is open to all.
    pub windows: Arc<[Window]>,
    /// What ties it to the agents of its windows.
    pub meant_for: MeantFor,
    /// The entry of a chain by which it was sent to its agent: they do not take it, and the next one applies.
    pub sent_by: Option<ChainPlace>,
    /// Whether it counts towards the queue hops of the contact.
    pub hop: bool,
    /// Whether the contact was scheduled and its time has come: neither closing nor a lack of staff ends the visit.
    pub scheduled: bool,
    /// How long it was thought to wait; none: nobody who could serve it was logged in.
    pub predicted: Option<Prediction>,
    /// The visit that ended unanswered, whose place the customer takes back.
    pub returned: Option<VisitId>,
    /// Whether some agent is not absent by the queue's list for leaving.
    pub staffed: bool,
    /// Who has just given the contact away, if an agent did: they come after all others for a while.
    pub behind: Option<Behind>,
}

/// A visit that joined when every agent was absent has seen one who is not: from now on it leaves when the last
/// one becomes absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitStaffed {
    /// The visit.
    pub visit: VisitId,
}

/// A step of the visit's routing plan began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepBegan {
    /// The visit.
    pub visit: VisitId,
    /// The step's place in the plan, from 0.
    pub step: u16,
    /// When it ends; none: with the visit.
    pub until: Option<TimeMs>,
}

/// A gate of the visit opened by time or by a missed offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateOpened {
    /// The visit.
    pub visit: VisitId,
    /// Which one.
    pub gate: Gate,
}

/// The window of one it waits for began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowBegan {
    /// The visit.
    pub visit: VisitId,
    /// The window's place in the list, from 0; none: it is open to all from now on.
    pub window: Option<u16>,
    /// When it ends; none: with the visit.
    pub until: Option<TimeMs>,
}

/// The customer was dialled in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptFailed {
    /// The visit.
    pub visit: VisitId,
    /// The attempts so far.
    pub attempts: u32,
    /// Before which instant it is not offered again; none: it may be at once.
    pub next_at: Option<TimeMs>,
}

/// The visit has waited for as long as its queue reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitAlerted {
    /// The visit.
    pub visit: VisitId,
}

/// A visit left its queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitEnded {
    /// The visit.
    pub visit: VisitId,
    /// Its one outcome.
    pub outcome: Outcome,
    /// Where the contact goes.
    pub next: Next,
}

/// What ties a visit to the agents of its windows.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum MeantFor {
    /// Nothing more than that they may have it before all others: preferred agents, and the last one.
    #[default]
    All,
    /// The contact is dedicated to them.
    Dedicated,
    /// It was parked with the agent of its window, and has come back.
    Parked,
    /// It was sent to the agent of its window: by a transfer, a consultation or an overflow chain.
    Sent,
}

impl MeantFor {
    /// Whether it is one agent's, whatever queue they serve and whatever skills they have.
    pub fn is_personal(self) -> bool {
        matches!(self, MeantFor::Parked | MeantFor::Sent)
    }
}

/// A place in a chain of targets.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChainPlace {
    /// Which chain of the queue it is.
    pub chain: Chain,
    /// The entry, from 0.
    pub entry: u32,
}

/// A chain of targets of a queue.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chain {
    /// Its overflow chain, asked for this reason.
    Overflow(OverflowReason),
    /// The targets of this exit choice.
    Exit(Arc<str>),
}

/// An agent who comes after all others for a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Behind {
    /// The agent.
    pub agent: AgentNo,
    /// Since when.
    pub since: TimeMs,
    /// Until when, but in the instant of `since` at least.
    pub until: TimeMs,
}

/// Whom a visit waits for, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    /// Whom.
    pub who: Awaited,
    /// For how long; none: until the visit ends.
    pub for_ms: Option<DurationMs>,
}

/// Whom a visit waits for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaited {
    /// This agent.
    Agent(AgentNo),
    /// Any agent of this team.
    Team(TeamName),
}

/// How long a visit is thought to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Prediction {
    /// Half of all such visits wait no longer.
    pub p50_ms: DurationMs,
    /// Four of five such visits wait no longer.
    pub p80_ms: DurationMs,
}

/// A gate of a visit that opens by time or by a missed offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Agents of this tier.
    Tier(u32),
    /// Agents whose profile has a delay up to this one, in milliseconds.
    Delay(DurationMs),
    /// The gap after an attempt is over: its customer may be dialled again.
    Attempt,
}

/// How a visit left its queue: exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Connected to an agent.
    Answered,
    /// The contact ended while it waited or rang.
    Abandoned(EndCause),
    /// The queue's longest wait was over.
    TimedOut,
    /// Left for a reason that is none of the others: closed, or a limit of the contact.
    Overflowed(OverflowReason),
    /// The customer made a choice.
    ExitChoice,
    /// The customer is called back.
    Callback,
    /// The last agent became absent.
    NoStaff,
    /// Moved while it waited.
    Transferred,
    /// Taken out of the queue.
    Withdrawn(Withdrawal),
}

/// Why a visit was taken out of its queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Withdrawal {
    /// A supervisor took it out, or what it was for is over.
    TakenOut,
    /// It was put off to a date.
    Deferred,
    /// Its customer was served in the queue meanwhile.
    Served,
}

/// Where a contact goes when its visit ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// Its conversation, or nowhere: the outcome says it all.
    Outcome,
    /// An overflow target.
    Overflow(Target),
    /// The queue it was moved to.
    Moved(QueueNo),
}
