//! `cargo xtask simulate`: the real engine, journal, services and clients in a simulated world in which everything goes wrong.

use anyhow::Result;

use crate::process::Program;

/// The suite's runs: always the same, more than a million contacts.
const SUITE: [&str; 7] = ["run", "--from", "1", "--seeds", "330", "--contacts", "200"];

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Arguments for `acd-sim run`, for example `-- --seed 7` or `-- --seeds 100000 --minutes 60`; none: what the suite runs
    #[arg(last = true)]
    arguments: Vec<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    if options.arguments.is_empty() {
        return pass();
    }
    simulator().arg("run").args(&options.arguments).run()
}

/// Runs what the suite runs, and fails where something there is was never seen.
pub(crate) fn pass() -> Result<()> {
    simulator().args(SUITE).arg("--sees-everything").run()
}

/// It is optimised, and its checks of what cannot be are on.
fn simulator() -> Program {
    Program::cargo()
        .args(["run", "--quiet", "--profile", "simulation"])
        .args(["--package", "acd-sim", "--"])
}
