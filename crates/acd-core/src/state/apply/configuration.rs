//! The configuration becomes the lists of skills, queues, agents, adapters and calendars; their numbers only grow.

use crate::event::{AgentSkillsSet, ConfigApplied, ConfigFileNoted, QueueDrained};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::push_kept;
use crate::command::{ConfigSource, Opening};
use crate::config::{AgentConfig, CalendarConfig, QueueConfig, TenantConfig};
use crate::figures::Figures;
use crate::ids::{AdapterName, AgentNo, Channel, DurationMs, QueueNo, TimeMs};
use crate::lookup::Lookup;
use crate::measures::Measures;
use crate::performance::Performance;
use crate::state::{
    Adapter, Agent, AgentDay, Calendar, ConfigFile, Facts, Member, Presence, Queue, Skill, State,
    Touched, VersionRecord,
};
use crate::table::Table;

impl State {
    pub(super) fn config_applied(&mut self, event: &ConfigApplied) {
        self.measured_by(&event.measures);
        self.note_version(VersionRecord {
            version: event.version,
            at_ms: self.facts.now,
            source: event.source,
            author: event.author.clone(),
            comment: event.comment.clone(),
            seq: self.facts.seq,
            document: event.document,
        });
        self.take_config(&event.config);
        if let (ConfigSource::File, Some(document)) = (event.source, event.document) {
            self.note_config_file(document, true);
        }
    }

    /// What was counted in steps of another length is of no use.
    fn measured_by(&mut self, measures: &Measures) {
        let lengths = |it: &Measures| (it.recent_step_ms, it.day_interval_ms);
        let (before, now) = (&self.facts.measures, self.facts.now);
        if lengths(before) != lengths(measures) {
            let queues = self.facts.queues.iter_mut();
            queues.for_each(|queue| queue.performance.remeasure(now, measures));
        }
        self.facts.measures = measures.clone();
    }

    pub(super) fn config_file_noted(&mut self, event: &ConfigFileNoted) {
        self.note_config_file(event.document, event.in_force);
    }

    fn note_version(&mut self, record: VersionRecord) {
        self.facts.config_version = record.version;
        let kept = self.facts.measures.versions;
        push_kept(&mut self.facts.versions, record, kept);
    }

    fn note_config_file(&mut self, document: u64, in_force: bool) {
        self.facts.config_file = Some(ConfigFile {
            document,
            version: self.facts.config_version,
            in_force,
        });
    }

    fn take_config(&mut self, config: &TenantConfig) {
        let facts = &mut self.facts;
        facts.deleted = false;
        facts.applied_version = facts.config_version;
        facts.settings = config.settings.clone();
        facts.limits = config.limits.clone();
        facts.teams = config.teams.clone();
        facts.reasons = config.reasons.clone();
        facts.dispositions = config.dispositions.clone();
        facts.attributes = config.attributes.clone();
        facts.profiles = config.profiles.clone();
        facts.plans = config.plans.clone();
        facts.rules = config.rules.clone();
        facts.targets = config.targets.clone();
        facts.tariffs = config.tariffs.clone();
        facts.review_forms = config.review_forms.clone();
        facts
            .skills
            .iter_mut()
            .for_each(|skill| skill.in_config = false);
        facts
            .agents
            .iter_mut()
            .for_each(|agent| agent.in_config = false);
        facts
            .adapters
            .iter_mut()
            .for_each(|adapter| adapter.in_config = false);
        facts
            .calendars
            .iter_mut()
            .for_each(|calendar| calendar.in_config = false);
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
                None => facts.adapters.push(Adapter::new(name.clone(), facts.now)),
            }
        }
        for calendar in &config.calendars {
            match self.derived.calendar_by_name.get(&calendar.name) {
                Some(no) => {
                    let known = &mut facts.calendars[no.index()];
                    known.config = calendar.clone();
                    known.in_config = true;
                }
                None => facts.calendars.push(Calendar::new(calendar.clone())),
            }
        }
        self.queues_applied(config);
        let now = self.facts.now;
        for agent in &config.agents {
            match self.derived.agent_by_name.get(&agent.name) {
                Some(no) => {
                    let known = &mut self.facts.agents[no.index()];
                    known.config = agent.clone();
                    known.in_config = true;
                }
                None => self.facts.agents.push(Agent::new(agent.clone(), now)),
            }
        }
        self.derive_names();
        for no in (0..self.facts.agents.len()).map(|no| AgentNo(no as u32)) {
            self.compile_agent(no);
        }
        self.derive_last_agent_window();
        self.derive_attributes();
        self.max_waits_applied();
        self.desktops_applied();
        self.touch(Touched::Everything);
    }

    /// Who needs no desktop any more is present; who needs one now has a grace to come.
    fn desktops_applied(&mut self) {
        for no in (0..self.facts.agents.len()).map(|no| AgentNo(no as u32)) {
            self.follow_owner(no);
        }
        let grace_until = self.facts.now + self.facts.settings.session_grace_ms;
        for agent in &mut self.facts.agents {
            let desktop = agent.config.desktop;
            let absent = agent
                .session
                .as_mut()
                .filter(|session| session.connection.is_none());
            if let Some(session) = absent {
                let grace = session.grace_until.unwrap_or(grace_until);
                session.given_up &= desktop;
                session.grace_until = (desktop && !session.given_up).then_some(grace);
            }
        }
    }

    /// A changed longest wait holds for those who wait, too.
    fn max_waits_applied(&mut self) {
        let facts = &mut self.facts;
        for visit in facts.visits.values_mut() {
            let is_callback = facts.contacts[&visit.contact].is_callback();
            let longest = facts.queues[visit.queue.index()]
                .config
                .longest_wait(is_callback);
            let begin = match is_callback {
                true => visit.enqueued_at.max(visit.order_time),
                false => visit.enqueued_at,
            };
            visit.max_wait_until = longest.map(|longest| begin + longest);
        }
    }

    /// A queue that is removed while visits are open drains first.
    fn queues_applied(&mut self, config: &TenantConfig) {
        for (no, queue) in (0..).map(QueueNo).zip(&mut self.facts.queues) {
            let open = !self.derived.open_visits[no.index()].is_empty();
            queue.draining = open && (queue.in_config || queue.draining);
            queue.in_config = false;
        }
        let Facts {
            measures,
            queues,
            now,
            ..
        } = &mut self.facts;
        for queue in &config.queues {
            match self.derived.queue_by_name.get(&queue.name) {
                Some(no) => queues[no.index()].set_config(queue.clone(), &measures.wait_edges_ms),
                None => queues.push(Queue::new(queue.clone(), *now, measures)),
            }
        }
    }

    pub(super) fn queue_drained(&mut self, event: &QueueDrained) {
        let no = event.queue;
        self.facts.queues[no.index()].draining = false;
        for agent in &mut self.facts.agents {
            agent.queues.remove(&no);
        }
        self.touch(Touched::Everything);
    }

    pub(super) fn agent_skills_set(&mut self, event: &AgentSkillsSet) {
        let no = event.agent;
        self.note_version(VersionRecord {
            version: event.version,
            at_ms: self.facts.now,
            source: ConfigSource::Api,
            author: event.author.clone(),
            comment: event.comment.clone(),
            seq: self.facts.seq,
            document: None,
        });
        self.facts.agents[no.index()].config.skills = event.skills.clone();
        self.compile_agent(no);
        self.touch(Touched::Skills(no));
    }

    /// Turns the names in an agent's configuration into numbers. They keep their place in queues that drain.
    fn compile_agent(&mut self, no: AgentNo) {
        let config = &self.facts.agents[no.index()].config;
        let profile = config.profile.as_ref().and_then(|name| {
            self.facts
                .profiles
                .iter()
                .find(|profile| profile.name == *name)
        });
        let mut queues: BTreeMap<QueueNo, Member> = BTreeMap::new();
        for own in &config.queues {
            if let Some(queue) = self.queue_no(&own.queue) {
                let member = Member {
                    tier: own.tier,
                    position: own.position,
                    share: own.share,
                    reserve: own.reserve,
                    ..Member::default()
                };
                queues.insert(queue, member);
            }
        }
        for entry in profile.into_iter().flat_map(|profile| &profile.queues) {
            if let Some(queue) = self.queue_no(&entry.queue) {
                let member = queues.entry(queue).or_default();
                member.rank = entry.rank;
                member.delay_ms = entry.delay_ms;
            }
        }
        let cap = config.training.and_then(|training| training.level_cap);
        let skills = config
            .skills
            .iter()
            .filter_map(|(name, level)| {
                Some((
                    self.skill_no(name)?,
                    cap.map_or(*level, |cap| cap.min(*level)),
                ))
            })
            .collect();
        let adapter = config.adapter.as_ref();
        let adapter = adapter.and_then(|name| self.derived.adapter_by_name.get(name));
        let agent = &self.facts.agents[no.index()];
        let draining = agent
            .queues
            .iter()
            .filter(|(queue, _)| self.queue(**queue).draining);
        queues.extend(draining.map(|(queue, member)| (*queue, *member)));
        let agent = &mut self.facts.agents[no.index()];
        agent.paused.retain(|queue, _| queues.contains_key(queue));
        agent
            .misses_by_queue
            .retain(|queue, _| queues.contains_key(queue));
        agent.queues = queues;
        agent.skills = skills;
        agent.adapter = adapter;
    }

    /// The longest time for which some queue asks whom a customer talked to.
    pub(in crate::state) fn derive_attributes(&mut self) {
        self.derived.attribute_by_key = Lookup::default();
        for (at, attribute) in self.facts.attributes.iter().enumerate() {
            let key = attribute.name.clone();
            self.derived.attribute_by_key.insert(key, at);
        }
    }

    pub(in crate::state) fn derive_last_agent_window(&mut self) {
        let queues = self.facts.queues.iter().filter(|queue| queue.in_config);
        let windows = queues.filter_map(|queue| queue.config.last_agent);
        self.derived.last_agent_window = windows.map(|last| last.within_ms).max().unwrap_or(0);
    }
}

impl Default for Member {
    fn default() -> Self {
        Self {
            tier: 1,
            position: 0,
            share: 1,
            reserve: false,
            rank: 1,
            delay_ms: 0,
        }
    }
}

impl Queue {
    pub(super) fn new(config: QueueConfig, now: TimeMs, measures: &Measures) -> Self {
        Self {
            config,
            in_config: true,
            draining: false,
            emergency: false,
            reserve_joined: false,
            last_offered: None,
            handling_times: VecDeque::new(),
            wait_edges_ms: measures.wait_edges_ms.clone(),
            figures: BTreeMap::new(),
            performance: Performance::new(now, measures),
        }
    }

    pub(super) fn set_config(&mut self, config: QueueConfig, edges_ms: &Arc<[DurationMs]>) {
        for figures in self.figures.values_mut() {
            let edges = edges_ms.iter().chain([&config.service_level_ms]);
            edges.for_each(|edge| figures.add_edge(*edge));
        }
        self.wait_edges_ms = edges_ms.clone();
        self.config = config;
        self.in_config = true;
        self.draining = false;
    }

    /// Whether what its agents do may change what holds of the whole queue.
    pub(in crate::state) fn depends_on_agents(&self) -> bool {
        let config = &self.config;
        let asks_for_staff = !config.join_empty.is_empty() || !config.leave_empty.is_empty();
        config.reserve.is_some() || asks_for_staff
    }

    /// Whether anything holds of the whole queue that must be looked at again when something in it changes.
    pub(super) fn is_watched(&self) -> bool {
        self.draining
            || self.config.reserve.is_some()
            || self.emergency
            || self.reserve_joined
            || self.config.leave_at_close
            || !self.config.leave_empty.is_empty()
    }

    pub(super) fn figures_mut(&mut self, channel: Channel) -> &mut Figures {
        let threshold = self.config.service_level_ms;
        let edges_ms = &self.wait_edges_ms;
        self.figures.entry(channel).or_insert_with(|| {
            let mut figures = Figures::new(edges_ms);
            figures.add_edge(threshold);
            figures
        })
    }
}

impl Calendar {
    fn new(config: CalendarConfig) -> Self {
        Self {
            config,
            in_config: true,
            opening: Opening::Open,
            changes: VecDeque::new(),
        }
    }
}

impl Agent {
    fn new(config: AgentConfig, now: TimeMs) -> Self {
        Self {
            config,
            in_config: true,
            queues: BTreeMap::new(),
            skills: BTreeMap::new(),
            adapter: None,
            session: None,
            presence: Presence::Offline,
            presence_since: now,
            return_at: None,
            pending: None,
            pending_return_ms: None,
            pending_own: false,
            paused: BTreeMap::new(),
            busy_outside: false,
            outside_adapters: BTreeSet::new(),
            asked: false,
            misses: 0,
            misses_by_queue: BTreeMap::new(),
            handled_since_login: 0,
            today: AgentDay::default(),
            allocated: BTreeMap::new(),
            leased_ms: 0,
            leased_since: None,
            logged_in_at: now,
            idle_since: now,
            leases: Vec::new(),
            back_off_until: None,
            unreachable: false,
            recent_offers: VecDeque::new(),
            recent_handlings: VecDeque::new(),
        }
    }
}

impl Adapter {
    fn new(name: AdapterName, now: TimeMs) -> Self {
        Self {
            name,
            in_config: true,
            incarnation: Arc::default(),
            last_sequence: 0,
            connection: None,
            since: now,
            grace_until: None,
            directives: Table::default(),
            refused: BTreeMap::new(),
            forgotten_up_to: 0,
            list_due: false,
            live_refused: BTreeMap::new(),
            in_force: Table::default(),
            past_runs: VecDeque::new(),
        }
    }
}
