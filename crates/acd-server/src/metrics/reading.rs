//! What a scrape reads from one tenant: counters are copied and agents walked through, a part at a time, because the
//! streams of the shard wait meanwhile. The text is made elsewhere.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use acd_core::config::Limits;
use acd_core::event::{Closed, Prediction};
use acd_core::figures::Figures;
use acd_core::ids::{Channel, DurationMs, QueueNo, TenantName, TimeMs};
use acd_core::refusal::Reason;
use acd_core::state::{Agent, Asking, Doing, DoingFor, LeaseHolder, Line, State};

/// One tenant at one instant.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) tenant: TenantName,
    pub(super) queues: Vec<QueueReading>,
    pub(super) agents: [u64; Doing::ALL.len()],
    pub(super) leased_ms: DurationMs,
    pub(super) idle_ms: DurationMs,
    pub(super) free_slots: BTreeMap<Channel, u64>,
    /// Of each channel on which contacts have come: the age of the oldest open offer; 0 if there is none.
    pub(super) oldest_offers_ms: BTreeMap<Channel, DurationMs>,
    pub(super) stuck: u64,
    pub(super) emergency: u64,
    pub(super) open_contacts: u64,
    /// The adapters of the configuration in force, and whether they are present.
    pub(super) adapters: Vec<(String, bool)>,
    pub(super) directives: u64,
    pub(super) unconfirmed_refusals: u64,
    /// Of each adapter, those of its live lists that were not taken.
    pub(super) live_refused: Vec<(String, BTreeMap<Reason, u64>)>,
    pub(super) config_version: u64,
    pub(super) limits: Limits,
}

#[derive(Clone, Debug)]
pub(super) struct QueueReading {
    pub(super) name: String,
    pub(super) longest_wait_ms: DurationMs,
    pub(super) longest_contact_ms: DurationMs,
    pub(super) service_level_ms: DurationMs,
    /// In hundredths; none where the configuration promises nothing.
    pub(super) service_level_goal: Option<u32>,
    pub(super) short_abandon_ms: DurationMs,
    pub(super) alerted: u64,
    /// Visits in the queue that are to be answered by an instant.
    pub(super) deadlines: u64,
    /// How long there is until the nearest of these instants; negative if it has passed.
    pub(super) nearest_deadline_ms: Option<DurationMs>,
    pub(super) closed: Option<Closed>,
    pub(super) reserve_joined: u64,
    pub(super) paused: u64,
    pub(super) agents: [u64; DoingFor::ALL.len()],
    pub(super) channels: Vec<ChannelReading>,
}

#[derive(Clone, Debug)]
pub(super) struct ChannelReading {
    pub(super) channel: Channel,
    pub(super) figures: Figures,
    pub(super) line: Line,
    pub(super) predicted: Option<Prediction>,
}

/// What the agents of one queue do.
#[derive(Clone, Copy, Debug, Default)]
struct Staff {
    /// Logged in and paused in the queue.
    paused: u64,
    does: [u64; DoingFor::ALL.len()],
}

/// How many agents are walked through, and how many queues are read, at once.
const AGENTS_AT_ONCE: usize = 256;
const QUEUES_AT_ONCE: usize = 64;

/// Reads a tenant a part at a time: its agents, its queues, the rest. Each is read once, and whole.
#[derive(Debug, Default)]
pub(super) struct Reader {
    agents_read: usize,
    queues_read: usize,
    agents: [u64; Doing::ALL.len()],
    free_slots: BTreeMap<Channel, u64>,
    /// When the oldest open offer of each channel was made.
    oldest_offers: BTreeMap<Channel, TimeMs>,
    /// By queue.
    staff: Vec<Staff>,
    queues: Vec<QueueReading>,
}

impl Reader {
    /// Reads the next part of the tenant as it is at `now`; breaks with the last.
    pub(super) fn part(
        &mut self,
        tenant: &TenantName,
        state: &State,
        now: TimeMs,
    ) -> ControlFlow<Reading> {
        let facts = state.facts();
        if self.agents_read < facts.agents.len() {
            self.some_agents(state);
        } else if self.queues_read < facts.queues.len() {
            self.some_queues(state, now);
        } else {
            return ControlFlow::Break(self.with_the_rest(tenant, state, now));
        }
        ControlFlow::Continue(())
    }

    fn some_agents(&mut self, state: &State) {
        let facts = state.facts();
        // A queue may have come since the last part.
        self.staff.resize(facts.queues.len(), Staff::default());
        let agents = facts.agents.iter().skip(self.agents_read);
        self.agents_read += AGENTS_AT_ONCE;
        for agent in agents.take(AGENTS_AT_ONCE) {
            self.offers_to(agent, state);
            if !agent.in_config {
                continue;
            }
            self.agents[state.doing(agent).index()] += 1;
            for channel in agent.config.capacity.keys() {
                let free = u64::from(free(state, agent, *channel));
                *self.free_slots.entry(*channel).or_default() += free;
            }
            for queue in agent.queues.keys() {
                let staff = &mut self.staff[queue.index()];
                staff.does[agent.doing_for(*queue).index()] += 1;
                let is_paused = agent.session.is_some() && agent.paused.contains_key(queue);
                staff.paused += u64::from(is_paused);
            }
        }
    }

    /// Notes the offers that the agent has.
    fn offers_to(&mut self, agent: &Agent, state: &State) {
        let facts = state.facts();
        for lease in &agent.leases {
            if let LeaseHolder::Offer(id) = lease.holder {
                let offer = &facts.offers[&id];
                let channel = facts.contacts[&offer.contact].channel;
                let oldest = self.oldest_offers.entry(channel).or_insert(offer.made_at);
                *oldest = offer.made_at.min(*oldest);
            }
        }
    }

    fn some_queues(&mut self, state: &State, now: TimeMs) {
        let queues = (0..).map(QueueNo).zip(&state.facts().queues);
        let queues = queues.skip(self.queues_read).take(QUEUES_AT_ONCE);
        self.queues_read += QUEUES_AT_ONCE;
        for (no, queue) in queues {
            if queue.in_config || !state.open_visits(no).is_empty() {
                let staff = self.staff.get(no.index()).copied().unwrap_or_default();
                self.queues.push(queue_reading(state, no, staff, now));
            }
        }
    }

    fn with_the_rest(&mut self, tenant: &TenantName, state: &State, now: TimeMs) -> Reading {
        let read = std::mem::take(self);
        let facts = state.facts();
        let configured = facts.adapters.iter().filter(|adapter| adapter.in_config);
        Reading {
            tenant: tenant.clone(),
            oldest_offers_ms: ages(&read.oldest_offers, &read.queues, now),
            queues: read.queues,
            agents: read.agents,
            leased_ms: facts.occupancy.leased.until(now),
            idle_ms: facts.occupancy.idle.until(now),
            free_slots: read.free_slots,
            stuck: facts
                .handlings
                .values()
                .filter(|handling| handling.stuck)
                .count() as u64,
            emergency: facts.emergency.into(),
            open_contacts: facts.contacts.len() as u64,
            adapters: configured
                .map(|adapter| (adapter.name.to_string(), adapter.is_present()))
                .collect(),
            directives: facts
                .adapters
                .iter()
                .map(|adapter| adapter.directives.len() as u64)
                .sum(),
            unconfirmed_refusals: facts
                .adapters
                .iter()
                .map(|adapter| adapter.refused.len() as u64)
                .sum(),
            live_refused: facts
                .adapters
                .iter()
                .map(|adapter| (adapter.name.to_string(), adapter.live_refused.clone()))
                .collect(),
            config_version: facts.config_version,
            limits: facts.limits.clone(),
        }
    }
}

/// The slots of the channel on which the agent could be offered a contact now, whatever its queue.
fn free(state: &State, agent: &Agent, channel: Channel) -> u32 {
    if agent.busy_outside || !state.is_available(agent, channel) {
        return 0;
    }
    let slots = agent.config.capacity.get(&channel).copied().unwrap_or(0);
    let free = slots.saturating_sub(agent.slots_used(|lease| lease.channel == channel));
    let total = agent.config.total_capacity.unwrap_or(u32::MAX);
    free.min(total.saturating_sub(agent.slots_used(|_| true)))
}

/// The age of the oldest offer on each channel on which contacts have come to a queue.
fn ages(
    oldest: &BTreeMap<Channel, TimeMs>,
    queues: &[QueueReading],
    now: TimeMs,
) -> BTreeMap<Channel, DurationMs> {
    let channels = queues.iter().flat_map(|queue| &queue.channels);
    let age = |channel: Channel| oldest.get(&channel).map_or(0, |made_at| now - made_at);
    channels.map(|it| (it.channel, age(it.channel))).collect()
}

fn queue_reading(state: &State, no: QueueNo, staff: Staff, now: TimeMs) -> QueueReading {
    let queue = state.queue(no);
    let longest = state.longest_waiting(no);
    let deadlines = state.deadlines(no);
    let channels = queue
        .figures
        .iter()
        .map(|(channel, figures)| ChannelReading {
            channel: *channel,
            figures: figures.clone(),
            line: state.line_on(no, *channel),
            predicted: state.predicted_wait(no, Asking::any(*channel)),
        });
    QueueReading {
        name: queue.config.name.to_string(),
        longest_wait_ms: longest.map_or(0, |visit| now - visit.enqueued_at),
        longest_contact_ms: state.first_arrival(no).map_or(0, |first| now - first),
        service_level_ms: queue.config.service_level_ms,
        service_level_goal: queue.config.service_level_goal,
        short_abandon_ms: queue.config.short_abandon_ms,
        alerted: state.line(no).alerted.into(),
        deadlines: deadlines.len() as u64,
        nearest_deadline_ms: deadlines.first().map(|(until, _)| until - now),
        closed: state.closed(no),
        reserve_joined: queue.reserve_joined.into(),
        paused: staff.paused,
        agents: staff.does,
        channels: channels.collect(),
    }
}
