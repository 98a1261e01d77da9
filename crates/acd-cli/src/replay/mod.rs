//! `acd replay`: a call log played again, and what the engine made of it beside what was recorded.

mod in_process;
mod kept;
mod live;
mod tenant;

use std::path::PathBuf;
use std::time::Duration;

use acd_replay::call_log::{self, CallLog, ReadLimits, SkipReason};
use acd_replay::report::ClosingReport;
use acd_replay::script::{FROM_LOG_NOTES, Script, from_log};
use acd_replay::shifts::DEFAULT_SHIFT_GAP_MS;
use anyhow::{Context as _, bail};
use indicatif::ProgressBar;

use crate::connection::ConnectionArgs;
use crate::log_part::{self, LogPartArgs};
use crate::output;

pub(crate) use live::{Play, close, report, usage};
pub(crate) use tenant::prepare;

/// Play a call log, and report what the engine made of it beside what was recorded
///
/// The log is played against a running server through its public API, with one adapter for all callers and a session
/// for each agent of the log, or with --in-process on a virtual clock, without server, network and journal, as fast as
/// it goes. docs/call-log-format.md describes the CSV that is read; the log of the Anonymous Bank is read as well.
///
/// Against a server the log gets a tenant of its own, made for it (`replay` unless --tenant names another). Its times
/// are divided by the speed, its thresholds too, and all figures are multiplied by it again. If the server goes away
/// the replay waits for it, resumes, and goes on.
///
/// It fails if the report does not add up, if an error occurred, or if client and server count differently.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd replay january.tsv.gz --in-process
  acd replay january.tsv.gz --in-process --keep january && acd serve --data-dir january
  acd replay january.tsv.gz --day 1999-01-10 --speed 60
  acd replay calls.csv --from 2024-03-01T09:00 --until 2024-03-01T10:00 --tenant monday --json > report.json")]
pub(crate) struct Args {
    /// The call log, as CSV or the Anonymous Bank's table, either of them also gzipped
    log: PathBuf,
    /// Play on the virtual clock, in this process, without a server
    #[arg(long)]
    in_process: bool,
    /// Keep all that happens as the journal of a server in this new directory: `acd journal`, `acd serve`, and by way of
    /// its history `acd report` go on with it
    #[arg(long, value_name = "DIR", requires = "in_process")]
    keep: Option<PathBuf>,
    /// Virtual seconds per second
    #[arg(long, value_name = "N", default_value = "60", value_parser = speed, conflicts_with = "in_process")]
    speed: f64,
    /// Use the tenant even if it exists: its configuration is replaced, which `acd config` can undo
    #[arg(long, conflicts_with = "in_process")]
    reuse_tenant: bool,
    /// How long the server may be gone before the replay gives up
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = output::duration, conflicts_with = "in_process")]
    server_gone_max: Duration,
    /// Chooses among the possible talk times of callers who were never answered in reality
    #[arg(long, value_name = "N", default_value = "1")]
    seed: u64,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    part: LogPartArgs,
}

pub(crate) fn run(connection: &ConnectionArgs, args: &Args) -> anyhow::Result<()> {
    let log = call_log::read_path(&args.log, ReadLimits::default())
        .with_context(|| format!("cannot replay {}", args.log.display()))?;
    let script = from_log(&log, DEFAULT_SHIFT_GAP_MS, args.seed)
        .with_context(|| format!("cannot replay {}", args.log.display()))?;
    let (from_ms, until_ms) = args.part.of(&log)?;
    let replay = Replay {
        script: script.between(from_ms, until_ms),
        notes: notes(&log),
        log: log_part::cut(log, (from_ms, until_ms)),
    };
    eprintln!(
        "{} calls from {} until {}, {} agents",
        replay.script.calls.len(),
        log_part::shown(from_ms),
        log_part::shown(until_ms - 1),
        replay.script.shifts_by_agent().len()
    );
    if args.in_process {
        in_process::run(&replay, args.keep.as_deref(), args.json)
    } else {
        live::run(connection, args, &replay)
    }
}

/// What is played, and what was recorded of it.
struct Replay {
    log: CallLog,
    script: Script,
    notes: Vec<String>,
}

/// Remarks for the report: why its two sides differ, and what of the file was no contact.
fn notes(log: &CallLog) -> Vec<String> {
    let mut notes = FROM_LOG_NOTES.map(str::to_owned).to_vec();
    if !log.skipped.is_empty() {
        let skipped = log.skipped.iter();
        let reasons: Vec<String> = skipped
            .map(|(reason, count): (&SkipReason, &u64)| format!("{count} {reason}"))
            .collect();
        notes.push(format!(
            "Rows of the whole log that are no contacts: {}.",
            reasons.join(", ")
        ));
    }
    notes
}

/// Prints the report, and fails with `faults`, or if it does not add up.
pub(crate) fn conclude(
    report: &ClosingReport,
    json: bool,
    faults: &[String],
) -> anyhow::Result<()> {
    if json {
        output::line(
            report
                .to_json()
                .context("the report cannot be written as JSON")?,
        )?;
    } else {
        output::line(report)?;
    }
    for fault in faults {
        eprintln!("!!! {fault}");
    }
    if !report.adds_up {
        bail!(
            "the report does not add up; keep the server's journal and log, and report it as a defect"
        );
    }
    if !faults.is_empty() {
        bail!("{} things are not in order, named above", faults.len());
    }
    Ok(())
}

/// A bar of how many calls have arrived.
fn progress_bar(calls: usize) -> anyhow::Result<ProgressBar> {
    output::progress_bar(calls as u64, "{bar:30} {pos}/{len} calls  {msg}  {elapsed}")
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (SPEED_MIN..=SPEED_MAX).contains(&speed) => Ok(speed),
        _ => Err(format!("write a number from {SPEED_MIN} to {SPEED_MAX}")),
    }
}

const SPEED_MIN: f64 = 0.1;
/// Beyond it a millisecond is seconds of virtual time and the figures mean little; --in-process is faster and exact.
const SPEED_MAX: f64 = 3_600.0;
