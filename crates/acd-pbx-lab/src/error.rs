//! What can go wrong, with what was waited for and what the program told.

use std::time::Duration;

/// Why the exchange or a phone does not do what it was asked.
#[derive(thiserror::Error)]
pub enum Error {
    /// There is no Asterisk, or no SIPp.
    #[error(
        "no {program}: {why}. `cargo xtask setup` (as root) fetches a private Asterisk with SIPp; \
         or install Debian's `asterisk` and `sip-tester`"
    )]
    NotInstalled {
        /// The program that is missing.
        program: &'static str,
        /// Where it was looked for.
        why: String,
    },
    /// A file or a socket refused.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// What was waited for did not come.
    #[error("waited {limit:?} for {what}, in vain\n{told}")]
    TimedOut {
        /// What was waited for.
        what: String,
        /// For how long.
        limit: Duration,
        /// What is known of the one that was waited for.
        told: String,
    },
    /// A program ended that should run, or failed.
    #[error("{program} ended ({status})\n{told}")]
    Ended {
        /// The program.
        program: String,
        /// How it ended.
        status: String,
        /// What it told.
        told: String,
    },
    /// The plan has no such endpoint, or an endpoint without a phone.
    #[error("the plan has no phone for the endpoint {0:?}")]
    NoSuchPhone(String),
    /// Each phone of its own has its own address, and a network has 241.
    #[error("more phones than addresses: let endpoints share one (Plan::shared_phone)")]
    TooManyPhones,
    /// No loopback addresses are free.
    #[error("no free addresses on the loopback: {0}")]
    NoAddress(std::io::Error),
}

/// As it is displayed: a test that expects something else prints the messages line by line.
impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl Error {
    /// Makes an [`Error::Io`] of what was tried.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}
