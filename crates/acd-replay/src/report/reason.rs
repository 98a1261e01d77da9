//! Why visits leave their queues.

use serde::Serialize;

/// Why a visit left its queue neither answered nor abandoned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowOutReason {
    /// Went to an overflow target.
    Overflow,
    /// Took a callback.
    Callback,
    /// Was moved while waiting.
    Transfer,
    /// Reached its max wait.
    Timeout,
    /// The queue closed.
    Closed,
    /// The last agent became absent.
    NoStaff,
    /// The caller chose an exit.
    ExitChoice,
    /// Was taken back by the adapter or a supervisor.
    Withdrawn,
}

impl FlowOutReason {
    /// The reason in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overflow => "overflow",
            Self::Callback => "callback",
            Self::Transfer => "transfer",
            Self::Timeout => "timeout",
            Self::Closed => "closed",
            Self::NoStaff => "no staff",
            Self::ExitChoice => "exit choice",
            Self::Withdrawn => "withdrawn",
        }
    }
}
