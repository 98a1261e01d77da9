//! The room that a journal takes on its disk.

use std::fs;

use acd_journal::{Entry, EventLog, Snapshot, SqliteLog};
use bytes::Bytes;

/// What is written and given up again: more than is kept free for what comes.
const ENTRIES: u64 = 900;
const PAYLOAD_BYTES: usize = 100_000;

fn entry(seq: u64) -> Entry {
    Entry {
        tenant: "bank".into(),
        first_seq: seq,
        last_seq: seq,
        at_ms: seq.cast_signed(),
        payload: Bytes::from(vec![7; PAYLOAD_BYTES]),
        ..Entry::default()
    }
}

fn snapshot(seq: u64) -> Snapshot {
    Snapshot {
        tenant: "bank".into(),
        seq,
        at_ms: seq.cast_signed(),
        payload: Bytes::from_static(b"state"),
        ..Snapshot::default()
    }
}

#[test]
fn the_room_of_what_was_given_up_goes_back_to_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("shard.db");
    let (mut log, _) = SqliteLog::open_or_create(&path).unwrap();
    for seq in 1..=ENTRIES {
        log.append(&[entry(seq)]).unwrap();
    }
    let mut keeper = log.keeper().unwrap();
    while keeper.maintain().unwrap() {}
    let full = fs::metadata(&path).unwrap().len();
    assert!(full > 64 << 20, "the file has only {full} bytes");

    for seq in [ENTRIES - 1, ENTRIES] {
        keeper.save_snapshot(&snapshot(seq)).unwrap();
    }
    keeper.truncate("bank", ENTRIES - 1).unwrap();
    let mut pieces = 0;
    while keeper.maintain().unwrap() {
        pieces += 1;
        assert!(pieces < 10_000, "upkeep must come to an end");
    }
    log.append(&[entry(ENTRIES + 1)]).unwrap();
    drop((log, keeper));
    let left = fs::metadata(&path).unwrap().len();
    assert!(left < full / 2, "{left} of {full} bytes are still taken");
    SqliteLog::verify(&path).unwrap();
    let (log, _) = SqliteLog::open(&path).unwrap();
    assert_eq!(log.last_seq("bank"), ENTRIES + 1);
}
