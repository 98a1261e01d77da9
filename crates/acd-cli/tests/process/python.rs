//! A client that we did not write: Python, with classes that Google's own tools generate from `proto/`.

use std::io::BufReader;
use std::process::{Command, Stdio};

use acd_client::v1::{ContactConnected, Directive, directive::Instruction};
use acd_client::{AdapterSession, adapter};
use acd_testkit::call;
use serde_json::Value;

use crate::acd::{Guarded, installed};
use crate::server::Server;

const TENANTS: &str = "[tenants.bank]\nadapters = [\"pbx\"]\n\
                       [tenants.bank.queues.support]\nwrap_up = \"1m\"\n\
                       [tenants.bank.agents.anna]\nqueues = [\"support\"]\n";

#[tokio::test]
async fn a_python_desktop_takes_a_call_and_completes_it() {
    let python = installed("ACD_PYTHON");
    let server = Server::start(TENANTS);
    let mut session =
        AdapterSession::start(&server.endpoint(), adapter::Options::new("bank", "pbx"));
    session
        .handle()
        .send(call("call-1", "support"))
        .await
        .expect("it joins");

    let desktop = Command::new(python)
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/python/agent.py"
        ))
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto"))
        .args([&server.grpc, "bank", "anna"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn();
    let mut desktop = Guarded(desktop.expect("python starts"));
    let stdout = desktop.0.stdout.take().expect("a pipe");
    let steps = tokio::task::spawn_blocking(move || steps(BufReader::new(stdout)));

    let connect = session.next_directive().await.expect("a directive");
    connected(&session, &connect).await;
    let release = session.next_directive().await.expect("a directive");
    assert!(
        matches!(release.instruction, Some(Instruction::Release(_))),
        "{release:?}"
    );
    session
        .handle()
        .acknowledge(vec![release.directive_id])
        .await
        .expect("taken");

    let steps = steps.await.expect("it told its steps");
    let names: Vec<&str> = steps
        .iter()
        .filter_map(|step| step["step"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "subscribed",
            "ready",
            "accepted",
            "talk ended",
            "completed",
            "logged out"
        ]
    );
    assert_eq!(
        (&steps[2]["contact"], &steps[4]["disposition"]),
        (&"call-1".into(), &"solved".into())
    );
    assert!(desktop.0.wait().expect("it ends").success());
}

/// What the switch does when it is told to connect.
async fn connected(session: &AdapterSession, directive: &Directive) {
    let Some(Instruction::Connect(connect)) = &directive.instruction else {
        panic!("{directive:?}");
    };
    let connected = ContactConnected {
        contact_id: directive.contact_id.clone(),
        offer_id: connect.offer_id,
    };
    session.handle().send(connected).await.expect("they talk");
    session
        .handle()
        .acknowledge(vec![directive.directive_id])
        .await
        .expect("taken");
}

fn steps(lines: impl std::io::BufRead) -> Vec<Value> {
    let lines = lines.lines().map(|line| line.expect("text"));
    lines
        .map(|line| serde_json::from_str(&line).expect("a step in JSON"))
        .collect()
}
