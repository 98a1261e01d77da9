//! Deciding about agents: sessions and presence.

use std::sync::Arc;

use super::Engine;
use crate::command::{Answer, Availability, Reply};
use crate::config::AfterSessionLoss;
use crate::config::check_name;
use crate::event::{Event, Fault, LogoutCause, OfferEnd, PendingPresence, RescindReason};
use crate::ids::{
    AdapterName, AdapterNo, AgentName, AgentNo, ConnectionId, DurationMs, QueueName, QueueNo,
    SessionId, TimeMs,
};
use crate::matching::Matcher;
use crate::refusal::{Reason, Refusal};
use crate::state::Presence;

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

    /// The agent whose current session this is.
    pub(super) fn agent_in_session(
        &self,
        name: &AgentName,
        session: SessionId,
    ) -> Result<AgentNo, Refusal> {
        let unknown = || {
            Refusal::new(
                Reason::UnknownAgent,
                "agent",
                format!("there is no agent {name:?}"),
            )
        };
        let no = self.state.agent_no(name).ok_or_else(unknown)?;
        match &self.state.agent(no).session {
            Some(current) if current.id == session => Ok(no),
            Some(current) if current.id > session => {
                let detail = format!("agent {name} logged in again elsewhere");
                Err(Refusal::new(Reason::SessionReplaced, "session_id", detail))
            }
            _ => Err(Refusal::new(
                Reason::NotLoggedIn,
                "session_id",
                format!("agent {name} has no session {session}"),
            )),
        }
    }

    pub(super) fn login(&mut self, now: TimeMs, name: &AgentName) -> Answer {
        let agent = self.agent_in_config(name)?;
        if self.state.logout_pending(agent) {
            let detail = format!("the logout of agent {name} waits for his last contact");
            return Err(Refusal::new(Reason::LogoutPending, "agent", detail));
        }
        self.rescind_pending(now, agent, RescindReason::SessionLost, None);
        let session = SessionId(self.emit(now, Event::AgentLoggedIn { agent }));
        Ok(Reply::LoggedIn { session })
    }

    pub(super) fn attach_session(
        &mut self,
        now: TimeMs,
        name: &AgentName,
        session: SessionId,
    ) -> Answer {
        let agent = self.agent_in_session(name, session)?;
        let connection = ConnectionId(self.emit(now, Event::SessionAttached { agent }));
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
        self.emit(now, Event::SessionLost { agent, grace_until });
        self.rescind_pending(now, agent, RescindReason::SessionLost, None);
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
            Availability::Ready => self.set_ready(now, agent),
            Availability::NotReady(code) => {
                check_name(&code)
                    .map_err(|wrong| Refusal::new(Reason::InvalidArgument, "reason_code", wrong))?;
                self.set_not_ready(now, agent, code);
            }
        }
        Ok(Reply::Done)
    }

    /// A logout that waits goes further than not ready, and stays.
    fn set_not_ready(&mut self, now: TimeMs, agent: AgentNo, code: Arc<str>) {
        self.rescind_for_leaving(now, agent);
        if self.state.agent(agent).leases.is_empty() {
            self.be_not_ready(now, agent, code, None);
        } else if !self.state.logout_pending(agent) {
            let pending = Some(PendingPresence::NotReady(code));
            self.emit(
                now,
                Event::PresencePending {
                    agent,
                    pending,
                    return_ms: None,
                },
            );
        }
    }

    pub(super) fn set_ready(&mut self, now: TimeMs, agent: AgentNo) {
        if self.state.agent(agent).pending.is_some() {
            self.emit(
                now,
                Event::PresencePending {
                    agent,
                    pending: None,
                    return_ms: None,
                },
            );
        }
        if self.state.agent(agent).presence != Presence::Ready {
            self.be_ready(now, agent);
        }
    }

    pub(super) fn be_ready(&mut self, now: TimeMs, agent: AgentNo) {
        let presence = Availability::Ready;
        self.emit(
            now,
            Event::PresenceChanged {
                agent,
                presence,
                return_at: None,
            },
        );
    }

    /// Not ready from now on; ready again after `return_ms`, or as the tenant says for the reason.
    pub(super) fn be_not_ready(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        code: Arc<str>,
        return_ms: Option<DurationMs>,
    ) {
        let auto_return = self.state.facts().settings.auto_return.get(&code).copied();
        let return_at = return_ms.or(auto_return).map(|length| now + length);
        let presence = Availability::NotReady(code);
        self.emit(
            now,
            Event::PresenceChanged {
                agent,
                presence,
                return_at,
            },
        );
    }

    pub(super) fn logout(&mut self, now: TimeMs, agent: AgentNo, cause: LogoutCause) -> Answer {
        self.rescind_for_leaving(now, agent);
        self.log_out_when_clear(now, agent, cause);
        Ok(Reply::Done)
    }

    /// The session was lost for longer than the grace.
    pub(super) fn give_session_up(&mut self, now: TimeMs, no: AgentNo) {
        self.rescind_pending(now, no, RescindReason::SessionLost, None);
        let agent = self.state.agent(no);
        let logs_out = self.state.facts().settings.after_session_loss == AfterSessionLoss::LogOut;
        if logs_out && agent.leases.is_empty() {
            self.be_logged_out(now, no, LogoutCause::SessionLost);
        } else if logs_out || agent.pending.is_some() {
            // What he asked for before waits on, and goes further than not ready.
            self.emit(now, Event::SessionGivenUp { agent: no });
        } else {
            self.be_not_ready(now, no, Arc::from("session_lost"), None);
        }
    }

    /// Logs the agent out at once, or when his last slot clears.
    pub(super) fn log_out_when_clear(&mut self, now: TimeMs, agent: AgentNo, cause: LogoutCause) {
        if self.state.agent(agent).leases.is_empty() {
            self.be_logged_out(now, agent, cause);
        } else {
            let pending = Some(PendingPresence::Logout(cause));
            self.emit(
                now,
                Event::PresencePending {
                    agent,
                    pending,
                    return_ms: None,
                },
            );
        }
    }

    /// Applies the presence that waited, now that a slot was released.
    pub(super) fn settle_presence(&mut self, now: TimeMs, no: AgentNo) {
        let agent = self.state.agent(no);
        if !agent.leases.is_empty() {
            return;
        }
        let given_up = agent
            .session
            .as_ref()
            .is_some_and(|session| session.given_up);
        let logs_out = self.state.facts().settings.after_session_loss == AfterSessionLoss::LogOut;
        let removed = !agent.in_config && agent.session.is_some();
        match agent.pending.clone() {
            _ if removed => self.be_logged_out(now, no, LogoutCause::Removed),
            Some(PendingPresence::Logout(cause)) => self.be_logged_out(now, no, cause),
            _ if given_up && logs_out => self.be_logged_out(now, no, LogoutCause::SessionLost),
            Some(PendingPresence::NotReady(code)) => {
                let return_ms = agent.pending_return_ms;
                self.be_not_ready(now, no, code, return_ms);
            }
            None => {}
        }
    }

    pub(super) fn be_logged_out(&mut self, now: TimeMs, agent: AgentNo, cause: LogoutCause) {
        self.emit(now, Event::AgentLoggedOut { agent, cause });
        self.leave_void_windows(now);
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
            self.emit(now, Event::NextRequested { agent: no });
        }
        Ok(Reply::Done)
    }

    /// Takes the agent out of one queue with a reason, or lets him back. Offers that ring stand.
    pub(super) fn pause_queue(
        &mut self,
        now: TimeMs,
        no: AgentNo,
        name: &QueueName,
        reason: Option<Arc<str>>,
    ) -> Answer {
        let queue = self.check_pause(no, name, reason.as_ref())?;
        let paused = self.state.agent(no).paused.get(&queue);
        if paused.map(|pause| &pause.reason) != reason.as_ref() {
            let (agent, return_at) = (no, None);
            self.emit(
                now,
                Event::QueuePaused {
                    agent,
                    queue,
                    reason,
                    return_at,
                },
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
            check_name(reason)
                .map_err(|wrong| Refusal::new(Reason::InvalidArgument, "reason_code", wrong))?;
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
            Event::OutsideBusyChanged {
                adapter,
                agent,
                busy,
            },
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
                    self.end_offer(now, offer, end, Fault::None, None);
                }
            }
        }
    }

    /// An agent who asks to leave gives his pending offers back: a rejection for the back-off, but no non-response.
    fn rescind_for_leaving(&mut self, now: TimeMs, agent: AgentNo) {
        let back_off = self.visit_back_off(now, self.state.facts().settings.back_off.rejected_ms);
        self.rescind_pending(now, agent, RescindReason::AgentGone, back_off);
    }
}
