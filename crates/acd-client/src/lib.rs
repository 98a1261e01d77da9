//! The Rust SDK of the automatic call distributor: what an adapter, an agent desktop, a supervisor's view or an
//! administrator's tool needs to speak `acd.v1` and survive a bad network.
//!
//! - [`Endpoint`] holds the connections to a server; clone it, every client made from it shares them.
//! - [`AdapterSession`] keeps an adapter's stream: events are kept until the server has them on disk and are sent
//!   again, in order, after every drop; a directive is handed over once.
//! - [`AgentSession`] logs an agent in and keeps the agent's view; [`AgentCommands`] are what the agent does.
//! - [`Supervisor`] reads, watches and steps in, [`Historian`] reads what happened, [`Reviewer`] reviews it,
//!   [`PrivacyOfficer`] answers customers, [`Configurator`] changes configuration.
//!
//! **Repeats.** Every mutation carries a request id made here and is repeated with that same id while the server is
//! busy or away, until [`endpoint::Options::request_timeout`] has passed; the server gives a repeat the first answer.
//!
//! **Errors.** Everything fails with [`Error`]; what the server refuses carries its reason, field and remedy.
//!
//! **Panics.** None. **Cancellation.** Every `next` may be dropped while it waits (as `select!` does) and called
//! again; nothing is lost.

pub mod adapter;
pub mod agent;
pub mod backoff;
pub mod configurator;
pub mod endpoint;
mod error;
pub mod historian;
mod options;
mod privacy;
mod request;
pub mod reviewer;
mod subscription;
pub mod supervisor;
mod token;
mod traffic;

pub use acd_proto::v1;
pub use adapter::AdapterSession;
pub use agent::{AgentCommands, AgentSession};
pub use configurator::Configurator;
pub use endpoint::Endpoint;
pub use error::{Error, Refusal};
pub use historian::Historian;
pub use privacy::PrivacyOfficer;
pub use reviewer::Reviewer;
pub use supervisor::Supervisor;

/// The Rust examples of the API guide compile.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/api.md")]
pub struct ApiGuide;

/// The Rust examples of the README compile.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
