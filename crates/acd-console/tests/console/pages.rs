//! What every page is like.

use axum::http::{StatusCode, header};

use crate::harness::Engine;

#[tokio::test]
async fn nothing_runs_in_a_page_but_what_this_server_serves() {
    let engine = Engine::open(&["bank"]).await;
    let mut browser = engine.console();
    browser.post("/login", "seat=administrator").await;
    for path in ["/login?left=1", "/settings", "/wall", "/nowhere"] {
        let page = browser.get(path).await;
        let policy = page.headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .expect("a policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"),
            "{policy}"
        );
        assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
        assert_eq!(page.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert!(
            !page.text.contains(" style="),
            "{path} has a style of its own"
        );
        assert!(
            !page.text.contains("onclick") && !page.text.contains("<script>"),
            "{path}"
        );
        assert!(
            !page.text.contains("https://"),
            "{path} asks somewhere else"
        );
    }
}

#[tokio::test]
async fn assets_are_kept_by_their_names_and_scripts_find_each_other() {
    let engine = Engine::open(&["bank"]).await;
    let mut browser = engine.console();
    browser.post("/login", "seat=supervisor").await;
    let page = browser.get("/wall").await;
    let assets: Vec<_> = page
        .text
        .split('"')
        .filter(|it| it.starts_with("/assets/"))
        .map(str::to_owned)
        .collect();
    assert_eq!(assets.len(), 6, "{assets:?}");
    let mut bytes = page.text.len();
    for asset in &assets {
        let served = browser.get(asset).await;
        assert_eq!(served.status, StatusCode::OK, "{asset}");
        assert!(
            served.headers[header::CACHE_CONTROL]
                .to_str()
                .expect("text")
                .contains("immutable")
        );
        bytes += served.text.len();
        if asset.contains("wall") && asset.ends_with(".js") {
            let name = assets
                .iter()
                .find(|it| it.contains("console."))
                .expect("the module");
            let name = name.trim_start_matches("/assets/");
            assert!(
                served.text.contains(&format!("\"./{name}\"")),
                "{}",
                served.text
            );
        }
    }
    assert!(bytes < 200_000, "the first load is {bytes} bytes");
    assert_eq!(
        browser.get("/assets/none.css").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_page_is_in_the_language_and_the_theme_that_were_chosen() {
    let engine = Engine::open(&["bank"]).await;
    let mut browser = engine.console();
    browser.post("/login", "seat=supervisor").await;
    let mark = browser.get("/settings").await.csrf().to_owned();
    let form = format!("csrf={mark}&language=fa&digits=own&theme=dark&sound=off&keys=on");
    let page = browser.post("/settings", &form).await;
    assert_eq!(page.location(), "/settings?saved=1");
    let page = browser.get("/wall").await.text;
    let head = "<html lang=\"fa\" dir=\"rtl\" data-digits=\"fa\" data-zone=\"Europe/Berlin\" data-theme=\"dark\">";
    assert!(page.contains(head), "{page}");
    assert!(page.contains("data-sound=\"off\""), "{page}");
    // A wall has the theme of its place, whatever its person likes.
    assert!(
        browser
            .get("/wall?theme=light")
            .await
            .text
            .contains("data-theme=\"light\"")
    );
}

#[tokio::test]
async fn a_frame_of_an_allowed_origin_may_hold_the_desk_and_no_other_page() {
    let engine = Engine::open(&["bank"]).await;
    let options = acd_console::Options {
        embed_origins: vec!["https://crm.example".to_owned()],
        ..acd_console::Options::default()
    };
    let mut browser = engine.console_with(options);
    let signed_in = browser.post("/login", "seat=agent&agent=anna").await;
    let page = browser.get("/settings").await;
    let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str();
    assert!(
        policy
            .expect("a policy")
            .ends_with("frame-ancestors 'none'")
    );
    assert_eq!(page.headers[header::X_FRAME_OPTIONS], "DENY");
    let page = browser.get("/desk").await;
    let policy = page.headers[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .expect("a policy");
    assert!(
        policy.ends_with("frame-ancestors https://crm.example"),
        "{policy}"
    );
    assert!(page.headers.get(header::X_FRAME_OPTIONS).is_none());
    let cookie = signed_in.headers[header::SET_COOKIE]
        .to_str()
        .expect("a cookie");
    assert!(
        cookie.contains("SameSite=None") && cookie.contains("Secure"),
        "{cookie}"
    );
}

#[tokio::test]
async fn a_browser_that_came_encrypted_comes_back_so() {
    let engine = Engine::guarded(&["bank"]).await;
    let header = header::STRICT_TRANSPORT_SECURITY;
    let plain = engine.console().get("/login").await;
    assert!(plain.headers.get(&header).is_none());
    let options = acd_console::Options {
        public_url: Some("https://acd.example".to_owned()),
        ..acd_console::Options::default()
    };
    let page = engine.console_with(options).get("/login").await;
    assert_eq!(page.headers[header], "max-age=31536000");
}

#[tokio::test]
async fn what_does_not_fit_is_said_on_a_page_of_ours() {
    let engine = Engine::open(&["bank"]).await;
    let mut browser = engine.console();
    browser.post("/login", "seat=administrator").await;
    for path in [
        "/config/versions?from=abc",
        "/contacts/%ff",
        "/wall?rows=abc",
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(
            page.text.contains("The console did not understand that."),
            "{path}: {}",
            page.text
        );
    }
    let mark = browser.get("/settings").await.csrf().to_owned();
    let form = format!("csrf={mark}&version=abc");
    let page = browser.post("/config/versions/rollback", &form).await;
    assert!(page.status.is_client_error());
    assert!(
        page.text.contains("The console did not understand that."),
        "{}",
        page.text
    );
}
