//! `acd status`: a tenant on one screen.

use std::time::Duration;

use acd_client::Supervisor;
use acd_client::v1::ViewFilter;

use crate::connection::{ConnectionArgs, Usage};
use crate::interrupt::Interrupts;
use crate::{output, overview};

/// Show the queues, the agents by state, and who has waited longest
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd status
  acd status --watch --tenant bank
  acd status --server acd.example.org:7400 --tls-ca ca.pem --token-file token.jwt")]
pub(crate) struct Args {
    /// Show it again every second, until Ctrl-C
    #[arg(long)]
    watch: bool,
}

const INTERVAL: Duration = Duration::from_secs(1);

pub(crate) fn run(connection: &ConnectionArgs, args: &Args) -> anyhow::Result<()> {
    crate::runtime()?.block_on(async {
        let endpoint = connection.endpoint(&Usage::QUESTION)?;
        let tenant = connection.tenant_of(&endpoint).await?;
        let supervisor = Supervisor::new(&endpoint, &tenant);
        if !args.watch {
            return output::line(screen(&supervisor, &tenant).await?);
        }
        let mut interrupts = Interrupts::listen()?;
        let mut screen_view = crate::screen::Screen::begin()?;
        let mut ticks = tokio::time::interval(INTERVAL);
        loop {
            tokio::select! {
                _ = ticks.tick() => screen_view.show(&screen(&supervisor, &tenant).await?)?,
                () = interrupts.next() => return Ok(()),
            }
        }
    })
}

async fn screen(supervisor: &Supervisor, tenant: &str) -> anyhow::Result<String> {
    let filter = ViewFilter {
        queues: true,
        agents: true,
        ..ViewFilter::default()
    };
    let answer = supervisor.get_snapshot(filter).await?;
    Ok(format!("tenant {tenant}\n\n{}", overview::text(&answer)))
}
