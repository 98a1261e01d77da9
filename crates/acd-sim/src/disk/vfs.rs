//! How SQLite gets to a simulated disk: a SQLite VFS (`sqlite3_vfs`) for each disk, and what it does with an open file.
//!
//! SQLite keeps a VFS for ever. So one whose disk is gone waits for the next disk, and there are no more of them than there
//! were disks at once.

mod c;

use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use acd_journal::VolumeFile;
use rusqlite::ffi;

use super::Inner;
use super::locks::Level;
use super::shared_memory::{Held, LOCKS, SharedMemory};
use super::volume::Handle;

/// What SQLite is told when something fails.
type Code = std::ffi::c_int;

/// Those that no disk has.
static IDLE: Mutex<Vec<&'static Vfs>> = Mutex::new(Vec::new());

/// One that SQLite knows.
#[derive(Debug)]
struct Vfs {
    name: String,
    /// The disk that has it now.
    disk: Mutex<Weak<Inner>>,
}

/// The VFS of one disk, for as long as there is that disk.
#[derive(Debug)]
pub(super) struct Lease(&'static Vfs);

impl Lease {
    pub(super) fn new(disk: Weak<Inner>) -> Self {
        let idle = guard(&IDLE).pop();
        let vfs = idle.unwrap_or_else(c::register);
        *guard(&vfs.disk) = disk;
        Self(vfs)
    }

    pub(super) fn name(&self) -> &str {
        &self.0.name
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        *guard(&self.0.disk) = Weak::new();
        guard(&IDLE).push(self.0);
    }
}

impl Vfs {
    fn disk(&self) -> Result<Arc<Inner>, Code> {
        guard(&self.disk).upgrade().ok_or(ffi::SQLITE_IOERR)
    }

    /// Opens a file, without a path one that has no name. Tells also with which flags it was opened.
    fn open(&self, path: Option<&str>, flags: Code) -> Result<(OpenFile, Code), Code> {
        let cannot = |_| ffi::SQLITE_CANTOPEN;
        let disk = self.disk()?;
        let Some(path) = path else {
            let handle = Handle::open_nameless(disk).map_err(cannot)?;
            return Ok((OpenFile::of(handle), flags));
        };
        let is_read_only = disk.state().is_read_only;
        let make = flags & ffi::SQLITE_OPEN_CREATE != 0 && !is_read_only;
        let handle = Handle::open(disk, Path::new(path), make).map_err(cannot)?;
        let mut file = OpenFile::of(handle);
        // As with SQLite's own, the name of a log that may have been made is flushed with the first flush of the log.
        let logs =
            ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL;
        if flags & ffi::SQLITE_OPEN_CREATE != 0 && flags & logs != 0 {
            file.unflushed_name = Some(path.to_owned());
        }
        if flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0 {
            file.delete_on_close = Some(path.to_owned());
        }
        let writes = ffi::SQLITE_OPEN_READWRITE | ffi::SQLITE_OPEN_CREATE;
        let flags = match is_read_only {
            true => flags & !writes | ffi::SQLITE_OPEN_READONLY,
            false => flags,
        };
        Ok((file, flags))
    }

    fn delete(&self, path: &str, with_name: bool) -> Result<(), Code> {
        let disk = self.disk()?;
        let mut state = disk.state();
        state
            .check_alive(state.life)
            .map_err(|_| ffi::SQLITE_IOERR_DELETE)?;
        let path = Path::new(path);
        state.remove(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => ffi::SQLITE_IOERR_DELETE_NOENT,
            _ => ffi::SQLITE_IOERR_DELETE,
        })?;
        if with_name {
            let directory = path.parent().unwrap_or(Path::new("/"));
            let synced = state.sync_directory(directory);
            synced.map_err(|_| ffi::SQLITE_IOERR_DIR_FSYNC)?;
        }
        Ok(())
    }

    /// Whether a file is there; one that is only to be there is, for SQLite, if there is something in it.
    fn access(&self, path: &str, flags: Code) -> Result<bool, Code> {
        let disk = self.disk()?;
        let mut state = disk.state();
        match state.look(Path::new(path)) {
            Ok((_, length)) => Ok(match flags {
                ffi::SQLITE_ACCESS_EXISTS => length > 0,
                ffi::SQLITE_ACCESS_READWRITE => !state.is_read_only,
                _ => true,
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(_) => Err(ffi::SQLITE_IOERR_ACCESS),
        }
    }
}

/// A file that SQLite has open.
#[derive(Debug)]
struct OpenFile {
    handle: Handle,
    /// Its path, if its name has to be flushed with it.
    unflushed_name: Option<String>,
    /// Its path, if it is only for as long as it is open.
    delete_on_close: Option<String>,
    shared_memory: Option<Arc<SharedMemory>>,
    held: Held,
}

impl OpenFile {
    fn of(handle: Handle) -> Self {
        Self {
            handle,
            unflushed_name: None,
            delete_on_close: None,
            shared_memory: None,
            held: Held::default(),
        }
    }

    fn close(mut self) {
        self.unmap();
        if let Some(path) = &self.delete_on_close {
            // Nobody is told.
            let _ = self.handle.with(|state| state.remove(Path::new(path)));
        }
        let Handle { file, holder, .. } = self.handle;
        let _ = self.handle.with(|state| {
            if let Some(locks) = state.locks.get_mut(&file) {
                locks.unlock(holder, Level::None);
            }
            Ok(())
        });
    }

    fn read(&self, bytes: &mut [u8], offset: u64) -> Result<(), Code> {
        let read = self.handle.read_at(bytes, offset);
        let read = read.map_err(|_| ffi::SQLITE_IOERR_READ)?;
        if read < bytes.len() {
            bytes[read..].fill(0);
            return Err(ffi::SQLITE_IOERR_SHORT_READ);
        }
        Ok(())
    }

    fn write(&self, bytes: &[u8], offset: u64) -> Result<(), Code> {
        let written = self.handle.write_at(bytes, offset);
        written.map_err(|error| match error.kind() {
            io::ErrorKind::StorageFull => ffi::SQLITE_FULL,
            _ => ffi::SQLITE_IOERR_WRITE,
        })
    }

    fn truncate(&self, length: u64) -> Result<(), Code> {
        let cut = self.handle.set_length(length);
        cut.map_err(|_| ffi::SQLITE_IOERR_TRUNCATE)
    }

    fn sync(&mut self) -> Result<(), Code> {
        self.handle.sync().map_err(|_| ffi::SQLITE_IOERR_FSYNC)?;
        if let Some(path) = self.unflushed_name.take() {
            let directory = Path::new(&path).parent().unwrap_or(Path::new("/"));
            // As SQLite's own, which does not tell when this fails.
            let _ = self.handle.with(|state| state.sync_directory(directory));
        }
        Ok(())
    }

    fn length(&self) -> Result<u64, Code> {
        self.handle.length().map_err(|_| ffi::SQLITE_IOERR_FSTAT)
    }

    fn lock(&self, level: Code) -> Result<(), Code> {
        let Handle { file, holder, .. } = self.handle;
        let locked = self.handle.with(|state| {
            let locks = state.locks.entry(file).or_default();
            Ok(locks.lock(holder, level_of(level)))
        });
        match locked {
            Ok(true) => Ok(()),
            Ok(false) => Err(ffi::SQLITE_BUSY),
            Err(_) => Err(ffi::SQLITE_IOERR_LOCK),
        }
    }

    fn unlock(&self, level: Code) -> Result<(), Code> {
        let Handle { file, holder, .. } = self.handle;
        let unlocked = self.handle.with(|state| {
            if let Some(locks) = state.locks.get_mut(&file) {
                locks.unlock(holder, level_of(level));
                if locks.is_free() {
                    state.locks.remove(&file);
                }
            }
            Ok(())
        });
        unlocked.map_err(|_| ffi::SQLITE_IOERR_UNLOCK)
    }

    fn is_reserved(&self) -> Result<bool, Code> {
        let file = self.handle.file;
        let reserved = self.handle.with(|state| {
            let locks = state.locks.get(&file);
            Ok(locks.is_some_and(|locks| locks.is_reserved()))
        });
        reserved.map_err(|_| ffi::SQLITE_IOERR_CHECKRESERVEDLOCK)
    }

    /// Where a region of the shared memory is; it stays there until [`OpenFile::unmap`].
    fn map(&mut self, region: usize, bytes: usize, make: bool) -> Result<Option<*mut u8>, Code> {
        let file = self.handle.file;
        let found = self.handle.with(|state| Ok(state.shared_memory(file)));
        let found = found.map_err(|_| ffi::SQLITE_IOERR_SHMMAP)?;
        let memory = self.shared_memory.get_or_insert(found);
        Ok(memory.region(region, bytes, make))
    }

    fn lock_shared_memory(&mut self, which: Range<usize>, flags: Code) -> Result<(), Code> {
        self.handle
            .with(|_| Ok(()))
            .map_err(|_| ffi::SQLITE_IOERR_SHMLOCK)?;
        let memory = self.shared_memory.as_ref();
        let memory = memory.filter(|_| which.end <= LOCKS);
        let memory = memory.ok_or(ffi::SQLITE_IOERR_SHMLOCK)?;
        if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
            memory.unlock(&mut self.held, which);
            return Ok(());
        }
        let exclusive = flags & ffi::SQLITE_SHM_EXCLUSIVE != 0;
        match memory.lock(&mut self.held, which, exclusive) {
            true => Ok(()),
            false => Err(ffi::SQLITE_BUSY),
        }
    }

    /// Gives up the memory and its locks.
    fn unmap(&mut self) {
        if let Some(memory) = self.shared_memory.take() {
            memory.unlock(&mut self.held, 0..LOCKS);
        }
    }
}

fn level_of(level: Code) -> Level {
    match level {
        ffi::SQLITE_LOCK_SHARED => Level::Shared,
        ffi::SQLITE_LOCK_RESERVED => Level::Reserved,
        ffi::SQLITE_LOCK_PENDING => Level::Pending,
        ffi::SQLITE_LOCK_EXCLUSIVE => Level::Exclusive,
        _ => Level::None,
    }
}

fn guard<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
