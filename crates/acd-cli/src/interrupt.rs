//! The wish of whoever started the process that it end.

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::manager;

/// Ctrl-C and SIGTERM. They end the process by themselves until this listens, so it begins before others are told that
/// the process is up.
pub(crate) struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
}

impl Interrupts {
    /// Listens from now on.
    ///
    /// # Errors
    /// Signals cannot be listened to.
    pub(crate) fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("cannot listen to signals");
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    /// Completes with the next of them.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// The same for a service: its manager is told that it begins to end.
    pub(crate) async fn stop(&mut self) {
        self.next().await;
        manager::stopping();
    }
}
