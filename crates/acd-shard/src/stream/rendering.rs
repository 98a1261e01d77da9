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

/// How many contacts that come back to an agent a whole screen shows.
const KEPT_SHOWN_MAX: usize = 100;

/// The states of a tenant's entities as they are sent.
#[derive(Debug)]
pub(crate) struct Rendering<'s> {
    state: &'s State,
    now: TimeMs,
    agents: RefCell<BTreeMap<AgentNo, Rendered>>,
    contacts: RefCell<BTreeMap<ContactId, Rendered>>,
    queues: RefCell<BTreeMap<QueueNo, Rendered>>,
    performances: RefCell<BTreeMap<QueueNo, Rendered>>,
    /// Counted once for all queues.
    tallies: OnceCell<view::Tallies>,
    adapters: OnceCell<BTreeMap<AdapterNo, Rendered>>,
    /// How many bytes the states are that several readers may be told.
    sizes: RefCell<BTreeMap<Entity, usize>>,
}

impl<'s> Rendering<'s> {
    /// What has happened up to an instant.
    pub(crate) fn of(state: &'s State, now: TimeMs) -> Self {
        Self {
            state,
            now: now.max(state.facts().now),
            agents: RefCell::default(),
            contacts: RefCell::default(),
            queues: RefCell::default(),
            performances: RefCell::default(),
            tallies: OnceCell::new(),
            adapters: OnceCell::new(),
            sizes: RefCell::default(),
        }
    }

    pub(crate) fn state(&self) -> &'s State {
        self.state
    }

    /// The instant at which all is shown.
    pub(crate) fn now(&self) -> TimeMs {
        self.now
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
            desk_version: self.state.facts().applied_version,
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
        let mut queues = self.queues.borrow_mut();
        let rendered = queues.entry(no).or_insert_with(|| {
            Rendered::Queue(Arc::new(view::queue_state(self.state, no, self.tallies())))
        });
        (Entity::Queue(no), rendered.clone())
    }

    pub(crate) fn agent_counts(&self) -> (Entity, Rendered) {
        let counts = self.tallies().agents();
        (Entity::AgentCounts, Rendered::AgentCounts(counts))
    }

    fn tallies(&self) -> &view::Tallies {
        self.tallies.get_or_init(|| view::Tallies::of(self.state))
    }

    pub(crate) fn performance(&self, no: QueueNo) -> (Entity, Rendered) {
        let mut performances = self.performances.borrow_mut();
        let rendered = performances.entry(no).or_insert_with(|| {
            let done = view::performance(self.state, no, self.now);
            Rendered::Performance(Arc::new(done))
        });
        (Entity::Performance(no), rendered.clone())
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
        let shown = view::handling(self.state, handling);
        (
            Entity::Handling(handling.handling),
            Rendered::Handling(Arc::new(shown)),
        )
    }

    /// An agent's day on their screen.
    pub(crate) fn day(&self, no: AgentNo) -> (Entity, Rendered) {
        let day = view::agent_day(self.state, no);
        (Entity::Day(no), Rendered::Day(Arc::new(day)))
    }

    /// All that an agent's screen shows: themselves, their day, their offers, their handlings, and those that are over and
    /// still matter.
    pub(crate) fn screen(&self, no: AgentNo) -> BTreeMap<Entity, Rendered> {
        let facts = self.state.facts();
        let leased = self.state.agent(no).leases.iter().map(|lease| lease.holder);
        let held = leased.map(|holder| match holder {
            LeaseHolder::Offer(id) => {
                let contact = &facts.contacts[&facts.offers[&id].contact];
                self.offer(&OfferRef {
                    offer: id,
                    agent: no,
                    contact: contact.reference(),
                })
            }
            LeaseHolder::Handling(id) => self.handling(&facts.handlings[&id].reference()),
        });
        let kept = self.state.kept_for(no).rev().take(KEPT_SHOWN_MAX);
        let kept = kept.filter_map(|contact| {
            let record = contact.kept_handling()?;
            Some(self.handling(&record.reference(contact)))
        });
        let recent = &self.state.agent(no).recent_handlings;
        let unfinished = recent.iter().filter(|over| self.state.is_unfinished(over));
        let unfinished = unfinished.map(|over| self.handling(&over.reference()));
        kept.chain(unfinished)
            .chain(held)
            .chain([self.agent(no), self.day(no)])
            .collect()
    }

    /// The last handlings of an agent that are over, whether they still matter or not.
    pub(crate) fn recent_handlings(&self, no: AgentNo) -> impl Iterator<Item = (Entity, Rendered)> {
        let recent = self.state.agent(no).recent_handlings.iter();
        recent.map(|over| self.handling(&over.reference()))
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
