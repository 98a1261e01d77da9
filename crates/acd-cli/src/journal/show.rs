//! `acd journal show`: what happened, in order.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use super::civil::ZoneArgs;
use super::filter::{FilterArgs, Selection, Told};
use super::lines::{JsonLines, Teller};
use super::tenant::DirArgs;
use crate::connection::ConnectionArgs;
use crate::output::Lines;

/// Tell what happened, in order, in sentences
///
/// It reads the journal itself, also of a running server, which it does not hold up. What only keeps the books (requests
/// and adapters' events that were applied, directives that were acknowledged) is left out unless it is asked for. Personal
/// data is not shown unless it is asked for; names of contacts, agents and queues are.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd journal show /var/lib/acd --contact call-000123
  acd journal show /var/lib/acd --agent anna --from -2h
  acd journal show /var/lib/acd --queue billing --kind visit --last 50
  acd journal show /var/lib/acd --from 2026-12-01T09:00 --until 2026-12-01T09:05 --zone Europe/Berlin")]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    dir: DirArgs,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    zone: ZoneArgs,
    /// Only the last so many of them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    last: Option<u32>,
    /// Also what only keeps the books
    #[arg(long)]
    all: bool,
    /// Below each offer the decision behind it: who could have had it, and who was next
    #[arg(long, conflicts_with = "json")]
    why: bool,
    /// Show personal data: customers, numbers, addresses, values of attributes
    #[arg(long)]
    reveal: bool,
    /// As JSON, one event a line, as `acd journal export` writes it, with the sentence as `text`
    #[arg(long)]
    json: bool,
}

/// Of so many events as many are told, about: some keep the books.
const EVENTS_PER_LINE: u64 = 4;

pub(super) fn run(connection: &ConnectionArgs, args: &ShowArgs) -> anyhow::Result<()> {
    let tenant = args.dir.tenant(connection)?;
    let selection = args.filter.select(&tenant, &args.zone)?;
    let teller = Teller {
        state: &selection.state,
        zone: &args.zone,
        reveals: args.reveal,
    };
    let mut out = Lines::new();
    let Some(last) = args.last else {
        let after = selection.after();
        tell(args, &selection, &teller, after, &mut |line| {
            out.line(&line)
        })?;
        return out.finish();
    };
    // Of a long journal only the end is read, if that is enough.
    let last = last as usize;
    let near = EVENTS_PER_LINE.saturating_mul(last as u64);
    let near = selection.last_seq().saturating_sub(near);
    let mut begins = vec![selection.after()];
    if selection.is_all() && near > selection.after() {
        begins.insert(0, near);
    }
    let mut lines = VecDeque::new();
    for begin in begins {
        lines.clear();
        tell(args, &selection, &teller, begin, &mut |line| {
            if lines.len() == last {
                lines.pop_front();
            }
            lines.push_back(line);
            Ok(ControlFlow::Continue(()))
        })?;
        if lines.len() == last {
            break;
        }
    }
    for line in lines {
        if out.line(&line)?.is_break() {
            break;
        }
    }
    out.finish()
}

/// Hands out the lines of what is meant.
fn tell(
    args: &ShowArgs,
    selection: &Selection<'_>,
    teller: &Teller<'_>,
    after: u64,
    take: &mut dyn FnMut(String) -> anyhow::Result<ControlFlow<()>>,
) -> anyhow::Result<()> {
    let all = args.all || selection.names_kinds();
    let mut json = JsonLines::new(teller)?;
    selection.each(after, &mut |told: &Told<'_>| {
        let recorded = told.recorded;
        let sentence = teller.sentence(recorded, told.witness);
        let Some(sentence) = sentence.or_else(|| all.then(|| bare(told))) else {
            return Ok(ControlFlow::Continue(()));
        };
        if args.json {
            return take(json.line(told, Some(sentence))?);
        }
        let at = args.zone.shown(recorded.at_ms);
        let reason = teller.reason(recorded, told.witness).filter(|_| args.why);
        let because = reason.map_or_else(String::new, |reason| format!("\n    because: {reason}"));
        let sentence = acd_top::text::shown(&sentence);
        take(format!("{at}  {:>8}  {sentence}{because}", recorded.seq))
    })
}

/// An event that only keeps the books.
fn bare(told: &Told<'_>) -> String {
    told.recorded.event.name().replace('_', " ")
}
