//! Contacts that wait for their time: in no queue before it, and then as if they arrived.

use super::Engine;
use super::visits::Joining;
use crate::command::{Answer, Reply};
use crate::event::{
    Awaited, CancelReason, ContactScheduled, Event, MeantFor, Next, Outcome, Withdrawal,
};
use crate::ids::{AgentNo, ContactId, ContactName, QueueNo, TimeMs};
use crate::matching::Matcher;
use crate::refusal::{Reason, Refusal};
use crate::state::{Contact, Place, Schedule, Visit};

impl<M: Matcher> Engine<M> {
    /// The contact, which is in no queue, waits for its time.
    pub(super) fn schedule(
        &mut self,
        now: TimeMs,
        contact: ContactId,
        schedule: Schedule,
    ) -> Reply {
        let Schedule {
            queue,
            due_at,
            agent,
        } = schedule;
        self.emit(
            now,
            Event::ContactScheduled(ContactScheduled {
                contact,
                queue,
                due_at,
                agent,
            }),
        );
        Reply::Scheduled { contact, due_at }
    }

    /// The contact, which is new, joins the queue; if it is due only later, it waits for that.
    pub(super) fn join_or_schedule(
        &mut self,
        now: TimeMs,
        contact: ContactId,
        queue: QueueNo,
        due_at: Option<TimeMs>,
        order_time: TimeMs,
    ) -> Reply {
        match due_at {
            Some(due_at) => {
                let agent = None;
                let schedule = Schedule {
                    queue,
                    due_at,
                    agent,
                };
                self.schedule(now, contact, schedule)
            }
            None => {
                let visit = self.open_visit(now, contact, Joining::at(queue, order_time));
                Reply::Joined { contact, visit }
            }
        }
    }

    /// Its time has come, or its customer before it: it joins its queue, whatever the queue would say to one that
    /// arrives.
    pub(super) fn fall_due(&mut self, now: TimeMs, id: ContactId) {
        let Place::Scheduled(schedule) = self.state.facts().contacts[&id].place else {
            return;
        };
        let in_config = |no: &AgentNo| self.state.agent(*no).in_config;
        let joining = Joining {
            only: schedule.agent.filter(in_config).map(|agent| (agent, None)),
            scheduled: true,
            ..Joining::at(schedule.queue, schedule.due_at.min(now))
        };
        self.open_visit(now, id, joining);
    }

    /// An agent puts off a contact that is parked with them, or is in a queue they serve.
    pub(super) fn put_off_as_agent(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        name: &ContactName,
        date: TimeMs,
    ) -> Answer {
        let contact = self.open_contact(name, now)?;
        let is_theirs = match contact.place {
            Place::Parked(with) => with == agent,
            Place::Queue(visit) => {
                let visit = &self.state.facts().visits[&visit];
                self.state.member(agent, visit.queue).is_some() || tied_to(visit) == Some(agent)
            }
            Place::Scheduled(schedule) => {
                self.state.member(agent, schedule.queue).is_some() || schedule.agent == Some(agent)
            }
            Place::Arriving | Place::Handling(_) | Place::Leaving(_) => true,
        };
        if !is_theirs {
            let detail =
                format!("contact {name} is in no queue of this agent, nor parked with them");
            let reason = Reason::ContactNotWaiting;
            return Err(Refusal::new(reason, "contact_id", detail));
        }
        let (id, schedule) = (contact.id, self.schedule_for(now, contact, None, date)?);
        self.put_off(now, id, schedule);
        Ok(Reply::Done)
    }

    /// What becomes of a contact that is put off to a date.
    pub(super) fn schedule_for(
        &self,
        now: TimeMs,
        contact: &Contact,
        queue: Option<QueueNo>,
        due_at: TimeMs,
    ) -> Result<Schedule, Refusal> {
        if due_at <= now {
            let detail = format!("{due_at} has passed, it is {now}: give an instant to come");
            let reason = Reason::InvalidArgument;
            return Err(Refusal::new(reason, "not_before_at_ms", detail));
        }
        let (own_queue, agent) = match contact.place {
            Place::Queue(visit) if !self.is_accepted(visit) => {
                let visit = &self.state.facts().visits[&visit];
                let parked = visit.meant_for == MeantFor::Parked;
                (visit.queue, tied_to(visit).filter(|_| parked))
            }
            Place::Parked(agent) => (self.last_place(contact.id).0, Some(agent)),
            Place::Scheduled(schedule) => (schedule.queue, schedule.agent),
            Place::Queue(_) | Place::Arriving | Place::Handling(_) | Place::Leaving(_) => {
                let detail = format!(
                    "contact {} neither waits nor is parked: an agent has accepted it, or it is leaving",
                    contact.name
                );
                let reason = Reason::ContactNotWaiting;
                return Err(Refusal::new(reason, "contact_id", detail));
            }
        };
        let schedule = Schedule {
            queue: queue.unwrap_or(own_queue),
            due_at,
            agent: agent.filter(|_| queue.is_none_or(|queue| queue == own_queue)),
        };
        self.rescheduled(contact, schedule)
    }

    /// The schedule, if the contact may wait for its time there: a queue has its limits of callbacks.
    pub(super) fn rescheduled(
        &self,
        contact: &Contact,
        schedule: Schedule,
    ) -> Result<Schedule, Refusal> {
        let elsewhere = contact.owing_queue(self.state.facts()) != Some(schedule.queue);
        if contact.is_callback() && elsewhere {
            self.check_callback(schedule.queue, contact.customer.as_ref())?;
        }
        Ok(schedule)
    }

    /// The contact leaves its queue, if it is in one, until its time has come.
    pub(super) fn put_off(&mut self, now: TimeMs, id: ContactId, schedule: Schedule) {
        if let Place::Queue(visit) = self.state.facts().contacts[&id].place {
            let outcome = Outcome::Withdrawn(Withdrawal::Deferred);
            self.leave_queue(now, visit, outcome, Next::Outcome, CancelReason::Moved);
        }
        self.schedule(now, id, schedule);
    }
}

/// The agent to whom the visit is tied: it was sent to them, parked with them or is dedicated to them.
fn tied_to(visit: &Visit) -> Option<AgentNo> {
    match visit.windows.first().map(|window| &window.who) {
        Some(Awaited::Agent(agent)) if visit.meant_for != MeantFor::All => Some(*agent),
        _ => None,
    }
}
