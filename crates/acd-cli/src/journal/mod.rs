//! `acd journal`: looks after the journals of a server, and tells what happened from them.

pub(crate) mod civil;
mod export;
mod filter;
mod lines;
mod repair;
mod replay;
mod show;
mod tenant;
mod verify;

use std::path::PathBuf;

use acd_journal::{OpenReport, back_up, back_up_keys};

use crate::connection::ConnectionArgs;
use crate::output;

/// Look after the journals of a server, and tell what happened from them
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    Show(show::ShowArgs),
    Export(export::ExportArgs),
    Replay(replay::ReplayArgs),
    Verify(verify::VerifyArgs),
    Repair(repair::RepairArgs),
    Backup(BackupArgs),
}

/// Copy the journals, of a running server too, and verify the copy
///
/// The copy holds all that was acknowledged before, with personal data sealed; the server that runs is not held up. A server
/// starts on the copy when the keys are put beside it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd journal backup /var/lib/acd /var/backups/acd/monday --keys /var/keys/acd")]
pub(crate) struct BackupArgs {
    /// The data directory
    #[arg(value_name = "DIR")]
    data_dir: PathBuf,
    /// Where the copy is to be; nothing may be there yet
    #[arg(value_name = "COPY")]
    copy: PathBuf,
    /// Copy the keys of personal data into this folder, in the place of those that are there: never with the copies
    #[arg(long, value_name = "FOLDER")]
    keys: Option<PathBuf>,
}

pub(crate) fn run(connection: &ConnectionArgs, command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Show(args) => show::run(connection, args),
        Command::Export(args) => export::run(connection, args),
        Command::Replay(args) => replay::run(connection, args),
        Command::Verify(args) => verify::run(connection, args),
        Command::Repair(args) => repair::run(args),
        Command::Backup(args) => backup(args),
    }
}

fn backup(args: &BackupArgs) -> anyhow::Result<()> {
    for (file, report) in back_up(&args.data_dir, &args.copy)? {
        output::line(format!("{}: {}", file.display(), told(&report)))?;
    }
    if let Some(folder) = &args.keys {
        for file in back_up_keys(&args.data_dir, folder)? {
            output::line(format!("{}: the keys of personal data", file.display()))?;
        }
    }
    Ok(())
}

/// What was found of a journal whose entries were all read.
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
