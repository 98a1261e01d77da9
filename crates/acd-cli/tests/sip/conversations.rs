//! What happens within a conversation: hold, transfers, consultations, conferences, supervisors.

use acd_client::v1::destination::To;
use acd_client::v1::{HandlingState, MonitorMode, Personal, Presence};
use acd_pbx_lab::{Behaviour, Call, Caller, Phone, Plan};
use acd_testkit::Desk;

use crate::centre::{AGENTS, Centre, Setup};
use crate::unanswered::Told;

/// A centre, a caller, and anna who talks with them.
struct Talk {
    centre: Centre,
    caller: Caller,
    anna: Phone,
    desk: Desk,
    handling: u64,
    contact: String,
}

impl Talk {
    async fn begin(told: Told) -> Self {
        Self::begin_with(told, Setup::default()).await
    }

    async fn begin_with(told: Told, setup: Setup) -> Self {
        let centre = Centre::open(setup).await;
        let anna = centre.phone("anna", Behaviour::answers()).await;
        let mut desk = centre.desk("anna").await;
        let caller = centre.call(Call::to(told.queue()).number("4711"));
        told.take(&mut desk).await;
        let handling = desk.handling(HandlingState::Connected).await;
        Self {
            centre,
            caller,
            anna,
            desk,
            handling: handling.handling_id,
            contact: handling.contact_id,
        }
    }

    /// Anna asks bert, who has accepted and is connected.
    async fn asks_bert(&self) -> (Phone, Desk) {
        let bert = self.centre.phone("bert", Behaviour::answers()).await;
        let mut desk = self.centre.desk("bert").await;
        let asked = self.desk.consult(self.handling, "bert").await;
        asked.expect("a consultation");
        Told::Desk.take(&mut desk).await;
        desk.handling(HandlingState::Connected).await;
        (bert, desk)
    }

    /// Who is in the bridge of the conversation.
    async fn together(&self) -> usize {
        self.members(&format!("acd-talk-{}", self.contact)).await
    }

    /// How many wait with music.
    async fn waiting(&self) -> usize {
        self.members("acd-wait").await
    }

    async fn members(&self, bridge: &str) -> usize {
        let shown = self
            .centre
            .exchange
            .cli(&format!("bridge show {bridge}"))
            .await
            .expect("an answer");
        shown
            .lines()
            .filter(|line| line.trim_start().starts_with("Channel:"))
            .count()
    }

    async fn are_together(&self, count: usize) {
        self.centre
            .until(&format!("{count} in the conversation"), async || {
                self.together().await == count
            })
            .await;
    }

    async fn wait(&self, count: usize) {
        self.centre
            .until(&format!("{count} to wait"), async || {
                self.waiting().await == count
            })
            .await;
    }
}

#[tokio::test]
async fn a_customer_on_hold_hears_music_and_comes_back() {
    let mut talk = Talk::begin(Told::Desk).await;
    talk.are_together(2).await;
    talk.desk.hold(talk.handling).await.expect("a hold");
    talk.desk.handling(HandlingState::Held).await;
    talk.wait(1).await;
    talk.are_together(1).await;
    talk.desk.resume(talk.handling).await.expect("no hold");
    talk.are_together(2).await;
    talk.caller.hang_up().await.expect("an end");
    talk.centre.is_quiet().await;
}

#[tokio::test]
async fn a_customer_on_hold_may_hang_up() {
    let mut talk = Talk::begin(Told::Phone).await;
    talk.desk.hold(talk.handling).await.expect("a hold");
    talk.wait(1).await;
    talk.caller.hang_up().await.expect("an end");
    talk.anna.wait_for("BYE").await.expect("an end");
    talk.desk.handling(HandlingState::Ended).await;
    talk.centre.is_quiet().await;
}

#[tokio::test]
async fn a_hold_at_the_phone_is_told() {
    let mut talk = Talk::begin(Told::Phone).await;
    talk.anna.hold().await.expect("a hold");
    talk.desk.handling(HandlingState::Held).await;
    talk.anna.resume().await.expect("no hold");
    talk.desk.handling(HandlingState::Connected).await;
    talk.anna.hang_up().await.expect("an end");
    talk.centre.is_quiet().await;
}

#[tokio::test]
async fn a_transfer_to_a_queue_takes_the_agent_out_and_the_customer_waits() {
    let talk = Talk::begin(Told::Desk).await;
    // Else they would get the customer again.
    let pause = talk.desk.set_presence(Presence::NotReady, "break");
    pause.await.expect("a pause to come");
    talk.desk
        .transfer(talk.handling, To::Queue("phone".into()))
        .await
        .expect("a transfer");
    talk.anna.wait_for("BYE").await.expect("they are out");
    talk.wait(1).await;
    let bert = talk.centre.phone("bert", Behaviour::answers()).await;
    let mut bert_desk = talk.centre.desk("bert").await;
    bert_desk.handling(HandlingState::Connected).await;
    bert.hang_up().await.expect("an end");
    talk.caller.finished().await.expect("an end");
    talk.centre.is_quiet().await;
}

#[tokio::test]
async fn a_transfer_to_an_agent_rings_them() {
    let talk = Talk::begin(Told::Phone).await;
    let bert = talk.centre.phone("bert", Behaviour::answers()).await;
    let mut bert_desk = talk.centre.desk("bert").await;
    talk.desk
        .transfer(talk.handling, To::Agent("bert".into()))
        .await
        .expect("a transfer");
    talk.anna.wait_for("BYE").await.expect("they are out");
    let handling = bert_desk.handling(HandlingState::Connected).await;
    assert_eq!(handling.contact_id, talk.contact);
    talk.are_together(2).await;
    bert.hang_up().await.expect("an end");
    talk.caller.finished().await.expect("an end");
    talk.centre.is_quiet().await;
}

#[tokio::test]
async fn a_transfer_outside_leaves_by_the_dialplan() {
    let dialplan = "[from-callers]\nexten => desk,1,Stasis(acd,queue=desk)\n same => n,Hangup()\n\
                    [acd-route]\nexten => _X.,1,Dial(PJSIP/${EXTEN}@trunk,30)\n same => n,Hangup()\n";
    let setup = Setup {
        plan: Some(Plan::default().phones(AGENTS).dialplan(dialplan)),
        ..Setup::default()
    };
    let talk = Talk::begin_with(Told::Desk, setup).await;
    let outside = talk.centre.phone("trunk", Behaviour::answers()).await;
    talk.desk
        .transfer(talk.handling, To::External("4930555".into()))
        .await
        .expect("a transfer");
    talk.anna.wait_for("BYE").await.expect("they are out");
    outside.wait_for("ACK").await.expect("they talk");
    talk.centre
        .until("no contact to be open", async || {
            talk.centre.contacts().await.is_empty()
        })
        .await;
    talk.caller.hang_up().await.expect("an end");
    outside.wait_for("BYE").await.expect("an end");
    talk.centre.is_quiet().await;
}

#[tokio::test]
async fn a_consultation_is_private_until_it_is_completed() {
    let mut talk = Talk::begin(Told::Desk).await;
    let (bert, _bert_desk) = talk.asks_bert().await;
    // The customer hears music; the two agents hear each other.
    talk.wait(1).await;
    talk.are_together(2).await;
    talk.desk.complete(talk.handling).await.expect("a transfer");
    talk.anna.wait_for("BYE").await.expect("they are out");
    talk.wait(0).await;
    talk.are_together(2).await;
    talk.desk.handling(HandlingState::Ended).await;
    bert.hang_up().await.expect("an end");
    talk.caller.finished().await.expect("an end");
    talk.centre.is_quiet().await;
}

#[tokio::test]
async fn a_consultation_whose_agent_hangs_up_leaves_the_customer_with_theirs() {
    let mut talk = Talk::begin(Told::Desk).await;
    let (bert, mut bert_desk) = talk.asks_bert().await;
    bert.hang_up().await.expect("an end");
    bert_desk.handling(HandlingState::Ended).await;
    talk.desk
        .resume(talk.handling)
        .await
        .expect("back to the customer");
    talk.are_together(2).await;
    talk.caller.hang_up().await.expect("an end");
    talk.desk.handling(HandlingState::Ended).await;
    talk.centre.is_quiet().await;
}

#[tokio::test]
async fn a_conference_goes_on_without_whoever_leaves_it() {
    let mut talk = Talk::begin(Told::Desk).await;
    let (bert, _bert_desk) = talk.asks_bert().await;
    talk.desk.join(talk.handling).await.expect("a conference");
    talk.are_together(3).await;
    // The owner hangs up their phone: who took part has the customer.
    talk.anna.hang_up().await.expect("an end");
    talk.desk.handling(HandlingState::Ended).await;
    talk.are_together(2).await;
    assert_eq!(talk.caller.messages().count("BYE"), 0);
    bert.hang_up().await.expect("an end");
    talk.caller.finished().await.expect("an end");
    talk.centre.is_quiet().await;
}

#[tokio::test]
async fn a_party_outside_is_brought_in() {
    let talk = Talk::begin(Told::Desk).await;
    let outside = talk.centre.phone("trunk", Behaviour::answers()).await;
    talk.desk
        .conference(talk.handling, To::External("4930555".into()))
        .await
        .expect("a conference");
    outside.wait_for("ACK").await.expect("they talk");
    talk.are_together(3).await;
    outside.hang_up().await.expect("an end");
    talk.are_together(2).await;
    talk.caller.hang_up().await.expect("an end");
    talk.centre.is_quiet().await;
}

async fn supervisor(mode: MonitorMode, together: usize) {
    let talk = Talk::begin(Told::Desk).await;
    let carla = talk.centre.phone("carla", Behaviour::answers()).await;
    talk.centre
        .supervisor
        .monitor_contact(&talk.contact, mode, Personal::from("carla"), "")
        .await
        .expect("an act");
    carla.wait_for("ACK").await.expect("they hear");
    talk.are_together(together).await;
    // Caller and agent, the supervisor, and where they only hear, the channel that hears for them.
    let channels = if together == 3 { 3 } else { 4 };
    talk.centre
        .until("the supervisor to hear", async || {
            talk.centre.exchange.channels().await.expect("a number") == channels
        })
        .await;
    carla.hang_up().await.expect("an end");
    talk.are_together(2).await;
    talk.caller.hang_up().await.expect("an end");
    talk.centre.is_quiet().await;
}

#[tokio::test]
async fn a_supervisor_listens() {
    supervisor(MonitorMode::Listen, 2).await;
}

#[tokio::test]
async fn a_supervisor_whispers() {
    supervisor(MonitorMode::Whisper, 2).await;
}

#[tokio::test]
async fn a_supervisor_barges_in() {
    supervisor(MonitorMode::Barge, 3).await;
}

#[tokio::test]
async fn a_supervisor_who_listens_is_let_go_when_the_talk_ends() {
    let talk = Talk::begin(Told::Desk).await;
    let carla = talk.centre.phone("carla", Behaviour::answers()).await;
    talk.centre
        .supervisor
        .monitor_contact(
            &talk.contact,
            MonitorMode::Listen,
            Personal::from("carla"),
            "",
        )
        .await
        .expect("an act");
    carla.wait_for("ACK").await.expect("they hear");
    talk.caller.hang_up().await.expect("an end");
    carla.wait_for("BYE").await.expect("an end");
    talk.centre.is_quiet().await;
}
