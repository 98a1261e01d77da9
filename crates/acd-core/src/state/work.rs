//! What slices have put off.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Place, State, Touched, Visit};
use crate::config::OverflowReason;
use crate::event::Work;
use crate::ids::{ContactId, VisitId};

/// What is put off, found by what it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PutOff {
    /// The visits that leave, and why.
    leaving: BTreeMap<VisitId, OverflowReason>,
    /// The visits that have seen an agent who is not absent.
    staffed: BTreeSet<VisitId>,
    /// The contacts that are over, and whether they are given up with their adapter.
    ending: BTreeMap<ContactId, bool>,
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
    /// Why the visit leaves its queue, if that is put off.
    pub(crate) fn leaves_for(&self, visit: VisitId) -> Option<OverflowReason> {
        self.derived.put_off.leaving.get(&visit).copied()
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

    /// Whether the visit, though still in its queue, is not to be offered any more.
    pub(crate) fn is_on_its_way_out(&self, visit: &Visit) -> bool {
        self.leaves_for(visit.id).is_some() || self.is_ending(visit.contact)
    }

    pub(super) fn work_put_off(&mut self, work: &[Work]) {
        for piece in work {
            self.derived.put_off.add(piece);
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
                self.derived.put_off.remove(&piece);
            }
        }
    }
}
