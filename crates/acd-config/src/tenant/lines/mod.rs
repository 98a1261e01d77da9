//! The keys of each thing of a configuration with their values, in the order of the reference: what a document writes
//! and what a comparison compares. Every struct is taken apart field by field, so that a new field does not compile
//! until it has a key here.

mod calendar;
pub(super) mod overflow;
pub(super) mod routing;

use acd_core::ids::DurationMs;
use acd_core::requirement::Requirement;

use super::requirement::requirement_text;
use super::value::Value;

pub(crate) use calendar::calendar;
pub(crate) use routing::{plan, rule};

/// Keys with their values.
pub(crate) type Lines = Vec<(&'static str, Value)>;

pub(super) fn duration(value: Option<DurationMs>) -> Value {
    value.map_or(Value::Absent, Value::duration)
}

pub(super) fn text(value: Option<&impl std::fmt::Display>) -> Value {
    value.map_or(Value::Absent, Value::text)
}

pub(super) fn asked(requirement: &Requirement) -> Value {
    Value::text(requirement_text(requirement))
}

/// A list or table that is left out if it is empty.
pub(super) fn filled(list: Value) -> Value {
    match list {
        Value::List(elements) if elements.is_empty() => Value::Absent,
        Value::Plain(text) if text == "{}" => Value::Absent,
        value => value,
    }
}

/// A list of elements, each with a value of its own.
pub(super) fn list<T>(elements: impl IntoIterator<Item = T>, write: impl Fn(T) -> Value) -> Value {
    let written = elements.into_iter().map(write);
    Value::List(
        written
            .filter_map(|value| value.line().map(Into::into))
            .collect(),
    )
}

/// Texts: a single one as it is, several as a list.
fn one_or_all<T: std::fmt::Display>(mut values: impl ExactSizeIterator<Item = T>) -> Value {
    match values.len() {
        1 => values.next().map_or(Value::Absent, Value::text),
        _ => Value::texts(values),
    }
}
