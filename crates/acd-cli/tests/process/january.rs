//! The call log of a real bank. It is no part of the project: where it is absent, tests that need it say so and check
//! nothing.

use std::path::PathBuf;

/// Its path.
pub(crate) fn path() -> Option<String> {
    let path = folder().join("anonymous_bank_1999_january.tsv.gz");
    if !path.exists() {
        eprintln!(
            "SKIPPED: no bank log at {}; set ACD_SHARED to the folder that holds data/",
            path.display()
        );
        return None;
    }
    Some(path.to_str().expect("a path in UTF-8").to_owned())
}

/// The paths of all months of it that are there.
pub(crate) fn logs() -> Vec<String> {
    let beginning = folder().join("anonymous_bank_");
    let months = format!("{}*.tsv.gz", beginning.display());
    let months = glob::glob(&months).expect("a pattern");
    let paths = months.map(|path| path.expect("a readable folder"));
    let paths: Vec<String> = paths.map(|path| path.display().to_string()).collect();
    if paths.is_empty() {
        eprintln!(
            "SKIPPED: no bank logs beside {}; set ACD_SHARED to the folder that holds data/",
            beginning.display()
        );
    }
    paths
}

/// The folder of call logs.
fn folder() -> PathBuf {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    let shared = std::env::var_os("ACD_SHARED").map_or(beside, PathBuf::from);
    shared.join("data")
}
