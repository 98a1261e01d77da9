//! A reconnected adapter tells what it holds.

use acd_proto::v1::adapter_server_message::Message as Down;
use acd_proto::v1::live_refusal::Entry;
use acd_proto::v1::{self, ErrorReason, adapter_message::Message};

use crate::doors::series;
use crate::harness::{Clients, Desk, Pbx, TENANT, TestServer, call, in_time, reason};

fn live(contact_id: &str, arrived_at_ms: i64) -> Message {
    Message::LiveContact(v1::LiveContact {
        contact: Some(call(contact_id, "sales")),
        arrived_at_ms,
        agent: String::new(),
    })
}

async fn say(pbx: &Pbx, message: Message) {
    pbx.up.send(message.into()).await.expect("an open stream");
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
async fn each_entry_that_cannot_be_taken_is_answered_and_the_others_hold() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    say(&pbx, Message::LiveListBegin(v1::LiveListBegin {})).await;
    let nobody = v1::LiveAgent {
        agent: "nobody".into(),
    };
    say(&pbx, Message::LiveAgent(nobody)).await;
    let lost = v1::LiveContact {
        contact: Some(call("lost", "removed")),
        arrived_at_ms: 1_000,
        agent: String::new(),
    };
    say(&pbx, Message::LiveContact(lost)).await;
    let by_pigeon = v1::LiveContact {
        contact: Some(v1::ContactArrived {
            channel: "pigeon".into(),
            ..call("flown", "sales")
        }),
        arrived_at_ms: 1_000,
        agent: String::new(),
    };
    say(&pbx, Message::LiveContact(by_pigeon)).await;
    say(&pbx, live("found", 1_000)).await;
    say(&pbx, Message::LiveListEnd(v1::LiveListEnd {})).await;
    let ack = acknowledged(&mut pbx).await;
    assert_eq!((ack.contacts, ack.refusal, ack.more), (3, None, false));
    let told = ack.refusals.iter().map(|it| {
        assert!(!it.message.is_empty() && !it.remedy.is_empty(), "{it:?}");
        (
            it.entry.clone().expect("an entry"),
            it.reason(),
            it.field.as_str(),
        )
    });
    let contact = |id: &str| Entry::ContactId(id.into());
    let expected = [
        (
            Entry::Agent("nobody".into()),
            ErrorReason::UnknownAgent,
            "agent",
        ),
        (contact("lost"), ErrorReason::UnknownQueue, "queue"),
        (contact("flown"), ErrorReason::InvalidArgument, "channel"),
    ];
    let mut told: Vec<_> = told.collect();
    told.sort_by_key(|it| expected.iter().position(|expected| it == expected));
    assert_eq!(told, expected);
    assert_eq!(contacts(&clients).await, [("found".to_owned(), 1_000)]);
    let scraped = server.scrape().await;
    let counted = "acd_live_entries_refused_total{tenant=\"bank\",adapter=\"pbx\",reason=\"UNKNOWN_QUEUE\"} 1";
    assert!(scraped.contains(counted), "{scraped}");
}

#[tokio::test]
async fn a_list_that_is_refused_whole_changes_nothing_and_the_stream_goes_on() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    clients.arrive(call("c1", "sales")).await.unwrap();
    say(&pbx, Message::LiveListBegin(v1::LiveListBegin {})).await;
    say(&pbx, live("", 1_000)).await;
    say(&pbx, live("c2", 1_000)).await;
    say(&pbx, Message::LiveListEnd(v1::LiveListEnd {})).await;
    let refusal = acknowledged(&mut pbx).await.refusal.expect("a refusal");
    assert_eq!(
        (refusal.reason(), refusal.field.as_str()),
        (
            ErrorReason::InvalidArgument,
            "live_contact.contact.contact_id"
        )
    );
    assert_eq!(contacts(&clients).await.len(), 1);
    let sequence = pbx.send(call("c3", "sales")).await;
    assert_eq!(pbx.settled(sequence).await, []);
}

#[tokio::test]
async fn a_long_list_takes_effect_whole_and_its_refusals_come_in_parts() {
    const LISTED: usize = 2_500;
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    clients.arrive(call("gone", "sales")).await.unwrap();
    say(&pbx, Message::LiveListBegin(v1::LiveListBegin {})).await;
    for no in 0..LISTED {
        let queue = if no % 2 == 0 { "removed" } else { "loans" };
        let live = v1::LiveContact {
            contact: Some(call(&format!("c{no}"), queue)),
            arrived_at_ms: 1_000,
            agent: String::new(),
        };
        say(&pbx, Message::LiveContact(live)).await;
    }
    say(&pbx, Message::LiveListEnd(v1::LiveListEnd {})).await;
    let mut refused = 0;
    loop {
        let ack = acknowledged(&mut pbx).await;
        assert_eq!((ack.contacts as usize, ack.refusal), (LISTED, None));
        refused += ack.refusals.len();
        if !ack.more {
            break;
        }
    }
    assert_eq!(refused, LISTED / 2);
    assert_eq!(clients.counters("loans").await.offered, LISTED as u64 / 2);
    assert_eq!(clients.counters("sales").await.abandoned_system, 1);
}

#[tokio::test]
async fn a_contact_that_arrives_another_way_while_the_list_comes_in_goes_on() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let before = pbx.send(call("before", "sales")).await;
    pbx.settled(before).await;
    let decisions = r#"acd_decision_seconds_count{shard="0"} "#;
    let earlier = series(&server, decisions).await;
    say(&pbx, Message::LiveListBegin(v1::LiveListBegin {})).await;
    in_time("the begin of the list", async {
        while series(&server, decisions).await <= earlier {}
    })
    .await;
    clients.arrive(call("meanwhile", "loans")).await.unwrap();
    say(&pbx, Message::LiveListEnd(v1::LiveListEnd {})).await;
    assert_eq!(acknowledged(&mut pbx).await.contacts, 0);
    let left = contacts(&clients).await;
    let names: Vec<&str> = left.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["meanwhile"]);
}

#[tokio::test]
async fn a_list_in_one_call_answers_each_entry_too() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let refusals = clients.reconcile("lost", "removed").await.refusals;
    assert_eq!(refusals.len(), 1);
    assert_eq!(refusals[0].entry, Some(Entry::ContactId("lost".into())));
    assert_eq!(refusals[0].reason(), ErrorReason::UnknownQueue);
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
