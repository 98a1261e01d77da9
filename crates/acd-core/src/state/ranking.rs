//! The matching order: which contact goes first for an agent, and which agent for a contact.

use super::eligibility::Terms;
use super::lots::Lots;
use super::{Agent, Contact, Facts, State, Visit};
use crate::config::{AgentOrder, PriorityMode};
use crate::event::{AgentKey, Behind, ContactKey};
use crate::ids::{AgentNo, Channel, QueueNo, TimeMs, VisitId};

/// A millionth is the grain in which occupancies compare.
const MILLION: i64 = 1_000_000;
/// Loads of agents with up to 30,000 slots that differ do so in this grain.
const LOAD_GRAIN: i64 = 1_000_000_000;
/// Waits of one queue that differ by a millisecond differ in this grain, too, with any objective up to
/// [`crate::config::OBJECTIVE_MAX_MS`].
const OBJECTIVE_GRAIN: i128 = 1_000_000_000;

/// A visit's place among those of its queue, in the matching order. It does not change with time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LineKey {
    priority_rank: i64,
    virtual_start: TimeMs,
    visit: VisitId,
}

impl LineKey {
    /// `contact` is that of the visit.
    pub(super) fn of(facts: &Facts, contact: &Contact, visit: &Visit) -> Self {
        let priority = i64::from(contact.priority);
        let start = virtual_start(facts, contact, visit);
        let (priority_rank, virtual_start) = match facts.settings.priority_mode {
            PriorityMode::Strict => (-priority, start),
            PriorityMode::Aging { point_ms } => {
                (0, start.saturating_sub(priority.saturating_mul(point_ms)))
            }
        };
        Self {
            priority_rank,
            virtual_start,
            visit: visit.id,
        }
    }

    pub(crate) fn visit(self) -> VisitId {
        self.visit
    }
}

/// See [`State::virtual_start`].
fn virtual_start(facts: &Facts, contact: &Contact, visit: &Visit) -> TimeMs {
    let objective = facts.queues[visit.queue.index()].config.objective();
    let from = contact
        .deadline
        .map_or(visit.order_time, |deadline| deadline - objective);
    from - contact.head_start_ms - contact.age_offset_ms
}

impl State {
    /// A visit's place in the matching order of one agent.
    pub fn contact_key(&self, visit: &Visit, agent: AgentNo, terms: &Terms<'_>) -> ContactKey {
        let rank = self
            .member(agent, visit.queue)
            .map_or(1, |member| member.rank);
        ContactKey {
            open: terms.first != Some(agent),
            profile_rank: rank,
            ..self.queue_key(visit)
        }
    }

    /// A visit's place as far as it is the same for all agents.
    pub fn queue_key(&self, visit: &Visit) -> ContactKey {
        let line = self.line_key(visit);
        if !self.facts.settings.objective {
            return line;
        }
        let virtual_wait = i128::from(self.facts.now) - i128::from(line.virtual_start);
        let objective = i128::from(self.queue(visit.queue).config.objective());
        let quotient = (virtual_wait * OBJECTIVE_GRAIN).div_euclid(objective);
        let quotient = quotient.clamp(i128::from(-i64::MAX), i128::from(i64::MAX)) as i64;
        ContactKey {
            wait_rank: -quotient,
            virtual_start: 0,
            ..line
        }
    }

    pub(crate) fn order_of(&self, visit: &Visit) -> LineKey {
        LineKey::of(&self.facts, &self.facts.contacts[&visit.contact], visit)
    }

    /// A visit's place among those of its queue, which does not change with time.
    pub fn line_key(&self, visit: &Visit) -> ContactKey {
        let LineKey {
            priority_rank,
            virtual_start,
            visit: id,
        } = self.order_of(visit);
        ContactKey {
            open: true,
            profile_rank: 0,
            queue_rank: self.queue(visit.queue).config.rank,
            priority_rank,
            wait_rank: 0,
            virtual_start,
            visit: id,
        }
    }

    /// The instant from which the virtual wait counts, without what priority adds: virtual wait = now - order time +
    /// head start + age offset. A contact with a deadline counts from the service objective before it.
    pub fn virtual_start(&self, visit: &Visit) -> TimeMs {
        virtual_start(&self.facts, &self.facts.contacts[&visit.contact], visit)
    }

    /// The agent's place among the candidates for a visit.
    pub fn agent_key(&self, visit: &Visit, no: AgentNo, terms: &Terms<'_>) -> AgentKey {
        let agent = self.agent(no);
        AgentKey {
            behind: self.place_behind(visit, no),
            tier: self.tier_of(no, terms),
            rank: self.order_rank(no, terms),
            leases: self.leases_held(agent, terms.channel),
            idle_since: agent.idle_since,
            agent: no,
        }
    }

    /// The agent's place among those who come after all others for this visit, from 1; 0: they are none of them.
    pub fn place_behind(&self, visit: &Visit, no: AgentNo) -> u32 {
        let now = self.facts.now;
        let in_force = |behind: &&Behind| now == behind.since || now < behind.until;
        let place = visit
            .behind
            .iter()
            .filter(in_force)
            .position(|behind| behind.agent == no);
        place.map_or(0, |place| place as u32 + 1)
    }

    /// How many leases keep the agent from being idle, for a contact of this channel. A call outside counts as one.
    pub fn leases_held(&self, agent: &Agent, channel: Channel) -> u32 {
        self.ranked_leases(agent, channel) as u32 + u32::from(agent.busy_outside)
    }

    /// What the queue's agent order says of the agent; the smaller goes first.
    pub(crate) fn order_rank(&self, no: AgentNo, terms: &Terms<'_>) -> i64 {
        let agent = self.agent(no);
        let queue = self.queue(terms.queue);
        match queue.config.agent_order {
            AgentOrder::LongestIdle => 0,
            AgentOrder::MostSkilled => -self.skill_sum(agent, terms),
            AgentOrder::LeastSkilled => self.skill_sum(agent, terms),
            AgentOrder::LeastOccupied => self.occupancy(agent),
            AgentOrder::RoundRobin => {
                let passed = queue.last_offered.is_some_and(|last| no <= last);
                (i64::from(passed) << 32) | i64::from(no.0)
            }
            AgentOrder::Percent => -self.shortfall(no, terms.queue),
            AgentOrder::Random => self.lots().of(no),
            AgentOrder::FewestContacts
            | AgentOrder::Linear
            | AgentOrder::MostSpareCapacity
            | AgentOrder::LeastLoaded => self.standing_rank(no, terms.queue, terms.channel),
        }
    }

    /// What an agent order says of the agent that goes by what they have and hold, and by nothing else; otherwise 0.
    pub(crate) fn standing_rank(&self, no: AgentNo, queue: QueueNo, channel: Channel) -> i64 {
        let agent = self.agent(no);
        match self.queue(queue).config.agent_order {
            AgentOrder::FewestContacts => i64::from(agent.handled_since_login),
            AgentOrder::Linear => {
                let position = self.member(no, queue).map_or(0, |member| member.position);
                (i64::from(position) << 32) | i64::from(no.0)
            }
            AgentOrder::MostSpareCapacity => -i64::from(self.spare_capacity(agent, channel, queue)),
            AgentOrder::LeastLoaded => agent.load(),
            _ => 0,
        }
    }

    /// The sum of the agent's levels over the best group that holds for them.
    fn skill_sum(&self, agent: &Agent, terms: &Terms<'_>) -> i64 {
        let groups = terms.requirement.any_of.iter();
        groups
            .filter_map(|group| self.level_sum(agent, group))
            .max()
            .unwrap_or(0)
    }

    /// The share of the time since their login with a lease, in millionths.
    fn occupancy(&self, agent: &Agent) -> i64 {
        let leased = agent.leased_ms + agent.leased_since.map_or(0, |since| self.facts.now - since);
        share_of_time(leased, self.facts.now - agent.logged_in_at)
    }

    /// How far the agent's contacts of the queue are behind their share, times the sum of all shares. Before the first
    /// contact the greatest share is the farthest behind.
    fn shortfall(&self, no: AgentNo, queue: QueueNo) -> i64 {
        let (share, allocated) = self.allotted(no, queue);
        self.allotments_of(queue).shortfall(share, allocated)
    }

    /// The draw of this instant.
    pub(crate) fn lots(&self) -> Lots {
        Lots::drawn(
            self.facts.settings.seed,
            self.facts.seq,
            self.facts.agents.len(),
        )
    }
}

/// How much of a time something took, in millionths.
pub(crate) fn share_of_time(taken: TimeMs, time: TimeMs) -> i64 {
    taken.saturating_mul(MILLION) / time.max(1)
}

impl Agent {
    /// The share in use of the total capacity, or of all slots where there is no total, in 10^-9.
    fn load(&self) -> i64 {
        let slots = || {
            self.config
                .capacity
                .values()
                .map(|slots| i64::from(*slots))
                .sum()
        };
        let capacity: i64 = self.config.total_capacity.map_or_else(slots, i64::from);
        i64::from(self.slots_used(|_| true)) * LOAD_GRAIN / capacity.max(1)
    }
}
