//! The switch that makes appends to a memory log fail does what a broken disk does: nothing is written, and the same
//! batch can be tried again.

use acd_journal::{Entry, EventLog, LogError, MemoryLog};
use bytes::Bytes;

#[test]
fn the_next_appends_fail_write_nothing_and_can_be_tried_again() {
    let mut log = MemoryLog::new().unwrap();
    let batch = [Entry {
        tenant: "bank".into(),
        first_seq: 1,
        last_seq: 2,
        at_ms: 5,
        payload: Bytes::new(),
        ..Entry::default()
    }];
    log.append_faults().fail_next(2);
    log.append(&[]).unwrap();
    for _ in 0..2 {
        assert!(matches!(log.append(&batch), Err(LogError::Storage { .. })));
        assert_eq!((log.last_seq("bank"), log.last_at_ms()), (0, None));
    }
    log.append(&batch).unwrap();
    assert_eq!(log.last_seq("bank"), 2);
}

#[test]
fn a_failing_log_can_be_healed() {
    let mut log: Box<dyn EventLog> = {
        let log = MemoryLog::new().unwrap();
        let faults = log.append_faults();
        faults.fail_next(u32::MAX);
        faults.fail_next(0);
        Box::new(log)
    };
    log.append(&[Entry {
        tenant: "bank".into(),
        first_seq: 1,
        last_seq: 1,
        at_ms: 0,
        payload: Bytes::new(),
        ..Entry::default()
    }])
    .unwrap();
}
