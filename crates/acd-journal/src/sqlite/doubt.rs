//! After a flush that failed.
//!
//! A system that could not flush takes what it could not write for written (Linux does): it is read as long as the machine
//! has power, and no later flush brings it to the disk. What is acknowledged behind such a gap in the write-ahead log would
//! be lost with it. So once something has failed, all of the log is written again as it is read, and flushed, before
//! anything else is done. A start cannot know what happened before it, and does so with every log that it finds.
//!
//! What failed may also have left frames behind the end of the log. Of several transactions that failed they would look like
//! whole ones behind damage ([`super::wal`]), so they are cut off.
//!
//! The same holds for pages on their way from the log into the database. SQLite moves some of them without a flush, if a reader
//! or the writer keeps it from moving all, and flushes the database with the last ones. Where that fails, it moves the last ones
//! again, and the others not: they are written again here, from the log.

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

/// What may be read and not be on the disk, because something failed.
#[derive(Debug, Default)]
pub(super) struct Doubt {
    /// Some of the write-ahead log.
    log: AtomicBool,
    /// Pages that were moved into the database.
    moved: AtomicBool,
}

impl Shared {
    /// Something that writes has failed.
    pub(super) fn failed(
        &self,
        action: &'static str,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> LogError {
        self.doubt.log.store(true, Ordering::Release);
        LogError::storage(action, source)
    }

    /// Pages could not be moved from the write-ahead log into the database.
    pub(super) fn failed_to_move(
        &self,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> LogError {
        self.doubt.moved.store(true, Ordering::Release);
        self.failed("checkpoint the journal", source)
    }

    /// To be called before something is written: closes the gap that a failure may have left.
    pub(super) fn settle(&self, conn: &mut Connection) -> Result<(), LogError> {
        // What fails from here on says so again.
        if !self.doubt.log.swap(false, Ordering::AcqRel) {
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

    /// To be called before pages are moved, by the keeper whose turn it is: moves those again that SQLite takes for moved. As
    /// long as not all are, the log does not begin anew, and they are in it.
    pub(super) fn move_again(&self, conn: &Connection) -> Result<(), LogError> {
        let Some(database) = &self.database else {
            return Ok(());
        };
        if !self.doubt.moved.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let again = || -> Result<(), Box<dyn Error + Send + Sync>> {
            let (_, moved) = conn.wal_checkpoint_v2(Some("main"), CheckpointMode::NOOP)?;
            let page_bytes = conn.pragma_query_value(None, "page_size", |row| row.get(0))?;
            let wal = self.volume.open(&wal_path(&self.path))?;
            for frame in 0..moved {
                let (place, page) = wal::page(&*wal, frame, page_bytes)?;
                database.write_at(&page, place)?;
            }
            Ok(database.sync()?)
        };
        again().map_err(|error| self.failed_to_move(error))
    }

    /// To be called before a connection is closed: with a gap in what is on the disk, SQLite must not move pages.
    pub(super) fn leave(&self, conn: &Connection) {
        let Doubt { log, moved } = &self.doubt;
        if log.load(Ordering::Acquire) || moved.load(Ordering::Acquire) {
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
