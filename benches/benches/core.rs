//! What the core costs as a whole: its dearest event, how much faster it is than looking at everything, how fast it
//! applies what a journal holds, and how much memory it takes.

#[allow(unreachable_pub, reason = "it is public to the tests it comes from")]
#[path = "../../crates/acd-core/tests/engine/naive.rs"]
mod naive;

use std::hint::black_box;
use std::sync::{Arc, Mutex};

use acd_benches::asked::Asked;
use acd_benches::busy::{Busy, arrival, config};
use acd_benches::centre::{Centre, NoMatching};
use acd_benches::memory;
use acd_benches::quantiles::Quantiles;
use acd_benches::random_day::RandomDay;
use acd_benches::report::{Figure, Target};
use acd_benches::stop_watch::timed;
use acd_core::command::Arrival;
use acd_core::matching::{IndexedMatcher, Matcher};
use acd_core::requirement::Requirement;
use acd_core::state::State;

use naive::NaiveMatcher;

const AGENTS: usize = 10_000;
/// How many wait whom nobody can serve.
const UNSERVED: usize = 100;
/// How many agents and contacts memory is measured with.
const MANY: usize = 100_000;
/// An event is the same in every run; how long it takes is the shortest of these.
const RUNS: usize = 3;

fn main() {
    match memory::growth_asked().as_deref() {
        Some("agents") => return agents_growth(),
        Some(_) => return contacts_growth(),
        None => {}
    }
    let asked = Asked::of_command_line();
    if asked.for_key("core.worst_event_us") {
        worst_event(asked.or_quick(4_000, 400));
    }
    if asked.for_key("core.naive_ratio") {
        naive_ratio(asked.or_quick([300, 30], [60, 6]));
    }
    if asked.for_key("core.replay_events_per_s") {
        replay(asked.or_quick(200_000, 20_000));
    }
    for (key, what, growth, most) in [
        ("agent", "an agent who is ready", "agents", 2_048.0),
        ("waiting_contact", "a waiting contact", "contacts", 1_024.0),
    ] {
        let key = format!("core.bytes_per_{key}");
        if asked.for_key(&key) {
            let bytes = memory::growth_of(growth) / MANY as f64;
            let what = format!("{what}, in one copy of the state");
            let figure = Figure::new(key, what, bytes, "bytes");
            figure.target(Target::ValueAtMost(most)).hand_in();
        }
    }
}

/// Kinds and nanoseconds of the events that work lives through.
type Times = Arc<Mutex<Vec<(&'static str, f64)>>>;

/// Notes the time of each event of the centre from now on.
fn watch<M: Matcher>(centre: &mut Centre<M>) -> Times {
    let times = Times::default();
    let note = times.clone();
    centre.watch(Box::new(move |kind, work| {
        let ((), took) = timed(work);
        note.lock().expect("whole").push((kind, took));
    }));
    times
}

fn taken(times: &Times) -> Vec<(&'static str, f64)> {
    std::mem::take(&mut *times.lock().expect("whole"))
}

fn worst_event(steps: usize) {
    let run = |_| {
        let mut day = RandomDay::begin(AGENTS, AGENTS);
        let times = watch(day.centre());
        day.live(steps);
        taken(&times)
    };
    let runs: Vec<Vec<(&str, f64)>> = (0..RUNS).map(run).collect();
    let shortest = |no: usize| {
        let times = runs.iter().map(|run| run[no].1);
        (times.fold(f64::INFINITY, f64::min) / 1e3, runs[0][no].0)
    };
    let all: Vec<(f64, &str)> = (0..runs[0].len()).map(shortest).collect();
    let worst = all.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0));
    let (worst, kind) = worst.expect("some events");
    let what = format!("the dearest event of a day with all rules: {kind}; limit: the median");
    let median = Quantiles::of(all.iter().map(|(us, _)| *us).collect()).at(0.5);
    let figure = Figure::new("core.worst_event_us", what, worst, "us");
    let figure = figure.target(Target::ValueAtMost(200.0));
    figure.beside(median).hand_in();
}

/// Arrivals that are offered at once while some others wait whom nobody can serve: so many through the index, and so many
/// naively, each of which looks at all agents for all who wait.
fn naive_ratio(contacts: [usize; 2]) {
    fn arrivals<M: Matcher>(contacts: usize) -> f64 {
        let mut busy = Busy::<M>::with(AGENTS, false);
        // Agents speak two languages.
        let all_three = Requirement::all_of([("de", 1), ("en", 1), ("fr", 1)]);
        busy.centre().arrive_many(UNSERVED, |no| Arrival {
            requirement: Some(all_three.clone()),
            ..arrival(no)
        });
        let times = watch(busy.centre());
        busy.live(4 * contacts);
        let arrivals = taken(&times).into_iter();
        let arrivals = arrivals.filter(|(kind, _)| *kind == "arrive");
        Quantiles::of(arrivals.map(|(_, took)| took).collect()).at(0.5)
    }
    let indexed = arrivals::<IndexedMatcher>(contacts[0]);
    let naive = arrivals::<NaiveMatcher>(contacts[1]);
    let what = "an arrival beside 100 whom nobody can serve, naively; limit: through the index";
    let figure = Figure::new("core.naive_ratio", what, naive, "ns");
    let figure = figure.target(Target::RatioAtLeast(50.0));
    figure.beside(indexed).hand_in();
}

fn replay(steps: usize) {
    let mut busy: Busy = Busy::with(AGENTS, false);
    let facts = busy.centre().state().facts().clone();
    busy.centre().keep_log();
    busy.live(steps);
    let log = busy.centre().log();
    let apply = || {
        let mut state = State::from_facts(facts.clone());
        let ((), took) = timed(|| {
            for event in log {
                state.replay(event);
            }
        });
        took
    };
    let copy = || timed(|| black_box(log.to_vec())).1;
    let per_second = |time: &dyn Fn() -> f64| {
        let nanos = (0..RUNS).map(|_| time()).fold(f64::INFINITY, f64::min);
        log.len() as f64 * 1e9 / nanos
    };
    let what = "applying the events of a busy day; limit: copying them";
    let figure = Figure::new("core.replay_events_per_s", what, per_second(&apply), "1/s");
    let figure = figure.target(Target::ValueAtLeast(2e6));
    figure.beside(per_second(&copy)).hand_in();
}

fn agents_growth() {
    let config = config(MANY);
    let before = memory::resident();
    let mut centre: Centre<NoMatching> = Centre::open(config);
    centre.all_ready(0..MANY);
    println!("{}", memory::resident() - before);
}

fn contacts_growth() {
    let mut centre: Centre<NoMatching> = Centre::open(config(100));
    let before = memory::resident();
    centre.arrive_many(MANY, arrival);
    println!("{}", memory::resident() - before);
}
