//! What Prometheus and probes ask over HTTP.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::scrape::Scraper;

/// The content type of the text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Answers `/metrics`, `/healthz` (the process lives) and `/readyz` (it takes calls).
pub fn routes(scraper: Scraper) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .with_state(scraper)
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
