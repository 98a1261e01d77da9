//! A span, ready to be sent.

use std::sync::Arc;

use acd_core::ids::{AdapterName, AgentName, Channel, ContactName, QueueName, TenantName};

use crate::ids::{SpanId, TraceId, Traceparent};
use crate::input::Lapse;

/// Something that took time, or happened at an instant, in the trace of one contact.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// The contact's trace.
    pub trace: TraceId,
    /// The span.
    pub id: SpanId,
    /// The span it is a part of; none: it is the contact itself.
    pub parent: Option<SpanId>,
    /// What it tells of, one of a few words.
    pub name: &'static str,
    /// Whose work it is.
    pub kind: Kind,
    /// When.
    pub lapse: Lapse,
    /// What is said of it.
    pub attributes: Vec<(&'static str, Value)>,
    /// The span of the caller who set it off.
    pub link: Option<Traceparent>,
    /// What failed, if the system did.
    pub failure: Option<&'static str>,
}

/// Whose work a span tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A client waits for it.
    Server,
    /// The engine's own.
    Internal,
}

/// What an attribute says: a name, a number or a word of the program. Personal data has no way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A word of the program.
    Word(&'static str),
    /// A name that the configuration or an adapter gave.
    Name(Arc<str>),
    /// Several words of the program.
    Words(Vec<&'static str>),
    /// A number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
}

macro_rules! names {
    ($($name:ty),*) => {$(
        impl From<&$name> for Value {
            fn from(name: &$name) -> Self {
                Value::Name(name.as_str().into())
            }
        }
    )*};
}
names!(AdapterName, AgentName, ContactName, QueueName, TenantName);

impl From<&'static str> for Value {
    fn from(word: &'static str) -> Self {
        Value::Word(word)
    }
}

impl From<Channel> for Value {
    fn from(channel: Channel) -> Self {
        Value::Word(channel.as_str())
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Flag(flag)
    }
}

macro_rules! numbers {
    ($($int:ty),*) => {$(
        impl From<$int> for Value {
            fn from(number: $int) -> Self {
                Value::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
    )*};
}
numbers!(i64, u64, u32, u16, usize);
