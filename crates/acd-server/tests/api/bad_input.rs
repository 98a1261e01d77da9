//! Bad input: each a typed error that names the field and the remedy, and nothing changes.

use acd_proto::v1::{self, ErrorReason};

use crate::harness::{
    Desk, Pbx, TENANT, TestServer, call, in_time, metadata, reason, refused, request_id,
};

#[tokio::test]
async fn an_unknown_queue_is_refused_with_the_nearest_name() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let status = refused(clients.arrive(call("c1", "salse")).await);
    assert_eq!(reason(&status), ErrorReason::UnknownQueue);
    assert_eq!(metadata(&status, "field"), "contact.queue");
    assert_eq!(metadata(&status, "nearest"), "sales");
}

#[tokio::test]
async fn unknown_tenants_agents_adapters_and_skills_are_each_refused_by_name() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let status = refused(Desk::login(&clients, "nobody").await);
    assert_eq!(
        (reason(&status), metadata(&status, "field")),
        (ErrorReason::UnknownAgent, "agent".into())
    );

    let request = v1::LoginRequest {
        tenant: "nowhere".into(),
        request_id: request_id(),
        agent: "anna".into(),
    };
    let status = refused(clients.agents.clone().login(request).await);
    assert_eq!(
        (reason(&status), metadata(&status, "field")),
        (ErrorReason::UnknownTenant, "tenant".into())
    );

    let status = refused(
        Pbx::try_connect(&clients, TENANT, "fax", "run-1")
            .await
            .map(|_| ()),
    );
    assert_eq!(reason(&status), ErrorReason::UnknownAdapter);

    let term = v1::Term {
        skill: "klingon".into(),
        min_level: 1,
    };
    let requirement = v1::Requirement {
        any_of: vec![v1::TermGroup { all_of: vec![term] }],
    };
    let asks = v1::ContactArrived {
        requirement: Some(requirement),
        ..call("c1", "sales")
    };
    let status = refused(clients.arrive(asks).await);
    assert_eq!(
        (reason(&status), metadata(&status, "field")),
        (ErrorReason::UnknownSkill, "contact.requirement".into())
    );
}

#[tokio::test]
async fn oversized_attributes_are_refused_with_the_limit() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let large = v1::Attribute {
        key: "story".into(),
        value: "x".repeat(16_384),
        sensitive: false,
        ..Default::default()
    };
    let contact = v1::ContactArrived {
        attributes: vec![large],
        ..call("c1", "sales")
    };
    let status = refused(clients.arrive(contact).await);
    assert_eq!(reason(&status), ErrorReason::AttributesTooLarge);
    assert_eq!(metadata(&status, "field"), "contact.attributes");
    assert_eq!(metadata(&status, "limit"), "16384 bytes");

    let many = (0..65).map(|n| v1::Attribute {
        key: format!("k{n}"),
        ..Default::default()
    });
    let contact = v1::ContactArrived {
        attributes: many.collect(),
        ..call("c1", "sales")
    };
    assert_eq!(
        metadata(&refused(clients.arrive(contact).await), "limit"),
        "64 attributes"
    );
    assert_eq!(clients.counters("sales").await.offered, 0);
}

#[tokio::test]
async fn a_contact_id_cannot_be_used_again_after_its_end() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    clients.arrive(call("c1", "sales")).await.unwrap();
    clients.hang_up("c1").await.unwrap();
    let status = refused(clients.arrive(call("c1", "sales")).await);
    assert_eq!(reason(&status), ErrorReason::ContactEnded);
    assert_eq!(metadata(&status, "field"), "contact.contact_id");
    assert_eq!(clients.counters("sales").await.offered, 1);
}

#[tokio::test]
async fn an_open_contact_reported_again_is_the_same_contact_unless_it_differs() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let visit = clients.arrive(call("c1", "sales")).await.unwrap();
    assert_eq!(clients.arrive(call("c1", "sales")).await.unwrap(), visit);
    let chat = v1::ContactArrived {
        channel: "chat".into(),
        ..call("c1", "sales")
    };
    assert_eq!(
        reason(&refused(clients.arrive(chat).await)),
        ErrorReason::ContactDiffers
    );
    assert_eq!(clients.counters("sales").await.offered, 1);
}

#[tokio::test]
async fn a_full_queue_turns_contacts_away_and_counts_them() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    for n in 0..3 {
        clients
            .arrive(call(&format!("c{n}"), "sales"))
            .await
            .unwrap();
    }
    let status = refused(clients.arrive(call("c3", "sales")).await);
    assert_eq!(reason(&status), ErrorReason::QueueFull);
    assert_eq!(status.code(), tonic::Code::ResourceExhausted);
    let counters = clients.counters("sales").await;
    assert_eq!((counters.offered, counters.refused), (3, 1));
}

#[tokio::test]
async fn an_accept_that_comes_too_late_says_what_became_of_the_offer() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut desk = Desk::ready(&clients, "anna").await;
    pbx.send(call("c1", "sales")).await;
    let offer = desk.ringing().await;
    clients.hang_up("c1").await.unwrap();
    let status = refused(desk.accept(offer.offer_id).await);
    assert_eq!(reason(&status), ErrorReason::OfferNotPending);
    assert_eq!(status.code(), tonic::Code::FailedPrecondition);
    assert_eq!(metadata(&status, "field"), "offer_id");
    assert_eq!(metadata(&status, "state"), "OFFER_STATE_CANCELED");
    assert_eq!(
        metadata(&status, "end_reason"),
        "OFFER_END_REASON_CUSTOMER_GONE"
    );
    assert_eq!(
        reason(&refused(desk.accept(987_654).await)),
        ErrorReason::UnknownOffer
    );
}

#[tokio::test]
async fn a_second_login_takes_over_and_the_first_is_told() {
    let server = TestServer::start().await;
    let (first_desktop, second_desktop) = (server.clients().await, server.clients().await);
    let mut first = Desk::ready(&first_desktop, "anna").await;
    let second = Desk::log_in(&second_desktop, "anna").await;
    assert_ne!(first.session, second.session);
    assert_eq!(reason(&first.end().await), ErrorReason::SessionReplaced);
    let status = refused(first.set_presence(v1::Presence::Ready, "").await);
    assert_eq!(
        (reason(&status), metadata(&status, "field")),
        (ErrorReason::SessionReplaced, "session_id".into())
    );
    second
        .set_presence(v1::Presence::Ready, "")
        .await
        .expect("the second works on");
}

#[tokio::test]
async fn a_request_id_used_again_with_other_content_is_refused_and_with_the_same_gets_the_same_answer()
 {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let request = |contact_id: &str| v1::ArriveContactRequest {
        tenant: TENANT.into(),
        request_id: "the-same".into(),
        adapter: "pbx".into(),
        contact: Some(call(contact_id, "sales")),
    };
    let arrive = |contact_id| {
        let (mut adapters, request) = (clients.adapters.clone(), request(contact_id));
        async move { in_time("an arrival", adapters.arrive_contact(request)).await }
    };
    let first = arrive("c1").await.unwrap().into_inner();
    assert_eq!(
        arrive("c1").await.unwrap().into_inner().visit_id,
        first.visit_id
    );
    let status = refused(arrive("c2").await);
    assert_eq!(reason(&status), ErrorReason::RequestIdReused);
    assert_eq!(metadata(&status, "field"), "request_id");
    assert_eq!(clients.counters("sales").await.offered, 1);
}

#[tokio::test]
async fn a_refusal_is_remembered_with_its_request_id() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut desk = Desk::ready(&clients, "anna").await;
    pbx.send(call("c1", "sales")).await;
    let offer = desk.ringing().await;
    desk.reject(offer.offer_id).await.unwrap();
    let late = desk.acceptance(offer.offer_id);
    for _ in 0..2 {
        let status = refused(clients.agents.clone().accept_offer(late.clone()).await);
        assert_eq!(reason(&status), ErrorReason::OfferNotPending);
    }
}

#[tokio::test]
async fn every_missing_or_malformed_field_is_named() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let no_request_id = v1::LoginRequest {
        tenant: TENANT.into(),
        request_id: String::new(),
        agent: "anna".into(),
    };
    let status = refused(clients.agents.clone().login(no_request_id).await);
    assert_eq!(
        (reason(&status), metadata(&status, "field")),
        (ErrorReason::RequestIdMissing, "request_id".into())
    );

    for (field, contact) in [
        (
            "contact.contact_id",
            v1::ContactArrived {
                contact_id: String::new(),
                ..call("c1", "sales")
            },
        ),
        (
            "contact.channel",
            v1::ContactArrived {
                channel: "pigeon".into(),
                ..call("c1", "sales")
            },
        ),
        (
            "contact.head_start_ms",
            v1::ContactArrived {
                head_start_ms: -1,
                ..call("c1", "sales")
            },
        ),
    ] {
        let status = refused(clients.arrive(contact).await);
        assert_eq!(
            (reason(&status), metadata(&status, "field")),
            (ErrorReason::InvalidArgument, field.to_owned())
        );
        assert_eq!(status.code(), tonic::Code::InvalidArgument);
    }

    let desk = Desk::log_in(&clients, "anna").await;
    for (field, presence, code) in [
        ("presence", v1::Presence::Offline, ""),
        ("presence", v1::Presence::Unspecified, ""),
        ("reason_code", v1::Presence::NotReady, ""),
        ("reason_code", v1::Presence::Ready, "break"),
    ] {
        let status = refused(desk.set_presence(presence, code).await);
        assert_eq!(
            (reason(&status), metadata(&status, "field")),
            (ErrorReason::InvalidArgument, field.to_owned())
        );
    }
    assert_eq!(
        metadata(&refused(desk.accept(0).await), "field"),
        "offer_id"
    );
}
