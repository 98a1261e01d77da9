//! The configuration becomes the lists of skills, queues, agents and adapters; their numbers only grow.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::config::{AgentConfig, QueueConfig, TenantConfig};
use crate::figures::Figures;
use crate::ids::{AdapterName, AgentNo, Channel, QueueNo, TimeMs};
use crate::state::{
    Adapter, Agent, Presence, Queue, Skill, State, Touched, VERSIONS_KEPT, VersionRecord,
};

impl State {
    pub(super) fn note_version(&mut self, record: VersionRecord) {
        self.facts.config_version = record.version;
        self.facts.versions.push_back(record);
        if self.facts.versions.len() > VERSIONS_KEPT {
            self.facts.versions.pop_front();
        }
    }

    pub(super) fn config_applied(&mut self, config: &TenantConfig) {
        let facts = &mut self.facts;
        facts.deleted = false;
        facts.settings = config.settings.clone();
        facts.limits = config.limits.clone();
        facts
            .skills
            .iter_mut()
            .for_each(|skill| skill.in_config = false);
        facts
            .queues
            .iter_mut()
            .for_each(|queue| queue.in_config = false);
        facts
            .agents
            .iter_mut()
            .for_each(|agent| agent.in_config = false);
        facts
            .adapters
            .iter_mut()
            .for_each(|adapter| adapter.in_config = false);
        for name in &config.skills {
            match self.derived.skill_by_name.get(name) {
                Some(no) => facts.skills[no.index()].in_config = true,
                None => facts.skills.push(Skill {
                    name: name.clone(),
                    in_config: true,
                }),
            }
        }
        for name in &config.adapters {
            match self.derived.adapter_by_name.get(name) {
                Some(no) => facts.adapters[no.index()].in_config = true,
                None => facts.adapters.push(Adapter::new(name.clone())),
            }
        }
        for queue in &config.queues {
            match self.derived.queue_by_name.get(&queue.name) {
                Some(no) => facts.queues[no.index()].set_config(queue.clone()),
                None => facts.queues.push(Queue::new(queue.clone())),
            }
        }
        let now = facts.now;
        for agent in &config.agents {
            match self.derived.agent_by_name.get(&agent.name) {
                Some(no) => {
                    let known = &mut facts.agents[no.index()];
                    known.config = agent.clone();
                    known.in_config = true;
                }
                None => facts.agents.push(Agent::new(agent.clone(), now)),
            }
        }
        self.derive_names();
        for no in (0..self.facts.agents.len()).map(|no| AgentNo(no as u32)) {
            self.compile_agent(no);
        }
        self.touch(Touched::Everything);
    }

    /// Turns the names in an agent's configuration into numbers.
    pub(super) fn compile_agent(&mut self, no: AgentNo) {
        let config = &self.facts.agents[no.index()].config;
        let queues: Vec<QueueNo> = config
            .queues
            .iter()
            .filter_map(|name| self.queue_no(name))
            .collect();
        let skills = config
            .skills
            .iter()
            .filter_map(|(name, level)| Some((self.skill_no(name)?, *level)))
            .collect();
        let agent = &mut self.facts.agents[no.index()];
        agent.queues = queues;
        agent.skills = skills;
    }
}

impl Queue {
    pub(super) fn new(config: QueueConfig) -> Self {
        Self {
            config,
            in_config: true,
            figures: BTreeMap::new(),
        }
    }

    pub(super) fn set_config(&mut self, config: QueueConfig) {
        for figures in self.figures.values_mut() {
            figures.add_edge(config.service_level_ms);
        }
        self.config = config;
        self.in_config = true;
    }

    pub(super) fn figures_mut(&mut self, channel: Channel) -> &mut Figures {
        let threshold = self.config.service_level_ms;
        self.figures.entry(channel).or_insert_with(|| {
            let mut figures = Figures::default();
            figures.add_edge(threshold);
            figures
        })
    }
}

impl Agent {
    fn new(config: AgentConfig, now: TimeMs) -> Self {
        Self {
            config,
            in_config: true,
            queues: Vec::new(),
            skills: BTreeMap::new(),
            session: None,
            presence: Presence::Offline,
            presence_since: now,
            pending: None,
            idle_since: now,
            leases: Vec::new(),
            back_off_until: None,
            recent_offers: VecDeque::new(),
        }
    }
}

impl Adapter {
    fn new(name: AdapterName) -> Self {
        Self {
            name,
            in_config: true,
            incarnation: Arc::from(""),
            last_sequence: 0,
            connection: None,
            grace_until: None,
            directives: BTreeMap::new(),
        }
    }
}
