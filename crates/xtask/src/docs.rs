//! `cargo xtask docs`: the API documentation of the workspace's own crates.

use anyhow::Result;

use crate::process::Program;

#[derive(Default, clap::Args)]
pub(crate) struct Options {
    /// Open it in a browser when it is built
    #[arg(long)]
    open: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    Program::cargo()
        .args(["doc", "--workspace", "--no-deps"])
        .args(options.open.then_some("--open"))
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()
}
