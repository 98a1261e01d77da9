//! Counters and histograms for reports. Definitions: `docs/metrics.md`.

use acd_core::figures::{Figures, OfferFigures, PredictionFigures, WaitHistogram};
use acd_core::ids::{Channel, QueueNo};
use acd_core::state::State;
use acd_proto::v1;

use super::counters;

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
    let longest = state.longest_waiting_on(no, channel);
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
        oldest_enqueued_at_ms: longest.map_or(0, |visit| visit.enqueued_at),
        service_level_ms: config.service_level_ms,
        short_abandon_ms: config.short_abandon_ms,
        callbacks_within_service_level: figures.callbacks_within,
        wait_alerts: figures.wait_alerts,
        prediction: Some(prediction(&figures.prediction)),
        scheduled: figures.scheduled,
        first_responses: figures.first_responses,
        first_response_sum_ms: milliseconds(figures.first_response_ms),
        not_responded: figures.not_responded,
        deadlines_met: figures.deadlines_met,
        deadlines_missed: figures.deadlines_missed,
        deadlines_missed_by_sum_ms: milliseconds(figures.deadlines_missed_by_ms),
        ..Default::default()
    }
}

fn prediction(figures: &PredictionFigures) -> v1::PredictionFigures {
    v1::PredictionFigures {
        count: figures.count,
        unbounded: figures.unbounded,
        error_sum_ms: figures.error_sum_ms,
        absolute_error_sum_ms: milliseconds(figures.absolute_error_sum_ms),
        within_p50: figures.within_p50,
        within_p80: figures.within_p80,
    }
}

fn flowed_out(figures: &Figures) -> Vec<v1::OutcomeCount> {
    use v1::{OverflowReason as Why, VisitOutcome as Outcome};
    let all = [
        (
            Outcome::TimedOut,
            Why::Unspecified,
            figures.flow_out_timed_out,
        ),
        (
            Outcome::Transferred,
            Why::Unspecified,
            figures.flow_out_transferred,
        ),
        (Outcome::Overflowed, Why::Closed, figures.flow_out_closed),
        (Outcome::Overflowed, Why::OfferLimit, figures.flow_out_limit),
        (
            Outcome::ExitChoice,
            Why::Unspecified,
            figures.flow_out_exit_choice,
        ),
        (
            Outcome::Callback,
            Why::Unspecified,
            figures.flow_out_callback,
        ),
        (
            Outcome::NoStaff,
            Why::Unspecified,
            figures.flow_out_no_staff,
        ),
        (Outcome::Withdrawn, Why::Unspecified, figures.taken_out()),
        (
            Outcome::WithdrawnDeferred,
            Why::Unspecified,
            figures.withdrawn_deferred,
        ),
        (
            Outcome::WithdrawnServed,
            Why::Unspecified,
            figures.withdrawn_served,
        ),
    ];
    let counted = all.into_iter().filter(|(_, _, count)| *count > 0);
    counted
        .map(|(outcome, reason, count)| v1::OutcomeCount {
            outcome: outcome.into(),
            count,
            reason: reason.into(),
        })
        .collect()
}

fn refused(figures: &Figures) -> Vec<v1::RefusedCount> {
    let all = [
        (v1::RefusedReason::Closed, figures.refused_closed),
        (v1::RefusedReason::NoStaff, figures.refused_no_staff),
        (v1::RefusedReason::Full, figures.refused_full),
        (v1::RefusedReason::Diverted, figures.refused_diverted),
        (
            v1::RefusedReason::PredictedWait,
            figures.refused_predicted_wait,
        ),
    ];
    let counted = all.into_iter().filter(|(_, count)| *count > 0);
    counted
        .map(|(reason, count)| v1::RefusedCount {
            reason: reason.into(),
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

fn milliseconds(sum: u64) -> i64 {
    i64::try_from(sum).unwrap_or(i64::MAX)
}
