//! Counters and histograms for reports. Definitions: `docs/metrics.md`.

use acd_core::event::JoinRefusal;
use acd_core::figures::{Figures, OfferFigures, WaitHistogram};
use acd_core::ids::{Channel, QueueNo};
use acd_core::state::State;
use acd_proto::v1;

use super::{counters, words};

/// The figures of each queue and channel that ever had a visit or a refused arrival.
pub fn figures(state: &State) -> Vec<v1::QueueFigures> {
    let queues = (0..).map(QueueNo).zip(&state.facts().queues);
    queues
        .flat_map(|(no, queue)| {
            queue
                .figures
                .iter()
                .map(move |(channel, figures)| (no, *channel, figures))
        })
        .map(|(no, channel, figures)| queue_figures(state, no, channel, figures))
        .collect()
}

/// Since when is counted: the instant at which the first configuration came into force, as far back as it is known.
pub fn begin(state: &State) -> i64 {
    state
        .facts()
        .versions
        .front()
        .map_or(0, |first| first.at_ms)
}

fn queue_figures(
    state: &State,
    no: QueueNo,
    channel: Channel,
    figures: &Figures,
) -> v1::QueueFigures {
    let config = &state.queue(no).config;
    v1::QueueFigures {
        queue: config.name.to_string(),
        channel: channel.as_str().to_owned(),
        counters: Some(counters([figures])),
        flowed_out: flowed_out(figures),
        refused: refused(figures),
        offers: offer_ends(&figures.offers),
        answered_wait: Some(histogram(&figures.answered_wait)),
        abandoned_wait: Some(histogram(&figures.abandoned_wait)),
        talk_sum_ms: milliseconds(figures.talk_ms),
        hold_sum_ms: milliseconds(figures.hold_ms),
        wrap_up_sum_ms: milliseconds(figures.wrap_up_ms),
        oldest_enqueued_at_ms: oldest(state, no, channel),
        service_level_ms: config.service_level_ms,
        short_abandon_ms: config.short_abandon_ms,
        ..Default::default()
    }
}

fn flowed_out(figures: &Figures) -> Vec<v1::OutcomeCount> {
    let all = [
        (v1::VisitOutcome::TimedOut, figures.flow_out_timed_out),
        (v1::VisitOutcome::Transferred, figures.flow_out_transferred),
    ];
    let counted = all.into_iter().filter(|(_, count)| *count > 0);
    counted
        .map(|(outcome, count)| v1::OutcomeCount {
            outcome: outcome.into(),
            count,
        })
        .collect()
}

fn refused(figures: &Figures) -> Vec<v1::RefusedCount> {
    let all = [(JoinRefusal::Full, figures.refused_full)];
    let counted = all.into_iter().filter(|(_, count)| *count > 0);
    counted
        .map(|(why, count)| v1::RefusedCount {
            reason: words::join_refusal(why).into(),
            count,
        })
        .collect()
}

fn offer_ends(offers: &OfferFigures) -> Vec<v1::OfferEndCount> {
    let all = [
        (v1::OfferState::Connected, offers.connected),
        (v1::OfferState::Rejected, offers.rejected),
        (v1::OfferState::TimedOut, offers.timed_out),
        (v1::OfferState::Canceled, offers.canceled),
        (v1::OfferState::Rescinded, offers.rescinded),
        (v1::OfferState::ConnectFailed, offers.connect_failed),
    ];
    let counted = all.into_iter().filter(|(_, count)| *count > 0);
    counted
        .map(|(state, count)| v1::OfferEndCount {
            state: state.into(),
            count,
            ..Default::default()
        })
        .collect()
}

fn histogram(waits: &WaitHistogram) -> v1::Histogram {
    v1::Histogram {
        upper_edges_ms: waits.edges_ms.clone(),
        counts: waits.counts.clone(),
        sum_ms: milliseconds(waits.sum_ms),
    }
}

/// The enqueue time of the visit of this channel that waits longest now, 0 if none does.
pub(crate) fn oldest(state: &State, no: QueueNo, channel: Channel) -> i64 {
    let facts = state.facts();
    let of_channel = |visit| facts.contacts[&facts.visits[visit].contact].channel == channel;
    let first = state
        .open_visits(no)
        .iter()
        .find(|(_, visit)| of_channel(visit));
    first.map_or(0, |(enqueued_at, _)| *enqueued_at)
}

fn milliseconds(sum: u64) -> i64 {
    i64::try_from(sum).unwrap_or(i64::MAX)
}
