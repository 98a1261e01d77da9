//! What an adapter session promises over drops, duplicates and gaps.

#![expect(
    clippy::disallowed_methods,
    reason = "a test's runtime ends with it, and its tasks with the runtime"
)]

use acd_client::{
    AdapterSession, Error,
    adapter::{Options, Receipt, Status},
};
use acd_proto::v1::{
    ContactArrived, ContactHeld, ErrorReason, EventRefusal, LiveContact, LiveList, LiveListAck,
    LiveRefusal, RefusalAck, Welcome, adapter_message, adapter_server_message, live_refusal,
};
use acd_testkit::fake_server::{AdapterConnection, FakeServer, refusal};
use tonic::Code;

fn event(contact: &str) -> ContactHeld {
    ContactHeld {
        contact_id: contact.into(),
    }
}

async fn started() -> (FakeServer, AdapterSession, AdapterConnection) {
    let mut server = FakeServer::start().await;
    let session = AdapterSession::start(&server.endpoint(), Options::new("tenant", "pbx"));
    let connection = server.adapters.recv().await.expect("a connection");
    (server, session, connection)
}

#[tokio::test]
async fn a_new_connection_gets_exactly_the_unacknowledged_tail_in_order() {
    let (mut server, session, mut connection) = started().await;
    connection.welcome(0).await;
    let mut submitted = Vec::new();
    for contact in ["a", "b", "c", "d"] {
        submitted.push(session.handle().submit(event(contact)).await.expect("room"));
    }
    connection.events(4).await;
    connection.acknowledge(1, Vec::new()).await;
    drop(connection);

    // The second event became durable too, its acknowledgement was lost.
    let mut connection = server.adapters.recv().await.expect("a second connection");
    connection.welcome(2).await;
    assert_eq!(
        connection.events(2).await,
        [(3, "c".to_owned()), (4, "d".to_owned())]
    );
    connection.acknowledge(4, Vec::new()).await;

    let mut receipts = Vec::new();
    for event in submitted {
        receipts.push(event.receipt().await.expect("durable"));
    }
    assert_eq!(receipts, [Receipt::Applied; 4]);
}

#[tokio::test]
async fn the_incarnation_stays_the_same_over_connections() {
    let (mut server, _session, mut connection) = started().await;
    let first = connection.hello().await;
    drop(connection);
    let second = server
        .adapters
        .recv()
        .await
        .expect("a second connection")
        .hello()
        .await;
    assert_eq!(first, second);
    assert_eq!(
        (first.tenant.as_str(), first.adapter.as_str()),
        ("tenant", "pbx")
    );
}

#[tokio::test]
async fn a_directive_that_comes_again_is_handed_over_once() {
    let (mut server, mut session, mut connection) = started().await;
    connection.welcome(0).await;
    connection.direct(5, 0).await;
    connection.direct(6, 5).await;
    assert_eq!(
        session
            .next_directive()
            .await
            .expect("the session runs")
            .directive_id,
        5
    );
    assert_eq!(
        session
            .next_directive()
            .await
            .expect("the session runs")
            .directive_id,
        6
    );
    session
        .handle()
        .acknowledge(vec![5])
        .await
        .expect("the session runs");
    assert_eq!(connection.acknowledged().await, [5]);
    drop(connection);

    // The server never got that acknowledgement: it sends both again, and a new one.
    let mut connection = server.adapters.recv().await.expect("a second connection");
    connection.welcome(0).await;
    connection.direct(5, 0).await;
    connection.direct(6, 5).await;
    connection.direct(9, 6).await;
    assert_eq!(
        session
            .next_directive()
            .await
            .expect("the session runs")
            .directive_id,
        9
    );
    assert_eq!(
        connection.acknowledged().await,
        [5],
        "the lost acknowledgement is made good, 6 is still being done"
    );
}

#[tokio::test]
async fn a_directive_says_what_is_settled_and_the_next_event_which_directives_are_done() {
    let (_server, mut session, mut connection) = started().await;
    connection.welcome(0).await;
    let first = session.handle().submit(event("a")).await.expect("room");
    connection.events(1).await;
    connection.direct(5, 0).await;
    for id in [5, 6] {
        let directive = session.next_directive().await.expect("a directive");
        assert_eq!(directive.directive_id, id);
        session.handle().acknowledge(vec![id]).await.expect("room");
        if id == 5 {
            assert_eq!(connection.acknowledged().await, [5]);
            connection.settle_and_direct(1, 6, 5).await;
        }
    }
    assert_eq!(first.receipt().await.expect("durable"), Receipt::Applied);
    // Whichever is sent first: the event with what is done by then, or an acknowledgement that was due before.
    session.handle().submit(event("b")).await.expect("room");
    let mut done = Vec::new();
    loop {
        match connection.hear().await {
            Some(adapter_message::Message::DirectiveAck(ack)) => done.extend(ack.directive_ids),
            Some(adapter_message::Message::Event(event)) => {
                done.extend(event.done_directive_ids);
                break;
            }
            other => panic!("an event, not {other:?}"),
        }
    }
    assert_eq!(done, [6]);
}

#[tokio::test]
async fn a_gap_in_the_directives_leads_to_a_new_connection() {
    let (mut server, mut session, mut connection) = started().await;
    connection.welcome(0).await;
    connection.direct(9, 7).await;
    let mut connection = server.adapters.recv().await.expect("a second connection");
    connection.welcome(0).await;
    connection.direct(7, 0).await;
    connection.direct(9, 7).await;
    assert_eq!(
        session
            .next_directive()
            .await
            .expect("the session runs")
            .directive_id,
        7
    );
    assert_eq!(
        session
            .next_directive()
            .await
            .expect("the session runs")
            .directive_id,
        9
    );
}

#[tokio::test]
async fn a_refused_event_reaches_its_sender_with_reason_field_and_remedy() {
    let (_server, session, mut connection) = started().await;
    connection.welcome(0).await;
    let wrong = session.handle().submit(event("a")).await.expect("room");
    let right = session.handle().submit(event("b")).await.expect("room");
    connection.events(2).await;
    let refusal = EventRefusal {
        sequence: 1,
        reason: ErrorReason::UnknownContact.into(),
        field: "contact_held.contact_id".into(),
        message: "no contact `a`".into(),
        remedy: "report its arrival first".into(),
    };
    connection.acknowledge(2, vec![refusal]).await;
    let error = wrong.receipt().await.expect_err("refused");
    assert_eq!(error.reason(), Some(ErrorReason::UnknownContact));
    assert_eq!(
        error.to_string(),
        "UNKNOWN_CONTACT: no contact `a` (field `contact_held.contact_id`); report its arrival first"
    );
    assert_eq!(right.receipt().await.expect("applied"), Receipt::Applied);
}

#[tokio::test]
async fn a_refusal_whose_acknowledgement_was_lost_reaches_its_event_and_is_confirmed() {
    let (mut server, session, mut connection) = started().await;
    connection.welcome(0).await;
    let right = session.handle().submit(event("a")).await.expect("room");
    let wrong = session.handle().submit(event("b")).await.expect("room");
    connection.events(2).await;
    drop(connection);
    let mut connection = server.adapters.recv().await.expect("a second connection");
    let welcome = Welcome {
        last_applied_sequence: 2,
        unconfirmed_refusals: 1,
        ..Welcome::default()
    };
    connection.welcome_with(welcome).await;
    let refusal = EventRefusal {
        sequence: 2,
        reason: ErrorReason::UnknownContact.into(),
        ..EventRefusal::default()
    };
    connection.acknowledge(2, vec![refusal]).await;
    let error = wrong.receipt().await.expect_err("refused");
    assert_eq!(error.reason(), Some(ErrorReason::UnknownContact));
    assert_eq!(right.receipt().await.expect("applied"), Receipt::Applied);
    let confirmed = adapter_message::Message::RefusalAck(RefusalAck { sequence: 2 });
    assert_eq!(connection.hear().await, Some(confirmed));
}

fn live(contact_id: &str) -> LiveContact {
    LiveContact {
        contact: Some(ContactArrived {
            contact_id: contact_id.into(),
            ..ContactArrived::default()
        }),
        arrived_at_ms: 1,
        agent: String::new(),
    }
}

#[tokio::test]
async fn a_live_list_is_due_until_it_is_answered_and_is_sent_anew_when_the_answer_is_lost() {
    let (mut server, session, mut connection) = started().await;
    let due = Welcome {
        live_list_due: true,
        ..Welcome::default()
    };
    connection.welcome_with(due.clone()).await;
    session.handle().live_list_due().await.expect("it is due");
    let list = LiveList {
        contacts: vec![live("a"), live("b")],
        agents: Vec::new(),
    };
    let handle = session.handle().clone();
    let listing = tokio::spawn(async move { handle.reconcile(list).await });
    assert_eq!(connection.live_list().await, ["a", "b"]);
    drop(connection);

    let mut connection = server.adapters.recv().await.expect("a second connection");
    connection.welcome_with(due).await;
    assert_eq!(connection.live_list().await, ["a", "b"]);
    let refusal = |contact: &str| LiveRefusal {
        entry: Some(live_refusal::Entry::ContactId(contact.into())),
        reason: ErrorReason::UnknownQueue.into(),
        ..LiveRefusal::default()
    };
    for (contact, more) in [("a", true), ("b", false)] {
        let ack = LiveListAck {
            contacts: 2,
            refusals: vec![refusal(contact)],
            more,
            ..LiveListAck::default()
        };
        connection
            .send(adapter_server_message::Message::LiveListAck(ack))
            .await;
    }
    let answer = listing.await.expect("no panic").expect("it has effect");
    assert_eq!(answer.refusals, [refusal("a"), refusal("b")]);
    let status = session.handle().status();
    assert!(matches!(
        &*status.borrow(),
        Status::Connected {
            live_list_due: false,
            ..
        }
    ));
}

#[tokio::test]
async fn a_fenced_adapter_does_not_come_back() {
    let (mut server, mut session, mut connection) = started().await;
    connection.welcome(0).await;
    let handle = session.handle().clone();
    let under_way = handle.submit(event("a")).await.expect("room");
    connection.events(1).await;
    connection
        .end(refusal(Code::Aborted, ErrorReason::AdapterFenced))
        .await;
    for error in [
        session.next_directive().await.expect_err("over"),
        under_way.receipt().await.expect_err("over"),
        handle.send(event("b")).await.expect_err("over"),
    ] {
        assert_eq!(error.reason(), Some(ErrorReason::AdapterFenced));
    }
    assert!(
        server.adapters.try_recv().is_err(),
        "it must not fight the one that took over"
    );
}

#[tokio::test]
async fn a_replaced_journal_ends_the_session() {
    let (mut server, mut session, mut connection) = started().await;
    connection.welcome(0).await;
    drop(connection);
    let mut connection = server.adapters.recv().await.expect("a second connection");
    connection.hello().await;
    let other = Welcome {
        journal_id: "another".into(),
        ..Welcome::default()
    };
    connection
        .send(adapter_server_message::Message::Welcome(other))
        .await;
    assert!(matches!(
        session.next_directive().await,
        Err(Error::JournalReplaced(_))
    ));
}

#[tokio::test]
async fn a_silent_server_is_left_for_a_new_connection() {
    let (mut server, _session, mut connection) = started().await;
    connection.hello().await;
    let welcome = Welcome {
        journal_id: "journal".into(),
        heartbeat_interval_ms: 1,
        ..Welcome::default()
    };
    connection
        .send(adapter_server_message::Message::Welcome(welcome))
        .await;
    server
        .adapters
        .recv()
        .await
        .expect("a second connection, while the first is still open");
    drop(connection);
}

#[tokio::test]
async fn no_more_is_under_way_than_the_server_allows() {
    let (_server, session, mut connection) = started().await;
    connection.hello().await;
    let welcome = Welcome {
        journal_id: "journal".into(),
        heartbeat_interval_ms: 60_000,
        max_unacknowledged_events: 1,
        ..Welcome::default()
    };
    connection
        .send(adapter_server_message::Message::Welcome(welcome))
        .await;
    let first = session.handle().submit(event("a")).await.expect("room");
    let second = session.handle().submit(event("b")).await.expect("room");
    // What comes after the first event is this acknowledgement, though the second event was handed over before it.
    assert_eq!(connection.events(1).await.len(), 1);
    session
        .handle()
        .acknowledge(vec![5])
        .await
        .expect("the session runs");
    assert_eq!(connection.acknowledged().await, [5]);
    connection.acknowledge(1, Vec::new()).await;
    first.receipt().await.expect("durable");
    assert_eq!(connection.events(1).await, [(2, "b".to_owned())]);
    connection.acknowledge(2, Vec::new()).await;
    second.receipt().await.expect("durable");
}

#[tokio::test]
async fn closing_waits_until_everything_is_durable() {
    let (mut server, session, mut connection) = started().await;
    connection.welcome(0).await;
    let status = session.handle().status();
    let under_way = session.handle().submit(event("a")).await.expect("room");
    let closing = tokio::spawn(session.close());
    connection.events(1).await;
    drop(connection);
    let mut connection = server
        .adapters
        .recv()
        .await
        .expect("a second connection, for what is under way");
    connection.welcome(0).await;
    assert_eq!(connection.events(1).await, [(1, "a".to_owned())]);
    connection.acknowledge(1, Vec::new()).await;
    assert_eq!(
        under_way.receipt().await.expect("durable"),
        Receipt::Applied
    );
    assert!(
        connection.hear().await.is_none(),
        "the adapter ended its side"
    );
    drop(connection);
    closing.await.expect("no panic").expect("closed");
    assert!(matches!(
        &*status.borrow(),
        Status::Over {
            error: Error::Closed
        }
    ));
}
