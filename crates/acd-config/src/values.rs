//! The values of a section's keys, each with what holds where the file does not say.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use acd_core::ids::DurationMs;

use crate::element::{Element, Section};
use crate::tenant::names::Names;
use crate::tenant::words::Word;

impl Section<'_> {
    /// A length of time.
    pub(crate) fn duration(&self, key: &'static str, default: DurationMs) -> DurationMs {
        self.optional_duration(key).unwrap_or(default)
    }

    /// A length of time that need not be.
    pub(crate) fn optional_duration(&self, key: &'static str) -> Option<DurationMs> {
        self.get(key)?.duration()
    }

    /// A whole number in a range.
    pub(crate) fn integer(
        &self,
        key: &'static str,
        range: RangeInclusive<u32>,
        default: u32,
    ) -> u32 {
        self.optional_integer(key, range).unwrap_or(default)
    }

    /// A whole number in a range that need not be.
    pub(crate) fn optional_integer(
        &self,
        key: &'static str,
        range: RangeInclusive<u32>,
    ) -> Option<u32> {
        self.get(key)?.integer(range)
    }

    /// True or false.
    pub(crate) fn boolean(&self, key: &'static str, default: bool) -> bool {
        self.get(key)
            .and_then(|element| element.boolean())
            .unwrap_or(default)
    }

    /// One of a few words.
    pub(crate) fn word<T: Word>(&self, key: &'static str, default: T) -> T {
        self.get(key)
            .and_then(|element| element.word())
            .unwrap_or(default)
    }

    /// Some of a few words; none: the key is not there.
    pub(crate) fn words<T: Word + Ord>(&self, key: &'static str) -> Option<BTreeSet<T>> {
        Some(self.get(key)?.words())
    }

    /// The name of another thing of the tenant.
    pub(crate) fn name<T: for<'n> From<&'n str>>(
        &self,
        key: &'static str,
        example: &str,
        known: &Names<'_>,
    ) -> Option<T> {
        self.get(key)?.name(example, known)
    }

    /// Names of other things of the tenant.
    pub(crate) fn name_set<T: for<'n> From<&'n str> + Ord>(
        &self,
        key: &'static str,
        example: &str,
        known: &Names<'_>,
    ) -> BTreeSet<T> {
        let element = self.get(key);
        element
            .map(|element| element.name_set(example, known))
            .unwrap_or_default()
    }
}

impl Element<'_> {
    /// One of a few words.
    pub(crate) fn word<T: Word>(&self) -> Option<T> {
        self.one_of(T::ALL, T::word)
    }

    /// A list of some of a few words.
    pub(crate) fn words<T: Word + Ord>(&self) -> BTreeSet<T> {
        let example = T::ALL.first().map_or("", |choice| choice.word());
        let elements = self.list(&format!("[{example:?}]")).unwrap_or_default();
        elements.iter().filter_map(Element::word).collect()
    }

    /// The name of another thing of the tenant.
    pub(crate) fn name<T: for<'n> From<&'n str>>(
        &self,
        example: &str,
        known: &Names<'_>,
    ) -> Option<T> {
        let name = self.text(example)?;
        known.check(name, self);
        Some(T::from(name))
    }

    /// A list of names of other things of the tenant, in which each may stand once.
    pub(crate) fn name_set<T: for<'n> From<&'n str> + Ord>(
        &self,
        example: &str,
        known: &Names<'_>,
    ) -> BTreeSet<T> {
        let mut names = BTreeSet::new();
        for (name, element) in self.names(example).unwrap_or_default() {
            known.check(name, &element);
            if !names.insert(T::from(name)) {
                element.report(
                    format!("{name:?} stands here a second time"),
                    "remove one of them",
                );
            }
        }
        names
    }

    /// A text or a list of texts.
    pub(crate) fn texts(&self, example: &str) -> BTreeSet<Arc<str>> {
        self.checked_texts(example, |_, _| {})
    }

    /// A text or a list of texts, each of them checked.
    pub(crate) fn checked_texts(
        &self,
        example: &str,
        check: impl Fn(&str, &Element<'_>),
    ) -> BTreeSet<Arc<str>> {
        if let Some(text) = self.as_text() {
            check(text, self);
            return BTreeSet::from([Arc::from(text)]);
        }
        let texts = self.names(example).unwrap_or_default();
        for (text, element) in &texts {
            check(text, element);
        }
        texts.into_iter().map(|(text, _)| Arc::from(text)).collect()
    }

    /// A key that says something by being there: only true makes sense.
    pub(crate) fn only_true(&self) -> bool {
        let value = self.boolean();
        if value == Some(false) {
            self.report(
                "false says nothing here",
                "write true, or leave the key out",
            );
        }
        value == Some(true)
    }
}
