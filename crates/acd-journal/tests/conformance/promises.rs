//! The promises of [`EventLog`], one per function.

use std::ops::ControlFlow;

use acd_journal::{
    BATCH_MAX_BYTES, BATCH_MAX_ENTRIES, ENTRY_MAX_BYTES, Entry, EventLog, LogError, SEQ_MAX,
    SNAPSHOT_MAX_BYTES, Snapshot, TENANT_NAME_MAX_BYTES, Upkeep,
};
use bytes::Bytes;

use crate::stores::{Store, entry, read, snapshot, snapshot_seqs, tenants};

pub(crate) fn a_new_log_is_empty<S: Store>() {
    let (_store, log) = S::create();
    assert_eq!(tenants(&log), [""; 0]);
    assert_eq!(log.last_seq("bank"), 0);
    assert_eq!(log.last_at_ms(), None);
    assert_eq!(read(&log, "bank", 0), []);
    assert_eq!(log.snapshots("bank").unwrap(), []);
}

pub(crate) fn reads_back_what_was_appended<S: Store>() {
    let (store, mut log) = S::create();
    let first = [entry("bank", 1, 1), entry("bank", 2, 5)];
    let second = [Entry {
        payload: Bytes::new(),
        ..entry("bank", 6, 6)
    }];
    log.append(&first).unwrap();
    log.append(&second).unwrap();
    for _ in 0..2 {
        assert_eq!(read(&log, "bank", 0), [&first[..], &second].concat());
        assert_eq!(log.last_seq("bank"), 6);
        assert_eq!(log.last_at_ms(), Some(6));
        assert_eq!(tenants(&log), ["bank"]);
        log = store.restart(log);
    }
    log.append(&[entry("bank", 7, 7)]).unwrap();
    assert_eq!(read(&log, "bank", 6), [entry("bank", 7, 7)]);
}

pub(crate) fn a_reader_starts_where_it_asks_and_stops_when_it_wants<S: Store>() {
    let (_store, mut log) = S::create();
    log.append(&[
        entry("bank", 1, 1),
        entry("bank", 2, 5),
        entry("bank", 6, 6),
    ])
    .unwrap();
    assert_eq!(
        read(&log, "bank", 1),
        [entry("bank", 2, 5), entry("bank", 6, 6)]
    );
    assert_eq!(
        read(&log, "bank", 3),
        [entry("bank", 2, 5), entry("bank", 6, 6)]
    );
    assert_eq!(read(&log, "bank", 5), [entry("bank", 6, 6)]);
    assert_eq!(read(&log, "bank", 6), []);
    assert_eq!(read(&log, "bank", u64::MAX), []);

    let mut visited = Vec::new();
    let mut visit_one = |entry: Entry| {
        visited.push(entry.first_seq);
        ControlFlow::Break(())
    };
    log.read("bank", 1, &mut visit_one).unwrap();
    assert_eq!(visited, [2]);
}

pub(crate) fn a_gap_or_overlap_is_refused_and_names_what_is_expected<S: Store>() {
    let (_store, mut log) = S::create();
    let refused = |log: &mut S::Log, first_seq| match log.append(&[entry(
        "bank",
        first_seq,
        first_seq.max(9),
    )]) {
        Err(LogError::OutOfSequence {
            tenant,
            expected,
            first_seq: found,
        }) => {
            assert_eq!((&*tenant, found), ("bank", first_seq));
            expected
        }
        other => panic!("expected a refusal, got {other:?}"),
    };
    assert_eq!(refused(&mut log, 2), 1);
    assert_eq!(refused(&mut log, 0), 1);
    log.append(&[entry("bank", 1, 3)]).unwrap();
    assert_eq!(refused(&mut log, 1), 4);
    assert_eq!(refused(&mut log, 3), 4);
    assert_eq!(refused(&mut log, 5), 4);
    assert_eq!(read(&log, "bank", 0), [entry("bank", 1, 3)]);
}

pub(crate) fn a_batch_is_written_whole_or_not_at_all<S: Store>() {
    let (store, mut log) = S::create();
    log.append(&[entry("bank", 1, 1)]).unwrap();
    let batch = [
        entry("bank", 2, 2),
        entry("airline", 1, 1),
        entry("bank", 4, 4),
    ];
    assert!(matches!(
        log.append(&batch),
        Err(LogError::OutOfSequence { expected: 3, .. })
    ));
    for _ in 0..2 {
        assert_eq!(tenants(&log), ["bank"]);
        assert_eq!(log.last_seq("bank"), 1);
        assert_eq!(log.last_at_ms(), Some(1));
        assert_eq!(read(&log, "bank", 0), [entry("bank", 1, 1)]);
        log = store.restart(log);
    }
    log.append(&batch[..2]).unwrap();
    assert_eq!(tenants(&log), ["airline", "bank"]);
}

pub(crate) fn time_never_goes_back_within_a_tenant<S: Store>() {
    let (store, mut log) = S::create();
    let at = |first_seq, at_ms| Entry {
        at_ms,
        ..entry("bank", first_seq, first_seq)
    };
    log.append(&[at(1, -5), at(2, 100), at(3, 100)]).unwrap();
    log = store.restart(log);
    let refused = log.append(&[at(4, 99)]);
    assert!(matches!(
        refused,
        Err(LogError::TimeWentBack {
            at_ms: 99,
            last_at_ms: 100,
            first_seq: 4,
            ..
        })
    ));
    log.append(&[
        Entry {
            at_ms: 7,
            ..entry("airline", 1, 1)
        },
        at(4, 100),
    ])
    .unwrap();
    assert_eq!(log.last_at_ms(), Some(100));
}

pub(crate) fn impossible_sequence_ranges_are_refused<S: Store>() {
    let (store, mut log) = S::create();
    let mut refused = |first_seq, last_seq| {
        let refused = log.append(&[Entry {
            at_ms: 0,
            ..entry("bank", first_seq, last_seq)
        }]);
        assert!(
            matches!(refused, Err(LogError::SequenceRange { .. })),
            "{refused:?}"
        );
    };
    refused(1, 0);
    refused(1, SEQ_MAX + 1);
    refused(1, u64::MAX);
    log.append(&[Entry {
        at_ms: 0,
        ..entry("bank", 1, SEQ_MAX)
    }])
    .unwrap();
    let log = store.restart(log);
    assert_eq!(log.last_seq("bank"), SEQ_MAX);
    assert_eq!(read(&log, "bank", SEQ_MAX - 1).len(), 1);
}

pub(crate) fn tenant_names_have_limits<S: Store>() {
    let (store, mut log) = S::create();
    let longest = "ü".repeat(TENANT_NAME_MAX_BYTES / 2);
    log.append(&[entry(&longest, 1, 1)]).unwrap();
    let too_long = format!("{longest}x");
    let refused = log.append(&[entry(&too_long, 1, 1)]);
    assert!(
        matches!(refused, Err(LogError::TenantName { bytes }) if bytes == TENANT_NAME_MAX_BYTES + 1)
    );
    assert!(matches!(
        log.append(&[entry("", 1, 1)]),
        Err(LogError::TenantName { bytes: 0 })
    ));
    let log = store.restart(log);
    assert_eq!(tenants(&log), [longest]);
}

pub(crate) fn entries_up_to_the_limit_are_kept_and_larger_ones_refused<S: Store>() {
    let (store, mut log) = S::create();
    let sized = |first_seq, bytes| Entry {
        payload: vec![0xa5; bytes].into(),
        ..entry("bank", first_seq, first_seq)
    };
    log.append(&[sized(1, ENTRY_MAX_BYTES)]).unwrap();
    let refused = log.append(&[sized(2, ENTRY_MAX_BYTES + 1)]);
    assert!(
        matches!(refused, Err(LogError::EntryTooLarge { bytes, first_seq: 2, .. }) if bytes == ENTRY_MAX_BYTES + 1)
    );
    let log = store.restart(log);
    assert_eq!(read(&log, "bank", 0), [sized(1, ENTRY_MAX_BYTES)]);
}

pub(crate) fn batches_up_to_the_limit_are_kept_and_larger_ones_refused<S: Store>() {
    let (_store, mut log) = S::create();
    let batch: Vec<_> = (1..=BATCH_MAX_ENTRIES as u64 + 1)
        .map(|seq| entry("bank", seq, seq))
        .collect();
    let refused = log.append(&batch);
    assert!(
        matches!(refused, Err(LogError::BatchTooLarge { entries, .. }) if entries == batch.len())
    );
    log.append(&batch[..BATCH_MAX_ENTRIES]).unwrap();
    assert_eq!(log.last_seq("bank"), BATCH_MAX_ENTRIES as u64);

    let payload = Bytes::from(vec![0; ENTRY_MAX_BYTES]);
    let entries = BATCH_MAX_BYTES / ENTRY_MAX_BYTES + 1;
    let batch: Vec<_> = (1..=entries as u64)
        .map(|seq| Entry {
            payload: payload.clone(),
            ..entry("airline", seq, seq)
        })
        .collect();
    let refused = log.append(&batch);
    assert!(
        matches!(refused, Err(LogError::BatchTooLarge { bytes, .. }) if bytes > BATCH_MAX_BYTES)
    );
    assert_eq!(log.last_seq("airline"), 0);
}

pub(crate) fn an_empty_batch_changes_nothing<S: Store>() {
    let (_store, mut log) = S::create();
    log.append(&[]).unwrap();
    assert_eq!(tenants(&log), [""; 0]);
    assert_eq!(log.last_at_ms(), None);
}

pub(crate) fn many_tenants_interleave<S: Store>() {
    let (store, mut log) = S::create();
    let names: Vec<_> = (0..100)
        .map(|number| format!("tenant-{number:03}"))
        .collect();
    for round in 1..=5 {
        let batch: Vec<_> = names
            .iter()
            .rev()
            .map(|name| entry(name, round, round))
            .collect();
        log.append(&batch).unwrap();
    }
    let log = store.restart(log);
    assert_eq!(tenants(&log), names);
    for name in &names {
        let expected: Vec<_> = (1..=5).map(|seq| entry(name, seq, seq)).collect();
        assert_eq!(read(&log, name, 0), expected);
    }
}

/// A log of `bank` with the one-event entries 1 to 10.
fn ten_entries<S: Store>() -> (S, S::Log) {
    let (store, mut log) = S::create();
    let batch: Vec<_> = (1..=10).map(|seq| entry("bank", seq, seq)).collect();
    log.append(&batch).unwrap();
    (store, log)
}

pub(crate) fn the_newest_two_snapshots_are_kept_newest_first<S: Store>() {
    let (store, mut log) = ten_entries::<S>();
    log.append(&[entry("airline", 1, 9)]).unwrap();
    log.save_snapshot(&snapshot("airline", 9)).unwrap();
    for seq in [2, 5, 7] {
        log.save_snapshot(&snapshot("bank", seq)).unwrap();
    }
    log = store.restart(log);
    assert_eq!(
        log.snapshots("bank").unwrap(),
        [snapshot("bank", 7), snapshot("bank", 5)]
    );
    assert_eq!(log.snapshots("airline").unwrap(), [snapshot("airline", 9)]);

    let again = Snapshot {
        payload: Bytes::from_static(b"better"),
        ..snapshot("bank", 7)
    };
    log.save_snapshot(&again).unwrap();
    assert_eq!(log.snapshots("bank").unwrap(), [again, snapshot("bank", 5)]);
}

pub(crate) fn a_snapshot_must_be_of_the_log_and_newer_than_the_kept_ones<S: Store>() {
    let (_store, mut log) = ten_entries::<S>();
    let ahead = log.save_snapshot(&snapshot("bank", 11));
    assert!(matches!(
        ahead,
        Err(LogError::SnapshotAhead {
            seq: 11,
            last_seq: 10,
            ..
        })
    ));
    let unknown = log.save_snapshot(&snapshot("nobody", 0));
    assert!(matches!(
        unknown,
        Err(LogError::SnapshotAhead {
            seq: 0,
            last_seq: 0,
            ..
        })
    ));
    log.save_snapshot(&snapshot("bank", 10)).unwrap();
    let stale = log.save_snapshot(&snapshot("bank", 9));
    assert!(matches!(
        stale,
        Err(LogError::SnapshotStale {
            seq: 9,
            newest_seq: 10,
            ..
        })
    ));
    let payload = vec![0; SNAPSHOT_MAX_BYTES + 1].into();
    let large = log.save_snapshot(&Snapshot {
        payload,
        ..snapshot("bank", 10)
    });
    assert!(matches!(
        large,
        Err(LogError::SnapshotTooLarge { seq: 10, .. })
    ));
    assert_eq!(log.snapshots("bank").unwrap(), [snapshot("bank", 10)]);
}

pub(crate) fn truncation_stops_at_the_older_snapshot<S: Store>() {
    let (store, mut log) = ten_entries::<S>();
    let refused = |log: &mut S::Log, up_to_seq| match log.truncate("bank", up_to_seq) {
        Err(LogError::TruncatePastSnapshot { older_seq, .. }) => older_seq,
        other => panic!("expected a refusal, got {other:?}"),
    };
    assert_eq!(refused(&mut log, 1), None);
    log.save_snapshot(&snapshot("bank", 4)).unwrap();
    assert_eq!(refused(&mut log, 1), None);
    log.save_snapshot(&snapshot("bank", 8)).unwrap();
    assert_eq!(refused(&mut log, 5), Some(4));
    log.truncate("bank", 4).unwrap();
    assert!(matches!(
        log.truncate("nobody", 1),
        Err(LogError::TruncatePastSnapshot {
            older_seq: None,
            ..
        })
    ));

    log = store.restart(log);
    assert_eq!(read(&log, "bank", 4).len(), 6);
    assert_eq!(snapshot_seqs(&log, "bank"), [8, 4]);
    log.truncate("bank", 2).unwrap();
    assert_eq!(read(&log, "bank", 4).len(), 6);
}

pub(crate) fn what_was_truncated_is_refused_to_readers<S: Store>() {
    let (store, mut log) = ten_entries::<S>();
    log.save_snapshot(&snapshot("bank", 4)).unwrap();
    log.save_snapshot(&snapshot("bank", 8)).unwrap();
    log.truncate("bank", 3).unwrap();
    for _ in 0..2 {
        let mut visited = 0;
        let mut count = |_| {
            visited += 1;
            ControlFlow::Continue(())
        };
        let refused = log.read("bank", 2, &mut count);
        assert!(matches!(
            refused,
            Err(LogError::NoLongerKept {
                after_seq: 2,
                first_kept_seq: 4,
                ..
            })
        ));
        assert_eq!(visited, 0);
        assert_eq!(read(&log, "bank", 3).len(), 7);
        log = store.restart(log);
    }
}

pub(crate) fn an_entry_that_reaches_over_the_cut_is_kept_whole<S: Store>() {
    let (store, mut log) = S::create();
    log.append(&[entry("bank", 1, 3), entry("bank", 4, 8)])
        .unwrap();
    log.save_snapshot(&snapshot("bank", 6)).unwrap();
    log.save_snapshot(&snapshot("bank", 8)).unwrap();
    log.truncate("bank", 6).unwrap();
    let log = store.restart(log);
    assert_eq!(read(&log, "bank", 3), [entry("bank", 4, 8)]);
    assert_eq!(read(&log, "bank", 6), [entry("bank", 4, 8)]);
}

pub(crate) fn a_deleted_tenant_is_gone_and_its_name_free<S: Store>() {
    let (store, mut log) = ten_entries::<S>();
    log.append(&[entry("airline", 1, 2)]).unwrap();
    log.save_snapshot(&snapshot("bank", 5)).unwrap();
    log.delete_tenant("bank").unwrap();
    log.delete_tenant("nobody").unwrap();
    for _ in 0..2 {
        assert_eq!(tenants(&log), ["airline"]);
        assert_eq!(log.last_seq("bank"), 0);
        assert_eq!(read(&log, "bank", 0), []);
        assert_eq!(log.snapshots("bank").unwrap(), []);
        log = store.restart(log);
    }
    // Its time may even be earlier: it is another tenant.
    log.append(&[entry("bank", 1, 1)]).unwrap();
    while log.upkeep() != Upkeep::None {
        log.maintain().unwrap();
    }
    let log = store.restart(log);
    assert_eq!(read(&log, "bank", 0), [entry("bank", 1, 1)]);
    assert_eq!(read(&log, "airline", 0), [entry("airline", 1, 2)]);
}

pub(crate) fn time_is_remembered_after_its_tenant_is_deleted<S: Store>() {
    let (store, mut log) = ten_entries::<S>();
    log.append(&[entry("airline", 1, 2)]).unwrap();
    log.delete_tenant("bank").unwrap();
    while log.upkeep() != Upkeep::None {
        log.maintain().unwrap();
    }
    let log = store.restart(log);
    assert_eq!(log.last_at_ms(), Some(10));
}

pub(crate) fn upkeep_ends_and_changes_nothing_readable<S: Store>() {
    const ENTRIES: u64 = 5_000;
    let (store, mut log) = S::create();
    let batch: Vec<_> = (1..=ENTRIES)
        .flat_map(|seq| [entry("bank", seq, seq), entry("airline", seq, seq)])
        .collect();
    for part in batch.chunks(BATCH_MAX_ENTRIES) {
        log.append(part).unwrap();
    }
    log.save_snapshot(&snapshot("bank", ENTRIES - 10)).unwrap();
    log.save_snapshot(&snapshot("bank", ENTRIES - 5)).unwrap();
    log.truncate("bank", ENTRIES - 20).unwrap();
    log.delete_tenant("airline").unwrap();
    let mut turns = 0;
    while log.upkeep() != Upkeep::None {
        log.maintain().unwrap();
        assert_eq!(read(&log, "bank", ENTRIES - 20).len(), 20);
        turns += 1;
        assert!(turns < 1_000, "upkeep must come to an end");
    }
    let log = store.restart(log);
    assert_eq!(read(&log, "bank", ENTRIES - 20).len(), 20);
    assert_eq!(snapshot_seqs(&log, "bank"), [ENTRIES - 5, ENTRIES - 10]);
}

pub(crate) fn the_journal_keeps_its_id_and_no_two_are_alike<S: Store>() {
    let (store, log) = S::create();
    let (_other_store, other) = S::create();
    let id = log.journal_id();
    assert_ne!(id, other.journal_id());
    assert_eq!(id.to_string().len(), 32);
    assert_eq!(id.to_string().parse(), Ok(id));
    assert_eq!(store.restart(log).journal_id(), id);
}
