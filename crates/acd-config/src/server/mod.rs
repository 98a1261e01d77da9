//! The server's own part of the file, `[server]`: addresses, storage, limits, security, log.

mod exposure;
pub(crate) mod read;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

pub use exposure::{console_exposure_problem, exposure_problem};

/// How the server runs. [`ServerConfig::default`] is what an empty file means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// Where the gRPC services listen.
    pub listen: SocketAddr,
    /// Where Prometheus fetches `/metrics` (plain HTTP).
    pub metrics_listen: SocketAddr,
    /// Where the journals are kept. A relative path in the file counts from the file's directory.
    pub data_dir: PathBuf,
    /// Threads that decide; each owns its share of the tenants.
    pub shards: u16,
    /// Events of a tenant since its last snapshot after which the next one is written.
    pub snapshot_every: u64,
    /// How long events are kept in the journal once snapshots hold their effect.
    pub keep_journal: Duration,
    /// How many bytes of events all shards keep together; none: as many as come in [`ServerConfig::keep_journal`].
    pub keep_journal_bytes: Option<u64>,
    /// How long a stop waits for clients to leave before it cuts them off.
    pub drain_timeout: Duration,
    /// How often certificates and keys are read again.
    pub reload_interval: Duration,
    /// How much of everything one process may use.
    pub limits: ServerLimits,
    /// Encryption; none: plain text.
    pub tls: Option<TlsConfig>,
    /// Who may call; none: everybody may do everything.
    pub auth: Option<AuthConfig>,
    /// Which pages may call from a browser; none: HTTP/2 and gRPC only.
    pub web: Option<WebConfig>,
    /// The web console; none: there is none.
    pub console: Option<ConsoleConfig>,
    /// What is logged and how.
    pub log: LogConfig,
    /// Where traces of contacts are sent; none: nowhere.
    pub traces: Option<TracesConfig>,
    /// Where the journal becomes rows; none: nowhere.
    pub history: Option<HistoryConfig>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Self {
            listen: SocketAddr::new(loopback, 7400),
            metrics_listen: SocketAddr::new(loopback, 7401),
            data_dir: PathBuf::from("data"),
            shards: 1,
            snapshot_every: 40_000,
            keep_journal: Duration::from_hours(7 * 24),
            keep_journal_bytes: None,
            drain_timeout: Duration::from_secs(30),
            reload_interval: Duration::from_secs(10),
            limits: ServerLimits::default(),
            tls: None,
            auth: None,
            web: None,
            console: None,
            log: LogConfig::default(),
            traces: None,
            history: Some(HistoryConfig::default()),
        }
    }
}

/// How much of everything one process may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerLimits {
    /// Commands that wait in one shard's mailbox; more are answered *busy*.
    pub mailbox: u32,
    /// How many of those places are kept for ends, answers and accepts, so that new contacts are refused first.
    pub mailbox_reserve: u32,
    /// Commands that are decided and written together.
    pub batch: u32,
    /// Bytes of one message, received or sent.
    pub message_bytes: u32,
    /// Bytes of messages that have begun to come and are not whole, of all callers together; one caller may have no more
    /// of them than are left.
    pub request_bytes: u32,
    /// Connections at the same time.
    pub connections: u32,
    /// Of those, how many from one address (of IPv6: from one network of 64 bits).
    pub connections_per_address: u32,
    /// How long a connection may take until it has said what it wants: TLS and the begin of HTTP/2, or the head of an
    /// HTTP request for metrics.
    pub handshake_timeout: Duration,
    /// Calls of one caller in a second, on average; opening a stream is a call, and so is an event of an adapter's
    /// stream. Only callers with a token are counted.
    pub calls_per_second: u32,
    /// Calls that a caller who was quiet may make at once.
    pub calls_burst: u32,
    /// Calls and streams at the same time on one connection.
    pub streams_per_connection: u32,
    /// Subscriptions (agents, adapters, supervisors) of one tenant at the same time.
    pub streams_per_tenant: u32,
    /// Messages that wait for one slow reader before its state is coalesced or it is told to resync.
    pub stream_buffer: u32,
    /// Bytes that may wait for the readers of all streams; beyond it slow watchers are told to resync and cut off.
    pub stream_bytes: u32,
    /// Of those, how many for one tenant.
    pub stream_bytes_per_tenant: u32,
    /// Events of a tenant kept at hand so that a stream can resume; an older token gets a fresh snapshot.
    pub resume_events: u32,
    /// How often a quiet stream carries a heartbeat with the last sequence.
    pub heartbeat: Duration,
    /// How often a quiet connection is asked whether it is alive.
    pub keepalive_interval: Duration,
    /// How long the answer to that may take before the connection is closed.
    pub keepalive_timeout: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            mailbox: 8_192,
            mailbox_reserve: 1_024,
            batch: 1_024,
            message_bytes: 4 * 1_024 * 1_024,
            request_bytes: 64 * 1_024 * 1_024,
            connections: 10_000,
            connections_per_address: 4_096,
            handshake_timeout: Duration::from_secs(10),
            calls_per_second: 2_000,
            calls_burst: 5_000,
            streams_per_connection: 1_024,
            streams_per_tenant: 50_000,
            stream_buffer: 1_024,
            stream_bytes: 512 * 1_024 * 1_024,
            stream_bytes_per_tenant: 128 * 1_024 * 1_024,
            resume_events: 100_000,
            heartbeat: Duration::from_secs(5),
            keepalive_interval: Duration::from_secs(20),
            keepalive_timeout: Duration::from_secs(10),
        }
    }
}

/// Encryption of the gRPC services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsConfig {
    /// PEM file with the server's certificate chain.
    pub cert: PathBuf,
    /// PEM file with its private key.
    pub key: PathBuf,
    /// PEM file with the authorities that sign client certificates. If given, a client must show one (mutual TLS).
    pub client_ca: Option<PathBuf>,
}

/// Bearer tokens (JWT).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthConfig {
    /// How tokens are signed; a token signed otherwise is refused.
    pub algorithm: JwtAlgorithm,
    /// What verifies them.
    pub keys: KeyFile,
    /// The `aud` a token must carry.
    pub audience: String,
    /// The `iss` a token must carry; none: any.
    pub issuer: Option<String>,
    /// The claim that holds the caller's role.
    pub role_claim: String,
    /// The claim that holds the tenant (a name, a list of names, or `*`) the caller may act for.
    pub tenant_claim: String,
    /// How far the clocks of issuer and server may differ when a token's times are judged.
    pub leeway: Duration,
}

/// Where the keys are that verify tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFile {
    /// One key: for HS256 a file whose bytes are the secret, else a PEM file with the public key.
    One(PathBuf),
    /// A JWK Set: several keys, of which a token names one by its `kid`.
    Set(PathBuf),
}

/// How tokens are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwtAlgorithm {
    /// HMAC with SHA-256 and a shared secret.
    Hs256,
    /// RSA (PKCS#1 v1.5) with SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl JwtAlgorithm {
    /// Every algorithm.
    pub const ALL: [JwtAlgorithm; 4] = [
        JwtAlgorithm::Hs256,
        JwtAlgorithm::Rs256,
        JwtAlgorithm::Es256,
        JwtAlgorithm::EdDsa,
    ];

    /// The name in the file and in a token's `alg`.
    pub fn as_str(self) -> &'static str {
        match self {
            JwtAlgorithm::Hs256 => "HS256",
            JwtAlgorithm::Rs256 => "RS256",
            JwtAlgorithm::Es256 => "ES256",
            JwtAlgorithm::EdDsa => "EdDSA",
        }
    }
}

/// Calls from browsers: gRPC-Web.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebConfig {
    /// Where the pages come from that may call, as a browser names it: `https://crm.example`.
    pub origins: Vec<String>,
}

/// The web console, in the server's process or in one of its own. It is encrypted with the server's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleConfig {
    /// Where browsers reach it.
    pub listen: SocketAddr,
    /// Where Prometheus fetches what it counts (plain HTTP); none: nowhere.
    pub metrics_listen: Option<SocketAddr>,
    /// The address that people know, e.g. `https://acd.example`, where it is another: behind a proxy, by name.
    pub public_url: Option<String>,
    /// The file of the key that seals sessions; made where it is missing.
    pub key_file: PathBuf,
    /// Origins whose pages may show the desk in a frame.
    pub embed_origins: Vec<String>,
    /// Connections at the same time.
    pub connections: u32,
    /// Open pages at the same time.
    pub streams: u32,
    /// Signing in at an issuer; none: with a token that is pasted.
    pub oidc: Option<OidcConfig>,
}

impl ConsoleConfig {
    /// The port where none is named.
    pub const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7402);
    /// An example of an address for Prometheus.
    pub(crate) const METRICS_LISTEN: SocketAddr =
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7403);
    /// The name of the key's file in the data directory.
    pub const KEY_FILE: &str = "console.key";
    /// Connections at the same time, if nothing else is asked for.
    pub const CONNECTIONS: u32 = 20_000;
    /// Open pages at the same time, if nothing else is asked for.
    pub const STREAMS: u32 = 10_000;

    /// The console that an empty table means, with its key below this folder.
    #[must_use]
    pub fn new(data_dir: &std::path::Path) -> Self {
        Self {
            listen: Self::LISTEN,
            metrics_listen: None,
            public_url: None,
            key_file: data_dir.join(Self::KEY_FILE),
            embed_origins: Vec::new(),
            connections: Self::CONNECTIONS,
            streams: Self::STREAMS,
            oidc: None,
        }
    }

    /// Whether only this machine reaches it: it listens on loopback, and people know it by no other address, at which a
    /// proxy would take them to it.
    #[must_use]
    pub fn is_of_this_machine(&self) -> bool {
        let host = self.public_url.as_deref().map(|url| {
            let host = url.split_once("://").map_or(url, |(_, rest)| rest);
            match host.strip_prefix('[') {
                Some(rest) => rest.split(']').next().unwrap_or(rest),
                None => host.split(':').next().unwrap_or(host),
            }
        });
        let is_loopback = |host: &str| {
            let address = host.parse::<IpAddr>();
            host == "localhost" || address.is_ok_and(|address| address.is_loopback())
        };
        self.listen.ip().is_loopback() && host.is_none_or(is_loopback)
    }
}

/// Signing in at an issuer, by OpenID Connect's code flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcConfig {
    /// What people call it: "Continue with NAME".
    pub name: String,
    /// Its address, as it stands in its tokens.
    pub issuer: String,
    /// The console's name there.
    pub client_id: String,
    /// The file with the console's secret there; none: it has none.
    pub client_secret_file: Option<PathBuf>,
    /// What is asked for besides `openid`.
    pub scopes: Vec<String>,
    /// Which of its tokens the engine is shown.
    pub token: OidcToken,
    /// PEM file with the authority that signed its certificate; none: the usual ones.
    pub ca: Option<PathBuf>,
}

/// Which token of an issuer the engine is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OidcToken {
    /// The id token: its audience is the console.
    Id,
    /// The access token: its audience is the engine.
    Access,
}

impl OidcToken {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Id, Self::Access];

    /// The name in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Access => "access",
        }
    }
}

/// What is logged and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// One line of text or one JSON object per entry.
    pub format: LogFormat,
    /// What passes, in the syntax of `tracing`'s `EnvFilter`: `info`, `warn,acd=debug`.
    pub filter: String,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            format: LogFormat::Text,
            filter: "info".to_owned(),
        }
    }
}

/// The shape of a log entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// A JSON object for machines.
    Json,
}

impl LogFormat {
    /// Every format.
    pub const ALL: [LogFormat; 2] = [LogFormat::Text, LogFormat::Json];

    /// The name in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        }
    }
}

/// Where what happened is kept as rows that people and programs can ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryConfig {
    /// The store.
    pub store: HistoryStore,
    /// For how long events that the store has not taken are kept in the journal.
    pub keep_back: Duration,
}

/// A store of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryStore {
    /// A SQLite file in the data directory: [`HistoryConfig::FILE`].
    Sqlite,
    /// A PostgreSQL server.
    Postgres {
        /// Where it is, and as whom, without a password.
        url: String,
        /// The file that holds the password; none: it asks for none.
        password_file: Option<PathBuf>,
    },
}

impl HistoryConfig {
    /// The name of the SQLite file in the data directory.
    pub const FILE: &str = "history.db";
}

impl Default for HistoryConfig {
    fn default() -> Self {
        Self {
            store: HistoryStore::Sqlite,
            keep_back: Duration::from_hours(7 * 24),
        }
    }
}

/// Traces of contacts, sent to a collector in the protocol of OpenTelemetry (OTLP over gRPC).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracesConfig {
    /// The collector's address: `http://HOST:PORT`, or `https://` where it encrypts.
    pub endpoint: String,
    /// Of how many contacts in a thousand a trace is sent.
    pub sample_thousandths: u32,
    /// What the server is called in traces.
    pub service_name: String,
    /// File of the headers that the collector wants to see; none: it wants none.
    pub headers_file: Option<PathBuf>,
    /// PEM file with the authorities that may have signed the collector's certificate; given with `https://`.
    pub ca: Option<PathBuf>,
    /// How long the collector may take to accept what it is sent.
    pub timeout: Duration,
    /// Spans that wait to be sent; more are dropped and counted.
    pub backlog: u32,
}

impl TracesConfig {
    /// Of how many contacts in a thousand a trace is sent, if nothing else is asked for.
    pub const SAMPLE_THOUSANDTHS: u32 = 10;
    /// What the server is called, if nothing else is asked for.
    pub const SERVICE_NAME: &str = "acd";
    /// How long the collector may take, if nothing else is asked for.
    pub const TIMEOUT: Duration = Duration::from_secs(10);
    /// Spans that wait, if nothing else is asked for: some seconds of a busy centre, and a few MiB.
    pub const BACKLOG: u32 = 16_384;

    /// What a table means that names no more than its collector.
    #[must_use]
    pub fn new(endpoint: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
            sample_thousandths: Self::SAMPLE_THOUSANDTHS,
            service_name: Self::SERVICE_NAME.to_owned(),
            headers_file: None,
            ca: None,
            timeout: Self::TIMEOUT,
            backlog: Self::BACKLOG,
        }
    }
}
