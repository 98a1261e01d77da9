//! What an event is about: the fold over a tenant's events that knows where everything is, so that an offer, a visit or
//! a handling that is over can still be told to those it concerns.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use acd_core::event::{
    AdapterConnected, AdapterEventApplied, AdapterGivenUp, AdapterLost, AgentLoggedIn,
    AgentLoggedOut, AgentSkillsSet, AttemptFailed, AttemptWrapUpBegan, BackOffEnded, CallbackKept,
    ConnectClockStarted, ConsultCompleted, ConsultJoined, ConsultStarted, ContactChanged,
    ContactEnded, ContactGivenUp, ContactParked, ContactRefused, ContactScheduled, ContactTakenUp,
    DirectiveAcknowledged, DirectiveClosed, DirectiveIssued, DispositionSet, EmergencyChanged,
    Event, FirstResponded, GateOpened, HandlingEnded, HandlingHeld, HandlingResumed,
    HandlingStarted, HandlingStuck, HandlingSuspended, JoinRefused, NewContact, NextRequested,
    OfferAccepted, OfferEnded, OfferMade, OutsideBusyChanged, PreferredChanged, PresenceChanged,
    PresencePending, QueuePaused, Recorded, ReferenceAdded, RefusalForgotten, RefusalsConfirmed,
    ReserveChanged, ResponseAwaited, ResponseMissed, SessionAttached, SessionGivenUp, SessionLost,
    StepBegan, SupervisorActed, TalkEnded, TierBounded, VisitEnded, VisitOpened, VisitStaffed,
    WaitAlerted, WindowBegan, WrapUpEntered, WrapUpExtended, WrapUpRequested,
};
use acd_core::ids::{
    AdapterNo, AgentNo, ContactId, ContactName, HandlingId, OfferId, QueueNo, VisitId,
};
use acd_core::state::{Facts, Handling};
use acd_proto::v1 as pb;

use super::entity::{ContactRef, HandlingRef, OfferRef};
use crate::view;

/// What one event changed, with all that has to be known of it later.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Subject {
    /// Anything may have changed.
    Tenant,
    /// An agent, and the counts of his queues.
    Agent(AgentNo),
    /// An adapter.
    Adapter(AdapterNo),
    /// A queue.
    Queue(QueueNo),
    /// Every queue.
    Queues,
    /// A contact, its queue and its adapter, and the offers that show it.
    Contact {
        contact: ContactRef,
        queue: Option<QueueNo>,
        adapter: AdapterNo,
        offers: Vec<OfferRef>,
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
    /// Something a supervisor did.
    Act(Arc<pb::SupervisorAct>),
}

impl Subject {
    /// The contact it is about, if it is about one.
    pub(crate) fn contact(&self) -> Option<&ContactName> {
        match self {
            Subject::Contact { contact, .. } => Some(&contact.name),
            Subject::Offer { offer, .. } => Some(&offer.contact.name),
            Subject::Handling { handling, .. } => Some(&handling.contact.name),
            _ => None,
        }
    }
}

/// Where everything that is open belongs.
#[derive(Debug, Default)]
pub(crate) struct Tracker {
    contacts: HashMap<ContactId, TrackedContact>,
    visits: HashMap<VisitId, ContactId>,
    offers: HashMap<OfferId, (OfferRef, QueueNo)>,
    handlings: HashMap<HandlingId, (HandlingRef, QueueNo)>,
    /// The consultations that are not over, with the handling whose agent asks, or in whose conversation they take
    /// part.
    consults: BTreeMap<ContactId, HandlingId>,
}

#[derive(Debug)]
struct TrackedContact {
    name: ContactName,
    adapter: AdapterNo,
    /// The queue of its last visit, or the one it is scheduled for.
    queue: Option<QueueNo>,
    /// Its open offers.
    offers: BTreeSet<OfferId>,
    /// Its last handling.
    handling: Option<HandlingId>,
}

impl Tracker {
    /// The tracker of a tenant in this state.
    pub(crate) fn of(facts: &Facts) -> Self {
        let mut tracker = Self::default();
        for contact in facts.contacts.values() {
            let queue = view::queue_of(contact);
            let tracked = TrackedContact {
                name: contact.name.clone(),
                adapter: contact.adapter,
                queue,
                offers: BTreeSet::new(),
                handling: contact.handlings.last().map(|record| record.handling),
            };
            tracker.contacts.insert(contact.id, tracked);
        }
        for visit in facts.visits.values() {
            tracker.visits.insert(visit.id, visit.contact);
        }
        for offer in facts.offers.values() {
            tracker.offer_made(offer.id, offer.visit, offer.agent);
        }
        facts
            .handlings
            .values()
            .for_each(|handling| tracker.track(handling));
        for handling in facts.handlings.values() {
            let joined = handling.participants.iter();
            let joined = joined.map(|other| facts.handlings[other].contact);
            for consult in joined.chain(handling.consult) {
                tracker.consults.insert(consult, handling.id);
            }
        }
        tracker
    }

    fn track(&mut self, handling: &Handling) {
        let contact = ContactRef {
            contact: handling.contact,
            name: handling.contact_name.clone(),
        };
        let reference = HandlingRef {
            handling: handling.id,
            agent: handling.agent,
            contact,
        };
        self.handlings
            .insert(handling.id, (reference, handling.queue));
    }

    /// Follows the next event of the tenant and says what it is about; nothing if no stream shows what it changed. The
    /// facts are those after it, or later ones.
    ///
    /// An event of one leg of a conversation is about all its legs: each shows something of the others.
    pub(crate) fn follow(&mut self, recorded: &Recorded, facts: &Facts) -> Vec<Subject> {
        // Whoever loses the customer in this event is linked with no leg afterwards.
        let left = match recorded.event {
            Event::ConsultCompleted(ConsultCompleted { from, .. }) => self.handling(from),
            _ => None,
        };
        let over = match recorded.event {
            Event::ContactEnded(ContactEnded { contact })
            | Event::ContactGivenUp(ContactGivenUp { contact }) => {
                self.consults.get(&contact).copied()
            }
            _ => None,
        };
        let Some(subject) = self.subject(recorded, facts) else {
            return Vec::new();
        };
        if let Event::AdapterConnected(AdapterConnected { adapter, .. })
        | Event::AdapterLost(AdapterLost { adapter, .. }) = &recorded.event
        {
            // Agents without a desktop are there while the adapter that acts for them is.
            let owned = (0..).map(AgentNo).zip(&facts.agents);
            let owned = owned.filter(|(_, agent)| agent.adapter == Some(*adapter));
            let owned = owned.map(|(no, _)| Subject::Agent(no));
            return std::iter::once(subject).chain(owned).collect();
        }
        let mut legs = self.legs(&subject);
        legs.extend(over);
        let legs = legs.into_iter().filter_map(|leg| self.handling(leg));
        let linked: Vec<Subject> = left.into_iter().chain(legs).collect();
        std::iter::once(subject).chain(linked).collect()
    }

    /// The other legs of the conversation that a subject is about.
    fn legs(&self, subject: &Subject) -> BTreeSet<HandlingId> {
        let (contact, own) = match subject {
            Subject::Contact { contact, .. } => (contact.contact, None),
            Subject::Offer { offer, .. } => (offer.contact.contact, None),
            Subject::Handling { handling, .. } => {
                (handling.contact.contact, Some(handling.handling))
            }
            _ => return BTreeSet::new(),
        };
        let owner = self.consults.get(&contact).copied();
        let asked = self
            .consults
            .iter()
            .filter(|(_, asking)| Some(**asking) == own);
        let asked = asked.filter_map(|(consult, _)| self.contacts.get(consult)?.handling);
        asked.chain(owner).collect()
    }

    fn subject(&mut self, recorded: &Recorded, facts: &Facts) -> Option<Subject> {
        // An event about something unknown cannot come from the engine. Should it, everybody is told everything.
        let known = |subject: Option<Subject>| Some(subject.unwrap_or(Subject::Tenant));
        match &recorded.event {
            Event::ConfigApplied(_)
            | Event::QueueDrained(_)
            | Event::DayBegan
            | Event::TenantDeleted(_)
            | Event::Recovered(_) => Some(Subject::Tenant),
            Event::RequestAnswered(_)
            | Event::ConfigFileNoted(_)
            | Event::AdapterReconciled(_)
            | Event::LiveEntryRefused(_)
            | Event::WorkPutOff(_)
            | Event::WorkDone(_) => None,
            Event::CivilTimeResolved(_)
            | Event::CalendarChanged(_)
            | Event::EmergencyChanged(EmergencyChanged { queue: None, .. }) => {
                Some(Subject::Queues)
            }
            Event::EmergencyChanged(EmergencyChanged {
                queue: Some(queue), ..
            })
            | Event::ReserveChanged(ReserveChanged { queue, .. }) => Some(Subject::Queue(*queue)),
            Event::SupervisorActed(SupervisorActed { author, act }) => {
                let shown = view::supervisor_act(recorded.seq, recorded.at_ms, author, act);
                Some(Subject::Act(shown.into()))
            }
            Event::AgentSkillsSet(AgentSkillsSet { agent, .. })
            | Event::AgentLoggedIn(AgentLoggedIn { agent, .. })
            | Event::SessionAttached(SessionAttached { agent })
            | Event::SessionLost(SessionLost { agent, .. })
            | Event::SessionGivenUp(SessionGivenUp { agent })
            | Event::AgentLoggedOut(AgentLoggedOut { agent, .. })
            | Event::PresenceChanged(PresenceChanged { agent, .. })
            | Event::PresencePending(PresencePending { agent, .. })
            | Event::QueuePaused(QueuePaused { agent, .. })
            | Event::OutsideBusyChanged(OutsideBusyChanged { agent, .. })
            | Event::NextRequested(NextRequested { agent }) => Some(Subject::Agent(*agent)),
            Event::BackOffBegan(_) => None,
            Event::BackOffEnded(BackOffEnded { agent, visit }) => {
                visit.is_none().then_some(Subject::Agent(*agent))
            }
            // With some the contact begins to leave, some are announced to its customer.
            Event::DirectiveIssued(DirectiveIssued { contact, .. }) => {
                known(self.contact(*contact))
            }
            Event::AdapterConnected(AdapterConnected { adapter, .. })
            | Event::AdapterLost(AdapterLost { adapter, .. })
            | Event::AdapterGivenUp(AdapterGivenUp { adapter })
            | Event::AdapterEventApplied(AdapterEventApplied {
                adapter,
                refused: Some(_),
                ..
            })
            | Event::RefusalsConfirmed(RefusalsConfirmed { adapter, .. })
            | Event::RefusalForgotten(RefusalForgotten { adapter, .. })
            | Event::DirectiveAcknowledged(DirectiveAcknowledged { adapter, .. })
            | Event::DirectiveClosed(DirectiveClosed { adapter, .. }) => {
                Some(Subject::Adapter(*adapter))
            }
            Event::AdapterEventApplied(AdapterEventApplied { refused: None, .. }) => None,
            Event::ContactRefused(ContactRefused { queue, .. }) => Some(Subject::Queue(*queue)),
            Event::ContactAccepted(contact) => known(self.accepted(recorded.seq, contact)),
            Event::ContactChanged(ContactChanged { contact, .. })
            | Event::PreferredChanged(PreferredChanged { contact, .. })
            | Event::TierBounded(TierBounded { contact, .. }) => known(self.contact(*contact)),
            Event::JoinRefused(JoinRefused { contact, queue, .. }) => {
                known(self.refused(*contact, *queue))
            }
            // A reference may come when the contact has ended; no stream shows it any more.
            Event::ReferenceAdded(ReferenceAdded { contact, .. }) => self.contact(*contact),
            Event::ContactScheduled(ContactScheduled { contact, queue, .. }) => {
                known(self.scheduled(*contact, *queue))
            }
            Event::ContactEnded(ContactEnded { contact })
            | Event::ContactGivenUp(ContactGivenUp { contact }) => {
                known(self.contact_ended(*contact))
            }
            Event::ContactTakenUp(ContactTakenUp { contact, .. }) => {
                known(self.taken_up(*contact, facts))
            }
            Event::VisitOpened(VisitOpened { contact, queue, .. }) => {
                known(self.visit_opened(VisitId(recorded.seq), *contact, *queue))
            }
            Event::StepBegan(StepBegan { visit, .. })
            | Event::GateOpened(GateOpened { visit, .. })
            | Event::WindowBegan(WindowBegan { visit, .. })
            | Event::AttemptFailed(AttemptFailed { visit, .. })
            | Event::WaitAlerted(WaitAlerted { visit })
            | Event::VisitStaffed(VisitStaffed { visit }) => known(self.visit(*visit)),
            Event::VisitEnded(VisitEnded { visit, .. }) => known(self.visit_ended(*visit)),
            Event::OfferMade(OfferMade { visit, agent, .. }) => {
                known(self.offer_made(OfferId(recorded.seq), *visit, *agent))
            }
            Event::AttemptWrapUpBegan(AttemptWrapUpBegan { visit, agent, .. }) => {
                known(self.attempt_wrap_up_began(HandlingId(recorded.seq), *visit, *agent))
            }
            Event::OfferAccepted(OfferAccepted { offer, .. })
            | Event::ConnectClockStarted(ConnectClockStarted { offer, .. }) => {
                known(self.offer(*offer))
            }
            Event::OfferEnded(OfferEnded { offer, .. }) => known(self.offer_ended(*offer)),
            Event::HandlingStarted(HandlingStarted { offer, .. }) => {
                known(self.handling_started(HandlingId(recorded.seq), *offer))
            }
            Event::HandlingHeld(HandlingHeld { handling })
            | Event::HandlingResumed(HandlingResumed { handling })
            | Event::HandlingSuspended(HandlingSuspended { handling, .. })
            | Event::TalkEnded(TalkEnded { handling, .. })
            | Event::DispositionSet(DispositionSet { handling, .. })
            | Event::WrapUpRequested(WrapUpRequested { handling })
            | Event::CallbackKept(CallbackKept { handling })
            | Event::FirstResponded(FirstResponded { handling })
            | Event::ResponseAwaited(ResponseAwaited { handling, .. })
            | Event::ResponseMissed(ResponseMissed { handling })
            | Event::WrapUpExtended(WrapUpExtended { handling, .. })
            | Event::HandlingStuck(HandlingStuck { handling })
            | Event::ContactParked(ContactParked { handling }) => known(self.handling(*handling)),
            Event::ConsultStarted(ConsultStarted {
                handling, consult, ..
            }) => {
                self.consults.insert(*consult, *handling);
                known(self.handling(*handling))
            }
            // The legs of a conversation are told of each other.
            Event::ConsultJoined(ConsultJoined { owner, .. }) => known(self.handling(*owner)),
            Event::WrapUpEntered(WrapUpEntered {
                handling, agent, ..
            }) => self.wrap_up_entered(*handling, *agent, facts),
            Event::ConsultCompleted(ConsultCompleted { from, to }) => {
                known(self.consult_completed(*from, *to))
            }
            Event::HandlingEnded(HandlingEnded { handling }) => {
                known(self.handling_ended(*handling))
            }
        }
    }

    fn contact(&self, id: ContactId) -> Option<Subject> {
        let tracked = self.contacts.get(&id)?;
        Some(Subject::Contact {
            contact: tracked.reference(id),
            queue: tracked.queue,
            adapter: tracked.adapter,
            offers: self.offers_of(tracked),
        })
    }

    fn offers_of(&self, tracked: &TrackedContact) -> Vec<OfferRef> {
        let offers = tracked
            .offers
            .iter()
            .filter_map(|offer| self.offers.get(offer));
        offers.map(|(offer, _)| offer.clone()).collect()
    }

    fn visit(&self, visit: VisitId) -> Option<Subject> {
        self.contact(*self.visits.get(&visit)?)
    }

    /// The queue's counters changed, too.
    fn refused(&self, id: ContactId, queue: QueueNo) -> Option<Subject> {
        let tracked = self.contacts.get(&id)?;
        Some(Subject::Contact {
            contact: tracked.reference(id),
            queue: Some(queue),
            adapter: tracked.adapter,
            offers: Vec::new(),
        })
    }

    fn accepted(&mut self, seq: u64, new: &NewContact) -> Option<Subject> {
        let id = ContactId(seq);
        let tracked = TrackedContact {
            name: new.name.clone(),
            adapter: new.adapter,
            queue: None,
            offers: BTreeSet::new(),
            handling: None,
        };
        self.contacts.insert(id, tracked);
        self.contact(id)
    }

    /// It shows with the queue it is scheduled for.
    fn scheduled(&mut self, id: ContactId, queue: QueueNo) -> Option<Subject> {
        let tracked = self.contacts.get_mut(&id)?;
        let before = tracked.queue.replace(queue);
        if before.is_some_and(|before| before != queue) {
            // It left another queue's list: seldom, and told to everybody.
            return Some(Subject::Tenant);
        }
        self.contact(id)
    }

    /// The facts are those after the event, or later ones: a contact that is over again is not there any more.
    fn taken_up(&mut self, id: ContactId, facts: &Facts) -> Option<Subject> {
        let known = facts.contacts.get(&id);
        let known = known.or_else(|| {
            let mut ended = facts.ended.iter().rev();
            let ended = ended.find(|((_, other), _)| *other == id);
            ended.and_then(|(_, ended)| ended.record.as_deref())
        })?;
        let tracked = TrackedContact {
            name: known.name.clone(),
            adapter: known.adapter,
            queue: None,
            offers: BTreeSet::new(),
            handling: None,
        };
        self.contacts.insert(id, tracked);
        self.contact(id)
    }

    fn contact_ended(&mut self, id: ContactId) -> Option<Subject> {
        let subject = self.contact(id);
        self.contacts.remove(&id);
        self.consults.remove(&id);
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
        tracked.offers.insert(offer);
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
            tracked.offers.remove(&id);
        }
        Some(Subject::Offer { offer, queue })
    }

    /// The offer ends in this very event.
    fn handling_started(&mut self, id: HandlingId, offer: OfferId) -> Option<Subject> {
        let (offer, queue) = self.offers.remove(&offer)?;
        if let Some(tracked) = self.contacts.get_mut(&offer.contact.contact) {
            tracked.offers.remove(&offer.offer);
            tracked.handling = Some(id);
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

    fn attempt_wrap_up_began(
        &mut self,
        id: HandlingId,
        visit: VisitId,
        agent: AgentNo,
    ) -> Option<Subject> {
        let contact = *self.visits.get(&visit)?;
        let tracked = self.contacts.get(&contact)?;
        let reference = HandlingRef {
            handling: id,
            agent,
            contact: tracked.reference(contact),
        };
        self.handlings.insert(id, (reference, tracked.queue?));
        self.handling(id)
    }

    fn handling(&self, id: HandlingId) -> Option<Subject> {
        let (handling, queue) = self.handlings.get(&id)?.clone();
        Some(Subject::Handling {
            handling,
            queue,
            offer: None,
        })
    }

    /// A handling that was over is open again; if it is over once more by now, its agent still has it.
    fn wrap_up_entered(
        &mut self,
        id: HandlingId,
        agent: AgentNo,
        facts: &Facts,
    ) -> Option<Subject> {
        let recent = &facts.agents[agent.index()].recent_handlings;
        let over = || recent.iter().find(|handling| handling.id == id);
        match facts.handlings.get(&id).or_else(over) {
            Some(handling) => {
                self.track(handling);
                self.handling(id)
            }
            None => Some(Subject::Agent(agent)),
        }
    }

    /// The customer goes to one who was asked: that handling is about him from now on, and others who take part do so
    /// with it.
    fn consult_completed(&mut self, from: HandlingId, to: HandlingId) -> Option<Subject> {
        let customer = self.handlings.get(&from)?.0.contact.clone();
        let asked = &mut self.handlings.get_mut(&to)?.0.contact;
        let consult = std::mem::replace(asked, customer.clone());
        self.consults.remove(&consult.contact);
        for asking in self.consults.values_mut().filter(|asking| **asking == from) {
            *asking = to;
        }
        self.contacts.get_mut(&customer.contact)?.handling = Some(to);
        self.handling(to)
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
