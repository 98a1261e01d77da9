//! Deciding about agents: sessions and presence.

use std::sync::Arc;

use super::Engine;
use crate::command::{Answer, Availability, Reply};
use crate::config::check_name;
use crate::event::{BackOff, Event, Fault, LogoutCause, OfferEnd, PendingPresence, RescindReason};
use crate::ids::{AgentName, AgentNo, ConnectionId, OfferId, SessionId, TimeMs};
use crate::matching::Matcher;
use crate::refusal::{Reason, Refusal};
use crate::state::{LeaseHolder, OfferState, Presence};

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
        if self.state.agent(agent).pending
            == Some(PendingPresence::Logout(LogoutCause::SessionLost))
        {
            self.emit(
                now,
                Event::PresencePending {
                    agent,
                    pending: None,
                },
            );
        }
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
            let presence = Availability::NotReady(code);
            self.emit(now, Event::PresenceChanged { agent, presence });
        } else if !self.state.logout_pending(agent) {
            let pending = Some(PendingPresence::NotReady(code));
            self.emit(now, Event::PresencePending { agent, pending });
        }
    }

    fn set_ready(&mut self, now: TimeMs, agent: AgentNo) {
        if self.state.agent(agent).pending.is_some() {
            self.emit(
                now,
                Event::PresencePending {
                    agent,
                    pending: None,
                },
            );
        }
        if self.state.agent(agent).presence != Presence::Ready {
            self.emit(
                now,
                Event::PresenceChanged {
                    agent,
                    presence: Availability::Ready,
                },
            );
        }
    }

    pub(super) fn logout(&mut self, now: TimeMs, agent: AgentNo, cause: LogoutCause) -> Answer {
        match cause {
            LogoutCause::Asked | LogoutCause::Removed => self.rescind_for_leaving(now, agent),
            LogoutCause::SessionLost => {
                self.rescind_pending(now, agent, RescindReason::SessionLost, None)
            }
        }
        self.log_out_when_clear(now, agent, cause);
        Ok(Reply::Done)
    }

    /// Logs the agent out at once, or when his last slot clears.
    pub(super) fn log_out_when_clear(&mut self, now: TimeMs, agent: AgentNo, cause: LogoutCause) {
        if self.state.agent(agent).leases.is_empty() {
            self.emit(now, Event::AgentLoggedOut { agent, cause });
        } else {
            let pending = Some(PendingPresence::Logout(cause));
            self.emit(now, Event::PresencePending { agent, pending });
        }
    }

    /// Applies the presence that waited, now that a slot was released.
    pub(super) fn settle_presence(&mut self, now: TimeMs, no: AgentNo) {
        let agent = self.state.agent(no);
        if !agent.leases.is_empty() {
            return;
        }
        match agent.pending.clone() {
            Some(PendingPresence::NotReady(code)) => {
                self.emit(
                    now,
                    Event::PresenceChanged {
                        agent: no,
                        presence: Availability::NotReady(code),
                    },
                );
            }
            Some(PendingPresence::Logout(cause)) => {
                self.emit(now, Event::AgentLoggedOut { agent: no, cause });
            }
            None => {}
        }
    }

    /// An agent who asks to leave gives his pending offers back: a rejection for the back-off, but no non-response.
    fn rescind_for_leaving(&mut self, now: TimeMs, agent: AgentNo) {
        let back_off = self.visit_back_off(now, self.state.facts().settings.back_off.rejected_ms);
        self.rescind_pending(now, agent, RescindReason::AgentGone, back_off);
    }

    /// Takes the agent's pending offers back.
    fn rescind_pending(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        reason: RescindReason,
        back_off: Option<BackOff>,
    ) {
        let fault = match reason {
            RescindReason::AgentGone => Fault::Agent,
            RescindReason::SessionLost | RescindReason::System => Fault::None,
        };
        let leases = self.state.agent(agent).leases.iter();
        let offers: Vec<OfferId> = leases
            .filter_map(|lease| match lease.holder {
                LeaseHolder::Offer(offer) => Some(offer),
                LeaseHolder::Handling(_) => None,
            })
            .filter(|offer| {
                matches!(
                    self.state.facts().offers[offer].state,
                    OfferState::Pending { .. }
                )
            })
            .collect();
        for offer in offers {
            self.end_offer(now, offer, OfferEnd::Rescinded(reason), fault, back_off);
        }
    }
}
