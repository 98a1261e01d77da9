//! What a call to a shard gives, and how it fails before the engine has a say.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use acd_core::command::Answer;
use acd_core::ids::{TenantName, TimeMs};
use acd_journal::LogError;
use acd_traces::Traceparent;
use tokio::sync::oneshot;
use tracing::warn;

use crate::clock::Deadline;

/// After how long a call that was refused *busy* is worth repeating: some batches later.
pub const BUSY_RETRY_AFTER: Duration = Duration::from_millis(100);
/// After how long a call is worth repeating while the journal cannot be used.
pub const STORAGE_RETRY_AFTER: Duration = Duration::from_secs(1);

/// The engine's answer, durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// What the engine says.
    pub answer: Answer,
    /// A view at or past this sequence of the tenant shows the effect.
    pub sequence: u64,
    /// Engine time of the answer.
    pub at_ms: TimeMs,
}

/// What is known of a call besides what it asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Called {
    /// Until when an answer is of use; none: for ever.
    pub deadline: Option<Deadline>,
    /// The span of the caller, if they told one.
    pub caller: Option<Traceparent>,
}

impl From<Option<Deadline>> for Called {
    fn from(deadline: Option<Deadline>) -> Self {
        Self {
            deadline,
            caller: None,
        }
    }
}

/// Why a call did not come to the engine, or its answer did not come back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No tenant of this name.
    #[error("there is no tenant {0:?}: check the name, or create the tenant with a configuration")]
    UnknownTenant(TenantName),
    /// A tenant of this name exists already.
    #[error("tenant {0:?} exists already: apply the configuration without creating it")]
    TenantExists(TenantName),
    /// A limit of the process is met; nothing was decided.
    #[error("{what} are limited to {limit}: release some, or raise the limit in the configuration")]
    LimitReached {
        /// What is limited, as its configuration key.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// The shard's mailbox is full, or as full of one caller's or one tenant's calls as it may be; nothing was decided.
    #[error("the shard is busy: repeat the call in {retry_after:?}")]
    Busy {
        /// Whose calls take more places than are left for others; none: all places are taken.
        share: Option<String>,
        /// When it is worth trying again.
        retry_after: Duration,
    },
    /// The deadline passed before the call was decided; it was dropped.
    #[error("the deadline passed before the call was decided: repeat it with a later one")]
    DeadlinePassed,
    /// The journal cannot be written or read; whether the call was decided is not known.
    #[error("the journal cannot be used: repeat the call with the same request id")]
    Unavailable {
        /// When it is worth trying again.
        retry_after: Duration,
    },
    /// The server is stopping; nothing was decided.
    #[error("the server is stopping: connect again and repeat the call")]
    ShuttingDown,
    /// A read failed on a defect of the program; nothing has changed.
    #[error("the read failed on a defect of the program: report it with the server's log")]
    Defect,
    /// The log holds what cannot be read.
    #[error("the log cannot be read: {0}")]
    Log(String),
}

impl CallError {
    pub(crate) fn unavailable() -> Self {
        Self::Unavailable {
            retry_after: STORAGE_RETRY_AFTER,
        }
    }

    /// Of a log that could not be read: its disk may do what it did not do just now.
    pub(crate) fn of_log(error: &LogError) -> Self {
        match error {
            LogError::Storage { .. } => {
                warn!(%error, "the journal cannot be read for a call");
                Self::unavailable()
            }
            _ => Self::Log(error.to_string()),
        }
    }
}

/// A call that stands in the mailbox: the place is taken, so calls submitted one after the other are decided in that
/// order. Dropping it gives up the answer, not the call.
#[derive(Debug)]
pub struct Pending<T = Answered>(oneshot::Receiver<Result<T, CallError>>);

impl<T> Pending<T> {
    pub(crate) fn new() -> (Reply<T>, Self) {
        let (sender, receiver) = oneshot::channel();
        (Reply(sender), Self(receiver))
    }
}

impl<T> Future for Pending<T> {
    type Output = Result<T, CallError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // A shard that has stopped on a failure releases nothing: the call may have been decided or not.
        let answer = ready!(Pin::new(&mut self.0).poll(context));
        Poll::Ready(answer.unwrap_or_else(|_| Err(CallError::unavailable())))
    }
}

/// The shard's end of a [`Pending`].
#[derive(Debug)]
pub(crate) struct Reply<T>(oneshot::Sender<Result<T, CallError>>);

impl<T> Reply<T> {
    /// Whether the caller still waits.
    pub(crate) fn is_awaited(&self) -> bool {
        !self.0.is_closed()
    }

    pub(crate) fn send(self, answer: Result<T, CallError>) {
        // A caller that has gone needs no answer.
        let _ = self.0.send(answer);
    }
}
