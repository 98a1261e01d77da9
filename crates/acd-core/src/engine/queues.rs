//! What holds of a whole queue: its reserve, its hours, its staff, and its end.

use std::collections::BTreeMap;

use super::Engine;
use crate::config::OverflowReason;
use crate::event::{Closed, Event, QueueDrained, ReserveChanged, Work};
use crate::ids::{QueueNo, TimeMs, VisitId};
use crate::matching::Matcher;
use crate::state::{Asking, StaffList, Stirred};

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
        let clearing = self.state.clearing(no);
        let is_cleared = clearing.is_some_and(|emergency| emergency || !rings);
        if stirred.whole && !is_cleared {
            let last = self.state.open_visits(no).last();
            let clear = last.map(|up_to| Work::Clear {
                queue: no,
                from: VisitId(0),
                up_to: *up_to,
                emergency: rings,
            });
            return self.carry_out(now, clear.into_iter().collect());
        }
        let facts = self.state.facts();
        let leaves = |id: &VisitId| {
            let open = facts.visits.get(id).filter(|open| open.queue == no);
            open.is_some_and(|open| self.state.leaves_closed(open, rings))
                && self.state.leaves_for(*id).is_none()
        };
        let leaving = stirred.visits.iter().filter(|id| leaves(id));
        let leave = |visit: &VisitId| Work::Leave(*visit, OverflowReason::Closed);
        let work = leaving.map(leave).collect();
        self.carry_out(now, work);
    }

    /// When the last agent becomes absent, those who wait leave. Who joined when all were absent waits until one is not.
    fn leave_unstaffed(&mut self, now: TimeMs, no: QueueNo, stirred: &Stirred) {
        let state = &self.state;
        if state.queue(no).config.leave_empty.is_empty() {
            return;
        }
        let mut work = Vec::new();
        for id in self.waiting(no, stirred) {
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

    /// Of the visits of the queue that may have to leave for lack of staff, those that wait, in the order of their enqueue
    /// time.
    fn waiting(&self, no: QueueNo, stirred: &Stirred) -> Vec<VisitId> {
        let facts = self.state.facts();
        let all = self.state.open_visits(no).iter().copied();
        let changed = stirred.visits.iter().copied();
        let still_here = |id: &VisitId| facts.visits.get(id).is_some_and(|open| open.queue == no);
        let concerned: Vec<VisitId> = match stirred.whole {
            true => all.collect(),
            false => changed.filter(still_here).collect(),
        };
        let is_concerned = |id: &VisitId| self.state.leaves_closed(&facts.visits[id], false);
        concerned.into_iter().filter(is_concerned).collect()
    }
}
