//! A journal beside a plain model of what it must hold, and random things that are done to both.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use acd_core::personal::Personal;
use acd_journal::{
    DataDir, DataDirError, Entry, EventLog, LogError, LogKeeper, OpenReport, PersonalValue,
    Snapshot, SqliteLog, Volume,
};
use acd_sim::disk::SimDisk;
use bytes::Bytes;
use rand::RngExt;
use rand::rngs::StdRng;

pub(crate) const DIRECTORY: &str = "/data";
pub(crate) const SHARD: &str = "/data/shard-000.db";
pub(crate) const TENANTS: [&str; 3] = ["airline", "bank", "clinic"];

/// What a journal holds of its tenants.
pub(crate) type Content = BTreeMap<&'static str, Vec<Entry>>;

/// What the journal must hold: what was acknowledged, and what may have happened besides.
#[derive(Debug, Default, Clone)]
pub(crate) struct Model {
    pub(crate) acknowledged: Content,
    /// What it may hold instead, seen from the next start on: each thing that failed since may be done.
    or: Vec<Content>,
    /// What may have been given up, by tenant: a truncation that failed may have been done.
    given_up: BTreeMap<&'static str, u64>,
    snapshots: BTreeMap<&'static str, Vec<u64>>,
    /// Contacts that were to be erased, which failed: it may have been done.
    perhaps_erased: BTreeSet<(&'static str, u64)>,
    now_ms: i64,
}

/// One thing that is done to a journal.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Per entry a tenant, how many events and how many bytes.
    Append(Vec<(usize, u64, usize)>),
    Snapshot(usize, usize),
    Truncate(usize),
    Delete(usize),
    /// The personal data of this contact of those that are known, the last ones first.
    Erase(usize, usize),
    Maintain,
}

pub(crate) fn draw(rng: &mut StdRng) -> Act {
    let tenant = rng.random_range(0..TENANTS.len());
    match rng.random_range(0..22) {
        0..12 => {
            let count = rng.random_range(1..5);
            let bytes_max = *[20, 300, 9_000][..]
                .get(rng.random_range(0..3))
                .unwrap_or(&20);
            let entries = (0..count).map(|_| {
                let tenant = rng.random_range(0..TENANTS.len());
                (
                    tenant,
                    rng.random_range(1..4),
                    rng.random_range(0..bytes_max),
                )
            });
            Act::Append(entries.collect())
        }
        12..15 => Act::Snapshot(tenant, rng.random_range(0..2_000)),
        15..17 => Act::Truncate(tenant),
        17 => Act::Delete(tenant),
        18..20 => Act::Erase(tenant, rng.random_range(0..4)),
        _ => Act::Maintain,
    }
}

impl Model {
    /// Does it, and notes what the journal must hold from here on. Nothing more can be done once it fails.
    pub(crate) fn act(
        &mut self,
        log: &mut SqliteLog,
        keeper: &mut dyn LogKeeper,
        act: &Act,
    ) -> Result<(), LogError> {
        match *act {
            Act::Append(ref parts) => {
                let (batch, after) = self.batch(parts);
                self.or.push(after.clone());
                log.append(&batch)?;
                self.acknowledged = after;
                self.or.clear();
            }
            Act::Snapshot(tenant, bytes) => {
                let tenant = TENANTS[tenant];
                let seq = log.last_seq(tenant);
                if seq > 0 {
                    keeper.save_snapshot(&snapshot(tenant, seq, bytes))?;
                    let kept = self.snapshots.entry(tenant).or_default();
                    kept.retain(|kept| *kept != seq);
                    kept.push(seq);
                }
            }
            Act::Truncate(tenant) => {
                let tenant = TENANTS[tenant];
                let older = keeper
                    .standing(tenant)
                    .and_then(|it| it.snapshots.get(1).copied());
                if let Some(older) = older {
                    let given_up = self.given_up.entry(tenant).or_default();
                    *given_up = (*given_up).max(older.seq);
                    keeper.truncate(tenant, older.seq)?;
                }
            }
            Act::Delete(tenant) => {
                let tenant = TENANTS[tenant];
                let mut after = self.acknowledged.clone();
                after.remove(tenant);
                self.or.push(after.clone());
                log.delete_tenant(tenant)?;
                self.acknowledged = after;
                self.or.clear();
                self.given_up.remove(tenant);
                self.snapshots.remove(tenant);
            }
            Act::Erase(tenant, nth) => {
                let tenant = TENANTS[tenant];
                let mut after = self.acknowledged.clone();
                let known = after.get_mut(tenant).into_iter().flatten();
                let Some(entry) = known.rev().nth(nth) else {
                    return Ok(());
                };
                let contact = entry.first_seq;
                erase(entry);
                self.perhaps_erased.insert((tenant, contact));
                keeper.erase(tenant, &[contact])?;
                self.perhaps_erased.remove(&(tenant, contact));
                self.acknowledged = after;
            }
            Act::Maintain => while keeper.maintain()? {},
        }
        Ok(())
    }

    fn batch(&mut self, parts: &[(usize, u64, usize)]) -> (Vec<Entry>, Content) {
        let mut after = self.acknowledged.clone();
        let batch = parts.iter().map(|&(tenant, events, bytes)| {
            self.now_ms += 1;
            let log = after.entry(TENANTS[tenant]).or_default();
            let first_seq = log.last().map_or(0, |entry| entry.last_seq) + 1;
            let entry = Entry {
                tenant: TENANTS[tenant].into(),
                first_seq,
                last_seq: first_seq + events - 1,
                at_ms: self.now_ms,
                payload: Bytes::from(vec![bytes as u8; bytes]),
                personal: [value(first_seq, format!("+49{first_seq}").into())].into(),
            };
            log.push(entry.clone());
            entry
        });
        (batch.collect(), after)
    }

    /// The journal after a crash is what it must be; what it turned out to be is acknowledged now.
    pub(crate) fn check(&mut self, log: &SqliteLog, keeper: &dyn LogKeeper) {
        let or = std::mem::take(&mut self.or);
        let found = [self.acknowledged.clone()].into_iter().chain(or);
        let found = { found }.find(|content| self.is(content, keeper));
        let Some(found) = found else {
            let held = keeper.tenants().into_iter();
            let held: Vec<_> = held.map(|it| (keeper.standing(&it), it)).collect();
            panic!(
                "it holds neither what was acknowledged nor that and what was under way: {held:?}, {self:?}"
            );
        };
        assert_eq!(log.tenants(), keeper.tenants());
        self.given_up.retain(|tenant, _| found.contains_key(tenant));
        self.snapshots
            .retain(|tenant, _| found.contains_key(tenant));
        for (tenant, seqs) in &self.snapshots {
            let kept = keeper.snapshots(tenant).expect("readable snapshots");
            let newest = kept.first().map_or(0, |snapshot| snapshot.seq);
            assert!(
                Some(&newest) >= seqs.last(),
                "a snapshot of {tenant} is gone"
            );
            for kept in kept {
                let wanted = snapshot(tenant, kept.seq, kept.payload.len());
                assert_eq!(kept, wanted);
            }
        }
        self.acknowledged = found;
    }

    /// Nothing of what failed is seen.
    pub(crate) fn check_while_open(&self, keeper: &dyn LogKeeper) {
        assert!(
            self.is(&self.acknowledged, keeper),
            "something that failed is seen"
        );
    }

    /// Whether this is what the journal holds.
    fn is(&self, content: &Content, keeper: &dyn LogKeeper) -> bool {
        let tenants = keeper.tenants();
        if !tenants.iter().map(|it| &**it).eq(content.keys().copied()) {
            return false;
        }
        content.iter().all(|(tenant, entries)| {
            let standing = keeper.standing(tenant).expect("it is among the tenants");
            let may_miss = self.given_up.get(tenant).copied().unwrap_or(0);
            assert!(
                standing.kept_after <= may_miss,
                "more was given up than asked"
            );
            let kept = entries
                .iter()
                .filter(|entry| entry.last_seq > standing.kept_after);
            let found = read(keeper, tenant, standing.kept_after);
            found.len() == kept.clone().count()
                && found.iter().zip(kept).all(|(found, kept)| {
                    let may_be_erased = self.perhaps_erased.contains(&(tenant, kept.first_seq));
                    found == kept || may_be_erased && *found == erased(kept)
                })
        })
    }
}

/// What belongs to the contact that an entry begins.
fn value(contact: u64, value: Personal) -> PersonalValue {
    PersonalValue { contact, value }
}

fn erase(entry: &mut Entry) {
    entry.personal = [value(entry.first_seq, Personal::erased())].into();
}

fn erased(entry: &Entry) -> Entry {
    let mut entry = entry.clone();
    erase(&mut entry);
    entry
}

fn snapshot(tenant: &str, seq: u64, bytes: usize) -> Snapshot {
    Snapshot {
        tenant: tenant.into(),
        seq,
        at_ms: seq as i64,
        payload: Bytes::from(vec![seq as u8; bytes]),
        ..Snapshot::default()
    }
}

pub(crate) fn read(keeper: &dyn LogKeeper, tenant: &str, after_seq: u64) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut visit = |entry| {
        entries.push(entry);
        ControlFlow::Continue(())
    };
    let read = keeper.read(tenant, after_seq, &mut visit);
    read.expect("a readable log");
    entries
}

pub(crate) type Opened = (DataDir, SqliteLog, Box<dyn LogKeeper>, OpenReport);

pub(crate) fn open(volume: &Arc<dyn Volume>) -> Result<Opened, DataDirError> {
    let directory = DataDir::open_on(volume, Path::new(DIRECTORY), 1)?;
    let (log, report) = directory.open_shard(0)?;
    let keeper = log.keeper().map_err(|error| DataDirError::Io {
        path: SHARD.into(),
        action: "open",
        source: std::io::Error::other(error),
    })?;
    Ok((directory, log, keeper, report))
}

/// Opens the journal, does all of it, and stops where something fails.
pub(crate) fn run(disk: &SimDisk, model: &mut Model, acts: &[Act]) {
    let Ok((_directory, mut log, mut keeper, _)) = open(&disk.volume()) else {
        assert!(disk.is_down(), "it opens unless the process is killed");
        return;
    };
    for act in acts {
        if let Err(error) = model.act(&mut log, &mut *keeper, act) {
            assert!(disk.is_down(), "{act:?}: {error}");
            return;
        }
    }
}

/// Opens the journal after a crash and looks at it.
pub(crate) fn check(disk: &SimDisk, model: &mut Model) {
    let (_directory, log, keeper, report) = open(&disk.volume()).expect("it opens after a crash");
    assert_eq!((&report.cut, &report.dropped_snapshots), (&vec![], &vec![]));
    model.check(&log, &*keeper);
    drop((log, keeper));
    let verified = SqliteLog::verify_on(&disk.volume(), Path::new(SHARD));
    verified.expect("all of it is intact");
}

/// A short history with something of each kind.
pub(crate) fn small_history() -> Vec<Act> {
    vec![
        Act::Append(vec![(0, 1, 30), (1, 2, 5_000)]),
        Act::Snapshot(0, 700),
        Act::Append(vec![(0, 3, 10), (2, 1, 100)]),
        Act::Snapshot(0, 1_500),
        Act::Truncate(0),
        Act::Erase(1, 0),
        Act::Append(vec![(1, 1, 1)]),
        Act::Delete(2),
        Act::Maintain,
        Act::Append(vec![(2, 1, 9), (1, 1, 9)]),
        Act::Snapshot(0, 10),
        Act::Erase(0, 0),
        Act::Append(vec![(0, 2, 3)]),
    ]
}
