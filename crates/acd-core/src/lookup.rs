//! Finding by key without an order: a hash map that cannot be iterated, so that nothing the engine decides can
//! depend on the order of hashing. It grows a little at a time: none of its steps moves more than some dozens of entries,
//! however many there are.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

// The same in each run of the tests.
#[cfg(test)]
use foldhash::fast::FixedState as RandomState;
#[cfg(not(test))]
use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// How many entries a part has on average before another part is made.
const PART: usize = 24;

/// A hash map without iteration.
///
/// It is a row of small tables that is hashed linearly (Litwin, 1980): as entries come, one part after the other is split
/// in two, and when all have been, the first is split again.
#[derive(Clone, Debug)]
pub(crate) struct Lookup<K, V> {
    parts: Vec<HashTable<(K, V)>>,
    len: usize,
    hashing: RandomState,
}

impl<K, V> Default for Lookup<K, V> {
    fn default() -> Self {
        Self {
            parts: vec![HashTable::new()],
            len: 0,
            hashing: RandomState::default(),
        }
    }
}

impl<K: Hash + Eq, V: PartialEq> PartialEq for Lookup<K, V> {
    fn eq(&self, other: &Self) -> bool {
        let mut entries = self.parts.iter().flatten();
        self.len == other.len && entries.all(|(key, value)| other.value(key) == Some(value))
    }
}

impl<K: Hash + Eq, V> Lookup<K, V> {
    fn value<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let hash = self.hashing.hash_one(key);
        let part = &self.parts[part_of(hash, self.parts.len())];
        let entry = part.find(hash, |entry| entry.0.borrow() == key);
        entry.map(|(_, value)| value)
    }

    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let hash = self.hashing.hash_one(&key);
        let at = part_of(hash, self.parts.len());
        let part = &mut self.parts[at];
        if let Some(entry) = part.find_mut(hash, |entry| entry.0 == key) {
            return Some(std::mem::replace(&mut entry.1, value));
        }
        let hashing = &self.hashing;
        part.insert_unique(hash, (key, value), |entry| hashing.hash_one(&entry.0));
        self.len += 1;
        if self.len > PART * self.parts.len() {
            self.split();
        }
        None
    }

    pub(crate) fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let hash = self.hashing.hash_one(key);
        let at = part_of(hash, self.parts.len());
        let part = &mut self.parts[at];
        let entry = part.find_entry(hash, |entry| entry.0.borrow() == key);
        let ((_, value), _) = entry.ok()?.remove();
        self.len -= 1;
        Some(value)
    }

    /// Makes one more part, of entries of the part whose turn it is.
    fn split(&mut self) {
        let new = self.parts.len();
        let turn = new - (new + 1).next_power_of_two() / 2;
        // With room for just a half, the tables would often be the next larger ones.
        let room = self.parts[turn].len() * 3 / 8;
        let whole = std::mem::replace(&mut self.parts[turn], HashTable::with_capacity(room));
        self.parts.push(HashTable::with_capacity(room));
        for entry in whole {
            let hash = self.hashing.hash_one(&entry.0);
            let part = &mut self.parts[part_of(hash, new + 1)];
            part.insert_unique(hash, entry, |entry| self.hashing.hash_one(&entry.0));
        }
    }
}

impl<K: Hash + Eq, V: Copy> Lookup<K, V> {
    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.value(key).copied()
    }
}

/// Which of so many parts an entry is in. The table within the part goes by the lowest and the highest bits of the hash.
fn part_of(hash: u64, parts: usize) -> usize {
    let place = (hash >> 24) as u32 as usize;
    let round = parts.next_power_of_two();
    let at = place & (round - 1);
    if at < parts { at } else { at - round / 2 }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_map_it_should_be(
            steps in proptest::collection::vec((any::<bool>(), 0..2_000_u64, any::<u8>()), 0..4_000),
        ) {
            let (mut lookup, mut known) = (Lookup::default(), BTreeMap::new());
            for (is_in, key, value) in steps {
                if is_in {
                    prop_assert_eq!(lookup.insert(key, value), known.insert(key, value));
                } else {
                    prop_assert_eq!(lookup.remove(&key), known.remove(&key));
                }
            }
            for key in 0..2_000 {
                prop_assert_eq!(lookup.get(&key), known.get(&key).copied());
            }
            let mut again = Lookup::default();
            known.into_iter().rev().for_each(|(key, value)| _ = again.insert(key, value));
            prop_assert!(lookup == again);
        }
    }

    #[test]
    fn no_part_grows_large() {
        let mut lookup = Lookup::default();
        for key in 0..200_000_u64 {
            lookup.insert(key, ());
            let last = lookup.parts.last().map(HashTable::len);
            assert!(last.is_some_and(|len| len < 4 * PART));
        }
        assert!(lookup.parts.iter().all(|part| part.len() < 4 * PART));
        assert!((0..200_000).all(|key| lookup.get(&key) == Some(())));
    }
}
