//! The HTTP listener for Prometheus and for probes.

use std::future::Future;
use std::io;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;

use super::scrape::Scraper;

/// The content type of the text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Answers `/metrics`, `/healthz` (the process lives) and `/readyz` (it takes calls) until `stop` is done.
///
/// # Errors
/// If the listener fails.
pub async fn serve(
    listener: TcpListener,
    scraper: Scraper,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let routes = Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .with_state(scraper.clone());
    let server = axum::serve(listener, routes).with_graceful_shutdown(stop);
    tokio::select! {
        served = async { server.await } => served,
        () = scraper.upkeep() => Ok(()),
    }
}

async fn metrics(State(scraper): State<Scraper>) -> Response {
    ([(header::CONTENT_TYPE, TEXT)], scraper.scrape().await).into_response()
}

async fn ready(State(scraper): State<Scraper>) -> Response {
    if scraper.is_ready().await {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
    }
}
