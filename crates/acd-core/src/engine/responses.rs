//! The first answer of an agent to a customer who writes: in time, or the contact is taken back.

use super::Engine;
use super::handlings::not_talking;
use super::visits::Joining;
use crate::command::{Answer, Reply};
use crate::event::{BackOffBegan, Event, FirstResponded, Party, ResponseAwaited, ResponseMissed};
use crate::ids::{ContactName, HandlingId, TimeMs, VisitId};
use crate::matching::Matcher;
use crate::state::Place;

impl<M: Matcher> Engine<M> {
    /// By when the agent must have answered the customer of a visit that is connected now; none: no such time.
    pub(super) fn respond_until(&self, now: TimeMs, visit: VisitId) -> Option<TimeMs> {
        let visit = &self.state.facts().visits[&visit];
        let contact = &self.state.facts().contacts[&visit.contact];
        let length = self.state.queue(visit.queue).config.first_response_ms;
        let length = length.filter(|_| contact.channel.is_digital() && contact.is_of_customer());
        length.map(|length| now + length)
    }

    /// The adapter says that the agent has answered the customer. Only the first time counts.
    pub(super) fn report_first_response(&mut self, now: TimeMs, name: &ContactName) -> Answer {
        let contact = self.open_contact(name, now)?;
        let Place::Handling(handling) = contact.place else {
            return Err(not_talking(name));
        };
        let record = contact.handlings.iter().rfind(|it| it.handling == handling);
        if record.is_none_or(|record| record.first_response_at.is_none()) {
            self.emit(now, Event::FirstResponded(FirstResponded { handling }));
        }
        Ok(Reply::Done)
    }

    /// The agent has not answered in time. While the adapter is away, which would report it, nobody knows: they have the
    /// time anew.
    pub(super) fn response_overdue(&mut self, now: TimeMs, id: HandlingId) {
        let facts = self.state.facts();
        let handling = &facts.handlings[&id];
        let adapter = facts.contacts[&handling.contact].adapter;
        let length = self.state.queue(handling.queue).config.first_response_ms;
        match length {
            Some(length) if !self.state.adapter(adapter).is_present() => {
                let until = now + length;
                self.emit(
                    now,
                    Event::ResponseAwaited(ResponseAwaited {
                        handling: id,
                        until,
                    }),
                );
            }
            _ => self.take_back(now, id),
        }
    }

    /// Takes a contact back from the agent who did not answer its customer: to them it is a no-answer, and it waits at
    /// its old place for somebody else. Where others take part, it goes on with who has taken part longest.
    fn take_back(&mut self, now: TimeMs, id: HandlingId) {
        let handling = &self.state.facts().handlings[&id];
        let (contact, agent, offer) = (handling.contact, handling.agent, handling.offer);
        if let Some(heir) = handling.participants.first().copied() {
            return self.hand_over(now, id, heir, Party::System);
        }
        let (queue, order_time) = self.last_place(contact);
        let length = self.state.facts().settings.back_off.no_answer_ms;
        self.drop_consultation(now, id);
        self.close_talk(now, id);
        self.emit(now, Event::ResponseMissed(ResponseMissed { handling: id }));
        self.take_agent_out(now, contact, offer);
        self.drop_windows(now, contact, agent, false);
        let joining = Joining::at(queue, order_time).without_hop();
        let visit = self.open_visit(now, contact, joining.given_by(agent));
        if length > 0 {
            let until = now + length;
            self.emit(
                now,
                Event::BackOffBegan(BackOffBegan {
                    agent,
                    visit,
                    until,
                }),
            );
        }
        self.finish_handling(now, id);
        self.after_failure(now, agent, queue, "no_answer");
        self.end_if_overdue(now, visit);
    }
}
