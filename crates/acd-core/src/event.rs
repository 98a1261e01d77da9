//! The facts. State changes only by applying them, and the journal holds them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::command::{
    Answer, Attribute, Availability, ConfigSource, ConnectFailure, ContactChange, Disposition,
    EndCause,
};
use crate::config::{Target, TenantConfig};
use crate::ids::{
    AdapterNo, AgentNo, CallerName, Channel, ContactId, ContactName, DirectiveId, DurationMs,
    HandlingId, OfferId, QueueNo, SkillName, TimeMs, VisitId,
};
use crate::personal::Personal;
use crate::requirement::Requirement;

/// An event with its place in the tenant's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The event's sequence in the tenant: 1, 2, 3, ...
    pub seq: u64,
    /// The instant of engine time at which it happened.
    pub at_ms: TimeMs,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A routing configuration came into force.
    ConfigApplied {
        /// Its version, one more than the last.
        version: u64,
        /// Where it came from.
        source: ConfigSource,
        /// Who applied it.
        author: CallerName,
        /// Why, in the author's words.
        comment: Arc<str>,
        /// The whole of it. Names seen for the first time get the next numbers in the order of the lists.
        config: Arc<TenantConfig>,
    },
    /// An agent's skills were replaced.
    AgentSkillsSet {
        /// The configuration's version from now on.
        version: u64,
        /// Who did it.
        author: CallerName,
        /// The agent.
        agent: AgentNo,
        /// All his skills.
        skills: BTreeMap<SkillName, u8>,
    },
    /// The tenant was given up.
    TenantDeleted {
        /// Who did it.
        author: CallerName,
    },
    /// The engine came back after a stop. No session counts as lost, but none is present either.
    Recovered,
    /// A request was answered; the answer is remembered.
    RequestAnswered {
        /// Who asked.
        caller: CallerName,
        /// The caller's id of the request.
        request_id: Arc<str>,
        /// The hash of its content.
        fingerprint: u64,
        /// The answer.
        answer: Answer,
        /// From when on it is forgotten.
        forget_at: TimeMs,
    },

    /// An adapter's stream began. The event's sequence is the connection.
    AdapterConnected {
        /// The adapter.
        adapter: AdapterNo,
        /// Its run.
        incarnation: Arc<str>,
    },
    /// An adapter was lost.
    AdapterLost {
        /// The adapter.
        adapter: AdapterNo,
        /// When its contacts are given up.
        grace_until: TimeMs,
    },
    /// A lost adapter's grace ended.
    AdapterGivenUp {
        /// The adapter.
        adapter: AdapterNo,
    },
    /// An event of an adapter's stream was applied (or refused, which is final too).
    AdapterEventApplied {
        /// The adapter.
        adapter: AdapterNo,
        /// The event's own sequence.
        sequence: u64,
    },
    /// An adapter is told to do something. The event's sequence is the directive.
    DirectiveIssued {
        /// The adapter.
        adapter: AdapterNo,
        /// The contact it is about.
        contact: ContactId,
        /// What to do.
        directive: Directive,
    },
    /// A directive need not be sent any more. The end of its contact closes it without this.
    DirectiveClosed {
        /// The adapter.
        adapter: AdapterNo,
        /// The directive.
        directive: DirectiveId,
        /// Why.
        by: DirectiveEnd,
    },

    /// A contact was accepted. The event's sequence is the contact.
    ContactAccepted(NewContact),
    /// A contact was refused: it never joined a queue.
    ContactRefused {
        /// The adapter's id of it.
        contact: ContactName,
        /// The queue it arrived for.
        queue: QueueNo,
        /// The kind of work.
        channel: Channel,
        /// Why.
        reason: JoinRefusal,
    },
    /// Something about a contact changed; a move is told by the visits.
    ContactChanged {
        /// The contact.
        contact: ContactId,
        /// What changed.
        change: ContactChange,
    },
    /// A contact is over.
    ContactEnded {
        /// The contact.
        contact: ContactId,
    },
    /// A contact joined a queue. The event's sequence is the visit.
    VisitOpened {
        /// The contact.
        contact: ContactId,
        /// The queue.
        queue: QueueNo,
        /// The instant that counts for ordering: now, or inherited from an earlier visit.
        order_time: TimeMs,
        /// When the visit ends if it is not answered.
        max_wait_until: Option<TimeMs>,
    },
    /// A visit left its queue.
    VisitEnded {
        /// The visit.
        visit: VisitId,
        /// Its one outcome.
        outcome: Outcome,
        /// Where the contact goes.
        next: Next,
    },

    /// A visit was offered to an agent. The event's sequence is the offer.
    OfferMade {
        /// The visit.
        visit: VisitId,
        /// The agent.
        agent: AgentNo,
        /// When the offer has rung long enough.
        ring_until: TimeMs,
        /// Why this contact and this agent.
        decision: Arc<Decision>,
    },
    /// The agent accepted.
    OfferAccepted {
        /// The offer.
        offer: OfferId,
        /// When it must be connected.
        connect_until: TimeMs,
    },
    /// An offer is over without a connection.
    OfferEnded {
        /// The offer.
        offer: OfferId,
        /// How.
        end: OfferEnd,
        /// Whose doing it was.
        fault: Fault,
        /// What the agent is not offered for a while.
        back_off: Option<BackOff>,
    },
    /// A back-off ran out.
    BackOffEnded {
        /// The agent.
        agent: AgentNo,
        /// The visit it held from him; none: every contact.
        visit: Option<VisitId>,
    },
    /// Contact and agent are connected. The event's sequence is the handling.
    HandlingStarted {
        /// The offer that led here.
        offer: OfferId,
    },
    /// The conversation was put on hold.
    HandlingHeld {
        /// The handling.
        handling: HandlingId,
    },
    /// The conversation goes on.
    HandlingResumed {
        /// The handling.
        handling: HandlingId,
    },
    /// The conversation is over.
    TalkEnded {
        /// The handling.
        handling: HandlingId,
        /// Who ended it.
        by: Party,
        /// When the wrap-up ends; none: there is none.
        wrap_up_until: Option<TimeMs>,
    },
    /// What became of the conversation.
    DispositionSet {
        /// The handling.
        handling: HandlingId,
        /// The agent's words.
        disposition: Disposition,
    },
    /// The slot is released.
    HandlingEnded {
        /// The handling.
        handling: HandlingId,
    },

    /// An agent logged in, not ready at first. The event's sequence is the session. It replaces an earlier one.
    AgentLoggedIn {
        /// The agent.
        agent: AgentNo,
    },
    /// The session's stream began. The event's sequence is the connection.
    SessionAttached {
        /// The agent.
        agent: AgentNo,
    },
    /// The session's stream was lost.
    SessionLost {
        /// The agent.
        agent: AgentNo,
        /// When he is logged out.
        grace_until: TimeMs,
    },
    /// The agent is logged out.
    AgentLoggedOut {
        /// The agent.
        agent: AgentNo,
        /// Why.
        cause: LogoutCause,
    },
    /// The agent is ready or not ready from now on.
    PresenceChanged {
        /// The agent.
        agent: AgentNo,
        /// His presence.
        presence: Availability,
    },
    /// A change of presence waits for the agent's last slot to clear, or no longer (none).
    PresencePending {
        /// The agent.
        agent: AgentNo,
        /// What waits.
        pending: Option<PendingPresence>,
    },
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
}

/// What an adapter is told to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Directive {
    /// Connect the contact with the agent and report it.
    Connect {
        /// The accepted offer.
        offer: OfferId,
        /// The agent.
        agent: AgentNo,
        /// Where he is reached.
        address: Personal,
    },
    /// Do not connect (any more).
    CancelConnect {
        /// The accepted offer.
        offer: OfferId,
    },
    /// Send the contact to a destination outside; with the acknowledgement it has left.
    Route {
        /// The destination.
        destination: Personal,
    },
    /// End the contact; with the acknowledgement it has left.
    Release {
        /// Why.
        reason: ReleaseReason,
    },
    /// Put the conversation on hold.
    Hold {
        /// The handling.
        handling: HandlingId,
    },
    /// Take it off hold.
    Resume {
        /// The handling.
        handling: HandlingId,
    },
}

/// Why the adapter is told to end a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseReason {
    /// It waited as long as its queue allows, and no target took it.
    TimedOut,
    /// The agent ended the conversation.
    AgentEnded,
}

/// Why a directive need not be sent any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectiveEnd {
    /// The adapter acknowledged it.
    Acknowledged,
    /// What it asked for is over.
    PurposeGone,
}

/// Why a contact did not join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinRefusal {
    /// The queue has its greatest length.
    Full,
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
    /// Moved to another queue while it waited.
    Transferred,
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
}

/// Why an offer was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RescindReason {
    /// The agent asked to go not ready or to log out.
    AgentGone,
    /// The agent's session was lost or taken over.
    SessionLost,
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

/// Why an agent was logged out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogoutCause {
    /// He asked.
    Asked,
    /// His session was lost for longer than the grace.
    SessionLost,
    /// The configuration has him no longer.
    Removed,
}

/// A change of presence that waits for the last slot to clear.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingPresence {
    /// Not ready, with the reason code.
    NotReady(Arc<str>),
    /// Log out.
    Logout(LogoutCause),
}

/// Why this contact and this agent: the record of one decision.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Decision {
    /// The configuration in force.
    pub config_version: u64,
    /// The contact's place in the matching order.
    pub contact: ContactKey,
    /// How many agents were eligible.
    pub candidates: u32,
    /// The chosen agent's sort key.
    pub winner: AgentKey,
    /// The next one's sort key, if there was one.
    pub runner_up: Option<AgentKey>,
}

/// A contact's place in the matching order; the smaller one goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ContactKey {
    /// The queue's rank.
    pub queue_rank: u32,
    /// The negated priority in strict mode, otherwise 0.
    pub priority_rank: i64,
    /// The instant from which the virtual wait counts (in aging mode the priority's head start is in it).
    pub virtual_start: TimeMs,
    /// The enqueue sequence.
    pub visit: VisitId,
}

/// An agent's place among the candidates; the smaller one goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AgentKey {
    /// Since when his idle clock runs.
    pub idle_since: TimeMs,
    /// His sequence number.
    pub agent: AgentNo,
}
