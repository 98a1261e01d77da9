//! `acd status`: a tenant in a few lines.

use acd_client::Supervisor;
use acd_client::v1::ViewFilter;

use crate::connection::{ConnectionArgs, Usage};
use crate::{output, overview};

/// Print the queues, the agents by state, and who has waited longest
///
/// `acd top` shows the same on a terminal, live.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd status
  acd status --tenant bank
  acd status --server acd.example.org:7400 --tls-ca ca.pem --token-file token.jwt")]
pub(crate) struct Args {}

pub(crate) fn run(connection: &ConnectionArgs, _: &Args) -> anyhow::Result<()> {
    crate::runtime()?.block_on(async {
        let endpoint = connection.endpoint(&Usage::QUESTION)?;
        let tenant = connection.tenant_of(&endpoint).await?;
        let filter = ViewFilter {
            queues: true,
            ..ViewFilter::default()
        };
        let answer = Supervisor::new(&endpoint, &tenant)
            .get_snapshot(filter)
            .await?;
        output::line(format!("tenant {tenant}\n\n{}", overview::text(&answer)))
    })
}
