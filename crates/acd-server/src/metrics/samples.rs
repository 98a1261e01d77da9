//! What is written of the readings of tenants: the families of queues and tenants, each with all its series.

use acd_core::config::Limits;
use acd_core::event::Closed;
use acd_core::figures::{Figures, WaitHistogram};
use acd_core::ids::DurationMs;
use acd_core::state::{Doing, DoingFor};
use acd_journal::DiskUse;

use super::exposition::{Exposition, Seconds, SignedSeconds};
use super::families as f;
use super::reading::{ChannelReading, QueueReading, Reading};

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
    queues(readings).flat_map(|([tenant, name], queue)| {
        let channels = queue.channels.iter();
        channels.map(move |read| ([tenant, name, read.channel.as_str()], read))
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
    count(&f::DEADLINES_MET, |read| read.figures.deadlines_met);
    count(&f::DEADLINES_MISSED, |read| read.figures.deadlines_missed);
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
    sum(&f::DEADLINES_MISSED_BY, |figures| {
        figures.deadlines_missed_by_ms
    });
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

/// The readings of all queues, each with its labels.
fn queues(readings: &[Reading]) -> impl Iterator<Item = ([&str; 2], &QueueReading)> {
    readings.iter().flat_map(|reading| {
        let tenant = reading.tenant.as_str();
        let queues = reading.queues.iter();
        queues.map(move |queue| ([tenant, queue.name.as_str()], queue))
    })
}

/// What stands in a queue, and what its configuration says.
fn by_queue(text: &mut Exposition, readings: &[Reading]) {
    for (family, ms) in [
        (
            &f::LONGEST_WAIT,
            (|queue| queue.longest_wait_ms) as fn(&QueueReading) -> DurationMs,
        ),
        (&f::LONGEST_CONTACT, |queue| queue.longest_contact_ms),
        (&f::SERVICE_LEVEL, |queue| queue.service_level_ms),
        (&f::SHORT_ABANDON, |queue| queue.short_abandon_ms),
    ] {
        text.family(family);
        for (labels, queue) in queues(readings) {
            text.sample(family, &labels, Seconds::of(ms(queue)));
        }
    }
    for (family, count) in [
        (
            &f::WAITS_ALERTED,
            (|queue| queue.alerted) as fn(&QueueReading) -> u64,
        ),
        (&f::DEADLINES_WAITING, |queue| queue.deadlines),
        (&f::RESERVE_JOINED, |queue| queue.reserve_joined),
        (&f::PAUSED, |queue| queue.paused),
    ] {
        text.family(family);
        for (labels, queue) in queues(readings) {
            text.sample(family, &labels, count(queue));
        }
    }
    text.family(&f::SERVICE_LEVEL_GOAL);
    for (labels, queue) in queues(readings) {
        if let Some(goal) = queue.service_level_goal {
            text.sample(&f::SERVICE_LEVEL_GOAL, &labels, f64::from(goal) / 100.0);
        }
    }
    text.family(&f::NEAREST_DEADLINE);
    for (labels, queue) in queues(readings) {
        match queue.nearest_deadline_ms {
            Some(left) => text.sample(&f::NEAREST_DEADLINE, &labels, SignedSeconds(left)),
            None => text.sample(&f::NEAREST_DEADLINE, &labels, "+Inf"),
        }
    }
    text.family(&f::QUEUE_AGENTS);
    for ([tenant, name], queue) in queues(readings) {
        for (does, count) in DoingFor::ALL.into_iter().zip(queue.agents) {
            text.sample(&f::QUEUE_AGENTS, &[tenant, name, does.as_str()], count);
        }
    }
    text.family(&f::CLOSED);
    for ([tenant, name], queue) in queues(readings) {
        for (reason, closed) in [
            ("emergency", Closed::Emergency),
            ("holiday", Closed::Holiday),
            ("hours", Closed::Hours),
        ] {
            let is_closed = u64::from(queue.closed == Some(closed));
            text.sample(&f::CLOSED, &[tenant, name, reason], is_closed);
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
    for (family, ms) in [
        (
            &f::AGENT_LEASED,
            (|reading| reading.leased_ms) as fn(&Reading) -> DurationMs,
        ),
        (&f::AGENT_IDLE, |reading| reading.idle_ms),
    ] {
        text.family(family);
        for reading in readings {
            let value = Seconds::of(ms(reading));
            text.sample(family, &[reading.tenant.as_str()], value);
        }
    }
    text.family(&f::OLDEST_OFFER);
    for reading in readings {
        for (channel, age_ms) in &reading.oldest_offers_ms {
            let labels = [reading.tenant.as_str(), channel.as_str()];
            text.sample(&f::OLDEST_OFFER, &labels, Seconds::of(*age_ms));
        }
    }
    text.family(&f::ADAPTER_PRESENT);
    for reading in readings {
        for (adapter, is_present) in &reading.adapters {
            let labels = [reading.tenant.as_str(), adapter];
            text.sample(&f::ADAPTER_PRESENT, &labels, u8::from(*is_present));
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
        (&f::ADAPTERS, |reading| {
            let present = reading
                .adapters
                .iter()
                .filter(|(_, is_present)| *is_present);
            present.count() as u64
        }),
        (&f::ADAPTERS_CONFIGURED, |reading| {
            reading.adapters.len() as u64
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

/// Writes what was seen of the disk.
pub(super) fn write_disk(text: &mut Exposition, seen: &DiskUse) {
    text.family(&f::DATA_FREE);
    text.sample(&f::DATA_FREE, &[], seen.free_bytes);
    text.family(&f::DATA_SIZE);
    text.sample(&f::DATA_SIZE, &[], seen.size_bytes);
    text.family(&f::JOURNAL_BYTES);
    for (shard, bytes) in seen.journal_bytes.iter().enumerate() {
        text.sample(&f::JOURNAL_BYTES, &[&shard.to_string()], *bytes);
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
