//! Why a contact waits, why an agent gets none, and why an offer went to this agent: one concrete reason each, as a
//! structure and as a sentence.

mod length;
mod parts;
mod reason;

pub use length::length;
pub use parts::{AgentReasons, Class, ContactReasons};
pub use reason::{Reason, WhyNot, why_not};

use crate::config::AgentOrder;
use crate::event::{AgentKey, Decision};
use crate::ids::{AdapterName, AgentName, AgentNo, Channel, ContactName, TimeMs};
use crate::state::{Contact, OfferRecord, OfferState, Place, State, Visit};
use reason::{of_agent, of_visit};

/// How an instant is told: the engine knows no civil time.
pub type Tell<'a> = &'a dyn Fn(TimeMs) -> String;

/// How many agents a class names as examples.
pub const EXAMPLES_MAX: usize = 5;

/// Why a contact is where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactExplanation {
    /// In one sentence.
    pub sentence: String,
    /// Its position among the waiting and ringing contacts of its queue, from 1, while it is in a queue.
    pub position: Option<u32>,
    /// While it waits: every agent of the tenant, by reason.
    pub agents: Vec<Class<AgentName>>,
    /// While it waits: what keeps it from every agent, if anything does.
    pub barred: Option<Reason>,
}

/// Why an open contact is where it is at `now`.
pub fn contact(
    state: &State,
    contact: &Contact,
    now: TimeMs,
    tell: Tell<'_>,
) -> ContactExplanation {
    let mut reasons = AgentReasons::default();
    while !reasons.look(state, contact, usize::MAX) {}
    contact_for(state, contact, &reasons, now, tell)
}

/// The same with the reasons that were gathered a part at a time.
pub fn contact_for(
    state: &State,
    contact: &Contact,
    reasons: &AgentReasons,
    now: TimeMs,
    tell: Tell<'_>,
) -> ContactExplanation {
    let Place::Queue(visit) = contact.place else {
        return ContactExplanation {
            sentence: elsewhere(state, contact, tell),
            position: None,
            agents: Vec::new(),
            barred: None,
        };
    };
    let visit = &state.facts().visits[&visit];
    let position = Some(state.position(visit));
    if !visit.offers.is_empty() {
        let (sentence, agents) = (offered(state, contact, visit, now), Vec::new());
        return ContactExplanation {
            sentence,
            position,
            agents,
            barred: None,
        };
    }
    let agents: Vec<_> = reasons.classes().cloned().collect();
    let queue = &state.queue(visit.queue).config.name;
    let barred = of_visit(state, visit).map(|why| Reason {
        until: visit
            .next_attempt_at
            .filter(|_| why == WhyNot::BetweenAttempts),
        why,
    });
    let barred_in_words = barred.as_ref().and_then(|barred| {
        let adapter = &state.adapter(contact.adapter).name;
        describe_bar(barred, adapter, tell)
    });
    let why = barred_in_words.unwrap_or_else(|| {
        let told = agents.iter().filter(|class| !class.why.is_outside());
        let reasons: Vec<String> = told.map(|class| describe(class, tell)).collect();
        match reasons.is_empty() {
            true => format!("nobody serves queue {queue}"),
            false => reasons.join(", "),
        }
    });
    let waited = length(now - visit.enqueued_at);
    let name = &contact.name;
    let sentence = format!("{name} has waited in queue {queue} for {waited}: {why}");
    ContactExplanation {
        sentence,
        position,
        agents,
        barred,
    }
}

/// What keeps a visit from every agent, in words.
fn describe_bar(barred: &Reason, adapter: &AdapterName, tell: Tell<'_>) -> Option<String> {
    match barred.why {
        WhyNot::AdapterAbsent => Some(format!("its adapter {adapter} is not connected")),
        WhyNot::OnItsWayOut => Some("it is leaving".to_owned()),
        WhyNot::CallbackHours => Some("customers are not called back at this time".to_owned()),
        _ => {
            let until = barred.until.map(tell);
            until.map(|until| {
                format!("its customer was not reached, and is not dialled before {until}")
            })
        }
    }
}

fn offered(state: &State, contact: &Contact, visit: &Visit, now: TimeMs) -> String {
    let offers: Vec<String> = visit
        .offers
        .iter()
        .map(|id| {
            let offer = &state.facts().offers[id];
            let doing = match offer.state {
                OfferState::Pending { .. } => "offered to",
                OfferState::Connecting { .. } => "being connected with",
            };
            let since = length(now - offer.made_at);
            let agent = &state.agent(offer.agent).config.name;
            format!("{doing} {agent} for {since}")
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
    let decision = &*record.decision;
    let name = |no: AgentNo| &state.agent(no).config.name;
    let winner = name(decision.winner.agent);
    let runner_up = decision.runner_up.as_ref().map(|next| name(next.agent));
    decided(
        &contact.name,
        order,
        decision,
        record.made_at,
        winner,
        runner_up,
    )
}

/// The same of a decision whose agents are known by name only.
pub fn decided(
    contact: &ContactName,
    order: AgentOrder,
    decision: &Decision,
    made_at: TimeMs,
    agent: &AgentName,
    next: Option<&AgentName>,
) -> String {
    let Decision {
        candidates,
        winner,
        runner_up,
        step,
        config_version,
        ..
    } = decision;
    let stands = |key: &AgentKey| standing(key, made_at);
    let why = match order {
        AgentOrder::LongestIdle => String::new(),
        other => format!(", {} {}", describe_order(other), winner.rank),
    };
    let next = runner_up.as_ref().zip(next).map_or_else(
        || "nobody else was eligible".to_owned(),
        |(key, next)| format!("next was {next}, tier {}, {}", key.tier, stands(key)),
    );
    format!(
        "{contact} was offered to {agent} out of {candidates} (tier {}{why}, {}); {next}; step {}, configuration {config_version}",
        winner.tier,
        stands(winner),
        step + 1,
    )
}

/// How idle the agent was when the offer was made, and whether they came after all others.
fn standing(key: &AgentKey, made_at: TimeMs) -> String {
    let idle = format!("idle {}", length(made_at - key.idle_since));
    let held = match key.leases {
        0 => String::new(),
        1 => "1 lease held, ".to_owned(),
        many => format!("{many} leases held, "),
    };
    let behind = match key.behind {
        0 => "",
        _ => "behind all who have not failed it or given it away, ",
    };
    format!("{behind}{held}{idle}")
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
        AgentOrder::LeastLoaded => "least loaded",
        AgentOrder::Percent => "percent",
        AgentOrder::Random => "random",
    }
}

/// Why an agent is where they are, and what keeps contacts from them.
pub fn agent(state: &State, no: AgentNo, tell: Tell<'_>) -> (Option<Reason>, String) {
    let mut reasons = ContactReasons::of(no);
    while !reasons.look(state, usize::MAX) {}
    agent_for(state, &reasons, tell)
}

/// The same with the reasons that were gathered a part at a time.
pub fn agent_for(
    state: &State,
    reasons: &ContactReasons,
    tell: Tell<'_>,
) -> (Option<Reason>, String) {
    let agent = state.agent(reasons.agent);
    let name = &agent.config.name;
    let barriers: Vec<Option<WhyNot>> = agent
        .channels()
        .map(|channel| of_agent(state, agent, channel))
        .collect();
    if barriers.iter().all(Option::is_some) {
        let why = barriers
            .into_iter()
            .flatten()
            .next()
            .unwrap_or(WhyNot::NoSlot(Channel::Voice));
        let until = match why {
            WhyNot::AgentBackOff => agent.back_off_until,
            WhyNot::NotReady(_) => agent.return_at,
            _ => None,
        };
        let reason = Reason { why, until };
        let sentence = format!("{name} gets no contact: {}", reason.in_words(tell));
        return (Some(reason), sentence);
    }
    let sentence = if agent.queues.is_empty() {
        format!("{name} is ready, but serves no queue")
    } else if reasons.waiting.is_empty() {
        format!("{name} is ready, and no contact waits in their queues")
    } else {
        let reasons = reasons.waiting.iter();
        let reasons: Vec<String> = reasons
            .map(|(why, count)| format!("{count} they are {why} for"))
            .collect();
        format!(
            "{name} is ready; of the waiting contacts of their queues: {}",
            reasons.join(", ")
        )
    };
    (None, sentence)
}

fn describe(class: &Class<AgentName>, tell: Tell<'_>) -> String {
    let reason = Reason {
        why: class.why.clone(),
        until: class.until,
    };
    format!("{} {}", class.count, reason.in_words(tell))
}

fn elsewhere(state: &State, contact: &Contact, tell: Tell<'_>) -> String {
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
        Place::Scheduled(schedule) => {
            let queue = &state.queue(schedule.queue).config.name;
            format!(
                "{name} is scheduled: it joins queue {queue} at {}",
                tell(schedule.due_at)
            )
        }
        Place::Leaving(_) => format!("{name} is leaving: its adapter has been told"),
        Place::Queue(_) | Place::Arriving => format!("{name} is on its way into a queue"),
    }
}
