//! What happened in a quarter of an hour: differences of the engine's counters.

use std::collections::BTreeMap;

use acd_core::command::EndCause;
use acd_core::event::Outcome;
use acd_core::figures::{Figures, WaitHistogram};
use acd_core::ids::{AgentNo, Channel, DurationMs, QueueNo, TimeMs};
use acd_core::state::Visit;

use super::Projection;
use crate::quarter;
use crate::schema::{
    AgentBlockRow, AgentIntervalRow, AgentTimeBlockRow, AgentTimeRow, CohortRow,
    ConversationDayRow, QueueIntervalRow, WaitRow,
};
use crate::table::{Merge, Row};
use crate::value::{Field, Text, Value, int};

/// The upper edge of the bucket beyond the last edge.
const BEYOND: i64 = -1;

/// What was counted of agents and is in no row yet, by numbers: names would be compared over and over.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    work: BTreeMap<(AgentNo, QueueNo, Channel, TimeMs), Work>,
    /// How long they were something, with the reason.
    pub(super) time: BTreeMap<(AgentNo, TimeMs, &'static str, Text), DurationMs>,
}

/// What an agent did with the contacts of a queue, as in the columns of `agent_intervals` and `agent_blocks`.
macro_rules! work {
    ($($column:ident),+ $(,)?) => {
        #[derive(Clone, Copy, Debug, Default)]
        pub(super) struct Work {$(
            pub(super) $column: i64,
        )+}

        impl Work {
            fn add(&mut self, other: &Self) {
                $(self.$column += other.$column;)+
            }

            fn in_interval(self, [agent, queue, channel]: [Text; 3], began_at: TimeMs) -> AgentIntervalRow {
                AgentIntervalRow { agent, queue, channel, began_at, $($column: self.$column),+ }
            }

            fn in_block(self, [agent, queue, channel]: [Text; 3], began_at: TimeMs) -> AgentBlockRow {
                AgentBlockRow { agent, queue, channel, began_at, $($column: self.$column),+ }
            }
        }
    };
}
work!(
    offers_made,
    offers_connected,
    offers_rejected,
    offers_timed_out,
    offers_canceled,
    offers_rescinded,
    offers_connect_failed,
    ring_ms,
    not_responded,
    first_responses,
    first_response_ms,
    handled,
    talk_ms,
    hold_ms,
    wrap_up_ms,
    customers_answered,
    customers_returned,
);

impl Projection {
    /// Writes what the counters have grown by since it was last done; all of it happened in one quarter.
    pub(super) fn write_figures(&mut self) {
        let began_at = quarter::begin(self.state.facts().now);
        for no in std::mem::take(&mut self.stirred) {
            let queue = self.state.queue(no);
            if self.counted.len() <= no.index() {
                self.counted.resize_with(no.index() + 1, BTreeMap::new);
            }
            let counted = &mut self.counted[no.index()];
            for (channel, now) in &queue.figures {
                let before = counted.entry(*channel).or_default();
                if before == now {
                    continue;
                }
                let mut row = QueueIntervalRow::growth(before, now);
                if !row.counts_anything() {
                    before.clone_from(now);
                    continue;
                }
                let key = [
                    Text::from(&queue.config.name).into_value(),
                    Text::from(*channel).into_value(),
                    began_at.into_value(),
                ];
                row.queue = Text::from(&queue.config.name);
                row.channel = Text::from(*channel);
                row.began_at = began_at;
                row.service_level_ms = queue.config.service_level_ms;
                row.short_abandon_ms = queue.config.short_abandon_ms;
                self.changes.put(row);
                let waits = [
                    ("answered", &before.answered_wait, &now.answered_wait),
                    ("abandoned", &before.abandoned_wait, &now.abandoned_wait),
                ];
                for (outcome, before, now) in waits {
                    for (edge_ms, count) in buckets_grown(before, now) {
                        let [queue, channel, began_at] = key.clone();
                        let outcome = Text::word(outcome).into_value();
                        let key = [queue, channel, began_at, outcome, Value::Int(edge_ms)];
                        self.changes.add(&key, [(WaitRow::waits, count)]);
                    }
                }
                before.clone_from(now);
            }
        }
    }

    /// Counts a visit that joined in the quarter in which it did.
    pub(super) fn count_joined(&mut self, queue: QueueNo, channel: Channel, at: TimeMs) {
        let key = self.interval_key(queue, channel, at);
        self.changes.add(&key, [(CohortRow::offered, 1)]);
    }

    /// Counts the end of a visit in the quarter in which it joined.
    pub(super) fn count_left(
        &mut self,
        visit: &Visit,
        channel: Channel,
        outcome: Outcome,
        wait_ms: DurationMs,
    ) {
        let config = &self.state.queue(visit.queue).config;
        let within = i64::from(wait_ms <= config.service_level_ms);
        let short = i64::from(wait_ms < config.short_abandon_ms);
        let key = self.interval_key(visit.queue, channel, visit.enqueued_at);
        let changes = &mut self.changes;
        match outcome {
            Outcome::Answered => changes.add(
                &key,
                [
                    (CohortRow::answered, 1),
                    (CohortRow::answered_within, within),
                    (CohortRow::answered_wait_ms, wait_ms),
                ],
            ),
            Outcome::Abandoned(cause) => {
                let cause = match cause {
                    EndCause::Customer => CohortRow::abandoned_customer,
                    EndCause::System => CohortRow::abandoned_system,
                };
                changes.add(
                    &key,
                    [
                        (cause, 1),
                        (CohortRow::short_abandons, short),
                        (CohortRow::abandoned_within, within),
                        (CohortRow::abandoned_wait_ms, wait_ms),
                    ],
                );
            }
            Outcome::Callback => changes.add(
                &key,
                [
                    (CohortRow::flow_out, 1),
                    (CohortRow::flow_out_callback, 1),
                    (CohortRow::callbacks_within, within),
                ],
            ),
            Outcome::TimedOut
            | Outcome::Overflowed(_)
            | Outcome::ExitChoice
            | Outcome::NoStaff
            | Outcome::Transferred
            | Outcome::Withdrawn(_) => changes.add(&key, [(CohortRow::flow_out, 1)]),
        }
    }

    /// Counts what an agent did with a contact of a queue.
    pub(super) fn count_agent(
        &mut self,
        (agent, queue, channel): (AgentNo, QueueNo, Channel),
        at: TimeMs,
        work: Work,
    ) {
        let key = (agent, queue, channel, quarter::begin(at));
        self.tallies.work.entry(key).or_default().add(&work);
    }

    /// Counts a conversation of this length.
    pub(super) fn count_conversation(
        &mut self,
        (_, queue, channel): (AgentNo, QueueNo, Channel),
        at: TimeMs,
        length_ms: DurationMs,
    ) {
        let key = [
            self.queue_name(queue).into_value(),
            Text::from(channel).into_value(),
            quarter::begin_of(quarter::DAY_MS, at).into_value(),
            int(length_ms.unsigned_abs().div_ceil(1_000)).into_value(),
        ];
        self.changes
            .add(&key, [(ConversationDayRow::conversations, 1)]);
    }

    /// Writes what was counted of agents since it was last done.
    pub(super) fn write_tallies(&mut self) {
        let Tallies { work, time } = std::mem::take(&mut self.tallies);
        for ((agent, queue, channel, began_at), work) in work {
            let agent = self.agent_name(agent);
            let queue = self.queue_name(queue);
            let channel = Text::from(channel);
            let names = [agent, queue, channel];
            let block = work.in_block(names.clone(), quarter::block(began_at));
            self.changes.put(work.in_interval(names, began_at));
            self.changes.put(block);
        }
        for ((agent, began_at, state, reason), length_ms) in time {
            let agent = self.agent_name(agent);
            let state = Text::word(state);
            self.changes.put(AgentTimeBlockRow {
                agent: agent.clone(),
                began_at: quarter::block(began_at),
                state: state.clone(),
                reason: reason.clone(),
                length_ms,
            });
            self.changes.put(AgentTimeRow {
                agent,
                began_at,
                state,
                reason,
                length_ms,
            });
        }
    }

    fn interval_key(&self, queue: QueueNo, channel: Channel, at: TimeMs) -> [Value; 3] {
        [
            self.queue_name(queue).into_value(),
            Text::from(channel).into_value(),
            quarter::begin(at).into_value(),
        ]
    }
}

impl QueueIntervalRow {
    /// By how much counters have grown.
    pub(crate) fn growth(before: &Figures, now: &Figures) -> Self {
        let by = |of: fn(&Figures) -> u64| int(of(now)) - int(of(before));
        Self {
            queue: Text::default(),
            channel: Text::default(),
            began_at: 0,
            service_level_ms: 0,
            short_abandon_ms: 0,
            offered: by(|it| it.offered),
            answered: by(|it| it.answered),
            abandoned_customer: by(|it| it.abandoned_customer),
            abandoned_system: by(|it| it.abandoned_system),
            short_abandons: by(|it| it.short_abandons),
            flow_out_timed_out: by(|it| it.flow_out_timed_out),
            flow_out_transferred: by(|it| it.flow_out_transferred),
            flow_out_closed: by(|it| it.flow_out_closed),
            flow_out_limit: by(|it| it.flow_out_limit),
            flow_out_exit_choice: by(|it| it.flow_out_exit_choice),
            flow_out_callback: by(|it| it.flow_out_callback),
            callbacks_within: by(|it| it.callbacks_within),
            flow_out_no_staff: by(|it| it.flow_out_no_staff),
            flow_out_withdrawn: by(|it| it.flow_out_withdrawn),
            withdrawn_deferred: by(|it| it.withdrawn_deferred),
            withdrawn_served: by(|it| it.withdrawn_served),
            refused_closed: by(|it| it.refused_closed),
            refused_no_staff: by(|it| it.refused_no_staff),
            refused_full: by(|it| it.refused_full),
            refused_diverted: by(|it| it.refused_diverted),
            refused_predicted_wait: by(|it| it.refused_predicted_wait),
            wait_alerts: by(|it| it.wait_alerts),
            deadlines_met: by(|it| it.deadlines_met),
            deadlines_missed: by(|it| it.deadlines_missed),
            deadlines_missed_by_ms: by(|it| it.deadlines_missed_by_ms),
            predictions: by(|it| it.prediction.count),
            predictions_unbounded: by(|it| it.prediction.unbounded),
            prediction_error_ms: now.prediction.error_sum_ms - before.prediction.error_sum_ms,
            prediction_absolute_error_ms: by(|it| it.prediction.absolute_error_sum_ms),
            predictions_within_p50: by(|it| it.prediction.within_p50),
            predictions_within_p80: by(|it| it.prediction.within_p80),
            answered_within: by(|it| it.answered_within),
            abandoned_within: by(|it| it.abandoned_within),
            answered_wait_ms: by(|it| it.answered_wait.sum_ms),
            abandoned_wait_ms: by(|it| it.abandoned_wait.sum_ms),
            offers_made: by(|it| it.offers.made),
            offers_connected: by(|it| it.offers.connected),
            offers_rejected: by(|it| it.offers.rejected),
            offers_timed_out: by(|it| it.offers.timed_out),
            offers_canceled: by(|it| it.offers.canceled),
            offers_rescinded: by(|it| it.offers.rescinded),
            offers_connect_failed: by(|it| it.offers.connect_failed),
            first_responses: by(|it| it.first_responses),
            first_response_ms: by(|it| it.first_response_ms),
            not_responded: by(|it| it.not_responded),
            handled: by(|it| it.handled),
            talk_ms: by(|it| it.talk_ms),
            hold_ms: by(|it| it.hold_ms),
            wrap_up_ms: by(|it| it.wrap_up_ms),
        }
    }

    /// Whether any counter has grown: a bucket more is no event.
    fn counts_anything(&self) -> bool {
        let values = self.clone().into_values();
        let columns = Self::TABLE.columns.iter().zip(values);
        let mut counters = columns.filter(|(column, _)| column.merge == Merge::Add);
        counters.any(|(_, value)| value != Value::Int(0))
    }
}

/// By how much each bucket has grown, by its upper edge. What was counted before an edge came stays above it.
fn buckets_grown(before: &WaitHistogram, now: &WaitHistogram) -> Vec<(DurationMs, i64)> {
    let edges = |waits: &WaitHistogram| {
        let edges = waits.edges_ms.iter().copied().chain([BEYOND]);
        edges.zip(waits.counts.clone()).collect::<BTreeMap<_, _>>()
    };
    let before = edges(before);
    let grown = edges(now).into_iter().map(|(edge, count)| {
        let before = before.get(&edge).copied().unwrap_or_default();
        (edge, int(count) - int(before))
    });
    grown.filter(|(_, count)| *count != 0).collect()
}
