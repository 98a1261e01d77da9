//! A switch: contacts come, are connected with agents, and hang up.

use std::collections::BTreeMap;
use std::sync::Arc;

use acd_client::adapter::{self, AdapterHandle, Receipt, Receipts};
use acd_client::v1::{
    ConnectFailed, ConnectFailure, ContactArrived, ContactConnected, ContactEnded, Directive,
    EndCause, PhoneAnswered, directive::Instruction, event::Event,
};
use acd_client::{AdapterSession, Endpoint, Error};
use rand::RngExt as _;
use rand::rngs::StdRng;
use tokio::sync::watch;

use super::told::EventTold;
use super::{QUEUES, Stage, TENANT, Told};

/// Contacts that it has at the same time.
const OPEN: usize = 10;
/// Events without a receipt.
const UNDER_WAY: usize = 16;

/// Where a contact stands for the switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Arriving,
    Waiting,
    Talking,
    /// Its end is reported.
    Ending,
}

/// What an event under way is.
#[derive(Debug)]
struct Sent {
    sequence: u64,
    contact: String,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Arrival,
    Connected,
    End,
    Other,
}

pub(super) struct Switch {
    name: String,
    told: Arc<Told>,
    chance: StdRng,
    arrived: u64,
    sequence: u64,
    open: BTreeMap<String, Phase>,
    under_way: Receipts<Sent>,
    unsettled: usize,
    /// The last directive that was handed over.
    last_directive: u64,
}

impl Switch {
    pub(super) fn new(no: usize, told: Arc<Told>, chance: StdRng) -> Self {
        Self {
            name: format!("switch-{no}"),
            told,
            chance,
            arrived: 0,
            sequence: 0,
            open: BTreeMap::new(),
            under_way: Receipts::default(),
            unsettled: 0,
            last_directive: 0,
        }
    }

    /// Plays until all its contacts are over.
    pub(super) async fn run(mut self, endpoint: Endpoint, mut stage: watch::Receiver<Stage>) {
        let options = adapter::Options::new(TENANT, &self.name);
        let mut session = AdapterSession::start(&endpoint, options);
        let handle = session.handle().clone();
        let played = self.play(&mut session, &handle, &mut stage).await;
        let closed = match played {
            Ok(()) => session.close().await,
            Err(error) => Err(error),
        };
        if let Err(error) = closed {
            self.told.outrage(format!("{}: {error}", self.name));
        }
    }

    async fn play(
        &mut self,
        session: &mut AdapterSession,
        handle: &AdapterHandle,
        stage: &mut watch::Receiver<Stage>,
    ) -> Result<(), Error> {
        loop {
            let closes = *stage.borrow_and_update() != Stage::Work;
            if closes {
                self.end_all(handle).await?;
                if self.open.is_empty() && self.unsettled == 0 {
                    return Ok(());
                }
            } else {
                self.take_contacts(handle).await?;
            }
            tokio::select! {
                directive = session.next_directive() => self.directed(handle, directive?).await?,
                (sent, receipt) = self.under_way.next() => {
                    self.settled(handle, sent, receipt).await?;
                }
                _ = stage.changed(), if !closes => {}
            }
        }
    }

    /// Customers come, and some of those who wait hang up.
    async fn take_contacts(&mut self, handle: &AdapterHandle) -> Result<(), Error> {
        while self.open.len() < OPEN && self.unsettled < UNDER_WAY {
            self.arrived += 1;
            let contact = format!("{}.{}", self.name, self.arrived);
            self.open.insert(contact.clone(), Phase::Arriving);
            let arrival = ContactArrived {
                contact_id: contact.clone(),
                channel: "voice".to_owned(),
                queue: QUEUES[self.chance.random_range(0..QUEUES.len())].to_owned(),
                priority: self.chance.random_range(0..3),
                ..ContactArrived::default()
            };
            self.submit(handle, contact, What::Arrival, arrival).await?;
        }
        if self.unsettled < UNDER_WAY && self.chance.random_bool(0.1) {
            let waits = |(_, phase): &(&String, &Phase)| **phase == Phase::Waiting;
            let first = self.open.iter().find(waits).map(|(name, _)| name.clone());
            if let Some(contact) = first {
                self.end(handle, contact).await?;
            }
        }
        Ok(())
    }

    async fn end_all(&mut self, handle: &AdapterHandle) -> Result<(), Error> {
        let going = [Phase::Waiting, Phase::Talking];
        let open = self.open.iter();
        let open = open.filter(|(_, phase)| going.contains(phase));
        let open: Vec<_> = open.map(|(name, _)| name.clone()).collect();
        for contact in open {
            self.end(handle, contact).await?;
        }
        Ok(())
    }

    async fn end(&mut self, handle: &AdapterHandle, contact: String) -> Result<(), Error> {
        self.open.insert(contact.clone(), Phase::Ending);
        let ended = ContactEnded {
            contact_id: contact.clone(),
            cause: EndCause::Customer.into(),
        };
        self.submit(handle, contact, What::End, ended).await
    }

    async fn submit(
        &mut self,
        handle: &AdapterHandle,
        contact: String,
        what: What,
        event: impl Into<Event>,
    ) -> Result<(), Error> {
        self.sequence += 1;
        let sent = Sent {
            sequence: self.sequence,
            contact,
            what,
        };
        self.under_way.push(sent, handle.submit(event).await?);
        self.unsettled += 1;
        Ok(())
    }

    async fn settled(
        &mut self,
        handle: &AdapterHandle,
        sent: Sent,
        receipt: Result<Receipt, Error>,
    ) -> Result<(), Error> {
        self.unsettled -= 1;
        let outcome = match receipt {
            Ok(Receipt::Applied) => Ok(()),
            Ok(Receipt::Decided) => {
                let event = format!("{} {}", self.name, sent.sequence);
                self.told
                    .outrage(format!("{event}: its outcome is forgotten"));
                return Ok(());
            }
            Err(Error::Refused(refusal)) => Err(refusal.reason_name.clone()),
            Err(error) => return Err(error),
        };
        self.told.event(EventTold {
            adapter: self.name.clone(),
            sequence: sent.sequence,
            outcome: outcome.clone(),
        });
        let contact = sent.contact;
        match (sent.what, outcome.is_ok()) {
            (What::Arrival, true) => {
                self.told.contact(contact.clone());
                // A directive for it may have come before.
                if let Some(phase @ Phase::Arriving) = self.open.get_mut(&contact) {
                    *phase = Phase::Waiting;
                }
            }
            (What::Arrival, false) | (What::End, _) => {
                self.open.remove(&contact);
            }
            (What::Connected, true) if self.chance.random_bool(0.3) => {
                if self.open.get(&contact) == Some(&Phase::Talking) {
                    self.end(handle, contact).await?;
                }
            }
            (What::Connected, false) => {
                if let Some(phase @ Phase::Talking) = self.open.get_mut(&contact) {
                    *phase = Phase::Waiting;
                }
            }
            (What::Connected | What::Other, _) => {}
        }
        Ok(())
    }

    /// Does what it is told, and says so.
    async fn directed(
        &mut self,
        handle: &AdapterHandle,
        directive: Directive,
    ) -> Result<(), Error> {
        self.told.directive(&self.name, &directive);
        if directive.directive_id <= self.last_directive {
            let (id, last) = (directive.directive_id, self.last_directive);
            self.told
                .outrage(format!("{}: directive {id} came after {last}", self.name));
        }
        self.last_directive = directive.directive_id;
        let contact = directive.contact_id;
        let phase = self.open.get(&contact).copied();
        let is_there = phase.is_some_and(|phase| phase != Phase::Ending);
        match directive.instruction {
            Some(Instruction::Connect(connect)) if is_there => {
                let offer_id = connect.offer_id;
                if self.chance.random_bool(0.9) {
                    self.open.insert(contact.clone(), Phase::Talking);
                    let connected = ContactConnected {
                        contact_id: contact.clone(),
                        offer_id,
                    };
                    self.submit(handle, contact, What::Connected, connected)
                        .await?;
                } else {
                    let failed = ConnectFailed {
                        contact_id: contact.clone(),
                        offer_id,
                        cause: ConnectFailure::System.into(),
                    };
                    self.submit(handle, contact, What::Other, failed).await?;
                }
            }
            Some(Instruction::Ring(ring)) if is_there => {
                let answered = PhoneAnswered {
                    contact_id: contact.clone(),
                    offer_id: ring.offer_id,
                };
                self.submit(handle, contact, What::Other, answered).await?;
            }
            Some(Instruction::CancelConnect(_)) if is_there => {
                self.open.insert(contact, Phase::Waiting);
            }
            Some(Instruction::Release(_) | Instruction::Route(_)) if is_there => {
                self.open.remove(&contact);
            }
            _ => {}
        }
        handle.acknowledge(vec![directive.directive_id]).await
    }
}
