//! A journal on its way into a store: restarts, failures, gaps, deleted tenants, comparison.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use acd_core::event::Recorded;
use acd_core::ids::TimeMs;
use acd_history::{
    Commit, ContactRow, Follow, FollowError, Gap, Known, Life, MemoryStore, Pace, Row as _,
    SavedState, SqliteStore, Store, StoreError, TABLES, Table, Value, verify,
};
use acd_journal::{EventLog as _, LogReader, MemoryLog, Retention};

use crate::days::{self, TENANT, append, journal, long_day, pieces};
use crate::rows::{difference, in_memory, rows};
use crate::storing::sqlite;

/// Small turns, so that there are many.
const PACE: Pace = Pace {
    events: 100,
    bytes: 1 << 20,
    state_every: 1_000,
    erased: 50_000,
};

/// Whoever owns it may be a thread.
#[allow(dead_code, reason = "that it compiles is the test")]
fn a_thread_may_own_it(following: Follow) -> impl Send {
    following
}

/// A store that outlives who writes it, and fails when it is told to: each commit once before it is done, and once after.
#[derive(Clone, Default)]
struct Shared {
    store: Arc<Mutex<MemoryStore>>,
    commits: Arc<AtomicU32>,
    fails: bool,
}

impl Shared {
    fn store(&self) -> std::sync::MutexGuard<'_, MemoryStore> {
        self.store.lock().expect("no panic")
    }
}

impl Store for Shared {
    fn tenants(&mut self) -> Result<Vec<Known>, StoreError> {
        self.store().tenants()
    }

    fn commit(&mut self, commit: Commit<'_>) -> Result<(), StoreError> {
        let fail = || Err(StoreError::Retry("told to fail".into()));
        match self.commits.fetch_add(1, Ordering::Relaxed) % 3 {
            0 if self.fails => fail(),
            1 if self.fails => self.store().commit(commit).and_then(|()| fail()),
            _ => self.store().commit(commit),
        }
    }

    fn saved_state(&mut self, life: &Life) -> Result<Option<SavedState>, StoreError> {
        self.store().saved_state(life)
    }

    fn note_deleted(&mut self, life: &Life, at_ms: TimeMs) -> Result<(), StoreError> {
        self.store().note_deleted(life, at_ms)
    }

    fn clear(&mut self, life: &Life) -> Result<(), StoreError> {
        self.store().clear(life)
    }

    fn rows(
        &mut self,
        life: &Life,
        table: &'static Table,
        visit: &mut dyn FnMut(Vec<Value>),
    ) -> Result<(), StoreError> {
        self.store().rows(life, table, visit)
    }

    fn gaps(&mut self, life: &Life) -> Result<Vec<Gap>, StoreError> {
        self.store().gaps(life)
    }
}

fn reader(log: &MemoryLog) -> Box<dyn LogReader> {
    struct Reader(Box<dyn acd_journal::LogKeeper>);
    impl LogReader for Reader {
        fn tenants(&self) -> Vec<Arc<str>> {
            self.0.tenants()
        }
        fn standing(&self, tenant: &str) -> Option<acd_journal::Standing> {
            self.0.standing(tenant)
        }
        fn read(
            &self,
            tenant: &str,
            after_seq: u64,
            visit: &mut dyn FnMut(acd_journal::Entry) -> std::ops::ControlFlow<()>,
        ) -> Result<(), acd_journal::LogError> {
            self.0.read(tenant, after_seq, visit)
        }
        fn snapshots(
            &self,
            tenant: &str,
        ) -> Result<Vec<acd_journal::Snapshot>, acd_journal::LogError> {
            self.0.snapshots(tenant)
        }
        fn sealed(&self, snapshot: &acd_journal::Snapshot) -> acd_journal::Snapshot {
            self.0.sealed(snapshot)
        }
        fn opened(&self, sealed: &acd_journal::Snapshot) -> Option<acd_journal::Snapshot> {
            self.0.opened(sealed)
        }
        fn last_seq_before(&self, tenant: &str, at_ms: i64) -> Result<u64, acd_journal::LogError> {
            self.0.last_seq_before(tenant, at_ms)
        }
    }
    Box::new(Reader(log.keeper().expect("a keeper")))
}

fn follow(log: &MemoryLog, store: impl Store + 'static) -> Follow {
    Follow::new(log.journal_id(), reader(log), Box::new(store), None, PACE)
}

fn life_in(log: &MemoryLog) -> Life {
    let life = log.standing(TENANT).expect("a tenant").life;
    Life::of(TENANT, log.journal_id(), life)
}

/// A follower that is killed after every turn, and a store that fails in every commit, lose nothing and write nothing twice.
#[test]
fn nothing_is_lost_or_written_twice() {
    let day = long_day();
    let events = &day.events;
    let log = journal(&day.split(usize::MAX).0);
    let life = life_in(&log);
    let expected = in_memory(&life, &pieces(events, &[]));
    for (fails, is_killed) in [(true, true), (true, false), (false, true)] {
        let store = Shared {
            fails,
            ..Shared::default()
        };
        let mut following = follow(&log, store.clone());
        loop {
            match following.turn() {
                Ok(turn) if !turn.is_more() => break,
                Ok(turn) => assert!(turn.lag.events > 0 && turn.lag.lag_ms >= 0),
                Err(error) => {
                    let passes = matches!(&error, FollowError::Store(error) if error.is_passing());
                    assert!(passes, "{error}");
                }
            }
            if is_killed {
                following = follow(&log, store.clone());
            }
        }
        let differs = difference(&expected, &rows(&mut *store.store(), &life));
        assert!(differs.is_empty(), "{differs:#?}");
        let verified = verify(
            log.journal_id(),
            &*reader(&log),
            &mut *store.store(),
            TENANT,
            9,
        );
        let verified = verified.expect("verified");
        assert!(verified.agrees() && verified.rows > 1_000, "{verified:#?}");
    }
}

/// What is appended later follows; a rebuild gives the same rows; a planted difference is found and told.
#[test]
fn a_store_is_compared_and_made_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let day = long_day();
    let (first, later) = day.split(day.events.len() / 2);
    let count = |inputs: &[&[Recorded]]| inputs.iter().map(|it| it.len() as u64).sum::<u64>();
    let mut log = journal(&first);
    let mut following = follow(&log, sqlite(folder.path()));
    assert_eq!(
        following.catch_up(|_| {}).expect("caught up"),
        count(&first)
    );
    append(&mut log, &later);
    assert_eq!(
        following.catch_up(|_| {}).expect("caught up"),
        count(&later)
    );
    assert_eq!(following.turn().expect("a turn").tenant, None);
    let life = life_in(&log);
    let before = rows(following.store(), &life);
    let other = SqliteStore::open(&folder.path().join("history.db")).expect("opened");
    let plant = "UPDATE contacts SET talk_ms = talk_ms + 1 WHERE contact = (SELECT max(contact) FROM contacts); \
                 DELETE FROM visits WHERE visit = (SELECT min(visit) FROM visits); \
                 UPDATE contacts SET customer = 'somebody' WHERE contact = (SELECT min(contact) FROM contacts); \
                 UPDATE queue_intervals SET offered = offered + 1 WHERE began_at = (SELECT max(began_at) FROM queue_intervals)";
    other.connection().execute_batch(plant).expect("planted");
    let found = verify(
        log.journal_id(),
        &*reader(&log),
        following.store(),
        TENANT,
        100,
    );
    let found = found.expect("verified");
    let told = found.differences.join("\n");
    assert!(told.contains("talk_ms of contact"), "{told}");
    assert!(told.contains("visits has no row of visit"), "{told}");
    assert!(
        told.contains("customer of contact") && !told.contains("somebody"),
        "{told}"
    );
    assert!(told.contains("and the engine counted"), "{told}");
    following.begin_again(TENANT, false).expect("begun again");
    following.catch_up(|_| {}).expect("caught up");
    let differs = difference(&before, &rows(following.store(), &life));
    assert!(differs.is_empty(), "{differs:#?}");
}

/// Nothing is truncated that is not in rows, or would be missing for a restart.
#[test]
fn the_journal_is_held() {
    let day = long_day();
    let log = journal(&day.split(usize::MAX).0);
    let retention = Retention::default();
    let store = Shared::default();
    let hold = Some(retention.hold());
    let mut following = Follow::new(
        log.journal_id(),
        reader(&log),
        Box::new(store.clone()),
        hold,
        PACE,
    );
    assert_eq!(retention.read_by_all(TENANT), Some(0));
    let life = life_in(&log);
    while following.turn().expect("a turn").is_more() {
        let held = retention.read_by_all(TENANT).expect("a hold");
        let kept = store.store().saved_state(&life).expect("asked");
        assert_eq!(kept.map_or(0, |state| state.seq), held);
    }
    assert!(retention.read_by_all(TENANT) > Some(0));
    following.let_go();
    assert_eq!(retention.read_by_all(TENANT), None);
}

/// A tenant with few events keeps no more of the journal back than its snapshots do.
#[test]
fn the_journal_is_held_no_longer_than_its_snapshots_need() {
    let day = long_day();
    let log = journal(&day.split(usize::MAX).0);
    let [older, newer] = day.cuts(&[1_000, 1_400]).try_into().expect("two");
    let mut keeper = log.keeper().expect("a keeper");
    days::snapshot(&mut *keeper, &day.events, older as u64);
    days::snapshot(&mut *keeper, &day.events, newer as u64);
    let retention = Retention::default();
    let store = Box::new(MemoryStore::default());
    let pace = Pace {
        state_every: u64::MAX,
        ..PACE
    };
    let hold = Some(retention.hold());
    let mut following = Follow::new(log.journal_id(), reader(&log), store, hold, pace);
    following.catch_up(|_| {}).expect("caught up");
    assert!(retention.read_by_all(TENANT) >= Some(older as u64));
}

/// What was truncated before it was read is a gap that the store names; rows go on after it.
#[test]
fn what_is_missing_is_told() {
    let day = long_day();
    let log = journal(&day.split(usize::MAX).0);
    let life = life_in(&log);
    let store = Shared::default();
    let mut following = follow(&log, store.clone());
    for _ in 0..5 {
        following.turn().expect("a turn");
    }
    let stood = store.store().position(&life).expect("a position");
    let mut keeper = log.keeper().expect("a keeper");
    let [first, second] = day.cuts(&[1_000, 1_400]).try_into().expect("two");
    let [first, second] = [first as u64, second as u64];
    days::snapshot(&mut *keeper, &day.events, first);
    days::snapshot(&mut *keeper, &day.events, second);
    keeper.truncate(TENANT, first).expect("truncated");
    for mut following in [following, follow(&log, store.clone())] {
        following.catch_up(|_| {}).expect("caught up");
    }
    let gaps = store.store().gaps(&life).expect("gaps");
    assert_eq!(gaps.len(), 1);
    assert_eq!(
        (gaps[0].from_seq, gaps[0].to_seq),
        (stood.seq + 1, Some(first))
    );
    assert_eq!(gaps[0].from_at, stood.at_ms);
    let verified = verify(
        log.journal_id(),
        &*reader(&log),
        &mut *store.store(),
        TENANT,
        9,
    );
    let verified = verified.expect("verified");
    assert_eq!(verified.after_seq, first);
    assert!(verified.agrees() && verified.rows > 100, "{verified:#?}");
    let mut again = follow(&log, store.clone());
    let refused = again
        .begin_again(TENANT, false)
        .expect_err("it would lose rows");
    assert!(
        matches!(refused, FollowError::WouldLose { .. }),
        "{refused}"
    );
}

/// A journal that was put back to an earlier state does not go on where the rows of the later one end.
#[test]
fn rows_of_another_past_are_told_and_left_alone() {
    let day = long_day();
    let (first, later) = day.split(day.events.len() / 2);
    let whole = journal(&day.split(usize::MAX).0);
    let store = Shared::default();
    let follow = |log: &MemoryLog| {
        let store = Box::new(store.clone());
        Follow::new(whole.journal_id(), reader(log), store, None, PACE)
    };
    follow(&whole).catch_up(|_| {}).expect("caught up");
    let life = life_in(&whole);
    let before = rows(&mut *store.store(), &life);
    let mut restored = journal(&first);
    let is_told = |log: &MemoryLog| {
        let told = follow(log).turn().expect_err("they tell of more");
        let last = day.events.last().expect("an event").seq;
        assert!(
            matches!(told, FollowError::OtherPast { rows_at, .. } if rows_at == last),
            "{told}"
        );
    };
    is_told(&restored);
    // It goes on otherwise, beyond the end of the rows.
    let mut moved: Vec<Vec<Recorded>> = later.iter().map(|events| events.to_vec()).collect();
    moved.iter_mut().flatten().for_each(|it| it.at_ms += 1);
    let moved: Vec<&[Recorded]> = moved.iter().map(Vec::as_slice).collect();
    append(&mut restored, &moved);
    let mut more = moved.last().expect("an input").to_vec();
    let last = more.last().expect("an event").clone();
    for (nth, recorded) in more.iter_mut().enumerate() {
        recorded.seq = last.seq + 1 + nth as u64;
        recorded.at_ms = last.at_ms;
    }
    append(&mut restored, &[&more]);
    is_told(&restored);
    let differs = difference(&before, &rows(&mut *store.store(), &life));
    assert!(differs.is_empty(), "{differs:#?}");
}

/// A tenant that is deleted and made again has rows of two lives.
#[test]
fn each_life_has_its_rows() {
    let day = long_day();
    let inputs = day.split(usize::MAX).0;
    let mut log = journal(&inputs);
    let store = Shared::default();
    let mut following = follow(&log, store.clone());
    following.catch_up(|_| {}).expect("caught up");
    let first = life_in(&log);
    let before = rows(&mut *store.store(), &first);
    log.delete_tenant(TENANT).expect("deleted");
    append(&mut log, &inputs);
    following.catch_up(|_| {}).expect("caught up");
    let second = life_in(&log);
    assert_ne!(first, second);
    let known = store.store().tenants().expect("tenants");
    let of = |life: &Life| {
        known
            .iter()
            .find(|known| known.life == *life)
            .expect("known")
    };
    assert!(of(&first).deleted_at.is_some() && of(&second).deleted_at.is_none());
    assert_eq!(store.store().gaps(&first).expect("gaps")[0].to_seq, None);
    let contacts = ContactRow::TABLE.name;
    let again = rows(&mut *store.store(), &second);
    assert_eq!(again[contacts], before[contacts]);
    assert_eq!(again.len(), TABLES.len());
}
