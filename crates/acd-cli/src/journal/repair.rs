//! `acd journal repair`: what a start would do with a damaged directory, what else could be done, and doing what is safe.

use std::fs;
use std::path::{Path, PathBuf};

use acd_core::ids::TimeMs;
use acd_journal::{DataDirError, Examined, OpenError, OpenReport, ReadOnlyDir, examine, repair};
use acd_shard::clock::{MachineTime, TimeSource as _};
use anyhow::{Context as _, bail};
use jiff::Timestamp;

use super::civil::ZoneArgs;
use crate::output;

/// Say what a start would do with damaged journals, and do what is safe
///
/// With --dry-run it changes nothing: it says what a start of the server would do with this directory (cut the torn end of
/// what was never acknowledged, drop a damaged snapshot, refuse and why), and what could be done where it would refuse.
///
/// Without --dry-run it does what a start would do, and no more: it cuts the torn end and drops damaged snapshots whose
/// loss costs only time. What it removes is copied aside before. It never removes what was acknowledged. Where a start
/// would refuse, so does this: what is lost there cannot be made again from these files, and somebody has to choose what
/// to go on with. The server must not run.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd journal repair /var/lib/acd --dry-run
  acd journal repair /var/lib/acd --dry-run --backups /var/backups/acd
  acd journal repair /var/lib/acd")]
pub(crate) struct RepairArgs {
    /// The data directory
    #[arg(value_name = "DIR")]
    data_dir: PathBuf,
    /// Only say it
    #[arg(long)]
    dry_run: bool,
    /// A folder of back-ups, to say up to when each goes
    #[arg(long, value_name = "FOLDER")]
    backups: Option<PathBuf>,
    /// Where what is removed is copied to; a folder that is not there yet [default: one in DIR]
    #[arg(long, value_name = "FOLDER", conflicts_with = "dry_run")]
    aside: Option<PathBuf>,
    #[command(flatten)]
    zone: ZoneArgs,
}

pub(super) fn run(args: &RepairArgs) -> anyhow::Result<()> {
    let examined = examine(&args.data_dir)?;
    let refused = examined.iter().any(|shard| shard.start.is_err());
    if args.dry_run || refused {
        for shard in &examined {
            output::line(would(shard))?;
        }
        if refused {
            backups(args)?;
        }
    }
    match (refused, args.dry_run) {
        (true, true) => bail!("a start would refuse; nothing was changed"),
        (true, false) => bail!("a start would refuse, and so does this; nothing was changed"),
        (false, true) => Ok(()),
        (false, false) => mend(args),
    }
}

fn mend(args: &RepairArgs) -> anyhow::Result<()> {
    let aside = match &args.aside {
        Some(aside) => aside.clone(),
        None => {
            let now = Timestamp::from_millisecond(MachineTime::new().wall_ms())?;
            let name = now.strftime("removed-%Y%m%d-%H%M%S").to_string();
            args.data_dir.join(name)
        }
    };
    for shard in repair(&args.data_dir, &aside)? {
        let done = match shard.is_aside {
            true => {
                let done = what(&shard.report, ["cut", "dropped"]);
                format!("{done}\n  a copy of what was removed: {}", aside.display())
            }
            false => "nothing to repair".to_owned(),
        };
        output::line(format!("{}: {done}", shard.path.display()))?;
    }
    Ok(())
}

/// What a start would do with a shard.
fn would(shard: &Examined) -> String {
    let path = shard.path.display();
    match &shard.start {
        Ok(report) => {
            let would = match what(report, ["would cut", "would drop"]) {
                nothing if nothing.is_empty() => "a start has nothing to repair".to_owned(),
                would => format!("a start {}", would.trim_start()),
            };
            let elsewhere = shard.elsewhere.as_ref().map_or_else(String::new, |error| {
                format!(
                    "\n  DAMAGED where no start reads, so that it would serve: {error}\n  What happened then cannot be \
                     shown; it leaves the journal with its age (server.keep_journal)"
                )
            });
            format!("{path}: {would}{elsewhere}")
        }
        Err(error) => {
            let choices = alternatives(error, &shard.path);
            let choices: String = choices.iter().map(|it| format!("\n  - {it}")).collect();
            format!(
                "{path}: a start would REFUSE: {error}\n  What could be done, after a copy of the directory:{choices}"
            )
        }
    }
}

/// What is done with what is torn and damaged, in lines; empty if that is nothing.
fn what(report: &OpenReport, [cut, drop]: [&str; 2]) -> String {
    let mut done = Vec::new();
    if report.torn_wal_pages > 0 {
        done.push(format!(
            "{cut} {} pages of a batch that was never acknowledged",
            report.torn_wal_pages
        ));
    }
    for entry in &report.cut {
        done.push(format!(
            "{cut} an entry of tenant {:?} after seq {} that was never acknowledged",
            entry.tenant, entry.after_seq
        ));
    }
    for snapshot in &report.dropped_snapshots {
        done.push(format!(
            "{drop} the damaged snapshot of tenant {:?} at seq {}; an older one, or the events, stand for it",
            snapshot.tenant, snapshot.seq
        ));
    }
    done.join("\n  and ")
}

/// What an operator could choose where a start refuses, the best first.
fn alternatives(error: &OpenError, shard: &Path) -> Vec<String> {
    let beside = |suffix: &str| {
        let mut name = shard.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name).display().to_string()
    };
    let restore = "restore a back-up (docs/operations.md, Restore): what came after it is lost, in all shards".to_owned();
    let start_empty = "start with an empty directory: all that waited and was being handled is lost; adapters' lists bring \
                       back what they still hold"
        .to_owned();
    match error {
        OpenError::Missing { .. } | OpenError::NotAJournal { .. } => vec![
            format!(
                "find {} and put it back, with the files beside it",
                shard.display()
            ),
            restore,
            start_empty,
        ],
        OpenError::Format { .. } => vec![
            "start the version of the program that wrote it".to_owned(),
            "or, to go back, restore the back-up that was made before the upgrade".to_owned(),
        ],
        OpenError::InUse { .. } => {
            vec!["end the process that has it open, and ask again".to_owned()]
        }
        OpenError::WalDamaged { .. } => vec![
            "check the disk, and copy the directory from it again if it reads differently"
                .to_owned(),
            restore,
            format!(
                "move {} away{}: every batch in it is lost, acknowledged ones too; then {} must go, too",
                beside("-wal"),
                without_wal(shard),
                beside("-end"),
            ),
        ],
        OpenError::Lost { .. } => vec![
            format!("find the lost {} and put it back", beside("-wal")),
            restore,
            format!("move {} away: what is missing is given up", beside("-end")),
        ],
        OpenError::Damaged(damage) => vec![
            "check the disk, and copy the directory from it again if it reads differently"
                .to_owned(),
            restore,
            format!(
                "`acd journal export` and `acd journal show` tell what happened up to seq {}",
                damage.seq.saturating_sub(1)
            ),
            start_empty,
        ],
        OpenError::Keys(_) => vec![
            format!("put {} back from where keys are kept", beside("-keys")),
            format!(
                "write `all erased` into {}: all personal data up to now is erased for ever, and everything else goes on",
                beside("-keys")
            ),
        ],
        OpenError::Structure { .. } => vec![
            "check the disk, and copy the directory from it again if it reads differently"
                .to_owned(),
            restore,
            format!(
                "`sqlite3 {} .recover` reads what can be read, for whoever mends it",
                shard.display()
            ),
        ],
        OpenError::Storage { .. } => vec![
            "see to what the system says: rights, room, the disk".to_owned(),
            restore,
        ],
    }
}

/// Where the log would end without its write-ahead log.
fn without_wal(shard: &Path) -> String {
    let ends = acd_journal::ends_without_wal(shard).unwrap_or_default();
    let ends: Vec<String> = ends
        .iter()
        .map(|(tenant, seq)| format!("tenant {tenant:?} would end at seq {seq}"))
        .collect();
    match ends.is_empty() {
        true => String::new(),
        false => format!(" ({})", ends.join(", ")),
    }
}

/// Says of each back-up up to when it goes.
fn backups(args: &RepairArgs) -> anyhow::Result<()> {
    let Some(folder) = &args.backups else {
        return output::line("--backups FOLDER says up to when each of your back-ups goes");
    };
    let entries = fs::read_dir(folder)
        .with_context(|| format!("--backups: cannot read {}", folder.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        match ReadOnlyDir::open(&path) {
            Ok(dir) => found.push((last_at(&dir), path)),
            Err(DataDirError::NotInUse { .. } | DataDirError::Io { .. }) => {}
            Err(error) => output::line(format!("{}: {error}", path.display()))?,
        }
    }
    if found.is_empty() {
        return output::line(format!("there is no back-up in {}", folder.display()));
    }
    // The newest first.
    found.sort_by_key(|(at, _)| std::cmp::Reverse(at.as_ref().ok().copied().flatten()));
    output::line(format!("back-ups in {}:", folder.display()))?;
    for (at, path) in found {
        let told = match at {
            Ok(Some(at)) => format!("goes up to {}", args.zone.shown(at)),
            Ok(None) => "has no events".to_owned(),
            Err(error) => format!("cannot be used: {error}"),
        };
        output::line(format!("  {}: {told}", path.display()))?;
    }
    Ok(())
}

/// When the last event of a directory happened, of any tenant.
fn last_at(dir: &ReadOnlyDir) -> Result<Option<TimeMs>, OpenError> {
    let mut last = None;
    for shard in 0..dir.shards() {
        let log = dir.reader(shard)?;
        let tenants = log.tenants();
        let stands = tenants.iter().filter_map(|name| log.standing(name));
        last = last.max(stands.map(|stands| stands.last_at_ms).max());
    }
    Ok(last)
}
