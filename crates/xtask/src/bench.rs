//! `cargo xtask bench`: every benchmark of the workspace.

use anyhow::Result;

use crate::process::Program;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Arguments for the benchmarks themselves, for example `-- offer`
    #[arg(last = true)]
    arguments: Vec<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    // Without a benchmark cargo would answer `--bench *` with an error that tells a newcomer nothing.
    let metadata = Program::cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()?;
    if !metadata.contains(r#""kind":["bench"]"#) {
        eprintln!("no package of the workspace has a benchmark yet");
        return Ok(());
    }
    Program::cargo()
        .args(["bench", "--workspace", "--bench", "*", "--"])
        .args(&options.arguments)
        .run()
}
