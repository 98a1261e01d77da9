//! The agents as sets, and in the orders of the queues.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, btree_set};

use crate::bits::{Bits, Meet};
use crate::config::AgentOrder;
use crate::event::Awaited;
use crate::ids::{AgentNo, Channel, Channels, DurationMs, QueueNo, TeamName, TimeMs};
use crate::requirement::Requirement;
use crate::state::{Member, State, Terms, share_of_time};

/// How idle an agent is: how many leases they hold, and since when their idle clock runs. The smaller goes first.
pub(super) type Idle = (u32, TimeMs);

/// What the matcher knows of agents.
#[derive(Clone, Debug, Default)]
pub(super) struct Agents {
    teams: BTreeMap<TeamName, Bits>,
    queues: Vec<QueueAgents>,
    /// By channel: the agents who are available for it, the idlest first.
    available: [ByIdle; Channel::ALL.len()],
    noted: Vec<Noted>,
}

/// What is known of the agents of one queue.
#[derive(Clone, Debug, Default)]
pub(super) struct QueueAgents {
    /// Those in reserve.
    reserve: Bits,
    /// By tier, rising, if there are several.
    pub(super) tiers: Vec<(u32, Bits)>,
    /// By the rank that the queue has for them, rising, if there are several.
    pub(super) ranks: Vec<(u32, Bits)>,
    /// By profile delay, those of 0 left out.
    delays: BTreeMap<DurationMs, Bits>,
    /// By tier, if there are several: how many are logged in.
    logged_in: Vec<u32>,
    /// By channel.
    free: [Free; Channel::ALL.len()],
}

/// The agents who could take a contact of one queue and channel, whatever it asks.
#[derive(Clone, Debug, Default)]
pub(super) struct Free {
    /// They are available, have room, and are not paused.
    pub(super) agents: Bits,
    pub(super) count: u32,
    ranked: Ranked,
}

/// The free agents of a queue whose agent order goes by what can be kept: in groups, within each in order.
#[derive(Clone, Debug, Default)]
struct Ranked {
    keys: BTreeMap<AgentNo, RankedKey>,
    order: BTreeSet<Place>,
    /// When they logged in.
    logins: BTreeSet<(TimeMs, AgentNo)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RankedKey {
    group: i64,
    rank: i64,
    idle: Idle,
    logged_in_at: TimeMs,
}

/// The agents who are available for one channel.
#[derive(Clone, Debug, Default)]
struct ByIdle {
    agents: Bits,
    order: BTreeSet<(Idle, AgentNo)>,
    /// How idle each of them is in `order`.
    idle: Vec<Idle>,
}

/// What was noted last of one agent.
#[derive(Clone, Debug, Default)]
struct Noted {
    available: Channels,
    queues: Vec<NotedQueue>,
}

#[derive(Clone, Debug)]
struct NotedQueue {
    queue: QueueNo,
    free: Channels,
    /// Their tier's place among those of the queue.
    tier: usize,
    logged_in: bool,
}

/// What changed of an agent in one of their queues.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moved {
    pub(super) agent: AgentNo,
    pub(super) queue: QueueNo,
    /// The channels for which they were free there, and for which they are.
    pub(super) was_free: Channels,
    pub(super) is_free: Channels,
    /// Whether they were the last of their tier who was logged in.
    pub(super) left_tier_empty: bool,
}

/// The group of those who hold a lease, where the order goes by occupancy; the others are in group 0.
const LEASING: i64 = 1;

impl ByIdle {
    fn set(&mut self, agent: AgentNo, idle: Option<Idle>) {
        let before = self
            .agents
            .contains(agent.0)
            .then(|| self.idle[agent.index()]);
        if before == idle {
            return;
        }
        if let Some(before) = before {
            self.order.remove(&(before, agent));
        }
        self.agents.set(agent.0, idle.is_some());
        if let Some(idle) = idle {
            if agent.index() >= self.idle.len() {
                self.idle.resize(agent.index() + 1, Idle::default());
            }
            self.idle[agent.index()] = idle;
            self.order.insert((idle, agent));
        }
    }
}

impl Ranked {
    fn set(&mut self, agent: AgentNo, key: Option<RankedKey>) {
        let before = match key {
            Some(key) => self.keys.insert(agent, key),
            None => self.keys.remove(&agent),
        };
        if before == key {
            return;
        }
        if let Some(before) = before {
            self.order
                .remove(&(before.group, before.rank, before.idle, agent));
            self.logins.remove(&(before.logged_in_at, agent));
        }
        if let Some(key) = key {
            self.order.insert((key.group, key.rank, key.idle, agent));
            self.logins.insert((key.logged_in_at, agent));
        }
    }
}

impl RankedKey {
    /// The agent's place in the queue's order, if that can be kept.
    fn of(state: &State, no: AgentNo, queue: QueueNo, channel: Channel) -> Option<Self> {
        let agent = state.agent(no);
        let (group, rank) = match state.queue(queue).config.agent_order {
            AgentOrder::LongestIdle
            | AgentOrder::MostSkilled
            | AgentOrder::LeastSkilled
            | AgentOrder::RoundRobin
            | AgentOrder::Random => return None,
            AgentOrder::FewestContacts
            | AgentOrder::Linear
            | AgentOrder::MostSpareCapacity
            | AgentOrder::LeastLoaded => (0, state.standing_rank(no, queue, channel)),
            AgentOrder::Percent => {
                let (share, allocated) = state.allotted(no, queue);
                let counts = state.allotments_of(queue).shares != 0;
                (share, if counts { allocated } else { 0 })
            }
            AgentOrder::LeastOccupied => match agent.leased_since {
                None => (0, agent.leased_ms),
                Some(since) => (LEASING, agent.leased_ms - since),
            },
        };
        Some(Self {
            group,
            rank,
            idle: (state.leases_held(agent, channel), agent.idle_since),
            logged_in_at: agent.logged_in_at,
        })
    }
}

impl Agents {
    /// What is known of all agents.
    pub(super) fn of(state: &State) -> Self {
        let facts = state.facts();
        let mut agents = Self::default();
        for no in (0..).map(QueueNo).take(facts.queues.len()) {
            let several = |all: &[u32]| match all.len() {
                0 | 1 => Vec::new(),
                _ => all.iter().map(|one| (*one, Bits::default())).collect(),
            };
            let tiers = several(state.tiers_of(no));
            agents.queues.push(QueueAgents {
                logged_in: vec![0; tiers.len()],
                tiers,
                ranks: several(state.ranks_of(no)),
                ..QueueAgents::default()
            });
        }
        for no in (0..).map(AgentNo).take(facts.agents.len()) {
            let memberships = agents.enrol(state, no);
            agents.noted.push(Noted {
                available: Channels::default(),
                queues: memberships,
            });
            agents.note(state, no, |_| {});
        }
        agents
    }

    /// Notes what only a configuration changes.
    fn enrol(&mut self, state: &State, no: AgentNo) -> Vec<NotedQueue> {
        let agent = state.agent(no);
        if !agent.in_config {
            return Vec::new();
        }
        for team in &agent.config.teams {
            let members = self.teams.entry(team.clone()).or_default();
            members.set(no.0, true);
        }
        let enrol_in = |(queue, member): (&QueueNo, &Member)| {
            let its = &mut self.queues[queue.index()];
            its.reserve.set(no.0, member.reserve);
            if member.delay_ms > 0 {
                let delayed = its.delays.entry(member.delay_ms).or_default();
                delayed.set(no.0, true);
            }
            for (rank, agents) in &mut its.ranks {
                agents.set(no.0, *rank == member.rank);
            }
            for (tier, agents) in &mut its.tiers {
                agents.set(no.0, *tier == member.tier);
            }
            let tier = its.tiers.iter().position(|(tier, _)| *tier == member.tier);
            NotedQueue {
                queue: *queue,
                free: Channels::default(),
                tier: tier.unwrap_or(0),
                logged_in: false,
            }
        };
        agent.queues.iter().map(enrol_in).collect()
    }

    /// Notes for what the agent is free, and tells of each of their queues.
    pub(super) fn note(&mut self, state: &State, no: AgentNo, mut tell: impl FnMut(Moved)) {
        let agent = state.agent(no);
        let noted = &mut self.noted[no.index()];
        let available = state.available_channels(no);
        for channel in available.union(noted.available).iter() {
            let idle = || (state.leases_held(agent, channel), agent.idle_since);
            let idle = available.contains(channel).then(idle);
            self.available[channel.index()].set(no, idle);
        }
        noted.available = available;
        let logged_in = agent.session.is_some();
        for noted in &mut noted.queues {
            let queue = noted.queue;
            let its = &mut self.queues[queue.index()];
            let takes = available != Channels::default()
                && !agent.paused.contains_key(&queue)
                && state.has_room_for(agent, queue);
            let is_free = if takes {
                available
            } else {
                Channels::default()
            };
            let was_free = std::mem::replace(&mut noted.free, is_free);
            for channel in was_free.union(is_free).iter() {
                let is_free = is_free.contains(channel);
                let free = &mut its.free[channel.index()];
                if free.agents.set(no.0, is_free) {
                    free.count = match is_free {
                        true => free.count + 1,
                        false => free.count - 1,
                    };
                }
                let key = is_free.then(|| RankedKey::of(state, no, queue, channel));
                free.ranked.set(no, key.flatten());
            }
            let mut left_tier_empty = false;
            if logged_in != noted.logged_in
                && let Some(count) = its.logged_in.get_mut(noted.tier)
            {
                *count = if logged_in { *count + 1 } else { *count - 1 };
                left_tier_empty = *count == 0;
            }
            noted.logged_in = logged_in;
            tell(Moved {
                agent: no,
                queue,
                was_free,
                is_free,
                left_tier_empty,
            });
        }
    }

    pub(super) fn queue(&self, queue: QueueNo) -> &QueueAgents {
        &self.queues[queue.index()]
    }

    pub(super) fn free(&self, queue: QueueNo, channel: Channel) -> &Free {
        &self.queues[queue.index()].free[channel.index()]
    }

    pub(super) fn have_reserve(&self, queue: QueueNo) -> bool {
        self.queue(queue).reserve.members().next().is_some()
    }

    /// The agents who meet the terms when they are not paused; none: every free agent of the queue does.
    pub(super) fn members(&self, state: &State, terms: &Terms<'_>) -> Option<Bits> {
        let its = self.queue(terms.queue);
        let out = !state.queue(terms.queue).reserve_joined && self.have_reserve(terms.queue);
        let delayed = its.delays.range(terms.delay_open.saturating_add(1)..);
        let barred = its
            .tiers
            .iter()
            .filter(|(tier, _)| !terms.tiers.admit(*tier));
        let only_tier = state.tiers_of(terms.queue).first();
        let none = its.tiers.is_empty() && only_tier.is_some_and(|tier| !terms.tiers.admit(*tier));
        let any_agent = terms.agents.is_empty() && terms.teams.is_empty();
        let anybody = terms.requirement.is_none() && terms.awaited.is_none() && any_agent;
        let all_of_them = delayed.clone().next().is_none() && barred.clone().next().is_none();
        if anybody && all_of_them && !out && !none {
            return None;
        }
        if none {
            return Some(Bits::default());
        }
        let serves = state.agent_sets().serving(terms.queue);
        let mut members = skilled(state, serves, &terms.requirement);
        if out {
            members.subtract(&its.reserve);
        }
        delayed.for_each(|(_, agents)| members.subtract(agents));
        barred.for_each(|(_, agents)| members.subtract(agents));
        if !terms.agents.is_empty() {
            let mut named = Bits::default();
            let numbers = terms.agents.iter().filter_map(|name| state.agent_no(name));
            numbers.for_each(|no| {
                named.set(no.0, true);
            });
            members.intersect(&named);
        }
        if !terms.teams.is_empty() {
            let mut in_one = Bits::default();
            let teams = terms.teams.iter().filter_map(|team| self.teams.get(team));
            teams.for_each(|agents| in_one.join(agents));
            members.intersect(&in_one);
        }
        if let Some(Awaited::Team(team)) = &terms.awaited {
            match self.teams.get(team) {
                Some(agents) => members.intersect(agents),
                None => members = Bits::default(),
            }
        }
        Some(members)
    }

    /// The agents whose tiers count as one for visits of these terms, where there are tiers.
    pub(super) fn raised(&self, terms: &Terms<'_>) -> Option<Bits> {
        let tiers = &self.queue(terms.queue).tiers;
        let raise = terms.tiers.raise.filter(|_| !tiers.is_empty())?;
        let mut raised = Bits::default();
        let up_to = tiers.iter().filter(|(own, _)| *own <= raise);
        up_to.for_each(|(_, agents)| raised.join(agents));
        Some(raised)
    }

    /// Whether an agent below the tier, for visits of these terms, is logged in.
    pub(super) fn anyone_logged_in_below(&self, terms: &Terms<'_>, tier: u32) -> bool {
        let its = self.queue(terms.queue);
        let raise = terms.tiers.raise.unwrap_or(0);
        let mut tiers = its.tiers.iter().zip(&its.logged_in);
        tiers.any(|((own, _), count)| {
            *count > 0 && terms.tiers.admit(*own) && (*own).max(raise) < tier
        })
    }
}

/// Of some agents, those of whom one group of the requirement holds.
fn skilled(state: &State, agents: &Bits, requirement: &Requirement) -> Bits {
    if requirement.is_none() {
        return agents.clone();
    }
    let mut skilled = Bits::default();
    for group in state.agent_sets().groups(state, requirement) {
        let mut satisfied = agents.clone();
        group.into_iter().for_each(|able| satisfied.intersect(able));
        skilled.join(&satisfied);
    }
    skilled
}

/// Some free agents of a queue, in the order in which it offers to them.
#[derive(Clone, Copy)]
pub(super) struct Ordering<'a> {
    pub(super) state: &'a State,
    pub(super) agents: &'a Agents,
    pub(super) terms: &'a Terms<'static>,
    /// Who meets the terms, by what the order says of their skills; none where it does not ask.
    pub(super) by_skill: Option<&'a BTreeMap<i64, Bits>>,
}

type InOrder<'a> = Box<dyn Iterator<Item = AgentNo> + 'a>;

impl<'a> Ordering<'a> {
    /// Whether all agents of the queue are of one tier.
    pub(super) fn is_untiered(self) -> bool {
        self.agents.queue(self.terms.queue).tiers.is_empty()
    }

    /// These agents, so many of them, the first one first.
    ///
    /// Few of them are ranked one by one. Many are met soon when walking all agents in order: of `n` in that walk every
    /// `n / count`-th is one of them, so the cost of the better way is at most the square root of `n`.
    pub(super) fn of(self, these: Meet<'a>, count: u32) -> InOrder<'a> {
        let Self { state, terms, .. } = self;
        let free = self.agents.free(terms.queue, terms.channel);
        match state.queue(terms.queue).config.agent_order {
            AgentOrder::LongestIdle => self.idlest(these, count),
            AgentOrder::MostSkilled | AgentOrder::LeastSkilled => match self.by_skill {
                None => self.idlest(these, count),
                Some(_) if is_few(count, u64::from(free.count)) => self.ranked(these),
                Some(by_skill) => Box::new(by_skill.values().flat_map(move |agents| {
                    let equal = these.and(Some(agents));
                    self.idlest(equal, equal.count())
                })),
            },
            AgentOrder::RoundRobin => {
                let last = state.queue(terms.queue).last_offered;
                let start = last.map_or(0, |last| last.0 + 1);
                let passed = these.from(0).take_while(move |no| *no < start);
                Box::new(these.from(start).chain(passed).map(AgentNo))
            }
            AgentOrder::Random => {
                let lots = state.lots();
                if is_few(count, lots.places()) {
                    return self.ranked(these);
                }
                let all = (0..lots.places()).filter_map(move |at| u32::try_from(lots.at(at)).ok());
                Box::new(all.filter(move |no| these.contains(*no)).map(AgentNo))
            }
            AgentOrder::FewestContacts
            | AgentOrder::Linear
            | AgentOrder::MostSpareCapacity
            | AgentOrder::LeastLoaded
            | AgentOrder::Percent
            | AgentOrder::LeastOccupied => match is_few(count, u64::from(free.count)) {
                true => self.ranked(these),
                false => Box::new(Merge::of(self, &free.ranked, these)),
            },
        }
    }

    fn idle(self, no: AgentNo) -> Idle {
        let agent = self.state.agent(no);
        let leases = self.state.leases_held(agent, self.terms.channel);
        (leases, agent.idle_since)
    }

    /// Each ranked by itself.
    fn ranked(self, these: Meet<'a>) -> InOrder<'a> {
        let rank = |no| self.state.order_rank(no, self.terms);
        let all = these.from(0).map(AgentNo);
        let all = all.map(|no| Reverse((rank(no), self.idle(no), no)));
        let mut rest: BinaryHeap<_> = all.collect();
        let next = move || rest.pop().map(|Reverse((_, _, no))| no);
        Box::new(std::iter::from_fn(next))
    }

    /// The idlest first, whatever the queue's order.
    fn idlest(self, these: Meet<'a>, count: u32) -> InOrder<'a> {
        let available = &self.agents.available[self.terms.channel.index()];
        if is_few(count, available.order.len() as u64) {
            let all = these.from(0).map(AgentNo);
            let all = all.map(|no| Reverse((available.idle[no.index()], no)));
            let mut rest: BinaryHeap<_> = all.collect();
            let next = move || rest.pop().map(|Reverse((_, no))| no);
            return Box::new(std::iter::from_fn(next));
        }
        let walk = available.order.iter().map(|(_, no)| *no);
        Box::new(walk.filter(move |no| these.contains(no.0)))
    }
}

/// Whether so many are ranked sooner than met in a walk over all.
fn is_few(count: u32, all: u64) -> bool {
    u64::from(count).pow(2) <= all
}

/// An agent's place in an order: what it says of them, their idle time, their number.
type Key = (i64, Idle, AgentNo);
type Place = (i64, i64, Idle, AgentNo);

/// The rest of a group, the first of it apart.
struct Group<'a> {
    next: Option<&'a Place>,
    rest: btree_set::Range<'a, Place>,
}

/// The agents of all groups in one order. Of each group the next one tells how far at the front any of it can be.
struct Merge<'a> {
    ordering: Ordering<'a>,
    these: Meet<'a>,
    groups: Vec<Group<'a>>,
    /// When the first of them logged in.
    first_login: TimeMs,
    met: BTreeSet<Key>,
}

impl<'a> Merge<'a> {
    fn of(ordering: Ordering<'a>, ranked: &'a Ranked, these: Meet<'a>) -> Self {
        let at = |group| (group, i64::MIN, (0, TimeMs::MIN), AgentNo(0));
        let mut groups = Vec::new();
        let mut next = ranked.order.first();
        while let Some((group, ..)) = next {
            let after = at(group.saturating_add(1));
            let mut rest = ranked.order.range(at(*group)..after);
            rest.next();
            groups.push(Group { next, rest });
            next = ranked.order.range(after..).next();
        }
        Self {
            ordering,
            these,
            groups,
            first_login: ranked.logins.first().map_or(0, |(at, _)| *at),
            met: BTreeSet::new(),
        }
    }

    /// Before which place nobody of the group is from this one on.
    fn bound(&self, &(group, rank, idle, no): &Place) -> Key {
        let Ordering { state, terms, .. } = self.ordering;
        let now = state.facts().now;
        let of_time = |leased| share_of_time(leased, now - self.first_login);
        let unknown = ((0, TimeMs::MIN), AgentNo(0));
        match state.queue(terms.queue).config.agent_order {
            AgentOrder::Percent => {
                let shortfall = state.allotments_of(terms.queue).shortfall(group, rank);
                (-shortfall, idle, no)
            }
            AgentOrder::LeastOccupied if group == LEASING => {
                (of_time(rank + now), unknown.0, unknown.1)
            }
            AgentOrder::LeastOccupied if rank != 0 => (of_time(rank), unknown.0, unknown.1),
            _ => (rank, idle, no),
        }
    }
}

impl Iterator for Merge<'_> {
    type Item = AgentNo;

    fn next(&mut self) -> Option<AgentNo> {
        loop {
            let nexts = self.groups.iter().zip(0..);
            let bounds =
                nexts.filter_map(|(group, at)| group.next.map(|next| (self.bound(next), at)));
            let nearest = bounds.min();
            match nearest {
                Some((bound, at)) if self.met.first().is_none_or(|first| bound < *first) => {
                    let group: &mut Group<'_> = &mut self.groups[at];
                    let next = std::mem::replace(&mut group.next, group.rest.next());
                    if let Some((_, _, idle, no)) = next
                        && self.these.contains(no.0)
                    {
                        let rank = self.ordering.state.order_rank(*no, self.ordering.terms);
                        self.met.insert((rank, *idle, *no));
                    }
                }
                _ => return self.met.pop_first().map(|(_, _, no)| no),
            }
        }
    }
}
