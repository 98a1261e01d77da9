//! `cargo xtask fmt`: one format for all Rust code, rustfmt's own.

use anyhow::Result;

use crate::process::Program;

/// The workspace, and the package that is built apart from it.
const MANIFESTS: [&str; 2] = ["Cargo.toml", "fuzz/Cargo.toml"];

pub(crate) fn run() -> Result<()> {
    MANIFESTS.iter().try_for_each(|it| format(it).run())
}

/// Fails, showing the difference, where code is not formatted.
pub(crate) fn check() -> Result<()> {
    MANIFESTS
        .iter()
        .try_for_each(|it| format(it).arg("--check").run())
}

fn format(manifest: &str) -> Program {
    Program::cargo().args(["fmt", "--all", "--manifest-path", manifest])
}
