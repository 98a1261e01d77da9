//! Renders entities at one durable point of a tenant, each at most once however many streams show it.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use acd_core::ids::{AdapterNo, AgentNo, ContactId, QueueNo, TimeMs};
use acd_core::state::{Contact, ContactRef, HandlingRef, LeaseHolder, OfferRef, State};
use acd_proto::v1 as pb;

use super::entity::{Entity, Rendered};
use super::outbox::{AsOf, States};
use super::update::UpdateKind;
use acd_view as view;

/// The states of a tenant's entities as they are sent.
#[derive(Debug)]
pub(crate) struct Rendering<'s> {
    state: &'s State,
    agents: RefCell<BTreeMap<AgentNo, Rendered>>,
    contacts: RefCell<BTreeMap<ContactId, Rendered>>,
    queues: RefCell<BTreeMap<QueueNo, Rendered>>,
    /// Counted once for all queues.
    tallies: OnceCell<view::Tallies>,
    adapters: OnceCell<BTreeMap<AdapterNo, Rendered>>,
    /// How many bytes the states are that several readers may be told.
    sizes: RefCell<BTreeMap<Entity, usize>>,
}

impl<'s> Rendering<'s> {
    pub(crate) fn of(state: &'s State) -> Self {
        Self {
            state,
            agents: RefCell::default(),
            contacts: RefCell::default(),
            queues: RefCell::default(),
            tallies: OnceCell::new(),
            adapters: OnceCell::new(),
            sizes: RefCell::default(),
        }
    }

    pub(crate) fn state(&self) -> &'s State {
        self.state
    }

    /// These entities as a reader is told of them. Each is measured once, however many streams show it.
    pub(crate) fn states(&self, kind: UpdateKind, states: BTreeMap<Entity, Rendered>) -> States {
        let mut sizes = self.sizes.borrow_mut();
        let measured = states.iter().map(|(entity, state)| {
            let size = sizes.entry(*entity);
            *size.or_insert_with(|| state.bytes())
        });
        let bytes = measured.sum();
        self.measured(kind, states, bytes)
    }

    /// The same of entities that are so many bytes as they are sent.
    pub(crate) fn measured(
        &self,
        kind: UpdateKind,
        states: BTreeMap<Entity, Rendered>,
        bytes: usize,
    ) -> States {
        States {
            kind,
            as_of: self.as_of(),
            config_version: self.state.facts().config_version,
            emergency: self.state.facts().emergency,
            bytes,
            states,
        }
    }

    /// Up to where these states are exact.
    pub(crate) fn as_of(&self) -> AsOf {
        AsOf {
            sequence: self.state.facts().seq,
            at_ms: self.state.facts().now,
        }
    }

    pub(crate) fn agent(&self, no: AgentNo) -> (Entity, Rendered) {
        let mut agents = self.agents.borrow_mut();
        let rendered = agents
            .entry(no)
            .or_insert_with(|| Rendered::Agent(Arc::new(view::agent_state(self.state, no))));
        (Entity::Agent(no), rendered.clone())
    }

    pub(crate) fn contact(&self, contact: &ContactRef) -> (Entity, Rendered) {
        let mut contacts = self.contacts.borrow_mut();
        let rendered = contacts
            .entry(contact.contact)
            .or_insert_with(|| Rendered::Contact(Arc::new(self.render_contact(contact))));
        (Entity::Contact(contact.contact), rendered.clone())
    }

    pub(crate) fn queue(&self, no: QueueNo) -> (Entity, Rendered) {
        let tallies = self.tallies.get_or_init(|| view::Tallies::of(self.state));
        let mut queues = self.queues.borrow_mut();
        let rendered = queues.entry(no).or_insert_with(|| {
            Rendered::Queue(Arc::new(view::queue_state(self.state, no, tallies)))
        });
        (Entity::Queue(no), rendered.clone())
    }

    /// The adapters of the configuration in force.
    pub(crate) fn adapters(&self) -> &BTreeMap<AdapterNo, Rendered> {
        self.adapters.get_or_init(|| {
            let facts = self.state.facts();
            let nos = (0..).map(AdapterNo).zip(&facts.adapters);
            nos.filter(|(_, adapter)| adapter.in_config)
                .map(|(no, _)| no)
                .zip(view::adapter_states(self.state, |_| true))
                .map(|(no, shown)| (no, Rendered::Adapter(Arc::new(shown))))
                .collect()
        })
    }

    /// An offer on its agent's screen. Only this agent sees it, so there is nothing to share.
    pub(crate) fn offer(&self, offer: &OfferRef) -> (Entity, Rendered) {
        let shown = self
            .record(&offer.contact)
            .and_then(|contact| view::offer(self.state, contact, offer.offer));
        let shown = shown.unwrap_or_else(|| self.forgotten_offer(offer));
        (Entity::Offer(offer.offer), Rendered::Offer(Arc::new(shown)))
    }

    /// A handling on its agent's screen.
    pub(crate) fn handling(&self, handling: &HandlingRef) -> (Entity, Rendered) {
        let shown = match self.state.facts().handlings.get(&handling.handling) {
            Some(live) => view::handling(self.state, live),
            None => self.ended_handling(handling),
        };
        (
            Entity::Handling(handling.handling),
            Rendered::Handling(Arc::new(shown)),
        )
    }

    /// All that an agent's screen shows: themselves, their offers and their handlings.
    pub(crate) fn screen(&self, no: AgentNo) -> BTreeMap<Entity, Rendered> {
        let facts = self.state.facts();
        let leased = self.state.agent(no).leases.iter().map(|lease| lease.holder);
        let held = leased.map(|holder| match holder {
            LeaseHolder::Offer(id) => {
                let contact = facts.offers[&id].contact;
                self.offer(&OfferRef {
                    offer: id,
                    agent: no,
                    contact: ContactRef {
                        contact,
                        name: facts.contacts[&contact].name.clone(),
                    },
                })
            }
            LeaseHolder::Handling(id) => {
                let shown = view::handling(self.state, &facts.handlings[&id]);
                (Entity::Handling(id), Rendered::Handling(Arc::new(shown)))
            }
        });
        held.chain([self.agent(no)]).collect()
    }

    /// The record of a contact, open or ended, if it is still kept.
    fn record(&self, contact: &ContactRef) -> Option<&'s Contact> {
        self.state
            .recorded_contact(&contact.name)
            .filter(|found| found.id == contact.contact)
    }

    fn render_contact(&self, contact: &ContactRef) -> pb::ContactState {
        let facts = self.state.facts();
        if let Some(open) = facts.contacts.get(&contact.contact) {
            return view::contact_state(self.state, open);
        }
        let ended = self.state.ended_named(&contact.name, facts.now);
        let record = ended.and_then(|(at, ended)| Some((at, ended.record.as_deref()?)));
        match record.filter(|(_, record)| record.id == contact.contact) {
            Some((at, record)) => view::ended_contact_state(self.state, record, at),
            None => pb::ContactState {
                contact_id: contact.name.to_string(),
                ended_at_ms: self.ended_before(),
                visit_state: pb::VisitState::Ended.into(),
                ..Default::default()
            },
        }
    }

    fn ended_handling(&self, handling: &HandlingRef) -> pb::Handling {
        let recorded = self.record(&handling.contact).and_then(|contact| {
            let mut records = contact.handlings.iter();
            let record = records.rfind(|record| record.handling == handling.handling)?;
            Some(view::handling_record(self.state, contact, record))
        });
        recorded.unwrap_or_else(|| pb::Handling {
            handling_id: handling.handling.0,
            contact_id: handling.contact.name.to_string(),
            agent: self.state.agent(handling.agent).config.name.to_string(),
            state: pb::HandlingState::Ended.into(),
            ended_at_ms: self.ended_before(),
            ..Default::default()
        })
    }

    /// An offer whose record is kept no longer is over; by now nobody can say how.
    fn forgotten_offer(&self, offer: &OfferRef) -> pb::Offer {
        pb::Offer {
            offer_id: offer.offer.0,
            contact_id: offer.contact.name.to_string(),
            agent: self.state.agent(offer.agent).config.name.to_string(),
            state: pb::OfferState::Rescinded.into(),
            end_reason: pb::OfferEndReason::System.into(),
            fault: pb::Fault::System.into(),
            ended_at_ms: self.ended_before(),
            ..Default::default()
        }
    }

    /// The end of something whose end is not on record any more: it is over by now.
    fn ended_before(&self) -> TimeMs {
        self.state.facts().now
    }
}
