//! An adapter's stream: events once and in order, directives until they are acknowledged.

use acd_proto::v1::{self, ErrorReason, adapter_message, directive::Instruction};

use crate::call_path::talking;
use crate::harness::{Desk, Pbx, TENANT, TestServer, call, in_time, metadata, reason, refused};

#[tokio::test]
async fn pipelined_events_are_acknowledged_in_order_with_their_refusals() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    assert_eq!(pbx.welcome.last_applied_sequence, 0);
    pbx.send(call("c1", "sales")).await;
    pbx.send(call("c2", "nowhere")).await;
    pbx.send(v1::ContactArrived {
        channel: "pigeon".into(),
        ..call("c3", "sales")
    })
    .await;
    let last = pbx.send(call("c4", "sales")).await;
    let refusals = pbx.settled(last).await;
    let told: Vec<_> = refusals
        .iter()
        .map(|it| (it.sequence, it.reason(), it.field.as_str()))
        .collect();
    let expected = [
        (2, ErrorReason::UnknownQueue, "contact_arrived.queue"),
        (3, ErrorReason::InvalidArgument, "contact_arrived.channel"),
    ];
    assert_eq!(told, expected);
    assert!(
        refusals
            .iter()
            .all(|refusal| !refusal.message.is_empty() && !refusal.remedy.is_empty())
    );
    assert_eq!(clients.counters("sales").await.offered, 2);
}

#[tokio::test]
async fn a_reconnect_continues_the_numbering_and_a_repeat_has_no_effect() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let last = pbx.send(call("c1", "sales")).await;
    pbx.settled(last).await;
    drop(pbx);

    let mut pbx = Pbx::connect(&clients, "run-1").await;
    assert_eq!(pbx.welcome.last_applied_sequence, 1);
    pbx.send_as(1, call("c1", "sales")).await;
    let last = pbx.send(call("c2", "sales")).await;
    assert_eq!(pbx.settled(last).await, vec![]);
    assert_eq!(clients.counters("sales").await.offered, 2);
    drop(pbx);

    let restarted = Pbx::connect(&clients, "run-2").await;
    assert_eq!(
        restarted.welcome.last_applied_sequence, 0,
        "a new incarnation numbers anew"
    );
}

#[tokio::test]
async fn a_refusal_whose_acknowledgement_was_lost_comes_again_until_it_is_confirmed() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    pbx.send(call("c1", "nowhere")).await;
    let pigeon = v1::ContactArrived {
        channel: "pigeon".into(),
        ..call("c2", "sales")
    };
    pbx.send(pigeon).await;
    let last = pbx.send(call("c3", "sales")).await;
    let first = pbx.settled(last).await;
    drop(pbx);

    let mut pbx = Pbx::connect(&clients, "run-1").await;
    assert_eq!(pbx.welcome.unconfirmed_refusals, 2);
    assert_eq!(pbx.settled(last).await, first, "word for word");
    pbx.confirm(1).await;
    // What follows on the stream is decided after the confirmation.
    let last = pbx.send(call("c4", "sales")).await;
    pbx.settled(last).await;
    drop(pbx);

    let mut pbx = Pbx::connect(&clients, "run-1").await;
    assert_eq!(pbx.welcome.unconfirmed_refusals, 1);
    assert_eq!(pbx.settled(last).await, first[1..]);
    drop(pbx);

    let pbx = Pbx::connect(&clients, "run-2").await;
    assert_eq!(
        pbx.welcome.unconfirmed_refusals, 0,
        "a new incarnation has no past"
    );
}

#[tokio::test]
async fn refusals_survive_a_restart_of_the_server() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let last = pbx.send(call("c1", "nowhere")).await;
    let first = pbx.settled(last).await;
    drop(pbx);
    let server = server.restart().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    assert_eq!(pbx.settled(last).await, first);
}

#[tokio::test]
async fn unacknowledged_directives_come_again_first_and_in_order() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    let handling = talking(&mut pbx, &mut anna, "c1").await;
    anna.hold(handling.handling_id).await.unwrap();
    let mut bert = Desk::ready(&clients, "bert").await;
    let handling = talking(&mut pbx, &mut bert, "c2").await;
    bert.hold(handling.handling_id).await.unwrap();
    drop(pbx);

    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let (one, two) = (pbx.directive().await, pbx.directive().await);
    assert_eq!(
        (one.contact_id.as_str(), two.contact_id.as_str()),
        ("c1", "c2")
    );
    assert!(
        matches!(one.instruction, Some(Instruction::Hold(_))),
        "{one:?}"
    );
    assert_eq!(
        (one.previous_directive_id, two.previous_directive_id),
        (0, one.directive_id)
    );
    pbx.done(one.directive_id).await;
    // What follows on the stream is decided after the acknowledgement.
    let last = pbx.send(call("c3", "loans")).await;
    pbx.settled(last).await;
    drop(pbx);

    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let only = pbx.directive().await;
    assert_eq!(
        (only.directive_id, only.previous_directive_id),
        (two.directive_id, 0)
    );
    assert_eq!(only.instruction, two.instruction);
}

#[tokio::test]
async fn a_connection_outlives_a_drop_and_a_new_incarnation_is_told_of_it_again() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut desk = Desk::ready(&clients, "anna").await;
    pbx.send(call("c1", "sales")).await;
    let offer = desk.ringing().await;
    desk.accept(offer.offer_id).await.unwrap();
    let connect = pbx.directive().await;
    assert!(
        matches!(connect.instruction, Some(Instruction::Connect(_))),
        "{connect:?}"
    );
    pbx.done(connect.directive_id).await;
    drop(pbx);
    let mut pbx = Pbx::connect(&clients, "run-2").await;
    let again = pbx.directive().await;
    let Some(Instruction::Connect(connect)) = again.instruction else {
        panic!("{again:?}")
    };
    assert_eq!(connect.offer_id, offer.offer_id);
    pbx.send(v1::ContactConnected {
        contact_id: "c1".into(),
        offer_id: offer.offer_id,
    })
    .await;
    let handling = desk.handling(v1::HandlingState::Connected).await;
    assert_eq!(handling.contact_id, "c1");
}

#[tokio::test]
async fn when_the_caller_hangs_up_during_connecting_the_connect_directive_is_gone() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut desk = Desk::ready(&clients, "anna").await;
    pbx.send(call("c1", "sales")).await;
    let offer = desk.ringing().await;
    desk.accept(offer.offer_id).await.unwrap();
    let directive = pbx.directive().await;
    assert!(matches!(
        directive.instruction,
        Some(Instruction::Connect(_))
    ));
    let ended = v1::ContactEnded {
        contact_id: "c1".into(),
        cause: v1::EndCause::Customer.into(),
    };
    let last = pbx.send(ended).await;
    pbx.settled(last).await;
    drop(pbx);
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let last = pbx.send(call("c2", "sales")).await;
    let ack = pbx.next().await.unwrap();
    assert!(
        matches!(&ack, v1::adapter_server_message::Message::EventAck(ack) if ack.sequence == last),
        "a directive of an ended contact does not come again: {ack:?}"
    );
}

#[tokio::test]
async fn a_newer_connection_fences_the_older() {
    let server = TestServer::start().await;
    let (one, other) = (server.clients().await, server.clients().await);
    let mut old = Pbx::connect(&one, "run-1").await;
    let mut new = Pbx::connect(&other, "run-2").await;
    let end = old.end().await;
    assert_eq!(
        (reason(&end), end.code()),
        (ErrorReason::AdapterFenced, tonic::Code::Aborted)
    );
    let last = new.send(call("c1", "sales")).await;
    assert_eq!(new.settled(last).await, vec![]);
}

#[tokio::test]
async fn a_gap_in_the_numbering_ends_the_stream_and_names_what_was_expected() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let last = pbx.send(call("c1", "sales")).await;
    pbx.settled(last).await;
    pbx.send_as(5, call("c5", "sales")).await;
    let end = pbx.end().await;
    assert_eq!(
        (reason(&end), metadata(&end, "expected")),
        (ErrorReason::SequenceGap, "2".into())
    );
    assert_eq!(clients.counters("sales").await.offered, 1);
}

#[tokio::test]
async fn what_is_no_hello_or_a_second_one_ends_the_stream() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let event = v1::Event {
        sequence: 1,
        event: Some(call("c1", "sales").into()),
        ..Default::default()
    };
    let first = adapter_message::Message::Event(event).into();
    let mut adapters = clients.adapters.clone();
    let opened = adapters.connect(tokio_stream::iter([first]));
    let status = refused(in_time("a refusal", opened).await.map(|_| ()));
    assert_eq!(
        (reason(&status), metadata(&status, "field")),
        (ErrorReason::InvalidArgument, "hello".into())
    );

    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let hello = v1::Hello {
        tenant: TENANT.into(),
        adapter: "pbx".into(),
        incarnation: "run-1".into(),
    };
    pbx.up
        .send(adapter_message::Message::Hello(hello).into())
        .await
        .unwrap();
    let end = pbx.end().await;
    assert_eq!(
        (reason(&end), metadata(&end, "field")),
        (ErrorReason::InvalidArgument, "hello".into())
    );

    let no_incarnation = refused(
        Pbx::try_connect(&clients, TENANT, "pbx", "")
            .await
            .map(|_| ()),
    );
    assert_eq!(metadata(&no_incarnation, "field"), "hello.incarnation");
}

#[tokio::test]
async fn an_offer_rings_on_while_its_adapter_is_away_and_is_connected_when_it_is_back() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut desk = Desk::ready(&clients, "anna").await;
    pbx.send(call("c1", "sales")).await;
    let offer = desk.ringing().await;
    drop(pbx);
    desk.accept(offer.offer_id).await.unwrap();
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let directive = pbx.directive().await;
    let Some(Instruction::Connect(connect)) = directive.instruction else {
        panic!("{directive:?}")
    };
    assert_eq!(connect.offer_id, offer.offer_id);
}

#[tokio::test]
async fn more_events_than_the_window_are_all_settled() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let window = u64::from(pbx.welcome.max_unacknowledged_events);
    let mut last = 0;
    for n in 0..window + 100 {
        last = pbx.send(call(&format!("c{n}"), "loans")).await;
    }
    assert_eq!(pbx.settled(last).await, vec![]);
    assert_eq!(clients.counters("loans").await.offered, window + 100);
}
