//! The Python environment of the tests: a client that is generated from `proto/` by Google's own tools, and the schemas of
//! what is in `deploy/`.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::process::Program;
use crate::{debian, workspace};

/// What is installed, each at a fixed version.
const REQUIREMENTS: &str = include_str!("../python-requirements.txt");

/// The interpreter of the environment below `target/`, which is made when it is missing or its requirements changed.
pub(crate) fn interpreter() -> Result<PathBuf> {
    let environment = workspace::target().join("python");
    let interpreter = environment.join("bin/python");
    // Written last, so that an environment whose making was interrupted is made again.
    let installed = environment.join("installed-requirements.txt");
    if std::fs::read_to_string(&installed).is_ok_and(|text| text == REQUIREMENTS) {
        return Ok(interpreter);
    }
    if !Program::new("python3")
        .args(["-c", "import ensurepip, venv"])
        .succeeds()?
    {
        debian::install("python3-venv")?;
    }
    Program::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&environment)
        .run()?;
    Program::new(&interpreter)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--requirement",
        ])
        .arg(workspace::root().join("crates/xtask/python-requirements.txt"))
        .run()?;
    std::fs::write(&installed, REQUIREMENTS)
        .with_context(|| format!("cannot write {}", installed.display()))?;
    Ok(interpreter)
}
