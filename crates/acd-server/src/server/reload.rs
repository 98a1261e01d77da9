//! Certificates and keys are read again while the server runs: when their files change, and when somebody says so.

use std::sync::Arc;
use std::time::Duration;

use acd_config::ServerConfig;
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};
use tracing::{error, info};

use super::ServerError;
use crate::auth::{Authenticator, Certificates, KeyError, TlsError};
use crate::metrics::Metrics;

/// Why new certificates or keys were not taken; the old ones stay in use.
#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    /// The certificates.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The keys.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// What callers are known by and what they know the server by.
pub struct Credentials {
    authenticator: Arc<Authenticator>,
    certificates: Option<Arc<Certificates>>,
    metrics: Arc<Metrics>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

impl Credentials {
    /// Reads the files that the configuration names.
    pub(super) fn load(config: &ServerConfig, metrics: Arc<Metrics>) -> Result<Self, ServerError> {
        let certificates = config.tls.as_ref();
        let certificates = certificates
            .map(|tls| Certificates::load(tls, config.web.is_some()))
            .transpose()?;
        let credentials = Self {
            authenticator: Arc::new(Authenticator::new(config.auth.as_ref())?),
            certificates: certificates.map(Arc::new),
            metrics,
        };
        credentials.tell_ends();
        Ok(credentials)
    }

    pub(super) fn authenticator(&self) -> Arc<Authenticator> {
        self.authenticator.clone()
    }

    pub(super) fn certificates(&self) -> Option<Arc<Certificates>> {
        self.certificates.clone()
    }

    /// Reads the files again. New connections get the certificates, and every call is judged by the keys, that they hold
    /// now; connections and streams that are open stay. Blocks the thread for as long as the files take to be read.
    ///
    /// # Errors
    /// [`ReloadError`], logged and counted already; what could not be read stays as it was.
    pub fn reload(&self) -> Result<(), ReloadError> {
        let keys = self.authenticator.reload().map_err(ReloadError::Key);
        self.tell("keys", &keys);
        let certificates = match &self.certificates {
            Some(certificates) => certificates.reload().map_err(ReloadError::Tls),
            None => Ok(false),
        };
        self.tell("certificates", &certificates);
        self.tell_ends();
        keys.and(certificates).map(drop)
    }

    /// Tells until when the certificates in use are valid.
    fn tell_ends(&self) {
        if let Some(certificates) = &self.certificates {
            self.metrics.certificates_expire(&certificates.expiries());
        }
    }

    fn tell(&self, what: &str, reloaded: &Result<bool, ReloadError>) {
        match reloaded {
            Ok(false) => {}
            Ok(true) => {
                info!("new {what} are in use");
                self.metrics.reloaded(true);
            }
            Err(error) => {
                error!(%error, "new {what} were not taken; the old ones stay in use");
                self.metrics.reloaded(false);
            }
        }
    }

    /// Looks at the files again and again, until it is dropped.
    pub(super) async fn keep_up(self: Arc<Self>, every: Duration) {
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // They have just been read.
        ticks.tick().await;
        loop {
            ticks.tick().await;
            let credentials = self.clone();
            // What is wrong has been told.
            let _ = spawn_blocking(move || credentials.reload()).await;
        }
    }
}
