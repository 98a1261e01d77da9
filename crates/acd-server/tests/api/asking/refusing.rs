//! Who is not answered, and why.

use acd_config::HistoryConfig;
use acd_proto::v1::{self, ErrorReason};
use serde_json::json;

use super::{Asking, server};
use crate::configuration::apply;
use crate::harness::server::DOCUMENT;
use crate::harness::{Clients, TENANT, TestServer, metadata, reason, refused};
use crate::security::{auth, token};

#[tokio::test]
async fn where_no_history_is_kept_the_answer_says_so() {
    let server = TestServer::start().await;
    let asking = Asking::of(&server).await;
    let status = refused(asking.page(v1::ContactFilter::default(), 0, "").await);
    assert_eq!(reason(&status), ErrorReason::HistoryOff);
    assert_eq!(status.code(), tonic::Code::FailedPrecondition);
    assert!(metadata(&status, "remedy").contains("[server.history]"));
}

#[tokio::test]
async fn what_is_masked_is_not_looked_for_and_a_monitor_sees_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let access = auth(directory.path());
    let server = TestServer::with(|config| {
        config.history = Some(HistoryConfig::default());
        config.auth = Some(access);
    })
    .await;
    let channel = server.channel().await;
    let of = |role: &str| {
        Clients::over(
            TENANT,
            channel.clone(),
            Some(&token(json!({ "role": role }))),
        )
    };
    let masked = format!("{DOCUMENT}\n[attributes.iban]\nmask = {{ supervisor = \"last 4\" }}\n");
    apply(&of("administrator"), &masked, 1).await.unwrap();
    let supervisor = of("supervisor");
    let request = v1::FindContactsRequest {
        tenant: TENANT.into(),
        filter: Some(v1::ContactFilter {
            attributes: vec![v1::Attribute {
                key: "iban".into(),
                value: "DE02".into(),
                ..Default::default()
            }],
            ..Default::default()
        }),
        ..Default::default()
    };
    let status = refused(supervisor.histories.clone().find_contacts(request).await);
    assert_eq!(reason(&status), ErrorReason::NotRevealed);
    assert_eq!(metadata(&status, "field"), "filter.attributes[0]");
    let asking = Asking {
        clients: supervisor,
    };
    asking.until(1).await;
    let mut monitor = of("monitor").histories;
    for (kind, is_seen) in [
        (v1::IntervalKind::Queues, true),
        (v1::IntervalKind::Cohorts, true),
        (v1::IntervalKind::Agents, false),
        (v1::IntervalKind::AgentTimes, false),
    ] {
        let request = v1::ListIntervalsRequest {
            tenant: TENANT.into(),
            kind: kind.into(),
            ..Default::default()
        };
        let answer = monitor.list_intervals(request).await;
        if is_seen {
            answer.unwrap();
        } else {
            assert_eq!(reason(&refused(answer)), ErrorReason::PermissionDenied);
        }
    }
}

#[tokio::test]
async fn wrong_fields_are_named() {
    let server = server().await;
    let asking = Asking::of(&server).await;
    let filter = v1::ContactFilter::default;
    let wrong = [
        (
            v1::ContactFilter {
                queues: vec!["sales".into(), String::new()],
                ..filter()
            },
            "filter.queues[1]",
        ),
        (
            v1::ContactFilter {
                outcomes: vec![99],
                ..filter()
            },
            "filter.outcomes[0]",
        ),
        (
            v1::ContactFilter {
                channels: vec!["pigeon".into()],
                ..filter()
            },
            "filter.channels[0]",
        ),
        (
            v1::ContactFilter {
                from_at_ms: -1,
                ..filter()
            },
            "filter.from_at_ms",
        ),
        (
            v1::ContactFilter {
                agents: vec!["anna".into(); 101],
                ..filter()
            },
            "filter.agents",
        ),
    ];
    for (filter, field) in wrong {
        let status = refused(asking.page(filter, 0, "").await);
        assert_eq!(reason(&status), ErrorReason::InvalidArgument, "{field}");
        assert_eq!(metadata(&status, "field"), field);
    }
    let both = v1::GetContactRequest {
        tenant: TENANT.into(),
        contact_id: "c".into(),
        contact_sequence: 1,
    };
    let status = refused(asking.clients.histories.clone().get_contact(both).await);
    assert_eq!(metadata(&status, "field"), "contact_sequence");
    let nobody = v1::GetContactRequest {
        tenant: TENANT.into(),
        contact_id: "nobody".into(),
        ..Default::default()
    };
    asking.until(1).await;
    let status = refused(asking.clients.histories.clone().get_contact(nobody).await);
    assert_eq!(reason(&status), ErrorReason::UnknownContact);
}
