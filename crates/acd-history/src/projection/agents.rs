//! Agents: sessions, presence, pauses, how their time passes.

use std::collections::BTreeMap;
use std::sync::Arc;

use acd_core::event::{Event, Recorded};
use acd_core::ids::{AgentNo, DurationMs, QueueNo, SessionId, TimeMs};
use acd_core::state::{Agent, Presence};

use super::{Projection, number};
use crate::quarter::{self, QUARTER_MS};
use crate::schema::{PresenceRow, SessionRow};
use crate::value::{Field, Text, Value, int};
use crate::words;

/// What the rows tell of an agent at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    session: Option<SessionId>,
    presence: Presence,
    presence_since: TimeMs,
    /// Why they take no contacts of a queue.
    paused: BTreeMap<QueueNo, Arc<str>>,
    is_outside: bool,
    is_leased: bool,
    is_idle: bool,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            session: None,
            presence: Presence::Offline,
            presence_since: 0,
            paused: BTreeMap::new(),
            is_outside: false,
            is_leased: false,
            is_idle: false,
        }
    }
}

impl Seen {
    pub(super) fn of(agent: &Agent) -> Self {
        let paused = agent.paused.iter();
        Self {
            session: agent.session.as_ref().map(|session| session.id),
            presence: agent.presence.clone(),
            presence_since: agent.presence_since,
            paused: paused
                .map(|(queue, pause)| (*queue, pause.reason.clone()))
                .collect(),
            is_outside: agent.busy_outside,
            is_leased: agent.leased_since.is_some(),
            is_idle: agent.in_config && agent.is_idle(),
        }
    }

    /// As what their time counts, with the reason.
    fn counts_as(&self) -> Vec<(&'static str, Text)> {
        let mut states = Vec::new();
        let (presence, reason) = words::presence(&self.presence);
        if self.presence != Presence::Offline {
            states.push(("logged_in", Text::default()));
            states.push((presence, reason.unwrap_or_default()));
        }
        let others = [
            (self.is_leased, "leased"),
            (self.is_idle, "idle"),
            (self.is_outside, "outside"),
        ];
        let others = others.into_iter().filter(|(is, _)| *is);
        states.extend(others.map(|(_, state)| (state, Text::default())));
        states
    }
}

impl Projection {
    /// Takes note of what an agent is now.
    pub(super) fn see_agent(&mut self, no: AgentNo, recorded: &Recorded) {
        let now = Seen::of(self.state.agent(no));
        if self.agents.len() <= no.index() {
            self.agents.resize_with(no.index() + 1, Seen::default);
        }
        if self.agents[no.index()] == now {
            return;
        }
        let before = std::mem::replace(&mut self.agents[no.index()], now.clone());
        let at = recorded.at_ms;
        self.tell_session(no, &before, &now, recorded);
        if (&before.presence, before.presence_since) != (&now.presence, now.presence_since) {
            if before.presence != Presence::Offline {
                self.end_stretch(no, "presence", None, at);
            }
            if now.presence != Presence::Offline {
                let (state, reason) = words::presence(&now.presence);
                self.begin_stretch(no, "presence", None, state, reason);
            }
        }
        for (queue, reason) in &before.paused {
            if now.paused.get(queue) != Some(reason) {
                self.end_stretch(no, "pause", Some(*queue), at);
            }
        }
        for (queue, reason) in &now.paused {
            if before.paused.get(queue) != Some(reason) {
                let reason = Some(reason.clone().into());
                self.begin_stretch(no, "pause", Some(*queue), "paused", reason);
            }
        }
        match (before.is_outside, now.is_outside) {
            (false, true) => self.begin_stretch(no, "outside", None, "busy", None),
            (true, false) => self.end_stretch(no, "outside", None, at),
            _ => {}
        }
        let (before, now) = (before.counts_as(), now.counts_as());
        let began_at = quarter::begin(at);
        for ended in before.iter().filter(|state| !now.contains(state)) {
            self.add_time(no, began_at, ended, at - began_at);
        }
        for begun in now.iter().filter(|state| !before.contains(state)) {
            self.add_time(no, began_at, begun, began_at - at);
        }
    }

    /// The quarters that end before an instant are complete.
    pub(super) fn end_quarters(&mut self, at: TimeMs) {
        self.write_figures();
        let agents = (0..).map(AgentNo).zip(&self.agents);
        let counting = agents.map(|(no, seen)| (no, seen.counts_as()));
        let counting: Vec<_> = counting.filter(|(_, states)| !states.is_empty()).collect();
        if counting.is_empty() {
            return;
        }
        let mut began_at = quarter::begin(self.state.facts().now);
        while began_at < quarter::begin(at) {
            for (no, states) in &counting {
                for state in states {
                    self.add_time(*no, began_at, state, QUARTER_MS);
                }
            }
            began_at += QUARTER_MS;
        }
    }

    fn add_time(
        &mut self,
        no: AgentNo,
        began_at: TimeMs,
        (state, reason): &(&'static str, Text),
        length_ms: DurationMs,
    ) {
        let key = (no, began_at, *state, reason.clone());
        *self.tallies.time.entry(key).or_default() += length_ms;
    }

    fn tell_session(&mut self, no: AgentNo, before: &Seen, now: &Seen, recorded: &Recorded) {
        if before.session == now.session {
            return;
        }
        if let Some(ended) = before.session {
            let cause = match &recorded.event {
                Event::AgentLoggedOut(event) => words::one_word(&event.cause),
                _ => Text::word("replaced"),
            };
            let columns = [
                (SessionRow::ended_at, Value::Int(recorded.at_ms)),
                (SessionRow::end_cause, Value::Text(cause)),
            ];
            self.changes.update(&number(ended.0), columns);
        }
        let Some(session) = &self.state.agent(no).session else {
            return;
        };
        let took_over = match &recorded.event {
            Event::AgentLoggedIn(event) => Some(event.begins.is_none()),
            _ => None,
        };
        self.changes.put(SessionRow {
            session: int(session.id.0),
            agent: self.agent_name(no),
            began_at: session.opened_at,
            took_over,
            ended_at: None,
            end_cause: None,
            lost: false,
        });
    }

    fn begin_stretch(
        &mut self,
        no: AgentNo,
        kind: &'static str,
        queue: Option<QueueNo>,
        state: &'static str,
        reason: Option<Text>,
    ) {
        let facts = self.state.facts();
        self.changes.put(PresenceRow {
            agent: self.agent_name(no),
            kind: Text::word(kind),
            queue: queue
                .map(|queue| self.queue_name(queue))
                .unwrap_or_default(),
            began_seq: int(facts.seq),
            state: Text::word(state),
            reason,
            began_at: facts.now,
            ended_at: None,
            lost: false,
        });
    }

    fn end_stretch(&mut self, no: AgentNo, kind: &'static str, queue: Option<QueueNo>, at: TimeMs) {
        let queue = queue
            .map(|queue| self.queue_name(queue))
            .unwrap_or_default();
        let key = vec![
            self.agent_name(no).into_value(),
            Text::word(kind).into_value(),
            queue.into_value(),
        ];
        self.changes.close::<PresenceRow>(key, at);
    }
}
