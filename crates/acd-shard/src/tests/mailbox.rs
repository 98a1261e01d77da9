//! Who gets into the mailbox, and what becomes of calls that come too late.

use std::time::Duration;

use acd_config::ServerLimits;
use acd_core::command::{Command, Origin, Request};

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
    stopped_with(log, small_mailbox()).await
}

async fn stopped_with(log: &TestLog, restarted: Options) -> (crate::Shards, GateKeeper) {
    let shards = bank(log, &options()).await;
    let _pbx = adapter(&shards).await;
    act(&shards, arrival("known")).await;
    log.kill(shards);
    let (gated, gate) = log.gated();
    let starting = std::thread::spawn(move || start(gated, &restarted));
    gate.await_append();
    gate.let_through();
    let shards = starting.join().unwrap();
    drop(submit(&shards, login("nora")));
    gate.await_append();
    (shards, gate)
}

fn is_busy<T>(result: &Result<T, CallError>) -> bool {
    matches!(result, Err(CallError::Busy { retry_after, .. }) if *retry_after > Duration::ZERO)
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

/// A request of this caller.
fn of_caller(name: &str, nth: u64, command: Command) -> Request {
    let origin = Origin::Unary {
        caller: name.into(),
        request_id: format!("{nth}").into(),
        fingerprint: nth,
    };
    Request { origin, command }
}

#[tokio::test]
async fn whoever_asks_for_more_than_can_be_done_leaves_room_for_the_others() {
    let log = TestLog::new();
    let options = Options {
        limits: ServerLimits {
            mailbox: 12,
            mailbox_reserve: 0,
            ..ServerLimits::default()
        },
        ..options()
    };
    let (shards, gate) = stopped_with(&log, options).await;
    let post = |name: &str, nth: u64| {
        let arrival = arrival(&format!("{name}-{nth}"));
        shards.submit(&tenant(), of_caller(name, nth, arrival), None)
    };
    let mut waiting = Vec::new();
    let mut greedy = |name: &str| {
        let mut count = 0;
        while let Ok(pending) = post(name, count) {
            waiting.push(pending);
            count += 1;
        }
        let refused = post(name, count);
        assert!(is_busy(&refused), "{refused:?}");
        let whose = |text: &str| text.contains("tenant") || text.contains(name);
        assert!(
            matches!(refused, Err(CallError::Busy { share: Some(share), .. }) if whose(&share))
        );
        count
    };
    // Half of twelve; then the whole tenant has two thirds; then there is no more for it.
    assert_eq!(
        (greedy("first"), greedy("second"), greedy("third")),
        (6, 2, 0)
    );
    gate.open();
    for pending in waiting {
        assert!(pending.await.unwrap().answer.is_ok());
    }
    assert!(
        post("third", 7).unwrap().await.unwrap().answer.is_ok(),
        "the places are free again"
    );
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
