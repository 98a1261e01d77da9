//! The state of one tenant: the facts, and what is derived from them to find things fast.
//!
//! State changes only by [`State::apply`]. Everything else reads.

mod apply;
mod digest;
mod facts;
mod invariants;
mod timers;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use crate::config::PriorityMode;
use crate::event::{ContactKey, PendingPresence};
use crate::ids::{
    AdapterName, AdapterNo, AgentName, AgentNo, CallerName, ContactId, ContactName, QueueName,
    QueueNo, SkillName, SkillNo, TimeMs, VisitId,
};
use crate::lookup::Lookup;

pub(crate) use apply::merge_attributes;
pub use facts::{
    Adapter, Agent, Contact, EndedContact, Facts, Handling, HandlingRecord, HandlingState,
    IssuedDirective, Lease, LeaseHolder, OFFER_RECORDS_KEPT, Offer, OfferRecord, OfferResult,
    OfferState, Place, Presence, Queue, RECENT_OFFERS_KEPT, RememberedAnswer, Session, Skill,
    VERSIONS_KEPT, VersionRecord, Visit, VisitEnd, VisitRecord,
};
pub use timers::{Timer, TimerKind};

/// The state of one tenant.
#[derive(Clone, Debug, Default)]
pub struct State {
    facts: Facts,
    derived: Derived,
}

/// What is derived from the facts; rebuilt when a snapshot is loaded.
#[derive(Clone, Debug, Default)]
struct Derived {
    skill_by_name: Lookup<SkillName, SkillNo>,
    queue_by_name: Lookup<QueueName, QueueNo>,
    agent_by_name: Lookup<AgentName, AgentNo>,
    adapter_by_name: Lookup<AdapterName, AdapterNo>,
    contact_by_name: Lookup<ContactName, ContactId>,
    ended_by_name: Lookup<ContactName, (TimeMs, ContactId)>,
    answer_by_request: Lookup<(CallerName, Arc<str>), u64>,
    /// The ended contacts that still have their record, oldest first.
    ended_records: VecDeque<(TimeMs, ContactId)>,
    /// The open visits of each queue by their enqueue time, the longest wait first.
    open_visits: Vec<BTreeSet<(TimeMs, VisitId)>>,
    timers: timers::Timers,
    /// What the last events changed about who can be offered what, for the matcher.
    touched: Vec<Touched>,
}

/// What an event changed about who can be offered what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touched {
    /// The configuration: anything may have changed.
    Everything,
    /// An agent's availability.
    Agent(AgentNo),
    /// An agent's skills.
    Skills(AgentNo),
    /// A visit joined, left, was offered, came back, or changed its place or requirement.
    Visit(VisitId),
    /// An adapter came or went.
    Adapter(AdapterNo),
}

impl State {
    /// The state that a snapshot describes.
    pub fn from_facts(facts: Facts) -> Self {
        let mut state = Self {
            facts,
            derived: Derived::default(),
        };
        state.derive_all();
        state
    }

    /// The facts.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The instant at which time itself is the next input.
    pub fn next_deadline(&self) -> Option<TimeMs> {
        self.derived.timers.first().map(|timer| timer.at_ms)
    }

    /// The next timer, whether due or not.
    pub fn next_timer(&self) -> Option<Timer> {
        self.derived.timers.first()
    }

    /// The number of a skill of the configuration in force.
    pub fn skill_no(&self, name: &SkillName) -> Option<SkillNo> {
        self.derived
            .skill_by_name
            .get(name)
            .filter(|no| self.facts.skills[no.index()].in_config)
    }

    /// The number of a queue of the configuration in force.
    pub fn queue_no(&self, name: &QueueName) -> Option<QueueNo> {
        self.derived
            .queue_by_name
            .get(name)
            .filter(|no| self.facts.queues[no.index()].in_config)
    }

    /// The number of an agent, also of one the configuration has no longer.
    pub fn agent_no(&self, name: &AgentName) -> Option<AgentNo> {
        self.derived.agent_by_name.get(name)
    }

    /// The number of an adapter, also of one the configuration has no longer.
    pub fn adapter_no(&self, name: &AdapterName) -> Option<AdapterNo> {
        self.derived.adapter_by_name.get(name)
    }

    /// The agent of this number.
    pub fn agent(&self, no: AgentNo) -> &Agent {
        &self.facts.agents[no.index()]
    }

    /// The queue of this number.
    pub fn queue(&self, no: QueueNo) -> &Queue {
        &self.facts.queues[no.index()]
    }

    /// The adapter of this number.
    pub fn adapter(&self, no: AdapterNo) -> &Adapter {
        &self.facts.adapters[no.index()]
    }

    /// The open contact of this name.
    pub fn contact_named(&self, name: &ContactName) -> Option<&Contact> {
        self.derived
            .contact_by_name
            .get(name)
            .map(|id| &self.facts.contacts[&id])
    }

    /// The ended contact of this name whose id is still refused at `now`, with the instant of its end.
    pub fn ended_named(&self, name: &ContactName, now: TimeMs) -> Option<(TimeMs, &EndedContact)> {
        let key = self.derived.ended_by_name.get(name)?;
        let still = now < key.0 + self.facts.settings.ended_contact_window_ms;
        still.then(|| (key.0, &self.facts.ended[&key]))
    }

    /// The remembered answer to a request that is not forgotten at `now`.
    pub fn remembered(
        &self,
        caller: &CallerName,
        request_id: &Arc<str>,
        now: TimeMs,
    ) -> Option<&RememberedAnswer> {
        let seq = self
            .derived
            .answer_by_request
            .get(&(caller.clone(), request_id.clone()))?;
        self.facts
            .answers
            .get(&seq)
            .filter(|answer| now < answer.forget_at)
    }

    /// The open visits of a queue, waiting or ringing, by enqueue time.
    pub fn open_visits(&self, queue: QueueNo) -> &BTreeSet<(TimeMs, VisitId)> {
        &self.derived.open_visits[queue.index()]
    }

    /// A visit's place in the matching order.
    pub fn contact_key(&self, visit: &Visit) -> ContactKey {
        let contact = &self.facts.contacts[&visit.contact];
        let queue_rank = self.queue(visit.queue).config.rank;
        let start = contact.virtual_start(visit.order_time);
        let priority = i64::from(contact.priority);
        let (priority_rank, virtual_start) = match self.facts.settings.priority_mode {
            PriorityMode::Strict => (-priority, start),
            PriorityMode::Aging { point_ms } => (0, start - priority * point_ms),
        };
        ContactKey {
            queue_rank,
            priority_rank,
            virtual_start,
            visit: visit.id,
        }
    }

    /// Whether the agent may be offered the visit now: the whole of *eligible*.
    pub fn is_eligible(&self, agent: &Agent, no: AgentNo, visit: &Visit) -> bool {
        let contact = &self.facts.contacts[&visit.contact];
        visit.offer.is_none()
            && self.adapter(contact.adapter).is_present()
            && agent.queues.contains(&visit.queue)
            && self.queue(visit.queue).in_config
            && agent.is_available(contact.channel)
            && visit.back_offs.iter().all(|(held, _)| *held != no)
            && agent.satisfies(self.facts.requirement_of(visit), |name| self.skill_no(name))
    }

    /// Whether a logout waits for the agent's last slot.
    pub(crate) fn logout_pending(&self, agent: AgentNo) -> bool {
        matches!(self.agent(agent).pending, Some(PendingPresence::Logout(_)))
    }

    /// What the events since the last call changed, for the matcher.
    pub(crate) fn take_touched(&mut self) -> Vec<Touched> {
        std::mem::take(&mut self.derived.touched)
    }

    fn derive_all(&mut self) {
        self.derived = Derived::default();
        self.derive_names();
        let facts = &self.facts;
        let derived = &mut self.derived;
        for contact in facts.contacts.values() {
            derived
                .contact_by_name
                .insert(contact.name.clone(), contact.id);
        }
        for (key, ended) in &facts.ended {
            derived.ended_by_name.insert(ended.name.clone(), *key);
            if ended.record.is_some() {
                derived.ended_records.push_back(*key);
            }
        }
        for (seq, answer) in &facts.answers {
            derived
                .answer_by_request
                .insert((answer.caller.clone(), answer.request_id.clone()), *seq);
        }
        for visit in facts.visits.values() {
            derived.open_visits[visit.queue.index()].insert((visit.enqueued_at, visit.id));
        }
        derived.timers = timers::Timers::of(facts);
        derived.touched = vec![Touched::Everything];
    }

    /// Names of the configuration; their numbers only ever grow.
    fn derive_names(&mut self) {
        let (facts, derived) = (&self.facts, &mut self.derived);
        for (no, skill) in (0..).map(SkillNo).zip(&facts.skills) {
            derived.skill_by_name.insert(skill.name.clone(), no);
        }
        for (no, queue) in (0..).map(QueueNo).zip(&facts.queues) {
            derived.queue_by_name.insert(queue.config.name.clone(), no);
        }
        for (no, agent) in (0..).map(AgentNo).zip(&facts.agents) {
            derived.agent_by_name.insert(agent.config.name.clone(), no);
        }
        for (no, adapter) in (0..).map(AdapterNo).zip(&facts.adapters) {
            derived.adapter_by_name.insert(adapter.name.clone(), no);
        }
        derived
            .open_visits
            .resize_with(facts.queues.len(), BTreeSet::new);
    }
}
