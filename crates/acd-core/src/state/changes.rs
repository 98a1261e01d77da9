//! What an event changes of what is shown: read from the state before and after it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Contact, Handling, Offer, Place, State};
use crate::event::{ContactOrigin, Event, Recorded};
use crate::ids::{
    AdapterNo, AgentNo, ContactId, ContactName, HandlingId, OfferId, QueueNo, VisitId,
};

/// Something that looks different after an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Anything may look different: the configuration, the day, a recovery.
    Everything,
    /// An agent, and the counts of their queues.
    Agent(AgentNo),
    /// An adapter.
    Adapter(AdapterNo),
    /// A queue.
    Queue(QueueNo),
    /// Every queue.
    Queues,
    /// A contact, its queue and its adapter, and the offers that show it.
    Contact {
        /// The contact.
        contact: ContactRef,
        /// The queue of its last visit, or the one it is scheduled for.
        queue: Option<QueueNo>,
        /// Its adapter.
        adapter: AdapterNo,
        /// Its open offers.
        offers: Vec<OfferRef>,
    },
    /// An offer, its agent, its contact and their queues.
    Offer {
        /// The offer.
        offer: OfferRef,
        /// Its queue.
        queue: QueueNo,
    },
    /// A handling, its agent, its contact and their queues.
    Handling {
        /// The handling.
        handling: HandlingRef,
        /// Its queue.
        queue: QueueNo,
        /// The offer that ended, connected, in the same event.
        offer: Option<OfferId>,
    },
    /// Something a supervisor did: the event says it all.
    Act(Arc<Recorded>),
}

/// A contact with what finds its record when it is over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContactRef {
    /// The contact.
    pub contact: ContactId,
    /// Its name.
    pub name: ContactName,
}

/// An offer with what finds its record when it is over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfferRef {
    /// The offer.
    pub offer: OfferId,
    /// The agent.
    pub agent: AgentNo,
    /// The contact.
    pub contact: ContactRef,
}

/// A handling with what finds its record when it is over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HandlingRef {
    /// The handling.
    pub handling: HandlingId,
    /// The agent.
    pub agent: AgentNo,
    /// The contact.
    pub contact: ContactRef,
}

impl Change {
    /// The contact it is about, if it is about one.
    pub fn contact(&self) -> Option<&ContactName> {
        match self {
            Change::Contact { contact, .. } => Some(&contact.name),
            Change::Offer { offer, .. } => Some(&offer.contact.name),
            Change::Handling { handling, .. } => Some(&handling.contact.name),
            _ => None,
        }
    }
}

/// What an event is about.
enum Subject {
    /// Nothing that is shown.
    Nothing,
    Change(Change),
    Contact(ContactId),
    /// A contact that could not join this queue, whose counters show it.
    Refused(ContactId, QueueNo),
    Visit(VisitId),
    Offer(OfferId),
    Handling(HandlingId),
    /// The handling that began as this offer was connected.
    Connected(HandlingId, OfferId),
}

impl State {
    /// Applies the next event of the log and says what it changed of what is shown, the event's own subject first.
    ///
    /// An event of one leg of a conversation changes all its legs: each shows something of the others.
    ///
    /// # Panics
    /// As [`State::apply`].
    pub fn follow(&mut self, recorded: &Recorded) -> Vec<Change> {
        let subject = subject(recorded);
        // What ends with the event is known before it, what begins with it afterwards.
        let before = self.change(&subject);
        let mut legs = self.legs(&subject);
        self.replay(recorded);
        let after = self.change(&subject);
        legs.extend(self.legs(&subject));
        let own = joined(before, after, &recorded.event);
        let legs = legs.into_values();
        let owned = self.agents_behind(&recorded.event).map(Change::Agent);
        own.into_iter().chain(legs).chain(owned).collect()
    }

    /// Applies the next event of the log where nobody matches.
    ///
    /// # Panics
    /// As [`State::apply`].
    pub fn replay(&mut self, recorded: &Recorded) {
        self.apply(recorded);
        self.derived.touched.clear();
    }

    /// What of this subject is shown, if the state knows it at present.
    fn change(&self, subject: &Subject) -> Option<Change> {
        match subject {
            Subject::Nothing => None,
            Subject::Change(change) => Some(change.clone()),
            Subject::Contact(id) => self.contact_change(*id),
            Subject::Refused(id, refusing) => match self.contact_change(*id)? {
                Change::Contact {
                    contact, adapter, ..
                } => Some(Change::Contact {
                    contact,
                    queue: Some(*refusing),
                    adapter,
                    offers: Vec::new(),
                }),
                other => Some(other),
            },
            Subject::Visit(id) => self.contact_change(self.facts.visits.get(id)?.contact),
            Subject::Offer(id) => {
                let offer = self.facts.offers.get(id)?;
                Some(Change::Offer {
                    offer: self.offer_ref(offer),
                    queue: self.facts.visits[&offer.visit].queue,
                })
            }
            Subject::Handling(id) => Some(handling_change(self.known_handling(*id)?, None)),
            Subject::Connected(id, offer) => {
                Some(handling_change(self.facts.handlings.get(id)?, Some(*offer)))
            }
        }
    }

    fn contact_change(&self, id: ContactId) -> Option<Change> {
        let contact = self.facts.contacts.get(&id)?;
        let visit = match contact.place {
            Place::Queue(visit) => self.facts.visits.get(&visit),
            _ => None,
        };
        let offers = visit.into_iter().flat_map(|visit| &visit.offers);
        let offers = offers.filter_map(|id| self.facts.offers.get(id));
        Some(Change::Contact {
            contact: contact.reference(),
            queue: contact.queue(),
            adapter: contact.adapter,
            offers: offers.map(|offer| self.offer_ref(offer)).collect(),
        })
    }

    fn offer_ref(&self, offer: &Offer) -> OfferRef {
        OfferRef {
            offer: offer.id,
            agent: offer.agent,
            contact: self.facts.contacts[&offer.contact].reference(),
        }
    }

    /// An open handling, or one that its agent still has on record.
    fn known_handling(&self, id: HandlingId) -> Option<&Handling> {
        let recent = || {
            let recent = self.facts.agents.iter();
            let mut recent = recent.flat_map(|agent| &agent.recent_handlings);
            recent.find(|over| over.id == id)
        };
        self.facts.handlings.get(&id).or_else(recent)
    }

    /// The other legs of the conversation that a subject is about, as they are shown.
    fn legs(&self, subject: &Subject) -> BTreeMap<HandlingId, Change> {
        let facts = &self.facts;
        let own = match subject {
            Subject::Handling(id) | Subject::Connected(id, _) => facts.handlings.get(id),
            _ => None,
        };
        let contact = match subject {
            Subject::Contact(id) | Subject::Refused(id, _) => Some(*id),
            Subject::Visit(id) => facts.visits.get(id).map(|visit| visit.contact),
            Subject::Offer(id) => facts.offers.get(id).map(|offer| offer.contact),
            _ => own.map(|handling| handling.contact),
        };
        let origin = contact.and_then(|id| Some(facts.contacts.get(&id)?.origin));
        // The one who asks, as long as they do; whoever takes part is found by the conversation.
        let asking = match origin {
            Some(ContactOrigin::ConsultOf(asking)) => facts.handlings.get(&asking),
            _ => None,
        };
        let asking = asking
            .filter(|asking| asking.consult == contact)
            .map(|it| it.id);
        let asked = own.and_then(|own| facts.contacts.get(&own.consult?));
        let asked = asked.and_then(|consult| Some(consult.handlings.last()?.handling));
        let taking_part = own.into_iter().flat_map(|own| &own.participants).copied();
        let talks = contact.and_then(|id| match facts.contacts.get(&id)?.place {
            Place::Handling(talks) => facts.handlings.get(&talks),
            _ => None,
        });
        let owner = own.or(talks).and_then(|talks| talks.owner);
        let legs = taking_part.chain(asking).chain(asked).chain(owner);
        let legs =
            legs.filter_map(|id| Some((id, handling_change(facts.handlings.get(&id)?, None))));
        legs.collect()
    }

    /// The agents without a desktop who come and go with the adapter that acts for them.
    fn agents_behind(&self, event: &Event) -> impl Iterator<Item = AgentNo> {
        let adapter = match event {
            Event::AdapterConnected(event) => Some(event.adapter),
            Event::AdapterLost(event) => Some(event.adapter),
            _ => None,
        };
        let agents = (0..).map(AgentNo).zip(&self.facts.agents);
        let behind = agents.filter(move |(_, agent)| adapter.is_some() && agent.adapter == adapter);
        behind.map(|(no, _)| no)
    }
}

/// What is shown of one thing before and after an event as one change.
fn joined(before: Option<Change>, after: Option<Change>, event: &Event) -> Option<Change> {
    let was = match &before {
        Some(Change::Contact { queue, .. }) => *queue,
        _ => None,
    };
    let mut joined = after.or(before)?;
    if let Change::Contact { queue, .. } = &mut joined {
        let is_moved =
            was.is_some() && *queue != was && matches!(event, Event::ContactScheduled(_));
        if is_moved {
            // It left another queue's list: seldom, and told to everybody.
            return Some(Change::Everything);
        }
        // It may have left the list of those that are scheduled, and been in no queue yet.
        *queue = queue.or(was);
    }
    Some(joined)
}

impl Contact {
    /// The queue of its last visit, or the one it is scheduled for.
    pub fn queue(&self) -> Option<QueueNo> {
        match self.place {
            Place::Scheduled(schedule) => Some(schedule.queue),
            _ => self.visits.last().map(|visit| visit.queue),
        }
    }

    /// What finds it, open or over.
    pub fn reference(&self) -> ContactRef {
        ContactRef {
            contact: self.id,
            name: self.name.clone(),
        }
    }
}

fn handling_change(handling: &Handling, offer: Option<OfferId>) -> Change {
    Change::Handling {
        handling: HandlingRef {
            handling: handling.id,
            agent: handling.agent,
            contact: ContactRef {
                contact: handling.contact,
                name: handling.contact_name.clone(),
            },
        },
        queue: handling.queue,
        offer,
    }
}

/// What each event is about.
fn subject(recorded: &Recorded) -> Subject {
    let seq = recorded.seq;
    match &recorded.event {
        Event::ConfigApplied(_)
        | Event::QueueDrained(_)
        | Event::DayBegan
        | Event::TenantDeleted(_)
        | Event::Recovered(_) => Subject::Change(Change::Everything),
        Event::RequestAnswered(_)
        | Event::ConfigFileNoted(_)
        | Event::AdapterReconciled(_)
        | Event::LiveEntryRefused(_)
        | Event::WorkPutOff(_)
        | Event::WorkDone(_)
        | Event::BackOffBegan(_) => Subject::Nothing,
        Event::CivilTimeResolved(_) | Event::CalendarChanged(_) => Subject::Change(Change::Queues),
        Event::EmergencyChanged(event) => {
            Subject::Change(event.queue.map_or(Change::Queues, Change::Queue))
        }
        Event::ReserveChanged(event) => Subject::Change(Change::Queue(event.queue)),
        Event::ContactRefused(event) => Subject::Change(Change::Queue(event.queue)),
        Event::SupervisorActed(_) => Subject::Change(Change::Act(Arc::new(recorded.clone()))),

        Event::AgentSkillsSet(event) => agent(event.agent),
        Event::AgentLoggedIn(event) => agent(event.agent),
        Event::SessionAttached(event) => agent(event.agent),
        Event::SessionLost(event) => agent(event.agent),
        Event::SessionGivenUp(event) => agent(event.agent),
        Event::AgentLoggedOut(event) => agent(event.agent),
        Event::PresenceChanged(event) => agent(event.agent),
        Event::PresencePending(event) => agent(event.agent),
        Event::QueuePaused(event) => agent(event.agent),
        Event::OutsideBusyChanged(event) => agent(event.agent),
        Event::NextRequested(event) => agent(event.agent),
        Event::BackOffEnded(event) => match event.visit {
            Some(_) => Subject::Nothing,
            None => agent(event.agent),
        },

        Event::AdapterConnected(event) => adapter(event.adapter),
        Event::AdapterLost(event) => adapter(event.adapter),
        Event::AdapterGivenUp(event) => adapter(event.adapter),
        Event::AdapterEventApplied(event) => match event.refused {
            Some(_) => adapter(event.adapter),
            None => Subject::Nothing,
        },
        Event::RefusalsConfirmed(event) => adapter(event.adapter),
        Event::RefusalForgotten(event) => adapter(event.adapter),
        Event::DirectiveAcknowledged(event) => adapter(event.adapter),
        Event::DirectiveClosed(event) => adapter(event.adapter),
        // With some the contact begins to leave, some are announced to its customer.
        Event::DirectiveIssued(event) => Subject::Contact(event.contact),

        Event::ContactAccepted(_) => Subject::Contact(ContactId(seq)),
        Event::JoinRefused(event) => Subject::Refused(event.contact, event.queue),
        Event::ReferenceAdded(event) => Subject::Contact(event.contact),
        Event::PreferredChanged(event) => Subject::Contact(event.contact),
        Event::TierBounded(event) => Subject::Contact(event.contact),
        Event::ContactChanged(event) => Subject::Contact(event.contact),
        Event::ContactScheduled(event) => Subject::Contact(event.contact),
        Event::ContactEnded(event) => Subject::Contact(event.contact),
        Event::ContactGivenUp(event) => Subject::Contact(event.contact),
        Event::ContactTakenUp(event) => Subject::Contact(event.contact),

        Event::VisitOpened(event) => Subject::Contact(event.contact),
        Event::VisitStaffed(event) => Subject::Visit(event.visit),
        Event::StepBegan(event) => Subject::Visit(event.visit),
        Event::GateOpened(event) => Subject::Visit(event.visit),
        Event::WindowBegan(event) => Subject::Visit(event.visit),
        Event::AttemptFailed(event) => Subject::Visit(event.visit),
        Event::WaitAlerted(event) => Subject::Visit(event.visit),
        Event::VisitEnded(event) => Subject::Visit(event.visit),

        Event::OfferMade(_) => Subject::Offer(OfferId(seq)),
        Event::OfferAccepted(event) => Subject::Offer(event.offer),
        Event::ConnectClockStarted(event) => Subject::Offer(event.offer),
        Event::OfferEnded(event) => Subject::Offer(event.offer),

        Event::AttemptWrapUpBegan(_) => Subject::Handling(HandlingId(seq)),
        Event::HandlingStarted(event) => Subject::Connected(HandlingId(seq), event.offer),
        Event::FirstResponded(event) => Subject::Handling(event.handling),
        Event::ResponseAwaited(event) => Subject::Handling(event.handling),
        Event::ResponseMissed(event) => Subject::Handling(event.handling),
        Event::HandlingHeld(event) => Subject::Handling(event.handling),
        Event::HandlingResumed(event) => Subject::Handling(event.handling),
        Event::HandlingSuspended(event) => Subject::Handling(event.handling),
        Event::TalkEnded(event) => Subject::Handling(event.handling),
        Event::DispositionSet(event) => Subject::Handling(event.handling),
        Event::CallbackKept(event) => Subject::Handling(event.handling),
        Event::WrapUpRequested(event) => Subject::Handling(event.handling),
        Event::WrapUpEntered(event) => Subject::Handling(event.handling),
        Event::WrapUpExtended(event) => Subject::Handling(event.handling),
        Event::HandlingStuck(event) => Subject::Handling(event.handling),
        Event::ContactParked(event) => Subject::Handling(event.handling),
        Event::ConsultStarted(event) => Subject::Handling(event.handling),
        Event::ConsultJoined(event) => Subject::Handling(event.owner),
        Event::ConsultCompleted(event) => Subject::Handling(event.to),
        Event::HandlingEnded(event) => Subject::Handling(event.handling),
    }
}

fn agent(no: AgentNo) -> Subject {
    Subject::Change(Change::Agent(no))
}

fn adapter(no: AdapterNo) -> Subject {
    Subject::Change(Change::Adapter(no))
}
