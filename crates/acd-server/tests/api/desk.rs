//! What an agent's desk shows beside its offers: what is over and still matters, the day, what may be chosen, to whom a
//! contact may be given.

use acd_proto::v1::{self, ErrorReason, agent_update::Update};

use crate::call_path::talking;
use crate::configuration::apply;
use crate::harness::server::DOCUMENT;
use crate::harness::{Clients, Desk, Pbx, TestServer, reason, refused};

/// The document with reasons, outcomes and a script.
fn document() -> String {
    let chosen = r#"
[reasons.break]
label = { en = "Break", fa = "استراحت" }
allowed = "45m"
[dispositions.sold]
[queues.sales]
script = "Good day, {{customer}}"
dispositions = ["sold"]
disposition_required = true
"#;
    DOCUMENT.replace("[queues.sales]", chosen.trim_start())
}

async fn configured(server: &TestServer) -> Clients {
    let clients = server.clients().await;
    apply(&clients, &document(), 1).await.expect("applied");
    clients
}

async fn draft(desk: &Desk, handling_id: u64, code: &str, notes: &str) {
    let disposition = Some(v1::Disposition {
        code: code.into(),
        notes: Some(notes.into()),
    });
    let request = desk.ask(
        |tenant, request_id, agent, session_id| v1::SetDispositionRequest {
            tenant,
            request_id,
            agent,
            session_id,
            handling_id,
            disposition,
        },
    );
    let mut agents = desk.clients().agents.clone();
    agents.set_disposition(request).await.expect("said");
}

/// What a desk that subscribes anew begins with.
async fn snapshot(clients: &Clients, desk: &Desk) -> v1::AgentSnapshot {
    let mut updates = Desk::subscribe(clients, &desk.agent, desk.session, "")
        .await
        .expect("a stream");
    let first = updates.message().await.expect("a message");
    match first.and_then(|first| first.update) {
        Some(Update::Snapshot(snapshot)) => snapshot,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_desk_that_is_loaded_again_shows_customer_draft_and_what_is_unfinished() {
    let server = TestServer::start().await;
    let clients = configured(&server).await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    let handling = talking(&mut pbx, &mut anna, "c1").await;
    let id = handling.handling_id;
    draft(&anna, id, "", "calls again").await;

    let shown = snapshot(&clients, &anna).await;
    assert_eq!(shown.handlings[0].handling_id, id);
    let said = shown.handlings[0].disposition.clone().expect("the draft");
    assert_eq!((&*said.code, said.notes), ("", Some("calls again".into())));
    assert_eq!(shown.desk_version, 2);

    anna.end_talk(id).await.expect("over");
    let request = anna.ask(
        |tenant, request_id, agent, session_id| v1::EndWrapUpRequest {
            tenant,
            request_id,
            agent,
            session_id,
            handling_id: id,
            disposition: None,
        },
    );
    let ended = clients.agents.clone().end_wrap_up(request).await;
    ended.expect("wrapped up");
    let shown = snapshot(&clients, &anna).await;
    assert!(shown.handlings.is_empty() && shown.parked.is_empty());
    assert_eq!(shown.unfinished[0].handling_id, id);
    let day = shown.day.expect("the day");
    assert_eq!((day.handled, day.not_ready[0].allowed_ms), (1, 2_700_000));

    draft(&anna, id, "sold", "").await;
    assert!(snapshot(&clients, &anna).await.unfinished.is_empty());
}

#[tokio::test]
async fn reasons_outcomes_and_scripts_are_told_in_the_language_asked_for() {
    let server = TestServer::start().await;
    let clients = configured(&server).await;
    let anna = Desk::ready(&clients, "anna").await;
    let desk = |language: &str, session_id| {
        let request = v1::GetDeskRequest {
            tenant: clients.tenant.clone(),
            agent: anna.agent.clone(),
            session_id,
            language: language.into(),
        };
        let mut agents = clients.agents.clone();
        async move { agents.get_desk(request).await }
    };
    let told = desk("fa-IR", anna.session)
        .await
        .expect("a desk")
        .into_inner();
    assert_eq!(told.reasons[0].label, "استراحت");
    let [sales] = &told.queues[..] else {
        panic!("{told:?}")
    };
    assert_eq!((&*sales.label, sales.wrap_up_ms), ("sales", 600_000));
    assert!(sales.disposition_required && sales.has_script);
    assert_eq!(sales.recording(), v1::RecordingRule::OnRequest);

    let other = refused(desk("en", anna.session + 1).await);
    assert_eq!(reason(&other), ErrorReason::NotLoggedIn);

    let script = |queue: &str| {
        let request = v1::GetScriptRequest {
            tenant: clients.tenant.clone(),
            agent: anna.agent.clone(),
            session_id: anna.session,
            queue: queue.into(),
            language: "en".into(),
        };
        let mut agents = clients.agents.clone();
        async move { agents.get_script(request).await }
    };
    let told = script("sales").await.expect("a script").into_inner();
    assert_eq!(
        (&*told.script, told.desk_version),
        ("Good day, {{customer}}", 2)
    );
    let nowhere = refused(script("nowhere").await);
    assert_eq!(reason(&nowhere), ErrorReason::UnknownQueue);
}

#[tokio::test]
async fn what_things_are_called_is_told_to_those_who_watch() {
    let server = TestServer::start().await;
    let clients = configured(&server).await;
    let labels = |language: &str| {
        let request = v1::GetLabelsRequest {
            tenant: clients.tenant.clone(),
            language: language.into(),
        };
        let mut supervisors = clients.supervisors.clone();
        async move { supervisors.get_labels(request).await }
    };
    let told = labels("fa-IR").await.expect("labels").into_inner();
    assert_eq!(told.config_version, 2);
    let [one] = &told.reasons[..] else {
        panic!("{told:?}")
    };
    assert_eq!((&*one.name, &*one.label), ("break", "استراحت"));
    assert!(
        told.queues.is_empty() && told.dispositions.is_empty(),
        "they have none"
    );
    let long = refused(labels(&"x".repeat(36)).await);
    assert_eq!(reason(&long), ErrorReason::InvalidArgument);
}

#[tokio::test]
async fn targets_are_found_free_ones_first() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let anna = Desk::ready(&clients, "anna").await;
    let _carl = Desk::ready(&clients, "carl").await;
    let find = |query: &str, channel: &str, limit| {
        let request = v1::FindTargetsRequest {
            tenant: clients.tenant.clone(),
            agent: anna.agent.clone(),
            session_id: anna.session,
            query: query.into(),
            channel: channel.into(),
            limit,
            language: String::new(),
        };
        let mut agents = clients.agents.clone();
        async move { agents.find_targets(request).await }
    };
    let found = find("", "", 0).await.expect("an answer").into_inner();
    let agents: Vec<_> = found
        .agents
        .iter()
        .map(|it| (&*it.agent, it.occupation()))
        .collect();
    use v1::Occupation::{Free, LoggedOut};
    assert_eq!(agents, [("carl", Free), ("bert", LoggedOut)]);
    let queues: Vec<_> = found
        .queues
        .iter()
        .map(|it| (&*it.queue, it.agents_free))
        .collect();
    assert_eq!(queues, [("loans", 1), ("sales", 1)]);
    for wrong in [find("", "smoke", 0).await, find("", "", 101).await] {
        assert_eq!(reason(&refused(wrong)), ErrorReason::InvalidArgument);
    }
}
