//! [`DataDir`]: the directory that holds the files of all shards, for one process at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use crate::dir_lock::DirLock;
use crate::disk::Disk;
use crate::log::{EventLog, JournalId, LogReader};
use crate::private_dir::make_private_dir;
use crate::sqlite::{OpenError, OpenReport, Others, OutsideReader, SqliteLog};

/// Most shards of one data directory: the file names have three digits.
pub const SHARDS_MAX: usize = 1_000;

const LOCK_FILE: &str = "acd.lock";
const LAYOUT_FILE: &str = "layout.toml";
/// The layout is written here and renamed, so that it is whole or absent.
const NEW_LAYOUT_FILE: &str = "layout.toml.new";
/// Longest content of the lock file that is read: a process id with room to spare.
const LOCK_FILE_MAX_BYTES: u64 = 64;

/// A locked data directory. The lock ends when this and every log opened in it have been dropped, or the process dies.
///
/// ```text
/// acd.lock        locked while in use, holds the owner's process id
/// layout.toml     shards = 4; written once, when every shard's file exists
/// shard-000.db    the log of shard 0 (while in use also shard-000.db-wal, shard-000.db-shm)
/// shard-000.db-end  the last entry of it that was acknowledged
/// shard-000.db-snapshots/  the snapshots of its tenants
/// ```
#[derive(Debug)]
pub struct DataDir {
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
        if !(1..=SHARDS_MAX).contains(&shards) {
            return Err(DataDirError::Shards { asked: shards });
        }
        make_private_dir(path).map_err(io_error(path, "create"))?;
        let dir = Self {
            path: path.to_owned(),
            shards,
            lock: Arc::new(DirLock(lock(path)?)),
        };
        match recorded_layout(path)? {
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
        shards_of(path)?;
        let lock = Arc::new(DirLock(lock(path)?));
        Ok(Self {
            path: path.to_owned(),
            shards: shards_of(path)?,
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
        Disk::of(&self.path, (0..self.shards).map(|it| self.shard_path(it)))
    }

    /// Opens the log of one shard, counted from 0, and verifies what recovery will read of it. To be called once per shard.
    ///
    /// # Errors
    /// [`OpenError`]; also for a number that is not below [`DataDir::shards`], whose file is missing.
    pub fn open_shard(&self, shard: usize) -> Result<(SqliteLog, OpenReport), OpenError> {
        SqliteLog::open_held(&self.shard_path(shard), Some(self.lock.clone()))
    }

    /// Reads the journal of one shard, counted from 0, that is not opened here, and changes nothing.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn reader(&self, shard: usize) -> Result<Box<dyn LogReader>, OpenError> {
        let reader = OutsideReader::open(&self.shard_path(shard), Others::Nobody)?;
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
            .find(|path| path.exists())
        {
            return Err(missing(surplus));
        }
        for shard in 0..self.shards {
            let path = self.shard_path(shard);
            let (log, _) = SqliteLog::open_or_create(&path)?;
            if log.last_at_ms().is_some() {
                return Err(missing(path));
            }
        }
        write_layout(&self.path, self.shards)
            .map_err(io_error(&self.path.join(LAYOUT_FILE), "write"))
    }
}

/// A data directory that is only read. Nothing in it is changed, and whoever is at work in it is not held up.
#[derive(Debug)]
pub struct ReadOnlyDir {
    path: PathBuf,
    shards: usize,
}

impl ReadOnlyDir {
    /// The directory at `path`, which a server may be using.
    ///
    /// # Errors
    /// [`DataDirError`]; [`DataDirError::NotInUse`] if it holds no journal.
    pub fn open(path: &Path) -> Result<Self, DataDirError> {
        Ok(Self {
            path: path.to_owned(),
            shards: shards_of(path)?,
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

    /// The name of a shard's journal: a copy has that of its original.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn journal_id(&self, shard: usize) -> Result<JournalId, OpenError> {
        Ok(self.outside(shard)?.journal_id())
    }

    fn outside(&self, shard: usize) -> Result<OutsideReader, OpenError> {
        let others = match is_in_use(&self.path) {
            true => Others::Server,
            false => Others::Perhaps,
        };
        OutsideReader::open(&self.shard_path(shard), others)
    }
}

/// Whether a process has the directory locked, as far as can be told without standing in the way of one that begins to.
fn is_in_use(dir: &Path) -> bool {
    let Ok(mut file) = File::open(dir.join(LOCK_FILE)) else {
        return false;
    };
    // Who ends in order leaves it empty.
    owner(&mut file).is_some() && matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// Takes the lock without leaving a trace; none if nobody ever took it.
pub(crate) fn lock_untouched(dir: &Path) -> Result<Option<File>, DataDirError> {
    let path = dir.join(LOCK_FILE);
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error(&path, "open")(error)),
    };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(DataDirError::Locked {
            path: dir.to_owned(),
            owner: owner(&mut file),
        }),
        Err(TryLockError::Error(error)) => Err(io_error(&path, "lock")(error)),
    }
}

/// The file of one shard of the data directory at `path`, counted from 0.
pub(crate) fn shard_path(path: &Path, shard: usize) -> PathBuf {
    path.join(format!("shard-{shard:03}.db"))
}

/// How many shards the directory has, which somebody else may have locked.
pub(crate) fn shards_of(path: &Path) -> Result<usize, DataDirError> {
    let layout = recorded_layout(path)?.ok_or_else(|| DataDirError::NotInUse {
        path: path.to_owned(),
    })?;
    Ok(layout.shards)
}

fn recorded_layout(path: &Path) -> Result<Option<Layout>, DataDirError> {
    let path = path.join(LAYOUT_FILE);
    match fs::read_to_string(&path) {
        Ok(text) => match toml::from_str(&text) {
            Ok(layout) => Ok(Some(layout)),
            Err(error) => Err(DataDirError::Layout {
                path,
                reason: error.message().to_owned(),
            }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error(&path, "read")(error)),
    }
}

/// Writes how many shards there are, when all their files are there.
pub(crate) fn write_layout(path: &Path, shards: usize) -> io::Result<()> {
    let new_path = path.join(NEW_LAYOUT_FILE);
    let mut file = File::create(&new_path)?;
    writeln!(file, "shards = {shards}")?;
    file.sync_all()?;
    fs::rename(&new_path, path.join(LAYOUT_FILE))?;
    // The rename itself, and the names of the shards' files, are on disk when the directory is.
    File::open(path)?.sync_all()
}

/// Takes the lock or names its owner.
fn lock(dir: &Path) -> Result<File, DataDirError> {
    let path = dir.join(LOCK_FILE);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(io_error(&path, "open"))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(DataDirError::Locked {
                path: dir.to_owned(),
                owner: owner(&mut file),
            });
        }
        Err(TryLockError::Error(error)) => return Err(io_error(&path, "lock")(error)),
    }
    write_owner(&mut file).map_err(io_error(&path, "write"))?;
    belong_to(dir, &file);
    Ok(file)
}

/// Gives the lock to whoever owns the directory: root looks at a journal that a service of another user is to open next.
fn belong_to(dir: &Path, lock: &File) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let of = |known: fs::Metadata| (known.uid(), known.gid());
        if let (Ok(wanted), Ok(is)) = (dir.metadata().map(of), lock.metadata().map(of))
            && wanted != is
        {
            // Only root may; to all others it is theirs already.
            let _ = fchown(lock, Some(wanted.0), Some(wanted.1));
        }
    }
    #[cfg(not(unix))]
    let _ = (dir, lock);
}

fn write_owner(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

/// The process id its owner wrote into the lock file.
fn owner(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(LOCK_FILE_MAX_BYTES)
        .read_to_string(&mut text)
        .ok()?;
    text.trim().parse().ok()
}

fn io_error(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> DataDirError {
    let path = path.to_owned();
    move |source| DataDirError::Io {
        path,
        action,
        source,
    }
}
