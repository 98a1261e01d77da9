//! The names of events, as scenarios write them.

use acd_core::event::Event;

macro_rules! event_names {
    ($($variant:ident = $name:literal,)*) => {
        /// Every name.
        pub(crate) const EVENT_NAMES: &[&str] = &[$($name),*];

        /// The name of an event: `offer_made`.
        pub(crate) fn event_name(event: &Event) -> &'static str {
            match event {
                $(Event::$variant { .. } => $name,)*
            }
        }
    };
}

event_names! {
    ConfigApplied = "config_applied",
    AgentSkillsSet = "agent_skills_set",
    CivilTimeResolved = "civil_time_resolved",
    ConfigFileNoted = "config_file_noted",
    CalendarChanged = "calendar_changed",
    DayBegan = "day_began",
    QueueDrained = "queue_drained",
    SupervisorActed = "supervisor_acted",
    EmergencyChanged = "emergency_changed",
    ReserveChanged = "reserve_changed",
    TenantDeleted = "tenant_deleted",
    Recovered = "recovered",
    WorkPutOff = "work_put_off",
    WorkDone = "work_done",
    RequestAnswered = "request_answered",
    AdapterConnected = "adapter_connected",
    AdapterLost = "adapter_lost",
    AdapterGivenUp = "adapter_given_up",
    AdapterReconciled = "adapter_reconciled",
    LiveEntryRefused = "live_entry_refused",
    AdapterEventApplied = "adapter_event_applied",
    RefusalsConfirmed = "refusals_confirmed",
    RefusalForgotten = "refusal_forgotten",
    DirectiveIssued = "directive_issued",
    DirectiveAcknowledged = "directive_acknowledged",
    DirectiveClosed = "directive_closed",
    ContactAccepted = "contact_accepted",
    ContactRefused = "contact_refused",
    JoinRefused = "join_refused",
    ReferenceAdded = "reference_added",
    PreferredChanged = "preferred_changed",
    TierBounded = "tier_bounded",
    ContactChanged = "contact_changed",
    ContactScheduled = "contact_scheduled",
    ContactEnded = "contact_ended",
    ContactGivenUp = "contact_given_up",
    ContactTakenUp = "contact_taken_up",
    VisitOpened = "visit_opened",
    VisitStaffed = "visit_staffed",
    StepBegan = "step_began",
    GateOpened = "gate_opened",
    WindowBegan = "window_began",
    AttemptFailed = "attempt_failed",
    AttemptWrapUpBegan = "attempt_wrap_up_began",
    WaitAlerted = "wait_alerted",
    VisitEnded = "visit_ended",
    OfferMade = "offer_made",
    OfferAccepted = "offer_accepted",
    ConnectClockStarted = "connect_clock_started",
    OfferEnded = "offer_ended",
    BackOffBegan = "back_off_began",
    BackOffEnded = "back_off_ended",
    HandlingStarted = "handling_started",
    CallbackKept = "callback_kept",
    FirstResponded = "first_responded",
    ResponseAwaited = "response_awaited",
    ResponseMissed = "response_missed",
    HandlingHeld = "handling_held",
    HandlingResumed = "handling_resumed",
    HandlingSuspended = "handling_suspended",
    TalkEnded = "talk_ended",
    DispositionSet = "disposition_set",
    WrapUpRequested = "wrap_up_requested",
    WrapUpEntered = "wrap_up_entered",
    WrapUpExtended = "wrap_up_extended",
    HandlingStuck = "handling_stuck",
    ContactParked = "contact_parked",
    ConsultStarted = "consult_started",
    ConsultJoined = "consult_joined",
    ConsultCompleted = "consult_completed",
    HandlingEnded = "handling_ended",
    AgentLoggedIn = "agent_logged_in",
    SessionAttached = "session_attached",
    SessionLost = "session_lost",
    SessionGivenUp = "session_given_up",
    AgentLoggedOut = "agent_logged_out",
    PresenceChanged = "presence_changed",
    QueuePaused = "queue_paused",
    OutsideBusyChanged = "outside_busy_changed",
    NextRequested = "next_requested",
    PresencePending = "presence_pending",
}
