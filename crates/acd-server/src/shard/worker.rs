//! The shard's thread: take what has queued, decide each, append one batch, and only then let anything out.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::ops::ControlFlow;

use acd_core::Engine;
use acd_core::command::{Command, Origin, Reply as Answer, Request};
use acd_core::event::Recorded;
use acd_core::ids::{TenantName, TimeMs};
use acd_core::refusal::Refusal;
use acd_journal::codec::{decode_events, encode_snapshot};
use acd_journal::{EventLog, LogError, Upkeep};
use crossbeam_channel::{Receiver, TryRecvError, at, never, select};
use tracing::{debug, error, info, warn};

use super::batch::Batch;
use super::call::{Answered, CallError, Reply};
use super::failure::ShardError;
use super::health::Health;
use super::mailbox::{Decide, Job, Subscribe};
use super::options::{Options, Setup};
use super::recovery;
use super::registry::{Life, Registry};
use super::tenant::Tenant;
use crate::clock::{Clock, Stopwatch};
use crate::stream::{Attached, Interest, Reads, StreamEnd, StreamSettings, SubscriberId};

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
}

/// Why the thread wakes up.
enum Wake {
    Job(Job),
    Gone(SubscriberId),
    /// Something is due.
    Time,
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
        Common { tenants, clock }: Common,
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
            }
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
                Wake::Abandoned => return Ok(None),
            }
            self.take_queued(&mut batch);
            self.measure(&batch, stopwatch);
            self.run_due(&mut batch);
            self.commit(&batch.entries)?;
            let drain = batch.drain.take();
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
        }
    }

    /// Takes what has queued, without waiting for more.
    fn take_queued(&mut self, batch: &mut Batch) {
        while let Ok(subscriber) = self.gone.try_recv() {
            self.depart(subscriber);
        }
        let now = self.clock.now();
        while let Some((tenant, request)) = self.ends.pop_front() {
            if !batch.has_room(usize::MAX) {
                self.ends.push_front((tenant, request));
                break;
            }
            self.decide(&tenant, request, now, batch);
        }
        let calls_max = self.options.limits.batch as usize;
        while batch.has_room(calls_max) {
            let Ok(job) = self.jobs.try_recv() else {
                break;
            };
            self.take(job, batch);
        }
    }

    fn measure(&self, batch: &Batch, stopwatch: Stopwatch) {
        self.health.mailbox_depth.set(self.jobs.len() as f64);
        if batch.calls > 0 {
            self.health.batch_calls.record(batch.calls as f64);
        }
        if batch.decisions > 0 {
            let mean = stopwatch.elapsed() / batch.decisions;
            self.health.decision_seconds.record(mean);
        }
    }

    fn take(&mut self, job: Job, batch: &mut Batch) {
        batch.calls += 1;
        match job {
            Job::Decide(decide) => self.take_request(*decide, batch),
            Job::Subscribe(subscribe) => self.take_subscribe(subscribe, batch),
            Job::Read { tenant, read } => match self.tenants.get(&tenant) {
                Some(_) => batch.tenant(&tenant).reads.push(read),
                None => read(Err(CallError::UnknownTenant(tenant))),
            },
            Job::ReadEvent(read) => batch.log_reads.push(read),
            Job::Ping(reply) => batch.pings.push(reply),
            Job::Drain(reply) => batch.drain = Some(reply),
        }
    }

    fn take_request(&mut self, job: Decide, batch: &mut Batch) {
        if job.deadline.is_some_and(|deadline| deadline.has_passed()) {
            self.health.deadline_passed.increment(1);
            job.reply.send(Err(CallError::DeadlinePassed));
            return;
        }
        let now = self.clock.now();
        if let Err(error) = self.admit(&job, now) {
            job.reply.send(Err(error));
            return;
        }
        if let Some(answered) = self.decide(&job.tenant, job.request, now, batch) {
            if answered.sequence == 0 {
                // Refused without a trace: there is no such tenant after all.
                self.tenants.remove(&job.tenant);
            }
            batch.answers.push((job.reply, answered));
        }
    }

    /// Whether the request may come to an engine. Makes the engine of a tenant that is being created.
    fn admit(&mut self, job: &Decide, now: TimeMs) -> Result<(), CallError> {
        let known = self.tenants.get(&job.tenant);
        match known {
            Some(tenant) if !job.creates && tenant.is_created() => Ok(()),
            Some(tenant) if job.creates && !tenant.is_alive() => Ok(()),
            // A repetition of the request that created it gets its first answer again.
            Some(tenant) if job.creates && is_remembered(&tenant.engine, &job.request, now) => {
                Ok(())
            }
            Some(_) if job.creates => Err(CallError::TenantExists(job.tenant.clone())),
            None if job.creates && self.tenants.len() >= TENANTS_MAX => {
                Err(CallError::LimitReached {
                    what: "tenants of one shard",
                    limit: TENANTS_MAX,
                })
            }
            None if job.creates => {
                let engine = Engine::new(job.tenant.clone());
                let tenant = Tenant::new(engine, self.streams.clone());
                self.tenants.insert(job.tenant.clone(), tenant);
                Ok(())
            }
            Some(_) | None => Err(CallError::UnknownTenant(job.tenant.clone())),
        }
    }

    fn take_subscribe(&mut self, job: Box<Subscribe>, batch: &mut Batch) {
        if let Err(error) = self.admit_subscription(&job.tenant, batch) {
            job.reply.send(Err(error));
            return;
        }
        let reads = match self.attach(&job.tenant, &job.interest, batch) {
            Ok(reads) => reads,
            Err(refusal) => {
                job.reply.send(Ok(Err(refusal)));
                return;
            }
        };
        let id = SubscriberId(self.next_subscriber);
        self.next_subscriber += 1;
        let name = job.tenant.clone();
        batch
            .tenant(&name)
            .subscribes
            .push((job, id, reads.clone()));
        self.subscriptions.insert(id, (name, reads));
    }

    /// Attaches the session or connects the adapter that wants to read.
    fn attach(
        &mut self,
        tenant: &TenantName,
        interest: &Interest,
        batch: &mut Batch,
    ) -> Result<Reads, Refusal> {
        match interest {
            Interest::Agent { agent, session } => {
                let command = Command::AttachSession {
                    agent: agent.clone(),
                    session: *session,
                };
                let attached = self.attach_stream(tenant, command, batch)?;
                let no = self.tenants[tenant].engine.state().agent_no(agent);
                Ok(Reads::Screen(
                    no.expect("his session is attached"),
                    attached,
                ))
            }
            Interest::Adapter {
                adapter,
                incarnation,
            } => {
                let command = Command::AdapterConnect {
                    adapter: adapter.clone(),
                    incarnation: incarnation.clone(),
                };
                let attached = self.attach_stream(tenant, command, batch)?;
                let no = self.tenants[tenant].engine.state().adapter_no(adapter);
                Ok(Reads::Directives(no.expect("it is connected"), attached))
            }
            Interest::View(filter) => Ok(Reads::View(filter.clone())),
        }
    }

    fn attach_stream(
        &mut self,
        tenant: &TenantName,
        command: Command,
        batch: &mut Batch,
    ) -> Result<Attached, Refusal> {
        let now = self.clock.now();
        let answered = self.decide(tenant, Request::internal(command), now, batch);
        match answered.expect("the tenant was found before").answer? {
            Answer::Attached {
                connection,
                last_sequence,
            } => Ok(Attached {
                connection,
                last_sequence,
            }),
            other => unreachable!("a stream was attached, and the engine says {other:?}"),
        }
    }

    fn admit_subscription(&self, name: &TenantName, batch: &Batch) -> Result<(), CallError> {
        let tenant = self.tenants.get(name).filter(|tenant| tenant.is_created());
        let Some(tenant) = tenant else {
            return Err(CallError::UnknownTenant(name.clone()));
        };
        let in_batch = batch
            .tenants
            .get(name)
            .map_or(0, |own| own.subscribes.len());
        let limit = self.options.limits.streams_per_tenant as usize;
        if tenant.streams.open() + in_batch >= limit {
            return Err(CallError::LimitReached {
                what: "server.limits.streams_per_tenant",
                limit,
            });
        }
        if self.subscriptions.len() >= SUBSCRIPTIONS_MAX {
            return Err(CallError::LimitReached {
                what: "subscriptions of one shard",
                limit: SUBSCRIPTIONS_MAX,
            });
        }
        Ok(())
    }

    /// Has a request decided. The answer must not leave before the batch is durable. None: there is no such tenant.
    fn decide(
        &mut self,
        name: &TenantName,
        request: Request,
        now: TimeMs,
        batch: &mut Batch,
    ) -> Option<Answered> {
        let tenant = self.tenants.get_mut(name)?;
        let handled = tenant.engine.handle(now, request.clone());
        batch.decisions += 1;
        let facts = tenant.engine.state().facts();
        let answered = Answered {
            answer: handled.answer,
            sequence: facts.seq,
            at_ms: now,
        };
        batch.record(name, Some(&request), handled.events);
        self.schedule(name);
        Some(answered)
    }

    /// Runs what is due by now.
    fn run_due(&mut self, batch: &mut Batch) {
        let now = self.clock.now();
        while let Some((at_ms, name)) = self.due.first().cloned() {
            if at_ms > now || !batch.has_room(usize::MAX) {
                break;
            }
            self.due.remove(&(at_ms, name.clone()));
            if let Some(tenant) = self.tenants.get_mut(&name) {
                tenant.scheduled_at = None;
                if tenant.engine.next_deadline().is_some_and(|due| due <= now) {
                    batch.record(&name, None, tenant.engine.tick(now));
                }
                // Views that are due are told when the batch is released.
                batch.tenant(&name);
            }
        }
    }

    /// Puts the tenant where its next deadline says.
    fn schedule(&mut self, name: &TenantName) {
        let Some(tenant) = self.tenants.get_mut(name) else {
            return;
        };
        let due_at = tenant.due_at();
        if tenant.scheduled_at == due_at {
            return;
        }
        if let Some(before) = tenant.scheduled_at.take() {
            self.due.remove(&(before, name.clone()));
        }
        if let Some(due_at) = due_at {
            self.due.insert((due_at, name.clone()));
        }
        tenant.scheduled_at = due_at;
    }

    /// Makes the entries durable, or gives up for good. Meanwhile nothing is decided and nothing let out.
    fn commit(&mut self, entries: &[acd_journal::Entry]) -> Result<(), ShardError> {
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

    /// Answers what comes in with *unavailable* while the journal is given time.
    fn refuse_for(&mut self, delay: std::time::Duration) {
        let over = crossbeam_channel::after(delay);
        loop {
            select! {
                recv(self.jobs) -> job => match job {
                    Ok(job) => job.fail(CallError::unavailable()),
                    // Every handle is gone: nobody waits, so neither do we.
                    Err(_) => return,
                },
                recv(over) -> _ => return,
            }
        }
    }

    /// Lets everything out that waited for the batch.
    fn release(&mut self, batch: Batch) {
        // Before any answer: whoever hears of a new tenant can use it.
        self.note_tenants(batch.tenants.keys());
        for (reply, answered) in batch.answers {
            reply.send(Ok(answered));
        }
        let now = self.clock.now();
        for (name, own) in batch.tenants {
            self.health.events.increment(own.events.len() as u64);
            let Some(tenant) = self.tenants.get_mut(&name) else {
                continue;
            };
            let settled = tenant.settle(own, now);
            let cut = settled.cut.len() + settled.views_cut;
            if cut > 0 {
                warn!(tenant = %name, cut, "slow readers cut off");
                self.health.slow_readers_cut.increment(cut as u64);
            }
            self.health.resyncs.increment(settled.resyncs);
            if tenant.unsaved_events >= self.options.snapshot_every {
                self.unsaved.insert(name.clone());
            }
            let ends = settled.cut.into_iter();
            self.ends
                .extend(ends.map(|request| (name.clone(), request)));
            self.schedule(&name);
        }
        self.health
            .subscriptions
            .set(self.subscriptions.len() as f64);
        batch.pings.into_iter().for_each(|reply| reply.send(Ok(())));
        for read in batch.log_reads {
            read.reply
                .send(self.read_event(&read.tenant, read.sequence));
        }
    }

    fn note_tenants<'a>(&self, names: impl Iterator<Item = &'a TenantName>) {
        for tenant in names.filter_map(|name| self.tenants.get(name)) {
            if tenant.is_alive() {
                self.registry.note(tenant.name(), Life::Alive);
            } else if tenant.is_created() {
                self.registry.note(tenant.name(), Life::Deleted);
            }
        }
    }

    fn depart(&mut self, id: SubscriberId) {
        if let Some((name, reads)) = self.subscriptions.remove(&id)
            && let Some(tenant) = self.tenants.get_mut(&name)
            && let Some(request) = tenant.streams.depart(id, &reads, tenant.engine.state())
        {
            self.ends.push_back((name, request));
        }
    }

    fn read_event(&self, name: &TenantName, sequence: u64) -> Result<Option<Recorded>, CallError> {
        if !self.tenants.get(name).is_some_and(Tenant::is_created) {
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

    /// Writes the snapshot of one tenant that has changed enough since its last one. One at a time, so that no call
    /// waits behind several.
    fn save_snapshot(&mut self) {
        if let Some(name) = self.unsaved.pop_first()
            && let Some(tenant) = self.tenants.get_mut(&name)
        {
            save(&mut *self.log, tenant, &self.health);
        }
    }

    fn maintain_if_urgent(&mut self) {
        if self.log.upkeep() == Upkeep::Now {
            self.maintain();
        }
    }

    /// One piece of upkeep after the other, as long as no job waits for it.
    fn maintain_when_idle(&mut self) {
        while self.jobs.is_empty() && self.log.upkeep() != Upkeep::None && self.maintain() {}
    }

    /// False if it failed; it is tried again when something has happened.
    fn maintain(&mut self) -> bool {
        let done = self.log.maintain();
        if let Err(error) = &done {
            warn!(shard = self.number, %error, "upkeep of the journal failed; nothing is lost");
        }
        done.is_ok()
    }

    /// The last acts of an orderly stop: everything decided is durable already.
    fn finish(&mut self) {
        self.end_streams(StreamEnd::ShuttingDown);
        for tenant in self.tenants.values_mut() {
            if tenant.unsaved_events > 0 {
                save(&mut *self.log, tenant, &self.health);
            }
        }
        info!(shard = self.number, "shard stopped");
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

/// Whether the engine knows the answer to this very request already.
fn is_remembered(engine: &Engine, request: &Request, now: TimeMs) -> bool {
    match &request.origin {
        Origin::Unary {
            caller, request_id, ..
        } => {
            let remembered = engine.state().remembered(caller, request_id, now);
            remembered.is_some()
        }
        Origin::Internal | Origin::Stream { .. } => false,
    }
}
