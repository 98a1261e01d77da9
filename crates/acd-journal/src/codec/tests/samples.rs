//! Values of every core type that a record can hold, with random content: of those that follow from the schema without a
//! list. Lists of variants are matched without a wildcard, so that a new one does not compile until it is listed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use acd_core::command::*;
use acd_core::config::*;
use acd_core::event::*;
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
    Arc<str> = Arc::from, Personal = personal, TenantName = TenantName::from, AgentName = AgentName::from,
    QueueName = QueueName::from, SkillName = SkillName::from, AdapterName = AdapterName::from,
    TeamName = TeamName::from, ProfileName = ProfileName::from, PlanName = PlanName::from,
    CalendarName = CalendarName::from, PoolName = PoolName::from, ContactName = ContactName::from,
    CallerName = CallerName::from,
);

/// Begins all personal data, and nothing else.
pub(super) const PERSONAL: &str = "personal:";

fn personal(text: String) -> Personal {
    Personal::from(format!("{PERSONAL}{text}"))
}

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
    ($($name:ident { $($field:ident),* $(,)? })+) => {$(
        impl Sample for $name {
            fn sample() -> BoxedStrategy<Self> {
                strategies!($($field),*).prop_map(|values!($($field),*)| $name { $($field),* }).boxed()
            }
        }
    )+};
}

/// One strategy per variant, in a list that proptest takes as the strategy for one value of each.
pub(super) trait Variants: Sample {
    fn variants() -> Vec<BoxedStrategy<Self>>;
}

/// A variant holds one value, or fields: each is written with a name for its value, and a tuple's fields are 0, 1, ...
macro_rules! enums {
    ($($name:ident { $(
        $variant:ident $(($value:ident))? $($(: $content:ident)? { $($field:tt = $of:ident),* $(,)? })?
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
                    strategies!($($value)? $($($of),*)?)
                        .prop_map(|values!($($value)? $($($of),*)?)| {
                            $name::$variant $(($value))? $({ $($field: $of),* })?
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

/// What the schema tells of a type.
macro_rules! sample {
    (struct $name:ident { $($ours:ident = $theirs:ident),* $(,)? }) => { structs! { $name { $($ours),* } } };
    (enum $name:ident in $module:ident { $($variants:tt)* }) => { enums! { $name { $($variants)* } } };
    (holder $name:ident) => {};
    (codes $name:ident { $($codes:tt)* }) => { enums! { $name { $($codes)* } } };
}

// Here, because it uses the macros above.
mod config;

acd_proto::journal_types!(sample);

enums! {
    JoinRefusal { Closed(why), NoStaff, Full, Diverted, PredictedWait }
    Closed { Emergency, Holiday, Hours }
    OfferEnd { Rejected, TimedOut, Canceled(reason), Rescinded(reason), ConnectFailed(cause) }
    CancelReason { CustomerGone, Moved, QueueTimeout, Withdrawn }
    RescindReason { AgentGone, SessionLost, LostRace, StateForced, OutsideBusy, System }
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
