//! `cargo xtask screenshots`: every page of the console, and the file of a report, on every screen, in every language,
//! light and dark.

use anyhow::Result;

use crate::chromium::Chromium;
use crate::process::Program;
use crate::workspace;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only pages whose names begin so, for example `desk queues report`; none: all
    pages: Vec<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let folder = workspace::target().join("screenshots");
    let program = Program::cargo()
        .args(["test", "--package", "acd-cli", "--test", "console"])
        .args([
            "--",
            "--ignored",
            "--exact",
            "--nocapture",
            "screenshots::of_every_page",
            "screenshots::of_the_report",
        ])
        .env("ACD_SCREENSHOTS", &folder)
        .env("ACD_SCREENSHOTS_OF", options.pages.join(" "));
    Chromium::ensure()?.announce(program).run()?;
    eprintln!("screenshots are in {}", folder.display());
    Ok(())
}
