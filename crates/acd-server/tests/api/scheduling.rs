//! Contacts that wait for their time, through every door; and what only some may see of them afterwards.

use acd_proto::v1::{self, ContactPlace, ErrorReason, VisitOutcome};
use tonic::Status;

use crate::harness::{Clients, Desk, Pbx, TENANT, TestServer, call, reason, refused, request_id};

/// An instant that no test reaches.
const FAR_MS: i64 = 4_000_000_000_000;

async fn listed(clients: &Clients, selection: v1::ContactSelection) -> Vec<v1::ContactState> {
    let request = v1::ListContactsRequest {
        tenant: TENANT.into(),
        selection: selection.into(),
        ..Default::default()
    };
    let answer = clients.supervisors.clone().list_contacts(request).await;
    answer.expect("a list").into_inner().contacts
}

fn put_off(contact_id: &str, at_ms: i64) -> v1::ContactChanged {
    v1::ContactChanged {
        contact_id: contact_id.into(),
        not_before_at_ms: Some(at_ms),
        ..Default::default()
    }
}

async fn by_supervisor(clients: &Clients, change: v1::ContactChanged) -> Result<u64, Status> {
    let request = v1::AdjustContactRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        change: Some(change),
        ..Default::default()
    };
    let answer = clients.supervisors.clone().adjust_contact(request).await?;
    Ok(answer.into_inner().sequence)
}

#[tokio::test]
async fn what_is_scheduled_is_in_one_list_and_one_count() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let arrival = v1::ContactArrived {
        not_before_at_ms: FAR_MS,
        ..call("later", "sales")
    };
    let request = v1::ArriveContactRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        adapter: "pbx".into(),
        contact: Some(arrival),
    };
    let answer = clients.adapters.clone().arrive_contact(request).await;
    let answer = answer.unwrap().into_inner();
    assert_eq!((answer.visit_id, answer.scheduled_at_ms), (0, FAR_MS));
    clients.arrive(call("now", "sales")).await.unwrap();

    let names = |contacts: Vec<v1::ContactState>| -> Vec<String> {
        contacts
            .into_iter()
            .map(|contact| contact.contact_id)
            .collect()
    };
    let in_queue = listed(&clients, v1::ContactSelection::InQueue).await;
    assert_eq!(names(in_queue), ["now"]);
    let scheduled = listed(&clients, v1::ContactSelection::Scheduled).await;
    assert_eq!(
        (
            scheduled[0].place(),
            scheduled[0].scheduled_at_ms,
            &*scheduled[0].queue
        ),
        (ContactPlace::Scheduled, FAR_MS, "sales")
    );
    assert_eq!((scheduled[0].position, scheduled.len()), (0, 1));
    assert_eq!(clients.counters("sales").await.offered, 1);
    let (_, metrics) = server.fetch("/metrics").await;
    assert!(
        metrics.contains(r#"queue="sales",channel="voice"} 1"#)
            && metrics.contains("acd_contacts_scheduled{"),
        "{metrics}"
    );
}

#[tokio::test]
async fn adapter_agent_and_supervisor_put_a_contact_off() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    for name in ["c1", "c2"] {
        clients.arrive(call(name, "sales")).await.unwrap();
    }
    let sequence = pbx.send(put_off("c1", FAR_MS)).await;
    assert!(pbx.settled(sequence).await.is_empty());
    by_supervisor(&clients, put_off("c2", FAR_MS))
        .await
        .unwrap();
    let past = refused(by_supervisor(&clients, put_off("c2", 1)).await);
    assert_eq!(reason(&past), ErrorReason::InvalidArgument);

    let mut desk = Desk::ready(&clients, "anna").await;
    clients.arrive(call("c3", "sales")).await.unwrap();
    let offer = desk.ringing().await;
    let ask = |contact_id: &str| {
        let contact_id = contact_id.to_owned();
        desk.ask(|tenant, request_id, agent, session_id| v1::PutOffRequest {
            tenant,
            request_id,
            agent,
            session_id,
            contact_id,
            not_before_at_ms: FAR_MS,
        })
    };
    let request = ask("c3");
    clients.agents.clone().put_off(request).await.unwrap();
    let over = desk.offer(|shown| shown.offer_id == offer.offer_id).await;
    assert_eq!(
        (over.state(), over.end_reason()),
        (v1::OfferState::Canceled, v1::OfferEndReason::Moved)
    );
    let scheduled = listed(&clients, v1::ContactSelection::Scheduled).await;
    assert_eq!(scheduled.len(), 3);
    for contact in scheduled {
        assert_eq!(contact.outcome(), VisitOutcome::WithdrawnDeferred);
    }
}

#[tokio::test]
async fn an_agent_who_does_not_answer_a_chat_is_told_by_when() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let report = v1::ReportFirstResponseRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        adapter: "pbx".into(),
        response: Some(v1::FirstResponse {
            contact_id: "c1".into(),
        }),
    };
    let unknown = clients.adapters.clone().report_first_response(report).await;
    assert_eq!(reason(&refused(unknown)), ErrorReason::UnknownContact);
    clients.arrive(call("c1", "sales")).await.unwrap();
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let sequence = pbx
        .send(v1::FirstResponse {
            contact_id: "c1".into(),
        })
        .await;
    let refusals = pbx.settled(sequence).await;
    assert_eq!(refusals.len(), 1, "nobody talks: {refusals:?}");
}

#[tokio::test]
async fn only_an_ended_contact_tells_a_supervisor_who_its_customer_was() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let arrival = v1::ContactArrived {
        customer_key: Some("k-4711".into()),
        ..call("c1", "sales")
    };
    clients.arrive(arrival).await.unwrap();
    let open = listed(&clients, v1::ContactSelection::Open).await;
    assert_eq!(open[0].customer_key, None);
    clients.hang_up("c1").await.unwrap();
    let ended = listed(&clients, v1::ContactSelection::Ended).await;
    assert_eq!(ended[0].customer_key, Some("k-4711".into()));
    let request = v1::ExplainContactRequest {
        tenant: TENANT.into(),
        contact_id: "c1".into(),
    };
    let explained = clients.supervisors.clone().explain_contact(request).await;
    let contact = explained.unwrap().into_inner().contact.unwrap();
    assert_eq!(contact.customer_key, Some("k-4711".into()));
}
