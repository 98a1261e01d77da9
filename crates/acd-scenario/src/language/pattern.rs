//! The patterns that statements are written by: `AGENT (accepts|takes) CONTACT [after DURATION]`.
//!
//! Small words stand for themselves, `(a|b)` for one of them, `[...]` may be left out, and a word in capitals is a
//! [`Slot`] for something of that kind.

use std::collections::BTreeSet;

use super::arguments::{Argument, Arguments};
use super::slot::{Reading, Slot};
use crate::tokens::Token;

/// A pattern, ready to be matched.
#[derive(Debug)]
pub(crate) struct Pattern {
    elements: Vec<Element>,
}

#[derive(Debug)]
enum Element {
    Words(Vec<&'static str>),
    Slot(Slot),
    Optional(Vec<Element>),
}

/// How far the patterns came that did not match, and what they would have taken there.
#[derive(Debug, Default)]
pub(crate) struct Furthest {
    /// The token at which nothing fitted.
    pub(crate) at: usize,
    /// The words that would have.
    pub(crate) words: BTreeSet<&'static str>,
    /// The kinds of things that would have.
    pub(crate) kinds: BTreeSet<&'static str>,
    /// What is wrong with the token and the remedy, where a kind fitted and its content did not.
    pub(crate) wrong: Option<(String, String)>,
}

impl Furthest {
    fn reached(&mut self, at: usize) -> bool {
        if at > self.at {
            *self = Furthest {
                at,
                ..Furthest::default()
            };
        }
        at == self.at
    }

    pub(crate) fn wanted_word(&mut self, at: usize, words: &[&'static str]) {
        if self.reached(at) {
            self.words.extend(words);
        }
    }

    pub(crate) fn wanted_kind(&mut self, at: usize, kind: &'static str) {
        if self.reached(at) {
            self.kinds.insert(kind);
        }
    }

    pub(crate) fn found_wrong(&mut self, at: usize, wrong: String, remedy: String) {
        if self.reached(at) {
            self.wrong = Some((wrong, remedy));
        }
    }
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Panics
    /// If it is not well formed: patterns are part of the program, and a test reads them all.
    pub(crate) fn new(text: &'static str) -> Self {
        let mut parts = parts(text).into_iter();
        let elements = elements(&mut parts, text);
        Self { elements }
    }

    /// Matches the tokens from `at` on; gives where the match ends. `whole`: it must end at the last token.
    pub(crate) fn matched(
        &self,
        reading: &Reading<'_>,
        at: usize,
        whole: bool,
        furthest: &mut Furthest,
    ) -> Option<(Arguments, usize)> {
        let mut arguments = Arguments::default();
        let end = sequence(&self.elements, reading, at, &mut arguments, furthest)?;
        if whole && end < reading.tokens.len() {
            furthest.wanted_kind(end, "the end of the line");
            return None;
        }
        Some((arguments, end))
    }
}

/// Matches elements one after another. What may be left out is taken if the rest of the line can then be read, and
/// left out otherwise.
fn sequence(
    elements: &[Element],
    reading: &Reading<'_>,
    at: usize,
    arguments: &mut Arguments,
    furthest: &mut Furthest,
) -> Option<usize> {
    let Some((element, rest)) = elements.split_first() else {
        return Some(at);
    };
    let end = match element {
        Element::Words(words) => word(words, reading, at, arguments, furthest)?,
        Element::Slot(slot) => slot.read(reading, at, arguments, furthest)?,
        Element::Optional(inner) => {
            let mut tried = arguments.clone();
            let taken = sequence(inner, reading, at, &mut tried, furthest)
                .and_then(|end| sequence(rest, reading, end, &mut tried, furthest));
            if taken.is_some() {
                *arguments = tried;
                return taken;
            }
            at
        }
    };
    sequence(rest, reading, end, arguments, furthest)
}

/// Matches one of the words that stand for themselves; of several, which one is kept.
fn word(
    words: &[&'static str],
    reading: &Reading<'_>,
    at: usize,
    arguments: &mut Arguments,
    furthest: &mut Furthest,
) -> Option<usize> {
    let token = reading.tokens.get(at);
    let Some(word) = words.iter().find(|word| token.is_some_and(|t| t.is(word))) else {
        furthest.wanted_word(at, words);
        return None;
    };
    if words.len() > 1 {
        arguments.push(Argument::Choice(word));
    }
    Some(at + 1)
}

/// The words, brackets and signs of a pattern.
fn parts(text: &'static str) -> Vec<&'static str> {
    let mut parts = Vec::new();
    for mut word in text.split_whitespace() {
        while let Some(inner) = word.strip_prefix('[') {
            parts.push("[");
            word = inner;
        }
        let inner = word.trim_end_matches([']', ':', ',']);
        if !inner.is_empty() {
            parts.push(inner);
        }
        parts.extend(word[inner.len()..].split_inclusive(|_| true));
    }
    parts
}

/// The elements up to the closing bracket, or the end.
fn elements(parts: &mut std::vec::IntoIter<&'static str>, text: &str) -> Vec<Element> {
    let mut found = Vec::new();
    while let Some(part) = parts.next() {
        found.push(match part {
            "[" => Element::Optional(elements(parts, text)),
            "]" => return found,
            _ if part.starts_with(|c: char| c.is_ascii_uppercase()) => {
                Element::Slot(Slot::named(part).unwrap_or_else(|| panic!("{part} in {text:?}")))
            }
            _ => {
                let choice = part.strip_prefix('(').and_then(|p| p.strip_suffix(')'));
                Element::Words(choice.unwrap_or(part).split('|').collect())
            }
        });
    }
    found
}

/// What the tokens from `at` on read as.
pub(crate) fn rest_of(tokens: &[Token], at: usize) -> String {
    let shown: Vec<String> = tokens.iter().skip(at).map(Token::shown).collect();
    shown.join(" ")
}
