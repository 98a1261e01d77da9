//! Packages that tests run in Node and in a browser, installed below `target/`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::process::Program;
use crate::{debian, workspace};

/// What is installed, each at a fixed version.
const PACKAGES: &str = include_str!("../node/package.json");
/// The same with what these need, each with its checksum; it names no registry.
const LOCK: &str = include_str!("../node/package-lock.json");

/// Node, and where its packages are.
pub(crate) struct Node {
    program: PathBuf,
    packages: PathBuf,
}

impl Node {
    /// Installs what is missing: Node itself from Debian, its packages when there are none or their list changed.
    pub(crate) fn ensure() -> Result<Self> {
        let program = debian::program_or_install("nodejs", "node")?;
        let packages = workspace::target().join("node");
        // Written last, so that what was interrupted is begun again.
        let installed = packages.join("installed-packages.json");
        if !fs::read_to_string(&installed).is_ok_and(|text| text == LOCK) {
            let npm = debian::program_or_install("npm", "npm")?;
            let write = |name, text| {
                let file = packages.join(name);
                fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
            };
            fs::create_dir_all(&packages)
                .with_context(|| format!("cannot make {}", packages.display()))?;
            write("package.json", PACKAGES)?;
            write("package-lock.json", LOCK)?;
            Program::new(npm)
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
                .current_dir(&packages)
                .run()?;
            write("installed-packages.json", LOCK)?;
        }
        Ok(Self { program, packages })
    }

    /// Tells the tests where they are.
    pub(crate) fn announce(&self, program: Program) -> Program {
        program
            .env("ACD_NODE", &self.program)
            .env("ACD_NODE_PACKAGES", &self.packages)
    }
}
