//! `cargo xtask soak`: a centre at work for hours while attackers come and go, after which the server must be as small and as
//! fast as it was (docs/reliability.md).

use anyhow::Result;

use crate::process::Program;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// For how long; with less than three the size of the journal is told and not judged
    #[arg(long, default_value_t = 8.0)]
    hours: f64,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let built = ["--release", "--workspace", "--bins", "--bench", "overload"];
    Program::cargo().arg("build").args(built).run()?;
    Program::cargo()
        .args(["bench", "--workspace", "--bench", "overload"])
        .env("ACD_SOAK_HOURS", options.hours.to_string())
        .run()
}
