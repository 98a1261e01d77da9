//! `acd adapter`: gateways between a switch and the engine.

use std::path::{Path, PathBuf};

use acd_asterisk::check::{Finding, check};
use acd_asterisk::{Options, service};
use acd_config::LogConfig;
use anyhow::{Context as _, bail};
use tokio_util::sync::CancellationToken;

use crate::interrupt::Interrupts;
use crate::{logging, output};

/// Run an adapter between a switch and the engine
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    Asterisk(Asterisk),
}

/// Put the engine in front of the queues of an Asterisk
///
/// It connects to Asterisk over ARI and to the engine over its API, for ever: either may go away and come back. Callers
/// whom the dialplan hands over with Stasis(acd,queue=NAME) wait, and are connected with whom the engine chooses. When
/// it ends, callers stay on the line, and the next start takes them up. Its log goes to standard error.
///
/// docs/asterisk.md leads from an Asterisk that answers calls to a centre that works.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd adapter asterisk --config adapter.toml --check     what the Asterisk lacks, and the remedy
  acd adapter asterisk --config adapter.toml")]
pub(crate) struct Asterisk {
    /// The adapter's file (docs/asterisk.md)
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Only look whether file and Asterisk have all that is needed
    #[arg(long)]
    check: bool,
    /// What is logged, e.g. info or acd_asterisk=debug
    #[arg(long, value_name = "FILTER", default_value = "info")]
    log: String,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    let Command::Asterisk(args) = command;
    let options = read(&args.config)?;
    if args.check {
        return crate::runtime()?.block_on(async { report(&check(&options).await) });
    }
    logging::begin(&LogConfig {
        filter: args.log.clone(),
        ..LogConfig::default()
    })?;
    crate::runtime()?.block_on(async {
        let mut interrupts = Interrupts::listen()?;
        let stop = CancellationToken::new();
        let mut adapter = Box::pin(service::run(options, stop.clone()));
        tokio::select! {
            ended = &mut adapter => return Ok(ended?),
            () = interrupts.next() => stop.cancel(),
        }
        Ok(adapter.await?)
    })
}

fn read(file: &Path) -> anyhow::Result<Options> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Options::parse(&text).with_context(|| file.display().to_string())
}

/// Tells what was found; it fails where calls would not work.
fn report(findings: &[Finding]) -> anyhow::Result<()> {
    let mut missing = 0;
    for finding in findings {
        match &finding.problem {
            None => output::line(format!("ok       {}", finding.what))?,
            Some(problem) => {
                missing += usize::from(!problem.is_optional);
                let word = if problem.is_optional {
                    "without"
                } else {
                    "MISSING"
                };
                output::line(format!(
                    "{word}  {}: {}\n         remedy: {}",
                    finding.what, problem.missing, problem.remedy
                ))?;
            }
        }
    }
    if missing > 0 {
        bail!("{missing} things are missing without which calls do not work");
    }
    Ok(())
}
