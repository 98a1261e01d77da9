//! What attackers make of others' offers: `acd serve` in one process, `acd load` in another, and clients who do harm in a
//! third, which gets the processor only where the two others leave it, as if they were elsewhere.
//!
//! Each kind of attack stands beside the same load without one, in the same run, and beside what the server's memory grew
//! to. The journal is on a RAM disk: the disk's own moods are not what is measured.

#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

mod centre;
#[path = "../../../crates/acd-cli/tests/process/guarded.rs"]
mod guarded;
#[path = "../e2e/load.rs"]
#[allow(dead_code, reason = "shared with the bench of the server")]
mod load;
mod memory;
#[path = "../e2e/servers.rs"]
#[allow(dead_code, reason = "shared with the bench of the server")]
mod servers;
mod soak;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use acd_benches::asked::Asked;
use acd_benches::attack::Kind;
use acd_benches::quantiles::Quantiles;
use acd_benches::report::{Figure, Target};

use centre::Centre;
use guarded::Guarded;
use load::{Load, Report};
use memory::Watched;

const RAM_DISK: &str = "/dev/shm";
/// What an attack may make of others' offers.
const RATIO: f64 = 2.0;

/// Says for how many hours the centre is to be watched instead.
const SOAK_HOURS: &str = "ACD_SOAK_HOURS";

fn main() -> ExitCode {
    if let Ok(hours) = std::env::var(SOAK_HOURS) {
        let hours: f64 = hours.parse().expect("a number of hours");
        return match soak::run(&disk(), Duration::from_secs_f64(3_600.0 * hours)) {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        };
    }
    measure();
    ExitCode::SUCCESS
}

/// A folder on the disk: that of the builds.
fn disk() -> PathBuf {
    let this = std::env::current_exe().expect("this program");
    this.parent().expect("a folder").to_owned()
}

fn measure() {
    let asked = Asked::of_command_line();
    let key = |kind: Kind| format!("overload.{}", kind.name());
    let kinds = Kind::ALL
        .into_iter()
        .filter(|kind| asked.for_key(&key(*kind)));
    let kinds: Vec<Kind> = kinds.collect();
    if kinds.is_empty() {
        return;
    }
    let centre = Centre::open(Path::new(RAM_DISK), "");
    let load = centre.load(asked.or_quick(8, 3));
    // The tenant is made, and the server has done all of it once.
    load.play(&centre.server);
    let load = Load {
        is_prepared: true,
        ..load
    };
    let (mut alone, mut beside) = (Rounds::default(), vec![Rounds::default(); kinds.len()]);
    for _ in 0..asked.or_quick(3, 1) {
        alone.play(&load, &centre, None);
        for (kind, rounds) in kinds.iter().zip(&mut beside) {
            rounds.play(&load, &centre, Some(*kind));
        }
    }
    for (kind, rounds) in kinds.iter().zip(&beside) {
        rounds.hand_in(*kind, &alone);
    }
}

/// Rounds of one kind, a figure of each.
#[derive(Clone, Default)]
struct Rounds {
    p50: Vec<f64>,
    p99: Vec<f64>,
    mib: Vec<f64>,
}

impl Rounds {
    fn play(&mut self, load: &Load, centre: &Centre, kind: Option<Kind>) {
        let attack = kind.map(|kind| attack(kind, centre));
        let memory = Watched::of(centre.server.pid());
        let report = load.play(&centre.server);
        self.mib.push(memory.most_mib());
        drop(attack);
        self.take(&report);
    }

    fn take(&mut self, report: &Report) {
        self.p50.push(report.at("offer_ms.p50"));
        self.p99.push(report.at("offer_ms.p99"));
    }

    fn hand_in(&self, kind: Kind, alone: &Self) {
        let middle = |values: &Vec<f64>| Quantiles::of(values.clone()).at(0.5);
        let at = |what: &str| format!("{what}, beside {}; limit: alone", kind.told());
        let key = |name: &str| format!("overload.{}.{name}", kind.name());
        let offers = [
            ("p50", &self.p50, &alone.p50),
            ("p99", &self.p99, &alone.p99),
        ];
        for (name, value, limit) in offers {
            let what = at("arrival to offer");
            let name = format!("offer_ms.{name}");
            Figure::new(key(&name), what, middle(value), "ms")
                .beside(middle(limit))
                .target(Target::RatioAtMost(RATIO))
                .hand_in();
        }
        let what = at("the server's memory at most");
        Figure::new(key("server_mib"), what, middle(&self.mib), "MiB")
            .beside(middle(&alone.mib))
            .hand_in();
    }
}

/// Begins an attack, which ends when this is dropped.
fn attack(kind: Kind, centre: &Centre) -> Guarded {
    let command = Command::new("chrt")
        .args(["--idle", "0", env!("CARGO_BIN_EXE_acd-benches"), "attack"])
        .args([kind.name(), &centre.server.grpc])
        .arg(&centre.attacker)
        .args([centre::TENANT, "600"])
        .stdin(Stdio::null())
        .spawn();
    Guarded(command.expect("the attack starts"))
}
