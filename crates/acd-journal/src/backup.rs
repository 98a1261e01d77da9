//! [`back_up`]: a copy of a data directory, which may be in use.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use crate::data_dir::{self, DataDirError};
use crate::keys;
use crate::sqlite::{self, OpenError, OpenReport, SqliteLog};
use crate::volume::{self, beside};

/// How often a shard is copied anew because its journal was cut, or its snapshots replaced, meanwhile.
const ATTEMPTS: u32 = 5;
/// Ends the name of a copy that is not yet whole.
const PARTIAL_SUFFIX: &str = ".partial";

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is something where the copy is to be.
    #[error("{} is there already; name a folder that is not there", path.display())]
    Exists {
        /// The place.
        path: PathBuf,
    },
    /// What is to be copied is no data directory.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// A shard cannot be copied, or its copy is damaged, which it then is itself.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The journal of a shard was cut each time while it was copied.
    #[error(
        "the journal of {} was cut {ATTEMPTS} times while it was copied; try again when less is going on",
        path.display()
    )]
    Changed {
        /// The shard's file.
        path: PathBuf,
    },
    /// The file system failed.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What was being done to it.
        action: &'static str,
        /// Why it failed.
        source: io::Error,
    },
}

/// Copies the data directory `from` to `to`, which must not be there, and verifies the copy. A server may be at work in
/// `from`: it is not held up, and nothing in `from` is changed. The keys of personal data are not in the copy
/// ([`back_up_keys`]). Each shard is copied as of one instant; what was
/// acknowledged before the call is in the copy. The copy can be started when its keys are put beside it: it has no mark of the end, so that
/// what came after it is not missed.
///
/// The copy has its name when it is whole and on disk; until then it is `to` with `.partial`, which an interrupted call
/// leaves and the next one replaces.
///
/// # Errors
/// [`BackupError`].
pub fn back_up(from: &Path, to: &Path) -> Result<Vec<(PathBuf, OpenReport)>, BackupError> {
    if to.symlink_metadata().is_ok() {
        return Err(BackupError::Exists {
            path: to.to_owned(),
        });
    }
    let volume = &*volume::system();
    let shards = data_dir::shards_of(volume, from)?;
    let partial = beside(to, PARTIAL_SUFFIX);
    remove_if_there(&partial).map_err(failed("remove", &partial))?;
    let made = volume.make_directory(&partial);
    made.map_err(failed("create", &partial))?;
    let mut copies = Vec::with_capacity(shards);
    for shard in 0..shards {
        let [source, copy] = [from, &partial].map(|folder| data_dir::shard_path(folder, shard));
        let report = copy_shard(&source, &copy)?;
        copies.push((data_dir::shard_path(to, shard), report));
    }
    let written = data_dir::write_layout(volume, &partial, shards);
    written.map_err(failed("write", &partial))?;
    fs::rename(&partial, to).map_err(failed("rename", &partial))?;
    let beside = volume::directory_of(to);
    volume
        .sync_directory(beside)
        .map_err(failed("flush", beside))?;
    Ok(copies)
}

/// Copies the keys of the data directory `from` into the folder `to`, for its owner only; copies that are there are
/// replaced. Without keys nobody reads the personal data in a copy of the directory, so they are kept apart from it. What
/// was erased since is in an older copy of the keys: that one is not to be kept.
///
/// # Errors
/// [`BackupError`].
pub fn back_up_keys(from: &Path, to: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let volume = &*volume::system();
    let shards = data_dir::shards_of(volume, from)?;
    let made = volume.make_directory(to);
    made.map_err(failed("create", to))?;
    let mut copies = Vec::new();
    for shard in 0..shards {
        let [source, copy] =
            [from, to].map(|folder| keys::path(&data_dir::shard_path(folder, shard)));
        let bytes = match fs::read(&source) {
            // Nothing was sealed yet.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            read => read.map_err(failed("read", &source))?,
        };
        let partial = beside(&copy, PARTIAL_SUFFIX);
        let written = volume
            .create(&partial)
            .and_then(|file| {
                file.set_length(0)?;
                file.write_at(&bytes, 0)?;
                file.sync()
            })
            .and_then(|()| volume.rename(&partial, &copy));
        written.map_err(failed("write", &copy))?;
        copies.push(copy);
    }
    volume.sync_directory(to).map_err(failed("flush", to))?;
    Ok(copies)
}

/// Copies a shard until snapshots and journal agree: between the two the journal may be cut, or a snapshot replaced.
fn copy_shard(source: &Path, copy: &Path) -> Result<OpenReport, BackupError> {
    for attempt in 1..=ATTEMPTS {
        // First the snapshots: the journal then reaches at least as far as they do.
        let are_there = copy_snapshots(source, copy)?;
        copy_database(source, copy)?;
        match SqliteLog::verify(copy) {
            Ok(report) if are_there && report.dropped_snapshots.is_empty() => return Ok(report),
            Err(error) if attempt == ATTEMPTS => return Err(error.into()),
            Ok(_) | Err(_) => {}
        }
    }
    Err(BackupError::Changed {
        path: source.to_owned(),
    })
}

/// Copies the snapshots; false if one of them was replaced meanwhile.
fn copy_snapshots(source: &Path, copy: &Path) -> Result<bool, BackupError> {
    let [from, to] = [source, copy].map(sqlite::snapshots_beside);
    remove_if_there(&to).map_err(failed("remove", &to))?;
    let made = volume::system().make_directory(&to);
    made.map_err(failed("create", &to))?;
    let listing = match fs::read_dir(&from) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(true),
        listing => listing.map_err(failed("read", &from))?,
    };
    for entry in listing {
        let entry = entry.map_err(failed("read", &from))?;
        if sqlite::is_unfinished(&entry.file_name()) {
            continue;
        }
        let target = to.join(entry.file_name());
        let copied = fs::copy(entry.path(), &target)
            .and_then(|_| File::open(&target))
            .and_then(|file| file.sync_all());
        match copied {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            copied => copied.map_err(failed("copy", &entry.path()))?,
        }
    }
    volume::system()
        .sync_directory(&to)
        .map_err(failed("flush", &to))?;
    Ok(true)
}

/// Copies the database with what is in its write-ahead log, as of one instant.
fn copy_database(source: &Path, copy: &Path) -> Result<(), BackupError> {
    let failed_at =
        |path: &Path, error| BackupError::Open(OpenError::of_sqlite(path, "copy", error));
    for suffix in ["", "-wal", "-shm"] {
        remove_if_there(&beside(copy, suffix)).map_err(failed("remove", copy))?;
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let from =
        Connection::open_with_flags(source, flags).map_err(|error| failed_at(source, error))?;
    let mut to = Connection::open(copy).map_err(|error| failed_at(copy, error))?;
    let copied = Backup::new(&from, &mut to).and_then(|backup| {
        // All at once: a reader of the write-ahead log holds up nobody.
        let all = -1;
        loop {
            match backup.step(all)? {
                StepResult::Done => return Ok(()),
                // Somebody opens or closes the journal at this very instant.
                _ => std::thread::yield_now(),
            }
        }
    });
    copied.map_err(|error| failed_at(source, error))
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    let removed = match path.symlink_metadata() {
        Ok(known) if known.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::Io {
        path,
        action,
        source,
    }
}
