//! What an event is about: the fold over a tenant's events that knows where everything is, so that an offer, a visit or
//! a handling that is over can still be told to those it concerns.

use std::collections::HashMap;

use acd_core::event::{Event, NewContact, Recorded};
use acd_core::ids::{
    AdapterNo, AgentNo, ContactId, ContactName, HandlingId, OfferId, QueueNo, VisitId,
};
use acd_core::state::Facts;

use super::entity::{ContactRef, HandlingRef, OfferRef};

/// What one event changed, with all that has to be known of it later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Anything may have changed.
    Tenant,
    /// An agent, and the counts of his queues.
    Agent(AgentNo),
    /// An adapter.
    Adapter(AdapterNo),
    /// A queue's counters.
    Queue(QueueNo),
    /// A contact, its queue and its adapter.
    Contact {
        contact: ContactRef,
        queue: Option<QueueNo>,
        adapter: AdapterNo,
    },
    /// An offer, its agent, its contact and their queues.
    Offer { offer: OfferRef, queue: QueueNo },
    /// A handling, its agent, its contact and their queues.
    Handling {
        handling: HandlingRef,
        queue: QueueNo,
        /// The offer that ended, connected, in the same event.
        offer: Option<OfferId>,
    },
}

/// Where everything that is open belongs.
#[derive(Debug, Default)]
pub(crate) struct Tracker {
    contacts: HashMap<ContactId, TrackedContact>,
    visits: HashMap<VisitId, ContactId>,
    offers: HashMap<OfferId, (OfferRef, QueueNo)>,
    handlings: HashMap<HandlingId, (HandlingRef, QueueNo)>,
}

#[derive(Debug)]
struct TrackedContact {
    name: ContactName,
    adapter: AdapterNo,
    /// The queue of its last visit.
    queue: Option<QueueNo>,
    /// Its open offer.
    offer: Option<OfferId>,
}

impl Tracker {
    /// The tracker of a tenant in this state.
    pub(crate) fn of(facts: &Facts) -> Self {
        let mut tracker = Self::default();
        for contact in facts.contacts.values() {
            let queue = contact.visits.last().map(|visit| visit.queue);
            let tracked = TrackedContact {
                name: contact.name.clone(),
                adapter: contact.adapter,
                queue,
                offer: None,
            };
            tracker.contacts.insert(contact.id, tracked);
        }
        for visit in facts.visits.values() {
            tracker.visits.insert(visit.id, visit.contact);
        }
        for offer in facts.offers.values() {
            tracker.offer_made(offer.id, offer.visit, offer.agent);
        }
        for handling in facts.handlings.values() {
            let contact = ContactRef {
                contact: handling.contact,
                name: handling.contact_name.clone(),
            };
            let reference = HandlingRef {
                handling: handling.id,
                agent: handling.agent,
                contact,
            };
            tracker
                .handlings
                .insert(handling.id, (reference, handling.queue));
        }
        tracker
    }

    /// Follows the next event of the tenant and says what it is about; none if no stream shows what it changed.
    pub(crate) fn follow(&mut self, recorded: &Recorded) -> Option<Subject> {
        // An event about something unknown cannot come from the engine. Should it, everybody is told everything.
        let known = |subject: Option<Subject>| Some(subject.unwrap_or(Subject::Tenant));
        match &recorded.event {
            Event::ConfigApplied { .. } | Event::TenantDeleted { .. } | Event::Recovered => {
                Some(Subject::Tenant)
            }
            Event::RequestAnswered { .. } | Event::AdapterEventApplied { .. } => None,
            Event::AgentSkillsSet { agent, .. }
            | Event::AgentLoggedIn { agent }
            | Event::SessionAttached { agent }
            | Event::SessionLost { agent, .. }
            | Event::AgentLoggedOut { agent, .. }
            | Event::PresenceChanged { agent, .. }
            | Event::PresencePending { agent, .. } => Some(Subject::Agent(*agent)),
            Event::BackOffEnded { agent, visit } => {
                visit.is_none().then_some(Subject::Agent(*agent))
            }
            Event::AdapterConnected { adapter, .. }
            | Event::AdapterLost { adapter, .. }
            | Event::AdapterGivenUp { adapter }
            | Event::DirectiveIssued { adapter, .. }
            | Event::DirectiveClosed { adapter, .. } => Some(Subject::Adapter(*adapter)),
            Event::ContactRefused { queue, .. } => Some(Subject::Queue(*queue)),
            Event::ContactAccepted(contact) => known(self.accepted(recorded.seq, contact)),
            Event::ContactChanged { contact, .. } => known(self.changed(*contact)),
            Event::ContactEnded { contact } => known(self.contact_ended(*contact)),
            Event::VisitOpened { contact, queue, .. } => {
                known(self.visit_opened(VisitId(recorded.seq), *contact, *queue))
            }
            Event::VisitEnded { visit, .. } => known(self.visit_ended(*visit)),
            Event::OfferMade { visit, agent, .. } => {
                known(self.offer_made(OfferId(recorded.seq), *visit, *agent))
            }
            Event::OfferAccepted { offer, .. } => known(self.offer(*offer)),
            Event::OfferEnded { offer, .. } => known(self.offer_ended(*offer)),
            Event::HandlingStarted { offer } => {
                known(self.handling_started(HandlingId(recorded.seq), *offer))
            }
            Event::HandlingHeld { handling }
            | Event::HandlingResumed { handling }
            | Event::TalkEnded { handling, .. }
            | Event::DispositionSet { handling, .. } => known(self.handling(*handling)),
            Event::HandlingEnded { handling } => known(self.handling_ended(*handling)),
        }
    }

    fn contact(&self, id: ContactId) -> Option<Subject> {
        let tracked = self.contacts.get(&id)?;
        Some(Subject::Contact {
            contact: tracked.reference(id),
            queue: tracked.queue,
            adapter: tracked.adapter,
        })
    }

    fn accepted(&mut self, seq: u64, new: &NewContact) -> Option<Subject> {
        let id = ContactId(seq);
        let tracked = TrackedContact {
            name: new.name.clone(),
            adapter: new.adapter,
            queue: None,
            offer: None,
        };
        self.contacts.insert(id, tracked);
        self.contact(id)
    }

    /// A change of a contact shows on the screen where it rings.
    fn changed(&self, id: ContactId) -> Option<Subject> {
        match self.contacts.get(&id)?.offer {
            Some(offer) => self.offer(offer),
            None => self.contact(id),
        }
    }

    fn contact_ended(&mut self, id: ContactId) -> Option<Subject> {
        let subject = self.contact(id);
        self.contacts.remove(&id);
        subject
    }

    fn visit_opened(
        &mut self,
        visit: VisitId,
        contact: ContactId,
        queue: QueueNo,
    ) -> Option<Subject> {
        self.visits.insert(visit, contact);
        self.contacts.get_mut(&contact)?.queue = Some(queue);
        self.contact(contact)
    }

    fn visit_ended(&mut self, visit: VisitId) -> Option<Subject> {
        let contact = self.visits.remove(&visit)?;
        self.contact(contact)
    }

    fn offer_made(&mut self, offer: OfferId, visit: VisitId, agent: AgentNo) -> Option<Subject> {
        let contact = *self.visits.get(&visit)?;
        let tracked = self.contacts.get_mut(&contact)?;
        tracked.offer = Some(offer);
        let reference = OfferRef {
            offer,
            agent,
            contact: tracked.reference(contact),
        };
        self.offers.insert(offer, (reference, tracked.queue?));
        self.offer(offer)
    }

    fn offer(&self, id: OfferId) -> Option<Subject> {
        let (offer, queue) = self.offers.get(&id)?.clone();
        Some(Subject::Offer { offer, queue })
    }

    fn offer_ended(&mut self, id: OfferId) -> Option<Subject> {
        let (offer, queue) = self.offers.remove(&id)?;
        if let Some(tracked) = self.contacts.get_mut(&offer.contact.contact) {
            tracked.offer = None;
        }
        Some(Subject::Offer { offer, queue })
    }

    /// The offer ends in this very event.
    fn handling_started(&mut self, id: HandlingId, offer: OfferId) -> Option<Subject> {
        let (offer, queue) = self.offers.remove(&offer)?;
        if let Some(tracked) = self.contacts.get_mut(&offer.contact.contact) {
            tracked.offer = None;
        }
        let reference = HandlingRef {
            handling: id,
            agent: offer.agent,
            contact: offer.contact,
        };
        self.handlings.insert(id, (reference.clone(), queue));
        Some(Subject::Handling {
            handling: reference,
            queue,
            offer: Some(offer.offer),
        })
    }

    fn handling(&self, id: HandlingId) -> Option<Subject> {
        let (handling, queue) = self.handlings.get(&id)?.clone();
        Some(Subject::Handling {
            handling,
            queue,
            offer: None,
        })
    }

    fn handling_ended(&mut self, id: HandlingId) -> Option<Subject> {
        let (handling, queue) = self.handlings.remove(&id)?;
        Some(Subject::Handling {
            handling,
            queue,
            offer: None,
        })
    }
}

impl TrackedContact {
    fn reference(&self, contact: ContactId) -> ContactRef {
        ContactRef {
            contact,
            name: self.name.clone(),
        }
    }
}
