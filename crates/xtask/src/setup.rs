//! `cargo xtask setup`: what the tests need, installed when it is missing.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::gate::Valgrind;
use crate::process::Program;
use crate::{asterisk, cargo_tools, debian, python, workspace};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Also what only `cargo xtask check --full` needs
    #[arg(long)]
    full: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let tools = TestTools::ensure()?;
    if options.full {
        cargo_tools::DENY.ensure()?;
    }
    match tools.asterisk {
        Ok(_) => Ok(()),
        Err(why) => bail!("no Asterisk: {why}"),
    }
}

/// The programs that tests start.
pub(crate) struct TestTools {
    prometheus: PathBuf,
    promtool: PathBuf,
    python: PathBuf,
    /// The folder of the Debian system with Asterisk and SIPp, or why there is none.
    asterisk: Result<PathBuf, String>,
    /// What the gate of instruction counts runs.
    pub(crate) valgrind: Valgrind,
}

impl TestTools {
    /// Installs what is missing.
    pub(crate) fn ensure() -> Result<Self> {
        cargo_tools::NEXTEST.ensure()?;
        Ok(Self {
            prometheus: debian::program("prometheus", "prometheus")?,
            promtool: debian::program("prometheus", "promtool")?,
            python: python::interpreter()?,
            asterisk: asterisk(),
            valgrind: Valgrind::ensure()?,
        })
    }

    /// Tells the tests where the programs and the shared material are (crates/xtask/README.md lists the variables).
    pub(crate) fn announce(&self, program: Program) -> Program {
        let program = program
            .env("ACD_PROMETHEUS", &self.prometheus)
            .env("ACD_PROMTOOL", &self.promtool)
            .env("ACD_PYTHON", &self.python);
        let program = match &self.asterisk {
            Ok(root) => program.env("ACD_ASTERISK_ROOT", root),
            Err(why) => program.env("ACD_ASTERISK_MISSING", why),
        };
        match workspace::shared() {
            Some(shared) => program.env("ACD_SHARED", shared),
            None => program,
        }
    }
}

/// Not every machine can have it. The tests that need it fail there, and say why.
fn asterisk() -> Result<PathBuf, String> {
    let root = asterisk::root().map_err(|error| format!("{error:#}"));
    match &root {
        Ok(root) => eprintln!("Asterisk and SIPp: ACD_ASTERISK_ROOT={}", root.display()),
        Err(why) => eprintln!("NO ASTERISK: {why}"),
    }
    root
}
