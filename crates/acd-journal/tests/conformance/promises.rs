//! The promises of [`EventLog`] and [`acd_journal::LogKeeper`], one per function.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;

use acd_journal::{
    BATCH_MAX_BYTES, BATCH_MAX_ENTRIES, ENTRY_MAX_BYTES, Entry, EventLog, LogError, PersonalValue,
    SEQ_MAX, SNAPSHOT_MAX_BYTES, Snapshot, TENANT_NAME_MAX_BYTES,
};
use bytes::Bytes;

use crate::store::{Handles, Store, entry, read, snapshot, snapshot_seqs, tenants};

pub(crate) fn a_new_log_is_empty<S: Store>() {
    let (_store, log) = S::create();
    assert_eq!(tenants(&log), [""; 0]);
    assert_eq!(log.writer.last_seq("bank"), 0);
    assert_eq!(log.writer.last_at_ms(), None);
    assert_eq!(read(&log, "bank", 0), []);
    assert_eq!(log.keeper.snapshots("bank").unwrap(), []);
}

pub(crate) fn reads_back_what_was_appended<S: Store>() {
    let (store, mut log) = S::create();
    let first = [entry("bank", 1, 1), entry("bank", 2, 5)];
    let second = [Entry {
        payload: Bytes::new(),
        ..entry("bank", 6, 6)
    }];
    log.writer.append(&first).unwrap();
    log.writer.append(&second).unwrap();
    for _ in 0..2 {
        assert_eq!(read(&log, "bank", 0), [&first[..], &second].concat());
        assert_eq!(log.writer.last_seq("bank"), 6);
        assert_eq!(log.writer.last_at_ms(), Some(6));
        assert_eq!(tenants(&log), ["bank"]);
        log = store.restart(log);
    }
    log.writer.append(&[entry("bank", 7, 7)]).unwrap();
    assert_eq!(read(&log, "bank", 6), [entry("bank", 7, 7)]);
}

/// What the personal values of a tenant's entries and snapshots are, by contact.
fn personal<L: EventLog>(log: &Handles<L>, tenant: &str) -> Vec<(u64, String)> {
    let entries = read(log, tenant, 0).into_iter().map(|it| it.personal);
    let snapshots = log.keeper.snapshots(tenant).unwrap().into_iter();
    let values = entries.chain(snapshots.map(|it| it.personal));
    let values = values.flat_map(|values| values.to_vec());
    let told = |it: PersonalValue| (it.contact, it.value.reveal().to_owned());
    values.map(told).collect()
}

fn value(contact: u64, text: &str) -> PersonalValue {
    PersonalValue {
        contact,
        value: text.into(),
    }
}

/// Of what is erased nothing is left, in entries and snapshots from before and from after; all else is as it was.
pub(crate) fn what_is_erased_stays_so_and_nothing_else_is<S: Store>() {
    let (store, mut log) = S::create();
    let of = |seq, values: &[PersonalValue]| Entry {
        personal: values.into(),
        ..entry("bank", seq, seq)
    };
    let (anna, bert, staff) = (value(1, "anna"), value(2, "bert"), value(0, "desk 7"));
    let first = [
        of(1, &[anna.clone(), staff.clone()]),
        of(2, std::slice::from_ref(&bert)),
    ];
    log.writer.append(&first).unwrap();
    log.writer.append(&[entry("shop", 1, 1)]).unwrap();
    let state = Snapshot {
        personal: [bert.clone(), anna.clone()].into(),
        ..snapshot("bank", 2)
    };
    log.keeper.save_snapshot(&state).unwrap();
    let outside = log.keeper.sealed(&state);
    assert_eq!(log.keeper.opened(&outside), Some(state.clone()));
    assert_eq!(read(&log, "bank", 0), first);
    assert_eq!(log.keeper.snapshots("bank").unwrap(), [state]);

    log.keeper.erase("bank", &[1, 9]).unwrap();
    log.keeper.erase("bank", &[1]).unwrap();
    log.keeper.erase("shop", &[2]).unwrap();
    log.keeper.erase("nobody", &[2]).unwrap();
    log.writer.append(&[of(3, &[anna, bert])]).unwrap();
    let left = [
        (1, "[erased]"),
        (0, "desk 7"),
        (2, "bert"),
        (1, "[erased]"),
        (2, "bert"),
        (2, "bert"),
        (1, "[erased]"),
    ];
    let left = left.map(|(contact, text)| (contact, text.to_owned()));
    for _ in 0..2 {
        assert_eq!(personal(&log, "bank"), left);
        let opened = log.keeper.opened(&outside).map(|it| it.personal.to_vec());
        let opened = opened.unwrap_or_default();
        let erased: Vec<_> = opened.iter().map(|it| it.value.is_erased()).collect();
        assert_eq!(erased, [false, true]);
        log = store.restart(log);
    }
}

/// A range is erased, but for those who are kept in it: of them nothing changes, until they are not kept any more.
pub(crate) fn what_is_erased_up_to_a_contact_is_all_but_what_is_kept<S: Store>() {
    let (store, mut log) = S::create();
    let of = |seq| Entry {
        personal: [value(seq, "text"), value(0, "desk")].into(),
        ..entry("bank", seq, seq)
    };
    log.writer.append(&[1, 2, 3, 4, 5, 6].map(of)).unwrap();
    log.writer.append(&[entry("shop", 1, 1)]).unwrap();
    let state = Snapshot {
        personal: [1, 2, 3].map(|contact| value(contact, "text")).into(),
        ..snapshot("bank", 6)
    };
    log.keeper.save_snapshot(&state).unwrap();
    let outside = log.keeper.sealed(&state);
    // Whose values are left: as they are, and as a copy of a snapshot has them.
    let left = |log: &Handles<S::Log>| {
        let texts = personal(log, "bank").into_iter();
        let texts = texts.filter(|(_, text)| text == "text");
        let opened = log.keeper.opened(&outside).unwrap().personal;
        let opened = opened.iter().filter(|it| !it.value.is_erased());
        let opened: Vec<u64> = opened.map(|it| it.contact).collect();
        let texts: Vec<u64> = texts.map(|(contact, _)| contact).collect();
        (texts, opened)
    };
    log.keeper.erase("bank", &[3]).unwrap();
    log.keeper.erase_through("nobody", 9, &[]).unwrap();
    log.keeper.erase_through("shop", 9, &[]).unwrap();
    assert_eq!(left(&log), (vec![1, 2, 4, 5, 6, 1, 2], vec![1, 2]));

    // What is erased already is not kept.
    log.keeper.erase_through("bank", 4, &[2, 3]).unwrap();
    log.keeper.erase_through("bank", 4, &[2, 3]).unwrap();
    for _ in 0..2 {
        assert_eq!(left(&log), (vec![2, 5, 6, 2], vec![2]));
        log = store.restart(log);
    }
    // What comes later belongs to who is erased as well.
    let late = Entry {
        personal: [1, 2].map(|contact| value(contact, "text")).into(),
        ..entry("bank", 7, 7)
    };
    log.writer.append(&[late]).unwrap();
    assert_eq!(left(&log).0, [2, 5, 6, 2, 2]);
    log.keeper.erase_through("bank", 5, &[]).unwrap();
    for _ in 0..2 {
        assert_eq!(left(&log), (vec![6], vec![]));
        log = store.restart(log);
    }
    let desks = personal(&log, "bank").into_iter();
    assert_eq!(desks.filter(|(_, text)| text == "desk").count(), 6);
}

pub(crate) fn a_reader_starts_where_it_asks_and_stops_when_it_wants<S: Store>() {
    let (_store, mut log) = S::create();
    log.writer
        .append(&[
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
    log.keeper.read("bank", 1, &mut visit_one).unwrap();
    assert_eq!(visited, [2]);
}

pub(crate) fn a_gap_or_overlap_is_refused_and_names_what_is_expected<S: Store>() {
    let (_store, mut log) = S::create();
    let refused = |log: &mut Handles<S::Log>, first_seq| match log.writer.append(&[entry(
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
    log.writer.append(&[entry("bank", 1, 3)]).unwrap();
    assert_eq!(refused(&mut log, 1), 4);
    assert_eq!(refused(&mut log, 3), 4);
    assert_eq!(refused(&mut log, 5), 4);
    assert_eq!(read(&log, "bank", 0), [entry("bank", 1, 3)]);
}

pub(crate) fn a_batch_is_written_whole_or_not_at_all<S: Store>() {
    let (store, mut log) = S::create();
    log.writer.append(&[entry("bank", 1, 1)]).unwrap();
    let batch = [
        entry("bank", 2, 2),
        entry("airline", 1, 1),
        entry("bank", 4, 4),
    ];
    assert!(matches!(
        log.writer.append(&batch),
        Err(LogError::OutOfSequence { expected: 3, .. })
    ));
    for _ in 0..2 {
        assert_eq!(tenants(&log), ["bank"]);
        assert_eq!(log.writer.last_seq("bank"), 1);
        assert_eq!(log.writer.last_at_ms(), Some(1));
        assert_eq!(read(&log, "bank", 0), [entry("bank", 1, 1)]);
        log = store.restart(log);
    }
    log.writer.append(&batch[..2]).unwrap();
    assert_eq!(tenants(&log), ["airline", "bank"]);
}

pub(crate) fn time_never_goes_back_within_a_tenant<S: Store>() {
    let (store, mut log) = S::create();
    let at = |first_seq, at_ms| Entry {
        at_ms,
        ..entry("bank", first_seq, first_seq)
    };
    log.writer
        .append(&[at(1, -5), at(2, 100), at(3, 100)])
        .unwrap();
    log = store.restart(log);
    let refused = log.writer.append(&[at(4, 99)]);
    assert!(matches!(
        refused,
        Err(LogError::TimeWentBack {
            at_ms: 99,
            last_at_ms: 100,
            first_seq: 4,
            ..
        })
    ));
    log.writer
        .append(&[
            Entry {
                at_ms: 7,
                ..entry("airline", 1, 1)
            },
            at(4, 100),
        ])
        .unwrap();
    assert_eq!(log.writer.last_at_ms(), Some(100));
}

pub(crate) fn impossible_sequence_ranges_are_refused<S: Store>() {
    let (store, mut log) = S::create();
    let mut refused = |first_seq, last_seq| {
        let refused = log.writer.append(&[Entry {
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
    log.writer
        .append(&[Entry {
            at_ms: 0,
            ..entry("bank", 1, SEQ_MAX)
        }])
        .unwrap();
    let log = store.restart(log);
    assert_eq!(log.writer.last_seq("bank"), SEQ_MAX);
    assert_eq!(read(&log, "bank", SEQ_MAX - 1).len(), 1);
}

pub(crate) fn tenant_names_have_limits<S: Store>() {
    let (store, mut log) = S::create();
    let longest = "ü".repeat(TENANT_NAME_MAX_BYTES / 2);
    log.writer.append(&[entry(&longest, 1, 1)]).unwrap();
    let too_long = format!("{longest}x");
    let refused = log.writer.append(&[entry(&too_long, 1, 1)]);
    assert!(
        matches!(refused, Err(LogError::TenantName { bytes }) if bytes == TENANT_NAME_MAX_BYTES + 1)
    );
    assert!(matches!(
        log.writer.append(&[entry("", 1, 1)]),
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
    log.writer.append(&[sized(1, ENTRY_MAX_BYTES)]).unwrap();
    let refused = log.writer.append(&[sized(2, ENTRY_MAX_BYTES + 1)]);
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
    let refused = log.writer.append(&batch);
    assert!(
        matches!(refused, Err(LogError::BatchTooLarge { entries, .. }) if entries == batch.len())
    );
    log.writer.append(&batch[..BATCH_MAX_ENTRIES]).unwrap();
    assert_eq!(log.writer.last_seq("bank"), BATCH_MAX_ENTRIES as u64);

    let payload = Bytes::from(vec![0; ENTRY_MAX_BYTES]);
    let entries = BATCH_MAX_BYTES / ENTRY_MAX_BYTES + 1;
    let batch: Vec<_> = (1..=entries as u64)
        .map(|seq| Entry {
            payload: payload.clone(),
            ..entry("airline", seq, seq)
        })
        .collect();
    let refused = log.writer.append(&batch);
    assert!(
        matches!(refused, Err(LogError::BatchTooLarge { bytes, .. }) if bytes > BATCH_MAX_BYTES)
    );
    assert_eq!(log.writer.last_seq("airline"), 0);
}

pub(crate) fn an_empty_batch_changes_nothing<S: Store>() {
    let (_store, mut log) = S::create();
    log.writer.append(&[]).unwrap();
    assert_eq!(tenants(&log), [""; 0]);
    assert_eq!(log.writer.last_at_ms(), None);
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
        log.writer.append(&batch).unwrap();
    }
    let log = store.restart(log);
    assert_eq!(tenants(&log), names);
    for name in &names {
        let expected: Vec<_> = (1..=5).map(|seq| entry(name, seq, seq)).collect();
        assert_eq!(read(&log, name, 0), expected);
    }
}

/// A log of `bank` with the one-event entries 1 to 10.
fn ten_entries<S: Store>() -> (S, Handles<S::Log>) {
    let (store, mut log) = S::create();
    let batch: Vec<_> = (1..=10).map(|seq| entry("bank", seq, seq)).collect();
    log.writer.append(&batch).unwrap();
    (store, log)
}

pub(crate) fn the_newest_two_snapshots_are_kept_newest_first<S: Store>() {
    let (store, mut log) = ten_entries::<S>();
    log.writer.append(&[entry("airline", 1, 9)]).unwrap();
    log.keeper.save_snapshot(&snapshot("airline", 9)).unwrap();
    for seq in [2, 5, 7] {
        log.keeper.save_snapshot(&snapshot("bank", seq)).unwrap();
    }
    log = store.restart(log);
    assert_eq!(
        log.keeper.snapshots("bank").unwrap(),
        [snapshot("bank", 7), snapshot("bank", 5)]
    );
    assert_eq!(
        log.keeper.snapshots("airline").unwrap(),
        [snapshot("airline", 9)]
    );

    let again = Snapshot {
        payload: Bytes::from_static(b"better"),
        ..snapshot("bank", 7)
    };
    log.keeper.save_snapshot(&again).unwrap();
    assert_eq!(
        log.keeper.snapshots("bank").unwrap(),
        [again, snapshot("bank", 5)]
    );
}

pub(crate) fn a_snapshot_must_be_of_the_log_and_newer_than_the_kept_ones<S: Store>() {
    let (_store, mut log) = ten_entries::<S>();
    let ahead = log.keeper.save_snapshot(&snapshot("bank", 11));
    assert!(matches!(
        ahead,
        Err(LogError::SnapshotAhead {
            seq: 11,
            last_seq: 10,
            ..
        })
    ));
    let unknown = log.keeper.save_snapshot(&snapshot("nobody", 0));
    assert!(matches!(
        unknown,
        Err(LogError::SnapshotAhead {
            seq: 0,
            last_seq: 0,
            ..
        })
    ));
    log.keeper.save_snapshot(&snapshot("bank", 10)).unwrap();
    let stale = log.keeper.save_snapshot(&snapshot("bank", 9));
    assert!(matches!(
        stale,
        Err(LogError::SnapshotStale {
            seq: 9,
            newest_seq: 10,
            ..
        })
    ));
    let payload = vec![0; SNAPSHOT_MAX_BYTES + 1].into();
    let large = log.keeper.save_snapshot(&Snapshot {
        payload,
        ..snapshot("bank", 10)
    });
    assert!(matches!(
        large,
        Err(LogError::SnapshotTooLarge { seq: 10, .. })
    ));
    assert_eq!(
        log.keeper.snapshots("bank").unwrap(),
        [snapshot("bank", 10)]
    );
}

pub(crate) fn truncation_stops_at_the_older_snapshot<S: Store>() {
    let (store, mut log) = ten_entries::<S>();
    let refused =
        |log: &mut Handles<S::Log>, up_to_seq| match log.keeper.truncate("bank", up_to_seq) {
            Err(LogError::TruncatePastSnapshot { older_seq, .. }) => older_seq,
            other => panic!("expected a refusal, got {other:?}"),
        };
    assert_eq!(refused(&mut log, 1), None);
    log.keeper.save_snapshot(&snapshot("bank", 4)).unwrap();
    assert_eq!(refused(&mut log, 1), None);
    log.keeper.save_snapshot(&snapshot("bank", 8)).unwrap();
    assert_eq!(refused(&mut log, 5), Some(4));
    log.keeper.truncate("bank", 4).unwrap();
    assert!(matches!(
        log.keeper.truncate("nobody", 1),
        Err(LogError::TruncatePastSnapshot {
            older_seq: None,
            ..
        })
    ));

    log = store.restart(log);
    assert_eq!(read(&log, "bank", 4).len(), 6);
    assert_eq!(snapshot_seqs(&log, "bank"), [8, 4]);
    log.keeper.truncate("bank", 2).unwrap();
    assert_eq!(read(&log, "bank", 4).len(), 6);
}

pub(crate) fn what_was_truncated_is_refused_to_readers<S: Store>() {
    let (store, mut log) = ten_entries::<S>();
    log.keeper.save_snapshot(&snapshot("bank", 4)).unwrap();
    log.keeper.save_snapshot(&snapshot("bank", 8)).unwrap();
    log.keeper.truncate("bank", 3).unwrap();
    for _ in 0..2 {
        let mut visited = 0;
        let mut count = |_| {
            visited += 1;
            ControlFlow::Continue(())
        };
        let refused = log.keeper.read("bank", 2, &mut count);
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
    log.writer
        .append(&[entry("bank", 1, 3), entry("bank", 4, 8)])
        .unwrap();
    log.keeper.save_snapshot(&snapshot("bank", 6)).unwrap();
    log.keeper.save_snapshot(&snapshot("bank", 8)).unwrap();
    log.keeper.truncate("bank", 6).unwrap();
    let log = store.restart(log);
    assert_eq!(read(&log, "bank", 3), [entry("bank", 4, 8)]);
    assert_eq!(read(&log, "bank", 6), [entry("bank", 4, 8)]);
}

pub(crate) fn a_deleted_tenant_is_gone_and_its_name_free<S: Store>() {
    let (store, mut log) = ten_entries::<S>();
    log.writer.append(&[entry("airline", 1, 2)]).unwrap();
    log.keeper.save_snapshot(&snapshot("bank", 5)).unwrap();
    log.writer.delete_tenant("bank").unwrap();
    log.writer.delete_tenant("nobody").unwrap();
    for _ in 0..2 {
        assert_eq!(tenants(&log), ["airline"]);
        assert_eq!(log.writer.last_seq("bank"), 0);
        assert_eq!(read(&log, "bank", 0), []);
        assert_eq!(log.keeper.snapshots("bank").unwrap(), []);
        log = store.restart(log);
    }
    // Its time may even be earlier: it is another tenant.
    log.writer.append(&[entry("bank", 1, 1)]).unwrap();
    log.maintain();
    let log = store.restart(log);
    assert_eq!(read(&log, "bank", 0), [entry("bank", 1, 1)]);
    assert_eq!(read(&log, "airline", 0), [entry("airline", 1, 2)]);
}

pub(crate) fn time_is_remembered_after_its_tenant_is_deleted<S: Store>() {
    let (store, mut log) = ten_entries::<S>();
    log.writer.append(&[entry("airline", 1, 2)]).unwrap();
    log.writer.delete_tenant("bank").unwrap();
    log.maintain();
    let log = store.restart(log);
    assert_eq!(log.writer.last_at_ms(), Some(10));
}

pub(crate) fn upkeep_ends_and_changes_nothing_readable<S: Store>() {
    const ENTRIES: u64 = 5_000;
    let (store, mut log) = S::create();
    let batch: Vec<_> = (1..=ENTRIES)
        .flat_map(|seq| [entry("bank", seq, seq), entry("airline", seq, seq)])
        .collect();
    for part in batch.chunks(BATCH_MAX_ENTRIES) {
        log.writer.append(part).unwrap();
    }
    log.keeper
        .save_snapshot(&snapshot("bank", ENTRIES - 10))
        .unwrap();
    log.keeper
        .save_snapshot(&snapshot("bank", ENTRIES - 5))
        .unwrap();
    log.keeper.truncate("bank", ENTRIES - 20).unwrap();
    log.writer.delete_tenant("airline").unwrap();
    let mut turns = 0;
    while log.keeper.maintain().unwrap() {
        assert_eq!(read(&log, "bank", ENTRIES - 20).len(), 20);
        turns += 1;
        assert!(turns < 1_000, "upkeep must come to an end");
    }
    let log = store.restart(log);
    assert_eq!(read(&log, "bank", ENTRIES - 20).len(), 20);
    assert_eq!(snapshot_seqs(&log, "bank"), [ENTRIES - 5, ENTRIES - 10]);
}

pub(crate) fn what_was_given_up_takes_no_bytes_once_it_is_removed<S: Store>() {
    const ENTRIES: u64 = 5_000;
    let (_store, mut log) = S::create();
    let batch: Vec<_> = (1..=ENTRIES).map(|seq| entry("bank", seq, seq)).collect();
    for part in batch.chunks(BATCH_MAX_ENTRIES) {
        log.writer.append(part).unwrap();
    }
    let all = log.keeper.bytes().unwrap();
    for seq in [ENTRIES - 1, ENTRIES] {
        log.keeper.save_snapshot(&snapshot("bank", seq)).unwrap();
    }
    log.keeper.truncate("bank", ENTRIES - 1).unwrap();
    log.maintain();
    let left = log.keeper.bytes().unwrap();
    assert!(left * 4 < all, "{left} of {all} bytes are left");
}

pub(crate) fn the_journal_keeps_its_id_and_no_two_are_alike<S: Store>() {
    let (store, log) = S::create();
    let (_other_store, other) = S::create();
    let id = log.writer.journal_id();
    assert_ne!(id, other.writer.journal_id());
    assert_eq!(id.to_string().len(), 32);
    assert_eq!(id.to_string().parse(), Ok(id));
    assert_eq!(store.restart(log).writer.journal_id(), id);
}

pub(crate) fn each_life_of_a_name_has_its_own_number<S: Store>() {
    let (store, mut log) = S::create();
    let mut lives = Vec::new();
    for _ in 0..3 {
        log.writer.append(&[entry("bank", 1, 1)]).unwrap();
        log = store.restart(log);
        lives.push(log.standing("bank").unwrap().life);
        log.writer.delete_tenant("bank").unwrap();
        assert_eq!(log.standing("bank"), None);
        log.maintain();
        log = store.restart(log);
    }
    log.writer.append(&[entry("airline", 1, 1)]).unwrap();
    lives.push(log.standing("airline").unwrap().life);
    let many = lives.len();
    lives.sort();
    lives.dedup();
    assert_eq!(lives.len(), many);
}

pub(crate) fn the_log_tells_which_events_are_older_than_a_time<S: Store>() {
    let (_store, mut log) = S::create();
    let at = |first_seq, last_seq, at_ms| Entry {
        at_ms,
        ..entry("bank", first_seq, last_seq)
    };
    let batch = [
        at(1, 1, 10),
        at(2, 4, 20),
        at(5, 5, 20),
        at(6, 9, 30),
        at(10, 10, 50),
    ];
    log.writer.append(&batch).unwrap();
    log.writer.append(&[entry("airline", 1, 7)]).unwrap();
    let before = |log: &Handles<S::Log>, at_ms| log.keeper.last_seq_before("bank", at_ms).unwrap();
    for (at_ms, last_seq) in [
        (-5, 0),
        (10, 0),
        (11, 1),
        (20, 1),
        (21, 5),
        (30, 5),
        (31, 9),
        (50, 9),
        (51, 10),
    ] {
        assert_eq!(before(&log, at_ms), last_seq, "before {at_ms}");
    }
    assert_eq!(log.keeper.last_seq_before("nobody", 99).unwrap(), 0);
    log.keeper.save_snapshot(&snapshot("bank", 5)).unwrap();
    log.keeper.save_snapshot(&snapshot("bank", 9)).unwrap();
    log.keeper.truncate("bank", 5).unwrap();
    for (at_ms, last_seq) in [(21, 0), (30, 0), (31, 9)] {
        assert_eq!(before(&log, at_ms), last_seq, "before {at_ms}");
    }
}

pub(crate) fn a_reader_sees_the_log_as_it_was_while_it_goes_on<S: Store>() {
    let (_store, mut log) = ten_entries::<S>();
    log.keeper.save_snapshot(&snapshot("bank", 4)).unwrap();
    log.keeper.save_snapshot(&snapshot("bank", 8)).unwrap();
    let mut other = log.writer.keeper().unwrap();
    let mut seqs = Vec::new();
    let mut visit = |found: Entry| {
        if found.first_seq == 2 {
            // None of this waits for the reader, and the reader notices none of it.
            log.writer
                .append(&[entry("bank", 11, 11), entry("airline", 1, 1)])
                .unwrap();
            other.truncate("bank", 4).unwrap();
            while other.maintain().unwrap() {}
            log.writer.delete_tenant("bank").unwrap();
            while other.maintain().unwrap() {}
            log.writer.append(&[entry("bank", 1, 20)]).unwrap();
        }
        seqs.push(found.first_seq);
        ControlFlow::Continue(())
    };
    log.keeper.read("bank", 0, &mut visit).unwrap();
    assert_eq!(seqs, (1..=10).collect::<Vec<_>>());
    assert_eq!(read(&log, "bank", 0), [entry("bank", 1, 20)]);
    assert_eq!(other.last_seq("airline"), 1);
}

pub(crate) fn an_append_does_not_wait_for_an_open_read<S: Store>()
where
    S::Log: 'static,
{
    let (_store, log) = ten_entries::<S>();
    let Handles { mut writer, keeper } = log;
    let (standing, heard) = mpsc::sync_channel(1);
    let (appended, done) = mpsc::sync_channel(1);
    let reader = thread::spawn(move || {
        let mut is_first = true;
        let mut seqs = Vec::new();
        let mut visit = |found: Entry| {
            if std::mem::take(&mut is_first) {
                standing.send(()).unwrap();
                // Held open until the append has returned.
                done.recv().unwrap();
            }
            seqs.push(found.first_seq);
            ControlFlow::Continue(())
        };
        keeper.read("bank", 0, &mut visit).unwrap();
        seqs
    });
    heard.recv().unwrap();
    writer.append(&[entry("bank", 11, 11)]).unwrap();
    appended.send(()).unwrap();
    assert_eq!(reader.join().unwrap(), (1..=10).collect::<Vec<_>>());
}

/// Everything at once, from several threads: nothing is lost, nothing fails, what is read is without a gap.
pub(crate) fn a_writer_and_several_keepers_work_side_by_side<S: Store>()
where
    S::Log: 'static,
{
    const BATCHES: u64 = 400;
    let (_store, Handles { mut writer, keeper }) = S::create();
    let mut compacting = keeper;
    let reading = writer.keeper().unwrap();
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let is_done = &is_done;
        scope.spawn(move || {
            while !is_done.load(Ordering::SeqCst) {
                let last_seq = compacting.last_seq("bank");
                if last_seq > 0 {
                    compacting
                        .save_snapshot(&snapshot("bank", last_seq))
                        .unwrap();
                }
                let stands = compacting.standing("bank");
                if let Some(older) = stands.and_then(|stands| stands.snapshots.get(1).copied()) {
                    compacting.truncate("bank", older.seq).unwrap();
                }
                compacting.maintain().unwrap();
            }
        });
        scope.spawn(move || {
            while !is_done.load(Ordering::SeqCst) {
                let Some(stands) = reading.standing("bank") else {
                    continue;
                };
                let mut next = stands.kept_after + 1;
                let mut visit = |found: Entry| {
                    assert_eq!(found, entry("bank", next, next));
                    next += 1;
                    ControlFlow::Continue(())
                };
                match reading.read("bank", stands.kept_after, &mut visit) {
                    Ok(()) => assert!(next > stands.last_seq),
                    Err(LogError::NoLongerKept { .. }) => assert_eq!(next, stands.kept_after + 1),
                    Err(error) => panic!("{error}"),
                }
            }
        });
        for seq in 1..=BATCHES {
            writer
                .append(&[entry("bank", seq, seq), entry("airline", seq, seq)])
                .unwrap();
            if seq % 100 == 0 {
                writer.delete_tenant("nobody").unwrap();
            }
        }
        is_done.store(true, Ordering::SeqCst);
    });
    assert_eq!(writer.last_seq("bank"), BATCHES);
}
