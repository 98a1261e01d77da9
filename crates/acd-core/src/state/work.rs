//! What slices have put off.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{OfferState, Place, State, Touched, Visit};
use crate::config::OverflowReason;
use crate::event::Work;
use crate::ids::{ContactId, QueueNo, VisitId};

/// What is put off, found by what it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PutOff {
    /// The queues that are being cleared: each as the piece of work says it.
    clearing: Vec<Clearing>,
    /// The visits that leave, and why.
    leaving: BTreeMap<VisitId, OverflowReason>,
    /// The visits that have seen an agent who is not absent.
    staffed: BTreeSet<VisitId>,
    /// The contacts that are over, and whether they are given up with their adapter.
    ending: BTreeMap<ContactId, bool>,
}

/// See [`Work::Clear`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Clearing {
    queue: QueueNo,
    from: VisitId,
    up_to: VisitId,
    emergency: bool,
}

impl Clearing {
    fn of(piece: &Work) -> Option<Self> {
        match *piece {
            Work::Clear {
                queue,
                from,
                up_to,
                emergency,
            } => Some(Self {
                queue,
                from,
                up_to,
                emergency,
            }),
            _ => None,
        }
    }
}

impl PutOff {
    pub(super) fn of(work: &VecDeque<Work>) -> Self {
        let mut put_off = Self::default();
        work.iter().for_each(|piece| put_off.add(piece));
        put_off
    }

    /// Nothing is put off twice.
    fn remove(&mut self, piece: &Work) {
        match piece {
            Work::Clear { .. } => {
                let this = Clearing::of(piece);
                self.clearing.retain(|one| Some(*one) != this);
            }
            Work::Leave(visit, _) => _ = self.leaving.remove(visit),
            Work::Staff(visit) => _ = self.staffed.remove(visit),
            Work::End(contact) | Work::GiveUp(contact) => _ = self.ending.remove(contact),
            Work::FailConnect(_)
            | Work::OutsideBusy(..)
            | Work::FollowConfig(_)
            | Work::FollowPlan(_)
            | Work::PassWindow(_) => {}
        }
    }

    fn add(&mut self, piece: &Work) {
        match *piece {
            Work::Clear { .. } => self.clearing.extend(Clearing::of(piece)),
            Work::Leave(visit, reason) => _ = self.leaving.insert(visit, reason),
            Work::Staff(visit) => _ = self.staffed.insert(visit),
            Work::End(contact) => _ = self.ending.insert(contact, false),
            Work::GiveUp(contact) => _ = self.ending.insert(contact, true),
            Work::FailConnect(_)
            | Work::OutsideBusy(..)
            | Work::FollowConfig(_)
            | Work::FollowPlan(_)
            | Work::PassWindow(_) => {}
        }
    }
}

impl State {
    /// Why the open visit leaves its queue, if that is put off.
    pub(crate) fn leaves_for(&self, visit: VisitId) -> Option<OverflowReason> {
        let PutOff {
            clearing, leaving, ..
        } = &self.derived.put_off;
        let clears = |clearing: &Clearing| {
            let open = &self.facts.visits[&visit];
            clearing.queue == open.queue
                && (clearing.from..=clearing.up_to).contains(&visit)
                && self.leaves_closed(open, clearing.emergency)
        };
        let cleared = clearing.iter().any(clears);
        let own = leaving.get(&visit).copied();
        own.or(cleared.then_some(OverflowReason::Closed))
    }

    /// Whether the queue is being cleared because it is closed, and if so, whether that is in an emergency.
    pub(crate) fn clearing(&self, queue: QueueNo) -> Option<bool> {
        let all = self.derived.put_off.clearing.iter();
        let its = all.filter(|clearing| clearing.queue == queue);
        its.map(|clearing| clearing.emergency).max()
    }

    /// Whether the visit leaves when its queue closes, as it stands now.
    pub(crate) fn leaves_closed(&self, visit: &Visit, emergency: bool) -> bool {
        self.waits_unaccepted(visit, emergency) && !self.stays_closed(visit, emergency)
    }

    /// Whether nobody has accepted the visit, and, but in an emergency, it does not ring.
    pub(crate) fn waits_unaccepted(&self, visit: &Visit, emergency: bool) -> bool {
        let pending = |offer| matches!(self.facts.offers[offer].state, OfferState::Pending { .. });
        match emergency {
            true => visit.offers.iter().all(pending),
            false => visit.offers.is_empty(),
        }
    }

    /// Whether the visit stays when its queue closes. Callbacks and asynchronous contacts do, and what had a date; and so
    /// do, but in an emergency, those that were sent to one agent: they wait for that agent, not for the queue.
    pub(crate) fn stays_closed(&self, visit: &Visit, emergency: bool) -> bool {
        let contact = &self.facts.contacts[&visit.contact];
        contact.is_callback()
            || visit.scheduled
            || self.is_asynchronous_contact(contact)
            || !emergency && self.is_personal(visit)
    }

    /// Whether it is put off that the visit has seen an agent who is not absent.
    pub(crate) fn is_staffed_later(&self, visit: VisitId) -> bool {
        self.derived.put_off.staffed.contains(&visit)
    }

    /// Whether the end of the contact is put off.
    pub(crate) fn is_ending(&self, contact: ContactId) -> bool {
        self.derived.put_off.ending.contains_key(&contact)
    }

    /// The end of the contact, if it is put off.
    pub(crate) fn end_put_off(&self, contact: ContactId) -> Option<Work> {
        let given_up = self.derived.put_off.ending.get(&contact)?;
        Some(match given_up {
            true => Work::GiveUp(contact),
            false => Work::End(contact),
        })
    }

    /// Whether the visit, though still in its queue, is not to be offered any more; or not before its queue is cleared.
    pub(crate) fn is_on_its_way_out(&self, visit: &Visit) -> bool {
        let clearing = self.clearing(visit.queue);
        let cleared = clearing.is_some_and(|emergency| !self.stays_closed(visit, emergency));
        cleared || self.leaves_by_itself(visit)
    }

    /// The same, as far as it is put off for this visit alone.
    pub(crate) fn leaves_by_itself(&self, visit: &Visit) -> bool {
        self.derived.put_off.leaving.contains_key(&visit.id) || self.is_ending(visit.contact)
    }

    pub(super) fn work_put_off(&mut self, work: &[Work]) {
        for piece in work {
            self.change_put_off(piece, PutOff::add);
            self.facts.work.push_back(piece.clone());
            let visit = match *piece {
                Work::Leave(visit, _) => Some(visit),
                Work::End(contact) | Work::GiveUp(contact) => {
                    match self.facts.contacts.get(&contact).map(|it| it.place) {
                        Some(Place::Queue(visit)) => Some(visit),
                        _ => None,
                    }
                }
                _ => None,
            };
            self.derived.touched.extend(visit.map(Touched::Visit));
        }
    }

    fn change_put_off(&mut self, piece: &Work, change: fn(&mut PutOff, &Work)) {
        let queue = Clearing::of(piece).map(|clearing| clearing.queue);
        let before = queue.map(|queue| self.clearing(queue));
        change(&mut self.derived.put_off, piece);
        if let Some(queue) = queue.filter(|queue| before != Some(self.clearing(*queue))) {
            self.derived.touched.push(Touched::Queue(queue));
        }
    }

    /// The contact goes on after all: its end is put off no longer.
    pub(super) fn void_end(&mut self, contact: ContactId) {
        if let Some(end) = self.end_put_off(contact) {
            self.derived.put_off.remove(&end);
            self.facts.work.retain(|piece| *piece != end);
        }
    }

    pub(super) fn work_done(&mut self, count: u32) {
        for _ in 0..count {
            if let Some(piece) = self.facts.work.pop_front() {
                self.change_put_off(&piece, PutOff::remove);
            }
        }
    }
}
