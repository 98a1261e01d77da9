//! The binary `acd` under load from real clients, killed, cut off from its power and deprived of its disk: what it has
//! acknowledged is there afterwards, once, and nothing else is.

#[path = "../process/acd.rs"]
#[allow(dead_code, reason = "shared with the tests of processes")]
mod acd;
mod check;
mod cuts;
mod damage;
mod disks;
mod faults;
mod kills;
mod load;
mod run;
#[path = "../process/server.rs"]
#[allow(dead_code, reason = "shared with the tests of processes")]
mod server;
mod table;
