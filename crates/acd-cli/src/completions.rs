//! `acd completions`: what a shell needs to complete commands and options.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::{Cli, output};

/// Print the completions of a shell
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd completions bash > /etc/bash_completion.d/acd
  acd completions zsh > ~/.zfunc/_acd
  acd completions fish > ~/.config/fish/completions/acd.fish")]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "acd", &mut script);
    output::write(&script)
}
