//! [`DataDir`]: the directory that holds the files of all shards, for one process at a time.

use std::fs::{File, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use crate::dir_lock::DirLock;
use crate::disk::Disk;
use crate::keys::Keys;
use crate::log::{EventLog, JournalId, LogReader};
use crate::sqlite::{OpenError, OpenReport, Others, OutsideReader, SqliteLog};
use crate::volume::{self, Reader, Volume, VolumeFile, if_there};

/// Most shards of one data directory: the file names have three digits.
pub const SHARDS_MAX: usize = 1_000;

const LOCK_FILE: &str = "acd.lock";
const LAYOUT_FILE: &str = "layout.toml";
/// The layout is written here and renamed, so that it is whole or absent.
const NEW_LAYOUT_FILE: &str = "layout.toml.new";
/// Longest content of the lock file that is read: a process id with room to spare.
const LOCK_FILE_MAX_BYTES: u64 = 64;
/// The same of the layout file: one line.
const LAYOUT_FILE_MAX_BYTES: u64 = 64 << 10;

/// A locked data directory. The lock ends when this and every log opened in it have been dropped, or the process dies.
///
/// ```text
/// acd.lock        locked while in use, holds the owner's process id
/// layout.toml     shards = 4; written once, when every shard's file exists
/// shard-000.db    the log of shard 0 (while in use also shard-000.db-wal, shard-000.db-shm)
/// shard-000.db-end  the last entry of it that was acknowledged
/// shard-000.db-keys  what the keys of personal data are made of
/// shard-000.db-snapshots/  the snapshots of its tenants
/// ```
#[derive(Debug)]
pub struct DataDir {
    volume: Arc<dyn Volume>,
    path: PathBuf,
    shards: usize,
    lock: Arc<DirLock>,
}

/// What `layout.toml` holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Layout {
    /// How many shards the tenants are spread over. Fixed, because it decides in which file a tenant's log is.
    shards: usize,
}

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// A number of shards that cannot be.
    #[error("the number of shards is {asked}; it must be 1 to {SHARDS_MAX}")]
    Shards {
        /// What was asked.
        asked: usize,
    },
    /// Another process uses the directory.
    #[error(
        "the data directory {} is in use by {}; stop that process first, or name another directory",
        path.display(),
        match owner { Some(pid) => format!("process {pid}"), None => "another process".to_owned() }
    )]
    Locked {
        /// The directory.
        path: PathBuf,
        /// The process id of its owner, if it could be read.
        owner: Option<u32>,
    },
    /// The directory was made for another number of shards.
    #[error(
        "the data directory {} has {recorded} shards, not {asked}; start with {recorded} shards, the number cannot \
         change later",
        path.display()
    )]
    ShardsDiffer {
        /// The directory.
        path: PathBuf,
        /// The number it was made with.
        recorded: usize,
        /// What was asked.
        asked: usize,
    },
    /// The layout file does not hold what it should.
    #[error("{} cannot be read: {reason}; restore it: one line, `shards = N`", path.display())]
    Layout {
        /// The layout file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The layout file is gone but shards hold entries.
    #[error(
        "{} is missing although {} exists; restore it: one line, `shards = N`, with the number of shard files",
        path.display(), shard.display()
    )]
    LayoutMissing {
        /// The layout file.
        path: PathBuf,
        /// A shard's file that shows the directory has been in use.
        shard: PathBuf,
    },
    /// There is no journal in it.
    #[error("{} is no data directory: it has no {LAYOUT_FILE}; name the one of the server", path.display())]
    NotInUse {
        /// The directory.
        path: PathBuf,
    },
    /// A shard's file cannot be opened or made.
    #[error(transparent)]
    Open(#[from] OpenError),
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

impl DataDir {
    /// Locks the directory at `path` for this process; at first use makes it, readable by its owner only, with an
    /// empty log for each of `shards` shards.
    ///
    /// # Errors
    /// [`DataDirError`].
    pub fn open(path: &Path, shards: usize) -> Result<Self, DataDirError> {
        Self::open_on(&volume::system(), path, shards)
    }

    /// The same, on this volume.
    ///
    /// # Errors
    /// [`DataDirError`].
    pub fn open_on(
        volume: &Arc<dyn Volume>,
        path: &Path,
        shards: usize,
    ) -> Result<Self, DataDirError> {
        if !(1..=SHARDS_MAX).contains(&shards) {
            return Err(DataDirError::Shards { asked: shards });
        }
        let made = volume.make_directory(path);
        made.map_err(io_error(path, "create"))?;
        let dir = Self {
            volume: volume.clone(),
            path: path.to_owned(),
            shards,
            lock: Arc::new(DirLock(lock(&**volume, path)?)),
        };
        match recorded_layout(&**volume, path)? {
            Some(Layout { shards: recorded }) if recorded == shards => {}
            Some(Layout { shards: recorded }) => {
                return Err(DataDirError::ShardsDiffer {
                    path: dir.path.clone(),
                    recorded,
                    asked: shards,
                });
            }
            None => dir.make_shards()?,
        }
        Ok(dir)
    }

    /// Locks a directory that is in use, with as many shards as it has.
    ///
    /// # Errors
    /// [`DataDirError`]; [`DataDirError::NotInUse`] if it holds no journal.
    pub fn open_existing(path: &Path) -> Result<Self, DataDirError> {
        // Before the lock, which makes a file.
        let volume = volume::system();
        shards_of(&*volume, path)?;
        let lock = Arc::new(DirLock(lock(&*volume, path)?));
        Ok(Self {
            path: path.to_owned(),
            shards: shards_of(&*volume, path)?,
            volume,
            lock,
        })
    }

    /// The number of shards.
    pub fn shards(&self) -> usize {
        self.shards
    }

    /// The file of one shard, counted from 0.
    pub fn shard_path(&self, shard: usize) -> PathBuf {
        shard_path(&self.path, shard)
    }

    /// Where its journals are, for whoever watches the disk.
    pub fn disk(&self) -> Disk {
        let shards = (0..self.shards).map(|it| self.shard_path(it));
        Disk::of(&self.volume, &self.path, shards)
    }

    /// Opens the log of one shard, counted from 0, and verifies what recovery will read of it. To be called once per shard.
    ///
    /// # Errors
    /// [`OpenError`]; also for a number that is not below [`DataDir::shards`], whose file is missing.
    pub fn open_shard(&self, shard: usize) -> Result<(SqliteLog, OpenReport), OpenError> {
        let lock = Some(self.lock.clone());
        SqliteLog::open_held(&self.volume, &self.shard_path(shard), lock)
    }

    /// Reads the journal of one shard, counted from 0, that is not opened here, and changes nothing.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn reader(&self, shard: usize) -> Result<Box<dyn LogReader>, OpenError> {
        let reader = OutsideReader::open(&self.volume, &self.shard_path(shard), Others::Nobody)?;
        Ok(Box::new(reader))
    }

    /// Makes the shards' files and then, as the mark that all exist, the layout. A crash in between leaves files
    /// without entries, which the next start takes over.
    fn make_shards(&self) -> Result<(), DataDirError> {
        let missing = |shard: PathBuf| DataDirError::LayoutMissing {
            path: self.path.join(LAYOUT_FILE),
            shard,
        };
        if let Some(surplus) = (self.shards..SHARDS_MAX)
            .map(|shard| self.shard_path(shard))
            .find(|path| self.volume.look(path).is_ok())
        {
            return Err(missing(surplus));
        }
        for shard in 0..self.shards {
            let path = self.shard_path(shard);
            let (log, _) = SqliteLog::open_or_create_on(&self.volume, &path)?;
            if log.last_at_ms().is_some() {
                return Err(missing(path));
            }
        }
        self.sync_names_above()?;
        write_layout(&*self.volume, &self.path, self.shards)
            .map_err(io_error(&self.path.join(LAYOUT_FILE), "write"))
    }

    /// Brings to the disk that there is this directory: it may have been made just now, and those above it, too.
    fn sync_names_above(&self) -> Result<(), DataDirError> {
        for above in self.path.ancestors().skip(1) {
            let is_relative = above.as_os_str().is_empty();
            let above = if is_relative { Path::new(".") } else { above };
            match self.volume.sync_directory(above) {
                // Nothing was made in what is closed to us or cannot be changed.
                Err(error) if is_beyond(&error) => break,
                synced => synced.map_err(io_error(above, "flush"))?,
            }
        }
        Ok(())
    }
}

/// A data directory that is only read. Nothing in it is changed, and whoever is at work in it is not held up.
#[derive(Debug)]
pub struct ReadOnlyDir {
    volume: Arc<dyn Volume>,
    path: PathBuf,
    shards: usize,
}

impl ReadOnlyDir {
    /// The directory at `path`, which a server may be using.
    ///
    /// # Errors
    /// [`DataDirError`]; [`DataDirError::NotInUse`] if it holds no journal.
    pub fn open(path: &Path) -> Result<Self, DataDirError> {
        let volume = volume::system();
        Ok(Self {
            path: path.to_owned(),
            shards: shards_of(&*volume, path)?,
            volume,
        })
    }

    /// The number of shards.
    pub fn shards(&self) -> usize {
        self.shards
    }

    /// The file of one shard, counted from 0.
    pub fn shard_path(&self, shard: usize) -> PathBuf {
        shard_path(&self.path, shard)
    }

    /// Reads the journal of one shard, counted from 0. It keeps up with whoever writes it. Short reads are the polite
    /// ones: while one runs, the write-ahead log cannot begin anew, and a server cannot be started.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn reader(&self, shard: usize) -> Result<Box<dyn LogReader>, OpenError> {
        Ok(Box::new(self.outside(shard)?))
    }

    /// Whether the keys of personal data are there: without them all of it reads as if it were erased.
    ///
    /// # Errors
    /// [`OpenError`]; [`OpenError::Keys`] says what is wrong with them.
    pub fn check_keys(&self, shard: usize) -> Result<(), OpenError> {
        let journal = self.journal_id(shard)?;
        Keys::read(&self.volume, &self.shard_path(shard), journal)?;
        Ok(())
    }

    /// The name of a shard's journal: a copy has that of its original.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn journal_id(&self, shard: usize) -> Result<JournalId, OpenError> {
        Ok(self.outside(shard)?.journal_id())
    }

    fn outside(&self, shard: usize) -> Result<OutsideReader, OpenError> {
        let others = match is_in_use(&*self.volume, &self.path) {
            true => Others::Server,
            false => Others::Perhaps,
        };
        OutsideReader::open(&self.volume, &self.shard_path(shard), others)
    }
}

/// Whether a process has the directory locked, as far as can be told without standing in the way of one that begins to.
fn is_in_use(volume: &dyn Volume, dir: &Path) -> bool {
    let path = dir.join(LOCK_FILE);
    let Ok(file) = File::open(&path) else {
        return false;
    };
    // Who ends in order leaves it empty.
    owner(volume, &path).is_some()
        && matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// Takes the lock without leaving a trace; none if nobody ever took it.
pub(crate) fn lock_untouched(
    volume: &dyn Volume,
    dir: &Path,
) -> Result<Option<File>, DataDirError> {
    let path = dir.join(LOCK_FILE);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error(&path, "open")(error)),
    };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(DataDirError::Locked {
            path: dir.to_owned(),
            owner: owner(volume, &path),
        }),
        Err(TryLockError::Error(error)) => Err(io_error(&path, "lock")(error)),
    }
}

/// The file of one shard of the data directory at `path`, counted from 0.
pub(crate) fn shard_path(path: &Path, shard: usize) -> PathBuf {
    path.join(format!("shard-{shard:03}.db"))
}

/// How many shards the directory has, which somebody else may have locked.
pub(crate) fn shards_of(volume: &dyn Volume, path: &Path) -> Result<usize, DataDirError> {
    let layout = recorded_layout(volume, path)?.ok_or_else(|| DataDirError::NotInUse {
        path: path.to_owned(),
    })?;
    Ok(layout.shards)
}

fn recorded_layout(volume: &dyn Volume, path: &Path) -> Result<Option<Layout>, DataDirError> {
    let path = path.join(LAYOUT_FILE);
    let text = text(volume, &path, LAYOUT_FILE_MAX_BYTES);
    let text = match if_there(text) {
        Ok(Some(text)) => text,
        Ok(None) => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            return Err(DataDirError::Layout {
                path,
                reason: "it is no text in UTF-8".to_owned(),
            });
        }
        Err(error) => return Err(io_error(&path, "read")(error)),
    };
    match toml::from_str(&text) {
        Ok(layout) => Ok(Some(layout)),
        Err(error) => Err(DataDirError::Layout {
            path,
            reason: error.message().to_owned(),
        }),
    }
}

/// Writes how many shards there are, when all their files are there.
pub(crate) fn write_layout(volume: &dyn Volume, path: &Path, shards: usize) -> io::Result<()> {
    let new_path = path.join(NEW_LAYOUT_FILE);
    let file = volume.create(&new_path)?;
    rewrite(&*file, &format!("shards = {shards}\n"))?;
    file.sync()?;
    volume.rename(&new_path, &path.join(LAYOUT_FILE))?;
    // The rename itself, and the names of the shards' files, are on disk when the directory is.
    volume.sync_directory(path)
}

/// Takes the lock or names its owner.
fn lock(volume: &dyn Volume, dir: &Path) -> Result<Box<dyn VolumeFile>, DataDirError> {
    let path = dir.join(LOCK_FILE);
    match volume.lock(&path) {
        Ok(file) => {
            let owner = format!("{}\n", std::process::id());
            rewrite(&*file, &owner).map_err(io_error(&path, "write"))?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => Err(DataDirError::Locked {
            path: dir.to_owned(),
            owner: owner(volume, &path),
        }),
        Err(TryLockError::Error(error)) => Err(io_error(&path, "lock")(error)),
    }
}

/// The process id its owner wrote into the lock file.
fn owner(volume: &dyn Volume, path: &Path) -> Option<u32> {
    let text = text(volume, path, LOCK_FILE_MAX_BYTES).ok()?;
    text.trim().parse().ok()
}

/// What is in a file, as far as it is read.
fn text(volume: &dyn Volume, path: &Path, max_bytes: u64) -> io::Result<String> {
    let file = volume.open(path)?;
    let mut text = String::new();
    Reader::of(&*file)
        .take(max_bytes)
        .read_to_string(&mut text)?;
    Ok(text)
}

/// Puts this in the place of what is in a file.
fn rewrite(file: &dyn VolumeFile, text: &str) -> io::Result<()> {
    file.set_length(0)?;
    file.write_at(text.as_bytes(), 0)
}

/// Whether an error of flushing a directory says that nobody of us makes anything in it.
fn is_beyond(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidInput, PermissionDenied, ReadOnlyFilesystem, Unsupported};
    matches!(
        error.kind(),
        InvalidInput | PermissionDenied | ReadOnlyFilesystem | Unsupported
    )
}

fn io_error(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> DataDirError {
    let path = path.to_owned();
    move |source| DataDirError::Io {
        path,
        action,
        source,
    }
}
