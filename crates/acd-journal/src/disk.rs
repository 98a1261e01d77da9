//! How much room the disk has for a data directory, and how much of it the journals take.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::sqlite;

/// Where the journals of a data directory are. It may be looked at while they are in use, from any thread.
#[derive(Clone, Debug)]
pub struct Disk {
    /// The data directory.
    directory: PathBuf,
    /// The file of each shard.
    shards: Vec<PathBuf>,
}

/// What was seen of a [`Disk`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskUse {
    /// What a user who is not root may still write to the file system of the data directory, in bytes.
    pub free_bytes: u64,
    /// What such a user may use of it in all, in bytes; what is free is a part of it.
    pub size_bytes: u64,
    /// What the journal of each shard takes, in bytes: the database, its write-ahead log, the snapshots.
    pub journal_bytes: Vec<u64>,
}

impl Disk {
    pub(crate) fn of(directory: &Path, shards: impl IntoIterator<Item = PathBuf>) -> Self {
        Self {
            directory: directory.to_owned(),
            shards: shards.into_iter().collect(),
        }
    }

    /// Looks. It blocks for as long as the disk takes: without end where one hangs.
    ///
    /// # Errors
    /// What the system said.
    pub fn look(&self) -> io::Result<DiskUse> {
        let (free_bytes, size_bytes) = room(&self.directory)?;
        let journals = self.shards.iter().map(|shard| journal_bytes(shard));
        Ok(DiskUse {
            free_bytes,
            size_bytes,
            journal_bytes: journals.collect::<io::Result<_>>()?,
        })
    }
}

/// What is free on the file system of this directory and how large it is, for a user who is not root.
#[cfg(unix)]
fn room(directory: &Path) -> io::Result<(u64, u64)> {
    let system = rustix::fs::statvfs(directory)?;
    let used = system.f_blocks.saturating_sub(system.f_bfree);
    let bytes = |blocks: u64| blocks.saturating_mul(system.f_frsize);
    Ok((bytes(system.f_bavail), bytes(used + system.f_bavail)))
}

#[cfg(not(unix))]
fn room(_: &Path) -> io::Result<(u64, u64)> {
    Err(ErrorKind::Unsupported.into())
}

fn journal_bytes(database: &Path) -> io::Result<u64> {
    let mut write_ahead_log = database.as_os_str().to_owned();
    write_ahead_log.push("-wal");
    let mut bytes = length(database)? + length(Path::new(&write_ahead_log))?;
    for snapshot in fs::read_dir(sqlite::snapshots_beside(database))? {
        bytes += length(&snapshot?.path())?;
    }
    Ok(bytes)
}

/// The length of a file; 0 if it is there no longer.
fn length(file: &Path) -> io::Result<u64> {
    match fs::metadata(file) {
        Ok(known) => Ok(known.len()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}
