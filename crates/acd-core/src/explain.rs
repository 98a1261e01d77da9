//! Why a contact waits and why an agent gets none: one concrete reason each, as a structure and as a sentence.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::ids::{AgentName, AgentNo, Channel, QueueName, TimeMs};
use crate::requirement::{Requirement, Term};
use crate::state::{Agent, Contact, OfferState, Place, Presence, State, Visit};

/// How many agents a class names as examples.
pub const EXAMPLES_MAX: usize = 5;

/// Why an agent is not offered a contact: the one reason that stands first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyNot {
    /// He may be offered it: it will be his in this instant, or others go first.
    Eligible,
    /// He does not serve the queue.
    NotServing(QueueName),
    /// The configuration has him no longer.
    Removed,
    /// He has no slot on the channel at all.
    NoSlot(Channel),
    /// He lacks a skill, or has it at a lower level.
    Lacks(Term),
    /// He is not logged in.
    LoggedOut,
    /// His session is lost.
    SessionLost,
    /// He is not ready, with the reason code.
    NotReady(Arc<str>),
    /// He has asked to leave and only finishes what he has.
    Leaving,
    /// All his slots of the channel are taken.
    Busy(Channel),
    /// A contact of this channel, which may not be interrupted, has him.
    Blocked(Channel),
    /// Contacts are kept from him for a while.
    AgentBackOff,
    /// This contact is kept from him for a while.
    VisitBackOff,
}

impl fmt::Display for WhyNot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WhyNot::Eligible => f.write_str("eligible"),
            WhyNot::NotServing(queue) => write!(f, "not serving {queue}"),
            WhyNot::Removed => f.write_str("removed from the configuration"),
            WhyNot::NoSlot(channel) => write!(f, "without a {channel} slot"),
            WhyNot::Lacks(term) => write!(f, "lacking {} >= {}", term.skill, term.level),
            WhyNot::LoggedOut => f.write_str("logged out"),
            WhyNot::SessionLost => f.write_str("with a lost session"),
            WhyNot::NotReady(code) => write!(f, "not ready ({code})"),
            WhyNot::Leaving => f.write_str("leaving after the present contact"),
            WhyNot::Busy(channel) => write!(f, "busy on {channel}"),
            WhyNot::Blocked(channel) => write!(f, "blocked by {channel}"),
            WhyNot::AgentBackOff => f.write_str("in back-off"),
            WhyNot::VisitBackOff => f.write_str("in back-off for this contact"),
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
    let facts = state.facts();
    let Place::Queue(visit) = contact.place else {
        return ContactExplanation {
            sentence: elsewhere(state, contact),
            position: None,
            agents: Vec::new(),
        };
    };
    let visit = &facts.visits[&visit];
    let queue = &state.queue(visit.queue).config.name;
    let position = Some(position(state, visit));
    let waited_ms = facts.now - visit.enqueued_at;
    if let Some(offer) = visit.offer.map(|offer| &facts.offers[&offer]) {
        let agent = &state.agent(offer.agent).config.name;
        let doing = match offer.state {
            OfferState::Pending { .. } => "is offered to",
            OfferState::Connecting { .. } => "is being connected with",
        };
        let sentence = format!(
            "{} {doing} {agent} from queue {queue} since {} ms",
            contact.name,
            facts.now - offer.made_at
        );
        return ContactExplanation {
            sentence,
            position,
            agents: Vec::new(),
        };
    }
    let agents = classes(state, visit);
    let reasons: Vec<String> = agents
        .iter()
        .filter(|class| !outside(&class.why))
        .map(describe)
        .collect();
    let why = if !state.adapter(contact.adapter).is_present() {
        format!(
            "its adapter {} is not connected",
            state.adapter(contact.adapter).name
        )
    } else if reasons.is_empty() {
        format!("nobody serves queue {queue}")
    } else {
        reasons.join(", ")
    };
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

/// Why an agent is where he is, and what keeps contacts from him.
pub fn agent(state: &State, no: AgentNo) -> (Option<WhyNot>, String) {
    let agent = state.agent(no);
    let name = &agent.config.name;
    let channels = agent
        .config
        .capacity
        .iter()
        .filter(|(_, slots)| **slots > 0);
    let barriers: Vec<WhyNot> = channels
        .filter_map(|(channel, _)| barrier(agent, *channel))
        .collect();
    let open = agent
        .config
        .capacity
        .iter()
        .any(|(channel, slots)| *slots > 0 && barrier(agent, *channel).is_none());
    if !open {
        let why = barriers
            .into_iter()
            .next()
            .unwrap_or(WhyNot::NoSlot(Channel::Voice));
        let sentence = format!("{name} gets no contact: {why}");
        return (Some(why), sentence);
    }
    let waiting = state
        .facts()
        .visits
        .values()
        .filter(|visit| visit.offer.is_none() && agent.queues.contains(&visit.queue));
    let mut reasons: BTreeMap<WhyNot, u32> = BTreeMap::new();
    for visit in waiting {
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

/// The one reason why this agent is not offered this waiting visit.
pub fn why_not(state: &State, no: AgentNo, visit: &Visit) -> WhyNot {
    let agent = state.agent(no);
    let channel = state.facts().contacts[&visit.contact].channel;
    if !agent.in_config {
        return WhyNot::Removed;
    }
    if !agent.queues.contains(&visit.queue) {
        return WhyNot::NotServing(state.queue(visit.queue).config.name.clone());
    }
    if agent.config.capacity.get(&channel).copied().unwrap_or(0) == 0 {
        return WhyNot::NoSlot(channel);
    }
    let requirement = state.facts().requirement_of(visit);
    if let Some(term) = lacking(state, agent, requirement) {
        return WhyNot::Lacks(term.clone());
    }
    if let Some(barrier) = barrier(agent, channel) {
        return barrier;
    }
    match visit.back_offs.iter().any(|(held, _)| *held == no) {
        true => WhyNot::VisitBackOff,
        false => WhyNot::Eligible,
    }
}

/// What keeps any contact of the channel from the agent, as far as it depends on him alone.
fn barrier(agent: &Agent, channel: Channel) -> Option<WhyNot> {
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
    if agent
        .session
        .as_ref()
        .is_none_or(|session| session.connection.is_none())
    {
        return Some(WhyNot::SessionLost);
    }
    if agent.back_off_until.is_some() {
        return Some(WhyNot::AgentBackOff);
    }
    if agent.has_room(channel) {
        return None;
    }
    let blocking = agent
        .leases
        .iter()
        .find(|lease| !channel.may_join(lease.channel));
    Some(blocking.map_or(WhyNot::Busy(channel), |lease| {
        WhyNot::Blocked(lease.channel)
    }))
}

/// The first term that fails, of the group that fails in the fewest; none if a group holds.
fn lacking<'a>(state: &State, agent: &Agent, requirement: &'a Requirement) -> Option<&'a Term> {
    let fails = |term: &&Term| {
        let level = state
            .skill_no(&term.skill)
            .and_then(|no| agent.skills.get(&no))
            .copied()
            .unwrap_or(0);
        level < term.level
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
    let mut classes: BTreeMap<WhyNot, AgentClass> = BTreeMap::new();
    for no in (0..state.facts().agents.len()).map(|no| AgentNo(no as u32)) {
        let why = why_not(state, no, visit);
        let until = match why {
            WhyNot::AgentBackOff => state.agent(no).back_off_until,
            WhyNot::VisitBackOff => visit
                .back_offs
                .iter()
                .find(|(held, _)| *held == no)
                .map(|(_, until)| *until),
            _ => None,
        };
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

/// Agents who have nothing to do with the queue are counted, but not told in the sentence.
fn outside(why: &WhyNot) -> bool {
    matches!(why, WhyNot::NotServing(_) | WhyNot::Removed)
}

fn describe(class: &AgentClass) -> String {
    match class.until {
        Some(until) => format!("{} {} until {until}", class.count, class.why),
        None => format!("{} {}", class.count, class.why),
    }
}

/// From 1: how many of the queue's open visits stand before this one, and itself.
fn position(state: &State, visit: &Visit) -> u32 {
    let own = state.contact_key(visit);
    let open = state
        .open_visits(visit.queue)
        .iter()
        .map(|(_, id)| state.contact_key(&state.facts().visits[id]));
    u32::try_from(open.filter(|key| *key <= own).count()).unwrap_or(u32::MAX)
}

fn elsewhere(state: &State, contact: &Contact) -> String {
    match contact.place {
        Place::Handling(handling) => {
            let agent = state.facts().handlings[&handling].agent;
            format!(
                "{} is in a conversation with {}",
                contact.name,
                state.agent(agent).config.name
            )
        }
        Place::Leaving(_) => format!("{} is leaving: its adapter has been told", contact.name),
        Place::Queue(_) | Place::Arriving => format!("{} is on its way into a queue", contact.name),
    }
}
