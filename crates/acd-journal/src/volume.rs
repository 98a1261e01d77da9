//! [`Volume`]: all that a journal asks of the machine below it, so that the same code runs on the system's and on a
//! simulated one: files, and bytes by chance.
//!
//! What SQLite reads and writes goes past this trait, through the SQLite VFS that the volume names.

use std::ffi::OsString;
use std::fmt::Debug;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file system that holds journals. Paths are absolute or relative as its user gives them; errors are those of
/// [`std::fs`].
pub trait Volume: Debug + Send + Sync {
    /// Opens a file that is there, to read it and to flush it.
    ///
    /// # Errors
    /// What the file system said.
    fn open(&self, path: &Path) -> io::Result<Box<dyn VolumeFile>>;

    /// Opens a file to read and write it; one that is not there is made, for its owner only.
    ///
    /// # Errors
    /// What the file system said.
    fn create(&self, path: &Path) -> io::Result<Box<dyn VolumeFile>>;

    /// Opens a file as [`Volume::create`] does, for the owner of its directory, and locks it until it is dropped.
    ///
    /// # Errors
    /// What the file system said; [`TryLockError::WouldBlock`] if somebody else has locked it.
    fn lock(&self, path: &Path) -> Result<Box<dyn VolumeFile>, TryLockError>;

    /// What is at a path.
    ///
    /// # Errors
    /// What the file system said.
    fn look(&self, path: &Path) -> io::Result<Found>;

    /// The names in a directory, in any order.
    ///
    /// # Errors
    /// What the file system said.
    fn list(&self, directory: &Path) -> io::Result<Vec<OsString>>;

    /// Gives a file another name in its directory. A file that had it is gone.
    ///
    /// # Errors
    /// What the file system said.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// What the file system said.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes a directory for its owner only, and those above it, unless it is there.
    ///
    /// # Errors
    /// What the file system said.
    fn make_directory(&self, path: &Path) -> io::Result<()>;

    /// Brings to the disk which names a directory has.
    ///
    /// # Errors
    /// What the file system said.
    fn sync_directory(&self, path: &Path) -> io::Result<()>;

    /// What room there is for a directory.
    ///
    /// # Errors
    /// What the file system said.
    fn room(&self, directory: &Path) -> io::Result<Room>;

    /// The SQLite VFS that reads and writes the same files; none for SQLite's own.
    fn sqlite_vfs(&self) -> Option<&str>;

    /// Fills `bytes` by chance, so that nobody can guess them: keys are made of them.
    ///
    /// # Errors
    /// The machine gives none.
    fn draw(&self, bytes: &mut [u8]) -> io::Result<()>;
}

/// An open file of a [`Volume`].
pub trait VolumeFile: Debug + Send + Sync {
    /// Its length, bytes.
    ///
    /// # Errors
    /// What the file system said.
    fn length(&self) -> io::Result<u64>;

    /// Reads what is at `offset`, as much as is there and fits; returns how much, 0 at the end only.
    ///
    /// # Errors
    /// What the file system said.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes all of it at `offset`.
    ///
    /// # Errors
    /// What the file system said; a part may then be written.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Cuts the file, or fills it up with zeros.
    ///
    /// # Errors
    /// What the file system said.
    fn set_length(&self, length: u64) -> io::Result<()>;

    /// Brings to the disk what is in the file.
    ///
    /// # Errors
    /// What the file system said.
    fn sync(&self) -> io::Result<()>;
}

/// What is at a path of a [`Volume`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Its length, bytes.
    pub length: u64,
    /// Which file of the machine it is: a device and a number on it. Both 0 where files have no number.
    pub identity: (u64, u64),
}

/// The room on a [`Volume`], for a user who is not root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// What may still be written, bytes.
    pub free_bytes: u64,
    /// What may be used in all, bytes; what is free is a part of it.
    pub size_bytes: u64,
}

/// The file system of the operating system.
#[derive(Debug)]
pub(crate) struct SystemVolume;

/// The file system of the operating system, as most want it.
pub(crate) fn system() -> Arc<dyn Volume> {
    Arc::new(SystemVolume)
}

impl Volume for SystemVolume {
    fn open(&self, path: &Path) -> io::Result<Box<dyn VolumeFile>> {
        Ok(Box::new(File::open(path)?))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn VolumeFile>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Box::new(options.open(path)?))
    }

    fn lock(&self, path: &Path) -> Result<Box<dyn VolumeFile>, TryLockError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(path).map_err(TryLockError::Error)?;
        file.try_lock()?;
        belong_to_directory(&file, path);
        Ok(Box::new(file))
    }

    fn look(&self, path: &Path) -> io::Result<Found> {
        let known = fs::metadata(path)?;
        Ok(Found {
            length: known.len(),
            identity: identity(&known),
        })
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<OsString>> {
        let entries = fs::read_dir(directory)?;
        entries.map(|entry| Ok(entry?.file_name())).collect()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn make_directory(&self, path: &Path) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path)
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    #[cfg(unix)]
    fn room(&self, directory: &Path) -> io::Result<Room> {
        let system = rustix::fs::statvfs(directory)?;
        let used = system.f_blocks.saturating_sub(system.f_bfree);
        let bytes = |blocks: u64| blocks.saturating_mul(system.f_frsize);
        Ok(Room {
            free_bytes: bytes(system.f_bavail),
            size_bytes: bytes(used + system.f_bavail),
        })
    }

    #[cfg(not(unix))]
    fn room(&self, _: &Path) -> io::Result<Room> {
        Err(ErrorKind::Unsupported.into())
    }

    fn sqlite_vfs(&self) -> Option<&str> {
        None
    }

    fn draw(&self, bytes: &mut [u8]) -> io::Result<()> {
        Ok(getrandom::fill(bytes)?)
    }
}

impl VolumeFile for File {
    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    #[cfg(unix)]
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, bytes, offset)
    }

    #[cfg(not(unix))]
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut file = self;
        io::Seek::seek(&mut file, io::SeekFrom::Start(offset))?;
        file.read(bytes)
    }

    #[cfg(unix)]
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::write_all_at(self, bytes, offset)
    }

    #[cfg(not(unix))]
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut file = self;
        io::Seek::seek(&mut file, io::SeekFrom::Start(offset))?;
        io::Write::write_all(&mut file, bytes)
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}

/// Gives a file to whoever owns its directory: root looks at a journal that a service of another user is to open next.
fn belong_to_directory(file: &File, path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let of = |known: Metadata| (known.uid(), known.gid());
        let directory = directory_of(path).metadata();
        if let (Ok(wanted), Ok(is)) = (directory.map(of), file.metadata().map(of))
            && wanted != is
        {
            // Only root may; to all others it is theirs already.
            let _ = fchown(file, Some(wanted.0), Some(wanted.1));
        }
    }
    #[cfg(not(unix))]
    let _ = (file, path);
}

#[cfg(unix)]
fn identity(known: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (known.dev(), known.ino())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> (u64, u64) {
    (0, 0)
}

/// The directory that a path lies in.
pub(crate) fn directory_of(path: &Path) -> &Path {
    let parent = path.parent().filter(|it| !it.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// The path with this behind its name: a file beside another.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// `None` if what was asked for is not there.
pub(crate) fn if_there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        result => result.map(Some),
    }
}

/// Reads a file from a place on.
#[derive(Debug)]
pub(crate) struct Reader<'f> {
    file: &'f dyn VolumeFile,
    offset: u64,
}

impl<'f> Reader<'f> {
    pub(crate) fn of(file: &'f dyn VolumeFile) -> Self {
        Self::at(file, 0)
    }

    pub(crate) fn at(file: &'f dyn VolumeFile, offset: u64) -> Self {
        Self { file, offset }
    }
}

impl Read for Reader<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(bytes, self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}
