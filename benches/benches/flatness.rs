//! Whether an event costs the same in a small centre and in a large one, for each row: instructions of the dearest event
//! and of the event in the middle, in the large one over the small one.

use std::path::Path;
use std::time::Duration;

use acd_benches::asked::Asked;
use acd_benches::centre::TIME;
use acd_benches::instructions::{Counted, Job, count_all};
use acd_benches::quantiles::Quantiles;
use acd_benches::report::{Figure, Target};
use acd_benches::rows::Row;

const SMALL: usize = 1_000;
const LARGE: usize = 100_000;
const HOURS: usize = 10;
/// A row that is not done by then has no end: the engine looks at everything again and again. Most of a row's time goes
/// into its centre's state, which takes up to half a minute with a hundred thousand agents.
const WITHIN: Duration = Duration::from_secs(90);

fn main() {
    let asked = Asked::of_command_line();
    let key = |row: &Row| format!("core.flatness.{}", row.key);
    let rows = Row::all().into_iter();
    let rows: Vec<Row> = rows.filter(|row| asked.for_key(&key(row))).collect();
    let large = std::env::var("ACD_BENCH_AGENTS").ok();
    let large = large.map_or(asked.or_quick(LARGE, 10 * SMALL), |agents| {
        agents.parse().expect("a number of agents")
    });
    let jobs: Vec<Job> = rows
        .iter()
        .flat_map(|row| [SMALL, large].map(|agents| (*row, agents)))
        .map(|(row, agents)| Job {
            row,
            agents,
            hours: HOURS,
            within: WITHIN,
        })
        .collect();
    let program = Path::new(env!("CARGO_BIN_EXE_acd-benches"));
    let counted = count_all(program, &jobs).expect("valgrind runs, and so do the rows");
    for (row, sizes) in rows.iter().zip(counted.chunks(2)) {
        for (name, count) in [("p50", median as Count), ("dearest", dearest)] {
            let [small, big] = [0, 1].map(|size| sizes[size].as_deref().map(count));
            let figure = Figure {
                key: format!("{}.{name}", key(row)),
                what: row.what.to_owned(),
                value: big,
                unit: format!("Ir at {}k", large / 1_000),
                limit: small,
                target: Some(Target::RatioAtMost(2.0)),
            };
            figure.hand_in();
        }
    }
}

type Count = fn(&[Counted]) -> f64;

/// What somebody asks in the middle. Slices of what is put off are as large as they may be, and the more there is to do
/// the more there are.
fn median(counted: &[Counted]) -> f64 {
    let asked = counted.iter().filter(|event| event.kind != TIME);
    Quantiles::of(asked.map(|event| event.instructions as f64).collect()).at(0.5)
}

fn dearest(counted: &[Counted]) -> f64 {
    let counts = counted.iter().map(|event| event.instructions);
    counts.max().unwrap_or(0) as f64
}
