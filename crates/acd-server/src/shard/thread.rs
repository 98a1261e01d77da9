//! The thread of one shard: it waits, has the worker decide, and makes durable what was decided before it lets anything
//! out.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use acd_core::event::Recorded;
use acd_core::ids::TenantName;
use acd_journal::codec::{decode_events, encode_snapshot};
use acd_journal::{Entry, EventLog, LogError, Upkeep};
use crossbeam_channel::{
    Receiver, Sender, TryRecvError, at, bounded, never, select, tick, unbounded,
};
use tokio::sync::watch;
use tracing::{debug, error, info, warn};

use super::call::{CallError, Reply};
use super::failure::ShardError;
use super::follower::{Follower, FollowerHandle, Following, start_follower};
use super::health::Health;
use super::mailbox::{Job, Mailbox};
use super::options::{Options, Setup};
use super::recovery;
use super::registry::Registry;
use super::tenant::Tenant;
use super::turn::Turn;
use super::worker::Worker;
use crate::clock::{Clock, Stopwatch};
use crate::stream::{Budgets, Limits, StreamEnd, StreamSettings};

/// Where shards report that they failed.
pub(super) type Failed = watch::Sender<Option<Arc<ShardError>>>;

/// What all shards share.
pub(crate) struct Common {
    /// The tenants that there are.
    pub(crate) tenants: Registry,
    /// The engine's clock.
    pub(crate) clock: Clock,
    /// What may wait for readers.
    pub(crate) budgets: Budgets,
}

/// Starts a shard's thread and its follower's; the shard says through `ready` whether it has recovered.
pub(super) fn start_shard(
    number: usize,
    setup: Setup,
    common: Common,
    options: &Options,
    ready: Sender<Result<(), ShardError>>,
    failed: Arc<Failed>,
) -> Result<(Mailbox, FollowerHandle), ShardError> {
    let limits = &options.limits;
    let (capacity, reserve) = (limits.mailbox as usize, limits.mailbox_reserve as usize);
    let (mailbox, jobs) = Mailbox::new(capacity, reserve, setup.health.busy.clone());
    let streams = StreamSettings {
        journal: setup.log.journal_id(),
        outbox: Limits {
            states: limits.stream_buffer as usize,
            directives: limits.stream_buffer as usize,
        },
        budgets: common.budgets,
        history: limits.resume_events as usize,
    };
    let (ends, ended) = unbounded();
    let health = setup.health;
    let (recovered, recovery) = bounded(1);
    let mut first = Some(recovery);
    let recover = Box::new(move || follower_of(number, &mut first));
    let following = start_follower(number, capacity, common.clock, health.busy.clone(), recover)?;
    let handle = following.handle.clone();
    let follower = Follower::new(streams.clone(), ends.clone(), health.clone());
    health.mailbox_capacity.set(f64::from(limits.mailbox));
    let worker = Worker::new(
        common.tenants,
        handle.clone(),
        (ends, ended),
        common.clock,
        options.clone(),
        health.clone(),
    );
    let mut shard = Shard {
        number,
        worker,
        log: setup.log,
        jobs,
        held: None,
        store_checks: tick(options.store_check_interval),
        following,
        clock: common.clock,
        options: options.clone(),
        health,
    };
    thread::Builder::new()
        .name(format!("shard-{number}"))
        .spawn(move || {
            let outcome = guarded(number, || shard.recover(follower, streams, &recovered));
            drop(recovered);
            if let Err(error) = outcome {
                shard.following.end(StreamEnd::Storage);
                // Nobody waits any more if another shard has failed before.
                let _ = ready.send(Err(error));
                return;
            }
            let _ = ready.send(Ok(()));
            drop(ready);
            let outcome = guarded(number, || shard.run());
            let end = match &outcome {
                Ok(_) => StreamEnd::ShuttingDown,
                Err(_) => StreamEnd::Storage,
            };
            // The log is closed before anybody is told that the shard has stopped.
            let jobs = shard.close(end);
            let refusal = match outcome {
                Ok(drained) => {
                    drained.into_iter().for_each(|reply| reply.send(Ok(())));
                    CallError::ShuttingDown
                }
                Err(error) => {
                    error!(%error, "shard failed");
                    report(&failed, error);
                    CallError::unavailable()
                }
            };
            // A job that nobody takes out would leave its caller waiting for as long as there are handles.
            while let Ok(job) = jobs.recv() {
                job.fail(refusal.clone());
            }
        })
        .map_err(|source| ShardError::Thread {
            shard: number,
            source,
        })?;
    Ok((mailbox, handle))
}

/// One shard.
struct Shard {
    number: usize,
    worker: Worker,
    log: Box<dyn EventLog>,
    jobs: Receiver<Job>,
    /// The order to stop that came while the journal did not take a turn.
    held: Option<Job>,
    /// When to look whether the journal is still where it was.
    store_checks: Receiver<Instant>,
    following: Following,
    clock: Clock,
    options: Options,
    health: Health,
}

/// Why the thread wakes up.
enum Wake {
    /// There is something to decide, with this job first.
    Turn(Option<Job>),
    /// It is time to look whether the journal is where it was.
    StoreCheck,
    /// Every handle is gone: nobody will ever ask again.
    Abandoned,
}

impl Shard {
    /// Brings every tenant of the log back and journals that it is back.
    fn recover(
        &mut self,
        mut follower: Follower,
        streams: StreamSettings,
        recovered: &Sender<Follower>,
    ) -> Result<(), ShardError> {
        let stopwatch = Stopwatch::start();
        let mut tenants = Vec::new();
        for name in self.log.tenants() {
            let name = TenantName::from(&*name);
            let (tenant, followed) =
                recovery::recover(self.number, &*self.log, &name, streams.clone())?;
            follower.adopt(followed);
            tenants.push(tenant);
        }
        let count = tenants.len();
        // The follower goes on from here.
        let _ = recovered.send(follower);
        for tenant in tenants {
            let turn = self.worker.adopt(tenant, self.clock.now());
            self.commit(turn)?;
        }
        let elapsed = stopwatch.elapsed();
        self.health.recovery_seconds.set(elapsed.as_secs_f64());
        info!(
            shard = self.number,
            tenants = count,
            elapsed_ms = elapsed.as_millis(),
            "shard recovered"
        );
        Ok(())
    }

    /// Works until told to drain or abandoned.
    fn run(&mut self) -> Result<Option<Reply<()>>, ShardError> {
        loop {
            let first = match self.wait() {
                Wake::Turn(first) => first,
                Wake::StoreCheck => {
                    self.log
                        .check_place()
                        .map_err(|source| self.log_gone(source))?;
                    continue;
                }
                Wake::Abandoned => return Ok(None),
            };
            let stopwatch = Stopwatch::start();
            let queued = self.jobs.clone();
            let mut jobs = first.into_iter().chain(queued.try_iter());
            let turn = self.worker.turn(self.clock.now(), &mut jobs);
            self.measure(&turn, stopwatch);
            if let Some(drained) = self.commit(turn)? {
                self.finish();
                return Ok(Some(drained));
            }
            if let Some(tenant) = self.worker.next_unsaved() {
                save(&mut *self.log, tenant, &self.health);
            }
            if self.log.upkeep() == Upkeep::Now {
                self.maintain();
            }
        }
    }

    /// Waits until there is something to do.
    fn wait(&mut self) -> Wake {
        if let Some(held) = self.held.take() {
            return Wake::Turn(Some(held));
        }
        if !self.worker.ended().is_empty() {
            return Wake::Turn(None);
        }
        match self.jobs.try_recv() {
            Ok(job) => return Wake::Turn(Some(job)),
            Err(TryRecvError::Disconnected) => return Wake::Abandoned,
            Err(TryRecvError::Empty) => {}
        }
        while self.jobs.is_empty() && self.log.upkeep() != Upkeep::None && self.maintain() {}
        let due_at = self.worker.next_due_at();
        let time = due_at
            .and_then(|due_at| self.clock.instant_of(due_at))
            .map_or_else(never, at);
        let mut select = crossbeam_channel::Select::new();
        let jobs = select.recv(&self.jobs);
        select.recv(self.worker.ended());
        select.recv(&time);
        let checks = select.recv(&self.store_checks);
        match select.ready() {
            ready if ready == jobs => match self.jobs.try_recv() {
                Ok(job) => Wake::Turn(Some(job)),
                Err(TryRecvError::Disconnected) => Wake::Abandoned,
                Err(TryRecvError::Empty) => Wake::Turn(None),
            },
            ready if ready == checks => {
                let _ = self.store_checks.try_recv();
                Wake::StoreCheck
            }
            _ => Wake::Turn(None),
        }
    }

    /// Makes a turn durable and lets out what waited for it. Gives the order to stop, if that was part of it.
    fn commit(&mut self, mut turn: Turn) -> Result<Option<Reply<()>>, ShardError> {
        self.append(&turn.entries)?;
        let log_reads = std::mem::take(&mut turn.log_reads);
        let following = &self.following;
        let drained = self
            .worker
            .committed(turn, |durable| following.hand_over(durable));
        for read in log_reads {
            read.reply
                .send(self.read_event(&read.tenant, read.sequence));
        }
        Ok(drained)
    }

    /// Makes the entries durable, or gives up for good. Meanwhile nothing is decided and nothing let out.
    fn append(&mut self, entries: &[Entry]) -> Result<(), ShardError> {
        if entries.is_empty() {
            return Ok(());
        }
        let stopwatch = Stopwatch::start();
        let mut delays = self.options.append_retry_delays.clone().into_iter();
        let mut attempts = 1;
        loop {
            let source = match self.log.append(entries) {
                Ok(()) => break,
                Err(source) => source,
            };
            if let LogError::Gone { .. } = source {
                return Err(self.log_gone(source));
            }
            let delay = delays.next();
            let (LogError::Storage { .. }, Some(delay)) = (&source, delay) else {
                return Err(ShardError::Append {
                    shard: self.number,
                    attempts,
                    source,
                });
            };
            warn!(shard = self.number, attempts, error = %source, ?delay, "the journal did not take a batch");
            self.health.journal_retries.increment(1);
            self.refuse_for(delay);
            attempts += 1;
        }
        self.health.commit_seconds.record(stopwatch.elapsed());
        Ok(())
    }

    fn log_gone(&self, source: LogError) -> ShardError {
        ShardError::Gone {
            shard: self.number,
            source,
        }
    }

    /// Answers what comes in with *unavailable* while the journal is given time. The order to stop is kept: what is
    /// decided must be durable first.
    fn refuse_for(&mut self, delay: Duration) {
        let over = crossbeam_channel::after(delay);
        loop {
            select! {
                recv(self.jobs) -> job => match job {
                    Ok(job @ Job::Drain(_)) => self.held = Some(job),
                    Ok(job) => job.fail(CallError::unavailable()),
                    // Every handle is gone: nobody waits, so neither do we.
                    Err(_) => return,
                },
                recv(over) -> _ => return,
            }
        }
    }

    fn measure(&self, turn: &Turn, stopwatch: Stopwatch) {
        self.health.mailbox_depth.set(self.jobs.len() as f64);
        if turn.calls > 0 {
            self.health.batch_calls.record(turn.calls as f64);
        }
        if turn.decisions > 0 {
            let mean = stopwatch.elapsed() / turn.decisions;
            self.health.decision_seconds.record(mean);
        }
    }

    /// One piece of upkeep. False if it failed; it is tried again when something has happened.
    fn maintain(&mut self) -> bool {
        let done = self.log.maintain();
        if let Err(error) = &done {
            warn!(shard = self.number, %error, "upkeep of the journal failed; nothing is lost");
        }
        done.is_ok()
    }

    /// The last acts of an orderly stop: everything decided is durable already.
    fn finish(&mut self) {
        for tenant in self.worker.tenants_mut() {
            if tenant.unsaved_events > 0 {
                save(&mut *self.log, tenant, &self.health);
            }
        }
        info!(shard = self.number, "shard stopped");
    }

    /// Ends the streams when all that is durable has been told, closes the log, and gives up everything but the
    /// mailbox.
    fn close(self, end: StreamEnd) -> Receiver<Job> {
        self.following.end(end);
        self.jobs
    }

    fn read_event(&self, name: &TenantName, sequence: u64) -> Result<Option<Recorded>, CallError> {
        if self.worker.created(name).is_none() {
            return Err(CallError::UnknownTenant(name.clone()));
        }
        let Some(before) = sequence.checked_sub(1) else {
            return Ok(None);
        };
        let mut found = Ok(None);
        let read = self.log.read(name.as_str(), before, &mut |entry| {
            found = decode_events(&entry)
                .map(|events| events.into_iter().find(|event| event.seq == sequence))
                .map_err(|error| CallError::Log(error.to_string()));
            ControlFlow::Break(())
        });
        match read {
            Ok(()) => found,
            Err(LogError::NoLongerKept { .. }) => Ok(None),
            Err(error) => Err(CallError::Log(error.to_string())),
        }
    }
}

/// Writes the snapshot of a tenant. If that fails the log still holds everything.
fn save(log: &mut dyn EventLog, tenant: &mut Tenant, health: &Health) {
    let facts = tenant.engine.state().facts();
    let saved = encode_snapshot(tenant.name(), facts.seq, facts.now, facts)
        .map_err(|error| error.to_string())
        .and_then(|snapshot| {
            log.save_snapshot(&snapshot)
                .map_err(|error| error.to_string())
        });
    match saved {
        Ok(()) => {
            debug!(tenant = %tenant.name(), seq = facts.seq, "snapshot written");
            health.snapshots.increment(1);
        }
        Err(error) => {
            error!(tenant = %tenant.name(), seq = facts.seq, error, "no snapshot; the log holds everything");
            health.snapshot_failures.increment(1);
        }
    }
    // After a failure too: the next attempt comes after as many events again.
    tenant.unsaved_events = 0;
}

/// What the shard has recovered for its follower. There is only one: a follower that is lost is not made anew yet.
fn follower_of(
    shard: usize,
    first: &mut Option<Receiver<Follower>>,
) -> Result<Follower, ShardError> {
    let recovered = first.take().and_then(|recovery| recovery.recv().ok());
    recovered.ok_or(ShardError::Defect {
        shard,
        message: "there is nothing to follow".to_owned(),
    })
}

/// Tells that a shard has failed, unless another one did before.
fn report(failed: &Failed, error: ShardError) {
    failed.send_if_modified(|first| {
        let is_first = first.is_none();
        first.get_or_insert(Arc::new(error));
        is_first
    });
}

/// Turns a panic into the failure of the shard: nothing can be said of its state any more, so it must not go on.
fn guarded<T>(shard: usize, work: impl FnOnce() -> Result<T, ShardError>) -> Result<T, ShardError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(ShardError::Defect {
            shard,
            message: text.unwrap_or("a panic without a message").to_owned(),
        })
    })
}
