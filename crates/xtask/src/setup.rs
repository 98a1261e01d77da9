//! `cargo xtask setup`: what the tests need, installed when it is missing.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::asterisk::Asterisk;
use crate::chromium::Chromium;
use crate::fault_tools::FaultTools;
use crate::gate::Valgrind;
use crate::machine::Machine;
use crate::node::Node;
use crate::postgres::Postgres;
use crate::process::Program;
use crate::{cargo_tools, debian, workspace};

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
    tools.asterisk.demand()
}

/// The programs that tests start.
pub(crate) struct TestTools {
    prometheus: PathBuf,
    promtool: PathBuf,
    amtool: PathBuf,
    mandoc: PathBuf,
    systemd_analyze: PathBuf,
    /// This program, which packs what the tests install.
    xtask: PathBuf,
    node: Node,
    chromium: Chromium,
    asterisk: Asterisk,
    machine: Machine,
    postgres: Postgres,
    faults: FaultTools,
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
            amtool: debian::program("prometheus-alertmanager", "amtool")?,
            mandoc: debian::program("mandoc", "mandoc")?,
            xtask: std::env::current_exe().context("xtask does not know where it is")?,
            systemd_analyze: debian::program_or_install("systemd", "systemd-analyze")?,
            postgres: Postgres::ensure()?,
            faults: FaultTools::ensure()?,
            node: Node::ensure()?,
            chromium: Chromium::ensure()?,
            asterisk: Asterisk::ensure(),
            machine: Machine::ensure()?,
            valgrind: Valgrind::ensure()?,
        })
    }

    /// Tells the tests where the programs and the shared material are (crates/xtask/README.md lists the variables).
    pub(crate) fn announce(&self, program: Program) -> Program {
        let program = program
            .env("ACD_PROMETHEUS", &self.prometheus)
            .env("ACD_PROMTOOL", &self.promtool)
            .env("ACD_AMTOOL", &self.amtool)
            .env("ACD_MANDOC", &self.mandoc)
            .env("ACD_SYSTEMD_ANALYZE", &self.systemd_analyze)
            .env("ACD_XTASK", &self.xtask);
        let program = self.faults.announce(self.postgres.announce(program));
        let program = self.machine.announce(self.asterisk.announce(program));
        let program = self.chromium.announce(self.node.announce(program));
        match workspace::shared() {
            Some(shared) => program.env("ACD_SHARED", shared),
            None => program,
        }
    }
}
