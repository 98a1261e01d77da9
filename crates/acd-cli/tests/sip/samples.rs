//! What an operator copies from `deploy/asterisk` does what its comments say.

use acd_asterisk::Options;
use acd_client::v1::Presence;
use acd_pbx_lab::{Behaviour, Call, Plan};

use crate::centre::{AGENTS, Centre, Setup};

const DIALPLAN: &str = include_str!("../../../../deploy/asterisk/extensions.conf");
const ENGINE: &str = include_str!("../../../../deploy/asterisk/acd.toml");
const ADAPTER: &str = include_str!("../../../../deploy/asterisk/adapter.toml");

/// The centre of the samples; in the lab phones and callers need no password.
async fn centre() -> Centre {
    Centre::open(Setup {
        tenant_instead: Some(ENGINE),
        adapter: "[agents]\nwatch = true\n".to_owned(),
        plan: Some(
            Plan::default()
                .phones(AGENTS)
                .dialplan(DIALPLAN)
                .more_in("ari.conf", "[general](+)\nchannelvars = ACD_LANGUAGE\n"),
        ),
        ..Setup::default()
    })
    .await
}

impl Centre {
    async fn hint_shows(&self, hint: &str, state: &str) {
        self.until(&format!("the hint {hint} to be {state}"), async || {
            let hints = self.exchange.cli("core show hints").await.expect("hints");
            let line = hints
                .lines()
                .find(|line| line.starts_with(&format!("{hint}@")));
            line.is_some_and(|line| line.contains(&format!("State:{state} ")))
        })
        .await;
    }
}

#[tokio::test]
async fn what_a_caller_chose_in_the_menu_arrives_as_an_attribute() {
    let centre = centre().await;
    let _phone = centre.phone("carla", Behaviour::rings()).await;
    let mut desk = centre.desk("carla").await;
    let caller = centre.call(Call::to("4002"));
    caller.wait_for("ACK").await.expect("an answer");
    caller.press('1').await.expect("a key");
    caller.press('1').await.expect("a key");
    let offer = desk.ringing().await;
    let facts: Vec<_> = offer
        .attributes
        .iter()
        .map(|fact| (fact.key.as_str(), fact.value.as_str()))
        .collect();
    assert_eq!(facts, [("topic", "outage")]);
    // A rule of the engine's configuration looks at it.
    assert_eq!(centre.contacts().await[0].priority, 5);
    caller.hang_up().await.expect("an end");
    centre.is_quiet().await;
}

#[tokio::test]
async fn the_dialplan_says_more_by_variables_and_arguments() {
    let centre = centre().await;
    let caller = centre.call(Call::to("4001").number("4711"));
    let contact = centre.waits_for_contacts(1).await.remove(0);
    let facts: Vec<_> = contact
        .attributes
        .iter()
        .map(|fact| (fact.key.as_str(), fact.value.as_str()))
        .collect();
    assert_eq!(facts, [("ACD_LANGUAGE", "de"), ("vip", "yes")]);
    assert_eq!((contact.queue.as_str(), contact.priority), ("support", 3));
    caller.wait_for("ACK").await.expect("an answer");
    caller.hang_up().await.expect("an end");
    centre.is_quiet().await;
}

#[tokio::test]
async fn while_no_adapter_runs_the_group_rings() {
    let mut centre = centre().await;
    let anna = centre.phone("anna", Behaviour::answers()).await;
    centre.kill_adapter();
    centre
        .until("Asterisk to have noticed", async || {
            !centre.is_adapter_connected().await
        })
        .await;
    let caller = centre.call(Call::to("4000"));
    anna.wait_for("ACK").await.expect("a call");
    caller.wait_for("ACK").await.expect("a conversation");
    caller.hang_up().await.expect("an end");
    anna.wait_for("BYE").await.expect("an end");
    centre.start_adapter().await;
    centre.is_quiet().await;
}

#[tokio::test]
async fn feature_codes_and_hints_are_all_an_agent_needs() {
    let centre = centre().await;
    let anna = centre.phone("anna", Behaviour::rings()).await;
    centre.dials("anna", "*45").await;
    centre.hint_shows("ready_anna", "InUse").await;
    let caller = centre.call(Call::to("4000"));
    anna.answer().await.expect("a call");
    caller.wait_for("ACK").await.expect("an answer");
    anna.wait_for("ACK").await.expect("a conversation");
    caller.hang_up().await.expect("an end");
    anna.wait_for("BYE").await.expect("an end");
    centre.dials("anna", "*482").await;
    centre.hint_shows("paused_anna", "InUse").await;
    centre
        .agent_is("anna", "is at lunch", |it| it.reason_code == "lunch")
        .await;
    let waits = centre.call(Call::to("4000"));
    centre.hint_shows("waiting_support", "InUse").await;
    waits.wait_for("ACK").await.expect("an answer");
    waits.hang_up().await.expect("an end");
    centre.hint_shows("waiting_support", "Idle").await;
    centre.dials("anna", "*47").await;
    centre
        .agent_is("anna", "is ready", |it| it.presence() == Presence::Ready)
        .await;
    centre.dials("anna", "*51").await;
    centre
        .agent_is("anna", "is out of support", |it| it.paused.len() == 1)
        .await;
    centre.dials("anna", "*52").await;
    centre
        .agent_is("anna", "is back", |it| it.paused.is_empty())
        .await;
    centre.dials("anna", "*46").await;
    centre
        .agent_is("anna", "is logged out", |it| it.session_id == 0)
        .await;
    centre.hint_shows("ready_anna", "Idle").await;
    centre.is_quiet().await;
}

#[tokio::test]
async fn a_line_opened_by_a_feature_code_takes_calls_without_a_ring() {
    let centre = centre().await;
    let anna = centre.phone("anna", Behaviour::rings()).await;
    let line = centre.call(Call::to("*49").from_phone("anna"));
    centre.hint_shows("ready_anna", "InUse").await;
    let caller = centre.call(Call::to("4000"));
    centre
        .agent_is("anna", "talks", |it| {
            it.slots.iter().any(|slots| !slots.leases.is_empty())
        })
        .await;
    caller.wait_for("ACK").await.expect("an answer");
    assert_eq!(anna.messages().count("INVITE"), 0, "it never rang");
    caller.hang_up().await.expect("an end");
    centre
        .until("no contact to be open", async || {
            centre.contacts().await.is_empty()
        })
        .await;
    line.hang_up().await.expect("an end");
    centre.is_quiet().await;
}

#[test]
fn the_adapters_sample_is_in_order_and_so_is_each_of_its_options() {
    Options::parse(ADAPTER).expect("the sample");
    let password = "password = \"change me\"\n";
    assert!(ADAPTER.contains(password));
    let mut whole = String::new();
    for line in ADAPTER.lines() {
        // A comment has a blank after its sign, an option has none.
        let option = line.strip_prefix('#').filter(|it| !it.starts_with(' '));
        match option {
            // Another server and another way to say the password are for those who have them.
            Some(option) if !option.starts_with("trunks") => whole += option,
            Some(_) => {}
            None => whole += line,
        }
        whole.push('\n');
    }
    Options::parse(&whole.replace(password, "")).expect("every option");
}
