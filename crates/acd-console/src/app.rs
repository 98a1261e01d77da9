//! What all pages share.

use std::{ops::Deref, sync::Arc};

use acd_client::Endpoint;
use tokio_util::sync::CancellationToken;

use crate::{
    figures::Figures, issuer::Issuer, mirror::Mirrors, options::Options, persons::Persons,
    watchers::Watchers,
};

/// What all pages share. Clones are the same.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

/// What an [`App`] holds.
pub(crate) struct Shared {
    /// How it was started.
    pub(crate) options: Options,
    /// The connections to the engine, without anybody's token.
    pub(crate) endpoint: Endpoint,
    /// Where people sign in; none: with a token that they paste.
    pub(crate) issuer: Option<Arc<Issuer>>,
    /// Seals sessions.
    pub(crate) key: cookie::Key,
    /// Tenants as the engine tells them.
    pub(crate) mirrors: Mirrors,
    /// Who has pages open, and who has signed out.
    pub(crate) persons: Persons,
    /// Threads for tables, stories and walls.
    pub(crate) watchers: Watchers,
    /// What is counted.
    pub(crate) figures: Figures,
    /// Canceled when the console stops: streams end.
    pub(crate) stop: CancellationToken,
}

impl App {
    pub(crate) fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
