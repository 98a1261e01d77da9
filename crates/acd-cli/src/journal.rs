//! `acd journal`: looks after the journals of a server.

use std::path::PathBuf;

use acd_journal::{DataDir, OpenReport, SqliteLog, back_up};
use anyhow::bail;

use crate::output;

/// Look after the journals of a server
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    Verify(VerifyArgs),
    Backup(BackupArgs),
}

/// Verify everything that the journals hold
///
/// A start verifies what it reads: the snapshots and what happened since. This reads every event that is kept, and the
/// structure of the files. It changes nothing. The server must not run; a copy can be verified at any time.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd journal verify /var/lib/acd
  acd journal verify /var/backups/acd/monday        a back-up, before it is needed")]
pub(crate) struct VerifyArgs {
    /// The data directory
    #[arg(value_name = "DIR")]
    data_dir: PathBuf,
}

/// Copy the journals, of a running server too, and verify the copy
///
/// The copy holds all that was acknowledged before. A server starts on it as it is; the one that runs is not held up.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd journal backup /var/lib/acd /var/backups/acd/monday")]
pub(crate) struct BackupArgs {
    /// The data directory
    #[arg(value_name = "DIR")]
    data_dir: PathBuf,
    /// Where the copy is to be; nothing may be there yet
    #[arg(value_name = "COPY")]
    copy: PathBuf,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Verify(args) => verify(args),
        Command::Backup(args) => backup(args),
    }
}

fn backup(args: &BackupArgs) -> anyhow::Result<()> {
    for (file, report) in back_up(&args.data_dir, &args.copy)? {
        output::line(format!("{}: {}", file.display(), told(&report)))?;
    }
    Ok(())
}

fn verify(args: &VerifyArgs) -> anyhow::Result<()> {
    let data_dir = DataDir::open_existing(&args.data_dir)?;
    let mut damaged = 0;
    for shard in 0..data_dir.shards() {
        let path = data_dir.shard_path(shard);
        let found = match SqliteLog::verify(&path) {
            Ok(report) => {
                damaged += usize::from(!report.dropped_snapshots.is_empty());
                told(&report)
            }
            Err(error) => {
                damaged += 1;
                format!("DAMAGED: {error}")
            }
        };
        output::line(format!("{}: {found}", path.display()))?;
    }
    match damaged {
        0 => Ok(()),
        _ => bail!("{damaged} of {} journals are damaged", data_dir.shards()),
    }
}

fn told(report: &OpenReport) -> String {
    let mut text = format!("{} entries, all intact", report.entries);
    for snapshot in &report.dropped_snapshots {
        text += &format!(
            "\n  DAMAGED: the snapshot of tenant {:?} at seq {}; a start passes over it",
            snapshot.tenant, snapshot.seq
        );
    }
    for cut in &report.cut {
        text += &format!(
            "\n  torn: an entry of tenant {:?} after seq {}, not acknowledged; a start cuts it",
            cut.tenant, cut.after_seq
        );
    }
    if report.torn_wal_pages > 0 {
        text += &format!(
            "\n  torn: {} pages of the last batch, not acknowledged; a start drops them",
            report.torn_wal_pages
        );
    }
    text
}
