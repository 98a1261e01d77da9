//! The state of one tenant: the facts, and what is derived from them to find things fast.
//!
//! State changes only by [`State::apply`]. Everything else reads.

mod agent_sets;
mod apply;
mod asynchronous;
mod attendance;
mod desk;
mod digest;
mod doing;
mod eligibility;
mod expiry;
mod facts;
mod index;
mod invariants;
mod lines;
mod lots;
mod masks;
mod occupancy;
mod personal;
mod prediction;
mod ranking;
mod shares;
mod staffing;
mod timers;
mod touched;
mod windowed;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::command::Opening;
use crate::event::PendingPresence;
use crate::ids::{
    AdapterName, AdapterNo, AgentName, AgentNo, CalendarName, CalendarNo, CallerName, ContactId,
    ContactName, DurationMs, HandlingId, OfferId, QueueName, QueueNo, SessionId, SkillName,
    SkillNo, TimeMs, VisitId,
};
use crate::lookup::Lookup;
use crate::personal::Personal;
use crate::refusal::{Reason, Refusal};

pub(crate) use apply::merge_attributes;
pub(crate) use attendance::StaffList;
pub use desk::AgentDay;
pub use doing::{Doing, DoingFor};
pub use eligibility::Terms;
pub use expiry::{Expiry, Mark};
pub use facts::{
    ActRecord, Acts, Adapter, Agent, Announced, Calendar, ConfigFile, Contact, EndedContact, Facts,
    Handling, HandlingKind, HandlingRecord, HandlingState, IssuedDirective, LastAgentRecord, Lease,
    LeaseHolder, Member, Offer, OfferRecord, OfferResult, OfferState, PastRun, Place, Presence,
    Queue, QueuePause, REFERENCES_KEPT, RememberedAnswer, ReturnPlace, Schedule, Session, Skill,
    VersionRecord, Visit, VisitEnd, VisitRecord,
};
pub use index::Load;
pub use lines::{Line, Standing};
pub use masks::Mask;
pub use occupancy::{AgentTime, Occupancy};
pub(crate) use ranking::{LineKey, share_of_time};
pub use staffing::Asking;
pub(crate) use timers::Owner;
pub use timers::{Timer, TimerKind};
pub use touched::{ContactRef, HandlingRef, OfferRef, Touched};

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
    /// The remembered answers of each caller who has any, oldest first.
    answers_by_caller: BTreeMap<CallerName, BTreeSet<u64>>,
    /// The ended contacts that still have their record, oldest first.
    ended_records: BTreeSet<(TimeMs, ContactId)>,
    /// The instant of the end of each of them.
    ended_at: Lookup<ContactId, TimeMs>,
    /// The open visits of each queue, the longest wait first.
    open_visits: Vec<BTreeSet<VisitId>>,
    /// The callbacks that each queue owes, scheduled ones included, by their customer.
    callbacks: Vec<BTreeSet<(Option<Personal>, ContactId)>>,
    calendar_by_name: Lookup<CalendarName, CalendarNo>,
    /// The place of an attribute in the configuration.
    attribute_by_key: Lookup<Arc<str>, usize>,
    /// The place of a customer who left unanswered, by queue and customer.
    return_by_customer: Lookup<(QueueNo, Personal), (TimeMs, VisitId)>,
    /// The agent a customer last talked to.
    last_agent_by_customer: Lookup<Personal, (TimeMs, HandlingId)>,
    /// The longest time for which some queue asks whom a customer talked to.
    last_agent_window: DurationMs,
    index: index::Index,
    /// By queue: what its agents have had of its contacts.
    allotments: Vec<shares::Allotments>,
    timers: timers::Timers,
    windowed: windowed::Windowed,
    attendance: attendance::Attendance,
    /// Whose handling one is that is over and still on its agent's record.
    agent_of_recent: Lookup<HandlingId, AgentNo>,
    /// The contacts that come back to each agent who has any.
    kept_for: BTreeMap<AgentNo, BTreeSet<ContactId>>,
    /// The agents who are busy outside.
    busy_outside: BTreeSet<AgentNo>,
    /// What is put off, found by what it is about.
    put_off: work::PutOff,
    /// What changed in queues since they were last looked at, for what holds of a whole queue.
    stirred_queues: BTreeMap<QueueNo, Stirred>,
    /// What the last events touched, until somebody takes it.
    touched: Vec<Touched>,
    /// Whether what is shown of contacts, offers and handlings is noted there, too.
    is_shown: bool,
}

/// What changed in a queue since it was last looked at, as far as visits may have to leave for it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stirred {
    /// Whether any of its visits may: it closed, or its staff came or went.
    pub(crate) whole: bool,
    /// The visits that changed.
    pub(crate) visits: BTreeSet<VisitId>,
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

    /// The facts alone.
    pub fn into_facts(self) -> Facts {
        self.facts
    }

    /// The instant at which time itself is the next input.
    pub fn next_deadline(&self) -> Option<TimeMs> {
        self.derived.timers.first().map(|timer| timer.at_ms)
    }

    /// The next timer, whether due or not.
    pub fn next_timer(&self) -> Option<Timer> {
        self.derived.timers.first()
    }

    /// How many timers of each kind have passed at this instant, by the name of the kind: the next of each thing that has
    /// any.
    pub fn passed_timers(&self, now: TimeMs) -> BTreeMap<&'static str, usize> {
        self.derived.timers.passed(now)
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

    /// The agent whose current session this is.
    ///
    /// # Errors
    /// There is no such agent, they have no such session, or a later one.
    pub fn agent_in_session(
        &self,
        name: &AgentName,
        session: SessionId,
    ) -> Result<AgentNo, Refusal> {
        let unknown = || {
            Refusal::new(
                Reason::UnknownAgent,
                "agent",
                format!("there is no agent {name:?}"),
            )
        };
        let no = self.agent_no(name).ok_or_else(unknown)?;
        match &self.agent(no).session {
            Some(current) if current.id == session => Ok(no),
            Some(current) if current.id > session => {
                let detail = format!("agent {name} logged in again elsewhere");
                Err(Refusal::new(Reason::SessionReplaced, "session_id", detail))
            }
            _ => Err(Refusal::new(
                Reason::NotLoggedIn,
                "session_id",
                format!("agent {name} has no session {session}"),
            )),
        }
    }

    /// The number of a queue, also of one the configuration has no longer.
    pub fn queue_named(&self, name: &QueueName) -> Option<QueueNo> {
        self.derived.queue_by_name.get(name)
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

    /// The contact of this name, open or ended, if there is a record of it still.
    pub fn recorded_contact(&self, name: &ContactName) -> Option<&Contact> {
        let ended = || {
            let (_, ended) = self.ended_named(name, self.facts.now)?;
            ended.record.as_deref()
        };
        self.contact_named(name).or_else(ended)
    }

    /// Whether the contact is an agent's: offered to them, in a handling of theirs that is not over, or in nobody else's
    /// since the one they had.
    pub fn has_to_do_with(&self, agent: AgentNo, contact: &Contact) -> bool {
        let offered = |offer: &OfferRecord| {
            offer.agent == agent && self.facts.offers.contains_key(&offer.offer)
        };
        let handles = |handling: &HandlingRecord| {
            handling.agent == agent && self.facts.handlings.contains_key(&handling.handling)
        };
        let last = contact.handlings.last();
        contact.offers.iter().any(offered)
            || contact.handlings.iter().any(handles)
            || last.is_some_and(|last| last.agent == agent)
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

    /// The accepted offers of the adapter's contacts, rising.
    pub fn connecting_offers(&self, adapter: AdapterNo) -> Vec<OfferId> {
        let facts = &self.facts;
        let its = facts.offers.values().filter(|offer| {
            matches!(offer.state, OfferState::Connecting { .. })
                && facts.contacts[&offer.contact].adapter == adapter
        });
        its.map(|offer| offer.id).collect()
    }

    /// What the agent handles, the oldest lease first.
    pub fn handlings_of(&self, no: AgentNo) -> impl Iterator<Item = &Handling> {
        let holders = self.agent(no).leases.iter().map(|lease| lease.holder);
        holders.filter_map(|holder| match holder {
            LeaseHolder::Handling(id) => Some(&self.facts.handlings[&id]),
            LeaseHolder::Offer(_) => None,
        })
    }

    /// The open visits of a queue, waiting or ringing, the longest wait first.
    pub fn open_visits(&self, queue: QueueNo) -> &BTreeSet<VisitId> {
        &self.derived.open_visits[queue.index()]
    }

    /// The callbacks that the queue owes, scheduled ones included, by their customer.
    pub fn callbacks(&self, queue: QueueNo) -> &BTreeSet<(Option<Personal>, ContactId)> {
        &self.derived.callbacks[queue.index()]
    }

    /// The callback that the queue owes this customer.
    pub fn callback_of(&self, queue: QueueNo, customer: &Personal) -> Option<ContactId> {
        if customer.is_erased() {
            return None;
        }
        let first = (Some(customer.clone()), ContactId(0));
        let (known, contact) = self.callbacks(queue).range(first..).next()?;
        (known.as_ref() == Some(customer)).then_some(*contact)
    }

    /// The number of a calendar of the configuration in force.
    pub fn calendar_no(&self, name: &CalendarName) -> Option<CalendarNo> {
        let known = self.derived.calendar_by_name.get(name);
        known.filter(|no| self.facts.calendars[no.index()].in_config)
    }

    /// What a calendar is now; one that is not known is open.
    pub fn opening_of(&self, name: &CalendarName) -> Opening {
        let calendar = self
            .calendar_no(name)
            .map(|no| &self.facts.calendars[no.index()]);
        calendar.map_or(Opening::Open, |calendar| calendar.opening)
    }

    /// The place that is kept for a customer who left this queue unanswered, if it is still kept at `now`.
    pub(crate) fn return_place(
        &self,
        queue: QueueNo,
        customer: &Personal,
        now: TimeMs,
    ) -> Option<(VisitId, TimeMs)> {
        let key = self
            .derived
            .return_by_customer
            .get(&(queue, customer.clone()))?;
        (now < key.0).then(|| (key.1, self.facts.returns[&key].order_time))
    }

    /// The agent this customer last talked to, and when.
    pub(crate) fn last_agent(&self, customer: &Personal) -> Option<(AgentNo, TimeMs)> {
        let key = self.derived.last_agent_by_customer.get(customer)?;
        Some((self.facts.last_agents[&key].agent, key.0))
    }

    /// The agents who are busy outside, rising.
    pub(crate) fn busy_outside(&self) -> &BTreeSet<AgentNo> {
        &self.derived.busy_outside
    }

    /// What changed in queues since the last call.
    pub(crate) fn take_stirred_queues(&mut self) -> BTreeMap<QueueNo, Stirred> {
        std::mem::take(&mut self.derived.stirred_queues)
    }

    /// Whether the agent is gone, or only finishes what they hold: nobody waits for them. Who lost their session is
    /// not leaving before its grace ends.
    pub fn is_leaving(&self, no: AgentNo) -> bool {
        let agent = self.agent(no);
        !agent.in_config || agent.session.is_none() || self.logout_pending(no)
    }

    /// Whether a logout waits for the agent's last slot.
    pub(crate) fn logout_pending(&self, agent: AgentNo) -> bool {
        let agent = self.agent(agent);
        let given_up = agent
            .session
            .as_ref()
            .is_some_and(|session| session.given_up);
        given_up || matches!(agent.pending, Some(PendingPresence::Logout(_)))
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
                derived.ended_records.insert(*key);
                derived.ended_at.insert(key.1, key.0);
            }
        }
        for (seq, answer) in &facts.answers {
            derived
                .answer_by_request
                .insert((answer.caller.clone(), answer.request_id.clone()), *seq);
            let own = derived.answers_by_caller.entry(answer.caller.clone());
            own.or_default().insert(*seq);
        }
        for visit in facts.visits.values() {
            derived.open_visits[visit.queue.index()].insert(visit.id);
        }
        derived.windowed = windowed::Windowed::of(facts.visits.values());
        for (no, agent) in (0..).map(AgentNo).zip(&facts.agents) {
            let recent = agent.recent_handlings.iter();
            recent.for_each(|over| _ = derived.agent_of_recent.insert(over.id, no));
            if agent.busy_outside {
                derived.busy_outside.insert(no);
            }
        }
        derived.callbacks = callbacks_owed(facts);
        derived.kept_for = desk::kept_for(facts);
        derived.put_off = work::PutOff::of(&facts.work);
        derived.touched = vec![Touched::Everything];
        self.derive_customers();
        self.derive_last_agent_window();
        self.derive_attributes();
        self.stir_all_queues();
        self.derive_index();
        self.derive_attendance();
        self.derived.timers = timers::Timers::of(self);
    }

    /// What is remembered of customers who may come back.
    fn derive_customers(&mut self) {
        let (facts, derived) = (&self.facts, &mut self.derived);
        derived.return_by_customer = Lookup::default();
        for (key, place) in &facts.returns {
            let customer = (place.queue, place.customer.clone());
            derived.return_by_customer.insert(customer, *key);
        }
        derived.last_agent_by_customer = Lookup::default();
        for (key, record) in &facts.last_agents {
            let customer = record.customer.clone();
            derived.last_agent_by_customer.insert(customer, *key);
        }
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
        for (no, calendar) in (0..).map(CalendarNo).zip(&facts.calendars) {
            derived
                .calendar_by_name
                .insert(calendar.config.name.clone(), no);
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
        derived
            .callbacks
            .resize_with(facts.queues.len(), BTreeSet::new);
    }
}

/// The callbacks that each queue owes, by their customer.
fn callbacks_owed(facts: &Facts) -> Vec<BTreeSet<(Option<Personal>, ContactId)>> {
    let mut owed = vec![BTreeSet::new(); facts.queues.len()];
    for contact in facts.contacts.values() {
        if let Some(queue) = contact.owing_queue(facts) {
            owed[queue.index()].insert((contact.customer.clone(), contact.id));
        }
    }
    owed
}
