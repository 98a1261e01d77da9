//! What is counted while the server runs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use acd_config::ServerLimits;
use metrics::{Counter, Gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusRecorder};

use super::families;
use super::handles::{counter, describe, gauge, histogram};
use super::process;
use super::refusals::Refusals;
use super::turned::Turned;
use acd_shard::{Health, Progress, Waiting};

/// Upper edges of the engine's latencies, in seconds: 1 us to 1 s, and 10 s for a disk that hangs.
const LATENCY_EDGES: [f64; 20] = [
    0.000_001, 0.000_002, 0.000_005, 0.000_01, 0.000_02, 0.000_05, 0.000_1, 0.000_2, 0.000_5,
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 10.0,
];
/// Upper edges of the batch sizes, in calls.
const BATCH_EDGES: [f64; 11] = [
    1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0,
];

/// The counters of one server. Several servers of one process have each their own.
pub struct Metrics {
    recorder: PrometheusRecorder,
    refused_calls: Refusals,
    refused_events: Refusals,
    slowed_adapters: Counter,
    memory: Gauge,
    clock_behind: Gauge,
    turned: Turned,
    reloads: Counter,
    reload_failures: Counter,
    callers: Gauge,
    spans_dropped: Counter,
    history: HistoryHealth,
    history_questions: HistoryQuestions,
    shards: Mutex<Vec<Standing>>,
}

/// What is told of the way into the history.
#[derive(Clone)]
pub(crate) struct HistoryHealth {
    /// Events that became rows.
    pub(crate) events: Counter,
    /// What failed.
    pub(crate) failures: Counter,
    /// Stretches that are missing.
    pub(crate) gaps: Counter,
    /// Events that are still to become rows.
    pub(crate) behind_events: Gauge,
    /// How far behind that is.
    pub(crate) lag_seconds: Gauge,
}

/// What is told of the questions to the history.
#[derive(Clone)]
pub(crate) struct HistoryQuestions {
    /// Those that were answered.
    pub(crate) answered: Counter,
    /// Those that took too long, or whose callers were gone.
    pub(crate) given_up: Counter,
    /// Those at which the store failed.
    pub(crate) failed: Counter,
    /// Those for which there was no room.
    pub(crate) turned_away: Counter,
    /// Those that are being answered or wait.
    pub(crate) open: Gauge,
}

impl HistoryQuestions {
    fn new(recorder: &PrometheusRecorder) -> Self {
        let counter = |result| counter(recorder, families::HISTORY_QUESTIONS, &[result]);
        Self {
            answered: counter("answered"),
            given_up: counter("given_up"),
            failed: counter("failed"),
            turned_away: counter("turned_away"),
            open: gauge(recorder, families::HISTORY_ASKED, &[]),
        }
    }
}

/// What is told of a shard that may stand still.
struct Standing {
    commit: Waiting,
    commit_waiting: Gauge,
    follower: Progress,
    follower_behind: Gauge,
}

impl Standing {
    fn tell(&self) {
        let waiting = self.commit.lasts().unwrap_or_default();
        self.commit_waiting.set(waiting.as_secs_f64());
        self.follower_behind.set(self.follower.behind() as f64);
    }
}

impl Metrics {
    /// Counters of a server with these limits, all at zero.
    pub fn new(limits: &ServerLimits) -> Arc<Self> {
        let mut builder = PrometheusBuilder::new();
        for (family, edges) in [
            (families::BATCH, BATCH_EDGES.as_slice()),
            (families::DECISION, &LATENCY_EDGES),
            (families::COMMIT, &LATENCY_EDGES),
            (families::FOLLOWER_LAG, &LATENCY_EDGES),
        ] {
            let matcher = Matcher::Full(family.name.to_owned());
            builder = builder
                .set_buckets_for_metric(matcher, edges)
                .expect("edges are given");
        }
        let recorder = builder.build_recorder();
        families::ALL
            .iter()
            .for_each(|family| describe(&recorder, family));
        gauge(&recorder, families::BUILD, &[env!("CARGO_PKG_VERSION")]).set(1.0);
        for (limit, value) in named(limits) {
            gauge(&recorder, families::SERVER_LIMIT, &[limit]).set(f64::from(value));
        }
        Arc::new(Self {
            refused_calls: Refusals::new(&recorder, families::REFUSED_CALLS, "call"),
            refused_events: Refusals::new(
                &recorder,
                families::REFUSED_EVENTS,
                "event of an adapter",
            ),
            slowed_adapters: counter(&recorder, families::SLOWED_ADAPTERS, &[]),
            memory: gauge(&recorder, families::MEMORY, &[]),
            clock_behind: gauge(&recorder, families::CLOCK_BEHIND, &[]),
            turned: Turned::new(&recorder),
            reloads: counter(&recorder, families::RELOADS, &[]),
            reload_failures: counter(&recorder, families::RELOAD_FAILURES, &[]),
            callers: gauge(&recorder, families::RATED_CALLERS, &[]),
            spans_dropped: counter(&recorder, families::SPANS_DROPPED, &[]),
            history: HistoryHealth {
                events: counter(&recorder, families::HISTORY_EVENTS, &[]),
                failures: counter(&recorder, families::HISTORY_FAILURES, &[]),
                gaps: counter(&recorder, families::HISTORY_GAPS, &[]),
                behind_events: gauge(&recorder, families::HISTORY_BEHIND, &[]),
                lag_seconds: gauge(&recorder, families::HISTORY_LAG, &[]),
            },
            history_questions: HistoryQuestions::new(&recorder),
            shards: Mutex::default(),
            recorder,
        })
    }

    /// The handles of one shard.
    pub fn shard(&self, shard: u16) -> Health {
        let shard = shard.to_string();
        let counter = |family| counter(&self.recorder, family, &[&shard]);
        let gauge = |family| gauge(&self.recorder, family, &[&shard]);
        let histogram = |family| histogram(&self.recorder, family, &[&shard]);
        let standing = Standing {
            commit: Waiting::default(),
            commit_waiting: gauge(families::COMMIT_WAITING),
            follower: Progress::default(),
            follower_behind: gauge(families::FOLLOWER_BEHIND),
        };
        let (commit, follower) = (standing.commit.clone(), standing.follower.clone());
        self.standing().push(standing);
        Health {
            mailbox_depth: gauge(families::MAILBOX),
            mailbox_capacity: gauge(families::MAILBOX_CAPACITY),
            busy: counter(families::BUSY),
            deadline_passed: counter(families::DEADLINE_PASSED),
            slices: counter(families::SLICES),
            batch_calls: histogram(families::BATCH),
            decision_seconds: histogram(families::DECISION),
            commit_seconds: histogram(families::COMMIT),
            commit,
            follower,
            follower_lag_seconds: histogram(families::FOLLOWER_LAG),
            events: counter(families::EVENTS),
            journal_retries: counter(families::JOURNAL_RETRIES),
            snapshots: counter(families::SNAPSHOTS),
            snapshot_failures: counter(families::SNAPSHOT_FAILURES),
            journal_damage: counter(families::JOURNAL_DAMAGE),
            recovery_seconds: gauge(families::RECOVERY),
            subscriptions: gauge(families::STREAMS),
            resyncs: counter(families::RESYNCS),
            slow_readers_cut: counter(families::SLOW_READERS),
        }
    }

    /// The handles of what follows the journals into the history.
    pub(crate) fn history(&self) -> HistoryHealth {
        self.history.clone()
    }

    /// The handles of what answers questions to the history.
    pub(crate) fn history_questions(&self) -> HistoryQuestions {
        self.history_questions.clone()
    }

    /// Counts refused calls and streams.
    pub fn refused_calls(&self) -> Refusals {
        self.refused_calls.clone()
    }

    /// Counts refused events of adapters' streams.
    pub fn refused_events(&self) -> Refusals {
        self.refused_events.clone()
    }

    /// Counts events after which an adapter's stream rested.
    pub fn slowed_adapters(&self) -> Counter {
        self.slowed_adapters.clone()
    }

    /// Notes how far the wall clock was behind the journal at the start.
    pub fn clock_was_behind(&self, behind: Duration) {
        self.clock_behind.set(behind.as_secs_f64());
    }

    /// Counts connections that were turned away.
    pub fn turned(&self) -> Turned {
        self.turned.clone()
    }

    /// Counts new certificates or keys that were taken, or not.
    pub fn reloaded(&self, is_taken: bool) {
        let counter = match is_taken {
            true => &self.reloads,
            false => &self.reload_failures,
        };
        counter.increment(1);
    }

    /// Notes when certificates end: of each file, by its configuration key, in seconds since the Unix epoch.
    pub fn certificates_expire(&self, ends: &[(&'static str, i64)]) {
        for (file, end) in ends {
            let expires = gauge(&self.recorder, families::CERTIFICATE_EXPIRES, &[file]);
            expires.set(*end as f64);
        }
    }

    /// Notes of how many callers the rates are remembered.
    pub fn rated_callers(&self, callers: usize) {
        self.callers.set(callers as f64);
    }

    /// Notes how many spans of traces were dropped so far.
    pub fn dropped_spans(&self, spans: u64) {
        self.spans_dropped.absolute(spans);
    }

    /// Moves samples of histograms into their buckets, and tells the log of what was refused and went untold.
    pub fn upkeep(&self) {
        self.refused_calls.tell_overdue();
        self.refused_events.tell_overdue();
        self.turned.tell_overdue();
        self.recorder.handle().run_upkeep();
    }

    /// What was counted so far, in the text format.
    pub(super) fn render(&self) -> String {
        if let Some(bytes) = process::resident_memory_bytes() {
            self.memory.set(bytes as f64);
        }
        self.standing().iter().for_each(Standing::tell);
        self.recorder.handle().render()
    }

    fn standing(&self) -> MutexGuard<'_, Vec<Standing>> {
        // Nothing in here can fail half-way.
        self.shards.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn named(limits: &ServerLimits) -> [(&'static str, u32); 15] {
    let ServerLimits {
        mailbox,
        mailbox_reserve,
        batch,
        message_bytes,
        request_bytes,
        connections,
        connections_per_address,
        handshake_timeout: _,
        calls_per_second,
        calls_burst,
        streams_per_connection,
        streams_per_tenant,
        stream_buffer,
        stream_bytes,
        stream_bytes_per_tenant,
        resume_events,
        heartbeat: _,
        keepalive_interval: _,
        keepalive_timeout: _,
    } = limits;
    [
        ("mailbox", *mailbox),
        ("mailbox_reserve", *mailbox_reserve),
        ("batch", *batch),
        ("message_bytes", *message_bytes),
        ("request_bytes", *request_bytes),
        ("connections", *connections),
        ("connections_per_address", *connections_per_address),
        ("calls_per_second", *calls_per_second),
        ("calls_burst", *calls_burst),
        ("streams_per_connection", *streams_per_connection),
        ("streams_per_tenant", *streams_per_tenant),
        ("stream_buffer", *stream_buffer),
        ("stream_bytes", *stream_bytes),
        ("stream_bytes_per_tenant", *stream_bytes_per_tenant),
        ("resume_events", *resume_events),
    ]
}

#[cfg(test)]
mod tests {
    use acd_proto::v1::ErrorReason;

    use super::*;

    #[test]
    fn each_server_counts_for_itself() {
        let (one, other) = (
            Metrics::new(&ServerLimits::default()),
            Metrics::new(&ServerLimits::default()),
        );
        one.refused_calls().count(ErrorReason::UnknownQueue, "/x");
        one.shard(0).commit_seconds.record(0.003);
        one.dropped_spans(3);
        let text = one.render();
        assert!(
            text.contains("acd_calls_refused_total{reason=\"UNKNOWN_QUEUE\"} 1"),
            "{text}"
        );
        assert!(text.contains("acd_spans_dropped_total 3"), "{text}");
        assert!(
            text.contains("acd_commit_seconds_bucket{shard=\"0\",le=\"0.005\"} 1"),
            "{text}"
        );
        assert!(
            other
                .render()
                .contains("acd_calls_refused_total{reason=\"UNKNOWN_QUEUE\"} 0")
        );
    }

    #[test]
    fn every_reason_has_a_series_from_the_start() {
        let text = Metrics::new(&ServerLimits::default()).render();
        for reason in ErrorReason::all().skip(1) {
            let series = format!(
                "acd_calls_refused_total{{reason=\"{}\"}} 0",
                reason.wire_name()
            );
            assert!(text.contains(&series), "{series}");
        }
        assert!(!text.contains("UNSPECIFIED"));
    }
}
