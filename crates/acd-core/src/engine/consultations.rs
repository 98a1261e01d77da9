//! Asking another one while the customer holds, and conferences: a consultation that is joined. The customer's contact
//! stays with its agent, the *owner*; who takes part holds a slot by the contact of their consultation.

use super::Engine;
use super::callbacks::derived;
use super::transfers::check_destination;
use super::visits::Joining;
use crate::command::{Answer, Destination, Reply};
use crate::event::{
    ConsultCompleted, ConsultJoined, ConsultStarted, ContactOrigin, Directive, Event,
    HandlingResumed, NewContact, Party, ReleaseReason, Withdrawal,
};
use crate::ids::{AgentNo, ContactId, HandlingId, TimeMs};
use crate::matching::Matcher;
use crate::refusal::{Reason, Refusal};
use crate::state::{Handling, HandlingState, Place};

impl<M: Matcher> Engine<M> {
    /// The customer holds while another one is asked.
    pub(super) fn consult(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        id: HandlingId,
        whom: Destination,
    ) -> Answer {
        self.ask(now, agent, id, whom, Asked::InPrivate)
    }

    /// A contact of its own finds the one who is asked: an agent, or any agent of a queue.
    fn ask(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        id: HandlingId,
        whom: Destination,
        how: Asked,
    ) -> Answer {
        let handling = self.talking(agent, id)?;
        if self.consultation(id).is_some() {
            let detail = format!("handling {id} is in a consultation already");
            return Err(Refusal::new(Reason::HandlingState, "handling_id", detail));
        }
        let contact = handling.contact;
        let joining = match whom {
            Destination::Queue(name) => {
                let queue = self.known_queue(&name)?;
                self.check_joins(queue, &self.state.facts().contacts[&contact])?;
                Joining::at(queue, now)
            }
            Destination::Agent(name) => {
                let asked = self.agent_to_send_to(&name, handling.queue)?;
                if asked == agent {
                    let detail = "agents cannot ask themselves";
                    return Err(Refusal::new(Reason::InvalidArgument, "destination", detail));
                }
                self.check_absent(id, asked)?;
                Joining::at(handling.queue, now).only(asked, Some(self.time_to_take()))
            }
            Destination::External(_) => {
                let detail = "only an agent or a queue can be asked; bring an outside party in by a conference";
                return Err(Refusal::new(Reason::InvalidArgument, "destination", detail));
            }
        };
        if how == Asked::InPrivate {
            self.hold_customer(now, id);
        }
        let from = &self.state.facts().contacts[&contact];
        let consult = NewContact {
            name: self.free_name(from, "consult"),
            customer: None,
            preferred: std::sync::Arc::from([]),
            dedicated: false,
            dial: None,
            ..derived(from, ContactOrigin::ConsultOf(id), now)
        };
        let consult = ContactId(self.emit(now, Event::ContactAccepted(consult)));
        self.emit(
            now,
            Event::ConsultStarted(ConsultStarted {
                handling: id,
                consult,
                joins: how == Asked::ToJoin,
            }),
        );
        let visit = self.open_visit(now, consult, joining);
        Ok(Reply::Joined {
            contact: consult,
            visit,
        })
    }

    /// The customer goes to the one who was asked, or to who has taken part longest; the one who asked wraps up.
    pub(super) fn complete_transfer(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        from: HandlingId,
    ) -> Answer {
        let heir = self.talking(agent, from)?.participants.first().copied();
        let to = match (self.asked(from), heir) {
            (Ok((_, asked)), _) => asked,
            (Err(_), Some(heir)) => heir,
            (Err(refusal), None) => return Err(refusal),
        };
        self.hand_over(now, from, to, Party::Agent);
        Ok(Reply::Done)
    }

    /// An agent leaves a conversation: who has taken part longest goes on with the customer. Without one it is over,
    /// and the adapter is told to end the contact.
    pub(super) fn leave_talk(
        &mut self,
        now: TimeMs,
        id: HandlingId,
        by: Party,
        reason: ReleaseReason,
    ) {
        let handling = &self.state.facts().handlings[&id];
        let contact = handling.contact;
        match handling.participants.first().copied() {
            Some(heir) => self.hand_over(now, id, heir, by),
            None => {
                self.end_conversation(now, id, by);
                self.release(now, contact, reason);
            }
        }
    }

    /// The contact goes from one agent to another whose consultation it becomes no more. Who takes part stays.
    pub(super) fn hand_over(&mut self, now: TimeMs, from: HandlingId, to: HandlingId, by: Party) {
        let handlings = &self.state.facts().handlings;
        let (contact, held) = (handlings[&from].contact, handlings[&from].state);
        let (consult, agent) = (handlings[&to].contact, handlings[&to].agent);
        let (giver, other) = (
            handlings[&from].agent,
            handlings[&from].consult != Some(consult),
        );
        if other {
            self.drop_consultation(now, from);
        }
        self.drop_windows(now, contact, giver, true);
        self.close_conference(now, to);
        self.close_recording(now, from);
        self.emit(now, Event::ConsultCompleted(ConsultCompleted { from, to }));
        if matches!(held, HandlingState::Held { .. }) {
            self.close_hold(now, from);
            self.emit(
                now,
                Event::HandlingResumed(HandlingResumed { handling: from }),
            );
        }
        self.end_talk(now, from, by);
        let address = self.address(agent);
        self.direct(
            now,
            contact,
            Directive::Bridge {
                handling: to,
                agent,
                address,
            },
        );
        self.direct_recording(now, to);
        self.release(now, consult, ReleaseReason::ConsultEnded);
    }

    /// The consultation of a handling, once the one who is asked is connected.
    fn asked(&self, id: HandlingId) -> Result<(ContactId, HandlingId), Refusal> {
        match self.consultation(id) {
            Some((consult, Place::Handling(asked))) => Ok((consult, asked)),
            _ => {
                let detail = format!("nobody is connected yet whom handling {id} asks");
                Err(Refusal::new(Reason::HandlingState, "handling_id", detail))
            }
        }
    }

    /// Back to the customer.
    pub(super) fn end_consult(&mut self, now: TimeMs, agent: AgentNo, id: HandlingId) -> Answer {
        self.talking(agent, id)?;
        if self.consultation(id).is_none() {
            let detail = format!("handling {id} is in no consultation");
            return Err(Refusal::new(Reason::HandlingState, "handling_id", detail));
        }
        self.drop_consultation(now, id);
        self.resume_customer(now, id);
        Ok(Reply::Done)
    }

    /// The contact of the consultation that goes on, and its place.
    fn consultation(&self, id: HandlingId) -> Option<(ContactId, Place)> {
        let consult = self.state.facts().handlings[&id].consult?;
        let place = self.state.facts().contacts[&consult].place;
        matches!(place, Place::Queue(_) | Place::Handling(_)).then_some((consult, place))
    }

    /// Whether this contact is the consultation of a conversation that goes on.
    pub(super) fn is_asked_by(&self, id: HandlingId, consult: ContactId) -> bool {
        let handling = self.state.facts().handlings.get(&id);
        handling.is_some_and(|handling| handling.consult == Some(consult))
    }

    /// Ends the consultation of a handling, if there is one.
    pub(super) fn drop_consultation(&mut self, now: TimeMs, id: HandlingId) {
        let Some((consult, place)) = self.consultation(id) else {
            return;
        };
        match place {
            Place::Queue(visit) => {
                self.take_out(now, visit, Withdrawal::TakenOut);
            }
            Place::Handling(asked) => self.end_talk(now, asked, Party::Agent),
            Place::Arriving | Place::Parked(_) | Place::Scheduled(_) | Place::Leaving(_) => return,
        }
        self.release(now, consult, ReleaseReason::ConsultEnded);
    }

    /// Ends the consultation of a handling, and the legs of all who take part in its conversation.
    pub(super) fn drop_others(&mut self, now: TimeMs, id: HandlingId, by: Party) {
        self.drop_consultation(now, id);
        for participant in self.state.facts().handlings[&id].participants.clone() {
            let consult = self.state.facts().handlings[&participant].contact;
            self.end_talk(now, participant, by);
            self.release(now, consult, ReleaseReason::ConsultEnded);
        }
    }

    /// Brings another one into the conversation: an agent by a consultation that is joined once they are connected, a
    /// party outside by a directive alone. Who is being asked already joins at once.
    pub(super) fn conference(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        id: HandlingId,
        whom: Destination,
    ) -> Answer {
        let contact = self.talking(agent, id)?.contact;
        self.check_owns(id)?;
        match whom {
            Destination::External(address) => {
                check_destination(&address)?;
                let (handling, consult) = (id, None);
                self.direct(
                    now,
                    contact,
                    Directive::Conference {
                        handling,
                        consult,
                        address,
                    },
                );
                Ok(Reply::Done)
            }
            whom if self.is_asked(id, &whom) => self.join_consult(now, agent, id),
            whom => self.ask(now, agent, id, whom, Asked::ToJoin),
        }
    }

    /// Customer, agent and the one who was asked talk together from now on.
    pub(super) fn join_consult(&mut self, now: TimeMs, agent: AgentNo, id: HandlingId) -> Answer {
        self.talking(agent, id)?;
        self.check_owns(id)?;
        let (_, asked) = self.asked(id)?;
        self.resume_customer(now, id);
        self.join(now, id, asked);
        Ok(Reply::Done)
    }

    /// Who was invited takes part as soon as they are connected.
    pub(super) fn join_if_invited(&mut self, now: TimeMs, consult: ContactId) {
        let facts = self.state.facts();
        let contact = &facts.contacts[&consult];
        let (ContactOrigin::ConsultOf(owner), Place::Handling(invited)) =
            (contact.origin, contact.place)
        else {
            return;
        };
        let asks = |owner: &Handling| owner.joins && owner.consult == Some(consult);
        if facts.handlings.get(&owner).is_some_and(asks) {
            self.join(now, owner, invited);
        }
    }

    fn join(&mut self, now: TimeMs, owner: HandlingId, participant: HandlingId) {
        self.emit(
            now,
            Event::ConsultJoined(ConsultJoined { owner, participant }),
        );
        let handlings = &self.state.facts().handlings;
        let (contact, joined) = (handlings[&owner].contact, &handlings[&participant]);
        let (consult, address) = (joined.contact_name.clone(), self.address(joined.agent));
        self.direct(
            now,
            contact,
            Directive::Conference {
                handling: owner,
                consult: Some(consult),
                address,
            },
        );
    }

    /// What the adapter was told about one who takes part is over.
    pub(super) fn close_conference(&mut self, now: TimeMs, participant: HandlingId) {
        let handlings = &self.state.facts().handlings;
        let joined = &handlings[&participant];
        let Some(owner) = joined.owner else {
            return;
        };
        let (contact, own) = (handlings[&owner].contact, joined.contact_name.clone());
        self.close_in_force(now, contact, |directive| {
            matches!(directive, Directive::Conference { consult: Some(consult), .. } if *consult == own)
        });
    }

    /// Whether the one who is asked, and connected, is this agent or one of this queue.
    fn is_asked(&self, id: HandlingId, whom: &Destination) -> bool {
        let Ok((_, asked)) = self.asked(id) else {
            return false;
        };
        let asked = &self.state.facts().handlings[&asked];
        match whom {
            Destination::Agent(name) => self.state.agent(asked.agent).config.name == *name,
            Destination::Queue(name) => self.state.queue(asked.queue).config.name == *name,
            Destination::External(_) => false,
        }
    }

    /// Refuses what only the agent may do whose customer it is, not one who takes part.
    pub(super) fn check_owns(&self, id: HandlingId) -> Result<(), Refusal> {
        match self.state.facts().handlings[&id].owner {
            None => Ok(()),
            Some(_) => {
                let detail = format!(
                    "handling {id} takes part in the conversation of another agent, and can only be ended"
                );
                Err(Refusal::new(Reason::HandlingState, "handling_id", detail))
            }
        }
    }

    /// Refuses to ask an agent who takes part in the conversation already.
    fn check_absent(&self, id: HandlingId, asked: AgentNo) -> Result<(), Refusal> {
        if !self.state.taking_part(id).contains(&asked) {
            return Ok(());
        }
        let name = &self.state.agent(asked).config.name;
        let detail = format!("agent {name} takes part in the conversation already");
        Err(Refusal::new(Reason::InvalidArgument, "destination", detail))
    }
}

/// What becomes of a consultation when the one who is asked is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// The two talk while the customer holds.
    InPrivate,
    /// It is joined.
    ToJoin,
}
