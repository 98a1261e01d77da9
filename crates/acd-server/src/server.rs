//! The whole server: journal, shards, gRPC services and metrics, from start to an orderly stop.

mod admission;
mod connections;
mod history;
mod journal;
mod listen;
mod probes;
mod reload;
mod seed;
#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use acd_config::{FileConfig, Problem, ServerConfig};
use acd_journal::{DataDir, DataDirError, OpenError};
use acd_proto::v1::adapter_service_server::SERVICE_NAME as ADAPTER_SERVICE;
use acd_proto::v1::agent_service_server::SERVICE_NAME as AGENT_SERVICE;
use acd_proto::v1::config_service_server::SERVICE_NAME as CONFIG_SERVICE;
use acd_proto::v1::history_service_server::SERVICE_NAME as HISTORY_SERVICE;
use acd_proto::v1::quality_service_server::SERVICE_NAME as QUALITY_SERVICE;
use acd_proto::v1::supervisor_service_server::SERVICE_NAME as SUPERVISOR_SERVICE;
use acd_proto::v1::token_service_server::SERVICE_NAME as TOKEN_SERVICE;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, timeout_at};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;
use tracing::{info, warn};

use crate::auth::{Gate, KeyError, Lifetimes, Rates, TlsError};
use crate::metrics::{self, Metrics, Scraper};
use crate::service::{HistoryReaders, Services};
use crate::tasks::Tasks;
use acd_shard::clock::{MachineTime, TimeSource};
use acd_shard::stream::Live;
use acd_shard::{Setup, ShardError, Shards};
use acd_traces::{Backlog, Tracing};
use admission::Admission;
use connections::Doors;
use history::Recording;

pub use listen::{Addresses, Connector, Listener, Listeners};
pub use reload::{Credentials, ReloadError};
pub use seed::{Conflict, Precedence, SeedError, seed};

/// How long a call may take until its answer begins; streams may last after that.
const CALL_TIMEOUT: Duration = Duration::from_secs(60);
/// Longest headers of one call: a bearer token and a little more.
const HEADERS_MAX_BYTES: u32 = 64 * 1_024;
/// Bytes of one connection, and of one call, that may come before they are taken: a slow connection far away still has
/// 5 MB/s at 50 ms, and ten thousand that fill theirs hold 2.5 GB.
const WINDOW_BYTES: u32 = 256 * 1_024;
/// The most streams of a tenant that the log names when a stop cuts them off.
const LEFT_MAX: usize = 20;
/// How often samples of histograms are moved into their buckets when nobody scrapes; they would pile up otherwise.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// What is to be served and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The configuration file's content.
    pub config: FileConfig,
    /// The configuration file's name, for messages.
    pub config_file: String,
    /// Serve beyond loopback even without TLS and bearer tokens.
    pub insecure: bool,
    /// What holds where file and journal differ and both were changed.
    pub precedence: Precedence,
    /// What time is read from.
    pub time: Arc<dyn TimeSource>,
    /// Of which contacts traces are told, and where; none: of none.
    pub traces: Option<Tracing>,
}

impl Options {
    /// This configuration from a file of this name, by the clocks of the machine: not beyond loopback unprotected, and
    /// refused if file and journal were both changed.
    pub fn new(config: FileConfig, config_file: impl Into<String>) -> Self {
        Self {
            config,
            config_file: config_file.into(),
            insecure: false,
            precedence: Precedence::default(),
            time: Arc::new(MachineTime::new()),
            traces: None,
        }
    }
}

/// Why the server cannot start, or had to stop.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Anyone on the network could command it.
    #[error("{0}")]
    Exposed(Box<Problem>),
    /// It cannot listen.
    #[error(
        "{key}: cannot listen on {address}: {source}; give another address, or stop what uses it"
    )]
    Listen {
        /// The configuration key.
        key: &'static str,
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The data directory cannot be used.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// A journal cannot be opened.
    #[error(transparent)]
    Journal(#[from] OpenError),
    /// A shard cannot start, or had to stop.
    #[error(transparent)]
    Shard(#[from] Arc<ShardError>),
    /// The configuration of a tenant cannot be brought into force.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// TLS cannot be switched on.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The key that verifies tokens cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The stop took too long.
    #[error(
        "stopped after {timeout:?} (server.drain_timeout) although the journal had not taken the last batch; nothing of it \
         was acknowledged. Look at the disk before the next start"
    )]
    NotDrained {
        /// How long it waited.
        timeout: Duration,
    },
    /// A service failed.
    #[error("the gRPC services failed: {0}")]
    Transport(#[from] tonic::transport::Error),
    /// The address of a listener cannot be told.
    #[error("the address of a listener cannot be told: {0}")]
    Address(io::Error),
    /// There is no room for the threads that answer scrapes.
    #[error("cannot start the threads that answer scrapes: {0}; raise the limit of threads")]
    Scraper(io::Error),
    /// There is no room for the threads of the history.
    #[error("cannot start the threads of the history: {0}; raise the limit of threads")]
    History(io::Error),
    /// A defect of the program.
    #[error("a task of the server ended on a defect: {0}")]
    Defect(#[from] tokio::task::JoinError),
}

/// A running server. Dropping it without [`Server::shutdown`] is a stop without order, as a kill would be: what was
/// acknowledged is in the journal.
#[derive(Debug)]
pub struct Server {
    shards: Shards,
    health: HealthReporter,
    drain_timeout: Duration,
    /// Ends the listeners and lets connections finish.
    stop: CancellationToken,
    /// Ends connections that are silent: everything has been told.
    told: CancellationToken,
    credentials: Arc<Credentials>,
    connector: Connector,
    /// What serves; all of it ends after the stop.
    serving: JoinSet<Result<(), tonic::transport::Error>>,
    /// What fills the streams.
    streams: Tasks,
    /// What brings the journals into the history; none: nothing does.
    history: Option<Recording>,
    /// Locked until every log is closed.
    _data_dir: DataDir,
}

impl Server {
    /// Starts the server: recovers the journal, brings the file's configuration into force, and serves what comes in.
    ///
    /// # Errors
    /// [`ServerError`].
    pub async fn start<L: Listener>(
        options: Options,
        listeners: Listeners<L>,
    ) -> Result<Self, ServerError> {
        let config = &options.config.server;
        let metrics = Metrics::new(&config.limits);
        let credentials = Arc::new(Credentials::load(config, metrics.clone())?);
        let (data_dir, shards, journals) = start_shards(&options, metrics.clone()).await?;
        let behind_ms = shards.clock().wall_clock_behind_ms();
        metrics.clock_was_behind(Duration::from_millis(behind_ms.unsigned_abs()));
        if let Err(error) = seed(&shards, &options).await {
            // The journal is closed before anybody hears of it and starts again. What was decided is durable.
            let _ = shards.drain().await;
            return Err(error.into());
        }

        let (history, readers) = match &config.history {
            Some(history) => {
                let (clock, dir) = (shards.clock().clone(), config.data_dir.as_path());
                let begun = Recording::begin(history, dir, journals, &metrics, clock);
                let recording = begun.map_err(ServerError::History)?;
                let readers = HistoryReaders::new(history, dir, &metrics);
                let readers = readers.map_err(ServerError::History)?;
                (Some(recording), readers)
            }
            None => (None, HistoryReaders::none()),
        };
        let rates = Rates::new(&config.limits, options.time.clone());
        let gate = Gate::new(
            credentials.authenticator(),
            rates.clone(),
            config.limits.request_bytes,
            metrics.refused_calls(),
            shards.clock().clone(),
        );
        let streams = Tasks::default();
        let services = Services {
            shards: shards.clone(),
            tasks: streams.clone(),
            limits: config.limits.clone(),
            web: config.web.clone(),
            gate: Arc::new(gate),
            lifetimes: Lifetimes::new(shards.clock().clone()),
            metrics: metrics.clone(),
            history: readers,
        };
        let (routes, health) = services.routes().await;
        let (stop, told) = (CancellationToken::new(), CancellationToken::new());
        let limits = &config.limits;
        let doors = Doors {
            admission: Admission::new(
                limits.connections as usize,
                limits.connections_per_address as usize,
            ),
            handshake_timeout: limits.handshake_timeout,
            browsers: config.web.is_some(),
            certificates: credentials.certificates(),
            turned: metrics.turned(),
            accept_failures: Arc::default(),
            stop: stop.clone(),
            told: told.clone(),
        };
        let probe_doors = Doors {
            admission: Admission::new(probes::CONNECTIONS_MAX, probes::CONNECTIONS_PER_ADDRESS_MAX),
            certificates: None,
            ..doors.clone()
        };
        let (connector, pipes) = listen::pipes();
        let connections = limits.connections as usize;
        let pipe_doors = Doors {
            admission: Admission::new(connections, connections),
            certificates: None,
            ..doors.clone()
        };
        let mut serving = JoinSet::new();
        serving.spawn(serve_grpc(config, pipes, routes.clone(), pipe_doors));
        serving.spawn(serve_grpc(config, listeners.grpc, routes, doors));
        let keep_up = credentials.clone().keep_up(config.reload_interval);
        let keep_up = stop.clone().run_until_cancelled_owned(keep_up);
        serving.spawn(async {
            keep_up.await;
            Ok(())
        });
        let scraper = Scraper::new(shards.clone(), metrics.clone(), Some(data_dir.disk()));
        let scraper = scraper.map_err(ServerError::Scraper)?;
        let backlog = options.traces.map(|tracing| tracing.backlog);
        let probes = probes::serve(listeners.metrics, metrics::routes(scraper), probe_doors);
        serving.spawn(async {
            tokio::select! {
                () = probes => Ok(()),
                () = upkeep(metrics, rates, backlog) => Ok(()),
            }
        });
        info!("serving");
        Ok(Self {
            shards,
            health,
            drain_timeout: config.drain_timeout,
            stop,
            told,
            credentials,
            connector,
            serving,
            streams,
            history,
            _data_dir: data_dir,
        })
    }

    /// The shards, for what runs in the same process.
    pub fn shards(&self) -> &Shards {
        &self.shards
    }

    /// Makes connections to its services for what runs in the same process; callers show the same tokens as any other.
    pub fn connector(&self) -> Connector {
        self.connector.clone()
    }

    /// The certificates and keys, to be read again when somebody says so.
    pub fn credentials(&self) -> Arc<Credentials> {
        self.credentials.clone()
    }

    /// Serves until `stop` completes, then stops in order.
    ///
    /// # Errors
    /// [`ServerError`] if the server had to stop by itself.
    pub async fn run(mut self, stop: impl Future<Output = ()>) -> Result<(), ServerError> {
        tokio::select! {
            () = stop => info!("stopping"),
            error = self.failed() => {
                if matches!(error, ServerError::Shard(_)) {
                    // The other shards can stop in order, and clients be told.
                    let _ = self.shutdown().await;
                }
                return Err(error);
            }
        }
        self.shutdown().await
    }

    /// Completes when the server cannot go on.
    pub async fn failed(&mut self) -> ServerError {
        loop {
            tokio::select! {
                error = self.shards.failed() => return ServerError::Shard(error),
                Some(ended) = self.serving.join_next() => match ended {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => return ServerError::Transport(error),
                    Err(error) => return ServerError::Defect(error),
                },
            }
        }
    }

    /// Stops in order: says so to health checks, takes no new connections or calls, has everything decided made
    /// durable, tells the streams, writes the snapshots that the next start needs, and waits for connections and streams
    /// to close. All of it takes at most the drain time-out.
    ///
    /// # Errors
    /// [`ServerError::Shard`] or [`ServerError::NotDrained`] if not everything decided became durable; nothing of the
    /// rest was acknowledged.
    pub async fn shutdown(mut self) -> Result<(), ServerError> {
        for service in [
            "",
            ADAPTER_SERVICE,
            AGENT_SERVICE,
            SUPERVISOR_SERVICE,
            CONFIG_SERVICE,
            HISTORY_SERVICE,
            QUALITY_SERVICE,
            TOKEN_SERVICE,
        ] {
            let status = ServingStatus::NotServing;
            self.health.set_service_status(service, status).await;
        }
        self.stop.cancel();
        let until = Instant::now() + self.drain_timeout;
        match timeout_at(until, self.shards.drain()).await {
            Ok(drained) => drained?,
            Err(_) => {
                self.tell_who_is_left();
                let timeout = self.drain_timeout;
                return Err(ServerError::NotDrained { timeout });
            }
        }
        self.told.cancel();
        let ended = async {
            while self.serving.join_next().await.is_some() {}
            self.streams.ended().await;
        };
        match timeout_at(until, ended).await {
            Ok(()) => info!("stopped"),
            Err(_) => {
                self.tell_who_is_left();
                warn!(
                    timeout = ?self.drain_timeout,
                    "stopped with connections still open: the drain time-out passed"
                );
            }
        }
        if let Some(history) = self.history.take() {
            // A store that hangs may take its time-out.
            tokio::task::spawn_blocking(move || drop(history)).await?;
        }
        Ok(())
    }

    /// Tells the log whose streams have not ended.
    fn tell_who_is_left(&self) {
        let now = self.shards.clock().now();
        for (tenant, left) in self.shards.live() {
            let count = left.len();
            for Live {
                reader,
                connection,
                since,
            } in left.into_iter().take(LEFT_MAX)
            {
                let connection = connection.map(|connection| connection.0);
                let open_ms = now - since;
                warn!(%tenant, ?reader, connection, open_ms, "a stream has not ended");
            }
            if count > LEFT_MAX {
                warn!(%tenant, streams = count - LEFT_MAX, "more streams have not ended");
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.streams.abort();
    }
}

/// Moves samples of histograms into their buckets and forgets idle callers, again and again, until it is dropped.
async fn upkeep(metrics: Arc<Metrics>, rates: Rates, backlog: Option<Backlog>) {
    let mut ticks = interval(UPKEEP_INTERVAL);
    loop {
        ticks.tick().await;
        metrics.upkeep();
        rates.forget_idle();
        metrics.rated_callers(rates.callers());
        if let Some(backlog) = &backlog {
            metrics.dropped_spans(backlog.dropped());
        }
    }
}

/// Opens the journal and recovers. It blocks for as long as the journal is long.
async fn start_shards(
    options: &Options,
    metrics: Arc<Metrics>,
) -> Result<(DataDir, Shards, Vec<history::Journal>), ServerError> {
    let config = options.config.server.clone();
    let shard_options = acd_shard::Options {
        time: options.time.clone(),
        traces: options.traces.clone(),
        ..acd_shard::Options::new(&config)
    };
    let started = tokio::task::spawn_blocking(move || {
        let (data_dir, logs) = journal::open(&config)?;
        let setups = (0..).zip(logs);
        let setups = setups.map(|(number, log)| Setup::new(log, metrics.shard(number)));
        let setups: Vec<Setup> = setups.collect();
        let mut journals = Vec::new();
        if config.history.is_some() {
            for (shard, setup) in setups.iter().enumerate() {
                let journal = history::Journal::of(&*setup.log, &setup.retention)
                    .map_err(|source| Arc::new(ShardError::Log { shard, source }))?;
                journals.push(journal);
            }
        }
        let shards = Shards::start(setups, &shard_options);
        Ok((data_dir, shards.map_err(Arc::new)?, journals))
    });
    started.await?
}

/// The gRPC server with all its limits, as a task to spawn.
fn serve_grpc<L: Listener>(
    config: &ServerConfig,
    listener: L,
    routes: Routes,
    doors: Doors,
) -> impl Future<Output = Result<(), tonic::transport::Error>> + use<L> {
    let limits = &config.limits;
    let mut builder = tonic::transport::Server::builder()
        .http2_keepalive_interval(Some(limits.keepalive_interval))
        .http2_keepalive_timeout(Some(limits.keepalive_timeout))
        .http2_max_header_list_size(HEADERS_MAX_BYTES)
        .initial_connection_window_size(WINDOW_BYTES)
        .initial_stream_window_size(WINDOW_BYTES)
        .max_concurrent_streams(limits.streams_per_connection)
        .accept_http1(config.web.is_some())
        .timeout(CALL_TIMEOUT);
    let stop = doors.stop.clone().cancelled_owned();
    let (accepting, incoming) = connections::accept(listener, doors);
    let serving = builder
        .add_routes(routes)
        .serve_with_incoming_shutdown(incoming, stop);
    async move {
        let accepting = async {
            accepting.await;
            std::future::pending().await
        };
        tokio::select! {
            served = serving => served,
            () = accepting => Ok(()),
        }
    }
}
