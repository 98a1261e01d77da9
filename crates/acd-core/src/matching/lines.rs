//! The waiting visits: those that are alike to agents stand in one line, and its head speaks for all of it.

use std::collections::{BTreeMap, BTreeSet};

use super::agents::{Agents, Moved};
use crate::bits::Bits;
use crate::config::AgentOrder;
use crate::event::{Behind, ContactKey, ContactOrigin};
use crate::ids::{AdapterNo, AgentNo, Channel, Channels, QueueNo, TimeMs, VisitId};
use crate::lookup::Lookup;
use crate::state::{LineKey, State, Terms, Visit};

/// The place of a demand in the list of demands; reused when it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct DemandNo(usize);

/// The place of a line in the list of lines; reused when it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct LineNo(usize);

/// What visits ask.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    pub(super) terms: Terms<'static>,
    /// Who meets the terms when they are not paused; none: every free agent of the queue. Not kept of a demand that is
    /// for one agent only.
    pub(super) members: Option<Bits>,
    /// Those whose tiers count as one for these visits, where there are tiers.
    pub(super) raised: Option<Bits>,
    /// The members by what the queue's order says of their skills, once it was asked.
    pub(super) by_skill: Option<BTreeMap<i64, Bits>>,
    lines: BTreeMap<Kind, LineNo>,
    /// The stamp of when its last line was gone; none while it has any.
    empty_since: Option<u64>,
}

/// Everything besides its terms that decides to whom a visit may be offered, apart from how busy agents are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    is_callback: bool,
    /// Whether it stays when its queue closes, and whether it does in an emergency.
    stays_closed: bool,
    stays_in_emergency: bool,
    /// The tiers that time or a missed offer has opened; empty where there are no tiers.
    tiers_open: Vec<u32>,
    /// The agents it is kept from by a back-off, rising.
    back_offs: Vec<AgentNo>,
    /// The agents at whom it rings, rising.
    rings_at: Vec<AgentNo>,
    /// The others who come after all others, since when and until when; empty where there are no tiers.
    behind: Vec<(AgentNo, TimeMs, TimeMs)>,
    /// A visit that is an agent's question: nobody can tell from it who takes part in their conversation.
    question: Option<VisitId>,
}

/// Visits of one kind.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) demand: DemandNo,
    kind: Kind,
    visits: BTreeSet<LineKey>,
    /// Whether offers are made of such visits now.
    awake: bool,
    /// Its first visit, if it is awake: as it stands among the heads.
    head: Option<LineKey>,
}

/// Where lines stand that can have agents in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Place {
    /// They are for one agent only.
    Agent(AgentNo),
    /// They are for the agents of this queue who are free for this channel.
    Queue(QueueNo, Channel),
}

/// How many demands without a visit stay ready for the next one of their kind.
const EMPTY_KEPT: usize = 4_096;

/// All lines, found by what they are, by visit and by place.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    demands: Slots<Demand>,
    lines: Slots<Line>,
    /// Where each visit stands.
    standing: Lookup<VisitId, (LineNo, LineKey)>,
    /// By queue and channel: the heads of the lines that are awake.
    heads: Vec<[BTreeSet<(LineKey, LineNo)>; Channel::ALL.len()]>,
    /// The same of the lines that are for one agent.
    personal: BTreeMap<AgentNo, BTreeSet<(LineKey, LineNo)>>,
    /// By queue: its demands.
    demands_of: Vec<BTreeSet<DemandNo>>,
    demand_by_terms: Lookup<Terms<'static>, DemandNo>,
    /// The demands without a line, the longest empty first.
    empty: BTreeSet<(u64, DemandNo)>,
    /// Counts up with each demand that becomes empty.
    stamp: u64,
    searches: Searches,
}

/// Things by number, the numbers reused. They stand in blocks, so that more of them never move those there are.
#[derive(Clone, Debug)]
struct Slots<T> {
    blocks: Vec<Vec<Option<T>>>,
    vacant: Vec<usize>,
}

/// How many things a block has.
const BLOCK: usize = 64;

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self {
            blocks: Vec::new(),
            vacant: Vec::new(),
        }
    }
}

impl<T> Slots<T> {
    fn add(&mut self, thing: T) -> usize {
        if let Some(no) = self.vacant.pop() {
            self.blocks[no / BLOCK][no % BLOCK] = Some(thing);
            return no;
        }
        if self.blocks.last().is_none_or(|last| last.len() == BLOCK) {
            self.blocks.push(Vec::with_capacity(BLOCK));
        }
        let at = self.blocks.len() - 1;
        self.blocks[at].push(Some(thing));
        at * BLOCK + self.blocks[at].len() - 1
    }

    fn remove(&mut self, no: usize) -> T {
        self.vacant.push(no);
        let thing = self.blocks[no / BLOCK][no % BLOCK].take();
        thing.expect("what is removed exists")
    }

    fn find(&self, no: usize) -> Option<&T> {
        self.blocks[no / BLOCK][no % BLOCK].as_ref()
    }

    fn get(&self, no: usize) -> &T {
        self.find(no).expect("what has a number exists")
    }

    fn get_mut(&mut self, no: usize) -> &mut T {
        let thing = self.blocks[no / BLOCK][no % BLOCK].as_mut();
        thing.expect("what has a number exists")
    }

    /// All of them with their numbers.
    fn iter(&self) -> impl Iterator<Item = (usize, &T)> {
        let all = (0..).zip(self.blocks.iter().flatten());
        all.filter_map(|(no, thing)| Some((no, thing.as_ref()?)))
    }
}

/// Which places are to be searched for a pairing, and what was found where.
#[derive(Clone, Debug, Default)]
struct Searches {
    /// A pairing may have become possible, or impossible, since the last search.
    stirred: BTreeSet<Place>,
    /// Where there may be a pairing: between whom.
    unsettled: BTreeMap<Place, Unsettled>,
    found: BTreeMap<Place, Found>,
    /// What was found, the first of all first.
    order: BTreeSet<(ContactKey, Place)>,
    /// The instant of which that is true.
    at: TimeMs,
}

/// What came to a place since no pairing was possible there: each that is has one of these agents or one of these lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Unsettled {
    pub(super) agents: Vec<AgentNo>,
    lines: Vec<LineNo>,
    /// So much came that all is to be looked at.
    everything: bool,
}

/// How many agents, and how many lines, are looked at one by one before all is.
const LOOKED_AT: usize = 8;

/// Why a place is searched.
#[derive(Clone, Copy, Debug)]
enum Cause {
    /// This agent is free.
    Agent(AgentNo),
    /// This line has another head.
    Line(LineNo),
    /// What was found may be so no longer; nothing came.
    Loss,
    /// Anything may have become possible.
    Anything,
}

impl Unsettled {
    fn note(&mut self, cause: Cause) {
        fn add<T: PartialEq>(list: &mut Vec<T>, one: T) -> bool {
            if !list.contains(&one) {
                list.push(one);
            }
            list.len() > LOOKED_AT
        }
        self.everything |= match cause {
            Cause::Agent(no) => add(&mut self.agents, no),
            Cause::Line(no) => add(&mut self.lines, no),
            Cause::Loss => false,
            Cause::Anything => true,
        };
    }
}

/// The first pair of a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) key: ContactKey,
    pub(super) line: LineNo,
}

impl Searches {
    fn stir(&mut self, place: Place, cause: Cause) {
        self.forget(place);
        self.stirred.insert(place);
        self.unsettled.entry(place).or_default().note(cause);
    }

    fn forget(&mut self, place: Place) {
        if let Some(found) = self.found.remove(&place) {
            self.order.remove(&(found.key, place));
        }
    }
}

impl Kind {
    fn of(state: &State, visit: &Visit) -> Self {
        let facts = state.facts();
        let contact = &facts.contacts[&visit.contact];
        let tiered = state.tiers_of(visit.queue).len() > 1;
        let mut back_offs: Vec<AgentNo> = visit.back_offs.iter().map(|(no, _)| *no).collect();
        back_offs.sort_unstable();
        back_offs.dedup();
        let offers = visit.offers.iter();
        let mut rings_at: Vec<AgentNo> = offers.map(|offer| facts.offers[offer].agent).collect();
        rings_at.sort_unstable();
        let matters = |behind: &&Behind| {
            tiered
                && state.place_behind(visit, behind.agent) > 0
                && back_offs.binary_search(&behind.agent).is_err()
        };
        let behind = visit.behind.iter().filter(matters);
        Self {
            is_callback: contact.is_callback(),
            stays_closed: state.stays_closed(visit, false),
            stays_in_emergency: state.stays_closed(visit, true),
            tiers_open: match tiered {
                true => visit.tiers_open.iter().copied().collect(),
                false => Vec::new(),
            },
            behind: behind.map(|it| (it.agent, it.since, it.until)).collect(),
            back_offs,
            rings_at,
            question: matches!(contact.origin, ContactOrigin::ConsultOf(_)).then_some(visit.id),
        }
    }
}

impl Lines {
    /// No lines yet, for so many queues.
    pub(super) fn for_queues(queues: usize) -> Self {
        let mut lines = Self::default();
        lines.heads.resize_with(queues, Default::default);
        lines.demands_of.resize_with(queues, BTreeSet::new);
        lines
    }

    pub(super) fn demand_of(&self, line: LineNo) -> &Demand {
        self.demands.get(self.lines.get(line.0).demand.0)
    }

    /// The heads of a place, in the matching order.
    pub(super) fn heads(&self, place: Place) -> Option<&BTreeSet<(LineKey, LineNo)>> {
        let heads = match place {
            Place::Agent(no) => self.personal.get(&no),
            Place::Queue(queue, channel) => Some(&self.heads[queue.index()][channel.index()]),
        };
        heads.filter(|heads| !heads.is_empty())
    }

    /// The first visit of the line whose longest wait is not over.
    pub(super) fn first_in_time<'s>(&self, state: &'s State, line: LineNo) -> Option<&'s Visit> {
        let visits = self.lines.get(line.0).visits.iter();
        let mut visits = visits.map(|key| &state.facts().visits[&key.visit()]);
        visits.find(|visit| !state.is_overdue(visit))
    }

    /// Says anew where a visit stands.
    pub(super) fn visit_changed(&mut self, state: &State, agents: &Agents, id: VisitId) {
        let open = state.facts().visits.get(&id);
        let stands = |visit: &&Visit| state.stands_in_line(visit) && !state.is_overdue(visit);
        let Some(visit) = open.filter(stands) else {
            return self.leave(id);
        };
        let key = state.order_of(visit);
        let demand = self.demand_for(state, agents, visit);
        let kind = Kind::of(state, visit);
        if let Some((no, before)) = self.standing.get(&id) {
            let line = self.lines.get(no.0);
            if before == key && line.demand == demand && line.kind == kind {
                if kind.question.is_some() {
                    self.stir(self.place_of(demand), Cause::Anything);
                }
                return;
            }
            self.leave(id);
        }
        let no = self.line_of(state, demand, kind);
        self.lines.get_mut(no.0).visits.insert(key);
        self.standing.insert(id, (no, key));
        self.set_head(no);
        self.drop_longest_empty();
    }

    /// The demand of a visit, the one it had before at the least cost.
    fn demand_for(&mut self, state: &State, agents: &Agents, visit: &Visit) -> DemandNo {
        let terms = state.terms_of(visit);
        if let Some((line, _)) = self.standing.get(&visit.id) {
            let no = self.lines.get(line.0).demand;
            if self.demands.get(no.0).terms == terms {
                return no;
            }
        }
        let known: &Lookup<Terms<'_>, DemandNo> = &self.demand_by_terms;
        if let Some(no) = known.get(&terms) {
            return no;
        }
        let members = match terms.only() {
            Some(_) => None,
            None => agents.members(state, &terms),
        };
        let terms = terms.into_owned();
        let raised = agents.raised(&terms);
        self.stamp += 1;
        let no = DemandNo(self.demands.add(Demand {
            terms: terms.clone(),
            members,
            raised,
            by_skill: None,
            lines: BTreeMap::new(),
            empty_since: Some(self.stamp),
        }));
        self.empty.insert((self.stamp, no));
        self.demands_of[terms.queue.index()].insert(no);
        self.demand_by_terms.insert(terms, no);
        no
    }

    fn line_of(&mut self, state: &State, demand: DemandNo, kind: Kind) -> LineNo {
        let its = self.demands.get_mut(demand.0);
        if let Some(no) = its.lines.get(&kind) {
            return *no;
        }
        let no = LineNo(self.lines.add(Line {
            demand,
            awake: its.wakes(state, &kind),
            kind: kind.clone(),
            visits: BTreeSet::new(),
            head: None,
        }));
        its.lines.insert(kind, no);
        if let Some(stamp) = its.empty_since.take() {
            self.empty.remove(&(stamp, demand));
        }
        no
    }

    /// Takes a visit out of its line, if it stands in one.
    fn leave(&mut self, id: VisitId) {
        let Some((no, key)) = self.standing.remove(&id) else {
            return;
        };
        let line = self.lines.get_mut(no.0);
        line.visits.remove(&key);
        let is_empty = line.visits.is_empty();
        self.set_head(no);
        if is_empty {
            let line = self.lines.remove(no.0);
            let demand = self.demands.get_mut(line.demand.0);
            demand.lines.remove(&line.kind);
            if demand.lines.is_empty() {
                self.stamp += 1;
                demand.empty_since = Some(self.stamp);
                self.empty.insert((self.stamp, line.demand));
            }
        }
    }

    /// Takes those at the front of the line out whose longest wait is over.
    pub(super) fn drop_overdue(&mut self, state: &State, line: LineNo) {
        let overdue = |lines: &Self| {
            let line = lines.lines.find(line.0)?;
            let first = line.visits.first()?.visit();
            state
                .is_overdue(&state.facts().visits[&first])
                .then_some(first)
        };
        while let Some(visit) = overdue(self) {
            self.leave(visit);
        }
    }

    fn drop_longest_empty(&mut self) {
        while self.empty.len() > EMPTY_KEPT
            && let Some((_, no)) = self.empty.pop_first()
        {
            let demand = self.demands.remove(no.0);
            self.demands_of[demand.terms.queue.index()].remove(&no);
            self.demand_by_terms.remove(&demand.terms);
        }
    }

    fn place_of(&self, demand: DemandNo) -> Place {
        let terms = &self.demands.get(demand.0).terms;
        match terms.only() {
            Some(agent) => Place::Agent(agent),
            None => Place::Queue(terms.queue, terms.channel),
        }
    }

    /// Puts the line's first visit among the heads of its place.
    fn set_head(&mut self, no: LineNo) {
        let line = self.lines.get_mut(no.0);
        let first = line.visits.first().copied();
        let now = first.filter(|_| line.awake);
        let before = std::mem::replace(&mut line.head, now);
        if before == now {
            return;
        }
        let place = self.place_of(self.lines.get(no.0).demand);
        let heads = match place {
            Place::Agent(agent) => self.personal.entry(agent).or_default(),
            Place::Queue(queue, channel) => &mut self.heads[queue.index()][channel.index()],
        };
        if let Some(before) = before {
            heads.remove(&(before, no));
        }
        if let Some(now) = now {
            heads.insert((now, no));
        }
        match (heads.is_empty(), place) {
            (true, Place::Agent(agent)) => {
                self.personal.remove(&agent);
                self.calm(place);
            }
            (true, _) => self.calm(place),
            (false, _) => self.stir(place, Cause::Line(no)),
        }
    }

    fn stir(&mut self, place: Place, cause: Cause) {
        if self.heads(place).is_some() {
            self.searches.stir(place, cause);
        }
    }

    /// There is nothing to be found here.
    pub(super) fn calm(&mut self, place: Place) {
        self.searches.forget(place);
        self.searches.stirred.remove(&place);
        self.searches.unsettled.remove(&place);
    }

    /// What came to this place, if that is all to be looked at.
    pub(super) fn unsettled(&self, place: Place) -> Option<&Unsettled> {
        let unsettled = self.searches.unsettled.get(&place);
        unsettled.filter(|came| !came.everything)
    }

    /// The heads of the lines that came to this place, in the matching order.
    pub(super) fn new_heads(&self, place: Place, came: &Unsettled) -> Vec<(LineKey, LineNo)> {
        let head = |no: &LineNo| {
            // The number may be another line's by now.
            let line = self.lines.find(no.0)?;
            let is_here = self.place_of(line.demand) == place;
            Some((line.head.filter(|_| is_here)?, *no))
        };
        let mut heads: Vec<_> = came.lines.iter().filter_map(head).collect();
        heads.sort_unstable();
        heads
    }

    /// This is what was found here.
    pub(super) fn found(&mut self, place: Place, found: Found) {
        self.searches.forget(place);
        self.searches.stirred.remove(&place);
        self.searches.found.insert(place, found);
        self.searches.order.insert((found.key, place));
    }

    /// The next place to search at this instant.
    pub(super) fn next_to_search(&mut self, now: TimeMs) -> Option<Place> {
        let searches = &mut self.searches;
        if searches.at != now {
            searches.at = now;
            searches.order.clear();
            let found = std::mem::take(&mut searches.found);
            searches.stirred.extend(found.into_keys());
        }
        searches.stirred.first().copied()
    }

    /// The first pair of all, when nothing is left to search.
    pub(super) fn first(&self) -> Option<(Place, Found)> {
        let (_, place) = self.searches.order.first()?;
        Some((*place, self.searches.found[place]))
    }

    /// Whether a pair was found here.
    pub(super) fn is_found(&self, place: Place) -> bool {
        self.searches.found.contains_key(&place)
    }

    /// An agent may have become eligible for the visits of their queue; where there are tiers, one may have opened as
    /// they went.
    pub(super) fn agent_moved(&mut self, state: &State, moved: &Moved) {
        let Moved {
            agent,
            queue,
            was_free,
            is_free,
            left_tier_empty,
        } = *moved;
        let tiered = state.tiers_of(queue).len() > 1;
        let concerned: Channels = match tiered {
            true => Channel::ALL.into_iter().collect(),
            false => was_free.union(is_free),
        };
        for channel in concerned.iter() {
            let place = Place::Queue(queue, channel);
            if tiered {
                self.stir(place, Cause::Anything);
            } else if is_free.contains(channel) {
                self.stir(place, Cause::Agent(agent));
            } else if self.is_found(place) {
                self.stir(place, Cause::Loss);
            }
        }
        if left_tier_empty {
            let demands = self.demands_of[queue.index()].iter();
            let personal = demands.filter_map(|no| self.demands.get(no.0).terms.only());
            let personal: Vec<AgentNo> = personal.collect();
            personal
                .into_iter()
                .for_each(|no| self.stir(Place::Agent(no), Cause::Anything));
        }
    }

    /// An agent may have become eligible for what waits for them.
    pub(super) fn agent_changed(&mut self, no: AgentNo) {
        self.stir(Place::Agent(no), Cause::Anything);
    }

    /// Says anew for the demands of their queues whether the agent is a member.
    pub(super) fn skills_changed(&mut self, state: &State, no: AgentNo) {
        let mut turned = Vec::new();
        for queue in state.agent(no).queues.keys() {
            for demand_no in &self.demands_of[queue.index()] {
                let demand = self.demands.get_mut(demand_no.0);
                let had_members = demand.has_members();
                let Some(members) = &mut demand.members else {
                    continue;
                };
                let is_member = state.meets_unless_paused(no, &demand.terms);
                members.set(no.0, is_member);
                if let Some(by_skill) = &mut demand.by_skill {
                    by_skill.values_mut().for_each(|agents| {
                        agents.set(no.0, false);
                    });
                    if is_member {
                        let rank = state.order_rank(no, &demand.terms);
                        by_skill.entry(rank).or_default().set(no.0, true);
                    }
                }
                if demand.has_members() != had_members {
                    turned.push(*demand_no);
                }
            }
        }
        turned.into_iter().for_each(|no| self.wake(state, no));
    }

    /// The reserve of a queue joined or left, or callbacks may be made or not.
    pub(super) fn queue_changed(&mut self, state: &State, agents: &Agents, queue: QueueNo) {
        for no in self.demands_of[queue.index()].clone() {
            let demand = self.demands.get_mut(no.0);
            if agents.have_reserve(queue) && demand.terms.only().is_none() {
                demand.members = agents.members(state, &demand.terms);
                demand.by_skill = None;
            }
            self.wake(state, no);
        }
    }

    /// An adapter came or went.
    pub(super) fn adapter_changed(&mut self, state: &State, adapter: AdapterNo) {
        let demands = self.demands.iter();
        let concerned = demands.filter(|(_, demand)| demand.terms.adapter == adapter);
        let concerned: Vec<DemandNo> = concerned.map(|(no, _)| DemandNo(no)).collect();
        for no in concerned {
            self.wake(state, no);
        }
    }

    /// Says anew which lines of a demand are awake, and searches them.
    fn wake(&mut self, state: &State, demand: DemandNo) {
        let its = self.demands.get(demand.0);
        let awake = its
            .lines
            .iter()
            .map(|(kind, no)| (*no, its.wakes(state, kind)));
        for (no, awake) in awake.collect::<Vec<_>>() {
            self.lines.get_mut(no.0).awake = awake;
            self.set_head(no);
        }
        self.stir(self.place_of(demand), Cause::Anything);
    }

    /// Sorts the members of the line's demand by skill, if the order of their queue asks for that and it is not done.
    pub(super) fn sort_by_skill(&mut self, state: &State, line: LineNo) {
        let demand = self.demands.get_mut(self.lines.get(line.0).demand.0);
        let Demand {
            terms,
            members: Some(members),
            by_skill: by_skill @ None,
            ..
        } = demand
        else {
            return;
        };
        let order = state.queue(terms.queue).config.agent_order;
        let asks = matches!(order, AgentOrder::MostSkilled | AgentOrder::LeastSkilled);
        if asks && !terms.requirement.is_none() {
            let mut sorted: BTreeMap<i64, Bits> = BTreeMap::new();
            for no in members.members() {
                let rank = state.order_rank(AgentNo(no), terms);
                sorted.entry(rank).or_default().set(no, true);
            }
            *by_skill = Some(sorted);
        }
    }
}

impl Demand {
    /// Whether anybody meets the terms.
    fn has_members(&self) -> bool {
        self.members
            .as_ref()
            .is_none_or(|members| !members.is_empty())
    }

    /// Whether its visits of this kind may be offered to anybody now.
    fn wakes(&self, state: &State, kind: &Kind) -> bool {
        let Terms { queue, adapter, .. } = self.terms;
        let stays = match state.clearing(queue) {
            None => true,
            Some(false) => kind.stays_closed,
            Some(true) => kind.stays_in_emergency,
        };
        stays && self.has_members() && state.offers_are_made(queue, adapter, kind.is_callback)
    }
}
