//! What an agent session and its commands promise over drops, gaps and busy servers.

#![expect(
    clippy::disallowed_methods,
    reason = "a test's runtime ends with it, and its tasks with the runtime"
)]

use std::{collections::HashSet, num::NonZeroUsize, time::Duration};

use acd_client::{
    AgentSession, Endpoint, Error,
    agent::Update,
    endpoint::{BearerToken, Options},
};
use acd_proto::v1::{AcceptOfferRequest, ErrorReason};
use acd_testkit::fake_server::{FakeServer, Subscription, refusal};
use tokio::{task::JoinSet, time::timeout};
use tonic::{Code, Status};

async fn logged_in() -> (FakeServer, AgentSession) {
    let server = FakeServer::start().await;
    let session = login(&server.endpoint()).await;
    (server, session)
}

async fn login(endpoint: &Endpoint) -> AgentSession {
    AgentSession::login(endpoint, "tenant", "anna")
        .await
        .expect("logged in")
}

/// Awaits the next update while the test plays the server with `play`.
async fn next_while<T>(
    session: &mut AgentSession,
    play: impl Future<Output = T>,
) -> (Result<Update, Error>, T) {
    tokio::join!(session.next(), play)
}

/// Takes the next subscription and begins it with a snapshot at 10 with offer 8.
async fn subscribed(server: &mut FakeServer, session: &mut AgentSession) -> Subscription {
    let (update, subscription) = next_while(session, async {
        let subscription = server.subscriptions.recv().await.expect("a subscription");
        subscription.snapshot(10, &[8]).await;
        subscription
    })
    .await;
    assert!(matches!(update, Ok(Update::Snapshot(_))));
    assert_eq!(subscription.request.resume_token, "");
    assert_eq!(offers(session), [8]);
    subscription
}

fn offers(session: &AgentSession) -> Vec<u64> {
    session
        .view()
        .offers()
        .map(|offer| offer.offer_id)
        .collect()
}

#[tokio::test]
async fn a_dropped_stream_goes_on_where_it_was() {
    let (mut server, mut session) = logged_in().await;
    let subscription = subscribed(&mut server, &mut session).await;
    subscription.heartbeat(14, 10).await;
    subscription.offer(15, 14, 15).await;
    session.next().await.expect("the offer");
    drop(subscription);

    let (update, subscription) = next_while(&mut session, async {
        let subscription = server
            .subscriptions
            .recv()
            .await
            .expect("a second subscription");
        subscription.offer(19, 15, 19).await;
        subscription
    })
    .await;
    assert!(matches!(update, Ok(Update::Changes(_))));
    assert_eq!(subscription.request.resume_token, "after 15");
    assert_eq!(subscription.request.session_id, 7);
    assert_eq!(offers(&session), [8, 15, 19]);
    assert_eq!(session.view().sequence(), 19);
}

#[tokio::test]
async fn after_a_gap_the_view_starts_anew() {
    let (mut server, mut session) = logged_in().await;
    let subscription = subscribed(&mut server, &mut session).await;
    subscription.offer(15, 12, 15).await;
    let (update, second) = next_while(&mut session, async {
        let subscription = server
            .subscriptions
            .recv()
            .await
            .expect("a second subscription");
        subscription.snapshot(16, &[15]).await;
        subscription
    })
    .await;
    assert!(matches!(update, Ok(Update::Snapshot(_))));
    assert_eq!(
        second.request.resume_token, "",
        "a token would not close the gap"
    );
    assert_eq!(offers(&session), [15]);
}

#[tokio::test]
async fn a_reader_cut_off_for_being_slow_starts_anew() {
    let (mut server, mut session) = logged_in().await;
    let subscription = subscribed(&mut server, &mut session).await;
    subscription
        .end(refusal(Code::Aborted, ErrorReason::Resync))
        .await;
    subscribed(&mut server, &mut session).await;
}

#[tokio::test]
async fn a_replaced_session_ends_for_good() {
    let (mut server, mut session) = logged_in().await;
    let subscription = subscribed(&mut server, &mut session).await;
    subscription
        .end(refusal(
            Code::FailedPrecondition,
            ErrorReason::SessionReplaced,
        ))
        .await;
    for _ in 0..2 {
        let error = session.next().await.expect_err("over");
        assert_eq!(error.reason(), Some(ErrorReason::SessionReplaced));
    }
    assert!(
        server.subscriptions.try_recv().is_err(),
        "it must not fight the login that took over"
    );
}

#[tokio::test]
async fn a_wait_that_is_dropped_loses_nothing() {
    let (mut server, mut session) = logged_in().await;
    let subscription = loop {
        assert!(
            timeout(Duration::from_micros(1), session.next())
                .await
                .is_err()
        );
        if let Ok(subscription) = server.subscriptions.try_recv() {
            break subscription;
        }
    };
    subscription.snapshot(10, &[8]).await;
    for sequence in 11..=20 {
        let _ = timeout(Duration::ZERO, session.next()).await;
        subscription.offer(sequence, sequence - 1, sequence).await;
    }
    while session.view().sequence() < 20 {
        session.next().await.expect("an offer");
    }
    assert_eq!(offers(&session).len(), 11);
    assert!(
        server.subscriptions.try_recv().is_err(),
        "one attempt was enough"
    );
}

#[tokio::test]
async fn a_repeat_keeps_its_request_id_and_a_new_command_has_its_own() {
    let (mut server, session) = logged_in().await;
    let commands = session.commands().clone();
    let accepting = tokio::spawn(async move {
        (
            commands.accept_offer(8).await,
            commands.accept_offer(9).await,
        )
    });
    let mut ids = Vec::new();
    for answer in [
        Err(refusal(Code::ResourceExhausted, ErrorReason::Busy)),
        Err(refusal(Code::Unavailable, ErrorReason::Storage)),
        Err(Status::unavailable("a proxy says so")),
        Ok(21),
        Ok(22),
    ] {
        let accept = server.commands.recv().await.expect("an attempt");
        let call = accept.call.downcast::<AcceptOfferRequest>();
        let call = call.expect("the call of this test");
        ids.push((call.offer_id, accept.request_id));
        accept.answer.send(answer).expect("the client waits");
    }
    let (first, second) = accepting.await.expect("no panic");
    assert_eq!(
        (first.expect("accepted"), second.expect("accepted")),
        (21, 22)
    );
    assert!(ids[..4].iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_ne!(ids[3].1, ids[4].1);
}

#[tokio::test]
async fn a_refusal_is_not_repeated_and_says_why() {
    let (mut server, session) = logged_in().await;
    let commands = session.commands().clone();
    let accepting = tokio::spawn(async move { commands.accept_offer(8).await });
    let accept = server.commands.recv().await.expect("an attempt");
    let refusal = refusal(Code::FailedPrecondition, ErrorReason::OfferNotPending);
    accept.answer.send(Err(refusal)).expect("the client waits");
    let Err(Error::Refused(refusal)) = accepting.await.expect("no panic") else {
        panic!("refused")
    };
    assert_eq!(refusal.reason, Some(ErrorReason::OfferNotPending));
    assert_eq!(
        (refusal.field.as_str(), refusal.remedy.as_str()),
        ("a_field", "a remedy")
    );
    assert!(server.commands.try_recv().is_err());
}

#[tokio::test]
async fn a_command_nobody_answers_ends_with_its_deadline() {
    let server = FakeServer::start().await;
    let options = Options {
        request_timeout: Duration::from_millis(50),
        ..server.options()
    };
    let session = login(&Endpoint::new(options).expect("the options are right")).await;
    assert!(matches!(
        session.commands().accept_offer(8).await,
        Err(Error::DeadlinePassed { .. })
    ));
}

#[tokio::test]
async fn the_bearer_token_goes_with_every_call() {
    let mut server = FakeServer::start().await;
    let bearer_token = Some(BearerToken::new("a-token"));
    let options = Options {
        bearer_token,
        ..server.options()
    };
    assert!(!format!("{options:?}").contains("a-token"));
    let session = login(&Endpoint::new(options).expect("the options are right")).await;
    let commands = session.commands().clone();
    let _accepting = tokio::spawn(async move { commands.accept_offer(8).await });
    let accept = server.commands.recv().await.expect("an attempt");
    assert_eq!(accept.authorization.as_deref(), Some("Bearer a-token"));
}

#[tokio::test]
async fn hundreds_of_agents_share_a_few_connections() {
    const AGENTS: usize = 300;
    const CONNECTIONS: usize = 4;
    let mut server = FakeServer::start().await;
    let connections = NonZeroUsize::new(CONNECTIONS).expect("not zero");
    let endpoint = Endpoint::new(Options {
        connections,
        ..server.options()
    })
    .expect("the options are right");
    let mut agents = JoinSet::new();
    for _ in 0..AGENTS {
        let endpoint = endpoint.clone();
        agents.spawn(async move { login(&endpoint).await.next().await.map(drop) });
    }
    let mut from = HashSet::new();
    for _ in 0..AGENTS {
        let subscription = server.subscriptions.recv().await.expect("a subscription");
        from.extend(subscription.from);
        subscription.snapshot(10, &[]).await;
    }
    while let Some(agent) = agents.join_next().await {
        agent.expect("no panic").expect("a snapshot");
    }
    assert_eq!(from.len(), CONNECTIONS);
}
