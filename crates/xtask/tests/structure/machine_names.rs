//! Nothing that is tracked names the machine it was written on: its folders, its users, its mirrors of a registry.

use std::path::PathBuf;

use crate::checkout::{assert_none, root, text, tracked_files};

#[test]
fn no_file_names_a_folder_of_this_machine() {
    let folders = own_folders();
    let mut findings = Vec::new();
    for file in tracked_files() {
        // What is not text cannot be read for names.
        let Ok(content) = std::fs::read_to_string(root().join(&file)) else {
            continue;
        };
        let named = folders
            .iter()
            .filter(|folder| names_folder(&content, folder));
        findings.extend(named.map(|folder| format!("{}: {folder}", file.display())));
    }
    assert_none(
        "a tracked file names a folder of this machine; write it relative to the checkout:",
        &findings,
    );
}

#[test]
fn every_crate_comes_from_the_public_registry() {
    let locks = [text("Cargo.lock"), text("fuzz/Cargo.lock")];
    let sources = locks
        .iter()
        .flat_map(|lock| lock.lines())
        .filter_map(|line| line.strip_prefix("source = "));
    let strangers = sources
        .filter(|source| *source != r#""registry+https://github.com/rust-lang/crates.io-index""#);
    assert_none(
        "Cargo.lock names another source:",
        &strangers.map(String::from).collect::<Vec<_>>(),
    );
}

#[test]
fn a_folder_is_found_as_a_whole_name_only() {
    assert!(names_folder("see /home/ada/acd/docs", "/home/ada/acd"));
    assert!(names_folder("in /home/ada/acd.", "/home/ada/acd"));
    assert!(!names_folder("see /home/ada/acd-old", "/home/ada/acd"));
    assert!(!names_folder("see docs/home/ada/acd", "/home/ada/acd"));
}

/// The checkout, what is beside it, and the home of whoever works on it; a folder right below `/` (`/src`) is too
/// common a word to look for.
fn own_folders() -> Vec<String> {
    let beside = root().parent().map(|parent| parent.join("shared"));
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo"));
    let folders = [Some(root().to_path_buf()), beside, home]
        .into_iter()
        .flatten();
    let telling = folders.filter(|folder| folder.components().count() > 2);
    telling
        .map(|folder| folder.to_string_lossy().into_owned())
        .collect()
}

fn names_folder(content: &str, folder: &str) -> bool {
    let in_name = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
    content.match_indices(folder).any(|(start, _)| {
        let before = content[..start].chars().next_back();
        let after = content[start + folder.len()..].chars().next();
        !before.is_some_and(in_name) && !after.is_some_and(in_name)
    })
}
