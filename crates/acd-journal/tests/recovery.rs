//! What opening a SQLite journal promises after damage: what is whole is kept, a torn end is cut and reported, damage
//! anywhere else stops the start and names the place.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use acd_journal::{
    CutEntry, DroppedSnapshot, Entry, EventLog, LogError, OpenError, Snapshot, SqliteLog,
};
use bytes::Bytes;
use proptest::prelude::*;
use rusqlite::{Connection, params};
use tempfile::TempDir;

/// A journal in its own directory, closed; tests damage it through `sql` or `file`.
struct Journal {
    dir: TempDir,
}

impl Journal {
    /// What `fill` leaves in a new journal.
    fn with(fill: impl FnOnce(&mut SqliteLog)) -> Self {
        let journal = Self {
            dir: TempDir::new().unwrap(),
        };
        let (mut log, _) = SqliteLog::open_or_create(&journal.path()).unwrap();
        fill(&mut log);
        journal
    }

    /// The bytes of a closed journal with 200 entries of one tenant.
    fn of_200_entries() -> Vec<u8> {
        let journal = Self::with(|log| {
            let batch: Vec<_> = (1..=200).map(|seq| entry("bank", seq)).collect();
            log.append(&batch).unwrap();
        });
        fs::read(journal.path()).unwrap()
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("shard.db")
    }

    fn open(&self) -> Result<(SqliteLog, acd_journal::OpenReport), OpenError> {
        SqliteLog::open(&self.path())
    }

    /// The same as if the process had died before its last batch was acknowledged.
    fn unacknowledged(self) -> Self {
        fs::remove_file(end_mark(&self.path())).unwrap();
        self
    }

    /// The file of a snapshot: the tenant's number and the event.
    fn snapshot_file(&self, name: &str) -> PathBuf {
        let dir = self.path().with_extension("db-snapshots");
        dir.join(format!("{name}.snapshot"))
    }

    fn sql(&self, sql: &str) {
        Connection::open(self.path())
            .unwrap()
            .execute_batch(sql)
            .unwrap();
    }

    /// The error that stops the start.
    fn refusal(&self) -> OpenError {
        match self.open() {
            Ok((_, report)) => panic!("the damage went unnoticed: {report:?}"),
            Err(error) => error,
        }
    }

    /// Tenant, sequence and message of the damage that stops the start.
    fn damage(&self) -> (String, u64, String) {
        match self.refusal() {
            OpenError::Damaged(damage) => (damage.tenant.clone(), damage.seq, damage.to_string()),
            other => panic!("expected damage, got {other}"),
        }
    }
}

/// Flips a bit in the last byte of a file.
fn damage(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(file, bytes).unwrap();
}

/// The file of keys.
fn keys_of(path: &Path) -> PathBuf {
    path.with_extension("db-keys")
}

/// The file that names the last entry that was acknowledged.
fn end_mark(path: &Path) -> PathBuf {
    path.with_extension("db-end")
}

fn entry(tenant: &str, seq: u64) -> Entry {
    let payload = Bytes::from(format!("{tenant} {seq}"));
    Entry {
        tenant: tenant.into(),
        first_seq: seq,
        last_seq: seq,
        at_ms: seq as i64,
        payload,
        ..Entry::default()
    }
}

fn snapshot(tenant: &str, seq: u64) -> Snapshot {
    Snapshot {
        tenant: tenant.into(),
        seq,
        at_ms: seq as i64,
        payload: Bytes::from_static(b"state"),
        ..Snapshot::default()
    }
}

/// Six positions: bank 1, airline 1, bank 2, airline 2, bank 3, airline 3.
fn two_tenants(log: &mut SqliteLog) {
    for seq in 1..=3 {
        log.append(&[entry("bank", seq), entry("airline", seq)])
            .unwrap();
    }
}

/// Does all the upkeep there is.
fn maintain(log: &SqliteLog) {
    let mut keeper = log.keeper().unwrap();
    while keeper.maintain().unwrap() {}
}

/// Two snapshots of bank, and nothing kept before the older one.
fn two_snapshots(log: &mut SqliteLog) {
    two_tenants(log);
    let mut keeper = log.keeper().unwrap();
    keeper.save_snapshot(&snapshot("bank", 1)).unwrap();
    keeper.save_snapshot(&snapshot("bank", 3)).unwrap();
    keeper.truncate("bank", 1).unwrap();
}

fn seqs(log: &SqliteLog, tenant: &str, after_seq: u64) -> Vec<u64> {
    let mut seqs = Vec::new();
    let mut visit = |entry: Entry| {
        seqs.push(entry.first_seq);
        ControlFlow::Continue(())
    };
    let keeper = log.keeper().unwrap();
    keeper.read(tenant, after_seq, &mut visit).unwrap();
    seqs
}

#[test]
fn a_bad_entry_at_the_very_end_is_cut_and_reported() {
    let journal = Journal::with(two_tenants).unacknowledged();
    journal.sql("UPDATE entries SET payload = x'00' WHERE position = 6");
    let (mut log, report) = journal.open().unwrap();
    assert_eq!(
        report.cut,
        [CutEntry {
            tenant: "airline".into(),
            after_seq: 2
        }]
    );
    assert_eq!(report.entries, 5);
    assert_eq!((log.last_seq("bank"), log.last_seq("airline")), (3, 2));

    log.append(&[entry("airline", 3)]).unwrap();
    drop(log);
    let (log, report) = journal.open().unwrap();
    assert_eq!(report.cut, []);
    assert_eq!(seqs(&log, "airline", 0), [1, 2, 3]);
}

#[test]
fn every_field_of_an_entry_is_under_its_checksum() {
    for damage in [
        "payload = x'00'",
        "payload = zeroblob(length(payload))",
        "at_ms = at_ms + 1",
        "crc = crc + 1",
        "crc = -1",
        "first_seq = first_seq - 1",
        "last_seq = last_seq + 1",
        "last_seq = -1",
        "tenant_id = 1, last_seq = 99",
    ] {
        let journal = Journal::with(two_tenants).unacknowledged();
        journal.sql(&format!("UPDATE entries SET {damage} WHERE position = 6"));
        let (log, report) = journal.open().unwrap();
        assert_eq!(report.cut.len(), 1, "{damage}");
        assert_eq!(
            (log.last_seq("bank"), log.last_seq("airline")),
            (3, 2),
            "{damage}"
        );
    }
}

#[test]
fn several_bad_entries_at_the_end_are_cut_together() {
    let journal = Journal::with(two_tenants).unacknowledged();
    journal.sql("UPDATE entries SET crc = 0 WHERE position >= 4");
    let (log, report) = journal.open().unwrap();
    let cut: Vec<_> = report
        .cut
        .iter()
        .map(|cut| (cut.tenant.as_str(), cut.after_seq))
        .collect();
    assert_eq!(cut, [("airline", 1), ("bank", 2), ("airline", 1)]);
    assert_eq!((log.last_seq("bank"), log.last_seq("airline")), (2, 1));
}

#[test]
fn a_journal_of_one_bad_entry_is_empty_again() {
    let journal = Journal::with(|log| log.append(&[entry("bank", 1)]).unwrap()).unacknowledged();
    journal.sql("UPDATE entries SET crc = 0");
    let (mut log, report) = journal.open().unwrap();
    assert_eq!(
        report.cut,
        [CutEntry {
            tenant: "bank".into(),
            after_seq: 0
        }]
    );
    assert!(log.tenants().is_empty());
    assert_eq!(log.last_at_ms(), None);
    log.append(&[entry("bank", 1)]).unwrap();
}

#[test]
fn a_bad_entry_that_good_ones_follow_stops_the_start() {
    let journal = Journal::with(two_tenants);
    journal.sql("UPDATE entries SET payload = x'00' WHERE position = 3");
    let (tenant, seq, message) = journal.damage();
    assert_eq!((tenant.as_str(), seq), ("bank", 2));
    assert!(
        message.contains("shard.db") && message.contains("restore this file from a backup"),
        "{message}"
    );
    // Nothing was changed: the same again.
    assert_eq!(journal.damage().1, 2);
}

#[test]
fn a_missing_entry_stops_the_start() {
    let journal = Journal::with(two_tenants);
    journal.sql("DELETE FROM entries WHERE position = 4");
    let (tenant, seq, _) = journal.damage();
    assert_eq!((tenant.as_str(), seq), ("airline", 2));

    let journal = Journal::with(two_tenants);
    journal.sql("DELETE FROM entries WHERE position = 1");
    let (tenant, seq, _) = journal.damage();
    assert_eq!((tenant.as_str(), seq), ("bank", 1));
}

#[test]
fn an_end_that_a_snapshot_shows_to_have_been_durable_is_not_cut() {
    let fill = |log: &mut SqliteLog| {
        two_tenants(log);
        let mut keeper = log.keeper().unwrap();
        keeper.save_snapshot(&snapshot("airline", 3)).unwrap();
    };
    for damage in [
        "UPDATE entries SET crc = 0 WHERE position = 6",
        "DELETE FROM entries WHERE position = 6",
    ] {
        let journal = Journal::with(fill).unacknowledged();
        journal.sql(damage);
        let (tenant, seq, _) = journal.damage();
        assert_eq!((tenant.as_str(), seq), ("airline", 3));
    }
}

#[test]
fn more_bad_entries_than_a_batch_holds_are_no_torn_end() {
    let journal = Journal::with(|log| {
        let entries: Vec<_> = (1..=acd_journal::BATCH_MAX_ENTRIES as u64 + 1)
            .map(|seq| entry("bank", seq))
            .collect();
        for batch in entries.chunks(acd_journal::BATCH_MAX_ENTRIES) {
            log.append(batch).unwrap();
        }
    });
    journal.sql("UPDATE entries SET crc = 0");
    let (tenant, seq, _) = journal.damage();
    assert_eq!((tenant.as_str(), seq), ("bank", 1));
}

#[test]
fn a_damaged_newest_snapshot_is_dropped_and_the_older_one_serves() {
    let journal = Journal::with(two_snapshots);
    damage(&journal.snapshot_file("1-3"));
    let (log, report) = journal.open().unwrap();
    assert_eq!(
        report.dropped_snapshots,
        [DroppedSnapshot {
            tenant: "bank".into(),
            seq: 3
        }]
    );
    assert!(!journal.snapshot_file("1-3").exists());
    let mut keeper = log.keeper().unwrap();
    assert_eq!(keeper.snapshots("bank").unwrap(), [snapshot("bank", 1)]);
    assert_eq!(seqs(&log, "bank", 1), [2, 3]);
    // With one snapshot left nothing more may be given up.
    assert!(matches!(
        keeper.truncate("bank", 1),
        Err(LogError::TruncatePastSnapshot {
            older_seq: None,
            ..
        })
    ));
}

#[test]
fn a_truncated_log_without_an_intact_snapshot_stops_the_start() {
    let journal = Journal::with(two_snapshots);
    for name in ["1-1", "1-3"] {
        damage(&journal.snapshot_file(name));
    }
    let (tenant, seq, _) = journal.damage();
    assert_eq!((tenant.as_str(), seq), ("bank", 1));
}

#[test]
fn damage_in_what_was_given_up_does_not_stop_the_start() {
    let journal = Journal::with(|log| {
        two_tenants(log);
        log.delete_tenant("bank").unwrap();
    });
    journal.sql("UPDATE entries SET payload = x'00' WHERE position IN (1, 3)");
    let (log, report) = journal.open().unwrap();
    assert_eq!(report.cut, []);
    assert_eq!(seqs(&log, "airline", 0), [1, 2, 3]);
    maintain(&log);
    drop(log);
    assert_eq!(journal.open().unwrap().1.entries, 3);
}

/// The begin of an index is looked at by every start, and is of the oldest entries.
#[test]
fn a_damaged_index_of_what_was_given_up_does_not_stop_the_start() {
    const ENTRIES: u64 = 2_000;
    let journal = Journal::with(|log| {
        let batch: Vec<_> = (1..=ENTRIES).map(|seq| entry("bank", seq)).collect();
        log.append(&batch).unwrap();
        let mut keeper = log.keeper().unwrap();
        for seq in [ENTRIES - 20, ENTRIES - 10] {
            keeper.save_snapshot(&snapshot("bank", seq)).unwrap();
        }
        keeper.truncate("bank", ENTRIES - 20).unwrap();
    });
    let mut bytes = fs::read(journal.path()).unwrap();
    let page_bytes = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
    let leaf_of_an_index = 0x0a;
    let connection = Connection::open(journal.path()).unwrap();
    let first: u32 = connection
        .query_row(
            "SELECT rootpage FROM sqlite_master WHERE name = 'entries_by_tenant'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    drop(connection);
    // Down the first branch.
    let mut page = (first as usize - 1) * page_bytes;
    while bytes[page] != leaf_of_an_index {
        let cell = page + usize::from(u16::from_be_bytes([bytes[page + 12], bytes[page + 13]]));
        let child = u32::from_be_bytes(bytes[cell..cell + 4].try_into().unwrap());
        page = (child as usize - 1) * page_bytes;
    }
    bytes[page] = 0xff;
    fs::write(journal.path(), bytes).unwrap();
    let (log, _) = journal.open().unwrap();
    assert_eq!(seqs(&log, "bank", ENTRIES - 10).len(), 10);
    assert!(SqliteLog::verify(&journal.path()).is_err(), "it is told");
}

#[test]
fn a_changed_tenant_row_stops_the_start() {
    for damage in [
        "name = 'bonk'",
        "kept_after = 2",
        "kept_after = 9223372036854775807",
    ] {
        let journal = Journal::with(two_tenants);
        journal.sql(&format!("UPDATE tenants SET {damage} WHERE name = 'bank'"));
        assert_eq!(journal.damage().1, 1, "{damage}");
    }
}

#[test]
fn a_missing_tenant_row_is_told_and_costs_no_event() {
    for is_acknowledged in [true, false] {
        let mut journal = Journal::with(|log| {
            two_tenants(log);
            let mut keeper = log.keeper().unwrap();
            keeper.save_snapshot(&snapshot("bank", 3)).unwrap();
        });
        if !is_acknowledged {
            journal = journal.unacknowledged();
        }
        let entries = |journal: &Journal| -> i64 {
            let conn = Connection::open(journal.path()).unwrap();
            let (sql, value) = ("SELECT count(*) FROM entries", |row: &rusqlite::Row<'_>| {
                row.get(0)
            });
            conn.query_row(sql, [], value).unwrap()
        };
        journal.sql("DELETE FROM tenants WHERE name = 'bank'");
        for _ in 0..2 {
            let (tenant, seq, message) = journal.damage();
            assert_eq!((tenant.as_str(), seq), ("(unknown, number 1)", 1));
            assert!(message.contains("list of tenants is missing"), "{message}");
            assert_eq!(entries(&journal), 6);
        }
        journal.sql("DELETE FROM entries WHERE tenant_id = 1");
        let (tenant, seq, _) = journal.damage();
        assert_eq!(
            (tenant.as_str(), seq),
            ("(unknown, number 1)", 3),
            "its snapshot"
        );
    }
}

#[test]
fn an_entry_of_an_unlisted_tenant_at_the_end_is_told_and_not_cut() {
    let journal = Journal::with(two_tenants).unacknowledged();
    journal.sql("UPDATE entries SET tenant_id = 77 WHERE position = 6");
    let (tenant, seq, _) = journal.damage();
    assert_eq!((tenant.as_str(), seq), ("(unknown, number 77)", 3));
}

#[test]
fn a_bad_entry_that_was_acknowledged_is_no_torn_end() {
    let journal = Journal::with(two_tenants);
    journal.sql("UPDATE entries SET payload = x'00' WHERE position = 6");
    for _ in 0..2 {
        let (tenant, seq, message) = journal.damage();
        assert_eq!((tenant.as_str(), seq), ("airline", 3));
        assert!(message.contains("was acknowledged"), "{message}");
    }
    let journal = Journal::with(two_tenants);
    journal.sql("DELETE FROM entries WHERE position = 6");
    assert!(matches!(
        journal.refusal(),
        OpenError::Lost {
            last_seq: 2,
            acknowledged: 3,
            ..
        }
    ));
}

#[test]
fn a_log_whose_marked_tenant_was_deleted_opens() {
    let journal = Journal::with(|log| {
        two_tenants(log);
        log.delete_tenant("airline").unwrap();
    });
    let (log, _) = journal.open().unwrap();
    assert_eq!(log.last_seq("bank"), 3);
    maintain(&log);
    drop(log);
    journal.open().unwrap();
}

#[test]
fn files_that_are_gone_or_replaced_while_in_use_are_noticed_and_nothing_more_is_taken() {
    let copy = |path: &Path| {
        let aside = path.with_extension("aside");
        fs::copy(path, &aside).unwrap();
        fs::rename(&aside, path).unwrap();
    };
    type Harm<'h> = &'h dyn Fn(&Path);
    let harms: [(&str, Harm<'_>); 5] = [
        ("deleted", &|path| fs::remove_file(path).unwrap()),
        ("replaced", &copy),
        ("without its write-ahead log", &|path| {
            fs::remove_file(wal_path(path)).unwrap()
        }),
        ("with another write-ahead log", &|path| {
            copy(&wal_path(path))
        }),
        ("its directory deleted", &|path| {
            fs::remove_dir_all(path.parent().unwrap()).unwrap()
        }),
    ];
    for (name, harm) in harms {
        let parent = TempDir::new().unwrap();
        let path = parent.path().join("data").join("shard.db");
        fs::create_dir(path.parent().unwrap()).unwrap();
        let (mut log, _) = SqliteLog::open_or_create(&path).unwrap();
        log.append(&[entry("bank", 1)]).unwrap();
        log.check_place().unwrap();
        harm(&path);
        assert!(
            matches!(log.check_place(), Err(LogError::Gone { .. })),
            "{name}"
        );
        let refused = log.append(&[entry("bank", 2)]);
        assert!(matches!(refused, Err(LogError::Gone { .. })), "{name}");
        assert_eq!(log.last_seq("bank"), 1, "{name}");
    }
}

#[test]
fn damage_after_the_open_is_found_by_the_reader() {
    let journal = Journal::with(two_tenants);
    let (log, _) = journal.open().unwrap();
    let keeper = log.keeper().unwrap();
    let read = |tenant| keeper.read(tenant, 0, &mut |_| ControlFlow::Continue(()));
    journal.sql("UPDATE entries SET payload = x'00' WHERE position = 3");
    assert!(matches!(read("bank"), Err(LogError::Damaged(damage)) if damage.seq == 2));
    journal.sql("DELETE FROM entries WHERE position = 6");
    assert!(matches!(read("airline"), Err(LogError::Damaged(damage)) if damage.seq == 3));
}

#[test]
fn a_file_that_is_no_journal_is_refused_and_left_alone() {
    let dir = TempDir::new().unwrap();
    let text = dir.path().join("notes.txt");
    fs::write(&text, "call the bank back\n".repeat(100)).unwrap();
    assert!(matches!(
        SqliteLog::open_or_create(&text),
        Err(OpenError::NotAJournal { .. })
    ));
    assert!(fs::read_to_string(&text).unwrap().starts_with("call"));

    let other = dir.path().join("other.db");
    Connection::open(&other)
        .unwrap()
        .execute_batch("CREATE TABLE t (x)")
        .unwrap();
    assert!(matches!(
        SqliteLog::open_or_create(&other),
        Err(OpenError::NotAJournal { .. })
    ));
}

#[test]
fn a_journal_of_another_format_is_refused() {
    let journal = Journal::with(two_tenants);
    for version in [2, 4] {
        journal.sql(&format!("PRAGMA user_version = {version}"));
        let refusal = journal.refusal();
        assert!(matches!(refusal, OpenError::Format { found, .. } if found == version));
        let told = refusal.to_string();
        assert!(told.contains(&format!("format {version}")), "{told}");
    }
}

#[test]
fn an_absent_or_empty_file_is_not_opened_as_an_empty_journal() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("shard.db");
    assert!(matches!(
        SqliteLog::open(&path),
        Err(OpenError::Missing { .. })
    ));
    fs::write(&path, "").unwrap();
    assert!(matches!(
        SqliteLog::open(&path),
        Err(OpenError::Missing { .. })
    ));
    // What is left when all was in a write-ahead log that somebody removed.
    let blank = dir.path().join("blank.db");
    Connection::open(&blank)
        .unwrap()
        .execute_batch("PRAGMA journal_mode = WAL")
        .unwrap();
    assert!(fs::metadata(&blank).unwrap().len() > 0);
    assert!(matches!(
        SqliteLog::open(&blank),
        Err(OpenError::Missing { .. })
    ));
    // Its write-ahead log shows that it has been a journal.
    fs::write(dir.path().join("shard.db-wal"), "x").unwrap();
    assert!(matches!(
        SqliteLog::open_or_create(&path),
        Err(OpenError::Missing { .. })
    ));
}

#[test]
fn a_truncated_file_stops_the_start() {
    let journal = Journal::with(|log| {
        let batch: Vec<_> = (1..=2_000).map(|seq| entry("bank", seq)).collect();
        log.append(&batch).unwrap();
    });
    let file = fs::OpenOptions::new()
        .write(true)
        .open(journal.path())
        .unwrap();
    file.set_len(file.metadata().unwrap().len() / 2).unwrap();
    assert!(matches!(journal.refusal(), OpenError::Structure { .. }));
}

/// A large entry: as many pages as make a checkpoint worth while.
fn large(seq: u64) -> Entry {
    Entry {
        payload: vec![7; 8 << 20].into(),
        ..entry("bank", seq)
    }
}

/// Bytes in the database itself.
fn database_bytes(journal: &Journal) -> u64 {
    fs::metadata(journal.path()).unwrap().len()
}

#[test]
fn upkeep_moves_what_has_piled_up_into_the_database_and_the_write_ahead_log_begins_anew() {
    let journal = Journal::with(|_| {});
    let (mut log, _) = journal.open().unwrap();
    let mut keeper = log.keeper().unwrap();
    let wal_bytes = || fs::metadata(wal_path(&journal.path())).unwrap().len();
    let mut most = 0;
    for seq in 1..=12 {
        log.append(&[large(seq)]).unwrap();
        keeper.maintain().unwrap();
        assert!(database_bytes(&journal) > seq * (8 << 20));
        most = most.max(wal_bytes());
    }
    assert!(most < 3 * (8 << 20), "{most} bytes");
}

#[test]
fn a_reader_in_another_process_does_not_stop_appends_and_keeps_upkeep_from_spinning() {
    let journal = Journal::with(two_tenants);
    let (mut log, _) = journal.open().unwrap();
    let mut keeper = log.keeper().unwrap();
    let backup = Connection::open(journal.path()).unwrap();
    backup.execute_batch("BEGIN").unwrap();
    let count: i64 = backup
        .query_row("SELECT count(*) FROM entries", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 6);
    log.append(&[large(4)]).unwrap();
    assert!(!keeper.maintain().unwrap());
    let before = database_bytes(&journal);
    log.append(&[large(5)]).unwrap();
    assert!(!keeper.maintain().unwrap());
    drop(backup);
    log.append(&[large(6)]).unwrap();
    keeper.maintain().unwrap();
    assert!(database_bytes(&journal) > before);
}

#[test]
fn what_is_left_of_an_unfinished_snapshot_is_removed_by_the_next_start() {
    let journal = Journal::with(two_snapshots);
    let unfinished = journal.snapshot_file("1-3").with_extension("snapshot.new");
    fs::write(&unfinished, "half of a").unwrap();
    // As if the process had ended between a new snapshot and the removal of the one before the last.
    let surplus = journal.snapshot_file("1-0");
    fs::copy(journal.snapshot_file("1-1"), &surplus).unwrap();
    let (log, report) = journal.open().unwrap();
    assert_eq!(report.dropped_snapshots, []);
    assert!(!unfinished.exists() && !surplus.exists());
    let kept = log.keeper().unwrap().snapshots("bank").unwrap();
    assert_eq!(kept, [snapshot("bank", 3), snapshot("bank", 1)]);
}

#[test]
fn nothing_is_given_up_while_a_snapshot_is_missing() {
    let journal = Journal::with(two_tenants);
    let (log, _) = journal.open().unwrap();
    let mut keeper = log.keeper().unwrap();
    keeper.save_snapshot(&snapshot("bank", 1)).unwrap();
    keeper.save_snapshot(&snapshot("bank", 3)).unwrap();
    fs::remove_file(journal.snapshot_file("1-3")).unwrap();
    assert!(matches!(
        keeper.truncate("bank", 1),
        Err(LogError::Gone { .. })
    ));
    assert_eq!(seqs(&log, "bank", 0), [1, 2, 3]);
}

#[test]
fn a_start_verifies_what_recovery_reads_and_verify_everything() {
    let journal = Journal::with(|log| {
        let batch: Vec<_> = (1..=2_000).map(|seq| entry("bank", seq)).collect();
        log.append(&batch).unwrap();
        let mut keeper = log.keeper().unwrap();
        keeper.save_snapshot(&snapshot("bank", 500)).unwrap();
        keeper.save_snapshot(&snapshot("bank", 1_900)).unwrap();
    });
    assert_eq!(journal.open().unwrap().1.entries, 1_500);
    assert_eq!(SqliteLog::verify(&journal.path()).unwrap().entries, 2_000);
    // Recovery does not come by here.
    journal.sql("UPDATE entries SET payload = x'00' WHERE position = 77");
    journal.open().unwrap();
    let found = SqliteLog::verify(&journal.path());
    assert!(matches!(found, Err(OpenError::Damaged(damage)) if damage.seq == 77));
    // Here it does, should the newest snapshot turn out damaged.
    journal.sql("UPDATE entries SET payload = x'00' WHERE position = 501");
    assert_eq!(journal.damage().1, 501);
}

#[test]
fn a_tenant_that_has_rested_for_long_is_checked_and_what_others_did_since_is_passed_over() {
    let journal = Journal::with(|log| {
        log.append(&[entry("airline", 1), entry("airline", 2)])
            .unwrap();
        let batch: Vec<_> = (1..=5_000).map(|seq| entry("bank", seq)).collect();
        log.append(&batch).unwrap();
        let mut keeper = log.keeper().unwrap();
        keeper.save_snapshot(&snapshot("bank", 4_000)).unwrap();
        keeper.save_snapshot(&snapshot("bank", 4_900)).unwrap();
    });
    assert_eq!(journal.open().unwrap().1.entries, 2 + 1_000);
    journal.sql("UPDATE entries SET payload = x'00' WHERE position = 77");
    journal.open().unwrap();
    journal.sql("UPDATE entries SET payload = x'00' WHERE position = 2");
    let (tenant, seq, _) = journal.damage();
    assert_eq!((tenant.as_str(), seq), ("airline", 2));
}

#[test]
fn verifying_changes_nothing() {
    let crashed = Crashed::new();
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("shard.db");
    fs::write(&path, &crashed.db).unwrap();
    fs::write(keys_of(&path), &crashed.keys).unwrap();
    fs::write(wal_path(&path), &crashed.wal[..crashed.ends[10] + 100]).unwrap();
    for _ in 0..2 {
        let report = SqliteLog::verify(&path).unwrap();
        assert_eq!((report.torn_wal_pages, report.entries), (1, 22));
        assert_eq!(fs::read(&path).unwrap(), crashed.db);
        assert!(!end_mark(&path).exists());
    }
}

/// A copy of a journal as a crash leaves it: nothing of what was appended since the open has been checkpointed. The
/// write-ahead log holds `BATCHES` transactions; the end of each, in bytes, is in `ends`.
struct Crashed {
    db: Vec<u8>,
    keys: Vec<u8>,
    wal: Vec<u8>,
    /// What names the last entry that was acknowledged.
    mark: Vec<u8>,
    ends: Vec<usize>,
}

const BATCHES: u64 = 12;
const PAGE_AND_HEADER: usize = 4_096 + 24;

impl Crashed {
    fn new() -> Self {
        let journal = Journal::with(|_| {});
        let (mut log, _) = journal.open().unwrap();
        let wal_path = wal_path(&journal.path());
        let mut ends = Vec::new();
        for seq in 1..=BATCHES {
            let large = Entry {
                payload: vec![seq as u8; 9_000].into(),
                ..entry("airline", seq)
            };
            log.append(&[entry("bank", seq), large]).unwrap();
            ends.push(fs::metadata(&wal_path).unwrap().len() as usize);
        }
        Self {
            db: fs::read(journal.path()).unwrap(),
            keys: fs::read(keys_of(&journal.path())).unwrap(),
            wal: fs::read(wal_path).unwrap(),
            mark: fs::read(end_mark(&journal.path())).unwrap(),
            ends,
        }
    }

    /// How many batches are in a journal of this database and the given write-ahead log; always whole ones, and
    /// always the first ones.
    fn batches_with(&self, wal: &[u8]) -> Result<u64, OpenError> {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("shard.db");
        fs::write(&path, &self.db).unwrap();
        fs::write(keys_of(&path), &self.keys).unwrap();
        fs::write(wal_path(&path), wal).unwrap();
        let (log, report) = match SqliteLog::open(&path) {
            Ok(opened) => opened,
            Err(error) => {
                assert_eq!(
                    fs::read(wal_path(&path)).unwrap(),
                    wal,
                    "a refused file is left as it was"
                );
                return Err(error);
            }
        };
        assert_eq!(
            (&report.cut[..], &report.dropped_snapshots[..]),
            (&[][..], &[][..])
        );
        let batches = log.last_seq("bank");
        assert_eq!(log.last_seq("airline"), batches);
        assert_eq!(seqs(&log, "airline", 0), (1..=batches).collect::<Vec<_>>());
        Ok(batches)
    }
}

fn wal_path(path: &Path) -> PathBuf {
    path.with_extension("db-wal")
}

#[test]
fn a_write_ahead_log_cut_anywhere_gives_the_whole_batches_before_the_cut() {
    let crashed = Crashed::new();
    let mut cuts: Vec<_> = (0..=crashed.wal.len() / PAGE_AND_HEADER)
        .map(|frame| 32 + frame * PAGE_AND_HEADER)
        .collect();
    cuts.extend(
        cuts.clone()
            .iter()
            .flat_map(|cut| [cut + 7, cut + 24, cut + 1_000]),
    );
    cuts.extend([0, 1, 31]);
    for cut in cuts.into_iter().filter(|cut| *cut <= crashed.wal.len()) {
        let whole = crashed.ends.iter().filter(|end| **end <= cut).count() as u64;
        assert_eq!(
            crashed.batches_with(&crashed.wal[..cut]).unwrap(),
            whole,
            "cut at {cut}"
        );
    }
}

#[test]
fn a_write_ahead_log_that_was_removed_or_cut_after_a_crash_is_told() {
    let crashed = Crashed::new();
    let cuts = crashed.ends[..BATCHES as usize - 1].iter().copied();
    for cut in cuts.chain([0, 32]).map(Some).chain([None]) {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("shard.db");
        fs::write(&path, &crashed.db).unwrap();
        fs::write(keys_of(&path), &crashed.keys).unwrap();
        fs::write(end_mark(&path), &crashed.mark).unwrap();
        if let Some(cut) = cut {
            fs::write(wal_path(&path), &crashed.wal[..cut]).unwrap();
        }
        for _ in 0..2 {
            let refused = SqliteLog::open(&path).map(|_| ());
            let Err(
                error @ OpenError::Lost {
                    acknowledged: BATCHES,
                    ..
                },
            ) = refused
            else {
                panic!("cut at {cut:?}: {refused:?}");
            };
            let told = error.to_string();
            assert!(
                told.contains("write-ahead log") && told.contains("shard.db-end"),
                "{told}"
            );
        }
        // The operator decides to go on with what is left.
        fs::remove_file(end_mark(&path)).unwrap();
        SqliteLog::open(&path).unwrap();
    }
    // With all of it there is nothing to tell.
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("shard.db");
    fs::write(&path, &crashed.db).unwrap();
    fs::write(keys_of(&path), &crashed.keys).unwrap();
    fs::write(end_mark(&path), &crashed.mark).unwrap();
    fs::write(wal_path(&path), &crashed.wal).unwrap();
    SqliteLog::open(&path).unwrap();
}

#[test]
fn a_start_marks_the_end_that_it_finds() {
    let crashed = Crashed::new();
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("shard.db");
    // The power failed before the mark was on the disk.
    fs::write(&path, &crashed.db).unwrap();
    fs::write(keys_of(&path), &crashed.keys).unwrap();
    fs::write(wal_path(&path), &crashed.wal).unwrap();
    SqliteLog::open(&path).unwrap();
    // An older copy is put in its place.
    fs::write(&path, &crashed.db).unwrap();
    let refused = SqliteLog::open(&path).map(|_| ());
    assert!(
        matches!(
            refused,
            Err(OpenError::Lost {
                acknowledged: BATCHES,
                ..
            })
        ),
        "{refused:?}"
    );
}

#[test]
fn the_pages_of_an_unfinished_batch_are_reported() {
    let crashed = Crashed::new();
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("shard.db");
    fs::write(&path, &crashed.db).unwrap();
    fs::write(keys_of(&path), &crashed.keys).unwrap();
    let last_frame = crashed.wal.len() - PAGE_AND_HEADER;
    fs::write(wal_path(&path), &crashed.wal[..last_frame]).unwrap();
    let frames = (crashed.ends[11] - crashed.ends[10]) / PAGE_AND_HEADER;
    assert_eq!(
        SqliteLog::open(&path).unwrap().1.torn_wal_pages,
        frames as u64 - 1
    );
    assert_eq!(SqliteLog::open(&path).unwrap().1.torn_wal_pages, 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// SQLite alone would drop every batch from the flipped byte on without a word.
    #[test]
    fn a_flipped_byte_in_the_write_ahead_log_never_loses_more_than_can_have_been_unfinished(
        place in any::<prop::sample::Index>(),
        mask in 1u8..,
    ) {
        thread_local! { static CRASHED: Crashed = Crashed::new(); }
        CRASHED.with(|crashed| {
            let mut wal = crashed.wal.clone();
            let at = place.index(wal.len());
            // The word of a frame that says whether it ends a transaction is what is counted.
            let in_frame = at.saturating_sub(32) % PAGE_AND_HEADER;
            if (4..8).contains(&in_frame) {
                return;
            }
            wal[at] ^= mask;
            let hit = crashed.ends.iter().filter(|end| **end <= at).count() as u64;
            match crashed.batches_with(&wal) {
                // A transaction of upkeep, and a batch.
                Ok(batches) => assert!(batches == hit && hit >= BATCHES - 2, "{batches} batches with {at} flipped"),
                Err(error) => {
                    assert!(hit < BATCHES - 2, "only the end is damaged, yet: {error}");
                    assert!(matches!(error, OpenError::WalDamaged { .. }), "{error}");
                }
            }
            // The mark of the end tells that what is lost was acknowledged.
            let dir = TempDir::new().unwrap();
            let path = dir.path().join("shard.db");
            fs::write(&path, &crashed.db).unwrap();
            fs::write(keys_of(&path), &crashed.keys).unwrap();
            fs::write(end_mark(&path), &crashed.mark).unwrap();
            fs::write(wal_path(&path), &wal).unwrap();
            let opened = SqliteLog::open(&path).map(drop);
            assert!(
                matches!(opened, Err(OpenError::WalDamaged { .. } | OpenError::Lost { .. })),
                "{opened:?}"
            );
        });
    }

    /// Whatever a flipped byte of the database hits, no entry is read that was not written.
    #[test]
    fn a_flipped_byte_in_the_database_is_never_read_as_data(
        place in any::<prop::sample::Index>(),
        mask in 1u8..,
    ) {
        thread_local! { static WHOLE: Vec<u8> = Journal::of_200_entries(); }
        let mut bytes = WHOLE.with(Vec::clone);
        let at = place.index(bytes.len());
        bytes[at] ^= mask;
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("shard.db");
        fs::write(&path, bytes).unwrap();
        if let Ok((log, _)) = SqliteLog::open(&path) {
            let mut next = 1;
            let mut visit = |found: Entry| {
                assert_eq!(found, entry("bank", next));
                next += 1;
                ControlFlow::Continue(())
            };
            let keeper = log.keeper().unwrap();
            let read = keeper.read("bank", 0, &mut visit);
            assert!(read.is_err() || next == log.last_seq("bank") + 1);
        }
    }
}

#[test]
fn frames_left_from_an_earlier_round_of_the_write_ahead_log_are_no_damage() {
    let journal = Journal::with(|_| {});
    let (mut log, _) = journal.open().unwrap();
    for seq in 1..=20 {
        let large = Entry {
            payload: vec![1; 300_000].into(),
            ..entry("bank", seq)
        };
        log.append(&[large]).unwrap();
    }
    log.keeper().unwrap().maintain().unwrap();
    // The file is written from its start again; the frames behind are old.
    log.append(&[entry("bank", 21)]).unwrap();
    let crashed = Crashed {
        db: fs::read(journal.path()).unwrap(),
        keys: fs::read(keys_of(&journal.path())).unwrap(),
        wal: fs::read(wal_path(&journal.path())).unwrap(),
        mark: vec![],
        ends: vec![],
    };
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("shard.db");
    fs::write(&path, &crashed.db).unwrap();
    fs::write(keys_of(&path), &crashed.keys).unwrap();
    fs::write(wal_path(&path), &crashed.wal).unwrap();
    let (copy, report) = SqliteLog::open(&path).unwrap();
    assert_eq!((copy.last_seq("bank"), report.torn_wal_pages), (21, 0));
    drop(log);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let journal = Journal::with(|_| {});
    let (mut log, _) = journal.open().unwrap();
    log.append(&[entry("bank", 1)]).unwrap();
    for file in fs::read_dir(journal.dir.path()).unwrap() {
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}

#[test]
fn a_tenant_name_is_data_not_sql() {
    let name = "bank'; DROP TABLE entries; --\u{1F4DE}";
    let journal = Journal::with(|log| log.append(&[entry(name, 1)]).unwrap());
    let (log, _) = journal.open().unwrap();
    assert_eq!(seqs(&log, name, 0), [1]);
    let conn = Connection::open(journal.path()).unwrap();
    let stored: i64 = conn
        .query_row(
            "SELECT count(*) FROM tenants WHERE name = ?1",
            params![name],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(stored, 1);
}
