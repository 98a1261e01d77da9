//! Queues, agents, contacts, acts: where to help, and stepping in.

mod acting;
mod acts;
mod agent;
mod agents;
mod contact;
mod contacts;
mod parts;
mod queues;
mod table;
mod words;

use axum::Router;

use crate::app::App;

/// The pages of the area.
pub(crate) fn routes() -> Router<App> {
    Router::new()
}
