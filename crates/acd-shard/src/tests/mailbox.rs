//! Who gets into the mailbox, and what becomes of calls that come too late.

use std::time::Duration;

use acd_config::ServerLimits;
use acd_core::command::Request;

use super::bench::*;
use crate::{CallError, Options};

fn small_mailbox() -> Options {
    Options {
        limits: ServerLimits {
            mailbox: 4,
            mailbox_reserve: 2,
            ..ServerLimits::default()
        },
        ..options()
    }
}

/// A shard that stands at the gate with one batch, so that everything else stays in the mailbox.
async fn stopped(log: &TestLog) -> (crate::Shards, GateKeeper) {
    let shards = bank(log, &options()).await;
    let _pbx = adapter(&shards).await;
    act(&shards, arrival("known")).await;
    log.kill(shards);
    let (gated, gate) = log.gated();
    let starting = std::thread::spawn(move || start(gated, &small_mailbox()));
    gate.await_append();
    gate.let_through();
    let shards = starting.join().unwrap();
    drop(submit(&shards, login("nora")));
    gate.await_append();
    (shards, gate)
}

fn is_busy<T>(result: &Result<T, CallError>) -> bool {
    matches!(result, Err(CallError::Busy { retry_after }) if *retry_after > Duration::ZERO)
}

#[tokio::test]
async fn new_contacts_are_refused_before_the_ends_of_known_ones() {
    let log = TestLog::new();
    let (shards, gate) = stopped(&log).await;
    let post = |command| shards.submit(&tenant(), Request::internal(command), None);
    let mut waiting = vec![post(arrival("c1")).unwrap(), post(arrival("c2")).unwrap()];
    assert!(is_busy(&post(arrival("c3"))), "the rest is kept");
    let read = look(&shards, |state| {
        state.contact_named(&"known".into()).is_some()
    });
    assert_eq!(
        read.await,
        Ok(true),
        "who looks stands in nobody's way, and in no line"
    );
    waiting.push(post(hang_up("known")).unwrap());
    waiting.push(post(login("omar")).unwrap());
    assert!(is_busy(&post(hang_up("known"))), "now it is full for all");
    gate.open();
    for pending in waiting {
        assert!(pending.await.unwrap().answer.is_ok());
    }
}

#[tokio::test]
async fn a_call_whose_deadline_has_passed_is_dropped_undecided() {
    let log = TestLog::new();
    let (shards, gate) = stopped(&log).await;
    let late = Request::internal(arrival("late"));
    let late = shards.submit(
        &tenant(),
        late,
        Some(shards.clock().deadline(Duration::ZERO)),
    );
    let early = Request::internal(arrival("early"));
    let early = shards.submit(&tenant(), early, Some(shards.clock().deadline(QUIET)));
    gate.open();
    assert_eq!(late.unwrap().await, Err(CallError::DeadlinePassed));
    assert!(early.unwrap().await.unwrap().answer.is_ok());
    let known = look(&shards, |state| {
        ["late", "early"].map(|name| state.contact_named(&name.into()).is_some())
    });
    assert_eq!(known.await, Ok([false, true]));
}
