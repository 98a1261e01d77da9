//! `acd-sim`: runs the simulator.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use acd_sim::{Coverage, Fault, Outcome, Plan, run, run_in_words, shrink};
use anyhow::{Result, bail};
use clap::{Args, Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The plans that once broke a promise: they run before all others.
const KEPT: &str = include_str!("../kept.txt");

/// Runs the real engine, journal, services and clients in a simulated world in which everything goes wrong.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Runs seeds until one breaks a promise, on all processors
    Run(Run),
}

#[derive(Args)]
struct Run {
    /// Run this seed only, exactly as it ran before, and tell what happened last
    #[arg(long)]
    seed: Option<u64>,
    /// The first of the seeds
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// How many seeds
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// Begin no run after so many minutes
    #[arg(long)]
    minutes: Option<u64>,
    /// How many threads; else one for each processor
    #[arg(long)]
    threads: Option<NonZeroUsize>,
    /// Fail if anything there is was not seen: an event, a refusal, an outcome, the end of a stream
    #[arg(long)]
    sees_everything: bool,
    /// Tell what was seen, and how often
    #[arg(long)]
    coverage: bool,
    /// Do not make a violation smaller
    #[arg(long)]
    as_it_is: bool,
    #[command(flatten)]
    changes: Changes,
}

/// What is another than the seed says.
#[derive(Args, Clone, Debug)]
struct Changes {
    /// How many contacts may arrive in each run
    #[arg(long, default_value_t = 400)]
    contacts: u64,
    /// How many agents have desks
    #[arg(long)]
    agents: Option<usize>,
    /// How many switches there are
    #[arg(long)]
    switches: Option<usize>,
    /// Leave out these faults
    #[arg(long, value_parser = fault)]
    without: Vec<Fault>,
}

/// A line of the kept plans.
#[derive(Parser)]
struct Kept {
    #[arg(long)]
    seed: u64,
    #[command(flatten)]
    changes: Changes,
}

fn fault(name: &str) -> Result<Fault, String> {
    let found = Fault::ALL.into_iter().find(|fault| fault.name() == name);
    found.ok_or_else(|| {
        format!(
            "there is no fault {name:?}: {}",
            Fault::ALL.map(Fault::name).join(", ")
        )
    })
}

impl Changes {
    fn plan(&self, seed: u64) -> Plan {
        let mut plan = Plan::of(seed, self.contacts);
        plan.agents = self.agents.unwrap_or(plan.agents);
        plan.switches = self.switches.unwrap_or(plan.switches);
        for fault in &self.without {
            plan.faults = plan.faults.without(*fault);
        }
        plan
    }
}

fn kept() -> Vec<Plan> {
    let lines = KEPT.lines().filter(|line| line.starts_with("--"));
    let plans = lines.map(|line| {
        let words = std::iter::once("kept").chain(line.split_whitespace());
        let kept = Kept::parse_from(words);
        kept.changes.plan(kept.seed)
    });
    plans.collect()
}

/// What all runs came to.
#[derive(Default)]
struct Total {
    runs: u64,
    contacts: u64,
    faults: u64,
    kills: u64,
    batches: u64,
    messages: u64,
    simulated: Duration,
    coverage: Coverage,
    broken: Option<(Plan, Outcome)>,
}

impl Total {
    fn add(&mut self, plan: Plan, outcome: Outcome) {
        self.runs += 1;
        self.contacts += outcome.contacts;
        self.faults += outcome.faults;
        self.kills += outcome.kills;
        self.batches += outcome.batches;
        self.messages += outcome.messages;
        self.simulated += outcome.simulated;
        self.coverage.add(&outcome.coverage);
        if outcome.violation.is_some() && self.broken.is_none() {
            self.broken = Some((plan, outcome));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "how fast it is on this machine")]
fn main() -> Result<()> {
    let What::Run(asked) = Cli::parse().what;
    if let Some(seed) = asked.seed {
        return run_one(&asked.changes.plan(seed));
    }
    let begun = Instant::now();
    let until = asked
        .minutes
        .map(|minutes| Duration::from_secs(60 * minutes));
    let kept = kept();
    let next = AtomicU64::new(0);
    let total = Mutex::new(Total::default());
    let threads = asked
        .threads
        .or_else(|| thread::available_parallelism().ok());
    thread::scope(|scope| {
        for _ in 0..threads.map_or(1, NonZeroUsize::get) {
            scope.spawn(|| {
                while until.is_none_or(|until| begun.elapsed() < until) {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    let plan = match kept.get(nth as usize) {
                        Some(plan) => *plan,
                        None if nth - (kept.len() as u64) < asked.seeds => {
                            asked.changes.plan(asked.from + nth - kept.len() as u64)
                        }
                        None => return,
                    };
                    let outcome = run(&plan);
                    let mut total = total.lock().expect("nothing in there panics");
                    total.add(plan, outcome);
                    if total.broken.is_some() {
                        return;
                    }
                }
            });
        }
    });
    let total = total.into_inner().expect("nothing in there panics");
    if let Some((plan, outcome)) = total.broken {
        return broken(plan, &outcome, asked.as_it_is);
    }
    tell(&total, begun.elapsed());
    if asked.coverage {
        println!("{}", total.coverage);
    }
    let unseen = total.coverage.unseen();
    if asked.sees_everything && !unseen.is_empty() {
        bail!("never seen: {}", unseen.join(", "));
    }
    Ok(())
}

fn tell(total: &Total, took: Duration) {
    let seconds = took.as_secs_f64();
    println!(
        "acd-sim: {} runs, {} contacts, {} faults, {} kills, {} batches, {} messages, {} h simulated, 0 violations",
        total.runs,
        total.contacts,
        total.faults,
        total.kills,
        total.batches,
        total.messages,
        total.simulated.as_secs() / 3_600
    );
    println!(
        "acd-sim: {seconds:.1} s, {:.0} contacts/s, {:.0} faults/s",
        total.contacts as f64 / seconds,
        total.faults as f64 / seconds
    );
}

/// Runs one plan and tells what happened last.
fn run_one(plan: &Plan) -> Result<()> {
    let outcome = run_in_words(plan);
    for line in &outcome.timeline {
        println!("{line}");
    }
    println!(
        "{plan}: {} contacts, {} faults, digest {:016x}",
        outcome.contacts, outcome.faults, outcome.digest
    );
    match outcome.violation {
        Some(violation) => bail!("{violation}"),
        None => Ok(()),
    }
}

fn broken(plan: Plan, outcome: &Outcome, as_it_is: bool) -> Result<()> {
    let told = |outcome: &Outcome| {
        let violation = outcome.violation.as_ref();
        violation.map_or_else(|| "nothing, this time".to_owned(), ToString::to_string)
    };
    println!("{plan}\n  broke a promise: {}", told(outcome));
    if as_it_is {
        bail!("seed {} broke a promise", plan.seed);
    }
    let least = shrink(plan, |smaller| println!("  smaller: {smaller}"));
    let outcome = run_in_words(&least);
    for line in &outcome.timeline {
        println!("{line}");
    }
    println!("{least}\n  broke a promise: {}", told(&outcome));
    bail!(
        "a promise was broken; `acd-sim run {least}` shows it again, and a line in kept.txt keeps it"
    )
}
