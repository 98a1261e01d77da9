//! What runs have seen of all there is.

use std::collections::BTreeMap;

use acd_core::event::Event;

/// How often each thing of a kind was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage(BTreeMap<&'static str, BTreeMap<String, u64>>);

impl Coverage {
    /// It was seen once more.
    pub fn see(&mut self, kind: &'static str, name: &str) {
        let seen = self.0.entry(kind).or_default();
        match seen.get_mut(name) {
            Some(times) => *times += 1,
            None => {
                seen.insert(name.to_owned(), 1);
            }
        }
    }

    /// What an event shows besides its name.
    pub(crate) fn see_event(&mut self, event: &Event) {
        match event {
            Event::VisitEnded(ended) => {
                self.see("outcome", &variant(&ended.outcome));
            }
            Event::OfferEnded(ended) => self.see("offer end", &format!("{:?}", ended.end)),
            Event::AdapterEventApplied(applied) => {
                if let Some(refusal) = &applied.refused {
                    self.see("refusal", refusal.reason.as_str());
                }
            }
            Event::RequestAnswered(answered) => {
                if let Err(refusal) = &answered.answer {
                    self.see("refusal", refusal.reason.as_str());
                }
            }
            _ => {}
        }
    }

    /// Adds what another run has seen.
    pub fn add(&mut self, other: &Self) {
        for (kind, seen) in &other.0 {
            let known = self.0.entry(kind).or_default();
            for (name, times) in seen {
                *known.entry(name.clone()).or_default() += times;
            }
        }
    }

    /// How often each thing of this kind was seen.
    pub fn of(&self, kind: &str) -> impl Iterator<Item = (&str, u64)> {
        let seen = self.0.get(kind).into_iter().flatten();
        seen.map(|(name, times)| (name.as_str(), *times))
    }

    /// Those of these that were never seen.
    pub fn missing<'a>(&self, kind: &str, all: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        let seen = self.0.get(kind);
        let is_missing = |name: &&str| seen.is_none_or(|seen| !seen.contains_key(*name));
        all.into_iter().filter(is_missing).collect()
    }
}

/// The name of a variant, without what it holds.
fn variant(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    text.split([' ', '{', '(']).next().unwrap_or_default().to_owned()
}
