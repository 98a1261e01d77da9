//! Asterisk's REST interface as far as the adapter needs it: what happens ([`event`]), what may be asked ([`request`]),
//! and the connection ([`client`], [`socket`]).
//!
//! Only what is read has a type here; whatever else Asterisk says is left alone, so that a newer one does no harm.

pub mod client;
pub mod event;
pub mod request;
pub mod snapshot;
pub mod socket;

pub use client::{Client, Failure};
pub use event::Event;
pub use request::Request;
pub use snapshot::Snapshot;
