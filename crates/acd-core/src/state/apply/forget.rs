//! What is remembered for a time: answers, the ids and records of contacts that are over, the places of customers who
//! may come back, whom customers talked to, and what supervisors did. Time makes it void, and of each there is at most as much as the limits
//! say: the oldest goes first.

use std::collections::BTreeSet;

use crate::event::{PersonalErased, PersonalExpired, RequestAnswered, SupervisorActed};
use crate::ids::{ContactId, ContactName, HandlingId, TimeMs};
use crate::personal::Personal;
use crate::state::{
    ActRecord, EndedContact, LastAgentRecord, RememberedAnswer, ReturnPlace, State, Visit,
};

impl State {
    /// Forgets what time alone makes void.
    pub(super) fn forget(&mut self, now: TimeMs) {
        while let Some((seq, answer)) = self.facts.answers.first_key_value()
            && answer.forget_at <= now
        {
            self.drop_answer(*seq);
        }
        let window = self.facts.settings.ended_contact_window_ms;
        while let Some((key, _)) = self.facts.ended.first_key_value()
            && key.0 + window <= now
        {
            self.drop_first_ended();
        }
        while let Some((key, _)) = self.facts.returns.first_key_value()
            && key.0 <= now
        {
            self.drop_first_return();
        }
        let window = self.derived.last_agent_window;
        while let Some((key, _)) = self.facts.last_agents.first_key_value()
            && key.0 + window <= now
        {
            self.drop_first_last_agent();
        }
    }

    /// Remembers an answer. The caller's own oldest one goes when they have more than their share, the oldest of all
    /// when the tenant has too many.
    pub(super) fn request_answered(&mut self, event: &RequestAnswered) {
        let seq = self.facts.seq;
        let answer = RememberedAnswer {
            caller: event.caller.clone(),
            request_id: event.request_id.clone(),
            fingerprint: event.fingerprint,
            answer: event.answer.clone(),
            forget_at: event.forget_at,
        };
        let caller = answer.caller.clone();
        let request = (caller.clone(), answer.request_id.clone());
        self.derived.answer_by_request.insert(request, seq);
        let own = self.derived.answers_by_caller.entry(caller.clone());
        own.or_default().insert(seq);
        self.facts.answers.insert(seq, answer);
        let share = self.facts.limits.remembered_requests_per_caller as usize;
        while let Some(own) = self.derived.answers_by_caller.get(&caller)
            && own.len() > share
            && let Some(oldest) = own.first()
        {
            self.drop_answer(*oldest);
        }
        let most = self.facts.limits.remembered_requests as usize;
        while self.facts.answers.len() > most
            && let Some((oldest, _)) = self.facts.answers.first_key_value()
        {
            self.drop_answer(*oldest);
        }
    }

    fn drop_answer(&mut self, seq: u64) {
        let Some(answer) = self.facts.answers.remove(&seq) else {
            return;
        };
        if let Some(own) = self.derived.answers_by_caller.get_mut(&answer.caller) {
            own.remove(&seq);
            if own.is_empty() {
                self.derived.answers_by_caller.remove(&answer.caller);
            }
        }
        // The caller may have used the id again when its first answer was not heeded any more.
        let request = (answer.caller, answer.request_id);
        if self.derived.answer_by_request.get(&request) == Some(seq) {
            self.derived.answer_by_request.remove(&request);
        }
    }

    /// Keeps what a supervisor did.
    pub(super) fn keep_act(&mut self, event: &SupervisorActed) {
        let acts = &mut self.facts.acts;
        acts.kept.push_back(ActRecord {
            seq: self.facts.seq,
            at_ms: self.facts.now,
            acted: SupervisorActed {
                act: event.act.without_values(),
                ..event.clone()
            },
        });
        let most = self.facts.limits.acts as usize;
        while acts.kept.len() > most
            && let Some(oldest) = acts.kept.pop_front()
        {
            acts.forgotten_until = Some(oldest.at_ms);
        }
    }

    /// Keeps the id of a contact that is over, and its record.
    pub(super) fn keep_ended(&mut self, key: (TimeMs, ContactId), ended: EndedContact) {
        self.derived.ended_by_name.insert(ended.name.clone(), key);
        if ended.record.is_some() {
            self.derived.ended_records.insert(key);
            self.derived.ended_at.insert(key.1, key.0);
        }
        self.facts.ended.insert(key, ended);
        let most = self.facts.limits.ended_records as usize;
        while self.derived.ended_records.len() > most
            && let Some(oldest) = self.derived.ended_records.pop_first()
        {
            self.derived.ended_at.remove(&oldest.1);
            let ended = self.facts.ended.get_mut(&oldest);
            if let Some(gone) = ended.and_then(|ended| ended.record.take()) {
                self.show_to_agents(&gone);
            }
        }
        let most = self.facts.limits.ended_contacts as usize;
        while self.facts.ended.len() > most {
            self.drop_first_ended();
        }
    }

    fn drop_first_ended(&mut self) {
        let Some((key, ended)) = self.facts.ended.pop_first() else {
            return;
        };
        self.forget_record(key);
        if let Some(gone) = &ended.record {
            self.show_to_agents(gone);
        }
        if self.derived.ended_by_name.get(&ended.name) == Some(key) {
            self.derived.ended_by_name.remove(&ended.name);
        }
    }

    /// Forgets the personal data of contacts, and whom their customers talked to.
    pub(super) fn personal_erased(&mut self, event: &PersonalErased) {
        let erased: BTreeSet<ContactId> = event.contacts.iter().copied().collect();
        self.forget_personal(|contact| erased.contains(&contact));
    }

    /// Forgets the personal data of old contacts, and whom their customers talked to.
    pub(super) fn personal_expired(&mut self, event: &PersonalExpired) {
        let expiry = &mut self.facts.expiry;
        expiry.through = event.through;
        expiry.kept = event.kept.iter().copied().collect();
        let expiry = std::mem::take(expiry);
        self.forget_personal(|contact| expiry.has(contact));
        self.facts.expiry = expiry;
    }

    fn forget_personal(&mut self, is_forgotten: impl Fn(ContactId) -> bool) {
        let mut changed = BTreeSet::new();
        self.facts.visit_personal(&mut |contact, value| {
            if is_forgotten(contact) && !value.is_erased() {
                *value = Personal::erased();
                changed.insert(contact);
            }
        });
        self.facts.forget_erased_customers();
        self.derive_customers();
        for contact in changed {
            let at = self.derived.ended_at.get(&contact);
            let ended = at.and_then(|at| self.facts.ended.get(&(at, contact)));
            if let Some(record) = ended.and_then(|ended| ended.record.clone()) {
                self.show_to_agents(&record);
            }
        }
    }

    /// Takes the contact of this name out of those that are over.
    pub(super) fn take_ended(&mut self, name: &ContactName) -> Option<EndedContact> {
        let key = self.derived.ended_by_name.remove(name)?;
        self.forget_record(key);
        self.facts.ended.remove(&key)
    }

    fn forget_record(&mut self, key: (TimeMs, ContactId)) {
        if self.derived.ended_records.remove(&key) {
            self.derived.ended_at.remove(&key.1);
        }
    }

    /// Keeps the place of a customer who left.
    pub(super) fn keep_return(&mut self, visit: &Visit, at: TimeMs, customer: Personal) {
        let Some(within) = self.queue(visit.queue).config.return_within_ms else {
            return;
        };
        let (queue, order_time) = (visit.queue, visit.order_time);
        let key = (at + within, visit.id);
        let customer_key = (queue, customer.clone());
        if let Some(earlier) = self.derived.return_by_customer.insert(customer_key, key) {
            self.facts.returns.remove(&earlier);
        }
        self.facts.returns.insert(
            key,
            ReturnPlace {
                queue,
                contact: visit.contact,
                customer,
                order_time,
            },
        );
        while self.facts.returns.len() > self.facts.limits.remembered_customers as usize {
            self.drop_first_return();
        }
    }

    pub(super) fn take_return(&mut self, visit: &Visit) {
        let Some(customer) = self.facts.contacts[&visit.contact].customer.clone() else {
            return;
        };
        if let Some(key) = self
            .derived
            .return_by_customer
            .remove(&(visit.queue, customer))
        {
            self.facts.returns.remove(&key);
        }
    }

    fn drop_first_return(&mut self) {
        let Some((key, place)) = self.facts.returns.pop_first() else {
            return;
        };
        let customer = (place.queue, place.customer);
        if self.derived.return_by_customer.get(&customer) == Some(key) {
            self.derived.return_by_customer.remove(&customer);
        }
    }

    /// Keeps whom a customer talked to.
    pub(super) fn keep_last_agent(&mut self, key: (TimeMs, HandlingId), record: LastAgentRecord) {
        if self.derived.last_agent_window == 0 {
            return;
        }
        let customer = record.customer.clone();
        if let Some(earlier) = self.derived.last_agent_by_customer.insert(customer, key) {
            self.facts.last_agents.remove(&earlier);
        }
        self.facts.last_agents.insert(key, record);
        while self.facts.last_agents.len() > self.facts.limits.remembered_customers as usize {
            self.drop_first_last_agent();
        }
    }

    fn drop_first_last_agent(&mut self) {
        if let Some((key, record)) = self.facts.last_agents.pop_first()
            && self.derived.last_agent_by_customer.get(&record.customer) == Some(key)
        {
            self.derived.last_agent_by_customer.remove(&record.customer);
        }
    }
}
