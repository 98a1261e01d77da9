//! What is derived of each queue to find things fast: who serves it, how many of them are there, and who is in line.

use super::facts::{Agent, Facts};
use super::lines::Lines;
use super::{Presence, State};
use crate::ids::{AgentNo, Channel, DurationMs, QueueNo};

/// What is derived of one queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct QueueIndex {
    /// The agents who serve it, rising.
    pub(super) members: Vec<AgentNo>,
    /// The tiers of its agents, rising.
    pub(super) tiers: Vec<u32>,
    /// The profile delays of its agents beyond 0, rising.
    pub(super) delays: Vec<DurationMs>,
    /// The ranks the queue has for its agents, rising.
    pub(super) ranks: Vec<u32>,
    /// How many of its agents are there.
    pub(super) load: Load,
}

/// How many agents of a queue are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Logged in.
    pub logged_in: u32,
    /// Of these, ready and not paused in the queue, whatever their slots.
    pub ready: u32,
    /// Of these, available for a contact of the channel.
    pub free: [u32; Channel::ALL.len()],
}

/// What one agent counts for in each queue they serve.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counted {
    queues: Vec<QueueNo>,
    paused: Vec<QueueNo>,
    logged_in: bool,
    ready: bool,
    free: [bool; Channel::ALL.len()],
}

/// The queues' members, how many of them are there, and who is in line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Index {
    pub(super) queues: Vec<QueueIndex>,
    counted: Vec<Counted>,
    pub(super) lines: Lines,
}

impl Index {
    /// Who serves what, with nobody counted yet.
    pub(super) fn of(facts: &Facts) -> Self {
        let mut index = Self {
            queues: vec![QueueIndex::default(); facts.queues.len()],
            counted: vec![Counted::default(); facts.agents.len()],
            lines: Lines::of(facts),
        };
        for (no, agent) in (0..).map(AgentNo).zip(&facts.agents) {
            for (queue, member) in agent.queues.iter().filter(|_| agent.in_config) {
                let queue = &mut index.queues[queue.index()];
                queue.members.push(no);
                insert_sorted(&mut queue.tiers, member.tier);
                insert_sorted(&mut queue.ranks, member.rank);
                if member.delay_ms > 0 {
                    insert_sorted(&mut queue.delays, member.delay_ms);
                }
            }
        }
        index
    }

    /// Counts an agent anew.
    pub(super) fn count(&mut self, no: AgentNo, now: Counted) {
        let before = std::mem::take(&mut self.counted[no.index()]);
        self.add(&before, u32::wrapping_sub);
        self.add(&now, u32::wrapping_add);
        self.counted[no.index()] = now;
    }

    fn add(&mut self, counted: &Counted, add: fn(u32, u32) -> u32) {
        for queue in &counted.queues {
            let load = &mut self.queues[queue.index()].load;
            let paused = counted.paused.contains(queue);
            load.logged_in = add(load.logged_in, u32::from(counted.logged_in));
            load.ready = add(load.ready, u32::from(counted.ready && !paused));
            for (sum, free) in load.free.iter_mut().zip(counted.free) {
                *sum = add(*sum, u32::from(free && !paused));
            }
        }
    }
}

fn insert_sorted<T: Ord + Copy>(list: &mut Vec<T>, value: T) {
    if let Err(at) = list.binary_search(&value) {
        list.insert(at, value);
    }
}

impl State {
    /// The agents who serve the queue, rising.
    pub fn members_of(&self, queue: QueueNo) -> &[AgentNo] {
        &self.derived.index.queues[queue.index()].members
    }

    /// The tiers of the queue's agents, rising.
    pub fn tiers_of(&self, queue: QueueNo) -> &[u32] {
        &self.derived.index.queues[queue.index()].tiers
    }

    /// The profile delays of the queue's agents beyond 0, rising.
    pub fn delays_of(&self, queue: QueueNo) -> &[DurationMs] {
        &self.derived.index.queues[queue.index()].delays
    }

    /// The ranks the queue has for its agents, rising.
    pub fn ranks_of(&self, queue: QueueNo) -> &[u32] {
        &self.derived.index.queues[queue.index()].ranks
    }

    /// How many of the queue's agents are there. Those in reserve do not count.
    pub fn load_of(&self, queue: QueueNo) -> Load {
        self.derived.index.queues[queue.index()].load
    }

    /// What the agent counts for now.
    pub(super) fn counted(&self, agent: &Agent) -> Counted {
        if !agent.in_config || agent.session.is_none() {
            return Counted::default();
        }
        let mut free = [false; Channel::ALL.len()];
        for channel in agent.channels() {
            free[channel.index()] = !agent.busy_outside && self.is_available(agent, channel);
        }
        Counted {
            queues: agent
                .queues
                .iter()
                .filter(|(_, member)| !member.reserve)
                .map(|(no, _)| *no)
                .collect(),
            paused: agent.paused.keys().copied().collect(),
            logged_in: true,
            ready: agent.presence == Presence::Ready && agent.pending.is_none(),
            free,
        }
    }

    /// Rebuilds the index after the configuration changed or a snapshot was loaded.
    pub(super) fn derive_index(&mut self) {
        let mut index = Index::of(&self.facts);
        for (no, agent) in (0..).map(AgentNo).zip(&self.facts.agents) {
            index.count(no, self.counted(agent));
        }
        self.derived.index = index;
        self.derive_allotments();
    }
}
