//! Agents who have only a phone, phones that are busy with other calls, and lines that stay open.

use std::fmt::Write as _;

use acd_client::v1::{AgentState, Presence, ViewFilter};
use acd_pbx_lab::{Behaviour, Call, Plan};

use crate::centre::{AGENTS, Centre, Setup};

const DIALPLAN: &str = "
[from-callers]
exten => _[a-z].,1,Stasis(acd,queue=${EXTEN})
 same => n,Hangup()
[from-phones]
exten => *41,1,Stasis(acd,agent=${CHANNEL(endpoint)},act=login)
 same => n,Goto(told,1)
exten => *42,1,Stasis(acd,agent=${CHANNEL(endpoint)},act=logout)
 same => n,Goto(told,1)
exten => *43,1,Stasis(acd,agent=${CHANNEL(endpoint)},act=ready)
 same => n,Goto(told,1)
exten => *44,1,Stasis(acd,agent=${CHANNEL(endpoint)},act=not_ready,reason=lunch)
 same => n,Goto(told,1)
exten => *45,1,Stasis(acd,agent=${CHANNEL(endpoint)},act=pause,queue=hotline,reason=desk)
 same => n,Goto(told,1)
exten => *46,1,Stasis(acd,agent=${CHANNEL(endpoint)},act=line)
 same => n,Hangup()
exten => told,1,Set(DEVICE_STATE(Custom:told-${ACD_RESULT})=INUSE)
 same => n,Hangup()
exten => 200,1,Answer(,i)
 same => n,Wait(600)
";

/// Dora has a phone and no desk.
async fn centre(adapter: &str) -> Centre {
    let mut tenant = String::from("[tenants.centre.queues.hotline]\nalerting = \"phone\"\n");
    write!(
        tenant,
        "[tenants.centre.agents.dora]\nqueues = [\"hotline\"]\ndesktop = false\nadapter = \"asterisk\"\n"
    )
    .expect("a text");
    Centre::open(Setup {
        tenant,
        adapter: adapter.to_owned(),
        plan: Some(
            Plan::default()
                .phones(AGENTS)
                .phones(["dora"])
                .dialplan(DIALPLAN),
        ),
        ..Setup::default()
    })
    .await
}

impl Centre {
    /// The agent dials a feature code.
    pub(crate) async fn dials(&self, agent: &str, code: &str) {
        let outcome = self.call(Call::to(code).from_phone(agent)).finished().await;
        outcome.expect("an end");
    }

    async fn agent(&self, name: &str) -> AgentState {
        let filter = ViewFilter {
            agents: true,
            agent_names: vec![name.to_owned()],
            ..ViewFilter::default()
        };
        self.seen(filter).await.agents.remove(0)
    }

    pub(crate) async fn agent_is(
        &self,
        name: &str,
        what: &str,
        holds: impl Fn(&AgentState) -> bool,
    ) {
        self.until(&format!("{name} {what}"), async || {
            holds(&self.agent(name).await)
        })
        .await;
    }

    /// Whether the agent has a conversation.
    async fn is_talking(&self, name: &str) -> bool {
        let contacts = self.contacts().await;
        contacts
            .iter()
            .any(|it| it.agent == name && it.handling_id != 0)
    }

    pub(crate) async fn lamp_shows(&self, lamp: &str, state: &str) {
        self.until(&format!("lamp {lamp} to show {state}"), async || {
            let shown = self.exchange.cli("devstate list").await.expect("an answer");
            shown.lines().any(|line| {
                line.contains(&format!("'Custom:{lamp}'")) && line.contains(&format!("'{state}'"))
            })
        })
        .await;
    }
}

#[tokio::test]
async fn an_agent_without_a_desk_works_by_feature_codes() {
    let centre = centre("").await;
    let phone = centre.phone("dora", Behaviour::answers()).await;
    centre.dials("dora", "*43").await;
    centre.lamp_shows("told-NOT_LOGGED_IN", "INUSE").await;
    centre.dials("dora", "*41").await;
    centre.lamp_shows("told-OK", "INUSE").await;
    centre
        .agent_is("dora", "is logged in", |it| it.session_id != 0)
        .await;
    centre.dials("dora", "*43").await;
    centre
        .agent_is("dora", "is ready", |it| it.presence() == Presence::Ready)
        .await;
    let caller = centre.call(Call::to("hotline"));
    phone.wait_for("ACK").await.expect("a call");
    caller.hang_up().await.expect("an end");
    phone.wait_for("BYE").await.expect("an end");
    centre.dials("dora", "*45").await;
    centre
        .agent_is("dora", "is paused", |it| it.paused.len() == 1)
        .await;
    centre.dials("dora", "*44").await;
    centre
        .agent_is("dora", "is at lunch", |it| it.reason_code == "lunch")
        .await;
    centre.dials("dora", "*42").await;
    centre
        .agent_is("dora", "is logged out", |it| it.session_id == 0)
        .await;
    centre.is_quiet().await;
}

#[tokio::test]
async fn lamps_show_who_is_ready_and_whether_somebody_waits() {
    let centre = centre("[agents]\nwatch = true\n").await;
    centre.lamp_shows("acd-ready-dora", "NOT_INUSE").await;
    centre.dials("dora", "*41").await;
    centre.lamp_shows("acd-paused-dora", "INUSE").await;
    let caller = centre.call(Call::to("hotline"));
    centre.lamp_shows("acd-waiting-hotline", "INUSE").await;
    caller.wait_for("ACK").await.expect("an answer");
    caller.hang_up().await.expect("an end");
    centre.lamp_shows("acd-waiting-hotline", "NOT_INUSE").await;
    centre.dials("dora", "*43").await;
    centre.lamp_shows("acd-ready-dora", "INUSE").await;
    centre.lamp_shows("acd-paused-dora", "NOT_INUSE").await;
    centre.is_quiet().await;
}

#[tokio::test]
async fn an_agent_in_a_call_of_their_own_is_busy_and_a_call_of_ours_is_not_one() {
    let centre = centre("[agents]\nwatch = true\n").await;
    let phone = centre.phone("dora", Behaviour::answers()).await;
    centre.dials("dora", "*41").await;
    centre.dials("dora", "*43").await;
    let own = centre.call(Call::to("200").from_phone("dora"));
    own.wait_for("ACK").await.expect("a call");
    centre
        .agent_is("dora", "is busy outside", |it| it.busy_outside)
        .await;
    let caller = centre.call(Call::to("hotline"));
    centre.waits_for_contacts(1).await;
    assert_eq!(phone.messages().count("INVITE"), 0);
    own.hang_up().await.expect("an end");
    phone.wait_for("ACK").await.expect("the caller");
    assert!(!centre.agent("dora").await.busy_outside);
    caller.hang_up().await.expect("an end");
    phone.wait_for("BYE").await.expect("an end");
    centre.is_quiet().await;
    assert!(!centre.agent("dora").await.busy_outside);
}

#[tokio::test]
async fn an_open_line_is_connected_without_a_ring_and_stays() {
    let centre = centre("").await;
    let phone = centre.phone("dora", Behaviour::answers()).await;
    centre.dials("dora", "*41").await;
    let line = centre.call(Call::to("*46").from_phone("dora"));
    line.wait_for("ACK").await.expect("a line");
    centre.dials("dora", "*43").await;
    for _ in 0..2 {
        let caller = centre.call(Call::to("hotline"));
        centre
            .until("they to talk", async || {
                centre
                    .exchange
                    .cli("bridge show all")
                    .await
                    .expect("an answer")
                    .contains("acd-talk")
            })
            .await;
        caller.wait_for("ACK").await.expect("an answer");
        caller.hang_up().await.expect("an end");
        centre
            .until("no contact to be open", async || {
                centre.contacts().await.is_empty()
            })
            .await;
    }
    assert_eq!(phone.messages().count("INVITE"), 0, "it never rang");
    assert_eq!(line.messages().count("BYE"), 0, "the line stays");
    line.hang_up().await.expect("an end");
    centre.is_quiet().await;
}

#[tokio::test]
async fn a_conversation_on_an_open_line_survives_the_adapter() {
    let mut centre = centre("").await;
    centre.dials("dora", "*41").await;
    let line = centre.call(Call::to("*46").from_phone("dora"));
    line.wait_for("ACK").await.expect("a line");
    centre.dials("dora", "*43").await;
    let caller = centre.call(Call::to("hotline"));
    centre
        .until("they to talk", async || centre.is_talking("dora").await)
        .await;
    centre.kill_adapter();
    centre.start_adapter().await;
    assert!(centre.is_talking("dora").await);
    assert_eq!(caller.messages().count("BYE"), 0);
    caller.hang_up().await.expect("an end");
    centre
        .until("the agent to be free", async || {
            !centre.is_talking("dora").await
        })
        .await;
    let next = centre.call(Call::to("hotline"));
    centre
        .until("they to talk again", async || {
            centre.is_talking("dora").await
        })
        .await;
    next.hang_up().await.expect("an end");
    assert_eq!(line.messages().count("BYE"), 0, "the line stays");
    line.hang_up().await.expect("an end");
    centre.is_quiet().await;
}
