//! Agents' sessions and presence.

use std::sync::Arc;

use crate::command::Availability;
use crate::event::{LogoutCause, PendingPresence};
use crate::ids::{AgentNo, ConnectionId, SessionId, TimeMs};
use crate::state::{Presence, Session, State, TimerKind, Touched};

/// The reason code of an agent who has just logged in.
const LOGGED_IN: &str = "logged_in";

impl State {
    pub(super) fn agent_logged_in(&mut self, no: AgentNo, session: SessionId, at: TimeMs) {
        let grace_until = Some(at + self.facts.settings.session_grace_ms);
        let agent = &mut self.facts.agents[no.index()];
        let before = agent.session.take().and_then(|session| session.grace_until);
        agent.session = Some(Session {
            id: session,
            opened_at: at,
            connection: None,
            grace_until,
        });
        if agent.presence == Presence::Offline {
            agent.presence = Presence::NotReady(Arc::from(LOGGED_IN));
            agent.presence_since = at;
        }
        self.move_timer(TimerKind::SessionGrace(no), before, grace_until);
        self.touch(Touched::Agent(no));
    }

    pub(super) fn set_session_stream(
        &mut self,
        no: AgentNo,
        connection: Option<ConnectionId>,
        grace: Option<TimeMs>,
    ) {
        let session = self.facts.agents[no.index()]
            .session
            .as_mut()
            .expect("the session of the stream");
        session.connection = connection;
        let before = std::mem::replace(&mut session.grace_until, grace);
        self.move_timer(TimerKind::SessionGrace(no), before, grace);
        self.touch(Touched::Agent(no));
    }

    pub(super) fn agent_logged_out(&mut self, no: AgentNo, at: TimeMs) {
        let agent = &mut self.facts.agents[no.index()];
        let grace = agent.session.take().and_then(|session| session.grace_until);
        agent.presence = Presence::Offline;
        agent.presence_since = at;
        agent.pending = None;
        self.move_timer(TimerKind::SessionGrace(no), grace, None);
        self.touch(Touched::Agent(no));
    }

    pub(super) fn presence_changed(&mut self, no: AgentNo, at: TimeMs, presence: &Availability) {
        let agent = &mut self.facts.agents[no.index()];
        agent.presence = match presence {
            Availability::Ready => {
                agent.idle_since = at;
                Presence::Ready
            }
            Availability::NotReady(code) => Presence::NotReady(code.clone()),
        };
        agent.presence_since = at;
        agent.pending = None;
        self.touch(Touched::Agent(no));
    }

    pub(super) fn presence_pending(&mut self, no: AgentNo, pending: Option<&PendingPresence>) {
        let agent = &mut self.facts.agents[no.index()];
        agent.pending = pending.cloned();
        if pending == Some(&PendingPresence::Logout(LogoutCause::SessionLost)) {
            // The grace has done its work; the session can still be resumed until the logout takes effect.
            let grace = agent
                .session
                .as_mut()
                .and_then(|session| session.grace_until.take());
            self.move_timer(TimerKind::SessionGrace(no), grace, None);
        }
        self.touch(Touched::Agent(no));
    }
}
