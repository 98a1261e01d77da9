//! Who has pages open, and who has signed out.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;

use crate::clock;

/// How long a session without an end is remembered after its person has signed out.
const REMEMBERED_MS: i64 = 24 * 60 * 60 * 1_000;

/// Who has pages open, and who has signed out. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Persons(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    /// The open pages of each person.
    open: HashMap<String, Open>,
    /// Sessions that were left, by their marks, and until when they are remembered, by the wall clock.
    left: HashMap<String, i64>,
}

#[derive(Default)]
struct Open {
    pages: usize,
    /// Canceled when they sign out.
    leaves: CancellationToken,
}

/// An open page of somebody; it counts until it is dropped.
pub(crate) struct Presence {
    persons: Persons,
    person: String,
    leaves: CancellationToken,
}

impl Presence {
    /// Waits until they sign out.
    pub(crate) async fn left(&self) {
        self.leaves.cancelled().await;
    }
}

impl Persons {
    /// One more open page of this person, unless they have so many.
    pub(crate) fn open(&self, person: &str, most: usize) -> Option<Presence> {
        let mut known = self.known();
        let open = known.open.entry(person.to_owned()).or_default();
        if open.pages >= most {
            return None;
        }
        open.pages += 1;
        Some(Presence {
            persons: self.clone(),
            person: person.to_owned(),
            leaves: open.leaves.clone(),
        })
    }

    /// They sign out: the session with this mark, which would end then (0: not by itself), is none any more, and their
    /// pages end. Those of other sessions of theirs come back.
    pub(crate) fn leave(&self, person: &str, mark: &str, expires_at_ms: i64) {
        let now_ms = clock::wall_ms();
        let until_ms = match expires_at_ms {
            0 => now_ms + REMEMBERED_MS,
            expires_at_ms => expires_at_ms,
        };
        let mut known = self.known();
        known.left.retain(|_, until_ms| *until_ms > now_ms);
        known.left.insert(mark.to_owned(), until_ms);
        if let Some(open) = known.open.get_mut(person) {
            std::mem::take(&mut open.leaves).cancel();
        }
    }

    /// Whether the session with this mark was left.
    pub(crate) fn has_left(&self, mark: &str) -> bool {
        self.known().left.contains_key(mark)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        let mut known = self.persons.known();
        if let Some(open) = known.open.get_mut(&self.person) {
            open.pages -= 1;
            if open.pages == 0 {
                known.open.remove(&self.person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_so_many_pages_and_no_more() {
        let persons = Persons::default();
        let first = persons.open("otto", 1).expect("room for one");
        assert!(persons.open("otto", 1).is_none());
        let _other = persons.open("anna", 1).expect("room for another person");
        drop(first);
        assert!(persons.open("otto", 1).is_some());
    }
}
