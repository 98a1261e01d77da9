//! Values of every core type that a record can hold, with random content. The lists of variants are matched without a
//! wildcard, so that a new one does not compile until it is listed here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use acd_core::command::{
    AcknowledgeDirectives, ActForAgent, AdapterConnect, AdapterDisconnect, AdmitLive, AgentAct,
    AgentCommand, Answer, ApplyConfig, Arrival, AttachSession, Attribute, Availability,
    CalendarTimes, CallbackRequest, CivilTime, Command, ConfigSource, ConfirmRefusals,
    ConnectFailure, ContactAct, ContactChange, ContactCommand, DeleteTenant, Destination,
    DetachSession, Disposition, EndCause, LiveContact, LiveEntry, LivePage, LiveRefusal, Login,
    MonitorMode, NoteConfigFile, Opening, Origin, PhoneAct, ReconcileAdapter, Reference, Reply,
    Request, SetAgentSkills, SetOutsideBusy, Supervise, SupervisorAct,
};
use acd_core::event::{
    AdapterConnected, AdapterEventApplied, AdapterGivenUp, AdapterLost, AdapterReconciled,
    AgentKey, AgentLoggedIn, AgentLoggedOut, AgentSkillsSet, Announcement, AttemptFailed,
    AttemptWrapUpBegan, Awaited, BackOff, BackOffBegan, BackOffEnded, BackOffScope, Behind,
    CalendarChanged, CallbackKept, CancelReason, Chain, ChainPlace, CivilTimeResolved, Closed,
    ConfigApplied, ConfigFileNoted, ConnectClockStarted, ConsultCompleted, ConsultJoined,
    ConsultStarted, ContactChanged, ContactEnded, ContactGivenUp, ContactKey, ContactOrigin,
    ContactParked, ContactRefused, ContactScheduled, ContactTakenUp, Decision, Directive,
    DirectiveAcknowledged, DirectiveClosed, DirectiveEnd, DirectiveIssued, DispositionSet,
    EmergencyChanged, Event, Fault, FirstResponded, Gate, GateOpened, HandlingEnded, HandlingHeld,
    HandlingResumed, HandlingStarted, HandlingStuck, HandlingSuspended, JoinRefusal, JoinRefused,
    LiveEntryRefused, LogoutCause, MeantFor, NewContact, Next, NextRequested, OfferAccepted,
    OfferEnd, OfferEnded, OfferMade, Outcome, OutsideBusyChanged, Party, PendingPresence,
    Prediction, PreferredChanged, PresenceChanged, PresencePending, QueueDrained, QueuePaused,
    Recorded, Recovered, ReferenceAdded, RefusalForgotten, RefusalsConfirmed, ReleaseReason,
    RequestAnswered, RescindReason, ReserveChanged, ResponseAwaited, ResponseMissed,
    SessionAttached, SessionGivenUp, SessionLost, StepBegan, SupervisorActed, TalkEnded,
    TenantDeleted, TierBounded, VisitEnded, VisitOpened, VisitStaffed, WaitAlerted, Window,
    WindowBegan, Withdrawal, Work, WorkDone, WorkPutOff, WrapUp, WrapUpEntered, WrapUpExtended,
    WrapUpRequested,
};
use acd_core::ids::{
    AdapterName, AdapterNo, AgentName, AgentNo, CalendarName, CalendarNo, CallerName, Channel,
    ConnectionId, ContactId, ContactName, DirectiveId, HandlingId, OfferId, PlanName, PoolName,
    ProfileName, QueueName, QueueNo, SessionId, SkillName, TeamName, TenantName, VisitId,
};
use acd_core::measures::Measures;
use acd_core::personal::Personal;
use acd_core::refusal::{Reason, Refusal};
use acd_core::requirement::{Requirement, Term};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::Union;

use crate::Entry;
use crate::codec::encode_input;

/// The entry of an input whose events fit into one.
pub(super) fn entry_of(
    tenant: &TenantName,
    request: Option<&Request>,
    events: &[Recorded],
) -> Entry {
    match &encode_input(tenant, request, events)[..] {
        [entry] => entry.clone(),
        entries => panic!("{} entries", entries.len()),
    }
}

/// A type with a strategy for all of its values.
pub(super) trait Sample: Sized + std::fmt::Debug + 'static {
    fn sample() -> BoxedStrategy<Self>;
}

/// A strategy for the field `_name`, whose type follows from its use.
fn of<T: Sample>(_name: &str) -> BoxedStrategy<T> {
    T::sample()
}

macro_rules! plain {
    ($($scalar:ty),+) => {$(
        impl Sample for $scalar {
            fn sample() -> BoxedStrategy<Self> {
                any::<$scalar>().boxed()
            }
        }
    )+};
}
plain!(bool, u8, u16, i16, i32, i64, u32, u64);

macro_rules! from {
    ($inner:ty: $($outer:ty = $make:expr),+ $(,)?) => {$(
        impl Sample for $outer {
            fn sample() -> BoxedStrategy<Self> {
                <$inner>::sample().prop_map($make).boxed()
            }
        }
    )+};
}
from!(u64:
    ContactId = ContactId, VisitId = VisitId, OfferId = OfferId, HandlingId = HandlingId, DirectiveId = DirectiveId,
    SessionId = SessionId, ConnectionId = ConnectionId,
);
from!(u32: AgentNo = AgentNo, QueueNo = QueueNo, AdapterNo = AdapterNo, CalendarNo = CalendarNo);
from!(String:
    Arc<str> = Arc::from, Personal = Personal::from, TenantName = TenantName::from, AgentName = AgentName::from,
    QueueName = QueueName::from, SkillName = SkillName::from, AdapterName = AdapterName::from,
    TeamName = TeamName::from, ProfileName = ProfileName::from, PlanName = PlanName::from,
    CalendarName = CalendarName::from, PoolName = PoolName::from, ContactName = ContactName::from,
    CallerName = CallerName::from,
);

impl Sample for String {
    fn sample() -> BoxedStrategy<Self> {
        "\\PC{0,12}".boxed()
    }
}

impl<T: Sample> Sample for Option<T> {
    fn sample() -> BoxedStrategy<Self> {
        option::of(T::sample()).boxed()
    }
}

impl<T: Sample> Sample for Vec<T> {
    fn sample() -> BoxedStrategy<Self> {
        vec(T::sample(), 0..3).boxed()
    }
}

impl<T: Sample> Sample for Arc<T> {
    fn sample() -> BoxedStrategy<Self> {
        T::sample().prop_map(Arc::new).boxed()
    }
}

impl<T: Sample> Sample for Arc<[T]> {
    fn sample() -> BoxedStrategy<Self> {
        Vec::sample().prop_map(Arc::from).boxed()
    }
}

impl<T: Sample + Ord> Sample for BTreeSet<T> {
    fn sample() -> BoxedStrategy<Self> {
        btree_set(T::sample(), 0..3).boxed()
    }
}

impl<K: Sample + Ord, V: Sample> Sample for BTreeMap<K, V> {
    fn sample() -> BoxedStrategy<Self> {
        btree_map(K::sample(), V::sample(), 0..3).boxed()
    }
}

impl<A: Sample, B: Sample> Sample for (A, B) {
    fn sample() -> BoxedStrategy<Self> {
        (A::sample(), B::sample()).boxed()
    }
}

impl<A: Sample, B: Sample, C: Sample> Sample for (A, B, C) {
    fn sample() -> BoxedStrategy<Self> {
        (A::sample(), B::sample(), C::sample()).boxed()
    }
}

/// The strategies of these fields in nested pairs, because a tuple has at most twelve parts.
macro_rules! strategies {
    () => { Just(()) };
    ($field:ident $(, $more:ident)*) => { (of(stringify!($field)), strategies!($($more),*)) };
}

/// The pattern that takes apart what [`strategies`] makes.
macro_rules! values {
    () => { () };
    ($field:ident $(, $more:ident)*) => { ($field, values!($($more),*)) };
}

macro_rules! structs {
    ($($name:ident { $($field:ident),+ $(,)? })+) => {$(
        impl Sample for $name {
            fn sample() -> BoxedStrategy<Self> {
                strategies!($($field),+).prop_map(|values!($($field),+)| $name { $($field),+ }).boxed()
            }
        }
    )+};
}

/// One strategy per variant, in a list that proptest takes as the strategy for one value of each.
pub(super) trait Variants: Sample {
    fn variants() -> Vec<BoxedStrategy<Self>>;
}

macro_rules! enums {
    ($($name:ident { $(
        $variant:ident $({ $($field:ident),+ $(,)? })? $(( $($value:ident),+ ))?
    ),+ $(,)? })+) => {$(
        impl Variants for $name {
            fn variants() -> Vec<BoxedStrategy<Self>> {
                #[allow(dead_code, reason = "its match is what counts")]
                fn lists_every_variant(value: &$name) {
                    match value {
                        $($name::$variant { .. } => (),)+
                    }
                }
                vec![$(
                    strategies!($($($field),+)? $($($value),+)?)
                        .prop_map(|values!($($($field),+)? $($($value),+)?)| {
                            $name::$variant $({ $($field),+ })? $(( $($value),+ ))?
                        })
                        .boxed(),
                )+]
            }
        }
        impl Sample for $name {
            fn sample() -> BoxedStrategy<Self> {
                Union::new(Self::variants()).boxed()
            }
        }
    )+};
}

// Here, because it uses the macros above.
mod config;

structs! {
    Request { origin, command }
    NoteConfigFile { document, in_force }
    DeleteTenant { author }
    AdapterConnect { adapter, incarnation }
    AdapterDisconnect { adapter, connection }
    AcknowledgeDirectives { adapter, directives }
    ConfirmRefusals { adapter, connection, up_to }
    ReconcileAdapter { adapter, as_of, held, page, busy_outside }
    AdmitLive { adapter, page }
    SetOutsideBusy { adapter, agent, busy }
    ActForAgent { adapter, agent, act }
    ContactCommand { adapter, contact, act }
    Login { agent }
    AttachSession { agent, session }
    DetachSession { agent, connection }
    AgentCommand { agent, session, act }
    Supervise { author, act }
    ConfigApplied { version, source, author, comment, config, document, measures }
    ConfigFileNoted { document, in_force }
    AgentSkillsSet { version, author, comment, agent, skills }
    CivilTimeResolved { civil }
    CalendarChanged { calendar, opening }
    QueueDrained { queue }
    SupervisorActed { author, act }
    EmergencyChanged { queue, closed }
    ReserveChanged { queue, joined }
    TenantDeleted { author }
    Recovered { sessions_until, adapters_until }
    WorkPutOff { work }
    WorkDone { count }
    RequestAnswered { caller, request_id, fingerprint, answer, forget_at }
    AdapterConnected { adapter, incarnation }
    AdapterLost { adapter, grace_until }
    AdapterGivenUp { adapter }
    AdapterReconciled { adapter }
    LiveEntryRefused { adapter, refused }
    AdapterEventApplied { adapter, sequence, refused }
    RefusalsConfirmed { adapter, up_to }
    RefusalForgotten { adapter, sequence }
    DirectiveIssued { adapter, contact, directive }
    DirectiveAcknowledged { adapter, directive }
    DirectiveClosed { adapter, directive, by }
    ContactRefused { contact, queue, channel, reason }
    JoinRefused { contact, queue, reason, next }
    ReferenceAdded { contact, reference }
    TierBounded { contact, tiers }
    ContactChanged { contact, change }
    PreferredChanged { contact, preferred, dedicated }
    ContactScheduled { contact, queue, due_at, agent }
    ContactEnded { contact }
    ContactGivenUp { contact }
    ContactTakenUp { contact, given_up_at }
    VisitOpened { contact, queue, order_time, max_wait_until, windows, meant_for, sent_by, hop, scheduled, predicted, returned, staffed, behind }
    StepBegan { visit, step, until }
    GateOpened { visit, gate }
    WindowBegan { visit, window, until }
    AttemptFailed { visit, attempts, next_at }
    VisitStaffed { visit }
    WaitAlerted { visit }
    VisitEnded { visit, outcome, next }
    OfferMade { visit, agent, ring_until, alerting, forced, decision }
    OfferAccepted { offer, connect_until, dials }
    ConnectClockStarted { offer, connect_until }
    OfferEnded { offer, end, fault, back_off, behind_until, missed, idle_clock }
    BackOffBegan { agent, visit, until }
    BackOffEnded { agent, visit }
    HandlingStarted { offer, respond_until }
    FirstResponded { handling }
    ResponseAwaited { handling, until }
    ResponseMissed { handling }
    HandlingHeld { handling }
    HandlingResumed { handling }
    HandlingSuspended { handling, suspended }
    TalkEnded { handling, by, wrap_up }
    DispositionSet { handling, disposition }
    AttemptWrapUpBegan { offer, visit, agent, wrap_up }
    CallbackKept { handling }
    WrapUpRequested { handling }
    WrapUpEntered { handling, agent, contact, until }
    WrapUpExtended { handling, until }
    HandlingStuck { handling }
    ContactParked { handling }
    ConsultStarted { handling, consult, joins }
    ConsultJoined { owner, participant }
    ConsultCompleted { from, to }
    HandlingEnded { handling }
    AgentLoggedIn { agent, begins, grace_until }
    SessionAttached { agent }
    SessionLost { agent, grace_until }
    SessionGivenUp { agent }
    AgentLoggedOut { agent, cause }
    PresenceChanged { agent, presence, return_at, own }
    QueuePaused { agent, queue, reason, return_at, own }
    OutsideBusyChanged { adapter, agent, busy }
    NextRequested { agent }
    PresencePending { agent, pending, return_ms, own }
    ApplyConfig { config, source, author, comment, expected_version, civil, document }
    CivilTime { calendars, days }
    CalendarTimes { calendar, now, changes }
    SetAgentSkills { agent, skills, author }
    CallbackRequest { number, not_before }
    Reference { kind, location }
    LivePage { contacts, malformed }
    LiveContact { arrival, arrived_at, agent }
    LiveRefusal { entry, refusal }
    Arrival {
        contact, adapter, channel, queue, priority, head_start_ms, requirement, customer, attributes, plan, preferred,
        dedicated, deadline, not_before, dial,
    }
    Attribute { key, value, sensitive }
    ContactChange { priority, requirement, age_offset_ms, attributes, queue, not_before }
    Disposition { code, notes }
    Requirement { any_of }
    Term { skill, level }
    Refusal { reason, field, detail, remedy }
    NewContact {
        name, adapter, channel, priority, head_start_ms, requirement, customer, attributes, arrived_at, origin, rule,
        plan, preferred, dedicated, deadline, dial,
    }
    Window { who, for_ms }
    Prediction { p50_ms, p80_ms }
    WrapUp { until, blocks }
    Measures { wait_edges_ms, versions, offers_of_contact, offers_of_agent, handlings_of_agent, handling_times }
    Decision { config_version, step, contact, candidates, winner, runner_up }
    ContactKey { open, profile_rank, queue_rank, priority_rank, wait_rank, virtual_start, visit }
    AgentKey { behind, tier, rank, leases, idle_since, agent }
    Behind { agent, since, until }
    ChainPlace { chain, entry }
    BackOff { scope, until }
}

enums! {
    Origin { Internal, Unary { caller, request_id, fingerprint }, Stream { adapter, connection, sequence, part } }
    Command {
        ApplyConfig(change),
        SetAgentSkills(change),
        ResolveCivilTime(civil),
        NoteConfigFile(command),
        DeleteTenant(command),
        AdapterConnect(command),
        AdapterDisconnect(command),
        AcknowledgeDirectives(command),
        Malformed(refusal),
        ConfirmRefusals(command),
        ReconcileAdapter(command),
        AdmitLive(command),
        SetOutsideBusy(command),
        ActForAgent(command),
        Arrive(arrival),
        Contact(command),
        Login(command),
        AttachSession(command),
        DetachSession(command),
        Agent(command),
        Supervise(command),
    }
    ContactAct {
        Change(change), End(cause), Connected(offer), ConnectFailed(offer, cause), Hold(held), PhoneAnswered(offer),
        FirstResponse, Exit(choice), RequestCallback(callback), Return, Refer(reference),
    }
    AgentAct {
        SetPresence(presence), Logout, Accept(offer), Reject(offer), Hold(handling), Resume(handling),
        EndTalk(handling, disposition), EndWrapUp(handling, disposition), RequestWrapUp(handling), KeepCallback(handling),
        EnterWrapUp(handling), ExtendWrapUp(handling, longer), SetDisposition(handling, disposition), RequestNext,
        Transfer(handling, destination), Consult(handling, destination), CompleteTransfer(handling),
        EndConsult(handling), Conference(handling, destination), JoinConsult(handling), Requeue(handling), Escalate(handling),
        Park(handling), Unpark(contact), PutOff(contact, until), PauseQueue(queue, reason), ResumeQueue(queue),
    }
    PhoneAct { LogIn, LogOut, SetPresence(presence), PauseQueue(queue, reason), ResumeQueue(queue) }
    SupervisorAct {
        ChangeContact(contact, change), Assign(contact, agent), Withdraw(contact), FreeContact(contact),
        SetPresence(agent, presence), LogOut(agent), FreeAgent(agent), PauseQueue(agent, queue, reason),
        SetEmergency(queue, closed), Monitor { contact, mode, address },
    }
    LiveEntry { Contact(name), Agent(name) }
    Work {
        Leave(visit, reason), Staff(visit), End(contact), OutsideBusy(adapter, agent, busy), FollowConfig(agent),
        FollowPlan(visit), PassWindow(visit), FailConnect(offer), GiveUp(contact),
    }
    Destination { Queue(name), Agent(name), External(destination) }
    MonitorMode { Listen, Whisper, Barge }
    Availability { Ready, NotReady(reason) }
    ConfigSource { File, Api }
    Opening { Open, Hours, Holiday }
    EndCause { Customer, System }
    ConnectFailure { Busy, NoAnswer, Unreachable, CustomerNotReached, System }
    Channel { Voice, Chat, Email, Sms, Social, Video, Fax, Callback, Task }
    Reply {
        Done, Joined { contact, visit }, Scheduled { contact, due_at }, Sent { contact, reason }, LoggedIn { session },
        Attached { connection, last_sequence }, Applied { version }, Repeated, Reconciled { refused },
    }
    Event {
        ConfigApplied(event),
        ConfigFileNoted(event),
        AgentSkillsSet(event),
        CivilTimeResolved(event),
        CalendarChanged(event),
        DayBegan,
        QueueDrained(event),
        SupervisorActed(event),
        EmergencyChanged(event),
        ReserveChanged(event),
        TenantDeleted(event),
        Recovered(event),
        WorkPutOff(event),
        WorkDone(event),
        RequestAnswered(event),
        AdapterConnected(event),
        AdapterLost(event),
        AdapterGivenUp(event),
        AdapterReconciled(event),
        LiveEntryRefused(event),
        AdapterEventApplied(event),
        RefusalsConfirmed(event),
        RefusalForgotten(event),
        DirectiveIssued(event),
        DirectiveAcknowledged(event),
        DirectiveClosed(event),
        ContactAccepted(contact),
        ContactRefused(event),
        JoinRefused(event),
        ReferenceAdded(event),
        TierBounded(event),
        ContactChanged(event),
        PreferredChanged(event),
        ContactScheduled(event),
        ContactEnded(event),
        ContactGivenUp(event),
        ContactTakenUp(event),
        VisitOpened(event),
        StepBegan(event),
        GateOpened(event),
        WindowBegan(event),
        AttemptFailed(event),
        VisitStaffed(event),
        WaitAlerted(event),
        VisitEnded(event),
        OfferMade(event),
        OfferAccepted(event),
        ConnectClockStarted(event),
        OfferEnded(event),
        BackOffBegan(event),
        BackOffEnded(event),
        HandlingStarted(event),
        FirstResponded(event),
        ResponseAwaited(event),
        ResponseMissed(event),
        HandlingHeld(event),
        HandlingResumed(event),
        HandlingSuspended(event),
        TalkEnded(event),
        DispositionSet(event),
        AttemptWrapUpBegan(event),
        CallbackKept(event),
        WrapUpRequested(event),
        WrapUpEntered(event),
        WrapUpExtended(event),
        HandlingStuck(event),
        ContactParked(event),
        ConsultStarted(event),
        ConsultJoined(event),
        ConsultCompleted(event),
        HandlingEnded(event),
        AgentLoggedIn(event),
        SessionAttached(event),
        SessionLost(event),
        SessionGivenUp(event),
        AgentLoggedOut(event),
        PresenceChanged(event),
        QueuePaused(event),
        OutsideBusyChanged(event),
        NextRequested(event),
        PresencePending(event),
    }
    Directive {
        Connect { offer, agent, address }, CancelConnect { offer }, Ring { offer, agent, address },
        CancelRing { offer }, Dial { offer, agent, address, number }, Announce { what },
        Bridge { handling, agent, address }, Conference { handling, consult, address }, Monitor { handling, mode, address },
        Voicemail { mailbox }, Route { destination }, Release { reason, prompt }, Hold { handling },
        Resume { handling },
    }
    ReleaseReason { Overflow(reason), Callback, Withdrawn, ExitChoice, ConsultEnded, AgentEnded, Served }
    DirectiveEnd { Acknowledged, PurposeGone }
    Announcement { Greeting(prompt), Music(name), Position(position), Wait(predicted), Periodic(prompt) }
    JoinRefusal { Closed(why), NoStaff, Full, Diverted, PredictedWait }
    Closed { Emergency, Holiday, Hours }
    ContactOrigin { Arrived, CallbackOf(contact), ConsultOf(handling) }
    Awaited { Agent(agent), Team(team) }
    MeantFor { All, Dedicated, Parked, Sent }
    Chain { Overflow(reason), Exit(choice) }
    Gate { Tier(tier), Delay(delay), Attempt }
    Outcome {
        Answered, Abandoned(cause), TimedOut, Overflowed(reason), ExitChoice, Callback, NoStaff, Transferred,
        Withdrawn(why),
    }
    Withdrawal { TakenOut, Deferred, Served }
    Next { Outcome, Overflow(target), Moved(queue) }
    OfferEnd { Rejected, TimedOut, Canceled(reason), Rescinded(reason), ConnectFailed(cause) }
    CancelReason { CustomerGone, Moved, QueueTimeout, Withdrawn }
    RescindReason { AgentGone, SessionLost, LostRace, StateForced, OutsideBusy, System }
    Fault { Agent, None, System }
    BackOffScope { Visit, Agent }
    Party { Customer, Agent, System }
    LogoutCause { Asked, SessionLost, Removed, Forced }
    PendingPresence { NotReady(reason), Logout(cause) }
}

impl Sample for Reason {
    fn sample() -> BoxedStrategy<Self> {
        prop::sample::select(Reason::ALL).boxed()
    }
}

impl Sample for Answer {
    fn sample() -> BoxedStrategy<Self> {
        prop_oneof![
            Reply::sample().prop_map(Ok),
            Refusal::sample().prop_map(Err)
        ]
        .boxed()
    }
}

/// These events with the sequences of one record, at random instants.
pub(super) fn recorded(
    events: impl Strategy<Value = Vec<Event>> + 'static,
) -> BoxedStrategy<Vec<Recorded>> {
    let timed = events.prop_flat_map(|events| (vec(any::<i64>(), events.len()), Just(events)));
    (0..u64::MAX / 2, timed)
        .prop_map(|(first_seq, (times, events))| {
            let numbered = (first_seq..).zip(times).zip(events);
            numbered
                .map(|((seq, at_ms), event)| Recorded { seq, at_ms, event })
                .collect()
        })
        .boxed()
}

/// A few events of any kind, as one record holds them.
pub(super) fn some_events() -> BoxedStrategy<Vec<Recorded>> {
    recorded(vec(Event::sample(), 1..4))
}
