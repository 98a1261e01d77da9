//! The history as whole processes make it: a month of a real centre in both stores, and what becomes of rows when server
//! and store are killed.

#[path = "../process/acd.rs"]
#[allow(dead_code, reason = "shared with the tests of the binary")]
mod acd;
#[path = "../process/january.rs"]
#[allow(dead_code, reason = "shared with the tests of the binary")]
mod january;
#[path = "../../../acd-history/tests/history/postgres.rs"]
#[allow(dead_code, reason = "shared with the tests of the stores")]
mod postgres;
#[path = "../process/server.rs"]
#[allow(dead_code, reason = "shared with the tests of the binary")]
mod server;

mod followed;
mod kills;
mod month;
