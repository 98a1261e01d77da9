//! `acd demo --pbx asterisk`: the same centre with real calls. A private Asterisk, phones and callers of SIPp, and the
//! adapter between Asterisk and the server; only the agents' desks are ours.

use std::fmt::Write as _;
use std::time::Duration;

use acd_asterisk::{Options, service};
use acd_client::v1::ViewFilter;
use acd_client::{AgentSession, Endpoint, Supervisor, endpoint};
use acd_config::parse_file;
use acd_pbx_lab::{Behaviour, Call, Caller, Exchange, Installation, Phone, Plan, Step};
use acd_server::server::{Addresses, Listeners, Options as ServerOptions, Server};
use anyhow::{Context as _, bail};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::view::View;
use super::{Args, DRAIN, TENANT};
use crate::console::{self, Listening};
use crate::interrupt::Interrupts;
use crate::{output, overview};

/// How many agents, if nothing else is asked for: each talk is a real one, so a laptop has to carry it.
const AGENTS: u32 = 20;
/// The most, and the most calls in a second: two processors carry no more without stuttering.
const AGENTS_MAX: u32 = 200;
const CALLS_PER_SECOND_MAX: f64 = 20.0;
/// How long agents talk.
const TALK: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(10));
/// How much work comes for each agent: nearly all they can do, so that callers wait now and then, and not for ever.
const LOAD: f64 = 0.9;
/// How often it is looked whether calls are left, after the last has come.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Without a length it ends by itself after this time.
const LENGTH_MAX: Duration = Duration::from_secs(30 * 60);

/// Runs the demo with real calls.
pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let agents = args.agents.unwrap_or(AGENTS);
    if agents > AGENTS_MAX {
        bail!("--agents: with real calls at most {AGENTS_MAX}");
    }
    let mean_s = (TALK.0 + TALK.1).as_secs_f64() / 2.0;
    let rate = args
        .calls_per_second
        .unwrap_or(LOAD * f64::from(agents) / mean_s);
    if rate > CALLS_PER_SECOND_MAX {
        bail!("--calls-per-second: with real calls at most {CALLS_PER_SECOND_MAX}");
    }
    let length = args.length.unwrap_or(LENGTH_MAX).min(LENGTH_MAX);
    let installation = Installation::find()?;
    let directory =
        tempfile::tempdir().context("cannot make a temporary directory for the journal")?;
    crate::runtime()?.block_on(async {
        let names: Vec<String> = (1..=agents).map(|n| format!("agent{n:03}")).collect();
        let plan = Plan::default().shared_phone(names.iter());
        let exchange = Exchange::start(&installation, plan).await?;
        let config = parse_file(&tenant(&names), "demo")?;
        let config = acd_config::FileConfig {
            server: args.server(directory.path()),
            ..config
        };
        let listening = Listening::of(&config.server).await?;
        let options = ServerOptions::new(config, "demo");
        let listeners = Listeners::bind(&options).await?;
        let addresses = listeners.addresses()?;
        let url = super::url(listening.as_ref());
        let server = Server::start(options, listeners).await?;
        let console = listening
            .map(|it| it.beside(server.connector()))
            .transpose()?;
        let demo = Demo {
            exchange,
            addresses,
            url,
            names,
            rate,
            length,
        };
        let shown = console::beside(console, Box::pin(demo.run())).await;
        server.shutdown().await?;
        shown
    })
}

/// Two queues, and agents whose phones ring.
fn tenant(names: &[String]) -> String {
    let mut text = format!(
        "[tenants.{TENANT}]\nadapters = [\"asterisk\"]\n\
         [tenants.{TENANT}.queues.support]\nalerting = \"phone\"\n\
         [tenants.{TENANT}.queues.sales]\nalerting = \"phone\"\n"
    );
    for name in names {
        let _ = write!(
            text,
            "[tenants.{TENANT}.agents.{name}]\nqueues = [\"support\", \"sales\"]\n"
        );
    }
    text
}

struct Demo {
    exchange: Exchange,
    addresses: Addresses,
    /// The web console.
    url: String,
    names: Vec<String>,
    rate: f64,
    length: Duration,
}

impl Demo {
    async fn run(&self) -> anyhow::Result<()> {
        let mut interrupts = Interrupts::listen()?;
        let endpoint = Endpoint::new(endpoint::Options::new(format!(
            "http://{}",
            self.addresses.grpc
        )))?;
        let mut tasks = JoinSet::new();
        tasks.spawn(service::run(self.adapter()?, CancellationToken::new()));
        let answers = Behaviour::answers().then([Step::TalkBetween(TALK.0, TALK.1), Step::HangUp]);
        let _phones = Phone::start(&self.exchange, &self.names[0], answers.untraced()).await?;
        let mut desks = JoinSet::new();
        for name in &self.names {
            let mut session = AgentSession::login(&endpoint, TENANT, name).await?;
            let commands = session.commands().clone();
            session.next().await?;
            commands.ready().await?;
            desks.spawn(async move { while session.next().await.is_ok() {} });
        }
        let places = self.places();
        output::line(&places)?;
        let calls = |queue: &str, share: f64| {
            let rate = self.rate * share;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "some thousand calls"
            )]
            let count = (rate * self.length.as_secs_f64()).ceil() as u32;
            Caller::start(
                &self.exchange,
                Call::to(queue).times(count.max(1), rate).untraced(),
            )
        };
        let callers = [calls("support", 0.7)?, calls("sales", 0.3)?];
        let (begun, stop) = (Instant::now(), CancellationToken::new());
        let view = View {
            endpoint: &endpoint,
            grpc: self.addresses.grpc,
            metrics: self.addresses.metrics,
            places: &places,
            progress: &|| {
                format!(
                    "{:>5} s of {} s",
                    begun.elapsed().as_secs(),
                    self.length.as_secs()
                )
            },
            stop: &stop,
        };
        tokio::select! {
            failed = Box::pin(view.show()) => failed?,
            over = self.over(&endpoint, begun) => over?,
            () = stop.cancelled() => {}
            () = interrupts.next() => {}
            ended = tasks.join_next() => {
                if let Some(ended) = ended { ended.context("the adapter")??; }
            }
        }
        self.conclude(&endpoint, callers).await
    }

    /// Where people and programs find the demo.
    fn places(&self) -> String {
        let Addresses { grpc, metrics } = self.addresses;
        format!(
            "console  {}          take a seat, or watch\n\
             gRPC     {grpc}          try: acd top --server {grpc}\n\
             metrics  http://{metrics}/metrics\n\
             Asterisk {}, {} phones, {:.1} calls a second over SIP",
            self.url,
            self.exchange.address(),
            self.names.len(),
            self.rate
        )
    }

    fn adapter(&self) -> anyhow::Result<Options> {
        Ok(Options::parse(&format!(
            "[engine]\nurl = \"http://{}\"\ntenant = \"{TENANT}\"\n\
             [servers.pbx]\nurl = \"{}\"\nuser = \"{}\"\npassword = \"{}\"\n",
            self.addresses.grpc,
            self.exchange.ari_url(),
            self.exchange.user(),
            self.exchange.password()
        ))?)
    }

    /// Waits until no more calls arrive and those that did are over.
    async fn over(&self, endpoint: &Endpoint, begun: Instant) -> anyhow::Result<()> {
        tokio::time::sleep_until(begun + self.length).await;
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        let supervisor = Supervisor::new(endpoint, TENANT);
        let filter = ViewFilter {
            contacts: true,
            ..ViewFilter::default()
        };
        loop {
            ticks.tick().await;
            let answer = supervisor.get_snapshot(filter.clone()).await?;
            let is_over = answer.snapshot.is_none_or(|it| it.contacts.is_empty());
            if is_over || begun.elapsed() >= self.length + DRAIN * 3 {
                return Ok(());
            }
        }
    }

    /// What became of the calls: as the callers' phones saw it, as the engine counted it, and what is left in Asterisk.
    async fn conclude(&self, endpoint: &Endpoint, callers: [Caller; 2]) -> anyhow::Result<()> {
        let statistics = callers.map(|caller| caller.statistics());
        let placed: u64 = statistics.iter().map(|it| it.created).sum();
        let done: u64 = statistics.iter().map(|it| it.successful).sum();
        let again: u64 = statistics.iter().map(|it| it.retransmissions).sum();
        let supervisor = Supervisor::new(endpoint, TENANT);
        let answer = supervisor
            .get_snapshot(ViewFilter {
                queues: true,
                contacts: true,
                ..ViewFilter::default()
            })
            .await?;
        let left = self.exchange.channels().await?;
        output::line(format!(
            "\n{}\ncallers' phones: {placed} calls placed, {done} ended in order, {again} SIP messages sent again\n\
             Asterisk: {left} channels are left",
            overview::line(&answer)
        ))
    }
}
