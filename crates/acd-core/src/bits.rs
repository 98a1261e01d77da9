//! A set of small numbers as bits, with a summary that lets empty words be skipped.

/// A set of `u32`, two levels deep: a bit per member, and a bit per word that has one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bits {
    words: Vec<u64>,
    summary: Vec<u64>,
}

impl Bits {
    /// An empty set with room for so many numbers from 0. Of two such sets with the same room, those with the same
    /// members are equal.
    pub(crate) fn with_room(many: usize) -> Self {
        let words = many.div_ceil(64);
        Self {
            words: vec![0; words],
            summary: vec![0; words.div_ceil(64)],
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.summary.iter().all(|part| *part == 0)
    }

    pub(crate) fn contains(&self, member: u32) -> bool {
        let member = member as usize;
        self.words
            .get(member / 64)
            .is_some_and(|word| word & (1 << (member % 64)) != 0)
    }

    /// Adds or removes a member; says whether anything changed.
    pub(crate) fn set(&mut self, member: u32, present: bool) -> bool {
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
    pub(crate) fn join(&mut self, other: &Bits) {
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
    pub(crate) fn intersect(&mut self, other: &Bits) {
        self.keep(|at, word| word & other.words.get(at).copied().unwrap_or(0));
    }

    /// Takes every member of `other` out.
    pub(crate) fn subtract(&mut self, other: &Bits) {
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
    pub(crate) fn members(&self) -> impl Iterator<Item = u32> + '_ {
        Meet::of(self).from(0)
    }
}

/// The members that some sets have in common.
#[derive(Clone, Copy)]
pub(crate) struct Meet<'a> {
    first: &'a Bits,
    others: [&'a Bits; 3],
    /// How many of the others count.
    many: usize,
}

impl<'a> Meet<'a> {
    pub(crate) fn of(first: &'a Bits) -> Self {
        Self {
            first,
            others: [first; 3],
            many: 0,
        }
    }

    /// Of these, the members of `other`, if there is one.
    #[must_use]
    pub(crate) fn and(mut self, other: Option<&'a Bits>) -> Self {
        if let Some(other) = other {
            self.others[self.many] = other;
            self.many += 1;
        }
        self
    }

    pub(crate) fn contains(self, member: u32) -> bool {
        let mut all = self.others[..self.many].iter();
        self.first.contains(member) && all.all(|bits| bits.contains(member))
    }

    fn word(self, at: usize) -> u64 {
        let all = self.others[..self.many].iter();
        all.fold(word(&self.first.words, at), |both, bits| {
            both & word(&bits.words, at)
        })
    }

    fn summary(self, at: usize) -> u64 {
        let all = self.others[..self.many].iter();
        all.fold(word(&self.first.summary, at), |both, bits| {
            both & word(&bits.summary, at)
        })
    }

    /// The members from `start` on, rising.
    pub(crate) fn from(self, start: u32) -> Members<'a> {
        let at = start as usize / 64;
        let before = |bit: usize| (1u64 << bit) - 1;
        Members {
            meet: self,
            at,
            word: self.word(at) & !before(start as usize % 64),
            // The word itself is taken.
            summary: self.summary(at / 64) & !before(at % 64) & !(1 << (at % 64)),
        }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.from(0).next().is_none()
    }

    pub(crate) fn count(self) -> u32 {
        let summaries = 0..self.first.summary.len();
        let held = summaries.filter(|at| self.summary(*at) != 0);
        held.map(|at| self.count_in(at)).sum()
    }

    /// How many there are in the words of one word of the summary.
    fn count_in(self, at: usize) -> u32 {
        let mut block = [0; BLOCK];
        let words = &self.first.words[at * BLOCK..];
        let block = &mut block[..words.len().min(BLOCK)];
        block.copy_from_slice(&words[..block.len()]);
        for bits in &self.others[..self.many] {
            let words = bits.words.get(at * BLOCK..).unwrap_or_default();
            let reach = words.len().min(block.len());
            block[reach..].fill(0);
            let both = block[..reach].iter_mut().zip(words);
            both.for_each(|(to, from)| *to &= *from);
        }
        block.iter().map(|word| word.count_ones()).sum()
    }
}

/// The members that all of these sets have, rising. Reads the words of a part of the summary at once: for sets of which
/// many words have members, and few have any in common.
pub(crate) fn common(sets: &[&Bits]) -> impl Iterator<Item = u32> {
    let words = sets.iter().map(|set| set.words.len()).min().unwrap_or(0);
    let parts = (0..words).step_by(BLOCK).filter(|from| {
        let summaries = sets.iter().map(|set| set.summary[from / BLOCK]);
        summaries.fold(u64::MAX, |all, part| all & part) != 0
    });
    parts.flat_map(move |from| {
        let mut block = [u64::MAX; BLOCK];
        let many = BLOCK.min(words - from);
        block[many..].fill(0);
        for set in sets {
            let both = block.iter_mut().zip(&set.words[from..from + many]);
            both.for_each(|(all, word)| *all &= word);
        }
        let held = (from..).zip(block).filter(|(_, word)| *word != 0);
        held.flat_map(|(at, word)| {
            let bits = (0..64).filter(move |bit| word & (1 << bit) != 0);
            bits.map(move |bit| at as u32 * 64 + bit)
        })
    })
}

/// How many words are read at once: those of one part of the summary.
const BLOCK: usize = 64;

/// What is beyond the end is empty.
fn word(words: &[u64], at: usize) -> u64 {
    words.get(at).copied().unwrap_or(0)
}

/// The members that some sets have in common, rising.
pub(crate) struct Members<'a> {
    meet: Meet<'a>,
    /// The word at hand, and what is left of it and of its part of the summary.
    at: usize,
    word: u64,
    summary: u64,
}

impl Iterator for Members<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        while self.word == 0 {
            let mut part = self.at / 64;
            while self.summary == 0 {
                part += 1;
                if part >= self.meet.first.summary.len() {
                    return None;
                }
                self.at = part * 64;
                self.summary = self.meet.summary(part);
            }
            self.at = part * 64 + self.summary.trailing_zeros() as usize;
            self.summary &= self.summary - 1;
            self.word = self.meet.word(self.at);
        }
        let bit = self.word.trailing_zeros();
        self.word &= self.word - 1;
        Some(self.at as u32 * 64 + bit)
    }
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
            prop_assert_eq!(common(&[&x, &y]).collect::<Vec<_>>(), both.clone());
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
