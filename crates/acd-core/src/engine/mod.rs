//! The engine of one tenant: takes a request, decides, and tells what happened.
//!
//! The contract: [`Engine::handle`] runs the timers that are due, decides the request, and matches; every event it
//! returns is already applied to the state. Journal them before anything leaves. When [`Engine::next_deadline`] has
//! come without a request, call [`Engine::tick`]. Each call does one slice of bounded work; if that did not suffice, the
//! deadline has come already. After a restart, [`Engine::restore`] or [`Engine::new`], then
//! [`Engine::apply`] for each journaled event, then [`Engine::recover`] once.

mod adapters;
mod agents;
mod arrivals;
mod callbacks;
mod configuration;
mod consultations;
mod contacts;
mod cost;
mod dry_run;
mod gates;
mod handlings;
mod offers;
mod overflow;
mod queues;
mod recordings;
mod responses;
mod reveals;
mod reviews;
mod schedules;
mod scores;
mod slices;
mod supervisors;
mod timers;
mod transfers;
mod visits;

use std::sync::Arc;

pub use cost::{BackOffCause, Cost};
pub use dry_run::{ContactDifference, DryRun};
use gates::Left;
use slices::Budget;

use crate::command::{
    AcknowledgeDirectives, ActForAgent, AdapterConnect, AdapterDisconnect, AdmitLive, AgentAct,
    AgentCommand, Answer, AttachSession, Command, ConfirmRefusals, ContactCommand, DeleteTenant,
    DetachSession, Login, NoteConfigFile, Origin, ReconcileAdapter, Reply, Request, SetOutsideBusy,
};
use crate::event::{
    AdapterEventApplied, Decision, Event, LogoutCause, Recorded, Recovered, RequestAnswered,
};
use crate::ids::{AdapterName, AgentNo, ConnectionId, TenantName, TimeMs};
use crate::matching::{IndexedMatcher, Matcher, Pairing};
use crate::refusal::{Reason, Refusal};
use crate::state::{Facts, State, Touched};

/// More events than a call can cause, whatever its limit; one that emits more goes round in circles.
const EVENTS_OF_ONE_CALL: usize = 1_000_000;

/// As many events as most calls cause.
const EVENTS_OF_MOST_CALLS: usize = 6;

/// How many things the events of one request touch, most often.
const TOUCHED_TOGETHER: usize = 16;

/// The engine of one tenant.
#[derive(Debug)]
pub struct Engine<M = IndexedMatcher> {
    tenant: TenantName,
    state: State,
    matcher: M,
    /// The events of the call at hand.
    emitted: Vec<Recorded>,
    /// What the slice at hand may still do besides what was asked, and while matching.
    budget: Budget,
    matching_budget: Budget,
    /// The instant that is not done: more was to do than one slice does.
    behind: Option<TimeMs>,
    /// Who left, for whom visits may wait.
    left: Left,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handled {
    /// The answer.
    pub answer: Answer,
    /// The instant at which it was decided: not later than the one given, and before it while an earlier instant is not
    /// done.
    pub at_ms: TimeMs,
    /// What happened, timers that were due before it included.
    pub events: Vec<Recorded>,
}

impl<M: Matcher> Engine<M> {
    /// The engine of a tenant of which nothing is known yet.
    pub fn new(tenant: TenantName) -> Self {
        Self::restore(tenant, Facts::default())
    }

    /// The engine of a tenant as a snapshot describes it.
    pub fn restore(tenant: TenantName, facts: Facts) -> Self {
        Self::of(tenant, State::from_facts(facts))
    }

    /// The engine of a tenant in this state.
    pub fn of(tenant: TenantName, mut state: State) -> Self {
        // Whatever the last events touched: the matcher begins with all of it.
        state.take_touched();
        let mut engine = Self {
            tenant,
            state,
            matcher: M::default(),
            emitted: Vec::new(),
            budget: Budget::default(),
            matching_budget: Budget::default(),
            behind: None,
            left: Left::default(),
        };
        engine.matcher.notice(&engine.state, &Touched::Everything);
        engine
    }

    /// The tenant.
    pub fn tenant(&self) -> &TenantName {
        &self.tenant
    }

    /// The state. Reading it changes nothing.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The instant at which time itself is the next input; none: never. While an instant is not done it is that one.
    pub fn next_deadline(&self) -> Option<TimeMs> {
        self.behind.or_else(|| self.state.next_deadline())
    }

    /// Whether the last call did all that was to do: no waiting visit and eligible agent coexist. If not, the next
    /// [`Engine::tick`] goes on.
    pub fn is_at_rest(&self) -> bool {
        self.behind.is_none()
    }

    /// Checks everything that must hold after each call. For simulations and tests: it looks at all there is.
    ///
    /// # Errors
    /// The first thing that does not hold, in a sentence.
    pub fn check_invariants(&self) -> Result<(), String> {
        self.state.check_invariants()?;
        match self.is_at_rest() {
            true => self.state.check_rest(),
            false => Ok(()),
        }
    }

    /// Applies an event of the journal. Decides nothing.
    ///
    /// # Panics
    /// If the event does not follow the last one.
    pub fn apply(&mut self, recorded: &Recorded) {
        self.state.apply(recorded);
        self.notice_touched();
    }

    /// Takes up the work after a stop: nobody is present, everybody who was has a full grace to come back, and what
    /// became overdue meanwhile is due now.
    pub fn recover(&mut self, now: TimeMs) -> Vec<Recorded> {
        if self.state.facts().seq == 0 {
            return Vec::new();
        }
        let now = now.max(self.state.facts().now);
        self.begin_slice();
        let settings = &self.state.facts().settings;
        let recovered = Event::Recovered(Recovered {
            sessions_until: now + settings.session_grace_ms,
            adapters_until: now + settings.adapter_grace_ms,
        });
        self.emit(now, recovered);
        self.left.anybody = true;
        self.come_to_rest(now);
        std::mem::take(&mut self.emitted)
    }

    /// Runs the timers that are due at `now`. If there is more to do than one slice does, [`Engine::next_deadline`] is
    /// not after `now`, and the next call goes on.
    pub fn tick(&mut self, now: TimeMs) -> Vec<Recorded> {
        self.begin_slice();
        self.run_timers(now.max(self.state.facts().now));
        std::mem::take(&mut self.emitted)
    }

    /// Runs the timers that are due at `now`, then decides the request and matches. While an earlier instant is not
    /// done the request is decided at that one, and matched by the next [`Engine::tick`].
    pub fn handle(&mut self, now: TimeMs, request: Request) -> Handled {
        self.begin_slice();
        let mut now = now.max(self.state.facts().now);
        if self.behind.is_none() {
            self.run_timers(now);
        }
        if let Some(instant) = self.behind {
            now = instant;
            self.bring_up_to_date(now, &request.command);
        }
        let answer = match request.origin {
            Origin::Internal => self.decide(now, request.command),
            Origin::Unary {
                caller,
                request_id,
                fingerprint,
            } => {
                if let Some(known) = self.state.remembered(&caller, &request_id, now) {
                    let same = known.fingerprint == fingerprint;
                    let answer = if same {
                        known.answer.clone()
                    } else {
                        Err(reused(&request_id))
                    };
                    return Handled {
                        answer,
                        at_ms: now,
                        events: std::mem::take(&mut self.emitted),
                    };
                }
                self.decide_once(now, request.command, caller, request_id, fingerprint)
            }
            Origin::Stream {
                adapter,
                connection,
                sequence,
                part,
            } => {
                let decide = |engine: &mut Self| {
                    engine
                        .decide(now, request.command)
                        .map_err(|refusal| refusal.within(&part))
                };
                self.decide_in_sequence(now, decide, &adapter, connection, sequence)
            }
            Origin::Connection {
                adapter,
                connection,
            } => {
                let is_heard = self.check_not_replaced(&adapter, connection);
                is_heard.and_then(|()| self.decide(now, request.command))
            }
        };
        if self.behind.is_none() {
            self.come_to_rest(now);
        }
        Handled {
            answer,
            at_ms: now,
            events: std::mem::take(&mut self.emitted),
        }
    }

    /// Decides a request and remembers the answer, unless it says that the request itself is wrong: then nothing has
    /// happened, and the caller may send it corrected under the same id.
    fn decide_once(
        &mut self,
        now: TimeMs,
        command: Command,
        caller: crate::ids::CallerName,
        request_id: Arc<str>,
        fingerprint: u64,
    ) -> Answer {
        let answer = self.decide(now, command);
        let of_state = !matches!(&answer, Err(refusal) if !refusal.reason.is_of_state());
        if of_state && self.state.facts().seq > 0 {
            let forget_at = now + self.state.facts().settings.request_window_ms;
            let answer = answer.clone();
            self.emit(
                now,
                Event::RequestAnswered(RequestAnswered {
                    caller,
                    request_id,
                    fingerprint,
                    answer,
                    forget_at,
                }),
            );
        }
        answer
    }

    /// Decides an event of an adapter's stream, each exactly once and in order.
    fn decide_in_sequence(
        &mut self,
        now: TimeMs,
        decide: impl FnOnce(&mut Self) -> Answer,
        adapter: &AdapterName,
        connection: ConnectionId,
        sequence: u64,
    ) -> Answer {
        let no = self.adapter_in_config(adapter)?;
        let known = self.state.adapter(no);
        if known.connection != Some(connection) {
            return Err(adapters::fenced());
        }
        if sequence <= known.last_sequence {
            return Ok(Reply::Repeated);
        }
        if sequence > known.last_sequence + 1 {
            let detail = format!("{sequence} came after {}", known.last_sequence);
            return Err(Refusal::new(Reason::SequenceGap, "sequence", detail));
        }
        let answer = decide(self);
        self.emit(
            now,
            Event::AdapterEventApplied(AdapterEventApplied {
                adapter: no,
                sequence,
                refused: answer.as_ref().err().cloned(),
            }),
        );
        self.forget_refusals(now, no);
        answer
    }

    fn decide(&mut self, now: TimeMs, command: Command) -> Answer {
        let outlives = matches!(
            command,
            Command::ApplyConfig(_) | Command::NoteConfigFile(_)
        );
        if self.state.facts().deleted && !outlives {
            return Err(Refusal::new(
                Reason::TenantDeleted,
                "tenant",
                "the tenant has been deleted",
            ));
        }
        match command {
            Command::ApplyConfig(apply) => self.apply_config(now, apply),
            Command::SetAgentSkills(set) => self.set_agent_skills(now, set),
            Command::ResolveCivilTime(civil) => self.resolve_civil_time(now, civil),
            Command::NoteConfigFile(NoteConfigFile { document, in_force }) => {
                self.note_config_file(now, document, in_force)
            }
            Command::DeleteTenant(DeleteTenant { author }) => self.delete_tenant(now, author),
            Command::AdapterConnect(AdapterConnect {
                adapter,
                incarnation,
            }) => self.adapter_connect(now, &adapter, incarnation),
            Command::AdapterDisconnect(AdapterDisconnect {
                adapter,
                connection,
            }) => self.adapter_disconnect(now, &adapter, connection),
            Command::AcknowledgeDirectives(AcknowledgeDirectives {
                adapter,
                directives,
            }) => self.acknowledge_directives(now, &adapter, &directives),
            Command::Malformed(refusal) => Err(refusal),
            Command::ConfirmRefusals(ConfirmRefusals {
                adapter,
                connection,
                up_to,
            }) => self.confirm_refusals(now, &adapter, connection, up_to),
            Command::ReconcileAdapter(ReconcileAdapter {
                adapter,
                as_of,
                held,
                page,
                busy_outside,
            }) => self.reconcile_adapter(now, &adapter, as_of, &held, page, &busy_outside),
            Command::AdmitLive(AdmitLive { adapter, page }) => self.admit_live(now, &adapter, page),
            Command::SetOutsideBusy(SetOutsideBusy {
                adapter,
                agent,
                busy,
            }) => self.set_outside_busy(now, &adapter, &agent, busy),
            Command::ActForAgent(ActForAgent {
                adapter,
                agent,
                act,
            }) => self.act_for_agent(now, &adapter, &agent, act),
            Command::Arrive(arrival) => self.arrive(now, arrival),
            Command::Contact(ContactCommand {
                adapter,
                contact,
                act,
            }) => self.act_on_contact(now, &adapter, &contact, act),
            Command::Login(Login { agent }) => self.login(now, &agent),
            Command::AttachSession(AttachSession { agent, session }) => {
                self.attach_session(now, &agent, session)
            }
            Command::DetachSession(DetachSession { agent, connection }) => {
                self.detach_session(now, &agent, connection)
            }
            Command::Agent(AgentCommand {
                agent,
                session,
                act,
            }) => {
                let agent = self.state.agent_in_session(&agent, session)?;
                self.act_as_agent(now, agent, act)
            }
            Command::Supervise(supervise) => self.supervise(now, supervise),
            Command::SubmitReview(review) => self.submit_review(now, review),
        }
    }

    fn act_as_agent(&mut self, now: TimeMs, agent: AgentNo, act: AgentAct) -> Answer {
        match act {
            AgentAct::SetPresence(presence) => self.set_presence(now, agent, presence),
            AgentAct::Logout => self.logout(now, agent, LogoutCause::Asked),
            AgentAct::RequestNext => self.request_next(now, agent),
            AgentAct::PauseQueue(queue, reason) => {
                self.pause_queue(now, agent, &queue, Some(reason), true)
            }
            AgentAct::ResumeQueue(queue) => self.pause_queue(now, agent, &queue, None, true),
            AgentAct::Accept(offer) => self.accept(now, agent, offer),
            AgentAct::Reject(offer) => self.reject(now, agent, offer),
            AgentAct::Hold(handling) => self.hold(now, agent, handling),
            AgentAct::Resume(handling) => self.resume(now, agent, handling),
            AgentAct::SetRecording(handling, state) => {
                self.set_recording(now, agent, handling, state)
            }
            AgentAct::EndTalk(handling, disposition) => {
                self.end_talk_by_agent(now, agent, handling, disposition)
            }
            AgentAct::EndWrapUp(handling, disposition) => {
                self.end_wrap_up(now, agent, handling, disposition)
            }
            AgentAct::KeepCallback(handling) => self.keep_callback(now, agent, handling),
            AgentAct::RequestWrapUp(handling) => self.request_wrap_up(now, agent, handling),
            AgentAct::EnterWrapUp(handling) => self.enter_wrap_up(now, agent, handling),
            AgentAct::ExtendWrapUp(handling, by_ms) => {
                self.extend_wrap_up(now, agent, handling, by_ms)
            }
            AgentAct::SetDisposition(handling, disposition) => {
                self.dispose(now, agent, handling, disposition)
            }
            AgentAct::ReportScore(handling, score) => {
                self.report_score_as_agent(now, agent, handling, score)
            }
            AgentAct::Transfer(handling, to) => self.transfer(now, agent, handling, to),
            AgentAct::Requeue(handling) => self.requeue(now, agent, handling),
            AgentAct::Escalate(handling) => self.escalate(now, agent, handling),
            AgentAct::Consult(handling, whom) => self.consult(now, agent, handling, whom),
            AgentAct::CompleteTransfer(handling) => self.complete_transfer(now, agent, handling),
            AgentAct::EndConsult(handling) => self.end_consult(now, agent, handling),
            AgentAct::Conference(handling, whom) => self.conference(now, agent, handling, whom),
            AgentAct::JoinConsult(handling) => self.join_consult(now, agent, handling),
            AgentAct::Park(handling) => self.park(now, agent, handling),
            AgentAct::Unpark(contact) => self.unpark(now, agent, &contact),
            AgentAct::PutOff(contact, date) => self.put_off_as_agent(now, agent, &contact, date),
            AgentAct::Reveal {
                author,
                reason,
                contact,
                item,
            } => self.reveal_to_agent(now, agent, author, reason, contact, item),
        }
    }

    /// Records an event and applies it. Gives its sequence, which is the number of what it creates.
    fn emit(&mut self, now: TimeMs, event: Event) -> u64 {
        assert!(
            self.emitted.len() < EVENTS_OF_ONE_CALL,
            "a call has no end: {event:?}"
        );
        let mut recorded = Recorded {
            seq: self.state.facts().seq + 1,
            at_ms: now,
            event,
        };
        recorded.forget_expired(&self.state.facts().expiry);
        self.budget.spend(&recorded.event);
        self.left.note(&recorded.event);
        self.state.apply(&recorded);
        let seq = recorded.seq;
        if self.emitted.capacity() == 0 {
            self.emitted.reserve(EVENTS_OF_MOST_CALLS);
        }
        self.emitted.push(recorded);
        seq
    }

    /// Has the matcher take note of what the last events touched. It looks at the state, so that once is enough for what
    /// several of them touched; that is told by the few that come next.
    fn notice_touched(&mut self) {
        let touched = self.state.take_touched();
        let everything = touched.iter().rposition(|it| *it == Touched::Everything);
        for at in everything.unwrap_or(0)..touched.len() {
            let later = touched[at + 1..].iter().take(TOUCHED_TOGETHER);
            if !later.into_iter().any(|later| *later == touched[at]) {
                self.matcher.notice(&self.state, &touched[at]);
            }
        }
        self.state.reuse(touched);
    }

    /// Brings everything to rest at this instant: what became due by the last events, what was put off, what holds of
    /// whole queues, and then offers until no waiting visit and eligible agent coexist. If the budget of the slice does
    /// not suffice, the instant stays behind.
    fn come_to_rest(&mut self, now: TimeMs) {
        loop {
            let before = self.state.facts().seq;
            self.run_due(now);
            self.work_off(now);
            self.pass_void_windows(now);
            let stirred = self.state.take_stirred_queues();
            self.clear_queues(now, &stirred);
            self.match_waiting(now);
            self.judge_queues(now, &stirred);
            if !self.budget.is_left() || !self.matching_budget.is_left() {
                self.behind = Some(now);
                return;
            }
            if self.state.facts().seq == before {
                return;
            }
        }
    }

    fn match_waiting(&mut self, now: TimeMs) {
        std::mem::swap(&mut self.budget, &mut self.matching_budget);
        while self.budget.is_left() {
            self.notice_touched();
            match self.matcher.next(&self.state) {
                Some(pairing) => self.offer(now, pairing),
                None => break,
            }
        }
        std::mem::swap(&mut self.budget, &mut self.matching_budget);
    }

    fn offer(&mut self, now: TimeMs, pairing: Pairing) {
        let Pairing {
            visit,
            contact,
            candidates,
            winner,
            runner_up,
        } = pairing;
        let decision = Decision {
            config_version: self.state.facts().config_version,
            step: self.state.facts().visits[&visit].step,
            contact,
            candidates,
            winner,
            runner_up,
        };
        self.make_offer(now, visit, Arc::new(decision), false);
    }
}

fn reused(request_id: &str) -> Refusal {
    let detail = format!("request id {request_id:?} came before with other content");
    Refusal::new(Reason::RequestIdReused, "request_id", detail)
}
