//! The connections to a server, shared by all clients made from them.

use std::{
    fmt,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::time::interval;
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Certificate, Channel, ClientTlsConfig, Identity},
};

use acd_proto::v1::{RenewTokenRequest, RenewTokenResponse};

use crate::{
    Error, backoff,
    request::{self, RequestIds},
};

/// How to reach a server.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its address, e.g. `http://127.0.0.1:7400`, or `https://...` with `tls`.
    pub address: String,
    /// HTTP/2 connections to share. A server limits the streams of one connection, so many agents in one process need
    /// several.
    pub connections: NonZeroUsize,
    /// TLS; none: plain text, for loopback only.
    pub tls: Option<Tls>,
    /// The bearer token (a JWT) to send with every call; [`Endpoint::renew_token`] replaces it.
    pub bearer_token: Option<BearerToken>,
    /// A file that holds the token instead. It is read again and again: whoever renews the token writes the new one
    /// there in time, and calls and open streams go on with it.
    pub token_file: Option<PathBuf>,
    /// How often that file is read.
    pub token_check_interval: Duration,
    /// Longest time to establish a connection, and to get the first message of a stream.
    pub connect_timeout: Duration,
    /// Longest time for one unary call, repeats included.
    pub request_timeout: Duration,
    /// After this much silence a connection is asked whether it lives.
    pub keepalive_interval: Duration,
    /// How long it may take to answer that.
    pub keepalive_timeout: Duration,
    /// Largest message accepted from the server, in bytes.
    pub max_message_bytes: usize,
    /// Waits between the attempts of a unary call and of a stream.
    pub backoff: backoff::Options,
}

impl Options {
    /// A server at this address, with every default.
    pub fn new(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            connections: NonZeroUsize::MIN,
            tls: None,
            bearer_token: None,
            token_file: None,
            token_check_interval: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(10),
            keepalive_interval: Duration::from_secs(10),
            keepalive_timeout: Duration::from_secs(5),
            max_message_bytes: 64 * 1024 * 1024,
            backoff: backoff::Options::default(),
        }
    }
}

/// How to trust the server, and how it can trust us. All in PEM.
#[derive(Clone)]
pub struct Tls {
    /// Certificate of the authority that signed the server's.
    pub ca_certificate: Vec<u8>,
    /// Our certificate and its private key, for mutual TLS.
    pub identity: Option<(Vec<u8>, Vec<u8>)>,
    /// Name to expect in the server's certificate; none: the host of the address.
    pub server_name: Option<String>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("mutual", &self.identity.is_some())
            .field("server_name", &self.server_name)
            .finish_non_exhaustive()
    }
}

/// A secret; its `Debug` output does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct BearerToken(String);

impl BearerToken {
    /// This token.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// What generated clients call through.
pub(crate) type Service = InterceptedService<Channel, Authorize>;

/// The connections to one server. Clones share them; they are made when first used and again when they break.
#[derive(Clone, Debug)]
pub struct Endpoint {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    options: Options,
    channels: Vec<Channel>,
    /// Which connection the next client gets, so that clients spread evenly.
    next: AtomicUsize,
    authorize: Authorize,
    request_ids: RequestIds,
}

impl Endpoint {
    /// Prepares the connections; none is made yet, so a server that is not there is no error here.
    ///
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`Error::Options`] if address, TLS material or token are malformed, or the token file cannot be read.
    pub fn new(options: Options) -> Result<Self, Error> {
        let transport = transport(&options)?;
        let token = match &options.token_file {
            Some(path) => Some(read_token(path)?),
            None => options.bearer_token.clone(),
        };
        let authorize = Authorize::new(token.as_ref())?;
        let channels = (0..options.connections.get())
            .map(|_| transport.connect_lazy())
            .collect();
        let inner = Inner {
            options,
            channels,
            next: AtomicUsize::new(0),
            authorize,
            request_ids: RequestIds::new(),
        };
        let endpoint = Self {
            inner: Arc::new(inner),
        };
        if let Some((path, token)) = endpoint.options().token_file.clone().zip(token) {
            tokio::spawn(follow(path, token, Arc::downgrade(&endpoint.inner)));
        }
        Ok(endpoint)
    }

    /// Sends this token from now on, and has the server let the streams that are open last as long as it. To be called
    /// before the token in use expires; the new one must have the same subject, roles, tenants, agent and adapter.
    ///
    /// # Errors
    /// [`Error::Options`] if it is malformed; those of every call, `UNAUTHENTICATED` if the server does not accept it.
    pub async fn renew_token(&self, token: BearerToken) -> Result<RenewTokenResponse, Error> {
        self.inner.authorize.set(&token)?;
        request::call(self, &self.service(), RenewTokenRequest {}).await
    }

    /// Whether the token may be another one soon, so that one that was refused is no reason to give up.
    pub(crate) fn renews_token(&self) -> bool {
        self.options().token_file.is_some()
    }

    /// The options it was made with.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    /// One of the connections, for a client to keep.
    pub(crate) fn service(&self) -> Service {
        let turn = self.inner.next.fetch_add(1, Ordering::Relaxed);
        let channel = self.inner.channels[turn % self.inner.channels.len()].clone();
        InterceptedService::new(channel, self.inner.authorize.clone())
    }

    /// A request id nobody used.
    pub(crate) fn request_id(&self) -> String {
        self.inner.request_ids.next()
    }
}

fn transport(options: &Options) -> Result<tonic::transport::Endpoint, Error> {
    let problem = |field| {
        move |error: tonic::transport::Error| Error::Options {
            field,
            problem: format!("{error:?}"),
        }
    };
    let transport = tonic::transport::Endpoint::from_shared(options.address.clone())
        .map_err(problem("address"))?
        .connect_timeout(options.connect_timeout)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(options.keepalive_interval)
        .keep_alive_timeout(options.keepalive_timeout)
        .keep_alive_while_idle(true);
    let Some(tls) = &options.tls else {
        return Ok(transport);
    };
    let mut config =
        ClientTlsConfig::new().ca_certificate(Certificate::from_pem(&tls.ca_certificate));
    if let Some((certificate, key)) = &tls.identity {
        config = config.identity(Identity::from_pem(certificate, key));
    }
    if let Some(name) = &tls.server_name {
        config = config.domain_name(name);
    }
    transport.tls_config(config).map_err(problem("tls"))
}

fn read_token(path: &Path) -> Result<BearerToken, Error> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::Options {
        field: "token_file",
        problem: format!("{} cannot be read: {error}", path.display()),
    })?;
    Ok(BearerToken::new(text.trim()))
}

/// Renews the token whenever its file holds another one, until the endpoint is gone.
async fn follow(path: PathBuf, mut in_use: BearerToken, endpoint: Weak<Inner>) {
    let Some(every) = endpoint.upgrade().map(|it| it.options.token_check_interval) else {
        return;
    };
    let mut ticks = interval(every.max(Duration::from_millis(1)));
    loop {
        ticks.tick().await;
        let Some(inner) = endpoint.upgrade() else {
            return;
        };
        // A file that is just being written is read at the next turn.
        let Ok(token) = read_token(&path) else {
            continue;
        };
        if token == in_use {
            continue;
        }
        match (Endpoint { inner }).renew_token(token.clone()).await {
            Ok(_) => in_use = token,
            Err(error) => tracing::warn!(%error, "the new token was not taken; it is tried again"),
        }
    }
}

/// Adds the bearer token to every call.
#[derive(Clone, Debug)]
pub(crate) struct Authorize {
    header: Arc<RwLock<Option<MetadataValue<Ascii>>>>,
}

impl Authorize {
    fn new(token: Option<&BearerToken>) -> Result<Self, Error> {
        let header = token.map(header).transpose()?;
        Ok(Self {
            header: Arc::new(RwLock::new(header)),
        })
    }

    /// Sends this one from now on.
    fn set(&self, token: &BearerToken) -> Result<(), Error> {
        let header = header(token)?;
        let mut current = self.header.write().unwrap_or_else(PoisonError::into_inner);
        *current = Some(header);
        Ok(())
    }
}

fn header(token: &BearerToken) -> Result<MetadataValue<Ascii>, Error> {
    let parsed = format!("Bearer {}", token.0).parse::<MetadataValue<Ascii>>();
    let mut header = parsed.map_err(|_| Error::Options {
        field: "bearer_token",
        problem: "it has characters a header cannot carry; use the token as it was issued"
            .to_owned(),
    })?;
    header.set_sensitive(true);
    Ok(header)
}

impl Interceptor for Authorize {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let header = self.header.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(header) = &*header {
            request
                .metadata_mut()
                .insert("authorization", header.clone());
        }
        drop(header);
        Ok(request)
    }
}
