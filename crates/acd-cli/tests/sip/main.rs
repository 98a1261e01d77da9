//! Real calls: a real Asterisk, real SIP on both legs, the engine and the adapter as an operator runs them.

#[path = "../process/acd.rs"]
#[allow(dead_code, reason = "shared with the tests of processes")]
mod acd;
mod centre;
mod conversations;
mod fallback;
mod inbound;
mod outbound;
mod phones;
mod recordings;
mod restarts;
mod samples;
#[path = "../process/server.rs"]
#[allow(dead_code, reason = "shared with the tests of processes")]
mod server;
mod unanswered;
