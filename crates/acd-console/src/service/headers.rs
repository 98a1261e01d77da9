//! What every answer carries.

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::app::App;

/// Adds what keeps other sites and stored answers out.
pub(super) async fn added(State(app): State<App>, request: Request, next: Next) -> Response {
    let framed = frames(request.uri().path(), &app.options.embed_origins);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let policy = policy(framed);
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if framed.is_empty() {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    if app.options.is_secure() {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    // What is shown is of one person and one moment; assets say otherwise themselves.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Whose pages may hold this one in a frame: the desk, and the sign-in on the way to it.
fn frames<'a>(path: &str, embed_origins: &'a [String]) -> &'a [String] {
    match path {
        "/desk" | "/login" => embed_origins,
        _ => &[],
    }
}

fn policy(framed: &[String]) -> String {
    let ancestors = match framed {
        [] => "'none'".to_owned(),
        origins => origins.join(" "),
    };
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
    )
}
