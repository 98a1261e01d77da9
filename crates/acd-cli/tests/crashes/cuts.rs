//! The power goes, and comes back: what the disk had not been told to flush is lost.

use rand::RngExt as _;

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
        cut.now();
        // Whatever it answers from now on is of a disk without power, and would be found missing.
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
