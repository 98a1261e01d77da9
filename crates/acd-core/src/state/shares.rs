//! What the agents of a queue have had of its contacts, for the percent order.

use super::State;
use crate::ids::{AgentNo, QueueNo};

/// The contacts and the shares of all agents of a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Allotments {
    /// The contacts allocated to them.
    allocated: i64,
    /// The sum of their shares.
    pub(crate) shares: i64,
}

impl Allotments {
    /// How far an agent is behind their share, times the sum of all shares.
    pub(crate) fn shortfall(self, share: i64, allocated: i64) -> i64 {
        share * self.allocated.max(1) - allocated * self.shares
    }
}

impl State {
    /// The sums over the queue's agents.
    pub(crate) fn allotments_of(&self, queue: QueueNo) -> Allotments {
        self.derived.allotments[queue.index()]
    }

    /// The agent's share of the queue's contacts, and how many were allocated to them.
    pub(crate) fn allotted(&self, no: AgentNo, queue: QueueNo) -> (i64, i64) {
        let share = self.member(no, queue).map_or(0, |member| member.share);
        let allocated = self.agent(no).allocated.get(&queue).copied();
        (i64::from(share), allocated.unwrap_or(0) as i64)
    }

    /// Counts the agent's contacts of the queue anew; so many were allocated to them before.
    pub(super) fn count_allotted(&mut self, no: AgentNo, queue: QueueNo, before: i64) {
        if self.member(no, queue).is_some() {
            let (_, now) = self.allotted(no, queue);
            self.derived.allotments[queue.index()].allocated += now - before;
        }
    }

    pub(super) fn derive_allotments(&mut self) {
        self.derived.allotments = self.allotments();
    }

    /// The sums, counted anew.
    pub(super) fn allotments(&self) -> Vec<Allotments> {
        let queues = (0..self.facts.queues.len()).map(|no| QueueNo(no as u32));
        let of_queue = |queue| {
            let members = self.members_of(queue).iter();
            members.fold(Allotments::default(), |sum, no| {
                let (share, allocated) = self.allotted(*no, queue);
                Allotments {
                    allocated: sum.allocated + allocated,
                    shares: sum.shares + share,
                }
            })
        };
        queues.map(of_queue).collect()
    }
}
