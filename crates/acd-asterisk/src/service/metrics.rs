//! What the adapter tells Prometheus of itself. Names and meanings stand here and in docs/asterisk.md.

use std::time::Duration;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use axum::routing::get;
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Label, Level, Metadata, Recorder as _};
use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};
use tokio::sync::watch;

use crate::switchboard::Held;

/// Bounds of the request times, in seconds: an undisturbed Asterisk answers in a millisecond.
const SECONDS: [f64; 10] = [
    0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0,
];
const REQUEST_SECONDS: &str = "acd_asterisk_request_seconds";

const METADATA: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, None);

/// Handles of all metrics.
pub(super) struct Metrics {
    recorder: PrometheusRecorder,
    calls: Gauge,
    channels: Gauge,
    lines: Gauge,
    requests: Gauge,
    put_off: Gauge,
    directives: Counter,
    events: Counter,
    refused: Counter,
    engine_connected: Gauge,
    servers: Vec<PerServer>,
}

struct PerServer {
    request_seconds: Histogram,
    failures: Counter,
    connects: Counter,
    connected: Gauge,
    events: Counter,
}

impl Metrics {
    pub(super) fn new<'a>(servers: impl Iterator<Item = &'a str>) -> Self {
        let builder = PrometheusBuilder::new();
        let builder = builder
            .set_buckets_for_metric(Matcher::Full(REQUEST_SECONDS.to_owned()), &SECONDS)
            .expect("there are bounds");
        let recorder = builder.build_recorder();
        let gauge = |name: &'static str, help: &'static str| {
            recorder.describe_gauge(KeyName::from_const_str(name), None, help.into());
            recorder.register_gauge(&Key::from_static_name(name), &METADATA)
        };
        let counter = |name: &'static str, help: &'static str| {
            recorder.describe_counter(KeyName::from_const_str(name), None, help.into());
            recorder.register_counter(&Key::from_static_name(name), &METADATA)
        };
        let of = |name: &'static str, server: &str| {
            Key::from_parts(name, vec![Label::new("server", server.to_owned())])
        };
        let describe = |name: &'static str, help: &'static str| {
            recorder.describe_counter(KeyName::from_const_str(name), None, help.into());
        };
        describe(
            "acd_asterisk_request_failures_total",
            "Requests to Asterisk that failed.",
        );
        describe(
            "acd_asterisk_connects_total",
            "Connections made to Asterisk; all but the first are reconnects.",
        );
        describe("acd_asterisk_server_events_total", "Events of Asterisk.");
        recorder.describe_gauge(
            KeyName::from_const_str("acd_asterisk_connected"),
            None,
            "1 while Asterisk is connected and its calls are known.".into(),
        );
        recorder.describe_histogram(
            KeyName::from_const_str(REQUEST_SECONDS),
            None,
            "Time from a request to Asterisk's answer.".into(),
        );
        let servers = servers.map(|server| PerServer {
            request_seconds: recorder.register_histogram(&of(REQUEST_SECONDS, server), &METADATA),
            failures: recorder.register_counter(
                &of("acd_asterisk_request_failures_total", server),
                &METADATA,
            ),
            connects: recorder
                .register_counter(&of("acd_asterisk_connects_total", server), &METADATA),
            connected: recorder.register_gauge(&of("acd_asterisk_connected", server), &METADATA),
            events: recorder
                .register_counter(&of("acd_asterisk_server_events_total", server), &METADATA),
        });
        let servers = servers.collect();
        Self {
            calls: gauge("acd_asterisk_calls", "Calls held."),
            channels: gauge(
                "acd_asterisk_channels",
                "Channels held, agents' phones among them.",
            ),
            lines: gauge("acd_asterisk_lines", "Lines that agents keep open."),
            requests: gauge(
                "acd_asterisk_requests_under_way",
                "Requests to Asterisk that wait or are under way.",
            ),
            put_off: gauge(
                "acd_asterisk_directives_put_off",
                "Directives that wait for an Asterisk that is away.",
            ),
            directives: counter("acd_asterisk_directives_total", "Directives of the engine."),
            events: counter("acd_asterisk_events_total", "Events told to the engine."),
            refused: counter(
                "acd_asterisk_events_refused_total",
                "Events that the engine refused.",
            ),
            engine_connected: gauge(
                "acd_asterisk_engine_connected",
                "1 while the engine is connected.",
            ),
            servers,
            recorder,
        }
    }

    pub(super) fn held(&self, held: Held, requests: usize) {
        self.calls.set(count(held.calls));
        self.channels.set(count(held.channels));
        self.lines.set(count(held.lines));
        self.put_off.set(count(held.put_off));
        self.requests.set(count(requests));
    }

    pub(super) fn directive(&self) {
        self.directives.increment(1);
    }

    pub(super) fn told(&self) {
        self.events.increment(1);
    }

    pub(super) fn refused(&self) {
        self.refused.increment(1);
    }

    pub(super) fn engine(&self, is_there: bool) {
        self.engine_connected.set(f64::from(u8::from(is_there)));
    }

    pub(super) fn server(&self, server: usize, is_there: bool) {
        let of = &self.servers[server];
        of.connected.set(f64::from(u8::from(is_there)));
        of.connects.increment(u64::from(is_there));
    }

    pub(super) fn event(&self, server: usize) {
        self.servers[server].events.increment(1);
    }

    pub(super) fn request(&self, server: usize, took: Duration, is_done: bool) {
        let of = &self.servers[server];
        of.request_seconds.record(took.as_secs_f64());
        of.failures.increment(u64::from(!is_done));
    }

    pub(super) fn exposed(&self) -> PrometheusHandle {
        self.recorder.handle()
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a count for people; it is exact up to 2^53"
)]
fn count(count: usize) -> f64 {
    count as f64
}

/// Answers `/metrics`, `/healthz` (the process lives) and `/readyz` (every server and the engine are connected).
pub(super) fn routes(metrics: PrometheusHandle, ready: watch::Receiver<bool>) -> Router {
    let scrape = move || {
        metrics.run_upkeep();
        let text = metrics.render();
        std::future::ready((
            [(
                header::CONTENT_TYPE,
                "text/plain; version=0.0.4; charset=utf-8",
            )],
            text,
        ))
    };
    let is_ready = move || {
        std::future::ready(match *ready.borrow() {
            true => "ready\n".into_response(),
            false => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response(),
        })
    };
    Router::new()
        .route("/metrics", get(scrape))
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(is_ready))
}
