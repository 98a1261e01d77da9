//! The web console of `acd serve`: what fifty open pages cost the offers of the same server, and what a page of ten
//! thousand agents costs a browser.
//!
//! Offers are those of `acd load` in a process of its own, in a centre of 10,000 agents, with pages open and without, in
//! turn. Beside them stands what the machine itself makes of as much processor time: a bare thread that touches nothing of
//! the server, and is busy for as long in all as pages kept server and readers. The browser is a headless Chromium without a graphics
//! card: it draws with the processor, too.

#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

// Named as in the tests, whose browser it is.
#[path = "../../../crates/acd-cli/tests/process/guarded.rs"]
mod acd;
#[path = "../../../crates/acd-cli/tests/console/browser.rs"]
#[allow(dead_code, reason = "shared with the tests of the console")]
mod browser;
#[path = "../../../crates/acd-cli/tests/console/devtools.rs"]
mod devtools;
mod large;
#[path = "../e2e/load.rs"]
#[allow(dead_code, reason = "shared with the bench of the server")]
mod load;
mod offers;
mod pages;
#[path = "../e2e/servers.rs"]
#[allow(dead_code, reason = "shared with the bench of the server")]
mod servers;

use std::path::PathBuf;

use acd_benches::asked::Asked;

/// `[server.console]` at any free port.
const CONSOLE: &str = "[server.console]\nlisten = \"127.0.0.1:0\"\n";

fn main() {
    let asked = Asked::of_command_line();
    if asked.for_key("console.offer_ms") {
        offers::measure(&asked);
    }
    if asked.for_key("console.sort_ms") || asked.for_key("console.browser") {
        large::measure(&asked);
    }
}

/// A folder on the disk: that of the builds.
fn disk() -> PathBuf {
    let this = std::env::current_exe().expect("this program");
    this.parent().expect("a folder").to_owned()
}
