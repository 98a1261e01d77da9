//! How long an offer takes from the call's arrival to its agent's stream, alone and beside what is shown and kept: an
//! explanation over 2,000 waiting contacts and 500 agents, 50 views, scrapes of 1,000 queues, and the compactor's
//! snapshots of 100,000 waiting contacts, with explanations over these. Each is measured against the quiet rounds before
//! and after it. What the machine itself makes of a busy processor, or of many tasks that are woken at once, stands beside
//! it: bare loads that touch nothing of the shard.

#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

mod shard;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use acd_benches::asked::Asked;
use acd_benches::quantiles::Quantiles;
use acd_benches::report::Figure;
use acd_benches::{about, apply};
use acd_config::{ServerConfig, ServerLimits};
use acd_core::command::{ApplyConfig, Command, ContactAct, EndCause, Login, Request};
use acd_core::config::{AgentConfig, QueueConfig, TenantConfig};
use acd_journal::SqliteLog;
use acd_proto::v1::OfferState;
use acd_server::metrics::{Metrics, Scraper};
use acd_shard::stream::{Delivery, Interest, Rendered, Subscription, ViewFilter};
use acd_shard::{Health, Setup, Shards};
use acd_view::{AgentExplainer, ContactExplainer};

use tokio::task::JoinSet;

use shard::{HEARTBEAT, agent, ask, start, subscribe, tenant};

const ROUNDS: usize = 20;
const OFFERS: usize = 150;
const QUEUES: usize = 1_000;
const TIERED_AGENTS: usize = 500;
const TIERED_WAITING: usize = 2_000;
const WAITING: usize = 100_000;
const VIEWS: usize = 50;
/// How long the text of a scrape takes.
const BUSY: Duration = Duration::from_millis(7);
/// Between two explanations, or two scrapes.
const PAUSE: Duration = Duration::from_millis(20);

fn main() {
    let asked = Asked::of_command_line();
    if !asked.for_key("show.") {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let dir = tempfile::tempdir().expect("a temporary directory");
    runtime.block_on(run(dir.path(), &asked));
}

async fn run(dir: &Path, asked: &Asked) {
    let mut centre = Centre::open(dir).await;
    for load in [
        Load::Bursts,
        Load::Wakes,
        Load::Explain,
        Load::Views,
        Load::Scrape,
        Load::Snapshots,
        Load::LongExplain,
    ] {
        if let Load::Snapshots = load {
            centre.fill("backlog", WAITING).await;
        }
        let key = format!("show.offer_ms.{}", load.key());
        if !asked.for_key(&key) {
            continue;
        }
        let (mut alone, mut beside) = (Vec::new(), Vec::new());
        for _ in 0..asked.or_quick(ROUNDS, 2) {
            alone.extend(centre.offers(OFFERS).await);
            let running = centre.begin(load).await;
            beside.extend(centre.offers(OFFERS).await);
            running.stop().await;
        }
        let (alone, beside) = (Quantiles::of(alone), Quantiles::of(beside));
        for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
            let what = format!("an offer beside {}; limit: alone", load.name());
            let figure = Figure::new(format!("{key}.{name}"), what, beside.at(share), "ms");
            figure.beside(alone.at(share)).hand_in();
        }
    }
}

#[derive(Clone, Copy)]
enum Load {
    Bursts,
    Wakes,
    Explain,
    Views,
    Scrape,
    Snapshots,
    LongExplain,
}

impl Load {
    fn key(self) -> &'static str {
        match self {
            Load::Bursts => "bare_burst",
            Load::Wakes => "bare_wakes",
            Load::Explain => "explain",
            Load::Views => "views",
            Load::Scrape => "scrape",
            Load::Snapshots => "snapshots",
            Load::LongExplain => "long_explain",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Load::Bursts => "a bare thread busy 7 ms, resting 20 ms",
            Load::Wakes => "50 bare tasks woken every 200 ms",
            Load::Explain => "explanations, 2,000 x 500",
            Load::Views => "50 views",
            Load::Scrape => "scrapes of 1,000 queues",
            Load::Snapshots => "snapshots of 100,000 waiting",
            Load::LongExplain => "explanations and 100,000 waiting",
        }
    }
}

/// What runs beside the offers.
struct Running {
    is_over: Arc<AtomicBool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Running {
    async fn stop(self) {
        self.is_over.store(true, Ordering::SeqCst);
        for task in self.tasks {
            task.abort();
            let _ = task.await;
        }
    }
}

/// One tenant: an agent who is offered everything, and what waits elsewhere.
struct Centre {
    shards: Shards,
    nora: Subscription,
    contacts: usize,
    _adapter: JoinSet<()>,
}

impl Centre {
    async fn open(dir: &Path) -> Self {
        let (log, _) = SqliteLog::open_or_create(&dir.join("shard.db")).expect("a new journal");
        let config = ServerConfig {
            snapshot_every: 5_000,
            ..ServerConfig::default()
        };
        let setup = Setup::new(Box::new(log), Health::noop());
        let (shards, adapter) = start(setup, &config, configuration()).await;
        for no in 0..TIERED_AGENTS {
            let name = format!("tiered{no}");
            ask(
                &shards,
                Command::Login(Login {
                    agent: name.as_str().into(),
                }),
            )
            .await;
        }
        let (_, nora) = agent(&shards, "nora").await;
        let mut centre = Self {
            shards,
            nora,
            contacts: 0,
            _adapter: adapter,
        };
        centre.fill("tiers", TIERED_WAITING).await;
        centre
    }

    async fn fill(&mut self, queue: &str, count: usize) {
        let mut pending = Vec::new();
        for _ in 0..count {
            self.contacts += 1;
            let request = Request::internal(arrival(&format!("c{}", self.contacts), queue));
            loop {
                match self.shards.submit(&tenant(), request.clone(), None) {
                    Ok(one) => break pending.push(one),
                    Err(_) => {
                        for one in pending.drain(..) {
                            one.await.expect("a call").answer.expect("it waits");
                        }
                    }
                }
            }
        }
        for one in pending {
            one.await.expect("a call").answer.expect("it waits");
        }
    }

    /// The times of so many offers, in milliseconds.
    async fn offers(&mut self, count: usize) -> Vec<f64> {
        let mut times = Vec::with_capacity(count);
        for _ in 0..count {
            self.contacts += 1;
            let contact = format!("c{}", self.contacts);
            let begin = Instant::now();
            let arrives = Request::internal(arrival(&contact, "support"));
            let arrives = self.shards.submit(&tenant(), arrives, None).expect("room");
            self.sees(OfferState::Pending).await;
            times.push(begin.elapsed().as_secs_f64() * 1e3);
            arrives
                .await
                .expect("a call")
                .answer
                .expect("it is offered");
            ask(&self.shards, hang_up(&contact)).await;
            self.sees(OfferState::Canceled).await;
        }
        times
    }

    async fn sees(&mut self, state: OfferState) {
        loop {
            let Delivery::Update(update) = self.nora.next(HEARTBEAT).await else {
                continue;
            };
            let seen = update
                .states
                .iter()
                .any(|shown| matches!(shown, Rendered::Offer(offer) if offer.state() == state));
            if seen {
                return;
            }
        }
    }

    async fn begin(&mut self, load: Load) -> Running {
        let is_over = Arc::new(AtomicBool::new(false));
        let mut tasks = Vec::new();
        match load {
            Load::Bursts => {
                let is_over = is_over.clone();
                tasks.push(tokio::task::spawn_blocking(move || {
                    while !is_over.load(Ordering::SeqCst) {
                        let begin = Instant::now();
                        while begin.elapsed() < BUSY {
                            std::hint::spin_loop();
                        }
                        std::thread::sleep(PAUSE);
                    }
                }));
            }
            Load::Wakes => {
                let (wakes, _) = tokio::sync::watch::channel(());
                for _ in 0..VIEWS {
                    let mut woken = wakes.subscribe();
                    tasks.push(tokio::spawn(async move {
                        while woken.changed().await.is_ok() {}
                    }));
                }
                let is_over = is_over.clone();
                tasks.push(tokio::spawn(async move {
                    while !is_over.load(Ordering::SeqCst) {
                        tokio::time::sleep(Duration::from_millis(200)).await;
                        wakes.send_replace(());
                    }
                }));
            }
            Load::Explain | Load::LongExplain => {
                let (shards, is_over) = (self.shards.clone(), is_over.clone());
                tasks.push(tokio::spawn(async move {
                    while !is_over.load(Ordering::SeqCst) {
                        explain(&shards).await;
                        tokio::time::sleep(PAUSE).await;
                    }
                }));
            }
            Load::Views => {
                for _ in 0..VIEWS {
                    let view = Interest::View(ViewFilter {
                        queues: true,
                        agents: true,
                        ..ViewFilter::default()
                    });
                    let mut view = subscribe(&self.shards, view).await;
                    // It is open once it has shown all there is.
                    view.next(HEARTBEAT).await;
                    tasks.push(tokio::spawn(async move {
                        while !matches!(view.next(HEARTBEAT).await, Delivery::End(_)) {}
                    }));
                }
            }
            Load::Scrape => {
                let metrics = Metrics::new(&ServerLimits::default());
                let scraper = Scraper::new(self.shards.clone(), metrics, None).expect("threads");
                let is_over = is_over.clone();
                tasks.push(tokio::spawn(async move {
                    while !is_over.load(Ordering::SeqCst) {
                        let text = scraper.scrape().await;
                        assert!(text.len() > QUEUES, "all queues are told");
                        tokio::time::sleep(PAUSE).await;
                    }
                }));
            }
            Load::Snapshots => {
                // Enough happens elsewhere that one snapshot is made after the other.
                let (shards, is_over) = (self.shards.clone(), is_over.clone());
                tasks.push(tokio::spawn(async move {
                    let mut no = 0;
                    while !is_over.load(Ordering::SeqCst) {
                        no += 1;
                        let contact = format!("s{no}-{:p}", &no);
                        let arrives = Request::internal(arrival(&contact, "backlog"));
                        let _ = shards.request(&tenant(), arrives, None).await;
                        let leaves = Request::internal(hang_up(&contact));
                        let _ = shards.request(&tenant(), leaves, None).await;
                    }
                }));
            }
        }
        Running { is_over, tasks }
    }
}

/// Has one agent explained, and one contact.
async fn explain(shards: &Shards) {
    let mut agent = None;
    let name = tenant();
    let explained = shards.read_in_parts(&name, move |state| {
        let no = || state.agent_no(&"tiered1".into()).expect("an agent");
        let agent = agent.get_or_insert_with(|| AgentExplainer::of(no(), state.facts().now));
        agent.look(state)
    });
    explained.await.expect("an explanation");
    let mut contact = ContactExplainer::of("c1".into(), 0);
    let explained = shards.read_in_parts(&name, move |state| contact.look(state));
    let explained = explained.await.expect("an explanation");
    explained.expect("it waits");
}

fn configuration() -> ApplyConfig {
    let named = |name: &str| QueueConfig::named(name);
    let mut queues = vec![named("support"), named("tiers"), named("backlog")];
    queues.extend((queues.len()..QUEUES).map(|no| named(&format!("queue{no}"))));
    let mut agents: Vec<AgentConfig> = (0..TIERED_AGENTS)
        .map(|no| {
            let mut agent = AgentConfig::named(format!("tiered{no}").as_str(), ["tiers"]);
            agent.queues[0].tier = 1 + no as u32 % 3;
            agent
        })
        .collect();
    agents.push(AgentConfig::named("nora", ["support"]));
    let mut config = TenantConfig {
        adapters: vec!["pbx".into()],
        queues,
        agents,
        ..TenantConfig::default()
    };
    config.limits.open_contacts = 200_000;
    apply(config)
}

fn arrival(contact: &str, queue: &str) -> Command {
    acd_benches::arrival(contact, queue, Arc::from([]))
}

fn hang_up(contact: &str) -> Command {
    about(contact, ContactAct::End(EndCause::Customer))
}
