//! The matcher with the index: agents are bits, visits that are alike to agents stand in lines, and only heads and
//! candidates are looked at.

use super::agents::{Agents, Free, Ordering};
use super::lines::{Demand, Found, LineNo, Lines, Place};
use super::{Matcher, Pairing};
use crate::bits::{Bits, Meet};
use crate::event::ContactKey;
use crate::ids::{AgentNo, Channel, QueueNo};
use crate::state::{LineKey, State, Terms, Touched, Visit};

/// Finds the next pairing through the index.
#[derive(Clone, Debug, Default)]
pub struct IndexedMatcher {
    agents: Agents,
    lines: Lines,
}

impl Matcher for IndexedMatcher {
    fn notice(&mut self, state: &State, touched: &Touched) {
        let Self { agents, lines } = self;
        match *touched {
            Touched::Everything => self.rebuild(state),
            Touched::Agent(no) => self.agent_changed(state, no),
            Touched::Skills(no) => {
                lines.skills_changed(state, no);
                self.agent_changed(state, no);
            }
            Touched::Visit(visit) => lines.visit_changed(state, agents, visit),
            Touched::Adapter(adapter) => lines.adapter_changed(state, adapter),
            Touched::Queue(queue) => lines.queue_changed(state, agents, queue),
            Touched::Queues => {
                let queues = (0..).map(QueueNo).take(state.facts().queues.len());
                queues.for_each(|queue| lines.queue_changed(state, agents, queue));
            }
            Touched::Directives(_)
            | Touched::Figures(_)
            | Touched::Day(_)
            | Touched::Contact { .. }
            | Touched::Offer { .. }
            | Touched::Handling { .. }
            | Touched::Act(_) => {}
        }
    }

    fn next(&mut self, state: &State) -> Option<Pairing> {
        while let Some(place) = self.lines.next_to_search(state.facts().now) {
            match self.search(state, place) {
                Some(found) => self.lines.found(place, found),
                None => self.lines.calm(place),
            }
        }
        let (place, found) = self.lines.first()?;
        self.lines.sort_by_skill(state, found.line);
        Some(self.choose(state, place, found))
    }
}

/// What a search has come upon.
#[derive(Default)]
struct Search {
    /// The first pair.
    first: Option<Found>,
    /// The lines whose head is overdue.
    overdue: Vec<LineNo>,
}

impl Search {
    /// The visit, at the head of the line, is for an agent for whom its queue has this rank.
    fn note(&mut self, state: &State, visit: &Visit, line: LineNo, rank: u32) {
        let key = ContactKey {
            profile_rank: rank,
            ..state.queue_key(visit)
        };
        if self.first.is_none_or(|first| key < first.key) {
            self.first = Some(Found { key, line });
        }
    }
}

/// The agents who are free for the visits of one line: all of them, or of one tier.
type Part<'a> = Meet<'a>;

impl IndexedMatcher {
    fn rebuild(&mut self, state: &State) {
        let facts = state.facts();
        self.agents = Agents::of(state);
        self.lines = Lines::for_queues(facts.queues.len());
        for visit in facts.visits.keys() {
            self.lines.visit_changed(state, &self.agents, *visit);
        }
    }

    fn agent_changed(&mut self, state: &State, no: AgentNo) {
        let Self { agents, lines } = self;
        agents.note(state, no, |moved| lines.agent_moved(state, &moved));
        lines.agent_changed(no);
    }

    /// The first pair of a place.
    fn search(&mut self, state: &State, place: Place) -> Option<Found> {
        loop {
            let (found, overdue) = match place {
                Place::Agent(no) => self.search_personal(state, no),
                Place::Queue(queue, channel) => self.search_queue(state, queue, channel),
            };
            if overdue.is_empty() {
                return found;
            }
            for line in overdue {
                self.lines.drop_overdue(state, line);
            }
        }
    }

    /// The first pair of what waits for one agent, and the lines whose head is overdue.
    fn search_personal(&self, state: &State, no: AgentNo) -> (Option<Found>, Vec<LineNo>) {
        let mut overdue = Vec::new();
        let mut first: Option<Found> = None;
        for (head, line) in self.lines.heads(Place::Agent(no)).into_iter().flatten() {
            let visit = &state.facts().visits[&head.visit()];
            let demand = self.lines.demand_of(*line);
            if state.is_overdue(visit) {
                overdue.push(*line);
            } else if self.suits_personally(state, visit, demand, no) {
                let key = state.contact_key(visit, no, &demand.terms);
                if first.is_none_or(|first| key < first.key) {
                    first = Some(Found { key, line: *line });
                }
            }
        }
        (first, overdue)
    }

    /// Whether the one agent whom a visit is for is eligible for it.
    fn suits_personally(&self, state: &State, visit: &Visit, demand: &Demand, no: AgentNo) -> bool {
        let terms = &demand.terms;
        if !state.could_but_for_back_off(no, terms) || state.kept_from(visit).any(|kept| kept == no)
        {
            return false;
        }
        let tier = state.tier_of(no, terms);
        let open = state.tiers_opened(
            visit,
            terms,
            |of, holds| of == tier && holds(no),
            |tier| self.agents.anyone_logged_in_below(terms, tier),
        );
        open.contains(&tier)
    }

    /// The first pair of the agents of a queue who are free for a channel, and the lines whose head is overdue.
    fn search_queue(
        &self,
        state: &State,
        queue: QueueNo,
        channel: Channel,
    ) -> (Option<Found>, Vec<LineNo>) {
        let mut search = Search::default();
        let free = self.agents.free(queue, channel);
        if free.count == 0 {
            return (None, search.overdue);
        }
        let place = Place::Queue(queue, channel);
        let all = || self.lines.heads(place).into_iter().flatten().copied();
        let tiered = state.tiers_of(queue).len() > 1;
        match self.lines.unsettled(place).filter(|_| !tiered) {
            None => self.search_lines(state, queue, free, all(), &mut search),
            Some(came) => {
                let heads = self.lines.new_heads(place, came).into_iter();
                self.search_lines(state, queue, free, heads, &mut search);
                let agents = came.agents.iter().filter(|no| free.agents.contains(no.0));
                let rank_for = |no: &AgentNo| state.member(*no, queue).map_or(1, |its| its.rank);
                let agents: Vec<_> = agents.map(|no| (rank_for(no), *no)).collect();
                self.search_agents(state, &agents, all(), &mut search);
            }
        }
        (search.first, search.overdue)
    }

    /// The first pair of these lines and the agents of their queue who are free.
    fn search_lines(
        &self,
        state: &State,
        queue: QueueNo,
        free: &Free,
        lines: impl Iterator<Item = (LineKey, LineNo)>,
        search: &mut Search,
    ) {
        let its = self.agents.queue(queue);
        let is_held =
            |(_, agents): &&(u32, Bits)| !Meet::of(&free.agents).and(Some(agents)).is_empty();
        let least = match its.ranks.iter().find(is_held) {
            Some((rank, _)) => *rank,
            None => state.ranks_of(queue).first().copied().unwrap_or(1),
        };
        for (head, line) in lines {
            let demand = self.lines.demand_of(line);
            if self.free_members(demand).is_empty() {
                continue;
            }
            let visit = &state.facts().visits[&head.visit()];
            if state.is_overdue(visit) {
                search.overdue.push(line);
                continue;
            }
            if let Some(rank) = self.least_rank(state, visit, demand, least) {
                search.note(state, visit, line, rank);
                if rank == least {
                    break;
                }
            }
        }
    }

    /// The first pair of these agents, who are free and of a queue without tiers, and the lines of that queue. `agents`
    /// come with the rank that the queue has for them.
    fn search_agents(
        &self,
        state: &State,
        agents: &[(u32, AgentNo)],
        lines: impl Iterator<Item = (LineKey, LineNo)>,
        search: &mut Search,
    ) {
        let Some(least) = agents.iter().map(|(rank, _)| *rank).min() else {
            return;
        };
        for (head, line) in lines {
            let members = self.lines.demand_of(line).members.as_ref();
            let is_member = |no: AgentNo| members.is_none_or(|members| members.contains(no.0));
            let mut could = agents.iter().filter(|(_, no)| is_member(*no)).peekable();
            if could.peek().is_none() {
                continue;
            }
            let visit = &state.facts().visits[&head.visit()];
            if state.is_overdue(visit) {
                search.overdue.push(line);
                continue;
            }
            let is_kept = |no: AgentNo| state.kept_from(visit).any(|kept| kept == no);
            let eligible = could.filter(|(_, no)| !is_kept(*no));
            if let Some(rank) = eligible.map(|(rank, _)| *rank).min() {
                search.note(state, visit, line, rank);
                if rank == least {
                    break;
                }
            }
        }
    }

    /// The least rank that the queue has for an agent who is eligible for the visit; none: nobody is. `least` is the
    /// least of all who are free.
    fn least_rank(&self, state: &State, visit: &Visit, demand: &Demand, least: u32) -> Option<u32> {
        let ranks = &self.agents.queue(demand.terms.queue).ranks;
        let parts = self.parts(state, visit, demand);
        let kept: Vec<AgentNo> = state.kept_from(visit).collect();
        let any = |rank: Option<&Bits>| {
            let mut all = parts.iter().flat_map(|part| part.and(rank).from(0));
            all.any(|no| !kept.contains(&AgentNo(no)))
        };
        if ranks.is_empty() {
            return any(None).then_some(least);
        }
        let ranks = ranks.iter().filter(|(rank, _)| *rank >= least);
        let mut held = ranks.filter(|(_, agents)| any(Some(agents)));
        held.next().map(|(rank, _)| *rank)
    }

    /// Who is free for the visits of the demand and meets its terms.
    fn free_members<'a>(&'a self, demand: &'a Demand) -> Part<'a> {
        let Terms { queue, channel, .. } = demand.terms;
        Meet::of(&self.agents.free(queue, channel).agents).and(demand.members.as_ref())
    }

    /// Of them those whose tier is open for the visit, tier by tier from the lowest on.
    fn parts<'a>(&'a self, state: &State, visit: &Visit, demand: &'a Demand) -> Vec<Part<'a>> {
        let terms = &demand.terms;
        let its = self.agents.queue(terms.queue);
        let all = self.free_members(demand);
        if its.tiers.is_empty() {
            return vec![all];
        }
        let of_tier = |tier: u32| {
            let own = || its.tiers.iter().find(|(own, _)| *own == tier);
            let peers = match &demand.raised {
                Some(raised) if terms.tiers.raise == Some(tier) => Some(raised),
                _ => own().map(|(_, agents)| agents),
            };
            all.and(peers)
        };
        let open = state.tiers_opened(
            visit,
            terms,
            |tier, holds| {
                let mut could = of_tier(tier).from(0);
                could.any(|no| holds(AgentNo(no)))
            },
            |tier| self.agents.anyone_logged_in_below(terms, tier),
        );
        open.into_iter().map(of_tier).collect()
    }

    /// The agent for the visit that is the first of all.
    fn choose(&self, state: &State, place: Place, Found { key, line }: Found) -> Pairing {
        let visit = &state.facts().visits[&key.visit];
        let demand = self.lines.demand_of(line);
        let terms = &demand.terms;
        let chosen = |no| state.agent_key(visit, no, terms);
        if let Place::Agent(no) = place {
            return Pairing {
                visit: visit.id,
                contact: key,
                candidates: 1,
                winner: chosen(no),
                runner_up: None,
            };
        }
        let parts = self.parts(state, visit, demand);
        let holds = |no: AgentNo| parts.iter().any(|part| part.contains(no.0));
        let mut kept: Vec<AgentNo> = state.kept_from(visit).filter(|no| holds(*no)).collect();
        kept.sort_unstable();
        kept.dedup();
        let is_behind = |no: AgentNo| state.place_behind(visit, no) > 0;
        let behind = visit.behind.iter().map(|behind| behind.agent);
        let behind = behind.filter(|no| is_behind(*no) && holds(*no) && !kept.contains(no));
        let ordering = Ordering {
            state,
            agents: &self.agents,
            terms,
            by_skill: demand.by_skill.as_ref(),
        };
        let free = self.agents.free(terms.queue, terms.channel);
        let counts: Vec<u32> = match demand.members.is_none() && ordering.is_untiered() {
            true => vec![free.count],
            false => parts.iter().map(|part| part.count()).collect(),
        };
        let others = parts.iter().zip(&counts);
        let others = others.flat_map(|(part, count)| ordering.of(*part, *count));
        let mut all = others
            .filter(|no| !kept.contains(no) && !is_behind(*no))
            .chain(behind);
        let mut before = None;
        let winner = all.find(|no| {
            let own = state.contact_key(visit, *no, terms);
            let is_first = own == key || self.is_first_for(state, *no, own);
            if !is_first {
                before.get_or_insert(*no);
            }
            is_first
        });
        let winner = winner.expect("the agent with whom the visit is the first of all");
        Pairing {
            visit: visit.id,
            contact: state.contact_key(visit, winner, terms),
            candidates: counts.iter().sum::<u32>() - kept.len() as u32,
            winner: chosen(winner),
            runner_up: before.or_else(|| all.next()).map(chosen),
        }
    }

    /// Whether no other visit goes before this key for the agent.
    fn is_first_for(&self, state: &State, no: AgentNo, key: ContactKey) -> bool {
        let personal = self.search_personal(state, no).0;
        if personal.is_some_and(|found| found.key < key) {
            return false;
        }
        let queues = state.agent(no).queues.keys();
        let places =
            queues.flat_map(|queue| Channel::ALL.map(|channel| Place::Queue(*queue, channel)));
        let mut found = places.filter(|place| self.lines.is_found(*place));
        !found.any(|place| {
            let heads = self.lines.heads(place).into_iter().flatten();
            let own_key = |visit: &Visit, line| {
                state.contact_key(visit, no, &self.lines.demand_of(line).terms)
            };
            let mut before = heads.take_while(|(head, line)| {
                own_key(&state.facts().visits[&head.visit()], *line) < key
            });
            before.any(|(_, line)| {
                let demand = self.lines.demand_of(*line);
                let visit = self.lines.first_in_time(state, *line);
                visit.is_some_and(|visit| {
                    own_key(visit, *line) < key
                        && !state.kept_from(visit).any(|kept| kept == no)
                        && self
                            .parts(state, visit, demand)
                            .iter()
                            .any(|part| part.contains(no.0))
                })
            })
        })
    }
}
