//! Deciding about agents: sessions and presence.

use std::sync::Arc;

use super::Engine;
use crate::command::{Answer, Availability, PhoneAct, Reply};
use crate::config::AfterSessionLoss;
use crate::config::check_name;
use crate::event::{
    AgentLoggedIn, AgentLoggedOut, Event, LogoutCause, NextRequested, OfferEnd, OutsideBusyChanged,
    PendingPresence, PresenceChanged, PresencePending, QueuePaused, RescindReason, SessionAttached,
    SessionGivenUp, SessionLost,
};
use crate::ids::{
    AdapterName, AdapterNo, AgentName, AgentNo, ConnectionId, DurationMs, HandlingId, QueueName,
    QueueNo, SessionId, TimeMs,
};
use crate::matching::Matcher;
use crate::refusal::{Reason, Refusal};
use crate::state::{Presence, Session};

/// How long a login may wait for its stream at least, however short the grace of a lost session is.
const FIRST_STREAM_MS: DurationMs = 30_000;
/// The reason code of an agent who has just logged in.
const LOGGED_IN: &str = "logged_in";

impl<M: Matcher> Engine<M> {
    pub(super) fn agent_in_config(&self, name: &AgentName) -> Result<AgentNo, Refusal> {
        let known = self
            .state
            .agent_no(name)
            .filter(|no| self.state.agent(*no).in_config);
        known.ok_or_else(|| {
            Refusal::new(
                Reason::UnknownAgent,
                "agent",
                format!("there is no agent {name:?}"),
            )
        })
    }

    /// A login takes over what the agent holds: offers ring on, conversations and wrap-ups go on. It cancels a logout
    /// that waits, and keeps the presence of a session that is there or in its grace.
    pub(super) fn login(&mut self, now: TimeMs, name: &AgentName) -> Answer {
        let no = self.agent_in_config(name)?;
        let agent = self.state.agent(no);
        let session = agent.session.as_ref();
        let takes_over = session.is_some_and(|session| session.is_kept() || !agent.config.desktop);
        let grace = self
            .state
            .facts()
            .settings
            .session_grace_ms
            .max(FIRST_STREAM_MS);
        let login = Event::AgentLoggedIn(AgentLoggedIn {
            agent: no,
            begins: (!takes_over).then(|| Arc::from(LOGGED_IN)),
            grace_until: agent.config.desktop.then_some(now + grace),
        });
        let session = SessionId(self.emit(now, login));
        self.suspend_or_resume(now, no);
        self.carry_out_pending(now, no);
        Ok(Reply::LoggedIn { session })
    }

    pub(super) fn attach_session(
        &mut self,
        now: TimeMs,
        name: &AgentName,
        session: SessionId,
    ) -> Answer {
        let agent = self.state.agent_in_session(name, session)?;
        let connection =
            ConnectionId(self.emit(now, Event::SessionAttached(SessionAttached { agent })));
        Ok(Reply::Attached {
            connection,
            last_sequence: 0,
        })
    }

    pub(super) fn detach_session(
        &mut self,
        now: TimeMs,
        name: &AgentName,
        connection: ConnectionId,
    ) -> Answer {
        let Some(agent) = self.state.agent_no(name) else {
            return Ok(Reply::Done);
        };
        let current = self
            .state
            .agent(agent)
            .session
            .as_ref()
            .and_then(|session| session.connection);
        if current != Some(connection) {
            return Ok(Reply::Done);
        }
        let grace_until = now + self.state.facts().settings.session_grace_ms;
        self.emit(now, Event::SessionLost(SessionLost { agent, grace_until }));
        self.rescind_pending(now, agent, RescindReason::SessionLost);
        Ok(Reply::Done)
    }

    pub(super) fn set_presence(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        presence: Availability,
    ) -> Answer {
        self.agent_in_config(&self.state.agent(agent).config.name)?;
        match presence {
            Availability::Ready => self.set_ready(now, agent, true),
            Availability::NotReady(code) => {
                self.check_reason(&code)?;
                self.set_not_ready(now, agent, code);
            }
        }
        Ok(Reply::Done)
    }

    /// Whether this may be a reason of not ready, or of a pause.
    pub(super) fn check_reason(&self, code: &Arc<str>) -> Result<(), Refusal> {
        let refused = |wrong| Refusal::new(Reason::InvalidArgument, "reason_code", wrong);
        check_name(code).map_err(refused)?;
        let facts = self.state.facts();
        let mut known = facts.reasons.iter().map(|reason| &reason.name);
        let asks = facts.settings.only_configured_codes && known.len() > 0;
        match asks && !known.any(|name| name == code) {
            true => Err(refused(format!("{code:?} is no configured reason"))),
            false => Ok(()),
        }
    }

    /// The agent's own choice. A logout that waits goes further than not ready, and stays.
    fn set_not_ready(&mut self, now: TimeMs, agent: AgentNo, code: Arc<str>) {
        self.rescind_for_leaving(now, agent);
        if !self.state.holds_change_back(agent) {
            self.be_not_ready(now, agent, code, None, true);
        } else if !self.state.logout_pending(agent) {
            self.wait_for_presence(
                now,
                agent,
                Some(PendingPresence::NotReady(code)),
                None,
                true,
            );
        }
    }

    /// A change of presence waits for the agent's last slot, or (none) no longer.
    pub(super) fn wait_for_presence(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        pending: Option<PendingPresence>,
        return_ms: Option<DurationMs>,
        own: bool,
    ) {
        self.emit(
            now,
            Event::PresencePending(PresencePending {
                agent,
                pending,
                return_ms,
                own,
            }),
        );
    }

    /// Ready from now on, and no change of presence waits any more.
    pub(super) fn set_ready(&mut self, now: TimeMs, agent: AgentNo, own: bool) {
        if self.state.agent(agent).pending.is_some() {
            self.wait_for_presence(now, agent, None, None, false);
        }
        if self.state.agent(agent).presence != Presence::Ready {
            self.be_ready(now, agent, own);
        }
    }

    pub(super) fn be_ready(&mut self, now: TimeMs, agent: AgentNo, own: bool) {
        let (presence, return_at) = (Availability::Ready, None);
        self.emit(
            now,
            Event::PresenceChanged(PresenceChanged {
                agent,
                presence,
                return_at,
                own,
            }),
        );
        self.suspend_or_resume(now, agent);
    }

    /// Not ready from now on; ready again after `return_ms`, or as the tenant says for the reason.
    pub(super) fn be_not_ready(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        code: Arc<str>,
        return_ms: Option<DurationMs>,
        own: bool,
    ) {
        let auto_return = self.state.facts().settings.auto_return.get(&code).copied();
        let return_at = return_ms.or(auto_return).map(|length| now + length);
        let presence = Availability::NotReady(code);
        self.emit(
            now,
            Event::PresenceChanged(PresenceChanged {
                agent,
                presence,
                return_at,
                own,
            }),
        );
        self.suspend_or_resume(now, agent);
    }

    pub(super) fn logout(&mut self, now: TimeMs, agent: AgentNo, cause: LogoutCause) -> Answer {
        self.rescind_for_leaving(now, agent);
        self.log_out_when_clear(now, agent, cause);
        Ok(Reply::Done)
    }

    /// The session was lost for longer than the grace. Wrap-ups end, for nobody is there to end them; conversations
    /// stay.
    pub(super) fn give_session_up(&mut self, now: TimeMs, no: AgentNo) {
        self.rescind_pending(now, no, RescindReason::SessionLost);
        for wrap_up in self.wrap_ups(no) {
            self.finish_handling(now, wrap_up);
        }
        let agent = self.state.agent(no);
        if agent.session.is_none() {
            // The logout they had asked for has taken effect.
            return;
        }
        let logs_out = self.state.facts().settings.after_session_loss == AfterSessionLoss::LogOut;
        if logs_out && !self.state.holds_change_back(no) {
            self.be_logged_out(now, no, LogoutCause::SessionLost);
        } else if logs_out || agent.pending.is_some() {
            // What they asked for before waits on, and goes further than not ready.
            self.emit(now, Event::SessionGivenUp(SessionGivenUp { agent: no }));
        } else {
            self.be_not_ready(now, no, Arc::from("session_lost"), None, false);
        }
    }

    /// The handlings of the agent whose conversation is over.
    pub(super) fn wrap_ups(&self, no: AgentNo) -> Vec<HandlingId> {
        let handlings = self.state.handlings_of(no);
        let over = handlings.filter(|handling| handling.is_in_wrap_up());
        over.map(|handling| handling.id).collect()
    }

    /// Logs the agent out at once, or when their last slot clears.
    pub(super) fn log_out_when_clear(&mut self, now: TimeMs, agent: AgentNo, cause: LogoutCause) {
        if self.state.holds_change_back(agent) {
            let pending = Some(PendingPresence::Logout(cause));
            self.wait_for_presence(now, agent, pending, None, cause == LogoutCause::Asked);
        } else {
            self.be_logged_out(now, agent, cause);
        }
    }

    /// Applies the presence that waited, once nothing holds it back any more. What rings then goes back, as it would
    /// have at the request.
    pub(super) fn carry_out_pending(&mut self, now: TimeMs, no: AgentNo) {
        let agent = self.state.agent(no);
        let removed = !agent.in_config && agent.session.is_some();
        let change = match self.change_that_waits(no) {
            _ if removed => Some(PendingPresence::Logout(LogoutCause::Removed)),
            change => change,
        };
        let Some(change) = change.filter(|_| !self.state.holds_change_back(no)) else {
            return;
        };
        if !self.pending_offers(no).is_empty() {
            // The end of the last one carries the change out.
            return self.rescind_for_leaving(now, no);
        }
        match change {
            PendingPresence::Logout(cause) => self.be_logged_out(now, no, cause),
            PendingPresence::NotReady(code) => {
                let (return_ms, own) = (agent.pending_return_ms, agent.pending_own);
                self.be_not_ready(now, no, code, return_ms, own);
            }
        }
    }

    /// The change that waits for the agent's last slot. A session that was given up logs out only where it is set so.
    fn change_that_waits(&self, no: AgentNo) -> Option<PendingPresence> {
        let agent = self.state.agent(no);
        let given_up = agent
            .session
            .as_ref()
            .is_some_and(|session| session.given_up);
        let logs_out = self.state.facts().settings.after_session_loss == AfterSessionLoss::LogOut;
        match &agent.pending {
            Some(PendingPresence::Logout(cause)) => Some(PendingPresence::Logout(*cause)),
            _ if given_up && logs_out => Some(PendingPresence::Logout(LogoutCause::SessionLost)),
            other => other.clone(),
        }
    }

    pub(super) fn be_logged_out(&mut self, now: TimeMs, agent: AgentNo, cause: LogoutCause) {
        self.emit(now, Event::AgentLoggedOut(AgentLoggedOut { agent, cause }));
        self.suspend_or_resume(now, agent);
    }

    /// An adapter acts for an agent whose phone it owns, as the agent would at a desktop.
    pub(super) fn act_for_agent(
        &mut self,
        now: TimeMs,
        adapter: &AdapterName,
        name: &AgentName,
        act: PhoneAct,
    ) -> Answer {
        let adapter = self.adapter_in_config(adapter)?;
        let agent = self.agent_in_config(name)?;
        let known = self.state.agent(agent);
        if known.config.desktop || known.adapter != Some(adapter) {
            let detail = format!("the phone of agent {name} is not this adapter's");
            return Err(Refusal::new(Reason::NotItsAgent, "agent", detail));
        }
        if act != PhoneAct::LogIn {
            self.agent_logged_in(name)?;
        }
        match act {
            PhoneAct::LogIn => self.login(now, name),
            PhoneAct::LogOut => self.logout(now, agent, LogoutCause::Asked),
            PhoneAct::SetPresence(presence) => self.set_presence(now, agent, presence),
            PhoneAct::PauseQueue(queue, reason) => {
                self.pause_queue(now, agent, &queue, Some(reason), true)
            }
            PhoneAct::ResumeQueue(queue) => self.pause_queue(now, agent, &queue, None, true),
        }
    }

    /// An agent who works on demand asks for the next contact.
    pub(super) fn request_next(&mut self, now: TimeMs, no: AgentNo) -> Answer {
        let agent = self.state.agent(no);
        if !agent.config.on_demand {
            let detail = format!(
                "agent {} is offered contacts as they come",
                agent.config.name
            );
            return Err(Refusal::new(Reason::NotOnDemand, "agent", detail));
        }
        if !agent.asked {
            self.emit(now, Event::NextRequested(NextRequested { agent: no }));
        }
        Ok(Reply::Done)
    }

    /// Takes the agent out of one queue with a reason, or lets them back. Offers that ring stand. `own`: the agent asks
    /// for it.
    pub(super) fn pause_queue(
        &mut self,
        now: TimeMs,
        no: AgentNo,
        name: &QueueName,
        reason: Option<Arc<str>>,
        own: bool,
    ) -> Answer {
        let queue = self.check_pause(no, name, reason.as_ref())?;
        let paused = self.state.agent(no).paused.get(&queue);
        if paused.map(|pause| &pause.reason) != reason.as_ref() {
            let (agent, return_at) = (no, None);
            self.emit(
                now,
                Event::QueuePaused(QueuePaused {
                    agent,
                    queue,
                    reason,
                    return_at,
                    own,
                }),
            );
        }
        Ok(Reply::Done)
    }

    /// The queue in which the agent is to be paused or let back.
    pub(super) fn check_pause(
        &self,
        no: AgentNo,
        name: &QueueName,
        reason: Option<&Arc<str>>,
    ) -> Result<QueueNo, Refusal> {
        let queue = self.known_queue(name)?;
        let agent = self.state.agent(no);
        if !agent.queues.contains_key(&queue) {
            let detail = format!("agent {} does not serve queue {name}", agent.config.name);
            return Err(Refusal::new(Reason::NotAMember, "queue", detail));
        }
        if let Some(reason) = reason {
            self.check_reason(reason)?;
        }
        Ok(queue)
    }

    pub(super) fn set_outside_busy(
        &mut self,
        now: TimeMs,
        adapter: &AdapterName,
        agent: &AgentName,
        busy: bool,
    ) -> Answer {
        let adapter = self.adapter_in_config(adapter)?;
        let agent = self.agent_in_config(agent)?;
        self.be_busy_outside(now, adapter, agent, busy);
        Ok(Reply::Done)
    }

    /// Offers in flight are taken back, but not those of queues that offer agents who are busy outside.
    pub(super) fn be_busy_outside(
        &mut self,
        now: TimeMs,
        adapter: AdapterNo,
        agent: AgentNo,
        busy: bool,
    ) {
        let said = self.state.agent(agent).outside_adapters.contains(&adapter);
        if said == busy {
            return;
        }
        self.emit(
            now,
            Event::OutsideBusyChanged(OutsideBusyChanged {
                adapter,
                agent,
                busy,
            }),
        );
        if busy {
            let stands = |engine: &Self, offer: &crate::ids::OfferId| {
                let facts = engine.state.facts();
                let queue = facts.visits[&facts.offers[offer].visit].queue;
                engine.state.queue(queue).config.offer_when_busy_outside
            };
            for offer in self.pending_offers(agent) {
                if self.state.facts().offers.contains_key(&offer) && !stands(self, &offer) {
                    let end = OfferEnd::Rescinded(RescindReason::OutsideBusy);
                    self.end_offer(now, offer, end);
                }
            }
        }
    }

    /// An agent who asks to leave gives their pending offers back: a rejection for the back-off, but no non-response.
    fn rescind_for_leaving(&mut self, now: TimeMs, agent: AgentNo) {
        self.rescind_pending(now, agent, RescindReason::AgentGone);
    }
}

impl Session {
    /// Whether its stream is there, or it is in its grace.
    fn is_kept(&self) -> bool {
        self.connection.is_some() || self.grace_until.is_some()
    }
}
