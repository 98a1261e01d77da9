//! The mark of the last entry that was acknowledged, in a small file beside the database.
//!
//! SQLite cannot tell that its write-ahead log was removed, or cut between two transactions: it opens what is left, and
//! batches that were acknowledged are gone without a word. The mark names the last entry of the last batch. It is
//! written when the batch is durable and is not flushed itself: after a power failure it may be an older one, never a
//! newer one, so a log that does not reach it has lost something. An older mark only proves less.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::log::TENANT_NAME_MAX_BYTES;
use crate::volume::{Reader, Volume, VolumeFile, beside, if_there};

const MAGIC: &[u8; 4] = b"ACDe";
const NAME_AT: usize = 18;
/// One write of one sector: it is whole or absent.
const MARK_BYTES: usize = 512;

/// The end of the log as it was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End {
    /// The tenant of the last entry.
    pub(super) tenant: String,
    /// The last event in it.
    pub(super) last_seq: u64,
}

/// The open mark.
#[derive(Debug)]
pub(super) struct EndMark {
    file: Box<dyn VolumeFile>,
    /// Whether the file may name something.
    is_set: bool,
}

/// The mark beside a database file.
pub(super) fn path(database: &Path) -> PathBuf {
    beside(database, "-end")
}

/// The end of the log as the mark at `path` has it; none if there is no mark, or no whole one.
pub(super) fn acknowledged(volume: &dyn Volume, path: &Path) -> io::Result<Option<End>> {
    let Some(file) = if_there(volume.open(path))? else {
        return Ok(None);
    };
    let mut bytes = Vec::with_capacity(MARK_BYTES);
    Reader::of(&*file)
        .take(MARK_BYTES as u64)
        .read_to_end(&mut bytes)?;
    Ok(read(&bytes))
}

impl EndMark {
    /// Opens the mark, making an empty one if there is none.
    pub(super) fn open(volume: &dyn Volume, path: &Path) -> io::Result<Self> {
        let file = volume.create(path)?;
        let is_set = file.length()? > 0;
        Ok(Self { file, is_set })
    }

    /// Notes the end of a batch that was flushed, or of all that a start has found and flushed. If that fails the mark before stands, which proves less and is not
    /// wrong, with one exception.
    ///
    /// # Errors
    /// The file system has turned read-only meanwhile. Then the flush proves nothing: ext4 has been seen to say that it
    /// succeeded when it gave up its journal at that moment, and the batch was not on disk.
    pub(super) fn note(&mut self, tenant: &str, last_seq: u64) -> io::Result<()> {
        self.is_set = true;
        match self.file.write_at(&written(tenant, last_seq), 0) {
            Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => Err(error),
            _ => Ok(()),
        }
    }

    /// Forgets the end: its tenant was deleted.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        if self.is_set {
            self.file.write_at(&[0; MARK_BYTES], 0)?;
            self.file.sync()?;
            self.is_set = false;
        }
        Ok(())
    }
}

/// Magic, checksum of what follows it, sequence, length of the name, the name.
fn written(tenant: &str, last_seq: u64) -> [u8; MARK_BYTES] {
    debug_assert!(tenant.len() <= TENANT_NAME_MAX_BYTES, "batches are checked");
    let mut bytes = [0; MARK_BYTES];
    bytes[..4].copy_from_slice(MAGIC);
    bytes[8..16].copy_from_slice(&last_seq.to_le_bytes());
    bytes[16..NAME_AT].copy_from_slice(&(tenant.len() as u16).to_le_bytes());
    bytes[NAME_AT..NAME_AT + tenant.len()].copy_from_slice(tenant.as_bytes());
    let crc = crc32fast::hash(&bytes[8..]);
    bytes[4..8].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// None if it is no whole mark: then it proves nothing.
fn read(bytes: &[u8]) -> Option<End> {
    let bytes: &[u8; MARK_BYTES] = bytes.try_into().ok()?;
    let crc = u32::from_le_bytes(bytes[4..8].try_into().ok()?);
    if bytes[..4] != *MAGIC || crc != crc32fast::hash(&bytes[8..]) {
        return None;
    }
    let last_seq = u64::from_le_bytes(bytes[8..16].try_into().ok()?);
    let length = u16::from_le_bytes(bytes[16..NAME_AT].try_into().ok()?);
    let name = bytes.get(NAME_AT..NAME_AT + usize::from(length))?;
    let tenant = std::str::from_utf8(name).ok()?.to_owned();
    Some(End { tenant, last_seq })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_as_it_was_written_and_damage_proves_nothing() {
        let name = "b".repeat(TENANT_NAME_MAX_BYTES);
        let whole = written(&name, 77);
        let end = End {
            tenant: name,
            last_seq: 77,
        };
        assert_eq!(read(&whole), Some(end));
        for at in 0..MARK_BYTES {
            let mut damaged = whole;
            damaged[at] ^= 1;
            assert_eq!(read(&damaged), None, "byte {at}");
        }
        assert_eq!(read(&whole[..300]), None);
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[0; MARK_BYTES]), None);
    }
}
