//! One file: what is seen of it, what is durable, and what lies between.

use std::collections::{BTreeMap, VecDeque};

use rand::RngExt;
use rand::rngs::StdRng;

use super::content::Content;

/// What reaches the disk as a whole.
const SECTOR_BYTES: usize = 512;
/// How many changes wait for a flush before the system writes the oldest back by itself.
const UNFLUSHED_MAX: usize = 4_096;

/// A file.
#[derive(Debug, Default)]
pub(super) struct File {
    /// What a process reads.
    current: Content,
    /// What a power cut cannot take.
    durable: Content,
    /// What makes the one of the other, in order.
    unflushed: VecDeque<Change>,
    /// A flush was forgotten: what is durable lacks more than what was not flushed since.
    has_forgotten: bool,
    /// How many have it open.
    pub(super) opens: u32,
}

/// A change of a file.
#[derive(Debug)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Length { to: usize },
}

impl Change {
    fn apply(&self, content: &mut Content) {
        match self {
            Self::Write { offset, bytes } => content.write(bytes, *offset),
            Self::Length { to } => content.resize(*to),
        }
    }

    /// Whether it makes a file of this length shorter.
    fn is_cut(&self, length: usize) -> bool {
        matches!(self, Self::Length { to } if *to < length)
    }

    /// The length of a file of this length after it.
    fn length_after(&self, length: usize) -> usize {
        match self {
            Self::Write { offset, bytes } => length.max(offset + bytes.len()),
            Self::Length { to } => *to,
        }
    }
}

/// How much of what was not flushed a power cut leaves.
#[derive(Debug, Clone, Copy)]
pub(super) enum Luck {
    Nothing,
    All,
    /// Of each part something else, this often.
    Some(f64),
}

impl Luck {
    pub(super) fn draw(rng: &mut StdRng) -> Self {
        match rng.random_range(0..6) {
            0 => Self::Nothing,
            1 => Self::All,
            2 => Self::Some(0.1),
            3 => Self::Some(0.9),
            _ => Self::Some(0.5),
        }
    }

    /// How many of so many states in a row.
    pub(super) fn of(self, states: usize, rng: &mut StdRng) -> usize {
        match self {
            Self::Nothing => 0,
            Self::All => states,
            Self::Some(chance) if rng.random_bool(chance) => rng.random_range(0..=states),
            Self::Some(chance) if rng.random_bool(chance) => states,
            Self::Some(_) => 0,
        }
    }
}

impl File {
    /// A file with this content, all of it durable.
    pub(super) fn with(content: &[u8]) -> Self {
        Self {
            current: content.into(),
            durable: content.into(),
            ..Self::default()
        }
    }

    pub(super) fn content(&self) -> Vec<u8> {
        self.current.to_vec()
    }

    pub(super) fn length(&self) -> usize {
        self.current.len()
    }

    /// Reads what is there; returns how much.
    pub(super) fn read(&self, bytes: &mut [u8], offset: usize) -> usize {
        self.current.read(bytes, offset)
    }

    pub(super) fn write(&mut self, bytes: &[u8], offset: usize) {
        // What stands there for good already changes nothing.
        let is_durable = self.unflushed.is_empty() && !self.has_forgotten;
        if bytes.is_empty() || is_durable && self.current.has(bytes, offset) {
            return;
        }
        self.change(Change::Write {
            offset,
            bytes: bytes.to_vec(),
        });
    }

    pub(super) fn set_length(&mut self, to: usize) {
        if to != self.current.len() {
            self.change(Change::Length { to });
        }
    }

    fn change(&mut self, change: Change) {
        change.apply(&mut self.current);
        self.unflushed.push_back(change);
        if self.unflushed.len() > UNFLUSHED_MAX {
            for change in self.unflushed.drain(..UNFLUSHED_MAX / 2) {
                change.apply(&mut self.durable);
            }
        }
    }

    /// All that is seen is durable, but for what was forgotten.
    pub(super) fn sync(&mut self) {
        for change in self.unflushed.drain(..) {
            match &change {
                _ if self.has_forgotten => change.apply(&mut self.durable),
                Change::Write { offset, bytes } => {
                    let written = *offset..offset + bytes.len();
                    self.durable.share(&self.current, written);
                }
                Change::Length { to } => {
                    let end = self.durable.len().max(self.current.len());
                    self.durable.share(&self.current, *to..end);
                }
            }
        }
    }

    /// What was not flushed never will be, and is seen as long as the machine has power.
    pub(super) fn forget(&mut self) {
        self.has_forgotten |= !self.unflushed.is_empty();
        self.unflushed.clear();
    }

    /// How many bytes are durable.
    pub(super) fn durable_length(&self) -> usize {
        self.durable.len()
    }

    /// Flips a bit, in what is durable and in what is seen of it.
    pub(super) fn flip(&mut self, byte: usize, bit: u8) {
        for content in [&mut self.durable, &mut self.current] {
            content.change(byte, |byte| *byte ^= 1 << (bit % 8));
        }
    }

    /// The power is gone. Returns whether something else is left than was seen.
    pub(super) fn cut_power(&mut self, rng: &mut StdRng) -> bool {
        let seen = std::mem::take(&mut self.current);
        let changes = std::mem::take(&mut self.unflushed);
        if !changes.is_empty() {
            let changes: Vec<Change> = changes.into();
            self.durable = left(&self.durable, &changes, rng);
        }
        self.current.clone_from(&self.durable);
        self.has_forgotten = false;
        self.opens = 0;
        self.current != seen
    }
}

/// What a power cut leaves of a file.
fn left(durable: &Content, changes: &[Change], rng: &mut StdRng) -> Content {
    let luck = Luck::draw(rng);
    let changes = reached(durable.len(), changes, luck, rng);

    // Any length since the last cut that was reached.
    let mut lengths = vec![durable.len()];
    for change in changes {
        let length = lengths[lengths.len() - 1];
        if change.is_cut(length) {
            lengths.clear();
        }
        lengths.push(change.length_after(length));
    }
    let length = lengths[luck.of(lengths.len() - 1, rng)];

    // Of each sector any state. A cut is in all of them.
    let mut writes: BTreeMap<usize, usize> = BTreeMap::new();
    for change in changes {
        if let Change::Write { offset, bytes } = change {
            for sector in sectors(*offset, bytes.len()) {
                *writes.entry(sector).or_default() += 1;
            }
        }
    }
    for left in writes.values_mut() {
        *left = luck.of(*left, rng);
    }
    let mut content = durable.clone();
    for change in changes {
        match change {
            Change::Write { offset, bytes } => {
                for sector in sectors(*offset, bytes.len()) {
                    let Some(left) = writes.get_mut(&sector).filter(|left| **left > 0) else {
                        continue;
                    };
                    *left -= 1;
                    let begin = (sector * SECTOR_BYTES).max(*offset);
                    let end = ((sector + 1) * SECTOR_BYTES).min(offset + bytes.len());
                    content.write(&bytes[begin - offset..end - offset], begin);
                }
            }
            Change::Length { to } => content.resize(content.len().min(*to)),
        }
    }
    content.resize(length);
    content
}

/// The changes up to a cut that was not reached.
fn reached<'c>(
    mut length: usize,
    changes: &'c [Change],
    luck: Luck,
    rng: &mut StdRng,
) -> &'c [Change] {
    let mut cuts = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        if change.is_cut(length) {
            cuts.push(at);
        }
        length = change.length_after(length);
    }
    let reached = luck.of(cuts.len(), rng);
    &changes[..cuts.get(reached).copied().unwrap_or(changes.len())]
}

/// The sectors of a piece of a file.
fn sectors(offset: usize, length: usize) -> std::ops::Range<usize> {
    offset / SECTOR_BYTES..(offset + length).div_ceil(SECTOR_BYTES)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand::SeedableRng;

    use super::*;

    /// All that a power cut may leave of a file, over many seeds.
    fn outcomes(make: impl Fn() -> File) -> BTreeSet<Vec<u8>> {
        let outcomes = (0..2_000).map(|seed| {
            let mut file = make();
            file.cut_power(&mut StdRng::seed_from_u64(seed));
            assert_eq!(file.current, file.durable);
            file.content()
        });
        outcomes.collect()
    }

    fn sector(byte: u8) -> Vec<u8> {
        vec![byte; SECTOR_BYTES]
    }

    #[test]
    fn what_was_flushed_stays() {
        let left = outcomes(|| {
            let mut file = File::default();
            file.write(&sector(1), 0);
            file.sync();
            file
        });
        assert_eq!(left, [sector(1)].into());
    }

    #[test]
    fn sectors_arrive_in_any_order_and_each_as_a_whole() {
        let left = outcomes(|| {
            let mut file = File::with(&[sector(1), sector(1)].concat());
            file.write(&[sector(2), sector(2)].concat(), 0);
            file.write(&sector(3), 0);
            file
        });
        let all =
            [1, 2, 3].map(|first| [1, 2].map(|second| [sector(first), sector(second)].concat()));
        assert_eq!(left, all.into_iter().flatten().collect());
    }

    #[test]
    fn what_makes_a_file_longer_may_be_zeros() {
        let left = outcomes(|| {
            let mut file = File::with(&[]);
            file.write(&sector(7), 0);
            file.write(&sector(8), SECTOR_BYTES);
            file
        });
        assert!(left.contains(&[sector(0), sector(8)].concat()));
        assert!(left.contains(&[sector(7), sector(0)].concat()));
        assert!(left.contains(&vec![]));
        assert!(left.iter().all(|left| left.len() % SECTOR_BYTES == 0));
    }

    #[test]
    fn a_cut_is_whole_or_absent_and_what_follows_it_needs_it() {
        let left = outcomes(|| {
            let mut file = File::with(&[sector(1), sector(1)].concat());
            file.set_length(0);
            file.write(&sector(2), 0);
            file
        });
        let absent = [sector(1), sector(1)].concat();
        assert_eq!(left, [absent, vec![], sector(0), sector(2)].into());
    }

    #[test]
    fn what_a_failed_flush_forgot_is_seen_until_the_power_is_cut() {
        let mut file = File::with(&sector(1));
        file.write(&sector(2), 0);
        file.forget();
        file.sync();
        assert_eq!(file.content(), sector(2));
        file.cut_power(&mut StdRng::seed_from_u64(1));
        assert_eq!(file.content(), sector(1));
    }

    #[test]
    fn what_waits_for_long_is_written_back() {
        let mut file = File::default();
        for _ in 0..=UNFLUSHED_MAX {
            file.write(&sector(5), 0);
        }
        assert!(file.unflushed.len() <= UNFLUSHED_MAX);
        assert_eq!(file.durable.to_vec(), sector(5));
    }
}
