//! How large a process grows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use acd_benches::memory::resident_of;

/// How often it is looked at.
const EVERY: Duration = Duration::from_millis(50);

/// A process that is looked at.
pub(crate) struct Watched {
    is_over: Arc<AtomicBool>,
    /// In bytes.
    most: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Watched {
    /// Looks at this process from now on.
    #[expect(
        clippy::disallowed_methods,
        reason = "a process does not tell when it has grown"
    )]
    pub(crate) fn of(process: u32) -> Self {
        let (is_over, most) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let thread = std::thread::spawn({
            let (is_over, most) = (is_over.clone(), most.clone());
            move || {
                while !is_over.load(Ordering::Relaxed) {
                    most.fetch_max(resident_of(process) as u64, Ordering::Relaxed);
                    std::thread::sleep(EVERY);
                }
            }
        });
        Self {
            is_over,
            most,
            thread,
        }
    }

    /// How much of it was in RAM at most, in MiB.
    pub(crate) fn most_mib(self) -> f64 {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().expect("it only reads");
        self.most.load(Ordering::Relaxed) as f64 / 1_024.0 / 1_024.0
    }
}

/// How much of a process is in RAM, in MiB.
pub(crate) fn resident_mib(process: u32) -> f64 {
    resident_of(process) / 1_024.0 / 1_024.0
}
