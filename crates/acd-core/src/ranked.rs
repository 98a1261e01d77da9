//! A set in order that tells at once how many of its elements come before one.

use std::fmt;

/// The most elements of a block.
const BLOCK_MAX: usize = 512;

/// A set in order, kept in blocks: how many elements come before one is counted by blocks, so that it costs some hundred
/// steps among a hundred thousand.
#[derive(Clone)]
pub(crate) struct Ranked<T> {
    /// In order, each with at least one element.
    blocks: Vec<Vec<T>>,
}

impl<T: Ord + Copy> Ranked<T> {
    /// Adds an element, unless it is there.
    pub(crate) fn insert(&mut self, element: T) {
        let at = self.block_of(&element);
        let place = match self.blocks.get(at) {
            None => 0,
            Some(block) => match block.binary_search(&element) {
                Ok(_) => return,
                Err(place) => place,
            },
        };
        // Before all of a block is after all of the one before: elements mostly come in order, and fill it.
        if place == 0 && at > 0 && self.blocks[at - 1].len() < BLOCK_MAX {
            return self.blocks[at - 1].push(element);
        }
        let is_full = |block: &Vec<T>| block.len() == BLOCK_MAX;
        match self.blocks.get_mut(at) {
            Some(block) if !is_full(block) => block.insert(place, element),
            Some(block) if place > 0 => {
                let mut upper = block.split_off(BLOCK_MAX / 2);
                block.shrink_to_fit();
                match place.checked_sub(BLOCK_MAX / 2) {
                    Some(place) => upper.insert(place, element),
                    None => block.insert(place, element),
                }
                self.blocks.insert(at + 1, upper);
            }
            _ => self.blocks.insert(at, vec![element]),
        }
    }

    /// Takes an element out, if it is there.
    pub(crate) fn remove(&mut self, element: &T) {
        let at = self.block_of(element);
        let Some(block) = self.blocks.get_mut(at) else {
            return;
        };
        let Ok(place) = block.binary_search(element) else {
            return;
        };
        block.remove(place);
        let next = self.blocks.get(at + 1).map_or(BLOCK_MAX, Vec::len);
        if self.blocks[at].is_empty() {
            self.blocks.remove(at);
        } else if self.blocks[at].len() + next <= BLOCK_MAX / 2 {
            let upper = self.blocks.remove(at + 1);
            self.blocks[at].extend(upper);
        }
    }

    /// How many elements are smaller.
    pub(crate) fn rank(&self, element: &T) -> usize {
        let at = self.block_of(element);
        let (before, rest) = self.blocks.split_at(at);
        let within = rest
            .first()
            .map_or(0, |block| block.partition_point(|it| it < element));
        before.iter().map(Vec::len).sum::<usize>() + within
    }

    /// All of them, the smallest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.blocks.iter().flatten()
    }

    /// The first block that ends with the element or a greater one.
    fn block_of(&self, element: &T) -> usize {
        let ends_before = |block: &Vec<T>| block.last().is_none_or(|last| last < element);
        self.blocks.partition_point(ends_before)
    }
}

impl<T> Default for Ranked<T> {
    fn default() -> Self {
        Self { blocks: Vec::new() }
    }
}

/// Sets are equal by their elements, however these lie in blocks.
impl<T: PartialEq> PartialEq for Ranked<T> {
    fn eq(&self, other: &Self) -> bool {
        self.blocks
            .iter()
            .flatten()
            .eq(other.blocks.iter().flatten())
    }
}

impl<T: Eq> Eq for Ranked<T> {}

impl<T: fmt::Debug> fmt::Debug for Ranked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.blocks.iter().flatten()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Insert(u16),
        Remove(u16),
        InsertMany(u16, u16),
        RemoveMany(u16, u16),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            any::<u16>().prop_map(Step::Insert),
            any::<u16>().prop_map(Step::Remove),
            (any::<u16>(), 0..2_000_u16).prop_map(|(from, count)| Step::InsertMany(from, count)),
            (any::<u16>(), 0..2_000_u16).prop_map(|(from, count)| Step::RemoveMany(from, count)),
        ];
        proptest::collection::vec(step, 0..40)
    }

    proptest! {
        #[test]
        fn it_is_the_set_that_counting_says(steps in steps(), asked in any::<u16>()) {
            let (mut ranked, mut known) = (Ranked::default(), BTreeSet::new());
            for step in steps {
                match step {
                    Step::Insert(one) => {
                        ranked.insert(one);
                        known.insert(one);
                    }
                    Step::Remove(one) => {
                        ranked.remove(&one);
                        known.remove(&one);
                    }
                    Step::InsertMany(from, count) => (from..from.saturating_add(count)).for_each(|one| {
                        ranked.insert(one);
                        known.insert(one);
                    }),
                    Step::RemoveMany(from, count) => (from..from.saturating_add(count)).for_each(|one| {
                        ranked.remove(&one);
                        known.remove(&one);
                    }),
                }
                prop_assert!(ranked.iter().eq(&known));
                prop_assert_eq!(ranked.rank(&asked), known.range(..asked).count());
                prop_assert!(ranked.blocks.iter().all(|block| (1..=BLOCK_MAX).contains(&block.len())));
            }
        }
    }
}
