//! `acd status` and `acd explain`: what goes on, and why.

use acd_client::{AdapterSession, adapter};
use acd_testkit::call;

use crate::acd::{run, stderr, succeed};
use crate::server::Server;

const TENANTS: &str = "[tenants.bank]\nskills = [\"german\"]\nadapters = [\"pbx\"]\n\
                       [tenants.bank.queues.support]\nrequirement = \"german >= 4\"\n\
                       [tenants.bank.agents.anna]\nqueues = [\"support\"]\nskills = { german = 3 }\n";

#[tokio::test]
async fn a_waiting_contact_is_seen_and_its_waiting_explained() {
    let server = Server::start(TENANTS);
    let session = AdapterSession::start(&server.endpoint(), adapter::Options::new("bank", "pbx"));
    session
        .handle()
        .send(call("call-1", "support"))
        .await
        .expect("it joins");

    let status = succeed(&["status", "--server", &server.grpc]);
    let queue = status
        .lines()
        .find(|line| line.starts_with("support"))
        .expect("a line of the queue");
    assert_eq!(
        queue.split_whitespace().nth(1),
        Some("1"),
        "one waits: {status}"
    );
    assert!(
        status.contains("1 logged out") && status.contains("pbx connected, 1 open contacts"),
        "{status}"
    );

    let explained = succeed(&["explain", "call-1", "--server", &server.grpc]);
    assert!(
        explained.contains("call-1") && explained.contains("support"),
        "{explained}"
    );
    let agent = succeed(&["explain", "--agent", "anna", "--server", &server.grpc]);
    assert!(agent.contains("anna"), "{agent}");

    let output = run(&["explain", "call-2", "--server", &server.grpc]);
    assert_eq!(output.status.code(), Some(4));
    let told = stderr(&output);
    assert!(
        told.contains("UNKNOWN_CONTACT") && told.contains("remedy:"),
        "{told}"
    );
}
