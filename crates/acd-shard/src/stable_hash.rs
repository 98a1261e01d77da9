//! A hash that is the same from run to run and from version to version: it decides where a tenant's log is, what a
//! resume token names and whether a document is one that was read before.

use acd_config::essence;
use acd_core::config::TenantConfig;

/// FNV-1a with 64 bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StableHash(u64);

impl StableHash {
    pub(crate) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    pub(crate) fn count(&mut self, count: usize) {
        self.bytes(&(count as u64).to_le_bytes());
    }

    /// With its length, so that no two lists of texts give the same bytes.
    pub(crate) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.bytes(text.as_bytes());
    }

    pub(crate) fn value(self) -> u64 {
        self.0
    }
}

/// The hash by which a document is known again: that of what it says beyond the defaults, so that neither its form nor
/// a later version of the program makes it another one.
pub fn of_document(config: &TenantConfig) -> u64 {
    let mut hash = StableHash::new();
    hash.text(&essence(config));
    hash.value()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that was changed through the API starts on its old file after an upgrade only if the file hashes as it
    /// did. If this fails because a key was renamed or is written otherwise, say so in the notes of the release.
    #[test]
    fn a_document_hashes_as_it_did_in_earlier_versions() {
        let text = "skills = [\"german\"]\nadapters = [\"pbx\"]\n[queues.sales]\nring = \"15s\"\n\
                    [agents.anna]\nqueues = [\"sales\"]\nskills = { german = 8 }\n";
        let config = acd_config::parse_tenant(text, "document").expect("a valid document");
        assert_eq!(essence(&config), ESSENCE);
        let other_form = text.replace("15s", "15000ms");
        let same = acd_config::parse_tenant(&other_form, "document").expect("a valid document");
        assert_eq!(of_document(&same), of_document(&config));
        assert_ne!(of_document(&TenantConfig::default()), of_document(&config));
    }

    const ESSENCE: &str = r#"skills = ["german"]
adapters = ["pbx"]

[settings]

[settings.back_off]

[limits]

[queues.sales]
ring = "15s"

[agents.anna]
queues = ["sales"]
skills = { german = 8 }
"#;
}
