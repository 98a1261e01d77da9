//! Deciding about open contacts: changes, choices, ends.

use std::sync::Arc;

use super::Engine;
use super::visits::Joining;
use crate::command::{Answer, Attribute, ContactAct, ContactChange, EndCause, Reference, Reply};
use crate::config::{DURATION_MAX_MS, OverflowReason, PRIORITY_MAX, Target, check_name};
use crate::event::{
    CancelReason, ContactChanged, ContactEnded, Event, Next, Outcome, Party, ReferenceAdded,
};
use crate::ids::{AdapterName, ContactId, ContactName, DurationMs, QueueNo, TimeMs, VisitId};
use crate::matching::Matcher;
use crate::refusal::{Reason, Refusal};
use crate::requirement::Requirement;
use crate::state::{
    Asking, Contact, OfferState, Place, REFERENCES_KEPT, Schedule, Visit, merge_attributes,
};

/// Where a change takes a contact.
#[derive(Clone, Copy, Debug)]
pub(super) enum Elsewhere {
    /// From this visit into this queue.
    Queue(VisitId, QueueNo),
    /// Out of its queue until its time has come.
    Date(Schedule),
}

/// Who moves a contact from queue to queue. The moves of supervisors are no hops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mover {
    Adapter,
    Supervisor,
}

impl<M: Matcher> Engine<M> {
    /// Decides what an adapter says about a contact. Only the adapter that holds it, or held it to its end, is heard.
    pub(super) fn act_on_contact(
        &mut self,
        now: TimeMs,
        adapter: &AdapterName,
        name: &ContactName,
        act: ContactAct,
    ) -> Answer {
        let adapter = self.adapter_in_config(adapter)?;
        if self
            .known_contact(now, name)
            .is_some_and(|known| known.adapter != adapter)
        {
            let detail = format!("contact {name} is held by another adapter");
            return Err(Refusal::new(Reason::UnknownContact, "contact_id", detail));
        }
        match act {
            ContactAct::Change(change) => self.change_contact(now, name, change, Mover::Adapter),
            ContactAct::End(cause) => self.end_contact(now, name, cause),
            ContactAct::Connected(offer) => self.report_connected(now, name, offer),
            ContactAct::ConnectFailed(offer, cause) => {
                self.report_connect_failed(now, name, offer, cause)
            }
            ContactAct::Hold(held) => self.report_hold(now, name, held),
            ContactAct::PhoneAnswered(offer) => self.phone_answered(now, name, offer),
            ContactAct::AgentLeft(offer) => self.agent_left(now, name, offer),
            ContactAct::FirstResponse => self.report_first_response(now, name),
            ContactAct::RecordingChanged(state) => self.record_contact(now, name, state),
            ContactAct::Exit(choice) => self.exit(now, name, &choice),
            ContactAct::RequestCallback(request) => self.request_callback(now, name, request),
            ContactAct::Return => self.return_parked(now, name),
            ContactAct::Refer(reference) => self.refer(now, name, reference),
            ContactAct::ReportScore(report) => self.report_score(now, adapter, name, report),
        }
    }

    pub(super) fn change_contact(
        &mut self,
        now: TimeMs,
        name: &ContactName,
        change: ContactChange,
        mover: Mover,
    ) -> Answer {
        let (id, target) = self.check_change(now, name, &change)?;
        let change = ContactChange {
            queue: None,
            not_before: None,
            ..change
        };
        if change != ContactChange::default() {
            let contact = id;
            self.emit(
                now,
                Event::ContactChanged(ContactChanged { contact, change }),
            );
        }
        match target {
            None => {}
            Some(Elsewhere::Queue(visit, queue)) => {
                let order_time = self.state.facts().visits[&visit].order_time;
                let (outcome, next) = (Outcome::Transferred, Next::Moved(queue));
                self.leave_queue(now, visit, outcome, next, CancelReason::Moved);
                let joining = Joining {
                    hop: mover == Mover::Adapter,
                    ..Joining::at(queue, order_time)
                };
                self.open_visit(now, id, joining);
            }
            Some(Elsewhere::Date(schedule)) => self.put_off(now, id, schedule),
        }
        Ok(Reply::Done)
    }

    /// The contact to change, and where a move or a date takes it.
    pub(super) fn check_change(
        &self,
        now: TimeMs,
        name: &ContactName,
        change: &ContactChange,
    ) -> Result<(ContactId, Option<Elsewhere>), Refusal> {
        let open = self.open_contact(name, now)?;
        let attributes = merge_attributes(&open.attributes, &change.attributes);
        self.check_attributes(&attributes)?;
        self.check_requirement(change.requirement.as_ref())?;
        let age_offset_ms = change.age_offset_ms.unwrap_or(0);
        check_range("age_offset_ms", age_offset_ms, -DURATION_MAX_MS)?;
        check_priority(change.priority.unwrap_or(0))?;
        let queue = change.queue.as_ref();
        let queue = queue.map(|queue| self.known_queue(queue)).transpose()?;
        let target = match (change.not_before, queue, open.place) {
            (None, None, _) => None,
            (None, Some(queue), Place::Scheduled(schedule)) => Some(Elsewhere::Date(
                self.rescheduled(open, Schedule { queue, ..schedule })?,
            )),
            (None, Some(queue), place) => Some(self.queue_to_move_to(queue, place)?),
            (Some(date), queue, _) => {
                Some(Elsewhere::Date(self.schedule_for(now, open, queue, date)?))
            }
        };
        Ok((open.id, target))
    }

    /// The visit to end and the queue to join for a move; a contact may only be moved while it waits or rings.
    fn queue_to_move_to(&self, queue: QueueNo, place: Place) -> Result<Elsewhere, Refusal> {
        let visit = match place {
            Place::Queue(visit) if !self.is_accepted(visit) => visit,
            _ => {
                let detail = "the contact is not in a queue, or an agent has accepted it";
                return Err(Refusal::new(Reason::ContactNotWaiting, "queue", detail));
            }
        };
        let contact = &self.state.facts().contacts[&self.state.facts().visits[&visit].contact];
        self.check_joins(queue, contact)?;
        Ok(Elsewhere::Queue(visit, queue))
    }

    /// Whether the contact may join the queue now.
    pub(super) fn check_joins(&self, queue: QueueNo, contact: &Contact) -> Result<(), Refusal> {
        if contact.is_callback() {
            self.check_callback(queue, contact.customer.as_ref())?;
        }
        let asking = Asking::of(contact);
        match self.state.join_refusal(queue, asking) {
            Some(reason) => Err(self.refusal(queue, reason)),
            None => Ok(()),
        }
    }

    /// Whether an agent has accepted the visit.
    pub(super) fn is_accepted(&self, visit: VisitId) -> bool {
        let facts = self.state.facts();
        facts.visits[&visit]
            .offers
            .iter()
            .any(|offer| matches!(facts.offers[offer].state, OfferState::Connecting { .. }))
    }

    /// The visit of a contact that waits or rings.
    pub(super) fn waiting_visit(&self, name: &ContactName, now: TimeMs) -> Result<&Visit, Refusal> {
        match self.open_contact(name, now)?.place {
            Place::Queue(visit) if !self.is_accepted(visit) => {
                Ok(&self.state.facts().visits[&visit])
            }
            _ => {
                let detail = format!("contact {name} is not waiting in a queue");
                Err(Refusal::new(
                    Reason::ContactNotWaiting,
                    "contact_id",
                    detail,
                ))
            }
        }
    }

    /// A customer's choice: the first of its targets that takes them.
    fn exit(&mut self, now: TimeMs, name: &ContactName, choice: &Arc<str>) -> Answer {
        let visit = self.waiting_visit(name, now)?;
        let (id, contact, queue) = (visit.id, visit.contact, visit.queue);
        let config = &self.state.queue(queue).config;
        let Some(targets) = config.exits.get(choice) else {
            let detail = format!("queue {} has no choice {choice:?}", config.name);
            return Err(Refusal::new(Reason::UnknownChoice, "choice", detail));
        };
        let way = self.exit_way(now, &self.leaving(contact, queue), choice);
        if way.target == Target::End && !targets.contains(&Target::End) {
            let detail = format!("no target of choice {choice:?} takes the contact");
            return Err(Refusal::new(Reason::ChoiceUnavailable, "choice", detail));
        }
        self.leave_by(now, id, Outcome::ExitChoice, CancelReason::Withdrawn, way);
        Ok(Reply::Done)
    }

    /// The contact of this name, also one that is over while its record is kept.
    pub(super) fn known_contact(&self, now: TimeMs, name: &ContactName) -> Option<&Contact> {
        let ended = || {
            let (_, ended) = self.state.ended_named(name, now)?;
            ended.record.as_deref()
        };
        self.state.contact_named(name).or_else(ended)
    }

    /// Recordings are finished after the call: a contact that is over takes references while its record is kept.
    fn refer(&mut self, now: TimeMs, name: &ContactName, reference: Reference) -> Answer {
        let contact = match self.known_contact(now, name) {
            Some(contact) => contact,
            None => self.open_contact(name, now)?,
        };
        let id = contact.id;
        check_name(&reference.kind)
            .map_err(|wrong| Refusal::new(Reason::InvalidArgument, "reference.kind", wrong))?;
        if contact.references.contains(&reference) {
            return Ok(Reply::Done);
        }
        if contact.references.len() >= REFERENCES_KEPT {
            let detail = format!("a contact has at most {REFERENCES_KEPT} references");
            return Err(Refusal::new(Reason::LimitReached, "reference", detail));
        }
        self.emit(
            now,
            Event::ReferenceAdded(ReferenceAdded {
                contact: id,
                reference,
            }),
        );
        Ok(Reply::Done)
    }

    fn end_contact(&mut self, now: TimeMs, name: &ContactName, cause: EndCause) -> Answer {
        if let Some(open) = self.state.contact_named(name) {
            let id = open.id;
            self.end_open_contact(now, id, cause);
            return Ok(Reply::Done);
        }
        match self.state.ended_named(name, now) {
            Some(_) => Ok(Reply::Done),
            None => Err(unknown_contact(name)),
        }
    }

    pub(super) fn end_open_contact(&mut self, now: TimeMs, id: ContactId, cause: EndCause) {
        self.leave_place(now, id, cause);
        self.emit(now, Event::ContactEnded(ContactEnded { contact: id }));
    }

    /// The contact's visit or conversation is over.
    pub(super) fn leave_place(&mut self, now: TimeMs, id: ContactId, cause: EndCause) {
        match self.state.facts().contacts[&id].place {
            Place::Queue(visit) => {
                let outcome = Outcome::Abandoned(cause);
                self.leave_queue(
                    now,
                    visit,
                    outcome,
                    Next::Outcome,
                    CancelReason::CustomerGone,
                );
            }
            Place::Handling(handling) => match cause {
                EndCause::Customer => self.end_conversation(now, handling, Party::Customer),
                EndCause::System => self.end_talk(now, handling, Party::System),
            },
            Place::Parked(_) | Place::Scheduled(_) | Place::Leaving(_) | Place::Arriving => {}
        }
    }

    /// The visit has waited as long as its queue allows.
    pub(super) fn time_out(&mut self, now: TimeMs, id: VisitId) {
        let reason = OverflowReason::TimedOut;
        self.overflow(
            now,
            id,
            Outcome::TimedOut,
            reason,
            CancelReason::QueueTimeout,
        );
    }

    /// After an offer failed: a visit whose longest wait is over, or that was offered as often as may be, ends now.
    pub(super) fn end_if_overdue(&mut self, now: TimeMs, id: VisitId) {
        let visit = self.state.facts().visits.get(&id);
        match visit.and_then(|visit| self.overdue(now, visit)) {
            Some(OverflowReason::TimedOut) => self.time_out(now, id),
            Some(reason) => {
                let outcome = Outcome::Overflowed(reason);
                self.overflow(now, id, outcome, reason, CancelReason::Withdrawn);
            }
            None => {}
        }
    }

    /// Why a visit that is offered to nobody may not stay.
    pub(super) fn overdue(&self, now: TimeMs, visit: &Visit) -> Option<OverflowReason> {
        let facts = self.state.facts();
        let offers = facts.contacts[&visit.contact].offers_made;
        if !visit.offers.is_empty() {
            None
        } else if visit.max_wait_until.is_some_and(|until| until <= now) {
            Some(OverflowReason::TimedOut)
        } else if offers >= facts.limits.offers_per_contact {
            Some(OverflowReason::OfferLimit)
        } else {
            None
        }
    }

    pub(super) fn open_contact(
        &self,
        name: &ContactName,
        now: TimeMs,
    ) -> Result<&Contact, Refusal> {
        self.state
            .contact_named(name)
            .ok_or_else(|| match self.state.ended_named(name, now) {
                Some(_) => Refusal::new(
                    Reason::ContactEnded,
                    "contact_id",
                    format!("contact {name} has ended"),
                ),
                None => unknown_contact(name),
            })
    }

    pub(super) fn check_requirement(
        &self,
        requirement: Option<&Requirement>,
    ) -> Result<(), Refusal> {
        let Some(requirement) = requirement else {
            return Ok(());
        };
        requirement
            .check_size()
            .map_err(|wrong| Refusal::new(Reason::InvalidArgument, "requirement", wrong))?;
        let mut terms = requirement.terms();
        terms.try_for_each(|term| self.check_skill("requirement", &term.skill, term.level))
    }

    pub(super) fn check_attributes(&self, attributes: &[Attribute]) -> Result<(), Refusal> {
        let limits = &self.state.facts().limits;
        let bytes: usize = attributes
            .iter()
            .map(|a| a.key.len() + a.value.reveal().len())
            .sum();
        let detail = if attributes.len() > limits.attributes as usize {
            format!(
                "{} attributes, at most {} are allowed",
                attributes.len(),
                limits.attributes
            )
        } else if bytes > limits.attribute_bytes as usize {
            format!(
                "{bytes} bytes of attributes, at most {} are allowed",
                limits.attribute_bytes
            )
        } else {
            return Ok(());
        };
        Err(Refusal::new(
            Reason::AttributesTooLarge,
            "attributes",
            detail,
        ))
    }
}

pub(super) fn unknown_contact(name: &ContactName) -> Refusal {
    Refusal::new(
        Reason::UnknownContact,
        "contact_id",
        format!("there is no contact {name:?}"),
    )
}

pub(super) fn check_range(
    field: &str,
    value: DurationMs,
    least: DurationMs,
) -> Result<(), Refusal> {
    if (least..=DURATION_MAX_MS).contains(&value) {
        return Ok(());
    }
    let detail = format!("{value} ms is not in {least}..={DURATION_MAX_MS}");
    Err(Refusal::new(Reason::InvalidArgument, field, detail))
}

pub(super) fn check_priority(priority: i32) -> Result<(), Refusal> {
    if (-PRIORITY_MAX..=PRIORITY_MAX).contains(&priority) {
        return Ok(());
    }
    let detail = format!("{priority} is not in {}..={PRIORITY_MAX}", -PRIORITY_MAX);
    Err(Refusal::new(Reason::InvalidArgument, "priority", detail))
}

/// The latest instant that can be stated: the end of the year 9999.
const INSTANT_MAX_MS: TimeMs = 253_402_300_799_999;

pub(super) fn check_instant(field: &str, instant: Option<TimeMs>) -> Result<(), Refusal> {
    match instant {
        Some(at) if !(0..=INSTANT_MAX_MS).contains(&at) => {
            let detail = format!("{at} is not in 0..={INSTANT_MAX_MS}");
            Err(Refusal::new(Reason::InvalidArgument, field, detail))
        }
        _ => Ok(()),
    }
}
