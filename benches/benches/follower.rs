//! What the follower costs: how long after a batch is durable it is shown, at 1,000 contacts a second, beside the time of
//! the commit; and how much memory the two states of a shard take, beside one.

#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

mod shard;

use std::process::Command as Process;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

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
    match std::env::args().nth(1).as_deref() {
        Some("one") => one_state(),
        Some("shard") => runtime().block_on(shard_states()),
        _ => {
            runtime().block_on(lag());
            let [one, shard] = ["one", "shard"].map(in_own_process);
            println!(
                "{WAITING} waiting: one state {:.1} MiB, a shard with its follower {:.1} MiB, ratio {:.2}",
                one / 1_048_576.0,
                shard / 1_048_576.0,
                shard / one
            );
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().expect("a runtime")
}

/// Memory is measured in a process of its own, because what was freed once is not given back.
fn in_own_process(what: &str) -> f64 {
    let this = std::env::current_exe().expect("this program");
    let run = Process::new(this).arg(what).output().expect("it runs");
    let printed = String::from_utf8_lossy(&run.stdout);
    printed.trim().parse().expect("a number of bytes")
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
    fn millis(&self, percent: usize) -> f64 {
        let mut samples = self.0.lock().expect("whole").clone();
        samples.sort_by(f64::total_cmp);
        samples[(samples.len() - 1) * percent / 100] * 1e3
    }
}

async fn lag() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let (log, _) = SqliteLog::open_or_create(&dir.path().join("shard.db")).expect("a journal");
    let (lag, commit) = (Arc::new(Samples::default()), Arc::new(Samples::default()));
    let health = Health {
        follower_lag_seconds: Histogram::from_arc(lag.clone()),
        commit_seconds: Histogram::from_arc(commit.clone()),
        ..Health::noop()
    };
    let setup = Setup {
        log: Box::new(log),
        health,
    };
    let (shards, _adapter) = started(setup).await;
    for no in 0..AGENTS {
        let name = format!("agent{no}");
        let (session, stream) = agent(&shards, &name).await;
        tokio::spawn(work(shards.clone(), name, session, stream));
    }
    lag.0.lock().expect("whole").clear();
    commit.0.lock().expect("whole").clear();
    let begin = Instant::now();
    for no in 0..PER_SECOND * SECONDS {
        let due = begin + Duration::from_secs(1) * no / PER_SECOND;
        tokio::time::sleep_until(due.into()).await;
        let arrives = Request::internal(arrival(&format!("c{no}"), "support", Arc::from([])));
        drop(shards.submit(&tenant(), arrives, None).expect("room"));
    }
    let took = begin.elapsed().as_secs_f64();
    println!(
        "{:.0} contacts a second, each offered, accepted, connected and ended, {} batches",
        f64::from(PER_SECOND * SECONDS) / took,
        lag.0.lock().expect("whole").len()
    );
    for (name, samples) in [("from durable to shown, ms", &lag), ("commit, ms", &commit)] {
        println!(
            "{name}: median {:.3}, 99 % {:.3}",
            samples.millis(50),
            samples.millis(99)
        );
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
    let setup = Setup {
        log: Box::new(log),
        health: Health::noop(),
    };
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
