//! What happened: `event.proto`. The words in it are in the modules of their subjects.

use acd_core::event::{
    AdapterConnected, AdapterEventApplied, AdapterGivenUp, AdapterLost, AdapterReconciled,
    AgentLoggedIn, AgentLoggedOut, AgentSkillsSet, AttemptFailed, AttemptWrapUpBegan, BackOffBegan,
    BackOffEnded, CalendarChanged, CallbackKept, CivilTimeResolved, ConfigApplied, ConfigFileNoted,
    ConnectClockStarted, ConsultCompleted, ConsultJoined, ConsultStarted, ContactChanged,
    ContactEnded, ContactGivenUp, ContactParked, ContactRefused, ContactScheduled, ContactTakenUp,
    DirectiveAcknowledged, DirectiveClosed, DirectiveIssued, DispositionSet, EmergencyChanged,
    Event, FirstResponded, GateOpened, HandlingEnded, HandlingHeld, HandlingResumed,
    HandlingStarted, HandlingStuck, HandlingSuspended, JoinRefused, LiveEntryRefused,
    NextRequested, OfferAccepted, OfferEnded, OfferMade, OutsideBusyChanged, PreferredChanged,
    PresenceChanged, PresencePending, QueueDrained, QueuePaused, Recovered, ReferenceAdded,
    RefusalForgotten, RefusalsConfirmed, RequestAnswered, ReserveChanged, ResponseAwaited,
    ResponseMissed, SessionAttached, SessionGivenUp, SessionLost, StepBegan, SupervisorActed,
    TalkEnded, TenantDeleted, TierBounded, VisitEnded, VisitOpened, VisitStaffed, WaitAlerted,
    WindowBegan, Work, WorkDone, WorkPutOff, WrapUpEntered, WrapUpExtended, WrapUpRequested,
};
use acd_core::measures::Measures;
use acd_proto::journal::v1 as pb;
use pb::event::Kind as EventKind;
use pb::work::Kind as WorkKind;

use super::error::FieldError;
use super::mapping::{Wire, field, message, oneof, required};

oneof! { Event {
    ConfigApplied = ConfigApplied,
    ConfigFileNoted = ConfigFileNoted,
    AgentSkillsSet = AgentSkillsSet,
    CivilTimeResolved = CivilTimeResolved,
    CalendarChanged = CalendarChanged,
    DayBegan: Empty {},
    QueueDrained = QueueDrained,
    SupervisorActed = SupervisorActed,
    EmergencyChanged = EmergencyChanged,
    ReserveChanged = ReserveChanged,
    TenantDeleted = TenantDeleted,
    Recovered = Recovered,
    WorkPutOff = WorkPutOff,
    WorkDone = WorkDone,
    RequestAnswered = RequestAnswered,

    AdapterConnected = AdapterConnected,
    AdapterLost = AdapterLost,
    AdapterGivenUp = AdapterGivenUp,
    AdapterReconciled = AdapterReconciled,
    LiveEntryRefused = LiveEntryRefused,
    AdapterEventApplied = AdapterEventApplied,
    RefusalsConfirmed = RefusalsConfirmed,
    RefusalForgotten = RefusalForgotten,
    DirectiveIssued = DirectiveIssued,
    DirectiveAcknowledged = DirectiveAcknowledged,
    DirectiveClosed = DirectiveClosed,

    ContactAccepted(contact),
    ContactRefused = ContactRefused,
    JoinRefused = JoinRefused,
    ReferenceAdded = ReferenceAdded,
    TierBounded = TierBounded,
    ContactChanged = ContactChanged,
    ContactScheduled = ContactScheduled,
    ContactEnded = ContactEnded,
    ContactGivenUp = ContactGivenUp,
    ContactTakenUp = ContactTakenUp,

    VisitOpened = VisitOpened,
    PreferredChanged = PreferredChanged,
    VisitStaffed = VisitStaffed,
    StepBegan = StepBegan,
    GateOpened = GateOpened,
    WindowBegan = WindowBegan,
    AttemptFailed = AttemptFailed,
    AttemptWrapUpBegan = AttemptWrapUpBegan,
    WaitAlerted = WaitAlerted,
    VisitEnded = VisitEnded,

    OfferMade = OfferMade,
    OfferAccepted = OfferAccepted,
    ConnectClockStarted = ConnectClockStarted,
    OfferEnded = OfferEnded,
    BackOffBegan = BackOffBegan,
    BackOffEnded = BackOffEnded,

    HandlingStarted = HandlingStarted,
    FirstResponded = FirstResponded,
    ResponseAwaited = ResponseAwaited,
    ResponseMissed = ResponseMissed,
    HandlingHeld = HandlingHeld,
    HandlingResumed = HandlingResumed,
    HandlingSuspended = HandlingSuspended,
    TalkEnded = TalkEnded,
    DispositionSet = DispositionSet,
    CallbackKept = CallbackKept,
    WrapUpRequested = WrapUpRequested,
    WrapUpEntered = WrapUpEntered,
    WrapUpExtended = WrapUpExtended,
    HandlingStuck = HandlingStuck,
    ContactParked = ContactParked,
    ConsultStarted = ConsultStarted,
    ConsultJoined = ConsultJoined,
    ConsultCompleted = ConsultCompleted,
    HandlingEnded = HandlingEnded,

    AgentLoggedIn = AgentLoggedIn,
    SessionAttached = SessionAttached,
    SessionLost = SessionLost,
    SessionGivenUp = SessionGivenUp,
    AgentLoggedOut = AgentLoggedOut,
    PresenceChanged = PresenceChanged,
    QueuePaused = QueuePaused,
    OutsideBusyChanged = OutsideBusyChanged,
    NextRequested = NextRequested,
    PresencePending = PresencePending,
} as EventKind }

message!(ConfigApplied: ConfigApplied { version, source, author, comment, config, document, measures });
message!(ConfigFileNoted: ConfigFileNoted { document, in_force });
message!(AgentSkillsSet: AgentSkillsSet { version, author, comment, agent, skills });
message!(CivilTimeResolved: CivilTimeResolved { civil });
message!(CalendarChanged: CalendarChanged { calendar, opening });
message!(QueueDrained: QueueDrained { queue });
message!(SupervisorActed: SupervisorActed { author, act });
message!(EmergencyChanged: EmergencyChanged { queue, closed });
message!(ReserveChanged: ReserveChanged { queue, joined });
message!(TenantDeleted: TenantDeleted { author });
message!(Recovered: Recovered { ; sessions_until = sessions_until_ms, adapters_until = adapters_until_ms });
message!(WorkPutOff: WorkPutOff { work });
message!(WorkDone: WorkDone { count });
message!(RequestAnswered: RequestAnswered { caller, request_id, fingerprint, answer; forget_at = forget_at_ms });
message!(AdapterConnected: AdapterConnected { adapter, incarnation });
message!(AdapterLost: AdapterLost { adapter; grace_until = grace_until_ms });
message!(AdapterGivenUp: AdapterGivenUp { adapter });
message!(AdapterReconciled: AdapterReconciled { adapter });
message!(LiveEntryRefused: LiveEntryRefused { adapter, refused });
message!(AdapterEventApplied: AdapterEventApplied { adapter, sequence, refused });
message!(RefusalsConfirmed: RefusalsConfirmed { adapter, up_to });
message!(RefusalForgotten: RefusalForgotten { adapter, sequence });
message!(DirectiveIssued: DirectiveIssued { adapter, contact, directive });
message!(DirectiveAcknowledged: DirectiveAcknowledged { adapter, directive });
message!(DirectiveClosed: DirectiveClosed { adapter, directive, by });
message!(ContactRefused: ContactRefused { contact, queue, channel, reason });
message!(JoinRefused: JoinRefused { contact, queue, reason, next });
message!(ReferenceAdded: ReferenceAdded { contact, reference });
message!(TierBounded: TierBounded { contact, tiers });
message!(ContactChanged: ContactChanged { contact, change });
message!(ContactScheduled: ContactScheduled { contact, queue, agent; due_at = due_at_ms });
message!(ContactEnded: ContactEnded { contact });
message!(ContactGivenUp: ContactGivenUp { contact });
message!(ContactTakenUp: ContactTakenUp { contact; given_up_at = given_up_at_ms });
message!(VisitOpened: VisitOpened {
    contact, queue, windows, meant_for, sent_by, hop, scheduled, predicted, returned, staffed, behind;
    order_time = order_at_ms, max_wait_until = max_wait_until_ms
});
message!(PreferredChanged: PreferredChanged { contact, preferred, dedicated });
message!(VisitStaffed: VisitStaffed { visit });
message!(StepBegan: StepBegan { visit, step; until = until_ms });
message!(GateOpened: GateOpened { visit, gate });
message!(WindowBegan: WindowBegan { visit, window; until = until_ms });
message!(AttemptFailed: AttemptFailed { visit, attempts; next_at = next_at_ms });
message!(AttemptWrapUpBegan: AttemptWrapUpBegan { offer, visit, agent, wrap_up });
message!(WaitAlerted: WaitAlerted { visit });
message!(VisitEnded: VisitEnded { visit, outcome, next });
message!(OfferMade: OfferMade { visit, agent, alerting, forced, decision; ring_until = ring_until_ms });
message!(OfferAccepted: OfferAccepted { offer, dials; connect_until = connect_until_ms });
message!(ConnectClockStarted: ConnectClockStarted { offer; connect_until = connect_until_ms });
message!(OfferEnded: OfferEnded { offer, end, fault, back_off, missed, idle_clock; behind_until = behind_until_ms });
message!(BackOffBegan: BackOffBegan { agent, visit; until = until_ms });
message!(BackOffEnded: BackOffEnded { agent, visit });
message!(HandlingStarted: HandlingStarted { offer; respond_until = respond_until_ms });
message!(FirstResponded: FirstResponded { handling });
message!(ResponseAwaited: ResponseAwaited { handling; until = until_ms });
message!(ResponseMissed: ResponseMissed { handling });
message!(HandlingHeld: HandlingHeld { handling });
message!(HandlingResumed: HandlingResumed { handling });
message!(HandlingSuspended: HandlingSuspended { handling, suspended });
message!(TalkEnded: TalkEnded { handling, by, wrap_up });
message!(DispositionSet: DispositionSet { handling, disposition });
message!(CallbackKept: CallbackKept { handling });
message!(WrapUpRequested: WrapUpRequested { handling });
message!(WrapUpEntered: WrapUpEntered { handling, agent, contact; until = until_ms });
message!(WrapUpExtended: WrapUpExtended { handling; until = until_ms });
message!(HandlingStuck: HandlingStuck { handling });
message!(ContactParked: ContactParked { handling });
message!(ConsultStarted: ConsultStarted { handling, consult, joins });
message!(ConsultJoined: ConsultJoined { owner, participant });
message!(ConsultCompleted: ConsultCompleted { from, to });
message!(HandlingEnded: HandlingEnded { handling });
message!(AgentLoggedIn: AgentLoggedIn { agent, begins; grace_until = grace_until_ms });
message!(SessionAttached: SessionAttached { agent });
message!(SessionLost: SessionLost { agent; grace_until = grace_until_ms });
message!(SessionGivenUp: SessionGivenUp { agent });
message!(AgentLoggedOut: AgentLoggedOut { agent, cause });
message!(PresenceChanged: PresenceChanged { agent, presence, own; return_at = return_at_ms });
message!(QueuePaused: QueuePaused { agent, queue, reason, own; return_at = return_at_ms });
message!(OutsideBusyChanged: OutsideBusyChanged { adapter, agent, busy });
message!(NextRequested: NextRequested { agent });
message!(PresencePending: PresencePending { agent, pending, return_ms, own });

message!(Measures: Measures {
    wait_edges_ms, versions, offers_of_contact, offers_of_agent, handlings_of_agent, handling_times
});

oneof! { Work in Work {
    Leave: LeaveWork { ; 0 = visit, 1 = reason },
    Staff(visit),
    End(contact),
    OutsideBusy: OutsideBusyWork { ; 0 = adapter, 1 = agent, 2 = busy },
    FailConnect(offer),
    GiveUp(contact),
    FollowConfig(agent),
    FollowPlan(visit),
    PassWindow(visit),
} as WorkKind }
