//! `acd supervise` and `acd config rollback`: stepping in, and taking a change back.

use std::fs;

use acd_client::{AdapterSession, adapter};
use acd_testkit::call;

use crate::acd::{run, stderr, succeed};
use crate::server::Server;

const TENANTS: &str = "[tenants.bank]\nadapters = [\"pbx\"]\n\
                       [tenants.bank.queues.support]\n\
                       [tenants.bank.queues.vip]\n\
                       [tenants.bank.agents.anna]\nqueues = [\"support\", \"vip\"]\n";

/// How many wait in this queue, as `acd status` tells it.
fn waiting(server: &Server, queue: &str) -> Option<String> {
    let status = succeed(&["status", "--server", &server.grpc]);
    let line = status.lines().find(|line| line.starts_with(queue))?;
    line.split_whitespace().nth(1).map(str::to_owned)
}

#[tokio::test]
async fn a_contact_is_moved_and_a_queue_closed() {
    let server = Server::start(TENANTS);
    let session = AdapterSession::start(&server.endpoint(), adapter::Options::new("bank", "pbx"));
    session
        .handle()
        .send(call("call-1", "support"))
        .await
        .expect("it joins");

    let at = ["--server", &*server.grpc];
    succeed(&[&["supervise", "move", "call-1", "vip"][..], &at].concat());
    assert_eq!(waiting(&server, "vip").as_deref(), Some("1"));
    let past = ["supervise", "put-off", "call-1", "2001-01-01T09:00:00Z"];
    assert_eq!(run(&[&past[..], &at].concat()).status.code(), Some(4));
    let date = ["supervise", "put-off", "call-1", "2096-01-01T09:00:00Z"];
    succeed(&[&date[..], &at].concat());
    assert_eq!(waiting(&server, "vip").as_deref(), Some("0"));
    session
        .handle()
        .send(call("call-2", "vip"))
        .await
        .expect("it joins");
    assert_eq!(waiting(&server, "vip").as_deref(), Some("1"));
    succeed(&[&["supervise", "emergency", "on"][..], &at].concat());
    assert_eq!(waiting(&server, "vip").as_deref(), Some("0"));
    let status = succeed(&[&["status"][..], &at].concat());
    assert!(status.contains("CLOSED (EMERGENCY)"), "{status}");

    let output = run(&[&["supervise", "ready", "anna"][..], &at].concat());
    assert_eq!(output.status.code(), Some(4));
    assert!(
        stderr(&output).contains("NOT_LOGGED_IN"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_change_is_taken_back() {
    let server = Server::start(TENANTS);
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("bank.toml");
    let without_vip =
        "adapters = [\"pbx\"]\n[queues.support]\n[agents.anna]\nqueues = [\"support\"]\n";
    fs::write(&file, without_vip).expect("a file");
    let at = ["--tenant", "bank", "--server", &*server.grpc];
    let file = file.to_str().expect("a path");
    succeed(&[&["config", "apply", file][..], &at].concat());
    assert_eq!(waiting(&server, "vip"), None);
    let told = succeed(&[&["config", "rollback", "1"][..], &at].concat());
    assert!(
        told.contains("version 3 is in force, which is version 1 again"),
        "{told}"
    );
    assert_eq!(waiting(&server, "vip").as_deref(), Some("0"));
    let output = run(&[&["config", "rollback", "99"][..], &at].concat());
    assert_eq!(output.status.code(), Some(4));
}
