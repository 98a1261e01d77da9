//! The binary `acd`: runs the server, plays call logs against it, shows what goes on in it and why.
//!
//! One file per command. What several of them need is named for what it holds: [`connection`] the options that say how
//! to reach a server, [`exit`] how a command ends and [`interrupt`] who may end it, [`output`] what is written for people
//! and programs, [`overview`] a tenant as text, [`log_part`] which part of a call log is meant.

mod adapter;
mod completions;
mod config;
mod connection;
mod console;
mod demo;
mod descriptors;
mod exit;
mod explain;
mod health;
mod history;
mod import;
mod interrupt;
mod journal;
mod load;
mod log_part;
mod logging;
mod man;
mod manager;
mod output;
mod overview;
mod privacy;
mod quality;
mod replay;
mod report;
mod scenario;
mod serve;
mod status;
mod supervise;
mod top;
mod traces;
mod version;

use std::num::NonZero;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;
use tokio::runtime::{Builder, Runtime};

use connection::ConnectionArgs;

/// A contact's life allocates hundreds of small things on three threads and gives many of them back on another.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// An automatic call distributor: it brings contacts and agents together.
///
/// The server runs with `acd serve`. Everything else talks to a server over its public API, except `acd health`, which
/// asks its metrics address, `acd demo`, which brings its own, `acd replay --in-process` and `acd scenario`, which need none, `acd config check` and `acd import
/// asterisk`, which only read files, and `acd journal` and `acd history` (but for `find` and `show`), which read the files of a
/// server.
#[derive(Parser)]
#[command(name = "acd", version = version::version(), after_long_help = AFTER_HELP, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(serve::Args),
    Console(console::Args),
    #[command(subcommand)]
    Adapter(adapter::Command),
    Demo(demo::Args),
    Replay(replay::Args),
    Load(load::Args),
    Health(health::Args),
    Top(top::Args),
    Status(status::Args),
    Explain(explain::Args),
    Supervise(supervise::Args),
    #[command(subcommand)]
    Config(config::Command),
    #[command(subcommand)]
    Import(import::Command),
    #[command(subcommand)]
    Scenario(scenario::Command),
    #[command(subcommand)]
    Journal(journal::Command),
    #[command(subcommand)]
    History(history::Command),
    Report(report::Args),
    Privacy(privacy::Args),
    #[command(subcommand)]
    Quality(quality::Command),
    Completions(completions::Args),
    Man(man::Args),
}

const AFTER_HELP: &str = "\
Try it:
  acd demo --for 30s                     a whole centre in one command, no files left behind
  acd serve --config acd.toml            a server; deploy/examples/minimal.toml is a small file to begin with
  acd scenario new first.acd             a scenario to begin with; acd scenario run first.acd tests routing with it
  acd report queues --last 7d --by day   what the queues of a server with a history did; csv, json, parquet and html, too
  acd top                                queues, agents and contacts of a running server, live, and why

Exit codes:
  0  done, and all of it was in order
  1  it failed, or what was found is not in order (the configuration has problems, a scenario fails,
     a report does not add up)
  2  the command line is wrong
  3  the server cannot be reached, or did not answer in time
  4  the server refused; the message names the field and the remedy";

fn main() -> ExitCode {
    let cli = Cli::parse();
    exit::code(run(cli))
}

fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Serve(args) => serve::run(&args),
        Command::Console(args) => console::run(&cli.connection, &args),
        Command::Adapter(command) => adapter::run(&command),
        Command::Demo(args) => demo::run(&args),
        Command::Replay(args) => replay::run(&cli.connection, &args),
        Command::Load(args) => load::run(&cli.connection, &args),
        Command::Health(args) => health::run(&args),
        Command::Top(args) => top::run(&cli.connection, &args),
        Command::Status(args) => status::run(&cli.connection, &args),
        Command::Explain(args) => explain::run(&cli.connection, &args),
        Command::Supervise(args) => supervise::run(&cli.connection, &args),
        Command::Config(command) => config::run(&cli.connection, &command),
        Command::Import(command) => import::run(&cli.connection, &command),
        Command::Scenario(command) => scenario::run(&command),
        Command::Journal(command) => journal::run(&cli.connection, &command),
        Command::History(command) => history::run(&cli.connection, &command),
        Command::Report(args) => report::run(&cli.connection, &args),
        Command::Privacy(args) => privacy::run(&cli.connection, &args),
        Command::Quality(command) => quality::run(&cli.connection, &command),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    }
}

/// The runtime of a command that talks to a server.
fn runtime() -> anyhow::Result<Runtime> {
    Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start threads")
}

/// The runtime of a server: its shards have threads of their own, and each keeps a processor for its own.
fn runtime_beside(shards: u16) -> anyhow::Result<Runtime> {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let left = processors.saturating_sub(shards.into()).max(1);
    Builder::new_multi_thread()
        .worker_threads(left)
        .enable_all()
        .build()
        .context("cannot start threads")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
