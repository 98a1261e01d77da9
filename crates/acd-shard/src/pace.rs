//! What comes after a step of something that never waits by itself.

use acd_core::ids::TimeMs;

/// What comes after a step. `S` is what is left at the end.
#[derive(Debug)]
pub(crate) enum Pace<S> {
    /// There is more to do.
    Again,
    /// There is nothing to do before this instant of engine time, unless something comes in; none: at no instant.
    Until(Option<TimeMs>),
    /// It has stopped for good.
    Stopped(S),
}
