//! The adapter between Asterisk and the engine: calls over ARI (REST and websocket), contacts over the public API.
//!
//! - [`options`]: the file that tells it which engine and which Asterisk servers.
//! - [`ari`]: Asterisk's interface, typed, and a small client.
//! - [`switchboard`]: every call of every server as one state machine; pure.
//! - [`check`]: what an Asterisk lacks for it.
//! - [`service`]: the connections, and the switchboard between them.
//!
//! **Invariant.** Nothing here knows more of the engine than any other adapter can: the API of `acd-client`.

pub mod ari;
pub mod check;
pub mod options;
pub mod service;
pub mod switchboard;

pub use options::Options;
pub use service::run;
