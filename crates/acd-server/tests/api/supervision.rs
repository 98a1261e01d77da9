//! What supervisors see and why.

use acd_proto::v1::{self, ErrorReason, NotEligibleReason};

use crate::harness::{Clients, Desk, Pbx, TENANT, TestServer, call, reason, refused};

async fn explain(
    clients: &Clients,
    contact_id: &str,
) -> Result<v1::ExplainContactResponse, tonic::Status> {
    let request = v1::ExplainContactRequest {
        tenant: TENANT.into(),
        contact_id: contact_id.into(),
    };
    Ok(clients
        .supervisors
        .clone()
        .explain_contact(request)
        .await?
        .into_inner())
}

#[tokio::test]
async fn a_waiting_contact_has_one_reason_for_every_agent() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let _pbx = Pbx::connect(&clients, "run-1").await;
    let _carl = Desk::log_in(&clients, "carl").await;
    clients.arrive(call("c1", "loans")).await.unwrap();
    let explained = explain(&clients, "c1").await.unwrap();
    let waiting = explained.waiting.expect("it waits");
    assert_eq!(waiting.position, 1);
    let total: u32 = waiting.agents.iter().map(|class| class.count).sum();
    assert_eq!(
        total, 3,
        "every agent of the tenant has a reason: {waiting:?}"
    );
    let class = |reason| {
        waiting
            .agents
            .iter()
            .find(|class| class.reason() == reason)
            .expect("the reason")
    };
    assert_eq!(class(NotEligibleReason::NotInQueue).examples, ["anna"]);
    assert_eq!(class(NotEligibleReason::LacksSkill).detail, "loans >= 5");
    assert_eq!(class(NotEligibleReason::NotReady).examples, ["carl"]);
    assert!(
        explained.sentences[0].contains("c1"),
        "{:?}",
        explained.sentences
    );
}

#[tokio::test]
async fn an_answered_contact_tells_its_visits_offers_and_the_decision() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    let _bert = Desk::ready(&clients, "bert").await;
    let secret = v1::Attribute {
        key: "iban".into(),
        value: "DE1234".into(),
        sensitive: true,
        ..Default::default()
    };
    pbx.send(v1::ContactArrived {
        attributes: vec![secret],
        ..call("c1", "sales")
    })
    .await;
    let offer = anna.ringing().await;
    anna.accept(offer.offer_id).await.unwrap();
    pbx.send(v1::ContactConnected {
        contact_id: "c1".into(),
        offer_id: offer.offer_id,
    })
    .await;
    let handling = anna.handling(v1::HandlingState::Connected).await;

    let explained = explain(&clients, "c1").await.unwrap();
    assert_eq!(explained.visits.len(), 1);
    let visit = &explained.visits[0];
    assert_eq!(
        (visit.outcome(), visit.queue.as_str()),
        (v1::VisitOutcome::Answered, "sales")
    );
    let decision = visit.offers[0].decision.as_ref().unwrap();
    assert_eq!(decision.candidates, 2);
    assert_eq!(
        decision.winner.as_ref().unwrap().agent,
        "anna",
        "the longest idle"
    );
    assert_eq!(decision.runner_up.as_ref().unwrap().agent, "bert");
    let shown = visit.offers[0].offer.as_ref().unwrap();
    assert_eq!(shown.state(), v1::OfferState::Connected);
    assert!(shown.attributes.is_empty() && shown.customer_key.is_none());
    assert_eq!(explained.handlings[0].handling_id, handling.handling_id);
    assert_eq!(explained.handlings[0].visit_id, visit.visit_id);
    assert_eq!(
        explained.contact.unwrap().attributes[0].value,
        "",
        "what is sensitive is for those who handle it"
    );
    assert!(explained.waiting.is_none());
}

#[tokio::test]
async fn an_ended_contact_is_explained_and_an_unknown_one_refused() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    clients.arrive(call("c1", "sales")).await.unwrap();
    clients.hang_up("c1").await.unwrap();
    let contact = explain(&clients, "c1").await.unwrap().contact.unwrap();
    assert_eq!(
        (contact.outcome(), contact.end_cause()),
        (v1::VisitOutcome::AbandonedCustomer, v1::EndCause::Customer)
    );
    assert!(contact.ended_at_ms >= contact.arrived_at_ms);
    assert_eq!(
        reason(&refused(explain(&clients, "c2").await)),
        ErrorReason::UnknownContact
    );
}

#[tokio::test]
async fn contacts_are_listed_page_by_page_each_once() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    for n in 0..5 {
        clients
            .arrive(call(&format!("c{n}"), "loans"))
            .await
            .unwrap();
    }
    let mut seen = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = v1::ListContactsRequest {
            tenant: TENANT.into(),
            queue: "loans".into(),
            page_size: 2,
            page_token,
            ..Default::default()
        };
        let page = clients
            .supervisors
            .clone()
            .list_contacts(request)
            .await
            .unwrap()
            .into_inner();
        seen.extend(page.contacts.into_iter().map(|contact| contact.contact_id));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, ["c0", "c1", "c2", "c3", "c4"]);
    let request = v1::ListContactsRequest {
        tenant: TENANT.into(),
        page_size: 1_001,
        ..Default::default()
    };
    assert_eq!(
        reason(&refused(
            clients.supervisors.clone().list_contacts(request).await
        )),
        ErrorReason::InvalidArgument
    );
}

#[tokio::test]
async fn figures_hold_the_counters_and_the_waits() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    clients.arrive(call("c1", "sales")).await.unwrap();
    clients.arrive(call("c2", "sales")).await.unwrap();
    clients.hang_up("c1").await.unwrap();
    let request = v1::GetFiguresRequest {
        tenant: TENANT.into(),
    };
    let answer = clients
        .supervisors
        .clone()
        .get_figures(request)
        .await
        .unwrap()
        .into_inner();
    let sales = &answer.queues[0];
    assert_eq!(
        (sales.queue.as_str(), sales.channel.as_str()),
        ("sales", "voice")
    );
    let counters = sales.counters.unwrap();
    assert_eq!(
        (
            counters.offered,
            counters.abandoned_customer,
            counters.in_queue
        ),
        (2, 1, 1)
    );
    let waits = sales.abandoned_wait.as_ref().unwrap();
    assert_eq!(waits.counts.len(), waits.upper_edges_ms.len() + 1);
    assert_eq!(waits.counts.iter().sum::<u64>(), 1);
    assert!(waits.upper_edges_ms.contains(&sales.service_level_ms));
    assert!(answer.since_at_ms > 0 && answer.since_at_ms <= answer.at_ms);
}

#[tokio::test]
async fn how_a_queue_has_done_today_outlives_a_restart() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    clients.arrive(call("c1", "sales")).await.unwrap();
    clients.arrive(call("c2", "sales")).await.unwrap();
    let offer = anna.ringing().await.offer_id;
    anna.accept(offer).await.unwrap();
    pbx.directive().await;
    let connected = v1::ContactConnected {
        contact_id: "c1".into(),
        offer_id: offer,
    };
    let sequence = pbx.send(connected).await;
    pbx.settled(sequence).await;
    clients.hang_up("c2").await.unwrap();

    let before = performance(&clients).await;
    assert_eq!(
        (
            before.offered_today,
            before.answered_today,
            before.in_time_today,
            before.abandoned_today,
        ),
        (2, 1, 1, 1)
    );
    assert_eq!((before.recent_in_time, before.recent_ended), (1, 2));
    assert_eq!(before.most_waiting.iter().max(), Some(&1));
    assert_eq!(before.first_interval_at_ms % before.interval_ms, 0);
    let server = server.restart().await;
    let after = performance(&server.clients().await).await;
    let counts = |done: &v1::QueuePerformance| {
        let recent = (done.recent_in_time, done.recent_ended);
        (
            recent,
            done.today_since_at_ms,
            done.offered_today,
            done.answered_today,
        )
    };
    assert_eq!(counts(&after), counts(&before));
}

/// How the queue `sales` has done.
async fn performance(clients: &Clients) -> v1::QueuePerformance {
    let request = v1::GetSnapshotRequest {
        tenant: TENANT.into(),
        filter: Some(v1::ViewFilter {
            performance: true,
            queue_names: vec!["sales".into()],
            ..Default::default()
        }),
    };
    let mut supervisors = clients.supervisors.clone();
    let answer = supervisors.get_snapshot(request).await.unwrap();
    let mut snapshot = answer.into_inner().snapshot.unwrap();
    assert_eq!((snapshot.queues.len(), snapshot.performance.len()), (0, 1));
    snapshot.performance.remove(0)
}

#[tokio::test]
async fn a_snapshot_shows_what_the_filter_asks_for_and_unknown_names_are_refused() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let snapshot = |filter: Option<v1::ViewFilter>| {
        let mut supervisors = clients.supervisors.clone();
        let request = v1::GetSnapshotRequest {
            tenant: TENANT.into(),
            filter,
        };
        async move { supervisors.get_snapshot(request).await }
    };
    let default = snapshot(None).await.unwrap().into_inner().snapshot.unwrap();
    assert_eq!(
        (
            default.queues.len(),
            default.agents.len(),
            default.contacts.len()
        ),
        (2, 3, 0)
    );
    let only_anna = v1::ViewFilter {
        agents: true,
        agent_names: vec!["anna".into()],
        ..Default::default()
    };
    let only_anna = snapshot(Some(only_anna))
        .await
        .unwrap()
        .into_inner()
        .snapshot
        .unwrap();
    assert_eq!(
        only_anna
            .agents
            .iter()
            .map(|agent| agent.agent.as_str())
            .collect::<Vec<_>>(),
        ["anna"]
    );
    assert!(only_anna.queues.is_empty());
    let unknown = v1::ViewFilter {
        queues: true,
        queue_names: vec!["nowhere".into()],
        ..Default::default()
    };
    assert_eq!(
        reason(&refused(snapshot(Some(unknown)).await)),
        ErrorReason::UnknownQueue
    );
}
