//! What the follower costs: how long after a batch is durable it is shown, at 1,000 contacts a second, beside the time of
//! the commit; and how much memory the two states of a shard take, beside one.

#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

mod shard;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use acd_benches::asked::Asked;
use acd_benches::quantiles::Quantiles;
use acd_benches::report::Figure;
use acd_benches::{ADAPTER, about, apply, arrival, memory};
use acd_config::ServerConfig;
use acd_core::Engine;
use acd_core::command::{
    AdapterConnect, AgentAct, ApplyConfig, Attribute, Command, ContactAct, EndCause, Request,
};
use acd_core::config::{AgentConfig, QueueConfig, TenantConfig};
use acd_core::ids::{OfferId, SessionId};
use acd_journal::SqliteLog;
use acd_proto::v1::OfferState;
use acd_shard::stream::{Delivery, Rendered, Subscription};
use acd_shard::{Health, Setup, Shards};
use metrics::{Histogram, HistogramFn};

use tokio::task::JoinSet;

use shard::{HEARTBEAT, agent, ask, does, start, tenant};

const AGENTS: usize = 200;
const PER_SECOND: u32 = 1_000;
const SECONDS: u32 = 20;
const WAITING: usize = 100_000;

fn main() {
    match memory::growth_asked().as_deref() {
        Some("one") => return one_state(),
        Some(_) => return runtime().block_on(shard_states()),
        None => {}
    }
    let asked = Asked::of_command_line();
    if asked.for_key("follower.lag") {
        runtime().block_on(lag(asked.or_quick(SECONDS, 2)));
    }
    if asked.for_key("follower.memory") {
        let [one, shard] = ["one", "shard"].map(memory::growth_of);
        let what = format!("a shard with its follower, {WAITING} waiting; limit: one state");
        let mib = |bytes| bytes / 1_048_576.0;
        let figure = Figure::new("follower.memory_mib", what, mib(shard), "MiB");
        figure.beside(mib(one)).hand_in();
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().expect("a runtime")
}

/// Samples in seconds.
#[derive(Default)]
struct Samples(Mutex<Vec<f64>>);

impl HistogramFn for Samples {
    fn record(&self, value: f64) {
        self.0.lock().expect("whole").push(value);
    }
}

impl Samples {
    fn quantiles(&self) -> Quantiles {
        Quantiles::of(self.0.lock().expect("whole").clone())
    }
}

async fn lag(seconds: u32) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let (log, _) = SqliteLog::open_or_create(&dir.path().join("shard.db")).expect("a journal");
    let (lag, commit) = (Arc::new(Samples::default()), Arc::new(Samples::default()));
    let health = Health {
        follower_lag_seconds: Histogram::from_arc(lag.clone()),
        commit_seconds: Histogram::from_arc(commit.clone()),
        ..Health::noop()
    };
    let setup = Setup::new(Box::new(log), health);
    let (shards, _adapter) = started(setup).await;
    for no in 0..AGENTS {
        let name = format!("agent{no}");
        let (session, stream) = agent(&shards, &name).await;
        tokio::spawn(work(shards.clone(), name, session, stream));
    }
    lag.0.lock().expect("whole").clear();
    commit.0.lock().expect("whole").clear();
    let begin = Instant::now();
    for no in 0..PER_SECOND * seconds {
        let due = begin + Duration::from_secs(1) * no / PER_SECOND;
        tokio::time::sleep_until(due.into()).await;
        let arrives = Request::internal(arrival(&format!("c{no}"), "support", Arc::from([])));
        drop(shards.submit(&tenant(), arrives, None).expect("room"));
    }
    let took = begin.elapsed().as_secs_f64();
    println!(
        "{:.0} contacts a second, each offered, accepted, connected and ended, {} batches",
        f64::from(PER_SECOND * seconds) / took,
        lag.0.lock().expect("whole").len()
    );
    let (lag, commit) = (lag.quantiles(), commit.quantiles());
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let key = format!("follower.lag_us.{name}");
        let what = "from durable to shown; limit: the commit";
        let figure = Figure::new(key, what, lag.at(share) * 1e6, "us");
        figure.beside(commit.at(share) * 1e6).hand_in();
    }
}

async fn started(setup: Setup) -> (Shards, JoinSet<()>) {
    let config = ServerConfig {
        snapshot_every: u64::MAX,
        ..ServerConfig::default()
    };
    start(setup, &config, configuration()).await
}

/// An agent who takes what they are offered, and ends it at once.
async fn work(shards: Shards, name: String, session: SessionId, mut stream: Subscription) {
    loop {
        let update = match stream.next(HEARTBEAT).await {
            Delivery::Update(update) => update,
            Delivery::End(_) => return,
            _ => continue,
        };
        for shown in update.states {
            let Rendered::Offer(offer) = shown else {
                continue;
            };
            if offer.state() == OfferState::Pending {
                let id = OfferId(offer.offer_id);
                ask(&shards, does(&name, session, AgentAct::Accept(id))).await;
                let connected = ContactAct::Connected(id);
                ask(&shards, about(&offer.contact_id, connected)).await;
                let end = ContactAct::End(EndCause::Customer);
                ask(&shards, about(&offer.contact_id, end)).await;
            }
        }
    }
}

/// Prints the bytes that one state of the waiting contacts takes.
fn one_state() {
    let mut engine: Engine = Engine::new(tenant());
    let mut handle = |command| {
        let handled = engine.handle(1_000, Request::internal(command));
        handled.answer.expect("it is done");
    };
    handle(Command::ApplyConfig(configuration()));
    handle(Command::AdapterConnect(AdapterConnect {
        adapter: ADAPTER.into(),
        incarnation: "1".into(),
    }));
    let before = memory::resident();
    for no in 0..WAITING {
        handle(arrival(&format!("c{no}"), "support", attributes(no)));
    }
    println!("{}", memory::resident() - before);
}

/// Prints the bytes that a shard takes for the same.
async fn shard_states() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let (log, _) = SqliteLog::open_or_create(&dir.path().join("shard.db")).expect("a journal");
    let setup = Setup::new(Box::new(log), Health::noop());
    let (shards, _adapter) = started(setup).await;
    let before = memory::resident();
    for no in 0..WAITING {
        ask(
            &shards,
            arrival(&format!("c{no}"), "support", attributes(no)),
        )
        .await;
    }
    let name = tenant();
    let seen = shards.read(&name, |state| state.facts().contacts.len());
    assert_eq!(seen.await.expect("a look"), WAITING);
    println!("{}", memory::resident() - before);
}

fn configuration() -> ApplyConfig {
    let mut support = QueueConfig::named("support");
    support.wrap_up_ms = 0;
    let agents =
        (0..AGENTS).map(|no| AgentConfig::named(format!("agent{no}").as_str(), ["support"]));
    let mut config = TenantConfig {
        adapters: vec!["pbx".into()],
        queues: vec![support],
        agents: agents.collect(),
        ..TenantConfig::default()
    };
    config.limits.open_contacts = 200_000;
    apply(config)
}

fn attributes(no: usize) -> Arc<[Attribute]> {
    let attribute = |key: &str, value: String| Attribute {
        key: key.into(),
        value: value.into(),
        sensitive: false,
    };
    Arc::from([
        attribute("number", format!("+49 30 {no:07}")),
        attribute("menu", "loans, existing customer, question".to_owned()),
    ])
}
