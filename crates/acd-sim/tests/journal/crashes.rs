//! What was acknowledged is there after a crash at any operation of the disk, and at most one thing more that was under way,
//! whole.

use acd_sim::disk::{Crash, SimDisk};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::model::{Act, Model, check, draw, run, small_history};

const BOTH: [Crash; 2] = [Crash::Kill, Crash::PowerCut];

#[test]
fn a_crash_at_each_operation_of_a_small_history_loses_nothing() {
    let acts = small_history();
    for how in BOTH {
        for seed in 0..2 {
            let mut at = 0;
            loop {
                let disk = SimDisk::new(seed * 10_000 + at);
                let mut model = Model::default();
                disk.crash_after(at);
                run(&disk, &mut model, &acts);
                let is_cut = disk.is_down();
                disk.crash(how);
                check(&disk, &mut model);
                // What was recovered goes on, and survives a crash of its own.
                run(&disk, &mut model, &acts[..3]);
                disk.crash(Crash::PowerCut);
                check(&disk, &mut model);
                if !is_cut {
                    break;
                }
                at += 1;
            }
            assert!(at > 100, "{at} operations are no history");
        }
    }
}

#[test]
fn crashes_anywhere_in_long_histories_lose_nothing() {
    for seed in 0..40 {
        let mut rng = StdRng::seed_from_u64(seed);
        let disk = SimDisk::new(seed);
        let mut model = Model::default();
        for _ in 0..12 {
            let acts: Vec<Act> = (0..40).map(|_| draw(&mut rng)).collect();
            disk.crash_after(rng.random_range(0..600));
            run(&disk, &mut model, &acts);
            disk.crash(BOTH[rng.random_range(0..BOTH.len())]);
            // A crash while it recovers.
            if rng.random() {
                disk.crash_after(rng.random_range(0..20));
                run(&disk, &mut model, &[]);
                disk.crash(BOTH[rng.random_range(0..BOTH.len())]);
            }
            check(&disk, &mut model);
        }
        let counts = disk.counts();
        assert!(counts.kills + counts.power_cuts >= 12);
    }
}
