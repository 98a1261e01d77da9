//! What happened so far, told by the events alone: the engine forgets what is over, a test does not.

use std::collections::BTreeMap;
use std::sync::Arc;

use acd_core::Table;
use acd_core::event::{
    AgentLoggedIn, AttemptWrapUpBegan, ConsultCompleted, Decision, Directive, DirectiveClosed,
    DirectiveIssued, Event, Fault, HandlingStarted, Next, OfferAccepted, OfferEnd, OfferEnded,
    OfferMade, Outcome, Recorded, VisitEnded, VisitOpened,
};
use acd_core::ids::{
    AdapterNo, AgentNo, ContactId, DirectiveId, HandlingId, OfferId, QueueNo, SessionId, TimeMs,
    VisitId,
};
use acd_core::state::IssuedDirective;

/// Everything that happened, by what it happened to.
#[derive(Debug, Default)]
pub(crate) struct Chronicle {
    /// The events, in order.
    pub(crate) events: Vec<Recorded>,
    /// The names of contacts.
    pub(crate) names: BTreeMap<ContactId, String>,
    /// The adapters that hold them.
    pub(crate) holders: BTreeMap<ContactId, AdapterNo>,
    /// The last contact of each name.
    contacts: BTreeMap<String, ContactId>,
    /// The visits.
    pub(crate) visits: BTreeMap<VisitId, VisitSeen>,
    /// The offers.
    pub(crate) offers: BTreeMap<OfferId, OfferSeen>,
    /// The handlings.
    pub(crate) handlings: BTreeMap<HandlingId, HandlingSeen>,
    /// The directives, in order.
    pub(crate) directives: Vec<DirectiveSeen>,
    /// The sessions of each agent, in order.
    pub(crate) sessions: BTreeMap<AgentNo, Vec<SessionId>>,
}

/// A visit that was opened.
#[derive(Debug)]
pub(crate) struct VisitSeen {
    pub(crate) contact: ContactId,
    pub(crate) queue: QueueNo,
    pub(crate) opened_at: TimeMs,
    pub(crate) end: Option<(TimeMs, Outcome, Next)>,
}

/// An offer that was made.
#[derive(Debug)]
pub(crate) struct OfferSeen {
    pub(crate) contact: ContactId,
    pub(crate) agent: AgentNo,
    pub(crate) made_at: TimeMs,
    pub(crate) decision: Arc<Decision>,
    pub(crate) accepted_at: Option<TimeMs>,
    pub(crate) end: Option<(TimeMs, OfferEnd, Fault)>,
}

/// A conversation that began.
#[derive(Debug)]
pub(crate) struct HandlingSeen {
    pub(crate) contact: ContactId,
    pub(crate) agent: AgentNo,
}

/// A directive that was issued.
#[derive(Debug)]
pub(crate) struct DirectiveSeen {
    pub(crate) id: DirectiveId,
    pub(crate) at: TimeMs,
    pub(crate) contact: ContactId,
    pub(crate) directive: Directive,
    pub(crate) closed: bool,
}

impl Chronicle {
    /// Takes note of an event.
    pub(crate) fn note(&mut self, recorded: &Recorded) {
        let (seq, at) = (recorded.seq, recorded.at_ms);
        match &recorded.event {
            Event::ContactAccepted(contact) => {
                let name = contact.name.to_string();
                self.names.insert(ContactId(seq), name.clone());
                self.holders.insert(ContactId(seq), contact.adapter);
                self.contacts.insert(name, ContactId(seq));
            }
            Event::VisitOpened(VisitOpened { contact, queue, .. }) => {
                let seen = VisitSeen {
                    contact: *contact,
                    queue: *queue,
                    opened_at: at,
                    end: None,
                };
                self.visits.insert(VisitId(seq), seen);
            }
            Event::VisitEnded(VisitEnded {
                visit,
                outcome,
                next,
            }) => {
                if let Some(seen) = self.visits.get_mut(visit) {
                    seen.end = Some((at, *outcome, next.clone()));
                }
            }
            Event::AgentLoggedIn(AgentLoggedIn { agent, .. }) => {
                self.sessions
                    .entry(*agent)
                    .or_default()
                    .push(SessionId(seq));
            }
            Event::DirectiveIssued(DirectiveIssued {
                contact, directive, ..
            }) => {
                self.directives.push(DirectiveSeen {
                    id: DirectiveId(seq),
                    at,
                    contact: *contact,
                    directive: directive.clone(),
                    closed: false,
                });
            }
            Event::DirectiveClosed(DirectiveClosed { directive, .. }) => {
                let closed = |seen: &&mut DirectiveSeen| seen.id == *directive;
                if let Some(seen) = self.directives.iter_mut().rev().find(closed) {
                    seen.closed = true;
                }
            }
            event => self.note_offer(seq, at, event),
        }
        self.events.push(recorded.clone());
    }

    /// Takes note of directives that are sent again to an adapter that is back.
    pub(crate) fn note_sent_again(
        &mut self,
        at: TimeMs,
        directives: &Table<DirectiveId, IssuedDirective>,
    ) {
        for (id, issued) in directives.iter() {
            self.directives.push(DirectiveSeen {
                id: *id,
                at,
                contact: issued.contact,
                directive: issued.directive.clone(),
                closed: false,
            });
        }
    }

    fn note_offer(&mut self, seq: u64, at: TimeMs, event: &Event) {
        match event {
            Event::OfferMade(OfferMade {
                visit,
                agent,
                decision,
                ..
            }) => {
                let seen = OfferSeen {
                    contact: self.visits[visit].contact,
                    agent: *agent,
                    made_at: at,
                    decision: Arc::clone(decision),
                    accepted_at: None,
                    end: None,
                };
                self.offers.insert(OfferId(seq), seen);
            }
            Event::OfferAccepted(OfferAccepted { offer, .. }) => {
                if let Some(seen) = self.offers.get_mut(offer) {
                    seen.accepted_at = Some(at);
                }
            }
            Event::OfferEnded(OfferEnded {
                offer, end, fault, ..
            }) => {
                if let Some(seen) = self.offers.get_mut(offer) {
                    seen.end = Some((at, *end, *fault));
                }
            }
            Event::HandlingStarted(HandlingStarted { offer, .. }) => {
                if let Some(offer) = self.offers.get(offer) {
                    let (contact, agent) = (offer.contact, offer.agent);
                    let seen = HandlingSeen { contact, agent };
                    self.handlings.insert(HandlingId(seq), seen);
                }
            }
            Event::AttemptWrapUpBegan(AttemptWrapUpBegan { visit, agent, .. }) => {
                let contact = self.visits[visit].contact;
                let seen = HandlingSeen {
                    contact,
                    agent: *agent,
                };
                self.handlings.insert(HandlingId(seq), seen);
            }
            Event::ConsultCompleted(ConsultCompleted { from, to }) => {
                let customer = self.handlings.get(from).map(|seen| seen.contact);
                if let (Some(customer), Some(seen)) = (customer, self.handlings.get_mut(to)) {
                    seen.contact = customer;
                }
            }
            _ => {}
        }
    }

    /// The last contact of this name.
    pub(crate) fn contact(&self, name: &str) -> Option<ContactId> {
        self.contacts.get(name).copied()
    }

    /// The name of a contact.
    pub(crate) fn name(&self, contact: ContactId) -> &str {
        self.names.get(&contact).map_or("?", String::as_str)
    }

    /// The visits of a contact, oldest first.
    pub(crate) fn visits_of(
        &self,
        contact: ContactId,
    ) -> impl DoubleEndedIterator<Item = (&VisitId, &VisitSeen)> {
        self.visits
            .iter()
            .filter(move |(_, visit)| visit.contact == contact)
    }

    /// The offers of a contact to an agent, oldest first.
    pub(crate) fn offers_of(
        &self,
        contact: ContactId,
        agent: AgentNo,
    ) -> impl DoubleEndedIterator<Item = (&OfferId, &OfferSeen)> {
        self.offers
            .iter()
            .filter(move |(_, offer)| offer.contact == contact && offer.agent == agent)
    }
}
