//! A simulated disk as the journal sees it.

use std::ffi::OsString;
use std::fs::TryLockError;
use std::io;
use std::path::Path;
use std::sync::Arc;

use acd_journal::{Found, Room, Volume, VolumeFile};

use super::{Inner, state::State};

/// An open file. It is closed when it is dropped.
#[derive(Debug)]
pub(super) struct Handle {
    pub(super) disk: Arc<Inner>,
    /// The number of the file.
    pub(super) file: u64,
    /// The number of who has it open.
    pub(super) holder: u64,
    /// In which life of the process it was opened.
    life: u64,
}

impl Handle {
    /// Opens a file; one that is not there is made if that is wanted.
    pub(super) fn open(disk: Arc<Inner>, path: &Path, make: bool) -> io::Result<Self> {
        let mut state = disk.state();
        let file = state.open(path, make)?;
        let handle = Self::of(&disk, &mut state, file);
        drop(state);
        Ok(handle)
    }

    /// Makes a file without a name.
    pub(super) fn open_nameless(disk: Arc<Inner>) -> io::Result<Self> {
        let mut state = disk.state();
        let file = state.open_nameless()?;
        let handle = Self::of(&disk, &mut state, file);
        drop(state);
        Ok(handle)
    }

    fn of(disk: &Arc<Inner>, state: &mut State, file: u64) -> Self {
        Self {
            disk: disk.clone(),
            file,
            holder: state.number(),
            life: state.life,
        }
    }

    /// Does something with the disk, unless the process that opened this has ended.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
        self.disk.with(self.life, act)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let mut state = self.disk.state();
        state.close(self.file, self.holder, self.life);
    }
}

impl VolumeFile for Handle {
    fn length(&self) -> io::Result<u64> {
        self.with(|state| state.length(self.file))
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        self.with(|state| state.read(self.file, bytes, offset))
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.with(|state| state.write(self.file, bytes, offset))
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.with(|state| state.set_length(self.file, length))
    }

    fn sync(&self) -> io::Result<()> {
        self.with(|state| state.sync(self.file))
    }
}

/// The disk as one life of the process sees it.
#[derive(Debug)]
pub(super) struct SimVolume {
    disk: Arc<Inner>,
    life: u64,
}

impl SimVolume {
    pub(super) fn of(disk: &Arc<Inner>) -> Self {
        let life = disk.state().life;
        Self {
            disk: disk.clone(),
            life,
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
        self.disk.with(self.life, act)
    }

    fn open(&self, path: &Path, make: bool) -> io::Result<Handle> {
        self.with(|_| Ok(()))?;
        Handle::open(self.disk.clone(), path, make)
    }
}

impl Volume for SimVolume {
    fn open(&self, path: &Path) -> io::Result<Box<dyn VolumeFile>> {
        Ok(Box::new(self.open(path, false)?))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn VolumeFile>> {
        Ok(Box::new(self.open(path, true)?))
    }

    fn lock(&self, path: &Path) -> Result<Box<dyn VolumeFile>, TryLockError> {
        let handle = self.open(path, true).map_err(TryLockError::Error)?;
        let locked = handle.with(|state| Ok(state.lock(handle.file, handle.holder)));
        match locked {
            Ok(true) => Ok(Box::new(handle)),
            Ok(false) => Err(TryLockError::WouldBlock),
            Err(error) => Err(TryLockError::Error(error)),
        }
    }

    fn look(&self, path: &Path) -> io::Result<Found> {
        let (file, length) = self.with(|state| state.look(path))?;
        Ok(Found {
            length,
            identity: (0, file),
        })
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<OsString>> {
        self.with(|state| state.list(directory))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.with(|state| state.rename(from, to))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.with(|state| state.remove(path))
    }

    fn make_directory(&self, path: &Path) -> io::Result<()> {
        self.with(|state| state.make_directory(path))
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        self.with(|state| state.sync_directory(path))
    }

    fn room(&self, _: &Path) -> io::Result<Room> {
        self.with(|state| Ok(state.room()))
    }

    fn sqlite_vfs(&self) -> Option<&str> {
        Some(self.disk.vfs.name())
    }

    fn draw(&self, bytes: &mut [u8]) -> io::Result<()> {
        self.with(|state| {
            state.draw(bytes);
            Ok(())
        })
    }
}
