//! Time passes for a shard when its source says so, and then at once.

use std::sync::Arc;
use std::time::Duration;

use acd_core::command::Origin;
use acd_core::config::{QueueConfig, TenantConfig};
use acd_core::ids::{QueueNo, TimeMs};
use acd_proto::v1::OfferState;

use super::bench::*;
use crate::Options;
use crate::clock::ManualTime;
use crate::stream::{Interest, ViewFilter};

/// Noon of some day.
const NOON: TimeMs = 1_795_867_200_000;
const RING_MS: TimeMs = 20_000;
const MAX_WAIT_MS: TimeMs = 300_000;
/// At least so much passes between two updates of a view.
const VIEW_INTERVAL_MS: TimeMs = 200;

fn moved_by_hand() -> (Options, Arc<ManualTime>) {
    let time = Arc::new(ManualTime::new(NOON));
    let options = Options {
        time: time.clone(),
        ..options()
    };
    (options, time)
}

fn advance(time: &ManualTime, by_ms: TimeMs) {
    time.advance(Duration::from_millis(by_ms.unsigned_abs()));
}

#[tokio::test]
async fn an_offer_rings_until_time_is_moved_to_its_end_and_no_longer() {
    let (options, time) = moved_by_hand();
    let shards = bank(&TestLog::new(), &options).await;
    let _pbx = adapter(&shards).await;
    let mut nora = agent(&shards, "nora").await;
    act(&shards, nora.goes_ready()).await;
    act(&shards, arrival("c1")).await;
    let offer = nora.offer(OfferState::Pending).await;

    advance(&time, RING_MS - 1);
    // Whatever is due by now is decided with this.
    let answered = submit(&shards, login("omar")).await.unwrap();
    assert_eq!(answered.at_ms, NOON + RING_MS - 1);
    let rings = look(&shards, move |state| {
        state.facts().offers.contains_key(&offer)
    });
    assert_eq!(rings.await, Ok(true));

    // Nobody calls any more: the shard wakes because time was moved.
    advance(&time, 1);
    let ended = loop {
        let update = nora.update().await;
        let state = offers(&update).find(|told| told.offer_id == offer.0);
        if state.is_some_and(|offer| offer.state() == OfferState::TimedOut) {
            break update.mark.at_ms;
        }
    };
    assert_eq!(ended, NOON + RING_MS);
}

#[tokio::test]
async fn a_wait_ends_when_time_is_moved_and_a_view_is_told_when_it_is_moved_on() {
    let (options, time) = moved_by_hand();
    let shards = start(TestLog::new(), &options);
    let support = QueueConfig {
        max_wait_ms: Some(MAX_WAIT_MS),
        ..QueueConfig::named("support")
    };
    let config = TenantConfig {
        queues: vec![support],
        ..config()
    };
    let name = tenant();
    let created = shards.create_tenant(&name, Origin::Internal, apply(config), None);
    created.await.unwrap();
    let _pbx = adapter(&shards).await;
    let contacts = Interest::View(ViewFilter {
        contacts: true,
        ..Default::default()
    });
    let mut view = subscribe(&shards, contacts, None).await.unwrap();
    update(&mut view).await;
    act(&shards, arrival("c1")).await;
    update(&mut view).await;

    advance(&time, MAX_WAIT_MS);
    let told = update(&mut view).await;
    assert_eq!(told.mark.at_ms, NOON + MAX_WAIT_MS);
    let waiting = || look(&shards, |state| state.line(QueueNo(0)).in_queue());
    assert_eq!(waiting().await, Ok(0));
    // So soon after that a view is told nothing, until there is time.
    act(&shards, arrival("c2")).await;
    let telling = async { update(&mut view).await };
    tokio::pin!(telling);
    let is_told = tokio::select! {
        biased;
        _ = &mut telling => true,
        _ = waiting() => false,
    };
    assert!(!is_told);
    advance(&time, VIEW_INTERVAL_MS);
    assert_eq!(telling.await.mark.at_ms, NOON + MAX_WAIT_MS);
}
