//! Values of closed lists as the words that events, metrics and the API use.

mod said;

use acd_core::state::Presence;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use self::said::{Said, Words};

use crate::value::Text;

/// A value of a closed list, and why if that says more: `abandoned`, `customer`.
pub(crate) fn word(value: &impl Serialize) -> (Text, Option<Text>) {
    let Said { word, why } = value.serialize(Words).unwrap_or_default();
    (Text::word(word), why.map(Text::word))
}

/// The same in one word: `closed_hours`.
pub(crate) fn one_word(value: &impl Serialize) -> Text {
    match word(value) {
        (word, None) => word,
        (word, Some(why)) => format!("{}_{}", word.as_str(), why.as_str()).into(),
    }
}

/// The value that a word and its reason stand for; none: they stand for none.
pub fn meant<T: DeserializeOwned>(word: &str, why: Option<&str>) -> Option<T> {
    let value = match why {
        None => Json::String(word.to_owned()),
        Some(why) => serde_json::json!({ word: why }),
    };
    serde_json::from_value(value).ok()
}

/// A value as JSON.
pub(crate) fn json(value: &impl Serialize) -> Text {
    serde_json::to_string(value).unwrap_or_default().into()
}

/// A presence with its reason code.
pub(crate) fn presence(presence: &Presence) -> (&'static str, Option<Text>) {
    match presence {
        Presence::Offline => ("offline", None),
        Presence::Ready => ("ready", None),
        Presence::NotReady(reason) => ("not_ready", Some(reason.clone().into())),
    }
}
