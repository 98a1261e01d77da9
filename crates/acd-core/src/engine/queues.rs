//! What holds of a whole queue: its reserve, its hours, its staff, and its end.

use std::collections::BTreeMap;

use super::Engine;
use crate::config::OverflowReason;
use crate::event::{Closed, Event, QueueDrained, ReserveChanged, Work};
use crate::ids::{QueueNo, TimeMs, VisitId};
use crate::matching::Matcher;
use crate::state::{Asking, OfferState, StaffList, Stirred};

impl<M: Matcher> Engine<M> {
    /// Looks at the queues in which anything changed: who may not stay leaves.
    pub(super) fn clear_queues(&mut self, now: TimeMs, stirred: &BTreeMap<QueueNo, Stirred>) {
        for (queue, stirred) in stirred {
            self.leave_closed(now, *queue, stirred);
            self.leave_unstaffed(now, *queue, stirred);
        }
    }

    /// What is judged when everybody who could be offered a contact has one.
    pub(super) fn judge_queues(&mut self, now: TimeMs, stirred: &BTreeMap<QueueNo, Stirred>) {
        for queue in stirred.keys().copied() {
            self.judge_reserve(now, queue);
            let known = self.state.queue(queue);
            if known.draining && self.state.open_visits(queue).is_empty() {
                self.emit(now, Event::QueueDrained(QueueDrained { queue }));
            }
        }
    }

    /// The reserve agents join when a threshold is reached, and leave when neither is any more.
    pub(super) fn judge_reserve(&mut self, now: TimeMs, no: QueueNo) {
        let queue = self.state.queue(no);
        let Some(threshold) = queue.config.reserve else {
            if queue.reserve_joined {
                self.emit(
                    now,
                    Event::ReserveChanged(ReserveChanged {
                        queue: no,
                        joined: false,
                    }),
                );
            }
            return;
        };
        let longest = self.state.longest_waiting(no);
        let waited = longest.map(|visit| now - visit.enqueued_at);
        let waits = threshold
            .wait_ms
            .is_some_and(|wait| waited.is_some_and(|waited| waited >= wait));
        let predicted = longest.and_then(|visit| {
            let channel = self.state.facts().contacts[&visit.contact].channel;
            self.state.predicted_wait(no, Asking::any(channel))
        });
        let will_wait = threshold.predicted_wait_ms.is_some_and(|wait| {
            longest.is_some() && predicted.is_none_or(|predicted| predicted.p50_ms >= wait)
        });
        let joined = waits || will_wait;
        if joined != queue.reserve_joined {
            self.emit(
                now,
                Event::ReserveChanged(ReserveChanged { queue: no, joined }),
            );
        }
    }

    /// An emergency makes all leave whom no agent has accepted; the end of the hours those who wait, where it is set so.
    fn leave_closed(&mut self, now: TimeMs, no: QueueNo, stirred: &Stirred) {
        let rings = match self.state.closed(no) {
            Some(Closed::Emergency) => true,
            Some(_) if self.state.queue(no).config.leave_at_close => false,
            _ => return,
        };
        let waiting = self.unaccepted(no, stirred, rings).into_iter();
        let leave = |visit| Work::Leave(visit, OverflowReason::Closed);
        let work = waiting
            .filter(|visit| self.state.leaves_for(*visit).is_none())
            .map(leave)
            .collect();
        self.carry_out(now, work);
    }

    /// When the last agent becomes absent, those who wait leave. Who joined when all were absent waits until one is not.
    fn leave_unstaffed(&mut self, now: TimeMs, no: QueueNo, stirred: &Stirred) {
        let state = &self.state;
        if state.queue(no).config.leave_empty.is_empty() {
            return;
        }
        let mut work = Vec::new();
        for id in self.unaccepted(no, stirred, false) {
            let visit = &state.facts().visits[&id];
            let asking = Asking::of(&state.facts().contacts[&visit.contact]);
            let unstaffed = state.lacks_staff(no, StaffList::Leaving, asking);
            match (unstaffed, visit.staffed) {
                (true, true) if state.leaves_for(id).is_none() => {
                    work.push(Work::Leave(id, OverflowReason::NoStaff));
                }
                (false, false) if !state.is_staffed_later(id) => work.push(Work::Staff(id)),
                _ => {}
            }
        }
        self.carry_out(now, work);
    }

    /// Of the visits of the queue that may have to leave, those that nobody has accepted, in the order of their enqueue
    /// time. Callbacks and asynchronous
    /// contacts stay, and what had a date; and so do, but in an emergency, those that were sent to one agent: they wait for
    /// that agent, not for the queue.
    fn unaccepted(&self, no: QueueNo, stirred: &Stirred, ringing_too: bool) -> Vec<VisitId> {
        let facts = self.state.facts();
        let all = self.state.open_visits(no).iter().map(|(_, id)| *id);
        let changed = stirred.visits.iter().copied();
        let still_here = |id: &VisitId| facts.visits.get(id).is_some_and(|open| open.queue == no);
        let concerned: Vec<VisitId> = match stirred.whole {
            true => all.collect(),
            false => changed.filter(still_here).collect(),
        };
        let pending = |offer| matches!(facts.offers[offer].state, OfferState::Pending { .. });
        let is_concerned = |id: &VisitId| {
            let visit = &facts.visits[id];
            let waits = match ringing_too {
                true => visit.offers.iter().all(pending),
                false => visit.offers.is_empty(),
            };
            let contact = &facts.contacts[&visit.contact];
            let stays = contact.is_callback()
                || visit.scheduled
                || self.state.is_asynchronous_contact(contact);
            waits && (ringing_too || !self.state.is_personal(visit)) && !stays
        };
        concerned.into_iter().filter(is_concerned).collect()
    }
}
