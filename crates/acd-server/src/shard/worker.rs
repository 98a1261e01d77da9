//! The shard's thread: take what has queued, decide each, append one batch, and only then let anything out.

mod commit;
mod intake;
mod release;
mod upkeep;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Instant;

use acd_core::command::Request;
use acd_core::ids::{TenantName, TimeMs};
use acd_journal::EventLog;
use crossbeam_channel::{Receiver, TryRecvError, at, never, select, tick};
use tracing::info;

use super::batch::Batch;
use super::call::Reply;
use super::failure::ShardError;
use super::health::Health;
use super::mailbox::Job;
use super::options::{Options, Setup};
use super::recovery;
use super::registry::Registry;
use super::tenant::Tenant;
use crate::clock::{Clock, Stopwatch};
use crate::stream::{Budgets, Reads, StreamEnd, StreamSettings, SubscriberId};

/// The most tenants of one shard, deleted ones included.
const TENANTS_MAX: usize = 10_000;
/// The most subscriptions of one shard, those included that were ended and are not gone yet.
pub(crate) const SUBSCRIPTIONS_MAX: usize = 100_000;

/// One shard.
pub(crate) struct Worker {
    number: usize,
    log: Box<dyn EventLog>,
    tenants: BTreeMap<TenantName, Tenant>,
    /// The tenants for which time itself is the next input, the earliest first.
    due: BTreeSet<(TimeMs, TenantName)>,
    jobs: Receiver<Job>,
    /// Subscriptions that are gone.
    gone: Receiver<SubscriberId>,
    /// What the engines must be told of streams that were cut off or are gone. At most one for each subscription.
    ends: VecDeque<(TenantName, Request)>,
    /// The tenants that have changed enough for a new snapshot.
    unsaved: BTreeSet<TenantName>,
    /// The subscriptions that are not gone, those included that were ended.
    subscriptions: HashMap<SubscriberId, (TenantName, Reads)>,
    next_subscriber: u64,
    /// The order to stop that came while a batch was not taken by the journal.
    held_drain: Option<Reply<()>>,
    /// When to look whether the journal is still where it was.
    store_checks: Receiver<Instant>,
    registry: Registry,
    clock: Clock,
    options: Options,
    streams: StreamSettings,
    health: Health,
}

/// What all shards share.
pub(crate) struct Common {
    /// The tenants that there are.
    pub(crate) tenants: Registry,
    /// The engine's clock.
    pub(crate) clock: Clock,
    /// What may wait for readers.
    pub(crate) budgets: Budgets,
}

/// Why the thread wakes up.
enum Wake {
    Job(Job),
    Gone(SubscriberId),
    /// Something is due.
    Time,
    /// It is time to look whether the journal is where it was.
    StoreCheck,
    /// Every handle is gone: nobody will ever ask again.
    Abandoned,
}

impl Worker {
    /// A shard over this log. Nothing is recovered yet.
    pub(crate) fn new(
        number: usize,
        Setup { log, health }: Setup,
        jobs: Receiver<Job>,
        gone: Receiver<SubscriberId>,
        streams: StreamSettings,
        Common { tenants, clock, .. }: Common,
        options: Options,
    ) -> Self {
        health
            .mailbox_capacity
            .set(f64::from(options.limits.mailbox));
        Self {
            number,
            log,
            tenants: BTreeMap::new(),
            due: BTreeSet::new(),
            jobs,
            gone,
            ends: VecDeque::new(),
            unsaved: BTreeSet::new(),
            subscriptions: HashMap::new(),
            next_subscriber: 1,
            held_drain: None,
            store_checks: tick(options.store_check_interval),
            registry: tenants,
            clock,
            options,
            streams,
            health,
        }
    }

    /// Brings every tenant of the log back and journals that it is back.
    pub(crate) fn recover(&mut self) -> Result<(), ShardError> {
        let stopwatch = Stopwatch::start();
        for name in self.log.tenants() {
            let name = TenantName::from(&*name);
            let tenant = recovery::recover(self.number, &*self.log, &name, self.streams.clone())?;
            self.tenants.insert(name.clone(), tenant);
            let mut batch = Batch::default();
            let now = self.clock.now();
            if let Some(tenant) = self.tenants.get_mut(&name) {
                batch.record(&name, None, tenant.engine.recover(now));
                self.health.note_slice(&tenant.engine);
            }
            self.resolve_civil_time(&name, now, &mut batch);
            self.commit(&batch.entries)?;
            self.release(batch);
        }
        let elapsed = stopwatch.elapsed();
        self.health.recovery_seconds.set(elapsed.as_secs_f64());
        info!(
            shard = self.number,
            tenants = self.tenants.len(),
            elapsed_ms = elapsed.as_millis(),
            "shard recovered"
        );
        Ok(())
    }

    /// Works until told to drain or abandoned.
    pub(crate) fn run(&mut self) -> Result<Option<Reply<()>>, ShardError> {
        loop {
            let mut batch = Batch::default();
            let wake = self.wait();
            let stopwatch = Stopwatch::start();
            match wake {
                Wake::Job(job) => self.take(job, &mut batch),
                Wake::Gone(subscriber) => self.depart(subscriber),
                Wake::Time => {}
                Wake::StoreCheck => self.check_store()?,
                Wake::Abandoned => return Ok(None),
            }
            self.take_queued(&mut batch);
            self.measure(&batch, stopwatch);
            self.run_due(&mut batch);
            self.commit(&batch.entries)?;
            let drain = batch.drain.take().or_else(|| self.held_drain.take());
            self.release(batch);
            if let Some(reply) = drain {
                self.finish();
                return Ok(Some(reply));
            }
            self.save_snapshot();
            self.maintain_if_urgent();
        }
    }

    /// Tells every stream that the journal failed: nothing more will come.
    pub(crate) fn end_streams(&mut self, end: StreamEnd) {
        for tenant in self.tenants.values_mut() {
            tenant.streams.end(end);
        }
    }

    /// Closes the log and gives up everything but the mailbox.
    pub(crate) fn close(self) -> Receiver<Job> {
        self.jobs
    }

    fn wait(&mut self) -> Wake {
        if !self.ends.is_empty() {
            return Wake::Time;
        }
        match self.jobs.try_recv() {
            Ok(job) => return Wake::Job(job),
            Err(TryRecvError::Disconnected) => return Wake::Abandoned,
            Err(TryRecvError::Empty) => {}
        }
        self.maintain_when_idle();
        let due_at = self.due.first().map(|(at_ms, _)| *at_ms);
        let time = due_at
            .and_then(|due_at| self.clock.instant_of(due_at))
            .map_or_else(never, at);
        select! {
            recv(self.jobs) -> job => job.map_or(Wake::Abandoned, Wake::Job),
            recv(self.gone) -> subscriber => subscriber.map_or(Wake::Time, Wake::Gone),
            recv(time) -> _ => Wake::Time,
            recv(self.store_checks) -> _ => Wake::StoreCheck,
        }
    }
}
