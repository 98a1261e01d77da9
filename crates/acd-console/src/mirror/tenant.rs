//! What is known of a tenant.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use acd_client::{
    Error,
    supervisor::{Step, Update},
    v1::{
        AdapterState, AgentCounts, AgentState, ContactState, QueuePerformance, QueueState,
        SupervisorAct, TenantChanges, TenantSnapshot,
    },
};
use tokio::time::Instant;

use super::standing::{Standing, Stands};

/// So long after a queue was late or at risk it is shown so: nobody can follow what changes every second.
const STAYS_MS: i64 = 60_000;
/// Acts that are kept for pages that open.
const ACTS_MAX: usize = 1_000;

/// Engine time between two messages of the engine: what it said, and how long ago.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EngineTime {
    at_ms: i64,
    heard: Instant,
}

impl EngineTime {
    /// It is this now.
    pub(crate) fn new(at_ms: i64) -> Self {
        Self {
            at_ms,
            heard: Instant::now(),
        }
    }

    /// The engine says that it is this. What comes late says less than what came before it; and while nothing happens the
    /// engine repeats the time of what happened last.
    pub(crate) fn hear(&mut self, at_ms: i64) {
        if self.now_ms() < at_ms {
            *self = Self::new(at_ms);
        }
    }

    /// What it is now.
    pub(crate) fn now_ms(&self) -> i64 {
        self.at(Instant::now())
    }

    /// What it was, or is, at this instant.
    pub(crate) fn at(&self, instant: Instant) -> i64 {
        let since = i64::try_from(instant.saturating_duration_since(self.heard).as_millis());
        self.at_ms.saturating_add(since.unwrap_or(i64::MAX))
    }
}

/// What is known of a tenant, by name.
#[derive(Debug)]
pub(crate) struct Tenant {
    /// Queues, if they are mirrored.
    pub(crate) queues: BTreeMap<String, QueueState>,
    /// Agents, if they are mirrored.
    pub(crate) agents: BTreeMap<String, AgentState>,
    /// Open contacts, if they are mirrored.
    pub(crate) contacts: BTreeMap<String, ContactState>,
    /// Adapters.
    pub(crate) adapters: BTreeMap<String, AdapterState>,
    /// What supervisors did since the mirror began, oldest first, if they are mirrored.
    pub(crate) acts: VecDeque<SupervisorAct>,
    /// How queues have done, if that is mirrored.
    pub(crate) performance: BTreeMap<String, QueuePerformance>,
    /// The agents of the tenant by what they do, if queues are mirrored.
    pub(crate) agent_counts: AgentCounts,
    /// Whether all queues are closed in an emergency.
    pub(crate) emergency: bool,
    /// The configuration in force.
    pub(crate) config_version: u64,
    /// All is known up to this sequence.
    pub(crate) sequence: u64,
    time: EngineTime,
    /// Queues that stand better than they stood of late: how they stood, and until when that is shown.
    stood: HashMap<String, (Standing, i64)>,
    /// When the engine was last heard.
    heard: Instant,
    /// The same in its time, if that is too long ago.
    away_since_ms: Option<i64>,
    refused: Option<Error>,
}

impl Default for Tenant {
    fn default() -> Self {
        Self {
            queues: BTreeMap::new(),
            agents: BTreeMap::new(),
            contacts: BTreeMap::new(),
            adapters: BTreeMap::new(),
            acts: VecDeque::new(),
            performance: BTreeMap::new(),
            agent_counts: AgentCounts::default(),
            emergency: false,
            config_version: 0,
            sequence: 0,
            time: EngineTime::new(0),
            stood: HashMap::new(),
            heard: Instant::now(),
            away_since_ms: None,
            refused: None,
        }
    }
}

impl Tenant {
    /// Engine time.
    pub(crate) fn time(&self) -> EngineTime {
        self.time
    }

    /// Since when the engine has not been heard, in its time.
    pub(crate) fn away_since_ms(&self) -> Option<i64> {
        self.away_since_ms
    }

    /// Takes over what the engine told; says whether it is news.
    pub(super) fn take(&mut self, step: Step) -> bool {
        let was_away = self.away_since_ms.take().is_some();
        self.sequence = step.sequence;
        self.time.hear(step.at_ms);
        self.heard = Instant::now();
        let touched: BTreeSet<String> = match &step.update {
            Update::Snapshot(_) => self.queues.keys().cloned().collect(),
            Update::Changes(changes) => {
                let queues = changes.queues.iter().map(|it| &it.queue);
                let performance = changes.performance.iter().map(|it| &it.queue);
                queues.chain(performance).cloned().collect()
            }
            Update::Heartbeat => return was_away,
        };
        let before: Vec<_> = touched
            .into_iter()
            .filter_map(|name| Some((self.stands_now(&name)?.standing, name)))
            .collect();
        match step.update {
            Update::Snapshot(snapshot) => self.replace(snapshot),
            Update::Changes(changes) => self.apply(changes),
            Update::Heartbeat => {}
        }
        for (standing, name) in before {
            self.stood_before(name, standing);
        }
        true
    }

    /// How a queue stands: worse at once, better after a while; none: there is no such queue.
    pub(crate) fn stands(&self, queue: &str) -> Option<Stands> {
        let mut stands = self.stands_now(queue)?;
        if let Some((stood, until_ms)) = self.stood.get(queue)
            && stands.standing <= Standing::Fine
            && self.time.now_ms() < *until_ms
        {
            stands.standing = stands.standing.min(*stood);
        }
        Some(stands)
    }

    fn stands_now(&self, queue: &str) -> Option<Stands> {
        let performance = self.performance.get(queue);
        Some(Stands::of(self.queues.get(queue)?, performance))
    }

    /// A queue stood like this until now.
    fn stood_before(&mut self, queue: String, standing: Standing) {
        let now_ms = self.time.now_ms();
        let Some(stands) = self.stands_now(&queue) else {
            self.stood.remove(&queue);
            return;
        };
        let better = standing < Standing::Fine && standing < stands.standing;
        let worst = |(stood, until_ms): &(Standing, i64)| *stood < standing && now_ms < *until_ms;
        if better && !self.stood.get(&queue).is_some_and(worst) {
            self.stood.insert(queue, (standing, now_ms + STAYS_MS));
        }
    }

    /// Nothing was heard for too long.
    pub(super) fn silent(&mut self) {
        self.away_since_ms.get_or_insert(self.time.at(self.heard));
    }

    /// Nobody who looks has the right to.
    pub(super) fn refuse(&mut self, error: Error) {
        self.refused = Some(error);
    }

    pub(super) fn refused(&self) -> Option<Error> {
        self.refused.clone()
    }

    fn replace(&mut self, snapshot: TenantSnapshot) {
        self.queues = named(snapshot.queues, |it| &it.queue);
        self.agents = named(snapshot.agents, |it| &it.agent);
        self.contacts = named(snapshot.contacts, |it| &it.contact_id);
        self.adapters = named(snapshot.adapters, |it| &it.adapter);
        self.performance = named(snapshot.performance, |it| &it.queue);
        self.agent_counts = snapshot.agent_counts.unwrap_or_default();
        self.emergency = snapshot.emergency;
        self.config_version = snapshot.config_version;
    }

    fn apply(&mut self, changes: TenantChanges) {
        self.queues.extend(named(changes.queues, |it| &it.queue));
        self.agents.extend(named(changes.agents, |it| &it.agent));
        self.adapters
            .extend(named(changes.adapters, |it| &it.adapter));
        self.performance
            .extend(named(changes.performance, |it| &it.queue));
        if let Some(counts) = changes.agent_counts {
            self.agent_counts = counts;
        }
        for contact in changes.contacts {
            if contact.ended_at_ms == 0 {
                self.contacts.insert(contact.contact_id.clone(), contact);
            } else {
                self.contacts.remove(&contact.contact_id);
            }
        }
        for name in &changes.removed_queues {
            self.queues.remove(name);
            self.performance.remove(name);
        }
        for name in &changes.removed_agents {
            self.agents.remove(name);
        }
        for name in &changes.removed_adapters {
            self.adapters.remove(name);
        }
        self.acts.extend(changes.acts);
        let too_many = self.acts.len().saturating_sub(ACTS_MAX);
        self.acts.drain(..too_many);
        self.emergency = changes.emergency;
        self.config_version = changes.config_version;
    }
}

fn named<T>(all: Vec<T>, name: impl Fn(&T) -> &String) -> BTreeMap<String, T> {
    let named = all.into_iter().map(|it| (name(&it).clone(), it));
    named.collect()
}
