//! What the server writes to its log: the way of one contact, and refusals that do not fill the disk.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use acd_proto::v1::{self, ErrorReason};
use acd_server::server::ServerError;
use tokio::io::AsyncReadExt as _;
use tokio::task::JoinSet;
use tonic::transport::Endpoint;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use crate::call_path::talking;
use crate::configuration::apply;
use crate::doors::{PREFACE, is_closed, series, socket};
use crate::harness::server::DOCUMENT;
use crate::harness::{
    Clients, Desk, Pbx, TENANT, TestServer, call, in_time, reason, refused, request_id,
};

/// One line of the log with the fields of the spans it stands in.
type Line = BTreeMap<String, String>;

/// Takes down everything at all levels that the server's own code writes.
#[derive(Clone, Default)]
struct Capture(Arc<Mutex<Vec<Line>>>);

#[derive(Default)]
struct Fields(Line);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Capture {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if !event.metadata().target().starts_with("acd") {
            return;
        }
        let mut line = Fields::default();
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(fields) = span.extensions().get::<Fields>() {
                line.0.extend(fields.0.clone());
            }
        }
        event.record(&mut line);
        let target = event.metadata().target();
        line.0.insert("target".to_owned(), target.to_owned());
        self.0.lock().unwrap().push(line.0);
    }
}

/// The one capture of this process: shards write from threads of their own.
fn capture() -> Capture {
    static CAPTURE: OnceLock<Capture> = OnceLock::new();
    let begin = || {
        let capture = Capture::default();
        let subscriber = tracing_subscriber::registry().with(capture.clone());
        tracing::subscriber::set_global_default(subscriber).expect("nobody else listens");
        capture
    };
    CAPTURE.get_or_init(begin).clone()
}

impl Capture {
    fn lines(&self, wanted: impl Fn(&Line) -> bool) -> Vec<Line> {
        let lines = self.0.lock().unwrap();
        lines.iter().filter(|line| wanted(line)).cloned().collect()
    }
}

#[tokio::test]
async fn the_way_of_a_contact_can_be_followed_from_service_to_stream() {
    let log = capture();
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    let handling = talking(&mut pbx, &mut anna, "followed-1").await;
    anna.hold(handling.handling_id).await.unwrap();
    anna.handling(v1::HandlingState::Held).await;

    let of_contact = |line: &Line| {
        line.get("contact")
            .is_some_and(|contact| contact == "followed-1")
            && line.get("tenant").is_some_and(|tenant| tenant == TENANT)
    };
    let way = log.lines(of_contact);
    let said = |what: &str, value: &str| {
        let is = |line: &Line| line.get(what).is_some_and(|said| said == value);
        assert!(way.iter().any(is), "no {what} {value} in {way:#?}");
    };
    // Asked by the adapter's stream and by the agent; that the hold is about this contact only the engine knows.
    for command in ["arrive", "accept", "connected", "hold"] {
        said("command", command);
    }
    for event in [
        "visit_opened",
        "offer_made",
        "handling_started",
        "handling_held",
    ] {
        said("event", event);
    }
    let told = |line: &&Line| line.contains_key("event");
    let sequences: Vec<u64> = way
        .iter()
        .filter(told)
        .map(|line| line["sequence"].parse().unwrap())
        .collect();
    assert!(sequences.is_sorted(), "{sequences:?}");
    let others = log.lines(|line| {
        line.contains_key("event") && line.get("contact").is_none_or(String::is_empty)
    });
    assert!(others.is_empty(), "{others:#?}");
}

#[tokio::test]
async fn each_contact_that_is_given_up_with_its_adapter_is_told_without_what_it_is_about() {
    let log = capture();
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let impatient = format!("{DOCUMENT}\n[settings]\nadapter_grace = \"0s\"\n");
    apply(&clients, &impatient, 0).await.expect("applied");
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    talking(&mut pbx, &mut anna, "given-up-1").await;
    let waits = v1::ContactArrived {
        customer_key: Some("secret-of-the-log-test".into()),
        ..call("given-up-2", "loans")
    };
    let waits = pbx.send(waits).await;
    assert_eq!(pbx.settled(waits).await, []);
    drop(pbx);
    anna.handling(v1::HandlingState::WrapUp).await;

    let told = log.lines(|line| line.contains_key("adapter") && line.contains_key("contact"));
    let of = |contact: &str| {
        let mut lines = told.iter().filter(|line| line["contact"] == contact);
        let line = lines
            .next()
            .unwrap_or_else(|| panic!("{contact}: {told:#?}"));
        assert_eq!(lines.count(), 0, "once");
        (line["tenant"].as_str(), line["adapter"].as_str())
    };
    assert_eq!(of("given-up-1"), (TENANT, "pbx"));
    assert_eq!(of("given-up-2"), (TENANT, "pbx"));
    let secrets = log.lines(|line| line.values().any(|said| said.contains("secret-of-the-log")));
    assert!(secrets.is_empty(), "{secrets:#?}");
}

#[tokio::test]
async fn refused_calls_are_counted_and_one_of_them_is_told() {
    let log = capture();
    let server = TestServer::start().await;
    let clients = server.clients().await;
    for _ in 0..200 {
        let request = v1::LoginRequest {
            tenant: TENANT.into(),
            request_id: request_id(),
            agent: "nobody-of-the-log-test".into(),
        };
        let status = refused(clients.agents.clone().login(request).await);
        assert_eq!(reason(&status), ErrorReason::UnknownAgent);
    }
    let (_, metrics) = server.fetch("/metrics").await;
    let counted = "acd_calls_refused_total{reason=\"UNKNOWN_AGENT\"} 200";
    assert!(metrics.contains(counted), "{metrics}");
    let is_told = |line: &Line| {
        line.get("reason")
            .is_some_and(|reason| reason == "UNKNOWN_AGENT")
            && line.contains_key("suppressed")
            && line
                .get("of")
                .is_some_and(|of| of.contains("AgentService/Login"))
    };
    let told = log.lines(is_told);
    // Other tests of this process may be refused for the same reason, each by a server of its own.
    assert!(!told.is_empty() && told.len() < 100, "{told:#?}");
}

#[tokio::test]
async fn connections_turned_away_are_counted_and_one_of_them_is_told() {
    let log = capture();
    let server = TestServer::with(|config| config.limits.connections_per_address = 1).await;
    let mut kept = socket(server.address(), PREFACE).await;
    let mut greeting = [0; 9];
    in_time("a greeting", kept.read_exact(&mut greeting))
        .await
        .unwrap();
    for _ in 0..200 {
        is_closed(socket(server.address(), b"").await).await;
    }
    let counted = r#"acd_connections_turned_away_total{limit="connections_per_address"} "#;
    assert_eq!(series(&server, counted).await, 200.0);
    let is_told = |line: &Line| {
        line.get("limit")
            .is_some_and(|limit| limit == "connections_per_address")
            && line.contains_key("suppressed")
    };
    let told = log.lines(is_told);
    // Other tests of this process turn connections away, too, each at a server of its own.
    assert!(!told.is_empty() && told.len() < 100, "{told:#?}");
    let names_the_address = |line: &Line| line.get("address").is_some_and(|it| it == "127.0.0.1");
    assert!(told.iter().any(names_the_address), "{told:#?}");
}

#[tokio::test]
async fn a_stop_that_runs_out_of_time_names_whose_streams_had_not_ended() {
    let log = capture();
    let directory = tempfile::tempdir().unwrap();
    let started = TestServer::try_start(directory.path(), |config| {
        config.drain_timeout = Duration::ZERO;
    });
    let (server, addresses) = started.await.unwrap();
    let endpoint = Endpoint::from_shared(format!("http://{}", addresses.grpc)).unwrap();
    let clients = Clients::connect(TENANT, endpoint, None).await;
    let _pbx = Pbx::connect(&clients, "run-1").await;
    let _anna = Desk::ready(&clients, "anna").await;
    // Whoever looks holds the follower up, and with it the end of its streams.
    let (looks, looked) = tokio::sync::oneshot::channel();
    let (go_on, goes_on) = std::sync::mpsc::sync_channel::<()>(1);
    let shards = server.shards().clone();
    let mut looking = JoinSet::new();
    looking.spawn(async move {
        let tenant = TENANT.into();
        let read = shards.read(&tenant, move |_| {
            looks.send(()).unwrap();
            goes_on.recv().unwrap();
        });
        read.await.unwrap();
    });
    in_time("a look", looked).await.unwrap();
    let stopped = in_time("a stop", server.shutdown()).await;
    go_on.send(()).unwrap();
    assert!(matches!(stopped, Err(ServerError::NotDrained { .. })));
    let left = log.lines(|line| line["message"] == "a stream has not ended");
    let readers: Vec<&str> = left.iter().map(|line| line["reader"].as_str()).collect();
    assert_eq!(readers.len(), 2, "{left:#?}");
    assert!(readers[0].contains("pbx") && readers[1].contains("anna"));
    assert!(left.iter().all(|line| line.contains_key("connection")));
}
