//! What is known of a tenant, as a watch tells it.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use acd_proto::v1::{
    AdapterState, AgentCounts, AgentState, ContactState, QueuePerformance, QueueState,
    SupervisorAct, TenantChanges, TenantSnapshot,
};
use tokio::time::Instant;

use super::{
    Step, Update,
    standing::{Standing, Stands},
};

/// So long after a queue was late or at risk it is shown so: nobody can follow what changes every second.
const STAYS_MS: i64 = 60_000;
/// Acts that are kept, the newest.
const ACTS_MAX: usize = 1_000;

/// Engine time between two messages of the engine: what it said, and how long ago.
#[derive(Clone, Copy, Debug)]
pub struct EngineTime {
    at_ms: i64,
    heard: Instant,
}

impl EngineTime {
    /// It is this now.
    #[must_use]
    pub fn new(at_ms: i64) -> Self {
        Self {
            at_ms,
            heard: Instant::now(),
        }
    }

    /// The engine says that it is this. What comes late says less than what came before it; and while nothing happens the
    /// engine repeats the time of what happened last.
    pub fn hear(&mut self, at_ms: i64) {
        if self.now_ms() < at_ms {
            *self = Self::new(at_ms);
        }
    }

    /// What it is now.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.at(Instant::now())
    }

    /// What it was, or is, at this instant.
    #[must_use]
    pub fn at(&self, instant: Instant) -> i64 {
        let since = i64::try_from(instant.saturating_duration_since(self.heard).as_millis());
        self.at_ms.saturating_add(since.unwrap_or(i64::MAX))
    }
}

/// The state of a tenant as a [`Watch`](super::Watch) tells it, by name. A part that its filter does not show stays empty.
#[derive(Clone, Debug)]
pub struct TenantView {
    /// Queues, if they are watched.
    pub queues: BTreeMap<String, QueueState>,
    /// Agents, if they are watched.
    pub agents: BTreeMap<String, AgentState>,
    /// Open contacts, if they are watched.
    pub contacts: BTreeMap<String, ContactState>,
    /// Adapters.
    pub adapters: BTreeMap<String, AdapterState>,
    /// What supervisors did since the watch began, oldest first, if they are watched.
    pub acts: VecDeque<SupervisorAct>,
    /// How queues have done, if that is watched.
    pub performance: BTreeMap<String, QueuePerformance>,
    /// The agents of the tenant by what they do, if queues are watched.
    pub agent_counts: AgentCounts,
    /// Whether all queues are closed in an emergency.
    pub emergency: bool,
    /// The configuration in force.
    pub config_version: u64,
    /// All is known up to this sequence.
    pub sequence: u64,
    time: EngineTime,
    /// Queues that stand better than they stood of late: how they stood, and until when that is shown.
    stood: HashMap<String, (Standing, i64)>,
    /// When the engine was last heard.
    heard: Instant,
    /// The same in its time, if that is too long ago.
    away_since_ms: Option<i64>,
}

impl Default for TenantView {
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
        }
    }
}

impl TenantView {
    /// Engine time.
    #[must_use]
    pub fn time(&self) -> EngineTime {
        self.time
    }

    /// Since when the engine has not been heard, in its time.
    #[must_use]
    pub fn away_since_ms(&self) -> Option<i64> {
        self.away_since_ms
    }

    /// Takes over what the engine told; says whether it is news.
    pub fn take(&mut self, step: Step) -> bool {
        let was_away = self.away_since_ms.take().is_some();
        self.sequence = step.sequence;
        self.time.hear(step.now_ms);
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
    #[must_use]
    pub fn stands(&self, queue: &str) -> Option<Stands> {
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
    pub fn silent(&mut self) {
        self.away_since_ms.get_or_insert(self.time.at(self.heard));
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::advance;

    use super::*;

    fn step(sequence: u64, update: Update) -> Step {
        Step {
            sequence,
            now_ms: 1_000,
            update,
        }
    }

    #[test]
    fn what_ended_and_what_was_removed_is_no_longer_known() {
        let contact = |id: &str, ended_at_ms| ContactState {
            contact_id: id.to_owned(),
            ended_at_ms,
            ..ContactState::default()
        };
        let queue = |name: &str| QueueState {
            queue: name.to_owned(),
            ..QueueState::default()
        };
        let mut tenant = TenantView::default();
        assert!(tenant.take(step(
            1,
            Update::Snapshot(TenantSnapshot {
                queues: vec![queue("sales"), queue("service")],
                contacts: vec![contact("a", 0), contact("b", 0)],
                ..TenantSnapshot::default()
            })
        )));
        assert!(tenant.take(step(
            2,
            Update::Changes(TenantChanges {
                contacts: vec![contact("a", 900), contact("c", 0)],
                removed_queues: vec!["sales".to_owned()],
                ..TenantChanges::default()
            })
        )));
        assert_eq!(tenant.contacts.keys().collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(tenant.queues.keys().collect::<Vec<_>>(), ["service"]);
        assert!(!tenant.take(step(2, Update::Heartbeat)), "no news");
    }

    #[test]
    fn silence_is_told_and_so_is_its_end() {
        let mut tenant = TenantView::default();
        tenant.take(step(1, Update::Snapshot(TenantSnapshot::default())));
        assert_eq!(tenant.away_since_ms(), None);
        tenant.silent();
        assert_eq!(tenant.away_since_ms(), Some(1_000));
        assert!(tenant.take(step(1, Update::Heartbeat)), "it is back");
        assert_eq!(tenant.away_since_ms(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn time_goes_on_while_the_engine_has_nothing_to_tell() {
        let mut tenant = TenantView::default();
        tenant.take(step(1, Update::Snapshot(TenantSnapshot::default())));
        for _ in 0..3 {
            advance(Duration::from_secs(5)).await;
            // It is the time of what happened last.
            tenant.take(step(1, Update::Heartbeat));
        }
        assert_eq!(tenant.time().now_ms(), 16_000);
        advance(Duration::from_secs(20)).await;
        tenant.silent();
        assert_eq!(
            tenant.away_since_ms(),
            Some(16_000),
            "when it was last heard"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_queue_is_late_at_once_and_fine_again_after_a_minute() {
        let late = |alerted| {
            Update::Changes(TenantChanges {
                queues: vec![QueueState {
                    queue: "service".to_owned(),
                    waiting: 1,
                    alerted,
                    agents_logged_in: 1,
                    ..QueueState::default()
                }],
                ..TenantChanges::default()
            })
        };
        let mut tenant = TenantView::default();
        let stands = |tenant: &TenantView| tenant.stands("service").expect("it is there").standing;
        tenant.take(step(1, late(0)));
        assert_eq!(stands(&tenant), Standing::Fine);
        tenant.take(step(2, late(1)));
        assert_eq!(stands(&tenant), Standing::Late);
        // It is late for longer than a minute, and nothing is told of it meanwhile.
        advance(Duration::from_secs(600)).await;
        assert_eq!(stands(&tenant), Standing::Late);
        tenant.take(step(3, late(0)));
        assert_eq!(stands(&tenant), Standing::Late);
        advance(Duration::from_millis(59_999)).await;
        assert_eq!(stands(&tenant), Standing::Late);
        advance(Duration::from_millis(1)).await;
        assert_eq!(stands(&tenant), Standing::Fine);
        assert_eq!(tenant.stands("sales"), None);
    }
}
