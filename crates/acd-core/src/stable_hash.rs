//! The one hash whose results outlive a process: digests of states, the place of a tenant's log, what a resume token
//! names, a draw from a seed. It is the same from build to build and from machine to machine, and may never change.

/// FNV-1a with 64 bits. Not for keys that somebody may choose to collide.
#[derive(Clone, Copy, Debug)]
pub struct StableHash(u64);

impl Default for StableHash {
    fn default() -> Self {
        Self::seeded(0)
    }
}

impl StableHash {
    /// A hash of nothing yet. Other seeds give other hashes.
    pub fn seeded(seed: u64) -> Self {
        Self(0xcbf2_9ce4_8422_2325 ^ seed)
    }

    /// Adds bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// Adds a number as eight bytes, the lowest first.
    pub fn number(&mut self, number: u64) {
        self.bytes(&number.to_le_bytes());
    }

    /// Adds a text after its length, so that no two lists of texts give the same bytes.
    pub fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes(text.as_bytes());
    }

    /// The hash of what was added.
    pub fn value(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_bytes(seed: u64, bytes: &[u8]) -> u64 {
        let mut hash = StableHash::seeded(seed);
        hash.bytes(bytes);
        hash.value()
    }

    /// The vectors that the authors of FNV publish.
    #[test]
    fn it_is_fnv_1a() {
        assert_eq!(of_bytes(0, b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(of_bytes(0, b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(of_bytes(0, b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn another_seed_gives_another_hash() {
        assert_ne!(of_bytes(1, b"a"), of_bytes(0, b"a"));
    }

    #[test]
    fn texts_do_not_flow_into_one_another() {
        let hash = |texts: [&str; 2]| {
            let mut hash = StableHash::default();
            texts.iter().for_each(|text| hash.text(text));
            hash.value()
        };
        assert_ne!(hash(["ab", "c"]), hash(["a", "bc"]));
    }
}
