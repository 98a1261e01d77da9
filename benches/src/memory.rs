//! How much memory this process takes.

/// The bytes of this process that are in RAM, as Linux tells them.
///
/// # Panics
/// Elsewhere than on Linux.
pub fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix("kB"));
    let kib: f64 = kib.expect("a line in kB").trim().parse().expect("a number");
    kib * 1_024.0
}
