//! The journal becomes rows, while the server runs and over its restarts.

use acd_config::{HistoryConfig, HistoryStore};
use acd_history::{Row as _, SqliteStore, Store as _, verify};
use acd_journal::ReadOnlyDir;
use acd_proto::v1;

use crate::harness::{Clients, Desk, Pbx, TENANT, TestServer, call};

/// A contact that an agent talks with, and one that hangs up.
async fn two_contacts(clients: &Clients, run: &str, agent: &str) {
    let mut pbx = Pbx::connect(clients, run).await;
    let mut desk = Desk::ready(clients, agent).await;
    let answered = format!("answered-{run}");
    pbx.send(call(&answered, "sales")).await;
    let offer = desk.ringing().await;
    desk.accept(offer.offer_id).await.unwrap();
    pbx.send(v1::ContactConnected {
        contact_id: answered.clone(),
        offer_id: offer.offer_id,
    })
    .await;
    desk.handling(v1::HandlingState::Connected).await;
    let left = format!("left-{run}");
    clients.arrive(call(&left, "sales")).await.unwrap();
    clients.hang_up(&left).await.unwrap();
    clients.hang_up(&answered).await.unwrap();
}

/// The value of a series without labels.
async fn figure(server: &TestServer, name: &str) -> f64 {
    let text = server.scrape().await;
    let mut lines = text.lines();
    let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.expect(name).parse().expect("a number")
}

/// All that is durable has become rows. Whoever waits asks again.
async fn are_rows(server: &TestServer, durable: f64) {
    while figure(server, "acd_history_events_total").await < durable {}
}

/// How many events this process has journaled.
async fn journaled(server: &TestServer) -> f64 {
    let text = server.scrape().await;
    let of_shards = text.lines().filter_map(|line| {
        let (series, value) = line.rsplit_once(' ')?;
        series.starts_with("acd_events_total{").then_some(value)
    });
    of_shards
        .map(|value| value.parse::<f64>().expect("a number"))
        .sum()
}

#[tokio::test]
async fn what_happens_becomes_rows_once_over_restarts() {
    let server = TestServer::with(|config| config.history = Some(HistoryConfig::default())).await;
    two_contacts(&server.clients().await, "run-1", "anna").await;
    are_rows(&server, journaled(&server).await).await;
    let server = server.restart().await;
    two_contacts(&server.clients().await, "run-2", "bert").await;
    are_rows(&server, journaled(&server).await).await;
    assert!((figure(&server, "acd_history_failures_total").await).abs() < 0.5);
    let dir = server.stop().await;

    let mut store = SqliteStore::open_read_only(&dir.path().join(HistoryConfig::FILE)).unwrap();
    let known = store.tenants().unwrap();
    let life = known
        .into_iter()
        .find(|known| known.life.name == TENANT)
        .unwrap()
        .life;
    let mut contacts = 0;
    let table = acd_history::ContactRow::TABLE;
    store.rows(&life, table, &mut |_| contacts += 1).unwrap();
    assert_eq!(contacts, 4);
    let journal = ReadOnlyDir::open(dir.path()).unwrap();
    let reader = journal.reader(0).unwrap();
    let id = journal.journal_id(0).unwrap();
    let verified = verify(id, &*reader, &mut store, TENANT, 10).unwrap();
    assert!(verified.agrees(), "{:?}", verified.differences);
    assert!(verified.rows > 20);
}

#[tokio::test]
async fn a_store_that_is_not_there_delays_nobody_and_is_told_of() {
    let server = TestServer::with(|config| {
        config.history = Some(HistoryConfig {
            // Nobody listens there.
            store: HistoryStore::Postgres {
                url: "postgresql://acd@127.0.0.1:1/history".to_owned(),
                password_file: None,
            },
            ..HistoryConfig::default()
        });
    })
    .await;
    two_contacts(&server.clients().await, "run-1", "anna").await;
    while figure(&server, "acd_history_failures_total").await < 1.0 {}
    let dir = server.stop().await;
    assert!(!dir.path().join(HistoryConfig::FILE).exists());
}
