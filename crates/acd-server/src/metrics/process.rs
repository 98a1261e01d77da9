//! What the operating system says of this process.

/// Where Linux tells.
const STATUS: &str = "/proc/self/status";

/// Memory of the process that is in RAM, in bytes; none where the system does not tell.
pub(super) fn resident_memory_bytes() -> Option<u64> {
    resident(&std::fs::read_to_string(STATUS).ok()?)
}

fn resident(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kilobytes * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_read_from_the_status_file() {
        assert_eq!(
            resident("Name:\tacd\nVmHWM:\t  999 kB\nVmRSS:\t  123456 kB\n"),
            Some(123_456 * 1_024)
        );
        assert_eq!(resident("Name:\tacd\n"), None);
        assert_eq!(resident("VmRSS:\tmuch\n"), None);
    }
}
