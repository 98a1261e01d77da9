//! A real server sends traces to a collector, or in vain.

mod centre;
mod collector;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use acd_config::TracesConfig;
use acd_otlp::{Error, Exporter};
use acd_testkit::Desk;
use opentelemetry_proto::tonic::trace::v1::Span;

use centre::{Centre, TRACEPARENT};
use collector::{Collector, attributes};

/// Every contact.
fn all(endpoint: &str) -> TracesConfig {
    TracesConfig {
        sample_thousandths: 1_000,
        ..TracesConfig::new(endpoint)
    }
}

/// The spans of each trace.
fn by_trace(spans: Vec<Span>) -> BTreeMap<Vec<u8>, Vec<Span>> {
    let mut traces: BTreeMap<Vec<u8>, Vec<Span>> = BTreeMap::new();
    for span in spans {
        traces.entry(span.trace_id.clone()).or_default().push(span);
    }
    traces
}

/// A span's name below those of what it is a part of, as `contact/visit/offer`.
fn path(span: &Span, trace: &[Span]) -> String {
    let parent = trace.iter().find(|it| it.span_id == span.parent_span_id);
    match parent {
        Some(parent) => format!("{}/{}", path(parent, trace), span.name),
        None => span.name.clone(),
    }
}

#[tokio::test]
async fn the_trace_of_a_call_shows_its_whole_way() {
    let collector = Collector::start().await;
    let folder = tempfile::tempdir().unwrap();
    let headers = folder.path().join("headers");
    std::fs::write(&headers, "Authorization: Bearer token\n").unwrap();
    let config = TracesConfig {
        service_name: "acd-test".to_owned(),
        headers_file: Some(headers),
        ..all(&collector.endpoint)
    };
    let mut centre = Centre::start(&folder.path().join("data"), &config).await;
    let mut desk = Desk::ready(&centre.clients, "anna").await;
    centre.arrives("c1").await;
    let handling = centre.connects(&mut desk).await;
    centre.clients.hang_up("c1").await.unwrap();
    let ended = desk.end_wrap_up(handling.handling_id, "").await;
    ended.unwrap();
    centre.stop().await;

    let traces = by_trace(collector.spans());
    let [trace] = *traces.values().collect::<Vec<_>>() else {
        panic!("one contact, one trace: {traces:?}")
    };
    let paths: BTreeSet<String> = trace.iter().map(|span| path(span, trace)).collect();
    for part in [
        "contact",
        "contact/visit",
        "contact/visit/offer",
        "contact/visit/offer/connect",
        "contact/handling",
        "contact/handling/conversation",
        "contact/handling/wrap_up",
        "contact/arrive",
        "contact/arrive/decide",
        "contact/arrive/commit",
        "contact/arrive/tell",
        "contact/visit/offer/accept",
        "contact/visit/offer/accept/decide",
        "contact/visit/offer/accept/commit",
        "contact/visit/offer/accept/tell",
        "contact/visit/offer/connected",
        "contact/handling/end",
        "contact/handling/end_wrap_up",
    ] {
        // The wrap-up may be over in the millisecond in which it began.
        let may_lack = part == "contact/handling/wrap_up";
        assert!(paths.contains(part) || may_lack, "{part} in {paths:?}");
    }
    let named = |name: &str| {
        let span = trace.iter().find(|span| span.name == name);
        span.unwrap_or_else(|| panic!("{name}"))
    };
    let said = |name: &str, key: &str| attributes(&named(name).attributes)[key].clone();
    for span in trace {
        let said = attributes(&span.attributes);
        assert!(said.contains_key("acd.tenant") || said.contains_key("acd.sequence"));
        assert!(span.start_time_unix_nano <= span.end_time_unix_nano);
        let parent = trace.iter().find(|it| it.span_id == span.parent_span_id);
        if let Some(parent) = parent {
            assert!(parent.start_time_unix_nano <= span.start_time_unix_nano);
        }
    }
    assert_eq!(said("contact", "acd.tenant"), "bank");
    assert_eq!(said("contact", "acd.contact"), "c1");
    assert_eq!(said("contact", "acd.outcome"), "answered");
    assert_eq!(said("visit", "acd.queue"), "sales");
    assert_eq!(said("offer", "acd.agent"), "anna");
    assert_eq!(said("offer", "acd.outcome"), "connected");
    assert_eq!(said("offer", "acd.candidates"), "1");
    assert_eq!(said("conversation", "acd.ended_by"), "customer");
    let steps = ["decide", "commit", "tell"].map(|step| {
        let whole = &named("accept").span_id;
        let of_accept = |span: &&Span| span.name == step && span.parent_span_id == *whole;
        let span = trace.iter().find(of_accept).unwrap();
        (span.start_time_unix_nano, span.end_time_unix_nano)
    });
    assert!(steps.is_sorted(), "one after the other: {steps:?}");

    let link = &named("accept").links[0];
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let linked = format!("00-{}-{}-01", hex(&link.trace_id), hex(&link.span_id));
    assert_eq!(linked, TRACEPARENT);
    assert_eq!(named("arrive").links, [], "nobody told a trace");

    let text = format!("{trace:?}");
    assert!(!text.contains("secret"), "{text}");
    assert_eq!(collector.resource()["service.name"], "acd-test");
    assert_eq!(collector.resource()["service.version"], "1.2.3");
    let shown = collector.headers().get("authorization").cloned();
    assert_eq!(shown.unwrap(), "Bearer token");
}

#[tokio::test]
async fn a_trace_goes_on_after_a_restart() {
    let collector = Collector::start().await;
    let folder = tempfile::tempdir().unwrap();
    let config = all(&collector.endpoint);
    let centre = Centre::start(folder.path(), &config).await;
    centre.arrives("c1").await;
    centre.stop().await;
    let centre = Centre::start(folder.path(), &config).await;
    centre.clients.hang_up("c1").await.unwrap();
    centre.stop().await;
    let traces = by_trace(collector.spans());
    assert_eq!(traces.len(), 1);
    let trace = traces.values().next().unwrap();
    let paths: Vec<String> = trace.iter().map(|span| path(span, trace)).collect();
    for part in ["contact", "contact/arrive", "contact/visit/end"] {
        assert!(paths.iter().any(|path| path == part), "{part} in {paths:?}");
    }
}

#[tokio::test]
async fn a_contact_is_told_whole_or_not_at_all() {
    const CONTACTS: usize = 100;
    let collector = Collector::start().await;
    let folder = tempfile::tempdir().unwrap();
    let config = TracesConfig {
        sample_thousandths: 500,
        ..all(&collector.endpoint)
    };
    let centre = Centre::start(folder.path(), &config).await;
    for contact in 0..CONTACTS {
        centre.arrives(&format!("c{contact}")).await;
    }
    for contact in 0..CONTACTS {
        let gone = centre.clients.hang_up(&format!("c{contact}")).await;
        gone.unwrap();
    }
    centre.stop().await;
    let traces = by_trace(collector.spans());
    // That all or none of a hundred are drawn happens once in 2^99 runs.
    assert!((1..CONTACTS).contains(&traces.len()), "{}", traces.len());
    for trace in traces.values() {
        let mut names: Vec<&str> = trace.iter().map(|span| span.name.as_str()).collect();
        names.sort_unstable();
        let steps = ["commit", "commit"];
        let whole = [
            &["arrive"],
            &steps[..],
            &[
                "contact", "decide", "decide", "end", "tell", "tell", "visit",
            ],
        ];
        assert_eq!(names, whole.concat());
    }
}

/// Two contacts find a server that serves them though nobody takes its spans, and all spans are counted as dropped.
async fn serves_without(endpoint: &str) {
    let folder = tempfile::tempdir().unwrap();
    let config = TracesConfig {
        timeout: Duration::from_millis(100),
        backlog: 4,
        ..all(endpoint)
    };
    let mut centre = Centre::start(folder.path(), &config).await;
    let mut desk = Desk::ready(&centre.clients, "anna").await;
    centre.arrives("c1").await;
    centre.arrives("c2").await;
    centre.connects(&mut desk).await;
    centre.clients.hang_up("c1").await.unwrap();
    centre.clients.hang_up("c2").await.unwrap();
    assert_eq!(centre.clients.counters("sales").await.offered, 2);
    let backlog = centre.backlog.clone();
    centre.stop().await;
    // An arrival and an end of each, with four spans for each input, a contact and a visit.
    assert!(backlog.dropped() >= 20, "{}", backlog.dropped());
}

#[tokio::test]
async fn a_collector_that_is_not_there_costs_spans_and_nothing_else() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    serves_without(&nobody).await;
}

#[tokio::test]
async fn a_collector_that_does_not_answer_costs_spans_and_nothing_else() {
    let silent = Collector::silent().await;
    serves_without(&silent.endpoint).await;
}

#[test]
fn what_cannot_be_used_is_named() {
    let missing = TracesConfig {
        headers_file: Some("no/such/file".into()),
        ..TracesConfig::new("http://127.0.0.1:4317")
    };
    let error = Exporter::start(&missing, "1").unwrap_err();
    assert!(matches!(error, Error::File { key, .. } if key == "server.traces.headers_file"));
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, "no certificate").unwrap();
    let unsigned = TracesConfig {
        ca: Some(ca),
        ..TracesConfig::new("https://127.0.0.1:4317")
    };
    let error = Exporter::start(&unsigned, "1").unwrap_err();
    assert!(matches!(error, Error::Authorities { .. }), "{error}");
}
