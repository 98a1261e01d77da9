//! Agents' sessions, presence, pauses and calls outside.

use crate::command::Availability;
use crate::event::{
    AgentLoggedIn, AgentLoggedOut, NextRequested, OutsideBusyChanged, PendingPresence,
    PresenceChanged, PresencePending, QueuePaused, SessionAttached, SessionGivenUp, SessionLost,
};
use crate::ids::{AgentNo, ConnectionId, SessionId, TimeMs};
use crate::state::{Agent, Presence, QueuePause, Session, State, Touched};

impl State {
    pub(super) fn agent_logged_in(&mut self, event: &AgentLoggedIn) {
        let &AgentLoggedIn {
            agent: no,
            grace_until,
            ..
        } = event;
        let session = SessionId(self.facts.seq);
        let at = self.facts.now;
        let begins = event.begins.as_ref();
        if begins.is_some() {
            self.end_stretch(no);
        }
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

    pub(super) fn session_attached(&mut self, event: &SessionAttached) {
        let connection = ConnectionId(self.facts.seq);
        self.set_session_stream(event.agent, Some(connection), None);
    }

    pub(super) fn session_lost(&mut self, event: &SessionLost) {
        self.set_session_stream(event.agent, None, Some(event.grace_until));
    }

    pub(super) fn next_requested(&mut self, event: &NextRequested) {
        self.facts.agents[event.agent.index()].asked = true;
        self.touch(Touched::Agent(event.agent));
    }

    fn set_session_stream(
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

    pub(super) fn agent_logged_out(&mut self, event: &AgentLoggedOut) {
        let no = event.agent;
        let at = self.facts.now;
        self.end_stretch(no);
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

    pub(super) fn presence_changed(&mut self, event: &PresenceChanged) {
        let &PresenceChanged {
            agent: no,
            ref presence,
            return_at,
            own,
        } = event;
        let at = self.facts.now;
        self.end_stretch(no);
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

    /// Counts the presence that the event at hand ends.
    fn end_stretch(&mut self, no: AgentNo) {
        let (at, day_began_at) = (self.facts.now, self.facts.day_began_at);
        let kept = self.facts.measures.reasons_of_day;
        self.facts.agents[no.index()].end_stretch(at, day_began_at, kept);
        self.show_day(no);
    }

    pub(super) fn queue_paused(&mut self, event: &QueuePaused) {
        let &QueuePaused {
            agent: no,
            queue,
            return_at,
            own,
            ..
        } = event;
        let reason = event.reason.as_ref();
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
        self.touch(Touched::Agent(no));
    }

    /// The session was lost for longer than the grace. It can still be resumed until the logout takes effect.
    pub(super) fn session_given_up(&mut self, event: &SessionGivenUp) {
        let no = event.agent;
        if let Some(session) = &mut self.facts.agents[no.index()].session {
            session.grace_until = None;
            session.given_up = true;
        }
        self.touch(Touched::Agent(no));
    }

    pub(super) fn outside_busy_changed(&mut self, event: &OutsideBusyChanged) {
        let &OutsideBusyChanged {
            adapter,
            agent: no,
            busy,
        } = event;
        let at = self.facts.now;
        let agent = &mut self.facts.agents[no.index()];
        let was_busy = agent.busy_outside;
        match busy {
            true => agent.outside_adapters.insert(adapter),
            false => agent.outside_adapters.remove(&adapter),
        };
        agent.busy_outside = !agent.outside_adapters.is_empty();
        match agent.busy_outside {
            true => self.derived.busy_outside.insert(no),
            false => self.derived.busy_outside.remove(&no),
        };
        if was_busy && !agent.busy_outside {
            agent.idle_since = at;
        }
        self.touch(Touched::Agent(no));
    }

    pub(super) fn presence_pending(&mut self, event: &PresencePending) {
        let &PresencePending {
            agent: no,
            return_ms,
            own,
            ..
        } = event;
        let pending = event.pending.as_ref();
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
