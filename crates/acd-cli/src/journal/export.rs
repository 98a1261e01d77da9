//! `acd journal export`: every event as a line of JSON.

use super::civil::ZoneArgs;
use super::filter::{FilterArgs, Told};
use super::lines::{JsonLines, Teller};
use super::tenant::DirArgs;
use crate::connection::ConnectionArgs;
use crate::output::Lines;

/// Write events as JSON, one a line, for other programs
///
/// docs/journal.md says what stands in a line. It follows from the schema of the journal (`acd.journal.v1`): from version
/// to version fields are added and none is renamed or removed. Memory does not grow with the journal. Personal data stands
/// in it only with --reveal; without, so does no configuration.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd journal export /var/lib/acd > events.jsonl
  acd journal export /var/lib/acd --kind visit_ended --from -24h
  acd journal export /var/backups/acd/monday --tenant bank --contact call-000123 --reveal")]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    dir: DirArgs,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    zone: ZoneArgs,
    /// Write personal data, too: customers, numbers, addresses, values of attributes; and configurations
    #[arg(long)]
    reveal: bool,
}

pub(super) fn run(connection: &ConnectionArgs, args: &ExportArgs) -> anyhow::Result<()> {
    let tenant = args.dir.tenant(connection)?;
    let selection = args.filter.select(&tenant, &args.zone)?;
    let teller = Teller {
        state: &selection.state,
        zone: &args.zone,
        reveals: args.reveal,
    };
    let mut out = Lines::new();
    let mut json = JsonLines::new(&teller)?;
    selection.each(selection.after(), &mut |told: &Told<'_>| {
        out.line(&json.line(told, None)?)
    })?;
    out.finish()
}
