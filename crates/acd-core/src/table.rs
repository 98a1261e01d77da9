//! A map from numbers that events give: they only rise, so that new ones come at its end.

use std::collections::VecDeque;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::{Bound, Index, RangeBounds};

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How many numbers a leaf is for, and how many leaves a page has.
const FAN: u64 = 64;
/// How many numbers a page is for.
const PAGE: u64 = FAN * FAN;

/// How far apart numbers may be that are read: what is damaged must not take all memory.
const SPAN_MAX: u64 = 1 << 40;

/// A number by which a [`Table`] finds what it holds.
pub trait Number: Copy + Ord {
    /// It as an integer.
    fn number(self) -> u64;
}

/// A map in the order of its numbers. It finds its values in a few steps, however many there are; none of its steps
/// moves more than a few of them; and it is small where what it holds came about the same time.
///
/// It is a tree of three levels over the range from the oldest number to the newest: of 64 million numbers it takes
/// 128 KiB, whatever it holds.
#[derive(Clone)]
pub struct Table<K, V> {
    /// The pages from the first that has anything to the last.
    pages: VecDeque<Option<Box<Page<K, V>>>>,
    /// The number of the first page.
    first: u64,
    /// The greatest number there ever was. Its leaf stays when it is empty: the next numbers come there.
    newest: u64,
    len: usize,
    keys: PhantomData<K>,
}

#[derive(Clone)]
struct Page<K, V> {
    leaves: [Option<Box<Leaf<K, V>>>; FAN as usize],
    /// How many of the leaves there are.
    used: u32,
}

/// The values of 64 numbers, in order.
#[derive(Clone)]
struct Leaf<K, V> {
    /// Which of the numbers there are.
    present: u64,
    values: Vec<(K, Box<V>)>,
}

impl<K, V> Leaf<K, V> {
    /// Where the value of a number is, or would be.
    fn place(&self, bit: u64) -> Result<usize, usize> {
        let before = (self.present & (bit - 1)).count_ones() as usize;
        match self.present & bit {
            0 => Err(before),
            _ => Ok(before),
        }
    }
}

fn bit_of(number: u64) -> u64 {
    1 << (number % FAN)
}

fn leaf_of(number: u64) -> usize {
    (number / FAN % FAN) as usize
}

impl<K: Number, V> Table<K, V> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value of a number.
    pub fn get(&self, key: &K) -> Option<&V> {
        let number = key.number();
        let leaf = self.page(number)?.leaves[leaf_of(number)].as_ref()?;
        let place = leaf.place(bit_of(number)).ok()?;
        Some(&leaf.values[place].1)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let number = key.number();
        let at = self.page_place(number)?;
        let page = self.pages.get_mut(at)?.as_mut()?;
        let leaf = page.leaves[leaf_of(number)].as_mut()?;
        let place = leaf.place(bit_of(number)).ok()?;
        Some(&mut leaf.values[place].1)
    }

    /// Whether there is a value of this number.
    pub fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// Puts in a value, and gives back the one before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let number = key.number();
        let page = self.page_for(number);
        let slot = &mut page.leaves[leaf_of(number)];
        page.used += u32::from(slot.is_none());
        let leaf = slot.get_or_insert_with(|| {
            Box::new(Leaf {
                present: 0,
                values: Vec::new(),
            })
        });
        match leaf.place(bit_of(number)) {
            Ok(place) => Some(std::mem::replace(&mut *leaf.values[place].1, value)),
            Err(place) => {
                leaf.present |= bit_of(number);
                leaf.values.insert(place, (key, Box::new(value)));
                self.len += 1;
                let before = self.newest;
                self.newest = before.max(number);
                if !self.is_newest_leaf(before) {
                    self.drop_empty(before);
                }
                None
            }
        }
    }

    /// Takes out a value.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let number = key.number();
        let at = self.page_place(number)?;
        let page = self.pages.get_mut(at)?.as_mut()?;
        let leaf = page.leaves[leaf_of(number)].as_mut()?;
        let place = leaf.place(bit_of(number)).ok()?;
        let (_, value) = leaf.values.remove(place);
        leaf.present &= !bit_of(number);
        let is_empty = leaf.present == 0;
        self.len -= 1;
        if is_empty && !self.is_newest_leaf(number) {
            self.drop_empty(number);
        }
        Some(*value)
    }

    /// The smallest number and its value.
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    /// Moves all that the other holds into this one.
    pub fn append(&mut self, other: &mut Self) {
        let pages = std::mem::take(other).pages.into_iter().flatten();
        let leaves = pages.flat_map(|page| page.leaves.into_iter().flatten());
        let values = leaves.flat_map(|leaf| leaf.values);
        values.for_each(|(key, value)| _ = self.insert(key, *value));
    }

    /// All numbers with their values, the smallest first.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> + Clone {
        self.range(..)
    }

    /// All numbers, the smallest first.
    pub fn keys(&self) -> impl Iterator<Item = &K> + Clone {
        self.iter().map(|(key, _)| key)
    }

    /// All values, that of the smallest number first.
    pub fn values(&self) -> impl Iterator<Item = &V> + Clone {
        self.iter().map(|(_, value)| value)
    }

    /// The same, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        let pages = self.pages.iter_mut().flatten();
        let leaves = pages.flat_map(|page| page.leaves.iter_mut().flatten());
        leaves.flat_map(|leaf| leaf.values.iter_mut().map(|(_, value)| &mut **value))
    }

    /// The numbers of a range with their values, the smallest first.
    pub fn range(&self, range: impl RangeBounds<K>) -> impl Iterator<Item = (&K, &V)> + Clone {
        let from = match range.start_bound() {
            Bound::Included(key) => key.number(),
            Bound::Excluded(key) => key.number().saturating_add(1),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(key) => Some(key.number().saturating_add(1)),
            Bound::Excluded(key) => Some(key.number()),
            Bound::Unbounded => None,
        };
        let page = (from / PAGE).saturating_sub(self.first) as usize;
        let within = from / PAGE == self.first + page as u64;
        let leaf = if within { leaf_of(from) } else { 0 };
        let pages = self.pages.iter().skip(page).enumerate();
        let leaves = pages.flat_map(move |(at, page)| {
            let leaves = page.iter().flat_map(|page| &page.leaves);
            leaves.skip(if at == 0 { leaf } else { 0 }).flatten()
        });
        let values = leaves.flat_map(|leaf| &leaf.values);
        values
            .map(|(key, value)| (key, &**value))
            .skip_while(move |(key, _)| key.number() < from)
            .take_while(move |(key, _)| end.is_none_or(|end| key.number() < end))
    }

    /// Where the page of a number would be.
    fn page_place(&self, number: u64) -> Option<usize> {
        (number / PAGE)
            .checked_sub(self.first)
            .map(|at| at as usize)
    }

    fn page(&self, number: u64) -> Option<&Page<K, V>> {
        self.pages.get(self.page_place(number)?)?.as_deref()
    }

    /// The page of a number, made if there is none.
    fn page_for(&mut self, number: u64) -> &mut Page<K, V> {
        let wanted = number / PAGE;
        if self.pages.is_empty() {
            self.first = wanted;
        }
        while wanted < self.first {
            self.pages.push_front(None);
            self.first -= 1;
        }
        let at = (wanted - self.first) as usize;
        while self.pages.len() <= at {
            self.pages.push_back(None);
        }
        self.pages[at].get_or_insert_with(|| {
            Box::new(Page {
                leaves: std::array::from_fn(|_| None),
                used: 0,
            })
        })
    }

    fn is_newest_leaf(&self, number: u64) -> bool {
        number / FAN == self.newest / FAN
    }

    /// Drops the leaf of a number if nothing is in it, and its page if that was the last one.
    fn drop_empty(&mut self, number: u64) {
        let Some(at) = self.page_place(number) else {
            return;
        };
        let Some(Some(page)) = self.pages.get_mut(at) else {
            return;
        };
        let leaf = &mut page.leaves[leaf_of(number)];
        if leaf.take_if(|leaf| leaf.present == 0).is_none() {
            return;
        }
        page.used -= 1;
        if page.used > 0 {
            return;
        }
        self.pages[at] = None;
        while self.pages.front().is_some_and(Option::is_none) {
            self.pages.pop_front();
            self.first += 1;
        }
        while self.pages.back().is_some_and(Option::is_none) {
            self.pages.pop_back();
        }
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self {
            pages: VecDeque::new(),
            first: 0,
            newest: 0,
            len: 0,
            keys: PhantomData,
        }
    }
}

impl<K: Number, V> Index<&K> for Table<K, V> {
    type Output = V;

    fn index(&self, key: &K) -> &V {
        self.get(key).expect("what the number is of")
    }
}

impl<K: Number, V: PartialEq> PartialEq for Table<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<K: Number, V: Eq> Eq for Table<K, V> {}

impl<K: Number + Hash, V: Hash> Hash for Table<K, V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.len.hash(state);
        self.iter().for_each(|entry| entry.hash(state));
    }
}

impl<K: Number + fmt::Debug, V: fmt::Debug> fmt::Debug for Table<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Number, V> FromIterator<(K, V)> for Table<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut table = Self::default();
        entries
            .into_iter()
            .for_each(|(key, value)| _ = table.insert(key, value));
        table
    }
}

/// As a map.
impl<K: Number + Serialize, V: Serialize> Serialize for Table<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(Some(self.len))?;
        self.iter()
            .try_for_each(|(key, value)| map.serialize_entry(key, value))?;
        map.end()
    }
}

impl<'de, K: Number + Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Table<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

/// Reads the entries of a map.
struct Entries<K, V>(PhantomData<(K, V)>);

impl<'de, K: Number + Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for Entries<K, V> {
    type Value = Table<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut table = Table::default();
        while let Some((key, value)) = map.next_entry::<K, V>()? {
            let number = key.number();
            if !table.is_empty() && number.abs_diff(table.newest) > SPAN_MAX {
                return Err(M::Error::custom("numbers that are too far apart"));
            }
            table.insert(key, value);
        }
        Ok(table)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    impl Number for u64 {
        fn number(self) -> u64 {
            self
        }
    }

    #[derive(Clone, Debug)]
    enum Step {
        Insert(u64, u8),
        Remove(u64),
        InsertMany(u64, u64),
        RemoveMany(u64, u64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let number = || 0..3 * PAGE;
        let step = prop_oneof![
            (number(), any::<u8>()).prop_map(|(at, value)| Step::Insert(at, value)),
            number().prop_map(Step::Remove),
            (number(), 0..200_u64).prop_map(|(from, count)| Step::InsertMany(from, count)),
            (number(), 0..2 * PAGE).prop_map(|(from, count)| Step::RemoveMany(from, count)),
        ];
        proptest::collection::vec(step, 0..40)
    }

    proptest! {
        #[test]
        fn it_is_the_map_it_should_be(steps in steps(), asked in 0..3 * PAGE) {
            let (mut table, mut known) = (Table::default(), BTreeMap::new());
            for step in steps {
                match step {
                    Step::Insert(at, value) => {
                        prop_assert_eq!(table.insert(at, value), known.insert(at, value));
                    }
                    Step::Remove(at) => prop_assert_eq!(table.remove(&at), known.remove(&at)),
                    Step::InsertMany(from, count) => (from..from + count).for_each(|at| {
                        table.insert(at, 0);
                        known.insert(at, 0);
                    }),
                    Step::RemoveMany(from, count) => (from..from + count).for_each(|at| {
                        table.remove(&at);
                        known.remove(&at);
                    }),
                }
                prop_assert!(table.iter().eq(&known));
                prop_assert_eq!(table.len(), known.len());
                prop_assert_eq!(table.get(&asked), known.get(&asked));
                prop_assert_eq!(table.get_mut(&asked), known.get_mut(&asked));
                prop_assert!(table.range(asked..).eq(known.range(asked..)));
                prop_assert!(table.range(..asked).eq(known.range(..asked)));
                prop_assert_eq!(table.first_key_value(), known.first_key_value());
                let leaves = || table.pages.iter().flatten().flat_map(|page| page.leaves.iter().flatten());
                let empty = leaves().filter(|leaf| leaf.values.is_empty()).count();
                prop_assert!(empty <= 1, "one leaf waits for what comes next");
                prop_assert!(table.pages.len() <= 4);
            }
        }
    }
}
