//! The lock of a data directory, as its logs hold it.

use crate::volume::VolumeFile;

/// The lock. It ends when the directory and every log that was opened in it have been dropped.
#[derive(Debug)]
pub(crate) struct DirLock(pub(crate) Box<dyn VolumeFile>);

impl Drop for DirLock {
    fn drop(&mut self) {
        // The lock goes with the file handle; an emptied file names no process that is gone. Nobody to tell if it fails.
        let _ = self.0.set_length(0);
    }
}
