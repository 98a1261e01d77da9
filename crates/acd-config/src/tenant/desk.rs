//! What agents may choose from, and what things are called: how it is read and written.

use std::sync::Arc;

use acd_core::config::{self, AttributeConfig, DispositionConfig, ReasonConfig};

use super::keys::{Choice, Duration, Form, Keyed, Maybe, keys};
use super::lines::Lines;
use super::mask::Mask;
use super::names::Known;
use super::value::{Shown, Value};
use crate::element::{Element, Section};
use crate::schema::Schema;
use crate::toml_text::{key_text, prose_text, string_text};

keys! { ReasonConfig = "tenants.NAME.reasons.NAME" beside name {
    "label" = label: Wording,
    "allowed" = allowed_ms: Maybe(Duration),
} }

keys! { DispositionConfig = "tenants.NAME.dispositions.NAME" beside name {
    "label" = label: Wording,
} }

keys! { AttributeConfig = "tenants.NAME.attributes.NAME" beside name {
    "label" = label: Wording,
    "kind" = kind: Choice,
    "mask" = mask: Mask,
} }

pub(super) fn reason(name: &str, element: &Element<'_>, known: &Known<'_>) -> ReasonConfig {
    let name = Arc::from(name);
    let reason = ReasonConfig {
        name,
        ..ReasonConfig::default()
    };
    filled_in(reason, element, known)
}

pub(super) fn disposition(
    name: &str,
    element: &Element<'_>,
    known: &Known<'_>,
) -> DispositionConfig {
    let name = Arc::from(name);
    let disposition = DispositionConfig {
        name,
        ..DispositionConfig::default()
    };
    filled_in(disposition, element, known)
}

pub(super) fn attribute(name: &str, element: &Element<'_>, known: &Known<'_>) -> AttributeConfig {
    let name = Arc::from(name);
    let attribute = AttributeConfig {
        name,
        ..AttributeConfig::default()
    };
    filled_in(attribute, element, known)
}

/// A thing with a name, with what its table says.
pub(super) fn filled_in<T: Keyed>(mut thing: T, element: &Element<'_>, known: &Known<'_>) -> T {
    if let Some(section) = element.section(T::SCHEMA) {
        thing.read_keys(&section, known);
    }
    thing
}

/// A text for people: one for all languages, or a table of one for each.
pub(super) struct Wording;

impl Form<config::Wording> for Wording {
    fn read(&self, element: &Element<'_>, _: &Known<'_>) -> Option<config::Wording> {
        wording(element, "Break")
    }
    fn write(&self, value: &config::Wording, _: Shown) -> Value {
        wording_value(value, string_text)
    }
}

/// The same of many lines, which is not told in a sentence.
pub(super) struct Script;

impl Form<config::Wording> for Script {
    fn read(&self, element: &Element<'_>, _: &Known<'_>) -> Option<config::Wording> {
        wording(element, "Good day, this is ...")
    }
    fn write(&self, value: &config::Wording, shown: Shown) -> Value {
        match shown {
            Shown::Whole => wording_value(value, prose_text),
            Shown::Redacted => Value::Absent,
        }
    }
}

fn wording(element: &Element<'_>, example: &str) -> Option<config::Wording> {
    if !element.is_table() {
        return element.text(example).map(config::Wording::plain);
    }
    let entries = element
        .entries(&format!("{{ en = {example:?} }}"))
        .unwrap_or_default();
    let text = |(tag, element): (&str, Element<'_>)| {
        Some((Arc::from(tag), Arc::from(element.text(example)?)))
    };
    Some(config::Wording {
        by_language: entries.into_iter().filter_map(text).collect(),
    })
}

fn wording_value(wording: &config::Wording, write: fn(&str) -> String) -> Value {
    let texts = &wording.by_language;
    if texts.is_empty() {
        return Value::Absent;
    }
    if let Some(text) = texts.get("").filter(|_| texts.len() == 1) {
        return Value::Plain(write(text));
    }
    let entries = texts.iter();
    let entries = entries.map(|(tag, text)| format!("{} = {}", key_text(tag), write(text)));
    Value::Plain(format!("{{ {} }}", entries.collect::<Vec<_>>().join(", ")))
}
