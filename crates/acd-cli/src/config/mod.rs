//! `acd config`: checks, compares, applies and rolls back configuration.

mod apply;
mod check;
pub(crate) mod diff;
pub(crate) mod document;
mod rollback;

use crate::connection::ConnectionArgs;

/// Check, compare, apply and roll back configuration
///
/// FILE is either the file of `acd serve` (with `[tenants.NAME]`), of which --tenant chooses one, or the document of
/// one tenant (with `[queues.NAME]`). docs/configuration.md explains every key.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    Check(check::Args),
    Diff(diff::Args),
    Apply(apply::Args),
    Rollback(rollback::Args),
}

pub(crate) fn run(connection: &ConnectionArgs, command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Check(args) => check::run(args),
        Command::Diff(args) => diff::run(connection, args),
        Command::Apply(args) => apply::run(connection, args),
        Command::Rollback(args) => rollback::run(connection, args),
    }
}
