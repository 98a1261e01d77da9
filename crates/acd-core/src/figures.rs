//! The counters of a queue: a fold over the event log, kept as state. Definitions: `docs/metrics.md`.

use serde::{Deserialize, Serialize};

use crate::command::EndCause;
use crate::config::OverflowReason;
use crate::event::{JoinRefusal, OfferEnd, Outcome, Prediction, Withdrawal};
use crate::ids::{DurationMs, TimeMs};

/// Waits counted in buckets. A wait equal to an edge is within it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WaitHistogram {
    /// Upper edges in milliseconds, rising. Beyond the last one is one more bucket.
    pub edges_ms: Vec<DurationMs>,
    /// How many waits fell into each bucket (not cumulated); one longer than the edges.
    pub counts: Vec<u64>,
    /// The sum of all waits in milliseconds.
    pub sum_ms: u64,
}

impl WaitHistogram {
    fn new(edges_ms: &[DurationMs]) -> Self {
        Self {
            edges_ms: edges_ms.to_vec(),
            counts: vec![0; edges_ms.len() + 1],
            sum_ms: 0,
        }
    }

    /// Adds an edge. What was counted in the bucket that it splits stays above it: it may not claim to be within.
    fn add_edge(&mut self, edge_ms: DurationMs) {
        if let Err(at) = self.edges_ms.binary_search(&edge_ms) {
            self.edges_ms.insert(at, edge_ms);
            self.counts.insert(at, 0);
        }
    }

    fn observe(&mut self, wait_ms: DurationMs) {
        let bucket = self.edges_ms.partition_point(|edge| *edge < wait_ms);
        self.counts[bucket] += 1;
        self.sum_ms = self.sum_ms.saturating_add(wait_ms.unsigned_abs());
    }

    /// How many waits were counted.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// How many waits were within this edge; none if it is no edge.
    pub fn within(&self, edge_ms: DurationMs) -> Option<u64> {
        let at = self.edges_ms.binary_search(&edge_ms).ok()?;
        Some(self.counts[..=at].iter().sum())
    }
}

/// How offers ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OfferFigures {
    /// Offers made.
    pub made: u64,
    /// Ended connected.
    pub connected: u64,
    /// Rejected by the agent.
    pub rejected: u64,
    /// Rang as long as they may.
    pub timed_out: u64,
    /// Canceled: the visit was gone.
    pub canceled: u64,
    /// Taken back.
    pub rescinded: u64,
    /// Accepted, but not connected.
    pub connect_failed: u64,
}

/// How the predicted waits of answered visits compared with the true ones. Error = predicted p50 - actual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PredictionFigures {
    /// Answered visits with a prediction.
    pub count: u64,
    /// Answered visits for which nobody could serve when they joined.
    pub unbounded: u64,
    /// The sum of all errors in milliseconds; too long predictions are positive.
    pub error_sum_ms: i64,
    /// The sum of the sizes of all errors in milliseconds.
    pub absolute_error_sum_ms: u64,
    /// Those that waited no longer than their p50; half of them, if the prediction is good.
    pub within_p50: u64,
    /// Those that waited no longer than their p80; four of five, if the prediction is good.
    pub within_p80: u64,
}

/// The figures of one queue and channel since the tenant began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Figures {
    /// Contacts that are scheduled for the queue now: in it, and part of those offered, when their time has come.
    pub scheduled: u64,
    /// Visits opened.
    pub offered: u64,
    /// Visits that ended connected to an agent.
    pub answered: u64,
    /// Visits the customer left.
    pub abandoned_customer: u64,
    /// Visits a failure ended.
    pub abandoned_system: u64,
    /// Abandoned visits shorter than the queue's short-abandon threshold (counted in the abandoned ones too).
    pub short_abandons: u64,
    /// Flow-out: the longest wait was over.
    pub flow_out_timed_out: u64,
    /// Flow-out: moved to another queue.
    pub flow_out_transferred: u64,
    /// Flow-out: the queue closed.
    pub flow_out_closed: u64,
    /// Flow-out: a limit of the contact or of its queue was met.
    pub flow_out_limit: u64,
    /// Flow-out: the customer made a choice.
    pub flow_out_exit_choice: u64,
    /// Flow-out: the customer is called back.
    pub flow_out_callback: u64,
    /// Of these, within the service-level threshold in force at that time.
    pub callbacks_within: u64,
    /// Flow-out: the last agent became absent.
    pub flow_out_no_staff: u64,
    /// Flow-out: taken out of the queue.
    pub flow_out_withdrawn: u64,
    /// Of these, put off to a date.
    pub withdrawn_deferred: u64,
    /// Of these, callbacks whose customer was served meanwhile.
    pub withdrawn_served: u64,
    /// Arrivals that never joined: the queue was closed.
    pub refused_closed: u64,
    /// Arrivals that never joined: every agent was absent.
    pub refused_no_staff: u64,
    /// Arrivals that never joined: the queue was full.
    pub refused_full: u64,
    /// Arrivals that never joined: too many waited for the agents there were.
    pub refused_diverted: u64,
    /// Arrivals that never joined: the predicted wait was too long.
    pub refused_predicted_wait: u64,
    /// Visits that waited for as long as the queue reports.
    pub wait_alerts: u64,
    /// Contacts that were answered by their deadline.
    pub deadlines_met: u64,
    /// Contacts that were not answered by their deadline, counted when they were answered or left the queue after it;
    /// each once.
    pub deadlines_missed: u64,
    /// By how much these were missed, in milliseconds: from the deadline to that instant.
    pub deadlines_missed_by_ms: u64,
    /// How the predicted waits of answered visits compared with the true ones.
    pub prediction: PredictionFigures,
    /// Answered within the service-level threshold in force at that time.
    pub answered_within: u64,
    /// Abandoned within the service-level threshold in force at that time.
    pub abandoned_within: u64,
    /// Waits of the answered visits.
    pub answered_wait: WaitHistogram,
    /// Waits of the abandoned visits.
    pub abandoned_wait: WaitHistogram,
    /// How offers ended.
    pub offers: OfferFigures,
    /// Conversations in which the agent answered the customer, as far as adapters report it.
    pub first_responses: u64,
    /// Time from the connection to that answer, of these.
    pub first_response_ms: u64,
    /// Contacts taken back from an agent who did not answer the customer in time; in no other figure of handlings.
    pub not_responded: u64,
    /// Handlings that ended.
    pub handled: u64,
    /// Time connected and not held, of the ended handlings.
    pub talk_ms: u64,
    /// Time held, of the ended handlings.
    pub hold_ms: u64,
    /// Time from the end of talk to the release of the slot, of the ended handlings.
    pub wrap_up_ms: u64,
}

impl Figures {
    pub(crate) fn new(edges_ms: &[DurationMs]) -> Self {
        Self {
            answered_wait: WaitHistogram::new(edges_ms),
            abandoned_wait: WaitHistogram::new(edges_ms),
            ..Self::default()
        }
    }

    /// Visits that left unanswered and not abandoned.
    pub fn flow_out(&self) -> u64 {
        self.flow_out_timed_out
            + self.flow_out_transferred
            + self.flow_out_closed
            + self.flow_out_limit
            + self.flow_out_exit_choice
            + self.flow_out_callback
            + self.flow_out_no_staff
            + self.flow_out_withdrawn
    }

    /// Visits that were taken out of the queue, neither put off nor served.
    pub fn taken_out(&self) -> u64 {
        self.flow_out_withdrawn - self.withdrawn_deferred - self.withdrawn_served
    }

    /// Arrivals that never joined; they are not part of those offered.
    pub fn refused_in_all(&self) -> u64 {
        self.refused_closed
            + self.refused_no_staff
            + self.refused_full
            + self.refused_diverted
            + self.refused_predicted_wait
    }

    /// Visits abandoned by the customer or by a failure.
    pub fn abandoned(&self) -> u64 {
        self.abandoned_customer + self.abandoned_system
    }

    /// Visits in the queue: offered = answered + abandoned + flow-out + in queue, at every instant.
    pub fn in_queue(&self) -> u64 {
        self.offered - self.answered - self.abandoned() - self.flow_out()
    }

    pub(crate) fn add_edge(&mut self, edge_ms: DurationMs) {
        self.answered_wait.add_edge(edge_ms);
        self.abandoned_wait.add_edge(edge_ms);
    }

    pub(crate) fn visit_ended(
        &mut self,
        outcome: Outcome,
        wait_ms: DurationMs,
        short_abandon_ms: DurationMs,
        service_level_ms: DurationMs,
    ) {
        let within = u64::from(wait_ms <= service_level_ms);
        match outcome {
            Outcome::Answered => {
                self.answered += 1;
                self.answered_within += within;
                self.answered_wait.observe(wait_ms);
            }
            Outcome::Abandoned(cause) => {
                match cause {
                    EndCause::Customer => self.abandoned_customer += 1,
                    EndCause::System => self.abandoned_system += 1,
                }
                self.short_abandons += u64::from(wait_ms < short_abandon_ms);
                self.abandoned_within += within;
                self.abandoned_wait.observe(wait_ms);
            }
            Outcome::TimedOut => self.flow_out_timed_out += 1,
            Outcome::Transferred => self.flow_out_transferred += 1,
            Outcome::Overflowed(OverflowReason::Closed) => self.flow_out_closed += 1,
            Outcome::Overflowed(_) => self.flow_out_limit += 1,
            Outcome::ExitChoice => self.flow_out_exit_choice += 1,
            Outcome::Callback => {
                self.flow_out_callback += 1;
                self.callbacks_within += within;
            }
            Outcome::NoStaff => self.flow_out_no_staff += 1,
            Outcome::Withdrawn(why) => {
                self.flow_out_withdrawn += 1;
                self.withdrawn_deferred += u64::from(why == Withdrawal::Deferred);
                self.withdrawn_served += u64::from(why == Withdrawal::Served);
            }
        }
    }

    pub(crate) fn refused(&mut self, reason: JoinRefusal) {
        let count = match reason {
            JoinRefusal::Closed(_) => &mut self.refused_closed,
            JoinRefusal::NoStaff => &mut self.refused_no_staff,
            JoinRefusal::Full => &mut self.refused_full,
            JoinRefusal::Diverted => &mut self.refused_diverted,
            JoinRefusal::PredictedWait => &mut self.refused_predicted_wait,
        };
        *count += 1;
    }

    /// A visit has ended now whose contact was to be answered by an instant, and of which nothing was counted before.
    pub(crate) fn had_until(&mut self, deadline: TimeMs, outcome: Outcome, now: TimeMs) {
        if now > deadline {
            self.deadlines_missed += 1;
            self.deadlines_missed_by_ms += (now - deadline).unsigned_abs();
        } else if outcome == Outcome::Answered {
            self.deadlines_met += 1;
        }
    }

    /// Compares what was predicted of an answered visit with how long it waited.
    pub(crate) fn predicted(&mut self, predicted: Option<Prediction>, wait_ms: DurationMs) {
        let figures = &mut self.prediction;
        let Some(predicted) = predicted else {
            figures.unbounded += 1;
            return;
        };
        figures.count += 1;
        let error = predicted.p50_ms.saturating_sub(wait_ms);
        figures.error_sum_ms = figures.error_sum_ms.saturating_add(error);
        let size = error.unsigned_abs();
        figures.absolute_error_sum_ms = figures.absolute_error_sum_ms.saturating_add(size);
        figures.within_p50 += u64::from(wait_ms <= predicted.p50_ms);
        figures.within_p80 += u64::from(wait_ms <= predicted.p80_ms);
    }

    pub(crate) fn offer_ended(&mut self, end: OfferEnd) {
        match end {
            OfferEnd::Rejected => self.offers.rejected += 1,
            OfferEnd::TimedOut => self.offers.timed_out += 1,
            OfferEnd::Canceled(_) => self.offers.canceled += 1,
            OfferEnd::Rescinded(_) => self.offers.rescinded += 1,
            OfferEnd::ConnectFailed(_) => self.offers.connect_failed += 1,
        }
    }
}
