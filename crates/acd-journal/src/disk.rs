//! How much room the disk has for a data directory, and how much of it the journals take.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::sqlite;
use crate::volume::{Room, Volume, if_there};

/// Where the journals of a data directory are. It may be looked at while they are in use, from any thread.
#[derive(Clone, Debug)]
pub struct Disk {
    volume: Arc<dyn Volume>,
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
    pub(crate) fn of(
        volume: &Arc<dyn Volume>,
        directory: &Path,
        shards: impl IntoIterator<Item = PathBuf>,
    ) -> Self {
        Self {
            volume: volume.clone(),
            directory: directory.to_owned(),
            shards: shards.into_iter().collect(),
        }
    }

    /// Looks. It blocks for as long as the disk takes: without end where one hangs.
    ///
    /// # Errors
    /// What the system said.
    pub fn look(&self) -> io::Result<DiskUse> {
        let Room {
            free_bytes,
            size_bytes,
        } = self.volume.room(&self.directory)?;
        let volume = &*self.volume;
        let journals = self.shards.iter();
        let journals = journals.map(|shard| journal_bytes(volume, shard));
        Ok(DiskUse {
            free_bytes,
            size_bytes,
            journal_bytes: journals.collect::<io::Result<_>>()?,
        })
    }
}

fn journal_bytes(volume: &dyn Volume, database: &Path) -> io::Result<u64> {
    let mut bytes = length(volume, database)? + length(volume, &sqlite::wal_path(database))?;
    let snapshots = sqlite::snapshots_beside(database);
    for snapshot in volume.list(&snapshots)? {
        bytes += length(volume, &snapshots.join(snapshot))?;
    }
    Ok(bytes)
}

/// The length of a file; 0 if it is there no longer.
fn length(volume: &dyn Volume, file: &Path) -> io::Result<u64> {
    Ok(if_there(volume.look(file))?.map_or(0, |found| found.length))
}
