//! The power goes, and comes back: what the disk had not been told to flush is lost.

use std::fs;
use std::thread::yield_now;

use rand::RngExt as _;
use rustix::process::{Pid, Signal, kill_process};

use crate::disks::{VolatileDisk, apart};
use crate::run::{Run, asked};
use crate::table::Table;

/// Cuts in the suite; `cargo xtask crash --cuts N` asks for more.
const CUTS: u64 = 20;
/// A cycle ends after at most so many answers.
const ANSWERS: u64 = 150;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_survives_every_power_cut_once() {
    if !apart("cuts::what_is_acknowledged_survives_every_power_cut_once") {
        return;
    }
    let cuts = asked("ACD_CRASH_CUTS", CUTS);
    let mut disk = VolatileDisk::new();
    let mut run = Run::begin_in(&disk.path().join("data"));
    let (mut written_lost, mut cached_lost) = (0, 0);
    for _ in 0..cuts {
        let answers = run.chance.random_range(1..=ANSWERS);
        let calls = run.chance.random_range(0..20);
        let mut cut = disk.cut();
        run.answers(answers).await;
        run.calls(calls);
        // The processor stops with the disk: a flush that is under way while the file system is taken away may be told as
        // done, and nobody must hear of it.
        freeze(run.server.pid());
        cut.now();
        run.server.kill();
        disk.power_on();
        let left = cut.left();
        assert!(left.flushed, "the disk lost what was flushed: {left:?}");
        written_lost += u64::from(!left.written);
        cached_lost += u64::from(!left.cached);
        run.start().await;
    }
    let mut table = Table::default();
    table
        .row("power cuts", cuts)
        .row("  that lost what was only written", written_lost)
        .row("  that lost what was in the disk's cache", cached_lost);
    run.compare(table).await;
    assert!(
        written_lost > 0 && cached_lost > 0,
        "this disk loses nothing"
    );
}

/// Has a process do nothing more: when this returns each of its threads stands still, or is in a call to the disk from which
/// it will not come back.
fn freeze(pid: u32) {
    let process = Pid::from_raw(pid as i32).expect("it runs");
    kill_process(process, Signal::STOP).expect("it is ours");
    let stands_still = |thread: fs::DirEntry| {
        let told = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        let state = told
            .rsplit_once(") ")
            .and_then(|(_, rest)| rest.chars().next());
        matches!(state, Some('T' | 'D') | None)
    };
    loop {
        let threads =
            fs::read_dir(format!("/proc/{pid}/task")).expect("it is there until it is killed");
        if threads.flatten().all(stands_still) {
            return;
        }
        yield_now();
    }
}
