//! SQLite's locks on a database file. Nobody waits here: who does not get a lock is told so.

use std::collections::BTreeSet;

/// The locks on one file, by the numbers of their holders.
#[derive(Debug, Default)]
pub(super) struct Locks {
    shared: BTreeSet<u64>,
    /// Who is about to write, and how far they are.
    writer: Option<(u64, Level)>,
}

/// What a connection may do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    None,
    /// Read; others may, too.
    Shared,
    /// Read, and be the next to write.
    Reserved,
    /// The same, and nobody begins to read.
    Pending,
    /// Write; nobody reads.
    Exclusive,
}

impl Locks {
    /// Takes a lock; false if somebody else is in the way.
    pub(super) fn lock(&mut self, holder: u64, level: Level) -> bool {
        let others_write = self.writer.is_some_and(|(writer, _)| writer != holder);
        match level {
            Level::None => true,
            Level::Shared => {
                let is_closed = self.writer.is_some_and(|(_, at)| at >= Level::Pending);
                if others_write && is_closed {
                    return false;
                }
                self.shared.insert(holder);
                true
            }
            Level::Reserved | Level::Pending | Level::Exclusive if others_write => false,
            Level::Reserved | Level::Pending => {
                let now = self.writer.map_or(level, |(_, now)| now.max(level));
                self.writer = Some((holder, now));
                true
            }
            Level::Exclusive => {
                let is_alone = self.shared.iter().all(|reader| *reader == holder);
                let level = if is_alone { level } else { Level::Pending };
                self.writer = Some((holder, level));
                is_alone
            }
        }
    }

    /// Gives up what is above this level.
    pub(super) fn unlock(&mut self, holder: u64, level: Level) {
        if level < Level::Reserved && self.writer.is_some_and(|(writer, _)| writer == holder) {
            self.writer = None;
        }
        if level < Level::Shared {
            self.shared.remove(&holder);
        }
    }

    /// Whether somebody is about to write.
    pub(super) fn is_reserved(&self) -> bool {
        self.writer.is_some()
    }

    pub(super) fn is_free(&self) -> bool {
        self.shared.is_empty() && self.writer.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_share_and_a_writer_is_alone() {
        let mut locks = Locks::default();
        assert!(locks.lock(1, Level::Shared) && locks.lock(2, Level::Shared));
        assert!(locks.lock(1, Level::Reserved));
        assert!(!locks.lock(2, Level::Reserved) && locks.is_reserved());
        assert!(
            locks.lock(3, Level::Shared),
            "a reserved lock lets readers in"
        );
        locks.unlock(3, Level::None);
        assert!(!locks.lock(1, Level::Exclusive), "somebody reads");
        assert!(!locks.lock(3, Level::Shared), "and nobody else may begin");
        locks.unlock(2, Level::None);
        assert!(locks.lock(1, Level::Exclusive));
        locks.unlock(1, Level::Shared);
        assert!(locks.lock(2, Level::Shared) && !locks.is_reserved());
        locks.unlock(1, Level::None);
        locks.unlock(2, Level::None);
        assert!(locks.is_free());
    }
}
