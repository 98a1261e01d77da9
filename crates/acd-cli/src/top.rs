//! `acd top`: queues, agents, contacts and the engine on a terminal, live.

use std::time::Duration;

use acd_top::{Metrics, Options};

use crate::connection::{ConnectionArgs, Usage};
use crate::output;

/// Watch queues, agents, contacts and the engine on a terminal, and ask why
///
/// What is wrong comes first. Enter opens a queue, or tells why a contact waits and why an agent gets none; ? lists all
/// keys. It only looks: a token with the role supervisor suffices, and one with the role monitor for queues.
///
/// It works in 80 x 24, without colour (--no-color, or NO_COLOR in the environment) and over a slow line (--every).
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd top
  acd top --tenant bank --metrics 127.0.0.1:7401
  acd top --every 5s --no-color
  acd top --server acd.example.org:7400 --tls-ca ca.pem --token-file token.jwt")]
pub(crate) struct Args {
    /// Where the server's /metrics is (`metrics_listen`), for the page of the engine: HOST:PORT, or a URL
    #[arg(long, value_name = "ADDR", value_parser = metrics)]
    metrics: Option<Metrics>,
    /// Draw at most once in this time; keys are answered at once
    #[arg(long, value_name = "TIME", value_parser = output::duration, default_value = "1s")]
    every: Duration,
    /// Use no colours
    #[arg(long)]
    no_color: bool,
}

fn metrics(text: &str) -> Result<Metrics, String> {
    Metrics::parse(text).map_err(|error| error.to_string())
}

pub(crate) fn run(connection: &ConnectionArgs, args: &Args) -> anyhow::Result<()> {
    crate::runtime()?.block_on(async {
        let endpoint = connection.endpoint(&Usage::QUESTION)?;
        let options = Options {
            tenant: connection.tenant().map(str::to_owned),
            metrics: args.metrics.clone(),
            every: args.every,
            color: !args.no_color,
            ..Options::new(connection.server())
        };
        Ok(acd_top::run(&endpoint, options).await?)
    })
}
