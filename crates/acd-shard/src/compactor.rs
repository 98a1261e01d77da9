//! What keeps a shard's journal short, sound and its next start quick, in the background: keys of what is forgotten by age,
//! snapshots made from the log itself, truncation, upkeep of the store, a look at old entries that no start reads. The thread that decides has no
//! part in it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use acd_core::ids::{DurationMs, TenantName, TimeMs};
use acd_journal::codec::encode_snapshot;
use acd_journal::{LogError, LogKeeper, Retention, Standing};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use tracing::{debug, error, warn};

use super::expired::Expirations;
use super::failure::ShardError;
use super::health::Health;
use super::options::Options;
use super::recovery;
use crate::background::give_way;
use crate::clock::{Clock, Stopwatch};

/// How often it is looked which tenant needs a snapshot.
const LOOK_EVERY_MS: DurationMs = 1_000;
/// A tenant that rests for so long gets its snapshot before it is full: the quiet hours are the time for it.
const IDLE_MS: DurationMs = 10 * 60_000;
/// The share of `snapshot_every` from which that is worth the while.
const IDLE_SHARE: u64 = 10;
/// About how many bytes an event takes in the journal.
const EVENT_BYTES: usize = 100;
/// How many times `snapshot_every` a tenant goes without a snapshot because its state is large: a start applies a
/// million events within a few seconds.
const SNAPSHOT_EVERY_TIMES_MAX: u64 = 8;
/// How often within the time that entries are kept it is looked which have become old.
const AGE_LOOKS: DurationMs = 50;
const AGE_LOOK_MAX_MS: DurationMs = 3_600_000;
/// How often where they may also become too many.
const BYTES_LOOK_MAX_MS: DurationMs = 60_000;
/// The share of the bytes kept to which they are brought back where they are more: else each look would find a few.
const BYTES_LEFT: (i128, i128) = (7, 8);
/// How many old entries are looked at at once.
const VERIFY_ENTRIES: usize = 1_000;
/// How long what failed is left alone.
const RETRY_MS: DurationMs = 60_000;

/// Keeps one journal short.
pub(crate) struct Compactor {
    shard: usize,
    keeper: Box<dyn LogKeeper>,
    /// Events of a tenant since its last snapshot after which the next one is made.
    snapshot_every: u64,
    /// How long entries are kept.
    keep_ms: DurationMs,
    /// How many bytes of them are kept; none: as many as come in that time.
    keep_bytes: Option<u64>,
    retention: Retention,
    /// Whose keys are to be destroyed.
    expirations: Expirations,
    /// Until when they are left alone.
    expire_at: TimeMs,
    health: Health,
    /// How many bytes the last snapshot of a tenant took that was made here.
    bytes: BTreeMap<Arc<str>, usize>,
    /// Tenants whose snapshot failed, and until when they are left alone.
    failed: BTreeMap<Arc<str>, TimeMs>,
    /// When to look for what has become old.
    age_look_at: TimeMs,
    /// What is known to have become too old to be without a snapshot.
    aged: Vec<Arc<str>>,
    /// Until when upkeep of the store is left alone.
    upkeep_at: TimeMs,
    /// The entries that opening has not verified, once they are known: of each tenant those after the first event up to
    /// the second.
    unverified: Option<Vec<(Arc<str>, u64, u64)>>,
    /// Until when they are left alone.
    verify_at: TimeMs,
}

impl Compactor {
    pub(crate) fn new(
        shard: usize,
        keeper: Box<dyn LogKeeper>,
        retention: Retention,
        expirations: Expirations,
        health: Health,
        options: &Options,
    ) -> Self {
        Self {
            shard,
            keeper,
            snapshot_every: options.snapshot_every,
            keep_ms: DurationMs::try_from(options.keep_journal.as_millis())
                .unwrap_or(DurationMs::MAX),
            keep_bytes: options.keep_journal_bytes,
            retention,
            expirations,
            expire_at: TimeMs::MIN,
            health,
            bytes: BTreeMap::new(),
            failed: BTreeMap::new(),
            age_look_at: TimeMs::MIN,
            aged: Vec::new(),
            upkeep_at: TimeMs::MIN,
            unverified: None,
            verify_at: TimeMs::MIN,
        }
    }

    /// Does one piece of work: the keys of what is forgotten by age, a bit of upkeep, the snapshot of one tenant, a look at the age of what is kept or at some
    /// old entries. Returns when there may be more to do, the same instant if there is; none if the journal is empty.
    pub(crate) fn turn(&mut self, now: TimeMs) -> Option<TimeMs> {
        if self.expire(now) || self.maintain(now) || self.snapshot(now) {
            return Some(now);
        }
        if self.age_look_at <= now {
            self.look_at_age(now);
            return Some(now);
        }
        if self.verify(now) {
            return Some(now);
        }
        (!self.keeper.tenants().is_empty()).then(|| self.age_look_at.min(now + LOOK_EVERY_MS))
    }

    /// The last act of an orderly stop. A start applies what is below a usual tail faster than it would be saved here.
    pub(crate) fn finish(&mut self) {
        // What fails the next start sees to.
        while let Ok(true) = self.expirations.destroy_some(&mut *self.keeper) {}
        for name in self.keeper.tenants() {
            let unsaved = self
                .keeper
                .standing(&name)
                .map_or(0, |stands| unsaved(&stands));
            if unsaved > self.snapshot_every {
                self.save(&name);
            }
        }
    }

    /// Destroys the keys of what a tenant has forgotten by age; whether more may wait.
    fn expire(&mut self, now: TimeMs) -> bool {
        if now < self.expire_at {
            return false;
        }
        let destroyed = self.expirations.destroy_some(&mut *self.keeper);
        destroyed.unwrap_or_else(|error| {
            warn!(shard = self.shard, %error, "personal data that is forgotten can still be read; the next start sees to it too");
            self.expire_at = now + RETRY_MS;
            false
        })
    }

    /// Does a bit of upkeep; whether more waits.
    fn maintain(&mut self, now: TimeMs) -> bool {
        if now < self.upkeep_at {
            return false;
        }
        self.keeper.maintain().unwrap_or_else(|error| {
            warn!(shard = self.shard, %error, "upkeep of the journal failed; nothing is lost");
            self.upkeep_at = now + RETRY_MS;
            false
        })
    }

    /// Makes the snapshot that is needed most; whether there was one.
    fn snapshot(&mut self, now: TimeMs) -> bool {
        self.failed.retain(|_, retry_at| now < *retry_at);
        let standings = self.standings();
        self.bytes.retain(|name, _| standings.contains_key(name));
        let mut most = None;
        for (name, stands) in standings {
            let unsaved = unsaved(&stands);
            let rests = now.saturating_sub(stands.last_at_ms) >= IDLE_MS;
            let is_due = unsaved >= self.snapshot_every.max(self.worth_a_snapshot(&name))
                || rests && unsaved >= self.snapshot_every.div_ceil(IDLE_SHARE)
                || unsaved > 0 && self.aged.contains(&name);
            if is_due && !self.failed.contains_key(&name) {
                most = most.max(Some((unsaved, name)));
            }
        }
        let Some((_, name)) = most else {
            self.aged.clear();
            return false;
        };
        self.aged.retain(|aged| *aged != name);
        if !self.save(&name) {
            self.failed.insert(name, now + RETRY_MS);
        }
        true
    }

    /// After how many events the tenant is worth the next snapshot: a large state takes as much writing as they do.
    fn worth_a_snapshot(&self, name: &str) -> u64 {
        let events = self.bytes.get(name).map_or(0, |bytes| bytes / EVENT_BYTES);
        let most = self.snapshot_every.saturating_mul(SNAPSHOT_EVERY_TIMES_MAX);
        (events as u64).min(most)
    }

    /// Gives up what is older than is kept, or more, in both snapshots and read by all, and notes who needs a snapshot so that
    /// this is possible next time.
    fn look_at_age(&mut self, now: TimeMs) {
        let longest = match self.keep_bytes {
            Some(_) => BYTES_LOOK_MAX_MS,
            None => AGE_LOOK_MAX_MS,
        };
        let pause = (self.keep_ms / AGE_LOOKS).clamp(1, longest);
        self.age_look_at = now.saturating_add(pause);
        let standings = self.standings();
        let keep_ms = self.affordable_ms(&standings, now).unwrap_or_else(|error| {
            warn!(shard = self.shard, %error, "how much the journal holds is not known; its bytes have no bound meanwhile");
            self.keep_ms
        });
        for (name, stands) in standings {
            if let Err(error) = self.truncate(&name, &stands, keep_ms, now) {
                warn!(shard = self.shard, tenant = %name, %error, "old entries are still kept");
            }
        }
    }

    /// How long entries are kept so that they are not too many either, as if they had come evenly.
    fn affordable_ms(
        &self,
        standings: &BTreeMap<Arc<str>, Standing>,
        now: TimeMs,
    ) -> Result<DurationMs, LogError> {
        let Some(most) = self.keep_bytes else {
            return Ok(self.keep_ms);
        };
        let bytes = self.keeper.bytes()?;
        if bytes <= most {
            return Ok(self.keep_ms);
        }
        let mut oldest = now;
        for (name, stands) in standings {
            self.keeper.read(name, stands.kept_after, &mut |entry| {
                oldest = oldest.min(entry.at_ms);
                ControlFlow::Break(())
            })?;
        }
        let (left, of) = BYTES_LEFT;
        let span = i128::from(now - oldest) * i128::from(most) * left / of / i128::from(bytes);
        Ok(DurationMs::try_from(span).map_or(self.keep_ms, |span| span.min(self.keep_ms)))
    }

    fn truncate(
        &mut self,
        name: &Arc<str>,
        stands: &Standing,
        keep_ms: DurationMs,
        now: TimeMs,
    ) -> Result<(), LogError> {
        let older_than = |age| self.keeper.last_seq_before(name, now.saturating_sub(age));
        let newest = stands.snapshots.first().map_or(0, |newest| newest.seq);
        if older_than(keep_ms / 2)? > newest {
            self.aged.push(name.clone());
        }
        let Some(older) = stands.snapshots.get(1) else {
            return Ok(());
        };
        let read = self.retention.read_by_all(name).unwrap_or(u64::MAX);
        let up_to = older_than(keep_ms)?.min(older.seq).min(read);
        if up_to > stands.kept_after {
            self.keeper.truncate(name, up_to)?;
        }
        Ok(())
    }

    /// Looks at some of the entries that opening has passed over, because no start reads them, and tells of damage while
    /// there may be a back-up. Whether there were any.
    fn verify(&mut self, now: TimeMs) -> bool {
        if now < self.verify_at {
            return false;
        }
        if self.unverified.is_none() {
            let stands = self.standings().into_iter();
            let unread = stands.filter_map(|(name, stands)| {
                let older = stands.snapshots.get(1)?;
                Some((name, stands.kept_after, older.seq))
            });
            self.unverified = Some(unread.collect());
        }
        let Some((name, after, up_to)) = self.unverified.as_mut().and_then(Vec::pop) else {
            return false;
        };
        // What was given up meanwhile need not be sound.
        let kept_after = self
            .keeper
            .standing(&name)
            .map_or(up_to, |now| now.kept_after);
        let mut known = after.max(kept_after);
        if known >= up_to {
            return true;
        }
        let mut left = VERIFY_ENTRIES;
        let read = self.keeper.read(&name, known, &mut |entry| {
            known = entry.last_seq;
            left -= 1;
            match left > 0 && known < up_to {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        });
        match read {
            Ok(()) => {}
            Err(LogError::Damaged(damage)) => {
                error!(shard = self.shard, tenant = %name, %damage, "old entries are damaged; no start reads them, the history has a gap");
                self.health.journal_damage.increment(1);
                return true;
            }
            Err(error) => {
                warn!(shard = self.shard, tenant = %name, %error, "old entries could not be verified");
                self.verify_at = now + RETRY_MS;
            }
        }
        let unverified = self.unverified.get_or_insert_default();
        unverified.push((name, known, up_to));
        true
    }

    /// Makes the snapshot of a tenant from the newest one and the log. If that fails the log still holds everything.
    fn save(&mut self, name: &Arc<str>) -> bool {
        let tenant = TenantName::from(&**name);
        // A defect must cost no more than the snapshot.
        let saved = catch_unwind(AssertUnwindSafe(|| {
            let state = recovery::state_to_keep(self.shard, &mut *self.keeper, &tenant)
                .map_err(|error| error.to_string())?;
            let facts = state.into_facts();
            let (seq, at_ms) = (facts.seq, facts.now);
            let last = self.bytes.get(name).copied().unwrap_or_default();
            let expected = last + last / 8;
            let snapshot = encode_snapshot(&tenant, seq, at_ms, facts, expected)
                .map_err(|error| error.to_string())?;
            let bytes = snapshot.bytes();
            self.keeper
                .save_snapshot(&snapshot)
                .map_err(|error| error.to_string())?;
            Ok((seq, bytes))
        }));
        match saved.unwrap_or_else(|_| Err("a defect in applying the log".to_owned())) {
            Ok((seq, bytes)) => {
                debug!(shard = self.shard, tenant = %name, seq, bytes, "snapshot written");
                self.bytes.insert(name.clone(), bytes);
                self.health.snapshots.increment(1);
                true
            }
            // Deleted meanwhile.
            Err(_) if self.keeper.standing(name).is_none() => true,
            Err(error) => {
                error!(shard = self.shard, tenant = %name, error, "no snapshot; the log holds everything");
                self.health.snapshot_failures.increment(1);
                false
            }
        }
    }

    fn standings(&self) -> BTreeMap<Arc<str>, Standing> {
        let names = self.keeper.tenants().into_iter();
        names
            .filter_map(|name| Some((name.clone(), self.keeper.standing(&name)?)))
            .collect()
    }
}

/// Events since the newest snapshot.
fn unsaved(stands: &Standing) -> u64 {
    stands.last_seq - stands.snapshots.first().map_or(0, |newest| newest.seq)
}

/// The thread of a [`Compactor`]. Dropping this ends it where it is.
pub(super) struct Compacting {
    /// Says that the stop is an orderly one.
    finish: Sender<()>,
    thread: JoinHandle<()>,
}

impl Compacting {
    pub(super) fn spawn(compactor: Compactor, clock: Clock) -> Result<Self, ShardError> {
        let shard = compactor.shard;
        let (finish, orders) = bounded(1);
        let thread = thread::Builder::new()
            .name(format!("compactor-{shard}"))
            .spawn(move || compact(compactor, clock, &orders))
            .map_err(|source| ShardError::Thread { shard, source })?;
        Ok(Self { finish, thread })
    }

    /// Ends the thread, after its last acts if the stop is an orderly one, and waits for its end.
    pub(super) fn end(self, is_orderly: bool) {
        if is_orderly {
            let _ = self.finish.send(());
        }
        drop(self.finish);
        // What failed there has been told.
        let _ = self.thread.join();
    }
}

/// Works no more than half of the time, so that the disk is free for the batches in between, and after everybody else who
/// wants the processor.
fn compact(mut compactor: Compactor, clock: Clock, orders: &Receiver<()>) {
    give_way();
    loop {
        let stopwatch = Stopwatch::start();
        let now = clock.now();
        let next = compactor.turn(now).unwrap_or(now + LOOK_EVERY_MS);
        let until_next = Duration::from_millis((next - now).unsigned_abs());
        match orders.recv_timeout(until_next.max(stopwatch.elapsed())) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) => return compactor.finish(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
