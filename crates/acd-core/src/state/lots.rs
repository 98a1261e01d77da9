//! The random agent order: each draw puts all agents into an order that nobody can guess.

use crate::ids::AgentNo;

/// The fewest bits of a place: with fewer, few orders differ.
const BITS_MIN: u32 = 10;
const ROUNDS: usize = 3;

/// One draw of a seeded sequence: a permutation of all agents, and some places that stay empty. It can be read both
/// ways, so that the first of many agents is found without looking at all of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lots {
    bits: u32,
    shifts: [u64; ROUNDS + 1],
    factors: [u64; ROUNDS],
}

impl Lots {
    /// The draw of this number among so many agents.
    pub(crate) fn drawn(seed: u64, number: u64, agents: usize) -> Self {
        let bits = agents.next_power_of_two().trailing_zeros().max(BITS_MIN);
        let mut state = seed.wrapping_add(number.wrapping_mul(0xd1b5_4a32_d192_ed03));
        let shifts = std::array::from_fn(|_| next(&mut state));
        let factors = std::array::from_fn(|_| next(&mut state) | 1);
        Self {
            bits,
            shifts,
            factors,
        }
    }

    /// How many places there are.
    pub(crate) fn places(self) -> u64 {
        1 << self.bits
    }

    /// The agent's place.
    pub(crate) fn of(self, no: AgentNo) -> i64 {
        let mut place = u64::from(no.0);
        for (shift, factor) in self.shifts.iter().zip(self.factors) {
            place = self.fold(self.cut(place.wrapping_add(*shift).wrapping_mul(factor)));
        }
        self.cut(place.wrapping_add(self.shifts[ROUNDS])) as i64
    }

    /// The number of the agent at this place; more than there are agents: nobody's.
    pub(crate) fn at(self, place: u64) -> u64 {
        let mut no = self.cut(place.wrapping_sub(self.shifts[ROUNDS]));
        for (shift, factor) in self.shifts[..ROUNDS].iter().zip(self.factors).rev() {
            no = self.fold(no).wrapping_mul(inverse(factor));
            no = self.cut(no.wrapping_sub(*shift));
        }
        no
    }

    fn cut(self, number: u64) -> u64 {
        number & (self.places() - 1)
    }

    /// Mixes the upper half into the lower one; done twice it is undone.
    fn fold(self, number: u64) -> u64 {
        number ^ (number >> self.bits.div_ceil(2))
    }
}

/// The next number of the sequence (splitmix64).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What undoes the product with an odd factor: each round doubles the bits that are right, from 3.
fn inverse(factor: u64) -> u64 {
    (0..5).fold(factor, |inverse, _| {
        inverse.wrapping_mul(2u64.wrapping_sub(factor.wrapping_mul(inverse)))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_place_is_had_once(seed: u64, number: u64, agents in 1usize..5_000) {
            let lots = Lots::drawn(seed, number, agents);
            for no in 0..lots.places() {
                let place = lots.of(AgentNo(no as u32));
                prop_assert!((0..lots.places() as i64).contains(&place));
                prop_assert_eq!(lots.at(place as u64), no);
            }
        }
    }

    /// Of some agents each is the first as often as the others, whichever they are.
    #[test]
    fn no_agent_is_favoured() {
        for some in [
            vec![0, 1, 2],
            vec![0, 1, 500, 501, 999],
            vec![3, 64, 128, 777],
        ] {
            let draws = 60_000;
            let mut firsts = vec![0; some.len()];
            for number in 0..draws {
                let lots = Lots::drawn(42, number, 1_000);
                let place = |at: &usize| lots.of(AgentNo(some[*at]));
                let first = (0..some.len()).min_by_key(place).expect("some agents");
                firsts[first] += 1;
            }
            let fair = draws / some.len() as u64;
            for (no, count) in some.iter().zip(&firsts) {
                let off = fair.abs_diff(*count);
                assert!(
                    off * 20 < fair,
                    "agent {no} was the first {count} times: {firsts:?}"
                );
            }
        }
    }
}
