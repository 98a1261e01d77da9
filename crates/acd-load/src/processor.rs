//! How much of the machine processes take, where Linux tells.

use std::fs;
use std::time::Duration;

/// A process of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Process {
    This,
    Other(u32),
}

impl Process {
    fn file(self, name: &str) -> Option<String> {
        let path = match self {
            Self::This => format!("/proc/self/{name}"),
            Self::Other(pid) => format!("/proc/{pid}/{name}"),
        };
        fs::read_to_string(path).ok()
    }

    /// Processor time of all its threads so far.
    pub(crate) fn time(self) -> Option<Duration> {
        let stat = self.file("stat")?;
        // The name in parentheses may hold anything; user and system time are the 12th and 13th field after it.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
        let mut ticks = || fields.next()?.parse::<u64>().ok();
        let ticks = ticks()? + ticks()?;
        let per_second = rustix::param::clock_ticks_per_second();
        Some(Duration::from_secs_f64(ticks as f64 / per_second as f64))
    }

    /// Its bytes in RAM.
    pub(crate) fn memory(self) -> Option<u64> {
        let status = self.file("status")?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kib * 1_024)
    }
}

/// Processors this process may use.
pub(crate) fn count() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
