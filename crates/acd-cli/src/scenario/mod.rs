//! `acd scenario`: tests routing with text files, on a virtual clock.

mod new;
mod run;

/// Test routing with scenario files, on a virtual clock
///
/// A scenario says what happens at which virtual second and what must be observed: who is offered what, with which
/// outcome, counters and reasons. docs/scenarios.md explains the format and lists everything that can be written.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    Run(run::Args),
    New(new::Args),
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Run(args) => run::run(args),
        Command::New(args) => new::run(args),
    }
}
