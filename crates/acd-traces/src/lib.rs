//! What a trace shows of a contact: its durable events as spans, with when each input came in, was decided, committed and
//! told. Nothing here knows OpenTelemetry, a network or a clock; `acd-otlp` sends the spans.
//!
//! A trace is one contact. Its id, and the ids of its spans, follow from the journal, the tenant and the numbers of
//! events: whoever tells of the same thing, on any thread and after any restart, gives it the same id, and no context goes
//! through the engine. So does whether a contact is told of at all: its whole trace, or none of it ([`Sampling`]).
//!
//! What lasts (a contact, a visit, an offer, a handling) is told when it ends, from the facts as they were before the
//! event that ended it. What happened at once is told with its batch. So [`Traces`] remembers next to nothing.
//!
//! **Personal data** cannot come into a span: a [`Value`] is made of names, numbers and words of the program, and of no
//! other type.

mod backlog;
mod ids;
mod input;
mod span;
mod traces;
mod words;

pub use backlog::{Backlog, Waiting, backlog};
pub use ids::{Sampling, SpanId, TraceId, Traceparent};
pub use input::{Came, Input, Lapse, TimeNs};
pub use span::{Kind, Span, Value};
pub use traces::{Origin, Traces};

/// Which contacts are told of, and where their spans go.
#[derive(Clone, Debug)]
pub struct Tracing {
    /// How many contacts are told of.
    pub sampling: Sampling,
    /// Where their spans wait for whoever sends them.
    pub backlog: Backlog,
}
