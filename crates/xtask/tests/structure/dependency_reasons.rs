//! Every crate we depend on is chosen: named once, with one version, used, and its reason in docs/dependencies.md.

use std::collections::BTreeSet;

use crate::checkout::{assert_none, members, text, toml};

#[test]
fn every_dependency_has_its_reason() {
    let explained = explained(&text("docs/dependencies.md"));
    let missing = all_external()
        .into_iter()
        .filter(|name| !explained.contains(name));
    assert_none(
        "add a row to docs/dependencies.md:",
        &missing.collect::<Vec<_>>(),
    );
}

#[test]
fn no_reason_outlives_its_dependency() {
    let external = all_external();
    let stale = explained(&text("docs/dependencies.md"))
        .into_iter()
        .filter(|name| !external.contains(name));
    assert_none(
        "not in the root Cargo.toml or that of fuzz/; drop the row of docs/dependencies.md:",
        &stale.collect::<Vec<_>>(),
    );
}

#[test]
fn every_version_stands_in_the_root_manifest_only() {
    let own = dependencies_of_members().filter(|(_, _, entry)| entry.get("workspace").is_none());
    let findings = own.map(|(member, name, _)| format!("{member}: {name}"));
    assert_none(
        "write { workspace = true } and the version into the root Cargo.toml:",
        &findings.collect::<Vec<_>>(),
    );
}

#[test]
fn every_dependency_is_used() {
    let used = dependencies_of_members()
        .map(|(_, name, _)| name)
        .collect::<BTreeSet<_>>();
    let unused = external().into_iter().filter(|name| !used.contains(name));
    assert_none(
        "no crate uses it; drop it from the root Cargo.toml:",
        &unused.collect::<Vec<_>>(),
    );
}

#[test]
fn a_row_explains_the_crate_in_its_first_cell() {
    let table = "| crate | why |\n|---|---|\n| `tokio` | async |\n| serde | with `bytes` |\n";
    assert_eq!(
        explained(table),
        BTreeSet::from(["serde".to_owned(), "tokio".to_owned()])
    );
}

/// The crates of others that a manifest names.
fn all_external() -> BTreeSet<String> {
    let of_fuzzing = of_others(&toml("fuzz/Cargo.toml")["dependencies"]);
    external().into_iter().chain(of_fuzzing).collect()
}

/// The crates of others that the root manifest names.
fn external() -> BTreeSet<String> {
    of_others(&toml("Cargo.toml")["workspace"]["dependencies"])
}

fn of_others(dependencies: &toml::Value) -> BTreeSet<String> {
    let all = dependencies.as_table().expect("a table of dependencies");
    all.iter()
        .filter(|(_, entry)| entry.get("path").is_none())
        .map(|(name, _)| name.clone())
        .collect()
}

/// Every dependency of every kind that a member names: member, crate, entry.
fn dependencies_of_members() -> impl Iterator<Item = (String, String, toml::Value)> {
    members().into_iter().flat_map(|member| {
        let mut manifest = toml(member.folder.join("Cargo.toml"));
        let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
        let tables = kinds.map(|kind| manifest.remove(kind));
        let entries = tables
            .into_iter()
            .flatten()
            .flat_map(|table| table.as_table().expect("a table").clone());
        entries
            .map(move |(name, entry)| (member.name.clone(), name, entry))
            .collect::<Vec<_>>()
    })
}

/// The crates that the document's table has a row for.
fn explained(document: &str) -> BTreeSet<String> {
    let rows = document
        .lines()
        .filter_map(|line| line.strip_prefix('|')?.split('|').next());
    let names = rows.map(|cell| cell.trim().trim_matches('`'));
    names
        .filter(|name| *name != "crate" && !name.starts_with('-'))
        .map(String::from)
        .collect()
}
