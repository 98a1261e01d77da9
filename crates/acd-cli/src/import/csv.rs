//! `acd import csv`.

use std::path::{Path, PathBuf};

use acd_client::{Configurator, configurator::Change};
use acd_config::import::csv::{CsvFile, Import, import};
use acd_core::config::TenantConfig;
use anyhow::{anyhow, bail};

use crate::config::{diff, document};
use crate::connection::{ConnectionArgs, Usage};
use crate::output;

/// Add or change agents, and their skills, from CSV files
///
/// Into the configuration of a server it goes as one version, made from the one in force at that moment; the change is
/// shown first. With --base the result is written to standard output as a document, and no server is needed.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd import csv --agents agents.csv --tenant bank --dry-run
  acd import csv --agents agents.csv --skills skills.csv --tenant bank --comment 'new colleagues'
  acd import csv --agents agents.csv --base bank.toml > new.toml")]
pub(crate) struct Args {
    /// CSV file with a row for each agent: name,address,teams,site,profile,queues,skills,capacity,wrap_up
    #[arg(long, value_name = "FILE", required_unless_present = "skills")]
    agents: Option<PathBuf>,
    /// CSV file with a row for each level: skill,agent,level
    #[arg(long, value_name = "FILE")]
    skills: Option<PathBuf>,
    /// Start from the tenant of this file instead of that of the server, and write the result
    #[arg(long, value_name = "FILE")]
    base: Option<PathBuf>,
    /// Only show what would change
    #[arg(long)]
    dry_run: bool,
    /// Why, for the history
    #[arg(long, value_name = "TEXT", default_value = "", conflicts_with = "base")]
    comment: String,
}

pub(super) fn run(connection: &ConnectionArgs, args: &Args) -> anyhow::Result<()> {
    let files = Files::read(args)?;
    match &args.base {
        Some(base) => into_document(connection, args, base, &files),
        None => crate::runtime()?.block_on(into_server(connection, args, &files)),
    }
}

fn into_document(
    connection: &ConnectionArgs,
    args: &Args,
    base: &Path,
    files: &Files,
) -> anyhow::Result<()> {
    let (_, before) = document::tenant(base, connection.tenant())?;
    let after = files.laid_over(&before)?;
    if !args.dry_run {
        return output::write(acd_config::render(&after).as_bytes());
    }
    let changes = acd_config::diff(&before, &after);
    if changes.is_empty() {
        return output::line("no difference");
    }
    changes
        .iter()
        .try_for_each(|change| output::line(&change.sentence))
}

async fn into_server(
    connection: &ConnectionArgs,
    args: &Args,
    files: &Files,
) -> anyhow::Result<()> {
    let endpoint = connection.endpoint(&Usage::QUESTION)?;
    let tenant = connection.tenant_of(&endpoint).await?;
    let configurator = Configurator::new(&endpoint);
    let in_force = configurator.get(&tenant, None).await?;
    let version = in_force.version.map(|version| version.version);
    let before = acd_config::parse_tenant(&in_force.document, "the server's configuration")
        .map_err(|problems| anyhow!("{problems}"))?;
    let document = acd_config::render(&files.laid_over(&before)?);
    let dry_run = diff::compare(&endpoint, &tenant, document.clone(), false).await?;
    if version.is_some_and(|version| version != dry_run.compared_version) {
        bail!("another change came between; try again");
    }
    diff::show(&tenant, &dry_run)?;
    if args.dry_run || dry_run.changes.is_empty() {
        return Ok(());
    }
    let change = Change {
        document,
        expected_version: version,
        create: false,
        comment: args.comment.clone(),
    };
    let applied = configurator.apply(&tenant, change).await?;
    output::line(format!(
        "tenant {tenant}: version {} is in force",
        applied.version
    ))
}

/// The texts of the CSV files, with their names.
struct Files {
    agents: Option<(String, String)>,
    skills: Option<(String, String)>,
}

impl Files {
    fn read(args: &Args) -> anyhow::Result<Self> {
        let read = |path: &PathBuf| document::text(path);
        Ok(Self {
            agents: args.agents.as_ref().map(read).transpose()?,
            skills: args.skills.as_ref().map(read).transpose()?,
        })
    }

    fn laid_over(&self, base: &TenantConfig) -> anyhow::Result<TenantConfig> {
        fn file((text, name): &(String, String)) -> CsvFile<'_> {
            CsvFile { text, name }
        }
        let files = Import {
            agents: self.agents.as_ref().map(file),
            skills: self.skills.as_ref().map(file),
        };
        import(base, files).map_err(|problems| anyhow!("{problems}"))
    }
}
