//! A scrape answers whatever stands still.

#![expect(
    clippy::disallowed_methods,
    reason = "a test's runtime ends with it, and its tasks with the runtime"
)]

use std::sync::mpsc::{Sender, channel};

use acd_config::{ServerConfig, ServerLimits};
use acd_core::command::{ApplyConfig, Arrival, Command, ConfigSource, Origin, Request};
use acd_core::config::{QueueConfig, TenantConfig};
use acd_core::ids::Channel;
use acd_journal::DataDir;
use acd_shard::{Options, Pending, Setup};
use tokio::sync::oneshot;

use super::*;
use crate::gated_log::{Gate, GatedLog};

const TENANTS: [&str; 5] = ["bank", "clinic", "hotel", "shop", "tower"];

/// One shard with some tenants on a log with a gate, and what scrapes it.
struct Centre {
    shards: Shards,
    gate: Arc<Gate>,
    scraper: Scraper,
}

impl Centre {
    async fn open(disk: Option<Disk>) -> Self {
        let gate = Arc::new(Gate::default());
        let metrics = Metrics::new(&ServerLimits::default());
        let setup = Setup::new(Box::new(GatedLog::behind(gate.clone())), metrics.shard(0));
        let options = Options::new(&ServerConfig::default());
        let shards = Shards::start(vec![setup], &options).expect("shards");
        for tenant in TENANTS {
            let config = TenantConfig {
                adapters: vec!["pbx".into()],
                queues: vec![QueueConfig::named("support")],
                ..TenantConfig::default()
            };
            let apply = ApplyConfig::of(config, ConfigSource::Api, "test");
            let tenant = tenant.into();
            let created = shards.create_tenant(&tenant, Origin::Internal, apply, None);
            created.await.expect("an answer").answer.expect("created");
        }
        let scraper = Scraper::new(shards.clone(), metrics, disk).expect("threads");
        Self {
            shards,
            gate,
            scraper,
        }
    }

    /// A call for the first tenant.
    fn call(&self, contact: &str) -> Pending {
        let arrival = Arrival::of(contact, "pbx", Channel::Voice, "support");
        let request = Request::internal(Command::Arrive(arrival));
        let submitted = self.shards.submit(&TENANTS[0].into(), request, None);
        submitted.expect("room in the mailbox")
    }

    /// Has the follower hang until what is given back is dropped.
    async fn hang(&self) -> Sender<()> {
        let (begins, begun) = oneshot::channel();
        let (release, released) = channel();
        let shards = self.shards.clone();
        tokio::spawn(async move {
            let hang = move |_: &_| {
                let _ = begins.send(());
                let _ = released.recv();
            };
            let bank = TENANTS[0].into();
            drop(shards.read(&bank, hang).await);
        });
        begun.await.expect("the follower looks");
        release
    }
}

/// The value of a series.
#[track_caller]
fn value(text: &str, series: &str) -> f64 {
    let of_series = |line: &str| line.strip_prefix(series)?.trim().parse().ok();
    let value = text.lines().find_map(of_series);
    value.unwrap_or_else(|| panic!("no series {series}"))
}

const WAITING: &str = r#"acd_visits_waiting{tenant="bank",queue="support",channel="voice"}"#;

#[tokio::test]
async fn while_the_disk_stands_still_the_queues_are_told_and_that_a_batch_waits() {
    let centre = Centre::open(None).await;
    centre
        .call("c1")
        .await
        .expect("an answer")
        .answer
        .expect("in");
    let text = centre.scraper.scrape().await;
    assert_eq!(value(&text, "acd_commit_waiting_seconds{shard=\"0\"}"), 0.0);
    let closed = centre.gate.passage.lock().await;
    let decided = centre.call("c2");
    centre.gate.stands.notified().await;
    let text = centre.scraper.scrape().await;
    assert!(value(&text, "acd_commit_waiting_seconds{shard=\"0\"}") > 0.0);
    assert_eq!(value(&text, "acd_scrape_unread_tenants"), 0.0);
    assert_eq!(value(&text, WAITING), 1.0);
    drop(closed);
    drop(decided.await.expect("an answer"));
    let text = centre.scraper.scrape().await;
    assert_eq!(value(&text, "acd_commit_waiting_seconds{shard=\"0\"}"), 0.0);
}

#[tokio::test(start_paused = true)]
async fn while_nothing_is_shown_it_is_told_how_far_that_is_behind() {
    let centre = Centre::open(None).await;
    let hangs = centre.hang().await;
    centre
        .call("c1")
        .await
        .expect("an answer")
        .answer
        .expect("in");
    let begin = Instant::now();
    let text = centre.scraper.scrape().await;
    // The clock stands still but for what is waited for: less than Prometheus has patience.
    assert!(begin.elapsed() < Duration::from_secs(10));
    assert!(value(&text, "acd_follower_behind_events{shard=\"0\"}") > 0.0);
    let unread = value(&text, "acd_scrape_unread_tenants");
    assert_eq!(unread, TENANTS.len() as f64);
    assert!(!text.contains(WAITING));
    drop(hangs);
    // Whoever has had the answer finds its effect.
    let bank = TENANTS[0].into();
    let seen = centre.shards.read(&bank, |state| state.facts().seq).await;
    assert!(seen.is_ok());
    let metrics = centre.scraper.metrics.render();
    assert_eq!(
        value(&metrics, "acd_follower_behind_events{shard=\"0\"}"),
        0.0
    );
}

#[tokio::test]
async fn without_a_look_at_the_disk_all_else_is_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let data_dir = DataDir::open(&directory.path().join("data"), 1).expect("a data directory");
    let centre = Centre::open(Some(data_dir.disk())).await;
    let text = centre.scraper.scrape().await;
    let (free, size) = (
        value(&text, "acd_data_free_bytes"),
        value(&text, "acd_data_size_bytes"),
    );
    assert!(0.0 < free && free <= size, "{free} of {size}");
    assert!(value(&text, "acd_journal_bytes{shard=\"0\"}") > 0.0);
    directory.close().expect("it is removed");
    let text = centre.scraper.scrape().await;
    assert!(!text.contains("acd_data_free_bytes") && !text.contains("acd_journal_bytes"));
    assert_eq!(value(&text, "acd_scrape_unread_tenants"), 0.0);
}
