//! `acd config diff`.

use std::path::PathBuf;

use acd_client::v1::{ConfigProblem, DryRunResponse, Severity};
use acd_client::{Configurator, Endpoint};
use anyhow::bail;

use super::document;
use crate::connection::{ConnectionArgs, Usage};
use crate::output;

/// Show what a file would change in the server, and what that means for the contacts there now
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd config diff acd.toml --tenant bank
  acd config diff bank.toml --tenant bank --create")]
pub(crate) struct Args {
    /// The file
    file: PathBuf,
    /// The tenant does not exist yet
    #[arg(long)]
    create: bool,
}

pub(super) fn run(connection: &ConnectionArgs, args: &Args) -> anyhow::Result<()> {
    let (name, config) = document::tenant(&args.file, connection.tenant())?;
    crate::runtime()?.block_on(async {
        let endpoint = connection.endpoint(&Usage::QUESTION)?;
        let tenant = match name {
            Some(name) => name,
            None => connection.tenant_of(&endpoint).await?,
        };
        let dry_run = compare(&endpoint, &tenant, acd_config::render(&config), args.create).await?;
        show(&tenant, &dry_run)
    })
}

/// What the document would change, all right.
pub(crate) async fn compare(
    endpoint: &Endpoint,
    tenant: &str,
    document: String,
    create: bool,
) -> anyhow::Result<DryRunResponse> {
    let dry_run = Configurator::new(endpoint)
        .dry_run(tenant, document, create)
        .await?;
    let is_error = |problem: &&ConfigProblem| problem.severity() == Severity::Error;
    let errors: Vec<String> = dry_run.problems.iter().filter(is_error).map(told).collect();
    if !errors.is_empty() {
        bail!(
            "the server finds problems that this version does not know:\n{}",
            errors.join("\n")
        );
    }
    Ok(dry_run)
}

pub(crate) fn show(tenant: &str, dry_run: &DryRunResponse) -> anyhow::Result<()> {
    for warning in &dry_run.problems {
        output::line(format!("warning: {}", told(warning)))?;
    }
    if dry_run.changes.is_empty() {
        return output::line(format!(
            "tenant {tenant}: no difference to version {}",
            dry_run.compared_version
        ));
    }
    output::line(match dry_run.compared_version {
        0 => format!("tenant {tenant}: new"),
        version => format!("tenant {tenant}: compared with version {version}"),
    })?;
    for change in &dry_run.changes {
        output::line(format!("  {}", change.sentence))?;
    }
    for effect in &dry_run.effects {
        output::line(format!("  now: {}", effect.sentence))?;
    }
    Ok(())
}

fn told(problem: &ConfigProblem) -> String {
    let remedy = if problem.remedy.is_empty() {
        String::new()
    } else {
        format!("; {}", problem.remedy)
    };
    format!("{}: {}{remedy}", problem.path, problem.message)
}
