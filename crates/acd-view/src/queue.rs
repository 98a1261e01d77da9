//! Queues now.

use std::collections::BTreeMap;

use acd_core::figures::Figures;
use acd_core::ids::QueueNo;
use acd_core::state::{Asking, Doing, HandlingState, Presence, Queue, State};
use acd_proto::v1;

use super::agent::session_state;
use super::words;

/// What is counted over the whole tenant for one queue.
#[derive(Clone, Debug, Default)]
struct Tally {
    connected: u32,
    in_wrap_up: u32,
    agents_logged_in: u32,
    agents_ready: u32,
    agents_idle: u32,
    agents_paused: u32,
    agents_busy_outside: u32,
    agents: v1::AgentCounts,
    tiers: BTreeMap<u32, v1::TierState>,
}

/// What is counted of the tenant and of each queue, in one pass over agents and handlings, for as many queues as are
/// shown.
#[derive(Clone, Debug)]
pub struct Tallies {
    agents: v1::AgentCounts,
    queues: Vec<Tally>,
}

impl Tallies {
    /// Counts.
    pub fn of(state: &State) -> Self {
        tallies(state)
    }

    /// The agents of the tenant by what they do.
    pub fn agents(&self) -> v1::AgentCounts {
        self.agents
    }
}

/// The queues of the configuration in force that `wanted` holds for, with what was counted in this state.
pub fn queue_states(
    state: &State,
    tallies: &Tallies,
    wanted: impl Fn(QueueNo) -> bool,
) -> Vec<v1::QueueState> {
    let queues = (0..).map(QueueNo).zip(&state.facts().queues);
    let wanted = queues.filter(|(no, queue)| queue.in_config && wanted(*no));
    wanted
        .map(|(no, _)| queue_state(state, no, tallies))
        .collect()
}

fn tallies(state: &State) -> Tallies {
    let facts = state.facts();
    let mut agents = v1::AgentCounts::default();
    let mut queues = vec![Tally::default(); facts.queues.len()];
    for handling in facts.handlings.values() {
        let tally = &mut queues[handling.queue.index()];
        match handling.state {
            HandlingState::Connected | HandlingState::Held { .. } => tally.connected += 1,
            HandlingState::WrapUp { .. } => tally.in_wrap_up += 1,
        }
    }
    for agent in facts.agents.iter().filter(|agent| agent.in_config) {
        let doing = state.doing(agent);
        let is_lost = session_state(agent.session.as_ref()) == v1::SessionState::Lost;
        count(&mut agents, doing, is_lost);
        let logged_in = u32::from(agent.presence != Presence::Offline);
        let ready = u32::from(agent.presence == Presence::Ready);
        let idle = u32::from(doing == Doing::Idle);
        for (queue, member) in &agent.queues {
            let tally = &mut queues[queue.index()];
            count(&mut tally.agents, doing, is_lost);
            if logged_in == 0 {
                continue;
            }
            tally.agents_logged_in += logged_in;
            tally.agents_ready += ready;
            tally.agents_idle += idle;
            tally.agents_paused += u32::from(agent.paused.contains_key(queue));
            tally.agents_busy_outside += u32::from(agent.busy_outside);
            let tier = tally.tiers.entry(member.tier).or_default();
            tier.tier = member.tier;
            tier.logged_in += 1;
            tier.ready += ready;
            tier.idle += idle;
        }
    }
    Tallies { agents, queues }
}

/// Counts an agent by what they do; of one whose session is lost nobody can say.
fn count(counts: &mut v1::AgentCounts, doing: Doing, is_lost: bool) {
    let count = match doing {
        Doing::Offline => &mut counts.offline,
        _ if is_lost => &mut counts.connection_lost,
        Doing::Handling => &mut counts.talking,
        Doing::WrapUp => &mut counts.wrap_up,
        Doing::Connecting | Doing::Ringing => &mut counts.ringing,
        Doing::BusyOutside => &mut counts.busy_outside,
        Doing::Idle => &mut counts.idle,
        Doing::NotReady => &mut counts.not_ready,
    };
    *count += 1;
}

/// One queue, with what was counted in this state.
pub fn queue_state(state: &State, no: QueueNo, tallies: &Tallies) -> v1::QueueState {
    let tally = &tallies.queues[no.index()];
    let queue = state.queue(no);
    let line = state.line(no);
    let longest = state.longest_waiting(no);
    v1::QueueState {
        queue: queue.config.name.to_string(),
        rank: queue.config.rank,
        waiting: line.waiting,
        offered: line.ringing,
        oldest_enqueued_at_ms: longest.map_or(0, |visit| visit.enqueued_at),
        connected: tally.connected,
        in_wrap_up: tally.in_wrap_up,
        agents_logged_in: tally.agents_logged_in,
        agents_ready: tally.agents_ready,
        agents_idle: tally.agents_idle,
        counters: Some(counters(queue.figures.values())),
        opening: words::opening(state.closed(no)).into(),
        draining: queue.draining,
        reserve_joined: queue.reserve_joined,
        predicted: predicted(state, no),
        agents_paused: tally.agents_paused,
        agents_busy_outside: tally.agents_busy_outside,
        callbacks: line.callbacks,
        steps: steps(state, no),
        tiers: tally.tiers.values().copied().collect(),
        alerted: line.alerted,
        scheduled: scheduled(queue),
        service_level_ms: queue.config.service_level_ms,
        service_level_goal: queue.config.service_level_goal.unwrap_or(0),
        alert_wait_ms: queue.config.alert_wait_ms.unwrap_or(0),
        channels: channels(queue),
        agents: Some(tally.agents),
    }
}

/// The channels on which contacts have come to a queue, or are scheduled for it.
fn channels(queue: &Queue) -> Vec<String> {
    let channels = queue.figures.keys();
    channels
        .map(|channel| channel.as_str().to_owned())
        .collect()
}

/// How many contacts are scheduled for a queue.
fn scheduled(queue: &Queue) -> u32 {
    let scheduled = queue.figures.values().map(|figures| figures.scheduled);
    u32::try_from(scheduled.sum::<u64>()).unwrap_or(u32::MAX)
}

fn steps(state: &State, no: QueueNo) -> Vec<v1::StepState> {
    let steps = state
        .steps_of(no)
        .iter()
        .map(|(step, visits)| v1::StepState {
            step: u32::from(*step),
            visits: *visits,
        });
    steps.collect()
}

/// How long a contact that joins now would wait, on each channel the queue has ever seen.
fn predicted(state: &State, no: QueueNo) -> Vec<v1::ChannelPrediction> {
    let channels = state.queue(no).figures.keys();
    channels
        .map(|channel| v1::ChannelPrediction {
            channel: channel.as_str().to_owned(),
            wait: state
                .predicted_wait(no, Asking::any(*channel))
                .map(words::prediction),
        })
        .collect()
}

/// The counters of these figures, added up.
pub fn counters<'f>(figures: impl IntoIterator<Item = &'f Figures>) -> v1::Counters {
    let mut sum = v1::Counters::default();
    for figures in figures {
        sum.offered += figures.offered;
        sum.answered += figures.answered;
        sum.abandoned_customer += figures.abandoned_customer;
        sum.abandoned_system += figures.abandoned_system;
        sum.short_abandons += figures.short_abandons;
        sum.flowed_out += figures.flow_out();
        sum.refused += figures.refused_in_all();
        sum.in_queue += figures.in_queue();
        sum.handled += figures.handled;
    }
    sum
}
