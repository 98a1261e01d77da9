//! Where connections come from.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use acd_config::exposure_problem;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tracing::{debug, info};

use super::{Options, ServerError};

/// Where a server's connections come from: a socket, or what a test puts in its place.
pub trait Listener: Send + 'static {
    /// The bytes of a connection, both ways.
    type Io: AsyncRead + AsyncWrite + fmt::Debug + Send + Unpin + 'static;

    /// Waits for the next connection; gives it with the address it comes from. May be dropped while it waits.
    fn accept(&mut self) -> impl Future<Output = io::Result<(Self::Io, SocketAddr)>> + Send;
}

impl Listener for TcpListener {
    type Io = TcpStream;

    async fn accept(&mut self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, peer) = TcpListener::accept(self).await?;
        // An offer is a small message that must not wait for a fuller packet.
        if let Err(error) = stream.set_nodelay(true) {
            debug!(%error, "a connection keeps Nagle's delay");
        }
        Ok((stream, peer))
    }
}

/// Makes connections from within the process: pipes instead of sockets, and no TLS. Clones are alike.
#[derive(Clone, Debug)]
pub struct Connector(mpsc::Sender<DuplexStream>);

/// What a [`Connector`] connects to.
#[derive(Debug)]
pub(super) struct Pipes(mpsc::Receiver<DuplexStream>);

/// Connections that wait to be taken up; the bytes of each that wait to be read.
const PIPES_WAITING: usize = 64;
const PIPE_BYTES: usize = 64 * 1_024;

/// A connector and what it connects to.
pub(super) fn pipes() -> (Connector, Pipes) {
    let (sender, receiver) = mpsc::channel(PIPES_WAITING);
    (Connector(sender), Pipes(receiver))
}

impl Connector {
    /// A new connection.
    ///
    /// # Errors
    /// If the server has stopped, or takes no more.
    pub fn connect(&self) -> io::Result<DuplexStream> {
        let (ours, theirs) = tokio::io::duplex(PIPE_BYTES);
        let refused = |_| io::Error::from(io::ErrorKind::ConnectionRefused);
        self.0.try_send(theirs).map_err(refused)?;
        Ok(ours)
    }
}

impl Listener for Pipes {
    type Io = DuplexStream;

    async fn accept(&mut self) -> io::Result<(DuplexStream, SocketAddr)> {
        match self.0.recv().await {
            Some(stream) => Ok((stream, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))),
            // Nobody can connect any more.
            None => std::future::pending().await,
        }
    }
}

/// Where the connections of one server come from.
#[derive(Debug)]
pub struct Listeners<L = TcpListener> {
    /// Those to the gRPC services.
    pub grpc: L,
    /// Those to `/metrics` and the probes.
    pub metrics: L,
}

/// Where a server listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The gRPC services.
    pub grpc: SocketAddr,
    /// `/metrics` and the probes.
    pub metrics: SocketAddr,
}

impl Listeners {
    /// The sockets that the configuration names.
    ///
    /// # Errors
    /// [`ServerError::Exposed`] and [`ServerError::Listen`].
    pub async fn bind(options: &Options) -> Result<Self, ServerError> {
        let config = &options.config.server;
        if !options.insecure
            && let Some(problem) = exposure_problem(config, &options.config_file)
        {
            return Err(ServerError::Exposed(Box::new(problem)));
        }
        let listeners = Self {
            grpc: bind("server.listen", config.listen).await?,
            metrics: bind("server.metrics_listen", config.metrics_listen).await?,
        };
        let Addresses { grpc, metrics } = listeners.addresses()?;
        info!(%grpc, %metrics, "listening");
        Ok(listeners)
    }

    /// Where they listen: where the configuration leaves the port open, which one it is.
    ///
    /// # Errors
    /// [`ServerError::Address`].
    pub fn addresses(&self) -> Result<Addresses, ServerError> {
        let told = |listener: &TcpListener| listener.local_addr().map_err(ServerError::Address);
        Ok(Addresses {
            grpc: told(&self.grpc)?,
            metrics: told(&self.metrics)?,
        })
    }
}

async fn bind(key: &'static str, address: SocketAddr) -> Result<TcpListener, ServerError> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|source| ServerError::Listen {
        key,
        address,
        source,
    })
}
