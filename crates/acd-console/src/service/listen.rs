//! Connections: accepted up to a limit, encrypted if there is a certificate, and at a stop given time to finish.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;
use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, timeout, timeout_at},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    },
};
use tokio_util::sync::CancellationToken;
use tower::ServiceBuilder;
use tracing::{debug, warn};

use super::moving::Moving;
use crate::options::{Limits, Tls};

/// How long answers under way may take after the stop.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// How often the files of the certificate are looked at.
const RELOAD_INTERVAL: Duration = Duration::from_secs(10);
/// The wait after an accept that failed, such as for want of file descriptors.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);
/// The most bytes of a request's head: cookies are its longest part.
const HEAD_BYTES: usize = 64 * 1024;
/// Bytes of forms that a connection of HTTP/2 may send ahead of whoever reads them.
const AHEAD_BYTES: u32 = 128 * 1024;

/// What new connections are encrypted with.
pub(super) struct Certificate {
    files: Tls,
    /// What the files held when they were read last.
    read: Mutex<(Vec<u8>, Vec<u8>)>,
    in_use: ArcSwap<ServerConfig>,
}

impl Certificate {
    /// Reads the files.
    pub(super) fn load(files: &Tls) -> io::Result<Self> {
        let read = Self::read(files)?;
        Ok(Self {
            in_use: ArcSwap::from_pointee(configured(&read)?),
            read: Mutex::new(read),
            files: files.clone(),
        })
    }

    fn read(files: &Tls) -> io::Result<(Vec<u8>, Vec<u8>)> {
        Ok((std::fs::read(&files.cert)?, std::fs::read(&files.key)?))
    }

    /// Takes up what the files hold now; what cannot be used changes nothing.
    fn reload(&self) {
        let fresh = Self::read(&self.files).and_then(|fresh| {
            let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            if *read != fresh {
                self.in_use.store(Arc::new(configured(&fresh)?));
                *read = fresh;
            }
            Ok(())
        });
        if let Err(error) = fresh {
            warn!(%error, "the certificate of the console cannot be read again");
        }
    }

    fn acceptor(&self) -> TlsAcceptor {
        self.in_use.load_full().into()
    }
}

fn configured((cert, key): &(Vec<u8>, Vec<u8>)) -> io::Result<ServerConfig> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(cert).collect();
    let key = PrivateKeyDer::from_pem_slice(key).map_err(io::Error::other)?;
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth();
    let mut config = builder
        .with_single_cert(chain.map_err(io::Error::other)?, key)
        .map_err(io::Error::other)?;
    // Over HTTP/1.1 a browser opens six connections a host at most, and each live page holds one.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// What each connection is answered with.
#[derive(Clone)]
pub(super) struct Terms {
    pub(super) routes: Router,
    /// None: in plain text.
    pub(super) certificate: Option<Arc<Certificate>>,
    pub(super) limits: Limits,
    pub(super) stop: CancellationToken,
}

/// Serves until the token is canceled, then waits a little for answers under way.
pub(super) async fn serve(listener: TcpListener, terms: Terms, connections_max: usize) {
    let places = Arc::new(Semaphore::new(connections_max));
    let mut connections = JoinSet::new();
    let mut reloads = interval(RELOAD_INTERVAL);
    reloads.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let accepted = tokio::select! {
            () = terms.stop.cancelled() => break,
            _ = reloads.tick() => {
                while connections.try_join_next().is_some() {}
                if let Some(certificate) = terms.certificate.clone() {
                    connections.spawn_blocking(move || certificate.reload());
                }
                continue;
            }
            accepted = accept(&listener) => accepted,
        };
        let Some(stream) = accepted else { continue };
        // Beyond the limit a connection is closed at once: its browser tries again.
        let Ok(place) = places.clone().try_acquire_owned() else {
            continue;
        };
        let terms = terms.clone();
        connections.spawn(async move {
            answer(stream, terms).await;
            drop(place);
        });
    }
    let ended = async { while connections.join_next().await.is_some() {} };
    if timeout(LAST_WORDS, ended).await.is_err() {
        debug!("the console stopped with answers under way");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "an accept that failed for want of descriptors fails again at once: only time helps"
)]
async fn accept(listener: &TcpListener) -> Option<TcpStream> {
    match listener.accept().await {
        Ok((stream, _)) => {
            let _ = stream.set_nodelay(true);
            Some(stream)
        }
        Err(error) => {
            warn!(%error, "a connection to the console could not be accepted");
            tokio::time::sleep(ACCEPT_RETRY).await;
            None
        }
    }
}

async fn answer(stream: TcpStream, terms: Terms) {
    // Encryption, and the first request, have one limit together.
    let late = Instant::now() + terms.limits.first_request;
    let stream = Moving::new(stream, terms.limits.silence);
    let Some(certificate) = &terms.certificate else {
        return converse(stream, late, terms).await;
    };
    match timeout_at(late, certificate.acceptor().accept(stream)).await {
        Ok(Ok(stream)) => converse(stream, late, terms).await,
        Ok(Err(error)) => debug!(%error, "a browser and the console did not agree on TLS"),
        Err(_) => debug!("a browser did not finish the handshake in time"),
    }
}

async fn converse<Io>(stream: Io, late: Instant, terms: Terms)
where
    Io: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(terms.limits.first_request)
        .max_buf_size(HEAD_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(20))
        .initial_stream_window_size(AHEAD_BYTES)
        .initial_connection_window_size(AHEAD_BYTES);
    // Until it has asked for something nobody knows which HTTP it speaks, if it speaks any.
    let asked = CancellationToken::new();
    let asks = asked.clone();
    let service = ServiceBuilder::new()
        .map_request(move |request| {
            asks.cancel();
            request
        })
        .service(terms.routes);
    let connection =
        builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = terms.stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
        Err(_) = timeout_at(late, asked.cancelled()) => return debug!("a browser asked for nothing in time"),
    };
    if let Err(error) = ended {
        debug!(%error, "a connection to the console ended");
    }
}
