//! Asterisk's REST interface over HTTP: connections that are kept, a time limit on each request.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::{Request as HttpRequest, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{self, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio_rustls::rustls::{
    ClientConfig, RootCertStore, pki_types::CertificateDer, pki_types::pem::PemObject as _,
};

use super::event::{Channel, DeviceState};
use super::request::{Method, Request, Wire, escaped};
use super::snapshot::{AGENT_VARIABLE, Bridge, CONTACT_VARIABLE, Carried, LINE_VARIABLE, Snapshot};
use crate::options::Server;

/// A request that takes longer will not be answered any more.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Asterisk closes a connection that is quiet for 15 s (`session_keep_alive`); ours go before.
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest answer: a list of some ten thousand channels.
const ANSWER_BYTES_MAX: usize = 64 * 1_024 * 1_024;
/// Variables are read so many at a time.
const READ_AT_ONCE: usize = 8;

/// Why a request failed.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Failure {
    /// Asterisk refused.
    #[error("Asterisk refused with {status}: {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What it said.
        message: String,
    },
    /// Nobody answers.
    #[error(
        "Asterisk cannot be reached: {0}; check the address and that its HTTP server is enabled (http.conf)"
    )]
    Unreachable(String),
    /// No answer in time.
    #[error("Asterisk did not answer in time")]
    TimedOut,
    /// The answer cannot be read.
    #[error("Asterisk's answer cannot be read: {0}")]
    Unreadable(String),
    /// What the options name cannot be used.
    #[error("{0}")]
    Options(String),
}

impl Failure {
    /// Whether there is no such thing.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }
}

/// One Asterisk's REST interface. Clones share its connections.
#[derive(Clone)]
pub struct Client {
    http: legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    base: Arc<str>,
    authorization: HeaderValue,
    app: Arc<str>,
}

impl Client {
    /// Prepares the connections; none is made yet.
    ///
    /// # Errors
    /// [`Failure::Options`]: a file cannot be read, or the password cannot be sent.
    pub fn new(server: &Server) -> Result<Self, Failure> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls(server)?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let http = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(server.connections)
            .build(connector);
        let mut authorization = HeaderValue::try_from(credentials(server)?).map_err(|_| {
            Failure::Options("the password of the ARI user cannot be sent".to_owned())
        })?;
        authorization.set_sensitive(true);
        Ok(Self {
            http,
            base: server.url.trim_end_matches('/').into(),
            authorization,
            app: server.app.as_str().into(),
        })
    }

    /// Asks for something to be done. What was undone already is done.
    ///
    /// # Errors
    /// Why it was not.
    pub async fn ask(&self, request: &Request) -> Result<(), Failure> {
        let wire = request.wire(&self.app);
        match self.send(&wire).await {
            Ok(_) => Ok(()),
            Err(failure) if is_done(request, &failure) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// Reads something.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        let wire = Wire {
            method: Method::Get,
            path: path.to_owned(),
            body: None,
        };
        let bytes = self.send(&wire).await?;
        serde_json::from_slice(&bytes).map_err(|error| Failure::Unreadable(error.to_string()))
    }

    /// All that Asterisk holds for us. `is_ours` says which channels carry variables of ours.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub async fn snapshot(&self, prefix: &str) -> Result<Snapshot, Failure> {
        let channels: Vec<Channel> = self.read("/channels").await?;
        let bridges: Vec<Bridge> = self.read("/bridges").await?;
        let ours: Vec<&Channel> = channels
            .iter()
            .filter(|channel| {
                channel.id.starts_with(prefix) || channel.dialplan.app_name == "Stasis"
            })
            .collect();
        let mut carried = Vec::new();
        for some in ours.chunks(READ_AT_ONCE) {
            let reading = some.iter().map(|channel| self.carried(channel));
            for (channel, read) in some
                .iter()
                .zip(futures_util::future::join_all(reading).await)
            {
                carried.extend(read?.map(|read| (channel.id.clone(), read)));
            }
        }
        Ok(Snapshot {
            channels,
            bridges,
            carried,
        })
    }

    /// The states of devices, as far as Asterisk knows them.
    ///
    /// # Errors
    /// Why they cannot be read.
    pub async fn device(&self, name: &str) -> Result<DeviceState, Failure> {
        self.read(&format!("/deviceStates/{}", escaped(name))).await
    }

    async fn carried(&self, channel: &Channel) -> Result<Option<Carried>, Failure> {
        let contact = self.variable(&channel.id, CONTACT_VARIABLE).await?;
        let agent = self.variable(&channel.id, AGENT_VARIABLE).await?;
        let line = match is_line(channel) {
            true => self.variable(&channel.id, LINE_VARIABLE).await?,
            false => None,
        };
        let carries = contact.is_some() || agent.is_some() || line.is_some();
        Ok(carries.then(|| Carried {
            contact: contact.unwrap_or_default(),
            agent: agent.unwrap_or_default(),
            line: line.unwrap_or_default(),
        }))
    }

    async fn variable(&self, channel: &str, name: &str) -> Result<Option<String>, Failure> {
        #[derive(Deserialize)]
        struct Variable {
            value: String,
        }
        let path = format!("/channels/{}/variable?variable={name}", escaped(channel));
        match self.read::<Variable>(&path).await {
            Ok(variable) => Ok(Some(variable.value).filter(|value| !value.is_empty())),
            // It is not set, or the channel is gone.
            Err(failure) if failure.is_not_found() => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    async fn send(&self, wire: &Wire) -> Result<Bytes, Failure> {
        let method = match wire.method {
            Method::Get => hyper::Method::GET,
            Method::Post => hyper::Method::POST,
            Method::Put => hyper::Method::PUT,
            Method::Delete => hyper::Method::DELETE,
        };
        let uri: Uri = format!("{}/ari{}", self.base, wire.path)
            .parse()
            .map_err(|error| Failure::Options(format!("{}: {error}", self.base)))?;
        let body = wire.body.as_ref().map(|body| Bytes::from(body.to_string()));
        let mut request = HttpRequest::new(Full::new(body.unwrap_or_default()));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, self.authorization.clone());
        if wire.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let answered = tokio::time::timeout(REQUEST_TIMEOUT, self.answer(request)).await;
        let (status, bytes) = answered.map_err(|_| Failure::TimedOut)??;
        match status.is_success() {
            true => Ok(bytes),
            false => Err(Failure::Refused {
                status: status.as_u16(),
                message: message(&bytes),
            }),
        }
    }

    async fn answer(
        &self,
        request: HttpRequest<Full<Bytes>>,
    ) -> Result<(StatusCode, Bytes), Failure> {
        let answer = self.http.request(request).await;
        let answer = answer.map_err(|error| Failure::Unreachable(why(&error)))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX)
            .collect()
            .await;
        let body = body.map_err(|error| Failure::Unreadable(error.to_string()))?;
        Ok((status, body.to_bytes()))
    }
}

/// Whether a channel may be an agent's open line: one that we called, or one that dialled in.
fn is_line(channel: &Channel) -> bool {
    channel.id.contains("-line-") || channel.dialplan.app_data.contains(",agent=")
}

/// Whether what was asked for is so already.
fn is_done(request: &Request, failure: &Failure) -> bool {
    let Failure::Refused { status, .. } = failure else {
        return false;
    };
    match request {
        // Made before us, or by a request whose answer was lost.
        Request::CreateBridge { .. } => *status == 409,
        Request::HangUp { .. } | Request::DestroyBridge { .. } | Request::StopPlayback { .. } => {
            *status == 404
        }
        Request::StopRecording { .. } => *status == 404,
        _ => false,
    }
}

/// What Asterisk says went wrong.
fn message(bytes: &Bytes) -> String {
    #[derive(Deserialize)]
    struct Said {
        #[serde(alias = "error")]
        message: String,
    }
    match serde_json::from_slice::<Said>(bytes) {
        Ok(said) => said.message,
        Err(_) => "(no message)".to_owned(),
    }
}

fn why(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

/// The user's name and password, as HTTP sends them.
pub(super) fn credentials(server: &Server) -> Result<String, Failure> {
    let password = match &server.password_file {
        Some(file) => std::fs::read_to_string(file).map_err(|error| {
            Failure::Options(format!(
                "password_file: cannot read {}: {error}",
                file.display()
            ))
        })?,
        None => server.password.clone().unwrap_or_default().0,
    };
    let pair = format!(
        "{}:{}",
        server.user,
        password.trim_end_matches(['\r', '\n'])
    );
    Ok(format!("Basic {}", BASE64_STANDARD.encode(pair)))
}

/// Trusts the authority of the options and nobody else.
pub(super) fn tls(server: &Server) -> Result<ClientConfig, Failure> {
    let mut trusted = RootCertStore::empty();
    if let Some(file) = &server.ca {
        let bad = |error: &dyn std::fmt::Display| {
            Failure::Options(format!("ca: {}: {error}", file.display()))
        };
        let certificates = CertificateDer::pem_file_iter(file).map_err(|error| bad(&error))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| bad(&error))?;
            trusted.add(certificate).map_err(|error| bad(&error))?;
        }
    }
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::Options(error.to_string()))?;
    Ok(config.with_root_certificates(trusted).with_no_client_auth())
}
