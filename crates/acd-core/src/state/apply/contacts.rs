//! Contacts and their visits.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::{push_tight, shared};
use crate::command::{Attribute, ContactChange, RecordingState};
use crate::config::{Target, TierBounds};
use crate::event::{
    AttemptFailed, ContactChanged, ContactOrigin, ContactRefused, ContactScheduled, ContactTakenUp,
    Gate, GateOpened, JoinRefused, NewContact, Next, Outcome, PreferredChanged, ReferenceAdded,
    StepBegan, TierBounded, VisitEnded, VisitOpened, WaitAlerted, WindowBegan,
};
use crate::ids::{Channel, ContactId, QueueNo, VisitId};
use crate::state::timers::Owner;
use crate::state::{
    Contact, EndedContact, Place, Schedule, State, Touched, Visit, VisitEnd, VisitRecord,
};

impl State {
    pub(super) fn contact_accepted(&mut self, contact: &NewContact) {
        let id = ContactId(self.facts.seq);
        self.derived
            .contact_by_name
            .insert(contact.name.clone(), id);
        let contact = Contact {
            id,
            name: contact.name.clone(),
            adapter: contact.adapter,
            channel: contact.channel,
            priority: contact.priority,
            head_start_ms: contact.head_start_ms,
            age_offset_ms: 0,
            requirement: contact.requirement.clone(),
            customer: contact.customer.clone(),
            attributes: shared(&contact.attributes),
            accepted_at: contact.arrived_at,
            waits_since: contact.arrived_at,
            origin: contact.origin,
            rule: contact.rule.clone(),
            plan: contact.plan.clone(),
            preferred: shared(&contact.preferred),
            dedicated: contact.dedicated,
            deadline: contact.deadline,
            dial: contact.dial.clone(),
            tiers: TierBounds::default(),
            references: Vec::new(),
            recording: RecordingState::Off,
            join_refused: None,
            offers_made: 0,
            place: Place::Arriving,
            queue_hops: 0,
            directives: Vec::new(),
            visits: Vec::new(),
            offers: VecDeque::new(),
            handlings: Vec::new(),
        };
        self.facts.contacts.insert(id, contact);
        self.touch_contact(id);
    }

    /// A contact that was given up goes on with all that was known of it. It is on its way in, unless it is parked.
    pub(super) fn contact_taken_up(&mut self, event: &ContactTakenUp) {
        let &ContactTakenUp {
            contact: id,
            given_up_at,
        } = event;
        let ended = self.facts.ended.get(&(given_up_at, id));
        let name = ended.map(|ended| ended.name.clone());
        let ended = name.and_then(|name| self.take_ended(&name));
        let record = ended.and_then(|ended| ended.record);
        let mut contact = *record.expect("the record of the contact that was given up");
        self.derived
            .contact_by_name
            .insert(contact.name.clone(), id);
        if !matches!(contact.place, Place::Parked(_)) {
            contact.place = Place::Arriving;
        }
        contact.directives.clear();
        self.facts.contacts.insert(id, contact);
        self.note_kept(id);
        self.void_end(id);
        self.touch_contact(id);
    }

    pub(super) fn contact_changed(&mut self, event: &ContactChanged) {
        let &ContactChanged {
            contact: id,
            ref change,
        } = event;
        let ContactChange {
            priority,
            requirement,
            age_offset_ms,
            attributes,
            queue: _,
            not_before: _,
        } = change;
        let contact = self.contact_mut(id);
        if let Some(priority) = priority {
            contact.priority = *priority;
        }
        if let Some(requirement) = requirement {
            contact.requirement = Some(requirement.clone());
        }
        if let Some(age_offset_ms) = age_offset_ms {
            contact.age_offset_ms = *age_offset_ms;
        }
        if !attributes.is_empty() {
            contact.attributes = merge_attributes(&contact.attributes, attributes);
        }
        let place = contact.place;
        self.touch_contact(id);
        if let Place::Queue(visit) = place {
            self.touch(Touched::Visit(visit));
            for offer in self.facts.visits[&visit].offers.clone() {
                self.touch_offer(offer);
            }
        }
        self.show_contact_to_agents(id);
    }

    fn show_contact_to_agents(&mut self, id: ContactId) {
        if let Some(contact) = self.contact_of(id).filter(|_| self.derived.is_shown) {
            let contact = contact.clone();
            self.show_to_agents(&contact);
        }
    }

    /// Notes a reference of an open contact, or of one that is over while its record is kept.
    pub(super) fn reference_added(&mut self, event: &ReferenceAdded) {
        let &ReferenceAdded {
            contact: id,
            ref reference,
        } = event;
        let known = match self.facts.contacts.get_mut(&id) {
            Some(open) => Some(open),
            None => {
                let at = self.derived.ended_at.get(&id);
                let ended = at.and_then(|at| self.facts.ended.get_mut(&(at, id)));
                ended.and_then(|ended| ended.record.as_deref_mut())
            }
        };
        if let Some(contact) = known {
            contact.references.push(reference.clone());
        }
        self.touch_contact(id);
        self.show_contact_to_agents(id);
    }

    /// The contact waits for its time, or for another one than before.
    pub(super) fn contact_refused(&mut self, event: &ContactRefused) {
        self.facts.queues[event.queue.index()]
            .figures_mut(event.channel)
            .refused(event.reason);
        self.touch(Touched::Figures(event.queue));
    }

    pub(super) fn join_refused(&mut self, event: &JoinRefused) {
        let contact = self.contact_mut(event.contact);
        contact.join_refused = Some(event.reason);
        let channel = contact.channel;
        self.facts.queues[event.queue.index()]
            .figures_mut(channel)
            .refused(event.reason);
        self.touch_contact_in(event.contact, Some(event.queue));
    }

    pub(super) fn tier_bounded(&mut self, event: &TierBounded) {
        self.contact_mut(event.contact).tiers = event.tiers;
        self.touch_contact(event.contact);
    }

    pub(super) fn preferred_changed(&mut self, event: &PreferredChanged) {
        let contact = self.contact_mut(event.contact);
        contact.preferred = event.preferred.clone();
        contact.dedicated = event.dedicated;
        self.touch_contact(event.contact);
    }

    pub(super) fn contact_scheduled(&mut self, event: &ContactScheduled) {
        let id = event.contact;
        let schedule = Schedule {
            queue: event.queue,
            due_at: event.due_at,
            agent: event.agent,
        };
        self.leave_schedule(id);
        let contact = self.contact_mut(id);
        contact.place = Place::Scheduled(schedule);
        self.note_kept(id);
        let contact = &self.facts.contacts[&id];
        let channel = contact.channel;
        self.facts.queues[schedule.queue.index()]
            .figures_mut(channel)
            .scheduled += 1;
        self.note_callback(id, schedule.queue);
        self.set_timer(Owner::Contact(id));
        self.touch_contact(id);
    }

    /// The contact goes on from where it is: it is not scheduled any more, if it was. Whoever looks at the queue in which it
    /// was shown is told.
    pub(super) fn leave_schedule(&mut self, id: ContactId) {
        if self.facts.contacts[&id].queue().is_some() {
            self.touch_contact(id);
        }
        self.forget_kept(id);
        let contact = self.contact_mut(id);
        let Place::Scheduled(Schedule { queue, .. }) = contact.place else {
            return;
        };
        contact.place = Place::Arriving;
        let channel = contact.channel;
        self.facts.queues[queue.index()]
            .figures_mut(channel)
            .scheduled -= 1;
        self.forget_callback(id, queue);
        self.set_timer(Owner::Contact(id));
    }

    /// Notes a callback that the queue owes.
    fn note_callback(&mut self, id: ContactId, queue: QueueNo) {
        let contact = &self.facts.contacts[&id];
        if contact.is_callback() {
            let callback = (contact.customer.clone(), id);
            self.derived.callbacks[queue.index()].insert(callback);
        }
    }

    fn forget_callback(&mut self, id: ContactId, queue: QueueNo) {
        let contact = &self.facts.contacts[&id];
        if contact.channel == Channel::Callback {
            let callback = (contact.customer.clone(), id);
            self.derived.callbacks[queue.index()].remove(&callback);
        }
    }

    pub(super) fn contact_ended(&mut self, id: ContactId, given_up: bool) {
        let at = self.facts.now;
        self.leave_schedule(id);
        self.touch_contact(id);
        let contact = self
            .facts
            .contacts
            .remove(&id)
            .expect("the contact that ended");
        for directive in &contact.directives {
            self.facts.adapters[contact.adapter.index()].take_directive(*directive);
        }
        if let ContactOrigin::ConsultOf(asking) = contact.origin
            && let Some(handling) = self.facts.handlings.get_mut(&asking)
        {
            handling.consult = handling.consult.filter(|consult| *consult != id);
            self.touch_handling(asking);
        }
        self.derived.contact_by_name.remove(&contact.name);
        let ended = EndedContact {
            name: contact.name.clone(),
            given_up,
            record: Some(Box::new(contact)),
        };
        self.keep_ended((at, id), ended);
    }

    pub(super) fn visit_opened(&mut self, event: &VisitOpened) {
        let visit = Visit {
            id: VisitId(self.facts.seq),
            contact: event.contact,
            queue: event.queue,
            enqueued_at: self.facts.now,
            order_time: event.order_time,
            max_wait_until: event.max_wait_until,
            offers: Vec::new(),
            back_offs: Vec::new(),
            behind: event.behind.iter().copied().collect(),
            step: 0,
            step_until: None,
            tiers_open: BTreeSet::new(),
            delay_open: 0,
            windows: shared(&event.windows),
            window: None,
            meant_for: event.meant_for,
            sent_by: event.sent_by.clone(),
            scheduled: event.scheduled,
            attempts: 0,
            next_attempt_at: None,
            predicted: event.predicted,
            staffed: event.staffed,
            alerted: false,
            announced: None,
        };
        if event.returned.is_some() {
            self.take_return(&visit);
        }
        self.leave_schedule(visit.contact);
        let contact = self
            .facts
            .contacts
            .get_mut(&visit.contact)
            .expect("the contact that joins");
        contact.queue_hops += u32::from(event.hop);
        contact.place = Place::Queue(visit.id);
        if visit.scheduled {
            contact.waits_since = visit.enqueued_at;
        }
        let record = VisitRecord {
            visit: visit.id,
            queue: visit.queue,
            enqueued_at: visit.enqueued_at,
            order_time: visit.order_time,
            end: None,
        };
        push_tight(&mut contact.visits, record);
        let channel = contact.channel;
        let (id, queue, contact) = (visit.id, visit.queue, visit.contact);
        let known = &mut self.facts.queues[queue.index()];
        // What comes back to a queue that has been removed is served to its end.
        known.draining |= !known.in_config;
        let known = &mut self.facts.queues[queue.index()];
        known.figures_mut(channel).offered += 1;
        known.performance.offered += 1;
        self.derived.open_visits[queue.index()].insert(id);
        self.facts.visits.insert(id, visit);
        self.note_callback(contact, queue);
        self.touch(Touched::Visit(id));
        self.touch_contact(contact);
    }

    pub(super) fn step_began(&mut self, event: &StepBegan) {
        let &StepBegan { visit, step, until } = event;
        self.change_visit(visit, |visit| {
            (visit.step, visit.step_until) = (step, until)
        });
    }

    pub(super) fn window_began(&mut self, event: &WindowBegan) {
        let &WindowBegan {
            visit,
            window,
            until,
        } = event;
        self.change_visit(visit, |visit| visit.window = window.map(|at| (at, until)));
    }

    pub(super) fn attempt_failed(&mut self, event: &AttemptFailed) {
        let &AttemptFailed {
            visit,
            attempts,
            next_at,
        } = event;
        self.change_visit(visit, |visit| {
            (visit.attempts, visit.next_attempt_at) = (attempts, next_at);
        });
    }

    pub(super) fn gate_opened(&mut self, event: &GateOpened) {
        let &GateOpened { visit: id, gate } = event;
        self.change_visit(id, |visit| match gate {
            Gate::Tier(tier) => _ = visit.tiers_open.insert(tier),
            Gate::Delay(delay) => visit.delay_open = delay,
            Gate::Attempt => visit.next_attempt_at = None,
        });
    }

    pub(super) fn wait_alerted(&mut self, event: &WaitAlerted) {
        let id = event.visit;
        let visit = &self.facts.visits[&id];
        let channel = self.facts.contacts[&visit.contact].channel;
        self.facts.queues[visit.queue.index()]
            .figures_mut(channel)
            .wait_alerts += 1;
        self.change_visit(id, |visit| visit.alerted = true);
    }

    pub(super) fn visit_ended(&mut self, event: &VisitEnded) {
        let &VisitEnded {
            visit: id,
            outcome,
            ref next,
        } = event;
        let at = self.facts.now;
        let visit = self.facts.visits.remove(&id).expect("the visit that ended");
        self.forget_callback(visit.contact, visit.queue);
        self.derived.open_visits[visit.queue.index()].remove(&id);
        let contact = self
            .facts
            .contacts
            .get_mut(&visit.contact)
            .expect("the contact of the visit");
        let deadline = contact.answer_until();
        let deadline = deadline.filter(|deadline| !contact.has_missed(*deadline));
        if let Some(record) = contact.visits.iter_mut().rfind(|record| record.visit == id) {
            record.end = Some(Box::new(VisitEnd {
                at_ms: at,
                outcome,
                next: next.clone(),
            }));
        }
        let queue = &mut self.facts.queues[visit.queue.index()];
        let short = queue.config.short_abandon_ms;
        let wait_ms = at - visit.enqueued_at;
        let service_level_ms = queue.config.service_level_ms;
        let figures = queue.figures_mut(contact.channel);
        figures.visit_ended(outcome, wait_ms, short, service_level_ms);
        if outcome == Outcome::Answered {
            figures.predicted(visit.predicted, wait_ms);
        }
        if let Some(deadline) = deadline {
            figures.had_until(deadline, outcome, at);
        }
        let is_in_time = wait_ms <= service_level_ms;
        let measures = &self.facts.measures;
        queue
            .performance
            .visit_ended(outcome, is_in_time, at, measures);
        let customer = contact
            .customer
            .clone()
            .filter(|customer| !customer.is_erased() && !contact.is_to_be_dialled());
        if let Some(customer) = customer.filter(|_| left_unanswered(outcome, next)) {
            self.keep_return(&visit, at, customer);
        }
        self.touch(Touched::Visit(id));
        self.touch_contact(visit.contact);
        self.stir_queue(visit.queue, |_| {});
        self.set_reserve_timer(visit.queue);
    }
}

/// Whether the customer is gone without an answer, and nothing is owed to them: they may come back to their place.
fn left_unanswered(outcome: Outcome, next: &Next) -> bool {
    let outside = match next {
        Next::Overflow(target) => match target {
            Target::External(_) | Target::Voicemail(_) | Target::Announcement(_) | Target::End => {
                true
            }
            Target::Queue(_) | Target::Agent(_) | Target::Callback => false,
        },
        Next::Outcome | Next::Moved(_) => false,
    };
    match outcome {
        Outcome::Abandoned(_) => true,
        Outcome::TimedOut | Outcome::ExitChoice | Outcome::Overflowed(_) | Outcome::NoStaff => {
            outside
        }
        Outcome::Answered | Outcome::Callback | Outcome::Transferred | Outcome::Withdrawn(_) => {
            false
        }
    }
}

/// The old attributes with the new ones set, in the order of their first appearance.
pub(crate) fn merge_attributes(old: &[Attribute], new: &[Attribute]) -> Arc<[Attribute]> {
    if old.is_empty() && new.is_empty() {
        return Arc::default();
    }
    let mut merged = old.to_vec();
    for attribute in new {
        match merged.iter_mut().find(|known| known.key == attribute.key) {
            Some(known) => *known = attribute.clone(),
            None => merged.push(attribute.clone()),
        }
    }
    merged.into()
}
