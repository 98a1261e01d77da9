//! Random runs of a log beside a plain model of what it should hold.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use acd_journal::{Entry, EventLog, LogError};
use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::store::{Handles, Store, read, snapshot, snapshot_seqs, tenants};

const TENANTS: [&str; 3] = ["airline", "bank", "clinic"];

/// One thing done to a log. Numbers are drawn small and read relative to what the log holds, so that most operations
/// are possible and some are not.
#[derive(Debug, Clone)]
pub(crate) enum Operation {
    /// A batch: per entry its tenant, how many events, payload size, and how far it begins off the end (0: fits).
    Append(Vec<(usize, u64, usize, u64)>),
    Snapshot {
        tenant: usize,
        back: u64,
    },
    Truncate {
        tenant: usize,
        up_to_seq: u64,
    },
    Delete {
        tenant: usize,
    },
    Maintain,
    Restart,
}

pub(crate) fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let tenant = 0..TENANTS.len();
    let misfit = prop_oneof![20 => Just(0u64), 1 => 1..3u64];
    let entry = (tenant.clone(), 1..4u64, 0..200usize, misfit);
    let operation = prop_oneof![
        10 => vec(entry, 0..6).prop_map(Operation::Append),
        4 => (tenant.clone(), 0..4u64).prop_map(|(tenant, back)| Operation::Snapshot { tenant, back }),
        2 => (tenant.clone(), 0..40u64).prop_map(|(tenant, up_to_seq)| Operation::Truncate { tenant, up_to_seq }),
        1 => tenant.prop_map(|tenant| Operation::Delete { tenant }),
        2 => Just(Operation::Maintain),
        1 => Just(Operation::Restart),
    ];
    vec(operation, 1..60)
}

/// All that was appended, in plain vectors.
#[derive(Debug, Default, Clone)]
struct Model {
    tenants: BTreeMap<&'static str, TenantModel>,
    now_ms: i64,
}

#[derive(Debug, Default, Clone)]
struct TenantModel {
    entries: Vec<Entry>,
    kept_after: u64,
    /// Newest first.
    snapshots: Vec<u64>,
}

impl TenantModel {
    fn last_seq(&self) -> u64 {
        self.entries.last().map_or(0, |entry| entry.last_seq)
    }
}

/// Does all of it on a new log and on the model.
pub(crate) fn agrees_on<S: Store>(operations: Vec<Operation>) {
    let (store, mut log) = S::create();
    let mut model = Model::default();
    for operation in operations {
        log = model.step(&store, log, operation);
        model.check(&log);
    }
}

impl Model {
    /// Does one operation on the log and on the model, and compares whether it is possible.
    fn step<S: Store>(
        &mut self,
        store: &S,
        mut log: Handles<S::Log>,
        operation: Operation,
    ) -> Handles<S::Log> {
        match operation {
            Operation::Append(parts) => self.append(&mut log, &parts),
            Operation::Snapshot { tenant, back } => self.snapshot(&mut log, TENANTS[tenant], back),
            Operation::Truncate { tenant, up_to_seq } => {
                self.truncate(&mut log, TENANTS[tenant], up_to_seq)
            }
            Operation::Delete { tenant } => {
                log.writer.delete_tenant(TENANTS[tenant]).unwrap();
                self.tenants.remove(TENANTS[tenant]);
            }
            Operation::Maintain => {
                log.keeper.maintain().unwrap();
            }
            Operation::Restart => return store.restart(log),
        }
        log
    }

    fn append<L: EventLog>(&mut self, log: &mut Handles<L>, parts: &[(usize, u64, usize, u64)]) {
        let mut after = self.clone();
        let mut fits = true;
        let mut batch = Vec::new();
        for &(tenant, events, bytes, misfit) in parts {
            after.now_ms += 1;
            let tenant_model = after.tenants.entry(TENANTS[tenant]).or_default();
            let first_seq = tenant_model.last_seq() + 1 + misfit;
            let entry = Entry {
                tenant: TENANTS[tenant].into(),
                first_seq,
                last_seq: first_seq + events - 1,
                at_ms: after.now_ms,
                payload: Bytes::from(vec![bytes as u8; bytes]),
                ..Entry::default()
            };
            tenant_model.entries.push(entry.clone());
            batch.push(entry);
            fits &= misfit == 0;
        }
        let result = log.writer.append(&batch);
        assert_eq!(result.is_ok(), fits, "{result:?}");
        if fits {
            *self = after;
        }
    }

    fn snapshot<L: EventLog>(&mut self, log: &mut Handles<L>, tenant: &'static str, back: u64) {
        let last_seq = self.tenants.get(tenant).map_or(0, TenantModel::last_seq);
        let seq = last_seq.saturating_sub(back);
        let result = log.keeper.save_snapshot(&snapshot(tenant, seq));
        let Some(model) = self.tenants.get_mut(tenant) else {
            assert!(matches!(result, Err(LogError::SnapshotAhead { .. })));
            return;
        };
        let is_newest = model.snapshots.first().is_none_or(|newest| seq >= *newest);
        assert_eq!(result.is_ok(), is_newest, "{result:?}");
        if is_newest {
            model.snapshots.retain(|kept| *kept != seq);
            model.snapshots.insert(0, seq);
            model.snapshots.truncate(2);
        }
    }

    fn truncate<L: EventLog>(&mut self, log: &mut Handles<L>, tenant: &str, up_to_seq: u64) {
        let result = log.keeper.truncate(tenant, up_to_seq);
        let model = self.tenants.get_mut(tenant).filter(|model| {
            model
                .snapshots
                .get(1)
                .is_some_and(|older| up_to_seq <= *older)
        });
        assert_eq!(result.is_ok(), model.is_some(), "{result:?}");
        if let Some(model) = model {
            let given_up = model
                .entries
                .iter()
                .rev()
                .find(|entry| entry.last_seq <= up_to_seq);
            model.kept_after = model
                .kept_after
                .max(given_up.map_or(0, |entry| entry.last_seq));
        }
    }

    /// Everything that can be read is as the model has it.
    fn check<L: EventLog>(&self, log: &Handles<L>) {
        assert_eq!(
            tenants(log),
            self.tenants.keys().copied().collect::<Vec<_>>()
        );
        for (tenant, model) in &self.tenants {
            assert_eq!(log.writer.last_seq(tenant), model.last_seq());
            assert_eq!(snapshot_seqs(log, tenant), model.snapshots);
            for after_seq in 0..=model.last_seq() + 1 {
                if after_seq < model.kept_after {
                    let read = log
                        .keeper
                        .read(tenant, after_seq, &mut |_| ControlFlow::Continue(()));
                    assert!(matches!(read, Err(LogError::NoLongerKept { .. })));
                } else {
                    let expected = model
                        .entries
                        .iter()
                        .filter(|entry| entry.last_seq > after_seq);
                    assert_eq!(
                        read(log, tenant, after_seq),
                        expected.cloned().collect::<Vec<_>>()
                    );
                }
            }
        }
    }
}
