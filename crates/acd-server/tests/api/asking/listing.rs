//! Long lists, page by page.

use acd_proto::v1::{self, ErrorReason};

use super::{Asking, a_day, ids, server};
use crate::harness::{TENANT, call, in_time, metadata, reason, refused, request_id};

#[tokio::test]
async fn pages_have_neither_gaps_nor_doubles_while_contacts_arrive() {
    let server = server().await;
    let asking = Asking::of(&server).await;
    let clients = &asking.clients;
    let mut last = 0;
    for number in 0..7 {
        let name = format!("c{number}");
        clients.arrive(call(&name, "sales")).await.unwrap();
        last = clients.hang_up(&name).await.unwrap();
    }
    asking.until(last).await;
    let (mut found, mut token) = (Vec::new(), String::new());
    for page in 0.. {
        let newest_first = v1::FindContactsRequest {
            tenant: TENANT.into(),
            page_size: 2,
            page_token: token,
            ..Default::default()
        };
        let mut histories = clients.histories.clone();
        let answer = histories
            .find_contacts(newest_first)
            .await
            .unwrap()
            .into_inner();
        found.extend(ids(&answer.contacts));
        token = answer.next_page_token;
        if token.is_empty() {
            break;
        }
        let name = format!("late{page}");
        clients.arrive(call(&name, "sales")).await.unwrap();
        asking.until(clients.hang_up(&name).await.unwrap()).await;
    }
    assert_eq!(found, ["c6", "c5", "c4", "c3", "c2", "c1", "c0"]);
    let status = refused(
        asking
            .page(v1::ContactFilter::default(), 2, "no token")
            .await,
    );
    assert_eq!(
        (reason(&status), metadata(&status, "field")),
        (ErrorReason::InvalidArgument, "page_token".into())
    );

    let export = v1::ExportContactsRequest {
        tenant: TENANT.into(),
        oldest_first: true,
        ..Default::default()
    };
    let stream = clients
        .histories
        .clone()
        .export_contacts(export.clone())
        .await;
    let mut stream = stream.unwrap().into_inner();
    let mut exported = Vec::new();
    while let Some(page) = in_time("a page", stream.message()).await.unwrap() {
        exported.extend(ids(&page.contacts));
    }
    assert_eq!(exported, asking.find(v1::ContactFilter::default()).await);
    assert_eq!(exported.len(), 10);
    // It goes on after any contact.
    let third = asking
        .page(v1::ContactFilter::default(), 3, "")
        .await
        .unwrap();
    let rest = v1::ExportContactsRequest {
        page_token: third.next_page_token,
        ..export
    };
    let stream = clients.histories.clone().export_contacts(rest).await;
    let page = stream
        .unwrap()
        .into_inner()
        .message()
        .await
        .unwrap()
        .unwrap();
    assert_eq!(ids(&page.contacts), exported[3..]);
}

#[tokio::test]
async fn intervals_days_and_acts_are_told() {
    let server = server().await;
    let asking = Asking::of(&server).await;
    let clients = &asking.clients;
    a_day(clients).await;
    let force = v1::ForcePresenceRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        agent: "anna".into(),
        presence: v1::Presence::Ready.into(),
        reason: "the queue is long".into(),
        ..Default::default()
    };
    let forced = clients
        .supervisors
        .clone()
        .force_presence(force)
        .await
        .unwrap();
    asking.until(forced.into_inner().sequence).await;
    let ask = |kind: v1::IntervalKind| {
        let mut histories = clients.histories.clone();
        let request = v1::ListIntervalsRequest {
            tenant: TENANT.into(),
            kind: kind.into(),
            ..Default::default()
        };
        async move {
            histories
                .list_intervals(request)
                .await
                .unwrap()
                .into_inner()
        }
    };
    let queues = ask(v1::IntervalKind::Queues).await.queues;
    let sum = |count: fn(&v1::QueueInterval) -> u64| queues.iter().map(count).sum::<u64>();
    assert_eq!(sum(|it| it.offered), 2);
    assert_eq!(sum(|it| it.answered), 1);
    assert_eq!(sum(|it| it.abandoned_customer), 1);
    let cohorts = ask(v1::IntervalKind::Cohorts).await.cohorts;
    assert_eq!(cohorts.iter().map(|it| it.offered).sum::<u64>(), 2);
    let agents = ask(v1::IntervalKind::Agents).await.agents;
    let rejected = agents.iter().filter(|it| it.agent == "anna");
    assert_eq!(rejected.map(|it| it.offers_rejected).sum::<u64>(), 1);

    let request = v1::ListAgentDaysRequest {
        tenant: TENANT.into(),
        agent: "anna".into(),
        ..Default::default()
    };
    let days = clients.histories.clone().list_agent_days(request).await;
    let days = days.unwrap().into_inner().stretches;
    let told = days
        .iter()
        .map(|it| (it.kind(), it.state.as_str(), it.reason.as_str()));
    use v1::AgentStretchKind::{Login, Presence};
    let told: Vec<_> = told.collect();
    assert_eq!(told.first(), Some(&(Login, "", "")));
    let presences: Vec<_> = told.iter().filter(|it| it.0 == Presence).collect();
    let last = &presences[presences.len() - 3..];
    let (ready, lunch) = ((Presence, "ready", ""), (Presence, "not_ready", "lunch"));
    assert_eq!(last, [&ready, &lunch, &ready]);

    let request = v1::FindActsRequest {
        tenant: TENANT.into(),
        filter: Some(v1::ActFilter {
            agent: "anna".into(),
            kinds: vec![v1::ActKind::ForcePresence.into()],
            ..Default::default()
        }),
        ..Default::default()
    };
    let acts = clients.histories.clone().find_acts(request).await.unwrap();
    let listed = v1::ListActsRequest {
        tenant: TENANT.into(),
        ..Default::default()
    };
    let listed = clients.supervisors.clone().list_acts(listed).await.unwrap();
    assert_eq!(acts.into_inner().acts, listed.into_inner().acts);
}
