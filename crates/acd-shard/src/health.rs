//! What a shard tells about itself: handles that are made once, by the metrics module, and cost an atomic operation each.

use acd_core::Engine;
use metrics::{Counter, Gauge, Histogram};

/// The figures of one shard.
#[derive(Clone, Debug)]
pub struct Health {
    /// Calls in the mailbox, after each batch was taken.
    pub mailbox_depth: Gauge,
    /// Places in the mailbox.
    pub mailbox_capacity: Gauge,
    /// Calls refused because the mailbox was full.
    pub busy: Counter,
    /// Calls dropped because their deadline had passed before they were decided.
    pub deadline_passed: Counter,
    /// Calls decided together, one sample per batch.
    pub batch_calls: Histogram,
    /// Seconds one decision took on average, one sample per batch.
    pub decision_seconds: Histogram,
    /// Slices after which an instant was not done: more happened at once than `limits.slice_events`.
    pub slices: Counter,
    /// Seconds until a batch was durable, one sample per batch.
    pub commit_seconds: Histogram,
    /// Seconds from when a batch was durable until it was shown, one sample per batch.
    pub follower_lag_seconds: Histogram,
    /// Events made durable.
    pub events: Counter,
    /// Appends that failed and were tried again.
    pub journal_retries: Counter,
    /// Snapshots written.
    pub snapshots: Counter,
    /// Snapshots that could not be written.
    pub snapshot_failures: Counter,
    /// Damaged places found in old entries of the journal.
    pub journal_damage: Counter,
    /// Seconds the last recovery took.
    pub recovery_seconds: Gauge,
    /// Subscriptions at present.
    pub subscriptions: Gauge,
    /// Subscriptions that began with a snapshot because their resume token could not be honoured.
    pub resyncs: Counter,
    /// Subscriptions cut off because their reader was too slow.
    pub slow_readers_cut: Counter,
}

impl Health {
    /// Counts a slice that left something to do.
    pub(crate) fn note_slice(&self, engine: &Engine) {
        if !engine.is_at_rest() {
            self.slices.increment(1);
        }
    }

    /// Figures that nobody reads.
    pub fn noop() -> Self {
        Self {
            mailbox_depth: Gauge::noop(),
            mailbox_capacity: Gauge::noop(),
            busy: Counter::noop(),
            deadline_passed: Counter::noop(),
            batch_calls: Histogram::noop(),
            decision_seconds: Histogram::noop(),
            slices: Counter::noop(),
            commit_seconds: Histogram::noop(),
            follower_lag_seconds: Histogram::noop(),
            events: Counter::noop(),
            journal_retries: Counter::noop(),
            snapshots: Counter::noop(),
            snapshot_failures: Counter::noop(),
            journal_damage: Counter::noop(),
            recovery_seconds: Gauge::noop(),
            subscriptions: Gauge::noop(),
            resyncs: Counter::noop(),
            slow_readers_cut: Counter::noop(),
        }
    }
}
