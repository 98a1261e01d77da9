//! A long run: the centre works while attackers come and go, one kind after the other. Whenever they have gone the server is
//! looked at, and at the end it must be as small and as fast as it was.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use acd_benches::attack::Kind;
use acd_benches::report::{Figure, Target};

use crate::attack;
use crate::centre::Centre;
use crate::load::Load;
use crate::memory;

/// How long it is looked at in a quiet time, and how long an attack lasts.
const QUIET_S: u64 = 20;
const ATTACK_S: u64 = 10;
/// What the attackers' tenant remembers for a time is forgotten within a round, and what it may have is little: memory has
/// its floor soon.
const SOON_FORGOTTEN: &str = "[tenants.flood.settings]\nrequest_window = \"30s\"\nended_contact_window = \"30s\"\n\
                              [tenants.flood.limits]\nopen_contacts = 2_000\nended_records = 100\n";
/// Rounds before the first one that counts: by then what is remembered for a time is as much as it will be.
const WARM_UP_ROUNDS: usize = 2;
/// What may be left of it all: parts of memory that the allocator keeps, and the noise of a machine that others use.
const MEMORY_RATIO: f64 = 1.2;
const OFFER_RATIO: f64 = 1.5;
const DISK_RATIO: f64 = 1.5;
/// The journal is kept for an hour: only after that its size has a floor.
const JOURNAL_KEPT: Duration = Duration::from_secs(60 * 60);

/// What the server is when nobody does harm.
struct Floor {
    at: Duration,
    memory_mib: f64,
    disk_mib: f64,
    handles: f64,
    offer_ms: f64,
}

/// Goes on for so long, and for one round at least; whether the server came back to what it was.
pub(crate) fn run(disk: &Path, length: Duration) -> bool {
    let begin = Instant::now();
    let centre = Centre::open(disk, SOON_FORGOTTEN);
    // The tenant is made.
    centre.load(1).play(&centre.server);
    let load = Load {
        is_prepared: true,
        warm_up: Duration::from_secs(2),
        ..centre.load(0)
    };
    let lasting = |seconds| Load {
        length: load.warm_up + Duration::from_secs(seconds),
        ..load.clone()
    };
    let mut floors = Vec::new();
    loop {
        let report = lasting(QUIET_S).play(&centre.server);
        let floor = Floor {
            at: begin.elapsed(),
            memory_mib: memory::resident_mib(centre.server.pid()),
            disk_mib: size_mib(centre.server.data()),
            handles: handles(centre.server.pid()),
            offer_ms: report.at("offer_ms.p50"),
        };
        eprintln!(
            "after {:>6.0} s: {:.0} MiB of memory, {:.0} MiB of disk, {} handles, offer {:.2} ms",
            floor.at.as_secs_f64(),
            floor.memory_mib,
            floor.disk_mib,
            floor.handles,
            floor.offer_ms
        );
        floors.push(floor);
        if begin.elapsed() >= length && floors.len() > WARM_UP_ROUNDS + 1 {
            break;
        }
        for kind in Kind::ALL {
            let attack = attack(kind, &centre);
            lasting(ATTACK_S).play(&centre.server);
            drop(attack);
        }
    }
    judge(&floors)
}

fn judge(floors: &[Floor]) -> bool {
    let (first, last) = (&floors[WARM_UP_ROUNDS], &floors[floors.len() - 1]);
    let what = |what: &str| {
        format!(
            "{what}, {:.0} s later; limit: before",
            (last.at - first.at).as_secs_f64()
        )
    };
    let figures = [
        (
            "memory_mib",
            "the server's memory",
            last.memory_mib,
            first.memory_mib,
            MEMORY_RATIO,
            "MiB",
        ),
        (
            "handles",
            "its open files",
            last.handles,
            first.handles,
            1.0,
            "files",
        ),
        (
            "offer_ms",
            "arrival to offer, p50",
            last.offer_ms,
            first.offer_ms,
            OFFER_RATIO,
            "ms",
        ),
    ];
    let mut figures: Vec<Figure> = figures
        .into_iter()
        .map(|(key, told, value, limit, most, unit)| {
            Figure::new(format!("soak.{key}"), what(told), value, unit)
                .beside(limit)
                .target(Target::RatioAtMost(most))
        })
        .collect();
    let kept = floors.iter().find(|floor| floor.at > 2 * JOURNAL_KEPT);
    let disk = Figure::new("soak.disk_mib", what("its journal"), last.disk_mib, "MiB");
    figures.push(match kept {
        Some(kept) => disk
            .beside(kept.disk_mib)
            .target(Target::RatioAtMost(DISK_RATIO)),
        // It is not two hours yet.
        None => disk,
    });
    let is_met = figures.iter().all(|figure| figure.is_met() != Some(false));
    figures.into_iter().for_each(Figure::hand_in);
    is_met
}

/// Files, sockets and the like that a process has open.
fn handles(process: u32) -> f64 {
    let listed = fs::read_dir(format!("/proc/{process}/fd")).expect("a process");
    listed.count() as f64
}

/// All files below a folder.
fn size_mib(folder: &Path) -> f64 {
    let Ok(listed) = fs::read_dir(folder) else {
        // A file of the journal may have gone since.
        return 0.0;
    };
    let sizes = listed.flatten().map(|entry| match entry.metadata() {
        Ok(found) if found.is_dir() => size_mib(&entry.path()),
        Ok(found) => found.len() as f64 / 1_024.0 / 1_024.0,
        Err(_) => 0.0,
    });
    sizes.sum()
}
