//! What a scrape reads from one tenant. Taken on the shard's thread, so it only copies counters and walks the agents,
//! the open offers and, for one gauge, the open visits; the text is made elsewhere.

use std::collections::BTreeMap;

use acd_core::config::Limits;
use acd_core::figures::{Figures, WaitHistogram};
use acd_core::ids::{Channel, DurationMs, QueueNo, TenantName, TimeMs};
use acd_core::state::{Agent, HandlingState, LeaseHolder, OfferState, Presence, State};

use super::exposition::{Exposition, Seconds};
use super::families as f;

/// One tenant at one instant.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    tenant: TenantName,
    queues: Vec<QueueReading>,
    agents: [u64; AgentDoes::ALL.len()],
    free_slots: BTreeMap<Channel, u64>,
    open_contacts: u64,
    adapters_present: u64,
    adapters_configured: u64,
    directives: u64,
    config_version: u64,
    limits: Limits,
}

#[derive(Clone, Debug)]
struct QueueReading {
    name: String,
    longest_wait_ms: DurationMs,
    longest_contact_ms: DurationMs,
    service_level_ms: DurationMs,
    short_abandon_ms: DurationMs,
    channels: Vec<ChannelReading>,
}

#[derive(Clone, Debug)]
struct ChannelReading {
    channel: Channel,
    figures: Figures,
    ringing: u64,
}

/// What an agent does, the first that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AgentDoes {
    Offline,
    Handling,
    WrapUp,
    Connecting,
    Ringing,
    Idle,
    NotReady,
}

impl AgentDoes {
    const ALL: [AgentDoes; 7] = [
        AgentDoes::Offline,
        AgentDoes::Handling,
        AgentDoes::WrapUp,
        AgentDoes::Connecting,
        AgentDoes::Ringing,
        AgentDoes::Idle,
        AgentDoes::NotReady,
    ];

    fn as_str(self) -> &'static str {
        match self {
            AgentDoes::Offline => "offline",
            AgentDoes::Handling => "handling",
            AgentDoes::WrapUp => "wrap_up",
            AgentDoes::Connecting => "connecting",
            AgentDoes::Ringing => "ringing",
            AgentDoes::Idle => "idle",
            AgentDoes::NotReady => "not_ready",
        }
    }

    fn of(state: &State, agent: &Agent) -> Self {
        let at_rest = match agent.presence {
            Presence::Offline => return AgentDoes::Offline,
            Presence::Ready => AgentDoes::Idle,
            Presence::NotReady(_) => AgentDoes::NotReady,
        };
        let leases = agent
            .leases
            .iter()
            .map(|lease| Self::with(state, lease.holder));
        leases.min_by_key(|does| *does as u8).unwrap_or(at_rest)
    }

    fn with(state: &State, holder: LeaseHolder) -> Self {
        let facts = state.facts();
        match holder {
            LeaseHolder::Offer(id) => match facts.offers[&id].state {
                OfferState::Pending { .. } => AgentDoes::Ringing,
                OfferState::Connecting { .. } => AgentDoes::Connecting,
            },
            LeaseHolder::Handling(id) => match facts.handlings[&id].state {
                HandlingState::Connected | HandlingState::Held { .. } => AgentDoes::Handling,
                HandlingState::WrapUp { .. } => AgentDoes::WrapUp,
            },
        }
    }
}

impl Reading {
    /// Reads a tenant as it is at `now`.
    pub(super) fn of(tenant: &TenantName, state: &State, now: TimeMs) -> Self {
        let facts = state.facts();
        let mut agents = [0; AgentDoes::ALL.len()];
        let mut free_slots: BTreeMap<Channel, u64> = BTreeMap::new();
        for agent in facts.agents.iter().filter(|agent| agent.in_config) {
            agents[AgentDoes::of(state, agent) as usize] += 1;
            for (channel, slots) in &agent.config.capacity {
                let free = if agent.is_available(*channel) {
                    slots.saturating_sub(agent.leases_on(*channel))
                } else {
                    0
                };
                *free_slots.entry(*channel).or_default() += u64::from(free);
            }
        }
        let configured = || facts.adapters.iter().filter(|adapter| adapter.in_config);
        Self {
            tenant: tenant.clone(),
            queues: queues(state, now),
            agents,
            free_slots,
            open_contacts: facts.contacts.len() as u64,
            adapters_present: configured().filter(|adapter| adapter.is_present()).count() as u64,
            adapters_configured: configured().count() as u64,
            directives: facts
                .adapters
                .iter()
                .map(|adapter| adapter.directives.len() as u64)
                .sum(),
            config_version: facts.config_version,
            limits: facts.limits.clone(),
        }
    }
}

fn queues(state: &State, now: TimeMs) -> Vec<QueueReading> {
    let ringing = ringing(state);
    let queues = (0..)
        .map(QueueNo)
        .zip(&state.facts().queues)
        .filter(|(no, queue)| queue.in_config || !state.open_visits(*no).is_empty());
    queues
        .map(|(no, queue)| {
            let open = state.open_visits(no);
            let facts = state.facts();
            let arrived = open
                .iter()
                .map(|(_, visit)| facts.contacts[&facts.visits[visit].contact].accepted_at);
            let channels = queue
                .figures
                .iter()
                .map(|(channel, figures)| ChannelReading {
                    channel: *channel,
                    figures: figures.clone(),
                    ringing: ringing.get(&(no, *channel)).copied().unwrap_or(0),
                });
            QueueReading {
                name: queue.config.name.to_string(),
                longest_wait_ms: open.first().map_or(0, |(enqueued_at, _)| now - enqueued_at),
                longest_contact_ms: arrived.min().map_or(0, |first| now - first),
                service_level_ms: queue.config.service_level_ms,
                short_abandon_ms: queue.config.short_abandon_ms,
                channels: channels.collect(),
            }
        })
        .collect()
}

/// Visits with an open offer. There are at most as many as agents have slots.
fn ringing(state: &State) -> BTreeMap<(QueueNo, Channel), u64> {
    let facts = state.facts();
    let mut ringing = BTreeMap::new();
    for offer in facts.offers.values() {
        let (visit, contact) = (&facts.visits[&offer.visit], &facts.contacts[&offer.contact]);
        *ringing.entry((visit.queue, contact.channel)).or_default() += 1;
    }
    ringing
}

/// Writes the families of all tenants.
pub(super) fn write(text: &mut Exposition, readings: &[Reading]) {
    counts_by_channel(text, readings);
    kinds_by_channel(text, readings);
    times_by_channel(text, readings);
    by_queue(text, readings);
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
    count(&f::OFFERS_MADE, |read| read.figures.offers.made);
    count(&f::HANDLED, |read| read.figures.handled);
    count(&f::WAITING, |read| {
        read.figures.in_queue().saturating_sub(read.ringing)
    });
    count(&f::RINGING, |read| read.ringing);
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
}

fn times_by_channel(text: &mut Exposition, readings: &[Reading]) {
    let mut sum = |family: &f::Family, ms: fn(&Figures) -> u64| {
        text.family(family);
        channels(readings)
            .for_each(|(labels, read)| text.sample(family, &labels, Seconds(ms(&read.figures))));
    };
    sum(&f::TALK, |figures| figures.talk_ms);
    sum(&f::HOLD, |figures| figures.hold_ms);
    sum(&f::WRAP_UP, |figures| figures.wrap_up_ms);
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

fn outcomes(figures: &Figures) -> Vec<(&'static str, u64)> {
    vec![
        ("answered", figures.answered),
        ("abandoned_customer", figures.abandoned_customer),
        ("abandoned_system", figures.abandoned_system),
        ("timed_out", figures.flow_out_timed_out),
        ("transferred", figures.flow_out_transferred),
    ]
}

fn refusals(figures: &Figures) -> Vec<(&'static str, u64)> {
    vec![("full", figures.refused_full)]
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

fn by_tenant(text: &mut Exposition, readings: &[Reading]) {
    text.family(&f::AGENTS);
    for reading in readings {
        for (does, count) in AgentDoes::ALL.into_iter().zip(reading.agents) {
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
        (&f::ADAPTERS, |reading| reading.adapters_present),
        (&f::ADAPTERS_CONFIGURED, |reading| {
            reading.adapters_configured
        }),
        (&f::DIRECTIVES, |reading| reading.directives),
        (&f::CONFIG_VERSION, |reading| reading.config_version),
    ] {
        text.family(family);
        readings
            .iter()
            .for_each(|reading| text.sample(family, &[reading.tenant.as_str()], value(reading)));
    }
    text.family(&f::TENANT_LIMIT);
    for reading in readings {
        for (limit, value) in named(&reading.limits) {
            text.sample(&f::TENANT_LIMIT, &[reading.tenant.as_str(), limit], value);
        }
    }
}

fn named(limits: &Limits) -> [(&'static str, u32); 8] {
    let Limits {
        open_contacts,
        attributes,
        attribute_bytes,
        note_bytes,
        remembered_requests,
        unacknowledged_directives,
        ended_records,
        queue_hops,
    } = limits;
    [
        ("open_contacts", *open_contacts),
        ("attributes", *attributes),
        ("attribute_bytes", *attribute_bytes),
        ("note_bytes", *note_bytes),
        ("remembered_requests", *remembered_requests),
        ("unacknowledged_directives", *unacknowledged_directives),
        ("ended_records", *ended_records),
        ("queue_hops", *queue_hops),
    ]
}
