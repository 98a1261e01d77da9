//! The units of systemd. Whether systemd reads them is seen where the package is installed.

use std::process::Command;
use std::time::Duration;

use super::{path, root, sample, server, succeed};
use crate::acd::installed;

const UNITS: [&str; 3] = ["acd.service", "acd-asterisk.service", "acd-console.service"];

#[test]
fn a_service_that_is_broken_into_reaches_next_to_nothing() {
    for unit in UNITS {
        // In tenths: 0 is the least exposure, 100 the most.
        succeed(
            Command::new(installed("ACD_SYSTEMD_ANALYZE"))
                .args(["security", "--no-pager", "--offline=true", "--threshold=15"])
                .arg(path("systemd").join(unit)),
        );
    }
}

#[test]
fn a_stop_is_given_the_time_of_a_drain() {
    let unit = sample("systemd/acd.service");
    let value = unit
        .lines()
        .find_map(|line| line.strip_prefix("TimeoutStopSec="));
    let seconds = value.expect("a time").parse().expect("seconds");
    assert!(Duration::from_secs(seconds) > server("debian/acd.toml").drain_timeout);
}

#[test]
fn threads_in_the_background_may_give_way() {
    // `setpriority` is among what is taken away with @resources.
    for unit in ["acd.service", "acd-console.service"] {
        let text = sample(&format!("systemd/{unit}"));
        let filters: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("SystemCallFilter="))
            .collect();
        assert_eq!(filters.last(), Some(&"setpriority"), "{unit}");
    }
    let uses = root().join("crates/acd-shard/src/background.rs");
    assert!(
        std::fs::read_to_string(uses)
            .expect("the file")
            .contains("setpriority")
    );
}
