//! Callers come, wait, are connected, and both sides hang up.

use acd_client::v1::{self, EndCause, HandlingState, OfferEndReason, OfferState};
use acd_pbx_lab::{Behaviour, Call, Plan};

use crate::centre::{AGENTS, Centre, Setup, assert_messages};
use crate::unanswered::Told;

/// What both legs see of an ordinary call.
const CALL: [&str; 6] = ["INVITE", "180", "200", "ACK", "BYE", "200"];
/// The caller's leg is answered at once, without ringing.
const CALLER: [&str; 5] = ["INVITE", "200", "ACK", "BYE", "200"];

async fn the_agent_hangs_up(told: Told) {
    let centre = Centre::open(Setup::default()).await;
    let anna = centre.phone("anna", Behaviour::answers()).await;
    let mut desk = centre.desk("anna").await;
    let caller = centre.call(Call::to(told.queue()).number("4711"));
    let offer = told.take(&mut desk).await;
    desk.handling(HandlingState::Connected).await;
    anna.hang_up().await.expect("an end");
    let caller = caller.finished().await.expect("an end");
    assert_messages(&caller.messages, &CALLER);
    anna.wait_for_exactly(&CALL).await.expect("a whole call");
    centre.is_quiet().await;
    let story = centre.story(&offer.contact_id).await;
    assert_eq!(story.handlings[0].end_cause(), EndCause::Agent);
}

async fn the_caller_hangs_up(told: Told) {
    let centre = Centre::open(Setup::default()).await;
    let anna = centre.phone("anna", Behaviour::answers()).await;
    let mut desk = centre.desk("anna").await;
    let caller = centre.call(Call::to(told.queue()).number("4711"));
    let offer = told.take(&mut desk).await;
    desk.handling(HandlingState::Connected).await;
    caller.hang_up().await.expect("an end");
    anna.wait_for_exactly(&CALL).await.expect("an end");
    centre.is_quiet().await;
    let story = centre.story(&offer.contact_id).await;
    assert_eq!(story.handlings[0].end_cause(), EndCause::Customer);
}

async fn the_desk_ends_the_talk(told: Told) {
    let centre = Centre::open(Setup::default()).await;
    let anna = centre.phone("anna", Behaviour::answers()).await;
    let mut desk = centre.desk("anna").await;
    let caller = centre.call(Call::to(told.queue()));
    told.take(&mut desk).await;
    let handling = desk.handling(HandlingState::Connected).await;
    desk.end_talk(handling.handling_id).await.expect("an end");
    let caller = caller.finished().await.expect("an end");
    assert_messages(&caller.messages, &CALLER);
    anna.wait_for("BYE").await.expect("an end");
    centre.is_quiet().await;
}

async fn the_caller_gives_up_while_it_rings(told: Told) {
    let centre = Centre::open(Setup::default()).await;
    let anna = centre.phone("anna", Behaviour::rings()).await;
    let mut desk = centre.desk("anna").await;
    let caller = centre.call(Call::to(told.queue()));
    let offer = told.take(&mut desk).await;
    anna.wait_for("180").await.expect("a ring");
    caller.hang_up().await.expect("an end");
    let over = desk
        .offer(|it| it.offer_id == offer.offer_id && it.state() == OfferState::Canceled)
        .await;
    assert_eq!(over.end_reason(), OfferEndReason::CustomerGone);
    anna.wait_for("CANCEL").await.expect("quiet");
    assert_eq!(anna.messages().count("BYE"), 0);
    centre.is_quiet().await;
}

macro_rules! both_ways {
    ($($name:ident)*) => {
        mod told_by_phone {
            use super::*;
            $(#[tokio::test]
            async fn $name() {
                super::$name(Told::Phone).await;
            })*
        }
        mod told_at_the_desk {
            use super::*;
            $(#[tokio::test]
            async fn $name() {
                super::$name(Told::Desk).await;
            })*
        }
    };
}

both_ways! {
    the_agent_hangs_up
    the_caller_hangs_up
    the_desk_ends_the_talk
    the_caller_gives_up_while_it_rings
}

#[tokio::test]
async fn a_desk_that_rejects_does_not_ring_the_phone() {
    let centre = Centre::open(Setup::default()).await;
    let anna = centre.phone("anna", Behaviour::answers()).await;
    let mut desk = centre.desk("anna").await;
    let caller = centre.call(Call::to("desk"));
    let offer = desk.ringing().await;
    desk.reject(offer.offer_id).await.expect("a rejection");
    // In a second it is theirs again: the only one who is there.
    let again = desk.ringing().await;
    assert_ne!(again.offer_id, offer.offer_id);
    assert_eq!(anna.messages().count("INVITE"), 0);
    caller.hang_up().await.expect("an end");
    centre.is_quiet().await;
}

#[tokio::test]
async fn a_caller_who_waits_hears_no_hang_up_and_gives_up_themselves() {
    let centre = Centre::open(Setup::default()).await;
    let caller = centre.call(Call::to("phone"));
    let contacts = centre.waits_for_contacts(1).await;
    caller.wait_for("ACK").await.expect("an answer");
    caller.hang_up().await.expect("an end");
    centre.is_quiet().await;
    let story = centre.story(&contacts[0].contact_id).await;
    assert_eq!(
        story.visits[0].outcome(),
        v1::VisitOutcome::AbandonedCustomer
    );
}

#[tokio::test]
async fn of_two_phones_that_ring_one_wins_and_the_other_shows_no_missed_call() {
    let setup = Setup {
        tenant: "[tenants.centre.queues.both]\nalerting = \"phone\"\nbroadcast = 2\n".to_owned(),
        queues: ", \"both\"".to_owned(),
        ..Setup::default()
    };
    let centre = Centre::open(setup).await;
    let anna = centre.phone("anna", Behaviour::rings()).await;
    let bert = centre.phone("bert", Behaviour::rings()).await;
    let _anna_desk = centre.desk("anna").await;
    let mut bert_desk = centre.desk("bert").await;
    let caller = centre.call(Call::to("both"));
    anna.wait_for("180").await.expect("a ring");
    bert.wait_for("180").await.expect("a ring");
    bert.answer().await.expect("an answer");
    bert_desk.handling(HandlingState::Connected).await;
    let anna_saw = anna.wait_for("CANCEL").await.expect("quiet");
    let reason = anna_saw
        .last("CANCEL")
        .and_then(|cancel| cancel.header("Reason"));
    assert!(
        reason.is_some_and(|reason| reason.contains("cause=26") || reason.contains("elsewhere")),
        "{anna_saw}"
    );
    caller.hang_up().await.expect("an end");
    bert.wait_for("BYE").await.expect("an end");
    centre.is_quiet().await;
}

#[tokio::test]
async fn the_dialplan_says_who_calls_and_what_they_need() {
    let dialplan = "[from-callers]\nexten => vip,1,Stasis(acd,queue=desk,priority=7,customer=K-1,lang=de,iban=DE1)\n same => n,Hangup()\n";
    let setup = Setup {
        plan: Some(Plan::default().phones(AGENTS).dialplan(dialplan)),
        adapter: "[calls]\nsensitive = [\"iban\"]\n".to_owned(),
        ..Setup::default()
    };
    let centre = Centre::open(setup).await;
    let mut desk = centre.desk("anna").await;
    let caller = centre.call(Call::to("vip"));
    let offer = desk.ringing().await;
    assert_eq!(offer.customer_key.map(|key| key.value), Some("K-1".into()));
    let facts: Vec<_> = offer
        .attributes
        .iter()
        .map(|fact| (fact.key.as_str(), fact.value.as_str(), fact.sensitive))
        .collect();
    assert_eq!(facts, [("lang", "de", false), ("iban", "DE1", true)]);
    assert_eq!(centre.contacts().await[0].priority, 7);
    caller.hang_up().await.expect("an end");
    centre.is_quiet().await;
}

#[tokio::test]
async fn a_caller_whom_the_engine_does_not_take_goes_on_in_the_dialplan() {
    let dialplan = "[from-callers]\nexten => nowhere,1,Stasis(acd,queue=nowhere)\n same => n,Set(DEVICE_STATE(Custom:${ACD_RESULT})=INUSE)\n same => n,Hangup(42)\n\
                    exten => wrong,1,Stasis(acd,priority=high)\n same => n,Set(DEVICE_STATE(Custom:${ACD_RESULT})=INUSE)\n same => n,Hangup(42)\n";
    let setup = Setup {
        plan: Some(Plan::default().phones(AGENTS).dialplan(dialplan)),
        ..Setup::default()
    };
    let centre = Centre::open(setup).await;
    for (extension, result) in [("nowhere", "UNKNOWN_QUEUE"), ("wrong", "INVALID_ARGUMENT")] {
        centre
            .call(Call::to(extension))
            .finished()
            .await
            .expect("an end");
        let states = centre
            .exchange
            .cli("devstate list")
            .await
            .expect("an answer");
        assert!(states.contains(&format!("Custom:{result}")), "{states}");
    }
    centre.is_quiet().await;
}

#[tokio::test]
async fn a_caller_may_be_answered_only_when_an_agent_has_them() {
    let dialplan = "[from-callers]\nexten => late,1,Stasis(acd,queue=phone,answer=agent)\n same => n,Hangup()\n";
    let setup = Setup {
        plan: Some(Plan::default().phones(AGENTS).dialplan(dialplan)),
        ..Setup::default()
    };
    let centre = Centre::open(setup).await;
    let anna = centre.phone("anna", Behaviour::rings()).await;
    let mut desk = centre.desk("anna").await;
    let caller = centre.call(Call::to("late"));
    anna.wait_for("180").await.expect("a ring");
    caller
        .wait_for("180")
        .await
        .expect("it rings for the caller");
    assert_eq!(caller.messages().count("200"), 0, "not answered yet");
    anna.answer().await.expect("an answer");
    desk.handling(HandlingState::Connected).await;
    caller.wait_for("ACK").await.expect("an answer");
    anna.hang_up().await.expect("an end");
    let caller = caller.finished().await.expect("an end");
    assert_messages(&caller.messages, &CALL);
    centre.is_quiet().await;
}

#[tokio::test]
async fn a_key_is_a_way_out() {
    let setup = Setup {
        tenant: "[tenants.centre.queues.exits]\nalerting = \"phone\"\n[tenants.centre.queues.exits.exits]\n1 = [{ queue = \"phone\" }]\n".to_owned(),
        ..Setup::default()
    };
    let centre = Centre::open(setup).await;
    let caller = centre.call(Call::to("exits"));
    centre.waits_for_contacts(1).await;
    caller.wait_for("ACK").await.expect("an answer");
    caller.press('9').await.expect("a key that means nothing");
    caller.press('1').await.expect("a key");
    centre
        .until("the contact to be in the other queue", async || {
            centre.contacts().await[0].queue == "phone"
        })
        .await;
    caller.hang_up().await.expect("an end");
    centre.is_quiet().await;
}

#[tokio::test]
async fn a_greeting_holds_nobody_back_whom_an_agent_can_have() {
    // It never ends by itself; another class of music is asked for while it plays.
    let setup = Setup {
        tenant: "[tenants.centre.queues.greeted]\nalerting = \"phone\"\n\
                 announcements = { greeting = \"tone:ring\", music = \"other\" }\n"
            .to_owned(),
        queues: ", \"greeted\"".to_owned(),
        ..Setup::default()
    };
    let centre = Centre::open(setup).await;
    let anna = centre.phone("anna", Behaviour::rings()).await;
    let mut desk = centre.desk("anna").await;
    let caller = centre.call(Call::to("greeted"));
    caller.wait_for("ACK").await.expect("an answer");
    anna.answer().await.expect("an answer");
    desk.handling(HandlingState::Connected).await;
    caller.hang_up().await.expect("an end");
    anna.wait_for("BYE").await.expect("an end");
    centre.is_quiet().await;
}
