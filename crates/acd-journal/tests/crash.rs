//! What was acknowledged survives `kill -9`: a child process appends and acknowledges, the parent kills it at a random
//! point, and what is then in the journal is every acknowledged batch and at most one more, each whole.

use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use acd_journal::{Entry, EventLog, LogKeeper, Snapshot, SqliteLog};
use bytes::Bytes;
use tempfile::TempDir;

/// Set for the child only: the journal it appends to.
const JOURNAL_VAR: &str = "ACD_CRASH_TEST_JOURNAL";
const TENANTS: [&str; 4] = ["airline", "bank", "clinic", "dispatch"];
/// How many acknowledgements the parent waits for before it kills, one per round.
const ROUNDS: [usize; 12] = [1, 37, 5, 120, 2, 64, 11, 250, 3, 90, 17, 45];

/// Batches so far in the journal: per batch the number of its entries.
fn batches(log: &SqliteLog) -> BTreeMap<u64, u64> {
    let mut batches = BTreeMap::new();
    let mut visit = |entry: Entry| {
        let text = std::str::from_utf8(&entry.payload).unwrap();
        let batch = text.split(' ').next().unwrap().parse().unwrap();
        *batches.entry(batch).or_insert(0) += 1;
        ControlFlow::Continue(())
    };
    let keeper = log.keeper().unwrap();
    for tenant in TENANTS {
        keeper.read(tenant, 0, &mut visit).unwrap();
    }
    batches
}

/// How many entries batch `number` has: between 1 and 40.
fn entries_of(number: u64) -> u64 {
    1 + number * 7 % 40
}

fn batch(log: &SqliteLog, number: u64) -> Vec<Entry> {
    let mut next: BTreeMap<_, _> = TENANTS
        .iter()
        .map(|tenant| (*tenant, log.last_seq(tenant) + 1))
        .collect();
    let mut batch = Vec::new();
    for index in 0..entries_of(number) {
        let tenant = TENANTS[(number + index) as usize % TENANTS.len()];
        let first_seq = next[tenant];
        let last_seq = first_seq + index % 3;
        next.insert(tenant, last_seq + 1);
        let payload = Bytes::from(format!(
            "{number} {}",
            "x".repeat((number * index % 700) as usize)
        ));
        batch.push(Entry {
            tenant: tenant.into(),
            first_seq,
            last_seq,
            at_ms: number as i64,
            payload,
            ..Entry::default()
        });
    }
    batch
}

/// Not a test of its own: what the child does until it is killed. Does nothing in an ordinary run.
#[test]
fn child_appends_until_killed() {
    let Some(path) = env::var_os(JOURNAL_VAR) else {
        return;
    };
    let (mut log, _) = SqliteLog::open_or_create(Path::new(&path)).unwrap();
    let first = batches(&log).len() as u64 + 1;
    let keeper = log.keeper().unwrap();
    std::thread::spawn(|| keep(keeper));
    for number in first.. {
        log.append(&batch(&log, number)).unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "\nacknowledged {number}").unwrap();
        out.flush().unwrap();
        drop(out);
    }
}

/// What goes on in another thread: snapshots without end, so that the kill meets one half written, and upkeep.
fn keep(mut keeper: Box<dyn LogKeeper>) {
    loop {
        for tenant in TENANTS {
            let seq = keeper.last_seq(tenant);
            if seq > 0 {
                let snapshot = Snapshot {
                    tenant: tenant.into(),
                    seq,
                    at_ms: 0,
                    payload: Bytes::from(vec![7; 600_000]),
                    ..Snapshot::default()
                };
                keeper.save_snapshot(&snapshot).unwrap();
            }
        }
        keeper.maintain().unwrap();
    }
}

fn spawn_child(path: &Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "child_appends_until_killed", "--nocapture"])
        .env(JOURNAL_VAR, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills the child when it has acknowledged `count` batches; returns the last one acknowledged.
fn kill_after(mut child: Child, count: usize) -> u64 {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut last = 0;
    let mut seen = 0;
    for line in lines.map_while(Result::ok) {
        if let Some(number) = line.strip_prefix("acknowledged ") {
            last = number.parse().unwrap();
            seen += 1;
            if seen == count {
                // SIGKILL; what it acknowledged meanwhile is read to the end.
                child.kill().unwrap();
            }
        }
    }
    child.wait().unwrap();
    assert!(
        seen >= count,
        "the child ended by itself after {seen} batches"
    );
    last
}

#[test]
fn every_acknowledged_batch_survives_a_kill_and_no_batch_is_partial() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("shard.db");
    for count in ROUNDS {
        let acknowledged = kill_after(spawn_child(&path), count);
        let (log, report) = SqliteLog::open(&path).unwrap();
        assert_eq!((report.cut, report.dropped_snapshots), (vec![], vec![]));
        let found = batches(&log);
        let last = found.len() as u64;
        assert!(
            (acknowledged..=acknowledged + 1).contains(&last),
            "{acknowledged} batches were acknowledged, {last} are there"
        );
        let whole: BTreeMap<_, _> = (1..=last)
            .map(|number| (number, entries_of(number)))
            .collect();
        assert_eq!(found, whole);
    }
}
