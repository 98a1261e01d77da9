//! Which tests are random: all in a `proptest!` block.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// All random tests of the workspace.
pub(crate) struct RandomTests {
    /// `--package` and the name of each package that has some.
    pub(crate) packages: Vec<String>,
    /// Their names without their modules.
    pub(crate) names: Vec<String>,
}

/// Finds the random tests below `crates/`.
pub(crate) fn find(root: &Path) -> Result<RandomTests> {
    let (mut packages, mut names) = (BTreeSet::new(), BTreeSet::new());
    let crates = root.join("crates");
    for file in rust_files(&crates)? {
        let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let found = names_in(&text);
        // A package has the name of its folder.
        let folder = file.strip_prefix(&crates)?.iter().next();
        if let Some(folder) = folder.filter(|_| !found.is_empty()) {
            packages.insert(folder.to_string_lossy().into_owned());
        }
        names.extend(found);
    }
    let packages = packages.into_iter();
    Ok(RandomTests {
        packages: packages
            .flat_map(|package| ["--package".to_owned(), package])
            .collect(),
        names: names.into_iter().collect(),
    })
}

/// The names of the tests in the `proptest!` blocks of a file.
fn names_in(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut end_of_block = None;
    let mut is_test = false;
    for line in text.lines() {
        let code = line.trim_start();
        if end_of_block.is_none() {
            if code.starts_with("proptest! {") || code.starts_with("proptest::proptest! {") {
                let indent = &line[..line.len() - code.len()];
                end_of_block = Some(format!("{indent}}}"));
            }
        } else if end_of_block.as_deref() == Some(line) {
            end_of_block = None;
        } else if code.starts_with("#[test]") {
            is_test = true;
        } else if let Some(function) = code.strip_prefix("fn ").filter(|_| is_test) {
            let name = function.split('(').next().unwrap_or_default();
            names.push(name.to_owned());
            is_test = false;
        }
    }
    names
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    #[test]
    fn the_tests_of_a_block_are_found_and_no_others() {
        let text = "
            #[test]
            fn plain() {}
            BLOCK {
                #![proptest_config(ProptestConfig::default())]

                /// What it promises.
                #[test]
                fn random(
                    a in 0..3,
                ) {
                    fn inner() {}
                }
            }
            #[test]
            fn another() {}";
        let text = text.replace("BLOCK", "proptest!");
        assert_eq!(names_in(&text), ["random"]);
    }

    #[test]
    fn the_great_ones_are_among_them() {
        let RandomTests { packages, names } =
            find(workspace::root()).expect("the checkout can be read");
        assert!(!packages.contains(&"xtask".to_owned()), "{packages:?}");
        assert!(packages.contains(&"acd-core".to_owned()), "{packages:?}");
        for name in [
            "the_index_decides_as_the_naive_matcher",
            "agrees_with_the_model_on_random_runs",
            "whoever_applies_what_they_are_told_knows_what_a_snapshot_would_tell",
        ] {
            assert!(names.iter().any(|found| found == name), "{name}");
        }
    }
}
