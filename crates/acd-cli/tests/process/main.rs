//! The binary `acd` as its users run it: real processes, a real server, its own port and journal for each test.

mod acd;
mod checkout;
mod config;
mod demo;
mod deploy;
mod guide;
mod history;
#[allow(dead_code, reason = "shared with the tests of the history")]
mod january;
mod journal;
mod live_view;
mod load;
mod prometheus;
mod python;
mod python_adapter;
mod readme;
mod replay;
mod report;
#[allow(dead_code, reason = "shared with the tests of crashes")]
mod server;
mod service;
mod shown;
mod storage;
mod supervise;
mod terminal;
mod top;
mod typescript;
