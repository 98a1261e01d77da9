//! What the figures are computed from: counts and sums, judged by the thresholds already.

use std::collections::BTreeMap;

use super::reason::FlowOutReason;

/// The counts of one class, or of all together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts {
    /// Visits that began.
    pub offered: u64,
    /// Visits that ended connected to an agent.
    pub answered: Removed,
    /// Visits whose customer left while waiting or ringing.
    pub abandoned: Removed,
    /// Those of them that waited less than S.
    pub short_abandons: u64,
    /// Visits that left otherwise, by reason.
    pub flow_out: BTreeMap<FlowOutReason, Removed>,
    /// Visits still in queue at the end.
    pub waiting: u64,
    /// Arrivals that never joined; not part of offered.
    pub refused: u64,
    /// Sum of the waits of the answered visits.
    pub answered_wait_ms: f64,
    /// Longest wait of any visit, however it ended or if it is still open.
    pub longest_wait_ms: Option<i64>,
    /// Handlings that ended.
    pub handled: u64,
    /// Talk, hold and wrap-up of these.
    pub handled_ms: f64,
}

/// Visits that left the queue in one way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    /// How many.
    pub count: u64,
    /// Those of them that waited T or less.
    pub within: u64,
}

impl Counts {
    /// Adds those of another class.
    pub(crate) fn add(&mut self, other: &Self) {
        self.offered += other.offered;
        self.answered.add(other.answered);
        self.abandoned.add(other.abandoned);
        self.short_abandons += other.short_abandons;
        for (reason, removed) in &other.flow_out {
            self.flow_out.entry(*reason).or_default().add(*removed);
        }
        self.waiting += other.waiting;
        self.refused += other.refused;
        self.answered_wait_ms += other.answered_wait_ms;
        self.longest_wait_ms = self.longest_wait_ms.max(other.longest_wait_ms);
        self.handled += other.handled;
        self.handled_ms += other.handled_ms;
    }
}

impl Removed {
    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.within += other.within;
    }
}
