//! Asking another one while the customer holds, and bringing others into a conversation.

use super::Engine;
use super::callbacks::derived;
use super::transfers::check_destination;
use super::visits::Joining;
use crate::command::{Answer, Destination, Reply};
use crate::event::{ContactOrigin, Directive, Event, NewContact, Party, ReleaseReason, Withdrawal};
use crate::ids::{AgentNo, ContactId, HandlingId, TimeMs};
use crate::matching::Matcher;
use crate::personal::Personal;
use crate::refusal::{Reason, Refusal};
use crate::state::Place;

impl<M: Matcher> Engine<M> {
    /// The customer holds, and a contact of its own finds the one who is asked: an agent, or any agent of a queue.
    pub(super) fn consult(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        id: HandlingId,
        whom: Destination,
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
                    let detail = "an agent cannot ask himself";
                    return Err(Refusal::new(Reason::InvalidArgument, "destination", detail));
                }
                Joining::at(handling.queue, now).only(asked, Some(self.time_to_take()))
            }
            Destination::External(_) => {
                let detail = "only an agent or a queue can be asked; bring an outside party in by a conference";
                return Err(Refusal::new(Reason::InvalidArgument, "destination", detail));
            }
        };
        self.hold_customer(now, id);
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
            Event::ConsultStarted {
                handling: id,
                consult,
            },
        );
        let visit = self.open_visit(now, consult, joining);
        Ok(Reply::Joined {
            contact: consult,
            visit,
        })
    }

    /// The customer goes to the one who was asked; the one who asked wraps up.
    pub(super) fn complete_transfer(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        from: HandlingId,
    ) -> Answer {
        let contact = self.talking(agent, from)?.contact;
        let (consult, to) = self.asked(from)?;
        let held = self.state.facts().handlings[&from].state;
        self.drop_windows(now, contact, agent, true);
        self.emit(now, Event::ConsultCompleted { from, to });
        if matches!(held, crate::state::HandlingState::Held { .. }) {
            self.close_hold(now, from);
            self.emit(now, Event::HandlingResumed { handling: from });
        }
        self.end_talk(now, from, Party::Agent);
        let agent = self.state.facts().handlings[&to].agent;
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
        self.release(now, consult, ReleaseReason::ConsultEnded);
        Ok(Reply::Done)
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

    /// Brings another party into the conversation. Alters no routing state: the party is not offered the contact.
    pub(super) fn conference(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        id: HandlingId,
        whom: Destination,
    ) -> Answer {
        let contact = self.talking(agent, id)?.contact;
        let address: Personal = match whom {
            Destination::Agent(name) => self.address(self.agent_logged_in(&name)?),
            Destination::External(destination) => {
                check_destination(&destination)?;
                destination
            }
            Destination::Queue(_) => {
                let detail = "consult a queue first, then bring its agent in";
                return Err(Refusal::new(Reason::InvalidArgument, "destination", detail));
            }
        };
        self.direct(
            now,
            contact,
            Directive::Conference {
                handling: id,
                address,
            },
        );
        Ok(Reply::Done)
    }
}
