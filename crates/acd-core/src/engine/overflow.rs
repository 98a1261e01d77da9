//! Where contacts go that cannot join or stay: the first entry of the chain that takes them.

use std::sync::Arc;

use super::Engine;
use super::visits::Joining;
use crate::command::Attribute;
use crate::config::{Condition, Overflow, OverflowReason, Target};
use crate::event::{
    CancelReason, Chain, ChainPlace, Closed, Directive, NewContact, Next, Outcome, ReleaseReason,
};
use crate::ids::{Channel, ContactId, PlanName, QueueNo, TimeMs, VisitId};
use crate::matching::Matcher;
use crate::personal::Personal;
use crate::requirement::Requirement;
use crate::state::Asking;

/// A contact that looks for a place, whether it has been accepted or not.
#[derive(Clone, Debug)]
pub(super) struct Leaving {
    pub(super) from: QueueNo,
    channel: Channel,
    /// Whether it is a callback that is still owed.
    callback: bool,
    requirement: Option<Requirement>,
    plan: Option<PlanName>,
    attributes: Arc<[Attribute]>,
    customer: Option<Personal>,
    dial: Option<Personal>,
    hops: u32,
    /// How often it was offered.
    offers: u32,
    since: TimeMs,
}

/// Where a contact goes, and by which entry of which chain.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) target: Target,
    pub(super) place: ChainPlace,
}

impl Leaving {
    pub(super) fn arriving(contact: &NewContact, from: QueueNo) -> Self {
        Self {
            from,
            channel: contact.channel,
            callback: contact.channel == Channel::Callback,
            requirement: contact.requirement.clone(),
            plan: contact.plan.clone(),
            attributes: contact.attributes.clone(),
            customer: contact.customer.clone(),
            dial: contact.dial.clone(),
            hops: 0,
            offers: 0,
            since: contact.arrived_at,
        }
    }

    /// The number under which the customer is called back.
    pub(super) fn number(&self) -> Option<&Personal> {
        self.dial.as_ref().or(self.customer.as_ref())
    }

    fn asking(&self) -> Asking<'_> {
        Asking {
            channel: self.channel,
            callback: self.callback,
            requirement: self.requirement.as_ref(),
            plan: self.plan.as_ref(),
        }
    }
}

impl<M: Matcher> Engine<M> {
    pub(super) fn leaving(&self, contact: ContactId, from: QueueNo) -> Leaving {
        let contact = &self.state.facts().contacts[&contact];
        Leaving {
            from,
            channel: contact.channel,
            callback: contact.is_callback(),
            requirement: contact.requirement.clone(),
            plan: contact.plan.clone(),
            attributes: contact.attributes.clone(),
            customer: contact.customer.clone(),
            dial: contact.dial.clone(),
            hops: contact.queue_hops,
            offers: contact.offers_made,
            since: contact.waits_since,
        }
    }

    /// The first entry of the queue's overflow chain that stands for the reason and takes the contact; at last `end`.
    pub(super) fn overflow_way(
        &self,
        now: TimeMs,
        leaving: &Leaving,
        reason: OverflowReason,
    ) -> Way {
        self.way(now, leaving, &Chain::Overflow(reason), 0)
    }

    /// The first entry of the chain, from this one on, that takes the contact; at last `end`.
    fn way(&self, now: TimeMs, leaving: &Leaving, chain: &Chain, from: usize) -> Way {
        let config = &self.state.queue(leaving.from).config;
        let taken = match chain {
            Chain::Overflow(reason) => {
                let takes = |entry: &Overflow| {
                    (entry.reasons.is_empty() || entry.reasons.contains(reason))
                        && self.condition_holds(now, leaving, &entry.target, &entry.condition)
                        && self.takes(leaving, &entry.target)
                };
                let mut entries = config.overflow.iter().enumerate().skip(from);
                entries
                    .find(|(_, entry)| takes(entry))
                    .map(|(at, entry)| (at, entry.target.clone()))
            }
            Chain::Exit(choice) => {
                let targets = config.exits.get(choice).into_iter().flatten();
                let mut entries = targets.enumerate().skip(from);
                entries
                    .find(|(_, target)| self.takes(leaving, target))
                    .map(|(at, target)| (at, target.clone()))
            }
        };
        let (at, target) = taken.unwrap_or((from, Target::End));
        let place = ChainPlace {
            chain: chain.clone(),
            entry: u32::try_from(at).unwrap_or(u32::MAX),
        };
        Way { target, place }
    }

    /// The first target of a choice that takes the contact; at last `end`.
    pub(super) fn exit_way(&self, now: TimeMs, leaving: &Leaving, choice: &Arc<str>) -> Way {
        self.way(now, leaving, &Chain::Exit(choice.clone()), 0)
    }

    /// Whether the target takes the contact: a queue that it may join, an agent who is not leaving, a callback that it
    /// may have. One that went from queue to queue, or was offered, as often as may be waits nowhere any more.
    pub(super) fn takes(&self, leaving: &Leaving, target: &Target) -> bool {
        let limits = &self.state.facts().limits;
        let may_wait =
            leaving.hops < limits.queue_hops && leaving.offers < limits.offers_per_contact;
        match target {
            Target::Queue(name) => self.state.queue_no(name).is_some_and(|queue| {
                let owed = || {
                    self.check_callback(queue, leaving.customer.as_ref())
                        .is_ok()
                };
                may_wait
                    && self.state.join_refusal(queue, leaving.asking()).is_none()
                    && (!leaving.callback || owed())
            }),
            Target::Agent(name) => self.state.agent_no(name).is_some_and(|no| {
                let emergency = self.state.closed(leaving.from) == Some(Closed::Emergency);
                may_wait && !emergency && !self.state.is_leaving(no)
            }),
            Target::Callback => {
                leaving.channel != Channel::Callback
                    && leaving.number().is_some()
                    && self
                        .check_callback(leaving.from, leaving.customer.as_ref())
                        .is_ok()
            }
            Target::External(_) | Target::Voicemail(_) | Target::Announcement(_) | Target::End => {
                true
            }
        }
    }

    fn condition_holds(
        &self,
        now: TimeMs,
        leaving: &Leaving,
        target: &Target,
        condition: &Condition,
    ) -> bool {
        let queue = match target {
            Target::Queue(name) => self.state.queue_no(name).unwrap_or(leaving.from),
            _ => leaving.from,
        };
        let load = self.state.load_of(queue);
        let open = self.state.line(queue).in_queue();
        let free = || self.state.free_for(queue, leaving.asking());
        let predicted = || self.state.predicted_wait(queue, leaving.asking());
        condition.open_below.is_none_or(|most| open < most)
            && condition
                .logged_in_at_least
                .is_none_or(|least| load.logged_in >= least)
            && condition.free_at_least.is_none_or(|least| free() >= least)
            && condition
                .predicted_wait_below_ms
                .is_none_or(|most| predicted().is_some_and(|predicted| predicted.p50_ms < most))
            && condition
                .waited_below_ms
                .is_none_or(|most| now - leaving.since < most)
            && condition.attribute.as_ref().is_none_or(|(key, values)| {
                leaving.attributes.iter().any(|attribute| {
                    attribute.key == *key
                        && (values.is_empty() || values.contains(attribute.value.reveal()))
                })
            })
    }

    /// A visit may not stay: the queue's chain for the reason applies.
    pub(super) fn overflow(
        &mut self,
        now: TimeMs,
        id: VisitId,
        outcome: Outcome,
        reason: OverflowReason,
        cancel: CancelReason,
    ) {
        let visit = &self.state.facts().visits[&id];
        let way = self.overflow_way(now, &self.leaving(visit.contact, visit.queue), reason);
        self.leave_by(now, id, outcome, cancel, way);
    }

    /// The agent to whom an entry sent the visit does not take it: the next one applies.
    pub(super) fn go_on(&mut self, now: TimeMs, id: VisitId, place: &ChainPlace) {
        let visit = &self.state.facts().visits[&id];
        let leaving = self.leaving(visit.contact, visit.queue);
        let way = self.way(now, &leaving, &place.chain, place.entry as usize + 1);
        let outcome = match &place.chain {
            Chain::Overflow(OverflowReason::TimedOut) => Outcome::TimedOut,
            Chain::Overflow(OverflowReason::NoStaff) => Outcome::NoStaff,
            Chain::Overflow(reason) => Outcome::Overflowed(*reason),
            Chain::Exit(_) => Outcome::ExitChoice,
        };
        self.leave_by(now, id, outcome, CancelReason::Withdrawn, way);
    }

    /// Ends a visit and sends its contact on.
    pub(super) fn leave_by(
        &mut self,
        now: TimeMs,
        id: VisitId,
        outcome: Outcome,
        cancel: CancelReason,
        way: Way,
    ) {
        let visit = &self.state.facts().visits[&id];
        let (contact, queue, order_time) = (visit.contact, visit.queue, visit.order_time);
        self.leave_queue(now, id, outcome, Next::Overflow(way.target.clone()), cancel);
        self.send_on(now, contact, queue, way, order_time);
    }

    /// Sends a contact that is in no queue to a target that takes it. Gives its new visit, if there is one.
    pub(super) fn send_on(
        &mut self,
        now: TimeMs,
        contact: ContactId,
        from: QueueNo,
        way: Way,
        order_time: TimeMs,
    ) -> Option<VisitId> {
        let Way { target, place } = way;
        let reason = match place.chain {
            Chain::Overflow(reason) => ReleaseReason::Overflow(reason),
            Chain::Exit(_) => ReleaseReason::ExitChoice,
        };
        let release = |reason, prompt| Directive::Release { reason, prompt };
        let directive = match target {
            Target::Queue(name) => {
                let queue = self.state.queue_no(&name)?;
                return Some(self.open_visit(now, contact, Joining::at(queue, order_time)));
            }
            Target::Agent(name) => {
                let agent = self.state.agent_no(&name)?;
                let joining = Joining {
                    sent_by: Some(place),
                    ..Joining::at(from, order_time).only(agent, Some(self.time_to_take()))
                };
                return Some(self.open_visit(now, contact, joining));
            }
            Target::Callback => {
                let number = self.leaving(contact, from).number().cloned()?;
                self.open_callback(now, contact, from, number, order_time, None);
                release(ReleaseReason::Callback, None)
            }
            Target::External(destination) => Directive::Route { destination },
            Target::Voicemail(mailbox) => Directive::Voicemail { mailbox },
            Target::Announcement(prompt) => release(reason, Some(prompt)),
            Target::End => release(reason, None),
        };
        self.direct(now, contact, directive);
        None
    }
}
