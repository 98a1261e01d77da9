//! What supervisors do. Each act is recorded with who did it, and takes effect at once.

use std::sync::Arc;

use super::Engine;
use crate::command::{
    ACT_CONTACTS_MAX, Answer, Availability, EndCause, MonitorMode, Reply, Supervise, SupervisorAct,
};
use crate::event::{
    Decision, Directive, EmergencyChanged, Event, LogoutCause, OfferEnd, Party, PersonalErased,
    ReleaseReason, RescindReason, SupervisorActed, Withdrawal,
};
use crate::ids::{
    AgentName, AgentNo, ContactId, ContactName, HandlingId, OfferId, QueueName, TimeMs, VisitId,
};
use crate::matching::Matcher;
use crate::personal::Personal;
use crate::refusal::{Reason, Refusal};
use crate::state::{HandlingState, LeaseHolder, Place, Visit};

use super::contacts::Mover;
use super::handlings::not_talking;
use super::transfers::check_destination;

/// The longest reason of an act, in bytes.
const REASON_BYTES_MAX: usize = 1_024;

impl<M: Matcher> Engine<M> {
    pub(super) fn supervise(
        &mut self,
        now: TimeMs,
        Supervise {
            author,
            reason,
            act,
        }: Supervise,
    ) -> Answer {
        check_act_reason(&reason)?;
        self.check_act(now, &act)?;
        self.emit(
            now,
            Event::SupervisorActed(SupervisorActed {
                author,
                reason,
                // What they are stands in what came of it, with the contact they belong to.
                act: act.without_values(),
            }),
        );
        match act {
            SupervisorAct::ChangeContact(contact, change) => {
                self.change_contact(now, &contact, change, Mover::Supervisor)
            }
            SupervisorAct::Assign(contact, agent) => self.assign(now, &contact, &agent),
            SupervisorAct::Withdraw(contact) => self.withdraw(now, &contact),
            SupervisorAct::FreeContact(contact) => self.free_contact(now, &contact),
            SupervisorAct::SetPresence(agent, presence) => {
                self.force_presence(now, &agent, presence)
            }
            SupervisorAct::LogOut(agent) => self.force_logout(now, &agent),
            SupervisorAct::FreeAgent(agent) => self.free_agent(now, &agent),
            SupervisorAct::PauseQueue(agent, queue, reason) => {
                let agent = self.agent_in_config(&agent)?;
                self.pause_queue(now, agent, &queue, reason, false)
            }
            SupervisorAct::SetEmergency(queue, closed) => {
                self.set_emergency(now, queue.as_ref(), closed)
            }
            SupervisorAct::Monitor {
                contact,
                mode,
                address,
            } => self.monitor(now, &contact, mode, address),
            SupervisorAct::RecordContact(contact, state) => {
                self.record_contact(now, &contact, state)
            }
            SupervisorAct::Reveal { .. } | SupervisorAct::ReadPersonal { .. } => Ok(Reply::Done),
            SupervisorAct::ErasePersonal { contacts, customer } => {
                let erased = PersonalErased { contacts, customer };
                self.emit(now, Event::PersonalErased(erased));
                Ok(Reply::Done)
            }
        }
    }

    /// Refuses what cannot be done before anything is recorded.
    fn check_act(&self, now: TimeMs, act: &SupervisorAct) -> Result<(), Refusal> {
        match act {
            SupervisorAct::ChangeContact(contact, change) => {
                self.check_change(now, contact, change)?;
            }
            SupervisorAct::FreeContact(contact) => _ = self.open_contact(contact, now)?,
            SupervisorAct::Withdraw(contact) => {
                let place = self.open_contact(contact, now)?.place;
                if !matches!(place, Place::Scheduled(_)) {
                    self.waiting_visit(contact, now)?;
                }
            }
            SupervisorAct::Assign(contact, agent) => {
                let visit = self.waiting_visit(contact, now)?;
                let agent = self.agent_logged_in(agent)?;
                self.check_present(agent)?;
                self.check_does_not_ask(visit, agent)?;
            }
            SupervisorAct::SetPresence(agent, presence) => {
                self.agent_logged_in(agent)?;
                if let Availability::NotReady(code) = presence {
                    self.check_reason(code)?;
                }
            }
            SupervisorAct::LogOut(agent) => _ = self.agent_logged_in(agent)?,
            SupervisorAct::FreeAgent(agent) => _ = self.known_agent(agent)?,
            SupervisorAct::PauseQueue(agent, queue, reason) => {
                let agent = self.agent_in_config(agent)?;
                self.check_pause(agent, queue, reason.as_ref())?;
            }
            SupervisorAct::SetEmergency(Some(queue), _) => _ = self.known_queue(queue)?,
            SupervisorAct::SetEmergency(None, _) => {}
            SupervisorAct::Monitor {
                contact, address, ..
            } => {
                check_destination(address)?;
                self.conversation(contact, now)?;
            }
            SupervisorAct::RecordContact(contact, state) => {
                self.check_record_contact(now, contact, *state)?;
            }
            SupervisorAct::Reveal { contact, item, .. } => self.check_reveal(contact, item)?,
            SupervisorAct::ReadPersonal { contacts } => self.check_contacts(contacts)?,
            SupervisorAct::ErasePersonal { contacts, .. } => {
                self.check_contacts(contacts)?;
                self.check_over(contacts)?;
            }
        }
        Ok(())
    }

    /// Contacts by their numbers: some, and not too many for one act.
    fn check_contacts(&self, contacts: &[ContactId]) -> Result<(), Refusal> {
        let last = self.state.facts().seq;
        let detail = match contacts {
            [] => "there are no contacts; name one at least".to_owned(),
            contacts if contacts.len() > ACT_CONTACTS_MAX => {
                let count = contacts.len();
                format!(
                    "there are {count} contacts, at most {ACT_CONTACTS_MAX} are allowed in one act"
                )
            }
            contacts => match contacts
                .iter()
                .find(|contact| contact.0 == 0 || contact.0 > last)
            {
                Some(contact) => format!("there is no contact {contact} yet"),
                None => return Ok(()),
            },
        };
        Err(Refusal::new(Reason::InvalidArgument, "contacts", detail))
    }

    /// What is open is needed by those who handle it.
    fn check_over(&self, contacts: &[ContactId]) -> Result<(), Refusal> {
        let open = &self.state.facts().contacts;
        match contacts.iter().find_map(|contact| open.get(contact)) {
            None => Ok(()),
            Some(contact) => {
                let detail = format!("contact {} is open", contact.name);
                let refusal = Refusal::new(Reason::ContactOpen, "contacts", detail);
                Err(refusal)
            }
        }
    }

    /// An agent, also one whom the configuration has no longer: they may still hold something.
    pub(super) fn known_agent(&self, name: &AgentName) -> Result<AgentNo, Refusal> {
        match self.state.agent_no(name) {
            Some(no) => Ok(no),
            None => self.agent_in_config(name),
        }
    }

    /// Refuses to give a question to one of those who ask.
    fn check_does_not_ask(&self, visit: &Visit, no: AgentNo) -> Result<(), Refusal> {
        if !self.state.asking(visit).contains(&no) {
            return Ok(());
        }
        let name = &self.state.agent(no).config.name;
        let detail = format!("agent {name} takes part in the conversation whose question it is");
        Err(Refusal::new(Reason::InvalidArgument, "agent", detail))
    }

    fn check_present(&self, no: AgentNo) -> Result<(), Refusal> {
        let agent = self.state.agent(no);
        if agent.is_present() {
            return Ok(());
        }
        let detail = format!("the session of agent {} is lost", agent.config.name);
        Err(Refusal::new(Reason::NotLoggedIn, "agent", detail))
    }

    /// Offers a contact to an agent now.
    fn assign(&mut self, now: TimeMs, contact: &ContactName, agent: &AgentName) -> Answer {
        let agent = self.agent_logged_in(agent)?;
        let visit = self.waiting_visit(contact, now)?.id;
        self.force_offer(now, visit, agent);
        Ok(Reply::Done)
    }

    /// Offers a visit to an agent, whatever their state and capacity, unless they have an offer of it. Offers of it to
    /// others are taken back.
    pub(super) fn force_offer(&mut self, now: TimeMs, id: VisitId, agent: AgentNo) {
        let offers = self.state.facts().visits[&id].offers.clone();
        let of_agent = |offer: &OfferId| self.state.facts().offers[offer].agent == agent;
        if offers.iter().any(of_agent) {
            return;
        }
        for offer in offers {
            let end = OfferEnd::Rescinded(RescindReason::LostRace);
            self.end_offer(now, offer, end);
        }
        let Some(visit) = self.state.facts().visits.get(&id) else {
            return;
        };
        let terms = self.state.terms_of(visit);
        let decision = Decision {
            config_version: self.state.facts().config_version,
            step: visit.step,
            contact: self.state.contact_key(visit, agent, &terms),
            candidates: 1,
            winner: self.state.agent_key(visit, agent, &terms),
            runner_up: None,
        };
        self.make_offer(now, id, Arc::new(decision), true);
    }

    fn withdraw(&mut self, now: TimeMs, contact: &ContactName) -> Answer {
        let contact = self.open_contact(contact, now)?;
        let (id, place) = (contact.id, contact.place);
        if let Place::Queue(visit) = place {
            self.take_out(now, visit, Withdrawal::TakenOut);
        }
        self.release(now, id, ReleaseReason::Withdrawn);
        Ok(Reply::Done)
    }

    /// Ends whatever holds the contact, and the contact.
    fn free_contact(&mut self, now: TimeMs, name: &ContactName) -> Answer {
        let contact = self.open_contact(name, now)?;
        let (id, place) = (contact.id, contact.place);
        match place {
            Place::Queue(visit) => self.take_out(now, visit, Withdrawal::TakenOut),
            Place::Handling(handling) => self.end_talk(now, handling, Party::System),
            Place::Parked(_) | Place::Scheduled(_) | Place::Arriving => {}
            Place::Leaving(_) => {
                self.end_open_contact(now, id, EndCause::System);
                return Ok(Reply::Done);
            }
        }
        self.release(now, id, ReleaseReason::Withdrawn);
        Ok(Reply::Done)
    }

    fn force_presence(&mut self, now: TimeMs, agent: &AgentName, presence: Availability) -> Answer {
        let agent = self.agent_logged_in(agent)?;
        match presence {
            Availability::Ready => self.set_ready(now, agent, false),
            Availability::NotReady(code) => {
                self.be_not_ready(now, agent, code, None, false);
                self.rescind_pending(now, agent, RescindReason::StateForced);
            }
        }
        Ok(Reply::Done)
    }

    fn force_logout(&mut self, now: TimeMs, agent: &AgentName) -> Answer {
        let agent = self.agent_logged_in(agent)?;
        self.be_logged_out(now, agent, LogoutCause::Forced);
        self.rescind_pending(now, agent, RescindReason::StateForced);
        Ok(Reply::Done)
    }

    /// Releases every slot of an agent: their offers are taken back, their conversations and wrap-ups ended.
    fn free_agent(&mut self, now: TimeMs, agent: &AgentName) -> Answer {
        let agent = self.known_agent(agent)?;
        for lease in self.state.agent(agent).leases.clone() {
            match lease.holder {
                LeaseHolder::Offer(offer) => {
                    if self.state.facts().offers.contains_key(&offer) {
                        let end = OfferEnd::Rescinded(RescindReason::StateForced);
                        self.end_offer(now, offer, end);
                    }
                }
                LeaseHolder::Handling(handling) => self.free_handling(now, handling),
            }
        }
        Ok(Reply::Done)
    }

    fn free_handling(&mut self, now: TimeMs, id: HandlingId) {
        let Some(handling) = self.state.facts().handlings.get(&id) else {
            return;
        };
        if !matches!(handling.state, HandlingState::WrapUp { .. }) {
            self.leave_talk(now, id, Party::System, ReleaseReason::Withdrawn);
        }
        if self.state.facts().handlings.contains_key(&id) {
            self.finish_handling(now, id);
        }
    }

    fn set_emergency(&mut self, now: TimeMs, queue: Option<&QueueName>, closed: bool) -> Answer {
        let queue = match queue {
            Some(name) => Some(self.known_queue(name)?),
            None => None,
        };
        self.emit(
            now,
            Event::EmergencyChanged(EmergencyChanged { queue, closed }),
        );
        Ok(Reply::Done)
    }

    /// Listening, whispering and barging are intents to the adapter; they never alter routing state.
    fn monitor(
        &mut self,
        now: TimeMs,
        name: &ContactName,
        mode: MonitorMode,
        address: Personal,
    ) -> Answer {
        let (contact, handling) = self.conversation(name, now)?;
        self.direct(
            now,
            contact,
            Directive::Monitor {
                handling,
                mode,
                address,
            },
        );
        Ok(Reply::Done)
    }

    /// The contact and its conversation.
    fn conversation(
        &self,
        name: &ContactName,
        now: TimeMs,
    ) -> Result<(ContactId, HandlingId), Refusal> {
        let contact = self.open_contact(name, now)?;
        match contact.place {
            Place::Handling(handling) => Ok((contact.id, handling)),
            _ => Err(not_talking(name)),
        }
    }
}

/// Refuses a reason that is too long.
pub(super) fn check_act_reason(reason: &str) -> Result<(), Refusal> {
    if reason.len() <= REASON_BYTES_MAX {
        return Ok(());
    }
    let detail = format!("{} bytes, at most {REASON_BYTES_MAX}", reason.len());
    Err(Refusal::new(Reason::InvalidArgument, "reason", detail))
}
