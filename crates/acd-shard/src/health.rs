//! What a shard tells about itself: handles that are made once, by the metrics module, and cost an atomic operation each.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use acd_core::Engine;
use metrics::{Counter, Gauge, Histogram};

use crate::clock::Stopwatch;

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
    /// Whether a batch waits to be durable now, and for how long.
    pub commit: Waiting,
    /// How far the follower is behind now.
    pub follower: Progress,
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

/// How long something has been waiting, told while it waits. Clones tell the same.
#[derive(Clone, Debug)]
pub struct Waiting {
    origin: Stopwatch,
    /// Since when, in nanoseconds after the origin, plus one; 0: nothing waits.
    since: Arc<AtomicU64>,
}

impl Default for Waiting {
    /// Nothing waits.
    fn default() -> Self {
        Self {
            origin: Stopwatch::start(),
            since: Arc::default(),
        }
    }
}

impl Waiting {
    /// How long it has been waiting; none: nothing waits.
    pub fn lasts(&self) -> Option<Duration> {
        let since = self.since.load(Ordering::Relaxed).checked_sub(1)?;
        let since = Duration::from_nanos(since);
        Some(self.origin.elapsed().saturating_sub(since))
    }

    pub(crate) fn begin(&self) {
        let since = u64::try_from(self.origin.elapsed().as_nanos()).unwrap_or(u64::MAX - 1);
        self.since.store(since + 1, Ordering::Relaxed);
    }

    pub(crate) fn end(&self) {
        self.since.store(0, Ordering::Relaxed);
    }
}

/// How many events are durable and how many of them are shown, told also while either stands still. Clones tell the
/// same.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Events>);

/// Numbers of events, counted from the start of the shard on.
#[derive(Debug, Default)]
struct Events {
    /// The last that became durable.
    durable: AtomicU64,
    /// The last that is shown.
    shown: AtomicU64,
}

impl Progress {
    /// How many events are durable and not shown yet.
    pub fn behind(&self) -> u64 {
        // In this order: what is shown was durable before.
        let shown = self.0.shown.load(Ordering::Acquire);
        self.0.durable.load(Ordering::Acquire).saturating_sub(shown)
    }

    /// So many more are durable. The number of the last.
    pub(crate) fn are_durable(&self, more: u64) -> u64 {
        self.0.durable.fetch_add(more, Ordering::AcqRel) + more
    }

    /// The number of the last that is durable.
    pub(crate) fn last_durable(&self) -> u64 {
        self.0.durable.load(Ordering::Acquire)
    }

    /// All up to this one are shown.
    pub(crate) fn are_shown(&self, up_to: u64) {
        self.0.shown.fetch_max(up_to, Ordering::AcqRel);
    }
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
            commit: Waiting::default(),
            follower: Progress::default(),
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
