//! How long a start takes until the journal of a busy week is open, beside reading every byte of it. The journal is
//! generated: `ACD_BENCH_EVENTS` events (1,000,000 unless told otherwise) of twenty tenants, five to an entry, with the
//! snapshots that the compactor would have made.

#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::env;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use acd_journal::{BATCH_MAX_ENTRIES, Entry, EventLog, Snapshot, SqliteLog};
use bytes::Bytes;

const TENANTS: u64 = 20;
const EVENTS_PER_ENTRY: u64 = 5;
const ENTRY_BYTES: usize = 600;
const SNAPSHOT_EVERY: u64 = 100_000;
const SNAPSHOT_BYTES: usize = 4 << 20;

fn main() {
    let events = env::var("ACD_BENCH_EVENTS").ok();
    let events = events.map_or(1_000_000, |events| events.parse().expect("a number"));
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("shard.db");
    generate(&path, events);
    let bytes = fs::metadata(&path).expect("the journal").len();
    println!("{events} events, {} MiB", bytes >> 20);
    for _ in 0..3 {
        let (entries, seconds) = measured(|| SqliteLog::open(&path).expect("it opens").1.entries);
        println!("open: {seconds:.2} s, {entries} entries verified");
    }
    let (entries, seconds) = measured(|| SqliteLog::verify(&path).expect("it is whole").entries);
    println!("verify all: {seconds:.2} s, {entries} entries");
    let (_, seconds) = measured(|| {
        std::io::copy(
            &mut fs::File::open(&path).expect("the journal"),
            &mut std::io::sink(),
        )
    });
    println!("read the file: {seconds:.2} s");
}

fn measured<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let begin = Instant::now();
    let result = work();
    (result, begin.elapsed().as_secs_f64())
}

fn generate(path: &Path, events: u64) {
    let (mut log, _) = SqliteLog::open_or_create(path).expect("a new journal");
    let mut keeper = log.keeper().expect("another handle");
    let names: Vec<Arc<str>> = (0..TENANTS)
        .map(|no| format!("tenant-{no:02}").into())
        .collect();
    let payload: Vec<u8> = (0..ENTRY_BYTES).map(|at| (at * 31 % 251) as u8).collect();
    let payload = Bytes::from(payload);
    let mut batch = Vec::new();
    for number in 0..events / EVENTS_PER_ENTRY {
        let (round, tenant) = (number / TENANTS, number % TENANTS);
        let last_seq = (round + 1) * EVENTS_PER_ENTRY;
        batch.push(Entry {
            tenant: names[tenant as usize].clone(),
            first_seq: last_seq - EVENTS_PER_ENTRY + 1,
            last_seq,
            at_ms: number as i64,
            payload: payload.clone(),
        });
        if batch.len() == BATCH_MAX_ENTRIES {
            log.append(&batch).expect("room");
            batch.clear();
            keeper.maintain().expect("upkeep");
        }
    }
    log.append(&batch).expect("room");
    let last_seq = log.last_seq(&names[0]);
    for name in &names {
        for back in [SNAPSHOT_EVERY + SNAPSHOT_EVERY / 2, SNAPSHOT_EVERY / 2] {
            let seq = last_seq.saturating_sub(back);
            let snapshot = Snapshot {
                tenant: name.clone(),
                seq,
                at_ms: 0,
                payload: vec![7; SNAPSHOT_BYTES].into(),
            };
            keeper.save_snapshot(&snapshot).expect("room");
        }
    }
}
