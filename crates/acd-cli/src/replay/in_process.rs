//! A replay on the virtual clock.

use std::path::Path;

use acd_replay::play::InProcess;
use acd_replay::report::{ClosingReport, Tally, Thresholds};
use anyhow::anyhow;

use super::kept::Kept;
use super::{Replay, conclude, progress_bar};
use crate::log_part;

/// How many steps are played between two looks at the progress bar.
const STEPS: usize = 1_000;

/// Plays it, and keeps what happens as the journal of a server in this directory, if one is given.
pub(super) fn run(replay: &Replay, keep: Option<&Path>, json: bool) -> anyhow::Result<()> {
    let mut kept = keep.map(Kept::new).transpose()?;
    let bar = progress_bar(replay.script.calls.len())?;
    let refused = |refusal| anyhow!("the engine refused what the log says: {refusal}");
    let mut player = InProcess::new(&replay.script);
    let mut steps = 0;
    let mut events = 0;
    let mut happened = Vec::new();
    loop {
        let goes_on = player
            .step(&mut |_, event| happened.push(event.clone()))
            .map_err(refused)?;
        events += happened.len();
        if let Some(kept) = &mut kept {
            kept.take(&happened)?;
        }
        happened.clear();
        if !goes_on {
            break;
        }
        steps += 1;
        if steps % STEPS == 0 {
            bar.set_position(player.progress().0 as u64);
            bar.set_message(log_part::shown(player.now_ms()));
        }
    }
    kept.map_or(Ok(()), Kept::finish)?;
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
