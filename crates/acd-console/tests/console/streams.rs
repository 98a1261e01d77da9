//! Pages that are open.

use acd_client::AgentSession;

use crate::harness::Engine;

#[tokio::test]
async fn an_open_page_is_sent_what_changes_and_nothing_else() {
    let engine = Engine::open(&["bank"]).await;
    let mut browser = engine.console();
    browser.post("/login", "seat=monitor").await;
    let mut events = browser.stream("/wall/stream").await;
    let first = events.next("parts").await.expect("all parts");
    assert!(first.starts_with("<meta name=\"at\" content=\""), "{first}");
    for id in [
        "wall-row-sales",
        "wall-row-loans",
        "wall-staff",
        "connection",
    ] {
        assert!(first.contains(&format!("id=\"{id}\"")), "{id}: {first}");
    }
    let mut session = AgentSession::login(&engine.endpoint(), "bank", "anna")
        .await
        .expect("a session");
    session.next().await.expect("a view");
    session.commands().ready().await.expect("ready");
    // Anna serves one queue; what is shown of the other is as it was.
    let mut parts = String::new();
    while !parts.contains("wall-row-sales") {
        parts = events.next("parts").await.expect("more parts");
        assert!(!parts.contains("wall-row-loans"), "{parts}");
    }
}

#[tokio::test]
async fn pages_of_the_same_rights_share_one_watch() {
    let engine = Engine::open(&["bank"]).await;
    let mut browser = engine.console();
    browser.post("/login", "seat=monitor").await;
    let (mut one, mut other) = (
        browser.stream("/wall/stream").await,
        browser.stream("/wall/stream").await,
    );
    one.next("parts").await.expect("parts");
    other.next("parts").await.expect("parts");
    drop(one);
    let mut third = browser.stream("/wall/stream?queues=loans").await;
    let parts = third.next("parts").await.expect("parts");
    assert!(!parts.contains("wall-row-sales"), "{parts}");
}
