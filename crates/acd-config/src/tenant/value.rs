//! Values as a document writes them, and as a sentence tells them.

use std::borrow::Cow;
use std::fmt::Display;

use acd_core::config::duration_text;
use acd_core::ids::DurationMs;
use acd_core::personal::Personal;

use super::words::Word;
use crate::toml_text::{key_text, string_text};

/// The longest list that stands on one line, in bytes.
const LINE_BYTES: usize = 100;

/// The value of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// Nothing: the key is left out.
    Absent,
    /// TOML on one line.
    Plain(String),
    /// The elements of a list, each TOML on one line.
    List(Vec<String>),
}

/// Whether personal data (addresses, destinations) is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// As it is.
    Whole,
    /// Personal data is left out.
    Redacted,
}

impl Shown {
    /// A piece of personal data.
    pub(crate) fn personal(self, value: &Personal) -> String {
        match self {
            Shown::Whole => string_text(value.reveal()),
            Shown::Redacted => string_text(&value.to_string()),
        }
    }
}

impl Value {
    /// A text in quotes.
    pub(crate) fn text(text: impl Display) -> Self {
        Value::Plain(string_text(&text.to_string()))
    }

    /// A number, true or false.
    pub(crate) fn bare(value: impl Display) -> Self {
        Value::Plain(value.to_string())
    }

    /// A length of time.
    pub(crate) fn duration(value: DurationMs) -> Self {
        Value::text(duration_text(value))
    }

    /// A word.
    pub(crate) fn word(word: impl Word) -> Self {
        Value::text(word.word())
    }

    /// A list of texts.
    pub(crate) fn texts<T: Display>(texts: impl IntoIterator<Item = T>) -> Self {
        Value::List(
            texts
                .into_iter()
                .map(|text| string_text(&text.to_string()))
                .collect(),
        )
    }

    /// A list of words.
    pub(crate) fn words<'w, T: Word>(words: impl IntoIterator<Item = &'w T>) -> Self {
        Value::texts(words.into_iter().map(|word| word.word()))
    }

    /// A table of keys that have a value.
    pub(crate) fn table(keys: impl IntoIterator<Item = (impl AsRef<str>, Value)>) -> Self {
        let mut entries = Vec::new();
        for (key, value) in keys {
            if let Some(value) = value.line() {
                entries.push(format!("{} = {value}", key_text(key.as_ref())));
            }
        }
        Value::Plain(match entries.as_slice() {
            [] => "{}".to_owned(),
            entries => format!("{{ {} }}", entries.join(", ")),
        })
    }

    /// The value, if it is not the one given.
    pub(crate) fn unless<T: PartialEq>(
        value: T,
        default: T,
        write: impl FnOnce(T) -> Self,
    ) -> Self {
        if value == default {
            Value::Absent
        } else {
            write(value)
        }
    }

    /// The value as TOML on one line.
    pub(crate) fn line(&self) -> Option<Cow<'_, str>> {
        match self {
            Value::Absent => None,
            Value::Plain(text) => Some(Cow::Borrowed(text)),
            Value::List(elements) => Some(Cow::Owned(format!("[{}]", elements.join(", ")))),
        }
    }

    /// The value as TOML; a list of one line per element where it would be long.
    pub(crate) fn document(&self) -> Option<Cow<'_, str>> {
        let line = self.line()?;
        Some(match self {
            Value::List(elements) if line.len() > LINE_BYTES => {
                Cow::Owned(format!("[\n    {},\n]", elements.join(",\n    ")))
            }
            _ => line,
        })
    }

    /// The value in a sentence.
    pub(crate) fn told(&self) -> Cow<'_, str> {
        let Some(line) = self.line().filter(|line| !matches!(&**line, "[]" | "{}")) else {
            return Cow::Borrowed("none");
        };
        match self {
            Value::Plain(text) if text.starts_with('"') && !text.contains('\\') => {
                Cow::Borrowed(text.trim_matches('"'))
            }
            _ => line,
        }
    }
}

impl<T> From<Option<T>> for Value
where
    Value: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Absent, Value::from)
    }
}

macro_rules! bare {
    ($($number:ty),*) => {$(
        impl From<$number> for Value {
            fn from(value: $number) -> Self {
                Value::bare(value)
            }
        }
    )*};
}
bare!(u8, u32, u64, i32, bool);
