//! `acd journal verify`: whether all that is kept is what was written, and whether its snapshots are what its events make.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use acd_core::ids::TenantName;
use acd_journal::{DataDir, LogReader, SqliteLog};
use acd_shard::clock::Stopwatch;
use acd_shard::recovery::{self, Agreement, Compared};
use anyhow::bail;

use super::told;
use crate::connection::ConnectionArgs;
use crate::output;

/// Verify everything that the journals hold
///
/// A start verifies what it reads: the snapshots and what happened since. This reads every event that is kept, and the
/// structure of the files. Then it rebuilds the state of each tenant from its events and compares its hash with that of
/// each snapshot on the way, and the hash of its end with the one that a start would reach from the newest snapshot: some
/// seconds for a million events. It changes nothing. The server must not run; a copy can be verified at any time.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd journal verify /var/lib/acd
  acd journal verify /var/backups/acd/monday        a back-up, before it is needed
  acd journal verify /var/lib/acd --no-replay       checksums only")]
pub(crate) struct VerifyArgs {
    /// The data directory
    #[arg(value_name = "DIR")]
    data_dir: PathBuf,
    /// Leave out the rebuilding of states
    #[arg(long)]
    no_replay: bool,
}

pub(super) fn run(connection: &ConnectionArgs, args: &VerifyArgs) -> anyhow::Result<()> {
    let data_dir = DataDir::open_existing(&args.data_dir)?;
    let mut damaged = 0;
    for shard in 0..data_dir.shards() {
        let path = data_dir.shard_path(shard);
        match SqliteLog::verify(&path) {
            Ok(report) => {
                damaged += usize::from(!report.dropped_snapshots.is_empty());
                output::line(format!("{}: {}", path.display(), told(&report)))?;
            }
            Err(error) => {
                damaged += 1;
                output::line(format!("{}: DAMAGED: {error}", path.display()))?;
                continue;
            }
        }
        if args.no_replay {
            continue;
        }
        let log = data_dir.reader(shard)?;
        let mut all_hold = true;
        for name in log.tenants() {
            if connection.tenant().is_none_or(|it| *it == *name) {
                all_hold &= replayed(shard, &*log, &TenantName::from(&*name))?;
            }
        }
        damaged += usize::from(!all_hold);
    }
    match damaged {
        0 => Ok(()),
        _ => bail!("{damaged} of {} journals are damaged", data_dir.shards()),
    }
}

/// Rebuilds a tenant's state, and says how that went; false if something does not agree.
fn replayed(shard: usize, log: &dyn LogReader, name: &TenantName) -> anyhow::Result<bool> {
    let watch = Stopwatch::start();
    // An event that speaks of what is not there is no event of this state.
    let compared = catch_unwind(AssertUnwindSafe(|| recovery::compare(shard, log, name)));
    let (text, holds) = match compared {
        Ok(Ok(compared)) => {
            let last_seq = log.last_seq(name.as_str());
            let seconds = watch.elapsed().as_secs_f64();
            let holds = compared.snapshots.iter().all(|(_, it)| it.holds());
            (agreement(&compared, last_seq, seconds), holds)
        }
        Ok(Err(error)) => (format!("DAMAGED: {error}"), false),
        Err(_) => {
            let what =
                "DAMAGED: its events do not follow from its state; report it, with a back-up";
            (what.to_owned(), false)
        }
    };
    output::line(format!("  tenant {name}: {text}"))?;
    Ok(holds)
}

fn agreement(compared: &Compared, last_seq: u64, seconds: f64) -> String {
    let snapshots = match &compared.snapshots[..] {
        [] => "no snapshot".to_owned(),
        [(only, Agreement::Alone)] => format!("its one snapshot, at seq {}, alone", only.seq),
        all => {
            let same = all.iter().filter(|(_, it)| it.holds()).count();
            format!("{same} of {} snapshots agree", all.len())
        }
    };
    let mut text = format!(
        "{} events applied in {seconds:.1} s; {snapshots}; state {:016x} at seq {last_seq}",
        compared.applied, compared.digest
    );
    for (mark, agreement) in &compared.snapshots {
        let (what, snapshot, events) = match agreement {
            Agreement::Alone | Agreement::Same => continue,
            Agreement::Differs { snapshot, events } => ("is another state", snapshot, events),
            Agreement::EndDiffers { snapshot, events } => {
                ("leads to another end", snapshot, events)
            }
        };
        text += &format!(
            "\n    DIFFERS: the snapshot at seq {} {what} than the events before it: {snapshot:016x}, not {events:016x}. \
             A start takes the newest snapshot; keep a back-up of this directory, and report it",
            mark.seq
        );
    }
    text
}
