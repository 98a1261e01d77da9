//! `cargo xtask test`: the whole suite, ending with the test runner's own summary line.

use anyhow::Result;

use crate::gate;
use crate::process::Program;
use crate::setup::TestTools;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Arguments for `cargo nextest run`, for example `-- -p acd-core`; with any, the doc tests and the gate are left out
    #[arg(last = true)]
    nextest: Vec<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let tools = TestTools::ensure()?;
    if options.nextest.is_empty() {
        tools
            .announce(Program::cargo().args(["test", "--doc", "--workspace"]))
            .run()?;
        gate::pass(&tools.valgrind)?;
    }
    tools.announce(nextest(&options.nextest)).run()
}

fn nextest(arguments: &[String]) -> Program {
    let profile = if std::env::var_os("CI").is_some() {
        "ci"
    } else {
        "default"
    };
    let nextest = Program::cargo().args(["nextest", "run", "--profile", profile]);
    if arguments.is_empty() {
        nextest.arg("--workspace")
    } else {
        nextest.args(arguments)
    }
}
