//! The adapter with its switch, and the agents' desktops: what they send, what they make of what they are told.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::messages::{Answer, Down, Event, Order, Phase, Up};
use crate::{AgentId, Connection, ContactId, DirectiveId, OfferId};

/// What is on a line of the switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Line {
    Waiting,
    /// The agent's phone is called.
    Calling {
        offer: OfferId,
        agent: AgentId,
    },
    Talking {
        offer: OfferId,
        agent: AgentId,
    },
    HungUp,
}

/// The adapter. Its switch, with the lines, outlives it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Adapter {
    pub(crate) lines: BTreeMap<ContactId, Line>,
    pub(crate) incarnation: u8,
    pub(crate) connection: Option<Connection>,
    /// The engine has said from where to send.
    pub(crate) welcomed: bool,
    /// Events that are not settled, and their sequence.
    pub(crate) outbox: VecDeque<(u8, Event)>,
    last_sequence: u8,
    /// It has lost its memory and not yet told what it holds.
    pub(crate) owes_list: bool,
    /// Directives of which it knows that they are done.
    done: BTreeSet<DirectiveId>,
    /// How often this incarnation called an agent's phone for an offer.
    pub(crate) calls: BTreeMap<OfferId, u8>,
}

impl Adapter {
    /// The process ends and another one starts: what it remembers is gone, and so are the calls it was making.
    pub(crate) fn restart(&mut self) {
        let mut lines = std::mem::take(&mut self.lines);
        for line in lines.values_mut() {
            if let Line::Calling { .. } = line {
                *line = Line::Waiting;
            }
        }
        let incarnation = self.incarnation + 1;
        let owes_list = true;
        *self = Self {
            lines,
            incarnation,
            owes_list,
            ..Self::default()
        };
    }

    pub(crate) fn lose_connection(&mut self) {
        self.connection = None;
        self.welcomed = false;
    }

    /// Keeps an event until it is settled. Gives what to send.
    pub(crate) fn report(&mut self, event: Event) -> Vec<Up> {
        self.last_sequence += 1;
        self.outbox.push_back((self.last_sequence, event));
        match self.welcomed {
            true => vec![Up::Event(self.last_sequence, event)],
            false => Vec::new(),
        }
    }

    /// Takes note of what the engine says. Gives what to send.
    pub(crate) fn receive(&mut self, down: Down) -> Vec<Up> {
        match down {
            Down::Welcome {
                sequence,
                refused,
                list_due,
            } => {
                self.welcomed = true;
                self.settle(sequence, &refused);
                let known = refused.last().map(|last| Up::RefusalsKnown(*last));
                let events = self.outbox.iter().map(|(at, event)| Up::Event(*at, *event));
                let list = (list_due || self.owes_list).then(|| Up::LiveList(self.live_list()));
                known.into_iter().chain(events).chain(list).collect()
            }
            Down::EventAck { sequence, refused } => {
                let refused: BTreeSet<u8> = refused.then_some(sequence).into_iter().collect();
                self.settle(sequence, &refused);
                refused
                    .last()
                    .map(|last| Up::RefusalsKnown(*last))
                    .into_iter()
                    .collect()
            }
            Down::Directive(id, order) => {
                let mut said = match self.done.insert(id) {
                    true => self.carry_out(order),
                    false => Vec::new(),
                };
                said.insert(0, Up::Done(id));
                said
            }
            Down::LiveListAck { refused } => {
                self.owes_list = false;
                for contact in refused {
                    self.lines.insert(contact, Line::HungUp);
                }
                Vec::new()
            }
            other => unreachable!("an adapter is not told {other:?}"),
        }
    }

    fn live_list(&self) -> BTreeMap<ContactId, Option<AgentId>> {
        let held = self.lines.iter().filter(|(_, line)| **line != Line::HungUp);
        held.map(|(contact, line)| match line {
            Line::Talking { agent, .. } => (*contact, Some(*agent)),
            _ => (*contact, None),
        })
        .collect()
    }

    /// Events up to this one are decided. Who was refused a connection undoes it.
    fn settle(&mut self, up_to: u8, refused: &BTreeSet<u8>) {
        while let Some((sequence, event)) = self.outbox.pop_front_if(|(at, _)| *at <= up_to) {
            match event {
                Event::Connected { contact, offer } if refused.contains(&sequence) => {
                    self.take_out(contact, offer);
                }
                Event::Arrived(contact) if refused.contains(&sequence) => {
                    self.lines.insert(contact, Line::HungUp);
                }
                _ => {}
            }
        }
    }

    fn carry_out(&mut self, order: Order) -> Vec<Up> {
        match order {
            Order::Cancel { contact, offer } => self.take_out(contact, offer),
            Order::Connect {
                contact,
                offer,
                agent,
            } => match self.lines[&contact] {
                Line::HungUp => {}
                // They talk already, and have another offer from now on.
                Line::Talking { agent: with, .. } if with == agent => {
                    self.lines.insert(contact, Line::Talking { offer, agent });
                    return self.report(Event::Connected { contact, offer });
                }
                _ => {
                    *self.calls.entry(offer).or_default() += 1;
                    self.lines.insert(contact, Line::Calling { offer, agent });
                }
            },
        }
        Vec::new()
    }

    fn take_out(&mut self, contact: ContactId, offer: OfferId) {
        match self.lines[&contact] {
            Line::Calling { offer: by, .. } | Line::Talking { offer: by, .. } if by == offer => {
                self.lines.insert(contact, Line::Waiting);
            }
            _ => {}
        }
    }
}

/// An agent's desktop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Desktop {
    pub(crate) connection: Option<Connection>,
    pub(crate) screen: Vec<(OfferId, Phase)>,
    /// What was asked, and the answer. What has none is asked again after a reconnect, under the same request id.
    pub(crate) asked: BTreeMap<OfferId, (Up, Option<Answer>)>,
}

impl Desktop {
    /// A new connection resumes the session.
    pub(crate) fn connect(&mut self) -> Vec<Up> {
        let open = self.asked.values().filter(|(_, answer)| answer.is_none());
        let again = open.map(|(up, _)| up.clone());
        [Up::Attach].into_iter().chain(again).collect()
    }

    /// Offers that ring and were not answered.
    pub(crate) fn ringing(&self) -> impl Iterator<Item = OfferId> {
        let open = |(offer, phase): &(OfferId, Phase)| {
            (*phase == Phase::Ringing && !self.asked.contains_key(offer)).then_some(*offer)
        };
        self.screen.iter().filter_map(open)
    }

    pub(crate) fn ask(&mut self, offer: OfferId, up: Up) -> Vec<Up> {
        self.asked.insert(offer, (up.clone(), None));
        vec![up]
    }

    pub(crate) fn receive(&mut self, down: Down) {
        match down {
            Down::Screen(screen) => self.screen = screen,
            Down::Answer(offer, answer) => {
                if let Some((_, known)) = self.asked.get_mut(&offer) {
                    *known = Some(answer);
                }
            }
            other => unreachable!("an agent is not told {other:?}"),
        }
    }
}
