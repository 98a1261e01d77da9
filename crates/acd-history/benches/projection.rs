//! How many events a second become rows in SQLite, and what the store alone takes: `cargo bench -p acd-history`.

#![allow(unreachable_pub, reason = "words of the engine's tests")]

#[allow(dead_code, reason = "the engine's tests use all of it")]
#[path = "../../acd-core/tests/engine/centre.rs"]
mod centre;

use std::ops::ControlFlow;
use std::time::Duration;

use acd_core::command::{Attribute, Command};
use acd_core::config::{AgentConfig, QueueConfig};
use acd_core::ids::TenantName;
use acd_core::state::State;
use acd_history::{Commit, Follow, Life, Pace, Projection, SqliteStore, Store as _};
use acd_journal::codec::{decode_events, encode_input};
use acd_journal::{EventLog as _, LogReader, MemoryLog};

use rustix::time::{ClockId, clock_gettime};

use centre::{Centre, arrival, config};

/// As the server has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TENANT: &str = "test";
const QUEUES: usize = 10;
const AGENTS: usize = 100;
const CONTACTS: usize = 30_000;
/// Contacts that talk at the same time.
const TALKING: usize = 60;

fn main() {
    let log = journal();
    let reader = || -> Box<dyn LogReader> { log.keeper().expect("a keeper") };
    let stands = reader().standing(TENANT).expect("a tenant");
    let events = stands.last_seq;
    println!("{CONTACTS} contacts, {events} events");

    let took = timed(|| each(&*reader(), |_| {}));
    tell("reading and decoding", events, took);
    let mut state = State::default();
    let took = timed(|| each(&*reader(), |recorded| state.replay(recorded)));
    tell("and applying", events, took);
    let mut projection = Projection::of(State::default());
    let mut rows = 0;
    let took = timed(|| {
        each(&*reader(), |recorded| {
            projection.apply(recorded);
            if recorded.seq % 20_000 == 0 {
                rows += projection.take().rows();
            }
        });
        rows += projection.take().rows();
    });
    tell("and making rows", events, took);

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("history.db");
    let store = SqliteStore::open(&path).expect("a store");
    let mut follow = Follow::new(
        log.journal_id(),
        reader(),
        Box::new(store),
        None,
        Pace::default(),
    );
    let took = timed(|| _ = follow.catch_up(|_| {}).expect("caught up"));
    tell("and writing them", events, took);
    drop(follow);
    let bytes = std::fs::metadata(&path).expect("a file").len();
    println!("{} bytes on disk a contact", bytes / CONTACTS as u64);

    // The store alone, with the same rows in the same pieces.
    let mut projection = Projection::of(State::default());
    let mut pieces = Vec::new();
    each(&*reader(), |recorded| {
        projection.apply(recorded);
        if recorded.seq % 20_000 == 0 || recorded.seq == events {
            pieces.push((projection.take(), projection.position()));
        }
    });
    let mut store = SqliteStore::open(&folder.path().join("alone.db")).expect("a store");
    let life = Life::of(TENANT, log.journal_id(), stands.life);
    let took = timed(|| {
        let mut after_seq = 0;
        for (changes, to) in &pieces {
            let commit = Commit {
                life: &life,
                after_seq,
                changes,
                to: *to,
                state: None,
            };
            store.commit(commit).expect("committed");
            after_seq = to.seq;
        }
    });
    tell("the store alone", events, took);
    let seconds = took.as_secs_f64();
    println!(
        "{rows} rows, {:.0} rows/s by the store alone",
        rows as f64 / seconds
    );
}

fn tell(what: &str, events: u64, took: Duration) {
    let rate = events as f64 / took.as_secs_f64();
    println!(
        "{what:>22}: {:>9.0} events/s ({:.2} s)",
        rate,
        took.as_secs_f64()
    );
}

/// How much time of the processor it takes: what else the machine does is no matter.
fn timed(act: impl FnOnce()) -> Duration {
    let spent = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).expect("a length");
    let begin = spent();
    act();
    spent() - begin
}

fn each(reader: &dyn LogReader, mut take: impl FnMut(&acd_core::event::Recorded)) {
    let read = reader.read(TENANT, 0, &mut |entry| {
        let events = decode_events(&entry).expect("events");
        events.iter().for_each(&mut take);
        ControlFlow::Continue(())
    });
    read.expect("read");
}

/// A busy day: contacts with attributes and a customer that are offered, answered, and end.
fn journal() -> MemoryLog {
    let queues: Vec<String> = (0..QUEUES).map(|no| format!("queue-{no}")).collect();
    let agents = (0..AGENTS).map(|no| {
        let served = queues.iter().map(String::as_str);
        AgentConfig::named(&format!("agent-{no}"), served)
    });
    let configs = queues
        .iter()
        .map(|queue| QueueConfig::named(queue))
        .collect();
    let mut centre = Centre::of(config(configs, agents.collect()));
    centre.checks = false;
    centre.wait(1_790_000_000_000);
    for no in 0..AGENTS {
        centre.ready(&format!("agent-{no}"));
    }
    let mut log = MemoryLog::new().expect("a log");
    let mut written = 0;
    for no in 0..CONTACTS {
        let name = format!("call-{no:06}");
        let mut arrival = arrival(&name, &queues[no % QUEUES]);
        arrival.customer = Some(format!("+49 30 {:07}", no % 9_973).into());
        let attributes = ["language", "product", "region"].map(|key| Attribute {
            key: key.into(),
            value: format!("{key} {}", no % 17).into(),
            sensitive: false,
        });
        arrival.attributes = attributes.into();
        centre.command(Command::Arrive(arrival)).expect("joined");
        centre.wait(1_500);
        centre.answer(&name);
        centre.wait(500);
        if no >= TALKING {
            let over = format!("call-{:06}", no - TALKING);
            centre.hang_up(&over).expect("ended");
        }
        let events = &centre.log[written..];
        written = centre.log.len();
        let entries = encode_input(&TenantName::from(TENANT), None, events);
        log.append(&entries).expect("appended");
    }
    log
}
