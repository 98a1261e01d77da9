//! `acd scenario new`.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use acd_scenario::TEMPLATE;
use anyhow::Context as _;

use crate::output;

/// Write a scenario to begin with: it passes, and each part has a comment
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  acd scenario new tests/first.acd && acd scenario run tests")]
pub(crate) struct Args {
    /// The file to write, which must not exist yet; without it, to standard output
    file: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let Some(file) = &args.file else {
        return output::write(TEMPLATE.as_bytes());
    };
    let mut new = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(file)
        .with_context(|| {
            format!(
                "cannot write {}; name a file that does not exist yet, in a folder that does",
                file.display()
            )
        })?;
    new.write_all(TEMPLATE.as_bytes())
        .with_context(|| format!("cannot write {}", file.display()))
}
