//! The lock of a data directory, as its logs hold it.

use std::fs::File;

/// The lock. It ends when the directory and every log that was opened in it have been dropped.
#[derive(Debug)]
pub(crate) struct DirLock(pub(crate) File);

impl Drop for DirLock {
    fn drop(&mut self) {
        // The lock goes with the file handle; an emptied file names no process that is gone. Nobody to tell if it fails.
        let _ = self.0.set_len(0);
    }
}
