//! Contacts and their visits.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::command::{Attribute, ContactChange};
use crate::event::{NewContact, Next, Outcome};
use crate::ids::{ContactId, TimeMs, VisitId};
use crate::state::{
    Contact, EndedContact, Place, State, TimerKind, Touched, Visit, VisitEnd, VisitRecord,
};

impl State {
    pub(super) fn contact_accepted(&mut self, id: ContactId, at: TimeMs, contact: &NewContact) {
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
            attributes: contact.attributes.clone(),
            accepted_at: at,
            place: Place::Arriving,
            queue_hops: 0,
            directives: Vec::new(),
            visits: Vec::new(),
            offers: VecDeque::new(),
            handlings: Vec::new(),
        };
        self.facts.contacts.insert(id, contact);
    }

    pub(super) fn contact_changed(&mut self, id: ContactId, change: &ContactChange) {
        let ContactChange {
            priority,
            requirement,
            age_offset_ms,
            attributes,
            queue: _,
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
        if let Place::Queue(visit) = contact.place {
            self.touch(Touched::Visit(visit));
        }
    }

    pub(super) fn contact_ended(&mut self, id: ContactId, at: TimeMs) {
        let contact = self
            .facts
            .contacts
            .remove(&id)
            .expect("the contact that ended");
        for directive in &contact.directives {
            self.facts.adapters[contact.adapter.index()]
                .directives
                .remove(directive);
        }
        self.derived.contact_by_name.remove(&contact.name);
        self.derived
            .ended_by_name
            .insert(contact.name.clone(), (at, id));
        let ended = EndedContact {
            name: contact.name.clone(),
            record: Some(Box::new(contact)),
        };
        self.facts.ended.insert((at, id), ended);
        self.derived.ended_records.push_back((at, id));
        while self.derived.ended_records.len() > self.facts.limits.ended_records as usize {
            let Some(oldest) = self.derived.ended_records.pop_front() else {
                break;
            };
            if let Some(ended) = self.facts.ended.get_mut(&oldest) {
                ended.record = None;
            }
        }
    }

    pub(super) fn visit_opened(&mut self, visit: Visit) {
        let contact = self
            .facts
            .contacts
            .get_mut(&visit.contact)
            .expect("the contact that joins");
        contact.queue_hops += u32::from(!contact.visits.is_empty());
        contact.place = Place::Queue(visit.id);
        let record = VisitRecord {
            visit: visit.id,
            queue: visit.queue,
            enqueued_at: visit.enqueued_at,
            end: None,
        };
        contact.visits.push(record);
        let channel = contact.channel;
        self.facts.queues[visit.queue.index()]
            .figures_mut(channel)
            .offered += 1;
        self.derived.open_visits[visit.queue.index()].insert((visit.enqueued_at, visit.id));
        self.move_timer(TimerKind::MaxWait(visit.id), None, visit.max_wait_until);
        self.touch(Touched::Visit(visit.id));
        self.facts.visits.insert(visit.id, visit);
    }

    pub(super) fn visit_ended(&mut self, id: VisitId, at: TimeMs, outcome: Outcome, next: &Next) {
        let visit = self.facts.visits.remove(&id).expect("the visit that ended");
        self.derived.open_visits[visit.queue.index()].remove(&(visit.enqueued_at, id));
        self.move_timer(TimerKind::MaxWait(id), visit.max_wait_until, None);
        for (agent, until) in &visit.back_offs {
            self.derived
                .timers
                .clear(*until, TimerKind::VisitBackOff(id, *agent));
        }
        let contact = self
            .facts
            .contacts
            .get_mut(&visit.contact)
            .expect("the contact of the visit");
        if let Some(record) = contact.visits.iter_mut().rfind(|record| record.visit == id) {
            record.end = Some(VisitEnd {
                at_ms: at,
                outcome,
                next: next.clone(),
            });
        }
        let queue = &mut self.facts.queues[visit.queue.index()];
        let short = queue.config.short_abandon_ms;
        queue
            .figures_mut(contact.channel)
            .visit_ended(outcome, at - visit.enqueued_at, short);
        self.touch(Touched::Visit(id));
    }
}

/// The old attributes with the new ones set, in the order of their first appearance.
pub(crate) fn merge_attributes(old: &[Attribute], new: &[Attribute]) -> Arc<[Attribute]> {
    let mut merged = old.to_vec();
    for attribute in new {
        match merged.iter_mut().find(|known| known.key == attribute.key) {
            Some(known) => *known = attribute.clone(),
            None => merged.push(attribute.clone()),
        }
    }
    merged.into()
}
