//! Giving contacts away, putting them back, and setting them aside.

use super::Engine;
use super::visits::Joining;
use crate::command::{Answer, Destination, Reply};
use crate::config::{Age, TierBounds, check_name};
use crate::event::{
    Closed, ContactParked, Directive, Event, JoinRefusal, MeantFor, Party, TierBounded,
};
use crate::ids::{
    AgentName, AgentNo, ContactId, ContactName, DurationMs, HandlingId, QueueNo, TimeMs,
};
use crate::matching::Matcher;
use crate::personal::Personal;
use crate::refusal::{Reason, Refusal};
use crate::state::{Handling, Place};

impl<M: Matcher> Engine<M> {
    /// A target that refuses is refused to the agent, and the conversation stays with them.
    pub(super) fn transfer(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        handling: HandlingId,
        to: Destination,
    ) -> Answer {
        let contact = self.own_talk(agent, handling)?.contact;
        let (last_queue, _) = self.last_place(contact);
        match to {
            Destination::Queue(name) => {
                let queue = self.known_queue(&name)?;
                self.check_joins(queue, &self.state.facts().contacts[&contact])?;
                // Out of the queue they were served in it; what follows is another matter.
                let leaves = queue != last_queue;
                let served = leaves.then(|| self.callback_served(handling)).flatten();
                let joining = Joining::at(queue, self.age(now, contact));
                self.drop_windows(now, contact, agent, true);
                let given = self.give_back(now, agent, handling, joining);
                self.end_served(now, served);
                given
            }
            Destination::Agent(name) => {
                let to = self.agent_to_send_to(&name, last_queue)?;
                if to == agent {
                    let detail = "the contact is with this agent already";
                    return Err(Refusal::new(Reason::InvalidArgument, "destination", detail));
                }
                let joining = Joining::at(last_queue, self.age(now, contact));
                let joining = joining.only(to, Some(self.time_to_take())).without_hop();
                self.drop_windows(now, contact, agent, true);
                self.give_back(now, agent, handling, joining)
            }
            Destination::External(destination) => {
                check_destination(&destination)?;
                self.end_conversation(now, handling, Party::Agent);
                self.direct(now, contact, Directive::Route { destination });
                Ok(Reply::Done)
            }
        }
    }

    /// Puts the contact back into its queue, at its place.
    pub(super) fn requeue(&mut self, now: TimeMs, agent: AgentNo, handling: HandlingId) -> Answer {
        let contact = self.own_talk(agent, handling)?.contact;
        let (queue, _) = self.last_place(contact);
        self.check_still_there(queue)?;
        let joining = Joining::at(queue, self.age(now, contact)).without_hop();
        self.drop_windows(now, contact, agent, false);
        self.give_back(now, agent, handling, joining)
    }

    /// Puts the contact back into its queue, for the agents of the next tier above this agent's.
    pub(super) fn escalate(&mut self, now: TimeMs, agent: AgentNo, handling: HandlingId) -> Answer {
        let contact = self.own_talk(agent, handling)?.contact;
        let (queue, _) = self.last_place(contact);
        self.check_still_there(queue)?;
        let known = &self.state.facts().contacts[&contact];
        let bounds = known.tiers;
        let Some(next) = self.state.next_tier(known, agent) else {
            let name = &self.state.queue(queue).config.name;
            let detail = format!("queue {name} has no tier above the present one");
            return Err(Refusal::new(Reason::NoHigherTier, "handling_id", detail));
        };
        let tiers = TierBounds {
            min: Some(next),
            ..bounds
        };
        self.emit(now, Event::TierBounded(TierBounded { contact, tiers }));
        let joining = Joining::at(queue, self.age(now, contact)).without_hop();
        self.drop_windows(now, contact, agent, false);
        self.give_back(now, agent, handling, joining)
    }

    /// The conversation of an agent who may give its contact away: not one they only take part in.
    fn own_talk(&self, agent: AgentNo, id: HandlingId) -> Result<&Handling, Refusal> {
        self.check_owns(self.talking(agent, id)?.id)?;
        self.talking(agent, id)
    }

    /// How long a contact that is sent to an agent waits for them.
    pub(super) fn time_to_take(&self) -> DurationMs {
        self.state.facts().settings.transfer_to_agent_ms
    }

    /// An agent to whom a contact of this queue may be sent: one who is there, and is not leaving. In an emergency it
    /// would leave the queue at once.
    pub(super) fn agent_to_send_to(
        &self,
        name: &AgentName,
        queue: QueueNo,
    ) -> Result<AgentNo, Refusal> {
        let no = self.agent_logged_in(name)?;
        if self.state.is_leaving(no) {
            let detail = format!("agent {name} is logging out");
            return Err(Refusal::new(Reason::NotLoggedIn, "agent", detail));
        }
        match self.state.closed(queue) {
            Some(closed @ Closed::Emergency) => {
                Err(self.refusal(queue, JoinRefusal::Closed(closed)))
            }
            _ => Ok(no),
        }
    }

    /// The agent's conversation ends, and the contact joins a queue.
    fn give_back(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        handling: HandlingId,
        joining: Joining,
    ) -> Answer {
        let known = &self.state.facts().handlings[&handling];
        let (contact, offer) = (known.contact, known.offer);
        self.end_talk(now, handling, Party::Agent);
        self.take_agent_out(now, contact, offer);
        let visit = self.open_visit(now, contact, joining.given_by(agent));
        Ok(Reply::Joined { contact, visit })
    }

    /// The order time of a contact that an agent puts into a queue.
    fn age(&self, now: TimeMs, contact: ContactId) -> TimeMs {
        match self.state.facts().settings.transfer_age {
            Age::Keep => self.last_place(contact).1,
            Age::New => now,
        }
    }

    fn check_still_there(&self, queue: QueueNo) -> Result<(), Refusal> {
        let known = self.state.queue(queue);
        if known.in_config || known.draining {
            return Ok(());
        }
        let detail = format!("queue {} has been removed", known.config.name);
        Err(Refusal::new(Reason::UnknownQueue, "handling_id", detail))
    }

    pub(super) fn agent_logged_in(&self, name: &AgentName) -> Result<AgentNo, Refusal> {
        let no = self.agent_in_config(name)?;
        if self.state.agent(no).session.is_none() {
            let detail = format!("agent {name} is not logged in");
            return Err(Refusal::new(Reason::NotLoggedIn, "agent", detail));
        }
        Ok(no)
    }

    /// Sets the contact aside; the slot is free at once, without wrap-up.
    pub(super) fn park(&mut self, now: TimeMs, agent: AgentNo, handling: HandlingId) -> Answer {
        let known = self.own_talk(agent, handling)?;
        let (contact, offer) = (known.contact, known.offer);
        self.drop_others(now, handling, Party::Agent);
        self.close_talk(now, handling);
        self.emit(now, Event::ContactParked(ContactParked { handling }));
        self.take_agent_out(now, contact, offer);
        self.finish_handling(now, handling);
        Ok(Reply::Done)
    }

    /// The agent comes back to a contact that is parked with them.
    pub(super) fn unpark(&mut self, now: TimeMs, agent: AgentNo, name: &ContactName) -> Answer {
        let contact = self.open_contact(name, now)?;
        if contact.place != Place::Parked(agent) {
            let detail = format!("contact {name} is not parked with this agent");
            return Err(not_parked(detail));
        }
        let contact = contact.id;
        Ok(self.bring_back(now, contact, agent))
    }

    /// The customer of a parked contact is back: it waits for its agent, at its place. One that was put off joins its
    /// queue before its time. A repeat does nothing.
    pub(super) fn return_parked(&mut self, now: TimeMs, name: &ContactName) -> Answer {
        let contact = self.open_contact(name, now)?;
        let contact_id = contact.id;
        match contact.place {
            Place::Parked(agent) => Ok(self.bring_back(now, contact_id, agent)),
            Place::Scheduled(_) => {
                self.fall_due(now, contact_id);
                Ok(Reply::Done)
            }
            Place::Queue(visit)
                if self.state.facts().visits[&visit].meant_for == MeantFor::Parked =>
            {
                Ok(Reply::Done)
            }
            _ => Err(not_parked(format!("contact {name} is not parked"))),
        }
    }

    fn bring_back(&mut self, now: TimeMs, contact: ContactId, agent: AgentNo) -> Reply {
        let (queue, order_time) = self.last_place(contact);
        let joining = Joining::at(queue, order_time)
            .only(agent, None)
            .without_hop();
        let visit = self.open_visit(now, contact, joining);
        Reply::Joined { contact, visit }
    }
}

fn not_parked(detail: String) -> Refusal {
    Refusal::new(Reason::ContactNotParked, "contact_id", detail)
}

pub(super) fn check_destination(destination: &Personal) -> Result<(), Refusal> {
    check_name(destination.reveal())
        .map_err(|wrong| Refusal::new(Reason::InvalidArgument, "destination", wrong))
}
