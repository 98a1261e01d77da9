//! `acd report`: what managers read of a period.

use std::io::IsTerminal as _;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use acd_client::Historian;
use acd_client::v1::{
    HistoryPosition, ReportBasis, ReportFormat, ReportKind, ReportRequest, ReportStep,
};
use acd_config::HistoryConfig;
use acd_core::config::TenantConfig;
use acd_history::Reader;
use acd_server::service::report_of_rows;
use acd_shard::clock::{MachineTime, TimeSource as _};
use anyhow::{Context as _, bail};

use crate::config::document;
use crate::connection::{ConnectionArgs, Usage};
use crate::output;

/// How long a report may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The most bytes of one.
const BYTES_MAX: usize = 64 << 20;
/// How wide a table is that goes to a file: all of its columns have room.
const WIDE: u32 = 1_000;
/// The narrowest terminal that a table is made for.
const NARROW: u32 = 20;

/// Report what happened in a period: a table, CSV, JSON, Parquet, or a page with charts
///
/// It is made by a server that keeps a history. Figures of the period before stand beside, targets and
/// tariffs of the tenant's configuration apply. Times are those of the tenant's zone, and days have the hours that they
/// have there.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd report queues                                            the last 24 hours, by queue
  acd report queues --month 2026-11 --by day
  acd report agents --from 2026-11-02 --to 2026-11-08 --zone Europe/Berlin
  acd report costs --month 2026-11 --format csv --output november.csv
  acd report --last 4w --format html --output four-weeks.html  every report, with charts
  acd report costs --month 2026-11 --data-dir /var/lib/acd --config /etc/acd/acd.toml")]
pub(crate) struct Args {
    /// What it is about; html may have several, and has all without
    #[arg(value_name = "REPORT", value_enum, required_unless_present = "format")]
    kinds: Vec<Kind>,
    /// From this day, month, year or instant on: 2026-11-02, 2026-11, 2026, 2026-11-02T08:00
    #[arg(long, value_name = "TIME", requires = "to", conflicts_with_all = ["last", "day", "month"])]
    from: Option<String>,
    /// To the end of this day, month or year, or to this instant
    #[arg(long, value_name = "TIME", requires = "from")]
    to: Option<String>,
    /// Of one day: 2026-11-02
    #[arg(long, value_name = "DATE", conflicts_with_all = ["last", "month"])]
    day: Option<String>,
    /// Of one month: 2026-11
    #[arg(long, value_name = "MONTH", conflicts_with = "last")]
    month: Option<String>,
    /// Up to now, so long: 12h, 7d, 4w
    #[arg(long, value_name = "TIME", default_value = "24h")]
    last: String,
    /// Cut the period into pieces
    #[arg(long, value_name = "STEP", value_enum)]
    by: Option<Step>,
    /// The IANA time zone whose clock counts; without it the tenant's
    #[arg(
        long,
        value_name = "ZONE",
        default_value = "",
        hide_default_value = true
    )]
    zone: String,
    /// Where a visit counts that lies in two pieces
    #[arg(long, value_name = "BASIS", value_enum, default_value_t = Basis::EventTime)]
    basis: Basis,
    /// Give files columns for the period before
    #[arg(long)]
    compare: bool,
    /// Only this queue; may be given several times
    #[arg(long = "queue", value_name = "NAME")]
    queues: Vec<String>,
    /// Only this agent; may be given several times
    #[arg(long = "agent", value_name = "NAME")]
    agents: Vec<String>,
    /// Tell whose customers came back, too, although there is no target for it
    #[arg(long)]
    resolution: bool,
    /// The form
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Table)]
    format: Format,
    /// The language of tables and pages
    #[arg(long, value_name = "LANGUAGE", value_parser = ["en", "ru", "fa"], default_value = "en")]
    lang: String,
    /// Write it to this file
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Make it of the rows in this data directory, without a server; it may run
    #[arg(long, value_name = "DIR", help_heading = "Without a server")]
    data_dir: Option<PathBuf>,
    /// Make it of the rows in this PostgreSQL server, without a server of our own
    #[arg(
        long,
        value_name = "URL",
        conflicts_with = "data_dir",
        help_heading = "Without a server"
    )]
    url: Option<String>,
    /// The file that holds its password
    #[arg(
        long,
        value_name = "FILE",
        requires = "url",
        help_heading = "Without a server"
    )]
    password_file: Option<PathBuf>,
    /// The configuration file with the tenant's zone, targets and tariffs; without it there are none, and times are UTC's
    #[arg(long, value_name = "FILE", help_heading = "Without a server")]
    config: Option<PathBuf>,
}

/// What a report is about.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
enum Kind {
    /// What came into each queue, and how it was served
    Queues,
    /// How each agent spent their time, and what they did
    Agents,
    /// What each agent did for each queue
    AgentsByQueue,
    /// The tenant as a whole
    Hotlines,
    /// The hours of the week
    Hours,
    /// How visits ended
    Outcomes,
    /// Callbacks, by when they were asked for
    Callbacks,
    /// What the client is charged, and the cost per contact
    Costs,
}

/// Into what the period is cut.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Step {
    /// Quarters of an hour
    Interval,
    /// Hours
    Hour,
    /// Days, of which some have 23 or 25 hours
    Day,
    /// Weeks
    Week,
    /// Months
    Month,
}

/// Where a visit counts.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
enum Basis {
    /// Each event when it happened
    EventTime,
    /// A visit, with all that becomes of it, where it began
    EnqueueCohort,
}

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A table, as wide as the terminal
    Table,
    /// CSV
    Csv,
    /// JSON
    Json,
    /// Parquet
    Parquet,
    /// One HTML file with charts
    Html,
}

impl Args {
    /// The rows of which it is made here; none: a server makes it.
    fn reader(&self) -> anyhow::Result<Option<Reader>> {
        Ok(match (&self.data_dir, &self.url) {
            (Some(dir), _) => Some(Reader::of_sqlite(&dir.join(HistoryConfig::FILE))),
            (None, Some(url)) => Some(Reader::of_postgres(url, self.password_file.as_deref())?),
            (None, None) if self.config.is_some() => {
                bail!("--config goes with --data-dir or --url; a server has its own configuration")
            }
            (None, None) => None,
        })
    }

    /// The period in one text, as the server reads it.
    fn period(&self) -> String {
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => format!("{from}/{to}"),
            _ => {
                let one = self.day.as_ref().or(self.month.as_ref());
                one.unwrap_or(&self.last).clone()
            }
        }
    }

    fn request(&self, width: u32) -> ReportRequest {
        let kinds = self.kinds.iter().map(|kind| match kind {
            Kind::Queues => ReportKind::Queues,
            Kind::Agents => ReportKind::Agents,
            Kind::AgentsByQueue => ReportKind::AgentsByQueue,
            Kind::Hotlines => ReportKind::Hotlines,
            Kind::Hours => ReportKind::Hours,
            Kind::Outcomes => ReportKind::Outcomes,
            Kind::Callbacks => ReportKind::Callbacks,
            Kind::Costs => ReportKind::Costs,
        });
        let step = match self.by {
            None => ReportStep::Unspecified,
            Some(Step::Interval) => ReportStep::Interval,
            Some(Step::Hour) => ReportStep::Hour,
            Some(Step::Day) => ReportStep::Day,
            Some(Step::Week) => ReportStep::Week,
            Some(Step::Month) => ReportStep::Month,
        };
        let basis = match self.basis {
            Basis::EventTime => ReportBasis::EventTime,
            Basis::EnqueueCohort => ReportBasis::EnqueueCohort,
        };
        let format = match self.format {
            Format::Table => ReportFormat::Table,
            Format::Csv => ReportFormat::Csv,
            Format::Json => ReportFormat::Json,
            Format::Parquet => ReportFormat::Parquet,
            Format::Html => ReportFormat::Html,
        };
        ReportRequest {
            tenant: String::new(),
            kinds: kinds.map(Into::into).collect(),
            period: self.period(),
            step: step.into(),
            zone: self.zone.clone(),
            basis: basis.into(),
            compare: self.compare,
            queues: self.queues.clone(),
            agents: self.agents.clone(),
            format: format.into(),
            language: self.lang.clone(),
            width,
            resolution: self.resolution,
        }
    }
}

pub(crate) fn run(connection: &ConnectionArgs, args: &Args) -> anyhow::Result<()> {
    let to_terminal = args.output.is_none() && std::io::stdout().is_terminal();
    if to_terminal && matches!(args.format, Format::Parquet | Format::Html) {
        bail!("that is nothing for a terminal; name a file with --output");
    }
    let width = if to_terminal { width() } else { WIDE };
    let (position, bytes) = match args.reader()? {
        Some(reader) => of_rows(connection, args, width, reader)?,
        None => of_server(connection, args, width)?,
    };
    if position.gaps > 0 {
        eprintln!(
            "note: {} stretches of events never became rows; figures of these times are too low",
            position.gaps
        );
    }
    match &args.output {
        None => output::write(&bytes),
        Some(file) => {
            std::fs::write(file, &bytes).with_context(|| format!("cannot write {}", file.display()))
        }
    }
}

/// Made by a server.
fn of_server(
    connection: &ConnectionArgs,
    args: &Args,
    width: u32,
) -> anyhow::Result<(HistoryPosition, Vec<u8>)> {
    let usage = Usage {
        connections: NonZeroUsize::MIN,
        request_timeout: PATIENCE,
        traffic: None,
    };
    crate::runtime()?.block_on(async {
        let endpoint = connection.endpoint(&usage)?;
        let tenant = connection.tenant_of(&endpoint).await?;
        let historian = Historian::new(&endpoint, &tenant);
        let report = historian.report(args.request(width)).await?;
        let position = report.position;
        Ok((position, report.bytes(BYTES_MAX).await?))
    })
}

/// Made here of the rows, where nobody else on this machine wants a processor: a centre may run on it.
fn of_rows(
    connection: &ConnectionArgs,
    args: &Args,
    width: u32,
    mut reader: Reader,
) -> anyhow::Result<(HistoryPosition, Vec<u8>)> {
    run_when_idle();
    let wanted = connection.tenant();
    let (tenant, config) = match &args.config {
        Some(file) => document::tenant(file, wanted)?,
        None => (wanted.map(str::to_owned), TenantConfig::default()),
    };
    let request = ReportRequest {
        tenant: tenant.unwrap_or_default(),
        ..args.request(width)
    };
    let now = MachineTime::new().wall_ms();
    let made = report_of_rows(&mut reader, &config, request, now);
    Ok(made.map_err(acd_client::Error::from)?)
}

/// Has this thread run only where nobody else wants a processor. Where that cannot be it gives way.
fn run_when_idle() {
    #[cfg(target_os = "linux")]
    {
        use thread_priority::{NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy};
        let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
        let thread = thread_priority::thread_native_id();
        let set =
            thread_priority::set_thread_priority_and_policy(thread, ThreadPriority::Min, idle);
        if set.is_ok() {
            return;
        }
    }
    acd_shard::give_way();
}

/// How many columns the terminal has; 0: it does not say.
fn width() -> u32 {
    let size = rustix::termios::tcgetwinsize(std::io::stdout());
    let columns = size.map_or(0, |size| u32::from(size.ws_col));
    match columns {
        0 => 0,
        columns => columns.clamp(NARROW, WIDE),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn period(line: &str) -> Option<String> {
        let words = std::iter::once("report").chain(line.split(' '));
        let line = Line::try_parse_from(words).ok()?;
        Some(line.args.period())
    }

    #[test]
    fn a_period_is_said_in_one_way() {
        let of = |line| period(line).unwrap_or_default();
        assert_eq!(of("queues"), "24h");
        assert_eq!(of("queues --last 7d"), "7d");
        assert_eq!(of("queues --day 2026-11-02"), "2026-11-02");
        assert_eq!(of("queues --month 2026-11"), "2026-11");
        assert_eq!(
            of("queues --from 2026-11-02 --to 2026-11-08"),
            "2026-11-02/2026-11-08"
        );
        for wrong in [
            "queues --from 2026-11-02",
            "queues --month 2026-11 --day 2026-11-02",
            "queues --last 7d --month 2026-11",
            "queues --from 2026-11-02 --to 2026-11-08 --last 7d",
            "--last 7d",
        ] {
            assert_eq!(period(wrong), None, "{wrong}");
        }
    }
}
