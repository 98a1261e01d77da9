//! What stands in one column of one row.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use acd_core::ids::{
    AdapterName, AgentName, CallerName, Channel, ContactName, PlanName, QueueName,
};
use acd_core::personal::Personal;

/// What stands in one column of one row.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Nothing.
    #[default]
    Null,
    /// A number: a count, an instant, a length, the number of a thing.
    Int(i64),
    /// Yes or no.
    Bool(bool),
    /// A name or a word.
    Text(Text),
    /// Personal data: written as it is, never shown in a message.
    Personal(Personal),
}

/// A text as a store holds it. PostgreSQL has no character 0; it is replaced, in both stores alike.
#[derive(Clone)]
pub struct Text(Held);

#[derive(Clone)]
enum Held {
    /// A word of the program's own.
    Word(&'static str),
    Shared(Arc<str>),
}

impl Text {
    /// A word of the program's own: that takes no memory.
    pub const fn word(word: &'static str) -> Self {
        Self(Held::Word(word))
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Held::Word(word) => word,
            Held::Shared(text) => text,
        }
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::word("")
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl From<Arc<str>> for Text {
    fn from(text: Arc<str>) -> Self {
        Self(Held::Shared(match text.contains('\0') {
            true => text.replace('\0', "\u{fffd}").into(),
            false => text,
        }))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::from(Arc::<str>::from(text))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::from(Arc::<str>::from(text))
    }
}

impl From<Channel> for Text {
    fn from(channel: Channel) -> Self {
        Self::word(channel.as_str())
    }
}

macro_rules! names {
    ($($name:ident),*) => {$(
        impl From<&$name> for Text {
            fn from(name: &$name) -> Self {
                Self::from(name.as_str())
            }
        }
    )*};
}
names!(
    AdapterName,
    AgentName,
    CallerName,
    ContactName,
    PlanName,
    QueueName
);

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Value {
    /// The number, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("nothing"),
            Value::Int(number) => number.fmt(f),
            Value::Bool(yes) => yes.fmt(f),
            Value::Text(text) => fmt::Debug::fmt(text, f),
            Value::Personal(_) => f.write_str("[redacted]"),
        }
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Numbers: `BIGINT` in PostgreSQL, `INTEGER` in SQLite.
    Int,
    /// Yes or no: `BOOLEAN` in PostgreSQL, 0 or 1 in SQLite.
    Bool,
    /// Text.
    Text,
    /// Personal data, as text.
    Personal,
}

/// A type of which the fields of rows are.
pub trait Field {
    /// What its column holds.
    const KIND: Kind;
    /// Whether its column may hold nothing.
    const NULLABLE: bool = false;

    /// As it stands in the row.
    fn into_value(self) -> Value;

    /// As it was before; none: something else stands there.
    fn from_value(value: Value) -> Option<Self>
    where
        Self: Sized;
}

impl Field for i64 {
    const KIND: Kind = Kind::Int;

    fn into_value(self) -> Value {
        Value::Int(self)
    }

    fn from_value(value: Value) -> Option<Self> {
        value.as_int()
    }
}

impl Field for bool {
    const KIND: Kind = Kind::Bool;

    fn into_value(self) -> Value {
        Value::Bool(self)
    }

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Bool(yes) => Some(yes),
            _ => None,
        }
    }
}

impl Field for Text {
    const KIND: Kind = Kind::Text;

    fn into_value(self) -> Value {
        Value::Text(self)
    }

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Field for Personal {
    const KIND: Kind = Kind::Personal;

    fn into_value(self) -> Value {
        match self.is_erased() || self.reveal().contains('\0') {
            true => Value::Personal(self.reveal().replace('\0', "\u{fffd}").into()),
            false => Value::Personal(self),
        }
    }

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Personal(text) => Some(text),
            _ => None,
        }
    }
}

impl<F: Field> Field for Option<F> {
    const KIND: Kind = F::KIND;
    const NULLABLE: bool = true;

    fn into_value(self) -> Value {
        self.map_or(Value::Null, Field::into_value)
    }

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => F::from_value(value).map(Some),
        }
    }
}

/// A count or a number as stores hold it: they know no more than signed ones of 64 bits.
pub(crate) fn int(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
