//! What is known of an input beside its events: where it came from, and when what was done with it.

use crate::ids::Traceparent;

/// An instant of engine time, in nanoseconds since the Unix epoch.
pub type TimeNs = u64;

/// From when until when something was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lapse {
    /// When it began.
    pub begun_at: TimeNs,
    /// When it was done.
    pub ended_at: TimeNs,
}

impl Lapse {
    /// No time at all, at this instant.
    pub(crate) fn at(instant: TimeNs) -> Self {
        Self {
            begun_at: instant,
            ended_at: instant,
        }
    }
}

/// How a request came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Came {
    /// When a service put it into the mailbox.
    pub at: TimeNs,
    /// The span of the caller, if they told one.
    pub caller: Option<Traceparent>,
}

/// One input of an engine, decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
    /// The name of what was asked; none: time itself was the input.
    pub command: Option<&'static str>,
    /// How it came in; none: it is the server's own.
    pub came: Option<Came>,
    /// When the engine decided it.
    pub decided: Lapse,
    /// The sequences of the first and the last event that it caused.
    pub events: (u64, u64),
}
