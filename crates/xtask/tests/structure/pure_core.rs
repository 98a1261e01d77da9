//! `acd-core` is deterministic: no I/O, no clock, no randomness, no async, no network, no wire format.

use std::path::Path;

use crate::checkout::{assert_none, linked_crates, text, tracked_with_extension};

/// All that may be linked into the core, each with what it gives. A list of what is allowed, because nobody can list all
/// that reads a clock.
const ALLOWED: [(&str, &str); 7] = [
    ("acd-core", "the core itself"),
    (
        "foldhash",
        "the hash of the map without iteration; its seed differs from process to process, as the standard one's does",
    ),
    ("hashbrown", "the tables of the map without iteration"),
    (
        "serde",
        "the traits by which state is written into snapshots and compared",
    ),
    (
        "serde_core",
        "the part of serde that its derived code calls",
    ),
    (
        "strum",
        "the traits by which the names of variants are derived",
    ),
    ("thiserror", "messages of typed errors"),
];

/// What of std reaches outside the process or depends on more than the input; clocks and unordered maps are banned by
/// `crates/acd-core/clippy.toml`.
const OUTSIDE: [&str; 7] = ["env", "fs", "io", "net", "os", "process", "thread"];

#[test]
fn the_core_links_only_crates_that_are_pure() {
    let linked = linked_crates("acd-core");
    assert!(
        linked.contains("acd-core"),
        "cargo tree says nothing of acd-core"
    );
    let strangers = linked
        .into_iter()
        .filter(|name| ALLOWED.iter().all(|(allowed, _)| allowed != name));
    assert_none(
        "acd-core is a pure state machine; do it outside, or argue the crate's purity in ALLOWED:",
        &strangers.collect::<Vec<_>>(),
    );
}

#[test]
fn the_core_uses_nothing_of_std_that_reaches_outside() {
    let sources = tracked_with_extension("rs")
        .into_iter()
        .filter(|file| file.starts_with("crates/acd-core/src"));
    let findings = sources
        .flat_map(|file| reaches_outside(&file, &text(&file)))
        .collect::<Vec<_>>();
    assert_none(
        "acd-core reaches outside; hand the value in with the command:",
        &findings,
    );
}

#[test]
fn reaching_outside_is_found() {
    let file = Path::new("lib.rs");
    assert_eq!(
        reaches_outside(file, "use std::fs;\nlet x = std::env::var(\"A\");\n").len(),
        2
    );
    assert_eq!(
        reaches_outside(file, "use std::{collections::BTreeMap, io};\n").len(),
        1
    );
    assert!(
        reaches_outside(
            file,
            "// not std::fs\nuse std::{fmt, ops::Bound};\nstd::iter::once(1);\n"
        )
        .is_empty()
    );
}

fn reaches_outside(file: &Path, source: &str) -> Vec<String> {
    let code = source
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"));
    let names_it = |line: &str| OUTSIDE.iter().any(|module| names_module(line, module));
    code.filter(|(_, line)| names_it(line))
        .map(|(index, line)| format!("{}:{}: {}", file.display(), index + 1, line.trim()))
        .collect()
}

/// Whether the line names `std::module`, alone or within the braces of `use std::{...}`.
fn names_module(line: &str, module: &str) -> bool {
    let Some((_, path)) = line.split_once("std::") else {
        return false;
    };
    let Some(group) = path.strip_prefix('{') else {
        return line
            .split("std::")
            .skip(1)
            .any(|path| first_word(path) == module);
    };
    group
        .split(['{', ',', '}'])
        .any(|item| first_word(item.trim()) == module)
}

fn first_word(path: &str) -> &str {
    path.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .next()
        .unwrap_or_default()
}
