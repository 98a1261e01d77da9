//! The one reason why an agent is not offered a contact: the first gate that is closed, in one declared order.
//!
//! `docs/architecture.md` tells the order of the gates in words. The variants of [`WhyNot`] stand in it, too.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::Tell;
use crate::config::WrapUpBlocks;
use crate::event::Awaited;
use crate::ids::{AgentName, AgentNo, Channel, PoolName, QueueName, TimeMs};
use crate::requirement::{Requirement, Term};
use crate::state::{Agent, HandlingState, Lease, LeaseHolder, Presence, State, Terms, Visit};

/// Why an agent is not offered a contact: the first gate that is closed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyNot {
    /// They may be offered it: it will be theirs in this instant, or others go first.
    Eligible,
    /// The offer is theirs.
    Offered,
    /// The configuration has them no longer.
    Removed,
    /// They do not serve the queue.
    NotServing(QueueName),
    /// They have no slot on the channel at all.
    NoSlot(Channel),
    /// They take no contacts of this queue, with the reason.
    Paused(Arc<str>),
    /// They lack a skill, or have it at a lower level.
    Lacks(Term),
    /// Their tier is outside of the bounds.
    TierOutside(u32),
    /// The present step is for other agents or teams.
    NotInStep,
    /// They are not logged in.
    LoggedOut,
    /// They are not ready, with the reason code.
    NotReady(Arc<str>),
    /// They have asked to leave and only finish what they have.
    Leaving,
    /// Their session is lost.
    SessionLost,
    /// Contacts are kept from them for a while.
    AgentBackOff,
    /// They work on demand and have not asked for the next contact.
    NotAsked,
    /// They are in training and have had their contacts of the day.
    TrainingDone,
    /// They wrap up a contact.
    WrapUp,
    /// All their slots of the channel are taken.
    Busy(Channel),
    /// Their total capacity is taken.
    TotalFull,
    /// A contact of this channel, which may not be interrupted, has them.
    Blocked(Channel),
    /// They have an offer already, and may have one at a time.
    HasOffer,
    /// They are in a call that is no contact of a queue.
    BusyOutside,
    /// Their slots of a pool are taken.
    PoolFull(PoolName),
    /// The contact is a question of the conversation in which they take part.
    OwnQuestion,
    /// This contact is kept from them for a while.
    VisitBackOff,
    /// The contact waits for another agent.
    WaitsFor(AgentName),
    /// The contact waits for a team they are not in.
    WaitsForTeam(Arc<str>),
    /// Their profile's delay has not passed.
    DelayClosed,
    /// They are in reserve, and the queue's threshold is not reached.
    InReserve,
    /// Their tier is not open.
    TierClosed(u32),
    /// The contact's adapter is not connected.
    AdapterAbsent,
    /// Its customer was not reached, and is not dialled again yet.
    BetweenAttempts,
    /// Its customer is not called back at this time.
    CallbackHours,
    /// The contact is leaving its queue.
    OnItsWayOut,
    /// It is offered to somebody else.
    OfferedElsewhere,
}

impl fmt::Display for WhyNot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WhyNot::Eligible => f.write_str("eligible"),
            WhyNot::Offered => f.write_str("offered"),
            WhyNot::Removed => f.write_str("removed from the configuration"),
            WhyNot::NotServing(queue) => write!(f, "not serving {queue}"),
            WhyNot::NoSlot(channel) => write!(f, "without a {channel} slot"),
            WhyNot::Paused(reason) => write!(f, "paused in the queue ({reason})"),
            WhyNot::Lacks(term) => write!(f, "lacking {} >= {}", term.skill, term.level),
            WhyNot::TierOutside(tier) => write!(f, "of tier {tier}, which is out of bounds"),
            WhyNot::NotInStep => f.write_str("not meant by the present step"),
            WhyNot::LoggedOut => f.write_str("logged out"),
            WhyNot::NotReady(code) => write!(f, "not ready ({code})"),
            WhyNot::Leaving => f.write_str("leaving after the present contact"),
            WhyNot::SessionLost => f.write_str("with a lost session"),
            WhyNot::AgentBackOff => f.write_str("in back-off"),
            WhyNot::NotAsked => f.write_str("on demand and not asking"),
            WhyNot::TrainingDone => f.write_str("in training and done for today"),
            WhyNot::WrapUp => f.write_str("in wrap-up"),
            WhyNot::Busy(channel) => write!(f, "busy on {channel}"),
            WhyNot::TotalFull => f.write_str("busy up to the total capacity"),
            WhyNot::Blocked(channel) => write!(f, "blocked by {channel}"),
            WhyNot::HasOffer => f.write_str("with an offer already, one at a time"),
            WhyNot::BusyOutside => f.write_str("busy outside"),
            WhyNot::PoolFull(pool) => write!(f, "full in pool {pool}"),
            WhyNot::OwnQuestion => f.write_str("in the conversation whose question it is"),
            WhyNot::VisitBackOff => f.write_str("in back-off for this contact"),
            WhyNot::WaitsFor(agent) => write!(f, "passed over while it waits for {agent}"),
            WhyNot::WaitsForTeam(team) => write!(f, "passed over while it waits for team {team}"),
            WhyNot::DelayClosed => f.write_str("waiting for the profile's delay"),
            WhyNot::InReserve => f.write_str("in reserve"),
            WhyNot::TierClosed(tier) => write!(f, "of tier {tier}, which is not open"),
            WhyNot::AdapterAbsent => f.write_str("free, but its adapter is not connected"),
            WhyNot::BetweenAttempts => f.write_str("free, but its customer is not dialled yet"),
            WhyNot::CallbackHours => f.write_str("free, but outside of the hours for callbacks"),
            WhyNot::OnItsWayOut => f.write_str("free, but the contact is leaving"),
            WhyNot::OfferedElsewhere => f.write_str("free, but it is offered to another agent"),
        }
    }
}

impl WhyNot {
    /// Whether it says that the agent has nothing to do with the queue.
    pub(super) fn is_outside(&self) -> bool {
        matches!(self, WhyNot::NotServing(_) | WhyNot::Removed)
    }
}

/// Why an agent is not offered a contact, and until when if time alone ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Why.
    pub why: WhyNot,
    /// Until when; none: time alone does not end it.
    pub until: Option<TimeMs>,
}

impl Reason {
    /// The reason in words.
    pub fn in_words(&self, tell: Tell<'_>) -> String {
        match self.until {
            Some(until) => format!("{} until {}", self.why, tell(until)),
            None => self.why.to_string(),
        }
    }
}

/// The one reason why this agent is not offered this visit.
pub fn why_not(state: &State, no: AgentNo, visit: &Visit) -> Reason {
    let mut open_tiers = OpenTiers::default();
    why_not_in(state, no, visit, &mut open_tiers)
}

/// Whether an agent's tier is open, for visits that are alike: what depends on all other agents is asked once.
#[derive(Debug, Default)]
pub(super) struct OpenTiers {
    /// Up to which event of the tenant the answers hold.
    at: u64,
    /// By terms, and by the open tiers that nobody has failed.
    known: BTreeMap<(Terms<'static>, BTreeSet<u32>), bool>,
    /// How many answers took a look at every agent.
    pub(super) asked: usize,
}

impl OpenTiers {
    fn are_open_to(
        &mut self,
        state: &State,
        no: AgentNo,
        visit: &Visit,
        terms: &Terms<'_>,
    ) -> bool {
        // Where all agents are of one tier, that is open, and nobody else need be looked at.
        if terms.personal.is_some() || state.tiers_of(terms.queue).len() <= 1 {
            return true;
        }
        if self.at != state.facts().seq {
            self.known.clear();
            self.at = state.facts().seq;
        }
        let asked = &mut self.asked;
        let mut ask = || {
            *asked += 1;
            state.eligible_on(visit, terms).contains(&no)
        };
        let is_plain =
            visit.back_offs.is_empty() && visit.behind.is_empty() && visit.offers.is_empty();
        match is_plain {
            true => *self
                .known
                .entry((terms.clone().into_owned(), visit.tiers_open.clone()))
                .or_insert_with(ask),
            false => ask(),
        }
    }
}

/// The one reason why this agent is not offered this visit, with what is known of open tiers.
pub(super) fn why_not_in(
    state: &State,
    no: AgentNo,
    visit: &Visit,
    open_tiers: &mut OpenTiers,
) -> Reason {
    // Most contacts of a large centre: their terms need not be known.
    let agent = state.agent(no);
    let is_elsewhere = state.member(no, visit.queue).is_none() && !visit.meant_for.is_personal();
    if agent.in_config && is_elsewhere && visit.offers.is_empty() {
        let queue = state.queue(visit.queue).config.name.clone();
        let why = WhyNot::NotServing(queue);
        return Reason { why, until: None };
    }
    let terms = state.terms_of(visit);
    why_not_on(state, no, visit, &terms, || {
        open_tiers.are_open_to(state, no, visit, &terms)
    })
}

/// The same on these terms; `in_open_tier` is asked only if nothing else keeps the agent from the visit.
pub(super) fn why_not_on(
    state: &State,
    no: AgentNo,
    visit: &Visit,
    terms: &Terms<'_>,
    in_open_tier: impl FnOnce() -> bool,
) -> Reason {
    let agent = state.agent(no);
    let is_theirs = |offer| state.facts().offers[offer].agent == no;
    let why = if visit.offers.iter().any(is_theirs) {
        WhyNot::Offered
    } else if let Some(why) = not_meant(state, no, terms)
        .or_else(|| of_agent(state, agent, terms.channel))
        .or_else(|| of_queue(state, agent, terms))
        .or_else(|| between(state, no, visit, terms))
    {
        why
    } else if in_open_tier() {
        of_visit(state, visit).unwrap_or(WhyNot::Eligible)
    } else {
        WhyNot::TierClosed(state.tier_of(no, terms))
    };
    let until = freed_at(state, no, visit, &why);
    Reason { why, until }
}

/// Why visits of these terms are not for this agent at all.
fn not_meant(state: &State, no: AgentNo, terms: &Terms<'_>) -> Option<WhyNot> {
    let agent = state.agent(no);
    if !agent.in_config {
        return Some(WhyNot::Removed);
    }
    let no_slot = || {
        let served = agent.channels().any(|channel| channel == terms.channel);
        (!served).then_some(WhyNot::NoSlot(terms.channel))
    };
    let paused = || {
        let pause = agent.paused.get(&terms.queue);
        pause.map(|pause| WhyNot::Paused(pause.reason.clone()))
    };
    match terms.personal {
        Some(personal) if personal != no => {
            return Some(WhyNot::WaitsFor(state.agent(personal).config.name.clone()));
        }
        Some(_) => return no_slot().or_else(paused),
        None => {}
    }
    let Some(member) = state.member(no, terms.queue) else {
        let queue = state.queue(terms.queue).config.name.clone();
        return Some(WhyNot::NotServing(queue));
    };
    let lacks = || {
        lacking(state, agent, &terms.requirement)
            .cloned()
            .map(WhyNot::Lacks)
    };
    let tier_outside =
        || (!terms.tiers.admit(member.tier)).then_some(WhyNot::TierOutside(member.tier));
    no_slot()
        .or_else(paused)
        .or_else(lacks)
        .or_else(tier_outside)
        .or_else(|| (!state.matches(no, terms)).then_some(WhyNot::NotInStep))
}

/// What keeps any contact of the channel from the agent, as far as it depends on them alone.
pub(super) fn of_agent(state: &State, agent: &Agent, channel: Channel) -> Option<WhyNot> {
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
    of_slots(state, agent, channel)
}

/// Why no slot of the channel is free for one more contact.
fn of_slots(state: &State, agent: &Agent, channel: Channel) -> Option<WhyNot> {
    let facts = state.facts();
    let wraps_up = |lease: &Lease| match lease.holder {
        LeaseHolder::Handling(id) => {
            matches!(facts.handlings[&id].state, HandlingState::WrapUp { .. })
        }
        LeaseHolder::Offer(_) => false,
    };
    let blocks_all = |lease: &Lease| lease.blocks == WrapUpBlocks::All;
    if agent.leases.iter().any(blocks_all) {
        return Some(WhyNot::WrapUp);
    }
    let channel = agent.slot_of(channel);
    let of_channel = |lease: &Lease| lease.channel == channel;
    if agent.free_slots(channel) == 0 {
        let mut held = agent.slot_leases().filter(|lease| of_channel(lease));
        return Some(match held.any(wraps_up) {
            true => WhyNot::WrapUp,
            false => WhyNot::Busy(channel),
        });
    }
    if agent.free_in_total() == 0 {
        return Some(WhyNot::TotalFull);
    }
    let mut held = agent.slot_leases().map(|lease| lease.channel);
    if let Some(blocking) = held.find(|held| !state.may_interrupt(channel, *held)) {
        return Some(WhyNot::Blocked(blocking));
    }
    let has_offer = state.has_their_one_offer(agent);
    has_offer.then_some(WhyNot::HasOffer)
}

/// Why the agent, who is available for the channel, has no room for contacts of the queue.
fn of_queue(state: &State, agent: &Agent, terms: &Terms<'_>) -> Option<WhyNot> {
    let config = &state.queue(terms.queue).config;
    if agent.busy_outside && !config.offer_when_busy_outside {
        return Some(WhyNot::BusyOutside);
    }
    let mut pools = config.pools.iter();
    if let Some(pool) = pools.find(|pool| state.free_in_pool(agent, pool) == 0) {
        return Some(WhyNot::PoolFull(pool.clone()));
    }
    (!state.has_room_for(agent, terms.queue)).then_some(WhyNot::WrapUp)
}

/// What lies between this agent and this visit, their tier aside.
fn between(state: &State, no: AgentNo, visit: &Visit, terms: &Terms<'_>) -> Option<WhyNot> {
    if state.asking(visit).contains(&no) {
        return Some(WhyNot::OwnQuestion);
    }
    if visit.back_offs.iter().any(|(held, _)| *held == no) {
        return Some(WhyNot::VisitBackOff);
    }
    if terms.personal.is_some() {
        return None;
    }
    if let Some(awaited) = &terms.awaited
        && !state.window_admits(no, terms)
    {
        return Some(match awaited {
            Awaited::Agent(awaited) => WhyNot::WaitsFor(state.agent(*awaited).config.name.clone()),
            Awaited::Team(team) => WhyNot::WaitsForTeam(Arc::from(team.as_str())),
        });
    }
    let member = state.member(no, terms.queue)?;
    if member.delay_ms > terms.delay_open {
        return Some(WhyNot::DelayClosed);
    }
    let in_reserve = state.is_in_reserve(member, terms.queue);
    in_reserve.then_some(WhyNot::InReserve)
}

/// What keeps the visit from every agent, or from one more, if anything does.
pub(super) fn of_visit(state: &State, visit: &Visit) -> Option<WhyNot> {
    let contact = &state.facts().contacts[&visit.contact];
    if !state.adapter(contact.adapter).is_present() {
        return Some(WhyNot::AdapterAbsent);
    }
    if visit.next_attempt_at.is_some() {
        return Some(WhyNot::BetweenAttempts);
    }
    if contact.is_callback() && !state.may_call_back(visit.queue) {
        return Some(WhyNot::CallbackHours);
    }
    if state.is_on_its_way_out(visit) {
        return Some(WhyNot::OnItsWayOut);
    }
    let elsewhere = !visit.offers.is_empty() && !state.wants_offer(visit);
    elsewhere.then_some(WhyNot::OfferedElsewhere)
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

/// When the agent is free of the reason, if time alone frees them.
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
        WhyNot::BetweenAttempts => visit.next_attempt_at,
        _ => None,
    }
}
