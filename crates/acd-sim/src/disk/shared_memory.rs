//! The memory that the connections to one database share: the index of the write-ahead log, and its locks.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many locks SQLite has.
pub(super) const LOCKS: usize = 8;

/// The memory. SQLite alone reads and writes what is in its regions.
#[derive(Debug, Default)]
pub(super) struct SharedMemory {
    /// Cells, so that what is written through a pointer to them may be.
    regions: Mutex<Vec<Arc<[AtomicU64]>>>,
    locks: Mutex<[Lock; LOCKS]>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Lock {
    /// How many share it.
    shared: u32,
    is_exclusive: bool,
}

/// What one connection holds, a bit for each lock.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Held {
    shared: u8,
    exclusive: u8,
}

impl SharedMemory {
    /// Where a region is, which stays there as long as the memory; `None` if there is no such region and none is to be made.
    pub(super) fn region(&self, number: usize, bytes: usize, make: bool) -> Option<*mut u8> {
        let mut regions = guard(&self.regions);
        while make && regions.len() <= number {
            let words = bytes.div_ceil(size_of::<u64>());
            regions.push((0..words).map(|_| AtomicU64::new(0)).collect());
        }
        let region = regions.get(number)?;
        Some(region.as_ptr().cast::<u8>().cast_mut())
    }

    /// Takes locks, all or none; false if somebody else is in the way.
    pub(super) fn lock(
        &self,
        held: &mut Held,
        which: std::ops::Range<usize>,
        exclusive: bool,
    ) -> bool {
        let mut locks = guard(&self.locks);
        let wanted = mask(&which) & !held.exclusive;
        let is_free = |at: usize| {
            let lock = locks[at];
            let own = u32::from(held.shared & 1 << at != 0);
            !lock.is_exclusive && (!exclusive || lock.shared == own)
        };
        let mut each = which.clone().filter(|at| wanted & 1 << at != 0);
        if !each.all(is_free) {
            return false;
        }
        for at in which.filter(|at| wanted & 1 << at != 0) {
            if exclusive {
                locks[at].is_exclusive = true;
                held.exclusive |= 1 << at;
            } else if held.shared & 1 << at == 0 {
                locks[at].shared += 1;
                held.shared |= 1 << at;
            }
        }
        true
    }

    /// Gives up locks; those that are not held are none.
    pub(super) fn unlock(&self, held: &mut Held, which: std::ops::Range<usize>) {
        let mut locks = guard(&self.locks);
        for at in which {
            if held.exclusive & 1 << at != 0 {
                locks[at].is_exclusive = false;
            }
            if held.shared & 1 << at != 0 {
                locks[at].shared -= 1;
            }
            held.exclusive &= !(1 << at);
            held.shared &= !(1 << at);
        }
    }
}

fn mask(which: &std::ops::Range<usize>) -> u8 {
    which.clone().fold(0, |mask, at| mask | 1 << at)
}

fn guard<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_shared_by_many_or_held_by_one() {
        let memory = SharedMemory::default();
        let [mut one, mut two] = [Held::default(); 2];
        assert!(memory.lock(&mut one, 3..4, false) && memory.lock(&mut two, 3..4, false));
        assert!(
            !memory.lock(&mut one, 2..5, true),
            "another shares the one in the middle"
        );
        assert!(
            memory.lock(&mut two, 2..3, true),
            "and nothing of it was taken"
        );
        memory.unlock(&mut two, 0..LOCKS);
        memory.unlock(&mut one, 3..4);
        assert!(memory.lock(&mut one, 2..5, true) && !memory.lock(&mut two, 4..5, false));
        memory.unlock(&mut one, 0..LOCKS);
        assert!(memory.lock(&mut two, 4..5, false));
    }

    #[test]
    fn a_region_is_made_once_and_stays() {
        let memory = SharedMemory::default();
        assert_eq!(memory.region(0, 32_768, false), None);
        let first = memory.region(0, 32_768, true);
        assert_ne!(memory.region(1, 32_768, true), first);
        assert_eq!(memory.region(0, 32_768, false), first);
    }
}
