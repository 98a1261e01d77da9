//! `cargo xtask proto`: the API and journal definitions compile and follow the house rules.

use anyhow::Result;

use crate::process::Program;

pub(crate) fn run() -> Result<()> {
    Program::cargo()
        .args(["check", "--package", "acd-proto"])
        .run()?;
    Program::cargo()
        .args(["test", "--package", "xtask", "--test", "structure", "proto"])
        .run()
}
