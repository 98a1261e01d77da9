//! Signing in at the issuer: the way there, and the way back.

use axum::{
    extract::{Query, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    sign_in::{self, Seats},
    who,
};
use crate::{
    app::App,
    issuer::{Begun, IssuerError},
    problem::Problem,
    session::{Settings, forgotten, keep, kept},
};

/// Where they wanted to go.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wish {
    to: Option<String>,
}

/// With what the issuer sends them back.
#[derive(Deserialize)]
pub(super) struct Answer {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// `GET /login/go`
pub(super) async fn go(
    State(app): State<App>,
    headers: HeaderMap,
    seats: Seats,
    Query(wish): Query<Wish>,
) -> Response {
    let Some(issuer) = app.issuer.clone() else {
        return Problem::NotFound.into_response();
    };
    let (url, begun) = match issuer.begin(wish.to).await {
        Ok(begun) => begun,
        Err(error) => return failed(&app, &headers, seats, &error).await,
    };
    let Some(cookie) = keep(&app.options, &app.key, &begun) else {
        return Problem::Malformed.into_response();
    };
    let mut response = Redirect::to(&url).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}

/// `GET /login/back`
pub(super) async fn back(
    State(app): State<App>,
    headers: HeaderMap,
    seats: Seats,
    Query(answer): Query<Answer>,
) -> Response {
    let Some(issuer) = app.issuer.clone() else {
        return Problem::NotFound.into_response();
    };
    let settings = Settings::of(&headers);
    let told = |text| sign_in::told(&app, &settings, seats, None, text);
    if let Some(error) = answer.error {
        tracing::debug!(error, "the issuer let somebody not sign in");
        return told("session-not-let-in").await;
    }
    let begun: Option<Begun> = kept(&app.key, &headers);
    let (Some(begun), Some(code), Some(state)) = (begun, answer.code, answer.state) else {
        return told("session-begin-again").await;
    };
    if !begun.is_answered_by(&state) {
        return told("session-begin-again").await;
    }
    let to = begun.to.clone();
    let mut response = match issuer.finish(begun, code).await {
        Ok(token) => {
            let session = who::session(&app.endpoint, &token).await;
            sign_in::enter(&app, &headers, seats, session, to.as_deref()).await
        }
        Err(error) => failed(&app, &headers, seats, &error).await,
    };
    // It serves once.
    if let Some(cookie) = forgotten(&app.options) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

async fn failed(app: &App, headers: &HeaderMap, seats: Seats, error: &IssuerError) -> Response {
    tracing::warn!(%error, "nobody can sign in at the issuer now");
    let text = match error {
        IssuerError::Away(_) => "session-issuer-away",
        IssuerError::Forged(_) => "session-wrong",
    };
    sign_in::told(app, &Settings::of(headers), seats, None, text).await
}
