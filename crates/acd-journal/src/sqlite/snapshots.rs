//! The snapshots of a shard: each in a file of its own, in a directory beside the database.
//!
//! A snapshot is large and its loss costs nothing but time, so it must not stand in the way of a batch: it is written
//! piece by piece, each flushed before the next, under a name that no start reads, and gets its own name when it is
//! whole. A file is found by its name alone: the tenant's number in the database, and the event at which it was taken.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::schema::SCHEMA_VERSION;
use crate::checksum;
use crate::log::{JournalId, SNAPSHOT_MAX_BYTES, Snapshot, SnapshotMark};
use crate::volume::{Reader, Volume, VolumeFile, beside, directory_of, if_there};

const MAGIC: &[u8; 4] = b"ACDs";
/// Magic, format, journal id, tenant's number, seq, at_ms, length and checksum of the payload, checksum of the header.
const HEADER_BYTES: usize = 64;
const HEADER_SUM_AT: usize = HEADER_BYTES - 4;
/// What is written and flushed at once: a flush of the writer waits for no more than this.
const PIECE_BYTES: usize = 256 << 10;
const SUFFIX: &str = ".snapshot";
/// Ends the name of a file that is being written.
const NEW_SUFFIX: &str = ".snapshot.new";

/// The directory.
#[derive(Debug)]
pub(super) struct SnapshotDir {
    volume: Arc<dyn Volume>,
    path: PathBuf,
    journal: JournalId,
}

/// Which snapshot a file is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileKey {
    /// The tenant's number in the database.
    pub(super) tenant_id: i64,
    pub(super) seq: u64,
}

/// What is in the directory.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// In order.
    pub(super) files: Vec<FileKey>,
    /// Files that were being written as the process ended.
    pub(super) unfinished: Vec<PathBuf>,
}

/// The directory beside a database file.
pub(crate) fn path(database: &Path) -> PathBuf {
    beside(database, "-snapshots")
}

/// Whether a file of the directory is one that is still being written.
pub(crate) fn is_unfinished(name: &OsStr) -> bool {
    name.to_string_lossy().ends_with(NEW_SUFFIX)
}

impl SnapshotDir {
    pub(super) fn of(volume: &Arc<dyn Volume>, database: &Path, journal: JournalId) -> Self {
        Self {
            volume: volume.clone(),
            path: path(database),
            journal,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the directory if there is none, for its owner only, and brings to the disk that it is there.
    pub(super) fn make(&self) -> io::Result<()> {
        self.volume.make_directory(&self.path)?;
        self.volume.sync_directory(directory_of(&self.path))
    }

    /// Nothing if there is no directory.
    pub(super) fn list(&self) -> io::Result<Listing> {
        let mut listing = Listing::default();
        for name in if_there(self.volume.list(&self.path))?.unwrap_or_default() {
            if let Some(key) = FileKey::parse(&name.to_string_lossy()) {
                listing.files.push(key);
            } else if is_unfinished(&name) {
                listing.unfinished.push(self.path.join(name));
            }
        }
        listing.files.sort();
        Ok(listing)
    }

    pub(super) fn file(&self, key: FileKey) -> PathBuf {
        self.path.join(key.name())
    }

    /// Where the snapshot in a file stands, by its header alone; `None` if that is not what was written.
    pub(super) fn mark(&self, key: FileKey) -> io::Result<Option<SnapshotMark>> {
        let file = self.volume.open(&self.file(key))?;
        let length = file.length()?;
        let mut header = [0; HEADER_BYTES];
        let Some(payload) = length.checked_sub(HEADER_BYTES as u64) else {
            return Ok(None);
        };
        Reader::of(&*file).read_exact(&mut header)?;
        let at_ms = i64::from_le_bytes(array(&header, 40));
        let crc = u32::from_le_bytes(array(&header, 56));
        let is_intact = usize::try_from(payload)
            .is_ok_and(|length| header == self.header(key, at_ms, length, crc));
        Ok(is_intact.then_some(SnapshotMark {
            seq: key.seq,
            at_ms,
        }))
    }

    /// The snapshot in a file, as it is stored: its payload is still sealed. `None` if it is not what was written.
    pub(super) fn read(&self, key: FileKey, tenant: &Arc<str>) -> io::Result<Option<Snapshot>> {
        let file = self.volume.open(&self.file(key))?;
        let length = file.length()?;
        let mut header = [0; HEADER_BYTES];
        if length < HEADER_BYTES as u64 || length > (HEADER_BYTES + SNAPSHOT_MAX_BYTES) as u64 {
            return Ok(None);
        }
        let mut reader = Reader::of(&*file);
        reader.read_exact(&mut header)?;
        let at_ms = i64::from_le_bytes(array(&header, 40));
        let crc = u32::from_le_bytes(array(&header, 56));
        let mut payload = Vec::with_capacity(length as usize - HEADER_BYTES);
        reader.take(length).read_to_end(&mut payload)?;
        let is_intact = header == self.header(key, at_ms, payload.len(), crc)
            && crc == checksum::of_snapshot(tenant, key.seq, at_ms, &payload);
        Ok(is_intact.then(|| Snapshot {
            tenant: tenant.clone(),
            seq: key.seq,
            at_ms,
            payload: Bytes::from(payload),
            personal: Arc::default(),
        }))
    }

    /// Writes a snapshot, whose payload is sealed: when this returns it is on disk under its name.
    pub(super) fn write(&self, tenant_id: i64, snapshot: &Snapshot) -> io::Result<()> {
        let &Snapshot {
            ref tenant,
            seq,
            at_ms,
            ref payload,
            ..
        } = snapshot;
        let key = FileKey { tenant_id, seq };
        let crc = checksum::of_snapshot(tenant, seq, at_ms, payload);
        let header = self.header(key, at_ms, payload.len(), crc);
        let unfinished = self.path.join(format!("{}.new", key.name()));
        let written = self
            .volume
            .create(&unfinished)
            .and_then(|file| write_in_pieces(&*file, &header, payload))
            .and_then(|()| self.volume.rename(&unfinished, &self.file(key)))
            .and_then(|()| self.sync());
        if written.is_err() {
            let _ = self.volume.remove(&unfinished);
        }
        written
    }

    /// Removes a file that may be gone.
    pub(super) fn remove(&self, path: &Path) -> io::Result<()> {
        if_there(self.volume.remove(path)).map(drop)
    }

    /// Makes durable which files there are.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.volume.sync_directory(&self.path)
    }

    fn header(&self, key: FileKey, at_ms: i64, length: usize, crc: u32) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..4].copy_from_slice(MAGIC);
        bytes[4..8].copy_from_slice(&SCHEMA_VERSION.to_le_bytes());
        bytes[8..24].copy_from_slice(&self.journal.to_le_bytes());
        bytes[24..32].copy_from_slice(&key.tenant_id.to_le_bytes());
        bytes[32..40].copy_from_slice(&key.seq.to_le_bytes());
        bytes[40..48].copy_from_slice(&at_ms.to_le_bytes());
        bytes[48..56].copy_from_slice(&(length as u64).to_le_bytes());
        bytes[56..HEADER_SUM_AT].copy_from_slice(&crc.to_le_bytes());
        let sum = crc32fast::hash(&bytes[..HEADER_SUM_AT]);
        bytes[HEADER_SUM_AT..].copy_from_slice(&sum.to_le_bytes());
        bytes
    }
}

impl FileKey {
    pub(super) fn new(tenant_id: i64, mark: SnapshotMark) -> Self {
        Self {
            tenant_id,
            seq: mark.seq,
        }
    }

    fn name(self) -> String {
        format!("{}-{}{SUFFIX}", self.tenant_id, self.seq)
    }

    fn parse(name: &str) -> Option<Self> {
        let (tenant_id, seq) = name.strip_suffix(SUFFIX)?.split_once('-')?;
        let key = Self {
            tenant_id: tenant_id.parse().ok()?,
            seq: seq.parse().ok()?,
        };
        (key.name() == name).then_some(key)
    }
}

fn write_in_pieces(file: &dyn VolumeFile, header: &[u8], payload: &[u8]) -> io::Result<()> {
    file.set_length(0)?;
    file.write_at(header, 0)?;
    let mut written = header.len() as u64;
    for piece in payload.chunks(PIECE_BYTES) {
        file.write_at(piece, written)?;
        file.sync()?;
        written += piece.len() as u64;
    }
    file.sync()
}

/// Eight or four bytes of the header.
fn array<const N: usize>(header: &[u8; HEADER_BYTES], at: usize) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.copy_from_slice(&header[at..at + N]);
    bytes
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::volume;

    #[test]
    fn a_snapshot_reads_as_it_was_written_and_damage_is_seen() {
        let place = tempfile::TempDir::new().unwrap();
        let database = place.path().join("shard.db");
        let dir = SnapshotDir::of(&volume::system(), &database, "0f".parse().unwrap());
        dir.make().unwrap();
        dir.make().unwrap();
        let snapshot = Snapshot {
            tenant: "bank".into(),
            seq: 7,
            at_ms: -3,
            payload: Bytes::from(vec![9; PIECE_BYTES + 1]),
            ..Snapshot::default()
        };
        dir.write(4, &snapshot).unwrap();
        let key = FileKey {
            tenant_id: 4,
            seq: 7,
        };
        assert_eq!(dir.list().unwrap().files, [key]);
        let tenant = snapshot.tenant.clone();
        let whole = fs::read(dir.file(key)).unwrap();
        assert_eq!(
            dir.mark(key).unwrap(),
            Some(SnapshotMark::of(&snapshot)),
            "by its header"
        );
        assert_eq!(dir.read(key, &tenant).unwrap(), Some(snapshot));
        assert_eq!(dir.read(key, &"shop".into()).unwrap(), None);
        for at in (0..HEADER_BYTES).chain([HEADER_BYTES, whole.len() - 1]) {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(dir.file(key), damaged).unwrap();
            assert_eq!(dir.read(key, &tenant).unwrap(), None, "byte {at}");
        }
        for length in [0, HEADER_BYTES - 1, HEADER_BYTES, whole.len() - 1] {
            fs::write(dir.file(key), &whole[..length]).unwrap();
            assert_eq!(dir.read(key, &tenant).unwrap(), None, "{length} bytes");
        }
        let elsewhere = FileKey {
            tenant_id: 5,
            ..key
        };
        fs::write(dir.file(elsewhere), &whole).unwrap();
        assert_eq!(dir.read(elsewhere, &tenant).unwrap(), None, "another name");
    }
}
