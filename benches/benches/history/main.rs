//! The history: how fast a journal becomes rows, what that and reports make of others' offers, and how long questions take
//! among the contacts of a year.
//!
//! `ACD_BENCH_CONTACTS` says how many contacts the year has (1,000,000 unless told otherwise), `ACD_POSTGRES` where the
//! programs of a PostgreSQL server are.

#![allow(unreachable_pub, reason = "words of other tests")]

#[allow(dead_code, reason = "the engine's tests use all of it")]
#[path = "../../../crates/acd-core/tests/engine/centre.rs"]
mod centre;
mod day;
#[path = "../e2e/load.rs"]
#[allow(dead_code, reason = "shared with the bench of the server")]
mod load;
mod offers;
#[path = "../../../crates/acd-history/tests/history/postgres.rs"]
#[allow(dead_code, reason = "shared with the tests of the stores")]
mod postgres;
mod projection;
#[path = "../e2e/servers.rs"]
#[allow(dead_code, reason = "shared with the bench of the server")]
mod servers;
mod stores;
mod year;

use acd_benches::asked::Asked;

fn main() {
    let asked = Asked::of_command_line();
    if asked.for_key("history.projection") {
        projection::measure(&asked);
    }
    if asked.for_key("history.offers") {
        offers::beside_the_projection(&asked);
    }
    if asked.for_key("history.year") || asked.for_key("history.offers_beside_report") {
        year::measure(&asked);
    }
}
