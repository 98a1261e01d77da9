//! How queues have done of late and today. Definitions: `docs/metrics.md`.

use acd_core::ids::{QueueNo, TimeMs};
use acd_core::performance::{Intervals, Recent};
use acd_core::state::State;
use acd_proto::v1;

/// How the queues of the configuration in force have done up to an instant, those that `wanted` holds for.
pub fn performances(
    state: &State,
    now: TimeMs,
    wanted: impl Fn(QueueNo) -> bool,
) -> Vec<v1::QueuePerformance> {
    let queues = (0..).map(QueueNo).zip(&state.facts().queues);
    let wanted = queues.filter(|(no, queue)| queue.in_config && wanted(*no));
    wanted.map(|(no, _)| performance(state, no, now)).collect()
}

/// How one queue has done up to an instant.
pub fn performance(state: &State, no: QueueNo, now: TimeMs) -> v1::QueuePerformance {
    let (queue, measures) = (state.queue(no), &state.facts().measures);
    let now = now.max(state.facts().now);
    let done = &queue.performance;
    let Recent {
        since,
        in_time,
        ended,
    } = done.recent(now, measures);
    let Intervals {
        first,
        most_waiting,
    } = done.intervals(now, measures);
    v1::QueuePerformance {
        queue: queue.config.name.to_string(),
        recent_since_at_ms: since,
        recent_in_time: in_time,
        recent_ended: ended,
        today_since_at_ms: done.today_since,
        offered_today: done.offered,
        answered_today: done.answered,
        in_time_today: done.in_time,
        abandoned_today: done.abandoned,
        first_interval_at_ms: first,
        interval_ms: measures.day_interval_ms,
        most_waiting,
    }
}
