//! Tells a torn end of SQLite's write-ahead log from damage in its middle, before SQLite reads it.
//!
//! SQLite takes the first frame whose checksum fails as the end of the log and drops the rest without a word. After a
//! crash that is right: every batch is on disk before the next begins, so at most one batch can be incomplete, and before
//! it one transaction of a keeper, which is not flushed with its commit ([`super::keeper`]). But a flipped bit further up
//! looks the same to SQLite, and every batch behind the bit would vanish although it was acknowledged. The two differ in
//! what follows: behind a torn transaction stand at most two commits, its own and one more; behind damage stand others.
//! Where damage is so near to the end that this does not tell, the mark of the end does ([`super::end_mark`]), unless the
//! power failed.
//!
//! That holds because [`super::SqliteLog`] empties the file at each open: no frames of an earlier torn transaction are
//! left under the same salts.

use std::io::{self, BufReader, ErrorKind, Read};
use std::path::Path;

use crate::volume::{Reader, Volume, VolumeFile, if_there};

const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
/// Both magic numbers of a write-ahead log; the lowest bit says that checksums read their words big-endian.
const MAGIC: u32 = 0x377f_0682;
const PAGE_BYTES_MIN: usize = 512;
const PAGE_BYTES_MAX: usize = 65_536;
const READ_BUFFER_BYTES: usize = 1 << 20;
/// The most transactions that can be incomplete: a keeper's, and a batch.
const UNFLUSHED_MAX: u64 = 2;

/// What the write-ahead log holds, by its own checksums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WalState {
    /// Every frame belongs to a whole transaction, or there is no log.
    Whole,
    /// The end is incomplete; SQLite will drop these frames of it.
    TornEnd { frames: u64 },
    /// Whole transactions follow a frame that is not what was written.
    Damaged { frame: u64 },
}

/// Reads the log at `path` from begin to end without changing it.
pub(super) fn inspect(volume: &dyn Volume, path: &Path) -> io::Result<WalState> {
    let Some(file) = if_there(volume.open(path))? else {
        return Ok(WalState::Whole);
    };
    let has_frames = file.length()? > HEADER_BYTES as u64;
    let mut reader = BufReader::with_capacity(READ_BUFFER_BYTES, Reader::of(&*file));
    let mut bytes = [0; HEADER_BYTES];
    let read = read_up_to(&mut reader, &mut bytes)?;
    match Header::parse(&bytes) {
        Some(header) if read == HEADER_BYTES => walk(&mut reader, &header),
        // The header is on disk before the first frame is written.
        _ if has_frames => Ok(WalState::Damaged { frame: 0 }),
        _ => Ok(WalState::Whole),
    }
}

/// How long the log is with so many frames, for pages of this length; endless where SQLite does not say how many.
pub(super) fn length(frames: i32, page_bytes: i64) -> u64 {
    let frame_bytes = FRAME_HEADER_BYTES as u64 + page_bytes.unsigned_abs();
    u64::try_from(frames).map_or(u64::MAX, |frames| {
        HEADER_BYTES as u64 + frames * frame_bytes
    })
}

/// The page in a frame, counted from 0, of a log with pages of this length, and where it stands in the database.
pub(super) fn page(
    log: &dyn VolumeFile,
    frame: i32,
    page_bytes: i64,
) -> io::Result<(u64, Vec<u8>)> {
    let begin = length(frame, page_bytes);
    let mut bytes = vec![0; (length(frame + 1, page_bytes) - begin) as usize];
    Reader::at(log, begin).read_exact(&mut bytes)?;
    let number = u64::from(word(&bytes, 0));
    let place = number.saturating_sub(1) * page_bytes.unsigned_abs();
    bytes.drain(..FRAME_HEADER_BYTES);
    Ok((place, bytes))
}

/// Follows the frames as SQLite would, then looks at what it would drop.
fn walk(reader: &mut impl Read, header: &Header) -> io::Result<WalState> {
    let mut frame = vec![0; FRAME_HEADER_BYTES + header.page_bytes];
    let mut sum = header.sum;
    let mut number = 0;
    // The size of the database in pages as the last commit tells it; before the first any is believed.
    let mut pages = 0;
    let mut broken_at = None;
    let mut dropped_frames = 0;
    let mut dropped_commits = 0;
    loop {
        let read = read_up_to(reader, &mut frame)?;
        if read < frame.len() {
            dropped_frames += u64::from(read > 0);
            break;
        }
        number += 1;
        let mut is_commit = word(&frame, 4) != 0;
        if broken_at.is_none() {
            let next = header.add(header.add(sum, &frame[..8]), &frame[FRAME_HEADER_BYTES..]);
            if frame[8..16] == header.salts && next == (word(&frame, 16), word(&frame, 20)) {
                sum = next;
                dropped_frames = if is_commit { 0 } else { dropped_frames + 1 };
                if is_commit {
                    pages = word(&frame, 4);
                }
                continue;
            }
            broken_at = Some(number);
            // Of this frame nothing can be believed, not even that it ends a transaction, unless the size of the database
            // that it tells can be that: it never shrinks, and grows by a page with a frame at most.
            let grown = u32::try_from(dropped_frames + 1).unwrap_or(u32::MAX);
            let believable = pages..=pages.saturating_add(grown);
            is_commit &= pages == 0 || believable.contains(&word(&frame, 4));
        }
        // Frames of an earlier use of the file share neither salt; one that shares a salt was written in this use.
        if frame[8..12] == header.salts[..4] || frame[12..16] == header.salts[4..] {
            dropped_frames += 1;
            dropped_commits += u64::from(is_commit);
        }
    }
    Ok(match broken_at {
        Some(frame) if dropped_commits > UNFLUSHED_MAX => WalState::Damaged { frame },
        _ if dropped_frames > 0 => WalState::TornEnd {
            frames: dropped_frames,
        },
        _ => WalState::Whole,
    })
}

/// The parts of the file header that reading frames needs.
struct Header {
    big_endian: bool,
    page_bytes: usize,
    /// Two random words that every frame of this use of the file repeats.
    salts: [u8; 8],
    /// The running checksum that the first frame continues.
    sum: (u32, u32),
}

impl Header {
    /// `None` if the header is not what SQLite writes.
    fn parse(bytes: &[u8; HEADER_BYTES]) -> Option<Self> {
        let mut salts = [0; 8];
        salts.copy_from_slice(&bytes[16..24]);
        let magic = word(bytes, 0);
        let page_bytes = word(bytes, 8) as usize;
        let mut header = Self {
            big_endian: magic & 1 == 1,
            page_bytes,
            salts,
            sum: (0, 0),
        };
        header.sum = header.add((0, 0), &bytes[..24]);
        let is_valid = magic & !1 == MAGIC
            && page_bytes.is_power_of_two()
            && (PAGE_BYTES_MIN..=PAGE_BYTES_MAX).contains(&page_bytes)
            && header.sum == (word(bytes, 24), word(bytes, 28));
        is_valid.then_some(header)
    }

    /// Continues SQLite's running checksum over `bytes`, whose length is a multiple of 8.
    fn add(&self, (mut first, mut second): (u32, u32), bytes: &[u8]) -> (u32, u32) {
        for pair in bytes.chunks_exact(8) {
            let (one, two) = (word(pair, 0), word(pair, 4));
            let (one, two) = if self.big_endian {
                (one, two)
            } else {
                (one.swap_bytes(), two.swap_bytes())
            };
            first = first.wrapping_add(one).wrapping_add(second);
            second = second.wrapping_add(two).wrapping_add(first);
        }
        (first, second)
    }
}

/// The big-endian 32-bit word at `offset`.
fn word(bytes: &[u8], offset: usize) -> u32 {
    u32::from_be_bytes([
        bytes[offset],
        bytes[offset + 1],
        bytes[offset + 2],
        bytes[offset + 3],
    ])
}

/// Fills `buffer` as far as the file goes; returns how far.
fn read_up_to(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
