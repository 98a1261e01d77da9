//! What survives when something is killed: engine, adapter, Asterisk.

use acd_client::v1::{HandlingState, OfferState};
use acd_pbx_lab::{Behaviour, Call};

use crate::centre::{Centre, Setup};
use crate::unanswered::Told;

#[tokio::test]
async fn thirty_callers_keep_their_order_when_the_engine_is_killed() {
    let mut centre = Centre::open(Setup::default()).await;
    let mut callers = Vec::new();
    for n in 0..30 {
        callers.push(centre.call(Call::to("desk").number(format!("n{n}"))));
        // One after the other, so that their order is known.
        centre.waits_for_contacts(n + 1).await;
    }
    let order = async |centre: &Centre| {
        let contacts = centre.contacts().await;
        let mut places: Vec<_> = contacts
            .iter()
            .map(|it| (it.order_at_ms, it.contact_id.clone()))
            .collect();
        places.sort();
        places
    };
    let before = order(&centre).await;
    centre.engine.kill_and_restart();
    centre
        .until("the engine to have all again", async || {
            centre.contacts().await.len() == 30
        })
        .await;
    centre
        .until("the adapter to be back", async || {
            centre.is_adapter_present().await
        })
        .await;
    assert_eq!(order(&centre).await, before);
    for caller in &callers {
        assert_eq!(caller.messages().count("BYE"), 0, "nobody heard a hang-up");
    }
    for caller in &callers {
        caller.hang_up().await.expect("an end");
    }
    centre.is_quiet().await;
}

#[tokio::test]
async fn a_caller_who_hangs_up_while_the_engine_is_away_ends_once() {
    let mut centre = Centre::open(Setup::default()).await;
    let stays = centre.call(Call::to("desk"));
    centre.waits_for_contacts(1).await;
    let leaves = centre.call(Call::to("desk"));
    centre.waits_for_contacts(2).await;
    leaves.wait_for("ACK").await.expect("an answer");
    centre.engine.kill();
    leaves.hang_up().await.expect("an end");
    centre.engine.start_again();
    centre
        .until("one to be left", async || {
            centre.contacts().await.len() == 1
        })
        .await;
    stays.hang_up().await.expect("an end");
    centre.is_quiet().await;
}

#[tokio::test]
async fn a_conversation_goes_on_while_the_engine_is_away() {
    let mut centre = Centre::open(Setup::default()).await;
    let anna = centre.phone("anna", Behaviour::answers()).await;
    let mut desk = centre.desk("anna").await;
    let caller = centre.call(Call::to("phone"));
    desk.handling(HandlingState::Connected).await;
    centre.engine.kill_and_restart();
    centre
        .until("the adapter to be back", async || {
            centre.is_adapter_present().await
        })
        .await;
    assert_eq!(caller.messages().count("BYE"), 0);
    anna.hang_up().await.expect("an end");
    caller.finished().await.expect("an end");
    centre.is_quiet().await;
}

#[tokio::test]
async fn callers_and_conversations_survive_the_adapter() {
    let mut centre = Centre::open(Setup::default()).await;
    let anna = centre.phone("anna", Behaviour::answers()).await;
    let mut desk = centre.desk("anna").await;
    let talks = centre.call(Call::to("desk"));
    Told::Desk.take(&mut desk).await;
    let handling = desk.handling(HandlingState::Connected).await;
    let waits = centre.call(Call::to("desk"));
    let before = centre.waits_for_contacts(2).await;
    let leaves = centre.call(Call::to("desk"));
    centre.waits_for_contacts(3).await;
    leaves.wait_for("ACK").await.expect("an answer");
    centre.kill_adapter();
    leaves.hang_up().await.expect("an end");
    centre.start_adapter().await;
    let after = centre.waits_for_contacts(2).await;
    let places = |contacts: &[acd_client::v1::ContactState]| {
        contacts
            .iter()
            .map(|it| (it.contact_id.clone(), it.order_at_ms, it.visit_id))
            .collect::<Vec<_>>()
    };
    assert_eq!(places(&after), places(&before));
    // The conversation is the same, and ends as ever.
    anna.hang_up().await.expect("an end");
    talks.finished().await.expect("an end");
    let ended = desk
        .handling_where(|it| {
            it.handling_id == handling.handling_id && it.state() == HandlingState::Ended
        })
        .await;
    assert_eq!(ended.handling_id, handling.handling_id);
    Told::Desk.take(&mut desk).await;
    desk.handling(HandlingState::Connected).await;
    waits.hang_up().await.expect("an end");
    centre.is_quiet().await;
}

#[tokio::test]
async fn a_phone_that_rings_when_the_adapter_is_killed_rings_on() {
    let mut centre = Centre::open(Setup {
        tenant: "[tenants.centre.queues.long]\nalerting = \"phone\"\nring = \"60s\"\n".to_owned(),
        queues: ", \"long\"".to_owned(),
        ..Setup::default()
    })
    .await;
    let anna = centre.phone("anna", Behaviour::rings()).await;
    let mut desk = centre.desk("anna").await;
    let caller = centre.call(Call::to("long"));
    anna.wait_for("180").await.expect("a ring");
    centre.kill_adapter();
    centre.start_adapter().await;
    anna.answer().await.expect("an answer");
    desk.handling(HandlingState::Connected).await;
    assert_eq!(anna.messages().count("INVITE"), 1);
    caller.hang_up().await.expect("an end");
    centre.is_quiet().await;
}

#[tokio::test]
async fn when_asterisk_is_killed_callers_end_once_and_no_agent_is_stuck() {
    let mut centre = Centre::open(Setup::default()).await;
    let _anna = centre.phone("anna", Behaviour::answers()).await;
    let bert = centre.phone("bert", Behaviour::rings()).await;
    let mut desk = centre.desk("anna").await;
    let _talks = centre.call(Call::to("phone"));
    desk.handling(HandlingState::Connected).await;
    let mut bert_desk = centre.desk("bert").await;
    let _rings = centre.call(Call::to("phone"));
    bert.wait_for("180").await.expect("a ring");
    let _waits = centre.call(Call::to("phone"));
    centre.waits_for_contacts(3).await;
    centre.exchange.kill();
    centre.exchange.start_again().await.expect("a start");
    desk.handling(HandlingState::Ended).await;
    bert_desk
        .offer(|it| !matches!(it.state(), OfferState::Pending))
        .await;
    centre.is_quiet().await;
    centre
        .until("Asterisk to have the adapter again", async || {
            centre.is_adapter_connected().await
        })
        .await;
    // And calls are as before.
    let caller = centre.call(Call::to("phone"));
    desk.handling(HandlingState::Connected).await;
    caller.hang_up().await.expect("an end");
    centre.is_quiet().await;
}

#[tokio::test]
async fn while_the_adapter_is_away_the_dialplan_takes_over() {
    let mut centre = Centre::open(Setup::default()).await;
    centre.kill_adapter();
    // The lab's dialplan hangs up after Stasis(): a sample of a better one is in deploy/asterisk.
    let outcome = centre
        .call(Call::to("phone"))
        .finished()
        .await
        .expect("an end");
    assert_eq!(outcome.messages.count("INVITE"), 1);
    centre.start_adapter().await;
    centre.is_quiet().await;
}
