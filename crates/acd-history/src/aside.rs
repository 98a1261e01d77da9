//! Long work in short pieces: whoever waits for the processor has it in between.

use std::thread;

/// How many events or rows are a piece, some tenth of a millisecond.
const PIECE: usize = 32;

/// Counts what a thread does, and lets others have its processor after each piece. A thread that gives way may otherwise
/// keep it until the kernel looks, which is some milliseconds.
#[derive(Debug, Default)]
pub(crate) struct Aside {
    done: usize,
}

impl Aside {
    /// So many events or rows are done.
    pub(crate) fn did(&mut self, count: usize) {
        self.done += count;
        if self.done >= PIECE {
            self.done = 0;
            thread::yield_now();
        }
    }
}
