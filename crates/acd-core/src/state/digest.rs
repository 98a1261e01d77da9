//! A hash of all facts, to compare two ways of arriving at a state.

use std::hash::{Hash, Hasher};

use super::State;

/// FNV-1a with 64 bits: stable from run to run and machine to machine of the same byte order.
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl State {
    /// A hash of all facts. Equal facts have equal digests.
    pub fn digest(&self) -> u64 {
        let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
        self.facts().hash(&mut hasher);
        hasher.finish()
    }
}
