//! What the server promises about its start and its stop.

use std::collections::BTreeMap;
use std::path::Path;

use acd_config::{FileConfig, ServerConfig};
use acd_core::command::{
    ApplyConfig, Command, ConfigSource, DeleteTenant, Login, Request, SetAgentSkills,
};
use acd_core::config::{AgentConfig, QueueConfig, TenantConfig};
use acd_core::ids::TenantName;
use acd_proto::v1::{self, supervisor_service_client::SupervisorServiceClient};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::Code;
use tonic::transport::Endpoint;
use tonic_types::StatusExt as _;

use super::{Addresses, Listeners, Options, Precedence, SeedError, Server, ServerError};
use acd_shard::document_hash::of_document;

fn bank() -> TenantName {
    "bank".into()
}

/// A tenant whose one queue rings this long.
fn ringing(ring_ms: i64) -> TenantConfig {
    TenantConfig {
        queues: vec![QueueConfig {
            ring_ms,
            ..QueueConfig::named("support")
        }],
        agents: vec![AgentConfig::named("nora", ["support"])],
        ..Default::default()
    }
}

/// Ephemeral ports, and this tenant in the file.
fn options(data_dir: &Path, tenant: TenantConfig) -> Options {
    let server = ServerConfig {
        listen: "127.0.0.1:0".parse().unwrap(),
        metrics_listen: "127.0.0.1:0".parse().unwrap(),
        data_dir: data_dir.to_owned(),
        ..ServerConfig::default()
    };
    let tenants = vec![(bank(), tenant)];
    Options::new(FileConfig { server, tenants }, "acd.toml")
}

async fn try_start(options: &Options) -> Result<(Server, Addresses), ServerError> {
    let listeners = Listeners::bind(options).await?;
    let addresses = listeners.addresses()?;
    let server = Server::start(options.clone(), listeners).await?;
    Ok((server, addresses))
}

async fn start(options: &Options) -> Server {
    try_start(options).await.unwrap().0
}

async fn refusal(options: &Options) -> ServerError {
    match try_start(options).await {
        Ok(_) => panic!("it started"),
        Err(error) => error,
    }
}

async fn ask(server: &Server, command: Command) {
    let request = Request::internal(command);
    let answered = server.shards().request(&bank(), request, None).await;
    answered.unwrap().answer.unwrap();
}

async fn change_by_api(server: &Server, config: TenantConfig) {
    let apply = ApplyConfig {
        document: Some(of_document(&config)),
        ..ApplyConfig::of(config, ConfigSource::Api, "admin")
    };
    ask(server, Command::ApplyConfig(apply)).await;
}

/// The version in force and how long the queue rings.
async fn in_force(server: &Server) -> (u64, i64) {
    let tenant = bank();
    let read = server.shards().read(&tenant, |state| {
        let facts = state.facts();
        (facts.config_version, facts.config().queues[0].ring_ms)
    });
    read.await.unwrap()
}

#[tokio::test]
async fn it_starts_again_where_it_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let options = options(dir.path(), ringing(20_000));
    let (server, addresses) = try_start(&options).await.unwrap();
    assert_ne!(addresses.grpc.port(), 0);
    assert_ne!(addresses.metrics, addresses.grpc);
    let login = Command::Login(Login {
        agent: "nora".into(),
    });
    ask(&server, login).await;
    server.shutdown().await.unwrap();
    let server = start(&options).await;
    let tenant = bank();
    let session = server.shards().read(&tenant, |state| {
        let nora = state.agent_no(&"nora".into()).unwrap();
        state.agent(nora).session.is_some()
    });
    assert_eq!(session.await, Ok(true));
    assert_eq!(in_force(&server).await.0, 1, "the file has not changed");
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_second_server_on_the_same_data_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let options = options(dir.path(), ringing(20_000));
    let server = start(&options).await;
    let error = refusal(&options).await.to_string();
    let owner = format!("process {}", std::process::id());
    assert!(error.contains(&owner), "{error}");
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn it_does_not_listen_beyond_loopback_unprotected() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path(), ringing(20_000));
    options.config.server.listen = "0.0.0.0:0".parse().unwrap();
    let error = refusal(&options).await;
    assert!(matches!(error, ServerError::Exposed(_)), "{error}");
    options.insecure = true;
    start(&options).await.shutdown().await.unwrap();
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut options = options(dir.path(), ringing(20_000));
    options.config.server.metrics_listen = taken.local_addr().unwrap();
    let error = refusal(&options).await.to_string();
    assert!(error.starts_with("server.metrics_listen:"), "{error}");
}

#[tokio::test]
async fn an_edited_file_is_a_new_version() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(&options(dir.path(), ringing(20_000))).await;
    assert_eq!(in_force(&server).await, (1, 20_000));
    server.shutdown().await.unwrap();
    let server = start(&options(dir.path(), ringing(15_000))).await;
    assert_eq!(in_force(&server).await, (2, 15_000));
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_change_by_api_does_not_stop_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path(), ringing(20_000));
    let server = start(&options).await;
    let skills = SetAgentSkills {
        agent: "nora".into(),
        skills: BTreeMap::new(),
        author: "admin".into(),
    };
    ask(&server, Command::SetAgentSkills(skills)).await;
    change_by_api(&server, ringing(10_000)).await;
    server.shutdown().await.unwrap();
    for _ in 0..2 {
        let server = start(&options).await;
        assert_eq!(
            in_force(&server).await,
            (3, 10_000),
            "the file is as it was"
        );
        server.shutdown().await.unwrap();
    }
    options.precedence = Precedence::File;
    let server = start(&options).await;
    assert_eq!(in_force(&server).await, (4, 20_000), "as asked for");
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_file_and_a_journal_that_were_both_changed_need_a_choice() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path(), ringing(20_000));
    let server = start(&options).await;
    change_by_api(&server, ringing(10_000)).await;
    server.shutdown().await.unwrap();

    options.config.tenants = vec![(bank(), ringing(15_000))];
    let error = refusal(&options).await;
    let ServerError::Seed(SeedError::Conflicts { conflicts, .. }) = &error else {
        panic!("{error}");
    };
    assert_eq!((conflicts.len(), conflicts[0].version), (1, 2));
    let said = error.to_string();
    for part in [
        "acd.toml",
        "tenant bank, version 2",
        "ring 10s -> 15s",
        "--prefer file",
        "--prefer journal",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }

    options.precedence = Precedence::Journal;
    let server = start(&options).await;
    assert_eq!(in_force(&server).await, (2, 10_000));
    server.shutdown().await.unwrap();
    // The choice is remembered, for this file.
    options.precedence = Precedence::Refuse;
    let server = start(&options).await;
    assert_eq!(in_force(&server).await, (2, 10_000));
    server.shutdown().await.unwrap();
    options.config.tenants = vec![(bank(), ringing(16_000))];
    refusal(&options).await;
    options.precedence = Precedence::File;
    let server = start(&options).await;
    assert_eq!(in_force(&server).await, (3, 16_000));
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn an_edited_file_that_was_applied_by_api_first_is_in_accord() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path(), ringing(20_000));
    let server = start(&options).await;
    // The file is edited and applied while the server runs; then others go on.
    change_by_api(&server, ringing(15_000)).await;
    change_by_api(&server, ringing(10_000)).await;
    server.shutdown().await.unwrap();
    options.config.tenants = vec![(bank(), ringing(15_000))];
    let server = start(&options).await;
    assert_eq!(in_force(&server).await, (3, 10_000));
    // Back to what the file says: the two agree, and the next edit is a new version.
    change_by_api(&server, ringing(15_000)).await;
    server.shutdown().await.unwrap();
    start(&options).await.shutdown().await.unwrap();
    options.config.tenants = vec![(bank(), ringing(16_000))];
    let server = start(&options).await;
    assert_eq!(in_force(&server).await, (5, 16_000));
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_tenant_deleted_by_api_does_not_come_back_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path(), ringing(20_000));
    let server = start(&options).await;
    let author = "admin".into();
    ask(&server, Command::DeleteTenant(DeleteTenant { author })).await;
    server.shutdown().await.unwrap();
    let server = start(&options).await;
    assert!(
        server.shards().tenants().is_empty(),
        "the file is as it was"
    );
    server.shutdown().await.unwrap();
    options.config.tenants = vec![(bank(), ringing(15_000))];
    let error = refusal(&options).await.to_string();
    assert!(error.contains("deleted tenant comes back"), "{error}");
    options.precedence = Precedence::Journal;
    start(&options).await.shutdown().await.unwrap();
    options.precedence = Precedence::Refuse;
    start(&options).await.shutdown().await.unwrap();
    options.precedence = Precedence::File;
    let server = start(&options).await;
    assert_eq!(server.shards().tenants(), vec![bank()]);
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn connections_beyond_the_limit_are_closed_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path(), ringing(20_000));
    options.config.server.limits.connections = 1;
    let (server, addresses) = try_start(&options).await.unwrap();
    let mut first = TcpStream::connect(addresses.grpc).await.unwrap();
    first
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .await
        .unwrap();
    let mut greeting = [0; 9];
    first.read_exact(&mut greeting).await.unwrap();
    let mut second = TcpStream::connect(addresses.grpc).await.unwrap();
    let read = second.read(&mut greeting).await;
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    drop(first);
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn an_orderly_stop_tells_the_streams_and_does_not_wait_for_idle_connections() {
    let dir = tempfile::tempdir().unwrap();
    let options = options(dir.path(), ringing(20_000));
    let (server, addresses) = try_start(&options).await.unwrap();
    let address = format!("http://{}", addresses.grpc);
    let channel = Endpoint::from_shared(address).unwrap().connect().await;
    let mut supervisor = SupervisorServiceClient::new(channel.unwrap());
    let watch = v1::WatchRequest {
        tenant: "bank".to_owned(),
        ..Default::default()
    };
    let mut stream = supervisor.watch(watch).await.unwrap().into_inner();
    assert!(stream.message().await.unwrap().is_some(), "the snapshot");
    let end = async {
        loop {
            match stream.message().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("the stream ended without a reason"),
                Err(status) => return status,
            }
        }
    };
    // The client keeps its connection, and yet the server comes to its end long before the drain time-out.
    let (stopped, end) = tokio::join!(server.shutdown(), end);
    stopped.unwrap();
    assert_eq!(end.code(), Code::Unavailable);
    let reason = end.get_details_error_info().map(|info| info.reason);
    assert_eq!(reason.as_deref(), Some("SHUTTING_DOWN"));
    drop(supervisor);
}
