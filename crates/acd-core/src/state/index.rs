//! What is derived of each queue to find things fast: who serves it, how many of them are there, and who is in line.

use super::agent_sets::AgentSets;
use super::facts::{Agent, Contact, Facts};
use super::lines::Lines;
use super::occupancy::idle_agents;
use super::{Presence, State};
use crate::bits::Bits;
use crate::ids::{AgentNo, Channel, Channels, DurationMs, QueueNo};

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

/// What one agent counts for in each queue they serve and are not paused in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counted {
    logged_in: bool,
    ready: bool,
    /// The channels for whose contacts they are free.
    free: Channels,
    /// The same, whether they are busy outside or not.
    available: Channels,
}

impl Counted {
    /// The same in a queue in which they are paused.
    fn paused(self) -> Self {
        Self {
            logged_in: self.logged_in,
            ..Self::default()
        }
    }
}

/// An agent as they are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct CountedAgent {
    counted: Counted,
    /// The queues in which they are paused.
    paused: Vec<QueueNo>,
    /// The channels of which they may have contacts at all.
    channels: Channels,
    /// The queues they serve, but for those in which they are in reserve.
    served: Box<[QueueNo]>,
    /// The queues they serve of which something depends on what they do.
    watching: Box<[QueueNo]>,
}

/// The queues' members, how many of them are there, and who is in line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Index {
    pub(super) queues: Vec<QueueIndex>,
    agents: Vec<CountedAgent>,
    pub(super) lines: Lines,
    /// The agents for whom each adapter acts.
    pub(super) owned: Vec<Vec<AgentNo>>,
    pub(super) sets: AgentSets,
    /// The agents whose time counts as idle.
    pub(super) idle: Bits,
}

impl Index {
    /// Who serves what, with nobody counted yet.
    pub(super) fn of(facts: &Facts) -> Self {
        let mut index = Self {
            queues: vec![QueueIndex::default(); facts.queues.len()],
            agents: facts
                .agents
                .iter()
                .map(|agent| CountedAgent::of(facts, agent))
                .collect(),
            lines: Lines::of(facts),
            owned: vec![Vec::new(); facts.adapters.len()],
            sets: AgentSets::of(facts),
            idle: idle_agents(facts),
        };
        for (no, agent) in (0..).map(AgentNo).zip(&facts.agents) {
            if let Some(adapter) = agent.adapter {
                index.owned[adapter.index()].push(no);
            }
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
    pub(super) fn count(&mut self, no: AgentNo, agent: &Agent, now: Counted) {
        let known = &mut self.agents[no.index()];
        let before = std::mem::replace(&mut known.counted, now);
        self.sets
            .note(no, now.logged_in, before.available, now.available);
        let same_pauses = known.paused.iter().eq(agent.paused.keys());
        if before == now && same_pauses {
            return;
        }
        for queue in &known.served {
            let before = match known.paused.contains(queue) {
                true => before.paused(),
                false => before,
            };
            let now = match agent.paused.contains_key(queue) {
                true => now.paused(),
                false => now,
            };
            self.queues[queue.index()].load.recount(before, now);
        }
        if !same_pauses {
            known.paused = agent.paused.keys().copied().collect();
        }
    }
}

impl Index {
    /// The queues of the agent of which something depends on what they do.
    pub(super) fn watching(&self, no: AgentNo) -> Vec<QueueNo> {
        self.agents[no.index()].watching.to_vec()
    }
}

impl CountedAgent {
    /// The agent, not counted yet.
    fn of(facts: &Facts, agent: &Agent) -> Self {
        let watches = |queue: &QueueNo| facts.queues[queue.index()].depends_on_agents();
        let served = agent.queues.iter().filter(|(_, member)| !member.reserve);
        Self {
            channels: agent.channels().collect(),
            served: served.map(|(queue, _)| *queue).collect(),
            watching: agent.queues.keys().copied().filter(watches).collect(),
            ..Self::default()
        }
    }
}

impl Load {
    fn recount(&mut self, before: Counted, now: Counted) {
        let recount = |sum: &mut u32, before: bool, now: bool| {
            *sum = *sum + u32::from(now) - u32::from(before);
        };
        recount(&mut self.logged_in, before.logged_in, now.logged_in);
        recount(&mut self.ready, before.ready, now.ready);
        for channel in before.free.differing(now.free) {
            let free = &mut self.free[channel.index()];
            recount(
                free,
                before.free.contains(channel),
                now.free.contains(channel),
            );
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

    /// The next tier of the contact's queue above this agent's and above what the contact is for.
    pub fn next_tier(&self, contact: &Contact, agent: AgentNo) -> Option<u32> {
        let queue = contact.visits.last()?.queue;
        let own = self.member(agent, queue).map_or(0, |member| member.tier);
        let tier = own.max(contact.tiers.min.unwrap_or(0));
        let mut tiers = self.tiers_of(queue).iter().copied();
        tiers.find(|other| *other > tier)
    }

    /// The profile delays of the queue's agents beyond 0, rising.
    pub fn delays_of(&self, queue: QueueNo) -> &[DurationMs] {
        &self.derived.index.queues[queue.index()].delays
    }

    /// The ranks the queue has for its agents, rising.
    pub fn ranks_of(&self, queue: QueueNo) -> &[u32] {
        &self.derived.index.queues[queue.index()].ranks
    }

    /// Whether the agent may have contacts of the channel at all.
    pub(super) fn has_channel(&self, no: AgentNo, channel: Channel) -> bool {
        self.derived.index.agents[no.index()]
            .channels
            .contains(channel)
    }

    /// The channels for whose contacts the agent is available.
    pub(crate) fn available_channels(&self, no: AgentNo) -> Channels {
        self.derived.index.agents[no.index()].counted.available
    }

    /// How many of the queue's agents are there. Those in reserve do not count.
    pub fn load_of(&self, queue: QueueNo) -> Load {
        self.derived.index.queues[queue.index()].load
    }

    /// What the agent counts for now.
    pub(super) fn counted(&self, no: AgentNo) -> Counted {
        let agent = self.agent(no);
        if !agent.in_config || agent.session.is_none() {
            return Counted::default();
        }
        let ready = agent.presence == Presence::Ready && agent.pending.is_none();
        let is_available = |channel: &Channel| self.is_available(agent, *channel);
        let channels = self.derived.index.agents[no.index()].channels;
        let available = match (ready, agent.leases.is_empty()) {
            (false, _) => Channels::default(),
            // Without a lease they are available for all of their channels, or for none.
            (true, true) => match channels.iter().next() {
                Some(any) if is_available(&any) => channels,
                _ => Channels::default(),
            },
            (true, false) => channels.iter().filter(is_available).collect(),
        };
        Counted {
            logged_in: true,
            ready,
            free: match agent.busy_outside {
                true => Channels::default(),
                false => available,
            },
            available,
        }
    }

    /// Rebuilds the index after the configuration changed or a snapshot was loaded.
    pub(super) fn derive_index(&mut self) {
        self.derived.index = Index::of(&self.facts);
        for (no, agent) in (0..).map(AgentNo).zip(&self.facts.agents) {
            let counted = self.counted(no);
            self.derived.index.count(no, agent, counted);
        }
        self.derive_allotments();
    }
}
