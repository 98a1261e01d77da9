//! `acd config check`.

use std::path::PathBuf;

use acd_config::FileConfig;
use anyhow::bail;

use super::document::{self, Document};
use crate::output;

/// Tell everything that is wrong with a file, with line, column and remedy; needs no server
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  acd config check acd.toml")]
pub(crate) struct Args {
    /// The file
    file: PathBuf,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let file = args.file.display();
    match document::read(&args.file)? {
        Ok(Document::File(config)) => good_file(&config, &file.to_string()),
        Ok(Document::Tenant(config)) => output::line(format!(
            "{file}: in order (queues: {}, agents: {})",
            config.queues.len(),
            config.agents.len()
        )),
        Err(problems) => {
            output::line(&problems)?;
            bail!("{file} cannot be used as it is");
        }
    }
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
    ))?;
    if let Some(problem) = acd_config::exposure_problem(&config.server, file) {
        output::line(format!("warning: {problem}"))?;
    }
    Ok(())
}
