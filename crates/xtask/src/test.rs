//! `cargo xtask test`: the whole suite, ending with the test runner's own summary line.

use anyhow::Result;

use crate::gate;
use crate::process::Program;
use crate::setup::TestTools;
use crate::simulate;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Leave out the tests that need a real Asterisk (the test binaries named `sip`)
    #[arg(long)]
    without_asterisk: bool,
    /// Arguments for `cargo nextest run`, for example `-- -p acd-core`; with any, the doc tests, the gate and the simulator are left out
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
        simulate::pass()?;
        tools.announce(with_traces()).run()?;
    }
    let mut nextest = nextest(&options.nextest);
    if options.without_asterisk {
        nextest = nextest.args(["--filterset", "not binary(sip)"]);
        eprintln!(
            "LEFT OUT, because of --without-asterisk: every test of SIP with a real Asterisk"
        );
    }
    tools.announce(nextest).run()
}

/// The binary as it is with the feature `otel`: only it and its test are built once more.
fn with_traces() -> Program {
    let only = [
        "--workspace",
        "--features",
        "acd-cli/otel",
        "--test",
        "otel",
    ];
    runner().args(only)
}

fn nextest(arguments: &[String]) -> Program {
    let nextest = runner();
    if arguments.is_empty() {
        nextest.arg("--workspace")
    } else {
        nextest.args(arguments)
    }
}

fn runner() -> Program {
    let profile = if std::env::var_os("CI").is_some() {
        "ci"
    } else {
        "default"
    };
    Program::cargo().args(["nextest", "run", "--profile", profile])
}
