//! How long a start takes on the journal of a busy week, beside reading every byte of it. The journal is made by the engine
//! itself: `ACD_BENCH_EVENTS` events (1,000,000 unless told otherwise) of twenty tenants whose callers come, wait and hang
//! up, with the snapshots that the compactor would have made, each tenant at another point between two of them.
//!
//! And how long `acd serve` takes from `kill -9` to its first answer where not one of these events is in a snapshot. What
//! the program has made of them is compared with what the engine had decided: the hash of all states.

#[allow(dead_code, reason = "shared with other benches")]
#[path = "e2e/servers.rs"]
mod servers;

use std::env;
use std::fs;
use std::ops::ControlFlow;
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
use acd_core::event::Recorded;
use acd_core::ids::{TenantName, TimeMs};
use acd_core::state::State;
use acd_journal::codec::{decode_events, encode_input, encode_snapshot};
use acd_journal::{BATCH_MAX_ENTRIES, DataDir, Entry, EventLog, LogKeeper, LogReader, SqliteLog};
use acd_shard::{Health, Options, Setup, Shards};
use servers::Server;

const TENANTS: u64 = 20;
const WAITING: u64 = 50;

fn main() {
    let asked = Asked::of_command_line();
    let events = env::var("ACD_BENCH_EVENTS").ok();
    let events = events.map_or(asked.or_quick(1_000_000, 50_000), |events| {
        events.parse().expect("a number")
    });
    if asked.for_key("start.open")
        || asked.for_key("start.take_calls")
        || asked.for_key("start.verify")
    {
        with_snapshots(events);
    }
    if asked.for_key("start.after_kill") {
        after_a_kill(events);
    }
}

fn with_snapshots(events: u64) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("shard.db");
    let every = ServerConfig::default().snapshot_every;
    let tenants = generate(&path, events, every);
    let unsaved: u64 = tenants.iter().map(Tenant::unsaved).sum();
    println!("{events} events, {unsaved} of them after the last snapshots");
    let read = seconds_of_reading(&path);
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

/// The program on a journal of which nothing is in a snapshot.
fn after_a_kill(events: u64) {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let data = folder.path().join("data");
    let dir = DataDir::open(&data, 1).expect("a new directory");
    let path = dir.shard_path(0);
    drop(dir);
    let mut tenants = generate(&path, events, u64::MAX);
    let file = fs::metadata(&path).expect("the journal").len();
    println!(
        "{events} events, none of them in a snapshot, {} MiB",
        file >> 20
    );
    let first = first_answer(&data);
    // Dropping it is SIGKILL. What that start has decided is in the log, too.
    drop(first);
    follow(&path, &mut tenants);
    let before = hash(tenants.iter().map(|tenant| tenant.engine.state()));
    let (server, ns) = timed(|| first_answer(&data));
    drop(server);
    let recovered: Vec<State> = tenants.iter().map(|it| it.recovered(&path)).collect();
    let after = hash(&recovered);
    println!("state before the kill {before:016x}, after it {after:016x}");
    assert_eq!(before, after, "recovery made another state");
    let seconds = ns / 1e9;
    let read = seconds_of_reading(&path);
    let what = "acd serve from a kill to its first answer, with all events to apply";
    Figure::new("start.after_kill_s", what, seconds, "s")
        .beside(read)
        .hand_in();
    let what = "the events of that start by its seconds";
    Figure::new(
        "start.after_kill_events_per_s",
        what,
        events as f64 / seconds,
        "1/s",
    )
    .hand_in();
}

/// Starts the program on this directory and waits for an answer of the last tenant.
fn first_answer(data: &Path) -> Server {
    let server = Server::on(data, "snapshot_every = 1000000000\n");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let options = acd_client::endpoint::Options::new(format!("http://{}", server.grpc));
        let endpoint = acd_client::Endpoint::new(options).expect("an address");
        let name = Tenant::name(TENANTS - 1);
        let supervisor = acd_client::Supervisor::new(&endpoint, name.as_str());
        supervisor.get_snapshot(None).await.expect("an answer");
    });
    server
}

/// Applies what the log has beyond what these tenants have decided.
fn follow(path: &Path, tenants: &mut [Tenant]) {
    let (log, _) = SqliteLog::open(path).expect("it opens");
    let reader = log.keeper().expect("another handle");
    for tenant in tenants {
        let after = tenant.engine.state().facts().seq;
        events(reader.as_ref(), &tenant.name, after, &mut |recorded| {
            tenant.engine.apply(recorded);
        });
    }
}

/// The tenant's events after this one.
fn events(log: &dyn LogReader, tenant: &TenantName, after: u64, look: &mut dyn FnMut(&Recorded)) {
    let read = log.read(tenant.as_str(), after, &mut |entry| {
        let events = decode_events(&entry).expect("a record");
        let later = events.iter().filter(|recorded| recorded.seq > after);
        later.for_each(&mut *look);
        ControlFlow::Continue(())
    });
    read.expect("it can be read");
}

/// One hash of all these states.
fn hash<'s>(states: impl IntoIterator<Item = &'s State>) -> u64 {
    let digests = states.into_iter().map(State::digest);
    digests.fold(0, |all, digest| all.rotate_left(1) ^ digest)
}

fn seconds_of_reading(path: &Path) -> f64 {
    seconds(|| {
        let mut file = fs::File::open(path).expect("the journal");
        std::io::copy(&mut file, &mut std::io::sink()).expect("it can be read")
    })
}

/// The shortest of three times.
fn seconds<T>(mut work: impl FnMut() -> T) -> f64 {
    let times = (0..3).map(|_| timed(&mut work).1);
    times.fold(f64::INFINITY, f64::min) / 1e9
}

fn start(path: &Path) -> usize {
    let (log, _) = SqliteLog::open(path).expect("it opens");
    let setup = Setup::new(Box::new(log), Health::noop());
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

/// Writes the journal, with a snapshot of each tenant every so many events; the tenants as they are then.
fn generate(path: &Path, events: u64, every: u64) -> Vec<Tenant> {
    let (mut log, _) = SqliteLog::open_or_create(path).expect("a new journal");
    let mut keeper = log.keeper().expect("another handle");
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
            let is_first = tenant.saved == 0 && seq >= every / TENANTS * (no + 1);
            if is_first || seq >= tenant.saved + every && tenant.saved > 0 {
                log.append(&batch).expect("room");
                batch.clear();
                tenant.save(&mut *keeper);
            }
        }
    }
    log.append(&batch).expect("room");
    tenants
}

impl Tenant {
    fn name(no: u64) -> TenantName {
        TenantName::from(format!("tenant-{no:02}"))
    }

    fn new(no: u64, batch: &mut Vec<Entry>) -> Self {
        let name = Self::name(no);
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

    /// How many of its events are in no snapshot.
    fn unsaved(&self) -> u64 {
        self.engine.state().facts().seq - self.saved
    }

    /// Its state as the log tells it up to where the engine has come.
    fn recovered(&self, path: &Path) -> State {
        let (log, _) = SqliteLog::open(path).expect("it opens");
        let reader = log.keeper().expect("another handle");
        let last = self.engine.state().facts().seq;
        let mut state = State::default();
        events(reader.as_ref(), &self.name, 0, &mut |recorded| {
            if recorded.seq <= last {
                state.replay(recorded);
            }
        });
        state
    }

    fn save(&mut self, keeper: &mut dyn LogKeeper) {
        let facts = self.engine.state().facts();
        let snapshot = encode_snapshot(&self.name, facts.seq, facts.now, facts.clone(), 0);
        keeper
            .save_snapshot(&snapshot.expect("a snapshot"))
            .expect("room");
        self.saved = facts.seq;
    }
}
