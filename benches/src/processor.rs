//! The processor time of processes.

/// Of a process until now, its ended threads included, in milliseconds.
///
/// # Panics
/// If there is no such process.
pub(crate) fn used_ms(process: u32) -> f64 {
    // Linux shows hundredths of a second to programs, whatever its own clock does.
    const TICK_MS: f64 = 10.0;
    let path = format!("/proc/{process}/stat");
    let text = std::fs::read_to_string(&path).expect("a process");
    // The program's name is in brackets and may have blanks in it; user and system time are the 12th and 13th behind it.
    let (_, behind) = text.rsplit_once(')').expect("a name");
    let times = behind.split_whitespace().skip(11).take(2);
    let ticks = times.map(|ticks| ticks.parse::<f64>().expect("a number"));
    ticks.sum::<f64>() * TICK_MS
}

/// How many processes wanted a processor in the last minute, on average.
pub(crate) fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}
