//! How long a start takes on the journal of a busy week, beside reading every byte of it. The journal is made by the engine
//! itself: `ACD_BENCH_EVENTS` events (1,000,000 unless told otherwise) of twenty tenants whose callers come, wait and hang
//! up, with the snapshots that the compactor would have made, each tenant at another point between two of them.

use std::env;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use acd_benches::asked::Asked;
use acd_benches::report::Figure;
use acd_benches::stop_watch::timed;
use acd_benches::{about, apply, arrival};
use acd_config::ServerConfig;
use acd_core::Engine;
use acd_core::command::{AdapterConnect, Command, ContactAct, EndCause, Request};
use acd_core::config::{AgentConfig, QueueConfig, TenantConfig};
use acd_core::ids::{TenantName, TimeMs};
use acd_journal::codec::{encode_input, encode_snapshot};
use acd_journal::{BATCH_MAX_ENTRIES, Entry, EventLog, LogKeeper, SqliteLog};
use acd_shard::{Health, Options, Setup, Shards};

const TENANTS: u64 = 20;
const WAITING: u64 = 50;

fn main() {
    let asked = Asked::of_command_line();
    if !asked.for_key("start.") {
        return;
    }
    let events = env::var("ACD_BENCH_EVENTS").ok();
    let events = events.map_or(asked.or_quick(1_000_000, 50_000), |events| {
        events.parse().expect("a number")
    });
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("shard.db");
    let unsaved = generate(&path, events);
    println!("{events} events, {unsaved} of them after the last snapshots");
    let read = seconds(|| {
        let mut file = fs::File::open(&path).expect("the journal");
        std::io::copy(&mut file, &mut std::io::sink()).expect("it can be read")
    });
    let open = seconds(|| SqliteLog::open(&path).expect("it opens").1.entries);
    let start = seconds(|| start(&path));
    let verify = seconds(|| SqliteLog::verify(&path).expect("it is whole").entries);
    for (key, what, value) in [
        (
            "open",
            "open a journal, verifying what follows the snapshots",
            open,
        ),
        (
            "take_calls",
            "open it until all its tenants take calls",
            start,
        ),
        ("verify", "verify all of it", verify),
    ] {
        let figure = Figure::new(format!("start.{key}_s"), what, value, "s");
        figure.beside(read).hand_in();
    }
}

/// The shortest of three times.
fn seconds<T>(mut work: impl FnMut() -> T) -> f64 {
    let times = (0..3).map(|_| timed(&mut work).1);
    times.fold(f64::INFINITY, f64::min) / 1e9
}

fn start(path: &Path) -> usize {
    let (log, _) = SqliteLog::open(path).expect("it opens");
    let setup = Setup {
        log: Box::new(log),
        health: Health::noop(),
    };
    let options = Options::new(&ServerConfig::default());
    let shards = Shards::start(vec![setup], &options).expect("they start");
    shards.tenants().len()
}

/// A tenant on its own clock.
struct Tenant {
    name: TenantName,
    engine: Engine,
    now: TimeMs,
    contacts: u64,
    /// Its last snapshot.
    saved: u64,
}

/// Writes the journal; how many of its events are in no snapshot.
fn generate(path: &Path, events: u64) -> u64 {
    let (mut log, _) = SqliteLog::open_or_create(path).expect("a new journal");
    let mut keeper = log.keeper().expect("another handle");
    let every = ServerConfig::default().snapshot_every;
    let mut batch = Vec::new();
    let mut tenants: Vec<Tenant> = (0..TENANTS).map(|no| Tenant::new(no, &mut batch)).collect();
    let mut written = 0;
    while written < events {
        for (no, tenant) in (0..).zip(&mut tenants) {
            written += tenant.caller(&mut batch);
            if batch.len() >= BATCH_MAX_ENTRIES / 2 {
                log.append(&batch).expect("room");
                batch.clear();
                keeper.maintain().expect("upkeep");
            }
            let seq = tenant.engine.state().facts().seq;
            // The first one comes earlier, so that the tenants are apart.
            let is_first = tenant.saved == 0 && seq >= every * (no + 1) / TENANTS;
            if is_first || seq >= tenant.saved + every && tenant.saved > 0 {
                log.append(&batch).expect("room");
                batch.clear();
                tenant.save(&mut *keeper);
            }
        }
    }
    log.append(&batch).expect("room");
    let unsaved = tenants
        .iter()
        .map(|tenant| tenant.engine.state().facts().seq - tenant.saved);
    unsaved.sum()
}

impl Tenant {
    fn new(no: u64, batch: &mut Vec<Entry>) -> Self {
        let name = TenantName::from(format!("tenant-{no:02}"));
        let mut tenant = Self {
            engine: Engine::new(name.clone()),
            name,
            now: 1_000,
            contacts: 0,
            saved: 0,
        };
        let config = TenantConfig {
            adapters: vec!["pbx".into()],
            queues: vec![QueueConfig::named("support")],
            agents: vec![AgentConfig::named("nora", ["support"])],
            ..TenantConfig::default()
        };
        tenant.handle(Command::ApplyConfig(apply(config)), batch);
        let connect = AdapterConnect {
            adapter: "pbx".into(),
            incarnation: "1".into(),
        };
        tenant.handle(Command::AdapterConnect(connect), batch);
        tenant
    }

    /// A caller comes, and one of those before hangs up; how many events that was.
    fn caller(&mut self, batch: &mut Vec<Entry>) -> u64 {
        let before = self.engine.state().facts().seq;
        self.now += 500;
        self.contacts += 1;
        let contact = format!("c{}", self.contacts);
        self.handle(arrival(&contact, "support", Arc::from([])), batch);
        if self.contacts > WAITING {
            let contact = format!("c{}", self.contacts - WAITING);
            let hangs_up = about(&contact, ContactAct::End(EndCause::Customer));
            self.handle(hangs_up, batch);
        }
        self.engine.state().facts().seq - before
    }

    fn handle(&mut self, command: Command, batch: &mut Vec<Entry>) {
        let request = Request::internal(command);
        let handled = self.engine.handle(self.now, request.clone());
        handled.answer.expect("it is done");
        batch.extend(encode_input(&self.name, Some(&request), &handled.events));
    }

    fn save(&mut self, keeper: &mut dyn LogKeeper) {
        let facts = self.engine.state().facts();
        let snapshot = encode_snapshot(&self.name, facts.seq, facts.now, facts, 0);
        keeper
            .save_snapshot(&snapshot.expect("a snapshot"))
            .expect("room");
        self.saved = facts.seq;
    }
}
