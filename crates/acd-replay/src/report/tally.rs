//! What was observed, class by class: counts and exact waits.

use std::collections::BTreeMap;

use super::Thresholds;
use super::counts::{Counts, Removed};
use super::reason::FlowOutReason;
use crate::call_log::{CallLog, LoggedOutcome};

/// Observations of visits, by class.
///
/// Offers of visits are counted apart from their ends, so that the report can check that they match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    classes: BTreeMap<String, ClassTally>,
}

impl Tally {
    /// What `log` recorded of its own calls. All of them ended.
    pub fn recorded(log: &CallLog) -> Self {
        let mut tally = Self::default();
        for call in &log.calls {
            tally.observe_offered(&call.class);
            match call.outcome {
                LoggedOutcome::Answered { talk_ms, .. } => {
                    tally.observe_answered(&call.class, call.waited_ms);
                    if let Some(talk_ms) = talk_ms {
                        tally.observe_handled(&call.class, talk_ms);
                    }
                }
                LoggedOutcome::Abandoned => tally.observe_abandoned(&call.class, call.waited_ms),
            }
        }
        tally
    }

    /// A visit began.
    pub fn observe_offered(&mut self, class: &str) {
        self.class(class).offered += 1;
    }

    /// A visit ended connected to an agent after `wait_ms`.
    pub fn observe_answered(&mut self, class: &str, wait_ms: i64) {
        self.class(class).answered.add(wait_ms);
    }

    /// The customer left after `wait_ms` of waiting or ringing.
    pub fn observe_abandoned(&mut self, class: &str, wait_ms: i64) {
        self.class(class).abandoned.add(wait_ms);
    }

    /// A visit left its queue for `reason` after `wait_ms`.
    pub fn observe_flow_out(&mut self, class: &str, reason: FlowOutReason, wait_ms: i64) {
        self.class(class)
            .flow_out
            .entry(reason)
            .or_default()
            .add(wait_ms);
    }

    /// A visit is still in queue at the end, after `wait_so_far_ms`.
    pub fn observe_waiting(&mut self, class: &str, wait_so_far_ms: i64) {
        self.class(class).waiting.add(wait_so_far_ms);
    }

    /// An arrival was refused; it is not part of offered.
    pub fn observe_refused(&mut self, class: &str) {
        self.class(class).refused += 1;
    }

    /// A handling ended after `handled_ms` of talk, hold and wrap-up.
    pub fn observe_handled(&mut self, class: &str, handled_ms: i64) {
        let class = self.class(class);
        class.handled += 1;
        class.handled_ms += handled_ms;
    }

    /// What was observed, judged by `thresholds`, by class.
    pub fn counts(&self, thresholds: Thresholds) -> BTreeMap<String, Counts> {
        let classes = self.classes.iter();
        classes
            .map(|(name, class)| (name.clone(), class.counts(thresholds)))
            .collect()
    }

    fn class(&mut self, name: &str) -> &mut ClassTally {
        // Looked up twice, because an entry would allocate the name for every observation.
        if !self.classes.contains_key(name) {
            self.classes.insert(name.to_owned(), ClassTally::default());
        }
        self.classes.get_mut(name).expect("just inserted")
    }
}

/// The observations of one class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct ClassTally {
    offered: u64,
    answered: Waits,
    abandoned: Waits,
    flow_out: BTreeMap<FlowOutReason, Waits>,
    /// Visits still open at the end, by how long they have waited so far.
    waiting: Waits,
    refused: u64,
    handled: u64,
    /// Sum over the handlings.
    handled_ms: i64,
}

impl ClassTally {
    fn counts(&self, thresholds: Thresholds) -> Counts {
        let removed = |waits: &Waits| Removed {
            count: waits.count(),
            within: waits.within(thresholds.service_level_ms),
        };
        let flow_out = self.flow_out.iter();
        let longest = [&self.answered, &self.abandoned, &self.waiting]
            .into_iter()
            .chain(self.flow_out.values())
            .filter_map(Waits::longest_ms)
            .max();
        Counts {
            offered: self.offered,
            answered: removed(&self.answered),
            abandoned: removed(&self.abandoned),
            short_abandons: self.abandoned.below(thresholds.short_abandon_ms),
            flow_out: flow_out
                .map(|(reason, waits)| (*reason, removed(waits)))
                .collect(),
            waiting: self.waiting.count(),
            refused: self.refused,
            answered_wait_ms: self.answered.sum_ms() as f64,
            longest_wait_ms: longest,
            handled: self.handled,
            handled_ms: self.handled_ms as f64,
        }
    }
}

/// An exact histogram of waits: how many lasted each number of milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Waits(BTreeMap<i64, u64>);

impl Waits {
    fn add(&mut self, wait_ms: i64) {
        *self.0.entry(wait_ms).or_default() += 1;
    }

    fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// How many lasted `limit_ms` or less.
    fn within(&self, limit_ms: i64) -> u64 {
        self.0.range(..=limit_ms).map(|(_, count)| count).sum()
    }

    /// How many lasted less than `limit_ms`.
    fn below(&self, limit_ms: i64) -> u64 {
        self.0.range(..limit_ms).map(|(_, count)| count).sum()
    }

    fn longest_ms(&self) -> Option<i64> {
        self.0.last_key_value().map(|(wait_ms, _)| *wait_ms)
    }

    fn sum_ms(&self) -> i128 {
        let sums = self.0.iter();
        sums.map(|(wait_ms, count)| i128::from(*wait_ms) * i128::from(*count))
            .sum()
    }
}
