//! The checkout under test: its files, its manifests, its dependency trees.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder that holds the workspace's `Cargo.toml`.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("xtask lies two folders below the root")
}

/// A text file of the checkout; `path` is relative to the root.
pub(crate) fn text(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A TOML file of the checkout.
pub(crate) fn toml(path: impl AsRef<Path>) -> toml::Table {
    text(path.as_ref())
        .parse()
        .unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

/// Every file that git tracks and that still exists, relative to the root, sorted.
pub(crate) fn tracked_files() -> Vec<PathBuf> {
    let listed = output_of(Command::new("git").args(["ls-files", "-z"]));
    let names = listed.split('\0').filter(|name| !name.is_empty());
    names
        .map(PathBuf::from)
        .filter(|file| root().join(file).is_file())
        .collect()
}

/// The tracked files whose names end so.
pub(crate) fn tracked_with_extension(extension: &str) -> Vec<PathBuf> {
    let wanted = |file: &PathBuf| file.extension().is_some_and(|own| own == extension);
    tracked_files().into_iter().filter(wanted).collect()
}

/// One of the workspace's own packages.
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
}

/// The workspace's own packages.
pub(crate) fn members() -> Vec<Member> {
    let tree = cargo_tree(&["--workspace", "--depth", "0"]);
    // Each is a line such as `acd-core v0.1.0 (/path/to/crates/acd-core)`.
    let parts = tree
        .lines()
        .filter_map(|line| line.split_once(" v").zip(line.split_once('(')));
    let members = parts.map(|((name, _), (_, folder))| Member {
        name: name.to_owned(),
        folder: folder.split(')').next().unwrap_or_default().into(),
    });
    members.collect()
}

/// Every crate that runs as part of `package`: its normal dependencies through all levels and itself, without
/// procedural macros, which run in the compiler only.
pub(crate) fn linked_crates(package: &str) -> BTreeSet<String> {
    let tree = cargo_tree(&["--edges", "normal,no-proc-macro", "--package", package]);
    let names = tree.lines().filter_map(|line| line.split(' ').next());
    names.map(String::from).collect()
}

fn cargo_tree(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    output_of(
        Command::new(cargo)
            .args(["tree", "--prefix", "none"])
            .args(arguments),
    )
}

/// Fails the test, naming every finding, unless there is none.
pub(crate) fn assert_none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}\n  {}", findings.join("\n  "));
}

fn output_of(command: &mut Command) -> String {
    let output = command
        .current_dir(root())
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("the output is UTF-8")
}
