//! Streams down: resume, heartbeats, and readers that do not read.

use std::time::Duration;

use acd_proto::v1::{self, ErrorReason, agent_update, watch_update};

use crate::harness::{Desk, Pbx, TENANT, TestServer, call, in_time, reason};

/// Room for a few messages, in bytes.
const SMALL_WINDOW: u32 = 1_024;

#[tokio::test]
async fn a_dropped_stream_resumes_from_its_token_without_a_gap() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let login = Desk::login(&clients, "anna").await.unwrap();
    let mut updates = Desk::subscribe(&clients, "anna", login.session_id, "")
        .await
        .unwrap();
    let first = in_time("a snapshot", updates.message())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(first.previous_sequence, 0);
    drop(updates);

    let mut updates = Desk::subscribe(&clients, "anna", login.session_id, &first.resume_token)
        .await
        .unwrap();
    let resumed = in_time("an update", updates.message())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(resumed.previous_sequence, first.sequence, "no gap");
    assert!(
        !matches!(resumed.update, Some(agent_update::Update::Snapshot(_))),
        "{resumed:?}"
    );
    let last = pbx.send(call("c1", "sales")).await;
    pbx.settled(last).await;
}

#[tokio::test]
async fn a_foreign_token_is_answered_with_a_snapshot_that_says_why() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let login = Desk::login(&clients, "anna").await.unwrap();
    let mut updates = Desk::subscribe(&clients, "anna", login.session_id, "nonsense")
        .await
        .unwrap();
    let first = in_time("a snapshot", updates.message())
        .await
        .unwrap()
        .unwrap();
    let Some(agent_update::Update::Snapshot(snapshot)) = first.update else {
        panic!("{first:?}")
    };
    assert_eq!(snapshot.resync(), v1::ResyncReason::TokenMalformed);
}

#[tokio::test]
async fn a_quiet_stream_carries_heartbeats() {
    let server =
        TestServer::with(|config| config.limits.heartbeat = Duration::from_millis(100)).await;
    let clients = server.clients().await;
    let mut desk = Desk::log_in(&clients, "anna").await;
    let mut previous = None;
    loop {
        let update = desk.next().await.unwrap();
        if let Some(previous) = previous {
            assert_eq!(update.previous_sequence, previous);
        }
        previous = Some(update.sequence);
        if matches!(update.update, Some(agent_update::Update::Heartbeat(_))) {
            break;
        }
    }
}

#[tokio::test]
async fn a_quiet_view_tells_what_time_it_is_and_not_only_when_something_happened_last() {
    let server =
        TestServer::with(|config| config.limits.heartbeat = Duration::from_millis(100)).await;
    let clients = server.clients().await;
    let request = v1::WatchRequest {
        tenant: TENANT.into(),
        ..Default::default()
    };
    let opened = clients.supervisors.clone().watch(request).await;
    let mut updates = opened.unwrap().into_inner();
    let mut before: Option<v1::WatchUpdate> = None;
    loop {
        let update = in_time("an update", updates.message()).await;
        let update = update.unwrap().unwrap();
        assert!(update.at_ms <= update.now_ms, "{update:?}");
        if let Some(before) = &before
            && before.sequence == update.sequence
        {
            assert_eq!(before.at_ms, update.at_ms);
            assert!(before.now_ms < update.now_ms, "{before:?} {update:?}");
            return;
        }
        before = Some(update);
    }
}

#[tokio::test]
async fn a_supervisors_stream_shows_every_queue_as_it_changes() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let filter = v1::ViewFilter {
        queues: true,
        contacts: true,
        ..Default::default()
    };
    let request = v1::WatchRequest {
        tenant: TENANT.into(),
        filter: Some(filter),
        resume_token: String::new(),
    };
    let mut updates = clients
        .supervisors
        .clone()
        .watch(request)
        .await
        .unwrap()
        .into_inner();
    let first = in_time("a snapshot", updates.message())
        .await
        .unwrap()
        .unwrap();
    let Some(watch_update::Update::Snapshot(snapshot)) = first.update else {
        panic!("{first:?}")
    };
    assert_eq!(snapshot.queues.len(), 2);
    assert_eq!((snapshot.agents.len(), snapshot.adapters.len()), (0, 2));
    clients.arrive(call("c1", "sales")).await.unwrap();
    loop {
        let update = in_time("a change", updates.message())
            .await
            .unwrap()
            .unwrap();
        let Some(watch_update::Update::Changes(changes)) = update.update else {
            continue;
        };
        let sales = changes.queues.iter().find(|queue| queue.queue == "sales");
        if sales.is_some_and(|queue| queue.waiting == 1) {
            assert_eq!(changes.contacts[0].contact_id, "c1");
            return;
        }
    }
}

#[tokio::test]
async fn a_stream_that_never_reads_is_cut_off_and_the_session_is_lost() {
    // Heartbeats fill the reader's small window; three intervals in which it takes nothing are the limit.
    let server =
        TestServer::with(|config| config.limits.heartbeat = Duration::from_millis(10)).await;
    let (sleepy, clients) = (
        server.clients_with_window(SMALL_WINDOW).await,
        server.clients().await,
    );
    let login = Desk::login(&sleepy, "anna").await.unwrap();
    let mut unread = Desk::subscribe(&sleepy, "anna", login.session_id, "")
        .await
        .unwrap();

    let lost = in_time("the cut", async {
        loop {
            let request = v1::ExplainAgentRequest {
                tenant: TENANT.into(),
                agent: "anna".into(),
            };
            let agent = clients
                .supervisors
                .clone()
                .explain_agent(request)
                .await
                .unwrap()
                .into_inner()
                .agent
                .unwrap();
            if agent.session_state() == v1::SessionState::Lost {
                return agent;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(
        lost.session_id, login.session_id,
        "a lost session has its grace"
    );

    // Whoever comes back to read finds what was sent before, and then the reason.
    let end = in_time("the end", async {
        loop {
            match unread.message().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("ended in order"),
                Err(end) => return end,
            }
        }
    })
    .await;
    assert_eq!(
        (reason(&end), end.code()),
        (ErrorReason::Resync, tonic::Code::Aborted)
    );
}

#[tokio::test]
async fn after_a_logout_the_stream_ends() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut desk = Desk::log_in(&clients, "anna").await;
    let request = v1::LogoutRequest {
        tenant: TENANT.into(),
        request_id: crate::harness::request_id(),
        agent: "anna".into(),
        session_id: desk.session,
    };
    clients.agents.clone().logout(request).await.unwrap();
    assert_eq!(reason(&desk.end().await), ErrorReason::NotLoggedIn);
}
