//! TLS, mutual TLS, tokens, roles and tenants.

use std::path::{Path, PathBuf};
use std::time::Duration;

use acd_config::{AuthConfig, JwtAlgorithm, KeyFile, TlsConfig};
use acd_proto::v1::{self, ErrorReason};
use acd_proto::{RPCS, Rpc};
use acd_server::server::ServerError;
use jsonwebtoken::{EncodingKey, Header};
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use tempfile::TempDir;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

use crate::harness::{
    Clients, OTHER_TENANT, Pbx, TENANT, TestServer, in_time, reason, refused, request_id,
};

/// The year 2100: far enough for a test that reads no clock.
const LATER: i64 = 4_102_444_800;
const SECRET: &[u8] = b"a secret of at least thirty-two bytes";

pub(crate) fn token(claims: Value) -> String {
    let mut all = json!({"sub": "tester", "aud": "acd", "exp": LATER, "tenant": TENANT});
    all.as_object_mut()
        .unwrap()
        .extend(claims.as_object().unwrap().clone());
    jsonwebtoken::encode(&Header::default(), &all, &EncodingKey::from_secret(SECRET)).unwrap()
}

pub(crate) fn auth(directory: &Path) -> AuthConfig {
    let key_file = directory.join("secret");
    std::fs::write(&key_file, SECRET).unwrap();
    AuthConfig {
        algorithm: JwtAlgorithm::Hs256,
        keys: KeyFile::One(key_file),
        audience: "acd".into(),
        issuer: None,
        role_claim: "role".into(),
        tenant_claim: "tenant".into(),
        leeway: Duration::from_secs(30),
    }
}

/// A server with tokens, and a connection to it.
async fn guarded() -> (TestServer, Channel, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::secured(None, Some(auth(directory.path()))).await;
    let channel = server.clients().await.channel;
    (server, channel, directory)
}

/// A request that says nothing but its tenant, whatever its type: in every request the tenant is field 1.
#[derive(Clone, PartialEq, prost::Message)]
struct TenantOnly {
    #[prost(string, tag = "1")]
    tenant: String,
}

/// A call of any path, as far as it is admitted or refused; what comes after is not looked at.
async fn call(
    channel: &Channel,
    path: &str,
    tenant: &str,
    token: Option<&str>,
) -> Result<(), tonic::Status> {
    let mut client = tonic::client::Grpc::new(channel.clone());
    client.ready().await.unwrap();
    let mut request = tonic::Request::new(TenantOnly {
        tenant: tenant.into(),
    });
    if let Some(token) = token {
        request
            .metadata_mut()
            .insert("authorization", format!("Bearer {token}").parse().unwrap());
    }
    let codec = tonic_prost::ProstCodec::<TenantOnly, ()>::default();
    in_time(
        path,
        client.server_streaming(request, path.parse().unwrap(), codec),
    )
    .await
    .map(|_| ())
}

#[tokio::test]
async fn no_call_is_open_to_callers_without_a_token() {
    let (_server, channel, _files) = guarded().await;
    let expired = token(json!({"role": "administrator", "exp": 1}));
    assert!(RPCS.len() > 30);
    for Rpc { path, .. } in RPCS {
        for credentials in [None, Some("no token"), Some(expired.as_str())] {
            let status = refused(call(&channel, path, "bank", credentials).await);
            assert_eq!(reason(&status), ErrorReason::Unauthenticated, "{path}");
            assert_eq!(status.code(), tonic::Code::Unauthenticated);
        }
    }
}

/// Whether a supervisor steps in by this call, or an administrator reads it too: what of their service is not theirs alone.
fn is_act(path: &str) -> bool {
    let reads = [
        "GetSnapshot",
        "Watch",
        "ExplainContact",
        "ExplainAgent",
        "GetFigures",
        "ListContacts",
    ];
    let name = path.strip_prefix("/acd.v1.SupervisorService/");
    name.is_some_and(|name| !reads.contains(&name))
}

/// What a monitor may call.
const SEEN_BY_MONITORS: [&str; 6] = [
    "/acd.v1.ConfigService/ListTenants",
    "/acd.v1.HistoryService/ListIntervals",
    "/acd.v1.SupervisorService/GetFigures",
    "/acd.v1.SupervisorService/GetLabels",
    "/acd.v1.SupervisorService/GetSnapshot",
    "/acd.v1.SupervisorService/Watch",
];

#[tokio::test]
async fn a_role_may_call_what_the_table_gives_it_and_nothing_else() {
    let (_server, channel, _files) = guarded().await;
    for role in ["adapter", "agent", "supervisor", "administrator", "monitor"] {
        let token = token(json!({ "role": role }));
        for Rpc { path, .. } in RPCS {
            let service = path.split(['.', '/']).nth(3).unwrap();
            let allowed = match role {
                _ if service == "TokenService" => true,
                "adapter" => service == "AdapterService",
                "agent" => {
                    let own = ["/ListReviewForms", "/ListReviews"];
                    service == "AgentService" || own.iter().any(|it| path.ends_with(it))
                }
                "supervisor" => {
                    ["SupervisorService", "HistoryService", "QualityService"].contains(&service)
                }
                "administrator" => {
                    let read = ["/FindActs", "/Report"];
                    ["ConfigService", "PrivacyService"].contains(&service)
                        || is_act(path)
                        || read.iter().any(|it| path.ends_with(it))
                }
                _ => SEEN_BY_MONITORS.contains(path),
            };
            let answer = call(&channel, path, "bank", Some(&token)).await;
            let denied = answer.is_err_and(|status| status.code() == tonic::Code::PermissionDenied);
            assert_eq!(denied, !allowed, "{role} on {path}");
        }
    }
}

#[tokio::test]
async fn a_monitor_watches_queues_and_sees_nobody_by_name() {
    let (_server, channel, _files) = guarded().await;
    let monitor = token(json!({"role": "monitor"}));
    let clients = Clients::over(TENANT, channel, Some(&monitor));
    let snapshot = |filter: Option<v1::ViewFilter>| {
        let mut supervisors = clients.supervisors.clone();
        let request = v1::GetSnapshotRequest {
            tenant: TENANT.into(),
            filter,
        };
        async move { supervisors.get_snapshot(request).await }
    };
    let shown = snapshot(None).await.unwrap().into_inner().snapshot.unwrap();
    assert_eq!((shown.queues.len(), shown.agents.len()), (2, 0));
    let offline = v1::AgentCounts {
        offline: 3,
        ..Default::default()
    };
    assert_eq!(shown.agent_counts, Some(offline));
    let board = v1::ViewFilter {
        queues: true,
        performance: true,
        ..Default::default()
    };
    let shown = snapshot(Some(board.clone())).await.unwrap().into_inner();
    assert_eq!(shown.snapshot.unwrap().performance.len(), 2);
    let watch = v1::WatchRequest {
        tenant: TENANT.into(),
        filter: Some(board.clone()),
        ..Default::default()
    };
    let mut watched = clients.supervisors.clone().watch(watch).await.unwrap();
    let first = in_time("a snapshot", watched.get_mut().message()).await;
    let Some(v1::watch_update::Update::Snapshot(shown)) = first.unwrap().unwrap().update else {
        panic!("a watch begins with a snapshot");
    };
    assert_eq!((shown.queues.len(), shown.performance.len()), (2, 2));
    let named = [
        v1::ViewFilter {
            agents: true,
            ..board.clone()
        },
        v1::ViewFilter {
            contacts: true,
            ..board.clone()
        },
        v1::ViewFilter {
            acts: true,
            ..board.clone()
        },
        v1::ViewFilter {
            agent_names: vec!["anna".into()],
            ..board
        },
    ];
    for filter in named {
        let status = refused(snapshot(Some(filter.clone())).await);
        assert_eq!(reason(&status), ErrorReason::PermissionDenied, "{filter:?}");
        let watch = v1::WatchRequest {
            tenant: TENANT.into(),
            filter: Some(filter),
            ..Default::default()
        };
        let status = refused(clients.supervisors.clone().watch(watch).await);
        assert_eq!(reason(&status), ErrorReason::PermissionDenied);
    }
}

#[tokio::test]
async fn nobody_acts_for_a_tenant_that_is_not_theirs() {
    let (_server, channel, _files) = guarded().await;
    let every_role =
        token(json!({"role": ["adapter", "agent", "supervisor", "administrator", "monitor"]}));
    let mut checked = 0;
    let of_tenants = RPCS.iter().filter(|rpc| rpc.names_tenant);
    for Rpc { path, .. } in of_tenants {
        // Whether the tenant exists makes no difference to what is answered.
        for tenant in [OTHER_TENANT, "nowhere"] {
            let status = refused(call(&channel, path, tenant, Some(&every_role)).await);
            assert_eq!(
                reason(&status),
                ErrorReason::PermissionDenied,
                "{path} for {tenant}"
            );
            checked += 1;
        }
    }
    assert!(checked > 50);
    let mine = Clients::over(TENANT, channel.clone(), Some(&every_role));
    let stream = Pbx::try_connect(&mine, OTHER_TENANT, "pbx", "run-1").await;
    assert_eq!(
        reason(&refused(stream.map(|_| ()))),
        ErrorReason::PermissionDenied
    );
    let tenants = mine
        .configurations
        .clone()
        .list_tenants(v1::ListTenantsRequest {})
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        tenants.tenants.len(),
        1,
        "a list shows one's own tenants only"
    );
}

#[tokio::test]
async fn a_bound_token_speaks_for_its_own_agent_and_adapter_only() {
    let (_server, channel, _files) = guarded().await;
    let anna = Clients::over(
        TENANT,
        channel.clone(),
        Some(&token(json!({"role": "agent", "agent": "anna"}))),
    );
    let login = |agent: &str| v1::LoginRequest {
        tenant: "bank".into(),
        request_id: request_id(),
        agent: agent.into(),
    };
    anna.agents.clone().login(login("anna")).await.unwrap();
    let status = refused(anna.agents.clone().login(login("bert")).await);
    assert_eq!(reason(&status), ErrorReason::PermissionDenied);
    let pbx = Clients::over(
        TENANT,
        channel,
        Some(&token(json!({"role": "adapter", "adapter": "pbx"}))),
    );
    Pbx::try_connect(&pbx, "bank", "pbx", "run-1")
        .await
        .map(|_| ())
        .unwrap();
    let other = Pbx::try_connect(&pbx, "bank", "sip", "run-1").await;
    assert_eq!(
        reason(&refused(other.map(|_| ()))),
        ErrorReason::PermissionDenied
    );
}

async fn who_am_i(channel: &Channel, token: Option<&str>) -> v1::WhoAmIResponse {
    let clients = Clients::over(TENANT, channel.clone(), token);
    let answer = clients
        .tokens
        .clone()
        .who_am_i(v1::WhoAmIRequest {})
        .await
        .unwrap();
    answer.into_inner()
}

#[tokio::test]
async fn a_caller_is_told_who_they_are_and_for_which_tenants_they_may_act() {
    let named = |answer: &v1::WhoAmIResponse| -> Vec<String> {
        let tenants = answer.tenants.iter();
        tenants.map(|it| it.tenant.clone()).collect()
    };
    let (_server, channel, _files) = guarded().await;
    let bound = json!({"sub": "anna@desk", "role": ["agent", "monitor"], "agent": "anna"});
    let bound = who_am_i(&channel, Some(&token(bound))).await;
    assert!(bound.authentication);
    assert_eq!(
        (
            bound.subject.as_str(),
            bound.agent.as_str(),
            bound.adapter.as_str()
        ),
        ("anna@desk", "anna", "")
    );
    assert_eq!(
        bound.roles().collect::<Vec<_>>(),
        [v1::Role::Agent, v1::Role::Monitor]
    );
    let leeway = 30;
    assert_eq!(bound.expires_at_ms, (LATER + leeway) * 1_000);
    assert_eq!(named(&bound), [TENANT], "nobody else's");
    let every = who_am_i(
        &channel,
        Some(&token(json!({"role": "monitor", "tenant": "*"}))),
    )
    .await;
    assert_eq!(named(&every), [TENANT, OTHER_TENANT]);

    let open = TestServer::start().await;
    let anyone = who_am_i(&open.clients().await.channel, None).await;
    assert!(!anyone.authentication, "nobody is asked for a token");
    assert_eq!(anyone.subject, "local");
}

#[tokio::test]
async fn request_ids_of_two_callers_do_not_meet() {
    let (_server, channel, _files) = guarded().await;
    for (subject, agent) in [("desk-1", "anna"), ("desk-2", "bert")] {
        let desk = Clients::over(
            TENANT,
            channel.clone(),
            Some(&token(json!({"role": "agent", "sub": subject}))),
        );
        let login = v1::LoginRequest {
            tenant: "bank".into(),
            request_id: "first".into(),
            agent: agent.into(),
        };
        desk.agents
            .clone()
            .login(login)
            .await
            .expect("its own scope of request ids");
    }
}

#[tokio::test]
async fn health_is_open_to_anybody_and_reflection_to_every_role() {
    use tonic_health::pb::health_check_response::ServingStatus;
    let (_server, channel, _files) = guarded().await;
    let mut health = tonic_health::pb::health_client::HealthClient::new(channel.clone());
    for service in [
        "",
        "acd.v1.AdapterService",
        "acd.v1.AgentService",
        "acd.v1.SupervisorService",
        "acd.v1.ConfigService",
        "acd.v1.HistoryService",
        "acd.v1.QualityService",
        "acd.v1.TokenService",
    ] {
        let request = tonic_health::pb::HealthCheckRequest {
            service: service.into(),
        };
        let answer = health.check(request).await.unwrap().into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{service}");
    }
    let mut reflection =
        tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient::new(channel);
    let list = tonic_reflection::pb::v1::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(
            tonic_reflection::pb::v1::server_reflection_request::MessageRequest::ListServices(
                String::new(),
            ),
        ),
    };
    let status = refused(
        reflection
            .server_reflection_info(tokio_stream::iter([list.clone()]))
            .await
            .map(|_| ()),
    );
    assert_eq!(reason(&status), ErrorReason::Unauthenticated);
    let mut request = tonic::Request::new(tokio_stream::iter([list]));
    let monitor = format!("Bearer {}", token(json!({"role": "monitor"})));
    request
        .metadata_mut()
        .insert("authorization", monitor.parse().unwrap());
    let mut answers = reflection
        .server_reflection_info(request)
        .await
        .unwrap()
        .into_inner();
    let answer = format!("{:?}", answers.message().await.unwrap().unwrap());
    assert!(answer.contains("acd.v1.AgentService"), "{answer}");
}

/// An authority and what it has signed, as files.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
    directory: TempDir,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(params, key),
            certificate,
            directory: tempfile::tempdir().unwrap(),
        }
    }

    /// A certificate with its key, in PEM.
    fn sign(&self, name: &str, usage: ExtendedKeyUsagePurpose) -> (String, String) {
        self.sign_until(2_100, name, usage)
    }

    /// The same, valid until the begin of this year.
    fn sign_until(
        &self,
        year: i32,
        name: &str,
        usage: ExtendedKeyUsagePurpose,
    ) -> (String, String) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.extended_key_usages = vec![usage];
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        (
            params.signed_by(&key, &self.issuer).unwrap().pem(),
            key.serialize_pem(),
        )
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.directory.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Renews the server's certificate, until the begin of this year.
    pub(crate) fn renew(&self, tls: &TlsConfig, year: i32) {
        let (certificate, key) =
            self.sign_until(year, "localhost", ExtendedKeyUsagePurpose::ServerAuth);
        // The chain ends with the authority, which is valid for longer.
        std::fs::write(&tls.cert, certificate + &self.certificate).unwrap();
        std::fs::write(&tls.key, key).unwrap();
    }

    pub(crate) fn server_tls(&self, is_mutual: bool) -> TlsConfig {
        let (certificate, key) = self.sign("localhost", ExtendedKeyUsagePurpose::ServerAuth);
        TlsConfig {
            cert: self.write("server.pem", &certificate),
            key: self.write("server.key", &key),
            client_ca: is_mutual.then(|| self.write("clients.pem", &self.certificate)),
        }
    }

    pub(crate) fn endpoint(
        &self,
        server: &TestServer,
        identity: Option<(String, String)>,
    ) -> Endpoint {
        let mut tls = ClientTlsConfig::new()
            .ca_certificate(Certificate::from_pem(&self.certificate))
            .domain_name("localhost");
        if let Some((certificate, key)) = identity {
            tls = tls.identity(Identity::from_pem(certificate, key));
        }
        Endpoint::from_shared(format!("https://{}", server.address()))
            .unwrap()
            .tls_config(tls)
            .unwrap()
    }
}

pub(crate) async fn may_list_tenants(endpoint: Endpoint, token: &str) -> bool {
    let Ok(channel) = in_time("a connection", endpoint.connect()).await else {
        return false;
    };
    let clients = Clients::over(TENANT, channel, Some(token));
    in_time(
        "a call",
        clients
            .configurations
            .clone()
            .list_tenants(v1::ListTenantsRequest {}),
    )
    .await
    .is_ok()
}

#[tokio::test]
async fn with_tls_only_those_who_speak_it_and_trust_the_server_get_in() {
    let authority = Authority::new();
    let tls = authority.server_tls(false);
    let server = TestServer::secured(Some(tls), Some(auth(authority.directory.path()))).await;
    let token = token(json!({"role": "monitor"}));
    assert!(may_list_tenants(authority.endpoint(&server, None), &token).await);
    let plain = Endpoint::from_shared(format!("http://{}", server.address())).unwrap();
    assert!(!may_list_tenants(plain, &token).await, "plain text");
    let stranger = Authority::new();
    assert!(
        !may_list_tenants(stranger.endpoint(&server, None), &token).await,
        "another authority"
    );
}

#[tokio::test]
async fn with_mutual_tls_a_client_must_show_a_certificate_of_the_authority() {
    let authority = Authority::new();
    let tls = authority.server_tls(true);
    let server = TestServer::secured(Some(tls), Some(auth(authority.directory.path()))).await;
    let token = token(json!({"role": "monitor"}));
    let client = authority.sign("pbx", ExtendedKeyUsagePurpose::ClientAuth);
    assert!(may_list_tenants(authority.endpoint(&server, Some(client)), &token).await);
    assert!(
        !may_list_tenants(authority.endpoint(&server, None), &token).await,
        "no certificate"
    );
    let forged = Authority::new().sign("pbx", ExtendedKeyUsagePurpose::ClientAuth);
    assert!(
        !may_list_tenants(authority.endpoint(&server, Some(forged)), &token).await,
        "another authority's"
    );
}

#[tokio::test]
async fn a_server_that_anyone_on_the_network_may_command_does_not_start() {
    let directory = tempfile::tempdir().unwrap();
    let everywhere = "0.0.0.0:0".parse().unwrap();
    let started =
        TestServer::try_start(directory.path(), |config| config.listen = everywhere).await;
    let Err(ServerError::Exposed(problem)) = started else {
        panic!("{started:?}")
    };
    assert!(
        problem.message.contains("TLS and bearer tokens"),
        "{problem}"
    );
    assert!(problem.remedy.contains("--insecure"), "{problem}");

    let tokens = auth(directory.path());
    let only_tokens = TestServer::try_start(directory.path(), |config| {
        (config.listen, config.auth) = (everywhere, Some(tokens));
    });
    assert!(
        matches!(only_tokens.await, Err(ServerError::Exposed(_))),
        "tokens in plain text"
    );

    let authority = Authority::new();
    let guarded = TestServer::try_start(directory.path(), |config| {
        config.listen = everywhere;
        (config.tls, config.auth) = (
            Some(authority.server_tls(false)),
            Some(auth(directory.path())),
        );
    });
    let (server, _) = guarded.await.expect("with both it starts");
    server.shutdown().await.expect("an orderly stop");
}
