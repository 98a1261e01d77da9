//! Who gets in, as whom, and for how long.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::json;

use crate::harness::{Browser, Engine, form_of, token};

async fn signed_in(engine: &Engine, claims: serde_json::Value) -> Browser {
    let mut browser = engine.console();
    let page = browser
        .post("/login", &format!("token={}", token(claims)))
        .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    browser
}

#[tokio::test]
async fn who_is_not_signed_in_is_sent_to_the_sign_in_and_comes_back() {
    let engine = Engine::guarded(&["bank"]).await;
    let mut browser = engine.console();
    let page = browser.get("/wall?rows=4").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.location(), "/login?to=%2Fwall%3Frows%3D4");
    let page = browser.get(page.location().to_owned().as_str()).await;
    assert!(page.text.contains("Use a token"), "{}", page.text);
    let form = format!(
        "to=%2Fwall%3Frows%3D4&token={}",
        token(json!({ "role": "supervisor", "tenant": "bank" }))
    );
    let page = browser.post("/login", &form).await;
    assert_eq!(page.location(), "/wall?rows=4");
    assert_eq!(browser.get("/wall?rows=4").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_token_that_does_not_let_in_says_why() {
    let engine = Engine::guarded(&["bank"]).await;
    let told = async |form: String| {
        let page = engine.console().post("/login", &form).await;
        assert!(page.headers.get(header::SET_COOKIE).is_none());
        page.text
    };
    let of = |claims| format!("token={}", token(claims));
    let wrong = told("token=abc".to_owned()).await;
    assert!(wrong.contains("does not know this token"), "{wrong}");
    let expired = told(of(
        json!({ "role": "agent", "tenant": "bank", "exp": 1_000 }),
    ))
    .await;
    assert!(expired.contains("has expired"), "{expired}");
    let no_role = told(of(json!({ "tenant": "bank" }))).await;
    assert!(no_role.contains("no role"), "{no_role}");
    let adapter = told(of(json!({ "role": "adapter", "tenant": "bank" }))).await;
    assert!(
        adapter.contains("no role"),
        "an adapter is nobody: {adapter}"
    );
    let no_tenant = told(of(json!({ "role": "agent", "tenant": "elsewhere" }))).await;
    assert!(no_tenant.contains("no tenant"), "{no_tenant}");
}

#[tokio::test]
async fn the_session_is_sealed_and_outlives_the_console_that_made_it() {
    let engine = Engine::guarded(&["bank"]).await;
    let mut browser = engine.console();
    let claims = json!({ "role": "supervisor", "tenant": "bank" });
    let page = browser
        .post("/login", &format!("token={}", token(claims)))
        .await;
    let cookie = page.headers[header::SET_COOKIE].to_str().expect("a cookie");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    assert!(!cookie.contains("otto"), "{cookie}");
    // Another console with the same key, as after a restart.
    let mut elsewhere = browser.at(&engine.console());
    assert_eq!(elsewhere.get("/settings").await.status, StatusCode::OK);
    // One with another key knows nobody.
    std::fs::remove_file(engine.folder().join("console.key")).expect("the key");
    let mut stranger = browser.at(&engine.console());
    assert_eq!(
        stranger.get("/settings").await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn where_nobody_is_asked_a_seat_is_chosen() {
    let engine = Engine::open(&["bank"]).await;
    let mut browser = engine.console();
    let page = browser.get("/login").await;
    assert!(page.text.contains("Choose a seat"), "{}", page.text);
    assert!(
        page.text.contains("anna"),
        "agents are named: {}",
        page.text
    );
    let page = browser.post("/login", "seat=agent&agent=anna").await;
    assert_eq!(page.location(), "/");
    assert_eq!(browser.get("/").await.location(), "/desk");
    // With a token asked for, no seat is to be had.
    let guarded = Engine::guarded(&["bank"]).await;
    let page = guarded.console().post("/login", "seat=supervisor").await;
    assert!(page.headers.get(header::SET_COOKIE).is_none());
}

#[tokio::test]
async fn a_page_of_another_role_says_for_whom_it_is_and_who_asks() {
    let engine = Engine::open(&["bank"]).await;
    let mut browser = engine.console();
    browser.post("/login", "seat=agent&agent=anna").await;
    let page = browser.get("/wall").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(
        page.text
            .contains("This page is for supervisors and wallboards."),
        "{}",
        page.text
    );
    assert!(
        page.text
            .contains("You are signed in as agent \u{2068}anna\u{2069}."),
        "{}",
        page.text
    );
    assert!(page.text.contains("Go to your page"), "{}", page.text);
}

#[tokio::test]
async fn forms_of_others_change_nothing() {
    let engine = Engine::guarded(&["bank"]).await;
    // Nobody can sign somebody in from another site.
    let claims = json!({ "role": "supervisor", "tenant": "bank" });
    let form = format!("token={}", token(claims.clone()));
    let page = engine
        .console()
        .post_from("/login", &form, "cross-site")
        .await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    // Nor act in the name of who is signed in, whatever their browser says of the site.
    let mut browser = signed_in(&engine, claims).await;
    let page = browser.post("/settings", "language=fa").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let mark = browser.get("/settings").await.csrf().to_owned();
    let page = browser
        .post("/settings", &format!("csrf={mark}&language=fa"))
        .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    let page = browser.post("/logout", &format!("csrf={mark}")).await;
    assert_eq!(page.location(), "/login?left=1");
    assert_eq!(browser.get("/settings").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn who_has_several_tenants_names_one_in_the_address() {
    let engine = Engine::guarded(&["bank", "shop", "clinic"]).await;
    let mut browser = signed_in(
        &engine,
        json!({ "role": "monitor", "tenant": ["bank", "shop"] }),
    )
    .await;
    assert_eq!(browser.get("/").await.location(), "/t/bank/wall");
    let page = browser.get("/t/shop/wall").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("data-stream=\"/t/shop/wall/stream"),
        "{}",
        page.text
    );
    let page = browser.get("/t/clinic/wall").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    let page = engine.console().get("/t/shop/wall").await;
    assert_eq!(page.location(), "/login?to=%2Ft%2Fshop%2Fwall");
}

#[tokio::test]
async fn what_is_shown_to_others_is_shown_to_nobody_whom_the_engine_no_longer_knows() {
    // They took seats, and then tokens were asked for.
    let open = Engine::open(&["bank"]).await;
    let mut ghost = open.console();
    ghost.post("/login", "seat=supervisor").await;
    let mut agent = open.console();
    agent.post("/login", "seat=agent&agent=anna").await;
    let guarded = Engine::guarded(&["bank"]).await;
    let key = std::fs::read(open.folder().join("console.key")).expect("the key");
    std::fs::write(guarded.folder().join("console.key"), key).expect("the same key");
    let mut otto = signed_in(&guarded, json!({ "role": "supervisor", "tenant": "bank" })).await;
    let (ghost, mut agent) = (ghost.at(&otto), agent.at(&otto));
    assert_eq!(agent.get("/desk").await.status, StatusCode::SEE_OTHER);
    // Alone they would see that nobody waits, and with otto what otto sees.
    for _ in 0..2 {
        for path in ["/contacts", "/agents", "/wall"] {
            let mut ghost = ghost.clone();
            let page = ghost.get(path).await;
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}: {}", page.text);
            // They are not sent back and forth.
            let entrance = ghost.get(page.location().to_owned().as_str()).await;
            assert_eq!(entrance.status, StatusCode::OK);
        }
        assert_eq!(otto.get("/contacts").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn who_is_signed_in_signs_in_anew() {
    let engine = Engine::guarded(&["bank"]).await;
    let claims = json!({ "role": "supervisor", "tenant": "bank" });
    let mut browser = signed_in(&engine, claims.clone()).await;
    let mark = browser.get("/settings").await.csrf().to_owned();
    assert!(
        browser
            .get("/login?again=1")
            .await
            .text
            .contains("Use a token")
    );
    let form = format!("token={}", token(claims));
    let page = browser.post_from("/login", &form, "same-site").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let page = browser.post("/login", &form).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    // The pages that they have open go on.
    assert_eq!(browser.get("/settings").await.csrf(), mark);
}

#[tokio::test]
async fn a_browser_that_says_little_signs_in_over_each_version_of_http() {
    let engine = Engine::guarded(&["bank"]).await;
    let form = format!(
        "token={}",
        token(json!({ "role": "supervisor", "tenant": "bank" }))
    );
    for (address, host, origin, status) in [
        (
            "/login",
            Some("acd.example"),
            "http://acd.example",
            StatusCode::SEE_OTHER,
        ),
        (
            "http://acd.example/login",
            None,
            "http://acd.example",
            StatusCode::SEE_OTHER,
        ),
        (
            "http://acd.example/t/bank/login",
            None,
            "http://acd.example",
            StatusCode::SEE_OTHER,
        ),
        (
            "http://acd.example/login",
            None,
            "http://evil.example",
            StatusCode::FORBIDDEN,
        ),
    ] {
        let mut request = form_of(address).header(header::ORIGIN, origin);
        if let Some(host) = host {
            request = request.header(header::HOST, host);
        }
        let request = request.body(Body::from(form.clone())).expect("a request");
        let page = engine.console().page(request).await;
        assert_eq!(page.status, status, "{address} of {origin}: {}", page.text);
    }
}

#[tokio::test]
async fn a_page_whose_name_was_made_to_lead_here_takes_no_seat() {
    let engine = Engine::open(&["bank"]).await;
    for (host, seats) in [("localhost:7402", true), ("evil.example", false)] {
        let request = Request::get("/login").header(header::HOST, host);
        let page = engine
            .console()
            .page(request.body(Body::empty()).expect("a request"))
            .await;
        assert_eq!(page.text.contains("Choose a seat"), seats, "{}", page.text);
        assert_eq!(page.text.contains("anna"), seats, "{}", page.text);
        let request = form_of("/login").header(header::HOST, host);
        let request = request.header(header::ORIGIN, format!("http://{host}"));
        let request = request
            .body(Body::from("seat=supervisor"))
            .expect("a request");
        let page = engine.console().page(request).await;
        assert_eq!(
            page.headers.contains_key(header::SET_COOKIE),
            seats,
            "{}",
            page.text
        );
    }
    // Nor does anybody where the console may not give them: not with a token either, at which such an engine does not look.
    let mut browser = engine.console();
    browser.post("/login", "seat=supervisor").await;
    let options = acd_console::Options {
        seats: false,
        ..acd_console::Options::default()
    };
    let guarded = engine.console_with(options);
    for form in ["seat=administrator", "token=abc"] {
        let page = guarded.clone().post("/login", form).await;
        assert!(page.headers.get(header::SET_COOKIE).is_none(), "{form}");
        let says = page.text.contains("It gives seats only at its own address");
        assert!(says, "{form}: {}", page.text);
    }
    let before = browser.at(&guarded).get("/settings").await;
    assert_eq!(before.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_token_is_as_long_as_a_browser_carries_it_everywhere() {
    let engine = Engine::guarded(&["bank"]).await;
    let of = |bytes: usize| {
        let claims = json!({ "role": "supervisor", "tenant": "bank", "more": "x".repeat(bytes) });
        format!("token={}", token(claims))
    };
    let page = engine.console().post("/login", &of(5_500)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    let cookies = page.headers.get_all(header::SET_COOKIE).iter();
    let bytes: usize = cookies.map(|cookie| cookie.len()).sum();
    assert!(bytes < 12 * 1024, "{bytes} bytes of cookies");
    for long in [8_000, 100_000] {
        let page = engine.console().post("/login", &of(long)).await;
        assert!(page.headers.get(header::SET_COOKIE).is_none(), "{long}");
        assert!(
            page.text.contains("too long for a browser to keep"),
            "{}",
            page.text
        );
    }
}
