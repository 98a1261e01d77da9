//! How large a process grows.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often it is looked at.
const EVERY: Duration = Duration::from_millis(50);

/// A process that is looked at.
pub(crate) struct Watched {
    is_over: Arc<AtomicBool>,
    most_kib: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Watched {
    /// Looks at this process from now on.
    #[expect(
        clippy::disallowed_methods,
        reason = "a process does not tell when it has grown"
    )]
    pub(crate) fn of(process: u32) -> Self {
        let (is_over, most_kib) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let thread = std::thread::spawn({
            let (is_over, most_kib) = (is_over.clone(), most_kib.clone());
            move || {
                while !is_over.load(Ordering::Relaxed) {
                    most_kib.fetch_max(resident_kib(process), Ordering::Relaxed);
                    std::thread::sleep(EVERY);
                }
            }
        });
        Self {
            is_over,
            most_kib,
            thread,
        }
    }

    /// How much of it was in RAM at most, in MiB.
    pub(crate) fn most_mib(self) -> f64 {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().expect("it only reads");
        self.most_kib.load(Ordering::Relaxed) as f64 / 1_024.0
    }
}

/// How much of a process is in RAM, in MiB.
pub(crate) fn resident_mib(process: u32) -> f64 {
    resident_kib(process) as f64 / 1_024.0
}

fn resident_kib(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix("kB"));
    kib.and_then(|kib| kib.trim().parse().ok()).unwrap_or(0)
}
