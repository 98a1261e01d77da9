//! Who is who in a log, as its events tell: of what is not over.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use acd_core::command::{LiveEntry, SupervisorAct};
use acd_core::event::*;
use acd_core::ids::{
    AdapterNo, AgentNo, ContactId, DirectiveId, HandlingId, OfferId, QueueNo, VisitId,
};
use acd_core::state::Facts;

/// How many contacts are remembered that are over: an agent may still wrap one up, and one that was given up with its
/// adapter may come back.
const OVER_KEPT: usize = 10_000;

/// Remembers contacts, visits, offers and handlings until they are over, and of those that are the last `OVER_KEPT`. It
/// needs as much memory as is open at once.
#[derive(Debug, Default)]
pub struct Witness {
    contacts: BTreeMap<ContactId, Known>,
    visits: BTreeMap<VisitId, (ContactId, QueueNo)>,
    offers: BTreeMap<OfferId, (ContactId, AgentNo, QueueNo)>,
    handlings: BTreeMap<HandlingId, (ContactId, AgentNo, QueueNo)>,
    directives: BTreeMap<DirectiveId, ContactId>,
    /// The contacts that are over, in the order of their ends.
    over: VecDeque<ContactId>,
}

/// A contact.
#[derive(Debug)]
struct Known {
    name: Arc<str>,
    /// None: nobody knows it any more.
    adapter: Option<AdapterNo>,
    visits: Vec<VisitId>,
    offers: Vec<OfferId>,
    handlings: Vec<HandlingId>,
    directives: Vec<DirectiveId>,
    /// Handlings that are not over: they may outlive the contact.
    open: usize,
    has_ended: bool,
    /// It has ended, and so have its handlings.
    is_over: bool,
}

/// Whom an event concerns. What it names by name and not by number is told by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Concern {
    /// The name of the contact.
    pub contact: Option<Arc<str>>,
    /// The agent.
    pub agent: Option<AgentNo>,
    /// The agent, as a supervisor named them.
    pub agent_name: Option<Arc<str>>,
    /// The queue.
    pub queue: Option<QueueNo>,
    /// The queue, as a supervisor named it.
    pub queue_name: Option<Arc<str>>,
    /// The adapter; that of the contact, if there is one.
    pub adapter: Option<AdapterNo>,
}

impl Witness {
    /// Somebody who knows what is open in a tenant.
    pub fn of(facts: &Facts) -> Self {
        let mut witness = Self::default();
        for contact in facts.contacts.values() {
            witness.meet(contact.id, contact.name.as_str(), Some(contact.adapter));
        }
        for visit in facts.visits.values() {
            witness.open_visit(visit.id, visit.contact, visit.queue);
        }
        for offer in facts.offers.values() {
            witness.make_offer(offer.id, offer.visit, offer.agent);
        }
        for handling in facts.handlings.values() {
            let contact = handling.contact;
            if !witness.contacts.contains_key(&contact) {
                // It outlived its contact.
                let known = witness.meet(contact, handling.contact_name.as_str(), None);
                known.has_ended = true;
            }
            witness.begin_handling(handling.id, contact, handling.agent, handling.queue);
        }
        for adapter in &facts.adapters {
            for (id, issued) in adapter.directives.iter() {
                witness.issue(*id, issued.contact);
            }
        }
        witness
    }

    /// Takes note of the next event.
    pub fn note(&mut self, recorded: &Recorded) {
        if self.over.len() > OVER_KEPT
            && let Some(contact) = self.over.pop_front()
        {
            self.forget(contact);
        }
        let seq = recorded.seq;
        match &recorded.event {
            Event::ContactAccepted(new) => {
                self.meet(ContactId(seq), new.name.as_str(), Some(new.adapter));
            }
            Event::VisitOpened(VisitOpened { contact, queue, .. }) => {
                self.open_visit(VisitId(seq), *contact, *queue);
            }
            Event::OfferMade(OfferMade { visit, agent, .. }) => {
                self.make_offer(OfferId(seq), *visit, *agent);
            }
            Event::HandlingStarted(HandlingStarted { offer, .. })
            | Event::AttemptWrapUpBegan(AttemptWrapUpBegan { offer, .. }) => {
                if let Some((contact, agent, queue)) = self.offers.get(offer).copied() {
                    self.begin_handling(HandlingId(seq), contact, agent, queue);
                }
            }
            Event::ConsultCompleted(ConsultCompleted { from, to }) => self.hand_over(from, to),
            Event::DirectiveIssued(DirectiveIssued { contact, .. }) => {
                self.issue(DirectiveId(seq), *contact);
            }
            Event::HandlingEnded(HandlingEnded { handling }) => {
                let Some((contact, ..)) = self.handlings.get(handling).copied() else {
                    return;
                };
                if let Some(known) = self.contacts.get_mut(&contact) {
                    known.open = known.open.saturating_sub(1);
                    self.note_over(contact);
                }
            }
            Event::ContactTakenUp(ContactTakenUp { contact, .. }) => {
                if let Some(known) = self.contacts.get_mut(contact) {
                    known.has_ended = false;
                    known.is_over = false;
                    self.over.retain(|over| over != contact);
                }
            }
            Event::ContactEnded(ContactEnded { contact })
            | Event::ContactGivenUp(ContactGivenUp { contact }) => {
                if let Some(known) = self.contacts.get_mut(contact) {
                    known.has_ended = true;
                    self.note_over(*contact);
                }
            }
            _ => {}
        }
    }

    /// How many contacts are known of which something is not over.
    pub fn open(&self) -> usize {
        self.contacts.len() - self.over.len()
    }

    /// The name of a contact.
    pub fn contact(&self, contact: ContactId) -> Option<&str> {
        self.contacts.get(&contact).map(|known| &*known.name)
    }

    /// The contact and the queue of a visit.
    pub fn visit(&self, visit: VisitId) -> Option<(ContactId, QueueNo)> {
        self.visits.get(&visit).copied()
    }

    /// The contact and the agent of an offer.
    pub fn offer(&self, offer: OfferId) -> Option<(ContactId, AgentNo)> {
        let (contact, agent, _) = self.offers.get(&offer)?;
        Some((*contact, *agent))
    }

    /// The contact and the agent of a handling.
    pub fn handling(&self, handling: HandlingId) -> Option<(ContactId, AgentNo)> {
        let (contact, agent, _) = self.handlings.get(&handling)?;
        Some((*contact, *agent))
    }

    /// Whom an event concerns of which note was just taken.
    pub fn concern(&self, recorded: &Recorded) -> Concern {
        match &recorded.event {
            Event::ConfigApplied(_)
            | Event::ConfigFileNoted(_)
            | Event::CivilTimeResolved(_)
            | Event::CalendarChanged(_)
            | Event::DayBegan
            | Event::TenantDeleted(_)
            | Event::PersonalErased(_)
            | Event::PersonalExpired(_)
            | Event::Recovered(_)
            | Event::WorkPutOff(_)
            | Event::WorkDone(_)
            | Event::RequestAnswered(_) => Concern::default(),
            Event::SupervisorActed(SupervisorActed { act, .. }) => of_act(act),
            Event::AgentSkillsSet(AgentSkillsSet { agent, .. })
            | Event::AgentLoggedIn(AgentLoggedIn { agent, .. })
            | Event::SessionAttached(SessionAttached { agent })
            | Event::SessionLost(SessionLost { agent, .. })
            | Event::SessionGivenUp(SessionGivenUp { agent })
            | Event::AgentLoggedOut(AgentLoggedOut { agent, .. })
            | Event::PresenceChanged(PresenceChanged { agent, .. })
            | Event::PresencePending(PresencePending { agent, .. })
            | Event::NextRequested(NextRequested { agent }) => of_agent(*agent),
            Event::QueuePaused(QueuePaused { agent, queue, .. }) => Concern {
                queue: Some(*queue),
                ..of_agent(*agent)
            },
            Event::OutsideBusyChanged(OutsideBusyChanged { adapter, agent, .. }) => Concern {
                adapter: Some(*adapter),
                ..of_agent(*agent)
            },
            Event::QueueDrained(QueueDrained { queue })
            | Event::ReserveChanged(ReserveChanged { queue, .. }) => of_queue(*queue),
            Event::EmergencyChanged(EmergencyChanged { queue, .. }) => {
                queue.map_or_else(Concern::default, of_queue)
            }
            Event::AdapterConnected(AdapterConnected { adapter, .. })
            | Event::AdapterLost(AdapterLost { adapter, .. })
            | Event::AdapterGivenUp(AdapterGivenUp { adapter })
            | Event::AdapterReconciled(AdapterReconciled { adapter })
            | Event::AdapterEventApplied(AdapterEventApplied { adapter, .. })
            | Event::RefusalsConfirmed(RefusalsConfirmed { adapter, .. })
            | Event::RefusalForgotten(RefusalForgotten { adapter, .. }) => of_adapter(*adapter),
            Event::LiveEntryRefused(LiveEntryRefused { adapter, refused }) => {
                let concern = of_adapter(*adapter);
                match &refused.entry {
                    LiveEntry::Contact(contact) => Concern {
                        contact: Some(contact.as_str().into()),
                        ..concern
                    },
                    LiveEntry::Agent(agent) => Concern {
                        agent_name: Some(agent.as_str().into()),
                        ..concern
                    },
                }
            }
            Event::ContactRefused(ContactRefused { contact, queue, .. }) => Concern {
                contact: Some(contact.as_str().into()),
                ..of_queue(*queue)
            },
            Event::ContactAccepted(_) => self.of_contact(ContactId(recorded.seq)),
            Event::JoinRefused(JoinRefused { contact, queue, .. })
            | Event::VisitOpened(VisitOpened { contact, queue, .. }) => Concern {
                queue: Some(*queue),
                ..self.of_contact(*contact)
            },
            Event::ContactScheduled(ContactScheduled {
                contact,
                queue,
                agent,
                ..
            }) => Concern {
                queue: Some(*queue),
                agent: *agent,
                ..self.of_contact(*contact)
            },
            Event::ScoreReported(reported) => Concern {
                contact: Some(reported.name.as_str().into()),
                agent: reported.agent,
                queue: reported.queue,
                adapter: reported.adapter,
                ..Concern::default()
            },
            Event::ReviewSubmitted(review) => Concern {
                contact: Some(review.name.as_str().into()),
                agent: Some(review.agent),
                queue: Some(review.queue),
                ..Concern::default()
            },
            Event::ReferenceAdded(ReferenceAdded { contact, .. })
            | Event::PreferredChanged(PreferredChanged { contact, .. })
            | Event::TierBounded(TierBounded { contact, .. })
            | Event::ContactChanged(ContactChanged { contact, .. })
            | Event::ContactEnded(ContactEnded { contact })
            | Event::ContactGivenUp(ContactGivenUp { contact })
            | Event::ContactTakenUp(ContactTakenUp { contact, .. })
            | Event::DirectiveIssued(DirectiveIssued { contact, .. }) => self.of_contact(*contact),
            Event::DirectiveAcknowledged(DirectiveAcknowledged { adapter, directive })
            | Event::DirectiveClosed(DirectiveClosed {
                adapter, directive, ..
            }) => {
                let contact = self.directives.get(directive);
                contact.map_or_else(|| of_adapter(*adapter), |contact| self.of_contact(*contact))
            }
            Event::VisitStaffed(VisitStaffed { visit })
            | Event::StepBegan(StepBegan { visit, .. })
            | Event::GateOpened(GateOpened { visit, .. })
            | Event::WindowBegan(WindowBegan { visit, .. })
            | Event::AttemptFailed(AttemptFailed { visit, .. })
            | Event::WaitAlerted(WaitAlerted { visit })
            | Event::VisitEnded(VisitEnded { visit, .. }) => self.of_visit(*visit),
            Event::BackOffBegan(BackOffBegan { agent, visit, .. }) => Concern {
                agent: Some(*agent),
                ..self.of_visit(*visit)
            },
            Event::BackOffEnded(BackOffEnded { agent, visit }) => Concern {
                agent: Some(*agent),
                ..visit.map_or_else(Concern::default, |visit| self.of_visit(visit))
            },
            Event::OfferMade(_) => self.of_offer(OfferId(recorded.seq)),
            Event::OfferAccepted(OfferAccepted { offer, .. })
            | Event::ConnectClockStarted(ConnectClockStarted { offer, .. })
            | Event::OfferEnded(OfferEnded { offer, .. })
            | Event::HandlingStarted(HandlingStarted { offer, .. })
            | Event::AttemptWrapUpBegan(AttemptWrapUpBegan { offer, .. }) => self.of_offer(*offer),
            Event::FirstResponded(FirstResponded { handling })
            | Event::ResponseAwaited(ResponseAwaited { handling, .. })
            | Event::ResponseMissed(ResponseMissed { handling })
            | Event::HandlingHeld(HandlingHeld { handling })
            | Event::HandlingResumed(HandlingResumed { handling })
            | Event::HandlingSuspended(HandlingSuspended { handling, .. })
            | Event::RecordingSet(RecordingSet { handling, .. })
            | Event::TalkEnded(TalkEnded { handling, .. })
            | Event::DispositionSet(DispositionSet { handling, .. })
            | Event::CallbackKept(CallbackKept { handling })
            | Event::WrapUpRequested(WrapUpRequested { handling })
            | Event::WrapUpEntered(WrapUpEntered { handling, .. })
            | Event::WrapUpExtended(WrapUpExtended { handling, .. })
            | Event::HandlingStuck(HandlingStuck { handling })
            | Event::ContactParked(ContactParked { handling })
            | Event::ConsultStarted(ConsultStarted { handling, .. })
            | Event::ConsultJoined(ConsultJoined {
                participant: handling,
                ..
            })
            | Event::ConsultCompleted(ConsultCompleted { to: handling, .. })
            | Event::HandlingEnded(HandlingEnded { handling }) => self.of_handling(*handling),
        }
    }

    fn meet(&mut self, id: ContactId, name: &str, adapter: Option<AdapterNo>) -> &mut Known {
        let known = Known {
            name: name.into(),
            adapter,
            visits: Vec::new(),
            offers: Vec::new(),
            handlings: Vec::new(),
            directives: Vec::new(),
            open: 0,
            has_ended: false,
            is_over: false,
        };
        self.contacts.entry(id).or_insert(known)
    }

    fn open_visit(&mut self, id: VisitId, contact: ContactId, queue: QueueNo) {
        if let Some(known) = self.contacts.get_mut(&contact) {
            known.visits.push(id);
            self.visits.insert(id, (contact, queue));
        }
    }

    fn make_offer(&mut self, id: OfferId, visit: VisitId, agent: AgentNo) {
        let Some((contact, queue)) = self.visits.get(&visit).copied() else {
            return;
        };
        if let Some(known) = self.contacts.get_mut(&contact) {
            known.offers.push(id);
            self.offers.insert(id, (contact, agent, queue));
        }
    }

    fn begin_handling(
        &mut self,
        id: HandlingId,
        contact: ContactId,
        agent: AgentNo,
        queue: QueueNo,
    ) {
        if let Some(known) = self.contacts.get_mut(&contact) {
            // Who learned of it from a later state meets its beginning, too.
            if self.handlings.insert(id, (contact, agent, queue)).is_none() {
                known.handlings.push(id);
                known.open += 1;
            }
        }
    }

    /// The customer of one handling goes on with the agent of another, who had a consultation with the first.
    fn hand_over(&mut self, from: &HandlingId, to: &HandlingId) {
        let (Some(&(customer, ..)), Some(&(consult, agent, queue))) =
            (self.handlings.get(from), self.handlings.get(to))
        else {
            return;
        };
        if let Some(known) = self.contacts.get_mut(&consult) {
            known.handlings.retain(|handling| handling != to);
            known.open = known.open.saturating_sub(1);
            self.note_over(consult);
        }
        self.handlings.remove(to);
        self.begin_handling(*to, customer, agent, queue);
    }

    fn issue(&mut self, id: DirectiveId, contact: ContactId) {
        if let Some(known) = self.contacts.get_mut(&contact) {
            known.directives.push(id);
            self.directives.insert(id, contact);
        }
    }

    fn note_over(&mut self, contact: ContactId) {
        if let Some(known) = self.contacts.get_mut(&contact)
            && known.has_ended
            && known.open == 0
            && !known.is_over
        {
            known.is_over = true;
            self.over.push_back(contact);
        }
    }

    fn forget(&mut self, contact: ContactId) {
        let Some(known) = self.contacts.remove(&contact) else {
            return;
        };
        for visit in known.visits {
            self.visits.remove(&visit);
        }
        for offer in known.offers {
            self.offers.remove(&offer);
        }
        for handling in known.handlings {
            self.handlings.remove(&handling);
        }
        for directive in known.directives {
            self.directives.remove(&directive);
        }
    }

    fn of_contact(&self, contact: ContactId) -> Concern {
        let known = self.contacts.get(&contact);
        Concern {
            contact: known.map(|known| Arc::clone(&known.name)),
            adapter: known.and_then(|known| known.adapter),
            ..Concern::default()
        }
    }

    fn of_visit(&self, visit: VisitId) -> Concern {
        let Some((contact, queue)) = self.visits.get(&visit) else {
            return Concern::default();
        };
        Concern {
            queue: Some(*queue),
            ..self.of_contact(*contact)
        }
    }

    fn of_offer(&self, offer: OfferId) -> Concern {
        self.of_three(self.offers.get(&offer))
    }

    fn of_handling(&self, handling: HandlingId) -> Concern {
        self.of_three(self.handlings.get(&handling))
    }

    fn of_three(&self, three: Option<&(ContactId, AgentNo, QueueNo)>) -> Concern {
        let Some((contact, agent, queue)) = three else {
            return Concern::default();
        };
        Concern {
            agent: Some(*agent),
            queue: Some(*queue),
            ..self.of_contact(*contact)
        }
    }
}

fn of_agent(agent: AgentNo) -> Concern {
    Concern {
        agent: Some(agent),
        ..Concern::default()
    }
}

fn of_queue(queue: QueueNo) -> Concern {
    Concern {
        queue: Some(queue),
        ..Concern::default()
    }
}

fn of_adapter(adapter: AdapterNo) -> Concern {
    Concern {
        adapter: Some(adapter),
        ..Concern::default()
    }
}

/// A supervisor names whom they mean.
fn of_act(act: &SupervisorAct) -> Concern {
    let (mut contact, mut agent, mut queue) = (None, None, None);
    match act {
        SupervisorAct::ChangeContact(named, change) => {
            contact = Some(named.as_str());
            queue = change.queue.as_ref().map(|queue| queue.as_str());
        }
        SupervisorAct::Assign(named, to) => {
            contact = Some(named.as_str());
            agent = Some(to.as_str());
        }
        SupervisorAct::Withdraw(named)
        | SupervisorAct::FreeContact(named)
        | SupervisorAct::RecordContact(named, _)
        | SupervisorAct::Monitor { contact: named, .. } => contact = Some(named.as_str()),
        SupervisorAct::SetPresence(named, _)
        | SupervisorAct::LogOut(named)
        | SupervisorAct::FreeAgent(named) => agent = Some(named.as_str()),
        SupervisorAct::PauseQueue(named, of, _) => {
            agent = Some(named.as_str());
            queue = Some(of.as_str());
        }
        SupervisorAct::SetEmergency(named, _) => queue = named.as_ref().map(|it| it.as_str()),
        SupervisorAct::ReadPersonal { .. } | SupervisorAct::ErasePersonal { .. } => {}
        SupervisorAct::Reveal {
            contact: named,
            agent: to,
            ..
        } => {
            contact = Some(named.as_str());
            agent = to.as_ref().map(|agent| agent.as_str());
        }
    }
    Concern {
        contact: contact.map(Arc::from),
        agent_name: agent.map(Arc::from),
        queue_name: queue.map(Arc::from),
        ..Concern::default()
    }
}
