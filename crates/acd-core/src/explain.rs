//! Why a contact waits, why an agent gets none, and why an offer went to this agent: one concrete reason each, as a
//! structure and as a sentence.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::config::{AgentOrder, WrapUpBlocks};
use crate::event::{Awaited, Decision};
use crate::ids::{AgentName, AgentNo, Channel, PoolName, QueueName, TimeMs};
use crate::requirement::{Requirement, Term};
use crate::state::{
    Agent, Contact, LeaseHolder, OfferRecord, OfferState, Place, Presence, State, Terms, Visit,
};

/// How many agents a class names as examples.
pub const EXAMPLES_MAX: usize = 5;

/// Why an agent is not offered a contact: the one reason that stands first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyNot {
    /// He may be offered it: it will be his in this instant, or others go first.
    Eligible,
    /// The offer is his.
    Offered,
    /// He does not serve the queue.
    NotServing(QueueName),
    /// The configuration has him no longer.
    Removed,
    /// He has no slot on the channel at all.
    NoSlot(Channel),
    /// He takes no contacts of this queue, with the reason.
    Paused(Arc<str>),
    /// He lacks a skill, or has it at a lower level.
    Lacks(Term),
    /// The present step is for other agents or teams.
    NotInStep,
    /// His tier is outside of the bounds.
    TierOutside(u32),
    /// The contact waits for another agent.
    WaitsFor(AgentName),
    /// The contact waits for a team he is not in.
    WaitsForTeam(Arc<str>),
    /// He is not logged in.
    LoggedOut,
    /// His session is lost.
    SessionLost,
    /// He is not ready, with the reason code.
    NotReady(Arc<str>),
    /// He has asked to leave and only finishes what he has.
    Leaving,
    /// He is in a call that is no contact of a queue.
    BusyOutside,
    /// He works on demand and has not asked for the next contact.
    NotAsked,
    /// He is in training and has had his contacts of the day.
    TrainingDone,
    /// All his slots of the channel, or all in all, are taken.
    Busy(Channel),
    /// His slots of a pool are taken.
    PoolFull(PoolName),
    /// He wraps up a contact.
    WrapUp,
    /// A contact of this channel, which may not be interrupted, has him.
    Blocked(Channel),
    /// Contacts are kept from him for a while.
    AgentBackOff,
    /// This contact is kept from him for a while.
    VisitBackOff,
    /// His profile's delay has not passed.
    DelayClosed,
    /// He is in reserve, and the queue's threshold is not reached.
    InReserve,
    /// His tier is not open.
    TierClosed(u32),
    /// The contact's adapter is not connected.
    AdapterAbsent,
    /// The contact's time has not come.
    Deferred,
}

impl fmt::Display for WhyNot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WhyNot::Eligible => f.write_str("eligible"),
            WhyNot::Offered => f.write_str("offered"),
            WhyNot::NotServing(queue) => write!(f, "not serving {queue}"),
            WhyNot::Removed => f.write_str("removed from the configuration"),
            WhyNot::NoSlot(channel) => write!(f, "without a {channel} slot"),
            WhyNot::Paused(reason) => write!(f, "paused in the queue ({reason})"),
            WhyNot::Lacks(term) => write!(f, "lacking {} >= {}", term.skill, term.level),
            WhyNot::NotInStep => f.write_str("not meant by the present step"),
            WhyNot::TierOutside(tier) => write!(f, "of tier {tier}, which is out of bounds"),
            WhyNot::WaitsFor(agent) => write!(f, "passed over while it waits for {agent}"),
            WhyNot::WaitsForTeam(team) => write!(f, "passed over while it waits for team {team}"),
            WhyNot::LoggedOut => f.write_str("logged out"),
            WhyNot::SessionLost => f.write_str("with a lost session"),
            WhyNot::NotReady(code) => write!(f, "not ready ({code})"),
            WhyNot::Leaving => f.write_str("leaving after the present contact"),
            WhyNot::BusyOutside => f.write_str("busy outside"),
            WhyNot::NotAsked => f.write_str("on demand and not asking"),
            WhyNot::TrainingDone => f.write_str("in training and done for today"),
            WhyNot::Busy(channel) => write!(f, "busy on {channel}"),
            WhyNot::PoolFull(pool) => write!(f, "full in pool {pool}"),
            WhyNot::WrapUp => f.write_str("in wrap-up"),
            WhyNot::Blocked(channel) => write!(f, "blocked by {channel}"),
            WhyNot::AgentBackOff => f.write_str("in back-off"),
            WhyNot::VisitBackOff => f.write_str("in back-off for this contact"),
            WhyNot::DelayClosed => f.write_str("waiting for the profile's delay"),
            WhyNot::InReserve => f.write_str("in reserve"),
            WhyNot::TierClosed(tier) => write!(f, "of tier {tier}, which is not open"),
            WhyNot::AdapterAbsent => f.write_str("free, but its adapter is not connected"),
            WhyNot::Deferred => f.write_str("free, but its time has not come"),
        }
    }
}

/// Agents with the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentClass {
    /// The reason.
    pub why: WhyNot,
    /// How many there are.
    pub count: u32,
    /// Some of them.
    pub examples: Vec<AgentName>,
    /// When the first of them is free of the reason, if time alone frees him.
    pub until: Option<TimeMs>,
}

/// Why a contact is where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactExplanation {
    /// In one sentence.
    pub sentence: String,
    /// Its position among the waiting and ringing contacts of its queue, from 1, while it is in a queue.
    pub position: Option<u32>,
    /// While it waits: every agent of the tenant, by reason.
    pub agents: Vec<AgentClass>,
}

/// Why an open contact is where it is.
pub fn contact(state: &State, contact: &Contact) -> ContactExplanation {
    let Place::Queue(visit) = contact.place else {
        return ContactExplanation {
            sentence: elsewhere(state, contact),
            position: None,
            agents: Vec::new(),
        };
    };
    let visit = &state.facts().visits[&visit];
    let position = Some(state.position(visit));
    if !visit.offers.is_empty() {
        let (sentence, agents) = (offered(state, contact, visit), Vec::new());
        return ContactExplanation {
            sentence,
            position,
            agents,
        };
    }
    let agents = classes(state, visit);
    let waited_ms = state.facts().now - visit.enqueued_at;
    let queue = &state.queue(visit.queue).config.name;
    let why = barred(state, visit)
        .map(|(_, words)| words)
        .unwrap_or_else(|| {
            let told = agents.iter().filter(|class| !is_outside(&class.why));
            let reasons: Vec<String> = told.map(describe).collect();
            match reasons.is_empty() {
                true => format!("nobody serves queue {queue}"),
                false => reasons.join(", "),
            }
        });
    let sentence = format!(
        "{} waits in queue {queue} since {waited_ms} ms: {why}",
        contact.name
    );
    ContactExplanation {
        sentence,
        position,
        agents,
    }
}

/// What keeps the visit from every agent, if anything does, and in words.
fn barred(state: &State, visit: &Visit) -> Option<(WhyNot, String)> {
    let contact = &state.facts().contacts[&visit.contact];
    let adapter = state.adapter(contact.adapter);
    if !adapter.is_present() {
        let words = format!("its adapter {} is not connected", adapter.name);
        return Some((WhyNot::AdapterAbsent, words));
    }
    if let Some(until) = visit.not_before {
        return Some((
            WhyNot::Deferred,
            format!("it is not offered before {until}"),
        ));
    }
    if contact.is_callback() && !state.may_call_back(visit.queue) {
        let words = "customers are not called back at this time".to_owned();
        return Some((WhyNot::Deferred, words));
    }
    None
}

fn offered(state: &State, contact: &Contact, visit: &Visit) -> String {
    let offers: Vec<String> = visit
        .offers
        .iter()
        .map(|id| {
            let offer = &state.facts().offers[id];
            let doing = match offer.state {
                OfferState::Pending { .. } => "offered to",
                OfferState::Connecting { .. } => "being connected with",
            };
            let since = state.facts().now - offer.made_at;
            format!(
                "{doing} {} since {since} ms",
                state.agent(offer.agent).config.name
            )
        })
        .collect();
    let queue = &state.queue(visit.queue).config.name;
    format!("{} of queue {queue} is {}", contact.name, offers.join(", "))
}

/// Why an offer, present or past, went to its agent, and who was next.
pub fn offer(state: &State, contact: &Contact, record: &OfferRecord) -> String {
    let visit = contact
        .visits
        .iter()
        .find(|visit| visit.visit == record.visit);
    let order = visit.map_or(AgentOrder::LongestIdle, |visit| {
        state.queue(visit.queue).config.agent_order
    });
    let name = |no: AgentNo| state.agent(no).config.name.clone();
    let Decision {
        candidates,
        winner,
        runner_up,
        step,
        config_version,
        ..
    } = &*record.decision;
    let idle = |since: TimeMs| format!("idle {} s", (record.made_at - since) / 1_000);
    let why = match order {
        AgentOrder::LongestIdle => String::new(),
        other => format!(", {} {}", describe_order(other), winner.rank),
    };
    let next = runner_up.map_or_else(
        || "nobody else was eligible".to_owned(),
        |next| {
            format!(
                "next was {}, tier {}, {}",
                name(next.agent),
                next.tier,
                idle(next.idle_since)
            )
        },
    );
    format!(
        "{} was offered to {} out of {candidates} (tier {}{why}, {}); {next}; step {}, configuration {config_version}",
        contact.name,
        name(winner.agent),
        winner.tier,
        idle(winner.idle_since),
        step + 1,
    )
}

fn describe_order(order: AgentOrder) -> &'static str {
    match order {
        AgentOrder::LongestIdle => "longest idle",
        AgentOrder::MostSkilled => "most skilled",
        AgentOrder::LeastSkilled => "least skilled",
        AgentOrder::LeastOccupied => "least occupied",
        AgentOrder::FewestContacts => "fewest contacts",
        AgentOrder::RoundRobin => "round robin",
        AgentOrder::Linear => "linear",
        AgentOrder::MostSpareCapacity => "most spare capacity",
        AgentOrder::Percent => "percent",
        AgentOrder::Random => "random",
    }
}

/// Why an agent is where he is, and what keeps contacts from him.
pub fn agent(state: &State, no: AgentNo) -> (Option<WhyNot>, String) {
    let agent = state.agent(no);
    let name = &agent.config.name;
    let barriers: Vec<Option<WhyNot>> = agent
        .channels()
        .map(|channel| barrier(state, agent, channel))
        .collect();
    if barriers.iter().all(Option::is_some) {
        let why = barriers
            .into_iter()
            .flatten()
            .next()
            .unwrap_or(WhyNot::NoSlot(Channel::Voice));
        let sentence = format!("{name} gets no contact: {why}");
        return (Some(why), sentence);
    }
    let waiting = state
        .facts()
        .visits
        .values()
        .filter(|visit| visit.offers.is_empty());
    let his = waiting.filter(|visit| agent.queues.contains_key(&visit.queue));
    let mut reasons: BTreeMap<WhyNot, u32> = BTreeMap::new();
    for visit in his {
        *reasons.entry(why_not(state, no, visit)).or_default() += 1;
    }
    let sentence = if agent.queues.is_empty() {
        format!("{name} is ready, but serves no queue")
    } else if reasons.is_empty() {
        format!("{name} is ready, and no contact waits in his queues")
    } else {
        let reasons: Vec<String> = reasons
            .iter()
            .map(|(why, count)| format!("{count} he is {why} for"))
            .collect();
        format!(
            "{name} is ready; of the waiting contacts of his queues: {}",
            reasons.join(", ")
        )
    };
    (None, sentence)
}

/// The one reason why this agent is not offered this visit.
pub fn why_not(state: &State, no: AgentNo, visit: &Visit) -> WhyNot {
    let terms = state.terms_of(visit);
    // Where all agents are of one tier, that is open, and nobody else need be looked at.
    let one_tier = terms.personal.is_some() || state.tiers_of(terms.queue).len() <= 1;
    why_not_on(state, no, visit, &terms, || {
        one_tier || state.eligible_on(visit, &terms).contains(&no)
    })
}

/// The same on these terms; `in_open_tier` is asked only if nothing else keeps the agent from the visit.
fn why_not_on(
    state: &State,
    no: AgentNo,
    visit: &Visit,
    terms: &Terms,
    in_open_tier: impl FnOnce() -> bool,
) -> WhyNot {
    let agent = state.agent(no);
    if visit
        .offers
        .iter()
        .any(|offer| state.facts().offers[offer].agent == no)
    {
        return WhyNot::Offered;
    }
    if !agent.in_config {
        return WhyNot::Removed;
    }
    if let Some(why) = not_meant(state, no, terms)
        .or_else(|| barrier(state, agent, terms.channel))
        .or_else(|| no_room(state, agent, terms))
    {
        return why;
    }
    if visit.back_offs.iter().any(|(held, _)| *held == no) {
        return WhyNot::VisitBackOff;
    }
    if let Some(why) = gate(state, no, terms) {
        return why;
    }
    match in_open_tier() {
        true => barred(state, visit).map_or(WhyNot::Eligible, |(why, _)| why),
        false => WhyNot::TierClosed(state.tier_of(no, terms)),
    }
}

/// Why visits of these terms are not for this agent at all.
fn not_meant(state: &State, no: AgentNo, terms: &Terms) -> Option<WhyNot> {
    let agent = state.agent(no);
    let no_slot = !agent.channels().any(|channel| channel == terms.channel);
    if let Some(personal) = terms.personal {
        if personal != no {
            return Some(WhyNot::WaitsFor(state.agent(personal).config.name.clone()));
        }
        let paused = agent
            .paused
            .get(&terms.queue)
            .map(|pause| WhyNot::Paused(pause.reason.clone()));
        return no_slot.then_some(WhyNot::NoSlot(terms.channel)).or(paused);
    }
    let Some(member) = state.member(no, terms.queue) else {
        return Some(WhyNot::NotServing(
            state.queue(terms.queue).config.name.clone(),
        ));
    };
    if no_slot {
        return Some(WhyNot::NoSlot(terms.channel));
    }
    if let Some(pause) = agent.paused.get(&terms.queue) {
        return Some(WhyNot::Paused(pause.reason.clone()));
    }
    if let Some(term) = lacking(state, agent, &terms.requirement) {
        return Some(WhyNot::Lacks(term.clone()));
    }
    if !terms.tiers.admit(member.tier) {
        return Some(WhyNot::TierOutside(member.tier));
    }
    (!state.matches(no, terms)).then_some(WhyNot::NotInStep)
}

/// Which gate is closed for the agent.
fn gate(state: &State, no: AgentNo, terms: &Terms) -> Option<WhyNot> {
    if terms.personal.is_some() {
        return None;
    }
    let config = &state.agent(no).config;
    match &terms.awaited {
        Some(Awaited::Agent(awaited)) if *awaited != no => {
            return Some(WhyNot::WaitsFor(state.agent(*awaited).config.name.clone()));
        }
        Some(Awaited::Team(team)) if !config.teams.contains(team) => {
            return Some(WhyNot::WaitsForTeam(Arc::from(team.as_str())));
        }
        _ => {}
    }
    let member = state.member(no, terms.queue)?;
    if member.delay_ms > terms.delay_open {
        return Some(WhyNot::DelayClosed);
    }
    let in_reserve = member.reserve && !state.queue(terms.queue).reserve_joined;
    in_reserve.then_some(WhyNot::InReserve)
}

/// What keeps any contact of the channel from the agent, as far as it depends on him alone.
fn barrier(state: &State, agent: &Agent, channel: Channel) -> Option<WhyNot> {
    if !agent.in_config {
        return Some(WhyNot::Removed);
    }
    match &agent.presence {
        Presence::Offline => return Some(WhyNot::LoggedOut),
        Presence::NotReady(code) => return Some(WhyNot::NotReady(code.clone())),
        Presence::Ready => {}
    }
    if agent.pending.is_some() {
        return Some(WhyNot::Leaving);
    }
    if !agent.is_present() {
        return Some(WhyNot::SessionLost);
    }
    if agent.back_off_until.is_some() {
        return Some(WhyNot::AgentBackOff);
    }
    if agent.config.on_demand && !agent.asked {
        return Some(WhyNot::NotAsked);
    }
    if agent.has_had_enough_today() {
        return Some(WhyNot::TrainingDone);
    }
    (!state.has_slot(agent, channel)).then(|| busy(state, agent, channel))
}

/// Why no slot of the channel is free.
fn busy(state: &State, agent: &Agent, channel: Channel) -> WhyNot {
    let wraps_up = |lease: &crate::state::Lease| match lease.holder {
        LeaseHolder::Handling(id) => {
            let state = &state.facts().handlings[&id].state;
            matches!(state, crate::state::HandlingState::WrapUp { .. })
        }
        LeaseHolder::Offer(_) => false,
    };
    let may = state.facts().settings.may_interrupt.get(&channel);
    let blocking = agent.slot_leases().find(|lease| {
        lease.channel != channel && !may.is_some_and(|may| may.contains(&lease.channel))
    });
    if agent
        .leases
        .iter()
        .any(|lease| lease.blocks == WrapUpBlocks::All)
        || agent
            .slot_leases()
            .filter(|lease| lease.channel == channel)
            .any(wraps_up)
    {
        return WhyNot::WrapUp;
    }
    blocking.map_or(WhyNot::Busy(channel), |lease| {
        WhyNot::Blocked(lease.channel)
    })
}

/// Why the agent, who is available for the channel, has no room for contacts of the queue.
fn no_room(state: &State, agent: &Agent, terms: &Terms) -> Option<WhyNot> {
    if state.has_room_for(agent, terms.queue) {
        return None;
    }
    let config = &state.queue(terms.queue).config;
    if agent.busy_outside && !config.offer_when_busy_outside {
        return Some(WhyNot::BusyOutside);
    }
    let full = config.pools.iter().find(|pool| {
        let limit = agent.config.pools.get(*pool).copied().unwrap_or(u32::MAX);
        agent.slots_used(|lease| state.queue(lease.queue).config.pools.contains(*pool)) >= limit
    });
    Some(full.map_or(WhyNot::WrapUp, |pool| WhyNot::PoolFull(pool.clone())))
}

/// The first term that fails, of the group that fails in the fewest; none if a group holds.
fn lacking<'a>(state: &State, agent: &Agent, requirement: &'a Requirement) -> Option<&'a Term> {
    let fails = |term: &&Term| {
        let level = state
            .skill_no(&term.skill)
            .and_then(|no| agent.skills.get(&no))
            .copied();
        level.is_none_or(|level| level < term.level)
    };
    let failing = requirement
        .any_of
        .iter()
        .map(|group| group.iter().filter(fails).collect::<Vec<_>>());
    failing
        .min_by_key(Vec::len)
        .and_then(|terms| terms.first().copied())
}

fn classes(state: &State, visit: &Visit) -> Vec<AgentClass> {
    let terms = state.terms_of(visit);
    let eligible: BTreeSet<AgentNo> = state.eligible_on(visit, &terms).into_iter().collect();
    let mut classes: BTreeMap<WhyNot, AgentClass> = BTreeMap::new();
    for no in (0..state.facts().agents.len()).map(|no| AgentNo(no as u32)) {
        let why = why_not_on(state, no, visit, &terms, || eligible.contains(&no));
        let until = freed_at(state, no, visit, &why);
        let new = AgentClass {
            why: why.clone(),
            count: 0,
            examples: Vec::new(),
            until: None,
        };
        let class = classes.entry(why).or_insert(new);
        class.count += 1;
        class.until = class.until.into_iter().chain(until).min();
        if class.examples.len() < EXAMPLES_MAX {
            class.examples.push(state.agent(no).config.name.clone());
        }
    }
    classes.into_values().collect()
}

/// When the agent is free of the reason, if time alone frees him.
fn freed_at(state: &State, no: AgentNo, visit: &Visit, why: &WhyNot) -> Option<TimeMs> {
    let agent = state.agent(no);
    match why {
        WhyNot::AgentBackOff => agent.back_off_until,
        WhyNot::VisitBackOff => {
            let held = visit.back_offs.iter().find(|(held, _)| *held == no);
            held.map(|(_, until)| *until)
        }
        WhyNot::NotReady(_) => agent.return_at,
        WhyNot::Paused(_) => agent
            .paused
            .get(&visit.queue)
            .and_then(|pause| pause.return_at),
        WhyNot::DelayClosed => state
            .member(no, visit.queue)
            .map(|member| visit.enqueued_at + member.delay_ms),
        WhyNot::WaitsFor(_) | WhyNot::WaitsForTeam(_) => visit.window.and_then(|(_, until)| until),
        WhyNot::TierClosed(tier) => {
            let delay = state.queue(visit.queue).config.tiers.delay_of(*tier);
            delay
                .map(|delay| visit.enqueued_at + delay)
                .filter(|at| *at > state.facts().now)
        }
        _ => None,
    }
}

/// Agents who have nothing to do with the queue are counted, but not told in the sentence.
fn is_outside(why: &WhyNot) -> bool {
    matches!(why, WhyNot::NotServing(_) | WhyNot::Removed)
}

fn describe(class: &AgentClass) -> String {
    match class.until {
        Some(until) => format!("{} {} until {until}", class.count, class.why),
        None => format!("{} {}", class.count, class.why),
    }
}

fn elsewhere(state: &State, contact: &Contact) -> String {
    let name = &contact.name;
    match contact.place {
        Place::Handling(handling) => {
            let agent = state.facts().handlings[&handling].agent;
            format!(
                "{name} is in a conversation with {}",
                state.agent(agent).config.name
            )
        }
        Place::Parked(agent) => format!("{name} is parked with {}", state.agent(agent).config.name),
        Place::Leaving(_) => format!("{name} is leaving: its adapter has been told"),
        Place::Queue(_) | Place::Arriving => format!("{name} is on its way into a queue"),
    }
}
