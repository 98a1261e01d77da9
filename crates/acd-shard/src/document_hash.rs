//! The hash by which a document is known again.

use acd_config::essence;
use acd_core::config::TenantConfig;
use acd_core::stable_hash::StableHash;

/// The hash by which a document is known again: that of what it says beyond the defaults, so that neither its form nor
/// a later version of the program makes it another one.
pub fn of_document(config: &TenantConfig) -> u64 {
    let mut hash = StableHash::default();
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
