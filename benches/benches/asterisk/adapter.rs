//! What adapter and engine add to the bare way through ARI, all three at the same Asterisk in turn.

use std::path::Path;
use std::time::Duration;

use acd_benches::processor::load_average;
use acd_benches::quantiles::Quantiles;
use acd_benches::report::{Figure, Target};
use acd_pbx_lab::Step;

use crate::bare::Bare;
use crate::centre::{Centre, ari};
use crate::{BARE, Bench, Calls, IN_MEMORY, OURS, disk, median, range, wire};

/// What adapter and engine may add to the median, in milliseconds.
const ADDED_MS: f64 = 2.0;
const RAM_DISK: &str = "/dev/shm";
const WAYS: [&str; 3] = [BARE, OURS, IN_MEMORY];

pub(crate) async fn run(bench: &Bench) {
    let exchange = bench.exchange().await;
    let bare = Bare::start(&ari(&exchange, BARE), bench.agents.clone()).await;
    let mut centres = Vec::new();
    for (app, journal) in [(OURS, disk().as_path()), (IN_MEMORY, Path::new(RAM_DISK))] {
        let centre = Centre::start(&exchange, app, &bench.agents, journal).await;
        centre.log_in().await;
        centres.push(centre);
    }
    let calls = Calls::lasting(bench.asked.or_quick(30, 4), 50.0);
    let talk = Step::Talk(Duration::from_millis(300));
    let mut medians = [Vec::new(), Vec::new(), Vec::new()];
    for first in 0..bench.asked.or_quick(2, 1) {
        // Each is the first, the second and the third as often.
        for nth in (first..first + WAYS.len()).map(|nth| nth % WAYS.len()) {
            let played = bench.round(&exchange, WAYS[nth], &[], calls, &talk);
            let round = played.await.expect("an end of all calls");
            assert_eq!(round.counted.successful, u64::from(calls.count));
            let times = wire::from_invite_to_invite(&round.callers, &round.phones);
            assert_eq!(times.len(), calls.count as usize);
            let times = Quantiles::of(times);
            medians[nth].push(times.at(0.5));
            eprintln!(
                "{}: INVITE to INVITE p50 {:.2} p99 {:.2} ms, {} messages sent again, load {}",
                WAYS[nth],
                times.at(0.5),
                times.at(0.99),
                round.callers.repeated() + round.phones.repeated(),
                load_average()
            );
        }
    }
    assert!(bare.is_alive(), "the bare client serves to the end");
    let [bare, ours, memory] = &medians;
    let added = |to: &[f64], by: &[f64]| -> Vec<f64> {
        by.iter().zip(to).map(|(by, to)| by - to).collect()
    };
    let what = format!(
        "bare ARI: caller's INVITE to agent's INVITE, 50 calls/s, p50, rounds {}",
        range(bare)
    );
    Figure::new("asterisk.adapter_bare_ms", what, median(bare), "ms").hand_in();
    let with_engine = added(bare, ours);
    let what = format!(
        "what adapter and engine add to it, journal on disk, rounds {}; limit: the bare way",
        range(&with_engine)
    );
    Figure::new("asterisk.adapter_adds_ms", what, median(&with_engine), "ms")
        .beside(median(bare))
        .target(Target::ValueAtMost(ADDED_MS))
        .hand_in();
    let commit = added(memory, ours);
    let what = format!(
        "of which the disk, beside a journal in memory, rounds {}",
        range(&commit)
    );
    Figure::new("asterisk.adapter_commit_ms", what, median(&commit), "ms").hand_in();
}
