//! Where all chance of a run comes from: its seed.

use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};

/// A source of chance. Each part of a run has its own, so that what one does more or less often changes nothing in another:
/// a run with fewer clients is the same run without them.
#[derive(Clone, Debug)]
pub(crate) struct Chance(SmallRng);

impl Chance {
    /// The source of this part of the run with this seed.
    pub(crate) fn of(seed: u64, part: &str, number: usize) -> Self {
        let mut state = seed ^ 0x9E37_79B9_7F4A_7C15;
        let number = (number as u64).to_le_bytes();
        for byte in part.bytes().chain(number) {
            // FNV-1a: every part ends up far from every other.
            state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
        Self(SmallRng::seed_from_u64(state))
    }

    /// A number below this one.
    ///
    /// # Panics
    /// If it is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0.random_range(0..bound)
    }

    /// A number from the first to the second, both included.
    pub(crate) fn between(&mut self, least: u64, most: u64) -> u64 {
        self.0.random_range(least..=most)
    }

    /// True once in so many times; never if that is 0.
    pub(crate) fn once_in(&mut self, times: u32) -> bool {
        times > 0 && self.0.random_range(0..times) == 0
    }

    /// One of these.
    ///
    /// # Panics
    /// If there is none.
    pub(crate) fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// A time up to this long, in whole milliseconds; short ones are more frequent.
    pub(crate) fn up_to(&mut self, most: Duration) -> Duration {
        let most = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
        let bound = self.between(0, most);
        Duration::from_millis(self.between(0, bound))
    }

    /// A number of its own, to begin something with.
    pub(crate) fn number(&mut self) -> u64 {
        self.0.random()
    }
}
