//! What was observed, class by class: counts and exact waits.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::call_log::{CallLog, LoggedOutcome};

/// Why a visit left its queue neither answered nor abandoned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowOutReason {
    /// Went to an overflow target.
    Overflow,
    /// Took a callback.
    Callback,
    /// Was moved while waiting.
    Transfer,
    /// Reached its max wait.
    Timeout,
    /// The queue closed.
    Closed,
    /// The last agent became absent.
    NoStaff,
    /// The caller chose an exit.
    ExitChoice,
    /// Was taken back by the adapter or a supervisor.
    Withdrawn,
}

impl FlowOutReason {
    /// The reason in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overflow => "overflow",
            Self::Callback => "callback",
            Self::Transfer => "transfer",
            Self::Timeout => "timeout",
            Self::Closed => "closed",
            Self::NoStaff => "no staff",
            Self::ExitChoice => "exit choice",
            Self::Withdrawn => "withdrawn",
        }
    }
}

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

    /// The classes observed, by name.
    pub(super) fn classes(&self) -> impl Iterator<Item = (&str, &ClassTally)> {
        self.classes
            .iter()
            .map(|(name, class)| (name.as_str(), class))
    }

    /// All classes summed.
    pub(super) fn all(&self) -> ClassTally {
        let mut all = ClassTally::default();
        for class in self.classes.values() {
            all.add(class);
        }
        all
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
pub(super) struct ClassTally {
    pub(super) offered: u64,
    pub(super) answered: Waits,
    pub(super) abandoned: Waits,
    pub(super) flow_out: BTreeMap<FlowOutReason, Waits>,
    /// Visits still open at the end, by how long they have waited so far.
    pub(super) waiting: Waits,
    pub(super) refused: u64,
    pub(super) handled: u64,
    /// Sum over the handlings.
    pub(super) handled_ms: i64,
}

impl ClassTally {
    fn add(&mut self, other: &Self) {
        self.offered += other.offered;
        self.answered.add_all(&other.answered);
        self.abandoned.add_all(&other.abandoned);
        for (reason, waits) in &other.flow_out {
            self.flow_out.entry(*reason).or_default().add_all(waits);
        }
        self.waiting.add_all(&other.waiting);
        self.refused += other.refused;
        self.handled += other.handled;
        self.handled_ms += other.handled_ms;
    }
}

/// An exact histogram of waits: how many lasted each number of milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Waits(BTreeMap<i64, u64>);

impl Waits {
    fn add(&mut self, wait_ms: i64) {
        *self.0.entry(wait_ms).or_default() += 1;
    }

    fn add_all(&mut self, other: &Self) {
        for (wait_ms, count) in &other.0 {
            *self.0.entry(*wait_ms).or_default() += count;
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// How many lasted `limit_ms` or less.
    pub(super) fn within(&self, limit_ms: i64) -> u64 {
        self.0.range(..=limit_ms).map(|(_, count)| count).sum()
    }

    /// How many lasted less than `limit_ms`.
    pub(super) fn below(&self, limit_ms: i64) -> u64 {
        self.0.range(..limit_ms).map(|(_, count)| count).sum()
    }

    pub(super) fn longest_ms(&self) -> Option<i64> {
        self.0.last_key_value().map(|(wait_ms, _)| *wait_ms)
    }

    /// Undefined if there is none.
    pub(super) fn mean_ms(&self) -> Option<f64> {
        let sum_ms: i128 = self
            .0
            .iter()
            .map(|(wait_ms, count)| i128::from(*wait_ms) * i128::from(*count))
            .sum();
        let count = self.count();
        (count > 0).then(|| sum_ms as f64 / count as f64)
    }
}
