//! How far a run is, for whoever watches it.

use std::time::Duration;

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Progress {
    /// Nothing is done yet.
    #[default]
    Begin,
    /// Agents log in.
    LoggingIn {
        /// How many are ready.
        ready: u32,
    },
    /// Contacts arrive, or those that are open go on.
    Running {
        /// Since the first arrival.
        elapsed: Duration,
        /// Contacts that arrived.
        arrived: u64,
        /// Contacts whose life is over as it should be.
        completed: u64,
        /// Contacts that are open.
        open: u64,
        /// Arrivals that were refused.
        refused: u64,
    },
    /// Agents log out.
    Leaving,
}
