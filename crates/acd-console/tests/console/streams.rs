//! Pages that are open.

use acd_client::AgentSession;
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::json;

use crate::harness::{Browser, Engine, token};

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

#[tokio::test]
async fn a_stream_is_opened_by_a_script_of_ours_alone() {
    let engine = Engine::open(&["bank"]).await;
    let mut browser = engine.console();
    browser.post("/login", "seat=supervisor").await;
    let others = [
        &[
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-dest", "image"),
        ][..],
        // A page of the same machine, at another port.
        &[("sec-fetch-site", "same-site"), ("sec-fetch-dest", "empty")],
        &[("sec-fetch-site", "none"), ("sec-fetch-dest", "document")],
        &[
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-dest", "image"),
        ],
        &[("accept", "image/png,image/*")],
    ];
    for said in others {
        for path in [
            "/live/contacts",
            "/wall/stream",
            "/t/bank/desk/stream?tab=1-1",
        ] {
            let mut request = Request::get(path);
            for (name, value) in said {
                request = request.header(*name, *value);
            }
            let page = browser
                .page(request.body(Body::empty()).expect("a request"))
                .await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{path} {said:?}");
        }
    }
    let ours = Request::get("/wall/stream")
        .header(header::ACCEPT, "text/event-stream")
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-dest", "empty");
    let answer = browser
        .send(ours.body(Body::empty()).expect("a request"))
        .await;
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_tab_of_the_future_does_not_ring() {
    let engine = Engine::open(&["bank"]).await;
    let mut browser = engine.console();
    browser.post("/login", "seat=agent&agent=anna").await;
    let path = "/desk/stream?tab=9223372036854775807-1";
    let request = Request::get(path).header(header::ACCEPT, "text/event-stream");
    let page = browser
        .page(request.body(Body::empty()).expect("a request"))
        .await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn nobody_takes_all_places_and_some_are_kept_for_desks() {
    let engine = Engine::guarded(&["bank"]).await;
    let options = acd_console::Options {
        streams: 70,
        ..acd_console::Options::default()
    };
    let mut otto = engine.console_with(options);
    let mut anna = otto.clone();
    let claims = |sub: &str, role: &str| {
        format!(
            "token={}",
            token(json!({ "sub": sub, "role": role, "tenant": "bank", "agent": "anna" }))
        )
    };
    otto.post("/login", &claims("otto", "supervisor")).await;
    let mut greta = anna.clone();
    greta.post("/login", &claims("greta", "supervisor")).await;
    anna.post("/login", &claims("anna", "agent")).await;
    let mut open = Vec::new();
    // Of 70 places seven are kept for desks.
    for _ in 0..63 {
        open.push(otto.stream("/wall/stream").await);
    }
    let refused = async |browser: &mut Browser| {
        let request = Request::get("/wall/stream").header(header::ACCEPT, "text/event-stream");
        browser
            .page(request.body(Body::empty()).expect("a request"))
            .await
            .status
    };
    assert_eq!(refused(&mut greta).await, StatusCode::SERVICE_UNAVAILABLE);
    let mut desk = anna.stream("/desk/stream?tab=1-1").await;
    desk.next("parts").await.expect("a desk");
    open.clear();
    greta
        .stream("/wall/stream")
        .await
        .next("parts")
        .await
        .expect("room again");
}

#[tokio::test]
async fn who_signs_out_sees_nothing_any_more_wherever_the_cookie_went() {
    let engine = Engine::guarded(&["bank"]).await;
    let mut otto = engine.console();
    let claims = json!({ "role": "supervisor", "tenant": "bank" });
    otto.post("/login", &format!("token={}", token(claims.clone())))
        .await;
    let mut thief = otto.clone();
    let mut events = thief.stream("/live/contacts").await;
    events.next("parts").await.expect("parts");
    let mark = otto.get("/settings").await.csrf().to_owned();
    otto.post("/logout", &format!("csrf={mark}")).await;
    while events.next("parts").await.is_some() {}
    assert_eq!(thief.get("/settings").await.status, StatusCode::SEE_OTHER);
    // Signing in anew is a session of its own.
    otto.post("/login", &format!("token={}", token(claims)))
        .await;
    assert_eq!(otto.get("/settings").await.status, StatusCode::OK);
}
