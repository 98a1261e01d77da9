//! Supervisors step in, and everybody who asks sees who did what.

use acd_proto::v1::watch_update::Update;
use acd_proto::v1::{self, ErrorReason, directive::Instruction};
use tonic::{Status, Streaming};

use crate::call_path::talking;
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
