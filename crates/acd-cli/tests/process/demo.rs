//! `acd demo`: calls flow, the view moves, the report adds up.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use crate::acd::{Guarded, acd, count, report, run};
use crate::server::signal;

#[test]
fn a_short_demo_ends_with_a_report_that_adds_up() {
    let output = run(&["demo", "--for", "3s", "--agents", "40", "--json"]);
    let report = report(&output);
    assert_eq!(report["adds_up"], true);
    let engine = |what| count(&report, "engine", what);
    assert!(engine("offered") > 0 && engine("answered") > 0, "{report}");
    assert_eq!(
        engine("offered"),
        engine("answered") + engine("abandoned") + engine("flow_out") + engine("waiting")
    );
}

#[test]
fn an_interrupted_demo_finishes_its_calls_and_reports() {
    let process = acd(&["demo", "--agents", "20"])
        .stdout(Stdio::piped())
        .spawn();
    let mut process = Guarded(process.expect("acd starts"));
    let mut stdout = BufReader::new(process.0.stdout.take().expect("a pipe"));
    let mut line = String::new();
    let mut seen = String::new();
    while !line.contains("calls so far") {
        line.clear();
        assert!(
            stdout.read_line(&mut line).expect("text") > 0,
            "it ended: {seen}"
        );
        seen.push_str(&line);
    }
    assert!(seen.contains("/metrics"), "{seen}");

    signal(&process.0, "INT");
    stdout.read_to_string(&mut seen).expect("text");
    assert!(process.0.wait().expect("it ends").success(), "{seen}");
    assert!(
        seen.contains("Adds up, engine:") && seen.contains("Errors: 0."),
        "{seen}"
    );
}
