//! How much memory this process takes.

use std::process::Command;

/// The bytes of this process that are in RAM, as Linux tells them.
///
/// # Panics
/// Elsewhere than on Linux.
pub fn resident() -> f64 {
    resident_of(std::process::id())
}

/// The same of another process.
///
/// # Panics
/// If there is no such process, or elsewhere than on Linux.
pub fn resident_of(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix("kB"));
    let kib: f64 = kib.expect("a line in kB").trim().parse().expect("a number");
    kib * 1_024.0
}

/// The variable that says which growth a process is to print.
const GROWTH: &str = "ACD_BENCH_GROWTH";

/// Which growth this process was started for by [`growth_of`]; none: for none.
pub fn growth_asked() -> Option<String> {
    std::env::var(GROWTH).ok()
}

/// The bytes that this very program prints when it is started for this growth. Memory is measured in a process of its own,
/// because what was freed once is not given back.
///
/// # Panics
/// If the process does not print a number.
pub fn growth_of(what: &str) -> f64 {
    let this = std::env::current_exe().expect("this program");
    let run = Command::new(this).env(GROWTH, what).output();
    let run = run.expect("it runs");
    let printed = String::from_utf8_lossy(&run.stdout);
    printed.trim().parse().expect("a number of bytes")
}
