//! The wallboard.

use axum::Router;

use crate::app::App;

/// The pages of the area.
pub(crate) fn routes() -> Router<App> {
    Router::new()
}
