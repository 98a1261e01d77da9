//! What was done on a disk, and what went wrong.

/// What can be done on a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Reading from a file, or what a path or a directory holds.
    Read,
    /// Writing to a file.
    Write,
    /// Changing the length of a file.
    SetLength,
    /// Flushing a file.
    Sync,
    /// Making a file or a directory.
    Create,
    /// Giving a file another name.
    Rename,
    /// Removing a file.
    Remove,
    /// Flushing the names of a directory.
    SyncDirectory,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Read,
        Self::Write,
        Self::SetLength,
        Self::Sync,
        Self::Create,
        Self::Rename,
        Self::Remove,
        Self::SyncDirectory,
    ];

    /// Whether it changes what is on the disk.
    pub fn changes(self) -> bool {
        self != Self::Read
    }
}

/// What was done on a disk, and what went wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    done: [u64; Operation::ALL.len()],
    failed: [u64; Operation::ALL.len()],
    /// Bytes read from files.
    pub read_bytes: u64,
    /// Bytes written to files.
    pub written_bytes: u64,
    /// Failed flushes that forgot what they should have flushed.
    pub forgotten_flushes: u64,
    /// Acknowledged flushes that were not done.
    pub lies: u64,
    /// Writes that found no room.
    pub full: u64,
    /// Operations during which the process was killed.
    pub cut_operations: u64,
    /// Crashes that were a kill.
    pub kills: u64,
    /// Crashes that were a power cut.
    pub power_cuts: u64,
    /// Files of which a power cut left something else than the process saw.
    pub torn_files: u64,
    /// Changes of names that a power cut undid.
    pub lost_names: u64,
    /// Bits that were flipped.
    pub flipped_bits: u64,
    /// Files and directories that others took away or replaced.
    pub taken: u64,
}

impl Counts {
    /// How often this was done, or begun.
    pub fn done(&self, operation: Operation) -> u64 {
        self.done[operation as usize]
    }

    /// How often this failed because it was to fail.
    pub fn failed(&self, operation: Operation) -> u64 {
        self.failed[operation as usize]
    }

    /// How many operations changed the disk.
    pub fn changes(&self) -> u64 {
        let changes = Operation::ALL.into_iter().filter(|it| it.changes());
        changes.map(|it| self.done(it)).sum()
    }

    pub(super) fn note_done(&mut self, operation: Operation) {
        self.done[operation as usize] += 1;
    }

    pub(super) fn note_failed(&mut self, operation: Operation) {
        self.failed[operation as usize] += 1;
    }
}
