//! Signing in at an issuer: a small one of OpenID Connect, in this process.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use acd_console::{Options, options};
use axum::{
    Form, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::{net::TcpListener, task::JoinSet};

use crate::harness::{Browser, Engine, Page, SECRET, token};

/// An issuer that lets everybody in as otto, supervisor of the bank.
struct Issuer {
    url: String,
    state: Arc<Mutex<Asked>>,
    _serving: JoinSet<()>,
}

/// What somebody was sent there with.
#[derive(Default)]
struct Asked {
    url: String,
    nonce: String,
    challenge: String,
    /// How often it was asked about itself.
    introduced: usize,
}

impl Issuer {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(Asked {
            url: url.clone(),
            ..Asked::default()
        }));
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(async || json(&json!({ "keys": [] }))))
            .route("/token", post(exchanged))
            .with_state(state.clone());
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, routes).await.expect("an issuer") });
        Self {
            url,
            state,
            _serving: serving,
        }
    }

    fn options(&self) -> Options {
        let secret = String::from_utf8(SECRET.to_vec()).expect("a text");
        Options {
            public_url: Some("http://acd.example".to_owned()),
            oidc: Some(options::Oidc {
                name: "Example Login".to_owned(),
                issuer: self.url.clone(),
                client_id: "acd".to_owned(),
                client_secret: Some(options::Secret(secret)),
                scopes: vec!["acd".to_owned()],
                access_token: false,
                ca: None,
            }),
            ..Options::default()
        }
    }

    /// Somebody comes with what the console gave them, and goes back with a code.
    fn visited(&self, page: &Page) -> BTreeMap<String, String> {
        let (there, query) = page.location().split_once('?').expect("a query");
        assert_eq!(there, format!("{}/authorize", self.url));
        let query: BTreeMap<_, _> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let mut asked = self.state.lock().expect("a lock");
        asked.nonce.clone_from(&query["nonce"]);
        asked.challenge.clone_from(&query["code_challenge"]);
        query
    }
}

fn json(value: &serde_json::Value) -> Response {
    ([("content-type", "application/json")], value.to_string()).into_response()
}

async fn metadata(State(asked): State<Arc<Mutex<Asked>>>) -> Response {
    let mut asked = asked.lock().expect("a lock");
    asked.introduced += 1;
    let url = asked.url.clone();
    json(&json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["HS256"],
    }))
}

async fn exchanged(
    State(asked): State<Arc<Mutex<Asked>>>,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response {
    let asked = asked.lock().expect("a lock");
    let verifier = URL_SAFE_NO_PAD.encode(Sha256::digest(form["code_verifier"].as_bytes()));
    if form["code"] != "a-code" || verifier != asked.challenge {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let id = token(json!({
        "iss": asked.url, "nonce": asked.nonce, "iat": 1_795_867_200, "role": "supervisor", "tenant": "bank",
    }));
    json(&json!({ "access_token": "opaque", "token_type": "bearer", "id_token": id }))
}

#[tokio::test]
async fn somebody_signs_in_at_the_issuer_and_comes_back_to_where_they_wanted_to_go() {
    let (engine, issuer) = (Engine::guarded(&["bank"]).await, Issuer::start().await);
    let mut browser = engine.console_with(issuer.options());
    let page = browser.get("/login?to=%2Fwall").await;
    assert!(
        page.text
            .contains("Continue with \u{2068}Example Login\u{2069}"),
        "{}",
        page.text
    );
    assert!(
        page.text.contains("href=\"/login/go?to=%2Fwall\""),
        "{}",
        page.text
    );
    let page = browser.get("/login/go?to=%2Fwall").await;
    let asked = issuer.visited(&page);
    assert_eq!(asked["redirect_uri"], "http://acd.example/login/back");
    assert_eq!(asked["scope"], "openid acd");
    assert_eq!(asked["code_challenge_method"], "S256");
    let page = browser
        .get(&format!("/login/back?code=a-code&state={}", asked["state"]))
        .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    assert_eq!(page.location(), "/wall");
    let cookies = page.headers.get_all(header::SET_COOKIE).iter();
    let mut cookies = cookies.map(|cookie| cookie.to_str().expect("text"));
    assert!(cookies.any(|it| it.starts_with("acd_login=;") && it.contains("Max-Age=0")));
    assert_eq!(browser.get("/wall").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_answer_that_was_not_asked_for_lets_nobody_in() {
    let (engine, issuer) = (Engine::guarded(&["bank"]).await, Issuer::start().await);
    let is_out = async |browser: &mut Browser, address: &str| {
        let page = browser.get(address).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(
            browser.get("/wall").await.status,
            StatusCode::SEE_OTHER,
            "{address}"
        );
        page.text
    };
    let mut browser = engine.console_with(issuer.options());
    // Nothing was begun in this browser.
    let told = is_out(&mut browser, "/login/back?code=a-code&state=x").await;
    assert!(told.contains("Begin again"), "{told}");
    // Something else was begun.
    let page = browser.get("/login/go").await;
    let asked = issuer.visited(&page);
    is_out(&mut browser, "/login/back?code=a-code&state=other").await;
    // Another code than the issuer gave.
    let told = is_out(
        &mut browser,
        &format!("/login/back?code=no&state={}", asked["state"]),
    )
    .await;
    assert!(told.contains("does not work now"), "{told}");
    // What was begun serves once.
    let again = format!("/login/back?code=a-code&state={}", asked["state"]);
    assert!(is_out(&mut browser, &again).await.contains("Begin again"));
    // A token for another sign-in.
    let page = browser.get("/login/go").await;
    let asked = issuer.visited(&page);
    issuer.state.lock().expect("a lock").nonce = "other".to_owned();
    let told = is_out(
        &mut browser,
        &format!("/login/back?code=a-code&state={}", asked["state"]),
    )
    .await;
    assert!(told.contains("does not know this token"), "{told}");
    let told = is_out(&mut browser, "/login/back?error=access_denied").await;
    assert!(told.contains("did not let you in"), "{told}");
}

#[tokio::test]
async fn a_shift_that_begins_asks_the_issuer_about_itself_once() {
    let (engine, issuer) = (Engine::guarded(&["bank"]).await, Issuer::start().await);
    let browser = engine.console_with(issuer.options());
    let mut browsers = [browser.clone(), browser.clone(), browser];
    let [one, two, three] = &mut browsers;
    let pages = tokio::join!(
        one.get("/login/go"),
        two.get("/login/go"),
        three.get("/login/go")
    );
    for page in [pages.0, pages.1, pages.2] {
        issuer.visited(&page);
    }
    assert_eq!(issuer.state.lock().expect("a lock").introduced, 1);
}
