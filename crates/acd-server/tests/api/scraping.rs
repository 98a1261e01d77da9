//! What Prometheus sees.

use std::collections::{BTreeMap, BTreeSet};

use acd_proto::v1;
use acd_server::metrics::{ALL, Kind};

use crate::harness::{Clients, Desk, Pbx, TENANT, TestServer, call, refused};
use crate::security::Authority;

/// A scrape taken apart as Prometheus would, which is strict about it.
#[derive(Debug, Default)]
struct Scrape {
    types: BTreeMap<String, String>,
    samples: BTreeMap<String, f64>,
    labels: BTreeMap<String, BTreeSet<String>>,
}

impl Scrape {
    fn parse(text: &str) -> Self {
        let mut scrape = Self::default();
        for line in text.lines().filter(|line| !line.is_empty()) {
            if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').unwrap();
                let before = scrape.types.insert(name.to_owned(), kind.to_owned());
                assert_eq!(before, None, "family {name} stands in two places");
            } else if !line.starts_with('#') {
                let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line:?}"));
                let value = value.parse().unwrap_or_else(|_| panic!("{line:?}"));
                scrape.note_labels(series);
                assert_eq!(
                    scrape.samples.insert(series.to_owned(), value),
                    None,
                    "{series} stands twice"
                );
            }
        }
        scrape
    }

    /// Notes the labels of the family a series belongs to.
    fn note_labels(&mut self, series: &str) {
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        let family = ["_bucket", "_sum", "_count"]
            .into_iter()
            .filter_map(|suffix| name.strip_suffix(suffix))
            .find(|base| {
                self.types
                    .get(*base)
                    .is_some_and(|kind| kind == "histogram")
            });
        let family = family.unwrap_or(name).to_owned();
        assert!(
            self.types.contains_key(&family),
            "{series} has no family before it"
        );
        let named = labels
            .split("\",")
            .filter_map(|label| label.split_once('='))
            .map(|(label, _)| label.to_owned());
        self.labels
            .entry(family)
            .or_default()
            .extend(named.filter(|label| label != "le"));
    }

    #[track_caller]
    fn value(&self, series: &str) -> f64 {
        *self
            .samples
            .get(series)
            .unwrap_or_else(|| panic!("no series {series}"))
    }

    fn sum(&self, family: &str) -> f64 {
        let of_family = |series: &&String| series.split('{').next() == Some(family);
        self.samples
            .iter()
            .filter(|(series, _)| of_family(series))
            .map(|(_, value)| value)
            .sum()
    }
}

#[tokio::test]
async fn a_scrape_parses_and_adds_up() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    pbx.send(call("c1", "sales")).await;
    let offer = anna.ringing().await;
    anna.accept(offer.offer_id).await.unwrap();
    pbx.send(v1::ContactConnected {
        contact_id: "c1".into(),
        offer_id: offer.offer_id,
    })
    .await;
    anna.handling(v1::HandlingState::Connected).await;
    for (n, hangs_up) in [(2, true), (3, false), (4, false)] {
        clients
            .arrive(call(&format!("c{n}"), "sales"))
            .await
            .unwrap();
        if hangs_up {
            clients.hang_up(&format!("c{n}")).await.unwrap();
        }
    }
    clients.arrive(call("c5", "sales")).await.unwrap();
    refused(clients.arrive(call("c6", "sales")).await);
    refused(clients.arrive(call("c7", "nowhere")).await);

    let scrape = Scrape::parse(&server.fetch("/metrics").await.1);
    let sales = "{tenant=\"bank\",queue=\"sales\",channel=\"voice\"";
    assert_eq!(
        scrape.value(&format!("acd_visits_offered_total{sales}}}")),
        5.0
    );
    assert_eq!(
        scrape.value(&format!(
            "acd_visits_ended_total{sales},outcome=\"answered\"}}"
        )),
        1.0
    );
    assert_eq!(
        scrape.value(&format!(
            "acd_visits_ended_total{sales},outcome=\"abandoned_customer\"}}"
        )),
        1.0
    );
    assert_eq!(
        scrape.value(&format!(
            "acd_arrivals_refused_total{sales},reason=\"full\"}}"
        )),
        1.0
    );
    assert_eq!(scrape.value(&format!("acd_visits_waiting{sales}}}")), 3.0);
    assert_eq!(
        scrape.sum("acd_visits_offered_total"),
        scrape.sum("acd_visits_ended_total")
            + scrape.sum("acd_visits_waiting")
            + scrape.sum("acd_visits_ringing")
    );
    assert_eq!(
        scrape.value(&format!(
            "acd_answered_wait_seconds_bucket{sales},le=\"20.0\"}}"
        )),
        1.0
    );
    assert_eq!(
        scrape.value(&format!(
            "acd_answered_wait_seconds_bucket{sales},le=\"+Inf\"}}"
        )),
        1.0
    );
    assert_eq!(
        scrape.value(&format!("acd_answered_wait_seconds_count{sales}}}")),
        1.0
    );
    assert_eq!(
        scrape.value("acd_agents{tenant=\"bank\",state=\"handling\"}"),
        1.0
    );
    assert_eq!(
        scrape.value("acd_agents{tenant=\"bank\",state=\"offline\"}"),
        2.0
    );
    assert_eq!(scrape.value("acd_adapters_present{tenant=\"bank\"}"), 1.0);
    for (adapter, present) in [("pbx", 1.0), ("sip", 0.0)] {
        let series = format!("acd_adapter_present{{tenant=\"bank\",adapter=\"{adapter}\"}}");
        assert_eq!(scrape.value(&series), present);
    }
    // anna talks; bert and carl are not there.
    for (state, agents) in [
        ("leased", 1.0),
        ("idle", 0.0),
        ("not_ready", 0.0),
        ("offline", 1.0),
    ] {
        let series =
            format!("acd_queue_agents{{tenant=\"bank\",queue=\"sales\",state=\"{state}\"}}");
        assert_eq!(scrape.value(&series), agents, "{state}");
    }
    let (free, size) = (
        scrape.value("acd_data_free_bytes"),
        scrape.value("acd_data_size_bytes"),
    );
    assert!(0.0 < free && free <= size, "{free} of {size}");
    assert!(scrape.value("acd_journal_bytes{shard=\"0\"}") > 0.0);
    assert_eq!(scrape.value("acd_contacts_open{tenant=\"bank\"}"), 4.0);
    assert_eq!(
        scrape.value("acd_calls_refused_total{reason=\"UNKNOWN_QUEUE\"}"),
        1.0
    );
    assert_eq!(
        scrape.value("acd_calls_refused_total{reason=\"QUEUE_FULL\"}"),
        1.0
    );
    assert_eq!(scrape.value("acd_scrape_unread_tenants"), 0.0);
    assert!(scrape.value("acd_events_total{shard=\"0\"}") > 0.0);
    assert!(scrape.value("acd_commit_seconds_count{shard=\"0\"}") > 0.0);
    assert!(scrape.value("process_resident_memory_bytes") > 0.0);
}

#[tokio::test]
async fn probes_tell_that_the_process_lives_and_that_it_takes_calls() {
    let server = TestServer::start().await;
    for path in ["/healthz", "/readyz"] {
        let (status, _) = server.fetch(path).await;
        assert_eq!(status, "HTTP/1.1 200 OK", "{path}");
    }
    assert_eq!(server.fetch("/nowhere").await.0, "HTTP/1.1 404 Not Found");
    server.shutdown().await;
}

/// Rows of the tables in docs/metrics.md: name to type and labels.
fn documented() -> BTreeMap<String, (String, BTreeSet<String>)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");
    let document = std::fs::read_to_string(path).expect("docs/metrics.md");
    let rows = document.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let name = cells.get(1)?.strip_prefix('`')?.strip_suffix('`')?;
        let kind = *cells.get(2)?;
        let is_kind = ["counter", "gauge", "histogram"].contains(&kind);
        let labels = cells
            .get(3)?
            .split(',')
            .map(str::trim)
            .filter(|label| !label.is_empty());
        is_kind.then(|| {
            (
                name.to_owned(),
                (kind.to_owned(), labels.map(str::to_owned).collect()),
            )
        })
    });
    rows.collect()
}

#[tokio::test]
async fn the_document_tells_every_metric_that_a_scrape_shows_and_no_other() {
    // Every family has a series only where there are certificates, and once there was a visit, and a listed contact that
    // could not join.
    let authority = Authority::new();
    let server = TestServer::secured(Some(authority.server_tls(false)), None).await;
    let channel = authority.endpoint(&server, None).connect().await.unwrap();
    let clients = Clients::over(TENANT, channel, None);
    clients.reconcile("lost", "removed").await;
    clients.arrive(call("c1", "sales")).await.unwrap();
    let scrape = Scrape::parse(&server.fetch("/metrics").await.1);
    let shown: BTreeMap<_, _> = scrape
        .types
        .iter()
        .map(|(name, kind)| {
            (
                name.clone(),
                (
                    kind.clone(),
                    scrape.labels.get(name).cloned().unwrap_or_default(),
                ),
            )
        })
        .collect();
    assert_eq!(shown, documented());
    let listed: BTreeSet<_> = ALL.iter().map(|family| family.name.to_owned()).collect();
    assert_eq!(listed, shown.keys().cloned().collect());
    for family in ALL.iter().filter(|family| family.kind == Kind::Histogram) {
        assert!(
            scrape
                .samples
                .keys()
                .any(|series| series.starts_with(&format!("{}_bucket", family.name)))
        );
    }
}

/// Rows of the table of how many series there are: for each of what, and how many.
fn numbers() -> BTreeMap<String, usize> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");
    let document = std::fs::read_to_string(path).expect("docs/metrics.md");
    let rows = document.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        match cells[..] {
            ["", of, number, ""] => Some((of.to_owned(), number.parse().ok()?)),
            _ => None,
        }
    });
    rows.collect()
}

#[tokio::test]
async fn process_and_shards_have_as_many_series_as_the_document_says() {
    const SHARDS: usize = 3;
    let server = TestServer::with(|config| config.shards = SHARDS as u16).await;
    let scrape = Scrape::parse(&server.scrape().await);
    let numbers = numbers();
    let with = |label: &str| {
        let label = format!("{label}=\"");
        scrape
            .samples
            .keys()
            .filter(|series| series.contains(&label))
            .count()
    };
    assert_eq!(with("shard"), SHARDS * numbers["shard"]);
    let of_process = scrape.samples.len() - with("shard") - with("tenant");
    assert_eq!(of_process, numbers["process"]);
}

/// What only callers say. No name of the configuration and no word of the program has it.
const SAID: &str = "said-by-a-caller";

#[tokio::test]
async fn no_label_has_a_value_that_callers_say() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, SAID).await;
    let said = |queue: &str, channel: &str| v1::ContactArrived {
        channel: channel.into(),
        customer_key: Some(v1::Personal {
            value: SAID.into(),
            ..Default::default()
        }),
        attributes: vec![v1::Attribute {
            key: SAID.into(),
            value: SAID.into(),
            ..Default::default()
        }],
        ..call(&format!("{SAID}-{queue}-{channel}"), queue)
    };
    clients.arrive(said("sales", "voice")).await.unwrap();
    for (queue, channel) in [(SAID, "voice"), ("sales", SAID)] {
        refused(clients.arrive(said(queue, channel)).await);
        pbx.send(said(queue, channel)).await;
    }
    refused(Desk::login(&clients, SAID).await);
    let anna = Desk::ready(&clients, "anna").await;
    anna.pause("sales", SAID).await.unwrap();
    clients.reconcile(SAID, "removed").await;
    let stranger = Clients::over(SAID, server.channel().await, None);
    refused(stranger.arrive(call(SAID, "sales")).await);
    let scrape = server.scrape().await;
    Scrape::parse(&scrape).value(
        "acd_live_entries_refused_total{tenant=\"bank\",adapter=\"pbx\",reason=\"UNKNOWN_QUEUE\"}",
    );
    assert!(!scrape.contains(SAID), "{scrape}");
}
