//! Reading a data directory from outside, and what is said and done about a damaged one.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use acd_journal::{
    DataDir, DataDirError, Entry, EventLog, LogError, LogReader, OpenError, ReadOnlyDir,
    RepairError, Snapshot, SqliteLog, examine, repair,
};
use bytes::Bytes;
use tempfile::TempDir;

fn entry(seq: u64) -> Entry {
    Entry {
        tenant: "bank".into(),
        first_seq: seq,
        last_seq: seq,
        at_ms: seq as i64,
        payload: Bytes::from(vec![7; 2_000]),
        ..Entry::default()
    }
}

fn snapshot(seq: u64) -> Snapshot {
    Snapshot {
        tenant: "bank".into(),
        seq,
        at_ms: seq as i64,
        payload: Bytes::from(vec![9; 1_000]),
        ..Snapshot::default()
    }
}

fn seqs(log: &dyn LogReader, after: u64) -> Result<Vec<u64>, LogError> {
    let mut seen = Vec::new();
    log.read("bank", after, &mut |entry| {
        seen.push(entry.last_seq);
        ControlFlow::Continue(())
    })?;
    Ok(seen)
}

/// Every file below a directory, with what is in it.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for file in fs::read_dir(dir).unwrap() {
        let path = file.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => _ = found.insert(path.clone(), fs::read(&path).unwrap()),
        }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let path = file.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &target),
            false => _ = fs::copy(&path, &target).unwrap(),
        }
    }
}

/// What a machine that lost its power leaves: a copy of the files of a log with ten entries, each a batch, and snapshots
/// at 4 and 8.
fn crashed(parent: &TempDir) -> PathBuf {
    let (running, crashed) = (parent.path().join("running"), parent.path().join("crashed"));
    let dir = DataDir::open(&running, 1).unwrap();
    let (mut log, _) = dir.open_shard(0).unwrap();
    let mut keeper = log.keeper().unwrap();
    for seq in 1..=10 {
        log.append(&[entry(seq)]).unwrap();
        if seq == 4 || seq == 8 {
            keeper.save_snapshot(&snapshot(seq)).unwrap();
        }
    }
    copy(&running, &crashed);
    // Who died holds no lock.
    fs::remove_file(crashed.join("acd.lock")).unwrap();
    crashed
}

fn shard(dir: &Path, suffix: &str) -> PathBuf {
    dir.join(format!("shard-000.db{suffix}"))
}

#[test]
fn a_reader_keeps_up_with_a_running_server_and_holds_up_nothing() {
    let parent = TempDir::new().unwrap();
    let path = parent.path().join("acd");
    let dir = DataDir::open(&path, 1).unwrap();
    let (mut log, _) = dir.open_shard(0).unwrap();
    let mut keeper = log.keeper().unwrap();
    log.append(&[entry(1)]).unwrap();
    let outside = ReadOnlyDir::open(&path).unwrap().reader(0).unwrap();
    assert_eq!(outside.tenants(), ["bank".into()]);
    assert_eq!(seqs(&*outside, 0).unwrap(), [1]);
    for seq in 2..=6 {
        log.append(&[entry(seq)]).unwrap();
        assert_eq!(outside.last_seq("bank"), seq);
    }
    keeper.save_snapshot(&snapshot(3)).unwrap();
    keeper.save_snapshot(&snapshot(5)).unwrap();
    let snapshots = outside.snapshots("bank").unwrap();
    assert_eq!(snapshots, [snapshot(5), snapshot(3)]);
    let stands = outside.standing("bank").unwrap();
    assert_eq!((stands.snapshots[0].at_ms, stands.last_at_ms), (5, 6));
    assert_eq!(outside.last_seq_before("bank", 4).unwrap(), 3);

    keeper.truncate("bank", 3).unwrap();
    while keeper.maintain().unwrap() {}
    let gone = seqs(&*outside, 0).unwrap_err();
    assert!(matches!(gone, LogError::NoLongerKept { .. }), "{gone}");
    assert_eq!(seqs(&*outside, 3).unwrap(), [4, 5, 6]);

    log.delete_tenant("bank").unwrap();
    assert_eq!(outside.standing("bank"), None);
    assert!(seqs(&*outside, 0).unwrap().is_empty());
}

#[test]
fn a_directory_that_nobody_uses_is_read_without_a_trace() {
    let parent = TempDir::new().unwrap();
    let path = parent.path().join("acd");
    {
        let dir = DataDir::open(&path, 1).unwrap();
        let (mut log, _) = dir.open_shard(0).unwrap();
        log.append(&[entry(1), entry(2)]).unwrap();
    }
    let before = files(&path);
    let reader = ReadOnlyDir::open(&path).unwrap().reader(0).unwrap();
    assert_eq!(seqs(&*reader, 0).unwrap(), [1, 2]);
    drop(reader);
    assert!(examine(&path).unwrap()[0].start.is_ok());
    assert_eq!(files(&path), before);
}

#[test]
fn what_a_crash_left_is_read_up_to_its_last_whole_batch() {
    let parent = TempDir::new().unwrap();
    let path = crashed(&parent);
    let reader = ReadOnlyDir::open(&path).unwrap().reader(0).unwrap();
    assert_eq!(seqs(&*reader, 0).unwrap(), (1..=10).collect::<Vec<_>>());
}

#[test]
fn examining_what_a_crash_left_changes_nothing() {
    let parent = TempDir::new().unwrap();
    let path = crashed(&parent);
    let before = files(&path);
    let examined = examine(&path).unwrap();
    let report = examined[0].start.as_ref().unwrap();
    // Those after the older snapshot.
    assert_eq!(report.entries, 6);
    assert!(examined[0].elsewhere.is_none());
    assert_eq!(files(&path), before);
}

#[test]
fn a_directory_in_use_is_neither_examined_nor_repaired() {
    let parent = TempDir::new().unwrap();
    let path = parent.path().join("acd");
    let _dir = DataDir::open(&path, 1).unwrap();
    let pid = std::process::id();
    let is_named = |error: &DataDirError| matches!(error, DataDirError::Locked { owner, .. } if *owner == Some(pid));
    assert!(is_named(&examine(&path).unwrap_err()));
    match repair(&path, &parent.path().join("aside")).unwrap_err() {
        RepairError::DataDir(error) => assert!(is_named(&error), "{error}"),
        error => panic!("{error}"),
    }
}

#[test]
fn what_is_torn_or_damaged_and_can_be_missed_is_told_then_removed_with_a_copy() {
    let parent = TempDir::new().unwrap();
    let path = crashed(&parent);
    // The last batch was not acknowledged and is not whole.
    fs::remove_file(shard(&path, "-end")).unwrap();
    let wal = shard(&path, "-wal");
    let torn = fs::read(&wal).unwrap();
    fs::write(&wal, &torn[..torn.len() - 100]).unwrap();
    let damaged = shard(&path, "-snapshots").join("1-8.snapshot");
    let mut bytes = fs::read(&damaged).unwrap();
    bytes[100] ^= 1;
    fs::write(&damaged, &bytes).unwrap();

    let before = files(&path);
    let examined = examine(&path).unwrap();
    let told = examined[0].start.as_ref().unwrap();
    assert!(told.torn_wal_pages > 0);
    assert_eq!(told.dropped_snapshots[0].seq, 8);
    assert_eq!(files(&path), before);

    let aside = parent.path().join("aside");
    let repaired = repair(&path, &aside).unwrap();
    assert!(repaired[0].is_aside);
    assert_eq!(&repaired[0].report, told);
    assert_eq!(
        fs::read(aside.join("shard-000.db-snapshots/1-8.snapshot")).unwrap(),
        bytes
    );
    assert_eq!(
        fs::read(aside.join("shard-000.db-wal")).unwrap(),
        torn[..torn.len() - 100]
    );
    assert!(!damaged.exists());
    let dir = DataDir::open(&path, 1).unwrap();
    let (log, report) = dir.open_shard(0).unwrap();
    assert_eq!(log.last_seq("bank"), 9);
    assert!(report.dropped_snapshots.is_empty() && report.torn_wal_pages == 0);
}

#[test]
fn an_entry_that_was_torn_is_kept_aside_as_it_is() {
    let parent = TempDir::new().unwrap();
    let path = crashed(&parent);
    // Into the database with all of it.
    drop(SqliteLog::open(&shard(&path, "")).unwrap());
    fs::remove_file(shard(&path, "-end")).unwrap();
    let conn = rusqlite::Connection::open(shard(&path, "")).unwrap();
    let change = "UPDATE entries SET payload = x'0102ff' WHERE last_seq = 10";
    conn.execute_batch(change).unwrap();
    drop(conn);
    let aside = parent.path().join("aside");
    let repaired = repair(&path, &aside).unwrap();
    assert_eq!(repaired[0].report.cut[0].after_seq, 9);
    let kept = fs::read_to_string(aside.join("shard-000.db-entries.jsonl")).unwrap();
    assert!(kept.contains("\"payload\":\"0102ff\"") && kept.contains("\"last_seq\":10"));
    assert_eq!(kept.lines().count(), 1);
    // There is nothing more to do.
    let again = repair(&path, &parent.path().join("again")).unwrap();
    assert!(!again[0].is_aside && !parent.path().join("again").exists());
    assert_eq!(again[0].report.cut, []);
}

#[test]
fn nothing_that_was_acknowledged_is_removed() {
    let parent = TempDir::new().unwrap();
    let path = crashed(&parent);
    let wal = shard(&path, "-wal");
    let mut bytes = fs::read(&wal).unwrap();
    let early = 40_000;
    bytes[early] ^= 1;
    fs::write(&wal, bytes).unwrap();
    let before = files(&path);
    let refused = |error: &OpenError| matches!(error, OpenError::WalDamaged { .. });
    assert!(refused(
        examine(&path).unwrap()[0].start.as_ref().unwrap_err()
    ));
    let aside = parent.path().join("aside");
    match repair(&path, &aside).unwrap_err() {
        RepairError::Refused(error) => assert!(refused(&error), "{error}"),
        error => panic!("{error}"),
    }
    assert!(!aside.exists());
    let read = ReadOnlyDir::open(&path).unwrap().reader(0);
    assert!(refused(&read.err().expect("it is refused")));
    let mut after = files(&path);
    // Who repairs takes the lock.
    after.remove(&path.join("acd.lock"));
    assert_eq!(after, before);
}

#[test]
fn damage_where_no_start_reads_is_told_and_does_not_stop_it() {
    let parent = TempDir::new().unwrap();
    let path = crashed(&parent);
    drop(SqliteLog::open(&shard(&path, "")).unwrap());
    let conn = rusqlite::Connection::open(shard(&path, "")).unwrap();
    let change = "UPDATE entries SET payload = x'00' WHERE last_seq = 2";
    conn.execute_batch(change).unwrap();
    drop(conn);
    let examined = examine(&path).unwrap();
    assert!(examined[0].start.is_ok());
    match &examined[0].elsewhere {
        Some(OpenError::Damaged(damage)) => assert_eq!(damage.seq, 2),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_there_is_not_overwritten_by_the_copy() {
    let parent = TempDir::new().unwrap();
    let path = crashed(&parent);
    let error = repair(&path, parent.path()).unwrap_err();
    assert!(matches!(error, RepairError::Exists { .. }), "{error}");
}
