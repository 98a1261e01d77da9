//! The file of keys.
//!
//! ```text
//! magic, format, journal id, number of rings
//! of each: the tenant's number, the number of branches, and of each: depth, first contact, seed
//! CRC-32 of all that
//! ```
//!
//! It is small, and replaced as a whole: written and flushed under another name, and renamed. What it was before is then
//! overwritten, as far as the file system writes in place.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::ring::{Branch, Ring, SEED_BYTES, Seed};
use crate::log::JournalId;
use crate::volume::{Reader, Volume, VolumeFile, beside, directory_of};

const MAGIC: &[u8; 4] = b"ACDk";
const FORMAT: u32 = 1;
/// The longest file that is read: some millions of contacts that were erased one by one.
const FILE_MAX_BYTES: u64 = 1 << 30;

/// Why there are no keys, or why they cannot be changed.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file is not there.
    #[error(
        "{} is missing: without the keys no personal data of the journal beside it can be read. Put it back from where \
         keys are kept; or make a file of that name that says `all erased`, to go on with all personal data up to now erased \
         for ever",
        path.display()
    )]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file is not what was written.
    #[error(
        "{} is damaged ({what}): without the keys no personal data of the journal beside it can be read. Copy it aside and \
         put it back from where keys are kept; or put a file in its place that says `all erased`, to go on with all \
         personal data up to now erased for ever",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// It belongs to another journal.
    #[error("{} holds the keys of another journal; put that of this one in its place", path.display())]
    OfAnother {
        /// The file.
        path: PathBuf,
    },
    /// The file system failed.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was being done to it.
        action: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// The machine gives no random bytes.
    #[error("no key can be drawn: {0}")]
    Random(#[source] io::Error),
}

/// What an operator writes who gives up all personal data up to now. An empty file could be the work of a bad disk.
const ALL_ERASED: &[u8] = b"all erased";

/// What is in the file. One that says [`ALL_ERASED`] has no keys.
pub(super) fn read(
    volume: &dyn Volume,
    path: &Path,
    journal: JournalId,
) -> Result<BTreeMap<i64, Ring>, KeysError> {
    let bytes = match content(volume, path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(KeysError::Missing {
                path: path.to_owned(),
            });
        }
        Err(source) => return Err(failed(path, "read")(source)),
    };
    if bytes.trim_ascii() == ALL_ERASED {
        return Ok(BTreeMap::new());
    }
    let damaged = |what| KeysError::Damaged {
        path: path.to_owned(),
        what,
    };
    let (content, sum) = bytes
        .split_last_chunk()
        .ok_or_else(|| damaged("it is too short"))?;
    if crc32fast::hash(content) != u32::from_le_bytes(*sum) {
        return Err(damaged("its checksum does not match"));
    }
    let mut rest = Rest(content);
    if rest.take() != Some(*MAGIC) || rest.take().map(u32::from_le_bytes) != Some(FORMAT) {
        return Err(damaged("it is no file of keys that this program reads"));
    }
    if rest.take() != Some(journal.to_le_bytes()) {
        return Err(KeysError::OfAnother {
            path: path.to_owned(),
        });
    }
    rest.rings()
        .ok_or_else(|| damaged("it does not hold what it should"))
}

fn content(volume: &dyn Volume, path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = volume.open(path)?;
    let length = file.length()?.min(FILE_MAX_BYTES);
    let mut bytes = Zeroizing::new(Vec::with_capacity(length as usize));
    Reader::of(&*file).take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What is still to be read.
struct Rest<'b>(&'b [u8]);

impl Rest<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn rings(&mut self) -> Option<BTreeMap<i64, Ring>> {
        let count = u32::from_le_bytes(self.take()?);
        let mut rings = BTreeMap::new();
        for _ in 0..count {
            let tenant = i64::from_le_bytes(self.take()?);
            rings.insert(tenant, self.ring()?);
        }
        self.0.is_empty().then_some(rings)
    }

    fn ring(&mut self) -> Option<Ring> {
        let count = u32::from_le_bytes(self.take()?);
        let mut branches = Vec::new();
        for _ in 0..count {
            let [depth] = self.take()?;
            branches.push(Branch {
                depth,
                first: u64::from_le_bytes(self.take()?),
                seed: Seed(self.take()?),
            });
        }
        Ring::of(branches)
    }
}

/// Puts these keys in the place of those that are in the file: on the disk when this returns.
pub(super) fn write(
    volume: &dyn Volume,
    path: &Path,
    journal: JournalId,
    rings: &BTreeMap<i64, Ring>,
) -> Result<(), KeysError> {
    let bytes = encoded(journal, rings);
    let new_path = beside(path, ".new");
    // What was there before is overwritten by way of this, when it has its name no longer.
    let old = volume.look(path).and_then(|_| volume.create(path)).ok();
    let written = volume
        .create(&new_path)
        .and_then(|file| {
            file.set_length(0)?;
            file.write_at(&bytes, 0)?;
            file.sync()
        })
        .and_then(|()| volume.rename(&new_path, path));
    written.map_err(failed(path, "write"))?;
    volume
        .sync_directory(directory_of(path))
        .map_err(failed(path, "bring to the disk the name of"))?;
    if let Some(old) = old {
        overwrite(&*old).map_err(failed(path, "overwrite what was in"))?;
    }
    Ok(())
}

fn encoded(journal: JournalId, rings: &BTreeMap<i64, Ring>) -> Zeroizing<Vec<u8>> {
    let branches: usize = rings.values().map(Ring::len).sum();
    // As many as it takes, or more: none is left behind in memory where it grew out of it.
    let room = 64 + rings.len() * 12 + branches * (9 + SEED_BYTES);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.extend_from_slice(&journal.to_le_bytes());
    bytes.extend_from_slice(&(rings.len() as u32).to_le_bytes());
    for (tenant, ring) in rings {
        bytes.extend_from_slice(&tenant.to_le_bytes());
        bytes.extend_from_slice(&(ring.len() as u32).to_le_bytes());
        for branch in ring.branches() {
            bytes.push(branch.depth);
            bytes.extend_from_slice(&branch.first.to_le_bytes());
            bytes.extend_from_slice(&branch.seed.0);
        }
    }
    let sum = crc32fast::hash(&bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    bytes
}

fn overwrite(file: &dyn VolumeFile) -> io::Result<()> {
    let length = file.length()?.min(FILE_MAX_BYTES);
    file.write_at(&vec![0; length as usize], 0)?;
    file.sync()
}

fn failed(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> KeysError {
    let path = path.to_owned();
    move |source| KeysError::Io {
        path,
        action,
        source,
    }
}
