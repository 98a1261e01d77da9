//! `acd load`: a simulated centre against a running server, and how fast the server was.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use acd_client::endpoint::Traffic;
use acd_load::plan::Plan;
use acd_load::profile::Profile;
use acd_load::run::random_name;
use acd_load::tenant::{Setup, document, prepare};
use acd_load::{Load, Progress, Report};
use anyhow::{Context as _, bail};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::connection::{ConnectionArgs, Usage};
use crate::interrupt::Interrupts;
use crate::output;

/// Load a running server as a whole centre would, and measure how fast it is
///
/// Agents log in over real gRPC, contacts arrive at the rate you say, talk, and end. Contacts come when they are to come,
/// whatever the server does, and every latency counts from the instant at which its contact was to be sent: a server that
/// stalls is charged for all who would have come meanwhile. How late this process itself was is measured, too, and the
/// report says plainly when it was the bottleneck. Run it on a machine of its own where you can.
///
/// The load gets a tenant of its own, made for it (`load` unless --tenant names another). Where the caller may not
/// configure, have --print-config put in force by somebody who may, and use --prepared.
///
/// It fails if anything but a refusal with a reason went wrong.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd load --agents 300 --rate 20 --talk 10s
  acd load --agents 2000 --rate 50..400 --for 5m --html ramp.html       where it gets too much: a ramp
  acd load --agents 500 --rate 08:00=5,10:00=40,13:00=25,18:00=2 --for 20m --patience 1m
  acd load --agents 10000 --queues 1000 --rate 1000 --talk 4s --json > report.json")]
pub(crate) struct Args {
    /// Agents, all logged in before the first contact
    #[arg(long, value_name = "N", default_value_t = Plan::default().agents, help_heading = "Centre")]
    agents: u32,
    /// Queues, to which contacts come equally often
    #[arg(long, value_name = "N", default_value_t = Plan::default().queues, help_heading = "Centre")]
    queues: u32,
    /// How many queues an agent serves
    #[arg(long, value_name = "N", default_value_t = Plan::default().queues_per_agent, help_heading = "Centre")]
    queues_per_agent: u32,
    /// Skills: each queue asks for one, an agent has those that their queues ask for; 0: nobody asks
    #[arg(long, value_name = "N", default_value_t = Plan::default().skills, help_heading = "Centre")]
    skills: u32,
    /// Adapters, each with a connection and a stream of its own
    #[arg(long, value_name = "N", default_value_t = Plan::default().adapters, help_heading = "Centre")]
    adapters: u32,
    /// The longest an agent lets an offer ring before they accept
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = output::duration, help_heading = "Centre")]
    ring: Duration,
    /// Wrap-up after each talk
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = output::duration, help_heading = "Centre")]
    wrap_up: Duration,

    /// Contacts per second: 100, a ramp 50..400, or by time of day 08:00=5,10:00=40,18:00=2 (run through in --for)
    #[arg(
        long,
        value_name = "RATE",
        default_value = "10",
        help_heading = "Contacts"
    )]
    rate: Profile,
    /// How long contacts arrive
    #[arg(long = "for", value_name = "TIME", default_value = "1m", value_parser = output::duration, help_heading = "Contacts")]
    length: Duration,
    /// How much of that, at the begin, is not measured
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = output::duration, help_heading = "Contacts")]
    warm_up: Duration,
    /// Mean talk time (lognormal)
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = output::duration, help_heading = "Contacts")]
    talk: Duration,
    /// Spread of the talk time (deviation of its logarithm); 0: all talk equally long
    #[arg(long, value_name = "X", default_value_t = Plan::default().talk_spread, help_heading = "Contacts")]
    talk_spread: f64,
    /// Mean patience (exponential) of who waits; without it nobody hangs up
    #[arg(long, value_name = "TIME", value_parser = output::duration, help_heading = "Contacts")]
    patience: Option<Duration>,
    /// How long contacts that are open may go on after the last arrival
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = output::duration, help_heading = "Contacts")]
    drain: Duration,
    /// The same seed gives the same contacts
    #[arg(long, value_name = "N", default_value_t = Plan::default().seed, help_heading = "Contacts")]
    seed: u64,

    /// Agents that share an HTTP/2 connection; a server allows 1,024 streams and calls on one unless told otherwise
    #[arg(long, value_name = "N", default_value_t = Plan::default().agents_per_connection, help_heading = "Run")]
    agents_per_connection: NonZeroUsize,
    /// Process id of the server where it runs on this machine: its processor time and memory are reported, too
    #[arg(long, value_name = "PID", help_heading = "Run")]
    server_pid: Option<u32>,
    /// Use the tenant even if it exists: its configuration is replaced, which `acd config` can undo
    #[arg(long, help_heading = "Run")]
    reuse_tenant: bool,
    /// Use the tenant as it is: it has the configuration that --print-config prints
    #[arg(long, conflicts_with = "reuse_tenant", help_heading = "Run")]
    prepared: bool,
    /// Print the configuration that the tenant needs, and do nothing else
    #[arg(long, help_heading = "Run")]
    print_config: bool,
    /// Print the report as JSON
    #[arg(long, help_heading = "Run")]
    json: bool,
    /// Write the report as one HTML page with pictures, too
    #[arg(long, value_name = "FILE", help_heading = "Run")]
    html: Option<PathBuf>,
}

/// The tenant of a load that is not told another.
const DEFAULT_TENANT: &str = "load";
/// A call that is not answered by then is lost; the load does not wait for it.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

pub(crate) fn run(connection: &ConnectionArgs, args: &Args) -> anyhow::Result<()> {
    let plan = args.plan();
    plan.check()?;
    if args.print_config {
        return output::write(document(&plan).as_bytes());
    }
    let report = crate::runtime()?.block_on(played(connection, args, plan))?;
    if let Some(path) = &args.html {
        std::fs::write(path, report.to_html())
            .with_context(|| format!("--html: cannot write {}", path.display()))?;
    }
    if args.json {
        output::line(
            report
                .to_json()
                .context("the report cannot be written as JSON")?,
        )?;
    } else {
        output::line(&report)?;
    }
    if report.errors > 0 {
        bail!("{} errors, the first of them in the report", report.errors);
    }
    Ok(())
}

impl Args {
    fn plan(&self) -> Plan {
        Plan {
            agents: self.agents,
            queues: self.queues,
            queues_per_agent: self.queues_per_agent,
            skills: self.skills,
            adapters: self.adapters,
            rate: self.rate.clone(),
            length: self.length,
            warm_up: self.warm_up,
            drain: self.drain,
            talk: self.talk,
            talk_spread: self.talk_spread,
            wrap_up: self.wrap_up,
            patience: self.patience,
            ring: self.ring,
            agents_per_connection: self.agents_per_connection,
            seed: self.seed,
        }
    }

    fn setup(&self) -> Setup {
        match (self.prepared, self.reuse_tenant) {
            (true, _) => Setup::Prepared,
            (false, true) => Setup::Replace,
            (false, false) => Setup::Create,
        }
    }
}

async fn played(connection: &ConnectionArgs, args: &Args, plan: Plan) -> anyhow::Result<Report> {
    let traffic = Traffic::default();
    let endpoint = |connections| {
        connection.endpoint(&Usage {
            connections,
            request_timeout: REQUEST_TIMEOUT,
            traffic: Some(traffic.clone()),
        })
    };
    let adapters = NonZeroUsize::new(usize::try_from(plan.adapters)?);
    let load = Load {
        desks: endpoint(plan.connections())?,
        switches: endpoint(adapters.unwrap_or(NonZeroUsize::MIN))?,
        tenant: connection.tenant().unwrap_or(DEFAULT_TENANT).to_owned(),
        traffic,
        server_pid: args.server_pid,
        name: random_name(),
        plan,
    };
    prepare(&load.switches, &load.tenant, &load.plan, args.setup()).await?;
    let mut interrupts = Interrupts::listen()?;
    let (stop, (progress, told)) = (CancellationToken::new(), watch::channel(Progress::Begin));
    let interrupt = async {
        interrupts.next().await;
        stop.cancel();
        std::future::pending::<()>().await;
    };
    tokio::select! {
        report = Box::pin(load.run(&stop, &progress)) => Ok(report?),
        () = interrupt => unreachable!("it never ends"),
        shown = show(&load.plan, told) => Err(shown.err().context("the progress ended")?),
    }
}

/// Shows how far it is on standard error; quiet when that is no terminal.
async fn show(plan: &Plan, mut told: watch::Receiver<Progress>) -> anyhow::Result<()> {
    let bar = output::progress_bar(1, "{prefix:10} {bar:30} {msg}  {elapsed}")?;
    while told.changed().await.is_ok() {
        match *told.borrow_and_update() {
            Progress::Begin => {}
            Progress::LoggingIn { ready } => {
                bar.set_prefix("logging in");
                bar.set_length(u64::from(plan.agents));
                bar.set_position(u64::from(ready));
                bar.set_message(format!("{ready} of {} agents", plan.agents));
            }
            Progress::Running {
                elapsed,
                arrived,
                completed,
                open,
                refused,
            } => {
                let is_over = elapsed >= plan.length;
                bar.set_prefix(if is_over { "ending" } else { "contacts" });
                bar.set_length(u64::try_from(plan.length.as_millis())?);
                bar.set_position(u64::try_from(elapsed.min(plan.length).as_millis())?);
                bar.set_message(format!(
                    "{arrived} arrived, {completed} completed, {open} open, {refused} refused"
                ));
            }
            Progress::Leaving => {
                bar.set_prefix("leaving");
                bar.set_message("agents log out");
            }
        }
    }
    bar.finish_and_clear();
    // Who plays ends it.
    std::future::pending().await
}
