//! Contacts, what is known of them, and those that did not join.

use acd_core::command::Attribute;
use acd_core::event::{
    ContactOrigin, ContactRefused, JoinRefused, Next, Outcome, PersonalErased, PersonalExpired,
    Recorded, ReferenceAdded,
};
use acd_core::ids::{Channel, ContactId, TimeMs};
use acd_core::personal::Personal;
use acd_core::state::{Contact, HandlingKind, Place, VisitEnd, VisitRecord};

use super::{Projection, known, number};
use crate::erasing::Erasure;
use crate::schema::{
    CallbackRow, ContactAttributeRow, ContactReferenceRow, ContactRow, RefusalRow,
};
use crate::table::At;
use crate::value::{Field, Text, int};
use crate::words;

impl Projection {
    /// Writes an open contact as it is.
    pub(super) fn write_contact(&mut self, id: ContactId) {
        if let Some(contact) = self.state.facts().contacts.get(&id) {
            let row = self.contact_row(contact);
            let callback = self.callback_row(contact);
            self.changes.put(row);
            callback.into_iter().for_each(|row| self.changes.put(row));
        }
    }

    /// Writes a contact that is about to end.
    pub(super) fn contact_ends(&mut self, id: ContactId, recorded: &Recorded, given_up: bool) {
        let contact = &self.state.facts().contacts[&id];
        let ended_at = Some(recorded.at_ms);
        let row = ContactRow {
            ended_at,
            given_up,
            ..self.contact_row(contact)
        };
        let callback = self.callback_row(contact);
        self.changes.put(row);
        if let Some(callback) = callback {
            self.changes.put(CallbackRow {
                ended_at,
                due_at: None,
                ..callback
            });
        }
    }

    /// The rows of contacts lose what is personal. Their customer is known by a contact of theirs, so that who came back
    /// can still be counted.
    pub(super) fn personal_erased(&mut self, event: &PersonalErased) {
        let customer = event.customer.map(|contact| format!("erased:{contact}"));
        let contacts = event.contacts.iter().map(|it| int(it.0));
        let customer = customer.map(Personal::from);
        self.changes.erase(Erasure::of(contacts.clone(), customer));
        self.changes.note_coming(contacts);
    }

    /// The rows of contacts that have become too old lose what is personal, before the state says so: it still tells which
    /// rows have lost it already. Nothing stands for a customer of whom so much is known only.
    pub(super) fn personal_expires(&mut self, event: &PersonalExpired) {
        let erasure = Erasure::expired(&self.state.facts().expiry, event);
        self.changes.erase(erasure);
    }

    fn contact_row(&self, contact: &Contact) -> ContactRow {
        let (origin, origin_of) = match contact.origin {
            ContactOrigin::Arrived => ("arrived", None),
            ContactOrigin::CallbackOf(contact) => ("callback_of", Some(int(contact.0))),
            ContactOrigin::ConsultOf(handling) => ("consult_of", Some(int(handling.0))),
        };
        let scheduled = match contact.place {
            Place::Scheduled(schedule) => Some(schedule.queue),
            _ => None,
        };
        let first_queue = contact.visits.first().map(|visit| visit.queue);
        let queue_name = |queue| self.queue_name(queue);
        let last_end = contact.visits.last().and_then(|visit| visit.end.as_deref());
        let outcome = last_end.map(|end| words::word(&end.outcome));
        let (outcome, outcome_reason) =
            outcome.map_or((None, None), |(outcome, why)| (Some(outcome), why));
        let answered = first_answer(contact);
        let answered_by = answered.and_then(|(_, end)| {
            let mut talks = contact.handlings.iter();
            talks.find(|handling| handling.connected_at == end.at_ms)
        });
        let talks = contact.handlings.iter();
        let talks = talks.filter(|handling| handling.kind == HandlingKind::Conversation);
        ContactRow {
            contact: int(contact.id.0),
            name: Text::from(&contact.name),
            adapter: Text::from(&self.state.adapter(contact.adapter).name),
            channel: contact.channel.into(),
            origin: Text::word(origin),
            origin_of,
            customer: known(contact.customer.as_ref()),
            dial: known(contact.dial.as_ref()),
            priority: contact.priority.into(),
            requirement: contact.requirement.as_ref().map(|it| it.to_string().into()),
            rule: contact.rule.clone().map(Text::from),
            plan: contact.plan.as_ref().map(Text::from),
            dedicated: contact.dedicated,
            accepted_at: contact.accepted_at,
            waits_since: contact.waits_since,
            deadline_at: contact.deadline,
            join_refused: contact.join_refused.as_ref().map(words::one_word),
            first_queue: first_queue.or(scheduled).map(queue_name),
            last_queue: contact.queue().map(queue_name),
            outcome,
            outcome_reason,
            answered_at: answered.map(|(_, end)| end.at_ms),
            answered_by: answered_by.map(|handling| self.agent_name(handling.agent)),
            answered_queue: answered.map(|(visit, _)| queue_name(visit.queue)),
            resolved_after_ms: None,
            returned_at: None,
            ended_at: None,
            given_up: false,
            wait_ms: ends(contact)
                .map(|(visit, end)| end.at_ms - visit.enqueued_at)
                .sum(),
            visits: int(contact.visits.len()),
            offers: contact.offers_made.into(),
            handlings: int(talks.count()),
            transfers: 0,
            talk_ms: 0,
            hold_ms: 0,
            suspended_ms: 0,
            wrap_up_ms: 0,
            disposition: None,
            notes: None,
            lost: false,
        }
    }

    fn callback_row(&self, contact: &Contact) -> Option<CallbackRow> {
        if contact.channel != Channel::Callback {
            return None;
        }
        let mut talks = contact.handlings.iter();
        let reached = talks.find(|handling| handling.kind != HandlingKind::Attempt);
        Some(CallbackRow {
            contact: int(contact.id.0),
            asked_by: match contact.origin {
                ContactOrigin::CallbackOf(contact) => Some(int(contact.0)),
                ContactOrigin::Arrived | ContactOrigin::ConsultOf(_) => None,
            },
            queue: contact.queue().map(|queue| self.queue_name(queue)),
            customer: known(contact.customer.as_ref()),
            number: known(contact.dial.as_ref()),
            asked_at: contact.accepted_at,
            waits_since: contact.waits_since,
            due_at: match contact.place {
                Place::Scheduled(schedule) => Some(schedule.due_at),
                _ => None,
            },
            reached_at: reached.map(|handling| handling.connected_at),
            ended_at: None,
            lost: false,
        })
    }

    pub(super) fn write_attributes(
        &mut self,
        contact: ContactId,
        attributes: &[Attribute],
        at: TimeMs,
    ) {
        for attribute in attributes {
            self.changes.put(ContactAttributeRow {
                contact: int(contact.0),
                attribute: attribute.key.clone().into(),
                value: attribute.value.clone(),
                sensitive: attribute.sensitive,
                set_at: at,
            });
        }
    }

    /// Notes that a customer came, and how long they would have had to stay away; who they are may have been erased since.
    pub(super) fn customer_came(&mut self, id: ContactId) {
        let facts = self.state.facts();
        let Some(customer) = &facts.contacts[&id].customer else {
            return;
        };
        if !customer.is_erased() {
            self.changes.note_coming([int(id.0)]);
        }
        let within_ms = facts.settings.resolved_after_ms;
        let columns = [(ContactRow::resolved_after_ms, within_ms.into_value())];
        self.changes.update(&number(id.0), columns);
    }

    pub(super) fn reference_added(&mut self, event: &ReferenceAdded, recorded: &Recorded) {
        self.changes.put(ContactReferenceRow {
            seq: int(recorded.seq),
            contact: int(event.contact.0),
            kind: event.reference.kind.clone().into(),
            location: event.reference.location.clone(),
            added_at: recorded.at_ms,
        });
    }

    pub(super) fn contact_refused(&mut self, event: &ContactRefused, recorded: &Recorded) {
        self.changes.put(RefusalRow {
            seq: int(recorded.seq),
            refused_at: recorded.at_ms,
            contact: None,
            name: Text::from(&event.contact),
            queue: self.queue_name(event.queue),
            channel: event.channel.into(),
            reason: words::one_word(&event.reason),
            config_version: self.config_version(),
        });
    }

    pub(super) fn join_refused(&mut self, event: &JoinRefused, recorded: &Recorded) {
        let contact = &self.state.facts().contacts[&event.contact];
        let row = RefusalRow {
            seq: int(recorded.seq),
            refused_at: recorded.at_ms,
            contact: Some(int(event.contact.0)),
            name: Text::from(&contact.name),
            queue: self.queue_name(event.queue),
            channel: contact.channel.into(),
            reason: words::one_word(&event.reason),
            config_version: self.config_version(),
        };
        self.changes.put(row);
        if let Next::Overflow(target) = &event.next {
            let reason = words::one_word(&event.reason.overflow_reason());
            self.overflowed(event.contact, event.queue, target, reason, recorded);
        }
    }

    /// Adds to what is counted of a contact, open or over.
    pub(super) fn count_contact<const N: usize>(
        &mut self,
        contact: ContactId,
        counts: [(At<ContactRow>, i64); N],
    ) {
        let columns = counts.map(|(at, count)| (at, count.into_value()));
        self.changes.update(&number(contact.0), columns);
    }
}

/// The visits of a contact that have ended, and how.
fn ends(contact: &Contact) -> impl Iterator<Item = (&VisitRecord, &VisitEnd)> {
    let visits = contact.visits.iter();
    visits.filter_map(|visit| Some((visit, visit.end.as_deref()?)))
}

/// The first visit of a contact that was answered, and how it ended.
pub(super) fn first_answer(contact: &Contact) -> Option<(&VisitRecord, &VisitEnd)> {
    ends(contact).find(|(_, end)| end.outcome == Outcome::Answered)
}
