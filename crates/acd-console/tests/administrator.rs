//! The administrator's pages against a whole server in this process: a draft is checked, tried, run against scenarios and
//! applied, somebody else is faster, and an earlier version comes back.

use std::net::SocketAddr;

use acd_client::endpoint::{Endpoint, Options as EndpointOptions};
use acd_config::{FileConfig, ServerConfig, parse_tenant};
use acd_console::{Console, Options};
use acd_server::server::{Listeners, Options as ServerOptions, Server};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use tempfile::TempDir;
use tower::ServiceExt as _;

const DOCUMENT: &str = r#"
adapters = ["pbx"]

[queues.sales]
ring = "20s"

[agents.anna]
queues = ["sales"]
"#;

const SCENARIO: &str = "# A call rings\ntimeline:\n  0s anna ready\n  1s call c1 arrives for sales\n  1s expect c1 offered to anna\n";

/// A server, and somebody who is signed in at its console.
struct Office {
    console: Router,
    cookie: String,
    csrf: String,
    _server: Server,
    _journal: TempDir,
}

/// An answer: its status, where it sends one, and what it shows.
struct Answer {
    status: StatusCode,
    location: Option<String>,
    html: String,
}

impl Office {
    /// Somebody takes this seat.
    async fn of(seat: &str) -> Self {
        let journal = tempfile::tempdir().expect("a directory");
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = ServerConfig {
            listen: any_port,
            metrics_listen: any_port,
            data_dir: journal.path().to_owned(),
            ..ServerConfig::default()
        };
        let tenant = parse_tenant(DOCUMENT, "document").expect("a valid document");
        let tenants = vec![("bank".into(), tenant)];
        let options = ServerOptions::new(FileConfig { server, tenants }, "acd.toml");
        let listeners = Listeners::bind(&options).await.expect("ports");
        let address = listeners.addresses().expect("addresses").grpc;
        let server = Server::start(options, listeners).await.expect("a server");
        let endpoint = Endpoint::new(EndpointOptions::new(format!("http://{address}")));
        let console = Console::new(Options::default(), endpoint.expect("an endpoint"));
        let mut office = Self {
            console: console.expect("a console").router(),
            cookie: String::new(),
            csrf: String::new(),
            _server: server,
            _journal: journal,
        };
        office.sign_in(seat).await;
        office
    }

    async fn sign_in(&mut self, seat: &str) {
        let request = Request::post("/login")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("seat={seat}")))
            .expect("a request");
        let answer = self
            .console
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let cookies = answer.headers().get_all(header::SET_COOKIE).iter();
        let cookies = cookies.filter_map(|it| it.to_str().ok()?.split(';').next());
        self.cookie = cookies.collect::<Vec<_>>().join("; ");
        let page = self.get("/settings").await;
        self.csrf = between(&page.html, "name=\"csrf\" content=\"", "\"").to_owned();
    }

    async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::ACCEPT, "text/html")
            .body(Body::empty());
        self.ask(request.expect("a request")).await
    }

    /// Posts a form as `console.js` does.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", &self.csrf);
        form.extend_pairs(fields);
        let request = Request::post(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("x-requested-by", "console")
            .body(Body::from(form.finish()));
        self.ask(request.expect("a request")).await
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let answer = self
            .console
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let location = answer.headers().get(header::LOCATION);
        let location = location.and_then(|it| it.to_str().ok()).map(str::to_owned);
        let status = answer.status();
        let body = answer.into_body().collect().await.expect("a body");
        Answer {
            status,
            location,
            html: String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        }
    }
}

fn between<'h>(html: &'h str, before: &str, after: &str) -> &'h str {
    let (_, rest) = html
        .split_once(before)
        .unwrap_or_else(|| panic!("{before} in {html}"));
    rest.split_once(after).map_or(rest, |(found, _)| found)
}

fn changed() -> String {
    DOCUMENT.replace("20s", "25s")
}

#[tokio::test]
async fn a_draft_is_checked_tried_run_against_scenarios_and_applied() {
    let office = Office::of("administrator").await;
    let page = office.get("/config").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.html.contains("[queues.sales]"), "{}", page.html);

    let broken = DOCUMENT.replace("ring", "rong");
    let checked = office.post("/config/check", &[("document", &broken)]).await;
    assert!(checked.html.contains("data-line=\"5\""), "{}", checked.html);
    assert!(checked.html.contains("data-severity=\"error\""));

    // A browser ends the lines of a form otherwise.
    let sent = changed().replace('\n', "\r\n");
    let draft = [("document", &*sent), ("from", "1")];
    let tried = office.post("/config/dry-run", &draft).await;
    assert!(tried.html.contains("queues.sales.ring"), "{}", tried.html);
    assert!(tried.html.contains("action=\"/config/apply\""));

    let files = [("name", "rings.acd"), ("text", SCENARIO)];
    let fails = SCENARIO.replace("offered to anna", "queued");
    let more = [("name", "fails.acd"), ("text", &*fails)];
    let against = [("against", "draft"), ("document", &*sent)];
    let fields = [&against[..], &files, &more].concat();
    let ran = office.post("/config/scenarios/run", &fields).await;
    assert_eq!(ran.status, StatusCode::OK, "{}", ran.html);
    assert!(ran.html.contains("rings.acd") && ran.html.contains("#i-check"));
    assert!(ran.html.contains("#i-late"), "{}", ran.html);

    let apply = [
        &draft[..],
        &[("name", "bank"), ("comment", "rings too short")],
    ]
    .concat();
    let applied = office.post("/config/apply", &apply).await;
    assert_eq!(applied.location.as_deref(), Some("/config?applied=2"));
    let page = office.get("/config?applied=2").await;
    assert!(page.html.contains("data-applied=\"2\""));
    assert!(
        page.html.contains("ring = &quot;25s&quot;"),
        "{}",
        page.html
    );
    let versions = office.get("/config/versions?from=1&to=2").await;
    assert!(versions.html.contains("rings too short"));
    let gone = "class=\"gone\"";
    assert!(versions.html.contains(gone), "{}", versions.html);
}

#[tokio::test]
async fn whoever_was_faster_is_shown_and_nothing_is_overwritten() {
    let office = Office::of("administrator").await;
    let theirs = DOCUMENT.replace("20s", "30s");
    let faster = [
        ("document", &*theirs),
        ("from", "1"),
        ("name", "bank"),
        ("comment", "calm"),
    ];
    let applied = office.post("/config/apply", &faster).await;
    assert_eq!(applied.status, StatusCode::SEE_OTHER);

    let mine = changed();
    let late = [
        ("document", &*mine),
        ("from", "1"),
        ("name", "bank"),
        ("comment", "rings too short"),
    ];
    for path in ["/config/dry-run", "/config/apply"] {
        let answer = office.post(path, &late).await;
        assert_eq!((answer.status, answer.location), (StatusCode::OK, None));
        assert!(answer.html.contains("calm"), "{}", answer.html);
        assert!(!answer.html.contains("action=\"/config/apply\""));
    }
    let page = office.get("/config").await;
    assert!(
        page.html.contains("ring = &quot;30s&quot;"),
        "theirs stands"
    );

    // Whoever has compared goes on from there.
    let compared = [("document", &*mine), ("from", "2")];
    let tried = office.post("/config/dry-run", &compared).await;
    assert!(tried.html.contains("action=\"/config/apply\""));
    let bare = [("version", "1"), ("expected_version", "2")];
    for lacks in [
        &[][..],
        &[("name", "bank")],
        &[("comment", "too calm")],
        &[("name", "shop"), ("comment", "too calm")],
        &[("name", "bank"), ("comment", " ")],
    ] {
        let refused = [&bare[..], lacks].concat();
        let refused = office.post("/config/versions/rollback", &refused).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{lacks:?}");
    }
    let back = [&bare[..], &[("name", "bank"), ("comment", "too calm")]].concat();
    let back = office.post("/config/versions/rollback", &back).await;
    assert_eq!(back.location.as_deref(), Some("/config/versions?applied=3"));
}

#[tokio::test]
async fn the_pages_are_for_administrators() {
    let office = Office::of("monitor").await;
    for path in ["/config", "/config/versions", "/config/scenarios"] {
        assert_eq!(
            office.get(path).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    let draft = [("document", "x"), ("from", "1")];
    for path in ["/config/check", "/config/dry-run", "/config/apply"] {
        let answer = office.post(path, &draft).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
}
