//! Every input that is kept passes, what fuzzing found once and where it begins, and so do many that are made of them by
//! chance, always the same. This is fuzzing without a look at where inputs lead: `cargo xtask fuzz` looks.

use std::path::{Path, PathBuf};

use acd_fuzz::TARGETS;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

/// Where chance begins.
const SEED: u64 = 20_261_130;

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target)
}

/// Every input that is kept, by its name.
fn inputs(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = folder(target);
    let entries = std::fs::read_dir(&folder).expect("a corpus");
    let mut inputs: Vec<(String, Vec<u8>)> = entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let bytes = std::fs::read(&path).expect("an input");
            (path.display().to_string(), bytes)
        })
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "{target} has no corpus");
    inputs
}

/// Tries every input as it is, then so many that chance makes of them.
fn passes(target: &str, changed: usize) {
    let (_, run) = TARGETS
        .iter()
        .find(|(name, _)| *name == target)
        .expect("a target");
    let inputs = inputs(target);
    for (name, bytes) in &inputs {
        println!("{name}");
        run(bytes);
    }
    let mut chance = StdRng::seed_from_u64(SEED);
    for nth in 0..changed {
        let (name, bytes) = inputs.choose(&mut chance).expect("an input");
        let (_, other) = inputs.choose(&mut chance).expect("an input");
        let bytes = altered(bytes, other, &mut chance);
        println!("{nth}, made of {name}: {}", bytes.escape_ascii());
        run(&bytes);
    }
}

/// The input with some bytes changed, taken out or put in, or with a piece of the other one.
fn altered(bytes: &[u8], other: &[u8], chance: &mut StdRng) -> Vec<u8> {
    const TELLING: [u8; 8] = [0, 1, 0x7f, 0x80, 0xff, b'"', b'-', b'9'];
    let mut bytes = bytes.to_vec();
    for _ in 0..chance.random_range(1..=6) {
        let at = chance.random_range(0..=bytes.len());
        let end = (at + chance.random_range(1..=16)).min(bytes.len());
        let from = chance.random_range(0..=other.len());
        let piece = &other[from..(from + chance.random_range(1..=64)).min(other.len())];
        match chance.random_range(0..6) {
            0 => bytes
                .iter_mut()
                .skip(at)
                .take(1)
                .for_each(|it| *it ^= 1 << chance.random_range(0..8)),
            1 => bytes
                .iter_mut()
                .skip(at)
                .take(1)
                .for_each(|it| *it = chance.random()),
            2 => bytes.insert(at, *TELLING.choose(chance).expect("a byte")),
            3 => drop(bytes.drain(at..end)),
            4 => drop(bytes.splice(at..at, piece.iter().copied())),
            _ => drop(bytes.splice(at..end, piece.iter().copied())),
        }
    }
    bytes
}

#[test]
fn the_inputs_of_call_log_and_what_chance_makes_of_them() {
    passes("call_log", 20_000);
}

#[test]
fn the_inputs_of_configuration_and_what_chance_makes_of_them() {
    passes("configuration", 5_000);
}

#[test]
fn the_inputs_of_core_operations_and_what_chance_makes_of_them() {
    passes("core_operations", 150);
}

#[test]
fn the_inputs_of_journal_records_and_what_chance_makes_of_them() {
    passes("journal_records", 20_000);
}

#[test]
fn the_inputs_of_requests_and_what_chance_makes_of_them() {
    passes("requests", 300);
}

#[test]
fn the_inputs_of_scenario_and_what_chance_makes_of_them() {
    passes("scenario", 2_000);
}

#[test]
fn the_inputs_of_snapshot_and_what_chance_makes_of_them() {
    passes("snapshot", 20_000);
}

#[test]
fn the_inputs_of_tokens_and_what_chance_makes_of_them() {
    passes("tokens", 10_000);
}
