//! Callbacks, and other contacts that are dialled.

use super::Engine;
use super::contacts::check_instant;
use super::overflow::Leaving;
use crate::command::{Answer, CallbackRequest, ContactChange, Reply};
use crate::config::{CallbackMode, OverflowReason, check_name};
use crate::event::{
    AttemptFailed, CallbackKept, CancelReason, ContactChanged, ContactOrigin, Directive, Event,
    NewContact, Next, Outcome, ReleaseReason, Withdrawal, WrapUp,
};
use crate::ids::{AgentNo, Channel, ContactId, ContactName, HandlingId, QueueNo, TimeMs, VisitId};
use crate::matching::Matcher;
use crate::personal::Personal;
use crate::refusal::{Reason, Refusal};
use crate::state::{Contact, Place};

impl<M: Matcher> Engine<M> {
    /// Whether the queue takes one more callback, and for this customer: one open callback per customer and queue.
    pub(super) fn check_callback(
        &self,
        queue: QueueNo,
        customer: Option<&Personal>,
    ) -> Result<(), Refusal> {
        let name = &self.state.queue(queue).config.name;
        let open = customer.and_then(|customer| self.state.callback_of(queue, customer));
        if open.is_some() {
            let detail = format!("the customer has an open callback in queue {name}");
            return Err(Refusal::new(Reason::CallbackOpen, "customer", detail));
        }
        let most = self.state.queue(queue).config.callback.max_open;
        if most.is_some_and(|most| self.state.callbacks(queue).len() >= most as usize) {
            let detail = format!("queue {name} has its {} callbacks", most.unwrap_or(0));
            return Err(Refusal::new(Reason::QueueFull, "queue", detail));
        }
        Ok(())
    }

    /// The customer gives their place in the queue for a callback.
    pub(super) fn request_callback(
        &mut self,
        now: TimeMs,
        name: &ContactName,
        request: CallbackRequest,
    ) -> Answer {
        check_name(request.number.reveal())
            .map_err(|wrong| Refusal::new(Reason::InvalidArgument, "number", wrong))?;
        check_instant("not_before", request.not_before)?;
        let visit = self.waiting_visit(name, now)?;
        let (contact, queue, order_time) = (visit.contact, visit.queue, visit.order_time);
        let id = visit.id;
        let leaving: Leaving = self.leaving(contact, queue);
        if self.state.facts().contacts[&contact].channel == Channel::Callback {
            let detail = format!("contact {name} is a callback already");
            return Err(Refusal::new(Reason::CallbackOpen, "contact_id", detail));
        }
        self.check_callback(
            leaving.from,
            self.state.facts().contacts[&contact].customer.as_ref(),
        )?;
        self.leave_queue(
            now,
            id,
            Outcome::Callback,
            Next::Outcome,
            CancelReason::Withdrawn,
        );
        let not_before = request.not_before;
        let reply = self.open_callback(now, contact, queue, request.number, order_time, not_before);
        let release = Directive::Release {
            reason: ReleaseReason::Callback,
            prompt: None,
        };
        self.direct(now, contact, release);
        Ok(reply)
    }

    /// Opens a contact of channel callback at the old place, or for the scheduled time.
    pub(super) fn open_callback(
        &mut self,
        now: TimeMs,
        of: ContactId,
        queue: QueueNo,
        number: Personal,
        order_time: TimeMs,
        not_before: Option<TimeMs>,
    ) -> Reply {
        let from = &self.state.facts().contacts[&of];
        let contact = NewContact {
            name: self.free_name(from, "callback"),
            channel: Channel::Callback,
            dial: Some(number),
            ..derived(from, ContactOrigin::CallbackOf(of), now)
        };
        let age_offset_ms = Some(from.age_offset_ms).filter(|offset| *offset != 0);
        let contact = ContactId(self.emit(now, Event::ContactAccepted(contact)));
        if age_offset_ms.is_some() {
            let change = ContactChange {
                age_offset_ms,
                ..ContactChange::default()
            };
            self.emit(
                now,
                Event::ContactChanged(ContactChanged { contact, change }),
            );
        }
        let due_at = not_before.filter(|at| *at > now);
        self.join_or_schedule(now, contact, queue, due_at, order_time)
    }

    /// A name for a contact that comes from another one: `c1~consult`, then `c1~consult2`.
    pub(super) fn free_name(&self, from: &Contact, suffix: &str) -> ContactName {
        let named = |n: u32| match n {
            1 => ContactName::from(format!("{}~{suffix}", from.name)),
            _ => ContactName::from(format!("{}~{suffix}{n}", from.name)),
        };
        let now = self.state.facts().now;
        let is_free = |name: &ContactName| {
            self.state.contact_named(name).is_none() && self.state.ended_named(name, now).is_none()
        };
        (1..).map(named).find(is_free).expect("numbers do not end")
    }

    /// Whether the engine takes the offer for the agent: the customer is dialled first.
    pub(super) fn is_dialled_first(&self, visit: VisitId) -> bool {
        let visit = &self.state.facts().visits[&visit];
        let contact = &self.state.facts().contacts[&visit.contact];
        let dials = contact.dial.is_some() && contact.is_to_be_dialled();
        dials && self.state.queue(visit.queue).config.callback.mode == CallbackMode::CustomerFirst
    }

    /// The wrap-up in which an agent notes a dial of theirs that reached nobody; none where the customer is dialled
    /// first, or the queue has none.
    pub(super) fn wrap_up_of_attempt(
        &self,
        now: TimeMs,
        visit: VisitId,
        agent: AgentNo,
    ) -> Option<WrapUp> {
        let queue = self.state.facts().visits[&visit].queue;
        let config = &self.state.queue(queue).config.callback;
        let asked = config.wrap_up && config.mode == CallbackMode::AgentFirst;
        asked
            .then(|| self.wrap_up_after(now, queue, agent, false))
            .flatten()
    }

    /// The customer of this conversation is served when it ends: the callback that their queue owes them.
    pub(super) fn callback_served(&self, id: HandlingId) -> Option<ContactId> {
        let handling = &self.state.facts().handlings[&id];
        if handling.keeps_callback {
            return None;
        }
        let (queue, callback) = self.callback_of_customer(handling.contact)?;
        let ends = self.state.queue(queue).config.callback.end_when_served;
        ends.then_some(callback)
    }

    /// The callback that is open for the customer of a contact in its queue.
    fn callback_of_customer(&self, contact: ContactId) -> Option<(QueueNo, ContactId)> {
        let contact = &self.state.facts().contacts[&contact];
        let queue = contact.visits.last()?.queue;
        let callback = self.state.callback_of(queue, contact.customer.as_ref()?)?;
        Some((queue, callback))
    }

    /// The customer of a callback was served: it need not be made, unless it is being connected.
    pub(super) fn end_served(&mut self, now: TimeMs, callback: Option<ContactId>) {
        let Some(id) = callback else {
            return;
        };
        if let Place::Queue(visit) = self.state.facts().contacts[&id].place {
            if self.is_accepted(visit) {
                return;
            }
            self.take_out(now, visit, Withdrawal::Served);
        }
        self.release(now, id, ReleaseReason::Served);
    }

    /// The agent keeps the callback of the customer they talk to.
    pub(super) fn keep_callback(&mut self, now: TimeMs, agent: AgentNo, id: HandlingId) -> Answer {
        let handling = self.talking(agent, id)?;
        if handling.keeps_callback {
            return Ok(Reply::Done);
        }
        if self.callback_of_customer(handling.contact).is_none() {
            let detail = format!("the customer of handling {id} has no open callback in its queue");
            return Err(Refusal::new(Reason::HandlingState, "handling_id", detail));
        }
        self.emit(now, Event::CallbackKept(CallbackKept { handling: id }));
        Ok(Reply::Done)
    }

    /// The customer was dialled in vain: the next attempt waits, or there is none.
    pub(super) fn attempt_failed(&mut self, now: TimeMs, id: VisitId) {
        let Some(visit) = self.state.facts().visits.get(&id) else {
            return;
        };
        let config = &self.state.queue(visit.queue).config.callback;
        let (most, gap_ms) = (config.attempts, config.gap_ms);
        let attempts = visit.attempts + 1;
        let next_at = Some(now + gap_ms).filter(|_| gap_ms > 0 && attempts < most);
        self.emit(
            now,
            Event::AttemptFailed(AttemptFailed {
                visit: id,
                attempts,
                next_at,
            }),
        );
        if attempts >= most {
            let reason = OverflowReason::AttemptLimit;
            self.overflow(
                now,
                id,
                Outcome::Overflowed(reason),
                reason,
                CancelReason::Withdrawn,
            );
        }
    }
}

/// A contact that comes from another one and asks the same.
pub(super) fn derived(from: &Contact, origin: ContactOrigin, now: TimeMs) -> NewContact {
    NewContact {
        name: from.name.clone(),
        adapter: from.adapter,
        channel: from.channel,
        priority: from.priority,
        head_start_ms: from.head_start_ms,
        requirement: from.requirement.clone(),
        customer: from.customer.clone(),
        attributes: from.attributes.clone(),
        arrived_at: now,
        origin,
        rule: from.rule.clone(),
        plan: from.plan.clone(),
        preferred: from.preferred.clone(),
        dedicated: from.dedicated,
        deadline: None,
        dial: from.dial.clone(),
    }
}
