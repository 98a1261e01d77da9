//! `acd history`: looks after the rows that the journal became, and asks them.

mod asking;

use std::path::PathBuf;
use std::sync::Arc;

use acd_config::HistoryConfig;
use acd_history::{Follow, Known, Pace, PostgresStore, SqliteStore, Store, verify};
use acd_journal::{DataDir, ReadOnlyDir};
use acd_shard::clock::Stopwatch;
use anyhow::{Context as _, bail};

use crate::connection::ConnectionArgs;
use crate::output;

/// The most differences that are told of a tenant.
const TOLD_MAX: usize = 20;

/// Ask what happened long ago, and look after the rows that tell it
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    Find(Box<asking::FindArgs>),
    Show(asking::ShowArgs),
    Status(StatusArgs),
    Verify(VerifyArgs),
    Rebuild(RebuildArgs),
    Backup(BackupArgs),
}

/// Where journal and rows are.
#[derive(clap::Args)]
struct StoreArgs {
    /// The data directory
    #[arg(value_name = "DIR")]
    data_dir: PathBuf,
    /// The rows are in this PostgreSQL server; else in history.db of the directory
    #[arg(long)]
    url: Option<String>,
    /// The file that holds its password
    #[arg(long, value_name = "FILE", requires = "url")]
    password_file: Option<PathBuf>,
}

impl StoreArgs {
    /// The store, to be read.
    fn reading(&self) -> anyhow::Result<Box<dyn Store>> {
        match &self.url {
            Some(_) => self.writing(),
            None => Ok(Box::new(SqliteStore::open_read_only(&self.file())?)),
        }
    }

    /// The store, to be written.
    fn writing(&self) -> anyhow::Result<Box<dyn Store>> {
        Ok(match &self.url {
            Some(url) => Box::new(PostgresStore::connect(url, self.password_file.as_deref())?),
            None => Box::new(SqliteStore::open(&self.file())?),
        })
    }

    fn file(&self) -> PathBuf {
        self.data_dir.join(HistoryConfig::FILE)
    }
}

/// Tell how far the rows are
///
/// Of each tenant: its last event in rows and in the journal, and the gaps. The server may run.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd history status /var/lib/acd
  acd history status /var/lib/acd --url postgresql://acd@db/history --password-file history.password")]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    store: StoreArgs,
}

/// Compare the rows with the journal
///
/// The events that the journal holds are made rows once more, in memory, and each is compared with the one in the store; the
/// sums of all intervals are compared with the counters of the engine. It changes nothing. The server may run.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd history verify /var/lib/acd
  acd --tenant bank history verify /var/lib/acd")]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    store: StoreArgs,
}

/// Make the rows anew from the journal
///
/// The rows of the tenants are removed, and made again of the events that the journal holds. The server must not run; what it
/// journals later becomes rows when it runs again.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd history rebuild /var/lib/acd
  acd --tenant bank history rebuild /var/lib/acd --what-is-kept")]
pub(crate) struct RebuildArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Rebuild what the journal still holds, although older rows are lost by that
    #[arg(long)]
    what_is_kept: bool,
}

/// Copy the rows, of one instant
///
/// The server may run. Do it before `acd journal backup`: a journal that is put back must hold what rows tell of. A PostgreSQL
/// server has means of its own.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd history backup /var/lib/acd /var/backups/acd/monday-history.db")]
pub(crate) struct BackupArgs {
    /// The data directory
    #[arg(value_name = "DIR")]
    data_dir: PathBuf,
    /// The copy, which must not be there yet. It holds personal data as it is: keep it where nobody else reads
    #[arg(value_name = "FILE")]
    copy: PathBuf,
}

pub(crate) fn run(connection: &ConnectionArgs, command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Find(args) => asking::find(connection, args),
        Command::Show(args) => asking::show(connection, args),
        Command::Status(args) => status(connection, args),
        Command::Verify(args) => verified(connection, args),
        Command::Rebuild(args) => rebuild(connection, args),
        Command::Backup(args) => back_up(args),
    }
}

/// Whether the command is about this tenant.
fn is_meant(connection: &ConnectionArgs, name: &str) -> bool {
    connection.tenant().is_none_or(|tenant| tenant == name)
}

fn status(connection: &ConnectionArgs, args: &StatusArgs) -> anyhow::Result<()> {
    let mut store = args.store.reading()?;
    let dir = ReadOnlyDir::open(&args.store.data_dir)?;
    let known = store.tenants()?;
    let mut journals = Vec::new();
    for shard in 0..dir.shards() {
        journals.push((dir.journal_id(shard)?.to_string(), dir.reader(shard)?));
    }
    for Known { life, position, .. } in known {
        if !is_meant(connection, &life.name) {
            continue;
        }
        let journal = journals.iter().find(|(id, _)| *id == life.journal_id);
        let stands = journal.and_then(|(_, reader)| reader.standing(&life.name));
        let stands = stands.filter(|stands| stands.life == life.life);
        let behind = match stands {
            Some(stands) => format!("{} of {} events are in rows", position.seq, stands.last_seq),
            None => format!("{} events are in rows; its journal is gone", position.seq),
        };
        let gaps = store.gaps(&life)?;
        output::line(format!("{life}: {behind}, {} gaps", gaps.len()))?;
        for gap in gaps {
            let to = gap.to_seq.map_or("its end".to_owned(), |to| to.to_string());
            output::line(format!("  GAP: events {} to {to}", gap.from_seq))?;
        }
    }
    Ok(())
}

fn verified(connection: &ConnectionArgs, args: &VerifyArgs) -> anyhow::Result<()> {
    let mut store = args.store.reading()?;
    let dir = ReadOnlyDir::open(&args.store.data_dir)?;
    let mut differing = 0;
    for shard in 0..dir.shards() {
        let (id, reader) = (dir.journal_id(shard)?, dir.reader(shard)?);
        for name in reader.tenants() {
            if !is_meant(connection, &name) {
                continue;
            }
            let watch = Stopwatch::start();
            let found = verify(id, &*reader, &mut *store, &name, TOLD_MAX)?;
            let seconds = watch.elapsed().as_secs_f64();
            output::line(format!(
                "tenant {name}: {} rows of events {} to {} compared in {seconds:.1} s, {} differences",
                found.rows,
                found.after_seq + 1,
                found.up_to,
                found.differing
            ))?;
            for difference in &found.differences {
                output::line(format!("  DIFFERS: {difference}"))?;
            }
            differing += found.differing;
        }
    }
    match differing {
        0 => Ok(()),
        _ => bail!(
            "{differing} rows are not what the journal says; acd history rebuild makes them anew"
        ),
    }
}

fn rebuild(connection: &ConnectionArgs, args: &RebuildArgs) -> anyhow::Result<()> {
    let dir = DataDir::open_existing(&args.store.data_dir)?;
    let journals = ReadOnlyDir::open(&args.store.data_dir)?;
    for shard in 0..dir.shards() {
        let reader = dir.reader(shard)?;
        let names: Vec<Arc<str>> = reader.tenants();
        let id = journals.journal_id(shard)?;
        let mut follow = Follow::new(id, reader, args.store.writing()?, None, Pace::default());
        for name in names.iter().filter(|name| is_meant(connection, name)) {
            follow.begin_again(name, args.what_is_kept)?;
        }
        let watch = Stopwatch::start();
        let events = follow.catch_up(|_| ())?;
        let seconds = watch.elapsed().as_secs_f64();
        output::line(format!(
            "shard {shard}: {events} events became rows in {seconds:.1} s"
        ))?;
    }
    Ok(())
}

fn back_up(args: &BackupArgs) -> anyhow::Result<()> {
    let store = SqliteStore::open_read_only(&args.data_dir.join(HistoryConfig::FILE))?;
    let copy = args.copy.display();
    store
        .back_up(&args.copy)
        .with_context(|| format!("cannot copy the rows to {copy}"))?;
    let mut store = SqliteStore::open_read_only(&args.copy)?;
    for Known { life, position, .. } in store.tenants()? {
        output::line(format!("{copy}: {life}, {} events in rows", position.seq))?;
    }
    Ok(())
}
