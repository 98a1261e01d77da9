//! Notices that the files which are written are no longer those that the next start would open: deleted, replaced, moved
//! away, or on a volume that is gone. SQLite goes on writing to what it has open and says that all is well.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::log::LogError;
use crate::volume::{Found, Volume};

/// Where the files of a log were when it was opened.
#[derive(Debug)]
pub(super) struct Place {
    volume: Arc<dyn Volume>,
    /// Each with which file of the machine it is.
    files: Vec<(PathBuf, (u64, u64))>,
}

impl Place {
    /// Where these files are now.
    pub(super) fn of(
        volume: &Arc<dyn Volume>,
        files: impl IntoIterator<Item = PathBuf>,
    ) -> io::Result<Self> {
        let found = files.into_iter().map(|path| {
            let Found { identity, .. } = volume.look(&path)?;
            Ok((path, identity))
        });
        Ok(Self {
            files: found.collect::<io::Result<_>>()?,
            volume: volume.clone(),
        })
    }

    /// Whether they are still there.
    pub(super) fn check(&self) -> Result<(), LogError> {
        let moved = |(path, before): &&(PathBuf, (u64, u64))| {
            let now = self.volume.look(path);
            now.ok().is_none_or(|now| now.identity != *before)
        };
        match self.files.iter().find(moved) {
            Some((path, _)) => Err(LogError::Gone { path: path.clone() }),
            None => Ok(()),
        }
    }
}
