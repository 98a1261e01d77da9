//! `fuzz/` is built apart from the workspace, and is of one piece with it all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::checkout::{assert_none, text, toml, tracked_files};

/// The most bytes of all inputs that are kept.
const CORPUS_BYTES_MAX: u64 = 400_000;
/// What only fuzzing links.
const ITS_OWN: [&str; 3] = ["fuzz", "jobserver", "libfuzzer-sys"];

#[test]
fn what_is_fuzzed_is_what_is_shipped() {
    let shipped = versions("Cargo.lock");
    let others = versions("fuzz/Cargo.lock")
        .into_iter()
        .filter(|(name, versions)| {
            let known = shipped.get(name).is_some_and(|it| it.is_superset(versions));
            !known && !ITS_OWN.contains(&name.as_str())
        });
    assert_none(
        "fuzz/Cargo.lock has other versions than Cargo.lock; copy that one over it, and build:",
        &others
            .map(|(name, versions)| format!("{name} {versions:?}"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn every_target_has_a_program_a_corpus_a_command_and_a_row() {
    let targets: BTreeSet<String> = programs();
    assert!(targets.len() > 5, "{targets:?}");
    let corpora: BTreeSet<String> = below("fuzz/corpus").collect();
    assert_eq!(corpora, targets);
    for (file, form) in [
        ("crates/acd-fuzz/src/lib.rs", "(\"NAME\", NAME)"),
        ("crates/xtask/src/fuzz.rs", "\"NAME\","),
        ("docs/testing.md", "| `NAME` |"),
    ] {
        let text = text(file);
        let missing = targets
            .iter()
            .filter(|name| !text.contains(&form.replace("NAME", name)));
        assert_none(
            &format!("{file} lacks:"),
            &missing.cloned().collect::<Vec<_>>(),
        );
    }
}

#[test]
fn the_corpus_is_small() {
    let inputs = tracked_files()
        .into_iter()
        .filter(|it| it.starts_with("fuzz/corpus"));
    let bytes = inputs.map(|it| {
        crate::checkout::root()
            .join(it)
            .metadata()
            .map_or(0, |it| it.len())
    });
    let bytes: u64 = bytes.sum();
    assert!(
        bytes <= CORPUS_BYTES_MAX,
        "{bytes} bytes; keep fewer and shorter inputs"
    );
}

/// The names of the programs.
fn programs() -> BTreeSet<String> {
    let manifest = toml("fuzz/Cargo.toml");
    let programs = manifest["bin"].as_array().expect("programs").clone();
    let name = |it: toml::Value| it["name"].as_str().expect("a name").to_owned();
    programs.into_iter().map(name).collect()
}

/// The names right below a folder, of what is tracked.
fn below(folder: &str) -> impl Iterator<Item = String> {
    let names = tracked_files().into_iter().filter_map(move |file| {
        let rest = file.strip_prefix(folder).ok()?.to_owned();
        rest.iter()
            .next()
            .map(Path::new)
            .map(|it| it.display().to_string())
    });
    names.collect::<BTreeSet<_>>().into_iter()
}

/// The versions of each package.
fn versions(lock: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in toml(lock)["package"].as_array().expect("packages") {
        let word = |key: &str| package[key].as_str().expect("a text").to_owned();
        versions
            .entry(word("name"))
            .or_default()
            .insert(word("version"));
    }
    versions
}
