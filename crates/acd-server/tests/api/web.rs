//! Calls from pages in a browser: gRPC-Web, over HTTP/1.1 as browsers speak it without TLS.

use std::collections::HashMap;

use acd_config::WebConfig;
use acd_proto::v1::{
    AgentUpdate, ContactSelection, ListContactsRequest, ListContactsResponse, LoginRequest,
    LoginResponse, SubscribeRequest, agent_update::Update,
};
use prost::Message;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::doors::{is_closed, series, socket};
use crate::harness::{TENANT, TestServer, in_time, request_id};
use crate::security::{Authority, auth, token};

const PAGE: &str = "https://crm.example";
const STRANGER: &str = "https://crm.example.evil.example";
const LOGIN: &str = "/acd.v1.AgentService/Login";
const SUBSCRIBE: &str = "/acd.v1.AgentService/Subscribe";
const LIST: &str = "/acd.v1.SupervisorService/ListContacts";

async fn open_to_a_page() -> TestServer {
    TestServer::with(|config| config.web = Some(page())).await
}

fn page() -> WebConfig {
    WebConfig {
        origins: vec!["http://localhost:8080".into(), PAGE.into()],
    }
}

/// What a browser got: the head of an answer, and what is still to come.
struct Answer {
    status: u16,
    headers: HashMap<String, String>,
    body: BufReader<TcpStream>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The next piece of the body, which is sent in chunks; empty: that was all.
    async fn chunk(&mut self) -> Vec<u8> {
        let mut size = String::new();
        let line = self.body.read_line(&mut size);
        in_time("a chunk", line).await.unwrap();
        let size = usize::from_str_radix(size.trim(), 16).expect("the size of a chunk");
        let mut chunk = vec![0; size + 2];
        let rest = self.body.read_exact(&mut chunk);
        in_time("a chunk", rest).await.unwrap();
        chunk.truncate(size);
        chunk
    }

    /// The next message, which the server sends as one piece.
    async fn message<M: Message + Default>(&mut self) -> M {
        let chunk = self.chunk().await;
        assert_eq!(chunk[0], 0, "a message, not compressed");
        M::decode(&chunk[5..]).expect("a message of this type")
    }
}

/// Sends what a browser would.
async fn ask(
    server: &TestServer,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nhost: acd\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    let mut stream = socket(server.address(), &[request.as_bytes(), body].concat()).await;
    stream.flush().await.unwrap();
    let mut body = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        let read = body.read_line(&mut line);
        in_time("the head of an answer", read).await.unwrap();
        if line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_owned());
    }
    let status = head[0].split(' ').nth(1).expect("a status");
    let headers = head[1..].iter().filter_map(|line| line.split_once(": "));
    Answer {
        status: status.parse().unwrap(),
        headers: headers
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect(),
        body,
    }
}

/// A call by gRPC-Web of a page from there.
async fn call(
    server: &TestServer,
    path: &str,
    request: &impl Message,
    headers: &[(&str, &str)],
) -> Answer {
    let message = request.encode_to_vec();
    let mut body = vec![0];
    body.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    body.extend(message);
    let all = [
        &[
            ("content-type", "application/grpc-web+proto"),
            ("x-grpc-web", "1"),
        ],
        headers,
    ]
    .concat();
    ask(server, "POST", path, &all, &body).await
}

fn login() -> LoginRequest {
    LoginRequest {
        tenant: TENANT.into(),
        agent: "anna".into(),
        request_id: request_id(),
    }
}

fn list() -> ListContactsRequest {
    ListContactsRequest {
        tenant: TENANT.into(),
        selection: ContactSelection::InQueue.into(),
        ..ListContactsRequest::default()
    }
}

#[tokio::test]
async fn a_page_logs_in_and_reads_a_stream() {
    let server = open_to_a_page().await;
    let mut answer = call(&server, LOGIN, &login(), &[("origin", PAGE)]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE));
    let told = answer
        .header("access-control-expose-headers")
        .expect("what the page may read");
    assert!(told.contains("grpc-status-details-bin"), "{told}");
    let session: LoginResponse = answer.message().await;
    let trailers = answer.chunk().await;
    assert_eq!(
        (trailers[0], &trailers[5..]),
        (0x80, &b"grpc-status:0\r\n"[..])
    );

    let subscribe = SubscribeRequest {
        tenant: TENANT.into(),
        agent: "anna".into(),
        session_id: session.session_id,
        ..SubscribeRequest::default()
    };
    let mut stream = call(&server, SUBSCRIBE, &subscribe, &[("origin", PAGE)]).await;
    let update: AgentUpdate = stream.message().await;
    assert!(
        matches!(update.update, Some(Update::Snapshot(_))),
        "{update:?}"
    );
}

#[tokio::test]
async fn a_browser_is_told_before_a_call_which_pages_may_make_it() {
    let server = open_to_a_page().await;
    let wants = (
        "access-control-request-headers",
        "authorization,content-type,x-grpc-web",
    );
    let preflight = [
        ("origin", PAGE),
        ("access-control-request-method", "POST"),
        wants,
    ];
    let answer = ask(&server, "OPTIONS", LOGIN, &preflight, b"").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE));
    assert_eq!(answer.header("access-control-allow-methods"), Some("POST"));
    assert_eq!(answer.header("access-control-allow-headers"), Some(wants.1));
    assert_eq!(
        answer.header("access-control-allow-credentials"),
        None,
        "no cookie means anything here"
    );
}

#[tokio::test]
async fn a_page_from_elsewhere_is_refused_before_anything_is_done() {
    let server = open_to_a_page().await;
    for origin in [STRANGER, "null", "https://CRM.example", ""] {
        let preflight = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
        ];
        let answer = ask(&server, "OPTIONS", LOGIN, &preflight, b"").await;
        assert_eq!(
            (answer.status, answer.header("access-control-allow-origin")),
            (403, None),
            "{origin}"
        );
        let answer = call(&server, LOGIN, &login(), &[("origin", origin)]).await;
        assert_eq!(
            (answer.status, answer.header("access-control-allow-origin")),
            (403, None),
            "{origin}"
        );
    }
    let refused = r#"acd_calls_refused_total{reason="PERMISSION_DENIED"} "#;
    assert_eq!(series(&server, refused).await, 8.0);
    // Nobody was logged in.
    let offline = r#"acd_agents{tenant="bank",state="offline"} "#;
    assert_eq!(series(&server, offline).await, 3.0);
}

#[tokio::test]
async fn a_page_needs_a_token_like_everybody_and_is_told_why_it_is_refused() {
    let files = tempfile::tempdir().unwrap();
    let auth = auth(files.path());
    let server =
        TestServer::with(|config| (config.web, config.auth) = (Some(page()), Some(auth))).await;
    let agent = format!("Bearer {}", token(json!({"role": "agent"})));
    for (headers, status) in [
        (vec![("origin", PAGE)], "16"),
        (
            vec![("origin", PAGE), ("authorization", agent.as_str())],
            "7",
        ),
        (vec![("authorization", agent.as_str())], "7"),
    ] {
        let answer = call(&server, LIST, &list(), &headers).await;
        assert_eq!(
            (answer.status, answer.header("grpc-status")),
            (200, Some(status))
        );
        assert!(answer.header("grpc-status-details-bin").is_some());
    }
    let supervisor = format!("Bearer {}", token(json!({"role": "supervisor"})));
    let headers = [("origin", PAGE), ("authorization", supervisor.as_str())];
    let mut answer = call(&server, LIST, &list(), &headers).await;
    let listed: ListContactsResponse = answer.message().await;
    assert_eq!(listed.contacts, []);
}

#[tokio::test]
async fn what_is_no_call_from_a_page_is_no_call() {
    let server = open_to_a_page().await;
    for (method, headers) in [
        ("GET", vec![]),
        ("POST", vec![("content-type", "application/grpc")]),
        (
            "POST",
            vec![("content-type", "text/plain"), ("origin", PAGE)],
        ),
    ] {
        let answer = ask(&server, method, LOGIN, &headers, b"").await;
        assert_eq!(answer.status, 400, "{method} {headers:?}");
    }
    let get = [("content-type", "application/grpc-web+proto")];
    assert_eq!(ask(&server, "GET", LOGIN, &get, b"").await.status, 405);
    // Without pages a browser's HTTP is not spoken at all.
    let closed = TestServer::start().await;
    is_closed(socket(closed.address(), b"POST / HTTP/1.1\r\nhost: acd\r\n\r\n").await).await;
}

#[tokio::test]
async fn other_clients_are_served_as_before_and_over_tls_either_protocol_is_agreed_on() {
    let authority = Authority::new();
    let tls = authority.server_tls(false);
    let server =
        TestServer::with(|config| (config.web, config.tls) = (Some(page()), Some(tls))).await;
    let endpoint = authority.endpoint(&server, None);
    in_time("a connection", endpoint.connect()).await.unwrap();
}
