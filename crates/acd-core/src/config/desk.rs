//! What agents may choose from, and what things are called on their screens.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::mask::{AttributeKind, MaskConfig, Viewer, Visibility};
use crate::ids::DurationMs;

/// The language in which people are told what has no text in their own.
const COMMON: &str = "en";

/// A text for people: one for all languages, or one for each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wording {
    /// By language, as a tag of BCP 47; of an empty one: for all of them.
    pub by_language: BTreeMap<Arc<str>, Arc<str>>,
}

impl Wording {
    /// One text for all languages.
    pub fn plain(text: &str) -> Self {
        Self {
            by_language: BTreeMap::from([(Arc::from(""), Arc::from(text))]),
        }
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.by_language.is_empty()
    }

    /// The text in a language, else in its bare language (`ru` of `ru-RU`), else the one for all, else in English, else the
    /// first one.
    pub fn in_language(&self, tag: &str) -> Option<&str> {
        let bare = tag.split('-').next().unwrap_or_default();
        let of = |wanted: &str| {
            let mut all = self.by_language.iter();
            all.find(|(tag, _)| tag.eq_ignore_ascii_case(wanted))
        };
        let texts = [tag, bare, "", COMMON].into_iter().find_map(of);
        let text = texts.or_else(|| self.by_language.iter().next());
        text.map(|(_, text)| &**text)
    }
}

/// A reason of not ready or of a pause that agents may choose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReasonConfig {
    /// The reason code.
    pub name: Arc<str>,
    /// What it is called; empty: as its code.
    pub label: Wording,
    /// How long an agent may be not ready for it on a day of the tenant; none: nothing is said. It is shown, nothing is
    /// refused.
    pub allowed_ms: Option<DurationMs>,
}

/// What may become of a contact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DispositionConfig {
    /// The disposition code.
    pub name: Arc<str>,
    /// What it is called; empty: as its code.
    pub label: Wording,
}

/// An attribute that contacts may have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AttributeConfig {
    /// Its key.
    pub name: Arc<str>,
    /// What it is called; empty: as its key.
    pub label: Wording,
    /// What its value is.
    pub kind: AttributeKind,
    /// Who is shown how much of it.
    pub mask: MaskConfig,
}

impl AttributeConfig {
    /// What a viewer is shown of its values: what is configured, else what its kind says, if that says anything.
    pub fn shown_to(&self, viewer: Viewer) -> Option<Visibility> {
        self.mask.shown_to(viewer).or(match self.kind {
            AttributeKind::Card => Some(Visibility::Last(4)),
            AttributeKind::Secret => Some(Visibility::Hidden),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_told_in_the_language_that_is_nearest() {
        let of = |texts: &[(&str, &str)]| Wording {
            by_language: texts
                .iter()
                .map(|(tag, text)| (Arc::from(*tag), Arc::from(*text)))
                .collect(),
        };
        let all = of(&[("en", "Break"), ("ru", "Перерыв"), ("pt-BR", "Pausa")]);
        assert_eq!(all.in_language("ru"), Some("Перерыв"));
        assert_eq!(all.in_language("RU-ru"), Some("Перерыв"));
        assert_eq!(all.in_language("pt-br"), Some("Pausa"));
        assert_eq!(all.in_language("fa"), Some("Break"));
        assert_eq!(of(&[("ru", "Перерыв")]).in_language("fa"), Some("Перерыв"));
        assert_eq!(Wording::plain("Pause").in_language("fa"), Some("Pause"));
        assert_eq!(Wording::default().in_language("en"), None);
    }
}
