//! Nothing leaves before it is durable; a batch that cannot be made durable is never undone.

#![expect(
    clippy::disallowed_methods,
    reason = "a test's runtime ends with it, and its tasks with the runtime"
)]

use std::time::Duration;

use acd_core::command::{Origin, Reply, Request};
use acd_core::ids::SessionId;
use acd_proto::v1::OfferState;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, yield_now};

use super::bench::*;
use crate::stream::{Delivery, StreamEnd, SubscribeError};
use crate::{CallError, Health, Options, Setup, ShardError, Shards};

/// Lets every task that could run do so.
async fn others_run() {
    for _ in 0..10 {
        yield_now().await;
    }
}

#[tokio::test]
async fn answers_and_streams_wait_for_the_disk() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let _pbx = adapter(&shards).await;
    log.kill(shards);

    let (gated, gate) = log.gated();
    let shards = {
        // The recovery of the tenant is a batch, too.
        let starting = std::thread::spawn(move || start(gated, &options()));
        gate.await_append();
        gate.let_through();
        starting.join().unwrap()
    };
    let pending = {
        let shards = shards.clone();
        tokio::spawn(async move { submit(&shards, arrival("c1")).await })
    };
    others_run().await;
    gate.await_append();
    others_run().await;
    assert!(!pending.is_finished(), "the batch is not durable");
    let before = log.last_seq();
    gate.let_through();
    let answered = pending.await.unwrap().unwrap();
    assert!(answered.answer.is_ok());
    assert!(answered.sequence > before && answered.sequence == log.last_seq());
    gate.open();
}

#[tokio::test]
async fn a_batch_that_waits_for_the_disk_is_told_while_it_waits() {
    let (gated, gate) = TestLog::new().gated();
    let health = Health::noop();
    let setup = Setup::new(Box::new(gated), health.clone());
    let shards = Shards::start(vec![setup], &options()).unwrap();
    assert_eq!(health.commit.lasts(), None);
    let creating = {
        let shards = shards.clone();
        tokio::spawn(async move { create(&shards, TENANT).await })
    };
    others_run().await;
    gate.await_append();
    assert!(health.commit.lasts().is_some());
    gate.let_through();
    creating.await.unwrap();
    assert_eq!(health.commit.lasts(), None);
    gate.open();
}

#[tokio::test]
async fn an_offer_is_not_seen_before_it_is_durable() {
    let log = TestLog::new();
    let (gated, gate) = log.gated();
    let shards = start(gated, &options());
    let opened = std::thread::spawn(move || {
        // Creating, connecting, login, attaching, going ready: each is a batch of its own.
        for _ in 0..5 {
            gate.await_append();
            gate.let_through();
        }
        gate
    });
    create(&shards, TENANT).await;
    let _pbx = adapter(&shards).await;
    let mut nora = agent(&shards, "nora").await;
    act(&shards, nora.goes_ready()).await;
    nora.update().await;
    let gate = tokio::task::spawn_blocking(|| opened.join().unwrap())
        .await
        .unwrap();

    let (seen, mut offer_seen) = oneshot::channel();
    tokio::spawn(async move {
        nora.offer(OfferState::Pending).await;
        let _ = seen.send(());
        nora
    });
    let arrived = submit(&shards, arrival("c1"));
    gate.await_append();
    others_run().await;
    assert!(offer_seen.try_recv().is_err(), "the offer is not durable");
    gate.let_through();
    assert!(arrived.await.unwrap().answer.is_ok());
    offer_seen.await.unwrap();
    gate.open();
}

#[tokio::test]
async fn reads_see_durable_state_only() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    log.kill(shards);
    let (gated, gate) = log.gated();
    let starting = std::thread::spawn(move || start(gated, &options()));
    gate.await_append();
    gate.let_through();
    let shards = starting.join().unwrap();
    let durable = log.last_seq();
    let undecided = submit(&shards, login("nora"));
    gate.await_append();
    let seen = look(&shards, |state| state.facts().seq).await;
    assert_eq!(seen, Ok(durable), "the login is not durable");
    gate.let_through();
    let sequence = undecided.await.unwrap().sequence;
    assert_eq!(sequence, log.last_seq());
    let seen = look(&shards, |state| state.facts().seq).await;
    assert_eq!(
        seen,
        Ok(sequence),
        "whoever has the answer finds its effect"
    );
    gate.open();
}

#[tokio::test]
async fn a_batch_that_fails_is_tried_again_and_decided_once() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let _pbx = adapter(&shards).await;
    log.faults().fail_next(2);
    let (_, sequence) = act(&shards, arrival("c1")).await;
    assert_eq!(sequence, log.last_seq());
    let contacts = look(&shards, |state| state.facts().contacts.len());
    assert_eq!(contacts.await, Ok(1));
}

#[tokio::test]
async fn a_log_that_stays_broken_stops_the_shard_and_releases_nothing() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let mut nora = agent(&shards, "nora").await;
    let before = log.last_seq();
    log.faults().fail_next(u32::MAX);
    let answer = submit(&shards, nora.goes_ready()).await;
    assert!(matches!(answer, Err(CallError::Unavailable { .. })));
    let failure = shards.failed().await;
    assert!(
        matches!(&*failure, ShardError::Append { attempts: 4, .. }),
        "{failure}"
    );
    assert_eq!(log.last_seq(), before);
    let end = Delivery::End(StreamEnd::Storage);
    assert_eq!(nora.stream.next(QUIET).await, end);
    let later = async {
        let request = Request::internal(login("omar"));
        shards.submit(&tenant(), request, None)?.await
    };
    assert!(matches!(later.await, Err(CallError::Unavailable { .. })));
}

#[tokio::test]
async fn while_the_log_is_tried_again_calls_are_told_so() {
    let log = TestLog::new();
    let long = Options {
        append_retry_delays: vec![QUIET],
        ..options()
    };
    let shards = bank(&log, &options()).await;
    log.kill(shards);
    let (gated, gate) = log.gated();
    let starting = std::thread::spawn(move || start(gated, &long));
    gate.await_append();
    gate.let_through();
    let shards = starting.join().unwrap();
    log.faults().fail_next(1);
    let undecided = submit(&shards, login("nora"));
    gate.await_append();
    let refused = submit(&shards, login("omar"));
    gate.let_through();
    assert!(matches!(
        refused.await,
        Err(CallError::Unavailable { retry_after }) if retry_after > Duration::ZERO
    ));
    drop((shards, undecided));
    gate.open();
}

/// A gated shard with the tenant, at rest.
async fn gated_bank(log: &TestLog, options: Options) -> (Shards, GateKeeper) {
    let shards = bank(log, &options).await;
    log.kill(shards);
    let (gated, gate) = log.gated();
    let starting = std::thread::spawn(move || start(gated, &options));
    gate.await_append();
    gate.let_through();
    (starting.join().unwrap(), gate)
}

/// A stream of this session of nora's, as far as it is refused.
fn attach(shards: &Shards, session: SessionId) -> JoinHandle<Result<(), SubscribeError>> {
    let subscribing = subscribe(shards, screen_of("nora", session), None);
    tokio::spawn(async { subscribing.await.map(drop) })
}

#[tokio::test]
async fn a_refusal_for_what_is_not_durable_yet_waits_for_the_disk() {
    let log = TestLog::new();
    let (shards, gate) = gated_bank(&log, options()).await;
    let first = submit(&shards, login("nora"));
    gate.await_append();
    gate.let_through();
    let Ok(Reply::LoggedIn { session }) = first.await.unwrap().answer else {
        panic!("she is logged in");
    };
    // While this batch is on its way the next one gathers: a login that takes over, and the old desktop.
    let other = submit(&shards, login("omar"));
    gate.await_append();
    let takes_over = submit(&shards, login("nora"));
    let replaced = attach(&shards, session);
    let create = || {
        let shards = shards.clone();
        let creating = async move {
            let (tenant, origin) = ("shop".into(), Origin::Internal);
            let created = shards.create_tenant(&tenant, origin, apply(config()), None);
            created.await
        };
        tokio::spawn(creating)
    };
    let (again, exists) = (create(), create());
    others_run().await;
    gate.let_through();
    other.await.unwrap();
    gate.await_append();
    others_run().await;
    assert!(
        !replaced.is_finished(),
        "the login that replaces is not durable"
    );
    assert!(
        !again.is_finished() && !exists.is_finished(),
        "the tenant is not durable"
    );
    log.faults().fail_next(u32::MAX);
    gate.open();
    // The batch never becomes durable: then none of this has happened, and nobody is told that it did.
    let replaced = replaced.await.unwrap();
    assert!(
        matches!(
            replaced,
            Err(SubscribeError::Call(CallError::Unavailable { .. }))
        ),
        "{replaced:?}"
    );
    for created in [again, exists] {
        let created = created.await.unwrap();
        assert!(
            matches!(created, Err(CallError::Unavailable { .. })),
            "{created:?}"
        );
    }
    assert!(takes_over.await.is_err());
}

#[tokio::test]
async fn a_drain_during_a_stall_waits_for_the_batch() {
    let log = TestLog::new();
    let patient = Options {
        append_retry_delays: vec![Duration::from_millis(1); 10_000],
        ..options()
    };
    let (shards, gate) = gated_bank(&log, patient).await;
    let before = log.last_seq();
    log.faults().fail_next(3);
    let undecided = submit(&shards, login("nora"));
    gate.await_append();
    let draining = {
        let shards = shards.clone();
        tokio::spawn(async move { shards.drain().await })
    };
    for _ in 0..3 {
        others_run().await;
        assert!(!draining.is_finished(), "the batch is not durable");
        gate.let_through();
        gate.await_append();
    }
    gate.open();
    draining.await.unwrap().unwrap();
    assert!(undecided.await.unwrap().answer.is_ok());
    assert!(log.last_seq() > before);
}

#[tokio::test]
async fn a_drain_of_a_shard_that_cannot_write_says_so() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    log.faults().fail_next(u32::MAX);
    let undecided = submit(&shards, login("nora"));
    let error = shards.drain().await.unwrap_err();
    assert!(matches!(&*error, ShardError::Append { .. }), "{error}");
    assert!(undecided.await.is_err());
}

#[tokio::test]
async fn a_journal_that_was_taken_away_stops_the_shard_at_the_next_batch_and_at_rest() {
    for is_at_rest in [false, true] {
        let log = TestLog::new();
        let often = Options {
            store_check_interval: Duration::from_millis(1),
            ..options()
        };
        let options = if is_at_rest { often } else { options() };
        let shards = bank(&log, &options).await;
        let mut nora = agent(&shards, "nora").await;
        log.take_away();
        if !is_at_rest {
            let answer = submit(&shards, nora.goes_ready()).await;
            assert!(matches!(answer, Err(CallError::Unavailable { .. })));
        }
        let failure = shards.failed().await;
        assert!(matches!(&*failure, ShardError::Gone { .. }), "{failure}");
        let end = Delivery::End(StreamEnd::Storage);
        assert_eq!(nora.stream.next(QUIET).await, end);
    }
}

#[tokio::test]
async fn a_defect_in_a_read_harms_the_reader_only() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let read = look(&shards, |_| panic!("a defect asked for by the test"));
    assert_eq!(read.await, Err::<(), _>(CallError::Defect));
    act(&shards, login("nora")).await;
}
