//! The server's doors: whoever is silent, slow or too many is turned away, and holds up neither the others nor a stop.

use std::net::SocketAddr;
use std::time::Duration;

use acd_config::ServerLimits;
use acd_proto::v1::{self, ErrorReason};
use acd_server::server::Addresses;
use hyper::body::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tonic_types::StatusExt as _;

use crate::harness::{
    Clients, Desk, OTHER_TENANT, PATIENCE, Pbx, TENANT, TestServer, call, in_time, metadata,
    reason, request_id,
};
use crate::security::Authority;

/// The begin of every HTTP/2 connection, and an empty SETTINGS frame.
pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// A socket that has sent this.
pub(crate) async fn socket(address: SocketAddr, sent: &[u8]) -> TcpStream {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(sent).await.unwrap();
    socket
}

/// Waits until the server has closed the socket.
pub(crate) async fn is_closed(mut socket: TcpStream) {
    let mut rest = Vec::new();
    // A reset is an end, too.
    let _ = in_time("the end of the connection", socket.read_to_end(&mut rest)).await;
}

async fn impatient() -> TestServer {
    TestServer::with(|config| config.limits.handshake_timeout = Duration::from_millis(200)).await
}

/// The value of a series.
pub(crate) async fn series(server: &TestServer, name: &str) -> f64 {
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
async fn connections_over_which_nobody_has_called_cannot_keep_others_out() {
    let server = TestServer::with(|config| {
        config.limits.connections = 3;
        config.limits.handshake_timeout = Duration::from_secs(600);
    })
    .await;
    let known = server.clients().await;
    let _pbx = Pbx::connect(&known, "run-1").await;
    let mut silent = Vec::new();
    for sent in [&b""[..], PREFACE] {
        silent.push(socket(server.address(), sent).await);
    }
    // All places are taken. Whoever comes now has that of the oldest who was never heard of.
    for silent in silent {
        let clients = server.clients().await;
        Desk::log_in(&clients, "anna").await;
        is_closed(silent).await;
        known.arrive(call("c1", "loans")).await.ok();
    }
    let turned = r#"acd_connections_turned_away_total{limit="connections"} "#;
    assert!(series(&server, turned).await >= 2.0);
}

/// A connection that speaks HTTP/2 and nothing above it.
async fn bare_client(server: &TestServer) -> (h2::client::SendRequest<Bytes>, JoinSet<()>) {
    let socket = TcpStream::connect(server.address()).await.unwrap();
    let (sender, connection) = h2::client::handshake(socket).await.unwrap();
    let mut carrying = JoinSet::new();
    carrying.spawn(async move {
        let _ = connection.await;
    });
    (sender, carrying)
}

/// Half a message of so many bytes; the answer to it, which comes when the server has enough of it.
fn half(
    client: &mut h2::client::SendRequest<Bytes>,
    bytes: u32,
) -> (h2::client::ResponseFuture, h2::SendStream<Bytes>) {
    let request = http::Request::post("http://acd/acd.v1.ConfigService/Validate")
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(())
        .unwrap();
    let (answer, mut stream) = client.send_request(request, false).unwrap();
    let mut message = vec![0];
    message.extend(bytes.to_be_bytes());
    message.extend(vec![0; bytes as usize / 2]);
    stream.send_data(message.into(), false).unwrap();
    (answer, stream)
}

#[tokio::test]
async fn messages_that_never_end_are_held_up_to_a_limit() {
    const MESSAGE: u32 = 64 * 1_024;
    let server = TestServer::with(|config| {
        config.limits.message_bytes = MESSAGE;
        config.limits.request_bytes = 2 * MESSAGE;
    })
    .await;
    let (mut client, _carrying) = bare_client(&server).await;
    // Half of all is all that one caller may have.
    let halves = [
        half(&mut client, MESSAGE - 5),
        half(&mut client, MESSAGE - 5),
    ];
    let [(_, _first), (_, _second)] = halves;
    let (answer, _third) = half(&mut client, MESSAGE - 5);
    let answer = in_time("a refusal", answer).await.unwrap();
    let status = tonic::Status::from_header_map(answer.headers()).unwrap();
    assert_eq!(reason(&status), ErrorReason::LimitReached);
    assert_eq!(metadata(&status, "limit"), "server.limits.request_bytes");
    assert!(status.get_details_retry_info().is_some());
    // Whole messages come through beside it, on this connection as on others.
    let clients = server.clients().await;
    let _pbx = Pbx::connect(&clients, "run-1").await;
    clients.arrive(call("c1", "loans")).await.unwrap();
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
    let (server, Addresses { grpc, metrics }) = server.await.unwrap();
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
        request_id: request_id(),
        document,
        ..Default::default()
    };
    let login = v1::LoginRequest {
        tenant: "bank".into(),
        request_id: request_id(),
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
        assert_ne!(reason(&status), ErrorReason::Unspecified);
        let longest = status.message().split(|it| it != 'x').map(str::len).max();
        assert!(longest <= Some(200), "{}", status.message());
    }
}

/// The window of a client whose streams take almost nothing that it has not read.
const TINY_WINDOW: u32 = 1_024;
/// How many bytes may wait for watchers: fewer than the first messages of a stream of [`crowded`] have.
const WATCHED_BYTES: u32 = 40_000;

/// A server whose watchers have a snapshot of more than [`WATCHED_BYTES`] before them. Nobody is cut off for silence.
async fn crowded(change: impl FnOnce(&mut ServerLimits)) -> (TestServer, Clients, Pbx) {
    let server = TestServer::with(|config| {
        config.limits.heartbeat = Duration::from_secs(600);
        change(&mut config.limits);
    })
    .await;
    let clients = server.clients().await;
    let pbx = Pbx::connect(&clients, "run-1").await;
    for number in 0..6 {
        arrive(&clients, number).await;
    }
    (server, clients, pbx)
}

/// Returns once as much waits as may.
async fn waits(server: &TestServer) {
    let most = f64::from(WATCHED_BYTES);
    in_time("a snapshot", async {
        while waiting(server).await < most {}
    })
    .await;
}

/// A contact whose state takes some thousand bytes, and that nobody serves.
async fn arrive(clients: &Clients, number: u32) {
    let transcript = v1::Attribute {
        key: "transcript".into(),
        value: "x".repeat(8_000),
        ..Default::default()
    };
    let contact = v1::ContactArrived {
        attributes: vec![transcript],
        ..call(&format!("c{number}"), "loans")
    };
    clients.arrive(contact).await.unwrap();
}

/// A watch of a tenant's contacts.
async fn watch(
    clients: &Clients,
    tenant: &str,
) -> Result<tonic::Streaming<v1::WatchUpdate>, tonic::Status> {
    let watch = v1::WatchRequest {
        tenant: tenant.into(),
        filter: Some(v1::ViewFilter {
            contacts: true,
            ..Default::default()
        }),
        ..Default::default()
    };
    let mut supervisors = clients.supervisors.clone();
    let opened = in_time("a watch", supervisors.watch(watch)).await?;
    Ok(opened.into_inner())
}

/// How many bytes wait for the watchers of [`TENANT`].
async fn waiting(server: &TestServer) -> f64 {
    series(server, r#"acd_stream_waiting_bytes{tenant="bank"} "#).await
}

#[tokio::test]
async fn what_waits_for_a_watcher_who_does_not_read_counts_until_they_are_gone() {
    let (server, clients, _pbx) =
        crowded(|limits| limits.stream_bytes_per_tenant = WATCHED_BYTES).await;
    let sleepy = server.clients_with_window(TINY_WINDOW).await;
    let unread = watch(&sleepy, TENANT).await.unwrap();
    // The transport takes the snapshot, and can send 1 KB of it.
    waits(&server).await;

    // No further watch begins; other tenants and those who work with their streams are not concerned.
    let status = watch(&clients, TENANT).await.expect_err("used up");
    assert_eq!(reason(&status), ErrorReason::LimitReached);
    assert_eq!(
        metadata(&status, "limit"),
        "server.limits.stream_bytes_per_tenant"
    );
    watch(&clients, OTHER_TENANT).await.expect("its own budget");
    Desk::log_in(&clients, "anna").await;

    // Whoever leaves more waiting is cut off. What the transport holds still counts.
    let cut = r#"acd_slow_readers_cut_total{shard="0"} "#;
    in_time("the cut", async {
        for number in 6.. {
            arrive(&clients, number).await;
            if series(&server, cut).await >= 1.0 {
                break;
            }
        }
    })
    .await;
    assert!(waiting(&server).await >= f64::from(WATCHED_BYTES));

    drop((unread, sleepy));
    in_time("the bytes", async { while waiting(&server).await > 0.0 {} }).await;
    watch(&clients, TENANT).await.expect("there is room again");
}

#[tokio::test]
async fn what_waits_for_one_tenant_s_watchers_counts_for_the_server() {
    let (server, clients, _pbx) = crowded(|limits| limits.stream_bytes = WATCHED_BYTES).await;
    let sleepy = server.clients_with_window(TINY_WINDOW).await;
    let unread = watch(&sleepy, TENANT).await.unwrap();
    waits(&server).await;
    let status = watch(&clients, OTHER_TENANT).await.expect_err("used up");
    assert_eq!(metadata(&status, "limit"), "server.limits.stream_bytes");
    drop((unread, sleepy));
    in_time("room", async {
        while watch(&clients, OTHER_TENANT).await.is_err() {}
    })
    .await;
}

#[tokio::test]
async fn what_a_watcher_has_read_no_longer_counts() {
    let (server, clients, _pbx) =
        crowded(|limits| limits.stream_bytes_per_tenant = WATCHED_BYTES).await;
    let mut reader = watch(&clients, TENANT).await.unwrap();
    let snapshot = in_time("a snapshot", reader.message()).await.unwrap();
    assert!(snapshot.is_some());
    in_time("the bytes", async { while waiting(&server).await > 0.0 {} }).await;
    watch(&clients, TENANT).await.expect("there is room");
}
