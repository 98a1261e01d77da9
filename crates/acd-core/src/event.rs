//! The facts. State changes only by applying them, and the journal holds them.

mod adapter;
mod agent;
mod contact;
mod decision;
mod directive;
mod handling;
mod offer;
mod review;
mod tenant;
mod visit;

use strum::{IntoStaticStr, VariantNames};

use crate::ids::TimeMs;

pub use adapter::{
    AdapterConnected, AdapterEventApplied, AdapterGivenUp, AdapterLost, AdapterReconciled,
    LiveEntryRefused, RefusalForgotten, RefusalsConfirmed,
};
pub use agent::{
    AgentLoggedIn, AgentLoggedOut, LogoutCause, NextRequested, OutsideBusyChanged, PendingPresence,
    PresenceChanged, PresencePending, QueuePaused, SessionAttached, SessionGivenUp, SessionLost,
};
pub use contact::{
    Closed, ContactChanged, ContactEnded, ContactGivenUp, ContactOrigin, ContactRefused,
    ContactScheduled, ContactTakenUp, JoinRefusal, JoinRefused, NewContact, PersonalErased,
    PersonalExpired, PreferredChanged, ReferenceAdded, ScoreReported, TierBounded,
};
pub use decision::{AgentKey, ContactKey, Decision};
pub use directive::{
    Announcement, Directive, DirectiveAcknowledged, DirectiveClosed, DirectiveEnd, DirectiveIssued,
    ReleaseReason,
};
pub use handling::{
    AttemptWrapUpBegan, CallbackKept, ConsultCompleted, ConsultJoined, ConsultStarted,
    ContactParked, DispositionSet, FirstResponded, HandlingEnded, HandlingHeld, HandlingResumed,
    HandlingStarted, HandlingStuck, HandlingSuspended, Party, RecordingSet, ResponseAwaited,
    ResponseMissed, TalkEnded, WrapUp, WrapUpEntered, WrapUpExtended, WrapUpRequested,
};
pub use offer::{
    BackOff, BackOffBegan, BackOffEnded, BackOffScope, CancelReason, ConnectClockStarted, Fault,
    OfferAccepted, OfferEnd, OfferEnded, OfferMade, RescindReason,
};
pub use review::{ReviewAnswer, ReviewSubmitted};
pub use tenant::{
    AgentSkillsSet, CalendarChanged, CivilTimeResolved, ConfigApplied, ConfigFileNoted,
    EmergencyChanged, QueueDrained, Recovered, RequestAnswered, ReserveChanged, SupervisorActed,
    TenantDeleted, Work, WorkDone, WorkPutOff,
};
pub use visit::{
    AttemptFailed, Awaited, Behind, Chain, ChainPlace, Gate, GateOpened, MeantFor, Next, Outcome,
    Prediction, StepBegan, VisitEnded, VisitOpened, VisitStaffed, WaitAlerted, Window, WindowBegan,
    Withdrawal,
};

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
#[derive(Clone, Debug, PartialEq, Eq, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
#[allow(missing_docs, reason = "the struct of each variant says what it means")]
pub enum Event {
    ConfigApplied(ConfigApplied),
    ConfigFileNoted(ConfigFileNoted),
    AgentSkillsSet(AgentSkillsSet),
    CivilTimeResolved(CivilTimeResolved),
    CalendarChanged(CalendarChanged),
    /// A new day of the tenant began.
    DayBegan,
    QueueDrained(QueueDrained),
    SupervisorActed(SupervisorActed),
    EmergencyChanged(EmergencyChanged),
    ReserveChanged(ReserveChanged),
    TenantDeleted(TenantDeleted),
    Recovered(Recovered),
    WorkPutOff(WorkPutOff),
    WorkDone(WorkDone),
    RequestAnswered(RequestAnswered),

    AdapterConnected(AdapterConnected),
    AdapterLost(AdapterLost),
    AdapterGivenUp(AdapterGivenUp),
    AdapterReconciled(AdapterReconciled),
    LiveEntryRefused(LiveEntryRefused),
    AdapterEventApplied(AdapterEventApplied),
    RefusalsConfirmed(RefusalsConfirmed),
    RefusalForgotten(RefusalForgotten),
    DirectiveIssued(DirectiveIssued),
    DirectiveAcknowledged(DirectiveAcknowledged),
    DirectiveClosed(DirectiveClosed),

    /// A contact was accepted. The event's sequence is the contact.
    ContactAccepted(NewContact),
    ContactRefused(ContactRefused),
    JoinRefused(JoinRefused),
    ReferenceAdded(ReferenceAdded),
    ScoreReported(ScoreReported),
    ReviewSubmitted(ReviewSubmitted),
    PreferredChanged(PreferredChanged),
    TierBounded(TierBounded),
    ContactChanged(ContactChanged),
    ContactScheduled(ContactScheduled),
    ContactEnded(ContactEnded),
    ContactGivenUp(ContactGivenUp),
    ContactTakenUp(ContactTakenUp),
    PersonalErased(PersonalErased),
    PersonalExpired(PersonalExpired),
    VisitOpened(VisitOpened),
    VisitStaffed(VisitStaffed),
    StepBegan(StepBegan),
    GateOpened(GateOpened),
    WindowBegan(WindowBegan),
    AttemptFailed(AttemptFailed),
    AttemptWrapUpBegan(AttemptWrapUpBegan),
    WaitAlerted(WaitAlerted),
    VisitEnded(VisitEnded),

    OfferMade(OfferMade),
    OfferAccepted(OfferAccepted),
    ConnectClockStarted(ConnectClockStarted),
    OfferEnded(OfferEnded),
    BackOffBegan(BackOffBegan),
    BackOffEnded(BackOffEnded),
    HandlingStarted(HandlingStarted),
    FirstResponded(FirstResponded),
    ResponseAwaited(ResponseAwaited),
    ResponseMissed(ResponseMissed),
    HandlingHeld(HandlingHeld),
    HandlingResumed(HandlingResumed),
    HandlingSuspended(HandlingSuspended),
    RecordingSet(RecordingSet),
    TalkEnded(TalkEnded),
    DispositionSet(DispositionSet),
    CallbackKept(CallbackKept),
    WrapUpRequested(WrapUpRequested),
    WrapUpEntered(WrapUpEntered),
    WrapUpExtended(WrapUpExtended),
    HandlingStuck(HandlingStuck),
    ContactParked(ContactParked),
    ConsultStarted(ConsultStarted),
    ConsultJoined(ConsultJoined),
    ConsultCompleted(ConsultCompleted),
    HandlingEnded(HandlingEnded),

    AgentLoggedIn(AgentLoggedIn),
    SessionAttached(SessionAttached),
    SessionLost(SessionLost),
    SessionGivenUp(SessionGivenUp),
    AgentLoggedOut(AgentLoggedOut),
    PresenceChanged(PresenceChanged),
    QueuePaused(QueuePaused),
    OutsideBusyChanged(OutsideBusyChanged),
    NextRequested(NextRequested),
    PresencePending(PresencePending),
}

/// What an event weighs at least, in bytes.
const PLAIN_WEIGHT: usize = 256;

impl Event {
    /// The name of every event.
    pub const NAMES: &'static [&'static str] = Self::VARIANTS;

    /// Its name, such as `offer_made`.
    pub fn name(&self) -> &'static str {
        self.into()
    }

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
