//! Personal data is forgotten by age. Contacts have no date by which they could be found, but numbers that rise: it is marked
//! which number the last event had when a day began, and everything up to an old enough mark is old enough.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::Facts;
use crate::event::PersonalExpired;
use crate::ids::{ContactId, DurationMs, TimeMs};

/// How far marks are apart at least. Days have 23 hours or more; a zone that is changed again and again makes no more marks.
const APART_MS: DurationMs = 12 * 3_600_000;

/// How far the personal data of contacts is forgotten by age.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expiry {
    /// The beginnings of days, the oldest first: only the first can be old enough.
    pub marks: VecDeque<Mark>,
    /// The personal data of contacts up to this number is forgotten,
    pub through: ContactId,
    /// but of these.
    pub kept: BTreeSet<ContactId>,
}

/// The beginning of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// When it was; the engine may have been down then.
    pub at_ms: TimeMs,
    /// The contacts up to this number were accepted before it, and no others.
    pub last: ContactId,
}

impl Default for Expiry {
    fn default() -> Self {
        Self {
            marks: VecDeque::new(),
            through: ContactId(0),
            kept: BTreeSet::new(),
        }
    }
}

impl Expiry {
    /// Whether the personal data of a contact is forgotten by age.
    pub fn has(&self, contact: ContactId) -> bool {
        contact <= self.through && !self.kept.contains(&contact)
    }

    /// Notes the beginning of a day, while data is kept for so long, and drops the marks that say nothing any more.
    pub(super) fn note(&mut self, mark: Mark, now: TimeMs, keep_ms: Option<DurationMs>) {
        let Some(keep_ms) = keep_ms else {
            self.marks.clear();
            return;
        };
        let newest = self.marks.back();
        if newest.is_none_or(|newest| newest.at_ms + APART_MS <= mark.at_ms) {
            self.marks.push_back(mark);
        }
        while let Some(second) = self.marks.get(1)
            && second.at_ms + keep_ms <= now
        {
            self.marks.pop_front();
        }
    }
}

impl Facts {
    /// What has become old since personal data was forgotten last; none: nothing has.
    pub(crate) fn newly_expired(&self) -> Option<PersonalExpired> {
        let keep_ms = self.settings.keep_personal_ms?;
        let old = self.expiry.marks.front()?;
        if self.now < old.at_ms + keep_ms {
            return None;
        }
        let before = &self.expiry;
        let through = old.last.max(before.through);
        let in_use = self.in_use(through);
        let is_kept = |contact: &ContactId| *contact > old.last || in_use.contains(contact);
        let left = before.kept.iter().copied().filter(is_kept);
        let new = in_use.iter().copied().filter(|it| *it > before.through);
        let kept: BTreeSet<ContactId> = left.chain(new).collect();
        let is_new = through > before.through || kept != before.kept;
        is_new.then(|| PersonalExpired {
            through,
            kept: kept.into_iter().collect(),
        })
    }

    /// The contacts up to this number that are open, still to be wrapped up, or may turn out to be alive.
    fn in_use(&self, through: ContactId) -> BTreeSet<ContactId> {
        let open = self.contacts.keys().copied();
        let handled = self.handlings.values().map(|it| it.contact);
        let given_up = self.ended.iter();
        let given_up = given_up.filter(|(_, it)| it.given_up && it.record.is_some());
        let all = open.chain(handled).chain(given_up.map(|((_, id), _)| *id));
        all.filter(|contact| *contact <= through).collect()
    }
}
