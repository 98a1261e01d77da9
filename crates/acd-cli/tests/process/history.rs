//! `acd history find` and `show`, and `acd explain` of what the engine has forgotten.

use std::os::unix::fs::PermissionsExt as _;

use acd_client::Historian;
use acd_client::v1;
use acd_testkit::{Clients, Desk, Pbx, call, in_time};
use serde_json::Value;

use crate::acd::{run, said, succeed};
use crate::server::Server;

const TENANTS: &str = "[tenants.bank]\nadapters = [\"pbx\"]\n\
                       [tenants.bank.limits]\nended_records = 0\n\
                       [tenants.bank.queues.support]\n\
                       [tenants.bank.review_forms.calls]\n\
                       questions = [{ name = \"greeting\" }, { name = \"solution\", weight = 3, scale_max = 5 }]\n\
                       [tenants.bank.agents.anna]\nqueues = [\"support\"]\n\
                       [tenants.bank.agents.bert]\nqueues = [\"support\"]\n";

/// Who calls, and is answered.
const CUSTOMER: &str = "+49 30 227-4711";

/// A server at which anna missed a call that bert took, and another one was left.
async fn server() -> (Server, Clients) {
    let server = Server::start(TENANTS);
    let clients = Clients::at("bank", format!("http://{}", server.grpc)).await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    let order = v1::Attribute {
        key: "order".into(),
        value: "4711".into(),
        ..Default::default()
    };
    let answered = v1::ContactArrived {
        attributes: vec![order],
        customer_key: Some(CUSTOMER.into()),
        ..call("answered", "support")
    };
    pbx.send(answered).await;
    let offer = anna.ringing().await;
    let mut bert = Desk::ready(&clients, "bert").await;
    anna.reject(offer.offer_id).await.expect("rejected");
    let offer = bert.ringing().await;
    bert.accept(offer.offer_id).await.expect("accepted");
    pbx.send(v1::ContactConnected {
        contact_id: "answered".into(),
        offer_id: offer.offer_id,
    })
    .await;
    bert.handling(v1::HandlingState::Connected).await;
    clients.hang_up("answered").await.expect("it ends");
    let not_ready = v1::Presence::NotReady;
    for desk in [&anna, &bert] {
        desk.set_presence(not_ready, "lunch")
            .await
            .expect("they go");
    }
    clients
        .arrive(call("left", "support"))
        .await
        .expect("it joins");
    let sequence = clients.hang_up("left").await.expect("it leaves");
    are_in_rows(&server, sequence).await;
    (server, clients)
}

/// All of it has become rows. Whoever waits asks again.
async fn are_in_rows(server: &Server, sequence: u64) {
    let historian = Historian::new(&server.endpoint(), "bank");
    let told = async {
        loop {
            let page = historian
                .find_contacts(v1::ContactFilter::default(), false, 1, "")
                .await;
            // At first its tables are being made.
            let position = page.ok().and_then(|page| page.position);
            if position.is_some_and(|position| position.sequence >= sequence) {
                break;
            }
        }
    };
    in_time("rows", told).await;
}

/// Rows are copied beside the server that writes them, for their owner alone; a copy is never written over.
#[tokio::test]
async fn rows_are_copied_beside_the_running_server() {
    let (server, _clients) = Box::pin(server()).await;
    let dir = server.folder().join("data");
    let copy = server.folder().join("copy.db");
    let [dir, file] = [&dir, &copy].map(|path| path.to_str().expect("UTF-8"));
    let line = ["history", "backup", dir, file];
    let told = succeed(&line);
    assert!(
        told.contains("bank") && told.contains("events in rows"),
        "{told}"
    );
    let mode = std::fs::metadata(&copy)
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = run(&line);
    assert!(!again.status.success());
    assert!(said(&again).contains("File exists"), "{}", said(&again));
}

#[tokio::test]
async fn contacts_are_found_and_told_long_after() {
    let (server, _clients) = Box::pin(server()).await;
    let acd = |line: &[&str]| succeed(&[line, &["--server", &server.grpc]].concat());
    let all = acd(&["history", "find", "--oldest-first"]);
    let lines: Vec<&str> = all.lines().collect();
    assert_eq!(lines.len(), 2, "{all}");
    assert!(
        lines[0].contains("  answered  voice  support  answered  waited "),
        "{all}"
    );
    assert!(
        lines[1].contains("  left  voice  support  abandoned_customer  waited "),
        "{all}"
    );
    let found = acd(&[
        "history",
        "find",
        "--offered-to",
        "anna",
        "--attribute",
        "order=4711",
        "--from",
        "-1h",
        "--json",
    ]);
    let found: Value = serde_json::from_str(&found).expect("a line of JSON");
    assert_eq!(found["contact_id"], "answered");
    assert_eq!(found["offers"], 2);
    let none = acd(&["history", "find", "--agent", "anna"]);
    assert_eq!(none, "");
    let shown = acd(&["history", "show", "answered"]);
    for sentence in [
        "answered was offered to anna out of",
        "the offer to anna ended rejected",
        "connected with bert",
    ] {
        assert!(shown.contains(sentence), "{shown}");
    }
    let explained = acd(&["explain", "answered"]);
    let steps = |text: &str| -> Vec<String> {
        let lines = text.lines().skip(1);
        lines.map(str::to_owned).collect()
    };
    assert_eq!(steps(&explained), steps(&shown));
    let unknown = run(&["history", "show", "nobody", "--server", &server.grpc]);
    assert!(!unknown.status.success());
    assert!(
        said(&unknown).contains("UNKNOWN_CONTACT"),
        "{}",
        said(&unknown)
    );
}

/// A customer is told what is known of them, and forgotten; that both was done stands with the acts.
#[tokio::test]
async fn a_customer_is_told_what_is_known_and_forgotten() {
    let (server, _clients) = Box::pin(server()).await;
    let at = ["--server", &server.grpc];
    let acd = |line: &[&str]| succeed(&[line, &at].concat());
    let why = ["--why", "their letter"];
    let export = [&["privacy", "export", CUSTOMER], &why[..]].concat();
    let known = acd(&export);
    let known: Value = serde_json::from_str(&known).expect("one line of JSON");
    let told = known.to_string();
    assert!(told.contains(CUSTOMER) && told.contains("4711"), "{told}");
    let nobody = acd(&["privacy", "export", "nobody"]);
    assert_eq!(nobody, "");

    let erase = [&["privacy", "erase", CUSTOMER], &why[..]].concat();
    let unsure = run(&[&erase[..], &at].concat());
    assert!(!unsure.status.success());
    assert!(said(&unsure).contains("say --yes"), "{}", said(&unsure));
    assert!(acd(&export).contains(CUSTOMER), "nothing was erased");
    let erase = [&erase[..], &["--yes"]].concat();
    assert_eq!(acd(&erase), "erased the personal data of 1 contact\n");
    // It has waited for the rows.
    assert_eq!(acd(&export), "");
    assert_eq!(acd(&erase), "nothing is known of this customer\n");
    let shown = acd(&["history", "show", "answered"]);
    assert!(!shown.contains("4711"), "{shown}");

    let historian = Historian::new(&server.endpoint(), "bank");
    let acts = historian.find_acts(v1::ActFilter::default(), 50, "").await;
    let acts = acts.expect("acts").acts;
    let why = acts.iter().filter(|act| act.reason == "their letter");
    let kinds: Vec<_> = why.map(|act| act.kind()).collect();
    assert!(kinds.contains(&v1::ActKind::ReadPersonal), "{kinds:?}");
    assert!(kinds.contains(&v1::ActKind::ErasePersonal), "{kinds:?}");
}

#[tokio::test]
async fn a_conversation_is_drawn_reviewed_and_reported() {
    let (server, _clients) = Box::pin(server()).await;
    let acd = |line: &[&str]| succeed(&[line, &["--server", &server.grpc]].concat());
    let forms = acd(&["quality", "forms"]);
    assert!(forms.contains("solution (0..=5, weight 3)"), "{forms}");
    let drawn = ["quality", "sample", "--from", "-1h", "--per-agent", "2"];
    let lines = acd(&drawn);
    assert_eq!(lines.lines().count(), 1, "{lines}");
    assert!(lines.starts_with("bert  "), "{lines}");
    let json = acd(&[&drawn[..], &["--rule", "1:short:10m", "--json"]].concat());
    let json: Value = serde_json::from_str(&json).expect("a line of JSON");
    assert_eq!(
        (json["contact_id"].as_str(), json["rule"].as_u64()),
        (Some("answered"), Some(1))
    );
    let handling = json["handling_id"].as_str().map(str::to_owned);
    let handling = handling.unwrap_or_else(|| json["handling_id"].to_string());
    let said_of_it = [
        "--form",
        "calls",
        "--answer",
        "greeting=n/a",
        "--answer",
        "solution=2",
    ];
    let told = acd(&[&["quality", "review", &handling], &said_of_it[..]].concat());
    let sequence = told
        .trim()
        .rsplit(' ')
        .next()
        .and_then(|it| it.parse().ok());
    are_in_rows(&server, sequence.expect("a sequence")).await;
    let list = acd(&["quality", "list", "--agent", "bert"]);
    assert!(
        list.trim_end().ends_with("  bert  calls  local  40.0"),
        "{list}"
    );
    let report = acd(&["report", "agents", "--format", "json"]);
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let rows = report["rows"].as_array().expect("rows");
    let bert = rows
        .iter()
        .find(|row| row["agent"] == "bert")
        .expect("bert");
    assert_eq!(
        (&bert["reviews"], &bert["quality"]),
        (&Value::from(1), &Value::from(0.4))
    );
    let wrong = run(&[
        "quality",
        "review",
        &handling,
        "--form",
        "chats",
        "--server",
        &server.grpc,
    ]);
    assert!(
        said(&wrong).contains("name one of calls"),
        "{}",
        said(&wrong)
    );
}
