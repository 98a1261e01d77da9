//! `cargo xtask bench`: every benchmark of the workspace, and the report of their figures.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::asterisk::Asterisk;
use crate::chromium::Chromium;
use crate::gate::{self, Valgrind};
use crate::postgres::Postgres;
use crate::process::Program;
use crate::workspace;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Smaller and shorter, for trying: the figures are not for comparing
    #[arg(long)]
    quick: bool,
    /// Instead: make the instructions that the core takes now the base line of the gate
    #[arg(long, conflicts_with = "quick")]
    accept: bool,
    /// Only figures whose keys begin so, for example `-- core.step journal`; none: all
    #[arg(last = true)]
    keys: Vec<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let valgrind = Valgrind::ensure()?;
    if options.accept {
        return gate::accept(&valgrind);
    }
    let folder = workspace::target().join("bench");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let figures = folder.join("figures.jsonl");
    forget(&figures)?;
    // The end-to-end bench runs the program itself, built with what the benches are built with.
    Program::cargo()
        .args(["build", "--release", "--workspace", "--bins"])
        .args(["--bench", "*"])
        .run()?;
    let benches = Program::cargo()
        .args(["bench", "--workspace", "--bench", "*", "--"])
        .args(options.quick.then_some("--quick"))
        .args(&options.keys);
    let benches = Asterisk::ensure().announce(benches.env("ACD_FIGURES", &figures));
    let benches = Chromium::ensure()?.announce(benches);
    let benches = Postgres::ensure()?.announce(benches);
    valgrind.announce(benches).run()?;
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
    gate::benches()
        .args(["report"])
        .arg(figures)
        .arg(report)
        .run()
}
