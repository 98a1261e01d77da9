//! The server's counters, which survive its restarts, as the counts of a report.

use std::collections::BTreeMap;

use acd_client::v1::{GetFiguresResponse, Histogram, QueueFigures, VisitOutcome};

use super::Outcomes;
use crate::report::{Counts, FlowOutReason, Removed};

/// Visits in any queue of the tenant.
pub fn in_queue(figures: &GetFiguresResponse) -> u64 {
    figures
        .queues
        .iter()
        .map(|queue| counters(queue).in_queue)
        .sum()
}

/// What the server counted between two answers, by queue, with its times multiplied by `speed`. The service level is
/// exact, for each queue's threshold is an edge of its histograms.
///
/// The longest wait cannot be told from two answers; `seen`, from this side, adds it.
pub fn counted(
    before: &GetFiguresResponse,
    after: &GetFiguresResponse,
    speed: f64,
    seen: &BTreeMap<String, Outcomes>,
) -> BTreeMap<String, Counts> {
    let mut counts = BTreeMap::<String, Counts>::new();
    for queue in &after.queues {
        let same =
            |other: &&QueueFigures| other.queue == queue.queue && other.channel == queue.channel;
        let earlier = before.queues.iter().find(same).cloned().unwrap_or_default();
        let class = counts.entry(queue.queue.clone()).or_default();
        class.add(&difference(&earlier, queue, speed));
    }
    counts.retain(|_, class| *class != Counts::default());
    for (class, seen) in seen {
        if let Some(class) = counts.get_mut(class) {
            class.longest_wait_ms = seen.longest_wait_ms;
        }
    }
    counts
}

/// Where this side and the server do not agree, a sentence each. Nothing may be lost between them.
pub fn mismatches(
    seen: &BTreeMap<String, Outcomes>,
    counted: &BTreeMap<String, Counts>,
) -> Vec<String> {
    let (nothing_seen, nothing_counted) = (Outcomes::default(), Counts::default());
    let classes = seen.keys().chain(counted.keys());
    let classes: std::collections::BTreeSet<&String> = classes.collect();
    let mut mismatches = Vec::new();
    for class in classes {
        let seen = seen.get(class).unwrap_or(&nothing_seen);
        let counted = counted.get(class).unwrap_or(&nothing_counted);
        let flow_out = counted.flow_out.values().map(|removed| removed.count).sum();
        let pairs = [
            ("offered", seen.offered, counted.offered),
            ("answered", seen.answered, counted.answered.count),
            ("abandoned", seen.abandoned, counted.abandoned.count),
            ("flow-out", seen.flow_out, flow_out),
            ("refused", seen.refused, counted.refused),
        ];
        let differing = pairs.iter().filter(|(_, seen, counted)| seen != counted);
        mismatches.extend(differing.map(|(what, seen, counted)| {
            format!("{class}, {what}: the client saw {seen}, the server counted {counted}")
        }));
    }
    mismatches
}

fn counters(queue: &QueueFigures) -> acd_client::v1::Counters {
    queue.counters.unwrap_or_default()
}

fn difference(before: &QueueFigures, after: &QueueFigures, speed: f64) -> Counts {
    let (earlier, later) = (counters(before), counters(after));
    let threshold_ms = after.service_level_ms;
    let within = |of: fn(&QueueFigures) -> Option<&Histogram>| {
        within(of(after), threshold_ms).saturating_sub(within(of(before), threshold_ms))
    };
    let handled_ms =
        |queue: &QueueFigures| queue.talk_sum_ms + queue.hold_sum_ms + queue.wrap_up_sum_ms;
    let waited_ms =
        |queue: &QueueFigures| queue.answered_wait.as_ref().map_or(0, |wait| wait.sum_ms);
    let abandoned = later.abandoned_customer + later.abandoned_system
        - earlier.abandoned_customer
        - earlier.abandoned_system;
    Counts {
        offered: later.offered - earlier.offered,
        answered: Removed {
            count: later.answered - earlier.answered,
            within: within(|queue| queue.answered_wait.as_ref()),
        },
        abandoned: Removed {
            count: abandoned,
            within: within(|queue| queue.abandoned_wait.as_ref()),
        },
        short_abandons: later.short_abandons - earlier.short_abandons,
        flow_out: flow_out(before, after),
        waiting: later.in_queue.saturating_sub(earlier.in_queue),
        refused: later.refused - earlier.refused,
        answered_wait_ms: (waited_ms(after) - waited_ms(before)) as f64 * speed,
        longest_wait_ms: None,
        handled: later.handled - earlier.handled,
        handled_ms: (handled_ms(after) - handled_ms(before)) as f64 * speed,
    }
}

/// How many of a histogram are within an edge.
fn within(histogram: Option<&Histogram>, edge_ms: i64) -> u64 {
    let Some(histogram) = histogram else {
        return 0;
    };
    let buckets = histogram.upper_edges_ms.iter().zip(&histogram.counts);
    let within = buckets.take_while(|(edge, _)| **edge <= edge_ms);
    within.map(|(_, count)| count).sum()
}

/// The server does not tell how many flowed out within the threshold; only callbacks would count, and it has none.
fn flow_out(before: &QueueFigures, after: &QueueFigures) -> BTreeMap<FlowOutReason, Removed> {
    let mut flow_out = BTreeMap::<FlowOutReason, Removed>::new();
    for counted in &after.flowed_out {
        let same = before
            .flowed_out
            .iter()
            .find(|earlier| earlier.outcome == counted.outcome);
        let count = counted.count - same.map_or(0, |earlier| earlier.count);
        if let Some(reason) = reason(counted.outcome())
            && count > 0
        {
            flow_out.entry(reason).or_default().count += count;
        }
    }
    flow_out
}

fn reason(outcome: VisitOutcome) -> Option<FlowOutReason> {
    match outcome {
        VisitOutcome::TimedOut => Some(FlowOutReason::Timeout),
        VisitOutcome::Overflowed => Some(FlowOutReason::Overflow),
        VisitOutcome::ExitChoice => Some(FlowOutReason::ExitChoice),
        VisitOutcome::Callback => Some(FlowOutReason::Callback),
        VisitOutcome::NoStaff => Some(FlowOutReason::NoStaff),
        VisitOutcome::Transferred => Some(FlowOutReason::Transfer),
        VisitOutcome::Withdrawn
        | VisitOutcome::WithdrawnDeferred
        | VisitOutcome::WithdrawnServed => Some(FlowOutReason::Withdrawn),
        VisitOutcome::Unspecified
        | VisitOutcome::Answered
        | VisitOutcome::AbandonedCustomer
        | VisitOutcome::AbandonedSystem => None,
    }
}

#[cfg(test)]
mod tests {
    use acd_client::v1::Counters;

    use super::*;
    use crate::report::Side;

    fn figures(offered: u64, within: u64, beyond: u64) -> GetFiguresResponse {
        let answered_wait = Histogram {
            upper_edges_ms: vec![200, 333, 1_000],
            counts: vec![0, within, beyond, 0],
            sum_ms: 100 * (within + 10 * beyond) as i64,
        };
        let counters = Counters {
            offered,
            answered: within + beyond,
            in_queue: offered - within - beyond,
            ..Counters::default()
        };
        GetFiguresResponse {
            queues: vec![QueueFigures {
                queue: "sales".to_owned(),
                channel: "voice".to_owned(),
                counters: Some(counters),
                answered_wait: Some(answered_wait),
                service_level_ms: 333,
                ..QueueFigures::default()
            }],
            ..GetFiguresResponse::default()
        }
    }

    #[test]
    fn what_was_counted_before_is_taken_off_and_times_are_virtual_again() {
        let seen = Outcomes {
            offered: 8,
            answered: 6,
            longest_wait_ms: Some(70_000),
            ..Outcomes::default()
        };
        let seen = BTreeMap::from([("sales".to_owned(), seen)]);
        let counts = counted(&figures(2, 1, 1), &figures(10, 5, 3), 60.0, &seen);
        let sales = &Side::of(&counts).classes["sales"];
        assert_eq!((sales.offered, sales.answered, sales.waiting), (8, 6, 2));
        assert!(sales.adds_up);
        assert_eq!(sales.service_level[4].numerator, 4);
        assert_eq!(sales.asa_ms, Some(60.0 * 2_400.0 / 6.0));
        assert_eq!(sales.longest_wait_ms, Some(70_000));
        assert_eq!(mismatches(&seen, &counts), Vec::<String>::new());
    }

    #[test]
    fn a_call_that_only_one_side_knows_is_told() {
        let seen = Outcomes {
            offered: 3,
            ..Outcomes::default()
        };
        let seen = BTreeMap::from([("sales".to_owned(), seen)]);
        let counts = counted(&figures(0, 0, 0), &figures(2, 0, 0), 1.0, &seen);
        assert_eq!(
            mismatches(&seen, &counts),
            ["sales, offered: the client saw 3, the server counted 2"]
        );
    }
}
