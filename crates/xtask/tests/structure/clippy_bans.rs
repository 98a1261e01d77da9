//! `crates/acd-core/clippy.toml` holds every ban on std that the workspace's holds, for clippy reads only one of them.

use std::collections::BTreeSet;

use crate::checkout::{assert_none, toml};

#[test]
fn the_core_forbids_what_the_workspace_forbids() {
    let workspace = bans("clippy.toml");
    let core = bans("crates/acd-core/clippy.toml");
    assert!(
        workspace.iter().any(|ban| ban.starts_with("std::")),
        "clippy.toml bans nothing of std"
    );
    let missing = workspace
        .into_iter()
        .filter(|ban| ban.starts_with("std::") && !core.contains(ban));
    assert_none(
        "add to crates/acd-core/clippy.toml:",
        &missing.collect::<Vec<_>>(),
    );
}

#[test]
fn every_ban_gives_its_reason() {
    let entries = ["clippy.toml", "crates/acd-core/clippy.toml"]
        .into_iter()
        .flat_map(entries);
    let bare = entries.filter(|entry| entry.get("reason").is_none());
    assert_none(
        "a ban without a reason:",
        &bare.map(|entry| entry.to_string()).collect::<Vec<_>>(),
    );
}

fn bans(file: &str) -> BTreeSet<String> {
    entries(file)
        .iter()
        .map(|entry| entry["path"].as_str().expect("a path is text").to_owned())
        .collect()
}

fn entries(file: &str) -> Vec<toml::Table> {
    let lists = toml(file)
        .into_iter()
        .filter(|(name, _)| name.starts_with("disallowed-"));
    let entries = lists.flat_map(|(_, list)| list.as_array().expect("a list of bans").clone());
    entries
        .map(|entry| {
            entry
                .as_table()
                .expect("a ban with a reason is a table")
                .clone()
        })
        .collect()
}
