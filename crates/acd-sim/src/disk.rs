//! A simulated disk in memory, on which the real journal runs: [`SimDisk`].
//!
//! # What it is
//! A file system with two states: what a process sees, and what would be there after a power cut. It is an
//! [`acd_journal::Volume`] and, under the name that [`Volume::sqlite_vfs`] tells, a SQLite VFS with shared memory, so that
//! all code of the journal and of SQLite above the file system is the real one. The "process" is whoever uses the disk
//! between two calls of [`SimDisk::crash`]; several disks may live in one program, each used by any thread.
//!
//! # What a crash leaves
//! - **A kill** ([`Crash::Kill`]) leaves all that was written: it is in the system's memory, flushed or not.
//! - **A power cut** ([`Crash::PowerCut`]) leaves what was flushed, and of the rest anything that ext4 with ordered data may
//!   leave at worst:
//!   - of each sector of 512 bytes any state it has had since the file was flushed last, whatever the others have, so that
//!     writes are torn and reordered;
//!   - as the length of a file any that it has had since then; where nothing of what made it longer has arrived are
//!     zeros;
//!   - a cut of a file as a whole or not at all, those of one file in their order; without it also nothing of what was
//!     written after it;
//!   - of the names of each directory those flushed with it, and any number of the changes after that, the first ones
//!     first. Flushing a file does not flush its name. A rename is whole or absent.
//! - After either, all that was opened before fails, and nothing is locked.
//!
//! What has not been flushed for long is written back some time, as every system does: the older half of a file's changes
//! when there are some thousand.
//!
//! # Faults
//! Killed at any operation ([`SimDisk::crash_after`]), which then may be half done; operations that fail, once or for a
//! while; a flush that fails and forgets what it should have flushed, as Linux does, or not; a full disk; one that can only
//! be read; one that lies about flushes; bits that rot; files that vanish or are replaced. How slow a disk is, is for its
//! user to say: [`Counts`] tells what was done.
//!
//! # What is the same each time
//! With the same seed and the same calls all of it happens in the same way. What is written is not the same to the byte
//! where its writer draws random bytes from the system: the id of a journal, and the salts of SQLite's write-ahead log.

mod content;
mod counts;
mod file;
mod locks;
mod shared_memory;
mod state;
mod vfs;
mod volume;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use acd_journal::{Room, Volume};

pub use counts::{Counts, Operation};
use state::State;

/// How a process ends that did not mean to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    /// It is killed; the system goes on.
    Kill,
    /// The machine has no power.
    PowerCut,
}

/// A simulated disk; a clone is the same one.
#[derive(Clone)]
pub struct SimDisk {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    /// The SQLite VFS through which SQLite gets here.
    vfs: vfs::Lease,
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something for whoever was there in this life of the process, unless it has ended.
    fn with<T>(&self, life: u64, act: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
        let mut state = self.state();
        state.check_alive(life)?;
        act(&mut state)
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimDisk").finish_non_exhaustive()
    }
}

impl fmt::Debug for SimDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl SimDisk {
    /// An empty disk without faults. All that is left to chance is drawn from this seed.
    ///
    /// # Panics
    /// If SQLite takes no more file systems, which happens without memory only.
    pub fn new(seed: u64) -> Self {
        let inner = Arc::new_cyclic(|inner| Inner {
            state: Mutex::new(State::new(seed)),
            vfs: vfs::Lease::new(inner.clone()),
        });
        Self { inner }
    }

    /// The file system on it, for a process that begins now: it fails once that has crashed.
    pub fn volume(&self) -> Arc<dyn Volume> {
        Arc::new(volume::SimVolume::of(&self.inner))
    }

    /// The process ends: what it has open fails from here on. Also ends what [`SimDisk::crash_after`] has begun.
    pub fn crash(&self, how: Crash) {
        self.inner.state().crash(how);
    }

    /// Kills the process in this many operations that change the disk, counted from 0: that one may be half done, and all
    /// calls fail from it on until [`SimDisk::crash`] says how it ended.
    pub fn crash_after(&self, operations: u64) {
        self.inner.state().fuse = Some(operations);
    }

    /// Whether the process has been killed by [`SimDisk::crash_after`].
    pub fn is_down(&self) -> bool {
        self.inner.state().is_down
    }

    /// How much the disk holds, in bytes; what is there already may be more.
    pub fn set_size(&self, bytes: u64) {
        self.inner.state().size = bytes;
    }

    /// How much it holds and how much of that is free.
    pub fn room(&self) -> Room {
        self.inner.state().room()
    }

    /// Lets operations of this kind fail: after so many that do not, so many in a row. `u64::MAX` is for ever.
    pub fn fail(&self, operation: Operation, after: u64, times: u64) {
        self.inner
            .state()
            .failures
            .insert(operation, (after, times));
    }

    /// No operation fails any more but for other reasons.
    pub fn heal(&self) {
        self.inner.state().failures.clear();
    }

    /// Whether a flush is acknowledged and not done.
    pub fn set_lying(&self, on: bool) {
        self.inner.state().is_lying = on;
    }

    /// Whether nothing can be changed.
    pub fn set_read_only(&self, on: bool) {
        self.inner.state().is_read_only = on;
    }

    /// Flips a bit of this file, or of any in which there is one, where it has been flushed. Tells which byte it is in; none
    /// if there is no such bit.
    pub fn rot(&self, path: Option<&Path>) -> Option<(PathBuf, u64)> {
        self.inner.state().rot(path)
    }

    /// Flips this bit of a byte of a file.
    ///
    /// # Errors
    /// If there is no such file or byte.
    pub fn flip(&self, path: &Path, byte: u64, bit: u8) -> io::Result<()> {
        self.inner.state().flip(path, byte, bit)
    }

    /// Takes away what is at a path, with all that is below it, as if somebody else had. For good: also a power cut does
    /// not bring it back.
    ///
    /// # Errors
    /// If there is nothing.
    pub fn vanish(&self, path: &Path) -> io::Result<()> {
        self.inner.state().vanish(path)
    }

    /// Puts another file with this content at a path, as if somebody else had. For good, too.
    ///
    /// # Errors
    /// If there is no directory for it, or one in its place.
    pub fn replace(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.inner.state().replace(path, content)
    }

    /// What a file holds.
    ///
    /// # Errors
    /// If there is no such file.
    pub fn content(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.inner.state().content(path)
    }

    /// All files that have a name, in order.
    pub fn files(&self) -> Vec<PathBuf> {
        self.inner.state().files()
    }

    /// What has been done and gone wrong so far.
    pub fn counts(&self) -> Counts {
        self.inner.state().counts.clone()
    }
}
