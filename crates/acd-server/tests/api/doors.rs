//! The server's doors: whoever is silent, slow or too many is turned away, and holds up neither the others nor a stop.

use std::net::SocketAddr;
use std::time::Duration;

use acd_proto::v1::{self, ErrorReason};
use acd_server::server::Server;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::{PATIENCE, TestServer, in_time};
use crate::security::Authority;

/// The begin of every HTTP/2 connection, and an empty SETTINGS frame.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// A socket that has sent this.
async fn socket(address: SocketAddr, sent: &[u8]) -> TcpStream {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(sent).await.unwrap();
    socket
}

/// Waits until the server has closed the socket.
async fn is_closed(mut socket: TcpStream) {
    let mut rest = Vec::new();
    // A reset is an end, too.
    let _ = in_time("the end of the connection", socket.read_to_end(&mut rest)).await;
}

async fn impatient() -> TestServer {
    TestServer::with(|config| config.limits.handshake_timeout = Duration::from_millis(200)).await
}

async fn series(server: &TestServer, name: &str) -> f64 {
    let (_, body) = server.fetch("/metrics").await;
    let value = body.lines().find_map(|line| line.strip_prefix(name));
    value
        .unwrap_or_else(|| panic!("no {name}"))
        .trim()
        .parse()
        .unwrap()
}

#[tokio::test]
async fn a_socket_that_does_not_say_what_it_wants_is_closed() {
    let server = impatient().await;
    for sent in [&b""[..], &PREFACE[..10]] {
        is_closed(socket(server.address(), sent).await).await;
    }
    let turned = r#"acd_connections_turned_away_total{limit="handshake_timeout"} "#;
    assert_eq!(series(&server, turned).await, 2.0);
    is_closed(socket(server.address(), b"GET / HTTP/1.1\r\nHost: acd\r\n\r\n").await).await;
}

#[tokio::test]
async fn half_a_tls_handshake_is_closed_and_others_get_in() {
    let authority = Authority::new();
    let tls = authority.server_tls(false);
    let server = TestServer::with(|config| {
        config.tls = Some(tls);
        config.limits.handshake_timeout = Duration::from_millis(200);
    })
    .await;
    // The begin of a TLS record that promises 512 bytes.
    let half = socket(server.address(), b"\x16\x03\x01\x02\x00\x01").await;
    let silent = socket(server.address(), b"").await;
    let endpoint = authority.endpoint(&server, None);
    in_time("a connection", endpoint.connect()).await.unwrap();
    is_closed(half).await;
    is_closed(silent).await;
}

#[tokio::test]
async fn half_a_request_for_metrics_is_closed_and_others_are_answered() {
    let server = impatient().await;
    let mut halves = Vec::new();
    for sent in [&b""[..], b"GET /metrics HTTP/1.1\r\nHost:"] {
        halves.push(socket(server.metrics_address(), sent).await);
    }
    assert!(server.fetch("/readyz").await.0.contains("200"));
    for half in halves {
        is_closed(half).await;
    }
}

#[tokio::test]
async fn one_address_cannot_take_all_places() {
    let server = TestServer::with(|config| {
        config.limits.connections = 100;
        config.limits.connections_per_address = 2;
    })
    .await;
    let mut kept = Vec::new();
    for _ in 0..2 {
        let mut socket = socket(server.address(), PREFACE).await;
        let mut greeting = [0; 9];
        in_time("a greeting", socket.read_exact(&mut greeting))
            .await
            .unwrap();
        kept.push(socket);
    }
    is_closed(socket(server.address(), b"").await).await;
    let turned = r#"acd_connections_turned_away_total{limit="connections_per_address"} "#;
    assert_eq!(series(&server, turned).await, 1.0);
    // A place comes back when its connection is gone.
    kept.pop();
    let again = async {
        loop {
            let mut socket = socket(server.address(), PREFACE).await;
            if socket.read_exact(&mut [0; 9]).await.is_ok() {
                return;
            }
        }
    };
    in_time("a place", again).await;
}

#[tokio::test]
async fn a_stop_waits_for_nobody_who_is_silent() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::try_start(directory.path(), |config| {
        config.drain_timeout = Duration::from_secs(600);
        config.limits.handshake_timeout = Duration::from_secs(600);
        config.limits.keepalive_interval = Duration::from_secs(600);
        config.limits.keepalive_timeout = Duration::from_secs(600);
    });
    let server: Server = server.await.unwrap();
    let (grpc, metrics) = (server.local_addr(), server.metrics_addr());
    let silent = [
        // Nothing, half a preface, and a client that began and then says nothing more, not even that it lives.
        socket(grpc, b"").await,
        socket(grpc, &PREFACE[..10]).await,
        socket(grpc, PREFACE).await,
        socket(metrics, b"GET /metrics HTTP/1.1\r\n").await,
    ];
    // It comes to its end long before any of these times has passed.
    let stopped = tokio::time::timeout(PATIENCE, server.shutdown()).await;
    stopped.expect("in time").expect("in order");
    drop(silent);
}

#[tokio::test]
async fn what_a_refusal_says_is_short_whatever_was_sent() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let long = "x".repeat(100_000);
    let document = format!("[queues.{long}]\nring = \"{long}\"\n{long} = 1\n").repeat(2);
    let apply = v1::ApplyRequest {
        tenant: "bank".into(),
        request_id: crate::harness::request_id(),
        document,
        ..Default::default()
    };
    let login = v1::LoginRequest {
        tenant: "bank".into(),
        request_id: crate::harness::request_id(),
        agent: long.clone(),
    };
    let unknown = v1::GetSnapshotRequest {
        tenant: long,
        ..Default::default()
    };
    let answers = [
        clients.configurations.clone().apply(apply).await.map(drop),
        clients.agents.clone().login(login).await.map(drop),
        clients
            .supervisors
            .clone()
            .get_snapshot(unknown)
            .await
            .map(drop),
    ];
    for answer in answers {
        let status = answer.expect_err("a refusal");
        // The reason came through, so all of it did.
        assert_ne!(crate::harness::reason(&status), ErrorReason::Unspecified);
        let longest = status.message().split(|it| it != 'x').map(str::len).max();
        assert!(longest <= Some(200), "{}", status.message());
    }
}
