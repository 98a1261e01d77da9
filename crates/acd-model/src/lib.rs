//! A model of how a contact comes to an agent, for [`stateright`], which tries every order of everything that can happen.
//!
//! It is the rules, not the code, small enough to be read: `engine` is what the engine decides, `clients` what the
//! adapter and the desktops do, `messages` what they say to each other, and this file what lies between them, what can
//! go wrong, and what must hold. Nothing of the product depends on it. What it found stands in decision record 0036.
//!
//! **Modelled.** Deciding, the log, and releasing after the flush; a crash, which takes what is not flushed and every
//! connection. Connections that keep their order and break at any time: what was sent up may still come in, also after
//! the same client has connected anew, and the engine learns of the end at any later time. The adapter's numbered events
//! with acknowledgements, refusals and their confirmation; its incarnations; the live list; directives with ids,
//! acknowledged, in force, sent again, taken back; fencing. Agents' sessions, lost and resumed; accept and reject by
//! offer with a request id, repeated after a lost connection. Offers to several agents at once, of whom the first wins.
//! The clocks of ring, connect, adapter grace and session grace, which may be over at any instant. Giving up, and taking
//! up again.
//!
//! **Left out.** Time itself, ranking and gates (the naive matcher checks them), back-offs and presence, phones that ring,
//! wrap-up, hold, transfers, consultations, callbacks, asynchronous work, several queues, channels and slots, two
//! adapters, limits, and an agent who hangs up. Snapshots: the log is kept as what it tells.

mod clients;
mod engine;
mod messages;
mod story;

pub use story::{Finding, Report, Search, check};

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use stateright::{Model, Property};

use clients::{Adapter, Desktop, Line};
use engine::{Facts, Input, Place, Presence};
use messages::{Answer, Down, Event, Message, Phase, Up};

type AgentId = u8;
type ContactId = u8;
type DirectiveId = u8;
type OfferId = u8;
/// The how-manieth connection of its client it is.
type Connection = u8;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Client {
    Adapter,
    Agent(AgentId),
}

/// A fault of the rules, planted to see that it is found. The last three were in the rules before the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Messages leave before what they tell is durable.
    ReleasesBeforeFlush,
    /// Answers to requests do not outlive a restart.
    ForgetsAnswers,
    /// After a reconnect a directive comes under another id.
    RenumbersDirectives,
    /// What came on a connection that another one has replaced counts: acknowledgements of directives, and live lists.
    FencedIsHeard,
    /// A live list opens a conversation whose end the adapter was told and has not yet noted.
    ListBeatsCancel,
    /// A conversation that a live list opens has an offer of which the adapter never hears.
    ListNamesNoOffer,
}

/// How large the world is, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Agents, each with one slot.
    pub agents: u8,
    /// Contacts that arrive.
    pub contacts: u8,
    /// How many faults may happen in one history: crashes, connections that break, rejections, calls that fail, clocks
    /// that are over. That a customer hangs up while they wait is none.
    pub faults: u8,
    /// What is wrong with the rules.
    pub bug: Option<Bug>,
}

impl Rules {
    fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }
}

/// One connection: two queues that keep their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Link {
    up: VecDeque<Up>,
    down: VecDeque<Down>,
    /// Its client has given it up. What is on its way up may still come in.
    lost: bool,
}

impl Link {
    /// Its client gives it up. What it has sent may still come in, unless the engine has not even heard who it is.
    fn lose(&mut self) {
        self.lost = true;
        self.down.clear();
        if matches!(self.up.front(), Some(Up::Hello { .. } | Up::Attach)) {
            self.up.clear();
        }
    }
}

/// Everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    /// What the log tells.
    durable: Arc<Facts>,
    /// What the engine has decided; more than the log tells until the next flush.
    decided: Arc<Facts>,
    /// What waits for that.
    unreleased: Vec<Message>,
    links: BTreeMap<(Client, Connection), Link>,
    /// How many connections each client has made.
    connections: BTreeMap<Client, Connection>,
    adapter: Adapter,
    desktops: BTreeMap<AgentId, Desktop>,
    /// The last event of which any client could know that it is settled: incarnation and sequence.
    acknowledged: (u8, u8),
    /// All answers to requests that any client could have seen.
    answered: BTreeSet<(AgentId, OfferId, Answer)>,
    faults_left: u8,
}

/// One thing that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// The engine takes the next message of a connection.
    Take(Client, Connection),
    /// The engine notices that a connection has ended; what was still on its way is lost.
    Notice(Client, Connection),
    /// What was decided becomes durable, and what waited for it is sent.
    Flush,
    Connects(Client),
    Receives(Client),
    Arrives(ContactId),
    /// The agent's phone is answered.
    Answers(ContactId),
    HangsUp(ContactId),
    Accepts(AgentId, OfferId),
    Rejects(AgentId, OfferId),
    CallFails(ContactId),
    TimeComes(Input),
    Breaks(Client),
    EngineCrashes,
    AdapterCrashes,
}

impl Step {
    /// What may happen only so often in one history.
    fn is_fault(&self) -> bool {
        matches!(
            self,
            Step::Rejects(..)
                | Step::CallFails(_)
                | Step::TimeComes(_)
                | Step::Breaks(_)
                | Step::EngineCrashes
                | Step::AdapterCrashes
        )
    }
}

impl World {
    fn send(&mut self, client: Client, messages: Vec<Up>) {
        let connection = match client {
            Client::Adapter => self.adapter.connection,
            Client::Agent(agent) => self.desktops[&agent].connection,
        };
        let link = connection.and_then(|connection| self.links.get_mut(&(client, connection)));
        if let Some(link) = link {
            link.up.extend(messages);
        }
    }

    fn decide(&mut self, rules: &Rules, input: Input) {
        let messages = engine::decide(Arc::make_mut(&mut self.decided), rules, input);
        self.unreleased.extend(messages);
        if rules.has(Bug::ReleasesBeforeFlush) {
            self.release();
        }
    }

    fn release(&mut self) {
        for Message {
            client,
            connection,
            content,
        } in std::mem::take(&mut self.unreleased)
        {
            let Some(link) = self.links.get_mut(&(client, connection)) else {
                continue;
            };
            if link.lost {
                continue;
            }
            match (&content, client) {
                (Down::Welcome { sequence, .. } | Down::EventAck { sequence, .. }, _) => {
                    let settled = (self.adapter.incarnation, *sequence);
                    self.acknowledged = self.acknowledged.max(settled);
                }
                (Down::Answer(offer, answer), Client::Agent(agent)) => {
                    self.answered.insert((agent, *offer, *answer));
                }
                _ => {}
            }
            match (content, client) {
                // A newer one replaces it: an agent who looks late is one who acts late.
                (Down::Screen(screen), Client::Agent(agent)) => {
                    self.desktops.get_mut(&agent).expect("an agent").screen = screen;
                }
                // Known at once: whoever is not told asks again from there, and is told with the welcome.
                (ack @ Down::EventAck { refused: false, .. }, _) => _ = self.adapter.receive(ack),
                (content, _) => link.down.push_back(content),
            }
        }
    }

    /// The client has no connection any more, and knows it.
    fn lose(&mut self, client: Client) {
        match client {
            Client::Adapter => self.adapter.lose_connection(),
            Client::Agent(agent) => {
                self.desktops.get_mut(&agent).expect("an agent").connection = None
            }
        }
    }

    fn connection(&self, client: Client) -> Option<Connection> {
        match client {
            Client::Adapter => self.adapter.connection,
            Client::Agent(agent) => self.desktops[&agent].connection,
        }
    }

    fn clients(&self) -> impl Iterator<Item = Client> {
        let agents = self.desktops.keys().map(|agent| Client::Agent(*agent));
        [Client::Adapter].into_iter().chain(agents)
    }

    /// The line changes, and the adapter reports it.
    fn line(&mut self, contact: ContactId, line: Line, event: Event) {
        self.adapter.lines.insert(contact, line);
        let said = self.adapter.report(event);
        self.send(Client::Adapter, said);
    }

    fn ask(&mut self, agent: AgentId, offer: OfferId, up: Up) {
        let desktop = self.desktops.get_mut(&agent).expect("an agent");
        let said = desktop.ask(offer, up);
        self.send(Client::Agent(agent), said);
    }

    /// Whether the line is as the engine believes.
    fn agrees(&self, (contact, line): (&ContactId, &Line)) -> bool {
        match (line, self.durable.contacts.get(contact)) {
            (Line::Talking { offer, .. }, Some(Place::Talking { offer: by, .. })) => offer == by,
            (Line::HungUp, None | Some(Place::Ended { .. })) => true,
            (Line::Waiting, Some(Place::Waiting)) => true,
            // Whether they answer is still to come.
            (Line::Calling { .. }, _) => true,
            _ => false,
        }
    }

    /// Whether all contacts have ended, everywhere, and every agent is free and has been told.
    fn is_over(&self) -> bool {
        let ended = |place: &Place| matches!(place, Place::Ended { .. });
        self.is_calm()
            && self.durable.contacts.values().all(ended)
            && self.durable.offers.is_empty()
            && self.durable.directives.is_empty()
            && self.durable.refused.is_empty()
            && !self.durable.list_due
            && self.adapter.outbox.is_empty()
            && self
                .adapter
                .lines
                .values()
                .all(|line| *line == Line::HungUp)
            && self.desktops.values().all(|it| {
                it.screen.is_empty() && it.asked.values().all(|(_, answer)| answer.is_some())
            })
    }

    /// Whether everything that was said has come to whom it was for.
    fn is_calm(&self) -> bool {
        self.durable == self.decided
            && self
                .clients()
                .all(|client| self.connection(client).is_some())
            && self
                .links
                .values()
                .all(|it| !it.lost && it.up.is_empty() && it.down.is_empty())
    }
}

/// What time may bring.
fn clocks(facts: &Facts, steps: &mut Vec<Step>) {
    for (id, offer) in &facts.offers {
        match (offer.accepted, facts.adapter) {
            (false, _) => steps.push(Step::TimeComes(Input::RingTimedOut(*id))),
            // The clock stands still while the adapter is away.
            (true, Presence::There(_)) => steps.push(Step::TimeComes(Input::ConnectTimedOut(*id))),
            (true, _) => {}
        }
    }
    if facts.adapter == Presence::Grace {
        steps.push(Step::TimeComes(Input::AdapterGraceOver));
    }
    for (agent, presence) in &facts.agents {
        if *presence == Presence::Grace {
            steps.push(Step::TimeComes(Input::SessionGraceOver(*agent)));
        }
    }
}

/// The model as the checker wants it.
struct Checked(Rules);

impl Model for Checked {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        let agents = 0..self.0.agents;
        let facts = Arc::new(Facts::of(agents.clone()));
        let mut adapter = Adapter::default();
        adapter.restart();
        let mut world = World {
            durable: facts.clone(),
            decided: facts,
            unreleased: Vec::new(),
            links: BTreeMap::new(),
            connections: BTreeMap::new(),
            adapter,
            desktops: agents.map(|agent| (agent, Desktop::default())).collect(),
            acknowledged: (0, 0),
            answered: BTreeSet::new(),
            faults_left: 0,
        };
        // It begins when all are there: how they come is tried after each loss.
        loop {
            let mut steps = Vec::new();
            self.actions(&world, &mut steps);
            let step = steps.into_iter().find(|it| !matches!(it, Step::Arrives(_)));
            match step.and_then(|step| self.next_state(&world, step)) {
                Some(next) => world = next,
                None => break,
            }
        }
        world.faults_left = self.0.faults;
        vec![world]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        // One input a batch: of several a crash loses no more than a connection that breaks.
        let decides = world.unreleased.is_empty() && world.decided == world.durable;
        if !decides {
            steps.push(Step::Flush);
        }
        for ((client, connection), link) in world.links.iter().filter(|_| decides) {
            if !link.up.is_empty() {
                steps.push(Step::Take(*client, *connection));
            }
            if link.lost {
                steps.push(Step::Notice(*client, *connection));
            }
        }
        for client in world.clients() {
            match world.connection(client) {
                None => steps.push(Step::Connects(client)),
                Some(connection) => {
                    if !world.links[&(client, connection)].down.is_empty() {
                        steps.push(Step::Receives(client));
                    }
                    steps.push(Step::Breaks(client));
                }
            }
        }
        for contact in 0..self.0.contacts {
            match world.adapter.lines.get(&contact) {
                None => steps.push(Step::Arrives(contact)),
                Some(Line::Calling { .. }) => {
                    steps.push(Step::Answers(contact));
                    steps.push(Step::CallFails(contact));
                }
                _ => {}
            }
            if world
                .adapter
                .lines
                .get(&contact)
                .is_some_and(|line| *line != Line::HungUp)
            {
                steps.push(Step::HangsUp(contact));
            }
        }
        for (agent, desktop) in &world.desktops {
            if desktop.connection.is_some() {
                for offer in desktop.ringing() {
                    steps.push(Step::Accepts(*agent, offer));
                    steps.push(Step::Rejects(*agent, offer));
                }
            }
        }
        if decides {
            clocks(&world.decided, steps);
        }
        steps.extend([Step::EngineCrashes, Step::AdapterCrashes]);
        if world.faults_left == 0 {
            steps.retain(|step| !step.is_fault());
        }
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        let mut world = world.clone();
        if step.is_fault() {
            world.faults_left -= 1;
        }
        match step {
            Step::Take(client, connection) => {
                let link = world.links.get_mut(&(client, connection))?;
                let up = link.up.pop_front()?;
                world.decide(&self.0, Input::Message(client, connection, up));
            }
            Step::Notice(client, connection) => {
                world.links.remove(&(client, connection));
                world.decide(&self.0, Input::ConnectionEnded(client, connection));
            }
            Step::Flush => {
                world.durable = world.decided.clone();
                world.release();
            }
            Step::Connects(client) => {
                let count = world.connections.entry(client).or_default();
                *count += 1;
                let connection = *count;
                world.links.insert((client, connection), Link::default());
                let first = match client {
                    Client::Adapter => {
                        world.adapter.connection = Some(connection);
                        vec![Up::Hello {
                            incarnation: world.adapter.incarnation,
                        }]
                    }
                    Client::Agent(agent) => {
                        let desktop = world.desktops.get_mut(&agent)?;
                        desktop.connection = Some(connection);
                        desktop.connect()
                    }
                };
                world.send(client, first);
            }
            Step::Receives(client) => {
                let connection = world.connection(client)?;
                let down = world
                    .links
                    .get_mut(&(client, connection))?
                    .down
                    .pop_front()?;
                match client {
                    Client::Adapter => {
                        let said = world.adapter.receive(down);
                        world.send(client, said);
                    }
                    Client::Agent(agent) => world.desktops.get_mut(&agent)?.receive(down),
                }
            }
            Step::Arrives(contact) => world.line(contact, Line::Waiting, Event::Arrived(contact)),
            Step::HangsUp(contact) => world.line(contact, Line::HungUp, Event::Ended(contact)),
            Step::Answers(contact) => {
                let Line::Calling { offer, agent } = world.adapter.lines[&contact] else {
                    return None;
                };
                let event = Event::Connected { contact, offer };
                world.line(contact, Line::Talking { offer, agent }, event);
            }
            Step::CallFails(contact) => {
                let Line::Calling { offer, .. } = world.adapter.lines[&contact] else {
                    return None;
                };
                world.line(
                    contact,
                    Line::Waiting,
                    Event::ConnectFailed { contact, offer },
                );
            }
            Step::Accepts(agent, offer) => world.ask(agent, offer, Up::Accept(offer)),
            Step::Rejects(agent, offer) => world.ask(agent, offer, Up::Reject(offer)),
            Step::TimeComes(input) => world.decide(&self.0, input),
            Step::Breaks(client) => {
                let connection = world.connection(client)?;
                world.links.get_mut(&(client, connection))?.lose();
                world.lose(client);
            }
            Step::EngineCrashes => {
                world.unreleased.clear();
                world.links.clear();
                for client in world.clients().collect::<Vec<_>>() {
                    world.lose(client);
                }
                Arc::make_mut(&mut world.durable).recover(&self.0);
                world.decided = world.durable.clone();
            }
            Step::AdapterCrashes => {
                if let Some(connection) = world.adapter.connection {
                    world.links.get_mut(&(Client::Adapter, connection))?.lose();
                }
                world.adapter.restart();
            }
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let always: fn(_, fn(&Self, &World) -> bool) -> _ = Property::always;
        vec![
            always("what was acknowledged is in the log", |_, world| {
                (world.durable.incarnation, world.durable.sequence) >= world.acknowledged
            }),
            always(
                "an accept that was answered OK is in the log",
                |_, world| {
                    let mut answers = world.answered.iter();
                    answers.all(|(agent, offer, answer)| {
                        world.durable.answers.get(&(*agent, *offer)) == Some(answer)
                    })
                },
            ),
            always("a request has one answer", |_, world| {
                let requests = world
                    .answered
                    .iter()
                    .map(|(agent, offer, _)| (agent, offer));
                requests.collect::<BTreeSet<_>>().len() == world.answered.len()
            }),
            always("an accept that comes too late is refused", |_, world| {
                world.durable.answers.iter().all(|(request, answer)| {
                    let asked = world.desktops[&request.0].asked.get(&request.1);
                    let accepts = asked.is_some_and(|(up, _)| matches!(up, Up::Accept(_)));
                    let was_open = world.durable.accepted.contains(&request.1);
                    !accepts || *answer == Answer::OfferNotPending || was_open
                })
            }),
            always("a visit has at most one accepted offer", |_, world| {
                let accepted = world.decided.offers.values().filter(|it| it.accepted);
                let contacts: Vec<ContactId> = accepted.map(|it| it.contact).collect();
                contacts.iter().collect::<BTreeSet<_>>().len() == contacts.len()
            }),
            always(
                "a slot has one lease, but for what a live list opens",
                |_, world| {
                    let facts = &world.decided;
                    let own = |lease: &&(OfferId, Phase)| !facts.opened_by_list.contains(&lease.0);
                    let mut agents = facts.agents.keys();
                    agents.all(|agent| facts.leases(*agent).iter().filter(own).count() <= 1)
                },
            ),
            always(
                "every offer is open or has ended, and never both",
                |_, world| {
                    let facts = &world.decided;
                    let mut offers = facts.all_offers();
                    offers.all(|id| facts.offers.contains_key(&id) != facts.ended.contains_key(&id))
                },
            ),
            always("a directive is carried out once", |_, world| {
                world.adapter.calls.values().all(|count| *count == 1)
            }),
            always(
                "a directive is in force only while its purpose is",
                |_, world| {
                    let mut directives = world.decided.directives.values();
                    directives.all(|directive| world.decided.has_purpose(directive.order))
                },
            ),
            always(
                "when nothing is under way, all agree on who talks",
                |_, world| {
                    !world.is_calm() || world.adapter.lines.iter().all(|line| world.agrees(line))
                },
            ),
            always(
                "when faults stop, everything ends and everybody is free",
                |model, world| {
                    let mut steps = Vec::new();
                    model.actions(world, &mut steps);
                    // A customer who waits may hang up, but need not.
                    let waits = |step: &Step| match step {
                        Step::HangsUp(contact) => {
                            !matches!(world.adapter.lines[contact], Line::Talking { .. })
                        }
                        step => step.is_fault(),
                    };
                    !steps.iter().all(waits) || world.is_over()
                },
            ),
        ]
    }
}
