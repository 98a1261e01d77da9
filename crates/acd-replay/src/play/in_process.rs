//! A script on the virtual clock: the engine alone, without a network or a journal.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use acd_core::Engine;
use acd_core::command::{
    AcknowledgeDirectives, AdapterConnect, AgentAct, AgentCommand, ApplyConfig, Arrival,
    AttachSession, Availability, Command, ConfigSource, ContactAct, ContactCommand, EndCause,
    Login, Reply, Request,
};
use acd_core::config::OverflowReason;
use acd_core::event::{
    ContactEnded, ContactGivenUp, Directive, DirectiveIssued, Event, OfferMade, Outcome, Recorded,
    VisitEnded, VisitOpened,
};
use acd_core::ids::{
    AgentName, AgentNo, Channel, ContactId, ContactName, DirectiveId, OfferId, SessionId, VisitId,
};
use acd_core::refusal::Refusal;
use acd_core::state::State;

use crate::report::{FlowOutReason, Tally};
use crate::script::{ADAPTER, Script};

/// What is to be done at an instant. At one instant: what ends comes first, then who logs in, then who arrives, and a
/// caller who hangs up or an agent who logs out in the very instant of an answer is later than the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// The script's configuration comes into force, and the adapter connects.
    Begin,
    /// The conversation is over: the caller hangs up.
    TalkEnds(usize),
    Login(usize),
    Arrive(usize),
    /// The agent takes the offer.
    Accept(OfferId),
    HangUp(usize),
    Logout(usize),
    /// The engine's own deadline.
    Tick,
}

/// What an observer is shown: each event with the state right after the step it belongs to.
pub type Observed<'a> = &'a mut dyn FnMut(&State, &Recorded);

/// A script being played on the virtual clock.
pub struct InProcess<'a> {
    script: &'a Script,
    engine: Engine,
    now_ms: i64,
    due: BinaryHeap<Reverse<(i64, Due)>>,
    /// The scripted calls by their ids.
    by_id: BTreeMap<&'a str, usize>,
    /// The scripted call of each open contact.
    calls: BTreeMap<ContactId, usize>,
    /// The scripted call of each open visit, and when the visit began.
    visits: BTreeMap<VisitId, (usize, i64)>,
    /// Which calls no longer hang up by themselves: they were answered, or are over.
    answered_or_over: Vec<bool>,
    /// After how long each agent accepts.
    accepts_after_ms: BTreeMap<AgentNo, i64>,
    /// The last session of each agent.
    sessions: BTreeMap<&'a str, SessionId>,
    tally: Tally,
    played: usize,
}

impl<'a> InProcess<'a> {
    /// The name of the tenant that plays it.
    pub const TENANT: &'static str = "replay";

    /// Nothing is played yet.
    pub fn new(script: &'a Script) -> Self {
        let logins = script.shifts.iter().map(|shift| shift.login_ms);
        let arrivals = script.calls.iter().map(|call| call.arrives_at_ms);
        let mut player = Self {
            script,
            engine: Engine::new(Self::TENANT.into()),
            now_ms: logins.chain(arrivals).min().unwrap_or(0),
            due: BinaryHeap::new(),
            by_id: script
                .calls
                .iter()
                .enumerate()
                .map(|(no, call)| (call.id.as_str(), no))
                .collect(),
            calls: BTreeMap::new(),
            visits: BTreeMap::new(),
            answered_or_over: vec![false; script.calls.len()],
            accepts_after_ms: BTreeMap::new(),
            sessions: BTreeMap::new(),
            tally: Tally::default(),
            played: 0,
        };
        player.plan();
        player
    }

    fn plan(&mut self) {
        self.due.push(Reverse((self.now_ms, Due::Begin)));
        for (no, shift) in self.script.shifts.iter().enumerate() {
            self.due.push(Reverse((shift.login_ms, Due::Login(no))));
            self.due.push(Reverse((shift.logout_ms, Due::Logout(no))));
        }
        for (no, call) in self.script.calls.iter().enumerate() {
            self.due
                .push(Reverse((call.arrives_at_ms, Due::Arrive(no))));
        }
    }

    fn begin(&mut self, observed: Observed<'_>) -> Result<(), Refusal> {
        let config = self.script.config.clone();
        let apply = ApplyConfig {
            comment: "replay".into(),
            ..ApplyConfig::of(config, ConfigSource::Api, "replay")
        };
        self.ask(Command::ApplyConfig(apply), observed)?;
        let connect = AdapterConnect {
            adapter: ADAPTER.into(),
            incarnation: Arc::from("1"),
        };
        self.ask(Command::AdapterConnect(connect), observed)
            .map(drop)
    }

    /// The calls that are over, of all.
    pub fn progress(&self) -> (usize, usize) {
        (self.played, self.script.calls.len())
    }

    /// The engine's clock.
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// Plays what is due next. Says whether anything was.
    ///
    /// # Errors
    /// The engine refuses the script's configuration, or something that the script does: the two do not fit together.
    pub fn step(&mut self, observed: Observed<'_>) -> Result<bool, Refusal> {
        let scripted = self.due.peek().map(|Reverse((at, _))| *at);
        let own = self.engine.next_deadline();
        let Some(at) = scripted
            .into_iter()
            .chain(own.filter(|_| self.is_open()))
            .min()
        else {
            return Ok(false);
        };
        self.now_ms = self.now_ms.max(at);
        let due = match self.due.peek() {
            Some(Reverse((first, _))) if *first <= at => {
                self.due.pop().map_or(Due::Tick, |Reverse((_, due))| due)
            }
            _ => Due::Tick,
        };
        self.play(due, observed)?;
        Ok(true)
    }

    /// Whether anything of the script is still open in the engine.
    fn is_open(&self) -> bool {
        !self.calls.is_empty() || !self.due.is_empty()
    }

    /// Plays all, then gives what was observed; contacts that still wait are counted as waiting.
    ///
    /// # Errors
    /// As [`InProcess::step`].
    pub fn run(mut self, observed: Observed<'_>) -> Result<Tally, Refusal> {
        while self.step(observed)? {}
        Ok(self.finish())
    }

    /// What was observed so far; contacts that still wait are counted as waiting.
    pub fn finish(mut self) -> Tally {
        let facts = self.engine.state().facts();
        for visit in facts.visits.values() {
            let queue = &self.engine.state().queue(visit.queue).config.name;
            self.tally
                .observe_waiting(queue.as_str(), self.now_ms - visit.enqueued_at);
        }
        self.tally
    }

    fn play(&mut self, due: Due, observed: Observed<'_>) -> Result<(), Refusal> {
        match due {
            Due::Begin => self.begin(observed),
            Due::Tick => {
                let events = self.engine.tick(self.now_ms);
                self.follow(&events, observed)
            }
            Due::Arrive(no) => self.arrive(no, observed),
            Due::HangUp(no) if self.answered_or_over[no] => Ok(()),
            Due::HangUp(no) | Due::TalkEnds(no) => {
                let contact = self.script.calls[no].id.as_str().into();
                self.say(contact, ContactAct::End(EndCause::Customer), observed)
            }
            Due::Accept(offer) => self.accept(offer, observed),
            Due::Login(no) => self.login(no, observed),
            Due::Logout(no) => self.logout(no, observed),
        }
    }

    fn arrive(&mut self, no: usize, observed: Observed<'_>) -> Result<(), Refusal> {
        let call = &self.script.calls[no];
        let arrival = Arrival {
            priority: call.priority,
            head_start_ms: call.head_start_ms,
            customer: call.customer.as_deref().map(Into::into),
            ..Arrival::of(&*call.id, ADAPTER, Channel::Voice, &*call.class)
        };
        if let Some(patience_ms) = call.patience_ms {
            self.due
                .push(Reverse((self.now_ms + patience_ms, Due::HangUp(no))));
        }
        self.ask(Command::Arrive(arrival), observed).map(drop)
    }

    fn login(&mut self, no: usize, observed: Observed<'_>) -> Result<(), Refusal> {
        let shift = &self.script.shifts[no];
        let agent = AgentName::from(shift.agent.as_str());
        if let Some(no) = self.engine.state().agent_no(&agent) {
            self.accepts_after_ms.insert(no, shift.accept_after_ms);
        }
        let session = match self
            .sessions
            .get(shift.agent.as_str())
            .filter(|session| self.is_logged_in(&agent, **session))
        {
            // The last shift's logout still waits for a call: going ready cancels it.
            Some(session) => *session,
            None => {
                let Reply::LoggedIn { session } = self.ask(
                    Command::Login(Login {
                        agent: agent.clone(),
                    }),
                    observed,
                )?
                else {
                    unreachable!("a login is answered with its session")
                };
                self.ask(
                    Command::AttachSession(AttachSession {
                        agent: agent.clone(),
                        session,
                    }),
                    observed,
                )?;
                session
            }
        };
        self.sessions.insert(&shift.agent, session);
        let act = AgentAct::SetPresence(Availability::Ready);
        self.ask(
            Command::Agent(AgentCommand {
                agent,
                session,
                act,
            }),
            observed,
        )
        .map(drop)
    }

    fn logout(&mut self, no: usize, observed: Observed<'_>) -> Result<(), Refusal> {
        let agent = AgentName::from(self.script.shifts[no].agent.as_str());
        let session = self.sessions[self.script.shifts[no].agent.as_str()];
        self.ask(
            Command::Agent(AgentCommand {
                agent,
                session,
                act: AgentAct::Logout,
            }),
            observed,
        )
        .map(drop)
    }

    fn is_logged_in(&self, agent: &AgentName, session: SessionId) -> bool {
        let state = self.engine.state();
        let current = state
            .agent_no(agent)
            .and_then(|no| state.agent(no).session.as_ref());
        current.is_some_and(|current| current.id == session)
    }

    fn accept(&mut self, offer: OfferId, observed: Observed<'_>) -> Result<(), Refusal> {
        let state = self.engine.state();
        let Some(open) = state.facts().offers.get(&offer) else {
            return Ok(());
        };
        let agent = state.agent(open.agent);
        let contact = state.facts().contacts[&open.contact].name.clone();
        let Some(session) = agent.session.as_ref().map(|session| session.id) else {
            return Ok(());
        };
        let agent = agent.config.name.clone();
        self.ask(
            Command::Agent(AgentCommand {
                agent,
                session,
                act: AgentAct::Accept(offer),
            }),
            observed,
        )?;
        self.say(contact, ContactAct::Connected(offer), observed)
    }

    /// What the adapter says about a contact.
    fn say(
        &mut self,
        contact: ContactName,
        act: ContactAct,
        observed: Observed<'_>,
    ) -> Result<(), Refusal> {
        let adapter = ADAPTER.into();
        let said = Command::Contact(ContactCommand {
            adapter,
            contact,
            act,
        });
        self.ask(said, observed).map(drop)
    }

    fn ask(&mut self, command: Command, observed: Observed<'_>) -> Result<Reply, Refusal> {
        let handled = self.engine.handle(self.now_ms, Request::internal(command));
        self.follow(&handled.events, observed)?;
        handled.answer
    }

    /// Tallies what happened, and plans what callers, agents and the adapter do about it.
    fn follow(&mut self, events: &[Recorded], observed: Observed<'_>) -> Result<(), Refusal> {
        let mut directives = Vec::new();
        for recorded in events {
            observed(self.engine.state(), recorded);
            self.note(recorded);
            if let Event::DirectiveIssued(DirectiveIssued {
                directive: Directive::Route { .. } | Directive::Release { .. },
                ..
            }) = &recorded.event
            {
                directives.push(DirectiveId(recorded.seq));
            }
        }
        if directives.is_empty() {
            return Ok(());
        }
        self.ask(
            Command::AcknowledgeDirectives(AcknowledgeDirectives {
                adapter: ADAPTER.into(),
                directives,
            }),
            observed,
        )
        .map(drop)
    }

    fn note(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::ContactAccepted(contact) => {
                self.calls
                    .insert(ContactId(recorded.seq), self.by_id[contact.name.as_str()]);
            }
            Event::VisitOpened(VisitOpened { contact, .. }) => {
                let no = self.calls[contact];
                self.visits
                    .insert(VisitId(recorded.seq), (no, recorded.at_ms));
                self.tally.observe_offered(&self.script.calls[no].class);
            }
            Event::OfferMade(OfferMade { agent, .. }) => {
                let after_ms = self.accepts_after_ms.get(agent).copied().unwrap_or(0);
                self.due.push(Reverse((
                    recorded.at_ms + after_ms,
                    Due::Accept(OfferId(recorded.seq)),
                )));
            }
            Event::VisitEnded(VisitEnded { visit, outcome, .. }) => {
                self.visit_ended(*visit, recorded.at_ms, *outcome)
            }
            Event::ContactEnded(ContactEnded { contact })
            | Event::ContactGivenUp(ContactGivenUp { contact }) => {
                if let Some(no) = self.calls.remove(contact) {
                    self.answered_or_over[no] = true;
                    self.played += 1;
                }
            }
            _ => {}
        }
    }

    fn visit_ended(&mut self, visit: VisitId, at_ms: i64, outcome: Outcome) {
        let Some((no, enqueued_at)) = self.visits.remove(&visit) else {
            return;
        };
        let call = &self.script.calls[no];
        let (class, wait_ms) = (&call.class, at_ms - enqueued_at);
        let reason = match outcome {
            Outcome::Answered => {
                self.answered_or_over[no] = true;
                self.tally.observe_answered(class, wait_ms);
                self.tally.observe_handled(class, call.talk_ms);
                self.due
                    .push(Reverse((at_ms + call.talk_ms, Due::TalkEnds(no))));
                return;
            }
            Outcome::Abandoned(_) => return self.tally.observe_abandoned(class, wait_ms),
            Outcome::TimedOut => FlowOutReason::Timeout,
            Outcome::Overflowed(OverflowReason::Closed) => FlowOutReason::Closed,
            Outcome::Overflowed(_) => FlowOutReason::Overflow,
            Outcome::ExitChoice => FlowOutReason::ExitChoice,
            Outcome::Callback => FlowOutReason::Callback,
            Outcome::NoStaff => FlowOutReason::NoStaff,
            Outcome::Transferred => FlowOutReason::Transfer,
            Outcome::Withdrawn(_) => FlowOutReason::Withdrawn,
        };
        self.tally.observe_flow_out(class, reason, wait_ms);
    }
}
