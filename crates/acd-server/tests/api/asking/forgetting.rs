//! A customer asks what is known of them, and is forgotten.

use std::fs;
use std::path::{Path, PathBuf};

use acd_config::HistoryConfig;
use acd_journal::{back_up, back_up_keys};
use acd_proto::v1::{self, ActKind, ErrorReason};
use serde_json::json;

use super::{Asking, a_day, server};
use crate::harness::{Clients, TENANT, TestServer, call, in_time, reason, refused};
use crate::security::{auth, token};

/// What is personal of the customer of [`a_day`].
const PERSONAL: [&str; 3] = ["two Blue bicycles", "cust-0815-4711", "Lindenallee 17"];

/// The files below a folder in which a text stands.
fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else {
            let bytes = fs::read(&path).unwrap_or_default();
            let is_in = bytes.windows(text.len()).any(|it| it == text.as_bytes());
            found.extend(is_in.then_some(path));
        }
    }
    found
}

fn export(customer: &str) -> v1::ExportCustomerRequest {
    v1::ExportCustomerRequest {
        tenant: TENANT.into(),
        customer_key: Some(customer.into()),
        reason: "asked".into(),
        page_token: String::new(),
    }
}

fn erase(customer: &str) -> v1::EraseCustomerRequest {
    v1::EraseCustomerRequest {
        tenant: TENANT.into(),
        customer_key: Some(customer.into()),
        reason: "asked".into(),
    }
}

/// The whole way: in a running server, on its disk, and in a back-up that was made before.
#[tokio::test]
async fn a_customer_is_told_what_is_known_and_is_then_in_no_file_any_more() {
    let server = server().await;
    let asking = Asking::of(&server).await;
    let clients = &asking.clients;
    asking.until(a_day(clients).await).await;
    let arrived = v1::ContactArrived {
        customer_key: Some("cust-0815-4711".into()),
        attributes: vec![v1::Attribute {
            key: "address".into(),
            value: "Lindenallee 17".into(),
            ..Default::default()
        }],
        ..call("again", "loans")
    };
    clients.arrive(arrived).await.unwrap();
    let mut privacy = clients.privacy.clone();
    let open = refused(
        in_time(
            "an erasure",
            privacy.erase_customer(erase("cust-0815-4711")),
        )
        .await,
    );
    assert_eq!(reason(&open), ErrorReason::ContactOpen);
    assert!(open.message().contains("again"), "{}", open.message());
    let ended = clients.hang_up("again").await.unwrap();
    asking.until(ended).await;

    let told = in_time(
        "an export",
        privacy.export_customer(export("cust-0815-4711")),
    )
    .await;
    let told = told.unwrap().into_inner();
    assert_eq!(told.next_page_token, "");
    let [known] = &told.contacts[..] else {
        panic!("{} contacts", told.contacts.len());
    };
    assert_eq!(known.attributes[0].value, "Lindenallee 17");
    let contact = known.contact.clone().unwrap();
    assert_eq!(contact.customer_key.unwrap().value, "cust-0815-4711");

    let place = tempfile::tempdir().unwrap();
    let copy = place.path().join("copy");
    back_up(server.directory(), &copy).unwrap();
    assert!(!holding(server.directory(), "cust-0815-4711").is_empty());
    let before = asking.find(v1::ContactFilter::default()).await;

    let mut sequence = 0;
    for customer in ["cust-0815-4711", "K-7", "nobody"] {
        let done = in_time("an erasure", privacy.erase_customer(erase(customer))).await;
        let done = done.unwrap().into_inner();
        assert_eq!(done.contacts, u64::from(customer != "nobody"), "{customer}");
        sequence = sequence.max(done.sequence);
    }
    asking.until(sequence).await;
    let again = in_time("an erasure", privacy.erase_customer(erase("K-7"))).await;
    assert_eq!(again.unwrap().into_inner().contacts, 0);
    let told = in_time("an export", privacy.export_customer(export("K-7"))).await;
    assert!(told.unwrap().into_inner().contacts.is_empty());
    assert_eq!(asking.find(v1::ContactFilter::default()).await, before);
    let erased = asking.contact("answered").await;
    assert_eq!(
        erased.contact.unwrap().disposition.map(|it| it.notes),
        Some(None)
    );

    // Who looked, and at whom, is known: by number.
    let acts = v1::FindActsRequest {
        tenant: TENANT.into(),
        filter: Some(v1::ActFilter {
            kinds: vec![ActKind::ReadPersonal.into(), ActKind::ErasePersonal.into()],
            ..Default::default()
        }),
        ..Default::default()
    };
    let acts = in_time("acts", clients.histories.clone().find_acts(acts)).await;
    let acts = acts.unwrap().into_inner().acts;
    // What this test itself looked up for its own sake is recorded as well, without a reason.
    let told: Vec<_> = acts
        .iter()
        .filter(|act| act.reason == "asked")
        .map(|act| (act.kind(), act.contact_numbers.len()))
        .collect();
    let (read, erased) = (ActKind::ReadPersonal, ActKind::ErasePersonal);
    assert_eq!(told, [(erased, 1), (erased, 1), (read, 1)]);

    let keys = place.path().join("keys");
    back_up_keys(server.directory(), &keys).unwrap();
    let directory = server.stop().await;
    for text in PERSONAL {
        for folder in [directory.path(), place.path()] {
            let files = holding(folder, text);
            assert_eq!(files, [""; 0].map(PathBuf::from), "{text}");
        }
    }
}

#[tokio::test]
async fn only_administrators_are_answered_and_a_customer_has_to_be_named() {
    let directory = tempfile::tempdir().unwrap();
    let access = auth(directory.path());
    let server = TestServer::with(|config| {
        config.history = Some(HistoryConfig::default());
        config.auth = Some(access);
    })
    .await;
    let channel = server.channel().await;
    let of = |role: &str| {
        let token = token(json!({ "role": role }));
        Clients::over(TENANT, channel.clone(), Some(&token)).privacy
    };
    for role in ["supervisor", "agent", "adapter", "monitor"] {
        let erased = refused(of(role).erase_customer(erase("K-7")).await);
        assert_eq!(reason(&erased), ErrorReason::PermissionDenied, "{role}");
        let told = refused(of(role).export_customer(export("K-7")).await);
        assert_eq!(reason(&told), ErrorReason::PermissionDenied, "{role}");
    }
    let unnamed = refused(of("administrator").erase_customer(erase("")).await);
    assert_eq!(reason(&unnamed), ErrorReason::InvalidArgument);
}
