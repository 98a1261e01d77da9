//! Sends the spans of traces to an OpenTelemetry collector, in OTLP over gRPC.
//!
//! The spans are whole when they come here ([`acd_traces`]): their ids, times and parents follow from durable events. So
//! nothing is instrumented and no SDK is at work, only the protocol's own messages.
//!
//! One thread gathers what waits, sends it, and gives way to all others. A collector that is down or slow costs spans and
//! nothing else: a batch is tried some times, what comes meanwhile waits in the bounded backlog, and what finds no room
//! there is dropped and counted.

mod headers;
mod message;
mod sender;

use std::path::PathBuf;
use std::thread::{self, JoinHandle};
use std::{fs, io};

use acd_config::TracesConfig;
use acd_traces::{Sampling, Tracing, Waiting, backlog};
use tokio_util::sync::CancellationToken;
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint};
use tracing::error;

use headers::Headers;
use sender::Sender;

/// Why no spans can be sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("{key}: cannot read {path}: {source}; check the path and its permissions")]
    File {
        /// The configuration key.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file of headers has a line that is none.
    #[error(
        "server.traces.headers_file: line {line} of {path} is no header; write each as \"name: value\" on a line of its own"
    )]
    Header {
        /// The file.
        path: PathBuf,
        /// The line, from 1. What stands there is a secret.
        line: usize,
    },
    /// The collector's address is none.
    #[error(
        "server.traces.endpoint: {endpoint:?} cannot be used: {reason}; write it as \"http://HOST:PORT\""
    )]
    Endpoint {
        /// The address.
        endpoint: String,
        /// Why not.
        reason: String,
    },
    /// The file of authorities is of no use.
    #[error(
        "server.traces.ca: {path} cannot be used: {reason}; give a PEM file with the authorities that may have signed \
         the collector's certificate"
    )]
    Authorities {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The thread cannot be started.
    #[error("cannot start the thread that sends spans: {0}")]
    Thread(io::Error),
}

/// Sends spans, in a thread of its own.
#[derive(Debug)]
pub struct Exporter {
    stop: CancellationToken,
    thread: JoinHandle<()>,
}

impl Exporter {
    /// Begins to send spans as the configuration says. Also gives which contacts are told of, and where their spans go.
    /// A collector that is not there is no error: it may come.
    ///
    /// # Errors
    /// [`Error`] where the configuration cannot be used.
    pub fn start(config: &TracesConfig, version: &'static str) -> Result<(Self, Tracing), Error> {
        let headers = match &config.headers_file {
            Some(path) => Headers::parse(&read("server.traces.headers_file", path)?, path)?,
            None => Headers::default(),
        };
        let endpoint = endpoint(config)?;
        let (backlog, waiting) = backlog(config.backlog as usize);
        let stop = CancellationToken::new();
        let thread = {
            let (service, stop) = (config.service_name.clone(), stop.clone());
            let send = move || send(endpoint, headers, &service, version, waiting, stop);
            let thread = thread::Builder::new().name("traces".to_owned());
            thread.spawn(send).map_err(Error::Thread)?
        };
        let tracing = Tracing {
            sampling: Sampling::thousandths(config.sample_thousandths),
            backlog,
        };
        Ok((Self { stop, thread }, tracing))
    }

    /// Sends what waits, for some seconds at most, and ends. Blocks the thread.
    pub fn finish(self) {
        self.stop.cancel();
        if self.thread.join().is_err() {
            error!("the thread that sends spans ended on a defect");
        }
    }
}

/// The work of the thread.
fn send(
    endpoint: Endpoint,
    headers: Headers,
    service: &str,
    version: &'static str,
    waiting: Waiting,
    stop: CancellationToken,
) {
    give_way();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(async {
            let channel = endpoint.connect_lazy();
            let mut sender = Sender::new(channel, headers, service, version, waiting);
            sender.run(&stop).await;
        }),
        Err(error) => error!(%error, "no spans are sent: their thread cannot begin"),
    }
}

fn endpoint(config: &TracesConfig) -> Result<Endpoint, Error> {
    let wrong = |error: tonic::transport::Error| Error::Endpoint {
        endpoint: config.endpoint.clone(),
        reason: chain(&error),
    };
    let endpoint = Endpoint::from_shared(config.endpoint.clone()).map_err(wrong)?;
    let endpoint = endpoint
        .connect_timeout(config.timeout)
        .timeout(config.timeout);
    let Some(path) = &config.ca else {
        return Ok(endpoint);
    };
    let of_no_use = |reason| Error::Authorities {
        path: path.clone(),
        reason,
    };
    let text = read("server.traces.ca", path)?;
    if !text.contains("-----BEGIN CERTIFICATE-----") {
        // It would be taken for a list without any.
        return Err(of_no_use("it has no certificate".to_owned()));
    }
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(text));
    let endpoint = endpoint.tls_config(tls);
    endpoint.map_err(|error| of_no_use(chain(&error)))
}

fn read(key: &'static str, path: &PathBuf) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::File {
        key,
        path: path.clone(),
        source,
    })
}

/// What an error says, with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// How far the thread stands back: beside threads that never rest it still gets a tenth of a processor.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Has this thread run after all others that want the processor. Elsewhere than on Linux that would be the whole process.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::debug!(%error, "who sends spans has the priority of all others");
    }
}
