//! Random tests draw from one seed that the checkout fixes, so that the same checkout gives the same result, and
//! `cargo xtask hunt` can draw another.

use crate::checkout::{assert_none, text, tracked_with_extension};

/// What makes a test draw on its own account, or keeps a finding from being kept.
const OWN_WAYS: [&str; 7] = [
    "TestRunner::new(",
    "TestRunner::default(",
    "failure_persistence",
    "rng_seed",
    "rand::rng(",
    "thread_rng(",
    "from_os_rng(",
];

#[test]
fn cargo_gives_every_test_the_seed_of_the_checkout() {
    let seed = std::env::var("PROPTEST_RNG_SEED").unwrap_or_default();
    assert!(
        seed.parse::<u64>().is_ok(),
        "PROPTEST_RNG_SEED is {seed:?}, .cargo/config.toml sets a number"
    );
}

#[test]
fn no_random_test_draws_or_keeps_in_a_way_of_its_own() {
    let own = file!().rsplit('/').next().expect("a file name");
    let files = tracked_with_extension("rs");
    let others = files.iter().filter(|file| !file.ends_with(own));
    let findings: Vec<_> = others
        .flat_map(|file| {
            let ways = own_ways(&text(file));
            ways.into_iter()
                .map(move |way| format!("{}: {way}", file.display()))
        })
        .collect();
    assert_none(
        "write it in a `proptest!` block with the defaults for seed and persistence:",
        &findings,
    );
}

#[test]
fn a_test_with_a_way_of_its_own_is_found() {
    assert_eq!(
        own_ways("let mut runner = TestRunner::new(Config::default());"),
        ["TestRunner::new("]
    );
    assert!(own_ways("let mut runner = TestRunner::deterministic();").is_empty());
}

fn own_ways(code: &str) -> Vec<&'static str> {
    let found = OWN_WAYS.into_iter().filter(|way| code.contains(way));
    found.collect()
}
