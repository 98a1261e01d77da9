//! Values of every core type that a record can hold, with random content. The lists of variants are matched without a
//! wildcard, so that a new one does not compile until it is listed here.

use std::collections::BTreeMap;
use std::sync::Arc;

use acd_core::command::{
    AgentAct, Answer, ApplyConfig, Arrival, Attribute, Availability, Command, ConfigSource,
    ConnectFailure, ContactAct, ContactChange, Disposition, EndCause, Origin, Reply, Request,
    SetAgentSkills,
};
use acd_core::config::{AgentConfig, PriorityMode, QueueConfig, Target, TenantConfig};
use acd_core::event::{
    AgentKey, BackOff, BackOffScope, CancelReason, ContactKey, Decision, Directive, DirectiveEnd,
    Event, Fault, JoinRefusal, LogoutCause, NewContact, Next, OfferEnd, Outcome, Party,
    PendingPresence, Recorded, ReleaseReason, RescindReason,
};
use acd_core::ids::{
    AdapterName, AdapterNo, AgentName, AgentNo, CallerName, Channel, ConnectionId, ContactId,
    ContactName, DirectiveId, HandlingId, OfferId, QueueName, QueueNo, SessionId, SkillName,
    TenantName, VisitId,
};
use acd_core::personal::Personal;
use acd_core::refusal::{Reason, Refusal};
use acd_core::requirement::{Requirement, Term};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::Union;

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
plain!(bool, u8, i32, i64, u32, u64);

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
from!(u32: AgentNo = AgentNo, QueueNo = QueueNo, AdapterNo = AdapterNo);
from!(String:
    Arc<str> = Arc::from, Personal = Personal::from, TenantName = TenantName::from, AgentName = AgentName::from,
    QueueName = QueueName::from, SkillName = SkillName::from, AdapterName = AdapterName::from,
    ContactName = ContactName::from, CallerName = CallerName::from,
);
from!(Decision: Arc<Decision> = Arc::new);
from!(TenantConfig: Arc<TenantConfig> = Arc::new);
from!(Vec<Attribute>: Arc<[Attribute]> = Arc::from);

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
        vec(T::sample(), 0..4).boxed()
    }
}

impl<K: Sample + Ord, V: Sample> Sample for BTreeMap<K, V> {
    fn sample() -> BoxedStrategy<Self> {
        btree_map(K::sample(), V::sample(), 0..4).boxed()
    }
}

macro_rules! structs {
    ($($name:ident { $($field:ident),+ $(,)? })+) => {$(
        impl Sample for $name {
            fn sample() -> BoxedStrategy<Self> {
                ($(of(stringify!($field)),)+).prop_map(|($($field,)+)| $name { $($field),+ }).boxed()
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
                    (Just(()), $($(of(stringify!($field)),)+)? $($(of(stringify!($value)),)+)?)
                        .prop_map(|((), $($($field,)+)? $($($value,)+)?)| {
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

structs! {
    Request { origin, command }
    ApplyConfig { config, source, author, comment, expected_version }
    SetAgentSkills { agent, skills, author }
    Arrival { contact, adapter, channel, queue, priority, head_start_ms, requirement, customer, attributes }
    Attribute { key, value, sensitive }
    ContactChange { priority, requirement, age_offset_ms, attributes, queue }
    Disposition { code, notes }
    Requirement { any_of }
    Term { skill, level }
    Refusal { reason, field, detail }
    NewContact { name, adapter, channel, priority, head_start_ms, requirement, customer, attributes }
    Decision { config_version, contact, candidates, winner, runner_up }
    ContactKey { queue_rank, priority_rank, virtual_start, visit }
    AgentKey { idle_since, agent }
    BackOff { scope, until }
}

enums! {
    Origin { Internal, Unary { caller, request_id, fingerprint }, Stream { adapter, connection, sequence } }
    Command {
        ApplyConfig(change),
        SetAgentSkills(change),
        DeleteTenant { author },
        AdapterConnect { adapter, incarnation },
        AdapterDisconnect { adapter, connection },
        AcknowledgeDirectives { adapter, directives },
        Arrive(arrival),
        Contact { adapter, contact, act },
        Login { agent },
        AttachSession { agent, session },
        DetachSession { agent, connection },
        Agent { agent, session, act },
    }
    ContactAct { Change(change), End(cause), Connected(offer), ConnectFailed(offer, cause), Hold(held) }
    AgentAct {
        SetPresence(presence), Logout, Accept(offer), Reject(offer), Hold(handling), Resume(handling),
        EndTalk(handling, disposition), EndWrapUp(handling, disposition),
    }
    Availability { Ready, NotReady(reason) }
    ConfigSource { File, Api }
    EndCause { Customer, System }
    ConnectFailure { Busy, NoAnswer, Unreachable, System }
    Channel { Voice, Chat, Email, Sms, Social, Video, Fax, Callback, Task }
    Reply {
        Done, Joined { contact, visit }, LoggedIn { session }, Attached { connection, last_sequence },
        Applied { version }, Repeated,
    }
    Event {
        ConfigApplied { version, source, author, comment, config },
        AgentSkillsSet { version, author, agent, skills },
        TenantDeleted { author },
        Recovered,
        RequestAnswered { caller, request_id, fingerprint, answer, forget_at },
        AdapterConnected { adapter, incarnation },
        AdapterLost { adapter, grace_until },
        AdapterGivenUp { adapter },
        AdapterEventApplied { adapter, sequence },
        DirectiveIssued { adapter, contact, directive },
        DirectiveClosed { adapter, directive, by },
        ContactAccepted(contact),
        ContactRefused { contact, queue, channel, reason },
        ContactChanged { contact, change },
        ContactEnded { contact },
        VisitOpened { contact, queue, order_time, max_wait_until },
        VisitEnded { visit, outcome, next },
        OfferMade { visit, agent, ring_until, decision },
        OfferAccepted { offer, connect_until },
        OfferEnded { offer, end, fault, back_off },
        BackOffEnded { agent, visit },
        HandlingStarted { offer },
        HandlingHeld { handling },
        HandlingResumed { handling },
        TalkEnded { handling, by, wrap_up_until },
        DispositionSet { handling, disposition },
        HandlingEnded { handling },
        AgentLoggedIn { agent },
        SessionAttached { agent },
        SessionLost { agent, grace_until },
        AgentLoggedOut { agent, cause },
        PresenceChanged { agent, presence },
        PresencePending { agent, pending },
    }
    Directive {
        Connect { offer, agent, address }, CancelConnect { offer }, Route { destination }, Release { reason },
        Hold { handling }, Resume { handling },
    }
    ReleaseReason { TimedOut, AgentEnded }
    DirectiveEnd { Acknowledged, PurposeGone }
    JoinRefusal { Full }
    Outcome { Answered, Abandoned(cause), TimedOut, Transferred }
    Next { Outcome, Overflow(target), Moved(queue) }
    Target { Queue(name), External(destination), End }
    OfferEnd { Rejected, TimedOut, Canceled(reason), Rescinded(reason), ConnectFailed(cause) }
    CancelReason { CustomerGone, Moved, QueueTimeout }
    RescindReason { AgentGone, SessionLost, System }
    Fault { Agent, None, System }
    BackOffScope { Visit, Agent }
    Party { Customer, Agent, System }
    LogoutCause { Asked, SessionLost, Removed }
    PendingPresence { NotReady(reason), Logout(cause) }
    PriorityMode { Strict, Aging { point_ms } }
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

impl Sample for QueueConfig {
    fn sample() -> BoxedStrategy<Self> {
        let fields = (
            of("name"),
            of("rank"),
            of("requirement"),
            of("max_wait_ms"),
            of("max_length"),
            of("overflow"),
        );
        fields
            .prop_map(
                |(name, rank, requirement, max_wait_ms, max_length, overflow)| Self {
                    name,
                    rank,
                    requirement,
                    max_wait_ms,
                    max_length,
                    overflow,
                    ..Self::named("")
                },
            )
            .boxed()
    }
}

impl Sample for AgentConfig {
    fn sample() -> BoxedStrategy<Self> {
        (
            of("name"),
            of("address"),
            of("queues"),
            of("skills"),
            of("capacity"),
            of("wrap_up_ms"),
        )
            .prop_map(
                |(name, address, queues, skills, capacity, wrap_up_ms)| Self {
                    name,
                    address,
                    queues,
                    skills,
                    capacity,
                    wrap_up_ms,
                },
            )
            .boxed()
    }
}

impl Sample for TenantConfig {
    fn sample() -> BoxedStrategy<Self> {
        (
            of("mode"),
            of("limit"),
            of("skills"),
            of("adapters"),
            of("queues"),
            of("agents"),
        )
            .prop_map(
                |(priority_mode, open_contacts, skills, adapters, queues, agents)| {
                    let mut config = Self {
                        skills,
                        adapters,
                        queues,
                        agents,
                        ..Self::default()
                    };
                    config.settings.priority_mode = priority_mode;
                    config.limits.open_contacts = open_contacts;
                    config
                },
            )
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
