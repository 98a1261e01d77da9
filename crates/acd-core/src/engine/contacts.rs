//! Deciding about contacts and their visits.

use super::Engine;
use crate::command::{Answer, Arrival, Attribute, ContactAct, ContactChange, EndCause, Reply};
use crate::config::{DURATION_MAX_MS, Target, check_name};
use crate::event::{
    CancelReason, Directive, Event, Fault, JoinRefusal, NewContact, Next, OfferEnd, Outcome, Party,
    ReleaseReason,
};
use crate::ids::{
    AdapterName, ContactId, ContactName, DurationMs, QueueName, QueueNo, TimeMs, VisitId,
};
use crate::matching::Matcher;
use crate::refusal::{Reason, Refusal};
use crate::requirement::Requirement;
use crate::state::{Contact, OfferState, Place, merge_attributes};

impl<M: Matcher> Engine<M> {
    pub(super) fn arrive(&mut self, now: TimeMs, arrival: Arrival) -> Answer {
        let adapter = self.adapter_in_config(&arrival.adapter)?;
        check_name(arrival.contact.as_str())
            .map_err(|wrong| Refusal::new(Reason::InvalidArgument, "contact_id", wrong))?;
        if let Some(open) = self.state.contact_named(&arrival.contact) {
            return first_answer(
                open,
                adapter == open.adapter && arrival.channel == open.channel,
            );
        }
        if self.state.ended_named(&arrival.contact, now).is_some() {
            let detail = format!("contact {} has ended", arrival.contact);
            return Err(Refusal::new(Reason::ContactEnded, "contact_id", detail));
        }
        let queue = self.known_queue(&arrival.queue)?;
        self.check_requirement(arrival.requirement.as_ref())?;
        self.check_attributes(&arrival.attributes)?;
        check_range("head_start_ms", arrival.head_start_ms, 0)?;
        self.check_room(adapter)?;
        if self.is_full(queue) {
            let Arrival {
                contact, channel, ..
            } = arrival;
            self.emit(
                now,
                Event::ContactRefused {
                    contact,
                    queue,
                    channel,
                    reason: JoinRefusal::Full,
                },
            );
            return Err(self.full(queue));
        }
        let contact = ContactId(self.emit(
            now,
            Event::ContactAccepted(NewContact {
                name: arrival.contact,
                adapter,
                channel: arrival.channel,
                priority: arrival.priority,
                head_start_ms: arrival.head_start_ms,
                requirement: arrival.requirement,
                customer: arrival.customer,
                attributes: merge_attributes(&[], &arrival.attributes),
            }),
        ));
        let visit = self.open_visit(now, contact, queue, now);
        Ok(Reply::Joined { contact, visit })
    }

    fn open_visit(
        &mut self,
        now: TimeMs,
        contact: ContactId,
        queue: QueueNo,
        order_time: TimeMs,
    ) -> VisitId {
        let max_wait_until = self
            .state
            .queue(queue)
            .config
            .max_wait_ms
            .map(|longest| now + longest);
        VisitId(self.emit(
            now,
            Event::VisitOpened {
                contact,
                queue,
                order_time,
                max_wait_until,
            },
        ))
    }

    /// Decides what an adapter says about a contact. Only the adapter that holds it is heard.
    pub(super) fn act_on_contact(
        &mut self,
        now: TimeMs,
        adapter: &AdapterName,
        name: &ContactName,
        act: ContactAct,
    ) -> Answer {
        let adapter = self.adapter_in_config(adapter)?;
        if self
            .state
            .contact_named(name)
            .is_some_and(|open| open.adapter != adapter)
        {
            let detail = format!("contact {name} is held by another adapter");
            return Err(Refusal::new(Reason::UnknownContact, "contact_id", detail));
        }
        match act {
            ContactAct::Change(change) => self.change_contact(now, name, change),
            ContactAct::End(cause) => self.end_contact(now, name, cause),
            ContactAct::Connected(offer) => self.report_connected(now, name, offer),
            ContactAct::ConnectFailed(offer, cause) => {
                self.report_connect_failed(now, name, offer, cause)
            }
            ContactAct::Hold(held) => self.report_hold(now, name, held),
        }
    }

    fn change_contact(&mut self, now: TimeMs, name: &ContactName, change: ContactChange) -> Answer {
        let open = self.open_contact(name, now)?;
        let (id, place) = (open.id, open.place);
        let attributes = merge_attributes(&open.attributes, &change.attributes);
        self.check_attributes(&attributes)?;
        self.check_requirement(change.requirement.as_ref())?;
        check_range(
            "age_offset_ms",
            change.age_offset_ms.unwrap_or(0),
            -DURATION_MAX_MS,
        )?;
        let target = match &change.queue {
            Some(queue) => Some(self.queue_to_move_to(queue, place)?),
            None => None,
        };
        if change
            != (ContactChange {
                queue: change.queue.clone(),
                ..ContactChange::default()
            })
        {
            let change = ContactChange {
                queue: None,
                ..change
            };
            self.emit(
                now,
                Event::ContactChanged {
                    contact: id,
                    change,
                },
            );
        }
        if let Some((visit, queue)) = target {
            let order_time = self.state.facts().visits[&visit].order_time;
            self.leave_queue(
                now,
                visit,
                Outcome::Transferred,
                Next::Moved(queue),
                CancelReason::Moved,
            );
            self.open_visit(now, id, queue, order_time);
        }
        Ok(Reply::Done)
    }

    /// The visit to end and the queue to join for a move; a contact may only be moved while it waits or rings.
    fn queue_to_move_to(
        &self,
        name: &QueueName,
        place: Place,
    ) -> Result<(VisitId, QueueNo), Refusal> {
        let queue = self.known_queue(name)?;
        let Place::Queue(visit) = place else {
            return Err(Refusal::new(
                Reason::ContactNotWaiting,
                "queue",
                "the contact is not in a queue",
            ));
        };
        if self.is_full(queue) {
            return Err(self.full(queue));
        }
        Ok((visit, queue))
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
            Place::Handling(handling) => {
                let by = match cause {
                    EndCause::Customer => Party::Customer,
                    EndCause::System => Party::System,
                };
                self.end_talk(now, handling, by);
            }
            Place::Leaving(_) | Place::Arriving => {}
        }
        self.emit(now, Event::ContactEnded { contact: id });
    }

    /// Ends a visit and, before it, the offer it has.
    fn leave_queue(
        &mut self,
        now: TimeMs,
        visit: VisitId,
        outcome: Outcome,
        next: Next,
        cancel: CancelReason,
    ) {
        if let Some(offer) = self.state.facts().visits[&visit].offer {
            self.end_offer(now, offer, OfferEnd::Canceled(cancel), Fault::None, None);
        }
        self.emit(
            now,
            Event::VisitEnded {
                visit,
                outcome,
                next,
            },
        );
    }

    /// The visit has waited as long as its queue allows: the first overflow target that takes it gets the contact.
    pub(super) fn time_out(&mut self, now: TimeMs, id: VisitId) {
        let visit = &self.state.facts().visits[&id];
        let (contact, order_time) = (visit.contact, visit.order_time);
        let target = self.overflow_target(visit.queue, contact);
        let next = Next::Overflow(target.clone());
        self.leave_queue(now, id, Outcome::TimedOut, next, CancelReason::QueueTimeout);
        match target {
            Target::Queue(name) => {
                let queue = self
                    .state
                    .queue_no(&name)
                    .expect("a target that was just found");
                self.open_visit(now, contact, queue, order_time);
            }
            Target::External(destination) => {
                self.direct(now, contact, Directive::Route { destination })
            }
            Target::End => self.direct(
                now,
                contact,
                Directive::Release {
                    reason: ReleaseReason::TimedOut,
                },
            ),
        }
    }

    fn overflow_target(&self, queue: QueueNo, contact: ContactId) -> Target {
        let hops = self.state.facts().contacts[&contact].queue_hops;
        let takes = |target: &&Target| match target {
            Target::Queue(name) => {
                let room = self
                    .state
                    .queue_no(name)
                    .is_some_and(|queue| !self.is_full(queue));
                room && hops < self.state.facts().limits.queue_hops
            }
            Target::External(_) | Target::End => true,
        };
        self.state
            .queue(queue)
            .config
            .overflow
            .iter()
            .find(takes)
            .cloned()
            .unwrap_or(Target::End)
    }

    /// After an accepted offer failed: a visit whose longest wait is over ends now, since it did not while connecting.
    pub(super) fn time_out_if_overdue(&mut self, now: TimeMs, visit: VisitId) {
        let until = self
            .state
            .facts()
            .visits
            .get(&visit)
            .and_then(|visit| visit.max_wait_until);
        if until.is_some_and(|until| until <= now) {
            self.time_out(now, visit);
        }
    }

    /// Whether the contact's accepted offer is this one.
    pub(super) fn is_connecting(&self, contact: &Contact, offer: crate::ids::OfferId) -> bool {
        let open = self.state.facts().offers.get(&offer);
        open.is_some_and(|open| {
            open.contact == contact.id && matches!(open.state, OfferState::Connecting { .. })
        })
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

    fn known_queue(&self, name: &QueueName) -> Result<QueueNo, Refusal> {
        let unknown = || {
            Refusal::new(
                Reason::UnknownQueue,
                "queue",
                format!("there is no queue {name:?}"),
            )
        };
        self.state.queue_no(name).ok_or_else(unknown)
    }

    fn is_full(&self, queue: QueueNo) -> bool {
        let most = self.state.queue(queue).config.max_length;
        most.is_some_and(|most| self.state.open_visits(queue).len() >= most as usize)
    }

    fn full(&self, queue: QueueNo) -> Refusal {
        let config = &self.state.queue(queue).config;
        let detail = format!(
            "queue {} has its {} contacts",
            config.name,
            config.max_length.unwrap_or(0)
        );
        Refusal::new(Reason::QueueFull, "queue", detail)
    }

    fn check_room(&self, adapter: crate::ids::AdapterNo) -> Result<(), Refusal> {
        let facts = self.state.facts();
        let refuse = |what: &str, most: u32| {
            Err(Refusal::new(
                Reason::LimitReached,
                "contact_id",
                format!("{what}: at most {most}"),
            ))
        };
        if facts.contacts.len() >= facts.limits.open_contacts as usize {
            return refuse("open contacts", facts.limits.open_contacts);
        }
        if self.state.adapter(adapter).directives.len()
            >= facts.limits.unacknowledged_directives as usize
        {
            return refuse(
                "unacknowledged directives",
                facts.limits.unacknowledged_directives,
            );
        }
        Ok(())
    }

    fn check_requirement(&self, requirement: Option<&Requirement>) -> Result<(), Refusal> {
        let Some(requirement) = requirement else {
            return Ok(());
        };
        requirement
            .check_size()
            .map_err(|wrong| Refusal::new(Reason::InvalidArgument, "requirement", wrong))?;
        let mut terms = requirement.terms();
        terms.try_for_each(|term| self.check_skill("requirement", &term.skill, term.level))
    }

    fn check_attributes(&self, attributes: &[Attribute]) -> Result<(), Refusal> {
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

/// A repeated arrival gets the first answer, unless it is another contact under the same id.
fn first_answer(open: &Contact, same: bool) -> Answer {
    let Some(first) = open.visits.first().filter(|_| same) else {
        let detail = format!(
            "contact {} is open on another channel or adapter",
            open.name
        );
        return Err(Refusal::new(Reason::ContactDiffers, "contact_id", detail));
    };
    Ok(Reply::Joined {
        contact: open.id,
        visit: first.visit,
    })
}

fn unknown_contact(name: &ContactName) -> Refusal {
    Refusal::new(
        Reason::UnknownContact,
        "contact_id",
        format!("there is no contact {name:?}"),
    )
}

fn check_range(field: &str, value: DurationMs, least: DurationMs) -> Result<(), Refusal> {
    if (least..=DURATION_MAX_MS).contains(&value) {
        return Ok(());
    }
    let detail = format!("{value} ms is not in {least}..={DURATION_MAX_MS}");
    Err(Refusal::new(Reason::InvalidArgument, field, detail))
}
