//! The HTTP listener for Prometheus and for probes: the same doors as those of the gRPC services, with fewer places.

use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tracing::debug;

use super::admission::Place;
use super::connections::Doors;
use super::listen::Listener;

/// Connections at the same time, and from one address: scrapers and probes are few.
pub(super) const CONNECTIONS_MAX: usize = 256;
pub(super) const CONNECTIONS_PER_ADDRESS_MAX: usize = 64;
/// How long one connection may last, whatever it does: a scraper connects again.
const CONNECTION_LASTS_AT_MOST: Duration = Duration::from_secs(300);

/// Answers until the stop; then every connection is closed at once.
pub(super) async fn serve<L: Listener>(mut listener: L, routes: Router, doors: Doors) {
    let mut connections = JoinSet::new();
    let accepting = async {
        loop {
            let (stream, place) = doors.next(&mut listener).await;
            while connections.try_join_next().is_some() {}
            let answering = answer(stream, place, routes.clone(), doors.handshake_timeout);
            connections.spawn(answering);
        }
    };
    doors.stop.run_until_cancelled(accepting).await;
}

/// Answers one connection, which must say what it wants within `header_timeout` each time.
async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    place: Place,
    routes: Router,
    header_timeout: Duration,
) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    match timeout(CONNECTION_LASTS_AT_MOST, connection).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => debug!(%error, "a connection to the metrics ended"),
        Err(_) => debug!("a connection to the metrics was closed: it lasted too long"),
    }
    drop(place);
}
