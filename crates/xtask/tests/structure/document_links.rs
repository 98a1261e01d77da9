//! A link in a document leads to a file that is there.

use std::path::Path;

use crate::checkout::{assert_none, root, text, tracked_with_extension};

#[test]
fn links_between_documents_lead_somewhere() {
    let documents = tracked_with_extension("md");
    let findings = documents
        .iter()
        .flat_map(|file| dead_links(file, &text(file)));
    assert_none("a link leads nowhere:", &findings.collect::<Vec<_>>());
}

#[test]
fn dead_links_are_found() {
    let document =
        "[a](README.nowhere) [b](https://example.org) [c](#here) [d](../Cargo.toml#x) `f[0](g)`";
    assert_eq!(
        dead_links(Path::new("docs/x.md"), document),
        ["docs/x.md: README.nowhere"]
    );
}

fn dead_links(file: &Path, document: &str) -> Vec<String> {
    let folder = root().join(file.parent().expect("a file lies in a folder"));
    // Text between backticks is code: every second piece.
    let prose = document.split('`').step_by(2).collect::<String>();
    let targets = prose
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', ' ']).next());
    let paths = targets
        .filter(|target| !target.contains(':'))
        .filter_map(|target| target.split('#').next());
    let dead = paths.filter(|path| !path.is_empty() && !folder.join(path).exists());
    dead.map(|path| format!("{}: {path}", file.display()))
        .collect()
}
