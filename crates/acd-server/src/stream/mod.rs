//! Streams: what clients are told as it happens.
//!
//! A stream carries states, not differences. After a batch is durable, the entities it changed are rendered once and
//! put into the outbox of every subscription they concern, where a newer state of an entity replaces an older one that
//! was not sent yet: a slow reader gets fewer messages and misses nothing that still matters. Directives are the
//! exception: each is delivered, in order.

mod entity;
mod interest;
mod subscription;

pub use entity::{ContactRef, Entity, HandlingRef, OfferRef, Rendered};
pub use interest::{Interest, ViewFilter};
pub use subscription::{
    Delivery, Mark, StreamEnd, SubscribeError, Subscription, Update, UpdateKind,
};
