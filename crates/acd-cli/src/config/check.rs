//! `acd config check`.

use std::path::{Path, PathBuf};

use acd_config::{FileConfig, Problem};
use anyhow::bail;

use super::document::{self, Document};
use crate::output;

/// Tell everything that is wrong with a file, with line, column and remedy; needs no server
///
/// What `acd serve` would refuse in the file is refused here, too.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  acd config check acd.toml")]
pub(crate) struct Args {
    /// The file
    file: PathBuf,
    /// The server is started with it, and may listen beyond this machine without TLS and tokens
    #[arg(long)]
    insecure: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let file = args.file.display();
    match document::read(&args.file)? {
        Ok(Document::File(config)) => {
            warn(&args.file, acd_config::file_warnings)?;
            if let Some(problem) = acd_config::exposure_problem(&config.server, &file.to_string())
                .filter(|_| !args.insecure)
            {
                output::line(&problem)?;
                bail!("{file} cannot be used as it is");
            }
            good_file(&config, &file.to_string())
        }
        Ok(Document::Tenant(config)) => {
            warn(&args.file, acd_config::tenant_warnings)?;
            output::line(format!(
                "{file}: in order (queues: {}, agents: {})",
                config.queues.len(),
                config.agents.len()
            ))
        }
        Err(problems) => {
            output::line(&problems)?;
            bail!("{file} cannot be used as it is");
        }
    }
}

/// Tells what looks like a slip.
fn warn(path: &Path, warnings: fn(&str, &str) -> Vec<Problem>) -> anyhow::Result<()> {
    let (text, name) = document::text(path)?;
    let warnings = warnings(&text, &name);
    warnings
        .iter()
        .try_for_each(|warning| output::line(format!("warning: {warning}\n")))
}

fn good_file(config: &FileConfig, file: &str) -> anyhow::Result<()> {
    let queues: usize = config
        .tenants
        .iter()
        .map(|(_, tenant)| tenant.queues.len())
        .sum();
    let agents: usize = config
        .tenants
        .iter()
        .map(|(_, tenant)| tenant.agents.len())
        .sum();
    output::line(format!(
        "{file}: in order (tenants: {}, queues: {queues}, agents: {agents})",
        config.tenants.len()
    ))
}
