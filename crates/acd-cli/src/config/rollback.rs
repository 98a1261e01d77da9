//! `acd config rollback`.

use acd_client::Configurator;

use super::diff;
use crate::connection::{ConnectionArgs, Usage};
use crate::output;

/// Put an earlier version of a tenant's configuration in force again, as a new one
///
/// The change is shown first. It is made from the version in force at that moment: if another change comes between,
/// nothing is applied.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd config rollback 6 --tenant bank
  acd config rollback 6 --tenant bank --comment 'version 7 closed the hotline'")]
pub(crate) struct Args {
    /// The earlier version
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    version: u64,
    /// Why, for the history
    #[arg(long, value_name = "TEXT", default_value = "")]
    comment: String,
}

pub(super) fn run(connection: &ConnectionArgs, args: &Args) -> anyhow::Result<()> {
    crate::runtime()?.block_on(async {
        let endpoint = connection.endpoint(&Usage::QUESTION)?;
        let tenant = connection.tenant_of(&endpoint).await?;
        let configurator = Configurator::new(&endpoint);
        let earlier = configurator.get(&tenant, Some(args.version)).await?;
        let dry_run = diff::compare(&endpoint, &tenant, earlier.document, false).await?;
        diff::show(&tenant, &dry_run)?;
        let expected = Some(dry_run.compared_version);
        let version = args.version;
        let applied = configurator
            .rollback(&tenant, version, expected, &args.comment)
            .await?;
        output::line(format!(
            "tenant {tenant}: version {} is in force, which is version {version} again",
            applied.version
        ))
    })
}
