//! What comes in: taken from the mailbox, admitted or refused, and decided.

use acd_core::Engine;
use acd_core::command::{AdapterConnect, AttachSession, Command, Origin, Reply as Answer, Request};
use acd_core::ids::{TenantName, TimeMs};
use acd_core::refusal::Refusal;
use acd_traces::Came;
use tracing::warn;

use super::{TENANTS_MAX, Worker};
use crate::call::{Answered, CallError};
use crate::civil;
use crate::follower::Begin;
use crate::mailbox::{Decide, Job, Subscribe};
use crate::stream::{Attached, Departure, Feed, Interest, detach, disconnect};
use crate::tenant::Tenant;
use crate::trace;
use crate::turn::Turn;

impl Worker {
    pub(super) fn take(&mut self, job: Job, now: TimeMs, turn: &mut Turn) {
        turn.calls += 1;
        match job {
            Job::Decide(decide) => self.take_request(*decide, now, turn),
            Job::Subscribe(subscribe) => self.take_subscribe(*subscribe, now, turn),
            Job::Ping(reply) => turn.pings.push(reply),
            Job::Drain(reply) => turn.drain = Some(reply),
        }
    }

    fn take_request(&mut self, job: Decide, now: TimeMs, turn: &mut Turn) {
        if job
            .deadline
            .is_some_and(|deadline| deadline.has_passed(now))
        {
            self.health.deadline_passed.increment(1);
            job.reply.send(Err(CallError::DeadlinePassed));
            return;
        }
        let span = job.span.clone();
        let _in_the_call = span.enter();
        if let Err(error) = self.admit(&job, now) {
            turn.answers.push((job.reply, Err(error)));
            return;
        }
        let asked = (job.request, job.came);
        if let Some(answered) = self.decide(&job.tenant, asked, now, turn) {
            if answered.sequence == 0 {
                // Refused without a trace: there is no such tenant after all.
                self.tenants.remove(&job.tenant);
            }
            turn.answers.push((job.reply, Ok(answered)));
        }
    }

    /// Whether the request may come to an engine. Makes the engine of a tenant that is being created.
    fn admit(&mut self, job: &Decide, now: TimeMs) -> Result<(), CallError> {
        let known = self.tenants.get(&job.tenant);
        match known {
            Some(tenant) if !job.creates && tenant.is_created() => Ok(()),
            // Of a deleted tenant it is known which file does not bring it back.
            Some(_) if matches!(job.request.command, Command::NoteConfigFile(_)) => Ok(()),
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
                let mut tenant = Tenant::new(Engine::new(job.tenant.clone()));
                // Its first configuration brings its civil times.
                tenant.civil_due_at = now + civil::EVERY_MS;
                self.tenants.insert(job.tenant.clone(), tenant);
                Ok(())
            }
            Some(_) | None => Err(CallError::UnknownTenant(job.tenant.clone())),
        }
    }

    fn take_subscribe(&mut self, job: Subscribe, now: TimeMs, turn: &mut Turn) {
        if self.created(&job.tenant).is_none() {
            let unknown = CallError::UnknownTenant(job.tenant);
            turn.refused_streams.push((job.reply, Err(unknown)));
            return;
        }
        let (feed, detach) = match self.attach(&job.tenant, &job.interest, now, turn) {
            Ok(attached) => attached,
            Err(refusal) => {
                turn.refused_streams.push((job.reply, Ok(refusal)));
                return;
            }
        };
        if let Feed::Screen(_, attached) | Feed::Directives(_, attached) = &feed {
            job.place.attached(attached.connection);
        }
        // From here on, whatever becomes of the stream, its engine is told that it is gone.
        let engine = detach.map(|detach| (self.ends.clone(), detach));
        let name = job.tenant;
        let (subscriber, readers) = (job.place.subscriber(), self.follower.gone());
        let departure = Departure::new(name.clone(), feed, subscriber, readers, engine);
        turn.begins.push(Begin {
            tenant: name,
            interest: job.interest,
            resume_token: job.resume_token,
            place: job.place,
            departure,
            reply: job.reply,
        });
    }

    /// Attaches the session or connects the adapter that wants to read; also what undoes it.
    fn attach(
        &mut self,
        tenant: &TenantName,
        interest: &Interest,
        now: TimeMs,
        turn: &mut Turn,
    ) -> Result<(Feed, Option<Request>), Refusal> {
        match interest {
            Interest::Agent { agent, session } => {
                let command = Command::AttachSession(AttachSession {
                    agent: agent.clone(),
                    session: *session,
                });
                let attached = self.attach_stream(tenant, command, now, turn)?;
                let no = self.tenants[tenant].engine.state().agent_no(agent);
                let no = no.expect("their session is attached");
                let detach = detach(agent.clone(), attached.connection);
                Ok((Feed::Screen(no, attached), Some(detach)))
            }
            Interest::Adapter {
                adapter,
                incarnation,
            } => {
                let command = Command::AdapterConnect(AdapterConnect {
                    adapter: adapter.clone(),
                    incarnation: incarnation.clone(),
                });
                let attached = self.attach_stream(tenant, command, now, turn)?;
                let no = self.tenants[tenant].engine.state().adapter_no(adapter);
                let no = no.expect("it is connected");
                let disconnect = disconnect(adapter.clone(), attached.connection);
                Ok((Feed::Directives(no, attached), Some(disconnect)))
            }
            Interest::View(filter) => Ok((Feed::View(filter.clone()), None)),
        }
    }

    fn attach_stream(
        &mut self,
        tenant: &TenantName,
        command: Command,
        now: TimeMs,
        turn: &mut Turn,
    ) -> Result<Attached, Refusal> {
        let asked = (Request::internal(command), None);
        let answered = self.decide(tenant, asked, now, turn);
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

    /// Has a request decided. The answer must not leave before the batch is durable. None: there is no such tenant.
    pub(super) fn decide(
        &mut self,
        name: &TenantName,
        (request, came): (Request, Option<Came>),
        now: TimeMs,
        turn: &mut Turn,
    ) -> Option<Answered> {
        let begun = self.stamp();
        let tenant = self.tenants.get_mut(name)?;
        let handled = tenant.engine.handle(now, request.clone());
        turn.decisions += 1;
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
        let decided = self.decided(begun, came);
        turn.record(name, Some(&request), handled.events, decided);
        self.schedule(name);
        Some(answered)
    }

    /// Runs what is due by now, for each tenant one slice: what is left comes with the next batch, after the calls that
    /// have queued and the slices of other tenants.
    pub(super) fn run_due(&mut self, now: TimeMs, turn: &mut Turn) {
        let due = self.due.iter().take_while(|(at_ms, _)| *at_ms <= now);
        for (at_ms, name) in due.cloned().collect::<Vec<_>>() {
            if !turn.has_room(usize::MAX) {
                break;
            }
            self.due.remove(&(at_ms, name.clone()));
            let begun = self.stamp();
            let Some(tenant) = self.tenants.get_mut(&name) else {
                continue;
            };
            tenant.scheduled_at = None;
            if tenant.engine.next_deadline().is_some_and(|due| due <= now) {
                let events = tenant.engine.tick(now);
                self.health.note_slice(&tenant.engine);
                turn.record(&name, None, events, self.decided(begun, None));
            }
            self.resolve_civil_time(&name, now, turn);
            self.schedule(&name);
        }
    }

    /// Where the wall clock was set, civil times mean other instants of engine time: all tenants are due to be told.
    pub(super) fn follow_wall(&mut self, now: TimeMs) {
        let Some(stands) = self.clock.wall_set_since(self.wall) else {
            return;
        };
        self.wall = stands;
        warn!(
            engine_ahead_ms = self.clock.ahead_of_wall_ms(),
            "the wall clock was set: opening hours follow it, and engine time does not"
        );
        let names: Vec<TenantName> = self.tenants.keys().cloned().collect();
        for name in names {
            if let Some(tenant) = self.tenants.get_mut(&name) {
                tenant.civil_due_at = now;
            }
            self.schedule(&name);
        }
    }

    /// Has the engine told what civil times mean for the days to come, if that is due.
    pub(super) fn resolve_civil_time(&mut self, name: &TenantName, now: TimeMs, turn: &mut Turn) {
        let due = |tenant: &&mut Tenant| tenant.civil_is_due(now);
        let Some(tenant) = self.tenants.get_mut(name).filter(due) else {
            return;
        };
        tenant.civil_due_at = now + civil::EVERY_MS;
        let config = tenant.engine.state().facts().config();
        let resolved = civil::resolve(&config, &self.clock);
        let command = Command::ResolveCivilTime(resolved.into());
        let asked = (Request::internal(command), None);
        let answered = self.decide(name, asked, now, turn);
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
        Origin::Internal | Origin::Stream { .. } | Origin::Connection { .. } => false,
    }
}
