//! What a scrape reads from one tenant: counters are copied and agents walked through, a part at a time, because the
//! streams of the shard wait meanwhile. The text is made elsewhere.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use acd_core::config::Limits;
use acd_core::event::{Closed, Prediction};
use acd_core::figures::{Figures, WaitHistogram};
use acd_core::ids::{Channel, DurationMs, QueueNo, TenantName, TimeMs};
use acd_core::refusal::Reason;
use acd_core::state::{Agent, Asking, Doing, Line, State};

use super::exposition::{Exposition, Seconds, SignedSeconds};
use super::families as f;

/// One tenant at one instant.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    tenant: TenantName,
    queues: Vec<QueueReading>,
    agents: [u64; Doing::ALL.len()],
    free_slots: BTreeMap<Channel, u64>,
    stuck: u64,
    emergency: u64,
    open_contacts: u64,
    adapters_present: u64,
    adapters_configured: u64,
    directives: u64,
    unconfirmed_refusals: u64,
    /// Of each adapter, those of its live lists that were not taken.
    live_refused: Vec<(String, BTreeMap<Reason, u64>)>,
    config_version: u64,
    limits: Limits,
}

#[derive(Clone, Debug)]
struct QueueReading {
    name: String,
    longest_wait_ms: DurationMs,
    longest_contact_ms: DurationMs,
    service_level_ms: DurationMs,
    /// In hundredths; none where the configuration promises nothing.
    service_level_goal: Option<u32>,
    short_abandon_ms: DurationMs,
    alerted: u64,
    closed: Option<Closed>,
    reserve_joined: u64,
    paused: u64,
    channels: Vec<ChannelReading>,
}

#[derive(Clone, Debug)]
struct ChannelReading {
    channel: Channel,
    figures: Figures,
    line: Line,
    predicted: Option<Prediction>,
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
    /// Agents who are logged in and paused, by queue.
    paused: BTreeMap<QueueNo, u64>,
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
            return ControlFlow::Break(self.with_the_rest(tenant, state));
        }
        ControlFlow::Continue(())
    }

    fn some_agents(&mut self, state: &State) {
        let agents = state.facts().agents.iter().skip(self.agents_read);
        self.agents_read += AGENTS_AT_ONCE;
        for agent in agents.take(AGENTS_AT_ONCE).filter(|agent| agent.in_config) {
            self.agents[state.doing(agent).index()] += 1;
            for channel in agent.config.capacity.keys() {
                let free = u64::from(free(state, agent, *channel));
                *self.free_slots.entry(*channel).or_default() += free;
            }
            if agent.session.is_some() {
                for queue in agent.paused.keys() {
                    *self.paused.entry(*queue).or_default() += 1;
                }
            }
        }
    }

    fn some_queues(&mut self, state: &State, now: TimeMs) {
        let queues = (0..).map(QueueNo).zip(&state.facts().queues);
        let queues = queues.skip(self.queues_read).take(QUEUES_AT_ONCE);
        self.queues_read += QUEUES_AT_ONCE;
        for (no, queue) in queues {
            if queue.in_config || !state.open_visits(no).is_empty() {
                let paused = self.paused.get(&no).copied().unwrap_or(0);
                self.queues.push(queue_reading(state, no, paused, now));
            }
        }
    }

    fn with_the_rest(&mut self, tenant: &TenantName, state: &State) -> Reading {
        let read = std::mem::take(self);
        let facts = state.facts();
        let configured = || facts.adapters.iter().filter(|adapter| adapter.in_config);
        Reading {
            tenant: tenant.clone(),
            queues: read.queues,
            agents: read.agents,
            free_slots: read.free_slots,
            stuck: facts
                .handlings
                .values()
                .filter(|handling| handling.stuck)
                .count() as u64,
            emergency: facts.emergency.into(),
            open_contacts: facts.contacts.len() as u64,
            adapters_present: configured().filter(|adapter| adapter.is_present()).count() as u64,
            adapters_configured: configured().count() as u64,
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

fn queue_reading(state: &State, no: QueueNo, paused: u64, now: TimeMs) -> QueueReading {
    let queue = state.queue(no);
    let longest = state.longest_waiting(no);
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
        closed: state.closed(no),
        reserve_joined: queue.reserve_joined.into(),
        paused,
        channels: channels.collect(),
    }
}

/// Writes the families of all tenants.
pub(super) fn write(text: &mut Exposition, readings: &[Reading]) {
    counts_by_channel(text, readings);
    kinds_by_channel(text, readings);
    times_by_channel(text, readings);
    by_queue(text, readings);
    goals(text, readings);
    standing(text, readings);
    by_tenant(text, readings);
}

/// The readings of all queues and channels, each with its labels.
fn channels(readings: &[Reading]) -> impl Iterator<Item = ([&str; 3], &ChannelReading)> {
    readings.iter().flat_map(|reading| {
        let tenant = reading.tenant.as_str();
        reading.queues.iter().flat_map(move |queue| {
            let labels =
                move |read: &ChannelReading| [tenant, queue.name.as_str(), read.channel.as_str()];
            queue.channels.iter().map(move |read| (labels(read), read))
        })
    })
}

fn counts_by_channel(text: &mut Exposition, readings: &[Reading]) {
    let mut count = |family: &f::Family, value: fn(&ChannelReading) -> u64| {
        text.family(family);
        channels(readings).for_each(|(labels, read)| text.sample(family, &labels, value(read)));
    };
    count(&f::OFFERED, |read| read.figures.offered);
    count(&f::SHORT_ABANDONS, |read| read.figures.short_abandons);
    count(&f::ANSWERED_WITHIN, |read| read.figures.answered_within);
    count(&f::ABANDONED_WITHIN, |read| read.figures.abandoned_within);
    count(&f::CALLBACKS_WITHIN, |read| read.figures.callbacks_within);
    count(&f::WAIT_ALERTS, |read| read.figures.wait_alerts);
    count(&f::PREDICTIONS, |read| read.figures.prediction.count);
    count(&f::PREDICTIONS_UNBOUNDED, |read| {
        read.figures.prediction.unbounded
    });
    count(&f::OFFERS_MADE, |read| read.figures.offers.made);
    count(&f::HANDLED, |read| read.figures.handled);
    count(&f::FIRST_RESPONSES, |read| read.figures.first_responses);
    count(&f::NOT_RESPONDED, |read| read.figures.not_responded);
    count(&f::WAITING, |read| read.line.waiting.into());
    count(&f::RINGING, |read| read.line.ringing.into());
    count(&f::SCHEDULED, |read| read.figures.scheduled);
}

/// Counts that are told apart by one more label.
fn kinds_by_channel(text: &mut Exposition, readings: &[Reading]) {
    let mut kinds = |family: &f::Family, values: fn(&Figures) -> Vec<(&'static str, u64)>| {
        text.family(family);
        for ([tenant, queue, channel], read) in channels(readings) {
            for (kind, count) in values(&read.figures) {
                text.sample(family, &[tenant, queue, channel, kind], count);
            }
        }
    };
    kinds(&f::ENDED, outcomes);
    kinds(&f::REFUSED_ARRIVALS, refusals);
    kinds(&f::OFFERS_ENDED, offer_ends);
    kinds(&f::PREDICTIONS_WITHIN, predictions_within);
}

fn times_by_channel(text: &mut Exposition, readings: &[Reading]) {
    let mut sum = |family: &f::Family, ms: fn(&Figures) -> u64| {
        text.family(family);
        channels(readings)
            .for_each(|(labels, read)| text.sample(family, &labels, Seconds(ms(&read.figures))));
    };
    sum(&f::TALK, |figures| figures.talk_ms);
    sum(&f::FIRST_RESPONSE, |figures| figures.first_response_ms);
    sum(&f::HOLD, |figures| figures.hold_ms);
    sum(&f::WRAP_UP, |figures| figures.wrap_up_ms);
    sum(&f::PREDICTION_ABSOLUTE_ERROR, |figures| {
        figures.prediction.absolute_error_sum_ms
    });
    predictions(text, readings);
    let mut histogram = |family: &f::Family, waits: fn(&Figures) -> &WaitHistogram| {
        text.family(family);
        for (labels, read) in channels(readings) {
            let waits = waits(&read.figures);
            text.histogram(
                family,
                &labels,
                &waits.edges_ms,
                &waits.counts,
                waits.sum_ms,
            );
        }
    };
    histogram(&f::ANSWERED_WAIT, |figures| &figures.answered_wait);
    histogram(&f::ABANDONED_WAIT, |figures| &figures.abandoned_wait);
}

/// What may be negative or without bound.
fn predictions(text: &mut Exposition, readings: &[Reading]) {
    text.family(&f::PREDICTION_ERROR);
    for (labels, read) in channels(readings) {
        let error_ms = read.figures.prediction.error_sum_ms;
        text.sample(&f::PREDICTION_ERROR, &labels, SignedSeconds(error_ms));
    }
    text.family(&f::PREDICTED_WAIT);
    for ([tenant, queue, channel], read) in channels(readings) {
        let quantiles = [
            ("0.5", read.predicted.map(|predicted| predicted.p50_ms)),
            ("0.8", read.predicted.map(|predicted| predicted.p80_ms)),
        ];
        for (quantile, wait_ms) in quantiles {
            let labels = [tenant, queue, channel, quantile];
            match wait_ms {
                Some(wait_ms) => text.sample(&f::PREDICTED_WAIT, &labels, Seconds::of(wait_ms)),
                None => text.sample(&f::PREDICTED_WAIT, &labels, "+Inf"),
            }
        }
    }
}

fn predictions_within(figures: &Figures) -> Vec<(&'static str, u64)> {
    vec![
        ("0.5", figures.prediction.within_p50),
        ("0.8", figures.prediction.within_p80),
    ]
}

fn outcomes(figures: &Figures) -> Vec<(&'static str, u64)> {
    vec![
        ("answered", figures.answered),
        ("abandoned_customer", figures.abandoned_customer),
        ("abandoned_system", figures.abandoned_system),
        ("timed_out", figures.flow_out_timed_out),
        ("transferred", figures.flow_out_transferred),
        ("overflowed_closed", figures.flow_out_closed),
        ("overflowed_limit", figures.flow_out_limit),
        ("exit_choice", figures.flow_out_exit_choice),
        ("callback", figures.flow_out_callback),
        ("no_staff", figures.flow_out_no_staff),
        ("withdrawn", figures.taken_out()),
        ("withdrawn_deferred", figures.withdrawn_deferred),
        ("withdrawn_served", figures.withdrawn_served),
    ]
}

fn refusals(figures: &Figures) -> Vec<(&'static str, u64)> {
    vec![
        ("closed", figures.refused_closed),
        ("no_staff", figures.refused_no_staff),
        ("full", figures.refused_full),
        ("diverted", figures.refused_diverted),
        ("predicted_wait", figures.refused_predicted_wait),
    ]
}

fn offer_ends(figures: &Figures) -> Vec<(&'static str, u64)> {
    let offers = &figures.offers;
    vec![
        ("connected", offers.connected),
        ("rejected", offers.rejected),
        ("timed_out", offers.timed_out),
        ("canceled", offers.canceled),
        ("rescinded", offers.rescinded),
        ("connect_failed", offers.connect_failed),
    ]
}

fn by_queue(text: &mut Exposition, readings: &[Reading]) {
    for (family, value) in [
        (
            &f::LONGEST_WAIT,
            (|queue| queue.longest_wait_ms) as fn(&QueueReading) -> DurationMs,
        ),
        (&f::LONGEST_CONTACT, |queue| queue.longest_contact_ms),
        (&f::SERVICE_LEVEL, |queue| queue.service_level_ms),
        (&f::SHORT_ABANDON, |queue| queue.short_abandon_ms),
    ] {
        text.family(family);
        for reading in readings {
            for queue in &reading.queues {
                text.sample(
                    family,
                    &[reading.tenant.as_str(), &queue.name],
                    Seconds::of(value(queue)),
                );
            }
        }
    }
}

/// What the queues promise, where they do.
fn goals(text: &mut Exposition, readings: &[Reading]) {
    text.family(&f::SERVICE_LEVEL_GOAL);
    for reading in readings {
        for queue in &reading.queues {
            if let Some(goal) = queue.service_level_goal {
                let labels = [reading.tenant.as_str(), &queue.name];
                text.sample(&f::SERVICE_LEVEL_GOAL, &labels, f64::from(goal) / 100.0);
            }
        }
    }
}

/// What stands in a queue now.
fn standing(text: &mut Exposition, readings: &[Reading]) {
    for (family, value) in [
        (
            &f::WAITS_ALERTED,
            (|queue| queue.alerted) as fn(&QueueReading) -> u64,
        ),
        (&f::RESERVE_JOINED, |queue| queue.reserve_joined),
        (&f::PAUSED, |queue| queue.paused),
    ] {
        text.family(family);
        for reading in readings {
            for queue in &reading.queues {
                text.sample(
                    family,
                    &[reading.tenant.as_str(), &queue.name],
                    value(queue),
                );
            }
        }
    }
    text.family(&f::CLOSED);
    for reading in readings {
        for queue in &reading.queues {
            for (reason, closed) in [
                ("emergency", Closed::Emergency),
                ("holiday", Closed::Holiday),
                ("hours", Closed::Hours),
            ] {
                let is_closed = u64::from(queue.closed == Some(closed));
                let labels = [reading.tenant.as_str(), queue.name.as_str(), reason];
                text.sample(&f::CLOSED, &labels, is_closed);
            }
        }
    }
}

fn by_tenant(text: &mut Exposition, readings: &[Reading]) {
    text.family(&f::AGENTS);
    for reading in readings {
        for (does, count) in Doing::ALL.into_iter().zip(reading.agents) {
            text.sample(&f::AGENTS, &[reading.tenant.as_str(), does.as_str()], count);
        }
    }
    text.family(&f::FREE_SLOTS);
    for reading in readings {
        for (channel, free) in &reading.free_slots {
            text.sample(
                &f::FREE_SLOTS,
                &[reading.tenant.as_str(), channel.as_str()],
                free,
            );
        }
    }
    for (family, value) in [
        (
            &f::OPEN_CONTACTS,
            (|reading| reading.open_contacts) as fn(&Reading) -> u64,
        ),
        (&f::STUCK, |reading| reading.stuck),
        (&f::EMERGENCY, |reading| reading.emergency),
        (&f::ADAPTERS, |reading| reading.adapters_present),
        (&f::ADAPTERS_CONFIGURED, |reading| {
            reading.adapters_configured
        }),
        (&f::DIRECTIVES, |reading| reading.directives),
        (&f::UNCONFIRMED_REFUSALS, |reading| {
            reading.unconfirmed_refusals
        }),
        (&f::CONFIG_VERSION, |reading| reading.config_version),
    ] {
        text.family(family);
        readings
            .iter()
            .for_each(|reading| text.sample(family, &[reading.tenant.as_str()], value(reading)));
    }
    text.family(&f::LIVE_REFUSED);
    for reading in readings {
        for (adapter, refused) in &reading.live_refused {
            for (reason, count) in refused {
                let labels = [reading.tenant.as_str(), adapter.as_str(), reason.as_str()];
                text.sample(&f::LIVE_REFUSED, &labels, count);
            }
        }
    }
    text.family(&f::TENANT_LIMIT);
    for reading in readings {
        for (limit, value) in named(&reading.limits) {
            text.sample(&f::TENANT_LIMIT, &[reading.tenant.as_str(), limit], value);
        }
    }
}

fn named(limits: &Limits) -> [(&'static str, u32); 15] {
    let Limits {
        open_contacts,
        attributes,
        attribute_bytes,
        note_bytes,
        remembered_requests,
        remembered_requests_per_caller,
        unacknowledged_directives,
        unconfirmed_refusals,
        ended_records,
        ended_contacts,
        queue_hops,
        offers_per_contact,
        remembered_customers,
        acts,
        slice_events,
    } = limits;
    [
        ("open_contacts", *open_contacts),
        ("attributes", *attributes),
        ("attribute_bytes", *attribute_bytes),
        ("note_bytes", *note_bytes),
        ("remembered_requests", *remembered_requests),
        (
            "remembered_requests_per_caller",
            *remembered_requests_per_caller,
        ),
        ("unacknowledged_directives", *unacknowledged_directives),
        ("unconfirmed_refusals", *unconfirmed_refusals),
        ("ended_records", *ended_records),
        ("ended_contacts", *ended_contacts),
        ("queue_hops", *queue_hops),
        ("offers_per_contact", *offers_per_contact),
        ("remembered_customers", *remembered_customers),
        ("acts", *acts),
        ("slice_events", *slice_events),
    ]
}
