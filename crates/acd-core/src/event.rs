//! The facts. State changes only by applying them, and the journal holds them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::command::{
    Answer, Attribute, Availability, CivilTime, ConfigSource, ConnectFailure, ContactChange,
    Disposition, EndCause, LiveRefusal, MonitorMode, Opening, Reference, SupervisorAct,
};
use crate::config::{
    Alerting, OverflowReason, Preferred, Target, TenantConfig, TierBounds, WrapUpBlocks,
};
use crate::ids::{
    AdapterNo, AgentNo, CalendarNo, CallerName, Channel, ContactId, ContactName, DirectiveId,
    DurationMs, HandlingId, OfferId, PlanName, QueueNo, SkillName, TeamName, TimeMs, VisitId,
};
use crate::measures::Measures;
use crate::personal::Personal;
use crate::refusal::Refusal;
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
        /// The hash of the document it was read from; none: it was made otherwise.
        document: Option<u64>,
        /// What the program measures by.
        measures: Measures,
    },
    /// The configuration file was read and not applied.
    ConfigFileNoted {
        /// The hash of its document.
        document: u64,
        /// Whether it said what was in force.
        in_force: bool,
    },
    /// An agent's skills were replaced.
    AgentSkillsSet {
        /// The configuration's version from now on.
        version: u64,
        /// Who did it.
        author: CallerName,
        /// What is said of the version.
        comment: Arc<str>,
        /// The agent.
        agent: AgentNo,
        /// All his skills.
        skills: BTreeMap<SkillName, u8>,
    },
    /// What civil times mean was resolved for the days to come.
    CivilTimeResolved {
        /// The calendars and days.
        civil: Arc<CivilTime>,
    },
    /// A calendar opened or closed.
    CalendarChanged {
        /// The calendar.
        calendar: CalendarNo,
        /// What it is now.
        opening: Opening,
    },
    /// A new day of the tenant began.
    DayBegan,
    /// A queue that the configuration has no longer is empty: it is gone.
    QueueDrained {
        /// The queue.
        queue: QueueNo,
    },
    /// A supervisor did something; what came of it follows.
    SupervisorActed {
        /// Who did it.
        author: CallerName,
        /// What he did.
        act: SupervisorAct,
    },
    /// Queues were closed in an emergency, or opened again.
    EmergencyChanged {
        /// The queue; none: all of them.
        queue: Option<QueueNo>,
        /// Whether it is closed.
        closed: bool,
    },
    /// The reserve agents of a queue joined or left.
    ReserveChanged {
        /// The queue.
        queue: QueueNo,
        /// Whether they are in it.
        joined: bool,
    },
    /// The tenant was given up.
    TenantDeleted {
        /// Who did it.
        author: CallerName,
    },
    /// The engine came back after a stop. No session counts as lost, but none is present either.
    Recovered {
        /// Until when an agent who was logged in may come back.
        sessions_until: TimeMs,
        /// Until when an adapter that was there may come back.
        adapters_until: TimeMs,
    },
    /// More was to be done at this instant than one slice does. What is put off is decided: its contacts are offered to
    /// nobody any more, and further slices carry it out.
    WorkPutOff {
        /// What, in order.
        work: Arc<[Work]>,
    },
    /// Work that was put off has been carried out.
    WorkDone {
        /// How many pieces, from the oldest on.
        count: u32,
    },
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
    /// An adapter's complete list holds.
    AdapterReconciled {
        /// The adapter.
        adapter: AdapterNo,
    },
    /// An entry of an adapter's complete list was not taken.
    LiveEntryRefused {
        /// The adapter.
        adapter: AdapterNo,
        /// Which, and why.
        refused: LiveRefusal,
    },
    /// An event of an adapter's stream was applied (or refused, which is final too).
    AdapterEventApplied {
        /// The adapter.
        adapter: AdapterNo,
        /// The event's own sequence.
        sequence: u64,
        /// Why it was refused; none: it was applied. The refusal is kept until the adapter confirms it.
        refused: Option<Refusal>,
    },
    /// An adapter knows which of its events were refused.
    RefusalsConfirmed {
        /// The adapter.
        adapter: AdapterNo,
        /// The refusals of all events up to this sequence.
        up_to: u64,
    },
    /// A refusal is not kept any longer, although the adapter has not confirmed it: there are as many as may be kept.
    RefusalForgotten {
        /// The adapter.
        adapter: AdapterNo,
        /// The event that was refused.
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
    /// The adapter took note of a directive that stays in force: it is sent again only to a new incarnation.
    DirectiveAcknowledged {
        /// The adapter.
        adapter: AdapterNo,
        /// The directive.
        directive: DirectiveId,
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
    /// An accepted contact could not join a queue and goes elsewhere.
    JoinRefused {
        /// The contact.
        contact: ContactId,
        /// The queue.
        queue: QueueNo,
        /// Why.
        reason: JoinRefusal,
        /// Where it goes.
        next: Next,
    },
    /// Where something about a contact is found.
    ReferenceAdded {
        /// The contact.
        contact: ContactId,
        /// What and where.
        reference: Reference,
    },
    /// Whom the contact prefers, or is dedicated to, from now on: an agent gave it away.
    PreferredChanged {
        /// The contact.
        contact: ContactId,
        /// Whom it waits for in each queue, one after the other, before it is open to all.
        preferred: Arc<[Preferred]>,
        /// Whether it is dedicated to the agents of `preferred`.
        dedicated: bool,
    },
    /// The contact is for agents of these tiers from now on.
    TierBounded {
        /// The contact.
        contact: ContactId,
        /// The tiers.
        tiers: TierBounds,
    },
    /// Something about a contact changed; a move is told by the visits.
    ContactChanged {
        /// The contact.
        contact: ContactId,
        /// What changed.
        change: ContactChange,
    },
    /// The contact waits for its time: it is in no queue before it, and has no visit.
    ContactScheduled {
        /// The contact.
        contact: ContactId,
        /// The queue it joins then.
        queue: QueueNo,
        /// The instant at which it joins.
        due_at: TimeMs,
        /// The agent for whom alone it waits then; none: as any contact of the queue.
        agent: Option<AgentNo>,
    },
    /// A contact is over.
    ContactEnded {
        /// The contact.
        contact: ContactId,
    },
    /// A contact is over only because its adapter was away for too long: it may turn out to be alive.
    ContactGivenUp {
        /// The contact.
        contact: ContactId,
    },
    /// A contact that was given up is alive after all, and goes on as itself.
    ContactTakenUp {
        /// The contact.
        contact: ContactId,
        /// When it was given up.
        given_up_at: TimeMs,
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
        /// Whom it waits for before it is open to all.
        windows: Arc<[Window]>,
        /// What ties it to the agents of its windows.
        meant_for: MeantFor,
        /// The entry of a chain by which it was sent to its agent: they do not take it, and the next one applies.
        sent_by: Option<ChainPlace>,
        /// Whether it counts towards the queue hops of the contact.
        hop: bool,
        /// Whether the contact was scheduled and its time has come: neither closing nor a lack of staff ends the visit.
        scheduled: bool,
        /// How long it was thought to wait; none: nobody who could serve it was logged in.
        predicted: Option<Prediction>,
        /// The visit that ended unanswered, whose place the customer takes back.
        returned: Option<VisitId>,
        /// Whether some agent is not absent by the queue's list for leaving.
        staffed: bool,
        /// Who has just given the contact away, if an agent did: they come after all others for a while.
        behind: Option<Behind>,
    },
    /// A visit that joined when every agent was absent has seen one who is not: from now on it leaves when the last
    /// one becomes absent.
    VisitStaffed {
        /// The visit.
        visit: VisitId,
    },
    /// A step of the visit's routing plan began.
    StepBegan {
        /// The visit.
        visit: VisitId,
        /// The step's place in the plan, from 0.
        step: u16,
        /// When it ends; none: with the visit.
        until: Option<TimeMs>,
    },
    /// A gate of the visit opened by time or by a missed offer.
    GateOpened {
        /// The visit.
        visit: VisitId,
        /// Which one.
        gate: Gate,
    },
    /// The window of one it waits for began.
    WindowBegan {
        /// The visit.
        visit: VisitId,
        /// The window's place in the list, from 0; none: it is open to all from now on.
        window: Option<u16>,
        /// When it ends; none: with the visit.
        until: Option<TimeMs>,
    },
    /// The customer was dialled in vain.
    AttemptFailed {
        /// The visit.
        visit: VisitId,
        /// The attempts so far.
        attempts: u32,
        /// Before which instant it is not offered again; none: it may be at once.
        next_at: Option<TimeMs>,
    },
    /// The agent whose dial reached nobody wraps the attempt up. The event's sequence is the handling, which has no
    /// conversation and is not counted as handled.
    AttemptWrapUpBegan {
        /// The offer that has failed.
        offer: OfferId,
        /// The visit, which goes on.
        visit: VisitId,
        /// The agent.
        agent: AgentNo,
        /// The wrap-up.
        wrap_up: WrapUp,
    },
    /// The visit has waited for as long as its queue reports.
    WaitAlerted {
        /// The visit.
        visit: VisitId,
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
        /// How the agent is told of it.
        alerting: Alerting,
        /// Whether a supervisor made it, whatever the agent's capacity.
        forced: bool,
        /// Why this contact and this agent.
        decision: Arc<Decision>,
    },
    /// The agent accepted.
    OfferAccepted {
        /// The offer.
        offer: OfferId,
        /// When it must be connected.
        connect_until: TimeMs,
        /// Whether the customer is dialled: only that counts as an attempt.
        dials: bool,
    },
    /// The clock of an accepted offer, which stood still while its adapter was away, starts anew.
    ConnectClockStarted {
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
        /// The agent failed, and comes after all others for this visit until then, but in this instant at least. None:
        /// they did not fail.
        behind_until: Option<TimeMs>,
        /// Whether it is one more of the offers in a row that the agent missed.
        missed: bool,
        /// Whether the agent's idle clock starts anew.
        idle_clock: bool,
    },
    /// A visit is kept from an agent who did not answer its customer in the visit before.
    BackOffBegan {
        /// The agent.
        agent: AgentNo,
        /// The visit.
        visit: VisitId,
        /// Until when.
        until: TimeMs,
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
        /// By when the agent must have answered the customer; none: no such time.
        respond_until: Option<TimeMs>,
    },
    /// The agent has answered the customer for the first time.
    FirstResponded {
        /// The handling.
        handling: HandlingId,
    },
    /// The agent has more time to answer the customer: the adapter that would report it was away.
    ResponseAwaited {
        /// The handling.
        handling: HandlingId,
        /// By when they must have.
        until: TimeMs,
    },
    /// The agent did not answer the customer in time: the contact is taken back, and joins its queue again. The
    /// handling ends without wrap-up, and is not counted as handled.
    ResponseMissed {
        /// The handling.
        handling: HandlingId,
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
    /// An asynchronous conversation is suspended, for its agent is away, or no longer.
    HandlingSuspended {
        /// The handling.
        handling: HandlingId,
        /// Whether it is.
        suspended: bool,
    },
    /// The conversation is over.
    TalkEnded {
        /// The handling.
        handling: HandlingId,
        /// Who ended it.
        by: Party,
        /// The wrap-up that begins; none: there is none.
        wrap_up: Option<WrapUp>,
    },
    /// What became of the conversation.
    DispositionSet {
        /// The handling.
        handling: HandlingId,
        /// The agent's words.
        disposition: Disposition,
    },
    /// The agent keeps the open callback of the customer they talk to: it does not end with the conversation.
    CallbackKept {
        /// The handling.
        handling: HandlingId,
    },
    /// Wrap-up was asked for before the end of the conversation.
    WrapUpRequested {
        /// The handling.
        handling: HandlingId,
    },
    /// The agent entered the optional wrap-up of a conversation that had ended. The handling is open again.
    WrapUpEntered {
        /// The handling.
        handling: HandlingId,
        /// The agent.
        agent: AgentNo,
        /// The contact, which may have ended.
        contact: ContactId,
        /// When it ends; none: only by the agent.
        until: Option<TimeMs>,
    },
    /// The wrap-up takes longer.
    WrapUpExtended {
        /// The handling.
        handling: HandlingId,
        /// When it ends.
        until: TimeMs,
    },
    /// A conversation has lasted for so long that it may be stuck.
    HandlingStuck {
        /// The handling.
        handling: HandlingId,
    },
    /// The contact was set aside; its handling ends without wrap-up.
    ContactParked {
        /// The handling.
        handling: HandlingId,
    },
    /// The agent asks another one; the contact of that consultation was accepted before.
    ConsultStarted {
        /// The conversation with the customer.
        handling: HandlingId,
        /// The contact of the consultation.
        consult: ContactId,
        /// Whether it is joined as soon as the one who is asked is connected.
        joins: bool,
    },
    /// A consultation was joined: the one who is asked takes part in the conversation with the customer.
    ConsultJoined {
        /// The conversation with the customer.
        owner: HandlingId,
        /// The handling of the one who takes part, which stays one of the consultation.
        participant: HandlingId,
    },
    /// The customer goes to one who was asked, or takes part: their handling of the consultation becomes one of the
    /// customer, without a new visit. Others who take part stay.
    ConsultCompleted {
        /// The handling of the agent who leaves.
        from: HandlingId,
        /// The handling of the one who goes on.
        to: HandlingId,
    },
    /// The slot is released.
    HandlingEnded {
        /// The handling.
        handling: HandlingId,
    },

    /// An agent logged in. The event's sequence is the session. It replaces an earlier one.
    AgentLoggedIn {
        /// The agent.
        agent: AgentNo,
        /// The reason code with which they begin, not ready; all that is counted since the login begins anew. None: it
        /// takes over a session that was there or in its grace, with its presence and counts.
        begins: Option<Arc<str>>,
        /// By when its stream must begin; none: it needs none.
        grace_until: Option<TimeMs>,
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
    /// A session was lost for longer than the grace while the agent had contacts: he is logged out when his last slot
    /// clears, unless he resumes it before.
    SessionGivenUp {
        /// The agent.
        agent: AgentNo,
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
        /// When they are made ready again by themselves.
        return_at: Option<TimeMs>,
        /// Whether it is the agent's own choice: the offers they missed in a row are counted anew.
        own: bool,
    },
    /// An agent takes no contacts of a queue, or takes them again.
    QueuePaused {
        /// The agent.
        agent: AgentNo,
        /// The queue.
        queue: QueueNo,
        /// Why; none: he takes them again.
        reason: Option<Arc<str>>,
        /// When they take them again by themselves.
        return_at: Option<TimeMs>,
        /// Whether it is the agent's own choice: the offers of this queue that they missed in a row are counted anew.
        own: bool,
    },
    /// An agent began or ended a call that is no contact of a queue.
    OutsideBusyChanged {
        /// The adapter that says so.
        adapter: AdapterNo,
        /// The agent.
        agent: AgentNo,
        /// Whether he is in one.
        busy: bool,
    },
    /// An agent who works on demand asked for the next contact.
    NextRequested {
        /// The agent.
        agent: AgentNo,
    },
    /// A change of presence waits for the agent's last slot to clear, or no longer (none).
    PresencePending {
        /// The agent.
        agent: AgentNo,
        /// What waits.
        pending: Option<PendingPresence>,
        /// How long after it took effect they are made ready again; none: as the tenant says for the reason.
        return_ms: Option<DurationMs>,
        /// Whether it is the agent's own choice.
        own: bool,
    },
}

/// A piece of work that a slice put off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// The visit leaves its queue for this reason.
    Leave(VisitId, OverflowReason),
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

/// What an event weighs at least, in bytes.
const PLAIN_WEIGHT: usize = 256;

impl Event {
    /// About how many bytes it takes in the journal. Only what a slice can cause many times is looked at.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Event::ContactAccepted(contact) => {
                let attributes = contact.attributes.iter();
                let bytes = attributes.map(|it| it.key.len() + it.value.reveal().len());
                PLAIN_WEIGHT + bytes.sum::<usize>()
            }
            _ => PLAIN_WEIGHT,
        }
    }
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

/// What a waiting customer is told.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Announcement {
    /// The greeting.
    Greeting(Arc<str>),
    /// The music begins.
    Music(Arc<str>),
    /// His position, from 1. It never rises.
    Position(u32),
    /// How long he is thought to wait; none: nobody can serve him.
    Wait(Option<Prediction>),
    /// What is repeated.
    Periodic(Arc<str>),
}

/// A wrap-up that begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WrapUp {
    /// When it ends; none: only by the agent.
    pub until: Option<TimeMs>,
    /// What it keeps from the agent.
    pub blocks: WrapUpBlocks,
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
    /// Ring the agent's phone and report.
    Ring {
        /// The offer.
        offer: OfferId,
        /// The agent.
        agent: AgentNo,
        /// Where he is reached.
        address: Personal,
    },
    /// Do not ring (any more).
    CancelRing {
        /// The offer.
        offer: OfferId,
    },
    /// Call the customer, connect him with the agent and report it.
    Dial {
        /// The accepted offer.
        offer: OfferId,
        /// The agent.
        agent: AgentNo,
        /// Where he is reached.
        address: Personal,
        /// The customer's number.
        number: Personal,
    },
    /// Let the waiting customer hear this.
    Announce {
        /// What.
        what: Announcement,
    },
    /// Connect the customer with the agent who was asked; the one who asked is out of the conversation.
    Bridge {
        /// The handling of the agent who was asked.
        handling: HandlingId,
        /// The agent.
        agent: AgentNo,
        /// Where he is reached.
        address: Personal,
    },
    /// Bring another party into the conversation.
    Conference {
        /// The handling.
        handling: HandlingId,
        /// The consultation whose agent, connected already, takes part; none: a party outside, who is to be called.
        consult: Option<ContactName>,
        /// Where the party is reached.
        address: Personal,
    },
    /// Let a supervisor listen to, whisper into or join the conversation.
    Monitor {
        /// The handling.
        handling: HandlingId,
        /// How.
        mode: MonitorMode,
        /// Where the supervisor is reached.
        address: Personal,
    },
    /// Record a message in this voice mail box; with the acknowledgement the contact has left.
    Voicemail {
        /// The box.
        mailbox: Arc<str>,
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
        /// What the customer hears before.
        prompt: Option<Arc<str>>,
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

impl Directive {
    /// Whether it stays in force when the adapter has taken note of it, until its purpose is gone. The others are done
    /// with that.
    pub fn stays_in_force(&self) -> bool {
        match self {
            Directive::Connect { .. }
            | Directive::Dial { .. }
            | Directive::Ring { .. }
            | Directive::Hold { .. }
            | Directive::Conference {
                consult: Some(_), ..
            }
            | Directive::Announce {
                what: Announcement::Music(_),
            } => true,
            Directive::CancelConnect { .. }
            | Directive::CancelRing { .. }
            | Directive::Announce { .. }
            | Directive::Bridge { .. }
            | Directive::Conference { .. }
            | Directive::Monitor { .. }
            | Directive::Voicemail { .. }
            | Directive::Route { .. }
            | Directive::Release { .. }
            | Directive::Resume { .. } => false,
        }
    }
}

/// Why the adapter is told to end a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseReason {
    /// It could not join or stay in its queue, and no target took it.
    Overflow(OverflowReason),
    /// The customer is called back.
    Callback,
    /// A supervisor withdrew or freed it.
    Withdrawn,
    /// The customer chose to end it.
    ExitChoice,
    /// The consultation it was for is over.
    ConsultEnded,
    /// The agent ended the conversation.
    AgentEnded,
    /// The customer of the callback was served meanwhile.
    Served,
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
    /// A supervisor, or the consequence of a missed offer, set his presence.
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
    /// A supervisor did it.
    Forced,
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
    /// The step of the routing plan, from 0.
    pub step: u16,
    /// The contact's place in the matching order.
    pub contact: ContactKey,
    /// How many agents were eligible.
    pub candidates: u32,
    /// The chosen agent's sort key.
    pub winner: AgentKey,
    /// The next one's sort key, if there was one.
    pub runner_up: Option<AgentKey>,
}

/// A contact's place in the matching order of one agent; the smaller one goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ContactKey {
    /// Whether it is *not* dedicated to, or parked with, this very agent.
    pub open: bool,
    /// The queue's rank in the agent's routing profile.
    pub profile_rank: u32,
    /// The queue's rank.
    pub queue_rank: u32,
    /// The negated priority in strict mode, otherwise 0.
    pub priority_rank: i64,
    /// With the switch `objective` the negated virtual wait in 10^-9 of the queue's service objective, otherwise 0.
    pub wait_rank: i64,
    /// The instant from which the virtual wait counts (in aging mode the priority's head start is in it); 0 with the
    /// switch `objective`.
    pub virtual_start: TimeMs,
    /// The enqueue sequence.
    pub visit: VisitId,
}

/// An agent's place among the candidates; the smaller one goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AgentKey {
    /// 0 but for who has just failed an offer of this visit, or given the contact away: their place among those, from
    /// 1, the longest ago first.
    pub behind: u32,
    /// Their tier in the queue, for this visit.
    pub tier: u32,
    /// What the queue's agent order says of them; 0 where it is the longest idle.
    pub rank: i64,
    /// How many leases they hold, of any channel; a call outside counts as one.
    pub leases: u32,
    /// Since when their idle clock runs.
    pub idle_since: TimeMs,
    /// Their sequence number.
    pub agent: AgentNo,
}
