//! No other site posts in the name of who is signed in here.

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, header, request::Parts, uri::Authority},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::time::timeout;

use super::{Role, Session, cookies::unseal};
use crate::{app::App, problem::Problem};

/// The field of a form that carries the mark of the session.
pub(crate) const CSRF_FIELD: &str = "csrf";
/// The header that carries it where a script sends the form.
pub(crate) const CSRF_HEADER: &str = "x-csrf-token";
/// Where one signs in.
const SIGN_IN: &str = "/login";
/// The most bytes of a form of somebody who is signed in: a thousand chosen rows are the longest.
const FORM_BYTES: usize = 256 * 1024;
/// The same of an administrator, below `/config`: a tenant's document is the longest.
const DOCUMENT_BYTES: usize = 4 * 1024 * 1024;
/// The same of who signs in: a token is the longest, and what is longer no cookie holds.
const SIGN_IN_BYTES: usize = 16 * 1024;

/// Lets a request pass that changes nothing, or that comes from a page of ours: it carries the mark of its session, or,
/// where there is none yet, comes from our own origin as the browser says. Nobody's bytes are kept before it is known
/// whose they are.
pub(crate) async fn check(State(app): State<App>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return match is_stream(request.uri().path()) && !is_of_a_script(request.headers()) {
            true => Problem::Forged.into_response(),
            false => next.run(request).await,
        };
    }
    let (parts, body) = request.into_parts();
    let body = match form(&app, &parts, body).await {
        Ok(form) => Body::from(form),
        Err(problem) => return problem.into_response(),
    };
    next.run(Request::from_parts(parts, body)).await
}

/// The form that was sent, if a page of ours sent it. Who is not signed in sends none but to sign in: theirs is not read.
async fn form(app: &App, parts: &Parts, body: Body) -> Result<Bytes, Problem> {
    let path = parts.uri.path();
    // Who signs in anew does so on a page that was made before.
    let session = unseal(app, &parts.headers).filter(|_| path != SIGN_IN);
    let Some(session) = session else {
        if !is_same_origin(parts) {
            return Err(Problem::Forged);
        }
        return match path {
            SIGN_IN => {
                let form = read(app, body, SIGN_IN_BYTES).await;
                form.map_err(|problem| match problem {
                    Problem::TooLarge => Problem::TokenTooLong,
                    other => other,
                })
            }
            _ => Ok(Bytes::new()),
        };
    };
    let mark = parts.headers.get(CSRF_HEADER);
    if mark.is_some_and(|mark| mark != session.csrf.as_str()) {
        return Err(Problem::Forged);
    }
    let is_document = path.starts_with("/config/") && session.roles.has(Role::Administrator);
    let most = if is_document {
        DOCUMENT_BYTES
    } else {
        FORM_BYTES
    };
    let form = read(app, body, most).await?;
    match mark.is_some() || is_marked(&session, &form) {
        true => Ok(form),
        false => Err(Problem::Forged),
    }
}

/// A form of so many bytes at most, if it comes in time.
async fn read(app: &App, body: Body, most: usize) -> Result<Bytes, Problem> {
    let read = Limited::new(body, most).collect();
    match timeout(app.options.limits.form, read).await {
        Ok(Ok(form)) => Ok(form.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Problem::TooLarge),
        Ok(Err(_)) | Err(_) => Err(Problem::Malformed),
    }
}

fn is_marked(session: &Session, form: &Bytes) -> bool {
    // The mark is of hexadecimal digits, so that a form carries it as it is.
    let mut fields = form.split(|byte| *byte == b'&');
    fields.any(|field| {
        let field = field.strip_prefix(CSRF_FIELD.as_bytes());
        field.and_then(|field| field.strip_prefix(b"=")) == Some(session.csrf.as_bytes())
    })
}

/// Whether something is kept up to date there.
fn is_stream(path: &str) -> bool {
    path.starts_with("/live/") || path.ends_with("/stream")
}

/// Whether a script of ours asks: who opens a stream takes a place, and a desk rings where it was opened last. An image or a
/// link of another page must do neither. Over plain text a browser says less.
fn is_of_a_script(headers: &HeaderMap) -> bool {
    match headers.get("sec-fetch-site") {
        Some(site) => {
            let place = headers.get("sec-fetch-dest");
            site == "same-origin" && place.is_none_or(|place| place == "empty")
        }
        None => headers
            .get(header::ACCEPT)
            .is_some_and(|kind| kind == "text/event-stream"),
    }
}

fn is_same_origin(parts: &Parts) -> bool {
    if let Some(site) = parts.headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    let origin = parts
        .headers
        .get(header::ORIGIN)
        .and_then(|it| it.to_str().ok());
    let origin = origin.and_then(|it| Some(it.split_once("://")?.1));
    origin.is_some() && origin == authority(parts)
}

/// The host, and the port, under which the console was asked: HTTP/2 has it in the address.
pub(crate) fn authority(parts: &Parts) -> Option<&str> {
    let host = || parts.headers.get(header::HOST)?.to_str().ok();
    parts.uri.authority().map(Authority::as_str).or_else(host)
}
