//! What happened to a tenant as a whole: configuration, civil time, queues, slices, answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::command::{Answer, CivilTime, ConfigSource, Opening, SupervisorAct};
use crate::config::{OverflowReason, TenantConfig};
use crate::ids::{
    AdapterNo, AgentNo, CalendarNo, CallerName, ContactId, OfferId, QueueNo, SkillName, TimeMs,
    VisitId,
};
use crate::measures::Measures;

/// A routing configuration came into force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigApplied {
    /// Its version, one more than the last.
    pub version: u64,
    /// Where it came from.
    pub source: ConfigSource,
    /// Who applied it.
    pub author: CallerName,
    /// Why, in the author's words.
    pub comment: Arc<str>,
    /// The whole of it. Names seen for the first time get the next numbers in the order of the lists.
    pub config: Arc<TenantConfig>,
    /// The hash of the document it was read from; none: it was made otherwise.
    pub document: Option<u64>,
    /// What the program measures by.
    pub measures: Measures,
}

/// The configuration file was read and not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFileNoted {
    /// The hash of its document.
    pub document: u64,
    /// Whether it said what was in force.
    pub in_force: bool,
}

/// An agent's skills were replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentSkillsSet {
    /// The configuration's version from now on.
    pub version: u64,
    /// Who did it.
    pub author: CallerName,
    /// What is said of the version.
    pub comment: Arc<str>,
    /// The agent.
    pub agent: AgentNo,
    /// All their skills.
    pub skills: BTreeMap<SkillName, u8>,
}

/// What civil times mean was resolved for the days to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CivilTimeResolved {
    /// The calendars and days.
    pub civil: Arc<CivilTime>,
}

/// A calendar opened or closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarChanged {
    /// The calendar.
    pub calendar: CalendarNo,
    /// What it is now.
    pub opening: Opening,
}

/// A queue that the configuration has no longer is empty: it is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueDrained {
    /// The queue.
    pub queue: QueueNo,
}

/// A supervisor did something; what came of it follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupervisorActed {
    /// Who did it.
    pub author: CallerName,
    /// Why, as they said; empty if they did not.
    pub reason: Arc<str>,
    /// What they did.
    pub act: SupervisorAct,
}

/// Queues were closed in an emergency, or opened again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmergencyChanged {
    /// The queue; none: all of them.
    pub queue: Option<QueueNo>,
    /// Whether it is closed.
    pub closed: bool,
}

/// The reserve agents of a queue joined or left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReserveChanged {
    /// The queue.
    pub queue: QueueNo,
    /// Whether they are in it.
    pub joined: bool,
}

/// The tenant was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantDeleted {
    /// Who did it.
    pub author: CallerName,
}

/// The engine came back after a stop. No session counts as lost, but none is present either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// Until when an agent who was logged in may come back.
    pub sessions_until: TimeMs,
    /// Until when an adapter that was there may come back.
    pub adapters_until: TimeMs,
}

/// More was to be done at this instant than one slice does. What is put off is decided: its contacts are offered to
/// nobody any more, and further slices carry it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkPutOff {
    /// What, in order.
    pub work: Arc<[Work]>,
}

/// Work that was put off has been carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkDone {
    /// How many pieces, from the oldest on.
    pub count: u32,
}

/// A request was answered; the answer is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestAnswered {
    /// Who asked.
    pub caller: CallerName,
    /// The caller's id of the request.
    pub request_id: Arc<str>,
    /// The hash of its content.
    pub fingerprint: u64,
    /// The answer.
    pub answer: Answer,
    /// From when on it is forgotten.
    pub forget_at: TimeMs,
}

/// A piece of work that a slice put off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// The visit leaves its queue for this reason.
    Leave(VisitId, OverflowReason),
    /// The queue is closed. Of its visits between these two, those leave that do so then.
    Clear {
        /// The queue.
        queue: QueueNo,
        /// The first visit.
        from: VisitId,
        /// The last one.
        up_to: VisitId,
        /// Whether it is closed in an emergency.
        emergency: bool,
    },
    /// The visit has seen an agent who is not absent.
    Staff(VisitId),
    /// The contact is over: its adapter has it no longer.
    End(ContactId),
    /// The contact is over, for its adapter is given up.
    GiveUp(ContactId),
    /// The offer was accepted and cannot be connected: its adapter is given up.
    FailConnect(OfferId),
    /// The agent is, or is not any more, in a call outside, says the adapter.
    OutsideBusy(AdapterNo, AgentNo, bool),
    /// The agent is not in the configuration any more, or is again.
    FollowConfig(AgentNo),
    /// The plan of the visit changed.
    FollowPlan(VisitId),
    /// Nobody whom the visit waits for can come.
    PassWindow(VisitId),
}
