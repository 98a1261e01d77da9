//! What streams promise through a whole shard.

use std::ops::ControlFlow;
use std::time::Duration;

use acd_config::ServerLimits;
use acd_core::command::{AcknowledgeDirectives, AgentAct, Command};
use acd_core::config::{QueueConfig, TenantConfig};
use acd_core::ids::DirectiveId;
use acd_core::refusal::Reason;
use acd_core::state::{Presence, State};
use acd_proto::v1::{OfferState, ResyncReason};
use tokio::task::JoinSet;

use super::bench::*;
use crate::stream::{
    Delivery, Interest, Rendered, StreamEnd, SubscribeError, Subscription, UpdateKind, ViewFilter,
};
use crate::{CallError, Options, Shards};

fn everything() -> Interest {
    Interest::View(ViewFilter {
        queues: true,
        agents: true,
        contacts: true,
        ..Default::default()
    })
}

async fn view(shards: &Shards, token: Option<String>) -> Subscription {
    let viewing = subscribe(shards, everything(), token);
    viewing.await.unwrap()
}

async fn end(stream: &mut Subscription) -> StreamEnd {
    loop {
        if let Delivery::End(end) = stream.next(QUIET).await {
            return end;
        }
    }
}

async fn presence(shards: &Shards, agent: &str) -> (bool, Presence) {
    let name = agent.into();
    let read = look(shards, move |state| {
        let agent = state.agent(state.agent_no(&name).unwrap());
        let session = agent.session.as_ref();
        let is_present = session.is_some_and(|session| session.connection.is_some());
        (is_present, agent.presence.clone())
    });
    read.await.unwrap()
}

/// Waits until the agent's session has lost its stream: the shard learns of a dropped one between two calls.
async fn session_lost(shards: &Shards, agent: &str) {
    while presence(shards, agent).await.0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_agent_sees_their_offer_through_to_its_end() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let mut pbx = adapter(&shards).await;
    let mut nora = agent(&shards, "nora").await;
    act(&shards, nora.goes_ready()).await;
    act(&shards, arrival("c1")).await;
    let offer = nora.offer(OfferState::Pending).await;
    act(&shards, nora.does(AgentAct::Accept(offer))).await;
    assert_eq!(nora.offer(OfferState::Connecting).await, offer);
    let Delivery::Directives(directives) = pbx.next(QUIET).await else {
        panic!("the adapter is told to connect");
    };
    assert_eq!(directives.len(), 1);
    act(&shards, hang_up("c1")).await;
    assert_eq!(nora.offer(OfferState::Canceled).await, offer);
}

#[tokio::test]
async fn messages_of_a_stream_form_a_chain() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let mut nora = agent(&shards, "nora").await;
    let mut before = None;
    for _ in 0..3 {
        act(&shards, nora.goes_ready()).await;
        let not_ready = acd_core::command::Availability::NotReady("break".into());
        let (_, sequence) = act(&shards, nora.does(AgentAct::SetPresence(not_ready))).await;
        let mut mark;
        loop {
            mark = nora.update().await.mark;
            if let Some(before) = before {
                assert_eq!(mark.previous_sequence, before);
            }
            before = Some(mark.sequence);
            if mark.sequence >= sequence {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_quiet_stream_says_how_far_it_is() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let mut nora = agent(&shards, "nora").await;
    // Omar's login is nothing that nora's screen shows.
    let (_, sequence) = act(&shards, login("omar")).await;
    // What is shown to somebody else by now is known to all streams.
    look(&shards, |_| ()).await.unwrap();
    let beat = nora.stream.next(std::time::Duration::from_millis(1)).await;
    let Delivery::Heartbeat(mark) = beat else {
        panic!("{beat:?}");
    };
    assert_eq!(mark.sequence, sequence);
    let interest = screen_of("nora", nora.session);
    assert_eq!(
        mark.resume_token,
        shards.resume_token(&tenant(), &interest, sequence)
    );
}

#[tokio::test]
async fn a_stream_resumes_with_what_changed_and_nothing_else() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let _pbx = adapter(&shards).await;
    let mut nora = agent(&shards, "nora").await;
    act(&shards, nora.goes_ready()).await;
    let seen = nora.update().await.mark;
    act(&shards, arrival("c1")).await;
    let offer = nora.offer(OfferState::Pending).await;
    act(&shards, nora.does(AgentAct::Reject(offer))).await;
    nora.offer(OfferState::Rejected).await;

    let interest = screen_of("nora", nora.session);
    let resumed = subscribe(&shards, interest, Some(seen.resume_token.clone()));
    let update = update(&mut resumed.await.unwrap()).await;
    assert_eq!(update.kind, UpdateKind::Changes);
    assert_eq!(update.mark.previous_sequence, seen.sequence);
    let shown: Vec<_> = offers(&update)
        .map(|offer| (offer.offer_id, offer.state()))
        .collect();
    assert_eq!(
        shown,
        [(offer.0, OfferState::Rejected)],
        "its end is told too"
    );
    assert_eq!(end(&mut nora.stream).await, StreamEnd::SessionReplaced);
}

#[tokio::test]
async fn a_view_resumes_with_what_changed_and_nothing_else() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let mut first = view(&shards, None).await;
    let begun = update(&mut first).await;
    assert_eq!(begun.kind, UpdateKind::Snapshot(ResyncReason::Unspecified));
    act(&shards, login("omar")).await;
    let mut resumed = view(&shards, Some(begun.mark.resume_token)).await;
    let changes = update(&mut resumed).await;
    assert_eq!(changes.kind, UpdateKind::Changes);
    let agents: Vec<_> = changes
        .states
        .iter()
        .filter_map(|state| match state {
            Rendered::Agent(agent) => Some(agent.agent.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(agents, ["omar"]);
}

#[tokio::test]
async fn a_token_that_is_of_no_use_gives_a_snapshot_that_says_why() {
    let log = TestLog::new();
    let short_memory = Options {
        limits: ServerLimits {
            resume_events: 1,
            ..ServerLimits::default()
        },
        ..options()
    };
    let shards = bank(&log, &short_memory).await;
    create(&shards, "shop").await;
    let old = shards.resume_token(&tenant(), &everything(), 1);
    act(&shards, login("nora")).await;
    act(&shards, login("omar")).await;
    let ahead = shards.resume_token(&tenant(), &everything(), 1_000);
    let foreign = shards.resume_token(&"shop".into(), &everything(), 1);
    for (token, reason) in [
        (old, ResyncReason::TokenTooOld),
        (ahead, ResyncReason::TokenAhead),
        (foreign, ResyncReason::TokenForeign),
        ("nonsense".to_owned(), ResyncReason::TokenMalformed),
    ] {
        let mut stream = view(&shards, Some(token)).await;
        let begun = update(&mut stream).await;
        assert_eq!(begun.kind, UpdateKind::Snapshot(reason));
        assert_eq!(begun.mark.previous_sequence, 0);
        assert_eq!(begun.mark.sequence, log.last_seq());
    }
}

#[tokio::test]
async fn a_token_from_before_a_kill_is_honoured_after_it() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let nora = agent(&shards, "nora").await;
    let interest = screen_of("nora", nora.session);
    let (_, sequence) = act(&shards, nora.goes_ready()).await;
    let token = shards.resume_token(&tenant(), &interest, sequence);
    log.kill(shards);
    drop(nora);
    let shards = start(log.clone(), &options());
    let resumed = subscribe(&shards, interest, Some(token));
    let update = update(&mut resumed.await.unwrap()).await;
    assert_eq!(update.kind, UpdateKind::Changes);
    assert_eq!(update.mark.previous_sequence, sequence);
}

#[tokio::test]
async fn a_configuration_change_is_told_to_views_as_a_whole() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let mut stream = view(&shards, None).await;
    update(&mut stream).await;
    let changed = TenantConfig {
        queues: vec![QueueConfig::named("sales")],
        agents: vec![],
        ..config()
    };
    act(&shards, Command::ApplyConfig(apply(changed))).await;
    let whole = update(&mut stream).await;
    assert_eq!(whole.kind, UpdateKind::Snapshot(ResyncReason::Unspecified));
    assert_eq!(whole.config_version, 2);
    let names: Vec<_> = whole
        .states
        .iter()
        .map(|state| match state {
            Rendered::Queue(queue) => queue.queue.as_str(),
            Rendered::AgentCounts(_) => "agents",
            Rendered::Adapter(adapter) => adapter.adapter.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(names, ["sales", "agents", "pbx"]);
}

#[tokio::test]
async fn a_reader_that_does_not_read_is_cut_off_and_no_longer_present() {
    let log = TestLog::new();
    let tight = Options {
        limits: ServerLimits {
            stream_buffer: 3,
            ..ServerLimits::default()
        },
        ..options()
    };
    let shards = bank(&log, &tight).await;
    let _pbx = adapter(&shards).await;
    let mut nora = agent(&shards, "nora").await;
    act(&shards, nora.goes_ready()).await;
    // Each contact leaves an ended offer that she does not read.
    for contact in ["c1", "c2", "c3", "c4", "c5"] {
        act(&shards, arrival(contact)).await;
        act(&shards, hang_up(contact)).await;
    }
    session_lost(&shards, "nora").await;
    assert_eq!(end(&mut nora.stream).await, StreamEnd::Resync);
}

#[tokio::test]
async fn an_adapter_gets_its_unacknowledged_directives_again_and_fences_its_past() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let mut pbx = adapter(&shards).await;
    let mut nora = agent(&shards, "nora").await;
    act(&shards, nora.goes_ready()).await;
    act(&shards, arrival("c1")).await;
    let offer = nora.offer(OfferState::Pending).await;
    act(&shards, nora.does(AgentAct::Accept(offer))).await;
    let Delivery::Directives(first) = pbx.next(QUIET).await else {
        panic!("the adapter is told to connect");
    };

    let mut again = adapter(&shards).await;
    assert_eq!(end(&mut pbx).await, StreamEnd::AdapterFenced);
    assert_eq!(again.next(QUIET).await, Delivery::Directives(first.clone()));
    let directives = vec![DirectiveId(first[0].directive_id)];
    let done = Command::AcknowledgeDirectives(AcknowledgeDirectives {
        adapter: "pbx".into(),
        directives,
    });
    act(&shards, done).await;
    // Dropping the fenced stream must not disconnect the one that fenced it.
    drop(pbx);
    let mut third = adapter(&shards).await;
    assert_eq!(end(&mut again).await, StreamEnd::AdapterFenced);
    let quiet = third.next(std::time::Duration::from_millis(1)).await;
    assert!(matches!(quiet, Delivery::Heartbeat(_)), "{quiet:?}");
    drop(again);
    act(&shards, login("omar")).await;
    let is_present = look(&shards, |state| {
        let pbx = state.adapter_no(&"pbx".into()).unwrap();
        state.adapter(pbx).is_present()
    });
    assert_eq!(is_present.await, Ok(true));
}

#[tokio::test]
async fn a_dropped_stream_detaches_the_session_and_a_new_one_takes_it_up() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let mut nora = agent(&shards, "nora").await;
    act(&shards, nora.goes_ready()).await;
    let interest = screen_of("nora", nora.session);
    let next = subscribe(&shards, interest.clone(), None).await;
    let next = next.unwrap();
    assert!(next.connection().unwrap() > nora.connection());
    assert_eq!(end(&mut nora.stream).await, StreamEnd::SessionReplaced);
    drop(nora);
    assert_eq!(presence(&shards, "nora").await, (true, Presence::Ready));
    drop(next);
    session_lost(&shards, "nora").await;
    assert_eq!(presence(&shards, "nora").await, (false, Presence::Ready));
    let back = subscribe(&shards, interest, None).await;
    assert_eq!(presence(&shards, "nora").await, (true, Presence::Ready));
    drop(back);
}

#[tokio::test]
async fn a_later_login_and_a_logout_end_the_stream_with_their_reasons() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let mut first = agent(&shards, "nora").await;
    let mut second = agent(&shards, "nora").await;
    assert_eq!(end(&mut first.stream).await, StreamEnd::SessionReplaced);
    let interest = screen_of("nora", first.session);
    let refused = subscribe(&shards, interest, None).await;
    assert!(
        matches!(&refused, Err(SubscribeError::Refused(why)) if why.reason == Reason::SessionReplaced)
    );
    act(&shards, second.does(AgentAct::Logout)).await;
    let last = second.update().await;
    assert!(
        matches!(&last.states[..], [Rendered::Agent(nora), Rendered::Day(_)] if nora.session_id == 0)
    );
    assert_eq!(end(&mut second.stream).await, StreamEnd::LoggedOut);
}

#[tokio::test]
async fn an_orderly_stop_ends_streams_and_lets_nothing_in() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let mut nora = agent(&shards, "nora").await;
    let mut stream = view(&shards, None).await;
    shards.drain().await.unwrap();
    assert_eq!(end(&mut nora.stream).await, StreamEnd::ShuttingDown);
    assert_eq!(end(&mut stream).await, StreamEnd::ShuttingDown);
    let late = look(&shards, |state| state.facts().seq);
    assert_eq!(late.await, Err(CallError::ShuttingDown));
}

#[tokio::test]
async fn streams_beyond_the_limit_are_refused_until_one_is_gone() {
    let log = TestLog::new();
    let one_stream = Options {
        limits: ServerLimits {
            streams_per_tenant: 1,
            ..ServerLimits::default()
        },
        ..options()
    };
    let shards = bank(&log, &one_stream).await;
    let first = view(&shards, None).await;
    let second = subscribe(&shards, everything(), None).await;
    let what = "server.limits.streams_per_tenant";
    let expected = SubscribeError::Call(CallError::LimitReached { what, limit: 1 });
    assert_eq!(second.unwrap_err(), expected);
    drop(first);
    while subscribe(&shards, everything(), None).await.is_err() {
        tokio::task::yield_now().await;
    }
}

/// What looks at much does so in parts, and streams are told in between.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_look_holds_up_no_stream() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let _pbx = adapter(&shards).await;
    let mut nora = agent(&shards, "nora").await;
    act(&shards, nora.goes_ready()).await;
    let (looks, looked) = crossbeam_channel::bounded::<u64>(0);
    let (go_on, goes_on) = crossbeam_channel::bounded::<()>(0);
    let mut long = JoinSet::new();
    {
        let shards = shards.clone();
        let mut parts = 0;
        long.spawn(async move {
            let part = move |state: &State| {
                looks.send(state.facts().seq).unwrap();
                goes_on.recv().unwrap();
                parts += 1;
                match parts {
                    3 => ControlFlow::Break(state.facts().seq),
                    _ => ControlFlow::Continue(()),
                }
            };
            shards.read_in_parts(&tenant(), part).await
        });
    }
    let first = looked.recv().unwrap();
    act(&shards, arrival("c1")).await;
    go_on.send(()).unwrap();
    let second = looked.recv().unwrap();
    assert!(
        second > first,
        "the second part sees what happened after the first"
    );
    // The follower stands in its second part: what the stream has, it had before.
    nora.offer(OfferState::Pending).await;
    for _ in 0..2 {
        go_on.send(()).unwrap();
        let _ = looked.recv();
    }
    assert_eq!(long.join_next().await.unwrap().unwrap(), Ok(second));
    // Whoever no longer waits is looked for no longer.
    let part = |_: &State| ControlFlow::<()>::Continue(());
    let endless = tokio::time::timeout(Duration::ZERO, shards.read_in_parts(&tenant(), part)).await;
    assert!(endless.is_err());
    assert!(look(&shards, |state| state.facts().seq).await.is_ok());
}
