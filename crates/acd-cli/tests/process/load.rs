//! `acd load`: a small centre against a real server.

use serde_json::Value;

use crate::acd::{report, run, stderr, succeed};
use crate::server::Server;

/// Twenty contacts in a second, all measured.
const SMALL: [&str; 16] = [
    "--agents",
    "20",
    "--queues",
    "2",
    "--queues-per-agent",
    "2",
    "--skills",
    "2",
    "--rate",
    "20",
    "--for",
    "1s",
    "--warm-up",
    "0s",
    "--talk",
    "50ms",
];

fn load(server: &Server, more: &[&str]) -> Vec<String> {
    let to = ["load", "--server", &server.grpc, "--wrap-up", "0s"];
    [&to[..], &SMALL, more]
        .concat()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

fn played(server: &Server, more: &[&str]) -> Value {
    let arguments = load(server, more);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    report(&run(&arguments))
}

#[test]
fn every_contact_lives_and_is_measured() {
    let server = Server::start("");
    let report = played(&server, &["--json", "--seed", "7"]);
    let contacts = &report["contacts"];
    let arrived = contacts["arrived"].as_u64().expect("a count");
    assert!(arrived > 0);
    let offered = |when: &str| contacts[when].as_u64().expect("a count");
    assert_eq!(
        offered("offered_at_once") + offered("offered_after_wait"),
        arrived
    );
    assert_eq!(report["acknowledgement_ms"]["count"], arrived);
    assert_eq!(
        (&report["errors"], &report["refusals"]),
        (&0.into(), &serde_json::json!({}))
    );
    let status = succeed(&["status", "--server", &server.grpc, "--tenant", "load"]);
    assert!(status.contains("20 logged out"), "{status}");
}

#[test]
fn a_tenant_of_that_name_is_not_touched_unless_asked_for() {
    let server = Server::start("");
    played(&server, &["--json"]);
    let arguments = load(&server, &[]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let refused = run(&arguments);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        stderr(&refused).contains("--reuse-tenant"),
        "{}",
        stderr(&refused)
    );
    played(&server, &["--json", "--reuse-tenant"]);
    played(&server, &["--json", "--prepared"]);
}

#[test]
fn the_configuration_it_needs_can_be_put_in_force_by_another() {
    let document = succeed(&[&["load", "--print-config"], &SMALL[..8]].concat());
    let indented = document
        .replace("[queues.", "[tenants.load.queues.")
        .replace("[agents.", "[tenants.load.agents.");
    let server = Server::start(&format!("[tenants.load]\n{indented}"));
    let report = played(&server, &["--json", "--prepared"]);
    assert_eq!(report["errors"], 0);
}

#[test]
fn a_page_with_pictures_is_written() {
    let server = Server::start("");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let page = folder.path().join("load.html");
    let page_path = page.display().to_string();
    played(&server, &["--json", "--html", &page_path]);
    let html = std::fs::read_to_string(&page).expect("a page");
    assert!(html.contains("<svg ") && html.trim_end().ends_with("</html>"));
}

#[test]
fn what_cannot_be_played_names_the_option_and_the_remedy() {
    for (arguments, told) in [
        (
            ["--agents", "0"],
            "--agents: 0 is out of range; give a number from 1",
        ),
        (
            ["--warm-up", "1m"],
            "--warm-up: nothing would be left to measure; let it be shorter than --for",
        ),
    ] {
        let output = run(&[&["load"], &arguments[..]].concat());
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
    }
    let output = run(&["load", "--rate", "08:00=1"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("two times at least"),
        "{}",
        stderr(&output)
    );
}
