//! What a start would do with a data directory, told before it is done: [`examine`] changes nothing, [`repair`] does the
//! same as a start and keeps a copy of what it removes.

use std::path::{Path, PathBuf};

use crate::data_dir::{self, DataDir, DataDirError};
use crate::sqlite::{OpenError, OpenReport, SqliteLog};
use crate::volume;

/// What was seen of the journal of one shard.
#[derive(Debug)]
pub struct Examined {
    /// Its file.
    pub path: PathBuf,
    /// What a start would do with it, or why it would refuse.
    pub start: Result<OpenReport, OpenError>,
    /// What is wrong with entries that no start reads; none: nothing is, or a start would refuse anyway.
    pub elsewhere: Option<OpenError>,
}

/// What was done with the journal of one shard.
#[derive(Debug)]
pub struct Repaired {
    /// Its file.
    pub path: PathBuf,
    /// What was removed.
    pub report: OpenReport,
    /// Whether a copy of it lies aside; otherwise there was nothing to remove.
    pub is_aside: bool,
}

/// Why nothing was repaired.
#[derive(Debug, thiserror::Error)]
pub enum RepairError {
    /// There is something where the copy of what is removed is to be.
    #[error("{} is there already; name a folder that is not there", path.display())]
    Exists {
        /// The place.
        path: PathBuf,
    },
    /// It is no data directory, or in use.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// A start would refuse the journal of a shard: nothing was changed in any.
    #[error(transparent)]
    Refused(#[from] OpenError),
}

/// Looks what a start would do with the data directory at `path`, shard by shard. Nothing is changed, and no file is made.
///
/// # Errors
/// [`DataDirError`]; [`DataDirError::Locked`] while a server uses it.
pub fn examine(path: &Path) -> Result<Vec<Examined>, DataDirError> {
    let volume = volume::system();
    let shards = data_dir::shards_of(&*volume, path)?;
    let _lock = data_dir::lock_untouched(&*volume, path)?;
    let look = |shard| {
        let path = data_dir::shard_path(path, shard);
        let start = SqliteLog::examine(&path);
        let elsewhere = start.is_ok().then(|| SqliteLog::verify(&path).err());
        Examined {
            start,
            elsewhere: elsewhere.flatten(),
            path,
        }
    };
    Ok((0..shards).map(look).collect())
}

/// Removes what a start would remove from the data directory at `path`: what a crash left of a batch that was not
/// acknowledged, and snapshots that are damaged and can be missed. What is removed is copied into `aside` first, which must
/// not be there. If a start would refuse one of the shards nothing is changed.
///
/// # Errors
/// [`RepairError`].
pub fn repair(path: &Path, aside: &Path) -> Result<Vec<Repaired>, RepairError> {
    if aside.symlink_metadata().is_ok() {
        return Err(RepairError::Exists {
            path: aside.to_owned(),
        });
    }
    let dir = DataDir::open_existing(path)?;
    let look = |shard| {
        let path = dir.shard_path(shard);
        let report = SqliteLog::examine(&path)?;
        Ok((path, report))
    };
    let examined: Result<Vec<_>, OpenError> = (0..dir.shards()).map(look).collect();
    let mut repaired = Vec::new();
    for (path, report) in examined? {
        repaired.push(Repaired {
            is_aside: SqliteLog::copy_aside(&path, aside)?,
            path,
            report,
        });
    }
    if repaired.iter().any(|shard| shard.is_aside) {
        // The copies are found after a power failure only if the folder is.
        let beside = volume::directory_of(aside);
        let flushed = volume::system().sync_directory(beside);
        flushed.map_err(|error| OpenError::storage(beside, "flush", error))?;
    }
    for (shard, found) in repaired.iter_mut().enumerate() {
        if found.is_aside {
            found.report = dir.open_shard(shard)?.1;
        }
    }
    Ok(repaired)
}
