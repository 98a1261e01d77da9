//! After a flush that failed.
//!
//! A system that could not flush takes what it could not write for written (Linux does): it is read as long as the machine
//! has power, and no later flush brings it to the disk. What is acknowledged behind such a gap in the write-ahead log would
//! be lost with it. So once something has failed, all of the log is written again as it is read, and flushed, before
//! anything else is done. A start cannot know what happened before it, and does so with every log that it finds.
//!
//! What failed may also have left frames behind the end of the log. Of several transactions that failed they would look like
//! whole ones behind damage ([`super::wal`]), so they are cut off.

use std::error::Error;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{Shared, open, wal, wal_path};
use crate::log::LogError;
use crate::volume::VolumeFile;

/// What is written again at once.
const PIECE_BYTES: usize = 1 << 20;

/// Whether something failed, so that there may be a gap in the write-ahead log.
#[derive(Debug, Default)]
pub(super) struct Doubt(AtomicBool);

impl Shared {
    /// Something that writes has failed.
    pub(super) fn failed(
        &self,
        action: &'static str,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> LogError {
        self.doubt.0.store(true, Ordering::Release);
        LogError::storage(action, source)
    }

    /// To be called before something is written: closes the gap that a failure may have left.
    pub(super) fn settle(&self, conn: &mut Connection) -> Result<(), LogError> {
        // What fails from here on says so again.
        if !self.doubt.0.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let mut again = || -> Result<(), Box<dyn Error + Send + Sync>> {
            let (tx, end) = stop_writers(conn)?;
            let wal = self.volume.create(&wal_path(&self.path))?;
            if wal.length()? > end {
                wal.set_length(end)?;
            }
            write_again(&*wal)?;
            Ok(tx.rollback()?)
        };
        again().map_err(|error| self.failed("write the write-ahead log again", error))
    }

    /// To be called before a connection is closed: with a gap in the log, SQLite must not move its pages.
    pub(super) fn leave(&self, conn: &Connection) {
        if self.doubt.0.load(Ordering::Acquire) {
            // If that fails SQLite fails to move them as well.
            let _ = open::keep_wal(conn, true);
        }
    }
}

/// Lets nobody else write, and tells where the write-ahead log ends by then, bytes.
fn stop_writers(conn: &mut Connection) -> rusqlite::Result<(Transaction<'_>, u64)> {
    let number = |conn: &Connection, name| -> rusqlite::Result<i64> {
        conn.pragma_query_value(None, name, |row| row.get(0))
    };
    let page_bytes = number(conn, "page_size")?;
    loop {
        let version = number(conn, "data_version")?;
        let (frames, _) = conn.wal_checkpoint_v2(Some("main"), CheckpointMode::NOOP)?;
        let tx = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
        if number(&tx, "data_version")? == version {
            return Ok((tx, wal::length(frames, page_bytes)));
        }
        // Somebody wrote in between.
        tx.rollback()?;
    }
}

/// Writes what is in a file again, and flushes it.
pub(super) fn write_again(file: &dyn VolumeFile) -> io::Result<()> {
    let mut piece = vec![0; PIECE_BYTES];
    let mut offset = 0;
    loop {
        let read = file.read_at(&mut piece, offset)?;
        if read == 0 {
            return file.sync();
        }
        file.write_at(&piece[..read], offset)?;
        offset += read as u64;
    }
}
