//! Supervisors step in, and everybody who asks sees who did what.

use acd_proto::v1::watch_update::Update;
use acd_proto::v1::{self, ErrorReason, directive::Instruction};
use tonic::{Status, Streaming};

use crate::call_path::talking;
use crate::harness::server::DOCUMENT;
use crate::harness::{
    Clients, Desk, Pbx, TENANT, TestServer, call, in_time, metadata, reason, refused, request_id,
};

async fn watch_acts(clients: &Clients) -> Streaming<v1::WatchUpdate> {
    let filter = v1::ViewFilter {
        acts: true,
        ..Default::default()
    };
    let request = v1::WatchRequest {
        tenant: TENANT.into(),
        filter: Some(filter),
        resume_token: String::new(),
    };
    let mut watch = clients
        .supervisors
        .clone()
        .watch(request)
        .await
        .unwrap()
        .into_inner();
    in_time("a snapshot", watch.message())
        .await
        .unwrap()
        .unwrap();
    watch
}

async fn next_act(watch: &mut Streaming<v1::WatchUpdate>) -> v1::SupervisorAct {
    loop {
        let update = in_time("an act", watch.message()).await.unwrap().unwrap();
        let Some(Update::Changes(mut changes)) = update.update else {
            continue;
        };
        if !changes.acts.is_empty() {
            return changes.acts.remove(0);
        }
    }
}

async fn adjust(clients: &Clients, change: v1::ContactChanged) -> Result<u64, Status> {
    let request = v1::AdjustContactRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        change: Some(change),
        ..Default::default()
    };
    let answer = clients.supervisors.clone().adjust_contact(request).await?;
    Ok(answer.into_inner().sequence)
}

async fn emergency(clients: &Clients, queue: &str, closed: bool) -> Result<u64, Status> {
    let request = v1::SetEmergencyRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        queue: queue.into(),
        closed,
        ..Default::default()
    };
    let answer = clients.supervisors.clone().set_emergency(request).await?;
    Ok(answer.into_inner().sequence)
}

#[tokio::test]
async fn a_contact_is_moved_and_the_act_is_shown_with_its_author() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let _pbx = Pbx::connect(&clients, "run-1").await;
    clients.arrive(call("c1", "sales")).await.unwrap();
    let mut watch = watch_acts(&clients).await;
    let change = v1::ContactChanged {
        contact_id: "c1".into(),
        queue: Some("loans".into()),
        priority: Some(7),
        ..Default::default()
    };
    let sequence = adjust(&clients, change).await.unwrap();
    assert_eq!(clients.counters("loans").await.in_queue, 1);
    let act = next_act(&mut watch).await;
    assert!(act.sequence <= sequence && !act.author.is_empty());
    assert_eq!((&*act.contact_id, &*act.queue), ("c1", "loans"));
    assert_eq!(
        act.sentence,
        "changed contact c1: moved to queue loans, priority 7"
    );

    let nowhere = v1::ContactChanged {
        contact_id: "c1".into(),
        queue: Some("loan".into()),
        ..Default::default()
    };
    let unknown = refused(adjust(&clients, nowhere).await);
    assert_eq!(reason(&unknown), ErrorReason::UnknownQueue);
    assert_eq!(metadata(&unknown, "nearest"), "loans");
}

#[tokio::test]
async fn an_emergency_turns_arrivals_away_until_it_is_over() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    clients.arrive(call("c1", "sales")).await.unwrap();
    emergency(&clients, "", true).await.unwrap();
    let released = loop {
        let directive = pbx.directive().await;
        if let Some(Instruction::Release(release)) = directive.instruction {
            break (directive.contact_id, release.reason());
        }
    };
    assert_eq!(released, ("c1".into(), v1::ReleaseReason::Closed));
    assert_eq!(clients.counters("sales").await.flowed_out, 1);

    let closed = refused(clients.arrive(call("c2", "sales")).await);
    assert_eq!(reason(&closed), ErrorReason::QueueClosed);
    assert_eq!(clients.counters("sales").await.refused, 1);

    emergency(&clients, "", false).await.unwrap();
    assert_ne!(clients.arrive(call("c3", "sales")).await.unwrap(), 0);
}

#[tokio::test]
async fn a_presence_is_forced_and_a_conversation_monitored() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    let handling = talking(&mut pbx, &mut anna, "c1").await;

    let request = v1::MonitorContactRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        contact_id: "c1".into(),
        mode: v1::MonitorMode::Whisper.into(),
        address: Some("sip:sven".into()),
        ..Default::default()
    };
    clients
        .supervisors
        .clone()
        .monitor_contact(request.clone())
        .await
        .unwrap();
    let monitor = loop {
        if let Some(Instruction::Monitor(monitor)) = pbx.directive().await.instruction {
            break monitor;
        }
    };
    assert_eq!(
        (monitor.handling_id, monitor.mode()),
        (handling.handling_id, v1::MonitorMode::Whisper)
    );
    let no_address = v1::MonitorContactRequest {
        request_id: request_id(),
        address: None,
        ..request
    };
    let refusal = refused(
        clients
            .supervisors
            .clone()
            .monitor_contact(no_address)
            .await,
    );
    assert_eq!(reason(&refusal), ErrorReason::InvalidArgument);

    let force = v1::ForcePresenceRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        agent: "anna".into(),
        presence: v1::Presence::NotReady.into(),
        reason_code: "meeting".into(),
        ..Default::default()
    };
    clients
        .supervisors
        .clone()
        .force_presence(force)
        .await
        .unwrap();
    let state = anna
        .agent(|agent| agent.presence() == v1::Presence::NotReady)
        .await;
    assert_eq!(state.reason_code, "meeting");
    assert_eq!(
        anna.hold(handling.handling_id)
            .await
            .map(|_| ())
            .map_err(|_| ()),
        Ok(()),
        "the talk goes on"
    );
}

async fn list_acts(clients: &Clients, filter: v1::ActFilter) -> Vec<v1::SupervisorAct> {
    let request = v1::ListActsRequest {
        tenant: TENANT.into(),
        filter: Some(filter),
        ..Default::default()
    };
    let answer = clients.supervisors.clone().list_acts(request).await;
    answer.expect("acts").into_inner().acts
}

#[tokio::test]
async fn past_acts_are_listed_with_their_reasons_also_after_a_restart() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    for (queue, closed, why) in [
        ("sales", true, "fire"),
        ("sales", false, ""),
        ("", true, "all"),
    ] {
        let request = v1::SetEmergencyRequest {
            tenant: TENANT.into(),
            request_id: request_id(),
            queue: queue.into(),
            closed,
            reason: why.into(),
        };
        let done = clients.supervisors.clone().set_emergency(request).await;
        done.expect("an act");
    }
    let all = list_acts(&clients, v1::ActFilter::default()).await;
    let told: Vec<_> = all.iter().map(|act| (act.kind(), &*act.reason)).collect();
    use v1::ActKind::{Close, Open};
    assert_eq!(told, [(Close, "all"), (Open, ""), (Close, "fire")]);
    let of_sales = v1::ActFilter {
        queue: "sales".into(),
        kinds: vec![Close.into()],
        ..Default::default()
    };
    assert_eq!(list_acts(&clients, of_sales).await, all[2..]);

    let server = server.restart().await;
    let clients = server.clients().await;
    assert_eq!(list_acts(&clients, v1::ActFilter::default()).await, all);
}

#[tokio::test]
async fn a_masked_value_is_revealed_to_who_may_have_it_and_that_is_an_act() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let document = format!(
        "{DOCUMENT}\n[attributes.iban]\nkind = \"card\"\nmask = {{ reveal = [\"agent\", \"supervisor\"] }}\n"
    );
    let request = v1::ApplyRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        document,
        ..Default::default()
    };
    let applied = clients.configurations.clone().apply(request).await;
    applied.expect("a configuration");
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    let iban = v1::Attribute {
        key: "iban".into(),
        value: "DE891234".into(),
        ..Default::default()
    };
    pbx.send(v1::ContactArrived {
        attributes: vec![iban],
        customer_key: Some("+49 30 1234".into()),
        ..call("c1", "sales")
    })
    .await;
    let shown = anna.ringing().await.attributes.remove(0);
    assert_eq!(
        (&*shown.value, shown.masked, shown.revealable),
        ("…1234", true, true)
    );

    let reveal = |attribute: &str| v1::RevealContactRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        contact_id: "c1".into(),
        item: v1::MaskedItem::Attribute.into(),
        attribute: attribute.into(),
        reason: "a complaint".into(),
    };
    let mut supervisors = clients.supervisors.clone();
    let answer = supervisors.reveal_contact(reveal("iban")).await.unwrap();
    assert_eq!(answer.into_inner().value, Some("DE891234".into()));
    let unknown = refused(supervisors.reveal_contact(reveal("name")).await);
    assert_eq!(reason(&unknown), ErrorReason::UnknownAttribute);
    let customer = v1::RevealContactRequest {
        item: v1::MaskedItem::CustomerKey.into(),
        ..reveal("")
    };
    let masked = refused(supervisors.reveal_contact(customer).await);
    assert_eq!(reason(&masked), ErrorReason::NotRevealed);

    let acts = list_acts(&clients, v1::ActFilter::default()).await;
    assert_eq!(acts.len(), 1);
    assert_eq!(
        (acts[0].kind(), acts[0].item(), &*acts[0].attribute),
        (v1::ActKind::Reveal, v1::MaskedItem::Attribute, "iban")
    );
    assert!(!format!("{acts:?}").contains("DE89"), "{acts:?}");
}
