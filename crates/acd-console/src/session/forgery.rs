//! No other site posts in the name of who is signed in here.

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use super::{Session, cookies::unseal};
use crate::{app::App, problem::Problem};

/// The field of a form that carries the mark of the session.
pub(crate) const CSRF_FIELD: &str = "csrf";
/// The header that carries it where a script sends the form.
pub(crate) const CSRF_HEADER: &str = "x-csrf-token";
/// The most bytes of a form; a tenant's configuration is the longest.
const FORM_BYTES: usize = 4 * 1024 * 1024;

/// Lets a request pass that changes nothing, or that comes from a page of ours: it carries the mark of its session, or,
/// where there is none yet, comes from our own origin as the browser says.
pub(crate) async fn check(State(app): State<App>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, FORM_BYTES).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Problem::TooLarge.into_response(),
        Err(_) => return Problem::Malformed.into_response(),
    };
    let session = unseal(&app.key, &parts.headers);
    let is_ours = match &session {
        Some(session) => is_marked(session, &parts.headers, &body),
        None => is_same_origin(&parts.headers),
    };
    if !is_ours {
        return Problem::Forged.into_response();
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

fn is_marked(session: &Session, headers: &HeaderMap, form: &Bytes) -> bool {
    if let Some(mark) = headers.get(CSRF_HEADER) {
        return mark == session.csrf.as_str();
    }
    // The mark is of hexadecimal digits, so that a form carries it as it is.
    let fields = form.split(|byte| *byte == b'&');
    let marks = fields.filter_map(|field| {
        field
            .strip_prefix(CSRF_FIELD.as_bytes())?
            .strip_prefix(b"=")
    });
    let mut marks = marks;
    marks.any(|mark| mark == session.csrf.as_bytes())
}

fn is_same_origin(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    let text = |name| headers.get(name)?.to_str().ok();
    let origin = text(header::ORIGIN).and_then(|it| Some(it.split_once("://")?.1));
    origin.is_some() && origin == text(header::HOST)
}
