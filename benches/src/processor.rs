//! The processor time of processes.

use std::fs;
use std::path::Path;

/// Of a process until now, its ended threads included, in milliseconds.
///
/// # Panics
/// If there is no such process.
pub fn used_ms(process: u32) -> f64 {
    let process = stat(Path::new(&format!("/proc/{process}")));
    process.expect("a process").used_ms
}

/// Of a process and all that it has started, directly or not, until now, in milliseconds.
///
/// # Panics
/// If Linux does not show its processes.
pub fn family_used_ms(process: u32) -> f64 {
    let all: Vec<Stat> = all_below(Path::new("/proc")).collect();
    let mut family = vec![process];
    // Parents are not always listed before their children.
    while let Some(child) = all
        .iter()
        .find(|it| family.contains(&it.parent) && !family.contains(&it.id))
    {
        family.push(child.id);
    }
    let of_family = all.iter().filter(|it| family.contains(&it.id));
    of_family.map(|it| it.used_ms).sum()
}

/// How many processes wanted a processor in the last minute, on average.
pub fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}

/// What Linux tells of a process.
struct Stat {
    id: u32,
    parent: u32,
    used_ms: f64,
}

/// Of all that are there; some may have ended since they were listed.
fn all_below(folder: &Path) -> impl Iterator<Item = Stat> {
    let listed = fs::read_dir(folder).expect("Linux shows its processes");
    listed.flatten().filter_map(|entry| stat(&entry.path()))
}

fn stat(folder: &Path) -> Option<Stat> {
    // Linux shows hundredths of a second to programs, whatever its own clock does.
    const TICK_MS: f64 = 10.0;
    let text = fs::read_to_string(folder.join("stat")).ok()?;
    // The program's name is in brackets and may have blanks in it; the parent is the second behind it, user and system
    // time the 12th and 13th.
    let (id, rest) = text.split_once(" (")?;
    let (_, behind) = rest.rsplit_once(')')?;
    let behind: Vec<&str> = behind.split_whitespace().collect();
    let ticks = behind.get(11..13)?.iter().map(|ticks| ticks.parse::<f64>());
    Some(Stat {
        id: id.parse().ok()?,
        parent: behind.get(1)?.parse().ok()?,
        used_ms: ticks.sum::<Result<f64, _>>().ok()? * TICK_MS,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_of_its_own_family() {
        let this = std::process::id();
        let family = family_used_ms(this);
        assert!(used_ms(this) >= family);
    }
}
