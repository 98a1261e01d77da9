//! What the service manager is told, where one has started the process (systemd, `Type=notify`). Without one, nothing is.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::{MissedTickBehavior, interval};

/// It serves: whoever waits for its start goes on.
pub(crate) fn ready() {
    tell(NotifyState::Ready);
}

/// It has begun to end in order.
pub(crate) fn stopping() {
    tell(NotifyState::Stopping);
}

/// Tells that the process is not stuck, for as long as this is polled, if the manager wants to know. Never completes.
pub(crate) async fn keep_alive() {
    let Some(limit) = sd_notify::watchdog_enabled() else {
        return std::future::pending().await;
    };
    // Twice as often as the manager asks: one that comes late is no reason to be killed.
    let mut ticks = interval((limit / 2).max(Duration::from_millis(1)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        tell(NotifyState::Watchdog);
    }
}

/// A manager that does not hear it acts by itself, and its own log says so; nothing can be done here.
fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "the service manager cannot be told");
    }
}
