//! The thread of one shard: it waits, has the worker decide, and makes durable what was decided before it lets anything
//! out.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use acd_core::ids::{DurationMs, TenantName};
use acd_journal::{Entry, EventLog, LogError, LogKeeper, LogReader, Retention};
use acd_traces::Lapse;
use crossbeam_channel::{Receiver, Select, Sender, TryRecvError, never, select, tick, unbounded};
use tokio::sync::watch;
use tracing::{error, info, warn};

use super::call::{CallError, Reply};
use super::compactor::{Compacting, Compactor};
use super::failure::ShardError;
use super::follower::{
    Durable, Follower, FollowerHandle, Following, Recover, Telling, start_follower,
};
use super::health::Health;
use super::mailbox::{Job, Mailbox};
use super::options::{Options, Setup};
use super::recovery;
use super::registry::Registry;
use super::tenant::Tenant;
use super::turn::{Committed, Turn};
use super::worker::Worker;
use crate::clock::{Clock, Stopwatch};
use crate::stream::{Budgets, Limits, StreamEnd, StreamSettings};

/// How many entities of a whole view are gathered before others are told something: a fraction of a millisecond.
const GATHERED_AT_ONCE: usize = 128;

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

/// Starts a shard's threads: the one that decides, its follower and its compactor. It says through `ready` whether it has
/// recovered.
#[expect(
    clippy::disallowed_methods,
    reason = "at most one message for each place of a subscription, and places are limited"
)]
pub(super) fn start_shard(
    number: usize,
    setup: Setup,
    common: Common,
    options: &Options,
    ready: Sender<Result<(), ShardError>>,
    failed: Arc<Failed>,
) -> Result<(Mailbox, FollowerHandle), ShardError> {
    let Setup { log, health } = setup;
    let (limits, clock) = (&options.limits, common.clock);
    let (capacity, reserve) = (limits.mailbox as usize, limits.mailbox_reserve as usize);
    let (mailbox, jobs) = Mailbox::new(capacity, reserve, health.busy.clone());
    health.mailbox_capacity.set(f64::from(limits.mailbox));
    let keeper = || {
        log.keeper().map_err(|source| ShardError::Log {
            shard: number,
            source,
        })
    };
    let streams = StreamSettings {
        journal: log.journal_id(),
        outbox: Limits {
            states: limits.stream_buffer as usize,
            directives: limits.stream_buffer as usize,
        },
        budgets: common.budgets,
        history: limits.resume_events as usize,
        gathered_at_once: GATHERED_AT_ONCE,
        heartbeat_ms: limits.heartbeat.as_millis() as DurationMs,
    };
    let (ends, ended) = unbounded();
    let retention = Retention::default();
    let log_for_follower = (keeper()?, retention.clone());
    let telling = options.traces.clone().map(|tracing| Telling {
        tracing,
        clock: clock.clone(),
    });
    let recover = recover_follower(number, log_for_follower, streams, telling, health.clone());
    let following = start_follower(number, capacity, clock.clone(), &health, recover)?;
    let handle = following.handle.clone();
    let compactor = Compactor::new(number, keeper()?, retention, health.clone(), options);
    let reader = keeper()?;
    let worker = Worker::new(
        common.tenants,
        handle.clone(),
        (ends, ended),
        clock.clone(),
        options.clone(),
        health.clone(),
    );
    let mut shard = Shard {
        number,
        worker,
        store: Store {
            number,
            log,
            following,
        },
        jobs,
        held: None,
        store_checks: tick(options.store_check_interval),
        clock: clock.clone(),
        options: options.clone(),
        health,
    };
    thread::Builder::new()
        .name(format!("shard-{number}"))
        .spawn(move || {
            let recovered = guarded(number, || shard.recover(&*reader))
                .and_then(|()| Compacting::spawn(compactor, clock));
            drop(reader);
            let compacting = match recovered {
                Ok(compacting) => compacting,
                Err(error) => {
                    shard.close(StreamEnd::Storage);
                    // Nobody waits any more if another shard has failed before.
                    let _ = ready.send(Err(error));
                    return;
                }
            };
            let _ = ready.send(Ok(()));
            drop(ready);
            let outcome = guarded(number, || shard.run());
            let end = match &outcome {
                Ok(_) => StreamEnd::ShuttingDown,
                Err(_) => StreamEnd::Storage,
            };
            // The log is closed before anybody is told that the shard has stopped.
            compacting.end(matches!(outcome, Ok(Some(_))));
            let jobs = shard.close(end);
            let refusal = match outcome {
                Ok(drained) => {
                    info!(shard = number, "shard stopped");
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

/// How the shard's follower is made from the log, at the start and after a defect.
fn recover_follower(
    shard: usize,
    (log, retention): (Box<dyn LogKeeper>, Retention),
    streams: StreamSettings,
    telling: Option<Telling>,
    health: Health,
) -> Recover {
    Box::new(move || {
        let hold = retention.hold();
        let mut follower = Follower::new(streams.clone(), hold, health.clone());
        follower.tell_traces(telling.clone());
        for name in log.tenants() {
            let name = TenantName::from(&*name);
            let followed = recovery::followed(shard, &*log, &name, streams.clone())?;
            follower.adopt(followed);
        }
        Ok(follower)
    })
}

/// One shard.
struct Shard {
    number: usize,
    worker: Worker,
    store: Store,
    jobs: Receiver<Job>,
    /// The order to stop that came while the journal did not take a turn.
    held: Option<Job>,
    /// When to look whether the journal is still where it was.
    store_checks: Receiver<Instant>,
    clock: Clock,
    options: Options,
    health: Health,
}

/// Where turns go.
struct Store {
    number: usize,
    log: Box<dyn EventLog>,
    following: Following,
}

impl Committed for Store {
    fn life(&self, tenant: &TenantName) -> u64 {
        let stands = self.log.standing(tenant.as_str());
        stands.map_or(0, |stands| stands.life)
    }

    fn hand_over(&mut self, durable: Durable) {
        self.following.hand_over(durable);
    }

    fn replace(&mut self, tenant: &TenantName, entries: &[Entry]) -> bool {
        let deleted = self.log.delete_tenant(tenant.as_str());
        let replaced = deleted.and_then(|()| self.log.append(entries));
        if let Err(error) = &replaced {
            warn!(shard = self.number, %tenant, %error, "a deleted tenant is not gone from the journal in order");
        }
        replaced.is_ok()
    }
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
    fn recover(&mut self, log: &dyn LogReader) -> Result<(), ShardError> {
        let stopwatch = Stopwatch::start();
        let names = log.tenants();
        let tenants = names.len();
        for name in names {
            let engine = recovery::engine(self.number, log, &TenantName::from(&*name))?;
            let turn = self.worker.adopt(Tenant::new(engine), self.clock.now());
            self.commit(turn)?;
        }
        let elapsed = stopwatch.elapsed();
        self.health.recovery_seconds.set(elapsed.as_secs_f64());
        info!(
            shard = self.number,
            tenants,
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
                    let place = self.store.log.check_place();
                    place.map_err(|source| self.log_gone(source))?;
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
                return Ok(Some(drained));
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
        loop {
            let due_at = self.worker.next_due_at();
            let time = due_at.map_or_else(never, |due_at| self.clock.alarm(due_at));
            let mut select = Select::new();
            let jobs = select.recv(&self.jobs);
            select.recv(self.worker.ended());
            let alarm = select.recv(&time);
            let checks = select.recv(&self.store_checks);
            match select.ready() {
                ready if ready == jobs => match self.jobs.try_recv() {
                    Ok(job) => return Wake::Turn(Some(job)),
                    Err(TryRecvError::Disconnected) => return Wake::Abandoned,
                    Err(TryRecvError::Empty) => return Wake::Turn(None),
                },
                ready if ready == checks => {
                    let _ = self.store_checks.try_recv();
                    return Wake::StoreCheck;
                }
                ready if ready == alarm && !self.worker.is_due(self.clock.now()) => {}
                _ => return Wake::Turn(None),
            }
        }
    }

    /// Makes a turn durable and lets out what waited for it. Gives the order to stop, if that was part of it.
    fn commit(&mut self, mut turn: Turn) -> Result<Option<Reply<()>>, ShardError> {
        let tells_traces = self.options.traces.is_some();
        let begun_at = tells_traces.then(|| self.clock.now_ns());
        self.append(&turn.entries)?;
        turn.commit = begun_at.map(|begun_at| Lapse {
            begun_at,
            ended_at: self.clock.now_ns(),
        });
        Ok(self.worker.committed(turn, &mut self.store))
    }

    /// Makes the entries durable, or gives up for good. Meanwhile nothing is decided and nothing let out.
    fn append(&mut self, entries: &[Entry]) -> Result<(), ShardError> {
        if entries.is_empty() {
            return Ok(());
        }
        let stopwatch = Stopwatch::start();
        self.health.commit.begin();
        let mut delays = self.options.append_retry_delays.clone().into_iter();
        let mut attempts = 1;
        loop {
            let source = match self.store.log.append(entries) {
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
        self.health.commit.end();
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

    /// Ends the streams when all that is durable has been told, closes the log, and gives up everything but the
    /// mailbox.
    fn close(self, end: StreamEnd) -> Receiver<Job> {
        self.store.following.end(end);
        self.jobs
    }
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
