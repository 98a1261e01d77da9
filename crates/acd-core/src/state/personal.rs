//! Where personal data of contacts stands in the facts, and whose each piece is.

use std::sync::Arc;

use super::{Contact, EndedContact, Expiry, Facts, Handling, HandlingRecord, IssuedDirective};
use crate::command::Attribute;
use crate::event::{Directive, Event, Recorded};
use crate::ids::{ContactId, DirectiveId};
use crate::personal::Personal;
use crate::table::Table;

/// Is shown each piece of personal data of a contact, and may put another one in its place.
type Visit<'v> = &'v mut dyn FnMut(ContactId, &mut Personal);

impl Recorded {
    /// The contact that the personal data in the event belongs to; none: what is in there, if anything, is of the
    /// configuration.
    pub fn personal_of(&self) -> Option<ContactId> {
        match &self.event {
            Event::ContactAccepted(_) => Some(ContactId(self.seq)),
            Event::ReferenceAdded(event) => Some(event.contact),
            Event::ContactChanged(event) => Some(event.contact),
            Event::DispositionSet(event) => Some(event.contact),
            Event::DirectiveIssued(event) => Some(event.contact),
            // Where the contact was forgotten, the number of the event stands for it.
            Event::ScoreReported(event) => Some(event.contact.unwrap_or(ContactId(self.seq))),
            Event::ReviewSubmitted(event) => Some(event.contact),
            _ => None,
        }
    }
}

impl Recorded {
    /// Leaves out what comes of a contact whose personal data is forgotten by age already.
    pub(crate) fn forget_expired(&mut self, expiry: &Expiry) {
        if self
            .personal_of()
            .is_none_or(|contact| !expiry.has(contact))
        {
            return;
        }
        match &mut self.event {
            Event::ReferenceAdded(event) => event.reference.location = Personal::erased(),
            Event::DispositionSet(event) => event.disposition.notes = Personal::erased(),
            Event::ScoreReported(event) => event.score.comment = Personal::erased(),
            Event::ReviewSubmitted(event) => {
                event.comment = Personal::erased();
                for answer in &mut event.answers {
                    answer.note = Personal::erased();
                }
            }
            // It is about who is open, or opens.
            _ => {}
        }
    }
}

impl Facts {
    /// Visits all personal data of contacts, in the same order for equal facts. That of agents and of the configuration is
    /// none of a contact's.
    pub fn visit_personal(&mut self, visit: &mut dyn FnMut(ContactId, &mut Personal)) {
        for contact in self.contacts.values_mut() {
            of_contact(contact, visit);
        }
        for EndedContact { record, .. } in self.ended.values_mut() {
            if let Some(contact) = record {
                of_contact(contact, visit);
            }
        }
        for handling in self.handlings.values_mut() {
            of_handling(handling, visit);
        }
        for agent in &mut self.agents {
            for handling in &mut agent.recent_handlings {
                of_handling(handling, visit);
            }
        }
        for adapter in &mut self.adapters {
            of_directives(&mut adapter.directives, visit);
            of_directives(&mut adapter.in_force, visit);
        }
        for place in self.returns.values_mut() {
            visit(place.contact, &mut place.customer);
        }
        for record in self.last_agents.values_mut() {
            visit(record.contact, &mut record.customer);
        }
    }

    /// Forgets whom an erased customer talked to, and their place in a queue.
    pub fn forget_erased_customers(&mut self) {
        self.returns.retain(|_, place| !place.customer.is_erased());
        self.last_agents
            .retain(|_, record| !record.customer.is_erased());
    }
}

/// Every field is named: one that is new has to be thought of here.
fn of_contact(contact: &mut Contact, visit: Visit<'_>) {
    let Contact {
        id,
        customer,
        attributes,
        dial,
        references,
        handlings,
        name: _,
        adapter: _,
        channel: _,
        priority: _,
        head_start_ms: _,
        age_offset_ms: _,
        requirement: _,
        accepted_at: _,
        waits_since: _,
        origin: _,
        rule: _,
        plan: _,
        preferred: _,
        dedicated: _,
        deadline: _,
        tiers: _,
        recording: _,
        join_refused: _,
        offers_made: _,
        place: _,
        queue_hops: _,
        directives: _,
        // Their overflow targets outside are of the configuration.
        visits: _,
        offers: _,
    } = contact;
    let id = *id;
    for value in [customer, dial].into_iter().flatten() {
        visit(id, value);
    }
    of_attributes(id, attributes, visit);
    for reference in references {
        visit(id, &mut reference.location);
    }
    for HandlingRecord { disposition, .. } in handlings {
        if let Some(disposition) = disposition {
            visit(id, &mut disposition.notes);
        }
    }
}

fn of_attributes(contact: ContactId, attributes: &mut Arc<[Attribute]>, visit: Visit<'_>) {
    if !attributes.is_empty() {
        for attribute in Arc::make_mut(attributes) {
            visit(contact, &mut attribute.value);
        }
    }
}

fn of_handling(handling: &mut Handling, visit: Visit<'_>) {
    if let Some(disposition) = &mut handling.disposition {
        visit(handling.contact, &mut disposition.notes);
    }
}

fn of_directives(directives: &mut Table<DirectiveId, IssuedDirective>, visit: Visit<'_>) {
    for issued in directives.values_mut() {
        let contact = issued.contact;
        match &mut issued.directive {
            Directive::Dial {
                address, number, ..
            } => {
                visit(contact, address);
                visit(contact, number);
            }
            Directive::Connect { address, .. }
            | Directive::Ring { address, .. }
            | Directive::Bridge { address, .. }
            | Directive::Conference { address, .. }
            | Directive::Monitor { address, .. }
            | Directive::Route {
                destination: address,
            } => visit(contact, address),
            Directive::CancelConnect { .. }
            | Directive::CancelRing { .. }
            | Directive::Announce { .. }
            | Directive::Voicemail { .. }
            | Directive::Release { .. }
            | Directive::Hold { .. }
            | Directive::Resume { .. }
            | Directive::Record { .. } => {}
        }
    }
}
