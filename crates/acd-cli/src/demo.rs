//! `acd demo`: a server, a switch and some hundred agents in one process, over real gRPC.

mod centre;
mod pbx;
mod view;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use acd_client::{Endpoint, endpoint};
use acd_config::{ConsoleConfig, FileConfig, LogConfig, ServerConfig};
use acd_replay::play::live::{self, Progress, Stage};
use acd_replay::script::{Script, generated};
use acd_server::server::{Addresses, Listeners, Options, Server};
use acd_top::text::lasted;
use anyhow::Context as _;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::view::View;
use crate::console::{self, Listening};
use crate::interrupt::Interrupts;
use crate::replay::{self, Play};
use crate::{logging, output};

/// Run a whole call centre, to look at
///
/// A server on a journal in a temporary directory, a simulated switch that brings calls, and simulated agents who take
/// them: all of it over gRPC, as it would be in earnest. Nothing is left behind. While it runs, open the web console at
/// the address it prints: watch as a supervisor or on a wallboard, or take the seat of an agent (agent001, agent002, ...);
/// the simulated one of that name leaves it to you. On a terminal it shows what
/// `acd top` shows; q ends it. Point other commands at the server, too: `acd status`, `acd explain CONTACT`, `acd report
/// queues --by interval`, a browser at /metrics.
///
/// At the end no more calls arrive, the agents finish what they have, and a report is printed. It must add up.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd demo --for 30s
  acd demo --agents 50 --calls-per-second 4
  acd demo --pbx asterisk --for 1m       real SIP calls through an Asterisk, where one is at hand
  acd demo --listen 127.0.0.1:7400       so that other commands need no --server")]
pub(crate) struct Args {
    /// How long calls arrive; without it until Ctrl-C, two hours at most
    #[arg(long = "for", value_name = "TIME", value_parser = output::duration)]
    length: Option<Duration>,
    /// How many agents there are; without it 300, with real calls 20
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=5_000))]
    agents: Option<u32>,
    /// Real calls through this switch: a private one is started, with phones and callers of SIPp
    #[arg(long, value_name = "PBX", conflicts_with_all = ["seed", "json"])]
    pbx: Option<Pbx>,
    /// Mean of calls per second; without it a little more than the agents can do
    #[arg(long, value_name = "X", value_parser = calls_per_second)]
    calls_per_second: Option<f64>,
    /// The same seed gives the same callers and agents
    #[arg(long, value_name = "N", default_value = "1")]
    seed: u64,
    /// Where the gRPC services listen; port 0: any free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where /metrics is; port 0: any free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    metrics_listen: SocketAddr,
    /// Where the web console is; port 0: any free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    console_listen: SocketAddr,
    /// Print the report as JSON, and nothing else on standard output
    #[arg(long)]
    json: bool,
}

/// A switch that the demo can start.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Pbx {
    /// Asterisk, with SIPp
    Asterisk,
}

/// How many agents there are, if nothing else is asked for.
const AGENTS: u32 = 300;
/// The longest demo.
const LENGTH_MAX: Duration = Duration::from_secs(2 * 60 * 60);
/// How long agents may finish what they have.
const DRAIN: Duration = Duration::from_secs(10);
const TENANT: &str = "demo";

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    logging::begin(&LogConfig {
        filter: "warn".to_owned(),
        ..LogConfig::default()
    })?;
    if let Some(Pbx::Asterisk) = args.pbx {
        return pbx::run(args);
    }
    let length = args.length.unwrap_or(LENGTH_MAX).min(LENGTH_MAX);
    let centre = centre::centre(args.agents.unwrap_or(AGENTS), args.calls_per_second);
    let mut script = generated(&centre, i64::try_from(length.as_millis())?, args.seed);
    centre::promise(&mut script.config);
    for shift in &mut script.shifts {
        // They stay for the calls that came last.
        shift.logout_ms += i64::try_from(DRAIN.as_millis())?;
    }
    let directory =
        tempfile::tempdir().context("cannot make a temporary directory for the journal")?;
    let config = args.server(directory.path());
    crate::runtime()?.block_on(async {
        let listening = Listening::of(&config).await?;
        let config = FileConfig {
            server: config,
            tenants: Vec::new(),
        };
        let options = Options::new(config, "demo");
        let listeners = Listeners::bind(&options).await?;
        let addresses = listeners.addresses()?;
        let url = url(listening.as_ref());
        let server = Server::start(options, listeners).await?;
        let console = listening
            .map(|it| it.beside(server.connector()))
            .transpose()?;
        let places = Places { addresses, url };
        let played = console::beside(console, Box::pin(demonstrate(args, &places, &script))).await;
        server.shutdown().await?;
        played
    })
}

impl Args {
    /// The server of a demo.
    fn server(&self, data_dir: &Path) -> ServerConfig {
        ServerConfig {
            listen: self.listen,
            metrics_listen: self.metrics_listen,
            data_dir: data_dir.to_owned(),
            drain_timeout: DRAIN,
            console: Some(ConsoleConfig {
                listen: self.console_listen,
                ..ConsoleConfig::new(data_dir)
            }),
            ..ServerConfig::default()
        }
    }
}

fn url(listening: Option<&Listening>) -> String {
    listening.map_or_else(String::new, |it| it.url().to_owned())
}

/// Where people and programs find the demo.
struct Places {
    addresses: Addresses,
    /// The web console.
    url: String,
}

fn text(places: &Places) -> String {
    let Addresses { grpc, metrics } = places.addresses;
    format!(
        "console  {}          take a seat, or watch\n\
         gRPC     {grpc}          try: acd top --server {grpc}\n\
         metrics  http://{metrics}/metrics",
        places.url
    )
}

async fn demonstrate(args: &Args, places: &Places, script: &Script) -> anyhow::Result<()> {
    if !args.json {
        output::line(text(places))?;
    }
    let usage = replay::usage(script.shifts.len());
    let mut options = endpoint::Options::new(format!("http://{}", places.addresses.grpc));
    options.connections = usage.connections;
    options.request_timeout = usage.request_timeout;
    let endpoint = Endpoint::new(options)?;
    let tenant = replay::prepare(&endpoint, TENANT, &script.config, false).await?;
    let play = Play {
        endpoint,
        script,
        options: live::Options {
            tenant: TENANT.to_owned(),
            speed: 1.0,
            contact_suffix: String::new(),
            drain: DRAIN,
            server_gone_max: DRAIN,
        },
        tenant,
    };
    let stage = perform(args, places, &play).await?;
    let notes = play.notes(&stage);
    let (report, faults) = replay::report(&play, &stage, None, notes).await?;
    replay::close(stage).await?;
    replay::conclude(&report, args.json, &faults)
}

/// Plays with a live view, until the calls are over, their time is, or Ctrl-C.
async fn perform(args: &Args, places: &Places, play: &Play<'_>) -> anyhow::Result<Stage> {
    let mut interrupts = Interrupts::listen()?;
    let stop = CancellationToken::new();
    let (progress, told) = watch::channel(Progress::default());
    let end = async {
        tokio::select! {
            () = interrupts.next() => {}
            () = closing_time(args.length, told.clone()) => {}
            () = stop.cancelled() => {}
        }
        stop.cancel();
        std::future::pending::<()>().await;
    };
    let seen = Seen {
        args,
        places,
        play,
        stop: &stop,
        told: told.clone(),
    };
    tokio::select! {
        stage = Box::pin(live::play(&play.endpoint, play.script, &play.options, &stop, &progress)) => {
            stage.context("the demo was given up")
        }
        () = end => unreachable!("it never ends"),
        failed = Box::pin(seen.show()) => Err(failed.err().context("the view ended")?),
    }
}

/// The end of the time in which calls arrive.
async fn closing_time(length: Option<Duration>, mut told: watch::Receiver<Progress>) {
    // It counts from the begin of the play, not of the process.
    if told.changed().await.is_err() {
        return std::future::pending().await;
    }
    tokio::time::sleep_until(Instant::now() + length.unwrap_or(LENGTH_MAX)).await;
}

/// What is seen while it runs.
struct Seen<'a> {
    args: &'a Args,
    places: &'a Places,
    play: &'a Play<'a>,
    stop: &'a CancellationToken,
    told: watch::Receiver<Progress>,
}

impl Seen<'_> {
    async fn show(&self) -> anyhow::Result<()> {
        if self.args.json {
            return std::future::pending().await;
        }
        let Addresses { grpc, metrics } = self.places.addresses;
        let view = View {
            endpoint: &self.play.endpoint,
            grpc,
            metrics,
            places: &text(self.places),
            progress: &|| self.progress(),
            stop: self.stop,
        };
        view.show().await
    }

    fn progress(&self) -> String {
        let progress = *self.told.borrow();
        let so_far = lasted(progress.now_ms);
        let end = match self.args.length {
            _ if self.stop.is_cancelled() => {
                "no more calls arrive; the agents finish what they have".to_owned()
            }
            Some(length) => format!("of {} s; q or Ctrl-C ends it earlier", length.as_secs()),
            None => "until q or Ctrl-C".to_owned(),
        };
        format!("{so_far:>7}  {} calls so far  {end}", progress.arrived)
    }
}

fn calls_per_second(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if (0.01..=10_000.0).contains(&rate) => Ok(rate),
        _ => Err("write a number from 0.01 to 10000".to_owned()),
    }
}
