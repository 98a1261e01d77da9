//! What agents may choose from, and what things are called.

use std::sync::Arc;

use acd_core::config::{
    AttributeConfig, AttributeKind, DispositionConfig, MaskConfig, ReasonConfig, Viewer,
    Visibility, Wording,
};
use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::{Names, awkward, optional_duration};

pub(super) fn reasons(names: &Names) -> Vec<impl Strategy<Value = ReasonConfig> + use<>> {
    let reason = |name: &String| {
        let name: Arc<str> = Arc::from(name.as_str());
        (label(), optional_duration(1)).prop_map(move |(label, allowed_ms)| ReasonConfig {
            name: name.clone(),
            label,
            allowed_ms,
        })
    };
    names.reasons.iter().map(reason).collect()
}

pub(super) fn dispositions(names: &Names) -> Vec<impl Strategy<Value = DispositionConfig> + use<>> {
    let disposition = |name: &String| {
        let name: Arc<str> = Arc::from(name.as_str());
        label().prop_map(move |label| DispositionConfig {
            name: name.clone(),
            label,
        })
    };
    names.dispositions.iter().map(disposition).collect()
}

pub(super) fn attributes(names: &Names) -> Vec<impl Strategy<Value = AttributeConfig> + use<>> {
    let attribute = |name: &String| {
        let name: Arc<str> = Arc::from(name.as_str());
        (label(), kind(), mask()).prop_map(move |(label, kind, mask)| AttributeConfig {
            name: name.clone(),
            label,
            kind,
            mask,
        })
    };
    names.attributes.iter().map(attribute).collect()
}

fn kind() -> impl Strategy<Value = AttributeKind> {
    use AttributeKind::{Card, Date, Email, Link, Number, Phone, Secret, Text};
    select(vec![Text, Number, Date, Phone, Email, Link, Card, Secret])
}

/// Who is shown how much of a value.
pub(super) fn mask() -> impl Strategy<Value = MaskConfig> {
    let visibility = || {
        option::of(prop_oneof![
            Just(Visibility::Full),
            Just(Visibility::Hidden),
            (1..=32_u8).prop_map(Visibility::Last),
        ])
    };
    let reveal = subsequence(vec![Viewer::Agent, Viewer::Supervisor], 0..=2);
    (visibility(), visibility(), reveal).prop_map(|(agent, supervisor, reveal)| MaskConfig {
        agent,
        supervisor,
        reveal: reveal.into_iter().collect(),
    })
}

pub(super) fn label() -> impl Strategy<Value = Wording> {
    wording(awkward().boxed())
}

/// A script of several lines, some with what ends a text in TOML.
pub(super) fn script() -> impl Strategy<Value = Wording> {
    let lines = subsequence(
        vec![
            "# Good day",
            "\"\"\"",
            "\\n {{order}}",
            "",
            "\tü",
            "\"",
            "\n",
        ],
        1..=4,
    );
    wording(lines.prop_map(|lines| lines.join("\n") + ".").boxed())
}

fn wording(text: BoxedStrategy<String>) -> impl Strategy<Value = Wording> {
    let languages = select(vec!["en", "fa", "ru-RU"]).prop_map(Arc::from);
    let by_language = btree_map(languages, text.clone().prop_map(Arc::from), 0..=2);
    prop_oneof![
        text.prop_map(|text| Wording::plain(&text)),
        by_language.prop_map(|by_language| Wording { by_language })
    ]
}

/// Some of the dispositions, in any order.
pub(super) fn chosen(names: &Names) -> impl Strategy<Value = Vec<Arc<str>>> + use<> {
    let codes: Vec<Arc<str>> = names
        .dispositions
        .iter()
        .map(|code| Arc::from(code.as_str()))
        .collect();
    let count = codes.len();
    subsequence(codes, 0..=count).prop_shuffle()
}
