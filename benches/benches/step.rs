//! How long one step of a contact's life takes in the core: arrive, offer, accept, connect, end, ready again. Skills,
//! priorities and 1,000 classes of demand; idle-rich: every contact finds its agent; backlog-rich: every agent finds a
//! contact. The limit beside it: reading the clock twice and finding one of as many things in a hash map, which is the
//! least that any step does.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Arc, Mutex};

use acd_benches::asked::Asked;
use acd_benches::busy::Busy;
use acd_benches::quantiles::Quantiles;
use acd_benches::report::{Figure, Target};
use acd_benches::stop_watch::timed;

const STEPS: usize = 200_000;

fn main() {
    let asked = Asked::of_command_line();
    for (name, agents) in [("1k", 1_000), ("10k", 10_000), ("100k", 100_000)] {
        for (rich, backlog) in [("idle", false), ("backlog", true)] {
            let key = format!("core.step_ns.{name}.{rich}");
            if asked.for_key(&key) {
                let what = format!("one step, {agents} agents, {rich}-rich");
                let steps = asked.or_quick(STEPS, STEPS / 20);
                hand_in(
                    &key,
                    &what,
                    &steps_of(agents, backlog, steps),
                    &least(agents),
                );
            }
        }
    }
}

fn hand_in(key: &str, what: &str, steps: &Quantiles, least: &Quantiles) {
    for (name, share, target) in [
        ("p50", 0.5, Some(1_000.0)),
        ("p99", 0.99, None),
        ("p99.9", 0.999, Some(10_000.0)),
    ] {
        let figure = Figure {
            target: target.map(Target::ValueAtMost),
            ..Figure::new(format!("{key}.{name}"), what, steps.at(share), "ns")
        };
        figure.beside(least.at(share)).hand_in();
    }
}

/// Nanoseconds of so many steps.
fn steps_of(agents: usize, backlog: bool, steps: usize) -> Quantiles {
    let mut busy: Busy = Busy::with(agents, backlog);
    // As many again first, so that what is remembered for an hour is remembered.
    busy.live(steps / 10);
    let times = Arc::new(Mutex::new(Vec::with_capacity(steps + 10)));
    let note = times.clone();
    busy.centre().watch(Box::new(move |_, work| {
        let ((), took) = timed(work);
        note.lock().expect("whole").push(took);
    }));
    busy.live(steps);
    let times = std::mem::take(&mut *times.lock().expect("whole"));
    Quantiles::of(times)
}

/// Nanoseconds of the least that a step does.
fn least(things: usize) -> Quantiles {
    let names = (0..things).map(|no| (format!("agent{no}"), no));
    let map: HashMap<String, usize> = names.collect();
    let asked: Vec<String> = (0..10_000)
        .map(|no| format!("agent{}", no * 7_919 % things))
        .collect();
    let times = asked
        .iter()
        .map(|name| timed(|| black_box(map.get(name))).1);
    Quantiles::of(times.collect())
}
