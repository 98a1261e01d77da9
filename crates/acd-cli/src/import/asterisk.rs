//! `acd import asterisk`.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use acd_config::TEXT_BYTES_MAX;
use acd_config::import::asterisk::{Choices, File, Penalties, import};
use anyhow::{Context as _, anyhow};

use crate::output;

/// Turn the queues of an Asterisk (app_queue) into the configuration of a tenant
///
/// The configuration goes to standard output, and to standard error a report of every option: what maps, what maps
/// differently and what has no equal. Files that a file includes are read, counted from its folder; programs (#exec) are
/// never run. docs/asterisk-import.md has the table of options.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd import asterisk /etc/asterisk/queues.conf > hotline.toml
  acd import asterisk queues.conf queuerules.conf --output hotline.toml --report report.txt
  acd import asterisk queues.conf queuerules.conf --max-penalty 2 --desktop > hotline.toml

Then:
  acd config check hotline.toml
  acd config apply hotline.toml --tenant hotline --create")]
pub(crate) struct Args {
    /// The queues: queues.conf
    queues: PathBuf,
    /// The rules for penalties: queuerules.conf
    rules: Option<PathBuf>,
    /// Write the configuration to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the report to this file instead of standard error
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// The agents work at a desktop; otherwise with their phone alone, which the adapter logs in
    #[arg(long)]
    desktop: bool,
    /// The adapter's name
    #[arg(long, value_name = "NAME", default_value = "asterisk")]
    adapter: String,
    /// Where rules begin: what the dialplan sets QUEUE_MAX_PENALTY to before Queue(); not given: 0 where a rule changes it
    #[arg(long, value_name = "PENALTY")]
    max_penalty: Option<u32>,
    /// The same of QUEUE_MIN_PENALTY
    #[arg(long, value_name = "PENALTY")]
    min_penalty: Option<u32>,
    /// The same of QUEUE_RAISE_PENALTY
    #[arg(long, value_name = "PENALTY")]
    raise_penalty: Option<u32>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let queues = file(&args.queues)?;
    let rules = args.rules.as_deref().map(file).transpose()?;
    let folder = args.queues.parent().unwrap_or(Path::new(""));
    let choices = Choices {
        adapter: args.adapter.clone(),
        desktop: args.desktop,
        penalties: Penalties {
            max: args.max_penalty,
            min: args.min_penalty,
            raise: args.raise_penalty,
        },
    };
    let find = |name: &str| included(folder, name);
    let imported = import(&queues, rules.as_ref(), &find, &choices)
        .map_err(|problems| anyhow!("{problems}"))?;
    let document = acd_config::essence(&imported.config);
    let report = format!(
        "{} (queues: {}, agents: {})\n{}",
        args.queues.display(),
        imported.config.queues.len(),
        imported.config.agents.len(),
        imported.account
    );
    match &args.report {
        Some(path) => write(path, &report)?,
        None => eprint!("{report}"),
    }
    match &args.output {
        Some(path) => write(path, document.trim_start()),
        None => output::write(document.trim_start().as_bytes()),
    }
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// A file, as far as it may be read.
fn file(path: &Path) -> anyhow::Result<File> {
    let name = path.display().to_string();
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(TEXT_BYTES_MAX as u64 + 1).read_to_end(&mut bytes))
        .with_context(|| format!("cannot read {name}; check the path and its permissions"))?;
    Ok(File { name, bytes })
}

/// The files that an include names, in the order of their names: one, or all that fit its `*` and `?`.
fn included(folder: &Path, name: &str) -> Result<Vec<File>, String> {
    // `**`, which Asterisk does not know, would search whole trees.
    let mut name = name.to_owned();
    while name.contains("**") {
        name = name.replace("**", "*");
    }
    let folder = glob::Pattern::escape(&folder.to_string_lossy());
    let path = Path::new(&folder).join(&name);
    let pattern = path.to_string_lossy();
    let paths = glob::glob(&pattern).map_err(|wrong| format!("{name} is no pattern: {wrong}"))?;
    let mut files = Vec::new();
    for path in paths {
        let path = path.map_err(|wrong| wrong.to_string())?;
        if path.is_file() {
            files.push(file(&path).map_err(|wrong| format!("{wrong:#}"))?);
        }
    }
    Ok(files)
}
