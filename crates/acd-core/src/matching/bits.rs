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

    /// The common words of two sets that are not empty, each with its position.
    fn common_words<'a>(&'a self, other: &'a Bits) -> impl Iterator<Item = (usize, u64)> + 'a {
        let summaries = self.summary.iter().zip(&other.summary).enumerate();
        summaries.flat_map(move |(i, (a, b))| {
            ones(a & b).filter_map(move |bit| {
                let at = i * 64 + bit as usize;
                let word = self.words[at] & other.words[at];
                (word != 0).then_some((at, word))
            })
        })
    }

    /// The members of both sets, rising.
    pub(super) fn common<'a>(&'a self, other: &'a Bits) -> impl Iterator<Item = u32> + 'a {
        self.common_words(other)
            .flat_map(|(at, word)| ones(word).map(move |bit| at as u32 * 64 + bit))
    }

    /// How many members both sets share.
    pub(super) fn common_count(&self, other: &Bits) -> u32 {
        self.common_words(other)
            .map(|(_, word)| word.count_ones())
            .sum()
    }

    /// Adds every member of `other`.
    pub(super) fn join(&mut self, other: &Bits) {
        for member in other.members() {
            self.set(member, true);
        }
    }

    /// Keeps only the members that are in `other` too.
    pub(super) fn intersect(&mut self, other: &Bits) {
        for (at, word) in self.words.iter_mut().enumerate() {
            *word &= other.words.get(at).copied().unwrap_or(0);
            if *word == 0 {
                self.summary[at / 64] &= !(1 << (at % 64));
            }
        }
    }

    /// The members, rising.
    pub(super) fn members(&self) -> impl Iterator<Item = u32> + '_ {
        self.common(self)
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
        ) {
            let both: Vec<u32> = a.intersection(&b).copied().collect();
            let (mut x, y) = (bits(&a), bits(&b));
            prop_assert_eq!(x.common(&y).collect::<Vec<_>>(), both.clone());
            prop_assert_eq!(x.common_count(&y) as usize, both.len());
            let mut joined = x.clone();
            joined.join(&y);
            prop_assert_eq!(joined.members().collect::<BTreeSet<_>>(), a.union(&b).copied().collect::<BTreeSet<_>>());
            let mut met = x.clone();
            met.intersect(&y);
            prop_assert_eq!(met.members().collect::<Vec<_>>(), both);
            for member in &a {
                prop_assert!(x.set(*member, false));
                prop_assert!(!x.contains(*member));
            }
            prop_assert_eq!(x.members().next(), None);
            prop_assert_eq!(x.common_count(&y), 0);
        }
    }
}
