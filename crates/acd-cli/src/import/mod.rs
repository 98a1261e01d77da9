//! `acd import`: configuration from the files of others.

mod asterisk;
mod csv;

use crate::connection::ConnectionArgs;

/// Make configuration from files of others: a centre from an Asterisk's queues, agents from CSV tables
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    Asterisk(asterisk::Args),
    Csv(csv::Args),
}

pub(crate) fn run(connection: &ConnectionArgs, command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Asterisk(args) => asterisk::run(args),
        Command::Csv(args) => csv::run(connection, args),
    }
}
