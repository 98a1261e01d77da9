//! Checks the model to a bound that the command line says: `cargo xtask model`.

use std::process::ExitCode;

use acd_model::{Rules, Search, check};
use clap::Parser;

/// Tries every order of offer, accept, connect, hang-up, loss and restart.
#[derive(Parser)]
struct Options {
    /// How many agents there are.
    #[arg(long, default_value_t = 1)]
    agents: u8,
    /// How many contacts arrive.
    #[arg(long, default_value_t = 1)]
    contacts: u8,
    /// How many faults may happen in one history.
    #[arg(long, default_value_t = 3)]
    faults: u8,
    /// Short histories first: shorter findings, and far more memory.
    #[arg(long)]
    breadth_first: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let rules = Rules {
        agents: options.agents,
        contacts: options.contacts,
        faults: options.faults,
        bug: None,
    };
    let search = match options.breadth_first {
        true => Search::Breadth,
        false => Search::Depth,
    };
    let report = check(rules, search);
    println!(
        "{} states, the longest history has {} steps",
        report.states, report.depth
    );
    for finding in &report.findings {
        println!("does not hold: {}", finding.property);
        for (at, step) in finding.story.iter().enumerate() {
            println!("{:>4}. {step}", at + 1);
        }
    }
    match report.findings.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
