//! `acd-sim`: runs the simulator.

use std::time::{Duration, Instant};

use acd_sim::{Coverage, Fault, Plan, run, shrink};
use anyhow::{Result, bail};
use clap::{Args, Parser, Subcommand};

/// Runs the real engine, journal, services and clients in a simulated world in which everything goes wrong.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Runs seeds, one after the other, until one breaks a promise.
    Run(Run),
}

#[derive(Args)]
struct Run {
    /// Run this seed only, exactly as it ran before.
    #[arg(long)]
    seed: Option<u64>,
    /// The first of the seeds.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// How many seeds.
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// Stop after so many minutes.
    #[arg(long)]
    minutes: Option<u64>,
    /// How many contacts arrive in each run.
    #[arg(long, default_value_t = 500)]
    contacts: u64,
    /// How many agents have desks; else the seed says.
    #[arg(long)]
    agents: Option<usize>,
    /// How many switches there are; else the seed says.
    #[arg(long)]
    switches: Option<usize>,
    /// Leave these faults out.
    #[arg(long, value_parser = fault)]
    without: Vec<Fault>,
    /// Do not make a violation smaller.
    #[arg(long)]
    as_it_is: bool,
    /// Tell what was seen of all there is.
    #[arg(long)]
    coverage: bool,
}

fn fault(name: &str) -> Result<Fault, String> {
    let names = || Fault::ALL.map(Fault::name).join(", ");
    let found = Fault::ALL.into_iter().find(|fault| fault.name() == name);
    found.ok_or_else(|| format!("there is no fault {name:?}: {}", names()))
}

#[expect(clippy::disallowed_methods, reason = "how fast it is on this machine")]
fn main() -> Result<()> {
    let What::Run(asked) = Cli::parse().what;
    if std::env::var_os("RUST_LOG").is_some() {
        tracing_subscriber::fmt().with_env_filter(tracing_subscriber::EnvFilter::from_default_env()).without_time().init();
    }
    let begun = Instant::now();
    let until = asked.minutes.map(|minutes| Duration::from_secs(60 * minutes));
    let seeds = match asked.seed {
        Some(seed) => seed..seed + 1,
        None => asked.from..asked.from + asked.seeds,
    };
    let mut all = Coverage::default();
    let (mut runs, mut contacts, mut faults, mut kills, mut batches, mut messages) = (0, 0, 0, 0, 0, 0);
    let mut simulated = Duration::ZERO;
    for seed in seeds {
        if until.is_some_and(|until| begun.elapsed() > until) {
            break;
        }
        let mut plan = Plan::of(seed, asked.contacts);
        plan.agents = asked.agents.unwrap_or(plan.agents);
        plan.switches = asked.switches.unwrap_or(plan.switches);
        for fault in &asked.without {
            plan.faults = plan.faults.without(*fault);
        }
        let outcome = run(&plan);
        if asked.seed.is_some() {
            println!("{plan}: digest {:016x}, {} contacts", outcome.digest, outcome.contacts);
        }
        runs += 1;
        contacts += outcome.contacts;
        faults += outcome.faults;
        kills += outcome.kills;
        batches += outcome.batches;
        messages += outcome.messages;
        simulated += outcome.simulated;
        all.add(&outcome.coverage);
        if let Some(violation) = outcome.violation {
            println!("{plan}\n  {violation}");
            if !asked.as_it_is {
                let least = shrink(plan, |smaller| println!("  smaller: {smaller}"));
                if let Some(violation) = run(&least).violation {
                    println!("{least}\n  {violation}");
                }
            }
            bail!("seed {seed} broke a promise");
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{runs} runs, {contacts} contacts, {faults} faults, {kills} kills, {batches} batches, {messages} messages, {} hours simulated, 0 violations",
        simulated.as_secs() / 3_600
    );
    println!(
        "{seconds:.1} s: {:.0} contacts/s, {:.0} faults/s",
        contacts as f64 / seconds,
        faults as f64 / seconds
    );
    if asked.coverage {
        println!("{all:#?}");
    }
    Ok(())
}
