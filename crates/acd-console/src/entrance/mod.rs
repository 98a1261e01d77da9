//! The way in, the way out, and settings.

mod elsewhere;
mod settings;
mod sign_in;
mod who;

use axum::{
    Router,
    response::Redirect,
    routing::{get, post},
};

use crate::{app::App, issuer::WAY_BACK, session::Visitor};

/// `/`, `/login`, `/logout`, `/settings`.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/", get(home))
        .route("/login", get(sign_in::show).post(sign_in::act))
        .route("/login/go", get(elsewhere::go))
        .route(WAY_BACK, get(elsewhere::back))
        .route("/logout", post(sign_in::leave))
        .route("/settings", get(settings::show).post(settings::act))
}

/// Their own page.
async fn home(visitor: Visitor) -> Redirect {
    Redirect::to(&visitor.home())
}
