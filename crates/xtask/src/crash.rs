//! `cargo xtask crash`: the crash tests with the release binary, as often as asked.

use anyhow::Result;

use crate::fault_tools::FaultTools;
use crate::process::Program;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// How often the server is killed under load; 0: not at all
    #[arg(long, default_value_t = 1_000)]
    kills: u64,
    /// How often its disk loses the power; 0: not at all
    #[arg(long, default_value_t = 200)]
    cuts: u64,
    /// How many copies of its directory are damaged; 0: none
    #[arg(long, default_value_t = 2_000)]
    damages: u64,
    /// What all that is drawn follows from, instead of the seed of the suite
    #[arg(long)]
    seed: Option<u64>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let tests = [
        ("kills::", "ACD_CRASH_KILLS", options.kills),
        ("cuts::", "ACD_CRASH_CUTS", options.cuts),
        ("damage::", "ACD_CRASH_DAMAGES", options.damages),
    ];
    let tests = tests.into_iter().filter(|(_, _, count)| *count > 0);
    let mut program = Program::cargo()
        .args(["test", "--release", "--workspace"])
        .args(["--test", "crashes", "--", "--nocapture", "--test-threads=1"]);
    for (tests, variable, count) in tests {
        program = program.arg(tests).env(variable, count.to_string());
    }
    if let Some(seed) = options.seed {
        program = program.env("ACD_CRASH_SEED", seed.to_string());
    }
    FaultTools::ensure()?.announce(program).run()
}
