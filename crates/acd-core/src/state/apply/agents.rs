//! Agents' sessions, presence, pauses and calls outside.

use std::sync::Arc;

use crate::command::Availability;
use crate::event::PendingPresence;
use crate::ids::{AdapterNo, AgentNo, ConnectionId, DurationMs, QueueNo, SessionId, TimeMs};
use crate::state::{Agent, Presence, QueuePause, Session, State, Touched};

impl State {
    pub(super) fn agent_logged_in(
        &mut self,
        no: AgentNo,
        session: SessionId,
        at: TimeMs,
        begins: Option<&Arc<str>>,
        grace_until: Option<TimeMs>,
    ) {
        let agent = &mut self.facts.agents[no.index()];
        agent.session = Some(Session {
            id: session,
            opened_at: at,
            connection: None,
            grace_until,
            restarting: false,
            given_up: false,
        });
        if let Some(code) = begins {
            agent.presence = Presence::NotReady(code.clone());
            agent.presence_since = at;
            agent.return_at = None;
            agent.logged_in_at = at;
            agent.handled_since_login = 0;
            agent.leased_ms = 0;
            agent.leased_since = agent.leased_since.map(|_| at);
            agent.forget_misses();
        }
        if matches!(agent.pending, Some(PendingPresence::Logout(_))) {
            agent.pending = None;
            agent.pending_return_ms = None;
            agent.pending_own = false;
        }
        self.follow_owner(no);
        self.touch(Touched::Agent(no));
    }

    /// The session of an agent without a desktop is there while the adapter is that acts for them.
    pub(super) fn follow_owner(&mut self, no: AgentNo) {
        let agent = &mut self.facts.agents[no.index()];
        let Some(session) = agent.session.as_mut().filter(|_| !agent.config.desktop) else {
            return;
        };
        session.connection = agent
            .adapter
            .and_then(|adapter| self.facts.adapters[adapter.index()].connection);
        session.restarting &= session.connection.is_none() && agent.adapter.is_some();
    }

    pub(super) fn set_session_stream(
        &mut self,
        no: AgentNo,
        connection: Option<ConnectionId>,
        grace: Option<TimeMs>,
    ) {
        let agent = &mut self.facts.agents[no.index()];
        let session = agent.session.as_mut().expect("the session of the stream");
        session.connection = connection;
        session.restarting = false;
        session.given_up &= connection.is_none();
        session.grace_until = grace.filter(|_| agent.config.desktop);
        if connection.is_none() {
            self.follow_owner(no);
        }
        self.touch(Touched::Agent(no));
    }

    pub(super) fn agent_logged_out(&mut self, no: AgentNo, at: TimeMs) {
        let agent = &mut self.facts.agents[no.index()];
        agent.session = None;
        agent.presence = Presence::Offline;
        agent.presence_since = at;
        agent.pending = None;
        agent.pending_return_ms = None;
        agent.pending_own = false;
        agent.return_at = None;
        agent.asked = false;
        self.touch(Touched::Agent(no));
    }

    pub(super) fn presence_changed(
        &mut self,
        no: AgentNo,
        at: TimeMs,
        presence: &Availability,
        return_at: Option<TimeMs>,
        own: bool,
    ) {
        let agent = &mut self.facts.agents[no.index()];
        if own {
            agent.forget_misses();
        }
        agent.presence = match presence {
            Availability::Ready => {
                agent.idle_since = at;
                Presence::Ready
            }
            Availability::NotReady(code) => Presence::NotReady(code.clone()),
        };
        agent.presence_since = at;
        agent.pending = None;
        agent.pending_return_ms = None;
        agent.pending_own = false;
        agent.return_at = return_at;
        if let Some(session) = agent
            .session
            .as_mut()
            .filter(|session| session.connection.is_none())
        {
            // The grace has done its work, or will when the session is lost again.
            session.grace_until = session.grace_until.filter(|until| *until > at);
        }
        self.touch(Touched::Agent(no));
    }

    pub(super) fn queue_paused(
        &mut self,
        no: AgentNo,
        queue: QueueNo,
        reason: Option<&Arc<str>>,
        return_at: Option<TimeMs>,
        own: bool,
    ) {
        let agent = &mut self.facts.agents[no.index()];
        if own {
            agent.misses_by_queue.remove(&queue);
        }
        match reason {
            Some(reason) => {
                let reason = reason.clone();
                agent.paused.insert(queue, QueuePause { reason, return_at });
            }
            None => {
                agent.paused.remove(&queue);
            }
        }
        self.touch(Touched::Skills(no));
    }

    /// The session was lost for longer than the grace. It can still be resumed until the logout takes effect.
    pub(super) fn session_given_up(&mut self, no: AgentNo) {
        if let Some(session) = &mut self.facts.agents[no.index()].session {
            session.grace_until = None;
            session.given_up = true;
        }
        self.touch(Touched::Agent(no));
    }

    pub(super) fn outside_busy_changed(
        &mut self,
        adapter: AdapterNo,
        no: AgentNo,
        at: TimeMs,
        busy: bool,
    ) {
        let agent = &mut self.facts.agents[no.index()];
        let was_busy = agent.busy_outside;
        match busy {
            true => agent.outside_adapters.insert(adapter),
            false => agent.outside_adapters.remove(&adapter),
        };
        agent.busy_outside = !agent.outside_adapters.is_empty();
        if was_busy && !agent.busy_outside {
            agent.idle_since = at;
        }
        self.touch(Touched::Agent(no));
    }

    pub(super) fn presence_pending(
        &mut self,
        no: AgentNo,
        pending: Option<&PendingPresence>,
        return_ms: Option<DurationMs>,
        own: bool,
    ) {
        let agent = &mut self.facts.agents[no.index()];
        agent.pending = pending.cloned();
        agent.pending_return_ms = return_ms;
        agent.pending_own = own;
        if pending.is_some() {
            agent.return_at = None;
        }
        self.touch(Touched::Agent(no));
    }
}

impl Agent {
    /// The offers missed in a row are counted anew.
    pub(super) fn forget_misses(&mut self) {
        self.misses = 0;
        self.misses_by_queue.clear();
    }
}
