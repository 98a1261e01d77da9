//! The rows of the report: for each rule a centre in the state in which a careless engine looks at everything, and the
//! contacts that come to it.

mod away;
mod gates;
mod orders;
mod room;

use acd_core::command::Arrival;
use acd_core::config::{AgentConfig, QueueConfig, TenantConfig};
use acd_core::ids::{Channel, DurationMs, SkillName};
use acd_core::matching::IndexedMatcher;
use acd_core::requirement::Requirement;

use crate::ADAPTER;
use crate::centre::{Centre, NoMatching, Watch};

/// Longer than any row lasts.
const NEVER_MS: DurationMs = 10 * 3_600_000;

/// A skill that nobody who is ready has: contacts that ask for it wait.
const RARE: &str = "rare";
/// A skill that everybody has, at different levels.
const COMMON: &str = "common";

/// A rule, and the centre that strains it.
#[derive(Clone, Copy)]
pub struct Row {
    /// Its name in the report.
    pub key: &'static str,
    /// What state the centre is in.
    pub what: &'static str,
    /// The centre with so many agents.
    build: fn(usize) -> Scene,
}

/// A centre in its state, and what happens then.
pub struct Scene {
    centre: Centre,
    /// What comes in an ordinary hour.
    kinds: Vec<Arrival>,
    /// What happens first of all.
    begin: fn(&mut Centre),
}

impl Scene {
    /// The scene of a centre that was built without matching.
    fn of(centre: Centre<NoMatching>, kinds: Vec<Arrival>) -> Self {
        Self {
            centre: centre.with_matcher::<IndexedMatcher>(),
            kinds,
            begin: |_| (),
        }
    }

    /// Lives so many hours that are watched, after one that is not.
    pub fn live(mut self, hours: usize, watch: Watch) {
        self.centre.live(hours, &self.kinds);
        self.centre.watch(watch);
        (self.begin)(&mut self.centre);
        for hour in 0..hours {
            self.centre.live(hour, &self.kinds);
        }
    }
}

impl Row {
    /// Every row.
    pub fn all() -> Vec<Row> {
        let parts = [gates::ROWS, room::ROWS, orders::ROWS, away::ROWS];
        parts.concat()
    }

    /// The row of this name.
    pub fn named(key: &str) -> Option<Row> {
        Self::all().into_iter().find(|row| row.key == key)
    }

    /// Its centre with so many agents.
    pub fn scene(&self, agents: usize) -> Scene {
        (self.build)(agents)
    }
}

/// The queue of most rows. Nothing rings to its end.
fn queue(name: &str) -> QueueConfig {
    QueueConfig {
        ring_ms: NEVER_MS,
        ..QueueConfig::named(name)
    }
}

/// So many agents, all of whom serve these queues.
fn agents(count: usize, queues: &[&str]) -> Vec<AgentConfig> {
    let agent = |no: usize| {
        let agent = AgentConfig::named(&format!("agent{no}"), queues.iter().copied());
        agent.with_skills([(COMMON, 1 + (no * 7 % 10) as u8)])
    };
    (0..count).map(agent).collect()
}

/// A configuration in which nothing meets a limit or a deadline.
fn config(queues: Vec<QueueConfig>, agents: Vec<AgentConfig>) -> TenantConfig {
    let mut config = TenantConfig {
        skills: vec![SkillName::from(RARE), SkillName::from(COMMON)],
        adapters: vec![ADAPTER.into()],
        queues,
        agents,
        ..TenantConfig::default()
    };
    config.limits.open_contacts = 2_000_000;
    config.limits.unacknowledged_directives = 2_000_000;
    config.settings.back_off.rejected_ms = NEVER_MS;
    config.settings.adapter_grace_ms = NEVER_MS;
    config
}

/// A call for this queue.
fn call(queue: &str) -> Arrival {
    Arrival::of("", ADAPTER, Channel::Voice, queue)
}

/// A call for this queue that nobody who is ready can take.
fn rare_call(queue: &str) -> Arrival {
    Arrival {
        requirement: Some(Requirement::all_of([(RARE, 1)])),
        ..call(queue)
    }
}
