//! The rules of `deploy/prometheus`: they name what there is, each alert is tested and has its section in the guide.

use std::collections::BTreeSet;
use std::process::Command;

use super::names;
use crate::acd::{installed, said};
use crate::checkout::root;

/// A file of `deploy/prometheus`.
pub(super) fn file(name: &str) -> String {
    let path = root().join("deploy/prometheus").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(super) const RECORDING: &str = "rules/recording.yml";
pub(super) const ALERTS: &str = "rules/alerts.yml";
const TESTS: [&str; 3] = [
    "tests/recording.yml",
    "tests/alerts.yml",
    "tests/alerts_slow.yml",
];

/// The values of this key, one a line.
pub(super) fn values<'t>(text: &'t str, key: &str) -> Vec<&'t str> {
    let of_line = |line: &'t str| {
        let line = line.trim_start().trim_start_matches("- ");
        let value = line.strip_prefix(key)?.strip_prefix(':')?.trim();
        Some(value.trim_matches(['\'', '"']))
    };
    text.lines().filter_map(of_line).collect()
}

/// The lines that say what is computed: comments, names of groups and texts for people say nothing of it.
fn computed(text: &str) -> String {
    let says_nothing = [
        "#",
        "- name:",
        "group_eval_order:",
        "summary:",
        "description:",
        "runbook_url:",
    ];
    let lines = text.lines().filter(|line| {
        let line = line.trim_start();
        !says_nothing.iter().any(|with| line.starts_with(with))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn promtool(arguments: &[&str]) {
    let output = Command::new(installed("ACD_PROMTOOL"))
        .args(arguments)
        .current_dir(root().join("deploy/prometheus"))
        .output()
        .expect("promtool starts");
    let told = said(&output);
    assert!(output.status.success(), "{arguments:?}: {told}");
}

#[test]
fn promtool_reads_the_configuration_and_the_rules() {
    promtool(&["check", "config", "prometheus.yml"]);
    promtool(&["check", "rules", RECORDING, ALERTS]);
}

#[test]
fn the_rules_give_what_their_tests_say() {
    promtool(&[&["test", "rules"][..], &TESTS].concat());
}

#[test]
fn rules_and_their_tests_name_only_what_is_exposed_or_recorded() {
    let recording = file(RECORDING);
    let recorded = values(&recording, "record");
    for name in [RECORDING, ALERTS].into_iter().chain(TESTS) {
        let faults = names::faults(&computed(&file(name)), &recorded);
        assert!(faults.is_empty(), "{name}: {faults:#?}");
    }
}

/// A test without an alert that it awaits, or without an instant at which it is not there, would pass whatever happens.
#[test]
fn each_alert_is_tested_to_fire_and_not_to_fire() {
    let alerts = file(ALERTS);
    let tests = TESTS.map(file).concat();
    let mut fires = BTreeSet::new();
    let mut is_silent = BTreeSet::new();
    for case in tests.split("- eval_time:").skip(1) {
        let alert = values(case, "alertname")[0];
        match case.contains("exp_alerts: []") {
            true => is_silent.insert(alert),
            false => fires.insert(alert),
        };
    }
    let alerts: BTreeSet<&str> = values(&alerts, "alert").into_iter().collect();
    assert!(alerts.len() > 20, "{alerts:?}");
    assert_eq!(alerts, fires, "fire in a test");
    assert_eq!(alerts, is_silent, "do not fire in a test");
}

#[test]
fn each_alert_leads_to_its_section_of_the_guide() {
    let alerts = file(ALERTS);
    let guide = std::fs::read_to_string(root().join("docs/operations.md")).expect("the guide");
    let sections: BTreeSet<&str> = guide
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .filter(|title| title.starts_with("Acd"))
        .collect();
    let names = values(&alerts, "alert");
    assert_eq!(
        sections,
        names.iter().copied().collect(),
        "sections of docs/operations.md, and alerts"
    );
    let links = values(&alerts, "runbook_url");
    for (name, link) in names.iter().zip(&links) {
        let (_, anchor) = link.split_once("operations.md#").expect("into the guide");
        assert_eq!(anchor, name.to_lowercase());
    }
    assert_eq!(names.len(), links.len());
}

/// docs/metrics.md says how many series the rules make.
#[test]
fn the_rules_make_as_many_series_as_they_say() {
    let recording = file(RECORDING);
    let of = |level: &str| {
        let recorded = values(&recording, "record");
        recorded
            .iter()
            .filter(|name| name.starts_with(level))
            .count()
    };
    let said = format!(
        "at most {} series for each queue and {} for each tenant",
        of("queue:"),
        of("tenant:")
    );
    assert!(recording.to_lowercase().contains(&said), "{said}");
}
