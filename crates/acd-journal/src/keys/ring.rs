//! [`Ring`]: the seeds of which the keys of a tenant's contacts are made.

use std::collections::BTreeSet;
use std::fmt;
use std::io;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::volume::Volume;

/// How many levels lie below the root: a contact's number has so many bits.
pub(super) const LEVELS: u8 = u64::BITS as u8;
/// The bytes of a seed.
pub(super) const SEED_BYTES: usize = 32;

/// The seed of a node, or the key at a leaf.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub(super) struct Seed(pub(super) [u8; SEED_BYTES]);

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl Seed {
    /// The seeds of the two nodes below: of those whose next bit is 0, and 1.
    pub(super) fn below(&self) -> [Self; 2] {
        let mut both = [0; 2 * SEED_BYTES];
        blake3::Hasher::new_keyed(&self.0)
            .finalize_xof()
            .fill(&mut both);
        let half = |at: usize| {
            let mut seed = Self([0; SEED_BYTES]);
            seed.0.copy_from_slice(&both[at..at + SEED_BYTES]);
            seed
        };
        let below = [half(0), half(SEED_BYTES)];
        both.zeroize();
        below
    }
}

/// A node of the tree with its seed: it stands for the contacts whose numbers begin with the same bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Branch {
    /// How many bits these are: how far it is from the root.
    pub(super) depth: u8,
    /// The first of the contacts.
    pub(super) first: u64,
    /// Its seed.
    pub(super) seed: Seed,
}

impl Branch {
    /// The last of the contacts.
    pub(super) fn last(&self) -> u64 {
        self.first | below_mask(self.depth)
    }

    /// The two nodes below. One at a leaf has none, and is not asked.
    fn below(&self) -> [Self; 2] {
        let depth = self.depth + 1;
        let [lower, upper] = self.seed.below();
        let node = |first, seed| Self { depth, first, seed };
        [
            node(self.first, lower),
            node(self.first | bit(depth), upper),
        ]
    }
}

/// The bits of a contact's number that are not settled at this depth.
fn below_mask(depth: u8) -> u64 {
    u64::MAX.checked_shr(depth.into()).unwrap_or(0)
}

/// The bit that is settled at this depth, from 1.
fn bit(depth: u8) -> u64 {
    1 << (LEVELS - depth)
}

/// Which of the two nodes at this depth, from 1, leads to a contact.
pub(super) fn side(contact: u64, depth: u8) -> usize {
    usize::from(contact & bit(depth) != 0)
}

/// The seeds that are left of a tenant's tree. A key follows from one of them, or is destroyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ring {
    /// In the order of the contacts, without overlap.
    branches: Vec<Branch>,
}

impl Ring {
    /// A new tree, with keys for all contacts.
    ///
    /// # Errors
    /// What [`Volume::draw`] says.
    pub(super) fn draw(volume: &dyn Volume) -> io::Result<Self> {
        let mut seed = Seed([0; SEED_BYTES]);
        volume.draw(&mut seed.0)?;
        Ok(Self {
            branches: vec![Branch {
                depth: 0,
                first: 0,
                seed,
            }],
        })
    }

    /// A ring of these branches; none if no tree has them side by side.
    pub(super) fn of(branches: Vec<Branch>) -> Option<Self> {
        let is_node = |it: &Branch| it.depth <= LEVELS && it.first & below_mask(it.depth) == 0;
        let follow = |pair: &[Branch]| pair[0].last() < pair[1].first;
        let is_ring = branches.iter().all(is_node) && branches.windows(2).all(follow);
        is_ring.then_some(Self { branches })
    }

    pub(super) fn branches(&self) -> &[Branch] {
        &self.branches
    }

    pub(super) fn len(&self) -> usize {
        self.branches.len()
    }

    /// The branch that leads to the key of a contact.
    pub(super) fn branch(&self, contact: u64) -> Option<Branch> {
        let at = self.place(contact)?;
        Some(self.branches[at].clone())
    }

    fn place(&self, contact: u64) -> Option<usize> {
        let after = self.branches.partition_point(|it| it.first <= contact);
        let at = after.checked_sub(1)?;
        (contact <= self.branches[at].last()).then_some(at)
    }

    /// Destroys the key of a contact; false if there was none.
    pub(super) fn destroy(&mut self, contact: u64) -> bool {
        let Some(at) = self.place(contact) else {
            return false;
        };
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let mut node = self.branches[at].clone();
        while node.depth < LEVELS {
            let [lower, upper] = node.below();
            node = match side(contact, lower.depth) {
                0 => {
                    after.push(upper);
                    lower
                }
                _ => {
                    before.push(lower);
                    upper
                }
            };
        }
        let left = before.into_iter().chain(after.into_iter().rev());
        self.branches.splice(at..=at, left);
        true
    }

    /// Destroys the keys of all contacts up to this one, but of some.
    pub(super) fn destroy_through(&mut self, contact: u64, kept: &[u64]) {
        let kept: BTreeSet<u64> = kept.iter().copied().collect();
        let kept = kept.range(..=contact);
        let mut left: Vec<Branch> = kept.filter_map(|it| self.leaf(*it)).collect();
        self.destroy(contact);
        self.branches.retain(|it| it.first > contact);
        left.append(&mut self.branches);
        self.branches = left;
    }

    /// The key of a contact by itself.
    fn leaf(&self, contact: u64) -> Option<Branch> {
        let mut node = self.branch(contact)?;
        while node.depth < LEVELS {
            let [lower, upper] = node.below();
            node = match side(contact, lower.depth) {
                0 => lower,
                _ => upper,
            };
        }
        Some(node)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::volume::SystemVolume;

    /// The key of a contact, by the ring alone.
    fn key(ring: &Ring, contact: u64) -> Option<[u8; SEED_BYTES]> {
        let mut node = ring.branch(contact)?;
        while node.depth < LEVELS {
            let depth = node.depth + 1;
            node = node.below()[side(contact, depth)].clone();
        }
        assert_eq!(node.first, contact);
        Some(node.seed.0)
    }

    /// Contacts close to each other, and anywhere.
    fn contacts() -> impl Strategy<Value = Vec<u64>> {
        vec(prop_oneof![4 => 1..200u64, 1 => any::<u64>()], 0..12)
    }

    proptest! {
        #[test]
        fn a_key_that_was_destroyed_is_gone_and_all_others_are_what_they_were(
            gone in contacts(),
            asked in contacts(),
        ) {
            let whole = Ring::draw(&SystemVolume).unwrap();
            let mut ring = whole.clone();
            let mut destroyed = BTreeSet::new();
            for contact in &gone {
                prop_assert_eq!(ring.destroy(*contact), destroyed.insert(*contact));
            }
            for contact in asked.iter().chain(&gone) {
                let left = key(&whole, *contact).filter(|_| !destroyed.contains(contact));
                prop_assert_eq!(key(&ring, *contact), left);
            }
            // Nothing that is left leads to a key that was destroyed.
            for branch in ring.branches() {
                prop_assert!(destroyed.range(branch.first..=branch.last()).next().is_none());
            }
            prop_assert!(ring.len() <= 1 + destroyed.len() * usize::from(LEVELS));
            prop_assert_eq!(Ring::of(ring.branches().to_vec()), Some(ring));
        }

        #[test]
        fn all_keys_up_to_a_contact_can_be_destroyed_but_some(
            gone in contacts(),
            steps in vec((prop_oneof![1..300u64, Just(u64::MAX)], contacts()), 1..4),
            asked in contacts(),
        ) {
            let whole = Ring::draw(&SystemVolume).unwrap();
            let mut ring = whole.clone();
            let mut destroyed: BTreeSet<u64> = gone.iter().copied().collect();
            for contact in &gone {
                ring.destroy(*contact);
            }
            let all: BTreeSet<u64> = steps.iter().flat_map(|(_, kept)| kept).chain(&asked).chain(&gone).copied().collect();
            let mut reached = 0;
            for (up_to, kept) in &steps {
                ring.destroy_through(*up_to, kept);
                destroyed.extend(all.iter().filter(|it| *it <= up_to && !kept.contains(it)));
                reached = reached.max(*up_to);
                prop_assert_eq!(Ring::of(ring.branches().to_vec()), Some(ring.clone()));
            }
            for contact in &all {
                let left = key(&whole, *contact).filter(|_| !destroyed.contains(contact));
                prop_assert_eq!(key(&ring, *contact), left);
            }
            // Nothing that is left leads to a key that was destroyed: what is left below is the keys of those that were
            // to be kept, one by one.
            for branch in ring.branches() {
                prop_assert!(destroyed.range(branch.first..=branch.last()).next().is_none());
                prop_assert!(branch.first > reached || branch.first == branch.last());
            }
        }
    }

    #[test]
    fn the_keys_of_contacts_differ() {
        let ring = Ring::draw(&SystemVolume).unwrap();
        let keys: BTreeSet<_> = (0..100).filter_map(|contact| key(&ring, contact)).collect();
        assert_eq!(keys.len(), 100);
    }

    #[test]
    fn the_keys_follow_from_a_seed_in_every_build_alike() {
        let seed = Seed([7; SEED_BYTES]);
        let ring = Ring::of(vec![Branch {
            depth: 0,
            first: 0,
            seed,
        }]);
        let key = key(&ring.unwrap(), 42).unwrap();
        let expected = "300604f3561cbef87b96c3688a35abad69384591c1231fb1a33a7210e3c95b48";
        assert_eq!(blake3::Hash::from_bytes(key).to_hex().as_str(), expected);
    }
}
