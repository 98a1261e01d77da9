//! A reconnected adapter tells what it holds.

use acd_proto::v1::adapter_server_message::Message as Down;
use acd_proto::v1::{self, ErrorReason, adapter_message::Message};

use crate::harness::clients::call;
use crate::harness::pbx::Wrapped as _;
use crate::harness::{Clients, Desk, Pbx, TENANT, TestServer, reason};

fn live(contact_id: &str, arrived_at_ms: i64) -> Message {
    Message::LiveContact(v1::LiveContact {
        contact: Some(call(contact_id, "sales")),
        arrived_at_ms,
    })
}

async fn say(pbx: &Pbx, message: Message) {
    pbx.up
        .send(message.wrapped())
        .await
        .expect("an open stream");
}

async fn acknowledged(pbx: &mut Pbx) -> v1::LiveListAck {
    loop {
        if let Down::LiveListAck(ack) = pbx.next().await.expect("an acknowledgement") {
            return ack;
        }
    }
}

async fn contacts(clients: &Clients) -> Vec<(String, i64)> {
    let request = v1::ListContactsRequest {
        tenant: TENANT.into(),
        selection: v1::ContactSelection::InQueue.into(),
        ..Default::default()
    };
    let answer = clients.supervisors.clone().list_contacts(request).await;
    let contacts = answer.expect("a list").into_inner().contacts.into_iter();
    contacts
        .map(|contact| (contact.contact_id, contact.arrived_at_ms))
        .collect()
}

#[tokio::test]
async fn what_the_adapter_no_longer_has_ends_and_what_it_has_joins_with_its_time() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    for contact in ["gone", "kept"] {
        clients.arrive(call(contact, "sales")).await.unwrap();
    }
    let kept_since = contacts(&clients).await[1].1;
    say(&pbx, Message::LiveListBegin(v1::LiveListBegin {})).await;
    say(&pbx, live("new", 1_000)).await;
    say(&pbx, live("kept", kept_since)).await;
    let anna = v1::LiveAgent {
        agent: "anna".into(),
    };
    say(&pbx, Message::LiveAgent(anna)).await;
    say(&pbx, Message::LiveListEnd(v1::LiveListEnd {})).await;
    let ack = acknowledged(&mut pbx).await;
    assert_eq!((ack.contacts, ack.refusal), (2, None));

    let now = contacts(&clients).await;
    assert_eq!(now.len(), 2);
    assert!(now.contains(&("new".into(), 1_000)) && now.contains(&("kept".into(), kept_since)));
    assert_eq!(clients.counters("sales").await.abandoned_system, 1);
    let mut anna = Desk::log_in(&clients, "anna").await;
    anna.set_presence(v1::Presence::Ready, "").await.unwrap();
    assert!(anna.agent(|_| true).await.busy_outside);
}

#[tokio::test]
async fn a_list_that_is_refused_changes_nothing_and_the_stream_goes_on() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    clients.arrive(call("c1", "sales")).await.unwrap();
    say(&pbx, Message::LiveListBegin(v1::LiveListBegin {})).await;
    let nobody = v1::LiveAgent {
        agent: "nobody".into(),
    };
    say(&pbx, Message::LiveAgent(nobody)).await;
    say(&pbx, Message::LiveListEnd(v1::LiveListEnd {})).await;
    let refusal = acknowledged(&mut pbx).await.refusal.expect("a refusal");
    assert_eq!(refusal.reason(), ErrorReason::UnknownAgent);
    assert_eq!(contacts(&clients).await.len(), 1);
    let sequence = pbx.send(call("c2", "sales")).await;
    assert_eq!(pbx.settled(sequence).await, []);
}

#[tokio::test]
async fn parts_of_a_list_stand_between_its_begin_and_its_end_alone() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut outside = Pbx::connect(&clients, "run-1").await;
    say(&outside, live("c1", 1_000)).await;
    assert_eq!(reason(&outside.end().await), ErrorReason::InvalidArgument);

    let mut within = Pbx::connect(&clients, "run-2").await;
    say(&within, Message::LiveListBegin(v1::LiveListBegin {})).await;
    within.send(call("c1", "sales")).await;
    assert_eq!(reason(&within.end().await), ErrorReason::InvalidArgument);
}
