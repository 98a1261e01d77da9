//! An engine and a console in this process, and a browser without a screen.

use std::{collections::BTreeMap, future::pending, net::SocketAddr, path::Path, time::Duration};

use acd_client::{Endpoint, endpoint};
use acd_config::{AuthConfig, FileConfig, JwtAlgorithm, KeyFile, ServerConfig, parse_tenant};
use acd_console::{Console, Options};
use acd_server::server::{Listeners, Server};
use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode, header, request::Builder},
};
use http_body_util::BodyExt as _;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinSet};
use tower::ServiceExt as _;

const DOCUMENT: &str = r#"
adapters = ["pbx"]
[settings]
zone = "Europe/Berlin"
[queues.sales]
[queues.loans]
[agents.anna]
queues = ["sales"]
[agents.bert]
queues = ["sales", "loans"]
"#;
pub(crate) const SECRET: &[u8] = b"a secret of at least thirty-two bytes";
/// The year 2100.
pub(crate) const LATER: i64 = 4_102_444_800;

/// A wait that only a defect exceeds.
pub(crate) async fn in_time<T>(what: &str, it: impl Future<Output = T>) -> T {
    match tokio::time::timeout(Duration::from_secs(60), it).await {
        Ok(it) => it,
        Err(_) => panic!("no {what} in a minute"),
    }
}

/// An engine; it stops when it is dropped.
pub(crate) struct Engine {
    server: Server,
    folder: TempDir,
}

impl Engine {
    /// One that asks nobody who they are, with these tenants.
    pub(crate) async fn open(tenants: &[&str]) -> Self {
        Self::start(tenants, false).await
    }

    /// One that asks for tokens.
    pub(crate) async fn guarded(tenants: &[&str]) -> Self {
        Self::start(tenants, true).await
    }

    async fn start(tenants: &[&str], is_guarded: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let secret = folder.path().join("secret");
        std::fs::write(&secret, SECRET).expect("a file");
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = ServerConfig {
            listen: any_port,
            metrics_listen: any_port,
            data_dir: folder.path().join("data"),
            auth: is_guarded.then(|| AuthConfig {
                algorithm: JwtAlgorithm::Hs256,
                keys: KeyFile::One(secret),
                audience: "acd".to_owned(),
                issuer: None,
                role_claim: "role".to_owned(),
                tenant_claim: "tenant".to_owned(),
                leeway: Duration::from_secs(30),
            }),
            ..ServerConfig::default()
        };
        let document = parse_tenant(DOCUMENT, "document").expect("a document");
        let tenants = tenants
            .iter()
            .map(|name| ((*name).into(), document.clone()));
        let config = FileConfig {
            server,
            tenants: tenants.collect(),
        };
        let options = acd_server::server::Options::new(config, "acd.toml");
        let listeners = Listeners::bind(&options).await.expect("free ports");
        let server = Server::start(options, listeners).await.expect("a server");
        Self { server, folder }
    }

    /// Connections over pipes, without a token.
    pub(crate) fn endpoint(&self) -> Endpoint {
        let connector = self.server.connector();
        let options = endpoint::Options::new("http://acd");
        Endpoint::within(options, move || connector.connect()).expect("good options")
    }

    /// A console of it, with its key in the engine's folder.
    pub(crate) fn console(&self) -> Browser {
        self.console_with(Options::default())
    }

    pub(crate) fn console_with(&self, options: Options) -> Browser {
        Browser {
            routes: self.made(options).router(),
            cookies: BTreeMap::new(),
        }
    }

    /// A console that listens, and where; it stops when it is dropped.
    pub(crate) async fn listening(&self, options: Options) -> (SocketAddr, JoinSet<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let mut serving = JoinSet::new();
        serving.spawn(self.made(options).serve(listener, None, pending()));
        (address, serving)
    }

    fn made(&self, options: Options) -> Console {
        let options = Options {
            key_file: Some(self.folder.path().join("console.key")),
            ..options
        };
        Console::new(options, self.endpoint()).expect("a console")
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A token of the engine's issuer.
pub(crate) fn token(claims: serde_json::Value) -> String {
    let mut all = json!({ "sub": "otto", "aud": "acd", "exp": LATER });
    for (name, value) in claims.as_object().expect("claims") {
        all[name] = value.clone();
    }
    let key = EncodingKey::from_secret(SECRET);
    jsonwebtoken::encode(&Header::default(), &all, &key).expect("a token")
}

/// A form for this address; what browsers add, and the body, are missing.
pub(crate) fn form_of(path: &str) -> Builder {
    Request::post(path)
        .header(header::ACCEPT, "text/html")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

/// Somebody's browser: it keeps cookies, and shows nothing.
#[derive(Clone)]
pub(crate) struct Browser {
    routes: Router,
    cookies: BTreeMap<String, String>,
}

/// What a browser got.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: header::HeaderMap,
    pub(crate) text: String,
}

impl Page {
    /// Where it sends the browser.
    pub(crate) fn location(&self) -> &str {
        self.headers[header::LOCATION].to_str().expect("an address")
    }

    /// The mark that its forms carry.
    pub(crate) fn csrf(&self) -> &str {
        let (_, rest) = self
            .text
            .split_once("<meta name=\"csrf\" content=\"")
            .expect("a mark");
        rest.split('"').next().expect("its end")
    }
}

impl Browser {
    /// The same person at another console.
    pub(crate) fn at(&self, other: &Self) -> Self {
        Self {
            routes: other.routes.clone(),
            cookies: self.cookies.clone(),
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        let request = Request::get(path).header(header::ACCEPT, "text/html");
        self.page(request.body(Body::empty()).expect("a request"))
            .await
    }

    /// Posts a form as a page of the console does before anybody is signed in.
    pub(crate) async fn post(&mut self, path: &str, form: &str) -> Page {
        self.post_from(path, form, "same-origin").await
    }

    pub(crate) async fn post_from(&mut self, path: &str, form: &str, site: &str) -> Page {
        let request = form_of(path).header("sec-fetch-site", site);
        let body = Body::from(form.to_owned());
        self.page(request.body(body).expect("a request")).await
    }

    /// Opens a stream, which is read event by event.
    pub(crate) async fn stream(&mut self, path: &str) -> Events {
        let request = Request::get(path).header(header::ACCEPT, "text/event-stream");
        let response = self
            .send(request.body(Body::empty()).expect("a request"))
            .await;
        assert_eq!(response.status(), StatusCode::OK);
        Events {
            body: response.into_body(),
            text: String::new(),
        }
    }

    /// What this request is answered.
    pub(crate) async fn page(&mut self, request: Request<Body>) -> Page {
        let response = self.send(request).await;
        let (parts, body) = response.into_parts();
        let body = in_time("page", body.collect()).await.expect("a page");
        Page {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(body.to_bytes().to_vec()).expect("a text"),
        }
    }

    /// The answer to this request, of which nothing is read yet.
    pub(crate) async fn send(&mut self, mut request: Request<Body>) -> Response<Body> {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            let cookies = cookies.join("; ").parse().expect("a header");
            request.headers_mut().insert(header::COOKIE, cookies);
        }
        let sent = self.routes.clone().oneshot(request);
        let response = in_time("answer", sent).await.expect("an answer");
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let text = cookie.to_str().expect("a cookie");
            let (name, rest) = text.split_once('=').expect("a name");
            let value = rest.split(';').next().unwrap_or_default();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        response
    }
}

/// A stream of a page.
pub(crate) struct Events {
    body: Body,
    text: String,
}

impl Events {
    /// The data of the next event of this kind; others are passed over. None: the stream has ended.
    pub(crate) async fn next(&mut self, kind: &str) -> Option<String> {
        in_time(kind, async {
            loop {
                while let Some((event, rest)) = self.text.split_once("\n\n") {
                    let (event, rest) = (event.to_owned(), rest.to_owned());
                    self.text = rest;
                    let mut lines = event.lines();
                    let is_it = lines.next() == Some(&format!("event: {kind}"));
                    if is_it {
                        let data = lines.filter_map(|line| line.strip_prefix("data: "));
                        return Some(data.collect::<Vec<_>>().join("\n"));
                    }
                }
                let frame = self.body.frame().await?.expect("a frame");
                let data = frame.into_data().expect("data");
                self.text
                    .push_str(std::str::from_utf8(&data).expect("a text"));
            }
        })
        .await
    }
}
