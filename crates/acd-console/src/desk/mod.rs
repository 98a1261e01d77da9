//! The agent's desk.
//!
//! [`hub`] holds the engine's stream of each agent whose desk is open, [`view`] makes plain data of what it tells,
//! [`render`] makes HTML of that, and the handlers here carry the agent's acts to the engine.

mod acts;
mod hub;
mod page;
mod render;
mod script;
mod view;

use axum::{
    Extension, Router,
    routing::{get, post},
};

use crate::app::App;

use hub::Desks;

/// The pages of the area.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/desk", get(page::show))
        .route("/desk/stream", get(page::stream))
        .route("/desk/here", post(page::here))
        .route("/desk/targets", get(page::targets))
        .route("/desk/login", post(page::login))
        .route("/desk/take", post(page::take))
        .route("/desk/note", post(acts::note))
        .route("/desk/reveal", post(acts::reveal))
        .route("/desk/{verb}", post(acts::act))
        .layer(Extension(Desks::default()))
}
