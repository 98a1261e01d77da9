//! `acd man`: manual pages, from the same source as `--help`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use crate::{Cli, output, version};

/// Write the manual pages, one for each command
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  acd man /usr/local/share/man/man1")]
pub(crate) struct Args {
    /// The folder, which is made if it is not there; pages of the same name are replaced
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let folder = args.folder.display();
    std::fs::create_dir_all(&args.folder).with_context(|| format!("DIR: cannot make {folder}"))?;
    let mut acd = Cli::command().disable_help_subcommand(true);
    acd.build();
    write(&acd, &args.folder).with_context(|| format!("DIR: cannot write pages into {folder}"))?;
    output::line(format!(
        "acd.1 and the pages of its commands are in {folder}"
    ))
}

/// Writes the page of a command and those of its own commands.
fn write(command: &Command, folder: &Path) -> std::io::Result<()> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    Man::new(command.clone())
        .title(name.to_uppercase())
        .date(version::DAY.unwrap_or("unreleased"))
        .source(concat!("acd ", env!("CARGO_PKG_VERSION")))
        .manual("acd")
        .generate_to(folder)?;
    let mut commands = command.get_subcommands().filter(|it| !it.is_hide_set());
    commands.try_for_each(|it| write(it, folder))
}
