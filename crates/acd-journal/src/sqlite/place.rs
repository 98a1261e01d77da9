//! Notices that the files which are written are no longer those that the next start would open: deleted, replaced, moved
//! away, or on a volume that is gone. SQLite goes on writing to what it has open and says that all is well.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use crate::log::LogError;

/// Where the files of a log were when it was opened.
#[derive(Debug)]
pub(super) struct Place {
    files: Vec<(PathBuf, Identity)>,
}

/// Which file of a machine it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    device: u64,
    number: u64,
}

impl Place {
    /// Where these files are now.
    pub(super) fn of(files: impl IntoIterator<Item = PathBuf>) -> io::Result<Self> {
        let found = files.into_iter().map(|path| {
            let identity = identity(&path)?;
            Ok((path, identity))
        });
        Ok(Self {
            files: found.collect::<io::Result<_>>()?,
        })
    }

    /// Whether they are still there.
    pub(super) fn check(&self) -> Result<(), LogError> {
        let moved = |(path, before): &&(PathBuf, Identity)| {
            identity(path).ok().is_none_or(|now| now != *before)
        };
        match self.files.iter().find(moved) {
            Some((path, _)) => Err(LogError::Gone { path: path.clone() }),
            None => Ok(()),
        }
    }
}

fn identity(path: &Path) -> io::Result<Identity> {
    fs::metadata(path).map(|metadata| of_metadata(&metadata))
}

#[cfg(unix)]
fn of_metadata(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    Identity {
        device: metadata.dev(),
        number: metadata.ino(),
    }
}

/// Where files have no number it is only noticed that one is missing.
#[cfg(not(unix))]
fn of_metadata(_: &Metadata) -> Identity {
    Identity {
        device: 0,
        number: 0,
    }
}
