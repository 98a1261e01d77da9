//! What a data directory promises: one process, one layout, private files, clear refusals.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use acd_journal::{DataDir, DataDirError, Entry, EventLog, OpenError, SHARDS_MAX, Snapshot};
use bytes::Bytes;
use tempfile::TempDir;

/// Set for the child only: the directory it holds.
const DIR_VAR: &str = "ACD_DATA_DIR_TEST_DIR";

fn entry(seq: u64) -> Entry {
    Entry {
        tenant: "bank".into(),
        first_seq: seq,
        last_seq: seq,
        at_ms: 0,
        payload: Bytes::new(),
        ..Entry::default()
    }
}

#[test]
fn the_first_open_makes_the_directory_with_a_log_per_shard() {
    let parent = TempDir::new().unwrap();
    let path = parent.path().join("var/acd");
    let dir = DataDir::open(&path, 3).unwrap();
    assert_eq!(dir.shards(), 3);
    assert_eq!(
        fs::read_to_string(path.join("layout.toml")).unwrap(),
        "shards = 3\n"
    );
    let mut ids: Vec<_> = (0..3)
        .map(|shard| dir.open_shard(shard).unwrap().0.journal_id().to_string())
        .collect();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    assert!(dir.shard_path(2).ends_with("shard-002.db"));
    assert!(matches!(dir.open_shard(3), Err(OpenError::Missing { .. })));
}

#[cfg(unix)]
#[test]
fn the_directory_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let parent = TempDir::new().unwrap();
    let path = parent.path().join("acd");
    let _dir = DataDir::open(&path, 1).unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o700
    );
}

#[cfg(unix)]
#[test]
fn how_full_the_disk_is_and_what_each_journal_takes_is_told() {
    let parent = TempDir::new().unwrap();
    let dir = DataDir::open(parent.path(), 2).unwrap();
    let disk = dir.disk();
    let before = disk.look().unwrap();
    assert!(0 < before.free_bytes && before.free_bytes <= before.size_bytes);
    let (mut log, _) = dir.open_shard(1).unwrap();
    log.append(&[entry(1)]).unwrap();
    let mut keeper = log.keeper().unwrap();
    let payload = Bytes::from(vec![7; 100_000]);
    let snapshot = Snapshot {
        tenant: "bank".into(),
        seq: 1,
        at_ms: 0,
        payload,
        ..Snapshot::default()
    };
    keeper.save_snapshot(&snapshot).unwrap();
    let after = disk.look().unwrap();
    let grown = [0, 1].map(|it| after.journal_bytes[it] - before.journal_bytes[it]);
    assert_eq!(grown[0], 0, "nothing was written to the other shard");
    assert!(grown[1] > 100_000, "{grown:?}");
    drop((log, keeper, dir));
    drop(parent);
    assert!(disk.look().is_err(), "there is no such directory");
}

#[test]
fn what_was_appended_is_there_after_the_next_open() {
    let parent = TempDir::new().unwrap();
    let dir = DataDir::open(parent.path(), 2).unwrap();
    dir.open_shard(1).unwrap().0.append(&[entry(1)]).unwrap();
    drop(dir);
    let dir = DataDir::open(parent.path(), 2).unwrap();
    assert_eq!(dir.open_shard(0).unwrap().0.last_seq("bank"), 0);
    assert_eq!(dir.open_shard(1).unwrap().0.last_seq("bank"), 1);
}

#[test]
fn a_second_open_is_refused_until_the_first_ends() {
    let parent = TempDir::new().unwrap();
    let first = DataDir::open(parent.path(), 1).unwrap();
    match DataDir::open(parent.path(), 1) {
        Err(
            error @ DataDirError::Locked {
                owner: Some(pid), ..
            },
        ) => {
            assert_eq!(pid, std::process::id());
            assert!(error.to_string().contains(&format!("process {pid}")));
        }
        other => panic!("expected a refusal, got {other:?}"),
    }
    drop(first);
    DataDir::open(parent.path(), 1).unwrap();
}

/// Not a test of its own: holds the directory until killed. Does nothing in an ordinary run.
#[test]
fn child_holds_the_directory() {
    let Some(path) = env::var_os(DIR_VAR) else {
        return;
    };
    let _dir = DataDir::open(path.as_ref(), 1).unwrap();
    let mut out = std::io::stdout();
    writeln!(out, "\nholding").unwrap();
    out.flush().unwrap();
    // Ends when the parent does, if it is not killed first.
    let _ = std::io::stdin().read_line(&mut String::new());
}

#[test]
fn another_process_is_named_and_its_death_frees_the_directory() {
    let parent = TempDir::new().unwrap();
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "child_holds_the_directory", "--nocapture"])
        .env(DIR_VAR, parent.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "holding"));
    match DataDir::open(parent.path(), 1) {
        Err(DataDirError::Locked { owner, .. }) => assert_eq!(owner, Some(child.id())),
        other => panic!("expected a refusal, got {other:?}"),
    }
    child.kill().unwrap();
    child.wait().unwrap();
    DataDir::open(parent.path(), 1).unwrap();
}

#[test]
fn the_directory_stays_locked_while_a_log_of_it_is_open() {
    let parent = TempDir::new().unwrap();
    let dir = DataDir::open(parent.path(), 1).unwrap();
    let (log, _) = dir.open_shard(0).unwrap();
    drop(dir);
    assert!(matches!(
        DataDir::open(parent.path(), 1),
        Err(DataDirError::Locked { .. })
    ));
    drop(log);
    DataDir::open(parent.path(), 1).unwrap();
}

#[test]
fn another_number_of_shards_is_refused_with_the_recorded_one() {
    let parent = TempDir::new().unwrap();
    drop(DataDir::open(parent.path(), 4).unwrap());
    for asked in [3, 5] {
        let refused = DataDir::open(parent.path(), asked);
        assert!(matches!(
            refused,
            Err(DataDirError::ShardsDiffer { recorded: 4, .. })
        ));
    }
    // A refused open leaves no lock behind.
    DataDir::open(parent.path(), 4).unwrap();
}

#[test]
fn an_impossible_number_of_shards_is_refused() {
    let parent = TempDir::new().unwrap();
    for asked in [0, SHARDS_MAX + 1] {
        assert!(matches!(
            DataDir::open(parent.path(), asked),
            Err(DataDirError::Shards { .. })
        ));
    }
}

#[test]
fn an_unreadable_layout_is_refused_with_what_it_should_hold() {
    let parent = TempDir::new().unwrap();
    drop(DataDir::open(parent.path(), 2).unwrap());
    let texts: [&[u8]; 5] = [
        b"",
        b"shards = -1",
        b"shards = 2\ncolour = 1",
        b"\0",
        b"shards = 2\n\xa5",
    ];
    for text in texts {
        fs::write(parent.path().join("layout.toml"), text).unwrap();
        match DataDir::open(parent.path(), 2) {
            Err(error @ DataDirError::Layout { .. }) => {
                assert!(error.to_string().contains("`shards = N`"))
            }
            other => panic!("expected a refusal, got {other:?}"),
        }
    }
}

#[test]
fn a_missing_shard_file_is_not_replaced_by_an_empty_one() {
    let parent = TempDir::new().unwrap();
    let dir = DataDir::open(parent.path(), 2).unwrap();
    fs::remove_file(dir.shard_path(1)).unwrap();
    drop(dir);
    let dir = DataDir::open(parent.path(), 2).unwrap();
    assert!(matches!(dir.open_shard(1), Err(OpenError::Missing { .. })));
}

#[test]
fn a_missing_layout_beside_shards_in_use_is_not_guessed() {
    let parent = TempDir::new().unwrap();
    let dir = DataDir::open(parent.path(), 2).unwrap();
    dir.open_shard(0).unwrap().0.append(&[entry(1)]).unwrap();
    drop(dir);
    fs::remove_file(parent.path().join("layout.toml")).unwrap();
    for asked in [1, 2, 3] {
        assert!(matches!(
            DataDir::open(parent.path(), asked),
            Err(DataDirError::LayoutMissing { .. })
        ));
    }
    fs::write(parent.path().join("layout.toml"), "shards = 2\n").unwrap();
    DataDir::open(parent.path(), 2).unwrap();
}

#[test]
fn a_crash_while_the_directory_was_made_is_made_good_by_the_next_open() {
    let parent = TempDir::new().unwrap();
    drop(DataDir::open(parent.path(), 2).unwrap());
    fs::remove_file(parent.path().join("layout.toml")).unwrap();
    fs::remove_file(parent.path().join("shard-001.db")).unwrap();
    fs::write(parent.path().join("layout.toml.new"), "shar").unwrap();
    let dir = DataDir::open(parent.path(), 2).unwrap();
    dir.open_shard(1).unwrap();
}
