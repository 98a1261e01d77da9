//! What comes in: taken from the mailbox, admitted or refused, and decided.

use acd_core::Engine;
use acd_core::command::{AdapterConnect, AttachSession, Command, Origin, Reply as Answer, Request};
use acd_core::ids::{TenantName, TimeMs};
use acd_core::refusal::Refusal;
use tracing::warn;

use super::{SUBSCRIPTIONS_MAX, TENANTS_MAX, Worker};
use crate::clock::Stopwatch;
use crate::shard::batch::Batch;
use crate::shard::call::{Answered, CallError};
use crate::shard::civil;
use crate::shard::mailbox::{Decide, Job, Subscribe};
use crate::shard::tenant::Tenant;
use crate::stream::{Attached, Interest, Reads, SubscriberId, UsedUp};
use crate::trace;

impl Worker {
    /// Takes what has queued, without waiting for more.
    pub(super) fn take_queued(&mut self, batch: &mut Batch) {
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

    pub(super) fn measure(&self, batch: &Batch, stopwatch: Stopwatch) {
        self.health.mailbox_depth.set(self.jobs.len() as f64);
        if batch.calls > 0 {
            self.health.batch_calls.record(batch.calls as f64);
        }
        if batch.decisions > 0 {
            let mean = stopwatch.elapsed() / batch.decisions;
            self.health.decision_seconds.record(mean);
        }
    }

    pub(super) fn take(&mut self, job: Job, batch: &mut Batch) {
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
        let span = job.span.clone();
        let _in_the_call = span.enter();
        let now = self.clock.now();
        if let Err(error) = self.admit(&job, now) {
            batch.answers.push((job.reply, Err(error)));
            return;
        }
        if let Some(answered) = self.decide(&job.tenant, job.request, now, batch) {
            if answered.sequence == 0 {
                // Refused without a trace: there is no such tenant after all.
                self.tenants.remove(&job.tenant);
            }
            batch.answers.push((job.reply, Ok(answered)));
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
                let mut tenant = Tenant::new(engine, self.streams.clone());
                // Its first configuration brings its civil times.
                tenant.civil_due_at = now + civil::EVERY_MS;
                self.tenants.insert(job.tenant.clone(), tenant);
                Ok(())
            }
            Some(_) | None => Err(CallError::UnknownTenant(job.tenant.clone())),
        }
    }

    fn take_subscribe(&mut self, job: Box<Subscribe>, batch: &mut Batch) {
        if let Err(error) = self.admit_subscription(&job, batch) {
            batch.refused_streams.push((job.reply, Err(error)));
            return;
        }
        let reads = match self.attach(&job.tenant, &job.interest, batch) {
            Ok(reads) => reads,
            Err(refusal) => {
                batch.refused_streams.push((job.reply, Ok(refusal)));
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
                let command = Command::AttachSession(AttachSession {
                    agent: agent.clone(),
                    session: *session,
                });
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
                let command = Command::AdapterConnect(AdapterConnect {
                    adapter: adapter.clone(),
                    incarnation: incarnation.clone(),
                });
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

    fn admit_subscription(&self, job: &Subscribe, batch: &Batch) -> Result<(), CallError> {
        let name = &job.tenant;
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
        // Agents and adapters are let in: they hold little, and they are what the centre lives by.
        if let (Interest::View(_), Some(UsedUp { what, limit })) =
            (&job.interest, tenant.streams.used_up())
        {
            return Err(CallError::LimitReached { what, limit });
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
            at_ms: handled.at_ms,
        };
        self.health.note_slice(&tenant.engine);
        trace::decided(
            tenant.engine.state(),
            &request.command,
            &answered,
            handled.events.len(),
        );
        batch.record(name, Some(&request), handled.events);
        self.schedule(name);
        Some(answered)
    }

    /// Runs what is due by now, for each tenant one slice: what is left comes with the next batch, after the calls that
    /// have queued and the slices of other tenants.
    pub(super) fn run_due(&mut self, batch: &mut Batch) {
        let now = self.clock.now();
        let due = self.due.iter().take_while(|(at_ms, _)| *at_ms <= now);
        for (at_ms, name) in due.cloned().collect::<Vec<_>>() {
            if !batch.has_room(usize::MAX) {
                break;
            }
            self.due.remove(&(at_ms, name.clone()));
            let Some(tenant) = self.tenants.get_mut(&name) else {
                continue;
            };
            tenant.scheduled_at = None;
            if tenant.engine.next_deadline().is_some_and(|due| due <= now) {
                batch.record(&name, None, tenant.engine.tick(now));
                self.health.note_slice(&tenant.engine);
            }
            // Views that are due are told when the batch is released.
            batch.tenant(&name);
            self.resolve_civil_time(&name, now, batch);
        }
    }

    /// Has the engine told what civil times mean for the days to come, if that is due.
    pub(super) fn resolve_civil_time(&mut self, name: &TenantName, now: TimeMs, batch: &mut Batch) {
        let due = |tenant: &&mut Tenant| tenant.civil_is_due(now);
        let Some(tenant) = self.tenants.get_mut(name).filter(due) else {
            return;
        };
        tenant.civil_due_at = now + civil::EVERY_MS;
        let config = tenant.engine.state().facts().config();
        let resolved = civil::resolve(&config, self.clock);
        let command = Command::ResolveCivilTime(resolved.into());
        let answered = self.decide(name, Request::internal(command), now, batch);
        if let Some(Err(refusal)) = answered.map(|answered| answered.answer) {
            warn!(tenant = %name, %refusal, "opening hours stay as they were resolved last");
        }
    }

    /// Puts the tenant where its next deadline says.
    pub(super) fn schedule(&mut self, name: &TenantName) {
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
