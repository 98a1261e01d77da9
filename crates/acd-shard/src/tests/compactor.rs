//! The journal stays short, whatever happens to it, and nobody needs what it gives up. On the virtual clock: the test owns
//! the compactor.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use acd_core::Engine;
use acd_core::command::{Command, Login, Request};
use acd_core::config::AgentConfig;
use acd_core::ids::{DurationMs, TenantName, TimeMs};
use acd_journal::codec::encode_input;
use acd_journal::{
    Damage, Entry, EventLog, LogError, LogKeeper, LogReader, MemoryLog, Retention, Snapshot,
    SqliteLog, Standing,
};
use metrics::Counter;

use super::bench::{apply, config};
use crate::compactor::Compactor;
use crate::expired::Expirations;
use crate::{Health, Options, recovery};

const HOUR_MS: DurationMs = 3_600_000;
const KEEP_MS: DurationMs = 7 * 24 * HOUR_MS;
const EVERY: u64 = 400;
/// Into how many batches work is divided.
const BATCHES: u64 = 8;

/// A tenant whose engine writes to a log beside a compactor.
struct Centre<L> {
    log: L,
    engine: Engine,
    name: TenantName,
    now: TimeMs,
    compactor: Compactor,
    retention: Retention,
}

fn compactor_options() -> Options {
    Options {
        snapshot_every: EVERY,
        keep_journal: Duration::from_millis(KEEP_MS.unsigned_abs()),
        ..super::bench::options()
    }
}

impl<L: EventLog> Centre<L> {
    fn new(log: L) -> Self {
        Self::with(log, &compactor_options())
    }

    fn with(log: L, options: &Options) -> Self {
        let retention = Retention::default();
        let keeper = log.keeper().unwrap();
        let compactor = Compactor::new(
            0,
            keeper,
            retention.clone(),
            Expirations::default(),
            Health::noop(),
            options,
        );
        let name = TenantName::from("bank");
        let mut centre = Self {
            log,
            engine: Engine::new(name.clone()),
            name,
            now: 1_000,
            compactor,
            retention,
        };
        centre.handle(Command::ApplyConfig(apply(config())));
        centre
    }

    fn handle(&mut self, command: Command) {
        let entries = self.decide(command);
        self.log.append(&entries).unwrap();
    }

    fn decide(&mut self, command: Command) -> Vec<Entry> {
        let request = Request::internal(command);
        let handled = self.engine.handle(self.now, request.clone());
        handled.answer.unwrap();
        encode_input(&self.name, Some(&request), &handled.events)
    }

    /// So many events in equal batches over this time, with the compactor at work before each.
    fn work(&mut self, events: u64, over_ms: DurationMs) {
        let begin = self.last_seq();
        for batch in 1..=BATCHES {
            self.rest(over_ms / DurationMs::try_from(BATCHES).unwrap());
            let mut entries = Vec::new();
            while self.last_seq() < begin + events * batch / BATCHES {
                let agent = "nora".into();
                entries.extend(self.decide(Command::Login(Login { agent })));
            }
            self.log.append(&entries).unwrap();
        }
    }

    /// Lets time pass.
    fn rest(&mut self, ms: DurationMs) {
        self.now += ms;
        self.compact();
    }

    /// Has the compactor do all there is at this instant.
    fn compact(&mut self) {
        let mut turns = 0;
        while self.compactor.turn(self.now) == Some(self.now) {
            turns += 1;
            assert!(turns < 10_000, "its work must come to an end");
        }
    }

    fn last_seq(&self) -> u64 {
        self.engine.state().facts().seq
    }

    fn standing(&self) -> Standing {
        self.log.standing("bank").unwrap()
    }

    fn newest_snapshot(&self) -> u64 {
        let stands = self.standing();
        stands.snapshots.first().map_or(0, |newest| newest.seq)
    }

    /// The digest of what a start would make of the log.
    fn recovered_digest(&self) -> u64 {
        let keeper = self.log.keeper().unwrap();
        let state = recovery::state(0, &*keeper, &self.name).unwrap();
        state.digest()
    }
}

fn in_memory() -> Centre<MemoryLog> {
    Centre::new(MemoryLog::new().unwrap())
}

fn on_disk(dir: &Path) -> Centre<SqliteLog> {
    Centre::new(SqliteLog::open_or_create(&dir.join("shard.db")).unwrap().0)
}

/// Bytes of all files below, without the write-ahead log: that is emptied by itself and has a limit of its own.
fn bytes_below(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let kept = entries.filter(|entry| !entry.file_name().to_string_lossy().ends_with("-wal"));
    let sizes = kept.map(|entry| match entry.file_type().unwrap().is_dir() {
        true => bytes_below(&entry.path()),
        false => entry.metadata().unwrap().len(),
    });
    sizes.sum()
}

#[test]
fn a_journal_that_is_turned_over_many_times_stays_as_large_as_what_it_keeps() {
    let dir = tempfile::tempdir().unwrap();
    let mut centre = on_disk(dir.path());
    centre.work(1_000, 3 * KEEP_MS);
    let early = bytes_below(dir.path());
    let mut most = 0;
    for _ in 0..50 {
        centre.work(300, KEEP_MS);
        most = most.max(bytes_below(dir.path()));
        let stands = centre.standing();
        let kept = stands.last_seq - stands.kept_after;
        assert!((300..1_000).contains(&kept), "{kept} events are kept");
    }
    assert!(most < 2 * early, "{early} bytes grew to {most}");
    assert_eq!(centre.recovered_digest(), centre.engine.state().digest());
}

#[test]
fn a_journal_that_holds_more_than_it_may_gives_up_what_is_young_too() {
    const BYTES: u64 = 200_000;
    let options = Options {
        keep_journal_bytes: Some(BYTES),
        ..compactor_options()
    };
    let mut centre = Centre::with(MemoryLog::new().unwrap(), &options);
    let bytes = |centre: &Centre<MemoryLog>| centre.log.keeper().unwrap().bytes().unwrap();
    let mut most = 0;
    for _ in 0..20 {
        centre.work(1_000, HOUR_MS);
        centre.rest(HOUR_MS / 10);
        most = most.max(bytes(&centre));
    }
    assert!(centre.standing().kept_after > 0);
    assert!(
        (BYTES / 2..BYTES * 2).contains(&most),
        "{most} bytes are kept"
    );
    assert_eq!(centre.recovered_digest(), centre.engine.state().digest());

    let reader = centre.retention.hold();
    reader.has_read("bank", centre.standing().kept_after);
    let kept_after = centre.standing().kept_after;
    centre.work(5_000, HOUR_MS);
    centre.rest(HOUR_MS);
    let stands = centre.standing();
    assert_eq!(
        stands.kept_after, kept_after,
        "somebody has it still to read"
    );
}

#[test]
fn a_snapshot_is_made_when_enough_has_happened_since_the_last_one() {
    let mut centre = in_memory();
    centre.work(EVERY - 2, HOUR_MS);
    assert_eq!(centre.newest_snapshot(), 0);
    centre.work(3, HOUR_MS / 100);
    let newest = centre.newest_snapshot();
    assert!(newest >= EVERY);
    centre.work(EVERY - 5, HOUR_MS / 100);
    assert_eq!(centre.newest_snapshot(), newest);
    centre.work(10, HOUR_MS / 100);
    assert!(centre.newest_snapshot() >= newest + EVERY);
    assert_eq!(centre.recovered_digest(), centre.engine.state().digest());
}

#[test]
fn where_no_number_of_events_asks_for_a_snapshot_none_is_made() {
    let options = Options {
        snapshot_every: u64::MAX,
        ..compactor_options()
    };
    let mut centre = Centre::with(MemoryLog::new().unwrap(), &options);
    centre.work(EVERY * 4, HOUR_MS);
    assert_eq!(centre.newest_snapshot(), 0);
}

#[test]
fn a_large_state_is_not_written_again_until_as_much_has_happened_or_eight_times_as_much_as_usual() {
    let mut centre = in_memory();
    let mut large = config();
    let agents = (0..1_000).map(|no| AgentConfig::named(&format!("agent-{no}"), []));
    large.agents.extend(agents);
    centre.handle(Command::ApplyConfig(apply(large)));
    centre.work(EVERY, HOUR_MS / 100);
    centre.rest(1);
    let newest = centre.newest_snapshot();
    assert!(newest >= EVERY);
    centre.work(2 * EVERY, HOUR_MS / 100);
    centre.rest(1);
    assert_eq!(centre.newest_snapshot(), newest, "it takes more writing");
    centre.work(7 * EVERY, HOUR_MS / 100);
    centre.rest(1);
    assert!(centre.newest_snapshot() >= newest + 8 * EVERY);
    assert_eq!(centre.recovered_digest(), centre.engine.state().digest());
}

#[test]
fn a_tenant_that_rests_gets_its_snapshot_sooner_and_one_that_hardly_works_for_its_age() {
    let mut centre = in_memory();
    centre.work(EVERY / 10, HOUR_MS / 100);
    assert_eq!(centre.newest_snapshot(), 0);
    centre.rest(HOUR_MS);
    assert_eq!(centre.newest_snapshot(), centre.last_seq(), "at rest");
    let newest = centre.newest_snapshot();
    centre.work(2, HOUR_MS);
    centre.rest(HOUR_MS);
    assert_eq!(centre.newest_snapshot(), newest, "hardly worth it");
    centre.rest(KEEP_MS);
    assert_eq!(centre.newest_snapshot(), centre.last_seq(), "of age");
    // With nothing new there is nothing to do.
    let marks = centre.standing().snapshots;
    centre.rest(10 * KEEP_MS);
    assert_eq!(centre.standing().snapshots, marks);
}

#[test]
fn nothing_is_given_up_that_is_young_or_that_somebody_has_still_to_read() {
    let mut centre = in_memory();
    let follower = centre.retention.hold();
    centre.work(3 * EVERY, HOUR_MS);
    assert_eq!(centre.standing().kept_after, 0, "all of it is young");
    centre.rest(2 * KEEP_MS);
    assert_eq!(centre.standing().kept_after, 0, "nobody has read it");
    follower.has_read("bank", 100);
    centre.rest(KEEP_MS / 10);
    assert_eq!(centre.standing().kept_after, 100);
    drop(follower);
    centre.rest(KEEP_MS / 10);
    let stands = centre.standing();
    assert_eq!(stands.kept_after, stands.snapshots[1].seq);
    assert_eq!(centre.recovered_digest(), centre.engine.state().digest());
}

#[test]
fn a_deleted_tenant_leaves_the_disk_and_its_name_begins_anew() {
    let dir = tempfile::tempdir().unwrap();
    let mut centre = on_disk(dir.path());
    centre.work(3 * EVERY, HOUR_MS);
    let snapshots = dir.path().join("shard.db-snapshots");
    let files = || std::fs::read_dir(&snapshots).unwrap().count();
    assert_eq!(files(), 2);
    centre.log.delete_tenant("bank").unwrap();
    centre.rest(1);
    assert_eq!(files(), 0);
    centre.engine = Engine::new(centre.name.clone());
    centre.handle(Command::ApplyConfig(apply(config())));
    centre.work(3 * EVERY, HOUR_MS);
    assert_eq!(files(), 2);
    assert_eq!(centre.recovered_digest(), centre.engine.state().digest());
}

#[test]
fn an_orderly_stop_saves_what_a_start_would_take_long_for() {
    let mut centre = in_memory();
    centre.compactor.finish();
    assert_eq!(centre.newest_snapshot(), 0);
    for _ in 0..EVERY {
        centre.handle(Command::Login(Login {
            agent: "nora".into(),
        }));
    }
    centre.compactor.finish();
    assert_eq!(centre.newest_snapshot(), centre.last_seq());
}

#[test]
fn an_empty_journal_asks_for_no_work() {
    let log = MemoryLog::new().unwrap();
    let options = super::bench::options();
    let keeper = log.keeper().unwrap();
    let mut compactor = Compactor::new(
        0,
        keeper,
        Retention::default(),
        Expirations::default(),
        Health::noop(),
        &options,
    );
    while compactor.turn(5) == Some(5) {}
    assert_eq!(compactor.turn(5), None);
}

#[test]
fn a_snapshot_that_cannot_be_made_is_tried_again_later() {
    let dir = tempfile::tempdir().unwrap();
    let mut centre = on_disk(dir.path());
    let snapshots = dir.path().join("shard.db-snapshots");
    std::fs::remove_dir(&snapshots).unwrap();
    centre.work(EVERY, HOUR_MS / 100);
    assert_eq!(centre.newest_snapshot(), 0);
    std::fs::create_dir(&snapshots).unwrap();
    centre.rest(HOUR_MS / 10);
    assert_eq!(centre.newest_snapshot(), centre.last_seq());
}

/// A keeper whose store has lost an old entry.
struct Damaged(Box<dyn LogKeeper>);

/// The last event before the damage.
const SOUND: u64 = 70;

impl LogReader for Damaged {
    fn tenants(&self) -> Vec<Arc<str>> {
        self.0.tenants()
    }

    fn standing(&self, tenant: &str) -> Option<Standing> {
        self.0.standing(tenant)
    }

    fn read(
        &self,
        tenant: &str,
        after_seq: u64,
        visit: &mut dyn FnMut(Entry) -> ControlFlow<()>,
    ) -> Result<(), LogError> {
        let mut is_damaged = false;
        self.0.read(tenant, after_seq, &mut |entry| {
            is_damaged = entry.first_seq > SOUND && after_seq <= SOUND;
            match is_damaged {
                true => ControlFlow::Break(()),
                false => visit(entry),
            }
        })?;
        let damage = is_damaged.then(|| Damage {
            path: "shard.db".into(),
            tenant: tenant.to_owned(),
            seq: SOUND + 1,
            what: "the entry does not match its checksum".to_owned(),
        });
        damage.map_or(Ok(()), |damage| Err(Box::new(damage).into()))
    }

    fn snapshots(&self, tenant: &str) -> Result<Vec<Snapshot>, LogError> {
        self.0.snapshots(tenant)
    }

    fn sealed(&self, snapshot: &Snapshot) -> Snapshot {
        self.0.sealed(snapshot)
    }

    fn opened(&self, sealed: &Snapshot) -> Option<Snapshot> {
        self.0.opened(sealed)
    }

    fn last_seq_before(&self, tenant: &str, at_ms: i64) -> Result<u64, LogError> {
        self.0.last_seq_before(tenant, at_ms)
    }
}

impl LogKeeper for Damaged {
    fn save_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), LogError> {
        self.0.save_snapshot(snapshot)
    }

    fn truncate(&mut self, tenant: &str, up_to_seq: u64) -> Result<(), LogError> {
        self.0.truncate(tenant, up_to_seq)
    }

    fn bytes(&self) -> Result<u64, LogError> {
        self.0.bytes()
    }

    fn erase(&mut self, tenant: &str, contacts: &[u64]) -> Result<(), LogError> {
        self.0.erase(tenant, contacts)
    }

    fn erase_through(&mut self, tenant: &str, contact: u64, kept: &[u64]) -> Result<(), LogError> {
        self.0.erase_through(tenant, contact, kept)
    }

    fn maintain(&mut self) -> Result<bool, LogError> {
        self.0.maintain()
    }
}

/// Entries that no start reads are looked at in the background, so that damage is known while there is a back-up.
#[test]
fn damage_to_old_entries_is_counted_once_and_stops_nothing() {
    let mut centre = in_memory();
    centre.work(3 * EVERY, HOUR_MS);
    let counted = Arc::new(AtomicU64::new(0));
    let health = Health {
        journal_damage: Counter::from_arc(counted.clone()),
        ..Health::noop()
    };
    let mut begin_anew = |damaged: bool| {
        let keeper = centre.log.keeper().unwrap();
        let keeper = match damaged {
            true => Box::new(Damaged(keeper)),
            false => keeper,
        };
        let options = compactor_options();
        let retention = centre.retention.clone();
        centre.compactor = Compactor::new(
            0,
            keeper,
            retention,
            Expirations::default(),
            health.clone(),
            &options,
        );
        centre.rest(HOUR_MS);
        centre.rest(HOUR_MS);
        counted.load(Ordering::SeqCst)
    };
    assert_eq!(begin_anew(false), 0);
    assert_eq!(begin_anew(true), 1);
    centre.work(2 * EVERY, HOUR_MS);
    assert!(centre.newest_snapshot() > 4 * EVERY);
    assert_eq!(counted.load(Ordering::SeqCst), 1);
}
