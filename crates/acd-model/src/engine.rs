//! The engine: what the log tells, and what one input makes of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::messages::{Answer, Down, Event, Message, Order, Phase, Up};
use crate::{AgentId, Bug, Client, Connection, ContactId, DirectiveId, OfferId, Rules};

/// What the log tells: nothing else is left after a crash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Facts {
    pub(crate) adapter: Presence,
    pub(crate) incarnation: u8,
    /// The last event of this incarnation that was decided.
    pub(crate) sequence: u8,
    /// Events that were refused, until the adapter says that it knows.
    pub(crate) refused: BTreeSet<u8>,
    pub(crate) list_due: bool,
    pub(crate) agents: BTreeMap<AgentId, Presence>,
    pub(crate) contacts: BTreeMap<ContactId, Place>,
    pub(crate) offers: BTreeMap<OfferId, Offer>,
    /// Offers that are over.
    pub(crate) ended: BTreeMap<OfferId, End>,
    /// Offers that were ever accepted.
    pub(crate) accepted: BTreeSet<OfferId>,
    /// Offers that a live list opened, past the agent's capacity if need be.
    pub(crate) opened_by_list: BTreeSet<OfferId>,
    pub(crate) directives: BTreeMap<DirectiveId, Directive>,
    /// Answers by request; an accept has the number of its offer and of its agent as its request id.
    pub(crate) answers: BTreeMap<(AgentId, OfferId), Answer>,
    last_offer: OfferId,
    last_directive: DirectiveId,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Presence {
    /// Never there, given up, or logged out.
    #[default]
    Gone,
    There(Connection),
    /// Lost, or the engine has started anew: its clock runs.
    Grace,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Waiting,
    Talking { agent: AgentId, offer: OfferId },
    Ended { given_up: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Offer {
    pub(crate) contact: ContactId,
    pub(crate) agent: AgentId,
    pub(crate) accepted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum End {
    Connected,
    Rejected,
    TimedOut,
    ConnectFailed,
    CustomerGone,
    LostRace,
    SessionLost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Directive {
    pub(crate) order: Order,
    /// It was acknowledged and is still in force: a new incarnation is told it again.
    pub(crate) acknowledged: bool,
}

/// What the engine is asked, or what time brings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Input {
    Message(Client, Connection, Up),
    ConnectionEnded(Client, Connection),
    RingTimedOut(OfferId),
    ConnectTimedOut(OfferId),
    AdapterGraceOver,
    SessionGraceOver(AgentId),
}

/// Decides one input: changes the facts, and says what is to be sent once they are durable.
pub(crate) fn decide(facts: &mut Facts, rules: &Rules, input: Input) -> Vec<Message> {
    let known = facts.last_directive;
    let screens = facts.screens();
    let mut decision = Decision {
        facts,
        rules,
        out: Vec::new(),
    };
    decision.take(input);
    decision.match_waiting();
    let Decision { facts, mut out, .. } = decision;
    if let Presence::There(connection) = facts.adapter {
        // A hello has told those that stand already.
        let told = out.iter().filter_map(|message| match &message.content {
            Down::Directive(id, _) => Some(*id),
            _ => None,
        });
        let told = told.max().unwrap_or(known);
        let issued = facts.directives.range(told + 1..);
        let issued: Vec<Message> = issued
            .map(|(id, it)| Message::to_adapter(connection, Down::Directive(*id, it.order)))
            .collect();
        out.extend(issued);
    }
    for (agent, screen) in facts.screens() {
        if let Presence::There(connection) = facts.agents[&agent]
            && screens.get(&agent) != Some(&screen)
        {
            out.push(Message::to_agent(agent, connection, Down::Screen(screen)));
        }
    }
    out
}

impl Facts {
    /// Nobody is there, and nothing has happened.
    pub(crate) fn of(agents: impl Iterator<Item = AgentId>) -> Self {
        let agents = agents.map(|agent| (agent, Presence::Gone)).collect();
        Self {
            agents,
            ..Self::default()
        }
    }

    /// After a stop nobody is present, and whoever was has a full grace. Pending offers stay.
    pub(crate) fn recover(&mut self, rules: &Rules) {
        for presence in self.agents.values_mut().chain([&mut self.adapter]) {
            if let Presence::There(_) = presence {
                *presence = Presence::Grace;
            }
        }
        if rules.has(Bug::ForgetsAnswers) {
            self.answers.clear();
        }
    }

    /// The offers and conversations for which the agent's one slot is leased.
    pub(crate) fn leases(&self, agent: AgentId) -> Vec<(OfferId, Phase)> {
        let offers = self.offers.iter().filter(|(_, offer)| offer.agent == agent);
        let offers = offers.map(|(id, offer)| match offer.accepted {
            true => (*id, Phase::Connecting),
            false => (*id, Phase::Ringing),
        });
        let talks = self.contacts.values().filter_map(|place| match place {
            Place::Talking { agent: with, offer } if *with == agent => {
                Some((*offer, Phase::Talking))
            }
            _ => None,
        });
        offers.chain(talks).collect()
    }

    /// Every offer ever made.
    pub(crate) fn all_offers(&self) -> impl Iterator<Item = OfferId> {
        1..=self.last_offer
    }

    /// Whether there is still a reason to do this.
    pub(crate) fn has_purpose(&self, order: Order) -> bool {
        match (order, self.contacts.get(&order.contact())) {
            (_, None | Some(Place::Ended { .. })) => false,
            (Order::Connect { offer, .. }, Some(Place::Talking { offer: by, .. })) => offer == *by,
            (Order::Connect { offer, .. }, _) => {
                self.offers.get(&offer).is_some_and(|offer| offer.accepted)
            }
            (Order::Cancel { offer, .. }, _) => self.ended.contains_key(&offer),
        }
    }

    fn screens(&self) -> BTreeMap<AgentId, Vec<(OfferId, Phase)>> {
        let agents = self.agents.keys();
        agents.map(|agent| (*agent, self.leases(*agent))).collect()
    }

    fn offers_of(&self, contact: ContactId) -> Vec<OfferId> {
        let of_contact =
            |(id, offer): (&OfferId, &Offer)| (offer.contact == contact).then_some(*id);
        self.offers.iter().filter_map(of_contact).collect()
    }
}

struct Decision<'a> {
    facts: &'a mut Facts,
    rules: &'a Rules,
    out: Vec<Message>,
}

impl Decision<'_> {
    fn take(&mut self, input: Input) {
        match input {
            Input::Message(Client::Adapter, connection, up) => self.hear_adapter(connection, up),
            Input::Message(Client::Agent(agent), connection, up) => match up {
                Up::Attach => self.attach(agent, connection),
                Up::Accept(offer) => self.answer(agent, connection, offer, true),
                Up::Reject(offer) => self.answer(agent, connection, offer, false),
                other => unreachable!("an agent does not say {other:?}"),
            },
            Input::ConnectionEnded(Client::Adapter, connection) => {
                // Of a connection that another one has replaced nothing is known any more.
                if self.facts.adapter == Presence::There(connection) {
                    self.facts.adapter = Presence::Grace;
                }
            }
            Input::ConnectionEnded(Client::Agent(agent), connection) => {
                if self.facts.agents[&agent] == Presence::There(connection) {
                    self.facts.agents.insert(agent, Presence::Grace);
                    self.rescind_pending(agent);
                }
            }
            Input::RingTimedOut(offer) => self.end_offer(offer, End::TimedOut),
            Input::ConnectTimedOut(offer) => self.end_offer(offer, End::ConnectFailed),
            Input::AdapterGraceOver => self.give_adapter_up(),
            Input::SessionGraceOver(agent) => {
                self.facts.agents.insert(agent, Presence::Gone);
                self.rescind_pending(agent);
            }
        }
    }

    fn hear_adapter(&mut self, connection: Connection, up: Up) {
        let is_current = self.facts.adapter == Presence::There(connection);
        match up {
            Up::Hello { incarnation } => self.hello(connection, incarnation),
            Up::Event(sequence, event) if is_current => self.event(connection, sequence, event),
            Up::Event(..) => {}
            Up::RefusalsKnown(up_to) if is_current => self.facts.refused.retain(|it| *it > up_to),
            Up::RefusalsKnown(_) => {}
            Up::Done(id) if is_current || self.rules.has(Bug::FencedIsHeard) => self.done(id),
            Up::Done(_) => {}
            Up::LiveList(list) if is_current || self.rules.has(Bug::FencedIsHeard) => {
                self.live_list(connection, &list);
            }
            Up::LiveList(_) => {}
            other => unreachable!("an adapter does not say {other:?}"),
        }
    }

    fn hello(&mut self, connection: Connection, incarnation: u8) {
        let facts = &mut *self.facts;
        if facts.incarnation != incarnation {
            facts.incarnation = incarnation;
            facts.sequence = 0;
            facts.refused.clear();
            facts.list_due = true;
            for directive in facts.directives.values_mut() {
                directive.acknowledged = false;
            }
        }
        facts.adapter = Presence::There(connection);
        let welcome = Down::Welcome {
            sequence: facts.sequence,
            refused: facts.refused.clone(),
            list_due: facts.list_due,
        };
        self.out.push(Message::to_adapter(connection, welcome));
        if self.rules.has(Bug::RenumbersDirectives) {
            for (_, directive) in std::mem::take(&mut facts.directives) {
                facts.last_directive += 1;
                facts.directives.insert(facts.last_directive, directive);
            }
        }
        for (id, directive) in &facts.directives {
            if !directive.acknowledged {
                let again = Down::Directive(*id, directive.order);
                self.out.push(Message::to_adapter(connection, again));
            }
        }
    }

    fn event(&mut self, connection: Connection, sequence: u8, event: Event) {
        if sequence > self.facts.sequence + 1 {
            // A gap: nothing holds of it.
            return;
        }
        if sequence > self.facts.sequence {
            self.facts.sequence = sequence;
            if self.apply(event).is_err() {
                self.facts.refused.insert(sequence);
            }
        }
        let refused = self.facts.refused.contains(&sequence);
        let ack = Down::EventAck { sequence, refused };
        self.out.push(Message::to_adapter(connection, ack));
    }

    fn apply(&mut self, event: Event) -> Result<(), ()> {
        match event {
            Event::Arrived(contact) => match self.facts.contacts.get(&contact) {
                None => _ = self.facts.contacts.insert(contact, Place::Waiting),
                Some(Place::Ended { .. }) => return Err(()),
                Some(_) => {}
            },
            Event::Ended(contact) => match self.facts.contacts.get(&contact) {
                None | Some(Place::Ended { .. }) => return Err(()),
                Some(_) => self.end_contact(contact, false),
            },
            Event::Connected { contact, offer } => match self.facts.offers.get(&offer) {
                Some(Offer { accepted: true, .. }) => self.connect(offer),
                _ => match self.facts.contacts.get(&contact) {
                    Some(Place::Talking { offer: by, .. }) if *by == offer => {}
                    _ => return Err(()),
                },
            },
            Event::ConnectFailed { contact, offer } => match self.facts.offers.get(&offer) {
                Some(Offer { accepted: true, .. }) => self.end_offer(offer, End::ConnectFailed),
                _ if self.is_still_to_connect(contact, offer) => {
                    self.facts
                        .directives
                        .retain(|_, it| !it.order.connects(offer));
                    self.facts.contacts.insert(contact, Place::Waiting);
                    self.issue(Order::Cancel { contact, offer });
                }
                _ => return Err(()),
            },
        }
        Ok(())
    }

    /// Whether a live list opened their conversation, which the adapter is told to connect if need be.
    fn is_still_to_connect(&self, contact: ContactId, offer: OfferId) -> bool {
        let place = self.facts.contacts.get(&contact);
        let talks = matches!(place, Some(Place::Talking { offer: by, .. }) if *by == offer);
        talks
            && self
                .facts
                .directives
                .values()
                .any(|it| it.order.connects(offer))
    }

    fn done(&mut self, id: DirectiveId) {
        let Some(directive) = self.facts.directives.get_mut(&id) else {
            return;
        };
        match directive.order {
            Order::Connect { .. } => directive.acknowledged = true,
            Order::Cancel { .. } => _ = self.facts.directives.remove(&id),
        }
    }

    /// All that the adapter holds, and who talks. What it does not name has ended.
    fn live_list(&mut self, connection: Connection, list: &BTreeMap<ContactId, Option<AgentId>>) {
        let is_open = |place: &Place| !matches!(place, Place::Ended { .. });
        let open = self.facts.contacts.iter();
        let open: Vec<ContactId> = open
            .filter(|(_, it)| is_open(it))
            .map(|(id, _)| *id)
            .collect();
        for contact in open.into_iter().filter(|id| !list.contains_key(id)) {
            self.end_contact(contact, false);
        }
        let mut refused = BTreeSet::new();
        for (contact, agent) in list {
            match self.facts.contacts.get(contact) {
                Some(Place::Ended { given_up: false }) => {
                    refused.insert(*contact);
                    continue;
                }
                Some(Place::Ended { given_up: true }) | None => {
                    self.facts.contacts.insert(*contact, Place::Waiting);
                }
                Some(_) => {}
            }
            if let Some(agent) = agent {
                self.talk_goes_on(*contact, *agent);
            }
        }
        self.facts.list_due = false;
        let ack = Down::LiveListAck { refused };
        self.out.push(Message::to_adapter(connection, ack));
    }

    /// The list says who talks, and opens that conversation if need be, past the agent's capacity.
    fn talk_goes_on(&mut self, contact: ContactId, agent: AgentId) {
        // The list is older than the adapter's work on this directive, which takes the agent out.
        let cancels =
            |it: &Directive| matches!(it.order, Order::Cancel { contact: of, .. } if of == contact);
        let is_taken_out = self.facts.directives.values().any(cancels);
        if is_taken_out && !self.rules.has(Bug::ListBeatsCancel) {
            return;
        }
        match self.facts.contacts[&contact] {
            Place::Talking { agent: with, .. } if with == agent => return,
            Place::Talking { offer, .. } => {
                self.facts.contacts.insert(contact, Place::Waiting);
                self.issue(Order::Cancel { contact, offer });
            }
            Place::Waiting | Place::Ended { .. } => {}
        }
        let offers = self.facts.offers_of(contact);
        let theirs = offers
            .into_iter()
            .find(|id| self.facts.offers[id].agent == agent);
        let offer = theirs.unwrap_or_else(|| {
            for other in self.facts.offers_of(contact) {
                self.end_offer(other, End::LostRace);
            }
            let offer = self.make_offer(contact, agent);
            self.facts.opened_by_list.insert(offer);
            offer
        });
        self.accept(offer);
        self.connect(offer);
        if theirs.is_none() && !self.rules.has(Bug::ListNamesNoOffer) {
            // By which offer they talk from now on.
            self.issue(Order::Connect {
                contact,
                offer,
                agent,
            });
        }
    }

    fn attach(&mut self, agent: AgentId, connection: Connection) {
        self.facts.agents.insert(agent, Presence::There(connection));
        let screen = Down::Screen(self.facts.leases(agent));
        self.out.push(Message::to_agent(agent, connection, screen));
    }

    /// Answers an accept or a rejection; the same request gets the same answer.
    fn answer(&mut self, agent: AgentId, connection: Connection, offer: OfferId, accepts: bool) {
        let request = (agent, offer);
        let answer = self.facts.answers.get(&request).copied();
        let answer = answer.unwrap_or_else(|| match self.facts.offers.get(&offer) {
            Some(it) if it.agent == agent && !it.accepted => {
                match accepts {
                    true => self.accept(offer),
                    false => self.end_offer(offer, End::Rejected),
                }
                Answer::Ok
            }
            _ => Answer::OfferNotPending,
        });
        self.facts.answers.insert(request, answer);
        let content = Down::Answer(offer, answer);
        self.out.push(Message::to_agent(agent, connection, content));
    }

    fn make_offer(&mut self, contact: ContactId, agent: AgentId) -> OfferId {
        self.facts.last_offer += 1;
        let accepted = false;
        let offer = Offer {
            contact,
            agent,
            accepted,
        };
        self.facts.offers.insert(self.facts.last_offer, offer);
        self.facts.last_offer
    }

    fn accept(&mut self, id: OfferId) {
        let offer = self.facts.offers.get_mut(&id).expect("it is open");
        if offer.accepted {
            return;
        }
        offer.accepted = true;
        let Offer { contact, agent, .. } = *offer;
        self.facts.accepted.insert(id);
        self.issue(Order::Connect {
            contact,
            offer: id,
            agent,
        });
        for loser in self
            .facts
            .offers_of(contact)
            .into_iter()
            .filter(|other| *other != id)
        {
            self.end_offer(loser, End::LostRace);
        }
    }

    fn connect(&mut self, offer: OfferId) {
        let Offer { contact, agent, .. } = self.facts.offers[&offer];
        self.close(offer, End::Connected);
        self.facts
            .contacts
            .insert(contact, Place::Talking { agent, offer });
    }

    /// The slot is free, the contact back at its place, and the adapter takes back what it was told.
    fn end_offer(&mut self, id: OfferId, end: End) {
        let Offer {
            contact, accepted, ..
        } = self.facts.offers[&id];
        self.close(id, end);
        if accepted {
            self.issue(Order::Cancel { contact, offer: id });
        }
    }

    /// It is over, and nobody need be told any more to connect it.
    fn close(&mut self, id: OfferId, end: End) {
        self.facts.offers.remove(&id);
        let before = self.facts.ended.insert(id, end);
        assert_eq!(before, None, "an offer ends once");
        self.facts.directives.retain(|_, it| !it.order.connects(id));
    }

    fn end_contact(&mut self, contact: ContactId, given_up: bool) {
        for offer in self.facts.offers_of(contact) {
            self.close(offer, End::CustomerGone);
        }
        self.facts
            .contacts
            .insert(contact, Place::Ended { given_up });
        self.facts
            .directives
            .retain(|_, it| it.order.contact() != contact);
    }

    fn give_adapter_up(&mut self) {
        self.facts.adapter = Presence::Gone;
        self.facts.list_due = true;
        for (contact, place) in self.facts.contacts.clone() {
            if !matches!(place, Place::Ended { .. }) {
                self.end_contact(contact, true);
            }
        }
    }

    fn rescind_pending(&mut self, agent: AgentId) {
        let offers = self.facts.offers.clone().into_iter();
        for (id, _) in offers.filter(|(_, it)| it.agent == agent && !it.accepted) {
            self.end_offer(id, End::SessionLost);
        }
    }

    fn issue(&mut self, order: Order) {
        self.facts.last_directive += 1;
        let acknowledged = false;
        let directive = Directive {
            order,
            acknowledged,
        };
        self.facts
            .directives
            .insert(self.facts.last_directive, directive);
    }

    /// Whoever waits is offered to every free agent at once; the first accept wins.
    fn match_waiting(&mut self) {
        let Presence::There(_) = self.facts.adapter else {
            return;
        };
        for (contact, place) in self.facts.contacts.clone() {
            let offers = self.facts.offers_of(contact);
            let is_taken = offers.iter().any(|id| self.facts.offers[id].accepted);
            if place != Place::Waiting || is_taken {
                continue;
            }
            for (agent, presence) in self.facts.agents.clone() {
                let is_free = self.facts.leases(agent).is_empty();
                if matches!(presence, Presence::There(_)) && is_free {
                    self.make_offer(contact, agent);
                }
            }
        }
    }
}
