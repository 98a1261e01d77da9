//! `acd replay`: a busy hour of a real bank, on the virtual clock and through a running server.

use std::process::Output;

use acd_client::supervisor::Update;
use acd_client::v1::{QueueState, ViewFilter};
use acd_client::{Error, Supervisor};
use serde_json::Value;

use crate::acd::{count, report, run, stderr, stdout};
use crate::january;
use crate::server::Server;

/// A busy hour, with calls that wait and calls that give up.
const HOUR: [&str; 4] = ["--from", "1999-01-10T10:00", "--until", "1999-01-10T11:00"];
const CALLS: u64 = 151;
/// Fast enough that the hour takes a quarter of a minute.
const SPEED: [&str; 2] = ["--speed", "240"];

fn in_process(log: &str) -> Value {
    report(&run(&[
        &["replay", log, "--in-process", "--json"],
        &HOUR[..],
    ]
    .concat()))
}

fn through(server: &Server, log: &str) -> Output {
    let to = ["replay", log, "--json", "--server", &server.grpc];
    run(&[&to[..], &HOUR, &SPEED].concat())
}

#[test]
fn the_month_goes_through_the_engine_and_nothing_is_lost() {
    let Some(log) = january::path() else { return };
    let report = report(&run(&["replay", &log, "--in-process", "--json"]));
    assert_eq!(report["adds_up"], true);
    assert_eq!(count(&report, "engine", "offered"), 30_140);
    assert_eq!(count(&report, "recorded", "answered"), 27_060);
    assert_eq!(count(&report, "engine", "waiting"), 0);
}

#[test]
fn a_busy_hour_through_a_server_comes_out_as_in_process() {
    let Some(log) = january::path() else { return };
    let server = Server::start("");
    let live = report(&through(&server, &log));
    let in_process = in_process(&log);
    for report in [&live, &in_process] {
        assert_eq!(report["adds_up"], true);
        assert_eq!(count(report, "engine", "offered"), CALLS);
        assert_eq!(count(report, "engine", "waiting"), 0);
        assert_eq!(count(report, "recorded", "offered"), CALLS);
    }
    // At this speed ten milliseconds are seconds of the caller's patience, so some calls change sides.
    let tolerance = CALLS * 15 / 100;
    for what in ["answered", "abandoned"] {
        let (live, in_process) = (
            count(&live, "engine", what),
            count(&in_process, "engine", what),
        );
        assert!(
            live.abs_diff(in_process) <= tolerance,
            "{what}: {live} and {in_process}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_in_the_middle_loses_nothing() {
    let Some(log) = january::path() else { return };
    let mut server = Server::start("");
    let grpc = server.grpc.clone();
    let replay = tokio::task::spawn_blocking(move || {
        let to = ["replay", &log, "--json", "--server", &grpc];
        run(&[&to[..], &HOUR, &SPEED].concat())
    });
    calls_answered(&server, CALLS / 3).await;
    server.kill_and_restart();

    let output = replay.await.expect("it ran");
    let report = report(&output);
    assert_eq!(report["adds_up"], true, "{}", stderr(&output));
    assert_eq!(count(&report, "engine", "offered"), CALLS);
    assert_eq!(count(&report, "engine", "waiting"), 0);
    assert_eq!(
        count(&report, "engine", "answered") + count(&report, "engine", "abandoned"),
        CALLS
    );
}

#[test]
fn a_tenant_of_others_is_not_overwritten() {
    let Some(log) = january::path() else { return };
    let server = Server::start("[tenants.replay]\n");
    let output = through(&server, &log);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(
        stderr(&output).contains("--reuse-tenant"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_server_that_is_not_there_is_told_with_its_own_exit_code() {
    let output = run(&["status", "--server", "127.0.0.1:9", "--tenant", "bank"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("check its address"),
        "{}",
        stderr(&output)
    );
}

/// Waits until the replay's tenant has answered so many calls.
async fn calls_answered(server: &Server, wanted: u64) {
    let supervisor = Supervisor::new(&server.endpoint(), "replay");
    let filter = ViewFilter {
        queues: true,
        ..ViewFilter::default()
    };
    let mut answered = std::collections::BTreeMap::new();
    let mut watch = supervisor.watch(filter.clone());
    loop {
        let queues = match watch.next().await {
            Ok(step) => queues_of(step.update),
            // The replay has not created it yet.
            Err(Error::Refused(_)) => {
                watch = supervisor.watch(filter.clone());
                tokio::task::yield_now().await;
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        for queue in queues {
            answered.insert(queue.queue, queue.counters.unwrap_or_default().answered);
        }
        if answered.values().sum::<u64>() >= wanted {
            return;
        }
    }
}

fn queues_of(update: Update) -> Vec<QueueState> {
    match update {
        Update::Snapshot(snapshot) => snapshot.queues,
        Update::Changes(changes) => changes.queues,
        Update::Heartbeat => Vec::new(),
    }
}
