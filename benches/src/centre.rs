//! A centre that is put into a state, and then lives ordinary hours in it, event by event.

use std::collections::BTreeMap;
use std::hint::black_box;

use acd_core::command::{
    AdapterConnect, AdapterDisconnect, AgentAct, AgentCommand, Arrival, AttachSession,
    Availability, Command, ContactAct, ContactCommand, DetachSession, EndCause, Login, Reply,
    Request, SetOutsideBusy, Supervise, SupervisorAct,
};
use acd_core::config::TenantConfig;
use acd_core::event::{Event, Recorded};
use acd_core::ids::{AgentName, ConnectionId, ContactName, OfferId, SessionId, TimeMs, VisitId};
use acd_core::matching::{IndexedMatcher, Matcher, Pairing};
use acd_core::state::{Place, State, Touched};
use acd_core::{Engine, Handled};

use crate::{ADAPTER, apply};

/// Nobody is offered anything: for putting a centre into a state without the price of finding who gets whom.
#[derive(Debug, Default)]
pub struct NoMatching;

impl Matcher for NoMatching {
    fn notice(&mut self, _: &State, _: &Touched) {}

    fn next(&mut self, _: &State) -> Option<Pairing> {
        None
    }
}

/// A tenant with its adapter, and its agents in the order of the configuration.
pub struct Centre<M = IndexedMatcher> {
    engine: Engine<M>,
    now: TimeMs,
    contacts: usize,
    agents: Vec<Agent>,
    adapters: Vec<(String, ConnectionId)>,
    /// Offers that nobody has taken up yet, the oldest first.
    offered: BTreeMap<OfferId, Offered>,
    /// Where each event is told; none: it is only made.
    watch: Option<Watch>,
    /// The events from some instant on; none: they are not kept.
    log: Option<Vec<Recorded>>,
}

/// Is handed each event: what kind it is, and the work itself, which it does once.
pub type Watch = Box<dyn FnMut(&'static str, &mut dyn FnMut())>;

/// How many of the offers that one event makes are taken up.
const SERVED_AT_ONCE: usize = 2;

/// What an agent's desktop knows.
#[derive(Debug)]
struct Agent {
    name: AgentName,
    session: SessionId,
    connection: ConnectionId,
    is_ready: bool,
}

/// For which agent an offer is, and of which contact.
#[derive(Debug)]
struct Offered {
    agent: usize,
    contact: ContactName,
}

/// One event of a centre that is watched. It is not inlined, so that callgrind can count from its beginning to its end.
#[inline(never)]
fn measured_event<M: Matcher>(engine: &mut Engine<M>, now: TimeMs, asked: Asked) -> Handled {
    black_box(event(engine, now, asked))
}

/// The kind of the events that nobody asks for: time passes, and what was put off is gone on with.
pub const TIME: &str = "time";

/// A request; none: time passes.
type Asked = Option<Request>;

#[inline(always)]
fn event<M: Matcher>(engine: &mut Engine<M>, now: TimeMs, asked: Asked) -> Handled {
    match asked {
        Some(request) => engine.handle(now, request),
        None => Handled {
            answer: Ok(Reply::Done),
            at_ms: now,
            events: engine.tick(now),
        },
    }
}

impl<M: Matcher> Centre<M> {
    /// The centre with its adapters connected and all agents logged in, not ready.
    pub fn open(config: TenantConfig) -> Self {
        let agents = config.agents.iter().map(|agent| agent.name.clone());
        let agents: Vec<AgentName> = agents.collect();
        let adapters: Vec<_> = config.adapters.clone();
        let mut centre = Self {
            engine: Engine::new("bench".into()),
            now: 1_000_000,
            contacts: 0,
            agents: Vec::with_capacity(agents.len()),
            adapters: Vec::new(),
            offered: BTreeMap::new(),
            watch: None,
            log: None,
        };
        centre.ask("config", Command::ApplyConfig(apply(config)));
        for adapter in adapters {
            let connect = AdapterConnect {
                adapter: adapter.clone(),
                incarnation: "1".into(),
            };
            let reply = centre.ask("connect", Command::AdapterConnect(connect));
            let connection = attached(&reply);
            let name = adapter.as_str().to_owned();
            centre.adapters.push((name, connection));
        }
        for name in agents {
            let login = Login {
                agent: name.clone(),
            };
            let Reply::LoggedIn { session } = centre.ask("login", Command::Login(login)) else {
                unreachable!("a login")
            };
            let attach = AttachSession {
                agent: name.clone(),
                session,
            };
            let connection = attached(&centre.ask("attach", Command::AttachSession(attach)));
            centre.agents.push(Agent {
                name,
                session,
                connection,
                is_ready: false,
            });
        }
        centre
    }

    /// The same centre with another matcher, which begins with all there is, and has come to rest.
    pub fn with_matcher<N: Matcher>(self) -> Centre<N> {
        let tenant = self.engine.tenant().clone();
        let facts = self.engine.state().facts().clone();
        let mut centre = Centre {
            engine: Engine::restore(tenant, facts),
            now: self.now,
            contacts: self.contacts,
            agents: self.agents,
            adapters: self.adapters,
            offered: self.offered,
            watch: None,
            log: None,
        };
        centre.come_to_rest();
        centre.offered.clear();
        centre
    }

    /// The state.
    pub fn state(&self) -> &State {
        self.engine.state()
    }

    /// What time it is.
    pub fn now(&self) -> TimeMs {
        self.now
    }

    /// How many agents it has.
    pub fn agents(&self) -> usize {
        self.agents.len()
    }

    /// From now on each event is handed to this.
    pub fn watch(&mut self, watch: Watch) {
        self.watch = Some(watch);
    }

    /// From now on the events are kept.
    pub fn keep_log(&mut self) {
        self.log = Some(Vec::new());
    }

    /// The events that were kept.
    pub fn log(&self) -> &[Recorded] {
        self.log.as_deref().unwrap_or_default()
    }

    /// Lets time pass; deadlines come as they fall due.
    pub fn pass(&mut self, length: i64) {
        let until = self.now + length;
        while let Some(due) = self.engine.next_deadline().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.input(TIME, None);
        }
        self.now = until;
    }

    /// Slices that are left of this instant.
    fn come_to_rest(&mut self) {
        self.input(TIME, None);
        while !self.engine.is_at_rest() {
            self.input(TIME, None);
        }
    }

    /// Has a command decided that is not refused.
    ///
    /// # Panics
    /// If it is refused.
    pub fn ask(&mut self, kind: &'static str, command: Command) -> Reply {
        let request = Request::internal(command);
        let reply = self.input(kind, Some(request));
        while !self.engine.is_at_rest() {
            self.input(TIME, None);
        }
        reply
    }

    fn input(&mut self, kind: &'static str, asked: Asked) -> Reply {
        let (engine, now) = (&mut self.engine, self.now);
        let handled = match &mut self.watch {
            None => event(engine, now, asked),
            Some(watch) => {
                let (mut asked, mut handled) = (Some(asked), None);
                watch(kind, &mut || {
                    let asked = asked.take().expect("the work is done once");
                    handled = Some(measured_event(engine, now, asked));
                });
                handled.expect("a watch does the work")
            }
        };
        handled.events.iter().for_each(|event| self.note(event));
        if let Some(log) = &mut self.log {
            log.extend(handled.events);
        }
        match handled.answer {
            Ok(reply) => reply,
            Err(refusal) => panic!("{kind} is refused: {refusal:?}"),
        }
    }

    fn note(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::OfferMade(made) => {
                let offered = Offered {
                    agent: made.agent.index(),
                    contact: self.contact_of(made.visit),
                };
                self.offered.insert(OfferId(recorded.seq), offered);
            }
            Event::OfferEnded(ended) => {
                self.offered.remove(&ended.offer);
            }
            _ => {}
        }
    }

    fn contact_of(&self, visit: VisitId) -> ContactName {
        let facts = self.state().facts();
        let visit = facts.visits.get(&visit);
        // Of a contact that is gone again in the same call nothing more is asked.
        visit.map_or(ContactName::from(""), |visit| {
            facts.contacts[&visit.contact].name.clone()
        })
    }

    /// A contact like this one arrives, under a name of its own.
    pub fn arrive(&mut self, like: &Arrival) -> ContactName {
        self.contacts += 1;
        let contact = ContactName::from(format!("c{}", self.contacts));
        let arrival = Arrival {
            contact: contact.clone(),
            ..like.clone()
        };
        self.ask("arrive", Command::Arrive(arrival));
        contact
    }

    /// So many of them arrive, a tenth of a second apart.
    pub fn arrive_many(&mut self, count: usize, mut like: impl FnMut(usize) -> Arrival) {
        for no in 0..count {
            self.now += 100;
            self.arrive(&like(no));
        }
    }

    /// What an adapter says about a contact.
    pub fn about(&mut self, kind: &'static str, contact: &ContactName, act: ContactAct) {
        let command = ContactCommand {
            adapter: ADAPTER.into(),
            contact: contact.clone(),
            act,
        };
        self.ask(kind, Command::Contact(command));
    }

    /// An agent asks this.
    pub fn act(&mut self, kind: &'static str, agent: usize, act: AgentAct) {
        let Agent { name, session, .. } = &self.agents[agent];
        let command = AgentCommand {
            agent: name.clone(),
            session: *session,
            act,
        };
        self.ask(kind, Command::Agent(command));
    }

    /// An agent goes ready, or not ready.
    pub fn set_ready(&mut self, agent: usize, is_ready: bool) {
        self.agents[agent].is_ready = is_ready;
        let (kind, presence) = match is_ready {
            true => ("ready", Availability::Ready),
            false => ("not_ready", Availability::NotReady("break".into())),
        };
        self.act(kind, agent, AgentAct::SetPresence(presence));
    }

    /// These agents go ready, a millisecond apart.
    pub fn all_ready(&mut self, agents: impl IntoIterator<Item = usize>) {
        for agent in agents {
            self.now += 1;
            self.set_ready(agent, true);
        }
    }

    /// The adapter says that an agent is in a call that is no contact, or no longer.
    pub fn set_outside_busy(&mut self, agent: usize, busy: bool) {
        let command = SetOutsideBusy {
            adapter: ADAPTER.into(),
            agent: self.agents[agent].name.clone(),
            busy,
        };
        let kind = if busy { "outside_busy" } else { "outside_free" };
        self.ask(kind, Command::SetOutsideBusy(command));
    }

    /// An adapter's stream ends.
    pub fn lose_adapter(&mut self, name: &str) {
        let known = self.adapters.iter().find(|(known, _)| known == name);
        let (_, connection) = known.expect("a connected adapter");
        let command = AdapterDisconnect {
            adapter: name.into(),
            connection: *connection,
        };
        self.ask("disconnect", Command::AdapterDisconnect(command));
    }

    /// A supervisor does this.
    pub fn supervise(&mut self, kind: &'static str, act: SupervisorAct) {
        let author = "supervisor".into();
        let reason = "".into();
        self.ask(
            kind,
            Command::Supervise(Supervise {
                author,
                reason,
                act,
            }),
        );
    }

    /// A supervisor gives a waiting contact to this agent; the offer is theirs to take or leave.
    pub fn assign(&mut self, contact: &ContactName, agent: usize) -> OfferId {
        let agent_name = self.agents[agent].name.clone();
        let assign = SupervisorAct::Assign(contact.clone(), agent_name);
        self.supervise("assign", assign);
        let (offer, _) = self.offered.pop_last().expect("an offer");
        offer
    }

    /// A contact like this one arrives, and this agent is connected with it.
    pub fn talk(&mut self, like: &Arrival, agent: usize) -> ContactName {
        let contact = self.arrive(like);
        let offer = self.assign(&contact, agent);
        self.act("accept", agent, AgentAct::Accept(offer));
        self.about("connected", &contact, ContactAct::Connected(offer));
        contact
    }

    /// The first offers that wait for their agents are accepted, connected, and over. What is offered meanwhile rings on.
    pub fn serve(&mut self) {
        let offered = std::mem::take(&mut self.offered);
        for (id, Offered { agent, contact }) in offered.into_iter().take(SERVED_AT_ONCE) {
            if !self.state().facts().offers.contains_key(&id) {
                continue;
            }
            self.act("accept", agent, AgentAct::Accept(id));
            self.about("connected", &contact, ContactAct::Connected(id));
            self.hang_up(&contact);
        }
        self.offered.clear();
    }

    /// Whether the contact is open and talks with nobody.
    pub fn waits(&self, contact: &ContactName) -> bool {
        let open = self.state().contact_named(contact);
        open.is_some_and(|contact| matches!(contact.place, Place::Queue(_)))
    }

    /// The newest offer that waits for its agent, and who that is.
    pub fn rings(&self) -> Option<(OfferId, usize)> {
        let (id, newest) = self.offered.last_key_value()?;
        let rings = self.state().facts().offers.contains_key(id);
        rings.then_some((*id, newest.agent))
    }

    /// Whether an offer waits for its agent.
    pub fn has_offers(&self) -> bool {
        !self.offered.is_empty()
    }

    /// The oldest offer is accepted, connected, and over; how many events that was.
    pub fn serve_next(&mut self) -> usize {
        let Some((id, Offered { agent, contact })) = self.offered.pop_first() else {
            return 0;
        };
        self.act("accept", agent, AgentAct::Accept(id));
        self.about("connected", &contact, ContactAct::Connected(id));
        self.hang_up(&contact);
        3
    }

    /// The customer is gone.
    pub fn hang_up(&mut self, contact: &ContactName) {
        self.about("end", contact, ContactAct::End(EndCause::Customer));
    }

    /// An agent's stream is lost, and comes back.
    pub fn reconnect(&mut self, agent: usize) {
        let Agent {
            name,
            session,
            connection,
            ..
        } = &self.agents[agent];
        let detach = DetachSession {
            agent: name.clone(),
            connection: *connection,
        };
        let attach = AttachSession {
            agent: name.clone(),
            session: *session,
        };
        self.ask("detach", Command::DetachSession(detach));
        let reply = self.ask("attach", Command::AttachSession(attach));
        self.agents[agent].connection = attached(&reply);
    }

    /// An ordinary hour, after which everything is much as it was: of each kind a contact comes, which is served or hangs
    /// up, and an agent goes away and comes back. Whom it meets differs from hour to hour.
    pub fn live(&mut self, hour: usize, kinds: &[Arrival]) {
        for kind in kinds {
            self.pass(20);
            let contact = self.arrive(kind);
            let is_offered = self.offered.values().any(|offer| offer.contact == contact);
            match is_offered {
                true => self.serve(),
                false => self.hang_up(&contact),
            }
        }
        self.pass(20);
        let agent = (hour * 7_919 + 1) % self.agents.len();
        let is_ready = self.agents[agent].is_ready;
        self.set_ready(agent, !is_ready);
        self.serve();
        self.set_ready(agent, is_ready);
        self.serve();
        self.pass(20);
        let agent = (hour * 6_007 + 3) % self.agents.len();
        let is_busy = self.state().facts().agents[agent].busy_outside;
        self.set_outside_busy(agent, !is_busy);
        self.serve();
        self.set_outside_busy(agent, is_busy);
        self.serve();
        self.pass(20);
        self.reconnect((hour * 104_729 + 5) % self.agents.len());
        self.serve();
    }
}

fn attached(reply: &Reply) -> ConnectionId {
    match reply {
        Reply::Attached { connection, .. } => *connection,
        other => panic!("a stream is attached: {other:?}"),
    }
}
