//! What a back-up promises: a directory that a server is at work in is copied whole as of one instant, or not at all.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use acd_journal::{
    BackupError, DataDir, DataDirError, Entry, EventLog, OpenError, Snapshot, back_up, back_up_keys,
};
use bytes::Bytes;
use tempfile::TempDir;

const SHARDS: usize = 2;

fn entry(seq: u64) -> Entry {
    Entry {
        tenant: "bank".into(),
        first_seq: seq,
        last_seq: seq,
        at_ms: 0,
        payload: Bytes::from(vec![7; 1_000]),
        ..Entry::default()
    }
}

fn snapshot(seq: u64) -> Snapshot {
    Snapshot {
        tenant: "bank".into(),
        seq,
        at_ms: 0,
        payload: Bytes::from(vec![9; 100_000]),
        ..Snapshot::default()
    }
}

/// The last event of the tenant in a copy, which is opened as a server would.
fn last_seq(copy: &Path, shard: usize) -> u64 {
    let dir = DataDir::open(copy, SHARDS).expect("it can be opened");
    let (log, report) = dir.open_shard(shard).expect("it is whole");
    assert!(report.cut.is_empty() && report.dropped_snapshots.is_empty());
    log.last_seq("bank")
}

#[test]
fn a_directory_in_use_is_copied_with_all_that_was_acknowledged() {
    let parent = TempDir::new().unwrap();
    let (from, to) = (parent.path().join("acd"), parent.path().join("monday"));
    let dir = DataDir::open(&from, SHARDS).unwrap();
    let mut logs = [0, 1].map(|shard| dir.open_shard(shard).unwrap().0);
    for seq in 1..=5 {
        logs[1].append(&[entry(seq)]).unwrap();
    }
    let mut keeper = logs[1].keeper().unwrap();
    keeper.save_snapshot(&snapshot(3)).unwrap();
    let copies = back_up(&from, &to).unwrap();
    assert_eq!(back_up_keys(&from, &to).unwrap().len(), 1);
    assert_eq!(copies.len(), SHARDS);
    assert_eq!((copies[0].1.entries, copies[1].1.entries), (0, 5));

    // What comes later is not in it, and does not keep it from being used.
    logs[1].append(&[entry(6)]).unwrap();
    assert_eq!((last_seq(&to, 0), last_seq(&to, 1)), (0, 5));
    let again = DataDir::open(&to, SHARDS).unwrap();
    let (mut log, _) = again.open_shard(1).unwrap();
    assert_eq!(log.standing("bank").unwrap().snapshots[0].seq, 3);
    log.append(&[entry(6)]).unwrap();
}

#[test]
fn copies_taken_while_a_journal_is_written_and_cut_are_whole() {
    const EVENTS: u64 = 500;
    let parent = TempDir::new().unwrap();
    let from = parent.path().join("acd");
    let dir = DataDir::open(&from, SHARDS).unwrap();
    let (mut log, _) = dir.open_shard(0).unwrap();
    let mut keeper = log.keeper().unwrap();
    let acknowledged = AtomicU64::new(0);
    let mut copies = 0;
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for seq in 1..=EVENTS {
                log.append(&[entry(seq)]).unwrap();
                acknowledged.store(seq, Ordering::SeqCst);
                if seq % 50 == 0 {
                    keeper.save_snapshot(&snapshot(seq)).unwrap();
                    // Two snapshots hold the effect of what goes.
                    if seq > 50 {
                        keeper.truncate("bank", seq - 50).unwrap();
                    }
                    keeper.maintain().unwrap();
                }
            }
        });
        while copies == 0 || !writer.is_finished() {
            let to = parent.path().join(copies.to_string());
            let before = acknowledged.load(Ordering::SeqCst);
            match back_up(&from, &to) {
                Ok(_) => {
                    back_up_keys(&from, &to).unwrap();
                    copies += 1;
                    let last = last_seq(&to, 0);
                    assert!(before <= last && last <= EVENTS, "{before} {last}");
                    fs::remove_dir_all(&to).unwrap();
                }
                // A journal that is cut all the time; nothing is left under that name.
                Err(BackupError::Changed { .. }) => assert!(!to.exists()),
                Err(error) => panic!("{error}"),
            }
        }
    });
}

#[test]
fn nothing_is_overwritten_and_nothing_made_of_what_is_no_data_directory() {
    let parent = TempDir::new().unwrap();
    let (from, to) = (parent.path().join("acd"), parent.path().join("monday"));
    fs::create_dir(&from).unwrap();
    let refused = back_up(&from, &to).unwrap_err();
    let is_none = matches!(refused, BackupError::DataDir(DataDirError::NotInUse { .. }));
    assert!(is_none, "{refused}");
    assert!(!to.exists() && fs::read_dir(&from).unwrap().next().is_none());

    let _dir = DataDir::open(&from, SHARDS).unwrap();
    fs::write(&to, "an older back-up").unwrap();
    let refused = back_up(&from, &to).unwrap_err();
    assert!(matches!(refused, BackupError::Exists { .. }), "{refused}");
    assert_eq!(fs::read_to_string(&to).unwrap(), "an older back-up");
}

#[test]
fn what_an_interrupted_call_left_is_replaced() {
    let parent = TempDir::new().unwrap();
    let (from, to) = (parent.path().join("acd"), parent.path().join("monday"));
    let dir = DataDir::open(&from, SHARDS).unwrap();
    let (mut log, _) = dir.open_shard(0).unwrap();
    log.append(&[entry(1)]).unwrap();
    let partial = parent.path().join("monday.partial");
    fs::create_dir(&partial).unwrap();
    fs::write(partial.join("shard-000.db"), "half a file").unwrap();
    back_up(&from, &to).unwrap();
    back_up_keys(&from, &to).unwrap();
    assert!(!partial.exists());
    assert_eq!(last_seq(&to, 0), 1);
}

#[test]
fn a_damaged_journal_gives_no_copy_but_an_error() {
    let parent = TempDir::new().unwrap();
    let (from, to) = (parent.path().join("acd"), parent.path().join("monday"));
    let dir = DataDir::open(&from, SHARDS).unwrap();
    let (mut log, _) = dir.open_shard(0).unwrap();
    for seq in 1..=50 {
        log.append(&[entry(seq)]).unwrap();
    }
    let file = dir.shard_path(0);
    drop((log, dir));
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0xA5);
    fs::write(&file, bytes).unwrap();
    let refused = back_up(&from, &to).unwrap_err();
    let is_damaged = matches!(
        refused,
        BackupError::Open(OpenError::Damaged { .. } | OpenError::Structure { .. })
    );
    assert!(is_damaged, "{refused}");
    assert!(!to.exists());
}
