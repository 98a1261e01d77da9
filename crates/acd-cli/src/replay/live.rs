//! A script against a server, and its report.

use std::num::NonZeroUsize;
use std::time::Duration;

use acd_client::{Endpoint, Supervisor};
use acd_replay::play::live::{self, Latencies, Options, Progress, Stage};
use acd_replay::report::{ClosingReport, Side, Tally, Thresholds};
use acd_replay::script::Script;
use anyhow::Context as _;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::tenant::{Tenant, prepare};
use super::{Args, Replay, conclude, progress_bar};
use crate::connection::{ConnectionArgs, Usage};
use crate::interrupt::Interrupts;
use crate::log_part;

/// The tenant of a replay that is not told another.
const DEFAULT_TENANT: &str = "replay";
/// A server that was killed may take its time to come back.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(120);
/// How long calls may go on after a replay was interrupted.
const DRAIN: Duration = Duration::from_secs(10);
/// Agents that share a connection, well below the streams a server allows on one.
const AGENTS_PER_CONNECTION: usize = 200;

pub(super) fn run(connection: &ConnectionArgs, args: &Args, replay: &Replay) -> anyhow::Result<()> {
    crate::runtime()?.block_on(async {
        let agents = replay.script.shifts_by_agent().len();
        let endpoint = connection.endpoint(&usage(agents))?;
        let name = connection.tenant().unwrap_or(DEFAULT_TENANT);
        let config = live::at_speed(&replay.script.config, args.speed);
        let tenant = prepare(&endpoint, name, &config, args.reuse_tenant).await?;
        let play = Play {
            endpoint,
            script: &replay.script,
            options: Options {
                tenant: tenant.name.clone(),
                speed: args.speed,
                contact_suffix: tenant.contact_suffix.clone(),
                drain: DRAIN,
                server_gone_max: args.server_gone_max,
            },
            tenant,
        };
        let (stage, interrupted) = play.run_with_bar().await?;
        let mut notes = play.notes(&stage);
        if interrupted {
            notes.push(INTERRUPTED.to_owned());
        }
        notes.extend(replay.notes.clone());
        let recorded = Tally::recorded(&replay.log);
        let recorded = Side::of(&recorded.counts(Thresholds::default()));
        let (report, faults) = report(&play, &stage, Some(recorded), notes).await?;
        close(stage).await?;
        conclude(&report, args.json, &faults)
    })
}

const INTERRUPTED: &str = "The replay was interrupted: the recorded side has the calls that did not arrive any more as well.";

/// How a play uses its connections.
pub(crate) fn usage(agents: usize) -> Usage {
    let connections = 1 + agents / AGENTS_PER_CONNECTION;
    Usage {
        connections: NonZeroUsize::new(connections).unwrap_or(NonZeroUsize::MIN),
        request_timeout: REQUEST_TIMEOUT,
        traffic: None,
    }
}

/// A script and where it is played.
pub(crate) struct Play<'a> {
    pub(crate) endpoint: Endpoint,
    pub(crate) script: &'a Script,
    pub(crate) options: Options,
    pub(crate) tenant: Tenant,
}

impl Play<'_> {
    /// Plays it with a progress bar. Ctrl-C lets the open calls end; it is told with the result.
    async fn run_with_bar(&self) -> anyhow::Result<(Stage, bool)> {
        let bar = progress_bar(self.script.calls.len())?;
        let mut interrupts = Interrupts::listen()?;
        let stop = CancellationToken::new();
        let (progress, mut told) = watch::channel(Progress::default());
        let show = async {
            while told.changed().await.is_ok() {
                let progress = *told.borrow_and_update();
                bar.set_position(progress.over as u64);
                bar.set_message(message(progress));
            }
        };
        let interrupt = async {
            interrupts.next().await;
            stop.cancel();
            std::future::pending::<()>().await;
        };
        let play = live::play(&self.endpoint, self.script, &self.options, &stop, &progress);
        let stage = tokio::select! {
            stage = Box::pin(play) => stage,
            () = interrupt => unreachable!("it never ends"),
            () = show => unreachable!("the progress outlives the play"),
        };
        bar.finish_and_clear();
        let stage = stage.context("the play was given up")?;
        Ok((stage, stop.is_cancelled()))
    }

    /// What is to be said of a play beside its figures.
    pub(crate) fn notes(&self, stage: &Stage) -> Vec<String> {
        let (trouble, speed) = (&stage.played.trouble, self.options.speed);
        let mut notes = vec![format!(
            "Errors: {}. {}",
            trouble.errors,
            latencies(&stage.played.arrivals)
        )];
        if trouble.crossed > 0 {
            notes.push(format!(
                "{} answers crossed with the end of their offer (the caller hung up in that instant, or the server took \
                 the offer back) and were refused as they must be.",
                trouble.crossed
            ));
        }
        if speed != 1.0 {
            notes.push(format!(
                "Played at {speed} virtual seconds per second: a millisecond of jitter is {speed} ms in these figures."
            ));
        }
        notes
    }
}

fn message(progress: Progress) -> String {
    let server = if progress.connected {
        ""
    } else {
        "  waiting for the server"
    };
    format!("{}{server}", log_part::shown(progress.now_ms))
}

fn latencies(arrivals: &Latencies) -> String {
    let shown = |share| {
        let latency = arrivals.quantile(share).unwrap_or_default();
        format!("{:.1} ms", latency.as_secs_f64() * 1_000.0)
    };
    format!(
        "From the instant a call was to arrive until its arrival was on disk: median {}, 99 % {}, longest {}.",
        shown(0.5),
        shown(0.99),
        shown(1.0)
    )
}

/// The report of a play from the server's own counters, and all that is not in order with it.
pub(crate) async fn report(
    play: &Play<'_>,
    stage: &Stage,
    recorded: Option<Side>,
    notes: Vec<String>,
) -> anyhow::Result<(ClosingReport, Vec<String>)> {
    let after = Supervisor::new(&play.endpoint, &play.tenant.name)
        .get_figures()
        .await?;
    let (played, speed) = (&stage.played, play.options.speed);
    let counts = live::counted(&play.tenant.before, &after, speed, &played.classes);
    let mut faults = live::mismatches(&played.classes, &counts);
    faults.extend(played.trouble.examples.clone());
    let untold = played.trouble.errors - played.trouble.examples.len() as u64;
    if untold > 0 {
        faults.push(format!("{untold} more errors"));
    }
    let report = ClosingReport::of_sides(Thresholds::default(), Side::of(&counts), recorded, notes);
    Ok((report, faults))
}

/// Leaves the stage as it was found.
pub(crate) async fn close(stage: Stage) -> anyhow::Result<()> {
    stage
        .leave()
        .await
        .context("the calls that still waited could not be ended")
}
