//! Forms: whose are read, how much of them, and for how long.

use std::{convert::Infallible, time::Duration};

use acd_console::{Options, options::Limits};
use axum::{
    body::{Body, Bytes},
    http::StatusCode,
};
use futures_util::stream;
use serde_json::json;

use crate::harness::{Browser, Engine, form_of, token};

/// A body of which nothing comes.
fn endless() -> Body {
    Body::from_stream(stream::pending::<Result<Bytes, Infallible>>())
}

async fn signed_in(engine: &Engine, role: &str) -> (Browser, String) {
    let mut browser = engine.console();
    let token = token(json!({ "role": role, "tenant": "bank" }));
    browser.post("/login", &format!("token={token}")).await;
    let mark = browser.get("/settings").await.csrf().to_owned();
    (browser, mark)
}

#[tokio::test]
async fn nobody_is_listened_to_before_it_is_known_who_they_are() {
    let engine = Engine::guarded(&["bank"]).await;
    let mut browser = engine.console();
    let asked = [
        ("/anything", "cross-site", StatusCode::FORBIDDEN),
        ("/login", "same-site", StatusCode::FORBIDDEN),
        ("/anything", "same-origin", StatusCode::NOT_FOUND),
        ("/settings", "same-origin", StatusCode::UNAUTHORIZED),
    ];
    for (path, site, status) in asked {
        let request = form_of(path).header("sec-fetch-site", site);
        let page = browser
            .page(request.body(endless()).expect("a request"))
            .await;
        assert_eq!(page.status, status, "{path} from {site}");
    }
    // Nor is who has the mark of another session.
    let (mut browser, _) = signed_in(&engine, "supervisor").await;
    let request = form_of("/settings").header("x-csrf-token", "another");
    let page = browser
        .page(request.body(endless()).expect("a request"))
        .await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_form_is_as_long_as_its_page_needs() {
    let engine = Engine::guarded(&["bank"]).await;
    let long =
        |mark: &str, kilobytes: usize| format!("csrf={mark}&x={}", "x".repeat(kilobytes * 1024));
    let page = engine.console().post("/login", &long("", 17)).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    let (mut supervisor, mark) = signed_in(&engine, "supervisor").await;
    for (path, kilobytes, status) in [
        ("/settings", 200, StatusCode::SEE_OTHER),
        ("/settings", 300, StatusCode::PAYLOAD_TOO_LARGE),
        ("/config/check", 300, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let page = supervisor.post(path, &long(&mark, kilobytes)).await;
        assert_eq!(page.status, status, "{kilobytes} kB to {path}");
    }
    // A document is long: only who may change it sends one.
    let (mut administrator, mark) = signed_in(&engine, "administrator").await;
    let document = format!(
        "csrf={mark}&from=1&document=%23{}",
        "x".repeat(3 * 1024 * 1024)
    );
    let page = administrator.post("/config/check", &document).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let page = administrator
        .post("/config/check", &long(&mark, 5_000))
        .await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_form_that_does_not_come_is_given_up() {
    let engine = Engine::guarded(&["bank"]).await;
    let options = Options {
        limits: Limits {
            form: Duration::from_millis(10),
            ..Limits::default()
        },
        ..Options::default()
    };
    let request = form_of("/login").header("sec-fetch-site", "same-origin");
    let request = request.body(endless()).expect("a request");
    let page = engine.console_with(options).page(request).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
}
