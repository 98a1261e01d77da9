//! The connections to a server, shared by all clients made from them.

use std::{
    future::ready,
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hyper_util::rt::TokioIo;
use tokio::{io::DuplexStream, task::JoinSet, time::interval};
use tonic::{
    service::interceptor::InterceptedService,
    transport::{Certificate, ClientTlsConfig, Identity},
};
use tower::service_fn;

use acd_proto::{
    Call,
    v1::{RenewTokenRequest, RenewTokenResponse, WhoAmIRequest, WhoAmIResponse},
};

use crate::{
    Error,
    request::{self, RequestIds},
    token::{Authorize, Service, read_token},
    traffic::{Counted, Way},
};

pub use crate::{
    options::{Options, Tls},
    token::BearerToken,
    traffic::{Carrier, Direction, Flow, Traffic},
};

/// The connections to one server, and the token that is shown there. Clones share both, and
/// [`with_token`](Self::with_token) shares the connections; they are made when first used and again when they break.
#[derive(Clone, Debug)]
pub struct Endpoint {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    renewal: Renewal,
    connections: Arc<Connections>,
    /// Reads the token file for as long as there is an endpoint.
    _following: JoinSet<()>,
}

#[derive(Debug)]
struct Connections {
    channels: Vec<Counted>,
    /// Which connection the next client gets, so that clients spread evenly.
    next: AtomicUsize,
    request_ids: RequestIds,
}

impl Connections {
    fn service(&self, authorize: Authorize) -> Service {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let channel = self.channels[turn % self.channels.len()].clone();
        InterceptedService::new(channel, authorize)
    }
}

/// What it takes to renew the token.
#[derive(Clone, Debug)]
struct Renewal {
    options: Arc<Options>,
    authorize: Authorize,
    service: Service,
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
        Self::over(options, || Way::Network(transport.connect_lazy()))
    }

    /// The same over connections that `connect` makes: pipes to a server in the same process. The address of the options
    /// names nothing then, and their TLS is of no use.
    ///
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn within<C>(options: Options, connect: C) -> Result<Self, Error>
    where
        C: Fn() -> io::Result<DuplexStream> + Clone + Send + Sync + 'static,
    {
        let transport = transport(&Options {
            tls: None,
            ..options.clone()
        })?;
        Self::over(options, || {
            let connect = connect.clone();
            Way::Network(transport.connect_with_connector_lazy(service_fn(move |_| {
                ready(connect().map(TokioIo::new))
            })))
        })
    }

    /// The same over a service that takes the calls itself, without HTTP/2: a simulated network. Of the options only
    /// those count that are not about a transport.
    ///
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn through(options: Options, carrier: Carrier) -> Result<Self, Error> {
        Self::over(options, || Way::Carrier(carrier.clone()))
    }

    fn over(options: Options, way: impl Fn() -> Way) -> Result<Self, Error> {
        let token = match &options.token_file {
            Some(path) => Some(read_token(path)?),
            None => options.bearer_token.clone(),
        };
        let authorize = Authorize::new(token.as_ref())?;
        let channels: Vec<_> = (0..options.connections.get())
            .map(|_| Counted::new(way(), options.traffic.clone()))
            .collect();
        let connections = Arc::new(Connections {
            channels,
            next: AtomicUsize::new(0),
            request_ids: RequestIds::new(options.backoff.seed),
        });
        let renewal = Renewal {
            service: connections.service(authorize.clone()),
            authorize,
            options: Arc::new(options),
        };
        let mut following = JoinSet::new();
        if let Some((path, token)) = renewal.options.token_file.clone().zip(token) {
            following.spawn(follow(path, token, renewal.clone()));
        }
        Ok(Self {
            inner: Arc::new(Inner {
                renewal,
                connections,
                _following: following,
            }),
        })
    }

    /// The same connections with the token of somebody else: for a program that speaks for many people. What it calls
    /// and follows is theirs alone, and a [`renew_token`](Self::renew_token) of it concerns nobody else.
    ///
    /// # Errors
    /// [`Error::Options`] if the token is malformed.
    pub fn with_token(&self, token: BearerToken) -> Result<Self, Error> {
        let connections = self.inner.connections.clone();
        let authorize = Authorize::new(Some(&token))?;
        let mut options = self.inner.renewal.options.clone();
        if options.token_file.is_some() {
            // The file is of another's token.
            Arc::make_mut(&mut options).token_file = None;
        }
        let renewal = Renewal {
            service: connections.service(authorize.clone()),
            authorize,
            options,
        };
        Ok(Self {
            inner: Arc::new(Inner {
                renewal,
                connections,
                _following: JoinSet::new(),
            }),
        })
    }

    /// What the server says of the token: whose it is, and what they may.
    ///
    /// # Errors
    /// Those of every call; `UNAUTHENTICATED` if it does not know the token, or there is none where it asks for one.
    pub async fn who_am_i(&self) -> Result<WhoAmIResponse, Error> {
        self.call(&self.inner.renewal.service, WhoAmIRequest {})
            .await
    }

    /// Sends this token from now on, and has the server let the streams that are open last as long as it. To be called
    /// before the token in use expires; the new one must have the same subject, roles, tenants, agent and adapter.
    ///
    /// # Errors
    /// [`Error::Options`] if it is malformed; those of every call, `UNAUTHENTICATED` if the server does not accept it.
    pub async fn renew_token(&self, token: BearerToken) -> Result<RenewTokenResponse, Error> {
        self.inner.renewal.renew(&token).await
    }

    /// Calls through one of the connections, as [`request::call`] does.
    pub(crate) async fn call<C: Call>(
        &self,
        service: &Service,
        message: C,
    ) -> Result<C::Answer, Error> {
        request::call(self.options(), service, message).await
    }

    /// Whether the token may be another one soon, so that one that was refused is no reason to give up.
    pub(crate) fn renews_token(&self) -> bool {
        self.options().token_file.is_some()
    }

    /// The options it was made with.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.inner.renewal.options
    }

    /// One of the connections with the token, for a client to keep.
    pub(crate) fn service(&self) -> Service {
        self.inner
            .connections
            .service(self.inner.renewal.authorize.clone())
    }

    /// A request id nobody used.
    pub(crate) fn request_id(&self) -> String {
        self.inner.connections.request_ids.next()
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

impl Renewal {
    async fn renew(&self, token: &BearerToken) -> Result<RenewTokenResponse, Error> {
        self.authorize.set(token)?;
        request::call(&self.options, &self.service, RenewTokenRequest {}).await
    }
}

/// Renews the token whenever its file holds another one.
async fn follow(path: PathBuf, mut in_use: BearerToken, renewal: Renewal) {
    let every = renewal.options.token_check_interval;
    let mut ticks = interval(every.max(Duration::from_millis(1)));
    loop {
        ticks.tick().await;
        // A file that is just being written is read at the next turn.
        let Ok(token) = read_token(&path) else {
            continue;
        };
        if token == in_use {
            continue;
        }
        match renewal.renew(&token).await {
            Ok(_) => in_use = token,
            Err(error) => tracing::warn!(%error, "the new token was not taken; it is tried again"),
        }
    }
}
