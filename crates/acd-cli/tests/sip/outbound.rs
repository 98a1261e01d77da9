//! Customers who are called: callbacks, agent first and customer first, and tasks that an agent sees before.

use acd_client::v1::{self, HandlingState, OfferEndReason};
use acd_pbx_lab::{Behaviour, Call};

use crate::centre::{Centre, Setup};
use crate::unanswered::Told;

const CALLBACK_KEY: &str = "[keys]\ncallback = \"5\"\n";

async fn centre(mode: &str, told: Told) -> Centre {
    let queue = told.queue();
    Centre::open(Setup {
        tenant: format!("[tenants.centre.queues.{queue}.callback]\nmode = \"{mode}\"\n"),
        adapter: CALLBACK_KEY.to_owned(),
        ..Setup::default()
    })
    .await
}

/// A caller asks to be called back, and hears the end of their call.
async fn asks(centre: &Centre, told: Told) {
    let caller = centre.call(Call::to(told.queue()).number("4930123"));
    centre.waits_for_contacts(1).await;
    caller.wait_for("ACK").await.expect("an answer");
    caller.press('5').await.expect("a key");
    caller.finished().await.expect("an end");
    let contacts = centre.waits_for_contacts(1).await;
    assert_eq!(contacts[0].channel, "callback");
}

async fn the_agent_first(told: Told) {
    let centre = centre("agent_first", told).await;
    asks(&centre, told).await;
    let anna = centre.phone("anna", Behaviour::rings()).await;
    let customer = centre.phone("trunk", Behaviour::answers()).await;
    let mut desk = centre.desk("anna").await;
    told.take(&mut desk).await;
    anna.wait_for("180").await.expect("a ring");
    assert_eq!(
        customer.messages().count("INVITE"),
        0,
        "the agent is on the line first"
    );
    anna.answer().await.expect("an answer");
    customer
        .wait_for("ACK")
        .await
        .expect("the customer is called");
    let invite = customer.messages();
    let to = invite.first("INVITE").expect("a call").first_line.clone();
    assert!(to.contains("4930123"), "{to}");
    desk.handling(HandlingState::Connected).await;
    customer.hang_up().await.expect("an end");
    anna.wait_for("BYE").await.expect("an end");
    centre.is_quiet().await;
}

#[tokio::test]
async fn an_agent_whose_phone_rings_is_first() {
    the_agent_first(Told::Phone).await;
}

#[tokio::test]
async fn an_agent_who_accepts_at_the_desk_is_first() {
    the_agent_first(Told::Desk).await;
}

#[tokio::test]
async fn the_customer_first() {
    let centre = centre("customer_first", Told::Phone).await;
    asks(&centre, Told::Phone).await;
    let anna = centre.phone("anna", Behaviour::answers()).await;
    let customer = centre.phone("trunk", Behaviour::rings()).await;
    let mut desk = centre.desk("anna").await;
    customer
        .wait_for("180")
        .await
        .expect("the customer is called");
    assert_eq!(
        anna.messages().count("INVITE"),
        0,
        "the customer is on the line first"
    );
    customer.answer().await.expect("an answer");
    desk.handling(HandlingState::Connected).await;
    anna.hang_up().await.expect("an end");
    customer.wait_for("BYE").await.expect("an end");
    centre.is_quiet().await;
}

/// The customer's phone does this when they are called back: it counts as an attempt, and the agent is free.
async fn not_reached(mode: &str, customer: Behaviour) {
    let centre = centre(mode, Told::Desk).await;
    asks(&centre, Told::Desk).await;
    let anna = centre.phone("anna", Behaviour::answers()).await;
    let _customer = centre.phone("trunk", customer).await;
    let mut desk = centre.desk("anna").await;
    if mode == "agent_first" {
        Told::Desk.take(&mut desk).await;
    }
    let over = desk
        .offer(|it| it.end_reason() == OfferEndReason::CustomerNotReached)
        .await;
    centre
        .until("an attempt to be counted", async || {
            centre.contacts().await.iter().any(|it| it.attempts == 1)
        })
        .await;
    if mode == "agent_first" {
        anna.wait_for("BYE").await.expect("the agent is free");
    }
    let withdrawn = centre.supervisor.withdraw_contact(&over.contact_id, "");
    withdrawn.await.expect("an act");
    centre.is_quiet().await;
}

#[tokio::test]
async fn a_customer_who_is_busy_was_not_reached() {
    not_reached("agent_first", Behaviour::busy()).await;
}

#[tokio::test]
async fn a_customer_who_is_called_first_and_busy_was_not_reached() {
    not_reached("customer_first", Behaviour::busy()).await;
}

#[tokio::test]
async fn an_agent_who_hangs_up_before_the_customer_answers_stops_the_call() {
    let centre = centre("agent_first", Told::Phone).await;
    asks(&centre, Told::Phone).await;
    let anna = centre.phone("anna", Behaviour::answers()).await;
    let customer = centre.phone("trunk", Behaviour::rings()).await;
    let mut desk = centre.desk("anna").await;
    customer
        .wait_for("180")
        .await
        .expect("the customer is called");
    anna.hang_up().await.expect("an end");
    customer.wait_for("CANCEL").await.expect("quiet");
    let over = desk
        .offer(|it| it.end_reason() == OfferEndReason::Rejected)
        .await;
    let withdrawn = centre.supervisor.withdraw_contact(&over.contact_id, "");
    withdrawn.await.expect("an act");
    centre.is_quiet().await;
}

#[tokio::test]
async fn a_task_is_seen_before_its_customer_is_called() {
    let centre = Centre::open(Setup::default()).await;
    let anna = centre.phone("anna", Behaviour::answers()).await;
    let customer = centre.phone("trunk", Behaviour::answers()).await;
    let mut desk = centre.desk("anna").await;
    let request = v1::ArriveContactRequest {
        tenant: "centre".into(),
        request_id: "task-1".into(),
        adapter: "asterisk".into(),
        contact: Some(v1::ContactArrived {
            contact_id: "task-1".into(),
            channel: "voice".into(),
            queue: "desk".into(),
            dial: Some("4930999".into()),
            ..Default::default()
        }),
    };
    centre
        .clients
        .adapters
        .clone()
        .arrive_contact(request)
        .await
        .expect("a task");
    let offer = desk.ringing().await;
    assert_eq!(
        customer.messages().count("INVITE"),
        0,
        "they look at it first"
    );
    desk.accept(offer.offer_id).await.expect("an accept");
    desk.handling(HandlingState::Connected).await;
    anna.hang_up().await.expect("an end");
    customer.wait_for("BYE").await.expect("an end");
    centre.is_quiet().await;
}
