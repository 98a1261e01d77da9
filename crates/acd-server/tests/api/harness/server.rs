//! The server under test: the whole of it, in this process, on free ports, with its journal in a temporary directory.

use std::net::SocketAddr;
use std::sync::Arc;

use acd_config::{AuthConfig, FileConfig, ServerConfig, TlsConfig, parse_tenant};
use acd_server::server::{Addresses, Credentials, Listeners, Options, Server, ServerError};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::transport::Endpoint;

use super::{Clients, in_time};

/// The tenant that every server under test has.
pub(crate) const TENANT: &str = "bank";
/// Another one, of which nobody who is there for the first may know anything.
pub(crate) const OTHER_TENANT: &str = "shop";

/// Two queues, three agents, two adapters.
pub(crate) const DOCUMENT: &str = r#"
skills = ["german", "loans"]
adapters = ["pbx", "sip"]

[queues.sales]
service_level_goal = 80
ring = "10m"
wrap_up = "10m"
max_length = 3
recording = "on_request"

[queues.loans]
requirement = "loans >= 5"

[agents.anna]
queues = ["sales"]
skills = { german = 8 }

[agents.bert]
queues = ["sales", "loans"]

[agents.carl]
queues = ["loans"]
skills = { loans = 9 }
"#;

/// A server that stops when it is dropped.
pub(crate) struct TestServer {
    server: Server,
    addresses: Addresses,
    journal: TempDir,
    config: ServerConfig,
}

impl TestServer {
    /// A server with the tenants [`TENANT`] and [`OTHER_TENANT`].
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with TLS, tokens or both.
    pub(crate) async fn secured(tls: Option<TlsConfig>, auth: Option<AuthConfig>) -> Self {
        Self::with(|config| (config.tls, config.auth) = (tls, auth)).await
    }

    /// The same with another configuration of the server.
    pub(crate) async fn with(change: impl FnOnce(&mut ServerConfig)) -> Self {
        let journal = tempfile::tempdir().expect("a directory");
        let mut config = None;
        let noted = |server: &mut ServerConfig| {
            change(server);
            config = Some(server.clone());
        };
        let started = Self::try_start(journal.path(), noted).await;
        let (server, addresses) = started.expect("a server");
        Self {
            server,
            addresses,
            journal,
            config: config.expect("a configuration"),
        }
    }

    /// Stops the server in order, and starts another one on its journal.
    pub(crate) async fn restart(self) -> Self {
        let Self {
            server,
            journal,
            config,
            ..
        } = self;
        let stopped = in_time("an orderly stop", server.shutdown()).await;
        stopped.expect("an orderly stop");
        let same = |server: &mut ServerConfig| *server = config.clone();
        let started = Self::try_start(journal.path(), same).await;
        let (server, addresses) = started.expect("a server");
        Self {
            server,
            addresses,
            journal,
            config,
        }
    }

    pub(crate) async fn try_start(
        data_dir: &std::path::Path,
        change: impl FnOnce(&mut ServerConfig),
    ) -> Result<(Server, Addresses), ServerError> {
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = ServerConfig {
            listen: any_port,
            metrics_listen: any_port,
            data_dir: data_dir.to_owned(),
            // What is about it asks for it.
            history: None,
            ..ServerConfig::default()
        };
        change(&mut server);
        let tenant = parse_tenant(DOCUMENT, "document").expect("a valid document");
        let tenants = vec![
            (TENANT.into(), tenant.clone()),
            (OTHER_TENANT.into(), tenant),
        ];
        let options = Options::new(FileConfig { server, tenants }, "acd.toml");
        let listeners = Listeners::bind(&options).await?;
        let addresses = listeners.addresses()?;
        Ok((Server::start(options, listeners).await?, addresses))
    }

    /// Its data directory.
    pub(crate) fn directory(&self) -> &std::path::Path {
        self.journal.path()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.addresses.grpc
    }

    /// Where the metrics are.
    pub(crate) fn metrics_address(&self) -> SocketAddr {
        self.addresses.metrics
    }

    /// Its certificates and keys.
    pub(crate) fn credentials(&self) -> Arc<Credentials> {
        self.server.credentials()
    }

    /// Clients in plain text and without a token, over a connection of their own.
    pub(crate) async fn clients(&self) -> Clients {
        let endpoint =
            Endpoint::from_shared(format!("http://{}", self.address())).expect("an address");
        Clients::connect(TENANT, endpoint, None).await
    }

    /// The same, whose streams take this many bytes from the server that were not read.
    pub(crate) async fn clients_with_window(&self, bytes: u32) -> Clients {
        let endpoint =
            Endpoint::from_shared(format!("http://{}", self.address())).expect("an address");
        Clients::connect(TENANT, endpoint.initial_stream_window_size(bytes), None).await
    }

    /// A connection for clients of any kind.
    pub(crate) async fn channel(&self) -> tonic::transport::Channel {
        self.clients().await.channel
    }

    /// What Prometheus would scrape.
    pub(crate) async fn scrape(&self) -> String {
        self.fetch("/metrics").await.1
    }

    /// What the metrics listener answers: the status line and the body.
    pub(crate) async fn fetch(&self, path: &str) -> (String, String) {
        let exchange = async {
            let mut stream = TcpStream::connect(self.addresses.metrics).await?;
            let request = format!("GET {path} HTTP/1.1\r\nHost: acd\r\nConnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await?;
            std::io::Result::Ok(answer)
        };
        let answer = in_time(path, exchange).await.expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        (
            head.lines().next().unwrap_or_default().to_owned(),
            body.to_owned(),
        )
    }

    /// Stops the server in order.
    pub(crate) async fn shutdown(self) {
        self.stop().await;
    }

    /// Stops the server in order, and leaves its files for as long as what is returned is there.
    pub(crate) async fn stop(self) -> TempDir {
        let stopped = in_time("an orderly stop", self.server.shutdown()).await;
        stopped.expect("an orderly stop");
        self.journal
    }
}
