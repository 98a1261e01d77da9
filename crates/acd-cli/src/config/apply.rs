//! `acd config apply`.

use std::path::PathBuf;

use acd_client::{Configurator, configurator::Change};

use super::{diff, document};
use crate::connection::{ConnectionArgs, Usage};
use crate::output;

/// Put a file's configuration of one tenant in force, whole or not at all
///
/// The change is shown first. It is made from the version in force at that moment: if another change comes between,
/// nothing is applied.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd config apply acd.toml --tenant bank --comment 'longer opening hours'
  acd config apply bank.toml --tenant bank --expect-version 7
  acd config apply new.toml --tenant newcomer --create")]
pub(crate) struct Args {
    /// The file
    file: PathBuf,
    /// Create the tenant, which must not exist
    #[arg(long)]
    create: bool,
    /// The version the file was made from; nothing is applied if another one is in force
    #[arg(long, value_name = "VERSION", conflicts_with = "create")]
    expect_version: Option<u64>,
    /// Why, for the history
    #[arg(long, value_name = "TEXT", default_value = "")]
    comment: String,
}

pub(super) fn run(connection: &ConnectionArgs, args: &Args) -> anyhow::Result<()> {
    let (name, config) = document::tenant(&args.file, connection.tenant())?;
    crate::runtime()?.block_on(async {
        let endpoint = connection.endpoint(&Usage::QUESTION)?;
        let tenant = match name {
            Some(name) => name,
            None => connection.tenant_of(&endpoint).await?,
        };
        let document = acd_config::render(&config);
        let dry_run = diff::compare(&endpoint, &tenant, document.clone(), args.create).await?;
        diff::show(&tenant, &dry_run)?;
        let compared = (!args.create).then_some(dry_run.compared_version);
        let change = Change {
            document,
            expected_version: args.expect_version.or(compared),
            create: args.create,
            comment: args.comment.clone(),
        };
        let applied = Configurator::new(&endpoint).apply(&tenant, change).await?;
        output::line(format!(
            "tenant {tenant}: version {} is in force",
            applied.version
        ))
    })
}
