//! The call log of a real bank. It is no part of the project: where it is absent, tests that need it say so and check
//! nothing.

use std::path::PathBuf;

/// Its path.
pub(crate) fn path() -> Option<String> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    let shared = std::env::var_os("ACD_SHARED").map_or(beside, PathBuf::from);
    let path = shared.join("data/anonymous_bank_1999_january.tsv.gz");
    if !path.exists() {
        eprintln!(
            "SKIPPED: no bank log at {}; set ACD_SHARED to the folder that holds data/",
            path.display()
        );
        return None;
    }
    Some(path.to_str().expect("a path in UTF-8").to_owned())
}
