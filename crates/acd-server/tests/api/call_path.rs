//! One call from its arrival to the figures.

use acd_proto::v1::{self, directive::Instruction};

use crate::harness::{Clients, Desk, Pbx, TestServer, call};

/// Takes a call to the point where agent and customer talk; gives the handling.
pub(crate) async fn talking(pbx: &mut Pbx, desk: &mut Desk, contact_id: &str) -> v1::Handling {
    pbx.send(call(contact_id, "sales")).await;
    let offer = desk.ringing().await;
    desk.accept(offer.offer_id).await.unwrap();
    let (directive, connect) = loop {
        let directive = pbx.directive().await;
        if let Some(Instruction::Connect(connect)) = directive.instruction {
            break (directive.directive_id, connect);
        }
    };
    pbx.done(directive).await;
    pbx.send(v1::ContactConnected {
        contact_id: contact_id.into(),
        offer_id: connect.offer_id,
    })
    .await;
    desk.handling(v1::HandlingState::Connected).await
}

async fn assert_adds_up(clients: &Clients, queue: &str) -> v1::Counters {
    let counters = clients.counters(queue).await;
    let abandoned = counters.abandoned_customer + counters.abandoned_system;
    assert_eq!(
        counters.offered,
        counters.answered + abandoned + counters.flowed_out + counters.in_queue
    );
    counters
}

#[tokio::test]
async fn a_call_goes_from_arrival_to_wrap_up_and_into_the_figures() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut desk = Desk::ready(&clients, "anna").await;

    let attributes = vec![v1::Attribute {
        key: "name".into(),
        value: "Erika".into(),
        sensitive: true,
        ..Default::default()
    }];
    let arrived = v1::ContactArrived {
        customer_key: Some("4711".into()),
        attributes,
        priority: 3,
        ..call("c1", "sales")
    };
    let sequence = pbx.send(arrived).await;
    assert_eq!(pbx.settled(sequence).await, vec![]);

    let offer = desk.ringing().await;
    assert_eq!(
        (
            offer.contact_id.as_str(),
            offer.queue.as_str(),
            offer.channel.as_str()
        ),
        ("c1", "sales", "voice")
    );
    assert_eq!(
        (offer.priority, offer.customer_key),
        (3, Some("4711".into()))
    );
    assert_eq!(
        offer.attributes[0].value, "Erika",
        "whoever handles the contact sees all of it"
    );
    assert!(offer.ring_until_ms > offer.made_at_ms);

    desk.accept(offer.offer_id).await.unwrap();
    let connecting = desk
        .offer(|offer| offer.state() == v1::OfferState::Connecting)
        .await;
    assert_eq!(connecting.offer_id, offer.offer_id);

    let directive = pbx.directive().await;
    assert_eq!(directive.contact_id, "c1");
    let Some(Instruction::Connect(connect)) = &directive.instruction else {
        panic!("{directive:?}")
    };
    assert_eq!(
        (connect.offer_id, connect.agent.as_str()),
        (offer.offer_id, "anna")
    );
    assert_eq!(
        connect.agent_address,
        Some("anna".into()),
        "without an address the agent's name"
    );
    pbx.done(directive.directive_id).await;
    pbx.send(v1::ContactConnected {
        contact_id: "c1".into(),
        offer_id: offer.offer_id,
    })
    .await;

    let handling = desk.handling(v1::HandlingState::Connected).await;
    assert_eq!(
        (handling.contact_id.as_str(), handling.offer_id),
        ("c1", offer.offer_id)
    );
    assert_eq!(assert_adds_up(&clients, "sales").await.answered, 1);

    let ended = v1::ContactEnded {
        contact_id: "c1".into(),
        cause: v1::EndCause::Customer.into(),
    };
    let sequence = pbx.send(ended).await;
    assert_eq!(pbx.settled(sequence).await, vec![]);
    let wrap_up = desk.handling(v1::HandlingState::WrapUp).await;
    assert_eq!(wrap_up.end_cause(), v1::EndCause::Customer);
    assert!(wrap_up.wrap_up_until_ms > wrap_up.talk_ended_at_ms);

    desk.end_wrap_up(wrap_up.handling_id, "solved")
        .await
        .unwrap();
    let ended = desk.handling(v1::HandlingState::Ended).await;
    assert_eq!(ended.disposition.unwrap().code, "solved");
    let counters = assert_adds_up(&clients, "sales").await;
    assert_eq!(
        (
            counters.offered,
            counters.answered,
            counters.handled,
            counters.in_queue
        ),
        (1, 1, 1, 0)
    );
}

#[tokio::test]
async fn a_caller_who_hangs_up_while_it_rings_is_abandoned_and_nobodys_fault() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut desk = Desk::ready(&clients, "anna").await;
    pbx.send(call("c1", "sales")).await;
    let offer = desk.ringing().await;
    clients.hang_up("c1").await.unwrap();
    let ended = desk
        .offer(|ended| ended.offer_id == offer.offer_id && ended.state().is_end())
        .await;
    assert_eq!(ended.state(), v1::OfferState::Canceled);
    assert_eq!(
        (ended.end_reason(), ended.fault()),
        (v1::OfferEndReason::CustomerGone, v1::Fault::None)
    );
    let counters = assert_adds_up(&clients, "sales").await;
    assert_eq!(
        (counters.abandoned_customer, counters.short_abandons),
        (1, 1)
    );
    clients
        .hang_up("c1")
        .await
        .expect("a second report is answered the same");
    assert_eq!(
        clients.counters("sales").await.abandoned_customer,
        1,
        "two reports count once"
    );
}

#[tokio::test]
async fn hold_and_resume_are_told_to_the_adapter_and_counted() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut desk = Desk::ready(&clients, "anna").await;
    let handling = talking(&mut pbx, &mut desk, "c1").await;

    desk.hold(handling.handling_id).await.unwrap();
    let directive = pbx.directive().await;
    assert_eq!(
        directive.instruction,
        Some(Instruction::Hold(v1::HoldDirective {
            handling_id: handling.handling_id
        }))
    );
    desk.handling(v1::HandlingState::Held).await;
    desk.resume(handling.handling_id).await.unwrap();
    let resumed = desk.handling(v1::HandlingState::Connected).await;
    assert_eq!(resumed.handling_id, handling.handling_id);
}

#[tokio::test]
async fn a_rejected_contact_goes_to_the_next_agent_and_keeps_its_place() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    pbx.send(call("c1", "sales")).await;
    let first = anna.ringing().await;
    let mut bert = Desk::ready(&clients, "bert").await;
    anna.reject(first.offer_id).await.unwrap();
    let second = bert.ringing().await;
    assert_eq!(second.visit_id, first.visit_id);
    assert_ne!(second.offer_id, first.offer_id);
}
