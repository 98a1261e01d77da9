//! What agents do with a conversation beside talking.

use acd_proto::v1::{self, ErrorReason, destination::To, directive::Instruction};

use crate::call_path::talking;
use crate::harness::{Desk, Pbx, TestServer, metadata, reason, refused};

/// In this conversation the first agent asks the second one, who answers and is connected. Gives the second one's offer
/// and handling.
async fn consulting(
    pbx: &mut Pbx,
    asks: &mut Desk,
    answers: &mut Desk,
    of: &v1::Handling,
) -> (v1::Offer, v1::Handling) {
    asks.consult(of.handling_id, &answers.agent).await.unwrap();
    let offer = answers.ringing().await;
    answers.accept(offer.offer_id).await.unwrap();
    pbx.send(v1::ContactConnected {
        contact_id: offer.contact_id.clone(),
        offer_id: offer.offer_id,
    })
    .await;
    let handling = answers.handling(v1::HandlingState::Connected).await;
    (offer, handling)
}

#[tokio::test]
async fn a_contact_is_given_to_another_queue_and_the_agent_is_free() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    let handling = talking(&mut pbx, &mut anna, "c1").await;
    let id = handling.handling_id;

    let nowhere = refused(anna.transfer(id, To::Queue("lons".into())).await);
    assert_eq!(reason(&nowhere), ErrorReason::UnknownQueue);
    assert_eq!(metadata(&nowhere, "nearest"), "loans");

    anna.transfer(id, To::Queue("loans".into())).await.unwrap();
    let counters = clients.counters("loans").await;
    assert_eq!((counters.offered, counters.in_queue), (1, 1));
    let over = refused(anna.hold(id).await);
    assert_eq!(reason(&over), ErrorReason::HandlingState);
}

#[tokio::test]
async fn a_colleague_is_asked_and_takes_the_contact_over() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    let handling = talking(&mut pbx, &mut anna, "c1").await;
    let mut bert = Desk::ready(&clients, "bert").await;

    let (offer, consulted) = consulting(&mut pbx, &mut anna, &mut bert, &handling).await;
    let asked = anna.handling(v1::HandlingState::Held).await;
    assert_eq!(asked.consult_contact_id, offer.contact_id);
    assert_eq!(offer.consult_of_handling_id, handling.handling_id);

    anna.complete(handling.handling_id).await.unwrap();
    loop {
        let directive = pbx.directive().await;
        if let Some(Instruction::Bridge(bridge)) = directive.instruction {
            assert_eq!((&*directive.contact_id, &*bridge.agent), ("c1", "bert"));
            assert_eq!(bridge.handling_id, consulted.handling_id);
            break;
        }
    }
    let taken = bert.handling(v1::HandlingState::Connected).await;
    assert_eq!(taken.contact_id, "c1");
}

#[tokio::test]
async fn a_colleague_joins_the_conversation_and_goes_on_with_it() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    let handling = talking(&mut pbx, &mut anna, "c1").await;
    let mut bert = Desk::ready(&clients, "bert").await;
    let alone = refused(anna.join(handling.handling_id).await);
    assert_eq!(reason(&alone), ErrorReason::HandlingState);

    let (offer, asked) = consulting(&mut pbx, &mut anna, &mut bert, &handling).await;
    anna.join(handling.handling_id).await.unwrap();
    loop {
        let directive = pbx.directive().await;
        if let Some(Instruction::Conference(conference)) = directive.instruction {
            assert_eq!(directive.contact_id, "c1");
            assert_eq!(conference.consult_contact_id, offer.contact_id);
            break;
        }
    }
    let owner = anna
        .handling_where(|own| !own.participants.is_empty())
        .await;
    let participant = &owner.participants[0];
    assert_eq!(
        (&*participant.agent, participant.handling_id),
        ("bert", asked.handling_id)
    );
    let joined = bert
        .handling_where(|own| own.takes_part_in_handling_id != 0)
        .await;
    assert_eq!(joined.takes_part_in_handling_id, handling.handling_id);

    anna.complete(handling.handling_id).await.unwrap();
    let taken = bert.handling_where(|own| own.contact_id == "c1").await;
    assert_eq!(taken.takes_part_in_handling_id, 0);
}

#[tokio::test]
async fn an_agent_paused_in_a_queue_sees_it_and_is_left_alone_there() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let _pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    let no_member = refused(anna.pause("nowhere", "training").await);
    assert_eq!(reason(&no_member), ErrorReason::UnknownQueue);
    anna.pause("sales", "training").await.unwrap();
    let agent = anna.agent(|agent| !agent.paused.is_empty()).await;
    let pause = &agent.paused[0];
    assert_eq!((&*pause.queue, &*pause.reason_code), ("sales", "training"));
    let waits = crate::harness::call("c1", "sales");
    clients.arrive(waits).await.unwrap();
    let mut bert = Desk::ready(&clients, "bert").await;
    assert_eq!(
        bert.ringing().await.contact_id,
        "c1",
        "anna was passed over"
    );
}
