//! Streams: what clients are told as it happens.
//!
//! A stream carries states, not differences. After a batch is durable, the entities it changed are rendered once and
//! put into the outbox of every subscription they concern, where a newer state of an entity replaces an older one that
//! was not sent yet: a slow reader gets fewer messages and misses nothing that still matters. Directives are the
//! exception: each is delivered, in order.
//!
//! Everything here but [`Subscription`] lives on the follower's thread. A subscription is registered at a durable point
//! together with its snapshot, so there is neither a gap nor a duplicate.

mod budget;
mod changed;
mod departure;
mod entity;
mod history;
mod interest;
mod outbox;
mod places;
mod rendering;
mod streams;
mod subscription;
mod token;
mod update;
mod views;
mod whole;

pub use acd_view::ViewFilter;
pub use budget::{Budgets, Charge};
pub use entity::{Entity, Rendered};
pub use interest::Interest;
pub use places::{Live, LiveReader};
pub use subscription::{Delivery, Mark, SubscribeError, Subscription, Unconfirmed, Update};
pub use update::{StreamEnd, UpdateKind};

#[cfg(test)]
pub(crate) use whole::whole_view;

pub(crate) use departure::{Departure, Ended, Feed, Gone, detach, disconnect};
pub(crate) use outbox::Limits;
pub(crate) use places::{Place, Places};
pub(crate) use rendering::Rendering;
pub(crate) use streams::{NewStream, StreamSettings, Streams};
pub(crate) use subscription::Attached;
pub(crate) use token::Scope;

/// A subscription's number, unique in its shard while the process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SubscriberId(pub(crate) u64);
