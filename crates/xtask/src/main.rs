//! `cargo xtask COMMAND`: the one surface for every developer command.
//!
//! One file per command; what several commands share is named for what it holds: [`process`] runs a program,
//! [`cargo_tools`], [`debian`], [`debian_system`], [`asterisk`], [`machine`], [`python`], [`node`], [`chromium`],
//! [`postgres`] and [`fault_tools`] install what the tests need, all of it below `target/` or in cargo's own folder, so that nothing else on the machine changes.

mod asterisk;
mod bench;
mod cargo_tools;
mod check;
mod chromium;
mod crash;
mod debian;
mod debian_system;
mod docs;
mod fault_tools;
mod fmt;
mod fuzz;
mod gate;
mod hunt;
mod licences;
mod machine;
mod model;
mod node;
mod package;
mod postgres;
mod process;
mod proto;
mod python;
mod random_tests;
mod release;
mod release_build;
mod screenshots;
mod setup;
mod simulate;
mod soak;
mod test;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Developer commands of the automatic call distributor.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    arg_required_else_help = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Everything that needs no run of the product: format, lints, docs, structural tests, dependency policy
    Check(check::Options),
    /// Install what the tests need, then run them all: doc tests and the gate of instruction counts first, nextest last
    Test(test::Options),
    /// Run the random tests with new seeds until the time is over, and keep what fails
    Hunt(hunt::Options),
    /// Kill the release binary under load, take the power from its disk, and damage its files, many times over
    Crash(crash::Options),
    /// Try every order of offer, accept, connect, hang-up, loss and restart, to a bound beyond that of the tests
    Model(model::Options),
    /// Run the simulator, in which everything goes wrong: what the suite runs, or other seeds
    Simulate(simulate::Options),
    /// Let a centre work for hours while attackers come and go, and see whether the server stays as it was
    Soak(soak::Options),
    /// Give all that reads what strangers send inputs that reach what none has reached before, until the time is over
    Fuzz(fuzz::Options),
    /// Run the benchmarks and report what they measured; or accept a base line
    Bench(bench::Options),
    /// Take pictures of every page of the console and of a report into target/screenshots
    Screenshots(screenshots::Options),
    /// Compile proto/ and check its comments, names and format; writes nothing
    Proto,
    /// Format all Rust code
    Fmt,
    /// Build the Debian package of acd, its debug symbols and a tarball
    Package(package::Options),
    /// Write which licences come with what is linked into acd
    Licences(licences::Options),
    /// Build and pack the commit that is checked out, with checksums (docs/releasing.md)
    Release,
    /// Build the commit twice in different folders, and fail where a byte differs
    Reproduce,
    /// Build the API documentation, warnings being errors
    Docs(docs::Options),
    /// Install what the tests need and nothing more (`test` does it by itself)
    Setup(setup::Options),
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The failed program has told the details; a backtrace of xtask would bury them.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Check(options) => check::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Hunt(options) => hunt::run(&options),
        Command::Crash(options) => crash::run(&options),
        Command::Model(options) => model::run(&options),
        Command::Simulate(options) => simulate::run(&options),
        Command::Soak(options) => soak::run(&options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Screenshots(options) => screenshots::run(&options),
        Command::Proto => proto::run(),
        Command::Fmt => fmt::run(),
        Command::Package(options) => package::run(&options),
        Command::Licences(options) => licences::run(&options),
        Command::Release => release::run(),
        Command::Reproduce => release::reproduce(),
        Command::Docs(options) => docs::run(&options),
        Command::Setup(options) => setup::run(&options),
    }
}
