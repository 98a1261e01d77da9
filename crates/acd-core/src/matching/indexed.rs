//! The matcher with the index: agents are bits, visits stand in the lines of their demands, and only heads and
//! candidates are ranked.

use std::collections::BTreeSet;

use super::bits::Bits;
use super::demand::{Demand, DemandNo, Demands};
use super::{Matcher, Pairing};
use crate::config::{AgentOrder, WrapUpBlocks};
use crate::event::{AgentKey, ContactKey};
use crate::ids::{AgentNo, Channel, QueueNo, SkillNo, TimeMs, VisitId};
use crate::requirement::LEVEL_MAX;
use crate::state::{State, Terms, Touched, Visit};

/// Finds the next pairing through the index.
#[derive(Clone, Debug, Default)]
pub struct IndexedMatcher {
    /// By skill and level (from 1): the agents who have it at that level or better.
    has: Vec<[Bits; LEVEL_MAX as usize]>,
    /// By queue: the agents who serve it.
    serves: Vec<Bits>,
    /// By channel: the agents who are available for it.
    available: [Available; Channel::ALL.len()],
    /// The agents who may have no room for some queue although they are available.
    restricted: Bits,
    demands: Demands,
}

/// The agents who are available for one channel.
#[derive(Clone, Debug, Default)]
struct Available {
    agents: Bits,
    /// The same agents, the idlest first.
    by_idle: BTreeSet<(Idle, AgentNo)>,
    /// How idle each of them is in `by_idle`.
    idle: Vec<Idle>,
}

/// How idle an agent is: how many leases they hold, and since when their idle clock runs. The smaller goes first.
type Idle = (u32, TimeMs);

impl Available {
    fn set(&mut self, agent: AgentNo, idle: Option<Idle>) {
        if self.agents.contains(agent.0) {
            self.by_idle.remove(&(self.idle[agent.index()], agent));
        }
        self.agents.set(agent.0, idle.is_some());
        if let Some(idle) = idle {
            if agent.index() >= self.idle.len() {
                self.idle.resize(agent.index() + 1, Idle::default());
            }
            self.idle[agent.index()] = idle;
            self.by_idle.insert((idle, agent));
        }
    }
}

impl Matcher for IndexedMatcher {
    fn notice(&mut self, state: &State, touched: &Touched) {
        match *touched {
            Touched::Everything => self.rebuild(state),
            Touched::Agent(agent) => self.agent_changed(state, agent),
            Touched::Skills(agent) => self.membership_changed(state, agent),
            Touched::Visit(visit) => self.visit_changed(state, visit),
            Touched::Adapter(adapter) => self
                .demands
                .stir_where(|demand| demand.terms.adapter == adapter),
            Touched::Queue(queue) => self.queues_changed(state, |other| other == queue),
            Touched::Queues => self.queues_changed(state, |_| true),
            Touched::Directives(_)
            | Touched::Figures(_)
            | Touched::Contact { .. }
            | Touched::Offer { .. }
            | Touched::Handling { .. }
            | Touched::Act(_) => {}
        }
    }

    fn next(&mut self, state: &State) -> Option<Pairing> {
        let stirred: Vec<DemandNo> = self.demands.stirred().collect();
        let mut first: Option<(ContactKey, DemandNo)> = None;
        for no in stirred {
            match self.first_of(state, self.demands.get(no)) {
                Some(key) => first = Some(first.map_or((key, no), |first| first.min((key, no)))),
                None => self.demands.calm(no),
            }
        }
        let (key, no) = first?;
        Some(self.choose(state, no, key))
    }
}

impl IndexedMatcher {
    fn rebuild(&mut self, state: &State) {
        *self = Self::default();
        let facts = state.facts();
        self.serves.resize_with(facts.queues.len(), Bits::default);
        self.has.resize_with(facts.skills.len(), Default::default);
        for no in (0..facts.agents.len()).map(|no| AgentNo(no as u32)) {
            self.note_skills(state, no);
            self.note_availability(state, no);
        }
        facts
            .visits
            .keys()
            .for_each(|visit| self.visit_changed(state, *visit));
    }

    /// Notes an agent's skills and the queues they serve.
    fn note_skills(&mut self, state: &State, no: AgentNo) {
        let agent = state.agent(no);
        for (queue, serving) in (0..).map(QueueNo).zip(&mut self.serves) {
            serving.set(no.0, agent.in_config && agent.queues.contains_key(&queue));
        }
        for (skill, levels) in (0..).map(SkillNo).zip(&mut self.has) {
            let level = agent.skills.get(&skill).copied().unwrap_or(0);
            for (at, bits) in (1..).zip(levels) {
                bits.set(no.0, at <= level);
            }
        }
    }

    fn note_availability(&mut self, state: &State, no: AgentNo) {
        let agent = state.agent(no);
        for channel in Channel::ALL {
            let idle = (state.leases_held(agent, channel), agent.idle_since);
            let available = state.is_available(agent, channel);
            self.available[channel.index()].set(no, available.then_some(idle));
        }
        let wraps_up = agent
            .leases
            .iter()
            .any(|lease| lease.blocks == WrapUpBlocks::Queue);
        self.restricted.set(no.0, agent.busy_outside || wraps_up);
    }

    /// An agent may have become eligible where they are a member; where there are tiers, one may have opened as they
    /// went.
    fn agent_changed(&mut self, state: &State, no: AgentNo) {
        self.note_availability(state, no);
        let available = &self.available;
        let is_available = available
            .iter()
            .any(|channel| channel.agents.contains(no.0));
        let serves = &self.serves;
        self.demands.stir_where(|demand| {
            let terms = &demand.terms;
            let joins = is_available
                && demand.members.contains(no.0)
                && available[terms.channel.index()].agents.contains(no.0);
            joins
                || (state.tiers_of(terms.queue).len() > 1
                    && serves[terms.queue.index()].contains(no.0))
        });
    }

    fn membership_changed(&mut self, state: &State, no: AgentNo) {
        self.note_skills(state, no);
        self.demands
            .set_member(no.0, |terms| state.meets(no, terms));
        self.agent_changed(state, no);
    }

    /// The reserve joined or left, or callbacks may be made or not.
    fn queues_changed(&mut self, state: &State, changed: impl Fn(QueueNo) -> bool) {
        let (serves, has) = (&self.serves, &self.has);
        self.demands.set_members_where(
            |terms| changed(terms.queue),
            |terms| members(state, serves, has, terms),
        );
        self.demands
            .stir_where(|demand| changed(demand.terms.queue));
    }

    fn visit_changed(&mut self, state: &State, id: VisitId) {
        let open = state.facts().visits.get(&id);
        let Some(visit) = open.filter(|visit| state.may_ring(visit)) else {
            return self.demands.dequeue(id);
        };
        let (serves, has) = (&self.serves, &self.has);
        let terms = state.terms_of(visit);
        let demand = self
            .demands
            .of_terms(terms, |terms| members(state, serves, has, terms));
        self.demands.enqueue(demand, state.line_key(visit));
    }

    /// Whether candidates of the demand differ in nothing but their idle time.
    fn is_plain(&self, state: &State, terms: &Terms) -> bool {
        let config = &state.queue(terms.queue).config;
        terms.first.is_none()
            && config.agent_order == AgentOrder::LongestIdle
            && config.pools.is_empty()
            && state.tiers_of(terms.queue).len() <= 1
            && state.ranks_of(terms.queue).len() <= 1
    }

    /// The smallest key of a visit of the demand with an agent who is eligible for it.
    fn first_of(&self, state: &State, demand: &Demand) -> Option<ContactKey> {
        let terms = &demand.terms;
        let available = &self.available[terms.channel.index()].agents;
        let count = demand.members.common_count(available);
        if count == 0 {
            return None;
        }
        if self.is_plain(state, terms) {
            let rank = state.ranks_of(terms.queue).first().copied().unwrap_or(1);
            let visits = demand
                .line
                .iter()
                .map(|key| &state.facts().visits[&key.visit]);
            let first = visits
                .filter(|visit| state.wants_offer(visit))
                .find(|visit| self.plain_candidates(state, demand, visit, count) > 0)?;
            return Some(ContactKey {
                profile_rank: rank,
                ..state.queue_key(first)
            });
        }
        let candidates = self.candidates(state, demand);
        let rank = |no: AgentNo| {
            state
                .member(no, terms.queue)
                .map_or(1, |member| member.rank)
        };
        let least = candidates.iter().map(|no| rank(*no)).min()?;
        let mut first: Option<ContactKey> = None;
        for key in &demand.line {
            let visit = &state.facts().visits[&key.visit];
            let eligible = eligible(state, visit, terms, &candidates);
            let Some(agent) = eligible.iter().copied().min_by_key(|no| rank(*no)) else {
                continue;
            };
            let key = state.contact_key(visit, agent, terms);
            first = Some(first.map_or(key, |first| first.min(key)));
            if rank(agent) == least {
                break;
            }
        }
        first
    }

    /// The agents who are eligible for the demand but for their tier and what happened with one visit.
    fn candidates(&self, state: &State, demand: &Demand) -> Vec<AgentNo> {
        let terms = &demand.terms;
        let available = &self.available[terms.channel.index()].agents;
        let both = demand.members.common(available).map(AgentNo);
        both.filter(|no| state.has_room_for(state.agent(*no), terms.queue))
            .collect()
    }

    /// How many agents are eligible for a visit of a plain demand, of `count` members that are available.
    fn plain_candidates(&self, state: &State, demand: &Demand, visit: &Visit, count: u32) -> u32 {
        let available = &self.available[demand.terms.channel.index()].agents;
        let is_candidate = |no: AgentNo| demand.members.contains(no.0) && available.contains(no.0);
        let full = |no: AgentNo| !state.has_room_for(state.agent(no), demand.terms.queue);
        let kept = state.kept_from(visit);
        let mut barred: Vec<AgentNo> = kept.filter(|no| is_candidate(*no)).collect();
        let restricted = self.restricted.common(available).map(AgentNo);
        barred.extend(restricted.filter(|no| demand.members.contains(no.0) && full(*no)));
        barred.sort_unstable();
        barred.dedup();
        count - u32::try_from(barred.len()).unwrap_or(count)
    }

    /// The agent for a visit that is the first of all.
    fn choose(&self, state: &State, no: DemandNo, key: ContactKey) -> Pairing {
        let demand = self.demands.get(no);
        let visit = &state.facts().visits[&key.visit];
        if self.is_plain(state, &demand.terms) {
            return self.choose_plain(state, demand, visit, key);
        }
        let terms = &demand.terms;
        let candidates = self.candidates(state, demand);
        let eligible = eligible(state, visit, terms, &candidates);
        let mut keys: Vec<AgentKey> = eligible
            .iter()
            .map(|no| state.agent_key(visit, *no, terms))
            .collect();
        keys.sort_unstable();
        let winner = keys.iter().position(|agent| {
            let own = state.contact_key(visit, agent.agent, terms);
            own == key || self.is_first_for(state, agent.agent, own)
        });
        let winner = keys[winner.expect("the agent with whom the visit is the first of all")];
        Pairing {
            visit: visit.id,
            contact: state.contact_key(visit, winner.agent, terms),
            candidates: keys.len() as u32,
            winner,
            runner_up: keys.into_iter().find(|key| *key != winner),
        }
    }

    /// Whether no other visit goes before this key for the agent.
    fn is_first_for(&self, state: &State, no: AgentNo, key: ContactKey) -> bool {
        self.demands
            .stirred()
            .map(|demand| self.demands.get(demand))
            .all(|demand| {
                let terms = &demand.terms;
                if !demand.members.contains(no.0) || !state.could_but_for_back_off(no, terms) {
                    return true;
                }
                let candidates = self.candidates(state, demand);
                let visits = demand
                    .line
                    .iter()
                    .map(|place| &state.facts().visits[&place.visit]);
                let mut before =
                    visits.take_while(|visit| state.contact_key(visit, no, terms) < key);
                !before.any(|visit| eligible(state, visit, terms, &candidates).contains(&no))
            })
    }

    /// The idlest agent for a visit.
    fn choose_plain(
        &self,
        state: &State,
        demand: &Demand,
        visit: &Visit,
        key: ContactKey,
    ) -> Pairing {
        let terms = &demand.terms;
        let available = &self.available[terms.channel.index()];
        let members = demand.members.common_count(&available.agents);
        let kept: Vec<AgentNo> = state.kept_from(visit).collect();
        let is_eligible = |no: AgentNo| {
            !kept.contains(&no)
                && (!self.restricted.contains(no.0)
                    || state.has_room_for(state.agent(no), terms.queue))
        };
        let is_candidate = |no: AgentNo| {
            demand.members.contains(no.0) && available.agents.contains(no.0) && is_eligible(no)
        };
        let is_behind = |no: AgentNo| state.place_behind(visit, no) > 0;
        let behind = visit.behind.iter().map(|behind| behind.agent);
        let mut behind = behind.filter(|no| is_behind(*no) && is_candidate(*no));
        let candidates = self.plain_candidates(state, demand, visit, members);
        let others = candidates as usize - behind.clone().count();
        let first_two = self.idlest_two(demand, members, others, |no| {
            is_eligible(no) && !is_behind(no)
        });
        let mut keys = first_two
            .into_iter()
            .flatten()
            .chain(std::iter::from_fn(|| behind.next()))
            .map(|no| state.agent_key(visit, no, terms));
        Pairing {
            visit: visit.id,
            contact: key,
            candidates,
            winner: keys.next().expect("a candidate"),
            runner_up: keys.next(),
        }
    }

    /// The two idlest of the `many` available members of whom this holds, `members` being how many are available.
    ///
    /// Few members are looked at one by one. Many are met soon when walking the idle agents from the idlest on: of `n`
    /// agents in that walk every `n / members`-th is a member, so the cost of the better way is at most the square root
    /// of `n`.
    fn idlest_two(
        &self,
        demand: &Demand,
        members: u32,
        many: usize,
        holds: impl Fn(AgentNo) -> bool,
    ) -> [Option<AgentNo>; 2] {
        let available = &self.available[demand.terms.channel.index()];
        if u64::from(members).pow(2) > available.by_idle.len() as u64 {
            let walk = available.by_idle.iter().map(|(_, no)| *no);
            let mut found = walk
                .filter(|no| demand.members.contains(no.0) && holds(*no))
                .take(many);
            return [found.next(), found.next()];
        }
        let mut first_two: [Option<(Idle, AgentNo)>; 2] = [None; 2];
        let common = demand.members.common(&available.agents).map(AgentNo);
        for no in common.filter(|no| holds(*no)) {
            let idle = (available.idle[no.index()], no);
            if first_two[0].is_none_or(|first| idle < first) {
                first_two = [Some(idle), first_two[0]];
            } else if first_two[1].is_none_or(|second| idle < second) {
                first_two[1] = Some(idle);
            }
        }
        first_two.map(|found| found.map(|(_, no)| no))
    }
}

/// The agents of the candidates who are eligible for this very visit.
fn eligible(state: &State, visit: &Visit, terms: &Terms, candidates: &[AgentNo]) -> Vec<AgentNo> {
    if !state.wants_offer(visit) {
        return Vec::new();
    }
    state.eligible_among(visit, terms, candidates)
}

/// The agents who meet the terms: skills through the index, the rest one by one where anything else is asked.
fn members(
    state: &State,
    serves: &[Bits],
    has: &[[Bits; LEVEL_MAX as usize]],
    terms: &Terms,
) -> Bits {
    let mut members = Bits::default();
    if let Some(personal) = terms.personal {
        members.set(personal.0, state.meets(personal, terms));
        return members;
    }
    let serves = &serves[terms.queue.index()];
    let mut skilled = Bits::default();
    if terms.requirement.is_none() {
        skilled = serves.clone();
    }
    for group in &terms.requirement.any_of {
        let mut satisfied = serves.clone();
        for term in group {
            match state.skill_no(&term.skill) {
                Some(skill) => {
                    satisfied.intersect(&has[skill.index()][usize::from(term.level) - 1])
                }
                None => satisfied = Bits::default(),
            }
        }
        skilled.join(&satisfied);
    }
    for agent in skilled
        .members()
        .filter(|agent| state.meets(AgentNo(*agent), terms))
    {
        members.set(agent, true);
    }
    members
}
