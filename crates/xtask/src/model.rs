//! `cargo xtask model`: the model of `acd-model`, checked to a bound for which the suite has no time.

use anyhow::Result;

use crate::process::Program;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// What the checker is told, for example `-- --agents 2 --faults 2`; without it one agent, one contact and three faults
    #[arg(last = true)]
    bound: Vec<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    Program::cargo()
        .args(["run", "--release", "--package", "acd-model", "--"])
        .args(&options.bound)
        .run()
}
