//! What happened: `event.proto`. The words in it are in the modules of their subjects.

use acd_core::event::{Event, Work};
use acd_core::measures::Measures;
use acd_proto::journal::v1 as pb;
use pb::event::Kind as EventKind;
use pb::work::Kind as WorkKind;

use super::error::FieldError;
use super::mapping::{Wire, field, message, oneof, required};

oneof! { Event {
    ConfigApplied: ConfigApplied { version, source, author, comment, config, document, measures },
    ConfigFileNoted: ConfigFileNoted { document, in_force },
    AgentSkillsSet: AgentSkillsSet { version, author, comment, agent, skills },
    CivilTimeResolved: CivilTimeResolved { civil },
    CalendarChanged: CalendarChanged { calendar, opening },
    DayBegan: Empty {},
    QueueDrained: QueueDrained { queue },
    SupervisorActed: SupervisorActed { author, act },
    EmergencyChanged: EmergencyChanged { queue, closed },
    ReserveChanged: ReserveChanged { queue, joined },
    TenantDeleted: TenantDeleted { author },
    Recovered: Recovered { ; sessions_until = sessions_until_ms, adapters_until = adapters_until_ms },
    WorkPutOff: WorkPutOff { work },
    WorkDone: WorkDone { count },
    RequestAnswered: RequestAnswered { caller, request_id, fingerprint, answer; forget_at = forget_at_ms },

    AdapterConnected: AdapterConnected { adapter, incarnation },
    AdapterLost: AdapterLost { adapter; grace_until = grace_until_ms },
    AdapterGivenUp: AdapterGivenUp { adapter },
    AdapterReconciled: AdapterReconciled { adapter },
    LiveEntryRefused: LiveEntryRefused { adapter, refused },
    AdapterEventApplied: AdapterEventApplied { adapter, sequence, refused },
    RefusalsConfirmed: RefusalsConfirmed { adapter, up_to },
    RefusalForgotten: RefusalForgotten { adapter, sequence },
    DirectiveIssued: DirectiveIssued { adapter, contact, directive },
    DirectiveAcknowledged: DirectiveAcknowledged { adapter, directive },
    DirectiveClosed: DirectiveClosed { adapter, directive, by },

    ContactAccepted(contact),
    ContactRefused: ContactRefused { contact, queue, channel, reason },
    JoinRefused: JoinRefused { contact, queue, reason, next },
    ReferenceAdded: ReferenceAdded { contact, reference },
    TierBounded: TierBounded { contact, tiers },
    ContactChanged: ContactChanged { contact, change },
    ContactScheduled: ContactScheduled { contact, queue, agent; due_at = due_at_ms },
    ContactEnded: ContactEnded { contact },
    ContactGivenUp: ContactGivenUp { contact },
    ContactTakenUp: ContactTakenUp { contact; given_up_at = given_up_at_ms },

    VisitOpened: VisitOpened {
        contact, queue, windows, meant_for, sent_by, hop, scheduled, predicted, returned, staffed, behind;
        order_time = order_at_ms, max_wait_until = max_wait_until_ms
    },
    PreferredChanged: PreferredChanged { contact, preferred, dedicated },
    VisitStaffed: VisitStaffed { visit },
    StepBegan: StepBegan { visit, step; until = until_ms },
    GateOpened: GateOpened { visit, gate },
    WindowBegan: WindowBegan { visit, window; until = until_ms },
    AttemptFailed: AttemptFailed { visit, attempts; next_at = next_at_ms },
    AttemptWrapUpBegan: AttemptWrapUpBegan { offer, visit, agent, wrap_up },
    WaitAlerted: WaitAlerted { visit },
    VisitEnded: VisitEnded { visit, outcome, next },

    OfferMade: OfferMade { visit, agent, alerting, forced, decision; ring_until = ring_until_ms },
    OfferAccepted: OfferAccepted { offer, dials; connect_until = connect_until_ms },
    ConnectClockStarted: ConnectClockStarted { offer; connect_until = connect_until_ms },
    OfferEnded: OfferEnded { offer, end, fault, back_off, missed, idle_clock; behind_until = behind_until_ms },
    BackOffBegan: BackOffBegan { agent, visit; until = until_ms },
    BackOffEnded: BackOffEnded { agent, visit },

    HandlingStarted: HandlingStarted { offer; respond_until = respond_until_ms },
    FirstResponded: FirstResponded { handling },
    ResponseAwaited: ResponseAwaited { handling; until = until_ms },
    ResponseMissed: ResponseMissed { handling },
    HandlingHeld: HandlingHeld { handling },
    HandlingResumed: HandlingResumed { handling },
    HandlingSuspended: HandlingSuspended { handling, suspended },
    TalkEnded: TalkEnded { handling, by, wrap_up },
    DispositionSet: DispositionSet { handling, disposition },
    CallbackKept: CallbackKept { handling },
    WrapUpRequested: WrapUpRequested { handling },
    WrapUpEntered: WrapUpEntered { handling, agent, contact; until = until_ms },
    WrapUpExtended: WrapUpExtended { handling; until = until_ms },
    HandlingStuck: HandlingStuck { handling },
    ContactParked: ContactParked { handling },
    ConsultStarted: ConsultStarted { handling, consult, joins },
    ConsultJoined: ConsultJoined { owner, participant },
    ConsultCompleted: ConsultCompleted { from, to },
    HandlingEnded: HandlingEnded { handling },

    AgentLoggedIn: AgentLoggedIn { agent, begins; grace_until = grace_until_ms },
    SessionAttached: SessionAttached { agent },
    SessionLost: SessionLost { agent; grace_until = grace_until_ms },
    SessionGivenUp: SessionGivenUp { agent },
    AgentLoggedOut: AgentLoggedOut { agent, cause },
    PresenceChanged: PresenceChanged { agent, presence, own; return_at = return_at_ms },
    QueuePaused: QueuePaused { agent, queue, reason, own; return_at = return_at_ms },
    OutsideBusyChanged: OutsideBusyChanged { adapter, agent, busy },
    NextRequested: NextRequested { agent },
    PresencePending: PresencePending { agent, pending, return_ms, own },
} as EventKind }

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
