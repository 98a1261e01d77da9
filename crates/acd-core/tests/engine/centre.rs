//! A centre on the virtual clock: short words for what adapters and agents do.

use acd_core::command::{
    AdapterConnect, AdapterDisconnect, AgentCommand, AttachSession, ContactCommand, DetachSession,
    Login,
};
use std::collections::BTreeMap;

use acd_core::command::*;
use acd_core::config::*;
use acd_core::event::*;
use acd_core::ids::*;
use acd_core::matching::{IndexedMatcher, Matcher};
use acd_core::refusal::Reason;
use acd_core::state::{Contact, State};
use acd_core::{Engine, Handled};

pub const ADAPTER: &str = "pbx";
pub const SECOND: i64 = 1_000;

/// One tenant with its virtual clock. Every request is checked: the invariants hold after it, and applying its events
/// to the state before gives the state after.
pub struct Centre<M: Matcher = IndexedMatcher> {
    pub engine: Engine<M>,
    /// Follows by applying events only.
    follower: Engine<M>,
    pub now: i64,
    /// All events so far.
    pub log: Vec<Recorded>,
    connections: BTreeMap<String, ConnectionId>,
    /// Whether the invariants are checked; not where another centre with the same events is.
    pub checks: bool,
}

/// A configuration with these queues and agents, the skills they name, and the adapter `pbx`.
pub fn config(queues: Vec<QueueConfig>, agents: Vec<AgentConfig>) -> TenantConfig {
    let named = queues
        .iter()
        .flat_map(|queue| queue.requirement.terms().map(|term| term.skill.clone()));
    let had = agents.iter().flat_map(|agent| agent.skills.keys().cloned());
    let mut skills: Vec<SkillName> = named.chain(had).collect();
    skills.sort();
    skills.dedup();
    TenantConfig {
        skills,
        adapters: vec![ADAPTER.into()],
        queues,
        agents,
        ..TenantConfig::default()
    }
}

impl Centre {
    pub fn of(config: TenantConfig) -> Self {
        Self::with_matcher(config)
    }
}

impl<M: Matcher> Centre<M> {
    /// The centre with its adapter connected and nobody logged in.
    pub fn with_matcher(config: TenantConfig) -> Self {
        let mut centre = Self {
            engine: Engine::new("test".into()),
            follower: Engine::new("test".into()),
            now: 0,
            log: Vec::new(),
            connections: BTreeMap::new(),
            checks: true,
        };
        centre.apply_config(config).expect("a good configuration");
        centre.connect_adapter();
        centre
    }

    pub fn state(&self) -> &State {
        self.engine.state()
    }

    pub fn ask(&mut self, request: Request) -> Handled {
        let handled = self.engine.handle(self.now, request);
        self.follow(&handled.events);
        handled
    }

    pub fn command(&mut self, command: Command) -> Answer {
        self.ask(Request::internal(command)).answer
    }

    /// Lets time pass; deadlines come as they fall due.
    pub fn wait(&mut self, length: i64) {
        self.now += length;
        let events = self.engine.tick(self.now);
        self.follow(&events);
    }

    pub fn follow(&mut self, events: &[Recorded]) {
        for event in events {
            self.follower.apply(event);
            self.log.push(event.clone());
        }
        if self.checks {
            self.check();
        }
    }

    fn check(&self) {
        let state = self.engine.state();
        self.engine.check_invariants().expect("the invariants hold");
        assert_eq!(
            state.digest(),
            self.follower.state().digest(),
            "applying the events gives the same state"
        );
        assert_eq!(state.next_deadline(), self.follower.state().next_deadline());
    }

    pub fn apply_config(&mut self, config: TenantConfig) -> Answer {
        let apply = ApplyConfig::of(config, ConfigSource::Api, "test");
        self.command(Command::ApplyConfig(apply))
    }

    pub fn connect_adapter(&mut self) -> ConnectionId {
        let command = Command::AdapterConnect(AdapterConnect {
            adapter: ADAPTER.into(),
            incarnation: "1".into(),
        });
        match self.command(command) {
            Ok(Reply::Attached { connection, .. }) => {
                self.connections.insert(ADAPTER.to_owned(), connection);
                connection
            }
            other => panic!("the adapter connects: {other:?}"),
        }
    }

    pub fn disconnect_adapter(&mut self) {
        let connection = self.connections[ADAPTER];
        self.command(Command::AdapterDisconnect(AdapterDisconnect {
            adapter: ADAPTER.into(),
            connection,
        }))
        .expect("disconnected");
    }

    /// Logs the agent in, attaches their session's stream and makes them ready.
    pub fn ready(&mut self, agent: &str) {
        self.login(agent);
        self.act(agent, AgentAct::SetPresence(Availability::Ready))
            .expect("ready");
    }

    pub fn login(&mut self, agent: &str) {
        let Ok(Reply::LoggedIn { session }) = self.command(Command::Login(Login {
            agent: agent.into(),
        })) else {
            panic!("{agent} logs in")
        };
        self.attach(agent, session).expect("attached");
    }

    pub fn attach(&mut self, agent: &str, session: SessionId) -> Answer {
        let answer = self.command(Command::AttachSession(AttachSession {
            agent: agent.into(),
            session,
        }));
        if let Ok(Reply::Attached { connection, .. }) = &answer {
            self.connections.insert(agent.to_owned(), *connection);
        }
        answer
    }

    /// The agent's stream is lost.
    pub fn drop_session(&mut self, agent: &str) {
        let connection = self.connections[agent];
        self.command(Command::DetachSession(DetachSession {
            agent: agent.into(),
            connection,
        }))
        .expect("detached");
    }

    pub fn session(&self, agent: &str) -> Option<SessionId> {
        let no = self.state().agent_no(&agent.into())?;
        self.state()
            .agent(no)
            .session
            .as_ref()
            .map(|session| session.id)
    }

    pub fn act(&mut self, agent: &str, act: AgentAct) -> Answer {
        let session = self.session(agent).unwrap_or(SessionId(0));
        self.command(Command::Agent(AgentCommand {
            agent: agent.into(),
            session,
            act,
        }))
    }

    pub fn arrive(&mut self, contact: &str, queue: &str) -> Answer {
        self.command(Command::Arrive(arrival(contact, queue)))
    }

    pub fn hang_up(&mut self, contact: &str) -> Answer {
        self.command(on(contact, ContactAct::End(EndCause::Customer)))
    }

    pub fn change(&mut self, contact: &str, change: ContactChange) -> Answer {
        self.command(on(contact, ContactAct::Change(change)))
    }

    pub fn contact(&self, name: &str) -> Option<&Contact> {
        self.state().contact_named(&name.into())
    }

    /// The open offer of this contact.
    pub fn offer(&self, contact: &str) -> Option<OfferId> {
        let id = self.contact(contact)?.id;
        self.state()
            .facts()
            .offers
            .values()
            .find(|offer| offer.contact == id)
            .map(|offer| offer.id)
    }

    /// The agent this contact is offered to.
    pub fn offered(&self, contact: &str) -> Option<String> {
        let offer = self.offer(contact)?;
        let agent = self.state().facts().offers[&offer].agent;
        Some(self.state().agent(agent).config.name.to_string())
    }

    /// The contacts that are offered to this agent.
    pub fn offered_to(&self, agent: &str) -> Vec<String> {
        let no = self.state().agent_no(&agent.into()).expect("a known agent");
        let facts = self.state().facts();
        let own = facts.offers.values().filter(|offer| offer.agent == no);
        own.map(|offer| facts.contacts[&offer.contact].name.to_string())
            .collect()
    }

    pub fn accept(&mut self, contact: &str) -> Answer {
        let offer = self.offer(contact).expect("an offer");
        let agent = self.offered(contact).expect("an agent");
        self.act(&agent, AgentAct::Accept(offer))
    }

    pub fn reject(&mut self, contact: &str) -> Answer {
        let offer = self.offer(contact).expect("an offer");
        let agent = self.offered(contact).expect("an agent");
        self.act(&agent, AgentAct::Reject(offer))
    }

    /// The agent accepts and the adapter connects.
    pub fn answer(&mut self, contact: &str) -> HandlingId {
        let offer = self.offer(contact).expect("an offer");
        self.accept(contact).expect("accepted");
        self.command(on(contact, ContactAct::Connected(offer)))
            .expect("connected");
        self.contact(contact)
            .expect("open")
            .handlings
            .last()
            .expect("a handling")
            .handling
    }

    /// The events of this kind so far.
    pub fn events<T>(&self, pick: impl Fn(&Event) -> Option<T>) -> Vec<T> {
        self.log
            .iter()
            .filter_map(|recorded| pick(&recorded.event))
            .collect()
    }

    /// The outcomes of the contact's visits, in order.
    pub fn outcomes(&self, contact: &str) -> Vec<Outcome> {
        let record = self.contact(contact).or_else(|| {
            let (_, ended) = self.state().ended_named(&contact.into(), self.now)?;
            ended.record.as_deref()
        });
        let visits = &record.expect("a contact on record").visits;
        visits
            .iter()
            .filter_map(|visit| visit.end.as_ref().map(|end| end.outcome))
            .collect()
    }
}

/// What the adapter says about a contact.
pub fn on(contact: impl Into<ContactName>, act: ContactAct) -> Command {
    Command::Contact(ContactCommand {
        adapter: ADAPTER.into(),
        contact: contact.into(),
        act,
    })
}

pub fn arrival(contact: &str, queue: &str) -> Arrival {
    Arrival::of(contact, ADAPTER, Channel::Voice, queue)
}

/// The reason of a refusal.
pub fn reason(answer: Answer) -> Reason {
    answer.expect_err("a refusal").reason
}
