//! What a caller meets when the engine is away, several Asterisk servers, transfers by the phone itself, and the check.

use acd_client::v1::HandlingState;
use acd_pbx_lab::{Behaviour, Call, Exchange, Installation, Plan};

use crate::acd::run;
use crate::centre::{AGENTS, Centre, Setup};

const FALLBACK: &str = "
[from-callers]
exten => _[a-z].,1,Stasis(acd,queue=${EXTEN})
 same => n,GotoIf($[\"${STASISSTATUS}\" = \"FAILED\"]?away)
 same => n,GotoIf($[\"${ACD_RESULT}\" != \"\"]?away)
 same => n,Hangup()
 same => n(away),Dial(PJSIP/carla,10)
 same => n,Hangup()
[acd-route]
exten => _X.,1,Dial(PJSIP/${EXTEN}@trunk,30)
[from-phones]
exten => _[a-z].,1,Stasis(acd,queue=${EXTEN})
 same => n,Hangup()
";

fn with_fallback() -> Setup {
    Setup {
        plan: Some(Plan::default().phones(AGENTS).dialplan(FALLBACK)),
        ..Setup::default()
    }
}

#[tokio::test]
async fn without_the_adapter_the_dialplan_rings_somebody() {
    let mut centre = Centre::open(with_fallback()).await;
    let carla = centre.phone("carla", Behaviour::answers()).await;
    centre.kill_adapter();
    centre
        .until("Asterisk to know", async || {
            !centre.is_adapter_connected().await
        })
        .await;
    let caller = centre.call(Call::to("phone"));
    carla.wait_for("ACK").await.expect("a call");
    caller.hang_up().await.expect("an end");
    centre.start_adapter().await;
    centre.is_quiet().await;
}

#[tokio::test]
async fn without_the_engine_new_callers_go_on_in_the_dialplan_and_the_others_wait() {
    let mut centre = Centre::open(Setup {
        engine: "fallback_after_s = 0\n".to_owned(),
        ..with_fallback()
    })
    .await;
    let carla = centre.phone("carla", Behaviour::answers()).await;
    let waits = centre.call(Call::to("phone"));
    centre.waits_for_contacts(1).await;
    centre.engine.kill();
    centre
        .until("the adapter to know", async || {
            centre.log().contains("the engine is away")
        })
        .await;
    let caller = centre.call(Call::to("phone"));
    carla.wait_for("ACK").await.expect("a call");
    caller.hang_up().await.expect("an end");
    assert_eq!(waits.messages().count("BYE"), 0);
    centre.engine.start_again();
    centre
        .until("the engine to have who waits", async || {
            centre.contacts().await.len() == 1
        })
        .await;
    waits.hang_up().await.expect("an end");
    centre.is_quiet().await;
}

#[tokio::test]
async fn a_phone_that_transfers_by_itself_ends_the_conversation_and_the_caller_may_come_again() {
    let centre = Centre::open(with_fallback()).await;
    let anna = centre.phone("anna", Behaviour::answers()).await;
    let mut desk = centre.desk("anna").await;
    let caller = centre.call(Call::to("phone"));
    let first = desk.handling(HandlingState::Connected).await;
    // To an extension that leads into another queue.
    anna.transfer("desk").await.expect("a transfer");
    desk.handling_where(|it| {
        it.handling_id == first.handling_id && it.state() == HandlingState::Ended
    })
    .await;
    centre
        .until("the caller to be in the other queue", async || {
            let contacts = centre.contacts().await;
            contacts.len() == 1 && contacts[0].queue == "desk"
        })
        .await;
    assert_eq!(caller.messages().count("BYE"), 0);
    caller.hang_up().await.expect("an end");
    centre.is_quiet().await;
}

/// A server where dora has her phone, and which lets the other server in.
fn far_plan() -> Plan {
    let dialplan = "[from-callers]\nexten => dora,1,Dial(PJSIP/dora,30)\n same => n,Hangup()\n\
                    exten => phone,1,Stasis(acd,queue=phone)\n same => n,Hangup()\n";
    let everybody = "\n[near]\ntype=identify\nendpoint=callers\nmatch=127.0.0.0/8\n";
    Plan::default()
        .phones(["dora"])
        .dialplan(dialplan)
        .more_in("pjsip.conf", everybody)
}

#[tokio::test]
async fn an_agent_may_be_at_another_server() {
    let installation = Installation::find().expect("an Asterisk");
    let far = Exchange::start(&installation, far_plan())
        .await
        .expect("an exchange");
    let adapter = format!(
        "trunks = {{ far = \"PJSIP/{{}}@to-far\" }}\n[servers.far]\nurl = \"{}\"\nuser = \"{}\"\npassword = \"{}\"\n",
        far.ari_url(),
        far.user(),
        far.password()
    );
    let trunk = format!(
        "\n[to-far]\ntype=endpoint\ncontext=from-callers\ndisallow=all\nallow=ulaw\naors=to-far\n\
         [to-far]\ntype=aor\ncontact=sip:{}:5060\n",
        far.address()
    );
    let centre = Centre::open(Setup {
        tenant:
            "[tenants.centre.agents.dora]\naddress = \"far:PJSIP/dora\"\nqueues = [\"phone\"]\n"
                .to_owned(),
        adapter,
        plan: Some(Plan::default().phones(AGENTS).more_in("pjsip.conf", &trunk)),
        ..Setup::default()
    })
    .await;
    let dora = acd_pbx_lab::Phone::start(&far, "dora", Behaviour::answers())
        .await
        .expect("a phone");
    let mut desk = centre.desk("dora").await;
    let caller = centre.call(Call::to("phone"));
    desk.handling(HandlingState::Connected).await;
    caller.hang_up().await.expect("an end");
    dora.wait_for("BYE").await.expect("an end");
    centre.is_quiet().await;
    // And callers come there as well.
    let second = acd_pbx_lab::Caller::start(&far, Call::to("phone")).expect("a caller");
    let contact = centre.waits_for_contacts(1).await.remove(0);
    assert!(
        contact.contact_id.starts_with("far-"),
        "{}",
        contact.contact_id
    );
    second.hang_up().await.expect("an end");
    centre.is_quiet().await;
}

#[tokio::test]
async fn a_check_says_what_is_missing_and_what_to_do() {
    let check = async |plan: Plan| {
        let installation = Installation::find().expect("an Asterisk");
        let exchange = Exchange::start(&installation, plan)
            .await
            .expect("an exchange");
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("adapter.toml");
        let text = format!(
            "[engine]\nurl = \"http://127.0.0.1:1\"\ntenant = \"centre\"\n\
             [servers.pbx]\nurl = \"{}\"\nuser = \"{}\"\npassword = \"{}\"\n",
            exchange.ari_url(),
            exchange.user(),
            exchange.password()
        );
        std::fs::write(&file, text).expect("a file");
        let file = file.to_str().expect("UTF-8");
        let output = run(&["adapter", "asterisk", "--config", file, "--check"]);
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    let (code, told) = check(Plan::default()).await;
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains("module res_stasis.so") && !told.contains("MISSING"),
        "{told}"
    );
    let without = "\nnoload = bridge_holding.so\nnoload = func_devstate.so\n";
    let (code, told) = check(Plan::default().more_in("modules.conf", without)).await;
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains("MISSING  pbx: module bridge_holding.so"),
        "{told}"
    );
    assert!(
        told.contains("without  pbx: module func_devstate.so"),
        "{told}"
    );
    assert!(
        told.contains("remedy: load = bridge_holding.so in modules.conf"),
        "{told}"
    );
}
