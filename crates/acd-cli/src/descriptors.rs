//! File descriptors: each connection takes one, and a process has so many.

use rustix::process::{Resource, getrlimit, setrlimit};
use tracing::warn;

/// Kept for the journal, other files, and connections to others.
const RESERVE: u64 = 256;

/// How many connections a console may take of those that it wants, beside so many of the server in its process. The limit of
/// the process is raised as far as it goes.
pub(crate) fn for_console(wanted: u32, beside: u32) -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    let highest = rustix::process::Rlimit {
        current: limit.maximum,
        ..limit
    };
    if setrlimit(Resource::Nofile, highest).is_ok() {
        limit = highest;
    }
    let descriptors = limit.current.unwrap_or(u64::MAX);
    let taken = share(descriptors, wanted.into(), beside.into());
    if taken < wanted.into() {
        warn!(
            descriptors,
            "the console takes {taken} connections instead of {wanted}: raise the limit of open files of this process"
        );
    }
    usize::try_from(taken).unwrap_or(usize::MAX)
}

/// What the others do not need; half if they need more.
fn share(descriptors: u64, wanted: u64, beside: u64) -> u64 {
    let free = descriptors.saturating_sub(RESERVE);
    wanted.min(free.saturating_sub(beside).max(free / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_leave_descriptors_to_calls_and_the_journal() {
        assert_eq!(share(1_048_576, 20_000, 10_000), 20_000);
        assert_eq!(share(25_256, 20_000, 10_000), 15_000);
        assert_eq!(share(1_256, 20_000, 10_000), 500);
        assert_eq!(share(1_256, 20_000, 0), 1_000);
        assert_eq!(share(0, 20_000, 0), 0);
    }
}
