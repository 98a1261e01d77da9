//! The glue: connections to the engine and to each Asterisk, and the switchboard between them.

mod engine;
mod lanes;
mod metrics;
mod servers;
mod watch;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use acd_client::adapter::Status;
use acd_client::{AdapterSession, Endpoint, Error, adapter, endpoint};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch as value};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::ari::{Client, Event, Failure, Request};
use crate::options::{Engine, Options};
use crate::switchboard::{Output, Switchboard};

use engine::{Answered, Up};
use lanes::{Done, Lanes};
use metrics::Metrics;
use servers::FromServer;
use watch::Viewed;

/// Events of a server that wait to be looked at; beyond it the socket is read no faster.
const FROM_SERVERS: usize = 1_024;
/// Events for the engine that wait while it is away: some hours of a large centre.
const UP: usize = 262_144;
const ANSWERS: usize = 1_024;
const VIEWED: usize = 1_024;

/// Why the adapter ends.
#[derive(Debug, thiserror::Error)]
pub enum AdapterError {
    /// The engine does not want it.
    #[error(transparent)]
    Engine(#[from] Error),
    /// The options name something that cannot be used.
    #[error(transparent)]
    Asterisk(#[from] Failure),
    /// A file of the options cannot be read.
    #[error("{field}: cannot read {path}: {error}")]
    File {
        /// The key.
        field: &'static str,
        /// The file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// The address for metrics cannot be had.
    #[error("metrics_listen: {0}")]
    Listen(std::io::Error),
    /// Too much waits for an engine that is away.
    #[error(
        "the engine has been away for so long that {UP} events wait for it; start the adapter anew when it is back"
    )]
    TooFarBehind,
}

/// Runs the adapter until `stop`, or until it may not go on. Calls stay in Asterisk when it ends: whoever starts anew
/// takes them up.
///
/// # Errors
/// Why it may not go on.
pub async fn run(options: Options, stop: CancellationToken) -> Result<(), AdapterError> {
    let options = Arc::new(options);
    let endpoint = connect(&options.engine)?;
    let mut tasks = JoinSet::new();
    let (to_us, from_servers) = mpsc::channel(FROM_SERVERS);
    let mut clients = Vec::new();
    for (no, (name, server)) in options.servers.iter().enumerate() {
        let client = Client::new(server)?;
        clients.push((client.clone(), server.connections));
        tasks.spawn(servers::follow(
            no,
            name.clone(),
            server.clone(),
            client,
            to_us.clone(),
        ));
    }
    let (viewing, viewed) = mpsc::channel(VIEWED);
    if options.agents.watch {
        tasks.spawn(watch::follow(
            endpoint.clone(),
            options.engine.tenant.clone(),
            viewing,
        ));
    }
    let metrics = Metrics::new(options.servers.keys().map(String::as_str));
    let (ready, is_ready) = value::channel(false);
    if let Some(address) = options.metrics_listen {
        let listener = TcpListener::bind(address)
            .await
            .map_err(AdapterError::Listen)?;
        let routes = metrics::routes(metrics.exposed(), is_ready);
        tasks.spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::error!(%error, "metrics are not served any more");
            }
        });
    }
    let mut adapter = Adapter {
        switchboard: Switchboard::new(options.clone(), now_ms()),
        lanes: Lanes::new(clients.iter().cloned()),
        clients: clients.into_iter().map(|(client, _)| client).collect(),
        devices: JoinSet::new(),
        metrics,
        ready,
        engine_there: false,
        servers_there: vec![false; options.servers.len()],
        from_servers,
        viewed,
    };
    loop {
        let session = AdapterSession::start(
            &endpoint,
            adapter::Options::new(&options.engine.tenant, &options.engine.adapter),
        );
        match adapter.serve(session, &stop).await {
            // The engine has another journal: what it knows comes with a new session, and its live list.
            Err(AdapterError::Engine(Error::JournalReplaced(why))) => {
                tracing::warn!(
                    why,
                    "the engine's journal was replaced; reporting all calls anew"
                );
            }
            ended => return ended,
        }
    }
}

/// Prepares the connections to the engine.
///
/// # Errors
/// What of the options cannot be used.
pub fn connect(engine: &Engine) -> Result<Endpoint, AdapterError> {
    let read = |field, path: &std::path::PathBuf| {
        std::fs::read(path).map_err(|error| AdapterError::File {
            field,
            path: path.display().to_string(),
            error,
        })
    };
    let mut options = endpoint::Options::new(&engine.url);
    options.token_file.clone_from(&engine.token_file);
    if let Some(ca) = &engine.ca {
        let identity = match (&engine.cert, &engine.key) {
            (Some(cert), Some(key)) => Some((read("engine.cert", cert)?, read("engine.key", key)?)),
            _ => None,
        };
        options.tls = Some(endpoint::Tls {
            ca_certificate: read("engine.ca", ca)?,
            identity,
            server_name: None,
        });
    }
    Ok(Endpoint::new(options)?)
}

/// The adapter while it runs.
struct Adapter {
    switchboard: Switchboard,
    lanes: Lanes,
    clients: Vec<Client>,
    /// Devices whose state is read after they were asked for.
    devices: JoinSet<Option<(usize, Event)>>,
    metrics: Metrics,
    ready: value::Sender<bool>,
    engine_there: bool,
    servers_there: Vec<bool>,
    from_servers: mpsc::Receiver<FromServer>,
    viewed: mpsc::Receiver<Viewed>,
}

impl Adapter {
    /// Serves one session.
    async fn serve(
        &mut self,
        mut session: AdapterSession,
        stop: &CancellationToken,
    ) -> Result<(), AdapterError> {
        let handle = session.handle().clone();
        let (up, to_submit) = mpsc::channel(UP);
        let (answer, mut answers) = mpsc::channel(ANSWERS);
        let mut submitting = JoinSet::new();
        submitting.spawn(engine::submit(handle.clone(), to_submit, answer));
        let mut status = handle.status();
        let mut listing = false;
        loop {
            let mut done = Vec::new();
            while let Some(output) = self.switchboard.next_output() {
                match output {
                    Output::Request {
                        server,
                        lane,
                        ticket,
                        request,
                    } => {
                        tracing::debug!(server, ?request, "asking Asterisk");
                        self.lanes.push(server, lane, ticket, request);
                    }
                    Output::Event { tag, event } => {
                        self.metrics.told();
                        tracing::debug!(?event, "telling the engine");
                        let sent = up.try_send(Up::Event(tag, Box::new(event)));
                        if let Err(mpsc::error::TrySendError::Full(_)) = sent {
                            return Err(AdapterError::TooFarBehind);
                        }
                    }
                    Output::Acknowledge(directive) => done.push(directive),
                }
            }
            if !done.is_empty() {
                handle.acknowledge(done).await?;
            }
            self.metrics.held(self.switchboard.held(), self.lanes.len());
            let may_list = !listing && self.switchboard.is_known();
            tokio::select! {
                // What the engine wants before what it says of events, as it sends them: a refusal must not overtake the
                // release that explains it.
                biased;
                () = stop.cancelled() => return Ok(()),
                directive = session.next_directive() => {
                    let directive = directive?;
                    self.metrics.directive();
                    tracing::debug!(?directive, "the engine wants");
                    self.switchboard.directive(directive, now_ms());
                }
                Some(answered) = answers.recv() => match answered {
                    Answered::Event(tag, Ok(())) => self.switchboard.applied(&tag),
                    Answered::Event(tag, Err(error)) => {
                        self.metrics.refused();
                        tracing::info!(?tag, %error, "the engine refused an event");
                        self.switchboard.refused(&tag, error.reason(), now_ms());
                    }
                    Answered::List(listed) => {
                        listing = false;
                        tracing::info!("the engine knows all calls");
                        for refusal in listed?.refusals {
                            self.switchboard.not_taken(&refusal, now_ms());
                        }
                    }
                },
                Some(from) = self.from_servers.recv() => self.heard(from),
                done = self.lanes.next() => self.done(done),
                due = handle.live_list_due(), if may_list => {
                    due?;
                    listing = true;
                    let list = self.switchboard.live_list();
                    tracing::info!(contacts = list.contacts.len(), "telling the engine all calls");
                    if up.try_send(Up::List(list)).is_err() {
                        return Err(AdapterError::TooFarBehind);
                    }
                }
                changed = status.changed() => {
                    if changed.is_ok() {
                        let is_there = matches!(*status.borrow_and_update(), Status::Connected { .. });
                        self.engine_is(is_there);
                    }
                }
                Some(Some(read)) = wait_for(&mut self.devices) => {
                    self.switchboard.event(read.0, read.1, now_ms());
                }
                Some(viewed) = self.viewed.recv() => match viewed {
                    Viewed::Agent(seen) => self.switchboard.agent_seen(&seen),
                    Viewed::Queue(seen) => self.switchboard.queue_seen(&seen),
                },
                () = until(self.switchboard.next_deadline_ms()) => self.switchboard.time(now_ms()),
            }
        }
    }

    fn heard(&mut self, from: FromServer) {
        match from {
            FromServer::Event(server, event) => {
                self.metrics.event(server);
                tracing::debug!(server, ?event, "Asterisk says");
                self.switchboard.event(server, *event, now_ms());
            }
            FromServer::Back(server, snapshot) => {
                tracing::info!(
                    server,
                    channels = snapshot.channels.len(),
                    "connected to Asterisk"
                );
                self.server_is(server, true);
                self.switchboard.server_back(server, &snapshot, now_ms());
            }
            FromServer::Away(server) => {
                self.server_is(server, false);
                self.switchboard.server_away(server, now_ms());
            }
        }
    }

    fn done(&mut self, done: Done) {
        self.metrics
            .request(done.server, done.took, done.result.is_ok());
        tracing::debug!(
            kind = done.request.kind(),
            took_us = done.took.as_micros(),
            is_done = done.result.is_ok(),
            "Asterisk has answered"
        );
        if let Err(failure) = &done.result {
            tracing::info!(kind = done.request.kind(), %failure, "a request to Asterisk failed");
        } else if let Request::Subscribe { sources, .. } = &done.request {
            // Asterisk tells changes only: how they are now must be read.
            for device in sources
                .iter()
                .filter_map(|source| source.strip_prefix("deviceState:"))
            {
                let (server, client, device) = (
                    done.server,
                    self.clients[done.server].clone(),
                    device.to_owned(),
                );
                self.devices.spawn(async move {
                    let device_state = client.device(&device).await.ok()?;
                    Some((server, Event::DeviceStateChanged { device_state }))
                });
            }
        }
        self.switchboard
            .answer(&done.ticket, done.result.is_ok(), now_ms());
    }

    fn engine_is(&mut self, is_there: bool) {
        if self.engine_there != is_there {
            tracing::info!("the engine is {}", if is_there { "there" } else { "away" });
        }
        self.engine_there = is_there;
        self.metrics.engine(is_there);
        self.switchboard.engine(is_there, now_ms());
        self.tell_ready();
    }

    fn server_is(&mut self, server: usize, is_there: bool) {
        self.servers_there[server] = is_there;
        self.metrics.server(server, is_there);
        self.tell_ready();
    }

    fn tell_ready(&self) {
        self.ready
            .send_replace(self.engine_there && self.servers_there.iter().all(|is_there| *is_there));
    }
}

/// The next result of a set; for as long as it is empty there is none.
async fn wait_for<T: 'static>(set: &mut JoinSet<T>) -> Option<T> {
    match set.join_next().await {
        Some(joined) => joined.ok(),
        None => std::future::pending().await,
    }
}

async fn until(deadline_ms: Option<i64>) {
    let Some(deadline_ms) = deadline_ms else {
        return std::future::pending().await;
    };
    let left = u64::try_from(deadline_ms.saturating_sub(now_ms())).unwrap_or(0);
    #[expect(
        clippy::disallowed_methods,
        reason = "time passing is the purpose: a deadline of the switchboard"
    )]
    tokio::time::sleep(Duration::from_millis(left)).await;
}

/// The clock of the adapter. Nothing the engine decides depends on it.
fn now_ms() -> i64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the adapter reads time"
    )]
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}
