//! The gate of instruction counts: what the rows of the core take, beside the base line in the repository.

use std::path::PathBuf;

use anyhow::Result;

use crate::debian;
use crate::process::Program;
use crate::workspace;

/// Valgrind, whose tool callgrind counts instructions.
pub(crate) struct Valgrind {
    valgrind: PathBuf,
    vgdb: PathBuf,
}

impl Valgrind {
    /// Installs it when it is missing.
    pub(crate) fn ensure() -> Result<Self> {
        // `valgrind` itself is a script that looks for the program where the package would have installed it.
        Ok(Self {
            valgrind: debian::program("valgrind", "valgrind.bin")?,
            vgdb: debian::program("valgrind", "vgdb")?,
        })
    }

    /// Tells a benchmark where it is.
    pub(crate) fn announce(&self, program: Program) -> Program {
        let program = program
            .env("ACD_VALGRIND", &self.valgrind)
            .env("ACD_VGDB", &self.vgdb);
        match debian::unpacked("valgrind", "libexec/valgrind") {
            Some(tools) => program.env("VALGRIND_LIB", tools),
            None => program,
        }
    }
}

/// Fails when a row takes noticeably more instructions than its base line.
pub(crate) fn pass(valgrind: &Valgrind) -> Result<()> {
    count(valgrind, "gate")
}

/// Makes what is counted now the base line.
pub(crate) fn accept(valgrind: &Valgrind) -> Result<()> {
    count(valgrind, "accept")
}

fn count(valgrind: &Valgrind, word: &str) -> Result<()> {
    let base_line = workspace::root().join("benches/base-line.json");
    valgrind
        .announce(benches().args([word]).arg(base_line))
        .run()
}

/// The program of the benchmarks, which links the core and little else: it is built in a minute.
pub(crate) fn benches() -> Program {
    Program::cargo()
        .args(["run", "--quiet", "--release"])
        .args(["--package", "acd-benches", "--bin", "acd-benches", "--"])
}
