//! A replay on the virtual clock.

use acd_replay::play::InProcess;
use acd_replay::report::{ClosingReport, Tally, Thresholds};
use anyhow::anyhow;

use super::{Replay, conclude, progress_bar};
use crate::log_part;

/// How many steps are played between two looks at the progress bar.
const STEPS: usize = 1_000;

pub(super) fn run(replay: &Replay, json: bool) -> anyhow::Result<()> {
    let bar = progress_bar(replay.script.calls.len())?;
    let refused = |refusal| anyhow!("the engine refused what the log says: {refusal}");
    let mut player = InProcess::new(&replay.script).map_err(refused)?;
    let mut steps = 0;
    let mut events = 0_u64;
    while player.step(&mut |_, _| events += 1).map_err(refused)? {
        steps += 1;
        if steps % STEPS == 0 {
            bar.set_position(player.progress().0 as u64);
            bar.set_message(log_part::shown(player.now_ms()));
        }
    }
    bar.finish_and_clear();
    eprintln!("{events} events in {:.2} s", bar.elapsed().as_secs_f64());
    let recorded = Tally::recorded(&replay.log);
    let report = ClosingReport::new(
        Thresholds::default(),
        &player.finish(),
        Some(&recorded),
        replay.notes.clone(),
    );
    conclude(&report, json, &[])
}
