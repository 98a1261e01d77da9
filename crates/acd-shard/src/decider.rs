//! What decides, step by step: it has the worker decide a turn, makes it durable, and lets out what waited for that.
//! Nothing here waits: a step says when the next one is worth taking. The thread of a shard waits for it; who simulates a
//! shard takes each step when they like, or none after it.

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;
use std::time::Instant;

use acd_core::ids::{TenantName, TimeMs};
use acd_core::state::State;
use acd_journal::{Entry, EventLog, LogError, LogKeeper};
use acd_traces::{Lapse, TimeNs};
use crossbeam_channel::{Receiver, TryRecvError, never};
use tracing::{info, warn};

use super::call::{CallError, Reply};
use super::failure::ShardError;
use super::follower::{Durable, Following};
use super::health::Health;
use super::mailbox::Job;
use super::options::Options;
use super::pace::Pace;
use super::recovery;
use super::tenant::Tenant;
use super::turn::{Committed, Turn};
use super::worker::Worker;
use crate::clock::{Clock, Stopwatch, millis};
use crate::stream::{Ended, StreamEnd};

/// What decides for the tenants of one shard.
pub(crate) struct Decider {
    number: usize,
    worker: Worker,
    store: Store,
    jobs: Receiver<Job>,
    /// The order to stop that came while the journal did not take a turn.
    held: Option<Job>,
    stage: Stage,
    /// What is still to be brought back.
    recovering: Option<Recovering>,
    /// When to look whether the journal is still where it was.
    check_at: TimeMs,
    clock: Clock,
    options: Options,
    health: Health,
}

/// Where it stands between two turns.
enum Stage {
    /// Nothing is decided that is not durable.
    Rest,
    /// A turn is decided.
    Decided(Appending),
    /// The turn is durable; what waited for it is not out yet.
    Durable(Turn),
    /// The order to stop has come, or nobody is left who could ask.
    Stopped(Option<Reply<()>>),
}

/// A turn that the log has not taken.
struct Appending {
    turn: Turn,
    stopwatch: Stopwatch,
    /// When it was first tried, where traces are told.
    begun_at: Option<TimeNs>,
    attempts: usize,
    /// When it is tried again.
    again_at: TimeMs,
}

/// The tenants of the log that are not back yet.
struct Recovering {
    log: Box<dyn LogKeeper>,
    names: VecDeque<Arc<str>>,
    tenants: usize,
    stopwatch: Stopwatch,
}

/// Where turns go.
pub(crate) struct Store {
    pub(crate) number: usize,
    pub(crate) log: Box<dyn EventLog>,
    pub(crate) following: Following,
}

impl Committed for Store {
    fn life(&self, tenant: &TenantName) -> u64 {
        let stands = self.log.standing(tenant.as_str());
        stands.map_or(0, |stands| stands.life)
    }

    fn hand_over(&mut self, durable: Durable) {
        self.following.hand_over(durable);
    }

    fn drop_deleted(&mut self, tenant: &TenantName) -> bool {
        let dropped = self.log.delete_tenant(tenant.as_str());
        if let Err(error) = &dropped {
            warn!(shard = self.number, %tenant, %error, "a deleted tenant is still in the journal");
        }
        dropped.is_ok()
    }

    fn begin_anew(&mut self, tenant: &TenantName, entries: &[Entry]) -> bool {
        let appended = self.log.append(entries);
        if let Err(error) = &appended {
            warn!(shard = self.number, %tenant, %error,
                "which configuration file a deleted tenant had is forgotten; the same file brings it back");
        }
        appended.is_ok()
    }
}

impl Decider {
    /// It begins by bringing back every tenant of the log.
    pub(crate) fn new(
        (worker, jobs): (Worker, Receiver<Job>),
        store: Store,
        reader: Box<dyn LogKeeper>,
        clock: Clock,
        options: Options,
        health: Health,
    ) -> Self {
        let names = VecDeque::from(reader.tenants());
        Self {
            number: store.number,
            worker,
            store,
            jobs,
            held: None,
            stage: Stage::Rest,
            recovering: Some(Recovering {
                log: reader,
                tenants: names.len(),
                names,
                stopwatch: Stopwatch::start(),
            }),
            check_at: TimeMs::MIN,
            clock,
            options,
            health,
        }
    }

    /// Whether tenants are still to be brought back, or what was decided of their being back is not durable.
    pub(crate) fn is_recovering(&self) -> bool {
        self.recovering.is_some()
    }

    /// Whether the log has not taken what is decided: nothing else counts until it does.
    pub(crate) fn is_refused_by_log(&self) -> bool {
        matches!(&self.stage, Stage::Decided(appending) if appending.attempts > 0)
    }

    /// Ready at this instant of engine time.
    pub(crate) fn alarm(&self, at: Option<TimeMs>) -> Receiver<Instant> {
        at.map_or_else(never, |at| self.clock.alarm(at))
    }

    pub(crate) fn jobs(&self) -> &Receiver<Job> {
        &self.jobs
    }

    /// What wakes it besides jobs and time.
    pub(crate) fn ended(&self) -> &Receiver<Ended> {
        self.worker.ended()
    }

    /// The tenants, each as far as it is decided.
    pub(crate) fn states(&self) -> impl Iterator<Item = (&TenantName, &State)> {
        self.worker.states()
    }

    /// Takes the next step.
    pub(crate) fn step(&mut self) -> Result<Pace<Option<Reply<()>>>, ShardError> {
        match mem::replace(&mut self.stage, Stage::Rest) {
            Stage::Rest if self.recovering.is_some() => self.recover_next(),
            Stage::Rest => self.decide(),
            Stage::Decided(appending) => self.append(appending),
            Stage::Durable(turn) => {
                if let Some(drained) = self.worker.committed(turn, &mut self.store) {
                    self.stage = Stage::Stopped(Some(drained));
                }
                Ok(Pace::Again)
            }
            Stage::Stopped(drained) => Ok(Pace::Stopped(drained)),
        }
    }

    /// Brings a tenant back and journals that it is back.
    fn recover_next(&mut self) -> Result<Pace<Option<Reply<()>>>, ShardError> {
        let Some(recovering) = &mut self.recovering else {
            return Ok(Pace::Again);
        };
        let Some(name) = recovering.names.pop_front() else {
            let elapsed = recovering.stopwatch.elapsed();
            self.health.recovery_seconds.set(elapsed.as_secs_f64());
            info!(
                shard = self.number,
                tenants = recovering.tenants,
                elapsed_ms = elapsed.as_millis(),
                "shard recovered"
            );
            self.recovering = None;
            return Ok(Pace::Again);
        };
        let engine =
            recovery::engine(self.number, &mut *recovering.log, &TenantName::from(&*name))?;
        let turn = self.worker.adopt(Tenant::new(engine), self.clock.now());
        self.decided(turn);
        Ok(Pace::Again)
    }

    /// Decides what there is to decide.
    fn decide(&mut self) -> Result<Pace<Option<Reply<()>>>, ShardError> {
        let now = self.clock.now();
        let first = match self.held.take().map_or_else(|| self.jobs.try_recv(), Ok) {
            Ok(job) => Some(job),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) if self.worker.ended().is_empty() => {
                // Every handle is gone: nobody will ever ask again.
                self.stage = Stage::Stopped(None);
                return Ok(Pace::Again);
            }
            Err(TryRecvError::Disconnected) => None,
        };
        let due_at = self.worker.next_due_at();
        let is_due = self.worker.is_due(now) || !self.worker.ended().is_empty();
        if first.is_none() && !is_due {
            return self.check_place(now, due_at);
        }
        let stopwatch = Stopwatch::start();
        let queued = self.jobs.clone();
        let mut jobs = first.into_iter().chain(queued.try_iter());
        let turn = self.worker.turn(now, &mut jobs);
        self.measure(&turn, stopwatch);
        self.decided(turn);
        Ok(Pace::Again)
    }

    /// Looks now and then, while there is nothing to decide, whether the journal is where it was.
    fn check_place(
        &mut self,
        now: TimeMs,
        due_at: Option<TimeMs>,
    ) -> Result<Pace<Option<Reply<()>>>, ShardError> {
        if self.check_at <= now {
            self.check_at = now.saturating_add(millis(self.options.store_check_interval));
            let place = self.store.log.check_place();
            place.map_err(|source| self.log_gone(source))?;
        }
        let until = due_at.map_or(self.check_at, |due_at| due_at.min(self.check_at));
        Ok(Pace::Until(Some(until)))
    }

    fn decided(&mut self, turn: Turn) {
        self.stage = match turn.entries.is_empty() {
            true => Stage::Durable(turn),
            false => Stage::Decided(Appending {
                turn,
                stopwatch: Stopwatch::start(),
                begun_at: self.options.traces.as_ref().map(|_| self.clock.now_ns()),
                attempts: 0,
                again_at: TimeMs::MIN,
            }),
        };
    }

    /// Makes a turn durable, or gives up for good. Until then nothing is decided and nothing let out.
    fn append(&mut self, mut appending: Appending) -> Result<Pace<Option<Reply<()>>>, ShardError> {
        if appending.attempts == 0 {
            self.health.commit.begin();
        } else if self.refuses(appending.again_at) {
            let again_at = appending.again_at;
            self.stage = Stage::Decided(appending);
            return Ok(Pace::Until(Some(again_at)));
        }
        let Err(source) = self.store.log.append(&appending.turn.entries) else {
            self.health.commit.end();
            let elapsed = appending.stopwatch.elapsed();
            self.health.commit_seconds.record(elapsed);
            appending.turn.commit = appending.begun_at.map(|begun_at| Lapse {
                begun_at,
                ended_at: self.clock.now_ns(),
            });
            self.stage = Stage::Durable(appending.turn);
            return Ok(Pace::Again);
        };
        if let LogError::Gone { .. } = source {
            return Err(self.log_gone(source));
        }
        let delay = self.options.append_retry_delays.get(appending.attempts);
        appending.attempts += 1;
        let attempts = appending.attempts;
        let (LogError::Storage { .. }, Some(delay)) = (&source, delay) else {
            return Err(ShardError::Append {
                shard: self.number,
                attempts,
                source,
            });
        };
        warn!(shard = self.number, attempts, error = %source, ?delay, "the journal did not take a batch");
        self.health.journal_retries.increment(1);
        appending.again_at = self.clock.now().saturating_add(millis(*delay));
        self.stage = Stage::Decided(appending);
        Ok(Pace::Again)
    }

    /// Answers what has come in with *unavailable* while the journal is given time until this instant; whether it still
    /// is. The order to stop is kept: what is decided must be durable first.
    fn refuses(&mut self, again_at: TimeMs) -> bool {
        loop {
            match self.jobs.try_recv() {
                Ok(job @ Job::Drain(_)) => self.held = Some(job),
                Ok(job) => job.fail(CallError::unavailable()),
                Err(TryRecvError::Empty) => return self.clock.now() < again_at,
                // Every handle is gone: nobody waits, so neither do we.
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn log_gone(&self, source: LogError) -> ShardError {
        ShardError::Gone {
            shard: self.number,
            source,
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

    /// Has the streams end when all that is durable has been told, closes the log, and gives up everything but the
    /// mailbox.
    pub(crate) fn close(self, end: StreamEnd) -> Receiver<Job> {
        self.store.following.end(end);
        self.jobs
    }
}
