//! The web console in a real Chromium, against a real server and a switch that does as it is told; and the file of a
//! report.

#[path = "../process/acd.rs"]
#[allow(dead_code, reason = "shared with the tests of processes")]
mod acd;
#[allow(dead_code, reason = "shared with the bench of the console")]
mod browser;
mod calls;
mod centre;
mod desk;
mod devtools;
mod everywhere;
mod frame;
mod large;
mod outages;
mod pages;
mod report;
mod screenshots;
#[path = "../process/server.rs"]
#[allow(dead_code, reason = "shared with the tests of processes")]
mod server;
