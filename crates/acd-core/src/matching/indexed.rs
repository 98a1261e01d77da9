//! The matcher with the index: agents are bits, waiting visits stand in the lines of their demands, and only heads
//! and candidates are ranked.

use std::collections::BTreeSet;

use super::bits::Bits;
use super::demand::{DemandKey, DemandNo, Demands};
use super::{Matcher, Pairing};
use crate::event::{AgentKey, ContactKey};
use crate::ids::{AgentNo, Channel, SkillNo, TimeMs, VisitId};
use crate::requirement::{LEVEL_MAX, Requirement};
use crate::state::{State, Touched, Visit};

/// Finds the next pairing through the index.
#[derive(Clone, Debug, Default)]
pub struct IndexedMatcher {
    /// By queue: the agents who serve it.
    serves: Vec<Bits>,
    /// By skill and level (from 1): the agents who have it at that level or better.
    has: Vec<[Bits; LEVEL_MAX as usize]>,
    /// By channel: the agents who may be offered a contact of it.
    available: [Available; Channel::ALL.len()],
    demands: Demands,
}

/// The agents who may be offered a contact of one channel.
#[derive(Clone, Debug, Default)]
struct Available {
    agents: Bits,
    /// The same agents, the longest idle first.
    by_idle: BTreeSet<AgentKey>,
    /// Since when each of them is idle in `by_idle`.
    idle_since: Vec<TimeMs>,
}

impl Available {
    fn set(&mut self, agent: AgentNo, idle_since: Option<TimeMs>) {
        if self.agents.contains(agent.0) {
            self.by_idle.remove(&AgentKey {
                idle_since: self.idle_since[agent.index()],
                agent,
            });
        }
        self.agents.set(agent.0, idle_since.is_some());
        if let Some(idle_since) = idle_since {
            if agent.index() >= self.idle_since.len() {
                self.idle_since.resize(agent.index() + 1, 0);
            }
            self.idle_since[agent.index()] = idle_since;
            self.by_idle.insert(AgentKey { idle_since, agent });
        }
    }

    fn key(&self, agent: u32) -> AgentKey {
        AgentKey {
            idle_since: self.idle_since[agent as usize],
            agent: AgentNo(agent),
        }
    }
}

impl Matcher for IndexedMatcher {
    fn notice(&mut self, state: &State, touched: Touched) {
        match touched {
            Touched::Everything => self.rebuild(state),
            Touched::Agent(agent) => self.agent_changed(state, agent),
            Touched::Skills(agent) => self.skills_changed(state, agent),
            Touched::Visit(visit) => self.visit_changed(state, visit),
            Touched::Adapter(adapter) => self
                .demands
                .stir_where(|demand| demand.key.adapter == adapter),
        }
    }

    fn next(&mut self, state: &State) -> Option<Pairing> {
        while let Some(demand) = self.demands.first_stirred() {
            match self.first_pairing(state, demand) {
                Head(Some(pairing)) => return Some(pairing),
                Behind(pairing) => return Some(self.first_of_all(state, pairing)),
                Head(None) => self.demands.settle(demand),
            }
        }
        None
    }
}

/// What a search in one demand found.
enum Found {
    /// The pairing of the line's head, or none in the whole line.
    Head(Option<Pairing>),
    /// The first pairing is that of a visit behind the head: another demand's head may go before it.
    Behind(Pairing),
}
use Found::{Behind, Head};

impl IndexedMatcher {
    fn rebuild(&mut self, state: &State) {
        *self = Self::default();
        let facts = state.facts();
        self.serves.resize_with(facts.queues.len(), Bits::default);
        self.has.resize_with(facts.skills.len(), Default::default);
        for no in (0..facts.agents.len()).map(|no| AgentNo(no as u32)) {
            let agent = state.agent(no);
            if agent.in_config {
                agent
                    .queues
                    .iter()
                    .for_each(|queue| _ = self.serves[queue.index()].set(no.0, true));
            }
            self.note_skills(state, no);
            self.note_availability(state, no);
        }
        facts
            .visits
            .keys()
            .for_each(|visit| self.visit_changed(state, *visit));
    }

    fn note_skills(&mut self, state: &State, no: AgentNo) {
        let agent = state.agent(no);
        for (skill, levels) in (0..).map(SkillNo).zip(&mut self.has) {
            let level = agent.skills.get(&skill).copied().unwrap_or(0);
            for (at, bits) in (1..).zip(levels) {
                bits.set(no.0, at <= level);
            }
        }
    }

    fn note_availability(&mut self, state: &State, no: AgentNo) {
        let agent = state.agent(no);
        for channel in agent.config.capacity.keys() {
            let idle_since = agent.is_available(*channel).then_some(agent.idle_since);
            self.available[channel.index()].set(no, idle_since);
        }
    }

    fn agent_changed(&mut self, state: &State, no: AgentNo) {
        self.note_availability(state, no);
        let available = &self.available;
        if !available
            .iter()
            .any(|channel| channel.agents.contains(no.0))
        {
            return;
        }
        self.demands.stir_where(|demand| {
            demand.members.contains(no.0)
                && available[demand.key.channel.index()].agents.contains(no.0)
        });
    }

    fn skills_changed(&mut self, state: &State, no: AgentNo) {
        self.note_skills(state, no);
        let (serves, agent) = (&self.serves, state.agent(no));
        self.demands.set_member(no.0, |key| {
            serves[key.queue.index()].contains(no.0)
                && agent.satisfies(requirement(state, key), |name| state.skill_no(name))
        });
        self.agent_changed(state, no);
    }

    fn visit_changed(&mut self, state: &State, id: VisitId) {
        match state
            .facts()
            .visits
            .get(&id)
            .filter(|visit| visit.offer.is_none())
        {
            None => self.demands.dequeue(id),
            Some(visit) => {
                let contact = &state.facts().contacts[&visit.contact];
                let key = DemandKey {
                    queue: visit.queue,
                    channel: contact.channel,
                    adapter: contact.adapter,
                    requirement: contact.requirement.clone(),
                };
                let (serves, has) = (&self.serves, &self.has);
                let demand = self
                    .demands
                    .of_key(key, |key| members(state, serves, has, key));
                self.demands.enqueue(demand, state.contact_key(visit));
            }
        }
    }

    /// The first visit of the demand's line that has an eligible agent, with that agent.
    fn first_pairing(&self, state: &State, no: DemandNo) -> Found {
        let demand = self.demands.get(no);
        let available = &self.available[demand.key.channel.index()];
        let gate_open = state.adapter(demand.key.adapter).is_present()
            && state.queue(demand.key.queue).in_config;
        let members = if gate_open {
            demand.members.common_count(&available.agents)
        } else {
            0
        };
        if members == 0 {
            return Head(None);
        }
        for (at, place) in demand.line.iter().enumerate() {
            let visit = &state.facts().visits[&place.visit];
            if let Some(pairing) = choose_agent(&demand.members, available, members, visit) {
                return if at == 0 {
                    Head(Some(pairing))
                } else {
                    Behind(pairing)
                };
            }
        }
        Head(None)
    }

    /// The first pairing of all stirred demands, when the head of the first one found no agent.
    fn first_of_all(&self, state: &State, found: Pairing) -> Pairing {
        let key = |pairing: &Pairing| -> ContactKey {
            state.contact_key(&state.facts().visits[&pairing.visit])
        };
        let others = self
            .demands
            .stirred()
            .filter_map(|no| match self.first_pairing(state, no) {
                Head(pairing) => pairing,
                Behind(pairing) => Some(pairing),
            });
        others.chain([found]).min_by_key(key).unwrap_or(found)
    }
}

/// The first eligible agent for a visit, out of `members` that serve its demand and are available.
///
/// Few candidates are ranked one by one. Many are met soon when walking the idle agents from the longest idle on: of
/// `n` agents in that walk every `n / members`-th is a candidate, so the cost of the better way is at most the square
/// root of `n`.
fn choose_agent(
    demand: &Bits,
    available: &Available,
    members: u32,
    visit: &Visit,
) -> Option<Pairing> {
    let held = |agent: AgentNo| visit.back_offs.iter().any(|(other, _)| *other == agent);
    let barred = visit
        .back_offs
        .iter()
        .filter(|(agent, _)| demand.contains(agent.0) && available.agents.contains(agent.0));
    let candidates = members - u32::try_from(barred.count()).unwrap_or(members);
    if candidates == 0 {
        return None;
    }
    let few = u64::from(members).pow(2) <= available.by_idle.len() as u64;
    let mut first_two = [None; 2];
    if few {
        let ranked = demand
            .common(&available.agents)
            .map(|agent| available.key(agent));
        for key in ranked.filter(|key| !held(key.agent)) {
            if first_two[0].is_none_or(|first| key < first) {
                first_two = [Some(key), first_two[0]];
            } else if first_two[1].is_none_or(|second| key < second) {
                first_two[1] = Some(key);
            }
        }
    } else {
        let mut walk = available
            .by_idle
            .iter()
            .filter(|key| demand.contains(key.agent.0) && !held(key.agent));
        first_two = [walk.next().copied(), None];
        if candidates > 1 {
            first_two[1] = walk.next().copied();
        }
    }
    let [Some(winner), runner_up] = first_two else {
        return None;
    };
    Some(Pairing {
        visit: visit.id,
        candidates,
        winner,
        runner_up,
    })
}

fn requirement<'a>(state: &'a State, key: &'a DemandKey) -> &'a Requirement {
    key.requirement
        .as_ref()
        .unwrap_or(&state.queue(key.queue).config.requirement)
}

/// The agents who serve the demand's queue and satisfy its requirement.
fn members(
    state: &State,
    serves: &[Bits],
    has: &[[Bits; LEVEL_MAX as usize]],
    key: &DemandKey,
) -> Bits {
    let serves = &serves[key.queue.index()];
    let requirement = requirement(state, key);
    if requirement.is_none() {
        return serves.clone();
    }
    let mut members = Bits::default();
    for group in &requirement.any_of {
        let mut satisfied = serves.clone();
        for term in group {
            match state.skill_no(&term.skill) {
                Some(skill) => {
                    satisfied.intersect(&has[skill.index()][usize::from(term.level) - 1])
                }
                None => satisfied = Bits::default(),
            }
        }
        members.join(&satisfied);
    }
    members
}
