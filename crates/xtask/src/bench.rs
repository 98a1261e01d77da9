//! `cargo xtask bench`: every benchmark of the workspace, and the report of their figures.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::process::Program;
use crate::workspace;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Smaller and shorter, for trying: the figures are not for comparing
    #[arg(long)]
    quick: bool,
    /// Only figures whose keys begin so, for example `-- core.step journal`; none: all
    #[arg(last = true)]
    keys: Vec<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let folder = workspace::target().join("bench");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let figures = folder.join("figures.jsonl");
    forget(&figures)?;
    Program::cargo()
        .args(["bench", "--workspace", "--bench", "*", "--"])
        .args(options.quick.then_some("--quick"))
        .args(&options.keys)
        .env("ACD_FIGURES", &figures)
        .run()?;
    report(&figures, &folder.join("report.json"))
}

fn forget(figures: &PathBuf) -> Result<()> {
    match fs::remove_file(figures) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| figures.display().to_string())
        }
        _ => Ok(()),
    }
}

fn report(figures: &PathBuf, report: &PathBuf) -> Result<()> {
    Program::cargo()
        .args(["run", "--quiet", "--release", "--package", "acd-benches"])
        .args(["--", "report"])
        .arg(figures)
        .arg(report)
        .run()
}
