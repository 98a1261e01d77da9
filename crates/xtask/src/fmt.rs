//! `cargo xtask fmt`: one format for all Rust code, rustfmt's own.

use anyhow::Result;

use crate::process::Program;

pub(crate) fn run() -> Result<()> {
    Program::cargo().args(["fmt", "--all"]).run()
}

/// Fails, showing the difference, where code is not formatted.
pub(crate) fn check() -> Result<()> {
    Program::cargo().args(["fmt", "--all", "--check"]).run()
}
