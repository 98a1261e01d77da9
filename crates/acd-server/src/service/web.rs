//! Calls from pages in a browser: gRPC-Web, from the origins that the configuration names.
//!
//! A browser says with each call where its page comes from, and no page can make it say otherwise. So a call of a page
//! that is not on the list is refused before anybody looks at it, and its browser is told nothing. Who calls from no
//! browser says no origin; they are held to their token, like everybody.

use std::sync::Arc;
use std::time::Duration;

use acd_config::WebConfig;
use acd_proto::v1::ErrorReason;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use tonic_web::GrpcWebLayer;
use tower_http::cors::{AllowHeaders, CorsLayer};

use crate::metrics::Refusals;

/// How long a browser may keep what it was told of these origins.
const TOLD_FOR: Duration = Duration::from_secs(600);
/// What a page may read of an answer beside its messages: how a call ended that got none.
const TOLD: [HeaderName; 3] = [
    HeaderName::from_static("grpc-status"),
    HeaderName::from_static("grpc-message"),
    HeaderName::from_static("grpc-status-details-bin"),
];

/// The pages that may call.
struct Pages {
    origins: Vec<HeaderValue>,
    refusals: Refusals,
}

/// These routes for gRPC-Web, too.
pub(super) fn open_to(routes: Router, web: &WebConfig, refusals: Refusals) -> Router {
    let origins = web.origins.iter();
    let origins: Vec<HeaderValue> = origins
        .filter_map(|origin| HeaderValue::from_str(origin).ok())
        .collect();
    let told = CorsLayer::new()
        .allow_origin(origins.clone())
        .allow_methods([Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(TOLD)
        .max_age(TOLD_FOR);
    let pages = Arc::new(Pages { origins, refusals });
    routes
        .layer(GrpcWebLayer::new())
        .layer(told)
        .layer(from_fn_with_state(pages, refuse_strangers))
}

/// Lets a call pass that comes from one of the pages, or from none.
async fn refuse_strangers(
    State(pages): State<Arc<Pages>>,
    request: Request,
    next: Next,
) -> Response {
    match request.headers().get(header::ORIGIN) {
        Some(origin) if !pages.origins.contains(origin) => {
            let path = request.uri().path();
            pages.refusals.count(ErrorReason::PermissionDenied, path);
            StatusCode::FORBIDDEN.into_response()
        }
        _ => next.run(request).await,
    }
}
