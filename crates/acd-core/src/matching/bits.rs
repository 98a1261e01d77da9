//! A set of small numbers as bits, with a summary that lets empty words be skipped.

/// A set of `u32`, two levels deep: a bit per member, and a bit per word that has one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
    summary: Vec<u64>,
}

impl Bits {
    pub(super) fn contains(&self, member: u32) -> bool {
        let member = member as usize;
        self.words
            .get(member / 64)
            .is_some_and(|word| word & (1 << (member % 64)) != 0)
    }

    /// Adds or removes a member; says whether anything changed.
    pub(super) fn set(&mut self, member: u32, present: bool) -> bool {
        if self.contains(member) == present {
            return false;
        }
        let (word, bit) = (member as usize / 64, 1u64 << (member % 64));
        if present {
            if word >= self.words.len() {
                self.words.resize(word + 1, 0);
                self.summary.resize(word / 64 + 1, 0);
            }
            self.words[word] |= bit;
        } else {
            self.words[word] &= !bit;
        }
        let summary_bit = 1u64 << (word % 64);
        if self.words[word] == 0 {
            self.summary[word / 64] &= !summary_bit;
        } else {
            self.summary[word / 64] |= summary_bit;
        }
        true
    }

    /// Adds every member of `other`.
    pub(super) fn join(&mut self, other: &Bits) {
        if other.words.len() > self.words.len() {
            self.words.resize(other.words.len(), 0);
            self.summary.resize(other.summary.len(), 0);
        }
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
        for (word, other) in self.summary.iter_mut().zip(&other.summary) {
            *word |= other;
        }
    }

    /// Keeps only the members that are in `other` too.
    pub(super) fn intersect(&mut self, other: &Bits) {
        self.keep(|at, word| word & other.words.get(at).copied().unwrap_or(0));
    }

    /// Takes every member of `other` out.
    pub(super) fn subtract(&mut self, other: &Bits) {
        self.keep(|at, word| word & !other.words.get(at).copied().unwrap_or(0));
    }

    fn keep(&mut self, kept: impl Fn(usize, u64) -> u64) {
        for (at, word) in self.words.iter_mut().enumerate() {
            *word = kept(at, *word);
            if *word == 0 {
                self.summary[at / 64] &= !(1 << (at % 64));
            }
        }
    }

    /// The members, rising.
    pub(super) fn members(&self) -> impl Iterator<Item = u32> + '_ {
        Meet::of(self).from(0)
    }
}

/// The members that some sets have in common.
#[derive(Clone, Copy)]
pub(super) struct Meet<'a> {
    first: &'a Bits,
    others: [Option<&'a Bits>; 3],
}

impl<'a> Meet<'a> {
    pub(super) fn of(first: &'a Bits) -> Self {
        let others = [None; 3];
        Self { first, others }
    }

    /// Of these, the members of `other`, if there is one.
    #[must_use]
    pub(super) fn and(mut self, other: Option<&'a Bits>) -> Self {
        if other.is_some() {
            let free = self.others.iter_mut().find(|place| place.is_none());
            *free.expect("at most four sets") = other;
        }
        self
    }

    fn all(self) -> impl Iterator<Item = &'a Bits> {
        std::iter::once(self.first).chain(self.others.into_iter().flatten())
    }

    pub(super) fn contains(self, member: u32) -> bool {
        self.all().all(|bits| bits.contains(member))
    }

    fn word(self, at: usize) -> u64 {
        let words = self.all().map(|bits| bits.words.get(at));
        words.fold(!0, |both, word| both & word.copied().unwrap_or(0))
    }

    fn summary(self, at: usize) -> u64 {
        let words = self.all().map(|bits| bits.summary.get(at));
        words.fold(!0, |both, word| both & word.copied().unwrap_or(0))
    }

    /// The words that are not empty from the one at `start` on, each with its position.
    fn words(self, start: usize) -> impl Iterator<Item = (usize, u64)> + 'a {
        let from = start / 64;
        (from..self.first.summary.len()).flat_map(move |at| {
            let before = (1u64 << (start % 64)) - 1;
            let skipped = if at == from { before } else { 0 };
            ones(self.summary(at) & !skipped).filter_map(move |bit| {
                let at = at * 64 + bit as usize;
                let word = self.word(at);
                (word != 0).then_some((at, word))
            })
        })
    }

    /// The members from `start` on, rising.
    pub(super) fn from(self, start: u32) -> impl Iterator<Item = u32> + 'a {
        let at = start as usize / 64;
        let before = (1u64 << (start % 64)) - 1;
        self.words(at).flat_map(move |(found, word)| {
            let skipped = if found == at { before } else { 0 };
            ones(word & !skipped).map(move |bit| found as u32 * 64 + bit)
        })
    }

    pub(super) fn is_empty(self) -> bool {
        self.words(0).next().is_none()
    }

    pub(super) fn count(self) -> u32 {
        self.words(0).map(|(_, word)| word.count_ones()).sum()
    }
}

/// The positions of the bits that are set, rising.
fn ones(mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        (word != 0).then(|| {
            let bit = word.trailing_zeros();
            word &= word - 1;
            bit
        })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn bits(members: &BTreeSet<u32>) -> Bits {
        let mut bits = Bits::default();
        members
            .iter()
            .for_each(|member| assert!(bits.set(*member, true)));
        bits
    }

    proptest! {
        #[test]
        fn behaves_like_a_set(
            a in proptest::collection::btree_set(0u32..20_000, 0..200),
            b in proptest::collection::btree_set(0u32..20_000, 0..200),
            start in 0u32..20_000,
        ) {
            let both: Vec<u32> = a.intersection(&b).copied().collect();
            let from: Vec<u32> = a.range(start..).copied().filter(|one| b.contains(one)).collect();
            let (mut x, y) = (bits(&a), bits(&b));
            let meet = Meet::of(&x).and(Some(&y));
            prop_assert_eq!(meet.from(0).collect::<Vec<_>>(), both.clone());
            prop_assert_eq!(meet.from(start).collect::<Vec<_>>(), from);
            prop_assert_eq!(meet.count() as usize, both.len());
            prop_assert_eq!(meet.is_empty(), both.is_empty());
            prop_assert!(both.iter().all(|one| meet.contains(*one)));
            let changed = |change: fn(&mut Bits, &Bits)| {
                let mut changed = x.clone();
                change(&mut changed, &y);
                changed.members().collect::<BTreeSet<u32>>()
            };
            prop_assert_eq!(changed(Bits::join), &a | &b);
            prop_assert_eq!(changed(Bits::intersect), &a & &b);
            prop_assert_eq!(changed(Bits::subtract), &a - &b);
            for member in &a {
                prop_assert!(x.set(*member, false));
                prop_assert!(!x.contains(*member));
            }
            prop_assert_eq!(x.members().next(), None);
            prop_assert_eq!(Meet::of(&x).and(Some(&y)).count(), 0);
        }
    }
}
